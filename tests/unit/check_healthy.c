/* Hosts on which nothing is wrong: the defaults of several kernels, and busy ones that are well. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "core/judge.h"
#include "core/text.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;
static struct arena *arena;
static struct facts *facts;

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static void set_number(const char *name, double number)
{
	struct fact_def def;

	ck_assert_msg(catalog_find(&shelf->catalog, name, &def), "%s is no fact", name);
	facts_set(facts, name, value_number(number, def.unit));
}

static void set_key(const char *key, const char *text)
{
	struct value value;

	ck_assert_msg(param_parse(arena, params_find(shelf->params, key), text, &value), "%s = %s", key, text);
	facts_set(facts, key, value);
}

/* Keys whose default is a formula, as a host with 8 GiB has them. */
static const struct {
	const char *key, *text;
} computed[] = {
	{"net.ipv4.tcp_rmem", "4096 131072 6291456"},
	{"net.ipv4.tcp_wmem", "4096 16384 4194304"},
	{"net.ipv4.tcp_mem", "93879 125172 187758"},
	{"net.ipv4.tcp_max_tw_buckets", "32768"},
	{"net.ipv4.tcp_max_orphans", "32768"},
	{"net.ipv4.tcp_max_syn_backlog", "512"},
	{"net.ipv4.tcp_ehash_entries", "65536"},
	{"net.netfilter.nf_conntrack_max", "262144"},
	{"net.netfilter.nf_conntrack_buckets", "262144"},
	{"net.netfilter.nf_conntrack_count", "0"},
	{"net.core.netdev_budget_usecs", "8000"},
};

static bool is_there(const struct param *param, struct version kernel)
{
	struct version introduced;
	bool is_removed = param->removed.major && version_compare(kernel, param->removed) >= 0;

	if (param->is_vendors || is_removed)
		return false;
	return !param->introduced || !version_parse(param->introduced, &introduced) ||
	       version_compare(kernel, introduced) >= 0;
}

static void set_keys(struct version kernel)
{
	for (size_t i = 0; i < params_count(shelf->params); i++) {
		const struct param *param = params_at(shelf->params, i);
		const char *text = param_default(param, kernel);
		struct value value;

		for (size_t k = 0; k < N(computed); k++)
			text = strcmp(computed[k].key, param->key) ? text : computed[k].text;
		if (!is_there(param, kernel))
			facts_set_missing(facts, param->key, FACT_ABSENT, NULL);
		else if (text && param_parse(arena, param, text, &value))
			facts_set(facts, param->key, value);
	}
}

/* Every scalar and counter is 0, every table empty; then what a host has. */
static void make_host(struct version kernel)
{
	size_t n;
	const struct fact_def *scalars = catalog_scalars(&n);
	const struct table_def *const *tables;

	for (size_t i = 0; i < n; i++) {
		if (scalars[i].type == VALUE_NUMBER)
			set_number(scalars[i].name, 0);
		else if (scalars[i].type == VALUE_BOOL)
			facts_set(facts, scalars[i].name, value_bool(false));
		else
			facts_set(facts, scalars[i].name, value_text(""));
	}
	for (size_t i = 0; i < shelf->counters.n; i++) {
		set_number(arena_printf(arena, "counter.%s", shelf->counters.defs[i].name), 0);
		set_number(arena_printf(arena, "rate.%s", shelf->counters.defs[i].name), 0);
	}
	tables = catalog_tables(&n);
	for (size_t i = 0; i < n; i++)
		facts_table(facts, tables[i])->state = FACT_KNOWN;
	set_keys(kernel);
	facts_set(facts, "kernel.version", (struct value){.type = VALUE_VERSION, .version = kernel});
	set_number("uptime", 864000);
	set_number("sample.seconds", 864000);
	set_number("memory.total", 8589934592.0);
	set_number("memory.pages", 2097152);
	set_number("memory.page_size", 4096);
	set_number("cpus", 4);
	set_number("ehash.entries", 65536);
	set_number("ports.low", 32768);
	set_number("ports.high", 60999);
	set_number("ports.usable", 28232);
}

/* A finding of medium or worse, a change that is proposed, and rules that could not be judged, a line each. */
static const char *alarms(void)
{
	const struct findings *findings = judge(arena, shelf->rules, &shelf->catalog, facts);
	struct text text = text_new(arena);

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding->severity >= SEVERITY_MEDIUM)
			text_printf(&text, "%s %s: %s\n", severity_name(finding->severity), finding->id,
				    finding->summary);
		for (size_t k = 0; k < finding->n_remedies; k++)
			if (finding->remedies[k].key)
				text_printf(&text, "%s would set %s\n", finding->id, finding->remedies[k].key);
	}
	for (size_t i = 0; i < findings->n_unknown; i++)
		text_printf(&text, "%s is unknown: %s\n", findings->unknown[i].id, findings->unknown[i].why);
	return text.data;
}

static const struct version kernels[] = {
	{3, 10, 0},
	{4, 9, 0},
	{5, 10, 0},
	{6, 1, 0},
	{6, 18, 0},
	{7, 2, 0},
};

START_TEST(defaults)
{
	make_host(kernels[_i]);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

static void add_row(const struct table_def *def, const struct fact *cells, size_t n)
{
	struct fact *row = table_add_row(facts, facts_table(facts, def));

	memcpy(row, cells, n * sizeof(*row));
}

static struct fact number(double value)
{
	return fact_known(value_number(value, UNIT_NONE));
}

static struct fact text_of(const char *text)
{
	return fact_known(value_text(text));
}

static void add_listener(double port, double queued, double limit, double syn_recv)
{
	const struct fact row[] = {
		[LISTENER_NAME] = text_of("0.0.0.0"), [LISTENER_ADDRESS] = text_of("0.0.0.0"),
		[LISTENER_PORT] = number(port), [LISTENER_LOOPBACK] = fact_known(value_bool(false)),
		[LISTENER_SOCKETS] = number(1), [LISTENER_QUEUED] = number(queued),
		[LISTENER_QUEUED_MEDIAN] = number(queued), [LISTENER_QUEUED_MOST] = number(queued),
		[LISTENER_LOOKS] = number(5), [LISTENER_LIMIT] = number(limit),
		[LISTENER_DROPS] = number(0), [LISTENER_SYN_RECV] = number(syn_recv),
		[LISTENER_SYN_SOURCES] = number(syn_recv), [LISTENER_PROCESS] = text_of("nginx[1]"),
	};

	add_row(&listeners_def, row, N(row));
}

static void add_destination(double used, double time_wait, bool is_loopback)
{
	const struct fact row[] = {
		[DESTINATION_NAME] = text_of("a -> b"), [DESTINATION_SOURCE] = text_of("a"),
		[DESTINATION_ADDRESS] = text_of("b"), [DESTINATION_PORT] = number(80),
		[DESTINATION_LOOPBACK] = fact_known(value_bool(is_loopback)),
		[DESTINATION_USED] = number(used), [DESTINATION_TIME_WAIT] = number(time_wait),
		[DESTINATION_ESTABLISHED] = number(used - time_wait), [DESTINATION_SYN_SENT] = number(0),
		[DESTINATION_CLOSE_WAIT] = number(0), [DESTINATION_FIN_WAIT] = number(0),
		[DESTINATION_CLOSED_PER_SECOND] =
			fact_known(value_number(time_wait / 60, UNIT_PER_SECOND)),
	};

	add_row(&destinations_def, row, N(row));
}

static void set_sockets(double established, double time_wait)
{
	set_number("sockets.total", established + time_wait);
	set_number("sockets.established", established);
	set_number("sockets.time_wait", time_wait);
	set_number("sockets.time_wait_incoming", time_wait);
	set_number("sockstat.tw", time_wait);
	set_number("sockstat.orphan", 40);
	set_number("sockstat.mem", 20000);
}

/* Many clients, queues that breathe, counters with old history, a service on a port that the kernel picked. */
START_TEST(busy_server)
{
	make_host((struct version){6, 18, 0});
	set_sockets(20000, 15000);
	add_listener(443, 200, 511, 150);
	add_listener(80, 0, 4096, 3);
	add_listener(40001, 0, 128, 0);
	set_number("counter.TcpExt.ListenOverflows", 700);
	set_number("rate.TcpExt.ListenOverflows", 700 / 864000.0);
	set_number("counter.TcpExt.ListenDrops", 900);
	set_number("counter.TcpExt.TCPTimeWaitOverflow", 12);
	set_number("counter.TcpExt.TCPMemoryPressures", 1);
	set_number("counter.TcpExt.TCPAbortOnMemory", 3);
	set_number("counter.TcpExt.SyncookiesSent", 500);
	set_number("counter.TcpExt.SyncookiesRecv", 499);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* Outgoing connections to many places, none near its ports; loopback with many in TIME_WAIT, which 2 reuses. */
START_TEST(busy_client)
{
	make_host((struct version){6, 18, 0});
	set_sockets(9000, 60000);
	set_number("sockets.time_wait_incoming", 0);
	set_number("sockets.time_wait_outgoing", 60000);
	set_number("sockstat.tw", 24000);
	for (int i = 0; i < 8; i++)
		add_destination(9000, 7500, false);
	add_destination(20000, 19000, true);
	set_number("counter.TcpExt.TWRecycled", 77777);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* A firewall that tracks 100,000 connections, and drops one that cannot be entered now and then. */
static void track(void)
{
	set_key("net.netfilter.nf_conntrack_count", "100000");
	set_number("conntrack.drop", 70);
	set_number("conntrack.insert_failed", 500);
}

START_TEST(stateful_firewall)
{
	make_host((struct version){6, 18, 0});
	set_sockets(20000, 15000);
	add_listener(443, 10, 4096, 3);
	track();
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* Keys of the host are hidden, the counters of its CPUs are not. */
START_TEST(container)
{
	make_host((struct version){6, 18, 0});
	facts_set(facts, "namespace.child", value_bool(true));
	for (size_t i = 0; i < params_count(shelf->params); i++) {
		const struct param *param = params_at(shelf->params, i);

		if (param->scope == PARAM_GLOBAL && !param->module)
			facts_set_missing(facts, param->key, FACT_ABSENT, "not visible in a child namespace");
	}
	set_number("softnet.dropped", 9e6);
	set_number("rate.softnet.dropped", 9e6 / 864000);
	set_sockets(200, 15);
	add_listener(8080, 0, 4096, 0);
	track();
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(many_listeners)
{
	make_host((struct version){5, 10, 0});
	set_sockets(3000, 900);
	for (int port = 1000; port < 1500; port++)
		add_listener(port, port % 7, 128, port % 3);
	set_number("counter.TcpExt.ListenOverflows", 3);
	set_number("rate.TcpExt.ListenOverflows", 3 / 864000.0);
	set_number("counter.TcpExt.ListenDrops", 20);
	set_number("rate.TcpExt.ListenDrops", 20 / 864000.0);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* A node with pods: neighbours below the limits that it raised, some drops of long ago, bridges without a speed. */
START_TEST(node_with_containers)
{
	struct fact row[INTERFACE_SPEED + 1] = {[INTERFACE_NAME] = text_of("eth0")};

	make_host((struct version){6, 1, 0});
	set_sockets(9000, 2000);
	track();
	set_key("net.netfilter.nf_conntrack_max", "524288");
	set_key("net.ipv4.neigh.default.gc_thresh3", "65536");
	set_key("net.core.netdev_max_backlog", "16384");
	set_number("neigh.entries", 30000);
	set_number("neigh6.entries", 200);
	set_number("neigh.table_fulls", 4);
	set_number("softnet.dropped", 40000);
	set_number("rate.softnet.dropped", 40000 / 864000.0);
	set_number("softnet.time_squeeze", 864000);
	set_number("rate.softnet.time_squeeze", 1);
	row[INTERFACE_SPEED] = fact_missing(FACT_UNREADABLE, "its driver does not tell");
	row[INTERFACE_MTU] = fact_known(value_number(1500, UNIT_BYTES));
	row[INTERFACE_TXQUEUELEN] = number(1000);
	row[INTERFACE_KIND] = row[INTERFACE_QDISC] = text_of("");
	row[INTERFACE_LOOPBACK] = fact_known(value_bool(false));
	row[INTERFACE_UP] = fact_known(value_bool(true));
	add_row(&interfaces_def, row, N(row));
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* No IPv4 but on loopback: no neighbours of it, and no counter of them that anybody would miss. */
START_TEST(ipv6_only)
{
	make_host((struct version){6, 18, 0});
	set_sockets(5000, 3000);
	set_number("neigh6.entries", 300);
	add_listener(443, 3, 4096, 1);
	add_destination(4000, 3000, false);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

START_TEST(no_ipv6)
{
	make_host((struct version){6, 18, 0});
	facts_set_missing(facts, "neigh6.entries", FACT_ABSENT, "there is no IPv6 here");
	facts_set_missing(facts, "neigh6.table_fulls", FACT_ABSENT, "there is no IPv6 here");
	for (int i = 1; i <= 3; i++)
		facts_set_missing(facts, arena_printf(arena, "net.ipv6.neigh.default.gc_thresh%d", i),
				  FACT_ABSENT, NULL);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

/* What our own profile sets brings no finding. */
START_TEST(after_apply)
{
	make_host((struct version){6, 18, 0});
	set_key("net.ipv4.tcp_tw_reuse", "1");
	set_key("net.ipv4.tcp_fin_timeout", "30");
	set_key("net.ipv4.ip_local_port_range", "10000 65535");
	set_number("ports.low", 10000);
	set_number("ports.high", 65535);
	set_number("ports.usable", 55536);
	ck_assert_str_eq(alarms(), "");
}
END_TEST

Suite *healthy_suite(void);

Suite *healthy_suite(void)
{
	Suite *suite = suite_create("healthy");
	TCase *tcase = tcase_create("healthy");

	shelf = shelf_open();
	shelf_rules(shelf);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, defaults, 0, (int)N(kernels));
	tcase_add_test(tcase, busy_server);
	tcase_add_test(tcase, busy_client);
	tcase_add_test(tcase, stateful_firewall);
	tcase_add_test(tcase, container);
	tcase_add_test(tcase, many_listeners);
	tcase_add_test(tcase, node_with_containers);
	tcase_add_test(tcase, ipv6_only);
	tcase_add_test(tcase, no_ipv6);
	tcase_add_test(tcase, after_apply);
	suite_add_tcase(suite, tcase);
	return suite;
}
