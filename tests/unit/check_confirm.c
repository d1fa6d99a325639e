/* What is pending of a record, and confirm over a tree of files. The guard itself: tests/netns/confirm.sh. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply_host.h"
#include "sys/journal.h"
#include "sys/lock.h"
#include "tree.h"

Suite *confirm_suite(void);

#define RECORD "/var/lib/tcptune/000001.json"
#define UNCONFIRMED "30\n8192 262144 8388608\n1\n(none)\n(none)\n"

static void log_nothing(bool is_failure, const char *text)
{
	(void)is_failure;
	(void)text;
}

static struct apply_result apply_for(unsigned seconds)
{
	struct apply_request wanted = request();
	struct apply_result result;

	wanted.confirm = seconds;
	wanted.log = log_nothing;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	return result;
}

static struct confirm_result confirm_with(bool force, bool dry_run)
{
	const struct confirm_request wanted = {
		.force = force, .dry_run = dry_run, .time = 1700000050, .ops = &faulty_ops,
		.by = {.user = "bob", .uid = 0, .login_uid = -1},
	};
	struct confirm_result result;

	ck_assert_int_eq(apply_confirm(source, arena, &wanted, &result), 0);
	return result;
}

static struct confirm_result confirm(void)
{
	return confirm_with(false, false);
}

static struct record *read_record(void)
{
	struct diag diag = diag_new(arena);
	struct journal journal;
	struct record *record;

	ck_assert_int_eq(journal_open(arena, source, false, &journal), 0);
	ck_assert_int_eq(journal_read(&journal, 1, &diag, &record), 0);
	journal_close(&journal);
	return record;
}

static void write_record(const struct record *record)
{
	struct journal journal;

	ck_assert_int_eq(journal_open(arena, source, false, &journal), 0);
	ck_assert_int_eq(journal_write(&journal, record), 0);
	journal_close(&journal);
}

static enum pending_kind kind(void)
{
	struct pending pending;

	ck_assert_int_eq(apply_pending(source, arena, &pending), 0);
	ck_assert(!pending_text(arena, &pending) == (pending.kind == PENDING_NOTHING));
	return pending.kind;
}

/* Its lock is gone when it is. */
static void kill_guard(void)
{
	const struct record *record = read_record();

	ck_assert_int_gt(record->confirm.guard, 1);
	ck_assert_int_eq(kill((pid_t)record->confirm.guard, SIGKILL), 0);
	while (lock_guard_is_held(source, 1))
		usleep(1000);
}

/* An apply whose guard is gone, so that nothing comes between. */
static void apply_unguarded(void)
{
	struct apply_result result = apply_for(3000);

	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_int_ne(result.until, 0);
	kill_guard();
}

START_TEST(confirms)
{
	struct confirm_result result;
	const struct record *record;

	ck_assert_int_eq(apply_for(3000).outcome, APPLY_DONE);
	ck_assert_str_eq(state(), UNCONFIRMED);
	ck_assert_int_eq(kind(), PENDING_WAITING);
	result = confirm_with(false, true);
	ck_assert_int_eq(result.outcome, APPLY_WOULD);
	ck_assert_ptr_nonnull(strstr(result.dropin_diff, "+new\n"));
	ck_assert_str_eq(state(), UNCONFIRMED);
	result = confirm();
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_uint_eq(result.record, 1);
	ck_assert_str_eq(state(), APPLIED);
	ck_assert_int_eq(kind(), PENDING_NOTHING);
	record = read_record();
	ck_assert_int_eq(record->state, RECORD_APPLIED);
	ck_assert_int_eq(record->confirm.confirmed, 1700000050);
	ck_assert_str_eq(record->confirm.by.user, "bob");
	ck_assert_int_eq(confirm().outcome, APPLY_UNCHANGED);
}
END_TEST

START_TEST(another_apply_waits)
{
	struct apply_result result;

	apply_unguarded();
	ck_assert_int_eq(kind(), PENDING_UNGUARDED);
	result = apply();
	ck_assert_int_eq(result.outcome, APPLY_STOPPED);
	ck_problem(result, RECORD, "record 1 is unconfirmed");
	ck_assert_int_eq(revert().outcome, APPLY_DONE);
	ck_assert_int_eq(confirm().outcome, APPLY_STOPPED);
	ck_assert_int_eq(apply().outcome, APPLY_DONE);
}
END_TEST

static void time_is_over(struct record *record) { record->confirm.deadline = 1; }
static void was_booted(struct record *record) { record->boot_id = "other"; }
static void is_elsewhere(struct record *record) { record->netns = "net:[9]"; }
static void was_cut_off(struct record *record) { record->state = RECORD_REVERTING; }
static void was_taken_back(struct record *record) { record->state = RECORD_REVERTED; }
static void needed_none(struct record *record)
{
	record->state = RECORD_APPLIED;
	record->confirm.seconds = 0;
}

static const struct {
	void (*make)(struct record *record);
	enum pending_kind kind;
	bool is_bad;
	const char *text;
} refusals[] = {
	{time_is_over, PENDING_EXPIRED, false, "its guard is gone and nothing was taken back"},
	{was_booted, PENDING_BOOTED, false, "has been booted since"},
	{is_elsewhere, PENDING_UNGUARDED, false, "the network namespace net:[9]"},
	{was_cut_off, PENDING_UNFINISHED, false, "unfinished"},
	{was_taken_back, PENDING_NOTHING, false, "was taken back"},
	{needed_none, PENDING_NOTHING, true, "without --confirm"},
};

START_TEST(is_too_late)
{
	struct confirm_result result;
	struct record *record;

	tree_link("/proc/self/ns/net", "net:[1]");
	apply_unguarded();
	record = read_record();
	refusals[_i].make(record);
	write_record(record);
	ck_assert_int_eq(kind(), refusals[_i].kind);
	result = confirm();
	ck_assert_int_eq(result.outcome, APPLY_STOPPED);
	ck_assert_int_eq(result.is_bad, refusals[_i].is_bad);
	ck_problem(result, RECORD, refusals[_i].text);
	ck_assert_str_eq(state(), UNCONFIRMED);
}
END_TEST

START_TEST(there_is_nothing)
{
	struct confirm_result result = confirm();

	ck_assert(result.is_bad && result.outcome == APPLY_STOPPED);
	ck_problem(result, "/var/lib/tcptune", "nothing was applied");
}
END_TEST

/* The text says which of the two: that the guard is at it, and why it was not done so far. */
START_TEST(a_late_guard_is_told)
{
	struct record *record;
	struct pending pending;
	int lock;

	apply_unguarded();
	record = read_record();
	record->confirm.deadline = 1;
	write_record(record);
	ck_assert_int_eq(lock_take_guard(source, 1, &lock), 0);
	ck_assert_int_eq(apply_pending(source, arena, &pending), 0);
	ck_assert_int_eq(pending.kind, PENDING_LATE);
	ck_assert_ptr_nonnull(strstr(pending_text(arena, &pending), "is taking it back"));
	apply_note_failure(source, arena, 1, "no luck");
	ck_assert_int_eq(apply_pending(source, arena, &pending), 0);
	ck_assert_ptr_nonnull(strstr(pending_text(arena, &pending), "(no luck)"));
	close(lock);
	ck_assert_int_eq(revert().outcome, APPLY_DONE);
	apply_note_failure(source, arena, 1, "too late");
	ck_assert_str_eq(read_record()->confirm.failure, "no luck");
}
END_TEST

START_TEST(others_changed_it)
{
	struct confirm_result result;

	apply_unguarded();
	tree_file(PROC "tcp_fin_timeout", "15\n");
	result = confirm();
	ck_assert_int_eq(result.outcome, APPLY_STOPPED);
	ck_problem(result, FIN, "it is \"15\"");
	tree_file(PROC "tcp_fin_timeout", "30\n");
	tree_file(DROPIN_PATH, "mine\n");
	result = confirm();
	ck_problem(result, DROPIN_PATH, "somebody else changed it");
	ck_assert_str_eq(look(DROPIN_PATH), "mine\n");
	ck_assert_int_eq(confirm_with(true, false).outcome, APPLY_DONE);
	ck_assert_str_eq(state(), APPLIED);
}
END_TEST

/* A confirm that was killed behind the rename has written what is to be written. */
START_TEST(goes_on_where_it_was_cut_off)
{
	struct confirm_result result;

	apply_unguarded();
	tree_file(DROPIN_PATH, "new\n");
	result = confirm();
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_ptr_null(result.dropin_path);
	ck_assert_str_eq(state(), APPLIED);
}
END_TEST

START_TEST(stays_unconfirmed_where_it_cannot_be_written)
{
	struct confirm_result result;

	apply_unguarded();
	tree_file("/etc/sysctl.d/.60-tcptune.conf.new/x", "");
	result = confirm();
	ck_assert_int_eq(result.outcome, APPLY_RESTORED);
	ck_problem(result, DROPIN_PATH, "cannot be written");
	ck_assert_int_eq(read_record()->state, RECORD_UNCONFIRMED);
	ck_assert_int_eq(read_record()->confirm.confirmed, 0);
}
END_TEST

START_TEST(what_is_refused_leaves_no_guard)
{
	const char *before = state();

	set_fault(WRITE_REFUSED, 2, false);
	ck_assert_int_eq(apply_for(3000).outcome, APPLY_RESTORED);
	ck_assert_str_eq(state(), before);
	ck_assert(!exists(RECORD));
	while (lock_guard_is_held(source, 1))
		usleep(1000);
}
END_TEST

/* The record of a number that another apply uses is none of its business. */
START_TEST(a_guard_knows_its_own)
{
	struct revert_request wanted = {.only = 1, .guard = 1, .ops = &faulty_ops};
	struct revert_result result;

	apply_unguarded();
	ck_assert_int_eq(apply_revert(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_UNCHANGED);
	ck_assert_uint_eq(result.record, 0);
	wanted.guard = read_record()->confirm.guard;
	wanted.only = 2;
	ck_assert_int_eq(apply_revert(source, arena, &wanted, &result), 0);
	ck_assert_uint_eq(result.record, 0);
	ck_assert_str_eq(state(), UNCONFIRMED);
	wanted.only = 1;
	ck_assert_int_eq(apply_revert(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_DONE);
}
END_TEST

Suite *confirm_suite(void)
{
	Suite *suite = suite_create("confirm");
	TCase *tcase = tcase_create("confirm");

	tcase_add_checked_fixture(tcase, host_set_up, host_tear_down);
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, confirms);
	tcase_add_test(tcase, another_apply_waits);
	tcase_add_loop_test(tcase, is_too_late, 0, (int)(sizeof(refusals) / sizeof(refusals[0])));
	tcase_add_test(tcase, there_is_nothing);
	tcase_add_test(tcase, a_late_guard_is_told);
	tcase_add_test(tcase, others_changed_it);
	tcase_add_test(tcase, goes_on_where_it_was_cut_off);
	tcase_add_test(tcase, stays_unconfirmed_where_it_cannot_be_written);
	tcase_add_test(tcase, what_is_refused_leaves_no_guard);
	tcase_add_test(tcase, a_guard_knows_its_own);
	return suite;
}
