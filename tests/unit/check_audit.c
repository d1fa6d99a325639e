#include <check.h>
#include <string.h>

#include "core/audit.h"
#include "core/catalog.h"
#include "core/text.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;
static struct arena *arena;
static struct conf conf;
static struct audit_host host;
static struct audit_input input;

static void setup(void)
{
	struct version kernel = {6, 18, 0};

	shelf = shelf_open();
	arena = shelf->arena;
	conf = (struct conf){0};
	host = (struct audit_host){.loader = "systemd"};
	input = (struct audit_input){
		.conf = &conf,
		.params = shelf->params,
		.facts = facts_new(arena),
		.host = &host,
		.is_observed = true,
	};
	facts_set((struct facts *)input.facts, "kernel.version",
		  (struct value){.type = VALUE_VERSION, .version = kernel});
	facts_set((struct facts *)input.facts, "uptime", value_number(1000, UNIT_SECONDS));
}

static void teardown(void)
{
	shelf_close(shelf);
}

static struct facts *facts(void)
{
	return (struct facts *)input.facts;
}

/* A file, in the order of reading; that of /etc/sysctl.conf is read last. */
static struct conf_file *add_file(const char *path, const char *text)
{
	struct conf_file *file = conf_parse(arena, path, text, strlen(text));

	if (!strcmp(path, CONF_LAST_PATH)) {
		conf.last = file;
		return file;
	}
	conf.files = arena_grow(arena, conf.files, conf.n_files, &conf.capacity, sizeof(*conf.files));
	conf.files[conf.n_files++] = file;
	return file;
}

/* What the host has of a key: text, or NULL where it is not there. */
static void set_key(const char *key, const char *text)
{
	const struct param *param = params_describe(shelf->params, key);
	struct value value = value_text(text ? text : "");
	const char *raw = arena_printf(arena, "raw:%s", key), *writable = arena_printf(arena, "writable:%s", key);

	if (!text) {
		facts_set_missing(facts(), key, FACT_ABSENT, "this kernel has no such key");
		facts_set_missing(facts(), raw, FACT_ABSENT, "this kernel has no such key");
		return;
	}
	facts_set(facts(), raw, value);
	facts_set(facts(), writable, value_bool(true));
	ck_assert(!param || param_parse(arena, param, text, &value));
	facts_set(facts(), key, value);
}

static const struct table *table_of(const char *name)
{
	if (!facts_find_table(facts(), name))
		audit_facts(audit_make(arena, &input), facts());
	return facts_find_table(facts(), name);
}

/* A cell as text: yes, no, a number, a text; "absent: why", "unreadable: why". */
static const char *shown(struct fact fact)
{
	if (fact.state == FACT_KNOWN)
		return value_raw(arena, fact.value);
	return arena_printf(arena, "%s: %s", fact.state == FACT_ABSENT ? "absent" : "unreadable", fact.why);
}

static const char *cell(const char *name, const char *row, const char *column)
{
	const struct table *table = table_of(name);

	for (size_t i = 0; i < table->n_rows; i++)
		for (size_t k = 0; k < table->def->n_columns; k++)
			if (!strcmp(table_row(table, i)[0].value.text, row) &&
			    !strcmp(table->def->columns[k].name, column))
				return shown(table_row(table, i)[k]);
	ck_abort_msg("%s has no row %s or no column %s", name, row, column);
	return NULL;
}

static const char *line(const char *row, const char *column)
{
	return cell("configured", row, column);
}

static const char *key(const char *row, const char *column)
{
	return cell("configured_keys", row, column);
}

/* -------------------------------------------------------------- the state */

START_TEST(some_keys_are_of_the_whole_host)
{
	add_file("a.conf", "net.ipv4.tcp_mem = 1 2 3\nnet.ipv4.tcp_fin_timeout = 30\nnet.ipv4.tcp_typo = 1\n");
	ck_assert_str_eq(line("a.conf:1", "global"), "yes");
	ck_assert_str_eq(line("a.conf:2", "global"), "no");
	ck_assert_str_eq(line("a.conf:3", "global"), "unreadable: the key is not known");
}
END_TEST

/* Blanks, where the kernel has tabs. */
START_TEST(a_running_tuple_is_as_in_files)
{
	add_file("a.conf", "net.ipv4.tcp_rmem = 1 2 3\n");
	set_key("net.ipv4.tcp_rmem", "4096\t131072\t6291456");
	ck_assert_str_eq(key("net.ipv4.tcp_rmem", "running"), "4096 131072 6291456");
}
END_TEST

static const struct {
	const char *key, *running; /* NULL: not there */
	const char *state, *note, *nearest; /* note: a part of it */
} states[] = {
	{"net.ipv4.tcp_fin_timeout", "60", "present", "", ""},
	{"net.ipv4.tcp_tw_recycle", NULL, "removed", "Linux 4.12 removed it", ""},
	{"net.ipv4.tcp_low_latency", "0", "no-op", "since Linux 4.14", ""},
	{"net.netfilter.nf_conntrack_max", NULL, "no-module", "module nf_conntrack is not loaded", ""},
	{"net.ipv4.tcp_fin_timeuot", NULL, "misspelt", "", "net.ipv4.tcp_fin_timeout"},
	{"net.ipv4.somaxconn", NULL, "misspelt", "", "net.core.somaxconn"},
	{"net.sctp.xyzzyxyzzy", NULL, "unknown", "does not know it", ""},
	{"net.acme.speed", "9", "present", "no more of it", ""},
	{"net.ipv4.conf.eth0.rp_filter", "1", "present", "", ""},
	{"net.ipv4.conf.eth0/100.rp_filter", NULL, "no-interface", "there is no interface eth0/100 now", ""},
	{"net.ipv4.neigh.eth9.locktime", NULL, "no-interface", "there is no interface eth9 now", ""},
};

START_TEST(lines_and_keys_have_a_state)
{
	const char *name = states[_i].key;

	add_file("/etc/sysctl.d/a.conf", arena_printf(arena, "%s = 1\n", name));
	set_key(name, states[_i].running);
	ck_assert_str_eq(line("/etc/sysctl.d/a.conf:1", "state"), states[_i].state);
	ck_assert_str_eq(line("/etc/sysctl.d/a.conf:1", "nearest"), states[_i].nearest);
	ck_assert_str_eq(key(name, "state"), states[_i].state);
	ck_assert_str_eq(key(name, "nearest"), states[_i].nearest);
	ck_assert_ptr_nonnull(strstr(line("/etc/sysctl.d/a.conf:1", "note"), states[_i].note));
	if (!*states[_i].note)
		ck_assert_str_eq(key(name, "note"), "");
}
END_TEST

static const struct {
	const char *kernel, *key, *state;
} by_version[] = {
	{"4.11", "net.ipv4.tcp_tw_recycle", "present"},
	{"4.12", "net.ipv4.tcp_tw_recycle", "removed"},
	{"4.13.9", "net.ipv4.tcp_low_latency", "present"},
	{"4.14", "net.ipv4.tcp_low_latency", "no-op"},
	{"5.14", "net.ipv4.tcp_tw_reuse_delay", "not-yet"},
	{"6.18", "net.ipv4.tcp_tw_reuse_delay", "present"},
	{"6.18", "net.netfilter.nf_conntrack_max", "present"},
	{"6.18", "net.ipv4.conf.eth9.rp_filter", "present"},
	{"6.18", "net.core.somaxcon", "misspelt"},
	{"6.18", "net.sctp.xyzzyxyzzy", "unknown"},
};

START_TEST(without_a_host_the_version_decides)
{
	struct version kernel;

	input.is_observed = false;
	ck_assert(version_parse(by_version[_i].kernel, &kernel));
	facts_set(facts(), "kernel.version", (struct value){.type = VALUE_VERSION, .version = kernel});
	add_file("a.conf", arena_printf(arena, "%s = 1\n", by_version[_i].key));
	ck_assert_str_eq(line("a.conf:1", "state"), by_version[_i].state);
	ck_assert_str_eq(line("a.conf:1", "current"), "unreadable: not observed");
}
END_TEST

/* --------------------------------------------------------------- the lines */

START_TEST(lines_say_what_beats_them)
{
	add_file("/etc/sysctl.d/10.conf", "net.core.somaxconn = 1024\n-net.ipv4.tcp_ecn = 9\n");
	add_file("/etc/sysctl.d/20.conf", "net.core.somaxconn = 2048\n");
	add_file(CONF_LAST_PATH, "net.core.somaxconn = 4096\n");
	set_key("net.core.somaxconn", "4096");
	set_key("net.ipv4.tcp_ecn", "2");
	ck_assert_str_eq(line("/etc/sysctl.d/10.conf:1", "beaten_systemd"), "/etc/sysctl.d/20.conf:1");
	ck_assert_str_eq(line("/etc/sysctl.d/10.conf:1", "beaten_procps"), "/etc/sysctl.conf:1");
	ck_assert_str_eq(line("/etc/sysctl.d/10.conf:1", "wins"), "no");
	ck_assert_str_eq(line("/etc/sysctl.d/20.conf:1", "beaten_systemd"), "");
	ck_assert_str_eq(line("/etc/sysctl.d/20.conf:1", "wins_systemd"), "yes");
	ck_assert_str_eq(line("/etc/sysctl.d/20.conf:1", "wins_procps"), "no");
	ck_assert_str_eq(line("/etc/sysctl.d/20.conf:1", "current"), "no");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "wins_procps"), "yes");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "read_systemd"), "no");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "beaten_systemd"), "/etc/sysctl.d/20.conf:1");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "sysctl_conf"), "yes");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "current"), "yes");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "default"), "yes");
	ck_assert_str_eq(line("/etc/sysctl.conf:1", "ignore"), "no");
	ck_assert_str_eq(line("/etc/sysctl.d/10.conf:2", "ignore"), "yes");
	ck_assert_str_eq(line("/etc/sysctl.d/10.conf:2", "refusal"), "9 is above 2, the highest that the kernel takes");
}
END_TEST

START_TEST(an_algorithm_is_offered_or_not)
{
	add_file("a.conf", "net.ipv4.tcp_congestion_control = bbr\nnet.ipv4.tcp_congestion_control = cubic\n"
			   "net.ipv4.tcp_congestion_control = cub\nnet.ipv4.tcp_ecn = 1\n");
	set_key("net.ipv4.tcp_available_congestion_control", "reno cubic");
	set_key("net.ipv4.tcp_congestion_control", "cubic");
	set_key("net.ipv4.tcp_ecn", "2");
	ck_assert_str_eq(line("a.conf:1", "offered"), "no");
	ck_assert_str_eq(line("a.conf:2", "offered"), "yes");
	ck_assert_str_eq(line("a.conf:3", "offered"), "no");
	ck_assert_str_eq(line("a.conf:4", "offered"), "absent: its value is no name of an algorithm");
	ck_assert_str_eq(key("net.ipv4.tcp_congestion_control", "systemd"),
			 "unreadable: the kernel takes cub if it finds a module for it");
}
END_TEST

START_TEST(a_glob_wins_where_nothing_names_its_keys)
{
	static const char *const matched[] = {
		"net.ipv4.conf.all.rp_filter", "net.ipv4.conf.eth0.rp_filter", "net.ipv4.conf.all.rp_filter",
	};

	input.keys = matched;
	input.n_keys = N(matched);
	set_key("net.ipv4.conf.all.rp_filter", "0");
	set_key("net.ipv4.conf.eth0.rp_filter", "1");
	add_file("a.conf", "net.ipv4.conf.*.rp_filter = 2\nnet.ipv4.conf.all.rp_filter = 1\n"
			   "net.ipv4.conf.a?l.rp_filter = 2\n");
	ck_assert_str_eq(line("a.conf:1", "state"), "glob");
	ck_assert_str_eq(line("a.conf:1", "glob"), "yes");
	ck_assert_str_eq(line("a.conf:1", "wins_procps"), "yes");
	ck_assert_str_eq(line("a.conf:1", "beaten_procps"), "");
	ck_assert_str_eq(line("a.conf:3", "wins_procps"), "no");
	ck_assert_str_eq(line("a.conf:3", "beaten_procps"), "a.conf:2");
	ck_assert_str_eq(key("net.ipv4.conf.eth0.rp_filter", "systemd_by"), "a.conf:1");
	ck_assert_str_eq(key("net.ipv4.conf.eth0.rp_filter", "lines"), "1");
	ck_assert_str_eq(key("net.ipv4.conf.eth0.rp_filter", "drift"), "yes");
	ck_assert_str_eq(key("net.ipv4.conf.all.rp_filter", "lines"), "1");
	ck_assert_uint_eq(table_of("configured_keys")->n_rows, 2);
}
END_TEST

/* -------------------------------------------------------------- the keys */

#define FIN "net.ipv4.tcp_fin_timeout"

START_TEST(keys_say_what_boots)
{
	add_file("a.conf", FIN " = 30\n" FIN " = 036\nnet.ipv4.tcp_ecn = 1\n");
	add_file(CONF_LAST_PATH, FIN " = 15\nnet.ipv4.tcp_sack = 0\n")->age = 999;
	set_key(FIN, "15");
	set_key("net.ipv4.tcp_ecn", "1");
	set_key("net.ipv4.tcp_sack", "0");
	ck_assert_str_eq(key(FIN, "lines"), "3");
	ck_assert_str_eq(key(FIN, "values"), "2");
	ck_assert_str_eq(key(FIN, "running"), "15");
	ck_assert_str_eq(key(FIN, "default"), "60");
	ck_assert_str_eq(key(FIN, "systemd"), "30");
	ck_assert_str_eq(key(FIN, "procps"), "15");
	ck_assert_str_eq(key(FIN, "systemd_by"), "a.conf:2");
	ck_assert_str_eq(key(FIN, "procps_by"), "/etc/sysctl.conf:1");
	ck_assert_str_eq(key(FIN, "agree"), "no");
	ck_assert_str_eq(key(FIN, "boot"), "30");
	ck_assert_str_eq(key(FIN, "boot_by"), "a.conf:2");
	ck_assert_str_eq(key(FIN, "drift"), "yes");
	ck_assert_str_eq(key(FIN, "unread"), "no");
	ck_assert_str_eq(key(FIN, "edited"), "unreadable: the age of its file is not known");
	ck_assert_str_eq(key("net.ipv4.tcp_ecn", "agree"), "yes");
	ck_assert_str_eq(key("net.ipv4.tcp_ecn", "drift"), "no");
	ck_assert_str_eq(key("net.ipv4.tcp_sack", "unread"), "yes");
	ck_assert_str_eq(key("net.ipv4.tcp_sack", "agree"), "no");
	ck_assert_str_eq(key("net.ipv4.tcp_sack", "boot"), "absent: no line that it reads sets the key");
	ck_assert_str_eq(key("net.ipv4.tcp_sack", "drift"), "absent: no line that it reads sets the key");
}
END_TEST

/* What the loaders read and how old the winner's file is. */
static const struct {
	const char *loader;
	double age;
	const char *boot, *edited;
} boots[] = {
	{"procps", 999, "15", "yes"},
	{"procps", 1000, "15", "no"},
	{"none", 0, "absent: nothing loads sysctl files at boot here",
	 "absent: nothing loads sysctl files at boot here"},
	{NULL, 0, "unreadable: not told", "unreadable: not told"},
};

START_TEST(the_loader_of_the_host_decides)
{
	host.loader = boots[_i].loader;
	host.loader_why = "not told";
	add_file("a.conf", FIN " = 30\nnet.ipv4.tcp_ecn = 1\n");
	add_file(CONF_LAST_PATH, FIN " = 15\n")->age = boots[_i].age;
	set_key(FIN, "15");
	set_key("net.ipv4.tcp_ecn", "2");
	ck_assert_str_eq(key(FIN, "boot"), boots[_i].boot);
	ck_assert_str_eq(key(FIN, "edited"), boots[_i].edited);
	if (!host.loader) {
		/* Where both agree it does not matter. */
		ck_assert_str_eq(key("net.ipv4.tcp_ecn", "boot"), "1");
		ck_assert_str_eq(shown(facts_get(facts(), "boot.loader")), "unreadable: not told");
	} else {
		ck_assert_str_eq(shown(facts_get(facts(), "boot.loader")), host.loader);
	}
}
END_TEST

/* procps writes every line in turn, systemd the last one alone: a refused value shows the difference. */
START_TEST(a_refused_value_changes_nothing)
{
	add_file("a.conf", FIN " = 30\n" FIN " = thirty\n");
	set_key(FIN, "30");
	ck_assert_str_eq(key(FIN, "procps"), "30");
	ck_assert_str_eq(key(FIN, "systemd"), "60");
	ck_assert_str_eq(key(FIN, "agree"), "no");
	ck_assert_str_eq(key(FIN, "drift"), "yes");
}
END_TEST

/* Executed with systemd 252: 60 stays; procps takes an exclusion for globs only. */
START_TEST(systemd_forgets_what_is_excluded_later)
{
	add_file("a.conf", FIN " = 30\n-" FIN "\n");
	add_file("b.conf", "-net.ipv4.tcp_ecn\nnet.ipv4.tcp_ecn = 1\n");
	set_key(FIN, "30");
	set_key("net.ipv4.tcp_ecn", "1");
	ck_assert_str_eq(key(FIN, "systemd"), "absent: a later line excludes the key");
	ck_assert_str_eq(key(FIN, "procps"), "30");
	ck_assert_str_eq(key(FIN, "unread"), "yes");
	ck_assert_str_eq(key("net.ipv4.tcp_ecn", "systemd"), "1");
	ck_assert_ptr_null(conf_exclusion(&conf, CONF_PROCPS, FIN));
	ck_assert_uint_eq(conf_exclusion(&conf, CONF_SYSTEMD, FIN)->place.line, 2);
	ck_assert_ptr_null(conf_exclusion(&conf, CONF_SYSTEMD, "net.ipv4.tcp_ecn"));
}
END_TEST

/* Bounds that other keys are, and what a child namespace takes. */
START_TEST(other_keys_leave_doubts)
{
	add_file("a.conf", "net.ipv4.ip_local_port_range = 1023 65000\n"
			   "net.ipv4.tcp_congestion_control = cubic\n");
	set_key("net.ipv4.ip_unprivileged_port_start", "1024");
	set_key("net.ipv4.ip_local_port_range", "32768 60999");
	set_key("net.ipv4.tcp_available_congestion_control", "reno cubic");
	set_key("net.ipv4.tcp_allowed_congestion_control", "reno");
	set_key("net.ipv4.tcp_congestion_control", "reno");
	facts_set(facts(), "namespace.child", value_bool(true));
	ck_assert_str_eq(key("net.ipv4.ip_local_port_range", "systemd"),
			 "unreadable: 1023 is below net.ipv4.ip_unprivileged_port_start, which is 1024");
	ck_assert_str_eq(key("net.ipv4.tcp_congestion_control", "systemd"),
			 "unreadable: a child network namespace takes none but those of "
			 "net.ipv4.tcp_allowed_congestion_control");
}
END_TEST

START_TEST(in_the_bounds_there_is_no_doubt)
{
	add_file("a.conf", "net.ipv4.ip_local_port_range = 1024 65000\n"
			   "net.ipv4.tcp_congestion_control = cubic\n");
	set_key("net.ipv4.ip_unprivileged_port_start", "1024");
	set_key("net.ipv4.ip_local_port_range", "32768 60999");
	set_key("net.ipv4.tcp_available_congestion_control", "reno cubic");
	set_key("net.ipv4.tcp_allowed_congestion_control", "reno");
	set_key("net.ipv4.tcp_congestion_control", "reno");
	facts_set(facts(), "namespace.child", value_bool(false));
	ck_assert_str_eq(key("net.ipv4.ip_local_port_range", "systemd"), "1024 65000");
	ck_assert_str_eq(key("net.ipv4.tcp_congestion_control", "systemd"), "cubic");
}
END_TEST

START_TEST(no_boot_loads_files_into_another_namespace)
{
	host.no_boot = "elsewhere";
	add_file("a.conf", FIN " = 30\n");
	set_key(FIN, "60");
	ck_assert_str_eq(key(FIN, "systemd"), "30");
	ck_assert_str_eq(key(FIN, "boot"), "absent: elsewhere");
	ck_assert_str_eq(key(FIN, "drift"), "absent: elsewhere");
}
END_TEST

#define MAX "net.netfilter.nf_conntrack_max"

static const struct {
	const char *loaded, *why;
	const char *early, *boot;
} modules[] = {
	{"nf_conntrack", NULL, "yes", "262144"},
	{"nf_tables", NULL, "no", "unreadable: module nf_conntrack is not loaded when the files are"},
	{"nf_tables", "no list", "unreadable: no list", "unreadable: no list"},
	{"nf_conntrack", "no list", "yes", "262144"},
};

START_TEST(modules_come_before_the_files_or_not)
{
	host.modules = &modules[_i].loaded;
	host.n_modules = 1;
	host.modules_why = modules[_i].why;
	add_file("a.conf", MAX " = 262144\n" FIN " = 9\n");
	set_key(MAX, NULL);
	set_key(FIN, "9");
	ck_assert_str_eq(key(MAX, "module"), "nf_conntrack");
	ck_assert_str_eq(key(MAX, "module_early"), modules[_i].early);
	ck_assert_str_eq(key(MAX, "boot"), modules[_i].boot);
	ck_assert_str_eq(key(FIN, "module_early"), "absent: it needs no module");
	ck_assert_str_eq(key(MAX, "drift"), "absent: this kernel has no such key");
}
END_TEST

Suite *audit_suite(void);

Suite *audit_suite(void)
{
	Suite *suite = suite_create("audit");
	TCase *tcase = tcase_create("audit");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, some_keys_are_of_the_whole_host);
	tcase_add_test(tcase, a_running_tuple_is_as_in_files);
	tcase_add_loop_test(tcase, lines_and_keys_have_a_state, 0, N(states));
	tcase_add_loop_test(tcase, without_a_host_the_version_decides, 0, N(by_version));
	tcase_add_test(tcase, lines_say_what_beats_them);
	tcase_add_test(tcase, an_algorithm_is_offered_or_not);
	tcase_add_test(tcase, a_glob_wins_where_nothing_names_its_keys);
	tcase_add_test(tcase, keys_say_what_boots);
	tcase_add_loop_test(tcase, the_loader_of_the_host_decides, 0, N(boots));
	tcase_add_test(tcase, a_refused_value_changes_nothing);
	tcase_add_test(tcase, systemd_forgets_what_is_excluded_later);
	tcase_add_test(tcase, other_keys_leave_doubts);
	tcase_add_test(tcase, in_the_bounds_there_is_no_doubt);
	tcase_add_test(tcase, no_boot_loads_files_into_another_namespace);
	tcase_add_loop_test(tcase, modules_come_before_the_files_or_not, 0, N(modules));
	suite_add_tcase(suite, tcase);
	return suite;
}
