#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/record.h"

Suite *record_suite(void);

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

/* What most cases are about: a number, a tuple, and milliseconds. */
static struct record example(enum record_state state)
{
	static struct record_change changes[] = {
		{"net.ipv4.tcp_fin_timeout", "60", "30", false, false},
		{"net.ipv4.tcp_rmem", "4096\t131072\t6291456", "8192 262144 8388608", false, false},
		{"net.ipv4.tcp_rto_max_ms", "120000", "10001", true, false},
	};

	return (struct record){
		.number = 7, .state = state, .tool = "0.1", .kernel = "6.18.44", .boot_id = "b",
		.netns = "net:[4026531840]", .time = 1700000000, .reverted = state == RECORD_REVERTED ? 1700000001 : 0,
		.user = "ann",
		.changes = changes, .n_changes = 3, .dropin_path = "/etc/sysctl.d/60-tcptune.conf",
		.dropin_changes = true, .dropin_existed = true, .dropin_mode = 0640,
		.dropin_uid = 1, .dropin_gid = 4294967295u,
	};
}

static struct record *reread(const struct record *record)
{
	struct diag diag = diag_new(arena);
	char *text = record_print(arena, record);
	struct record *again = record_parse(arena, &diag, "000007.json", text, strlen(text));

	ck_assert_uint_eq(diag.n, 0);
	ck_assert_ptr_nonnull(again);
	return again;
}

START_TEST(reads_what_it_prints)
{
	struct record record = example((enum record_state)_i), *again = reread(&record);

	ck_assert_uint_eq(again->number, 7);
	ck_assert_int_eq(again->state, _i);
	ck_assert_str_eq(again->tool, "0.1");
	ck_assert_str_eq(again->kernel, "6.18.44");
	ck_assert_str_eq(again->boot_id, "b");
	ck_assert_str_eq(again->netns, "net:[4026531840]");
	ck_assert_int_eq(again->time, 1700000000);
	ck_assert_int_eq(again->reverted, _i == RECORD_REVERTED ? 1700000001 : 0);
	ck_assert_str_eq(again->user, "ann");
	ck_assert_uint_eq(again->n_changes, 3);
	ck_assert_str_eq(again->changes[1].from, "4096\t131072\t6291456");
	ck_assert_str_eq(again->changes[1].to, "8192 262144 8388608");
	ck_assert(!again->changes[1].rounds && again->changes[2].rounds);
	ck_assert_str_eq(again->dropin_path, "/etc/sysctl.d/60-tcptune.conf");
	ck_assert(again->dropin_changes && again->dropin_existed && !again->dropin_removed);
	ck_assert_uint_eq(again->dropin_mode, 0640);
	ck_assert_uint_eq(again->dropin_uid, 1);
	ck_assert_uint_eq(again->dropin_gid, 4294967295u);
	ck_assert_int_eq(record_is_unfinished(again), _i == RECORD_APPLYING || _i == RECORD_REVERTING);
}
END_TEST

START_TEST(prints_hostile_text)
{
	struct record record = example(RECORD_APPLIED), *again;

	record.user = "\"},\n\033\377";
	record.boot_id = record.netns = NULL;
	record.changes[0].left = true;
	again = reread(&record);
	ck_assert_str_eq(again->user, "\"},\\x0a\\x1b\\xff");
	ck_assert_ptr_null(again->boot_id);
	ck_assert_ptr_null(again->netns);
	ck_assert(again->changes[0].left && !again->changes[1].left);
	record.changes[0].left = false;
}
END_TEST

#define HEAD "{\"schema\":\"tcptune.record/1\",\"number\":1,\"state\":\"applied\","
#define TOOL "\"tcptune\":\"0.1\",\"kernel\":\"6\","

static const struct {
	const char *text, *error;
} refused[] = {
	{"", "000001.json:1: error: "},
	{"[]", "000001.json: error: this is not a tcptune.record/1"},
	{"nonsense", "000001.json:1: error: "},
	{"{\"schema\":\"tcptune.record/2\"}", "this is not a tcptune.record/1"},
	{"{\"schema\":1}", "this is not a tcptune.record/1"},
	{"{\"schema\":\"a\",\"schema\":\"b\"}", "duplicate"},
	{"{\"schema\":\"tcptune.record/1\",\"number\":1,\"state\":\"odd\"," TOOL "\"changes\":[]}", "\"state\""},
	{"{\"schema\":\"tcptune.record/1\",\"number\":-1,\"state\":\"applied\"," TOOL "\"changes\":[]}", "\"number\""},
	{HEAD "\"changes\":[]}", "\"tcptune\" is missing"},
	{HEAD TOOL "\"changes\":{}}", "\"changes\" is not a list"},
	{HEAD TOOL "\"changes\":[1]}", "\"key\" is missing"},
	{HEAD TOOL "\"changes\":[{\"key\":\"k\",\"from\":1,\"to\":\"2\"}]}", "\"from\" is not a string"},
	{HEAD TOOL "\"changes\":[{\"key\":\"k\\u0000\",\"from\":\"1\",\"to\":\"2\"}]}", "NUL"},
	{HEAD TOOL "\"changes\":[],\"dropin\":{\"changes\":true}}", "\"path\" is missing"},
	{HEAD TOOL "\"changes\":[],\"dropin\":{\"mode\":8888888}}", "\"mode\""},
	{HEAD TOOL "\"changes\":[],\"user\":[]}", "\"user\" is not a string"},
};

START_TEST(refuses_what_is_no_record)
{
	struct diag diag = diag_new(arena);
	const char *text = refused[_i].text;

	ck_assert_ptr_null(record_parse(arena, &diag, "000001.json", text, strlen(text)));
	ck_assert_uint_ge(diag.errors, 1);
	ck_assert_msg(strstr(diag_format(arena, &diag.messages[0]), refused[_i].error),
		      "%s", diag_format(arena, &diag.messages[0]));
}
END_TEST

START_TEST(takes_the_least_record)
{
	static const char text[] = HEAD TOOL "\"changes\":[],\"more\":1}";
	struct diag diag = diag_new(arena);
	struct record *record = record_parse(arena, &diag, "f", text, strlen(text));

	ck_assert_ptr_nonnull(record);
	ck_assert_uint_eq(record->n_changes, 0);
	ck_assert(!record->dropin_changes);
}
END_TEST

#define FIN "net.ipv4.tcp_fin_timeout"
#define RMEM "net.ipv4.tcp_rmem"
#define RTO "net.ipv4.tcp_rto_max_ms"

/* What the three keys read, and what is to be written and left, in that order. */
static const struct {
	enum record_state state;
	bool force;
	const char *now[3];
	const char *changes[4], *left[4];
} inverses[] = {
	{RECORD_APPLIED, false, {"30", "8192\t262144\t8388608", "10004"}, {RTO, RMEM, FIN}, {NULL}},
	{RECORD_APPLIED, false, {"60", "4096\t131072\t6291456", "120000"}, {NULL}, {NULL}},
	{RECORD_APPLIED, false, {"31", "8192 262144 8388608", "10000"}, {RMEM}, {RTO, FIN}},
	{RECORD_APPLIED, true, {"31", "8192 262144 8388608", "10000"}, {RTO, RMEM, FIN}, {NULL}},
	{RECORD_APPLIED, false, {NULL, "4096 131072 6291456", "120000"}, {NULL}, {FIN}},
	{RECORD_APPLIED, true, {NULL, "4096 131072 6291456", "120000"}, {NULL}, {FIN}},
	/* Half written: only an unfinished apply or revert leaves that. */
	{RECORD_APPLIED, false, {"60", "8192 131072 6291456", "120000"}, {NULL}, {RMEM}},
	{RECORD_APPLYING, false, {"30", "8192 131072 6291456", "120000"}, {RMEM, FIN}, {NULL}},
	{RECORD_REVERTING, false, {"30", "4096 262144 8388608", "120000"}, {RMEM, FIN}, {NULL}},
	{RECORD_APPLYING, false, {"31", "4096 262145 8388608", "120000"}, {NULL}, {RMEM, FIN}},
	{RECORD_REVERTED, true, {"31", "1 2 3", "4"}, {NULL}, {NULL}},
};

static void check_keys(const char *const *expected, const char *const *got, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ck_assert_ptr_nonnull(expected[i]);
		ck_assert_str_eq(got[i], expected[i]);
	}
	ck_assert_ptr_null(expected[n]);
}

START_TEST(inverts)
{
	struct record record = example(inverses[_i].state);
	struct inverse inverse = record_inverse(arena, &record, inverses[_i].now, inverses[_i].force);
	const char *changes[3], *left[3];

	ck_assert_uint_le(inverse.n_changes + inverse.n_left, 3);
	for (size_t i = 0; i < inverse.n_changes; i++)
		changes[i] = inverse.changes[i].key;
	for (size_t i = 0; i < inverse.n_left; i++)
		left[i] = inverse.left[i].key;
	check_keys(inverses[_i].changes, changes, inverse.n_changes);
	check_keys(inverses[_i].left, left, inverse.n_left);
}
END_TEST

START_TEST(inverse_says_all)
{
	static const char *const now[] = {"31\033", "8192 262144 8388608", "120000"};
	struct record record = example(RECORD_APPLIED);
	struct inverse inverse = record_inverse(arena, &record, now, false);

	ck_assert_uint_eq(inverse.n_changes, 1);
	ck_assert_str_eq(inverse.changes[0].from, "8192 262144 8388608");
	ck_assert_str_eq(inverse.changes[0].to, "4096\t131072\t6291456");
	ck_assert_uint_eq(inverse.changes[0].where, CHANGE_RUNNING);
	ck_assert_str_eq(inverse.changes[0].because[0], "revert of 7");
	ck_assert_uint_eq(inverse.n_left, 1);
	ck_assert_str_eq(inverse.left[0].why,
			 "it is \"31\\x1b\", not the \"30\" that was applied: somebody else changed it");
}
END_TEST

/* What an earlier revert left is all that a forced one looks at. */
START_TEST(inverts_what_was_left)
{
	static const char *const now[] = {"31", "1 2 3", "4"};
	struct record record = example(RECORD_REVERTED);
	struct inverse inverse;

	record.changes[0].left = true;
	inverse = record_inverse(arena, &record, now, true);
	record.changes[0].left = false;
	ck_assert_uint_eq(inverse.n_changes, 1);
	ck_assert_str_eq(inverse.changes[0].key, FIN);
	ck_assert_uint_eq(inverse.n_left, 0);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *record_suite(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("record");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, reads_what_it_prints, 0, RECORD_REVERTED + 1);
	tcase_add_test(tcase, prints_hostile_text);
	tcase_add_loop_test(tcase, refuses_what_is_no_record, 0, ROWS(refused));
	tcase_add_test(tcase, takes_the_least_record);
	tcase_add_loop_test(tcase, inverts, 0, ROWS(inverses));
	tcase_add_test(tcase, inverse_says_all);
	tcase_add_test(tcase, inverts_what_was_left);
	suite_add_tcase(suite, tcase);
	return suite;
}
