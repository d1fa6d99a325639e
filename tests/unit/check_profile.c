/* Profiles: what they may say, and what they want of a host. */
#include <check.h>
#include <string.h>

#include "core/param.h"
#include "core/profile.h"

static const char parameters[] =
	"- {key: net.ipv4.tcp_fin_timeout, type: integer, unit: seconds, min: 0, max: 1000, default: 60,"
	" scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.core.somaxconn, type: integer, min: 0, max: 2147483647, default: 4096,"
	" scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.ipv4.tcp_congestion_control, type: text, scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.ipv4.ip_local_reserved_ports, type: ports, scope: namespace, does: d, sources: [s]}\n"
	"- {key: net.ipv4.tcp_rmem, type: tuple, arity: 3, unit: bytes, ordered: true, scope: namespace, does: d,"
	" sources: [s]}\n";

static const char base[] = "profile: base\ntitle: t\n"
			   "parameters: {wait: {value: 20 s, unit: seconds, means: m}}\n"
			   "settings:\n"
			   "  - {key: net.ipv4.tcp_fin_timeout, value: wait, why: w}\n"
			   "  - {key: net.core.somaxconn, at_least: 1024, why: w}\n";

struct bench {
	struct arena *arena;
	struct diag diag;
	struct catalog catalog;
	struct facts *facts;
	const struct node *base;
	const struct node *others[4]; /* named "a", "b", ... */
	struct profile_set sets[2];
	size_t n_sets;
};

static struct bench bench_new(void)
{
	struct bench b = {.arena = arena_new()};
	struct params *params = params_new(b.arena);

	b.diag = diag_new(b.arena);
	ck_assert(params_load(params, node_load(b.arena, &b.diag, "p", parameters, strlen(parameters)),
			      &b.diag));
	b.catalog.params = params;
	b.facts = facts_new(b.arena);
	b.base = node_load(b.arena, &b.diag, "base.yaml", base, strlen(base));
	return b;
}

static const struct node *find_profile(void *context, const char *name, struct place place)
{
	struct bench *b = context;

	if (!strcmp(name, "base"))
		return b->base;
	if (strlen(name) == 1 && *name >= 'a' && *name <= 'd')
		return b->others[*name - 'a'];
	diag_error(&b->diag, place, "there is no profile '%s'", name);
	return NULL;
}

static const struct profile *load(struct bench *b, const char *text)
{
	const struct profile_lookup lookup = {.find = find_profile, .context = b};
	const struct node *node = node_load(b->arena, &b->diag, "x.yaml", text, strlen(text));

	ck_assert_ptr_nonnull(node);
	return profile_load(b->arena, &b->catalog, &b->diag, node, &lookup, b->sets, b->n_sets);
}

static const struct {
	const char *settings, *message;
	unsigned line, column;
} bad[] = {
	{"  - {key: net.ipv4.tcp_fin_timout, value: 1, why: w}", "did you mean 'net.ipv4.tcp_fin_timeout'?",
	 4, 11},
	{"  - {key: net.ipv4.tcp_fin_timeout, why: w}", "asks with one of", 4, 5},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: 1, at_least: 1, why: w}", "asks with one of", 4, 5},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: 1}", "'why'", 4, 5},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: 16 MiB, why: w}", "counted in seconds, not in bytes", 4,
	 44},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: 1001, why: w}", "1001", 4, 44},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: [1, 2], why: w}", "1 element", 4, 44},
	{"  - {key: net.ipv4.tcp_rmem, value: 4096, why: w}", "3 elements", 4, 37},
	{"  - {key: net.ipv4.tcp_rmem, value: [8192, 4096, 4096], why: w}", "4096", 4, 37},
	{"  - {key: net.ipv4.tcp_congestion_control, at_least: cubic, why: w}", "is a text", 4, 54},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: nothing, why: w}", "unknown name 'nothing'", 4, 44},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: 1, why: w}\n"
	 "  - {key: net.ipv4.tcp_fin_timeout, value: 2, why: w}",
	 "set twice", 5, 11},
	{"  - {key: net.ipv4.tcp_fin_timeout, value: 1, why: w, whie: w}", "'whie'", 4, 55},
	{"  - {key: net.core.somaxconn, value: 30 s, why: w}", "counted in plain numbers, not in seconds", 4, 38},
	{"  - {key: net.core.somaxconn, value: 30%, why: w}", "counted in plain numbers, not in percent", 4, 38},
	{"  - {key: net.core.somaxconn, one_of: [], why: w}", "one_of has 1 to 16 values", 4, 39},
	{"  - {key: net.ipv4.tcp_rmem, one_of: [1, 2, 3], why: w}", "one_of takes single values", 4, 38},
	{"  - {key: net.ipv4.tcp_fin_timeout, one_of: [cpus, 1001], why: w}", "1001 is above 1000", 4, 45},
	{"  []\nparameters: {a b: {value: 1, means: m}}", "cannot be a name", 5, 14},
	{"  []\nparameters: {cpus: {value: 1, means: m}}", "the name 'cpus' is taken", 5, 14},
	{"  []\nparameters: {a: {value: 1, means: m, unit: hours}}", "'hours' is no unit", 5, 44},
	{"  []\nparameters: {a: {means: m}}", "profile x needs --set a=VALUE: m", 5, 14},
	{"  []\nparameters: {a: {means: m, unit: seconds}}", "profile x needs --set a=VALUE: m (seconds)", 5, 14},
	{"  []\nparameters: {a: {value: 1, means: m, min: 2}}", "a is at least 2, not 1", 5, 25},
	{"  []\nparameters: {a: {value: 3, means: m, max: 2}}", "a is at most 2, not 3", 5, 25},
	{"  []\nparameters: {a: {value: 3, means: m, max: cpus}}", "a constant is needed", 5, 43},
	{"  []\nparameters: {a: {value: 3, means: m, unit: seconds, max: 1 MiB}}",
	 "a is counted in seconds", 5, 58},
	{"  - {key: net.ipv4.ip_local_reserved_ports, at_most: '8080', why: w}", "is a text", 4, 54},
	{"  - {key: net.ipv4.ip_local_reserved_ports, at_least: '70000', why: w}", "above 65535, the highest port", 4, 55},
};

START_TEST(a_bad_profile_says_where)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, arena_printf(b.arena, "profile: x\ntitle: t\nsettings:\n%s\n", bad[_i].settings));
	const struct diag_message *message = b.diag.messages;

	ck_assert_ptr_null(profile);
	ck_assert_uint_ge(b.diag.n, 1);
	ck_assert_msg(strstr(message->text, bad[_i].message) != NULL, "%s", message->text);
	ck_assert_str_eq(message->place.file, "x.yaml");
	ck_assert_uint_eq(message->place.line, bad[_i].line);
	ck_assert_uint_eq(message->place.column, bad[_i].column);
	arena_free(b.arena);
}
END_TEST

static struct wish wish_of(struct bench *b, const struct profile *profile, size_t i, const char *current)
{
	struct eval *eval = arena_alloc(b->arena, sizeof(*eval));

	*eval = (struct eval){.arena = b->arena, .facts = b->facts, .catalog = &b->catalog};
	return profile_wish(&profile->settings[i], eval, current);
}

START_TEST(extends_takes_over_and_replaces)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, "profile: x\ntitle: t\nextends: base\nsettings:\n"
			 "  - {key: net.core.somaxconn, value: 8192, why: mine}\n");

	ck_assert_ptr_nonnull(profile);
	ck_assert_str_eq(profile->name, "x");
	ck_assert_uint_eq(profile->n_settings, 2);
	ck_assert_str_eq(profile->settings[0].profile, "base");
	ck_assert_str_eq(wish_of(&b, profile, 0, "60").value, "20");
	ck_assert_str_eq(profile->settings[1].why, "mine");
	ck_assert_str_eq(wish_of(&b, profile, 1, "9000").value, "8192");
	arena_free(b.arena);
}
END_TEST

START_TEST(set_gives_a_parameter_its_value)
{
	struct bench b = bench_new();
	const struct profile *profile;

	b.sets[0] = (struct profile_set){.name = "wait", .value = "2 min"};
	b.n_sets = 1;
	profile = load(&b, base);
	ck_assert_ptr_nonnull(profile);
	ck_assert(b.sets[0].used);
	ck_assert_str_eq(wish_of(&b, profile, 0, "60").value, "120");
	arena_free(b.arena);
}
END_TEST

/* A number without a unit is counted as the parameter says, not as the key. */
START_TEST(a_bare_number_has_the_unit_of_its_parameter)
{
	struct bench b = bench_new();
	const struct profile *profile;

	b.sets[0] = (struct profile_set){.name = "wait", .value = "5000"};
	b.n_sets = 1;
	profile = load(&b, "profile: x\ntitle: t\nparameters: {wait: {unit: milliseconds, means: m}}\n"
			   "settings: [{key: net.ipv4.tcp_fin_timeout, value: wait, why: w}]\n");
	ck_assert_ptr_nonnull(profile);
	ck_assert_str_eq(wish_of(&b, profile, 0, "60").value, "5");
	arena_free(b.arena);
}
END_TEST

START_TEST(parameters_are_taken_over_and_replaced)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, "profile: x\ntitle: t\nextends: base\nparameters:\n"
			 "  wait: {value: 40 s, unit: seconds, means: longer}\n"
			 "  half: {value: wait / 2, unit: seconds, means: m}\n"
			 "settings:\n  - {key: net.core.somaxconn, value: half / 1 s, why: w}\n");

	ck_assert_msg(profile != NULL, "%s", b.diag.n ? b.diag.messages[0].text : "");
	ck_assert_uint_eq(profile->n_parameters, 2);
	ck_assert_str_eq(profile->parameters[0].means, "longer");
	/* What the other profile asks with its own is its own. */
	ck_assert_str_eq(wish_of(&b, profile, 0, "60").value, "20");
	ck_assert_str_eq(wish_of(&b, profile, 1, "60").value, "20");
	arena_free(b.arena);
}
END_TEST

static const struct node *document(struct bench *b, const char *text)
{
	return node_load(b->arena, &b->diag, "y.yaml", text, strlen(text));
}

/* b and c extend a: what b changed is not taken back when c is read. */
START_TEST(two_ways_to_one_profile)
{
	struct bench b = bench_new();
	const struct profile *profile;

	b.others[0] = document(&b, "profile: a\ntitle: t\nsettings:\n"
				   "  - {key: net.ipv4.tcp_fin_timeout, value: 10, why: w}\n"
				   "  - {key: net.core.somaxconn, value: 10, why: w}\n");
	b.others[1] = document(&b, "profile: b\ntitle: t\nextends: a\nsettings:\n"
				   "  - {key: net.core.somaxconn, value: 20, why: w}\n");
	b.others[2] = document(&b, "profile: c\ntitle: t\nextends: [a, a]\nsettings: []\n");
	profile = load(&b, "profile: x\ntitle: t\nextends: [b, c]\nsettings: []\n");
	ck_assert_msg(profile != NULL, "%s", b.diag.n ? b.diag.messages[0].text : "");
	ck_assert_uint_eq(profile->n_settings, 2);
	ck_assert_str_eq(wish_of(&b, profile, 0, "5").value, "10");
	ck_assert_str_eq(wish_of(&b, profile, 1, "5").value, "20");
	arena_free(b.arena);
}
END_TEST

START_TEST(to_be_shown_a_profile_needs_no_values)
{
	struct bench b = bench_new();
	const struct profile_lookup none = {0};
	const struct node *node = document(&b, "profile: x\ntitle: t\nparameters: {wait: {unit: seconds, means: m}}\n"
					       "settings: [{key: net.ipv4.tcp_fin_timeout, value: wait, why: w}]\n");

	ck_assert_ptr_nonnull(profile_load(b.arena, &b.catalog, &b.diag, node, &none, NULL, 0));
	ck_assert_uint_eq(b.diag.n, 0);
	arena_free(b.arena);
}
END_TEST

static const struct {
	const char *value, *message; /* NULL: it is good */
} bounded[] = {
	{"10 ms", NULL},
	{"10", NULL},
	{"9999 us", "wait is at least 10 ms, not 9999 us"},
	{"9.9", "wait is at least 10 ms, not 9.9"},
	{"2 s", NULL},
	{"2000", NULL},
	{"2001 ms", "wait is at most 2 s, not 2001 ms"},
	{"3", "wait is at least 10 ms, not 3"},
	{"-1 s", "wait is at least 10 ms, not -1 s"},
	/* It depends on the host and is not known yet. */
	{"cpus * 1 s", NULL},
};

START_TEST(a_parameter_keeps_to_its_range)
{
	struct bench b = bench_new();
	const struct profile *profile;

	b.sets[0] = (struct profile_set){.name = "wait", .value = bounded[_i].value};
	b.n_sets = 1;
	profile = load(&b, "profile: x\ntitle: t\n"
			   "parameters: {wait: {unit: milliseconds, min: 10 ms, max: 2 s, means: m}}\n"
			   "settings: [{key: net.ipv4.tcp_fin_timeout, value: wait, why: w}]\n");
	if (!bounded[_i].message) {
		ck_assert_msg(profile != NULL, "%s", b.diag.n ? b.diag.messages[0].text : "");
		ck_assert_str_eq(profile->parameters[0].min, "10 ms");
		ck_assert_str_eq(profile->parameters[0].max, "2 s");
		ck_assert_ptr_null(profile->parameters[0].value);
	} else {
		ck_assert_ptr_null(profile);
		ck_assert_str_eq(b.diag.messages[0].text, bounded[_i].message);
		ck_assert_str_eq(b.diag.messages[0].place.file,
				 arena_printf(b.arena, "--set wait=%s", bounded[_i].value));
	}
	arena_free(b.arena);
}
END_TEST

static const char *const bad_sets[] = {"2 MiB", "soon", "", "2 s 3"};

START_TEST(a_bad_set_is_an_error)
{
	struct bench b = bench_new();

	b.sets[0] = (struct profile_set){.name = "wait", .value = bad_sets[_i]};
	b.n_sets = 1;
	ck_assert_ptr_null(load(&b, base));
	ck_assert_str_eq(b.diag.messages[0].place.file,
			 arena_printf(b.arena, "--set wait=%s", bad_sets[_i]));
	arena_free(b.arena);
}
END_TEST

START_TEST(a_circle_is_an_error)
{
	struct bench b = bench_new();
	const char text[] = "profile: base\ntitle: t\nextends: [base]\nsettings: []\n";

	b.base = node_load(b.arena, &b.diag, "base.yaml", text, strlen(text));
	ck_assert_ptr_null(load(&b, text));
	ck_assert_ptr_nonnull(strstr(b.diag.messages[0].text, "circle"));
	arena_free(b.arena);
}
END_TEST

START_TEST(a_condition_that_does_not_hold_asks_nothing)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, "profile: x\ntitle: t\nsettings:\n"
			 "  - {key: net.core.somaxconn, value: 1, when: cpus > 8, why: w}\n");

	facts_set(b.facts, "cpus", value_number(4, UNIT_NONE));
	ck_assert(!wish_of(&b, profile, 0, "5").applies);
	facts_set(b.facts, "cpus", value_number(16, UNIT_NONE));
	ck_assert(wish_of(&b, profile, 0, "5").applies);
	facts_set_missing(b.facts, "cpus", FACT_UNREADABLE, "hidden");
	ck_assert_ptr_nonnull(strstr(wish_of(&b, profile, 0, "5").why_not, "hidden"));
	arena_free(b.arena);
}
END_TEST

static const struct {
	const char *key, *asks, *current, *value, *words;
	bool satisfied;
} wishes[] = {
	{"net.core.somaxconn", "value: 5", "5", "5", "5", true},
	{"net.core.somaxconn", "value: 5", "6", "5", "5", false},
	{"net.core.somaxconn", "value: 5", NULL, "5", "5", false},
	{"net.core.somaxconn", "at_least: 5", "6", "6", "at least 5", true},
	{"net.core.somaxconn", "at_least: 5", "4", "5", "at least 5", false},
	{"net.core.somaxconn", "at_most: 5", "6", "5", "at most 5", false},
	{"net.core.somaxconn", "at_most: 5", "5", "5", "at most 5", true},
	{"net.core.somaxconn", "one_of: [5, 6]", "6", "6", "one of 5, 6", true},
	{"net.core.somaxconn", "one_of: [5, 6]", "7", "5", "one of 5, 6", false},
	{"net.core.somaxconn", "value: 7 / 2", "3", "3", "3", true},
	{"net.core.somaxconn", "value: 0 * -1", "0", "0", "0", true},
	{"net.core.somaxconn", "value: -0.5", "0", "0", "0", true},
	{"net.ipv4.tcp_rmem", "value: [keep, keep, 16 MiB]", "1\t2\t3", "1 2 16777216",
	 "(kept) (kept) 16777216", false},
	{"net.ipv4.tcp_rmem", "at_least: [2, keep, 3]", "1\t2\t30", "2 2 30", "at least 2 (kept) 3", false},
	{"net.ipv4.tcp_rmem", "at_least: [1, keep, 3]", "1 2 30", "1 2 30", "at least 1 (kept) 3", true},
	{"net.ipv4.tcp_congestion_control", "one_of: [bbr, cubic]", "cubic", "cubic", "one of bbr, cubic",
	 true},
	{"net.ipv4.tcp_congestion_control", "one_of: [bbr, cubic]", "reno", "bbr", "one of bbr, cubic",
	 false},
	{"net.ipv4.tcp_congestion_control", "value: bbr", "bbr", "bbr", "bbr", true},
	{"net.ipv4.ip_local_reserved_ports", "at_least: '80,90-92'", "", "80,90-92", "at least 80,90-92", false},
	{"net.ipv4.ip_local_reserved_ports", "at_least: '80,90-92'", "93", "80,90-93", "at least 80,90-92", false},
	{"net.ipv4.ip_local_reserved_ports", "at_least: '80,90-92'", "80,90-91", "80,90-92", "at least 80,90-92",
	 false},
	{"net.ipv4.ip_local_reserved_ports", "at_least: '80,90-92'", "1,80-100", "1,80-100", "at least 80,90-92",
	 true},
	{"net.ipv4.ip_local_reserved_ports", "at_least: '80'", NULL, "80", "at least 80", false},
	{"net.ipv4.ip_local_reserved_ports", "at_least: ''", "", "", "at least ", true},
	{"net.ipv4.ip_local_reserved_ports", "value: '80'", "80,81", "80", "80", false},
};

START_TEST(a_wish_is_held_against_what_is)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, arena_printf(b.arena, "profile: x\ntitle: t\nsettings:\n  - {key: %s, %s, why: w}\n",
				      wishes[_i].key, wishes[_i].asks));
	struct wish wish;

	ck_assert_msg(profile != NULL, "%s", b.diag.n ? b.diag.messages[0].text : "");
	wish = wish_of(&b, profile, 0, wishes[_i].current);
	ck_assert_ptr_null(wish.why_not);
	ck_assert_str_eq(wish.value, wishes[_i].value);
	ck_assert_str_eq(wish.asks, wishes[_i].words);
	ck_assert_int_eq(wish.satisfied, wishes[_i].satisfied);
	arena_free(b.arena);
}
END_TEST

START_TEST(kept_elements_of_an_unknown_tuple_are_unknown)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, "profile: x\ntitle: t\nsettings:\n"
			 "  - {key: net.ipv4.tcp_rmem, value: [keep, 2, 3], why: w}\n");

	ck_assert_ptr_nonnull(wish_of(&b, profile, 0, NULL).why_not);
	arena_free(b.arena);
}
END_TEST

/* It would be written, parentheses and all. */
START_TEST(a_text_with_an_unknown_part_is_unknown)
{
	struct bench b = bench_new();
	const struct profile *profile =
		load(&b, "profile: x\ntitle: t\nsettings:\n"
			 "  - {key: net.ipv4.tcp_congestion_control, value: 'a{host.name}', why: w}\n");
	struct wish wish = wish_of(&b, profile, 0, "cubic");

	ck_assert_str_eq(wish.why_not, "host.name: not observed");
	ck_assert_ptr_null(wish.value);
	facts_set(b.facts, "host.name", value_text("b"));
	ck_assert_str_eq(wish_of(&b, profile, 0, "cubic").value, "ab");
	arena_free(b.arena);
}
END_TEST

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *profile_suite(void);

Suite *profile_suite(void)
{
	Suite *suite = suite_create("profile");
	TCase *tcase = tcase_create("profile");

	tcase_add_loop_test(tcase, a_bad_profile_says_where, 0, N(bad));
	tcase_add_test(tcase, extends_takes_over_and_replaces);
	tcase_add_test(tcase, set_gives_a_parameter_its_value);
	tcase_add_test(tcase, a_bare_number_has_the_unit_of_its_parameter);
	tcase_add_test(tcase, parameters_are_taken_over_and_replaced);
	tcase_add_test(tcase, two_ways_to_one_profile);
	tcase_add_test(tcase, to_be_shown_a_profile_needs_no_values);
	tcase_add_loop_test(tcase, a_bad_set_is_an_error, 0, N(bad_sets));
	tcase_add_loop_test(tcase, a_parameter_keeps_to_its_range, 0, N(bounded));
	tcase_add_test(tcase, a_circle_is_an_error);
	tcase_add_test(tcase, a_condition_that_does_not_hold_asks_nothing);
	tcase_add_loop_test(tcase, a_wish_is_held_against_what_is, 0, N(wishes));
	tcase_add_test(tcase, a_text_with_an_unknown_part_is_unknown);
	tcase_add_test(tcase, kept_elements_of_an_unknown_tuple_are_unknown);
	suite_add_tcase(suite, tcase);
	return suite;
}
