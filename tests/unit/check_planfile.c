/* Places in JSON, and plans from outside. On a kernel: tests/netns/plan.sh. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/dropin.h"
#include "core/json_place.h"
#include "core/planfile.h"

Suite *planfile_suite(void);

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

static const char json[] = "{\n"
			   "  \"a\": {\"x\": \"}],\\\"\", \"b\": 1},\n"
			   "\t\"list\": [[], {\"b\": 2}, \"t\" ,\n"
			   "    3],\n"
			   "  \"last\":null\n"
			   "}\n";

static const struct {
	struct json_step steps[3];
	size_t n;
	unsigned line, column;
} places[] = {
	{{{NULL, 0}}, 0, 1, 1},
	{{{"a", 0}}, 1, 2, 8},
	{{{"a", 0}, {"b", 0}}, 2, 2, 28},
	{{{"list", 0}}, 1, 3, 10},
	{{{"list", 0}, {NULL, 0}}, 2, 3, 11},
	{{{"list", 0}, {NULL, 1}, {"b", 0}}, 3, 3, 21},
	{{{"list", 0}, {NULL, 2}}, 2, 3, 25},
	{{{"list", 0}, {NULL, 3}}, 2, 4, 5},
	{{{"last", 0}}, 1, 5, 10},
	/* As far as there is a way. */
	{{{"list", 0}, {NULL, 4}}, 2, 3, 10},
	{{{"list", 0}, {"b", 0}}, 2, 3, 10},
	{{{"none", 0}, {"b", 0}}, 2, 1, 1},
	{{{"last", 0}, {"b", 0}}, 2, 5, 10},
};

START_TEST(finds_the_place)
{
	struct place place = json_place("f", json, strlen(json), places[_i].steps, places[_i].n);

	ck_assert_str_eq(place.file, "f");
	ck_assert_uint_eq(place.line, places[_i].line);
	ck_assert_uint_eq(place.column, places[_i].column);
}
END_TEST

#define HEADER "# Written by tcptune: change the profile, not this file. Undo with: tcptune revert\\n"
#define AFTER HEADER "\\n# profile p: w\\nnet.ipv4.tcp_fin_timeout = 30\\n"
#define PLAN(before, after)                                                                          \
	"\"plan\": {\"host\": \"h\", \"kernel\": \"6.18\", \"namespace\": null, \"boot_id\": \"b\", " \
	"\"dropin\": {\"path\": \"/etc/sysctl.d/60-tcptune.conf\", \"before\": " before               \
	", \"after\": \"" after "\"}}"
#define CHANGE(where, to)                                                                  \
	"{\"key\": \"net.ipv4.tcp_fin_timeout\", \"from\": \"60\", \"to\": " to ", \"where\": \"" where "\", " \
	"\"because\": [\"p\"], \"note\": null}"
#define DOCUMENT(changes, plan) "{\"schema\": \"tcptune.check/1\", \"changes\": [" changes "], " plan "}"

static struct planfile *parse(const char *text, struct diag *diag)
{
	*diag = diag_new(arena);
	return planfile_parse(arena, diag, "f", text, strlen(text));
}

START_TEST(reads_a_plan)
{
	struct diag diag;
	struct planfile *planfile = parse(DOCUMENT(CHANGE("both", "\"30\""), PLAN("null", AFTER)), &diag);

	ck_assert_ptr_nonnull(planfile);
	ck_assert_uint_eq(planfile->n_changes, 1);
	ck_assert_str_eq(planfile->changes[0].key, "net.ipv4.tcp_fin_timeout");
	ck_assert_str_eq(planfile->changes[0].from, "60");
	ck_assert_str_eq(planfile->changes[0].to, "30");
	ck_assert_uint_eq(planfile->changes[0].where, CHANGE_RUNNING | CHANGE_FILE);
	ck_assert_str_eq(planfile->changes[0].because[0], "p");
	ck_assert(planfile->dropin_changes);
	ck_assert_str_eq(planfile->origin.host, "h");
	ck_assert_ptr_null(planfile->origin.netns);
	ck_assert_ptr_null(planfile->before);
	ck_assert_uint_eq(planfile->places[0].line, 1);
}
END_TEST

static const char *const sound[] = {
	DOCUMENT("", PLAN("null", "")),
	DOCUMENT(CHANGE("running", "\"30\""), PLAN("null", "")),
	DOCUMENT(CHANGE("file", "null"), PLAN("\"" AFTER "\"", "")),
	DOCUMENT(CHANGE("file", "\"30\""), PLAN("\"" AFTER "\"", AFTER)),
};

START_TEST(takes_what_is_sound)
{
	struct diag diag;

	ck_assert_msg(parse(sound[_i], &diag) != NULL, "%s", diag.n ? diag.messages[0].text : "");
}
END_TEST

static const struct {
	const char *text, *error;
} refused[] = {
	{"", "f:1:"},
	{"[]", "f:1:1: error: this is neither"},
	{"{\"schema\": 1}", "this is neither"},
	{"{\"schema\": \"tcptune.apply/1\"}", "carries no plan"},
	{DOCUMENT(CHANGE("both", "\"30\""), PLAN("null", "")), "does not have this change"},
	{DOCUMENT("", PLAN("null", "")) "x", "end of file expected"},
	{DOCUMENT(CHANGE("both", "\"31\""), PLAN("null", AFTER)), "to another value"},
	{DOCUMENT(CHANGE("file", "null"), PLAN("null", AFTER)), "to another value"},
	{DOCUMENT(CHANGE("both", "null"), PLAN("null", "")), "needs \"from\" and \"to\""},
	{DOCUMENT(CHANGE("both", "30"), PLAN("null", AFTER)), "\"to\" is not a string"},
	{DOCUMENT(CHANGE("none", "\"30\""), PLAN("null", AFTER)), "\"where\" is"},
	{DOCUMENT(CHANGE("running", "\"30\"") "," CHANGE("file", "\"30\""), PLAN("null", AFTER)), "stands here twice"},
	{DOCUMENT(CHANGE("both", "\"30\""), PLAN("null", AFTER "kernel.panic = 1\\n")), "no drop-in as tcptune"},
	{DOCUMENT(CHANGE("both", "\"30\""), PLAN("1", AFTER)), "\"before\" is not a string"},
	{"{\"schema\": \"tcptune.check/1\", \"changes\": 1, \"plan\": {}}", "\"changes\" is not a list"},
	{"{\"schema\": \"tcptune.check/1\", \"changes\": [], \"plan\": {}}", "\"path\" is missing"},
};

START_TEST(refuses)
{
	struct diag diag;
	bool found = false;

	ck_assert_ptr_null(parse(refused[_i].text, &diag));
	for (size_t i = 0; i < diag.n; i++)
		found = found || strstr(diag_format(arena, &diag.messages[i]), refused[_i].error);
	ck_assert_msg(found, "%s", diag_format(arena, &diag.messages[0]));
}
END_TEST

/* A line that nobody asked for is lost with a drop-in that has fewer lines. */
START_TEST(misses_a_line)
{
	static const char text[] =
		DOCUMENT(CHANGE("file", "\"30\""),
			 PLAN("\"" AFTER "\\n# profile p: w\\nnet.ipv4.tcp_sack = 1\\n\"", AFTER));
	struct diag diag;

	ck_assert_ptr_null(parse(text, &diag));
	ck_assert_ptr_nonnull(strstr(diag.messages[0].text, "it has lost net.ipv4.tcp_sack"));
}
END_TEST

static const char *const bad_keys[] = {
	"kernel.panic", "net", "net.", "net.ipv4.", "net..x", "net.//.kernel", "net.ipv4/../x", "net.ipv4.*",
	"net.a b", "net.a=b", "net./x", "net.x\\u0000", "net.\\u001b", "net.\\u00e9", "",
};

START_TEST(refuses_a_key)
{
	struct diag diag;
	const char *text = arena_printf(arena, "{\"schema\": \"tcptune.check/1\", \"changes\": [{\"key\": \"%s\", \"from\": \"1\", "
					"\"to\": \"2\", \"where\": \"running\", \"because\": []}], " PLAN("null", "") "}",
					bad_keys[_i]);

	ck_assert_ptr_null(parse(text, &diag));
	ck_assert_uint_ge(diag.errors, 1);
}
END_TEST

static struct facts *facts_of(const char *value)
{
	struct facts *facts = facts_new(arena);

	facts_set(facts, "raw:net.ipv4.tcp_fin_timeout", value_text(value));
	return facts;
}

START_TEST(compares)
{
	struct diag diag;
	const struct planfile *planfile = parse(DOCUMENT(CHANGE("both", "\"30\""), PLAN("null", AFTER)), &diag);
	struct plan_origin here = {.host = "h", .kernel = "6.18", .boot_id = "b"};

	planfile_compare(planfile, arena, &here, facts_of("60"), NULL, &diag);
	ck_assert_uint_eq(diag.n, 0);
	ck_assert(!planfile_is_done(planfile, arena, facts_of("60"), NULL));
	ck_assert(!planfile_is_done(planfile, arena, facts_of("30"), NULL));
	ck_assert(planfile_is_done(planfile, arena, facts_of("30"), planfile->after));
	here = (struct plan_origin){.host = "i", .kernel = "6.19", .boot_id = "c", .netns = "net:[1]"};
	planfile_compare(planfile, arena, &here, facts_new(arena), "x", &diag);
	ck_assert_uint_eq(diag.n, 6);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *planfile_suite(void)
{
	Suite *suite = suite_create("planfile");
	TCase *tcase = tcase_create("planfile");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, finds_the_place, 0, ROWS(places));
	tcase_add_test(tcase, reads_a_plan);
	tcase_add_loop_test(tcase, takes_what_is_sound, 0, ROWS(sound));
	tcase_add_loop_test(tcase, refuses, 0, ROWS(refused));
	tcase_add_test(tcase, misses_a_line);
	tcase_add_loop_test(tcase, refuses_a_key, 0, ROWS(bad_keys));
	tcase_add_test(tcase, compares);
	return suite;
}
