#include <check.h>
#include <string.h>

#include "core/keystate.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define KEY "net.ipv4.some"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

enum { INITIAL, CHILD };
enum { THERE, LOCKED, MISSING, DENIED };

static const struct {
	const char *kernel; /* NULL: not known */
	int namespace, host;
	struct param param;
	enum key_state state;
	const char *note; /* a part of it; NULL: there is none */
} cases[] = {
	{"6.18.2", INITIAL, THERE, {.introduced = "2.6.12 or earlier"}, KEY_PRESENT, NULL},
	{NULL, INITIAL, THERE, {.introduced = "4.11"}, KEY_PRESENT, NULL},
	/* Distributions backport. */
	{"4.18.0", INITIAL, THERE, {.introduced = "5.2"}, KEY_PRESENT, "came with Linux 5.2, and this 4.18 has it"},
	{"4.14.0", INITIAL, THERE, {.removed = {4, 12, 0}}, KEY_PRESENT, "Linux 4.12 removed it, and this 4.14 still"},
	{"4.19.0", INITIAL, THERE, {.is_vendors = true}, KEY_PRESENT, "a vendor's kernel"},
	{"4.14.0", INITIAL, THERE, {.noop_since = {4, 14, 0}}, KEY_NOOP, "since Linux 4.14"},
	{"4.13.9", INITIAL, THERE, {.noop_since = {4, 14, 0}}, KEY_PRESENT, NULL},
	{NULL, INITIAL, THERE, {.noop_since = {4, 14, 0}}, KEY_PRESENT, NULL},
	{"6.18.2", INITIAL, LOCKED, {.read_only = true}, KEY_READ_ONLY, "takes no write"},
	{"6.18.2", INITIAL, LOCKED, {.introduced = "4.11"}, KEY_READ_ONLY, "/proc/sys is read-only"},
	{"6.18.2", CHILD, LOCKED, {.scope = PARAM_GLOBAL}, KEY_READ_ONLY, "initial network namespace"},
	{"6.18.2", CHILD, LOCKED, {.scope = PARAM_NAMESPACE, .writable_in_namespace = true}, KEY_READ_ONLY,
	 "/proc/sys is read-only"},
	{"6.18.2", INITIAL, MISSING, {.removed = {4, 12, 0}}, KEY_REMOVED, "Linux 4.12 removed it; this is 6.18.2"},
	{"6.18.2", CHILD, MISSING, {.removed = {4, 12, 0}}, KEY_REMOVED, "Linux 4.12"},
	{"4.11.1", INITIAL, MISSING, {.removed = {4, 12, 0}}, KEY_ABSENT, "built without it"},
	{NULL, INITIAL, MISSING, {.removed = {4, 12, 0}}, KEY_ABSENT, "built without it"},
	{"5.4.0", INITIAL, MISSING, {.introduced = "6.14"}, KEY_NOT_YET, "Linux 6.14 has it; this is 5.4"},
	{"6.18.2", INITIAL, MISSING, {.introduced = "7.2 or earlier"}, KEY_NOT_YET, "7.2 or earlier"},
	{"6.18.2", INITIAL, MISSING, {.introduced = "4.11"}, KEY_ABSENT, "built without it"},
	{"6.18.2", INITIAL, MISSING, {.module = "nf_conntrack"}, KEY_NO_MODULE, "module nf_conntrack is not loaded"},
	{"6.18.2", CHILD, MISSING, {.module = "nf_conntrack"}, KEY_NO_MODULE, "or a child namespace"},
	{"6.18.2", CHILD, MISSING, {.scope = PARAM_GLOBAL}, KEY_GLOBAL_ONLY, "whole host"},
	{"6.18.2", INITIAL, MISSING, {.scope = PARAM_GLOBAL}, KEY_ABSENT, "built without it"},
	{"4.9.0", CHILD, MISSING, {.scope = PARAM_NAMESPACE, .namespace_since = "4.11"}, KEY_GLOBAL_ONLY, "whole host"},
	{"4.11.0", CHILD, MISSING, {.scope = PARAM_NAMESPACE, .namespace_since = "4.11"}, KEY_ABSENT, "built without it"},
	{"6.18.2", INITIAL, MISSING, {.is_vendors = true}, KEY_VENDORS, "mainline never had"},
	{"6.18.2", INITIAL, DENIED, {.introduced = "4.11"}, KEY_UNREADABLE, "Permission denied"},
};

static struct facts *facts_of(int i)
{
	struct facts *facts = facts_new(arena);
	struct version version;

	if (cases[i].kernel) {
		ck_assert(version_parse(cases[i].kernel, &version));
		facts_set(facts, "kernel.version", (struct value){.type = VALUE_VERSION, .version = version});
	}
	facts_set(facts, "namespace.child", value_bool(cases[i].namespace == CHILD));
	if (cases[i].host == THERE || cases[i].host == LOCKED) {
		facts_set(facts, KEY, value_number(1, UNIT_NONE));
		facts_set(facts, "writable:" KEY, value_bool(cases[i].host == THERE));
	} else {
		facts_set_missing(facts, KEY, cases[i].host == DENIED ? FACT_UNREADABLE : FACT_ABSENT,
				  "Permission denied");
	}
	return facts;
}

START_TEST(test_case)
{
	struct param param = cases[_i].param;
	struct key_status status;

	param.key = KEY;
	status = key_status(arena, &param, KEY, facts_of(_i));
	ck_assert_str_eq(key_state_name(status.state), key_state_name(cases[_i].state));
	if (!cases[_i].note)
		ck_assert_ptr_null(status.note);
	else
		ck_assert_msg(status.note && strstr(status.note, cases[_i].note), "%s, and not %s",
			      status.note ? status.note : "NULL", cases[_i].note);
	ck_assert_int_eq(key_state_is_there(status.state), cases[_i].host == THERE || cases[_i].host == LOCKED);
}
END_TEST

Suite *keystate_suite(void);

Suite *keystate_suite(void)
{
	Suite *suite = suite_create("keystate");
	TCase *tcase = tcase_create("keystate");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_case, 0, N(cases));
	suite_add_tcase(suite, tcase);
	return suite;
}
