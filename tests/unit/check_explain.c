#include <check.h>
#include <string.h>

#include "core/explain.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;
static struct topics topics;
static struct explain_known known;
static struct facts *facts;
static struct conf conf;
static struct findings findings;

static void setup(void)
{
	static const char *const files[] = {"rules/topics/states.yaml", "rules/topics/events.yaml"};

	shelf = shelf_open();
	shelf_rules(shelf);
	topics = topics_new(shelf->arena);
	for (size_t i = 0; i < N(files); i++) {
		const char *text = shelf_file(shelf, files[i]);

		topics_load(&topics, node_load(shelf->arena, &shelf->diag, files[i], text, strlen(text)),
			    &shelf->diag);
	}
	known = (struct explain_known){shelf->params, &shelf->counters, shelf->rules, &topics};
	facts = facts_new(shelf->arena);
	facts_set(facts, "kernel.version",
		  (struct value){.type = VALUE_VERSION, .version = {6, 18, 2}});
	facts_set(facts, "namespace.child", value_bool(false));
	conf = (struct conf){0};
	findings = (struct findings){0};
}

static void teardown(void)
{
	shelf_close(shelf);
}

/* ------------------------------------------------------------------ words */

static const struct {
	const char *word;
	enum explain_kind kind;
	const char *name; /* NULL: it is not found */
	const char *why;  /* a part of the reason */
} words[] = {
	{"net.ipv4.tcp_fin_timeout", EXPLAIN_PARAMETER, "net.ipv4.tcp_fin_timeout", NULL},
	{"net/ipv4/tcp_fin_timeout", EXPLAIN_PARAMETER, "net.ipv4.tcp_fin_timeout", NULL},
	{"/proc/sys/net/ipv4/tcp_fin_timeout", EXPLAIN_PARAMETER, "net.ipv4.tcp_fin_timeout", NULL},
	{"tcp_fin_timeout", EXPLAIN_PARAMETER, "net.ipv4.tcp_fin_timeout", NULL},
	{"TCP_FIN_TIMEOUT", EXPLAIN_PARAMETER, "net.ipv4.tcp_fin_timeout", NULL},
	{"ipv4.tcp_fin_timeout", EXPLAIN_PARAMETER, "net.ipv4.tcp_fin_timeout", NULL},
	{"somaxconn", EXPLAIN_PARAMETER, "net.core.somaxconn", NULL},
	/* Of the keys of one entry the first stands for all. */
	{"rp_filter", EXPLAIN_PARAMETER, "net.ipv4.conf.all.rp_filter", NULL},
	{"net.ipv4.conf.default.rp_filter", EXPLAIN_PARAMETER, "net.ipv4.conf.default.rp_filter", NULL},
	{"net.ipv4.conf.eth0.rp_filter", EXPLAIN_PARAMETER, "net.ipv4.conf.eth0.rp_filter", NULL},
	{"net/ipv4/conf/eth0.100/rp_filter", EXPLAIN_PARAMETER, "net.ipv4.conf.eth0/100.rp_filter", NULL},
	{"net.ipv4.conf.Wan.rp_filter", EXPLAIN_PARAMETER, "net.ipv4.conf.Wan.rp_filter", NULL},
	{"gc_interval", 0, NULL, "'gc_interval' may be net.ipv4.neigh.default.gc_interval or net.ipv4.route.gc_interval"},
	{"TIME_WAIT", EXPLAIN_STATE, "TIME_WAIT", NULL},
	{"TIME-WAIT", EXPLAIN_STATE, "TIME_WAIT", NULL},
	{"time_wait", EXPLAIN_STATE, "TIME_WAIT", NULL},
	{"timewait", EXPLAIN_STATE, "TIME_WAIT", NULL},
	{"Time Wait", EXPLAIN_STATE, "TIME_WAIT", NULL},
	{"ESTAB", EXPLAIN_STATE, "ESTABLISHED", NULL},
	{"fin-wait-2", EXPLAIN_STATE, "FIN_WAIT_2", NULL},
	{"FIN_WAIT2", EXPLAIN_STATE, "FIN_WAIT_2", NULL},
	{"SYN_RECEIVED", EXPLAIN_STATE, "SYN_RECV", NULL},
	{"TcpExt.ListenOverflows", EXPLAIN_COUNTER, "TcpExt.ListenOverflows", NULL},
	{"TcpExtListenOverflows", EXPLAIN_COUNTER, "TcpExt.ListenOverflows", NULL},
	{"ListenOverflows", EXPLAIN_COUNTER, "TcpExt.ListenOverflows", NULL},
	{"listenoverflows", EXPLAIN_COUNTER, "TcpExt.ListenOverflows", NULL},
	{"TcpExt.TW", EXPLAIN_COUNTER, "TcpExt.TW", NULL},
	{"InCsumErrors", 0, NULL, "may be IpExt.InCsumErrors, Tcp.InCsumErrors or Udp.InCsumErrors"},
	{"accept-queue-overflow", EXPLAIN_RULE, "accept-queue-overflow", NULL},
	{"EADDRNOTAVAIL", EXPLAIN_EVENT, "EADDRNOTAVAIL", NULL},
	{"eaddrnotavail", EXPLAIN_EVENT, "EADDRNOTAVAIL", NULL},
	{"Cannot assign requested address", EXPLAIN_EVENT, "EADDRNOTAVAIL", NULL},
	{"SYN flooding", EXPLAIN_EVENT, "syn-flooding", NULL},
	{"table full", EXPLAIN_EVENT, "conntrack-table-full", NULL},
	{"too many orphaned sockets", EXPLAIN_EVENT, "too-many-orphaned-sockets", NULL},
	{"out of memory -- consider tuning tcp_mem", EXPLAIN_EVENT, "tcp-out-of-memory", NULL},
	{"Neighbour table overflow", EXPLAIN_EVENT, "neighbour-table-overflow", NULL},
	{"2MSL", EXPLAIN_EVENT, "2MSL", NULL},
	/* Lines of a log. */
	{"[1.5] TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:80. Sending cookies.",
	 EXPLAIN_EVENT, "syn-flooding", NULL},
	{"nf_conntrack: nf_conntrack: table full, dropping packet", EXPLAIN_EVENT, "conntrack-table-full", NULL},
	{"connect: Connection refused", EXPLAIN_EVENT, "ECONNREFUSED", NULL},
	{"neighbour: arp_cache: neighbor table overflow!", EXPLAIN_EVENT, "neighbour-table-overflow", NULL},
	/* What is nothing offers the nearest. */
	{"tcp_fin_timeot", 0, NULL, "did you mean 'net.ipv4.tcp_fin_timeout'?"},
	{"net.ipv4.tcp_fin_timeot", 0, NULL, "did you mean 'net.ipv4.tcp_fin_timeout'?"},
	{"net.ipv4.somaxconn", 0, NULL, "did you mean 'net.core.somaxconn'?"},
	{"TIME_WIAT", 0, NULL, "did you mean 'TIME_WAIT'?"},
	{"ListenOverflow", 0, NULL, "did you mean 'TcpExt.ListenOverflows'?"},
	{"acept-queue-overflow", 0, NULL, "did you mean 'accept-queue-overflow'?"},
	{"EADRNOTAVAIL", 0, NULL, "did you mean 'EADDRNOTAVAIL'?"},
	{"xyzzyplugh", 0, NULL, "nothing is known of 'xyzzyplugh' ("},
	{"", 0, NULL, "nothing is known of ''"},
	{".", 0, NULL, "nothing is known of '.'"},
	{"/", 0, NULL, "nothing is known of '/'"},
	{"net.", 0, NULL, "nothing is known of 'net.'"},
	{"\033[31m", 0, NULL, "'\\x1b[31m'"},
	{"\xff\xfe", 0, NULL, "'\\xff\\xfe'"},
};

START_TEST(test_word)
{
	struct explain_what what = {0};
	const char *why = "";
	bool is_found = explain_find(shelf->arena, &known, words[_i].word, &what, &why);

	if (words[_i].name) {
		ck_assert_msg(is_found, "%s: %s", words[_i].word, why);
		ck_assert_str_eq(what.name, words[_i].name);
		ck_assert_str_eq(explain_kind_name(what.kind), explain_kind_name(words[_i].kind));
	} else {
		ck_assert_msg(!is_found, "%s is %s", words[_i].word, what.name);
		ck_assert_msg(strstr(why, words[_i].why), "%s, and not %s", why, words[_i].why);
	}
}
END_TEST

/* Each thing of the list is found by its own name, and by no other thing's. */
START_TEST(test_all_is_found)
{
	size_t n;
	struct explain_what *all = explain_all(shelf->arena, &known, &n), what;
	const char *why;

	ck_assert_uint_gt(n, 500);
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(explain_find(shelf->arena, &known, all[i].name, &what, &why), "%s", why);
		ck_assert_str_eq(what.name, all[i].name);
		ck_assert_int_eq(what.kind, all[i].kind);
		ck_assert_str_ne(explain_title(shelf->arena, &known, &what), "");
		ck_assert_str_ne(explain_subject(shelf->arena, &known, &what), "");
	}
}
END_TEST

START_TEST(test_long_words_do_no_harm)
{
	char *word = arena_alloc(shelf->arena, 100001);
	struct explain_what what;
	const char *why = NULL;

	memset(word, 'x', 100000);
	ck_assert(!explain_find(shelf->arena, &known, word, &what, &why));
	memset(word, '.', 100000);
	ck_assert(!explain_find(shelf->arena, &known, word, &what, &why));
	memcpy(word, "net.", 4);
	ck_assert(!explain_find(shelf->arena, &known, word, &what, &why));
}
END_TEST

/* ------------------------------------------------------------------- pages */

static const struct explanation *page(const char *word)
{
	const struct explain_host host = {facts, &findings, &conf};
	struct explain_what what;
	const char *why = NULL;

	ck_assert_msg(explain_find(shelf->arena, &known, word, &what, &why), "%s", why);
	return explain(shelf->arena, &known, &host, &what);
}

/* As collect() leaves a key that is there. */
static void set_key(const char *key, const char *text)
{
	struct value value;

	ck_assert(param_parse(shelf->arena, params_describe(shelf->params, key), text, &value));
	facts_set(facts, key, value);
	facts_set(facts, arena_printf(shelf->arena, "raw:%s", key), value_text(text));
	facts_set(facts, arena_printf(shelf->arena, "writable:%s", key), value_bool(true));
}

static const struct {
	const char *key, *text, *current, *shown;
	enum answer is_default;
} values[] = {
	{"net.ipv4.tcp_fin_timeout", "60", "60", "60 s", ANSWER_YES},
	{"net.ipv4.tcp_fin_timeout", "30", "30", "30 s", ANSWER_NO},
	{"net.ipv4.tcp_keepalive_time", "7200", "7200", "2 h", ANSWER_YES},
	{"net.ipv4.tcp_tw_reuse", "2", "2", "loopback only", ANSWER_YES},
	{"net.ipv4.tcp_tw_reuse", "20", "20", NULL, ANSWER_NO},
	{"net.ipv4.ip_local_port_range", "32768\t60999", "32768 60999", NULL, ANSWER_YES},
	{"net.ipv4.tcp_rmem", "4096\t131072\t6291456", "4096 131072 6291456", "4 KiB, 128 KiB, 6 MiB",
	 ANSWER_UNKNOWN},
	{"net.ipv4.ip_local_reserved_ports", "", "", NULL, ANSWER_YES},
	{"net.core.somaxconn", "4096", "4096", NULL, ANSWER_YES},
};

START_TEST(test_value)
{
	const struct explained_key *key;

	set_key(values[_i].key, values[_i].text);
	key = &page(values[_i].key)->key;
	ck_assert_str_eq(key->current, values[_i].current);
	if (values[_i].shown)
		ck_assert_str_eq(key->shown, values[_i].shown);
	else
		ck_assert_ptr_null(key->shown);
	ck_assert_int_eq(key->is_default, values[_i].is_default);
	ck_assert_str_eq(key_state_name(key->status.state), "present");
}
END_TEST

START_TEST(test_the_default_is_of_this_kernel)
{
	facts_set(facts, "kernel.version", (struct value){.type = VALUE_VERSION, .version = {4, 14, 0}});
	set_key("net.core.somaxconn", "128");
	ck_assert_str_eq(page("somaxconn")->key.param->default_text, "128");
	ck_assert_int_eq(page("somaxconn")->key.is_default, ANSWER_YES);
}
END_TEST

START_TEST(test_a_bound_of_another_key)
{
	const struct param *param;

	set_key("net.ipv4.ip_local_port_range", "32768 60999");
	set_key("net.ipv4.ip_unprivileged_port_start", "1024");
	param = page("net.ipv4.ip_local_port_range")->key.param;
	ck_assert_double_eq(param->min.number, 1024);
	ck_assert_double_eq(param->max.number, 65535);
	param = page("net.ipv4.ip_unprivileged_port_start")->key.param;
	ck_assert_double_eq(param->max.number, 32768);
	/* What is known of the key in general stays as it was. */
	ck_assert_double_eq(params_find(shelf->params, "net.ipv4.ip_local_port_range")->min.number, 1);
}
END_TEST

START_TEST(test_a_key_that_is_gone)
{
	const struct explanation *explanation;

	facts_set_missing(facts, "net.ipv4.tcp_tw_recycle", FACT_ABSENT, "this kernel has no such key");
	explanation = page("tcp_tw_recycle");
	ck_assert_ptr_null(explanation->key.current);
	ck_assert_int_eq(explanation->key.status.state, KEY_REMOVED);
	ck_assert_int_eq(explanation->key.is_default, ANSWER_UNKNOWN);
}
END_TEST

static void add_file(const char *path, const char *text)
{
	conf.files = arena_grow(shelf->arena, conf.files, conf.n_files, &conf.capacity, sizeof(*conf.files));
	conf.files[conf.n_files++] = conf_parse(shelf->arena, path, text, strlen(text));
}

START_TEST(test_lines)
{
	const struct explanation *explanation;

	set_key("net.ipv4.tcp_fin_timeout", "60");
	add_file("/etc/sysctl.d/10-a.conf", "net.ipv4.tcp_fin_timeout = 15\nnet.core.somaxconn = 1\n");
	add_file("/etc/sysctl.d/20-b.conf", "# none\nnet/ipv4/tcp_fin_timeout=30\n");
	conf.last = conf_parse(shelf->arena, "/etc/sysctl.conf", "net.ipv4.tcp_fin_timeout = 45\n", 30);
	explanation = page("tcp_fin_timeout");
	ck_assert_uint_eq(explanation->n_lines, 3);
	ck_assert_str_eq(explanation->lines[0].value, "15");
	ck_assert(!explanation->lines[0].wins[CONF_SYSTEMD] && !explanation->lines[0].wins[CONF_PROCPS]);
	ck_assert_str_eq(explain_winner(explanation, CONF_SYSTEMD)->place.file, "/etc/sysctl.d/20-b.conf");
	ck_assert_uint_eq(explain_winner(explanation, CONF_SYSTEMD)->place.line, 2);
	ck_assert_str_eq(explain_winner(explanation, CONF_PROCPS)->value, "45");
}
END_TEST

START_TEST(test_lines_by_a_pattern)
{
	const struct explanation *explanation;

	set_key("net.ipv4.conf.eth0.rp_filter", "2");
	add_file("/etc/sysctl.d/10-a.conf", "net.ipv4.conf.*.rp_filter = 2\nnet.ipv4.conf.eth1.rp_filter = 0\n");
	explanation = page("net.ipv4.conf.eth0.rp_filter");
	ck_assert_uint_eq(explanation->n_lines, 1);
	ck_assert(explanation->lines[0].is_glob);
	ck_assert(explanation->lines[0].wins[CONF_SYSTEMD] && explanation->lines[0].wins[CONF_PROCPS]);
	ck_assert_uint_eq(page("net.ipv4.tcp_sack")->n_lines, 0);
	ck_assert_ptr_null(explain_winner(page("net.ipv4.tcp_sack"), CONF_PROCPS));
}
END_TEST

static bool has_rule(const struct explanation *explanation, const char *id)
{
	for (size_t i = 0; i < explanation->n_rules; i++)
		if (!strcmp(explanation->rules[i].id, id))
			return true;
	return false;
}

static bool has_topic(const struct explanation *explanation, const char *name)
{
	for (size_t i = 0; i < explanation->n_topics; i++)
		if (!strcmp(explanation->topics[i]->name, name))
			return true;
	return false;
}

START_TEST(test_what_is_related)
{
	const struct explanation *explanation = page("tcp_fin_timeout");

	ck_assert(has_rule(explanation, "fin-timeout-extreme"));
	/* It names the key in the table of files alone. */
	ck_assert(has_rule(explanation, "fin-timeout-misread"));
	ck_assert(!has_rule(explanation, "tw-reuse-candidate"));
	ck_assert(has_topic(explanation, "FIN_WAIT_2"));
	/* There it stands among the keys that do not matter. */
	ck_assert(!has_topic(explanation, "TIME_WAIT"));
	/* tcp_tw_reuse is no part of tcp_tw_reuse_delay. */
	ck_assert(!has_rule(page("tcp_tw_reuse"), "tw-reuse-delay-low"));
	ck_assert(has_rule(page("tcp_tw_reuse_delay"), "tw-reuse-delay-low"));
	ck_assert(has_rule(page("TcpExt.ListenOverflows"), "accept-queue-overflow"));
	ck_assert(has_topic(page("TcpExt.ListenOverflows"), "LISTEN"));
	ck_assert(has_topic(page("close-wait-leak"), "CLOSE_WAIT"));
	ck_assert_uint_eq(page("rp_filter")->n_same, 1);
	ck_assert_str_eq(page("rp_filter")->same[0], "net.ipv4.conf.default.rp_filter");
}
END_TEST

START_TEST(test_verdicts)
{
	struct finding items[] = {
		{.id = "close-wait-leak", .severity = SEVERITY_HIGH, .summary = "worst"},
		{.id = "tw-recycle-present", .severity = SEVERITY_LOW, .summary = "other"},
		{.id = "close-wait-leak", .severity = SEVERITY_LOW, .summary = "lesser"},
	};
	struct unjudged unknown[] = {{"accept-queue-overflow", "no permission"}};
	struct unjudged not_applicable[] = {{"vendor-tw-key", ""}};
	const struct explained_rule *rule;

	findings = (struct findings){.items = items,
				     .n = N(items),
				     .unknown = unknown,
				     .n_unknown = 1,
				     .not_applicable = not_applicable,
				     .n_not_applicable = 1};
	rule = &page("close-wait-leak")->rule;
	ck_assert_str_eq(rule_verdict_name(rule->verdict), "fires");
	ck_assert_str_eq(rule->finding->summary, "worst");
	ck_assert_uint_eq(rule->n_findings, 2);
	rule = &page("accept-queue-overflow")->rule;
	ck_assert_str_eq(rule_verdict_name(rule->verdict), "unknown");
	ck_assert_str_eq(rule->why, "no permission");
	rule = &page("vendor-tw-key")->rule;
	ck_assert_str_eq(rule_verdict_name(rule->verdict), "not applicable");
	ck_assert_ptr_null(rule->why);
	rule = &page("syncookies-off")->rule;
	ck_assert_str_eq(rule_verdict_name(rule->verdict), "quiet");
	ck_assert_ptr_null(rule->finding);
}
END_TEST

START_TEST(test_rule_page)
{
	const struct explanation *explanation;
	bool reads_table = false, reads_fact = false;

	ck_assert(rules_set_threshold(shelf->rules, "close-wait-leak.many", "7", &shelf->diag));
	explanation = page("close-wait-leak");
	ck_assert_uint_gt(explanation->n_thresholds, 1);
	for (size_t i = 0; i < explanation->n_thresholds; i++)
		if (!strcmp(explanation->thresholds[i].name, "many"))
			ck_assert_double_eq(explanation->thresholds[i].value.value.number, 7);
	for (size_t i = 0; i < explanation->n_reads; i++)
		reads_table |= !strcmp(explanation->reads[i], "table processes");
	ck_assert(reads_table);
	explanation = page("fin-timeout-extreme");
	for (size_t i = 0; i < explanation->n_reads; i++)
		reads_fact |= !strcmp(explanation->reads[i], "net.ipv4.tcp_fin_timeout");
	ck_assert(reads_fact);
}
END_TEST

START_TEST(test_state_page)
{
	const struct explanation *explanation;

	facts_set(facts, "sockets.time_wait", value_number(42, UNIT_NONE));
	set_key("net.ipv4.tcp_tw_reuse", "1");
	explanation = page("time-wait");
	ck_assert_double_eq(explanation->count.value.number, 42);
	ck_assert_str_eq(explanation->keys[0].key, "net.ipv4.tcp_tw_reuse");
	ck_assert_str_eq(explanation->keys[0].current, "1");
	ck_assert_ptr_nonnull(explanation->keys[0].text);
	ck_assert_str_eq(explanation->not_keys[0].key, "net.ipv4.tcp_fin_timeout");
	ck_assert(has_rule(explanation, "tw-count-harmless"));
	ck_assert(has_topic(explanation, "2MSL"));
	ck_assert_str_eq(explanation->here[0].name, "sockets.time_wait");
	/* What was not observed is not zero. */
	ck_assert_int_eq(page("CLOSE_WAIT")->count.state, FACT_UNREADABLE);
}
END_TEST

START_TEST(test_counter_page)
{
	const struct explanation *explanation;

	facts_set(facts, "counter.TcpExt.ListenOverflows", value_number(5, UNIT_NONE));
	facts_set_missing(facts, "rate.TcpExt.ListenOverflows", FACT_UNREADABLE, "no uptime");
	explanation = page("ListenOverflows");
	ck_assert_double_eq(explanation->counter.total.value.number, 5);
	ck_assert_str_eq(explanation->counter.rate.why, "no uptime");
	ck_assert_ptr_nonnull(explanation->counter.note->since);
	ck_assert_uint_gt(explanation->sources.n, 0);
}
END_TEST

Suite *explain_suite(void);

Suite *explain_suite(void)
{
	Suite *suite = suite_create("explain");
	TCase *words_case = tcase_create("words"), *pages = tcase_create("pages");

	tcase_add_checked_fixture(words_case, setup, teardown);
	tcase_add_loop_test(words_case, test_word, 0, N(words));
	tcase_add_test(words_case, test_all_is_found);
	tcase_add_test(words_case, test_long_words_do_no_harm);
	suite_add_tcase(suite, words_case);
	tcase_add_checked_fixture(pages, setup, teardown);
	tcase_add_loop_test(pages, test_value, 0, N(values));
	tcase_add_test(pages, test_the_default_is_of_this_kernel);
	tcase_add_test(pages, test_a_bound_of_another_key);
	tcase_add_test(pages, test_a_key_that_is_gone);
	tcase_add_test(pages, test_lines);
	tcase_add_test(pages, test_lines_by_a_pattern);
	tcase_add_test(pages, test_what_is_related);
	tcase_add_test(pages, test_verdicts);
	tcase_add_test(pages, test_rule_page);
	tcase_add_test(pages, test_state_page);
	tcase_add_test(pages, test_counter_page);
	suite_add_tcase(suite, pages);
	return suite;
}
