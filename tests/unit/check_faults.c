/* Every step of the kernel's made to fail, and the process killed at it. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply_host.h"
#include "sys/lock.h"
#include "tree.h"

Suite *faults_suite(void);

/* The tree as host_set_up() makes it; with an old drop-in for every second case. */
static void begin_again(bool with_dropin)
{
	host_tear_down();
	host_set_up();
	if (with_dropin)
		tree_file(DROPIN_PATH, "old\n");
}

START_TEST(apply_fails_at_each_step)
{
	unsigned steps = 0;

	for (;; steps++) {
		const char *before;
		struct apply_result result;

		begin_again(steps % 2);
		before = state();
		set_fault((enum fault)_i, steps + 1, false);
		result = apply();
		if (!fault_struck()) {
			ck_assert_int_eq(result.outcome, APPLY_DONE);
			break;
		}
		ck_assert_int_eq(result.outcome, kernel.writes ? APPLY_RESTORED : APPLY_STOPPED);
		ck_assert_uint_ge(result.n_problems, 1);
		ck_assert_str_eq(state(), before);
		ck_assert(!is_pending());
		ck_assert(!exists("/var/lib/tcptune/000001.json"));
		ck_assert_int_eq(revert().outcome, APPLY_UNCHANGED);
	}
	ck_assert_uint_eq(steps, _i == READ_FAILS ? 6 : 3);
}
END_TEST

START_TEST(revert_fails_at_each_step)
{
	unsigned steps = 0;

	for (;; steps++) {
		const char *before;
		struct revert_result result;

		begin_again(steps % 2);
		before = state();
		ck_assert_int_eq(apply().outcome, APPLY_DONE);
		set_fault((enum fault)_i, steps + 1, false);
		result = revert();
		if (!fault_struck()) {
			ck_assert_int_eq(result.outcome, APPLY_DONE);
			break;
		}
		ck_assert_int_eq(result.outcome, APPLY_RESTORED);
		ck_assert_uint_ge(result.n_problems, 1);
		ck_assert_str_eq(state(), APPLIED);
		ck_assert(!is_pending());
		set_fault(NO_FAULT, 0, false);
		ck_assert_int_eq(revert().outcome, APPLY_DONE);
		ck_assert_str_eq(state(), before);
	}
	ck_assert_uint_eq(steps, _i == READ_FAILS ? 6 : 3);
}
END_TEST

/* From the failing write on nothing works: what could not be put back is named, and a later revert does it. */
START_TEST(broken_is_told_and_mended)
{
	const char *before = state();
	struct apply_result result;

	set_fault((enum fault)_i, 2, true);
	result = apply();
	ck_assert_int_eq(result.outcome, APPLY_BROKEN);
	ck_assert_uint_eq(result.record, 1);
	ck_problem(result, FIN, "could not be put back to \"60\"");
	ck_assert(is_pending());
	set_fault(NO_FAULT, 0, false);
	result = apply();
	ck_assert_int_eq(result.outcome, APPLY_STOPPED);
	if (_i == WRITE_IGNORED) {
		/* "12345" is nobody's value: it is taken for a change of somebody else. */
		ck_assert_int_eq(revert_with(true, false).outcome, APPLY_DONE);
	} else {
		ck_problem(result, "/var/lib/tcptune/000001.json", "tcptune revert");
		ck_assert_int_eq(revert().outcome, APPLY_DONE);
	}
	ck_assert_str_eq(state(), before);
	ck_assert(!is_pending());
}
END_TEST

/* Stored, and an error all the same: what it reads decides. */
START_TEST(put_back_is_what_reads_so)
{
	const char *before = state();

	set_fault(WRITE_REFUSED_HALFWAY, 2, true);
	ck_assert_int_eq(apply().outcome, APPLY_RESTORED);
	ck_assert_str_eq(state(), before);
	ck_assert(!is_pending());
}
END_TEST

static void in_a_child(bool reverting)
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (reverting)
			_exit(revert().outcome == APPLY_DONE ? 1 : 2);
		_exit(apply().outcome == APPLY_DONE ? 1 : 2);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	kernel.at = WEXITSTATUS(status) ? 0 : kernel.at;
	ck_assert_int_ne(WEXITSTATUS(status), 2);
}

START_TEST(apply_dies_at_each_step)
{
	unsigned steps = 0, pending = 0;

	for (;; steps++) {
		const char *before;

		begin_again(steps % 2);
		before = state();
		set_fault((enum fault)_i, steps + 1, false);
		in_a_child(false);
		if (!kernel.at)
			break;
		set_fault(NO_FAULT, 0, false);
		if (is_pending()) {
			struct apply_result result = apply();

			pending++;
			ck_assert_int_eq(result.outcome, APPLY_STOPPED);
			ck_problem(result, "/var/lib/tcptune/000001.json", "run \"tcptune revert\" first");
		}
		revert();
		ck_assert(!is_pending());
		ck_assert_str_eq(state(), before);
		ck_assert_int_eq(apply().outcome, APPLY_DONE);
	}
	ck_assert_uint_eq(steps, _i == DIES_READING ? 6 : 3);
	ck_assert_uint_eq(pending, 3);
}
END_TEST

START_TEST(revert_dies_at_each_step)
{
	unsigned steps = 0, pending = 0;

	for (;; steps++) {
		const char *before;

		begin_again(steps % 2);
		before = state();
		ck_assert_int_eq(apply().outcome, APPLY_DONE);
		set_fault((enum fault)_i, steps + 1, false);
		in_a_child(true);
		if (!kernel.at)
			break;
		set_fault(NO_FAULT, 0, false);
		pending += is_pending();
		revert();
		ck_assert(!is_pending());
		ck_assert_str_eq(state(), before);
		ck_assert_int_eq(revert().outcome, APPLY_UNCHANGED);
	}
	ck_assert_uint_eq(steps, _i == DIES_READING ? 6 : 3);
	ck_assert_uint_eq(pending, 3);
}
END_TEST

/* Three records as one: each step fails, or is the last. */
static void apply_three(void)
{
	ck_assert_int_eq(apply().outcome, APPLY_DONE);
	apply_again("30", "20", "newer\n");
	apply_again("20", "10", "newest\n");
}

START_TEST(revert_to_fails_at_each_step)
{
	unsigned steps = 0;

	for (;; steps++) {
		const char *before, *after;
		struct revert_result result;

		begin_again(steps % 2);
		before = state();
		apply_three();
		after = state();
		set_fault((enum fault)_i, steps + 1, false);
		result = revert_to(0);
		if (!fault_struck()) {
			ck_assert_int_eq(result.outcome, APPLY_DONE);
			break;
		}
		ck_assert_int_eq(result.outcome, APPLY_RESTORED);
		ck_assert_str_eq(state(), after);
		ck_assert(!is_pending());
		set_fault(NO_FAULT, 0, false);
		ck_assert_int_eq(revert_to(0).outcome, APPLY_DONE);
		ck_assert_str_eq(state(), before);
	}
	ck_assert_uint_eq(steps, _i == READ_FAILS ? 6 : 3);
}
END_TEST

START_TEST(revert_to_dies_at_each_step)
{
	unsigned steps = 0, pending = 0;

	for (;; steps++) {
		const char *before;
		pid_t child;
		int status;

		begin_again(steps % 2);
		before = state();
		apply_three();
		set_fault((enum fault)_i, steps + 1, false);
		child = fork();
		ck_assert_int_ge(child, 0);
		if (child == 0)
			_exit(revert_to(0).outcome == APPLY_DONE ? 1 : 2);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_ne(WEXITSTATUS(status), 2);
		set_fault(NO_FAULT, 0, false);
		if (WEXITSTATUS(status))
			break;
		if (is_pending()) {
			pending++;
			/* Only what was begun is gone on with. */
			ck_assert_int_eq(revert_to(1).outcome, APPLY_RESTORED);
		}
		ck_assert_int_eq((steps % 3 ? revert() : revert_to(0)).outcome, APPLY_DONE);
		while (revert().record)
			;
		ck_assert(!is_pending());
		ck_assert_str_eq(state(), before);
	}
	ck_assert_uint_eq(steps, _i == DIES_READING ? 6 : 3);
	ck_assert_uint_eq(pending, 3);
}
END_TEST

/* A record that is being written is no unfinished one. */
START_TEST(work_in_progress_is_not_pending)
{
	int lock = -1;
	long holder;

	set_fault(DIES_BEFORE_WRITING, 1, false);
	in_a_child(false);
	ck_assert(is_pending());
	ck_assert_int_eq(lock_take(source, &lock, &holder), 0);
	ck_assert(!is_pending());
	close(lock);
}
END_TEST

Suite *faults_suite(void)
{
	Suite *suite = suite_create("faults");
	TCase *tcase = tcase_create("faults");

	tcase_add_checked_fixture(tcase, host_set_up, host_tear_down);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, apply_fails_at_each_step, READ_FAILS, DIES_READING);
	tcase_add_loop_test(tcase, revert_fails_at_each_step, READ_FAILS, DIES_READING);
	tcase_add_loop_test(tcase, broken_is_told_and_mended, WRITE_REFUSED, DIES_READING);
	tcase_add_test(tcase, put_back_is_what_reads_so);
	tcase_add_loop_test(tcase, apply_dies_at_each_step, DIES_READING, FAULTS);
	tcase_add_loop_test(tcase, revert_dies_at_each_step, DIES_READING, FAULTS);
	tcase_add_loop_test(tcase, revert_to_fails_at_each_step, READ_FAILS, DIES_READING);
	tcase_add_loop_test(tcase, revert_to_dies_at_each_step, DIES_READING, FAULTS);
	tcase_add_test(tcase, work_in_progress_is_not_pending);
	return suite;
}
