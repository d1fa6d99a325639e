/* The journal and what it stands on: sys/store.h and sys/lock.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "sys/journal.h"
#include "sys/lock.h"
#include "tree.h"

Suite *journal_suite(void);

static struct arena *arena;
static struct source *source;
static int top;

static void set_up(void)
{
	const char *root = tree_make();

	arena = arena_new();
	ck_assert_int_eq(source_open(arena, root, &source), 0);
	top = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(top, 0);
}

static void tear_down(void)
{
	close(top);
	source_close(source);
	arena_free(arena);
	tree_remove();
}

static struct stored_file text_file(const char *text)
{
	return (struct stored_file){
		.exists = text != NULL, .bytes = text, .length = text ? strlen(text) : 0,
		.mode = 0640, .uid = geteuid(), .gid = getegid(),
	};
}

/* ---------------------------------------------------------------- store */

START_TEST(store_replaces_a_file)
{
	struct stored_file file = text_file("one\n"), read;

	ck_assert_int_eq(store_read(arena, top, "f", &read), 0);
	ck_assert(!read.exists);
	ck_assert_int_eq(store_write(top, "f", &file), 0);
	file = text_file("two\n");
	ck_assert_int_eq(store_write(top, "f", &file), 0);
	ck_assert_int_eq(store_read(arena, top, "f", &read), 0);
	ck_assert(read.exists);
	ck_assert_str_eq(read.bytes, "two\n");
	ck_assert_uint_eq(read.length, 4);
	ck_assert_uint_eq(read.mode, 0640);
	ck_assert(store_same(&file, &read));
	file = text_file(NULL);
	ck_assert_int_eq(store_write(top, "f", &file), 0);
	ck_assert_int_eq(store_write(top, "f", &file), 0);
	ck_assert_int_eq(faccessat(top, "f", F_OK, 0), -1);
}
END_TEST

START_TEST(store_replaces_what_a_killed_process_left)
{
	struct stored_file file = text_file("one\n"), read;

	ck_assert_int_eq(symlinkat("/etc/passwd", top, ".f.new"), 0);
	ck_assert_int_eq(store_write(top, "f", &file), 0);
	ck_assert_int_eq(store_read(arena, top, "f", &read), 0);
	ck_assert_str_eq(read.bytes, "one\n");
	ck_assert_int_eq(faccessat(top, ".f.new", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	ck_assert_int_eq(symlinkat("/etc/passwd", top, ".f.new"), 0);
	ck_assert_int_eq(store_clean(top, "f"), 0);
	ck_assert_int_eq(store_clean(top, "f"), 0);
	ck_assert_int_eq(faccessat(top, ".f.new", F_OK, AT_SYMLINK_NOFOLLOW), -1);
}
END_TEST

START_TEST(store_follows_no_link)
{
	struct stored_file read;

	ck_assert_int_eq(symlinkat("/etc/passwd", top, "link"), 0);
	ck_assert_int_eq(mkdirat(top, "directory", 0700), 0);
	ck_assert_int_eq(mkfifoat(top, "fifo", 0600), 0);
	ck_assert_int_eq(store_read(arena, top, "link", &read), -ELOOP);
	ck_assert_int_eq(store_read(arena, top, "directory", &read), -EISDIR);
	ck_assert_int_eq(store_read(arena, top, "fifo", &read), -ENXIO);
}
END_TEST

START_TEST(store_keeps_the_old_file_when_it_fails)
{
	struct stored_file file = text_file("one\n"), read;
	char name[300];

	ck_assert_int_eq(store_write(top, "f", &file), 0);
	/* A directory in the place of the temporary file. */
	ck_assert_int_eq(mkdirat(top, ".f.new", 0700), 0);
	file = text_file("two\n");
	ck_assert_int_eq(store_write(top, "f", &file), -EISDIR);
	ck_assert_int_eq(store_read(arena, top, "f", &read), 0);
	ck_assert_str_eq(read.bytes, "one\n");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(store_write(top, name, &file), -ENAMETOOLONG);
	name[253] = '\0';
	ck_assert_int_eq(store_write(top, name, &file), -ENAMETOOLONG);
}
END_TEST

START_TEST(store_makes_directories)
{
	int fd = store_existing_directory(source, "/a/b/c", true);
	struct stat stat;

	ck_assert_int_eq(fd, -ENOENT);
	fd = store_directory(source, "/a/b/c", 0700, true);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &stat), 0);
	ck_assert_uint_eq(stat.st_mode & 07777, 0700);
	close(fd);
	fd = store_directory(source, "/a/b/c", 0700, true);
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

START_TEST(store_trusts_no_directory_of_others)
{
	ck_assert_int_eq(mkdirat(top, "d", 0700), 0);
	ck_assert_int_eq(symlinkat("d", top, "link"), 0);
	ck_assert_int_eq(store_directory(source, "/link", 0700, true), -ENOTDIR);
	ck_assert_int_eq(fchmodat(top, "d", 0722, 0), 0);
	ck_assert_int_eq(store_directory(source, "/d", 0700, true), -EPERM);
	ck_assert_int_eq(fchmodat(top, "d", 0755, 0), 0);
	if (geteuid() == 0) {
		ck_assert_int_eq(fchownat(top, "d", 1, 1, 0), 0);
		ck_assert_int_eq(store_directory(source, "/d", 0700, true), -EPERM);
	}
}
END_TEST

/* ----------------------------------------------------------------- lock */

START_TEST(lock_is_for_one)
{
	int fd = -1, other = -1;
	long holder = -1;

	ck_assert(!lock_is_held(source));
	ck_assert_int_eq(lock_take(source, &fd, &holder), 0);
	ck_assert(lock_is_held(source));
	ck_assert_int_eq(lock_take(source, &other, &holder), -EWOULDBLOCK);
	ck_assert_int_eq(other, -1);
	ck_assert_int_eq(holder, getpid());
	close(fd);
	ck_assert(!lock_is_held(source));
	ck_assert_int_eq(lock_take(source, &fd, &holder), 0);
	close(fd);
}
END_TEST

/* The process that held it died: what its file says is of no account. */
START_TEST(lock_of_the_dead_does_not_block)
{
	pid_t child = fork();
	long holder = 0;
	int fd = -1, status;

	if (child == 0)
		_exit(lock_take(source, &fd, &holder) ? 1 : 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(lock_take(source, &fd, &holder), 0);
	close(fd);
}
END_TEST

static const struct {
	const char *text;
	long holder;
} holders[] = {
	{"123\n", 123}, {"", 0}, {"123", 0}, {"-1\n", 0}, {"0\n", 0}, {"99999999\n", 0},
	{"12\n13\n", 0}, {"root\n", 0}, {"123456789012345678901234567890123456789\n", 0},
};

START_TEST(lock_believes_only_a_number)
{
	int directory = store_directory(source, LOCK_DIRECTORY, 0755, true);
	struct stored_file file = text_file(holders[_i].text);
	int held, fd = -1;
	long holder = -1;

	ck_assert_int_ge(directory, 0);
	ck_assert_int_eq(store_write(directory, "lock", &file), 0);
	held = openat(directory, "lock", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(flock(held, LOCK_EX), 0);
	ck_assert_int_eq(lock_take(source, &fd, &holder), -EWOULDBLOCK);
	ck_assert_int_eq(holder, holders[_i].holder);
	close(held);
	close(directory);
}
END_TEST

START_TEST(lock_refuses_what_is_not_its_file)
{
	int directory = store_directory(source, LOCK_DIRECTORY, 0755, true), fd = -1;
	long holder = 0;

	ck_assert_int_eq(symlinkat("../../f", directory, "lock"), 0);
	ck_assert_int_eq(lock_take(source, &fd, &holder), -ELOOP);
	ck_assert(!lock_is_held(source));
	ck_assert_int_eq(unlinkat(directory, "lock", 0), 0);
	fd = openat(directory, "lock", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	ck_assert_int_eq(fchmod(fd, 0622), 0);
	close(fd);
	ck_assert_int_eq(lock_take(source, &fd, &holder), -EPERM);
	close(directory);
}
END_TEST

/* -------------------------------------------------------------- journal */

static struct journal open_journal(void)
{
	struct journal journal = {.directory = -1};

	ck_assert_int_eq(journal_open(arena, source, true, &journal), 0);
	return journal;
}

static struct record record_of(unsigned number)
{
	return (struct record){
		.number = number, .state = RECORD_APPLIED, .tool = "0", .kernel = "6",
	};
}

START_TEST(journal_lists_records_alone)
{
	static const char *const others[] = {
		"000004.before", "00005.json", "x.json", "000006.json.new", ".000007.json.new",
		"0000000008.json", "000000.json",
	};
	struct journal journal = open_journal();
	unsigned *numbers;
	size_t n;

	ck_assert_int_eq(journal_list(&journal, &numbers, &n), 0);
	ck_assert_uint_eq(n, 0);
	for (unsigned number = 12; number >= 9; number--) {
		struct record record = record_of(number);

		ck_assert_int_eq(journal_write(&journal, &record), 0);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		close(openat(journal.directory, others[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ck_assert_int_eq(journal_list(&journal, &numbers, &n), 0);
	ck_assert_uint_eq(n, 4);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(numbers[i], 9 + i);
	journal_close(&journal);
}
END_TEST

START_TEST(journal_keeps_a_record_and_both_sides)
{
	struct journal journal = open_journal();
	struct diag diag = diag_new(arena);
	struct record record = record_of(1), *read;
	struct stored_file before = {.exists = true, .bytes = "a\0b", .length = 3}, after = {0}, side;
	unsigned *numbers;
	size_t n;

	ck_assert_int_eq(journal_write(&journal, &record), 0);
	ck_assert_int_eq(journal_write_side(&journal, 1, JOURNAL_BEFORE, &before), 0);
	ck_assert_int_eq(journal_write_side(&journal, 1, JOURNAL_AFTER, &after), 0);
	ck_assert_int_eq(journal_read(&journal, 1, &diag, &read), 0);
	ck_assert_uint_eq(read->number, 1);
	ck_assert_int_eq(read->state, RECORD_APPLIED);
	ck_assert_int_eq(journal_read_side(&journal, 1, JOURNAL_BEFORE, &side), 0);
	ck_assert(store_same(&before, &side));
	ck_assert_int_eq(journal_read_side(&journal, 1, JOURNAL_AFTER, &side), 0);
	ck_assert(!side.exists);
	ck_assert_int_eq(journal_remove(&journal, 1), 0);
	ck_assert_int_eq(journal_list(&journal, &numbers, &n), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(journal_read_side(&journal, 1, JOURNAL_BEFORE, &side), 0);
	ck_assert(!side.exists);
	journal_close(&journal);
}
END_TEST

START_TEST(journal_is_for_root_alone)
{
	struct journal journal = open_journal();
	struct stat stat;

	ck_assert_int_eq(fstat(journal.directory, &stat), 0);
	ck_assert_uint_eq(stat.st_mode & 07777, 0700);
	ck_assert_int_eq(fchmod(journal.directory, 0777), 0);
	journal_close(&journal);
	ck_assert_int_eq(journal.directory, -1);
	ck_assert_int_eq(journal_open(arena, source, true, &journal), -EPERM);
}
END_TEST

START_TEST(journal_refuses_damage)
{
	struct journal journal = open_journal();
	struct diag diag = diag_new(arena);
	struct stored_file file = text_file("{\"schema\":"), side;
	struct record *record = NULL;

	ck_assert_int_eq(journal_read(&journal, 1, &diag, &record), -ENOENT);
	ck_assert_int_eq(store_write(journal.directory, "000001.json", &file), 0);
	ck_assert_int_eq(journal_read(&journal, 1, &diag, &record), -EBADMSG);
	ck_assert_int_eq(fchmodat(journal.directory, "000001.json", 0666, 0), 0);
	ck_assert_int_eq(journal_read(&journal, 1, &diag, &record), -EPERM);
	ck_assert_int_eq(unlinkat(journal.directory, "000001.json", 0), 0);
	ck_assert_int_eq(symlinkat("000002.json", journal.directory, "000001.json"), 0);
	ck_assert_int_eq(journal_read(&journal, 1, &diag, &record), -ELOOP);
	ck_assert_uint_eq(diag.errors, 4);
	ck_assert_ptr_null(record);
	file.mode = 0666;
	ck_assert_int_eq(store_write(journal.directory, "000001.before", &file), 0);
	ck_assert_int_eq(journal_read_side(&journal, 1, JOURNAL_BEFORE, &side), -EPERM);
	journal_close(&journal);
}
END_TEST

START_TEST(journal_need_not_be_there)
{
	struct journal journal = {.directory = -1};

	ck_assert_int_eq(journal_open(arena, source, false, &journal), -ENOENT);
	journal_close(&journal);
	ck_assert_int_eq(mkdirat(top, "var", 0755), 0);
	ck_assert_int_eq(mkdirat(top, "var/lib", 0755), 0);
	ck_assert_int_eq(mkdirat(top, "elsewhere", 0700), 0);
	ck_assert_int_eq(symlinkat("/elsewhere", top, "var/lib/tcptune"), 0);
	ck_assert_int_eq(journal_open(arena, source, true, &journal), -ENOTDIR);
}
END_TEST

Suite *journal_suite(void)
{
	Suite *suite = suite_create("journal");
	TCase *tcase = tcase_create("journal");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, store_replaces_a_file);
	tcase_add_test(tcase, store_replaces_what_a_killed_process_left);
	tcase_add_test(tcase, store_follows_no_link);
	tcase_add_test(tcase, store_keeps_the_old_file_when_it_fails);
	tcase_add_test(tcase, store_makes_directories);
	tcase_add_test(tcase, store_trusts_no_directory_of_others);
	tcase_add_test(tcase, lock_is_for_one);
	tcase_add_test(tcase, lock_of_the_dead_does_not_block);
	tcase_add_test(tcase, lock_refuses_what_is_not_its_file);
	tcase_add_test(tcase, journal_lists_records_alone);
	tcase_add_test(tcase, journal_keeps_a_record_and_both_sides);
	tcase_add_test(tcase, journal_is_for_root_alone);
	tcase_add_test(tcase, journal_refuses_damage);
	tcase_add_test(tcase, journal_need_not_be_there);
	tcase_add_loop_test(tcase, lock_believes_only_a_number, 0,
			    (int)(sizeof(holders) / sizeof(holders[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
