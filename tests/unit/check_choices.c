#include <check.h>
#include <string.h>

#include "core/choices.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;

static void setup(void)
{
	shelf = shelf_open();
	shelf_rules(shelf);
}

static void teardown(void)
{
	shelf_close(shelf);
}

static bool load(const char *text, struct choices *ret)
{
	const struct node *node = node_load(shelf->arena, &shelf->diag, "t", text, strlen(text));

	ck_assert_ptr_nonnull(node);
	return choices_load(shelf->arena, node, shelf->rules, &shelf->diag, ret);
}

static const struct {
	const char *text, *messages;
} bad[] = {
	{"accept: 3\n", "t:1:9: error: 'accept' must be a list, not a text\n"},
	{"accepted: []\n", "t:1:1: error: unknown key 'accepted' in tcptune.yaml, did you mean 'accept'?\n"},
	{"accept:\n- {id: sack-off}\n", "t:2:3: error: missing key 'reason' in an acceptance\n"},
	{"accept:\n- {id: sack-of, reason: r}\n",
	 "t:2:8: error: there is no rule 'sack-of', did you mean 'sack-off'?\n"},
	{"accept:\n- {id: xyzzy, reason: r}\n",
	 "t:2:8: error: there is no rule 'xyzzy'; tcptune rules lists them\n"},
	{"accept:\n- {id: sack-off, reason: r, until: 2026-02-29}\n",
	 "t:2:36: error: '2026-02-29' is no day; it is written 2026-12-31\n"},
	{"accept:\n- {id: sack-off, reason: r, until: 2026-2-3}\n",
	 "t:2:36: error: '2026-2-3' is no day; it is written 2026-12-31\n"},
	{"accept:\n- {id: sack-off, reason: r, until: 2026-13-01}\n",
	 "t:2:36: error: '2026-13-01' is no day; it is written 2026-12-31\n"},
	{"accept:\n- {id: sack-off, reason: r, until: 2026-12-310}\n",
	 "t:2:36: error: '2026-12-310' is no day; it is written 2026-12-31\n"},
	{"thresholds: {a: [1]}\n", "t:1:17: error: the value of 'a' must be one value\n"},
	{"- accept\n", "t:1:1: error: tcptune.yaml must be a map, not a list\n"},
};

START_TEST(a_bad_file)
{
	struct choices choices;

	ck_assert(!load(bad[_i].text, &choices));
	ck_assert_str_eq(shelf_messages(shelf), bad[_i].messages);
}
END_TEST

START_TEST(a_good_file)
{
	struct choices choices;

	ck_assert(load("accept:\n"
		       "- id: sack-off\n"
		       "  reason: r\n"
		       "- {id: close-wait-leak, subject: 'java*', reason: s, until: 2028-02-29}\n"
		       "thresholds: {close-wait-leak.many: 7}\n"
		       "profiles: [time-wait, other]\n"
		       "set: {bandwidth: 10}\n",
		       &choices));
	ck_assert_uint_eq(choices.n_acceptances, 2);
	ck_assert_ptr_null(choices.acceptances[0].subject);
	ck_assert_int_eq(choices.acceptances[0].until.year, 0);
	ck_assert_str_eq(choices.acceptances[1].subject, "java*");
	ck_assert_str_eq(day_text(shelf->arena, choices.acceptances[1].until), "2028-02-29");
	ck_assert_uint_eq(choices.n_profiles, 2);
	ck_assert_str_eq(choices.profiles[1], "other");
	ck_assert_uint_eq(choices.profile_places[1].column, 23);
	ck_assert_str_eq(choices.sets[0].name, "bandwidth");
	ck_assert(choices_set_thresholds(&choices, shelf->rules, &shelf->diag));
	ck_assert_str_eq(shelf_messages(shelf), "");
}
END_TEST

START_TEST(an_empty_file)
{
	struct choices choices;

	ck_assert(load("# nothing\n", &choices));
	ck_assert_uint_eq(choices.n_acceptances + choices.n_profiles + choices.n_sets, 0);
}
END_TEST

START_TEST(bad_thresholds)
{
	struct choices choices;

	ck_assert(load("thresholds:\n"
		       "  close-wait-leak.few: 7\n"
		       "  close-wait-leak.many: 7 MiB\n"
		       "  many: 7\n",
		       &choices));
	ck_assert(!choices_set_thresholds(&choices, shelf->rules, &shelf->diag));
	ck_assert_str_eq(shelf_messages(shelf),
			 "t:2:3: error: 'close-wait-leak.few' is no threshold of a rule (tcptune rules ID lists them)\n"
			 "t:3:25: error: close-wait-leak.many is a number without a unit\n"
			 "t:4:3: error: 'many' is no threshold of a rule (tcptune rules ID lists them)\n");
}
END_TEST

/* ---------------------------------------------------------------- accepting */

static const struct finding found[] = {
	{.id = "close-wait-leak", .severity = SEVERITY_HIGH, .subject = "java[12]"},
	{.id = "close-wait-leak", .severity = SEVERITY_HIGH, .subject = "nginx[7]"},
	{.id = "sack-off", .severity = SEVERITY_HIGH, .subject = ""},
};

static struct findings *accepted(const char *text, struct day today)
{
	struct findings *findings = arena_alloc(shelf->arena, sizeof(*findings));
	struct choices choices;

	findings->items = arena_array(shelf->arena, N(found), sizeof(*findings->items));
	memcpy(findings->items, found, sizeof(found));
	findings->n = N(found);
	ck_assert(load(text, &choices));
	choices_accept(&choices, shelf->arena, today, findings);
	return findings;
}

static const struct day monday = {2026, 11, 23};

START_TEST(nothing_is_accepted)
{
	struct findings *findings = accepted("accept: []\n", monday);

	ck_assert_uint_eq(findings->n, N(found));
	ck_assert_uint_eq(findings->n_accepted + findings->n_unmet, 0);
}
END_TEST

START_TEST(all_of_a_rule)
{
	struct findings *findings =
		accepted("accept:\n- {id: close-wait-leak, reason: known}\n", monday);

	ck_assert_uint_eq(findings->n, 1);
	ck_assert_str_eq(findings->items[0].id, "sack-off");
	ck_assert_uint_eq(findings->n_accepted, 2);
	ck_assert_str_eq(findings->accepted[1].finding.subject, "nginx[7]");
	ck_assert_str_eq(findings->accepted[1].reason, "known");
	ck_assert_ptr_null(findings->accepted[1].until);
	ck_assert_uint_eq(findings->accepted[1].place.line, 2);
	ck_assert_uint_eq(findings->n_unmet, 0);
}
END_TEST

START_TEST(one_subject)
{
	struct findings *findings = accepted(
		"accept:\n"
		"- {id: close-wait-leak, subject: 'java[*]', reason: known}\n"
		"- {id: sack-off, subject: eth0, reason: other}\n",
		monday);

	ck_assert_uint_eq(findings->n, 2);
	ck_assert_str_eq(findings->items[0].subject, "nginx[7]");
	ck_assert_uint_eq(findings->n_unmet, 1);
	ck_assert_str_eq(findings->unmet[0].id, "sack-off");
	ck_assert_uint_eq(findings->unmet[0].place.line, 3);
}
END_TEST

static const struct {
	const char *until;
	bool holds;
} days[] = {
	{"2026-11-23", true},  {"2026-11-24", true},  {"2026-12-01", true},  {"2027-01-01", true},
	{"2026-11-22", false}, {"2026-10-31", false}, {"2025-12-31", false},
};

START_TEST(the_last_day)
{
	const char *text = arena_printf(shelf->arena, "accept:\n- {id: sack-off, reason: r, until: %s}\n",
					days[_i].until);
	struct findings *findings = accepted(text, monday);

	ck_assert_uint_eq(findings->n_accepted, days[_i].holds);
	ck_assert_uint_eq(findings->n_unmet, 0);
	if (days[_i].holds)
		ck_assert_str_eq(findings->accepted[0].until, days[_i].until);
	else
		ck_assert_str_eq(findings->items[2].was_accepted,
				 arena_printf(shelf->arena, "accepted until %s: r", days[_i].until));
}
END_TEST

START_TEST(one_that_holds_is_enough)
{
	struct findings *findings = accepted("accept:\n"
					     "- {id: sack-off, reason: old, until: 2026-01-01}\n"
					     "- {id: sack-off, reason: new}\n",
					     monday);

	ck_assert_uint_eq(findings->n_accepted, 1);
	ck_assert_str_eq(findings->accepted[0].reason, "new");
}
END_TEST

START_TEST(a_reason_is_printable)
{
	struct findings *findings =
		accepted("accept:\n- {id: sack-off, reason: \"a\\nb\"}\n", monday);

	ck_assert_str_eq(findings->accepted[0].reason, "a\\x0ab");
}
END_TEST

Suite *choices_suite(void);
Suite *choices_suite(void)
{
	Suite *suite = suite_create("choices");
	TCase *reading = tcase_create("reading"), *accepting = tcase_create("accepting");

	tcase_add_checked_fixture(reading, setup, teardown);
	tcase_add_loop_test(reading, a_bad_file, 0, N(bad));
	tcase_add_test(reading, a_good_file);
	tcase_add_test(reading, an_empty_file);
	tcase_add_test(reading, bad_thresholds);
	suite_add_tcase(suite, reading);
	tcase_add_checked_fixture(accepting, setup, teardown);
	tcase_add_test(accepting, nothing_is_accepted);
	tcase_add_test(accepting, all_of_a_rule);
	tcase_add_test(accepting, one_subject);
	tcase_add_loop_test(accepting, the_last_day, 0, N(days));
	tcase_add_test(accepting, one_that_holds_is_enough);
	tcase_add_test(accepting, a_reason_is_printable);
	suite_add_tcase(suite, accepting);
	return suite;
}
