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
		.by = {.user = "ann", .uid = 0, .login_uid = 1000},
		.confirm.seconds = state == RECORD_UNCONFIRMED ? 60 : 0,
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
	ck_assert_str_eq(again->by.user, "ann");
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

	record.by.user = "\"},\n\033\377";
	record.boot_id = record.netns = NULL;
	record.changes[0].left = true;
	again = reread(&record);
	ck_assert_str_eq(again->by.user, "\"},\\x0a\\x1b\\xff");
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
	{HEAD TOOL "\"changes\":[{\"key\":\"net.k\",\"from\":1,\"to\":\"2\"}]}", "\"from\" is not a string"},
	{HEAD TOOL "\"changes\":[{\"key\":\"k\\u0000\",\"from\":\"1\",\"to\":\"2\"}]}", "NUL"},
	{HEAD TOOL "\"changes\":[{\"key\":\"kernel.panic\",\"from\":\"1\",\"to\":\"2\"}]}", "no key that tcptune writes"},
	{HEAD TOOL "\"changes\":[],\"dropin\":{\"changes\":true}}", "\"path\" is missing"},
	{HEAD TOOL "\"changes\":[],\"dropin\":{\"mode\":8888888}}", "\"mode\""},
	{HEAD TOOL "\"changes\":[],\"user\":[]}", "\"user\" is not a string"},
	{HEAD TOOL "\"changes\":[],\"uid\":-2}", "\"uid\""},
	{HEAD TOOL "\"changes\":[],\"reverts\":[0]}", "\"reverts\" is no list"},
	{HEAD TOOL "\"changes\":[],\"reverts\":[\"1\"]}", "\"reverts\" is no list"},
	{HEAD TOOL "\"changes\":[],\"confirm\":{\"seconds\":-1}}", "\"seconds\""},
	{"{\"schema\":\"tcptune.record/1\",\"number\":1,\"state\":\"unconfirmed\"," TOOL "\"changes\":[]}",
	 "\"confirm\" is missing"},
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

static struct inverse inverse_of(const struct record *record, const char *const *now, bool force)
{
	struct reading *readings = arena_array(arena, record->n_changes, sizeof(*readings));

	for (size_t i = 0; i < record->n_changes; i++)
		readings[i] = (struct reading){record->changes[i].key, now[i]};
	return record_inverse(arena, &record, 1, readings, record->n_changes, force);
}

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
	struct inverse inverse = inverse_of(&record, inverses[_i].now, inverses[_i].force);
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
	struct inverse inverse = inverse_of(&record, now, false);

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
	inverse = inverse_of(&record, now, true);
	record.changes[0].left = false;
	ck_assert_uint_eq(inverse.n_changes, 1);
	ck_assert_str_eq(inverse.changes[0].key, FIN);
	ck_assert_uint_eq(inverse.n_left, 0);
}
END_TEST

/* Three applies of one key, and one of another in the first; what is read, what comes of it. */
static struct record_change chain_changes[][2] = {
	{{.key = FIN, .from = "20", .to = "10"}},
	{{.key = FIN, .from = "30", .to = "20"}},
	{{.key = FIN, .from = "60", .to = "30"}, {.key = RMEM, .from = "1 2 3", .to = "4 5 6"}},
};

static const struct {
	enum record_state state; /* of the newest */
	bool force;
	const char *fin, *rmem;    /* now */
	const char *fin_to, *rmem_to; /* NULL: not written */
	unsigned n_left;
} chains[] = {
	{RECORD_APPLIED, false, "10", "4 5 6", "60", "1 2 3", 0},
	{RECORD_APPLIED, false, "15", "4 5 6", NULL, "1 2 3", 1},
	{RECORD_APPLIED, true, "15", "4 5 6", "60", "1 2 3", 0},
	/* Somebody took one or all of them back by hand. */
	{RECORD_APPLIED, false, "20", "4 5 6", "60", "1 2 3", 0},
	{RECORD_APPLIED, false, "60", "1 2 3", NULL, NULL, 0},
	{RECORD_APPLIED, false, NULL, "4 2 6", NULL, NULL, 2},
	/* Cut off: what is written, what is not, what is half written. */
	{RECORD_REVERTING, false, "60", "4 5 6", NULL, "1 2 3", 0},
	{RECORD_REVERTING, false, "10", "1 2 3", "60", NULL, 0},
	{RECORD_REVERTING, false, "60", "4 2 3", NULL, "1 2 3", 0},
	{RECORD_REVERTING, false, "15", "4 2 7", NULL, NULL, 2},
	{RECORD_APPLYING, false, "20", "4 5 6", "60", "1 2 3", 0},
};

static void check_to(const struct inverse *inverse, const char *key, const char *to)
{
	const char *got = NULL;

	for (size_t i = 0; i < inverse->n_changes; i++)
		if (!strcmp(inverse->changes[i].key, key))
			got = inverse->changes[i].to;
	if (!to)
		ck_assert_ptr_null(got);
	else
		ck_assert_str_eq(got, to);
}

START_TEST(inverts_several_as_one)
{
	unsigned numbers[] = {9, 8, 7};
	struct record newest = {
		.number = 9, .state = chains[_i].state, .changes = chain_changes[0], .n_changes = 1,
		.reverts = numbers, .n_reverts = chains[_i].state == RECORD_REVERTING ? 3 : 0,
	};
	const struct record middle = {.number = 8, .state = RECORD_APPLIED, .changes = chain_changes[1], .n_changes = 1};
	/* As a revert leaves it that is cut off between two marks. */
	const struct record oldest = {
		.number = 7, .state = chains[_i].state == RECORD_REVERTING ? RECORD_REVERTED : RECORD_APPLIED,
		.changes = chain_changes[2], .n_changes = 2,
	};
	const struct record *const records[] = {&newest, &middle, &oldest};
	const struct reading readings[] = {{RMEM, chains[_i].rmem}, {FIN, chains[_i].fin}};
	struct inverse inverse = record_inverse(arena, records, 3, readings, 2, chains[_i].force);

	check_to(&inverse, FIN, chains[_i].fin_to);
	check_to(&inverse, RMEM, chains[_i].rmem_to);
	ck_assert_uint_eq(inverse.n_left, chains[_i].n_left);
	for (size_t i = 0; i < inverse.n_left; i++)
		ck_assert_str_eq(inverse.left[i].because,
				 !strcmp(inverse.left[i].key, FIN) ? "revert of 9" : "revert of 7");
}
END_TEST

/* A key that a hostile record has twice is one key. */
START_TEST(a_key_twice_is_one)
{
	struct record_change changes[] = {{.key = FIN, .from = "60", .to = "30"}, {.key = FIN, .from = "1", .to = "2"}};
	const struct record record = {.number = 1, .state = RECORD_APPLIED, .changes = changes, .n_changes = 2};
	const struct record *const records[] = {&record};
	const struct reading reading = {FIN, "30"};
	struct inverse inverse = record_inverse(arena, records, 1, &reading, 1, false);

	ck_assert_uint_eq(inverse.n_changes, 1);
	ck_assert_str_eq(inverse.changes[0].to, "60");
}
END_TEST

START_TEST(keeps_who_and_the_rest)
{
	unsigned numbers[] = {7, 5};
	struct record record = example(RECORD_REVERTED), *again;

	record.reverted_by = (struct record_actor){.uid = -1, .login_uid = -1, .is_guard = true};
	record.confirm = (struct record_confirm){
		.seconds = 60, .until = 1700000060, .deadline = 12345, .guard = 99, .confirmed = 1700000050,
		.by = {.user = "bob", .uid = 1, .login_uid = -1}, .failure = "no luck",
	};
	record.reverts = numbers;
	record.n_reverts = 2;
	again = reread(&record);
	ck_assert_int_eq(again->by.uid, 0);
	ck_assert_int_eq(again->by.login_uid, 1000);
	ck_assert(again->reverted_by.is_guard && !again->by.is_guard);
	ck_assert_int_eq(again->reverted_by.uid, -1);
	ck_assert_uint_eq(again->confirm.seconds, 60);
	ck_assert_int_eq(again->confirm.until, 1700000060);
	ck_assert_int_eq(again->confirm.deadline, 12345);
	ck_assert_int_eq(again->confirm.guard, 99);
	ck_assert_int_eq(again->confirm.confirmed, 1700000050);
	ck_assert_str_eq(again->confirm.by.user, "bob");
	ck_assert_str_eq(again->confirm.failure, "no luck");
	ck_assert_uint_eq(again->n_reverts, 2);
	ck_assert_uint_eq(again->reverts[1], 5);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *record_suite(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("record");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, reads_what_it_prints, 0, RECORD_UNCONFIRMED + 1);
	tcase_add_test(tcase, prints_hostile_text);
	tcase_add_loop_test(tcase, refuses_what_is_no_record, 0, ROWS(refused));
	tcase_add_test(tcase, takes_the_least_record);
	tcase_add_loop_test(tcase, inverts, 0, ROWS(inverses));
	tcase_add_test(tcase, inverse_says_all);
	tcase_add_test(tcase, inverts_what_was_left);
	tcase_add_loop_test(tcase, inverts_several_as_one, 0, ROWS(chains));
	tcase_add_test(tcase, a_key_twice_is_one);
	tcase_add_test(tcase, keeps_who_and_the_rest);
	suite_add_tcase(suite, tcase);
	return suite;
}
