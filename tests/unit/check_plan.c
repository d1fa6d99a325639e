/* The planner: profiles, findings, files and the running kernel held against each other. */
#include <check.h>
#include <string.h>

#include "core/param.h"
#include "core/plan.h"

static const char parameters[] =
	"- {key: net.ipv4.tcp_fin_timeout, type: integer, unit: seconds, min: 0, max: 1000, default: 60,"
	" scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.ipv4.tcp_tw_reuse, type: integer, min: 0, max: 2, default: 2, scope: namespace,"
	" does: d, sources: [s]}\n"
	"- {key: net.ipv4.tcp_tw_recycle, type: boolean, removed: '4.12', scope: namespace, does: d,"
	" sources: [s]}\n"
	"- {key: net.ipv4.tcp_fack, type: boolean, noop_since: '4.15', scope: namespace, does: d,"
	" sources: [s]}\n"
	"- {key: net.core.rmem_max, type: integer, unit: bytes, scope: global, does: d, sources: [s]}\n"
	"- {key: net.core.somaxconn, type: integer, min: 0, max: 2147483647, default: 4096,"
	" scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.ipv4.ip_local_port_range, type: tuple, arity: 2, min: 1, max: 65535,"
	" min_from: net.ipv4.ip_unprivileged_port_start, scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.ipv4.tcp_mem, type: tuple, arity: 3, unit: pages, scope: global, does: d,"
	" sources: [s]}\n"
	"- {key: net.ipv4.ip_unprivileged_port_start, type: integer, scope: namespace, does: d,"
	" sources: [s]}\n"
	"- {key: net.ipv4.tcp_congestion_control, type: text, scope: namespace, does: d, sources: [s],"
	" among: net.ipv4.tcp_available_congestion_control,"
	" among_in_child: net.ipv4.tcp_allowed_congestion_control}\n"
	"- {key: net.ipv4.tcp_available_congestion_control, type: text, scope: global, does: d,"
	" sources: [s]}\n"
	"- {key: net.ipv4.tcp_allowed_congestion_control, type: text, scope: global, does: d,"
	" sources: [s]}\n"
	"- {key: net.ipv4.tcp_rto_max_ms, type: integer, unit: milliseconds, rounded: true, scope: namespace,"
	" does: d, sources: [s]}\n"
	"- {key: net.ipv4.tcp_rmem, type: tuple, arity: 3, unit: bytes, scope: namespace, does: d,"
	" sources: [s]}\n";

/* Everything that one plan is made from. */
struct bench {
	struct arena *arena;
	struct diag diag;
	struct catalog catalog;
	struct facts *facts;
	struct findings findings;
	const struct profile *profiles[4];
	size_t n_profiles;
	struct conf conf;
	struct conf_file *files[4];
	const char *dropin;
};

static struct bench bench_new(const char *kernel)
{
	struct bench b = {.arena = arena_new()};
	struct params *params = params_new(b.arena);
	struct value version = {.type = VALUE_VERSION};

	b.diag = diag_new(b.arena);
	ck_assert(params_load(params, node_load(b.arena, &b.diag, "p", parameters, strlen(parameters)), &b.diag));
	b.catalog.params = params;
	b.facts = facts_new(b.arena);
	ck_assert(version_parse(kernel, &version.version));
	facts_set(b.facts, "kernel.version", version);
	return b;
}

static void set_key(struct bench *b, const char *key, const char *text)
{
	const struct param *param = params_find(b->catalog.params, key);
	struct value value;

	ck_assert(param_parse(b->arena, param, text, &value));
	facts_set(b->facts, key, value);
	facts_set(b->facts, arena_printf(b->arena, "raw:%s", key), value_text(text));
	facts_set(b->facts, arena_printf(b->arena, "writable:%s", key), value_bool(true));
}

static void add_profile(struct bench *b, const char *name, const char *settings)
{
	const char *text = arena_printf(b->arena, "profile: %s\ntitle: t\nsettings:\n%s", name, settings);
	const struct node *node = node_load(b->arena, &b->diag, "profile.yaml", text, strlen(text));
	const struct profile_lookup none = {0};

	ck_assert_ptr_nonnull(node);
	b->profiles[b->n_profiles] =
		profile_load(b->arena, &b->catalog, &b->diag, node, &none, NULL, 0);
	ck_assert_msg(b->profiles[b->n_profiles] != NULL, "%s",
		      b->diag.n ? b->diag.messages[0].text : "no profile");
	b->n_profiles++;
}

static void add_finding(struct bench *b, const char *id, const char *key, const char *to)
{
	struct remedy *remedy = arena_alloc(b->arena, sizeof(*remedy));

	*remedy = (struct remedy){.kind = REMEDY_SYSCTL, .text = "set it", .key = key, .to = to};
	b->findings.items = arena_grow(b->arena, b->findings.items, b->findings.n, &b->findings.capacity,
				       sizeof(struct finding));
	b->findings.items[b->findings.n++] = (struct finding){
		.id = id, .title = id, .subject = "", .remedies = remedy, .n_remedies = 1};
}

static void add_file(struct bench *b, const char *path, const char *text)
{
	b->files[b->conf.n_files] = conf_parse(b->arena, path, text, strlen(text));
	b->conf.files = b->files;
	b->conf.n_files++;
}

static struct plan *bench_plan(struct bench *b)
{
	return plan_make(b->arena, &(struct plan_input){
					   .catalog = &b->catalog,
					   .facts = b->facts,
					   .findings = &b->findings,
					   .profiles = b->profiles,
					   .n_profiles = b->n_profiles,
					   .conf = &b->conf,
					   .dropin_path = DROPIN_PATH,
					   .dropin_now = b->dropin,
					   .dropin_now_length = b->dropin ? strlen(b->dropin) : 0,
				   });
}

/* The plan after the changes were made: running values and files as it wanted them. */
static struct plan *plan_again(struct bench *b, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_changes; i++)
		if (plan->changes[i].to && plan->changes[i].where & CHANGE_RUNNING)
			set_key(b, plan->changes[i].key, plan->changes[i].to);
	if (plan->dropin_changes) {
		b->dropin = plan->dropin;
		add_file(b, DROPIN_PATH, plan->dropin);
	}
	return bench_plan(b);
}

static void assert_settled(struct bench *b, const struct plan *plan)
{
	struct plan *again = plan_again(b, plan);

	ck_assert_uint_eq(again->n_changes, 0);
	ck_assert(!again->dropin_changes);
	ck_assert_str_eq(again->dropin, plan->dropin);
}

#define FIN_30 "  - {key: net.ipv4.tcp_fin_timeout, value: 30, why: w}\n"

START_TEST(a_value_that_differs_changes_both)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_int_eq(plan->settings[0].verdict, SETTING_DIFFERS);
	ck_assert_uint_eq(plan->n_changes, 1);
	ck_assert_str_eq(plan->changes[0].from, "60");
	ck_assert_str_eq(plan->changes[0].to, "30");
	ck_assert_uint_eq(plan->changes[0].where, CHANGE_RUNNING | CHANGE_FILE);
	ck_assert_str_eq(plan->changes[0].because[0], "p");
	ck_assert_str_eq(plan->changes[0].note, "below the kernel's default of 60");
	ck_assert_ptr_nonnull(strstr(plan->dropin, "\nnet.ipv4.tcp_fin_timeout = 30\n"));
	assert_settled(&b, plan);
	arena_free(b.arena);
}
END_TEST

START_TEST(a_running_value_that_no_file_keeps_is_pending)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "30");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_int_eq(plan->settings[0].verdict, SETTING_OK);
	ck_assert_uint_eq(plan->n_changes, 1);
	ck_assert_uint_eq(plan->changes[0].where, CHANGE_FILE);
	assert_settled(&b, plan);
	arena_free(b.arena);
}
END_TEST

START_TEST(a_value_that_another_file_keeps_is_in_order)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "30");
	add_file(&b, "/etc/sysctl.d/50-site.conf", "net.ipv4.tcp_fin_timeout=30\n");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, 0);
	ck_assert(!plan->dropin_changes);
	arena_free(b.arena);
}
END_TEST

START_TEST(a_later_file_is_an_obstacle)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_file(&b, "/etc/sysctl.d/99-site.conf", "# x\nnet.ipv4.tcp_fin_timeout = 15\n");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_obstacles, 1);
	ck_assert_str_eq(plan->obstacles[0].place.file, "/etc/sysctl.d/99-site.conf");
	ck_assert_uint_eq(plan->obstacles[0].place.line, 2);
	ck_assert_str_eq(plan->obstacles[0].value, "15");
	arena_free(b.arena);
}
END_TEST

START_TEST(etc_sysctl_conf_is_an_obstacle)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;
	const char text[] = "net/ipv4/tcp_fin_timeout = 15\n";

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	b.conf.last = conf_parse(b.arena, "/etc/sysctl.conf", text, strlen(text));
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_obstacles, 1);
	ck_assert_str_eq(plan->obstacles[0].place.file, "/etc/sysctl.conf");
	arena_free(b.arena);
}
END_TEST

/* systemd-sysctl forgets a line when "-key" comes after it. */
START_TEST(a_later_exclusion_is_an_obstacle)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_file(&b, "/etc/sysctl.d/10-site.conf", "-net.ipv4.tcp_fin_timeout\n");
	add_file(&b, "/etc/sysctl.d/99-site.conf", "-net/ipv4/tcp_fin_timeout\n");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_obstacles, 1);
	ck_assert_str_eq(plan->obstacles[0].place.file, "/etc/sysctl.d/99-site.conf");
	ck_assert_ptr_null(plan->obstacles[0].value);
	arena_free(b.arena);
}
END_TEST

START_TEST(an_earlier_file_is_no_obstacle)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "15");
	add_file(&b, "/usr/lib/sysctl.d/50-default.conf", "net.ipv4.tcp_fin_timeout = 15\n");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_obstacles, 0);
	ck_assert_uint_eq(plan->changes[0].where, CHANGE_RUNNING | CHANGE_FILE);
	arena_free(b.arena);
}
END_TEST

static const struct {
	const char *kernel, *key, *current, *setting;
	bool writable;
	enum setting_verdict verdict;
	const char *note;
	bool warns;
} states[] = {
	{"6.18", "net.ipv4.tcp_tw_recycle", NULL, "value: 1, refuse: it drops clients", true,
	 SETTING_REMOVED, "Linux 4.12 removed it", true},
	{"4.9", "net.ipv4.tcp_tw_recycle", "0", "value: 1, refuse: it drops clients", true,
	 SETTING_REFUSED, "it drops clients", true},
	{"6.18", "net.ipv4.tcp_tw_recycle", NULL, "value: 0", true, SETTING_REMOVED, "4.12", true},
	{"4.9", "net.ipv4.tcp_tw_recycle", "1", "value: 0", true, SETTING_DIFFERS, NULL, false},
	{"6.18", "net.ipv4.tcp_fack", "0", "value: 1", true, SETTING_NOOP, "since Linux 4.15", false},
	{"4.9", "net.ipv4.tcp_fack", "0", "value: 1", true, SETTING_DIFFERS, NULL, false},
	{"6.18", "net.core.rmem_max", "212992", "at_least: 4 MiB", false, SETTING_READ_ONLY,
	 "/proc/sys is read-only", false},
	{"6.18", "net.core.rmem_max", NULL, "value: 1", true, SETTING_ABSENT, "built without it", false},
	{"6.18", "net.core.somaxconn", "8192", "at_least: 4096", true, SETTING_OK, NULL, false},
	{"6.18", "net.core.somaxconn", "128", "at_least: 4096", true, SETTING_DIFFERS, NULL, false},
	{"6.18", "net.core.somaxconn", "8192", "at_most: 4096", true, SETTING_DIFFERS, NULL, false},
	{"6.18", "net.core.somaxconn", "8192", "one_of: [4096, 8192]", true, SETTING_OK, NULL, false},
	{"6.18", "net.core.somaxconn", "1", "one_of: [4096, 8192]", true, SETTING_DIFFERS, NULL, false},
};

START_TEST(a_setting_has_the_verdict_of_its_key)
{
	struct bench b = bench_new(states[_i].kernel);
	struct plan *plan;

	if (states[_i].current)
		set_key(&b, states[_i].key, states[_i].current);
	else
		facts_set_missing(b.facts, states[_i].key, FACT_ABSENT, NULL);
	facts_set(b.facts, arena_printf(b.arena, "writable:%s", states[_i].key),
		  value_bool(states[_i].writable));
	add_profile(&b, "p", arena_printf(b.arena, "  - {key: %s, %s, why: w}\n", states[_i].key,
					  states[_i].setting));
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_settings, 1);
	ck_assert_int_eq(plan->settings[0].verdict, states[_i].verdict);
	if (states[_i].note)
		ck_assert_msg(strstr(plan->settings[0].note, states[_i].note) != NULL, "%s",
			      plan->settings[0].note);
	ck_assert_int_eq(plan->settings[0].warning != NULL, states[_i].warns);
	if (states[_i].verdict != SETTING_OK && states[_i].verdict != SETTING_DIFFERS) {
		ck_assert_uint_eq(plan->n_changes, 0);
		ck_assert_str_eq(plan->dropin, "");
		ck_assert_uint_eq(plan->n_skipped, 1);
	}
	arena_free(b.arena);
}
END_TEST

static const struct {
	const char *key, *child, *setting;
	enum setting_verdict verdict;
	const char *note;
} sealed[] = {
	{"net.ipv4.tcp_fin_timeout", "yes", "value: 60", SETTING_OK, NULL},
	{"net.ipv4.tcp_fin_timeout", "yes", "value: 30", SETTING_READ_ONLY, "/proc/sys is read-only"},
	{"net.core.rmem_max", "yes", "at_least: 60", SETTING_OK, NULL},
	{"net.core.rmem_max", "yes", "at_least: 4 MiB", SETTING_READ_ONLY, "initial network namespace"},
	{"net.core.rmem_max", "no", "at_least: 4 MiB", SETTING_READ_ONLY, "/proc/sys is read-only"},
	{"net.core.rmem_max", NULL, "at_least: 4 MiB", SETTING_READ_ONLY, "/proc/sys is read-only"},
};

START_TEST(what_cannot_be_written_may_still_be_as_asked)
{
	struct bench b = bench_new("6.18");
	struct plan *plan;

	set_key(&b, sealed[_i].key, "60");
	facts_set(b.facts, arena_printf(b.arena, "writable:%s", sealed[_i].key), value_bool(false));
	if (sealed[_i].child)
		facts_set(b.facts, "namespace.child", value_bool(!strcmp(sealed[_i].child, "yes")));
	add_profile(&b, "p", arena_printf(b.arena, "  - {key: %s, %s, why: w}\n", sealed[_i].key,
					  sealed[_i].setting));
	plan = bench_plan(&b);
	ck_assert_int_eq(plan->settings[0].verdict, sealed[_i].verdict);
	ck_assert_uint_eq(plan->n_changes, 0);
	ck_assert_str_eq(plan->dropin, "");
	ck_assert_uint_eq(plan->n_skipped, sealed[_i].note != NULL);
	if (sealed[_i].note)
		ck_assert_msg(strstr(plan->settings[0].note, sealed[_i].note) != NULL, "%s",
			      plan->settings[0].note);
	arena_free(b.arena);
}
END_TEST

START_TEST(a_tuple_keeps_what_is_not_asked)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_rmem", "4096\t131072\t6291456");
	add_profile(&b, "p", "  - {key: net.ipv4.tcp_rmem, at_least: [keep, keep, 16 MiB], why: w}\n");
	plan = bench_plan(&b);
	ck_assert_str_eq(plan->changes[0].from, "4096 131072 6291456");
	ck_assert_str_eq(plan->changes[0].to, "4096 131072 16777216");
	assert_settled(&b, plan);
	arena_free(b.arena);
}
END_TEST

START_TEST(two_values_are_a_conflict)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_profile(&b, "p", FIN_30);
	add_profile(&b, "q", "  - {key: net.ipv4.tcp_fin_timeout, value: 15, why: w}\n");
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, 0);
	ck_assert_int_eq(plan->settings[0].verdict, SETTING_CONFLICT);
	ck_assert_int_eq(plan->settings[1].verdict, SETTING_CONFLICT);
	ck_assert_str_eq(plan->settings[0].note, "profile p asks 30, profile q asks 15");
	arena_free(b.arena);
}
END_TEST

/* Profiles "p" and "q" over what is: the value for both, or NULL where there is none. */
static const struct {
	const char *key, *current, *p, *q, *value;
} pairs[] = {
	{"net.core.somaxconn", "100", "at_least: 4096", "at_most: 8192", "4096"},
	{"net.core.somaxconn", "10000", "at_least: 4096", "at_most: 8192", "8192"},
	{"net.core.somaxconn", "5000", "at_least: 4096", "at_most: 8192", "5000"},
	{"net.core.somaxconn", "5000", "at_least: 8192", "at_most: 4096", NULL},
	{"net.core.somaxconn", "100", "at_least: 4096", "one_of: [1024, 8192]", "8192"},
	{"net.core.somaxconn", "100", "at_most: 4096", "value: 1024", "1024"},
	{"net.core.somaxconn", "100", "at_least: 4096", "value: 1024", NULL},
	{"net.ipv4.tcp_congestion_control", "reno", "one_of: [bbr, cubic]", "one_of: [cubic, reno]", "cubic"},
	{"net.ipv4.tcp_congestion_control", "reno", "one_of: [bbr, cubic]", "one_of: [dctcp, reno]", NULL},
	{"net.ipv4.tcp_congestion_control", "reno", "one_of: [bbr, cubic]", "value: cubic", "cubic"},
	{"net.ipv4.tcp_rmem", "4096 131072 6291456", "at_least: [keep, keep, 16 MiB]",
	 "at_least: [8192, keep, keep]", "8192 131072 16777216"},
	{"net.ipv4.tcp_rmem", "4096 131072 6291456", "value: [keep, keep, 16 MiB]",
	 "value: [8192, keep, keep]", "8192 131072 16777216"},
	{"net.ipv4.tcp_rmem", "4096 131072 6291456", "value: [keep, keep, 16 MiB]",
	 "at_most: [2048, keep, 8 MiB]", NULL},
	{"net.ipv4.tcp_rmem", "4096 131072 6291456", "at_least: [keep, 262144, keep]",
	 "at_most: [keep, 300000, 4 MiB]", "4096 262144 4194304"},
};

START_TEST(two_profiles_have_one_value)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, pairs[_i].key, pairs[_i].current);
	add_profile(&b, "p", arena_printf(b.arena, "  - {key: %s, %s, why: w}\n", pairs[_i].key, pairs[_i].p));
	add_profile(&b, "q", arena_printf(b.arena, "  - {key: %s, %s, why: w}\n", pairs[_i].key, pairs[_i].q));
	plan = bench_plan(&b);
	if (pairs[_i].value) {
		ck_assert_uint_eq(plan->n_changes, 1);
		ck_assert_str_eq(plan->changes[0].to, pairs[_i].value);
		assert_settled(&b, plan);
	} else {
		ck_assert_int_eq(plan->settings[0].verdict, SETTING_CONFLICT);
		ck_assert_uint_eq(plan->n_changes, 0);
	}
	arena_free(b.arena);
}
END_TEST

/* "at least" is in order whatever is larger: what runs, what a file has, both or another each. */
START_TEST(larger_is_large_enough)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.core.somaxconn", "128");
	add_profile(&b, "p", "  - {key: net.core.somaxconn, at_least: 4096, why: w}\n");
	plan = bench_plan(&b);
	set_key(&b, "net.core.somaxconn", "8192");
	b.dropin = plan->dropin;
	add_file(&b, DROPIN_PATH, plan->dropin);
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, 0);
	ck_assert_ptr_nonnull(strstr(plan->dropin, "net.core.somaxconn = 4096\n"));
	add_file(&b, "/etc/sysctl.d/99-site.conf", "net.core.somaxconn = 6000\n");
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, 0);
	ck_assert_uint_eq(plan->n_obstacles, 0);
	add_file(&b, "/etc/sysctl.d/99-site2.conf", "net.core.somaxconn = 06000\n");
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->changes[0].where, CHANGE_FILE);
	ck_assert_uint_eq(plan->n_obstacles, 1);
	arena_free(b.arena);
}
END_TEST

/* The kernel reads 036 as 30, and 030 as 24. */
START_TEST(a_file_is_read_as_the_kernel_does)
{
	struct bench b = bench_new("6.1");

	set_key(&b, "net.ipv4.tcp_fin_timeout", "30");
	add_profile(&b, "p", FIN_30);
	add_file(&b, "/etc/sysctl.d/50-site.conf", "net.ipv4.tcp_fin_timeout=036\n");
	ck_assert_uint_eq(bench_plan(&b)->n_changes, 0);
	add_file(&b, "/etc/sysctl.d/51-site.conf", "net.ipv4.tcp_fin_timeout=030\n");
	ck_assert_uint_eq(bench_plan(&b)->n_changes, 1);
	arena_free(b.arena);
}
END_TEST

static const struct {
	const char *asks, *current;
	bool is_ok;
} rounded[] = {
	{"value: 1", "4", true},    {"at_most: 1", "4", true}, {"one_of: [1, 100]", "4", true},
	{"at_least: 1", "4", true}, {"value: 1", "12", false}, {"at_most: 1", "12", false},
};

START_TEST(what_the_kernel_rounded_is_as_asked)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_rto_max_ms", rounded[_i].current);
	add_profile(&b, "p", arena_printf(b.arena, "  - {key: net.ipv4.tcp_rto_max_ms, %s, why: w}\n",
					  rounded[_i].asks));
	plan = bench_plan(&b);
	ck_assert_int_eq(plan->settings[0].verdict, rounded[_i].is_ok ? SETTING_OK : SETTING_DIFFERS);
	ck_assert_uint_eq(plan->changes[0].where & CHANGE_RUNNING, rounded[_i].is_ok ? 0 : CHANGE_RUNNING);
	arena_free(b.arena);
}
END_TEST

START_TEST(what_the_kernel_has_it_takes)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_tw_reuse", "3");
	add_profile(&b, "p", "  - {key: net.ipv4.tcp_tw_reuse, at_least: 1, why: w}\n");
	plan = bench_plan(&b);
	ck_assert_int_eq(plan->settings[0].verdict, SETTING_OK);
	ck_assert(!plan->settings[0].is_invalid);
	arena_free(b.arena);
}
END_TEST

START_TEST(one_setting_asks_once)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_profile(&b, "p", FIN_30);
	b.profiles[b.n_profiles++] = b.profiles[0];
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_settings, 1);
	ck_assert_uint_eq(plan->n_changes, 1);
	arena_free(b.arena);
}
END_TEST

START_TEST(what_is_left_out_for_many_rows_is_said_once)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	facts_set_missing(b.facts, "net.core.somaxconn", FACT_ABSENT, NULL);
	set_key(&b, "net.ipv4.tcp_tw_reuse", "2");
	for (int i = 0; i < 3; i++) {
		add_finding(&b, "absent", "net.core.somaxconn", "4096");
		add_finding(&b, "differs", "net.ipv4.tcp_tw_reuse", i ? "1" : "0");
	}
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_skipped, 2);
	ck_assert_str_eq(plan->skipped[1].why, "a conflict: finding differs asks 0, finding differs asks 1");
	arena_free(b.arena);
}
END_TEST

START_TEST(a_finding_and_a_profile_can_conflict)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_tw_reuse", "2");
	add_profile(&b, "p", "  - {key: net.ipv4.tcp_tw_reuse, value: 0, why: w}\n");
	add_finding(&b, "tw-reuse-candidate", "net.ipv4.tcp_tw_reuse", "1");
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, 0);
	ck_assert_int_eq(plan->settings[0].verdict, SETTING_CONFLICT);
	arena_free(b.arena);
}
END_TEST

START_TEST(reasons_that_agree_are_one_change)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.core.somaxconn", "128");
	add_profile(&b, "p", "  - {key: net.core.somaxconn, at_least: 4096, why: w}\n");
	add_finding(&b, "accept-queue-overflow", "net.core.somaxconn", "8192");
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, 1);
	ck_assert_str_eq(plan->changes[0].to, "8192");
	ck_assert_uint_eq(plan->changes[0].n_because, 2);
	assert_settled(&b, plan);
	arena_free(b.arena);
}
END_TEST

START_TEST(what_a_finding_brought_stays)
{
	struct bench b = bench_new("6.1");
	struct plan *plan, *again;

	set_key(&b, "net.core.somaxconn", "128");
	add_finding(&b, "somaxconn-low", "net.core.somaxconn", "4096");
	plan = bench_plan(&b);
	ck_assert_str_eq(plan->changes[0].because[0], "somaxconn-low");
	b.findings.n = 0; /* it is cured */
	again = plan_again(&b, plan);
	ck_assert_uint_eq(again->n_changes, 0);
	ck_assert_str_eq(again->dropin, plan->dropin);
	arena_free(b.arena);
}
END_TEST

START_TEST(a_line_that_nobody_asks_for_goes)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_profile(&b, "p", FIN_30);
	plan = bench_plan(&b);
	b.n_profiles = 0;
	plan = plan_again(&b, plan);
	ck_assert_uint_eq(plan->n_changes, 1);
	ck_assert_ptr_null(plan->changes[0].to);
	ck_assert_uint_eq(plan->changes[0].where, CHANGE_FILE);
	ck_assert_str_eq(plan->dropin, "");
	arena_free(b.arena);
}
END_TEST

/* A key that a line of the drop-in is for, and what it is today. */
static const struct {
	const char *line, *setting;
	enum fact_state state;
	bool is_locked, stays;
	const char *because, *note;
} lines[] = {
	{"finding f", NULL, FACT_ABSENT, false, true, NULL, NULL},
	{"finding f", NULL, FACT_UNREADABLE, false, true, NULL, NULL},
	{"finding f", NULL, FACT_KNOWN, true, true, NULL, NULL},
	{"profile p", "value: 1", FACT_ABSENT, false, true, NULL, NULL},
	{"profile p", "value: 1", FACT_UNREADABLE, false, true, NULL, NULL},
	{"profile p", "value: 1", FACT_KNOWN, true, true, NULL, NULL},
	{"profile p", "value: 0", FACT_KNOWN, true, true, NULL, NULL},
	{"profile p", NULL, FACT_KNOWN, true, false, "no profile asks for it any more", NULL},
	{"profile p", NULL, FACT_ABSENT, false, false, "no profile asks for it any more", NULL},
	{"profile p", "value: 1, refuse: r", FACT_KNOWN, false, false, "p", "r"},
};

START_TEST(a_line_stays_where_nothing_can_be_decided)
{
	struct bench b = bench_new("6.1");
	struct plan *plan;

	set_key(&b, "net.core.rmem_max", "0");
	if (lines[_i].state != FACT_KNOWN)
		facts_set_missing(b.facts, "net.core.rmem_max", lines[_i].state, NULL);
	facts_set(b.facts, "writable:net.core.rmem_max", value_bool(!lines[_i].is_locked));
	b.dropin = dropin_print(b.arena, &(struct dropin){
		.lines = &(struct dropin_line){.key = "net.core.rmem_max", .value = "1",
					       .because = &lines[_i].line, .n_because = 1},
		.n = 1,
	});
	add_file(&b, DROPIN_PATH, b.dropin);
	if (lines[_i].setting)
		add_profile(&b, "p", arena_printf(b.arena, "  - {key: net.core.rmem_max, %s, why: w}\n",
						  lines[_i].setting));
	plan = bench_plan(&b);
	ck_assert_uint_eq(plan->n_changes, !lines[_i].stays);
	ck_assert_str_eq(plan->dropin, lines[_i].stays ? b.dropin : "");
	if (!lines[_i].stays) {
		ck_assert_str_eq(plan->changes[0].because[0], lines[_i].because);
		if (lines[_i].note)
			ck_assert_str_eq(plan->changes[0].note, lines[_i].note);
	}
	arena_free(b.arena);
}
END_TEST

START_TEST(a_file_of_somebody_else_is_told)
{
	struct bench b = bench_new("6.1");

	set_key(&b, "net.ipv4.tcp_fin_timeout", "60");
	add_profile(&b, "p", FIN_30);
	b.dropin = "net.ipv4.tcp_fin_timeout = 10\n";
	ck_assert(bench_plan(&b)->dropin_foreign);
	arena_free(b.arena);
}
END_TEST

static const struct {
	const char *key, *asks, *note; /* note NULL: it is planned */
	bool is_child;
} refusals[] = {
	{"net.ipv4.ip_local_port_range", "[1024, 65535]", NULL, false},
	{"net.ipv4.ip_local_port_range", "[1023, 65535]",
	 "1023 is below net.ipv4.ip_unprivileged_port_start, which is 1024", false},
	{"net.ipv4.tcp_mem", "[1000, 2000, 262144]", NULL, false},
	{"net.ipv4.tcp_mem", "[1000, 2000, 16777216]",
	 "16777216 pages are more than the memory of this host, 262144 pages: it does not count bytes",
	 false},
	{"net.ipv4.tcp_congestion_control", "bbr", NULL, false},
	{"net.ipv4.tcp_congestion_control", "htcp", NULL, false},
	{"net.ipv4.tcp_congestion_control", "bbr",
	 "bbr is not in net.ipv4.tcp_allowed_congestion_control (reno cubic)", true},
};

START_TEST(what_this_host_would_refuse_is_not_planned)
{
	struct bench b = bench_new("6.18");
	struct plan *plan;

	set_key(&b, "net.ipv4.ip_local_port_range", "32768 60999");
	set_key(&b, "net.ipv4.ip_unprivileged_port_start", "1024");
	set_key(&b, "net.ipv4.tcp_congestion_control", "cubic");
	set_key(&b, "net.ipv4.tcp_mem", "100 200 300");
	facts_set(b.facts, "memory.pages", value_number(262144, UNIT_PAGES));
	set_key(&b, "net.ipv4.tcp_available_congestion_control", "reno cubic bbr");
	set_key(&b, "net.ipv4.tcp_allowed_congestion_control", "reno cubic");
	facts_set(b.facts, "namespace.child", value_bool(refusals[_i].is_child));
	add_profile(&b, "p", arena_printf(b.arena, "  - {key: %s, value: %s, why: w}\n",
					  refusals[_i].key, refusals[_i].asks));
	plan = bench_plan(&b);
	if (refusals[_i].note) {
		ck_assert_int_eq(plan->settings[0].verdict, SETTING_REFUSED);
		ck_assert_str_eq(plan->settings[0].note, refusals[_i].note);
		ck_assert(plan->settings[0].is_invalid);
		ck_assert_uint_eq(plan->n_changes, 0);
	} else {
		ck_assert_int_eq(plan->settings[0].verdict, SETTING_DIFFERS);
		ck_assert_uint_eq(plan->n_changes, 1);
	}
	arena_free(b.arena);
}
END_TEST

Suite *plan_suite(void);

Suite *plan_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *tcase = tcase_create("plan");

	tcase_add_test(tcase, a_value_that_differs_changes_both);
	tcase_add_test(tcase, a_running_value_that_no_file_keeps_is_pending);
	tcase_add_test(tcase, a_value_that_another_file_keeps_is_in_order);
	tcase_add_test(tcase, a_later_file_is_an_obstacle);
	tcase_add_test(tcase, etc_sysctl_conf_is_an_obstacle);
	tcase_add_test(tcase, a_later_exclusion_is_an_obstacle);
	tcase_add_test(tcase, an_earlier_file_is_no_obstacle);
	tcase_add_loop_test(tcase, a_setting_has_the_verdict_of_its_key, 0,
			    sizeof(states) / sizeof(states[0]));
	tcase_add_loop_test(tcase, what_cannot_be_written_may_still_be_as_asked, 0,
			    sizeof(sealed) / sizeof(sealed[0]));
	tcase_add_test(tcase, a_tuple_keeps_what_is_not_asked);
	tcase_add_test(tcase, two_values_are_a_conflict);
	tcase_add_loop_test(tcase, two_profiles_have_one_value, 0, sizeof(pairs) / sizeof(pairs[0]));
	tcase_add_test(tcase, larger_is_large_enough);
	tcase_add_test(tcase, a_file_is_read_as_the_kernel_does);
	tcase_add_loop_test(tcase, what_the_kernel_rounded_is_as_asked, 0, sizeof(rounded) / sizeof(rounded[0]));
	tcase_add_test(tcase, what_the_kernel_has_it_takes);
	tcase_add_test(tcase, one_setting_asks_once);
	tcase_add_test(tcase, what_is_left_out_for_many_rows_is_said_once);
	tcase_add_test(tcase, a_finding_and_a_profile_can_conflict);
	tcase_add_test(tcase, reasons_that_agree_are_one_change);
	tcase_add_test(tcase, what_a_finding_brought_stays);
	tcase_add_test(tcase, a_line_that_nobody_asks_for_goes);
	tcase_add_loop_test(tcase, a_line_stays_where_nothing_can_be_decided, 0,
			    sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(tcase, a_file_of_somebody_else_is_told);
	tcase_add_loop_test(tcase, what_this_host_would_refuse_is_not_planned, 0,
			    sizeof(refusals) / sizeof(refusals[0]));
	suite_add_tcase(suite, tcase);
	return suite;
}
