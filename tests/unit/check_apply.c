/* Commit and revert over a tree of files: what they do, refuse, and leave. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply_host.h"
#include "sys/journal.h"
#include "sys/lock.h"
#include "sys/sysctl.h"
#include "tree.h"

Suite *apply_suite(void);

/* ---------------------------------------------------------- that it works */

START_TEST(applies_and_reverts)
{
	const char *before = state();
	struct apply_result applied = apply();
	struct revert_result reverted;
	struct stat stat_of_dropin;

	ck_assert_int_eq(applied.outcome, APPLY_DONE);
	ck_assert_uint_eq(applied.record, 1);
	ck_assert_uint_eq(applied.n_problems, 0);
	ck_assert_str_eq(state(), APPLIED);
	ck_assert_int_eq(stat(tree_path(DROPIN_PATH), &stat_of_dropin), 0);
	ck_assert_uint_eq(stat_of_dropin.st_mode & 07777, 0644);
	ck_assert(!is_pending());
	reverted = revert_with(false, true);
	ck_assert_int_eq(reverted.outcome, APPLY_WOULD);
	ck_assert_str_eq(state(), APPLIED);
	reverted = revert();
	ck_assert_int_eq(reverted.outcome, APPLY_DONE);
	ck_assert_uint_eq(reverted.record, 1);
	ck_assert_uint_eq(reverted.n_changes, 3);
	ck_assert_str_eq(reverted.changes[0].key, REUSE);
	ck_assert_str_eq(reverted.changes[0].from, "1");
	ck_assert_str_eq(reverted.changes[0].to, "2");
	ck_assert_str_eq(reverted.dropin_path, DROPIN_PATH);
	ck_assert_ptr_nonnull(strstr(reverted.dropin_diff, "-new\n"));
	ck_assert_str_eq(state(), before);
	reverted = revert();
	ck_assert_int_eq(reverted.outcome, APPLY_UNCHANGED);
	ck_assert_uint_eq(reverted.record, 0);
	ck_assert_uint_eq(reverted.n_problems, 0);
}
END_TEST

START_TEST(records_who_and_what)
{
	struct record *record;
	struct diag diag = diag_new(arena);
	const char *text;

	apply();
	text = look("/var/lib/tcptune/000001.json");
	record = record_parse(arena, &diag, "f", text, strlen(text));
	ck_assert_ptr_nonnull(record);
	ck_assert_int_eq(record->state, RECORD_APPLIED);
	ck_assert_str_eq(record->by.user, "ann");
	ck_assert_str_eq(record->kernel, "6.18.44");
	ck_assert_str_eq(record->boot_id, "0b");
	ck_assert_uint_eq(record->n_changes, 3);
	ck_assert_str_eq(record->changes[1].key, RMEM);
	ck_assert_str_eq(record->changes[1].from, "4096\t131072\t6291456");
	ck_assert_str_eq(look("/var/lib/tcptune/000001.after"), "new\n");
	ck_assert(!exists("/var/lib/tcptune/000001.before"));
}
END_TEST

START_TEST(nothing_to_do_is_no_record)
{
	struct apply_request wanted = request();
	struct apply_result result;

	tree_file(DROPIN_PATH, "new\n");
	wanted.dropin_now = "new\n";
	wanted.n_changes = 0;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_UNCHANGED);
	wanted.dropin = NULL;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_UNCHANGED);
	ck_assert_uint_eq(result.record, 0);
	ck_assert_uint_eq(kernel.writes, 0);
	ck_assert(!exists("/var/lib/tcptune/000001.json"));
}
END_TEST

START_TEST(a_dropin_comes_back_as_it_was)
{
	struct stat stat_of_dropin;

	tree_file(DROPIN_PATH, "old\n");
	tree_chmod(DROPIN_PATH, 0660);
	ck_assert_int_eq(apply().outcome, APPLY_DONE);
	ck_assert_int_eq(stat(tree_path(DROPIN_PATH), &stat_of_dropin), 0);
	ck_assert_uint_eq(stat_of_dropin.st_mode & 07777, 0640);
	ck_assert_int_eq(revert().outcome, APPLY_DONE);
	ck_assert_str_eq(look(DROPIN_PATH), "old\n");
	ck_assert_int_eq(stat(tree_path(DROPIN_PATH), &stat_of_dropin), 0);
	ck_assert_uint_eq(stat_of_dropin.st_mode & 07777, 0660);
}
END_TEST

START_TEST(a_dropin_can_be_removed)
{
	struct apply_request wanted;
	struct apply_result result;

	tree_file(DROPIN_PATH, "old\n");
	wanted = request();
	wanted.n_changes = 0;
	wanted.dropin = "";
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert(!exists(DROPIN_PATH));
	ck_assert_int_eq(revert().outcome, APPLY_DONE);
	ck_assert_str_eq(look(DROPIN_PATH), "old\n");
}
END_TEST

START_TEST(reverts_one_after_the_other)
{
	struct change again[] = {{.key = FIN, .from = "30", .to = "20", .where = CHANGE_RUNNING}};
	const char *before = state();
	struct apply_request wanted;
	struct apply_result result;

	ck_assert_int_eq(apply().outcome, APPLY_DONE);
	wanted = request();
	wanted.changes = again;
	wanted.n_changes = 1;
	wanted.dropin = "newer\n";
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_uint_eq(result.record, 2);
	ck_assert_uint_eq(revert().record, 2);
	ck_assert_str_eq(state(), APPLIED);
	ck_assert_uint_eq(revert().record, 1);
	ck_assert_str_eq(state(), before);
	ck_assert_int_eq(revert().outcome, APPLY_UNCHANGED);
}
END_TEST

START_TEST(goes_back_to_an_earlier_state)
{
	const char *before = state(), *first;
	struct revert_result result;

	apply();
	first = state();
	apply_again("30", "20", "newer\n");
	apply_again("20", "10", NULL);
	result = revert_to(1);
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_uint_eq(result.record, 3);
	ck_assert_uint_eq(result.n_records, 2);
	ck_assert_uint_eq(result.records[1], 2);
	/* As one: no value between. */
	ck_assert_uint_eq(result.n_changes, 1);
	ck_assert_str_eq(result.changes[0].from, "10");
	ck_assert_str_eq(result.changes[0].to, "30");
	ck_assert_uint_eq(result.changes[0].n_because, 2);
	ck_assert_str_eq(state(), first);
	ck_assert_int_eq(revert_to(1).outcome, APPLY_UNCHANGED);
	apply_again("30", "15", "newest\n");
	ck_assert_int_eq(revert_to(0).outcome, APPLY_DONE);
	ck_assert_str_eq(state(), before);
	ck_assert_uint_eq(revert().record, 0);
}
END_TEST

START_TEST(there_is_no_such_state)
{
	struct revert_result result = revert_to(1);

	ck_assert(result.is_bad && result.outcome == APPLY_STOPPED);
	apply();
	apply_again("30", "20", "newer\n");
	revert();
	result = revert_to(2);
	ck_assert(result.is_bad && result.outcome == APPLY_STOPPED);
	ck_problem(result, "--to", "has been taken back itself");
	result = revert_to(3);
	ck_assert(result.is_bad);
	ck_problem(result, "--to", "there is no record 3");
	ck_assert_str_eq(state(), APPLIED);
}
END_TEST

START_TEST(leaves_what_others_changed_between)
{
	struct revert_result result;

	apply();
	apply_again("30", "20", "newer\n");
	tree_file(PROC "tcp_fin_timeout", "15\n");
	result = revert_to(0);
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_uint_eq(result.n_left, 1);
	ck_assert_str_eq(result.left[0].because, "revert of 2");
	ck_assert_str_eq(state(), "15\n4096\t131072\t6291456\n2\n(none)\n(none)\n");
}
END_TEST

/* Two drop-ins: the one that had to be named to win came later. */
START_TEST(goes_back_with_both_dropins)
{
	struct change again[] = {{.key = FIN, .from = "30", .to = "20", .where = CHANGE_RUNNING}};
	const char *before = state();
	struct apply_request wanted;
	struct apply_result result;

	apply();
	wanted = request();
	wanted.changes = again;
	wanted.n_changes = 1;
	wanted.dropin_path = DROPIN_PATH_LAST;
	wanted.dropin_now = NULL;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert(exists(DROPIN_PATH_LAST) && exists(DROPIN_PATH));
	ck_assert_int_eq(revert_to(0).outcome, APPLY_DONE);
	ck_assert(!exists(DROPIN_PATH_LAST) && !exists(DROPIN_PATH));
	ck_assert_str_eq(state(), before);
}
END_TEST

START_TEST(keeps_so_many_records)
{
	const char *one;

	apply();
	one = look("/var/lib/tcptune/000001.json");
	for (unsigned i = 2; i <= JOURNAL_KEPT + 1; i++)
		tree_file(arena_printf(arena, "/var/lib/tcptune/%06u.json", i), one);
	tree_file("/var/lib/tcptune/000002.before", "x");
	apply_again("30", "20", NULL);
	ck_assert(!exists("/var/lib/tcptune/000001.json") && !exists("/var/lib/tcptune/000002.json"));
	ck_assert(!exists("/var/lib/tcptune/000001.after") && !exists("/var/lib/tcptune/000002.before"));
	ck_assert(exists("/var/lib/tcptune/000003.json"));
	ck_assert(exists(arena_printf(arena, "/var/lib/tcptune/%06u.json", JOURNAL_KEPT + 2)));
	/* The state before the oldest that is kept is no longer one to go back to. */
	ck_problem(revert_to(1), "--to", "there is no record 1");
}
END_TEST

/* Written 1, read 4: what the kernel makes of a millisecond at 250 jiffies a second. */
static int rounding_write(struct source *to, const char *key, const char *value)
{
	return sysctl_write(to, key, strcmp(value, "1") ? value : "4");
}

START_TEST(takes_a_rounded_value_for_what_it_is)
{
	static const struct sysctl_ops rounding = {sysctl_read, rounding_write};
	struct change ms = {.key = FIN, .from = "60", .to = "1", .where = CHANGE_RUNNING, .rounds = _i};
	struct apply_request wanted = {.changes = &ms, .n_changes = 1, .ops = &rounding};
	struct apply_result result;

	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, _i ? APPLY_DONE : APPLY_RESTORED);
	ck_assert_int_eq(revert().outcome, _i ? APPLY_DONE : APPLY_UNCHANGED);
	ck_assert_str_eq(look(PROC "tcp_fin_timeout"), "60\n");
}
END_TEST

/* -------------------------------------------------------------- refusals */

static void value_changed(void) { tree_file(PROC "tcp_tw_reuse", "0\n"); }
static void key_gone(void) { unlink(tree_path(PROC "tcp_rmem")); }
static void dropin_came(void) { tree_file(DROPIN_PATH, "somebody else's\n"); }
static void dropin_is_link(void) { tree_link(DROPIN_PATH, "/dev/null"); }
static void dropin_is_directory(void) { tree_file(DROPIN_PATH "/x", ""); }
static void temporary_is_directory(void) { tree_file("/etc/sysctl.d/.60-tcptune.conf.new/x", ""); }
static void state_is_file(void) { tree_file("/var/lib/tcptune", ""); }
static void state_is_link(void) { tree_link("/var/lib/tcptune", "/tmp"); }
static void record_is_damaged(void) { tree_file("/var/lib/tcptune/000003.json", "{"); }
static void record_in_the_way(void) { tree_file("/var/lib/tcptune/.000001.json.new/x", ""); }
static void before_in_the_way(void) { tree_file("/var/lib/tcptune/000001.after/x", ""); }
static void run_is_file(void) { tree_file("/run/tcptune", ""); }

static void state_is_open(void)
{
	tree_file("/var/lib/tcptune/x", "");
	tree_chmod("/var/lib/tcptune", 0777);
}

static const struct {
	void (*prepare)(void);
	enum apply_outcome outcome;
	const char *key, *text;
} refusals[] = {
	{value_changed, APPLY_STOPPED, REUSE, "it is \"0\" now, and was \"2\""},
	{key_gone, APPLY_STOPPED, RMEM, "cannot be read: No such file"},
	{dropin_came, APPLY_STOPPED, DROPIN_PATH, "changed since the plan was made"},
	{dropin_is_link, APPLY_RESTORED, DROPIN_PATH, "symbolic link"},
	{dropin_is_directory, APPLY_RESTORED, DROPIN_PATH, "Is a directory"},
	{temporary_is_directory, APPLY_RESTORED, DROPIN_PATH, "cannot be written"},
	{state_is_file, APPLY_RESTORED, "/var/lib/tcptune", "Not a directory"},
	{state_is_link, APPLY_RESTORED, "/var/lib/tcptune", "Not a directory"},
	{state_is_open, APPLY_RESTORED, "/var/lib/tcptune", "others may write it"},
	{record_is_damaged, APPLY_STOPPED, "/var/lib/tcptune/000003.json", ""},
	{record_in_the_way, APPLY_RESTORED, "/var/lib/tcptune/000001.json", "cannot be written"},
	{before_in_the_way, APPLY_RESTORED, "/var/lib/tcptune/000001.json", "cannot be kept"},
	{run_is_file, APPLY_RESTORED, "/run/tcptune/lock", "Not a directory"},
};

START_TEST(refuses_and_touches_nothing)
{
	struct apply_request wanted = request();
	struct apply_result result;
	const char *before;

	refusals[_i].prepare();
	before = state();
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, refusals[_i].outcome);
	ck_problem(result, refusals[_i].key, refusals[_i].text);
	ck_assert_uint_eq(result.record, 0);
	ck_assert_str_eq(state(), before);
	ck_assert(!exists("/var/lib/tcptune/000001.json"));
}
END_TEST

static const struct {
	struct change change;
	const char *path;
} requests[] = {
	{{.key = "kernel.panic", .from = "0", .to = "1", .where = CHANGE_RUNNING}, DROPIN_PATH},
	{{.key = "net.ipv4.../../kernel/panic", .from = "0", .to = "1", .where = CHANGE_RUNNING}, DROPIN_PATH},
	{{.key = FIN, .from = "60", .to = "30\n1", .where = CHANGE_RUNNING}, DROPIN_PATH},
	{{.key = FIN, .from = "60", .to = "30\033", .where = CHANGE_RUNNING}, DROPIN_PATH},
	{{.key = FIN, .to = "30", .where = CHANGE_RUNNING}, DROPIN_PATH},
	{{.key = FIN, .from = "60", .to = "30", .where = CHANGE_RUNNING}, "60-tcptune.conf"},
	{{.key = FIN, .from = "60", .to = "30", .where = CHANGE_RUNNING}, "/etc/sysctl.d/"},
	{{.key = FIN, .from = "60", .to = "30", .where = CHANGE_RUNNING}, "/etc/sysctl.d/.."},
	{{.key = FIN, .from = "60", .to = "30", .where = CHANGE_RUNNING}, "/etc/a\nb"},
};

START_TEST(refuses_a_request)
{
	struct apply_request wanted = request();
	struct apply_result result;
	const char *before = state();

	wanted.changes = &requests[_i].change;
	wanted.n_changes = 1;
	wanted.dropin_path = requests[_i].path;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_STOPPED);
	ck_assert_uint_ge(result.n_problems, 1);
	ck_assert_uint_eq(kernel.writes, 0);
	ck_assert_str_eq(state(), before);
}
END_TEST

START_TEST(one_at_a_time)
{
	struct apply_request wanted = request();
	const struct revert_request back = {.ops = &faulty_ops};
	struct apply_result result;
	struct revert_result reverted;
	const char *before = state();
	int lock = -1;
	long holder = 0;

	ck_assert_int_eq(lock_take(source, &lock, &holder), 0);
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), -EWOULDBLOCK);
	ck_assert_int_eq(result.holder, getpid());
	ck_assert_int_eq(apply_revert(source, arena, &back, &reverted), -EWOULDBLOCK);
	ck_assert_int_eq(reverted.holder, getpid());
	ck_assert_str_eq(state(), before);
	close(lock);
	ck_assert_int_eq(apply().outcome, APPLY_DONE);
}
END_TEST

/* ---------------------------------------------- what others have changed */

START_TEST(leaves_what_others_changed)
{
	struct revert_result result;

	apply();
	tree_file(PROC "tcp_fin_timeout", "15\n");
	tree_file(DROPIN_PATH, "mine\n");
	unlink(tree_path(PROC "tcp_tw_reuse"));
	result = revert();
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_uint_eq(result.n_changes, 1);
	ck_assert_uint_eq(result.n_left, 3);
	ck_assert_str_eq(result.left[2].key, DROPIN_PATH);
	ck_assert_ptr_null(result.dropin_path);
	ck_assert_str_eq(state(), "15\n4096\t131072\t6291456\n(none)\nmine\n(none)\n");
	ck_assert_int_eq(revert().outcome, APPLY_UNCHANGED);
	/* Only what was left is forced, not what has been changed since the revert. */
	tree_file(PROC "tcp_rmem", "1\t2\t3\n");
	result = revert_with(true, false);
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_uint_eq(result.n_changes, 1);
	ck_assert_uint_eq(result.n_left, 1);
	ck_assert_str_eq(state(), "60\n1\t2\t3\n(none)\n(none)\n(none)\n");
}
END_TEST

/* The one that was reverted last, though it is not the last that was applied. */
START_TEST(forces_what_the_last_revert_left)
{
	struct change again[] = {{.key = FIN, .from = "30", .to = "20", .where = CHANGE_RUNNING}};
	struct apply_request wanted;
	struct apply_result result;
	const char *before = state();

	apply();
	wanted = request();
	wanted.changes = again;
	wanted.n_changes = 1;
	wanted.dropin = NULL;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_uint_eq(revert().record, 2);
	tree_file(PROC "tcp_fin_timeout", "15\n");
	ck_assert_uint_eq(revert().n_left, 1);
	ck_assert_uint_eq(revert_with(true, false).record, 1);
	ck_assert_str_eq(state(), before);
	ck_assert_uint_eq(revert_with(true, false).record, 0);
}
END_TEST

START_TEST(forces_what_others_changed)
{
	const char *before = state();

	apply();
	tree_file(PROC "tcp_fin_timeout", "15\n");
	unlink(tree_path(DROPIN_PATH));
	tree_file(DROPIN_PATH, "mine\n");
	ck_assert_int_eq(revert_with(true, false).outcome, APPLY_DONE);
	ck_assert_str_eq(state(), before);
	ck_assert_int_eq(revert_with(true, false).outcome, APPLY_UNCHANGED);
}
END_TEST

START_TEST(finds_all_put_back_by_others)
{
	struct revert_result result;

	apply();
	tree_file(PROC "tcp_fin_timeout", "60\n");
	tree_file(PROC "tcp_rmem", "4096 131072 6291456\n");
	tree_file(PROC "tcp_tw_reuse", "2\n");
	unlink(tree_path(DROPIN_PATH));
	result = revert();
	ck_assert_int_eq(result.outcome, APPLY_UNCHANGED);
	ck_assert_uint_eq(result.record, 1);
	ck_assert_uint_eq(result.n_changes + result.n_left, 0);
	ck_assert_uint_eq(revert().record, 0);
}
END_TEST

START_TEST(a_link_in_place_of_the_dropin_is_left)
{
	struct revert_result result;

	apply();
	unlink(tree_path(DROPIN_PATH));
	tree_link(DROPIN_PATH, "/dev/null");
	result = revert();
	ck_assert_int_eq(result.outcome, APPLY_DONE);
	ck_assert_uint_eq(result.n_left, 1);
	ck_assert_str_eq(result.left[0].key, DROPIN_PATH);
	ck_assert(exists(DROPIN_PATH));
}
END_TEST

START_TEST(revert_needs_what_was_kept)
{
	struct revert_result result;

	apply();
	unlink(tree_path("/var/lib/tcptune/000001.after"));
	result = revert();
	ck_assert_int_eq(result.outcome, APPLY_RESTORED);
	ck_problem(result, "/var/lib/tcptune/000001.json", "kept with it");
	ck_assert_str_eq(state(), APPLIED);
}
END_TEST

START_TEST(another_namespace_is_another_host)
{
	struct revert_result result;

	tree_link("/proc/self/ns/net", "net:[1]");
	apply();
	unlink(tree_path("/proc/self/ns/net"));
	tree_link("/proc/self/ns/net", "net:[2]");
	result = revert();
	ck_assert_int_eq(result.outcome, APPLY_STOPPED);
	ck_problem(result, "/var/lib/tcptune/000001.json", "network namespace net:[1]");
	ck_assert_str_eq(state(), APPLIED);
	/* After a boot the numbers say nothing. */
	tree_file("/proc/sys/kernel/random/boot_id", "1c\n");
	ck_assert_int_eq(revert().outcome, APPLY_DONE);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

static TCase *new_case(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, host_set_up, host_tear_down);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return tcase;
}

Suite *apply_suite(void)
{
	Suite *suite = suite_create("apply");
	TCase *tcase = new_case(suite, "works");

	tcase_add_test(tcase, applies_and_reverts);
	tcase_add_test(tcase, records_who_and_what);
	tcase_add_test(tcase, nothing_to_do_is_no_record);
	tcase_add_test(tcase, a_dropin_comes_back_as_it_was);
	tcase_add_test(tcase, a_dropin_can_be_removed);
	tcase_add_test(tcase, reverts_one_after_the_other);
	tcase_add_test(tcase, goes_back_to_an_earlier_state);
	tcase_add_test(tcase, there_is_no_such_state);
	tcase_add_test(tcase, leaves_what_others_changed_between);
	tcase_add_test(tcase, goes_back_with_both_dropins);
	tcase_add_test(tcase, keeps_so_many_records);
	tcase_add_loop_test(tcase, takes_a_rounded_value_for_what_it_is, 0, 2);
	tcase = new_case(suite, "refuses");
	tcase_add_loop_test(tcase, refuses_and_touches_nothing, 0, ROWS(refusals));
	tcase_add_loop_test(tcase, refuses_a_request, 0, ROWS(requests));
	tcase_add_test(tcase, one_at_a_time);
	tcase = new_case(suite, "others");
	tcase_add_test(tcase, leaves_what_others_changed);
	tcase_add_test(tcase, forces_what_the_last_revert_left);
	tcase_add_test(tcase, forces_what_others_changed);
	tcase_add_test(tcase, finds_all_put_back_by_others);
	tcase_add_test(tcase, a_link_in_place_of_the_dropin_is_left);
	tcase_add_test(tcase, revert_needs_what_was_kept);
	tcase_add_test(tcase, another_namespace_is_another_host);
	return suite;
}
