#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/capture.h"
#include "sys/resolve.h"
#include "sys/source.h"
#include "tree.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *source_suite(void);

static struct arena *arena;
static struct source *source;
static const char *root;

static void setup(void)
{
	arena = arena_new();
	root = tree_make();
	source = NULL;
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

static void open_root(void)
{
	ck_assert_int_eq(source_open(arena, root, &source), 0);
}

/* What a file reads, or "-errno". */
static const char *reading(const char *path)
{
	char *bytes;
	size_t length;
	int r = source_read(source, path, 65536, &bytes, &length);

	return r ? arena_printf(arena, "-%s", capture_error_name(arena, -r)) : bytes;
}

/* --------------------------------------------------------------- resolve */

static const struct {
	const char *path;
	const char *text; /* of the file, or the errno */
} paths[] = {
	{"/etc/plain", "plain"},
	{"etc/plain", "plain"},
	{"//etc/./sub/..//plain", "plain"},
	{"/../../../etc/plain", "plain"},
	{"/etc/absolute", "plain"},       /* -> /etc/plain */
	{"/etc/relative", "plain"},       /* -> sub/../plain */
	{"/etc/up", "plain"},             /* -> ../../../../../../etc/plain */
	{"/etc/chain", "plain"},          /* -> absolute */
	{"/dir/plain", "plain"},          /* dir -> etc */
	{"/dir/sub/below", "below"},
	{"/etc/out", "ENOENT"},           /* -> /outside-of-the-tree */
	{"/etc/dangling", "ENOENT"},
	{"/etc/loop", "ELOOP"},
	{"/etc/plain/", "ENOTDIR"},
	{"/etc/plain/x", "ENOTDIR"},
	{"/etc/none/x", "ENOENT"},
	{"", "ENOENT"},
};

static void make_links(void)
{
	tree_file("/etc/plain", "plain");
	tree_file("/etc/sub/below", "below");
	tree_link("/etc/absolute", "/etc/plain");
	tree_link("/etc/relative", "sub/../plain");
	tree_link("/etc/up", "../../../../../../etc/plain");
	tree_link("/etc/chain", "absolute");
	tree_link("/dir", "etc");
	tree_link("/etc/out", "/outside-of-the-tree");
	tree_link("/etc/dangling", "nothing");
	tree_link("/etc/loop", "loop");
}

static const char *resolved(int (*resolve)(int, const char *, int), int dir, const char *path)
{
	static char text[32];
	int fd = resolve(dir, path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return capture_error_name(arena, -fd);
	n = read(fd, text, sizeof(text) - 1);
	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
	return text;
}

START_TEST(links_stay_inside)
{
	int dir = open(root, O_RDONLY | O_DIRECTORY);

	make_links();
	ck_assert_str_eq(resolved(resolve_in_root, dir, paths[_i].path), paths[_i].text);
	ck_assert_str_eq(resolved(resolve_by_hand, dir, paths[_i].path), paths[_i].text);
	close(dir);
}
END_TEST

START_TEST(real_file_outside_is_not_reached)
{
	int dir = open(root, O_RDONLY | O_DIRECTORY);

	/* There is such a file outside: a link that left the tree would find it. */
	tree_link("/passwd", "/etc/passwd");
	tree_link("/proc/sys/net/ipv4/x", "../../../../../../../../etc/passwd");
	ck_assert_int_eq(access("/etc/passwd", R_OK), 0);
	ck_assert_str_eq(resolved(resolve_by_hand, dir, "/passwd"), "ENOENT");
	ck_assert_str_eq(resolved(resolve_in_root, dir, "/proc/sys/net/ipv4/x"), "ENOENT");
	ck_assert_str_eq(resolved(resolve_by_hand, dir, "/proc/sys/net/ipv4/x"), "ENOENT");
	close(dir);
	open_root();
	ck_assert_str_eq(reading("/passwd"), "-ENOENT");
}
END_TEST

START_TEST(directories_are_resolved)
{
	static const char *const names[] = {"/", "/etc", "/etc/", "/dir/", "/dir/sub/..", "..", "."};
	int dir = open(root, O_RDONLY | O_DIRECTORY);
	struct stat etc, st;
	int fd;

	make_links();
	ck_assert_int_eq(stat(tree_path("/etc"), &etc), 0);
	for (size_t i = 0; i < N(names); i++) {
		fd = resolve_by_hand(dir, names[i], O_RDONLY | O_DIRECTORY);
		ck_assert_msg(fd >= 0, "%s: %s", names[i], strerror(-fd));
		ck_assert_int_eq(fstat(fd, &st), 0);
		ck_assert_int_eq(st.st_ino == etc.st_ino, strlen(names[i]) > 2);
		close(fd);
	}
	fd = resolve_by_hand(dir, "/dir", O_PATH | O_NOFOLLOW);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	close(fd);
	close(dir);
}
END_TEST

/* --------------------------------------------------------------- reading */

START_TEST(limit_is_kept)
{
	char big[200001];
	char *bytes = NULL;
	size_t length = 0;

	memset(big, 'x', sizeof(big));
	tree_bytes("/big", big, sizeof(big));
	tree_bytes("/nul", "a\0b", 3);
	open_root();
	ck_assert_int_eq(source_read(source, "/big", sizeof(big) - 1, &bytes, &length), -EFBIG);
	ck_assert_ptr_null(bytes);
	ck_assert_int_eq(source_read(source, "/big", sizeof(big), &bytes, &length), 0);
	ck_assert_uint_eq(length, sizeof(big));
	ck_assert_mem_eq(bytes, big, sizeof(big));
	ck_assert_int_eq(bytes[length], '\0');
	ck_assert_int_eq(source_read(source, "/nul", 3, &bytes, &length), 0);
	ck_assert_mem_eq(bytes, "a\0b", 4);
	ck_assert_int_eq(source_read(source, "/nul", 2, &bytes, &length), -EFBIG);
	ck_assert_int_eq(source_read(source, "/nul", 0, &bytes, &length), -EFBIG);
}
END_TEST

START_TEST(odd_files_are_refused)
{
	tree_fifo("/fifo");
	tree_file("/dir/file", "");
	open_root();
	ck_assert_str_eq(reading("/fifo"), "-EINVAL");
	ck_assert_str_eq(reading("/dir"), "-EISDIR");
	ck_assert_str_eq(reading("/dir/file"), "");
	source_close(source);
	ck_assert_int_eq(source_open(arena, NULL, &source), 0);
	/* How a file of sysctl.d is masked. */
	ck_assert_str_eq(reading("/dev/null"), "");
	ck_assert_str_eq(reading("/dev/zero"), "-EINVAL");
}
END_TEST

START_TEST(root_must_be_a_directory)
{
	struct source *none = NULL;

	tree_file("/file", "");
	ck_assert_int_eq(source_open(arena, tree_path("/file"), &none), -ENOTDIR);
	ck_assert_int_eq(source_open(arena, tree_path("/none"), &none), -ENOENT);
	ck_assert_ptr_null(none);
	source_close(NULL);
}
END_TEST

START_TEST(live_is_live)
{
	unsigned mode = 0;
	char *text;

	ck_assert_int_eq(source_open(arena, NULL, &source), 0);
	ck_assert(source_is_live(source));
	ck_assert_str_eq(source_root(source), "");
	ck_assert_str_eq(reading("/proc/sys/kernel/ostype"), "Linux\n");
	ck_assert_str_eq(reading("/proc/sys/net/ipv4/no_such_key"), "-ENOENT");
	ck_assert_int_eq(source_read_sysctl(source, "/proc/sys/kernel/ostype", &text, &mode), 0);
	ck_assert_str_eq(text, "Linux\n");
	ck_assert_uint_eq(mode, 0444);
	ck_assert_int_eq(source_read_sysctl(source, "/proc/sys/kernel", &text, &mode), -EISDIR);
	/* /proc/net is a link to another link. */
	ck_assert_ptr_nonnull(strstr(reading("/proc/net/netstat"), "TcpExt:"));
	ck_assert(!source_is_recording(source));
	ck_assert_int_eq(source_record_bytes(source, "capture/x", "x", 1), 0);
}
END_TEST

START_TEST(names_are_sorted)
{
	const char *const *names;
	size_t n;

	tree_file("/d/b", "");
	tree_file("/d/a", "");
	tree_file("/d/B", "");
	tree_file("/empty/sub/x", "");
	tree_file("/capture/missing", "EACCES /d/c\nENOENT /d/e\nEIO /d/a\nEACCES /d/x/y\n");
	open_root();
	ck_assert_int_eq(source_list(source, "/d", &names, &n), 0);
	ck_assert_uint_eq(n, 4);
	ck_assert_str_eq(names[0], "B");
	ck_assert_str_eq(names[1], "a");
	ck_assert_str_eq(names[2], "b");
	/* It was there, and could not be read. */
	ck_assert_str_eq(names[3], "c");
	ck_assert_int_eq(source_list(source, "/none", &names, &n), -ENOENT);
	ck_assert_int_eq(source_list(source, "/d/a", &names, &n), -EIO);
	ck_assert_int_eq(source_list(source, "/d/b", &names, &n), -ENOTDIR);
}
END_TEST

START_TEST(link_targets_are_told)
{
	char *target;

	tree_link("/etc/mask", "/dev/null");
	tree_file("/etc/file", "");
	tree_file("/capture/links", "../x y\t/etc/noted\nno tab /etc/file\n");
	open_root();
	ck_assert_int_eq(source_readlink(source, "/etc/mask", &target), 0);
	ck_assert_str_eq(target, "/dev/null");
	ck_assert_int_eq(source_readlink(source, "/etc/noted", &target), 0);
	ck_assert_str_eq(target, "../x y");
	ck_assert_int_eq(source_readlink(source, "/etc/file", &target), -EINVAL);
	ck_assert_int_eq(source_readlink(source, "/etc/none", &target), -ENOENT);
}
END_TEST

/* ---------------------------------------------------------------- replay */

START_TEST(noted_errors_are_given_again)
{
	tree_file("/capture/missing",
		  "EACCES /proc/sys/a\nEPERM /proc/sys/b\n95 /proc/sys/c\nnonsense\n"
		  "EWHAT /proc/sys/d\n0 /proc/sys/d\nEIO relative\nEIO /with blank\n");
	tree_file("/proc/sys/a", "there");
	tree_file("/proc/sys/d", "there");
	open_root();
	ck_assert_str_eq(reading("/proc/sys/a"), "-EACCES");
	ck_assert_str_eq(reading("/proc/sys/b"), "-EPERM");
	ck_assert_str_eq(reading("/proc/sys/c"), "-EOPNOTSUPP");
	ck_assert_str_eq(reading("/proc/sys/d"), "there");
	ck_assert_str_eq(reading("/with blank"), "-EIO");
	ck_assert_int_eq(source_openat(source, "/proc/sys/a", O_PATH), -EACCES);
}
END_TEST

START_TEST(modes_are_the_files_or_noted)
{
	static const struct {
		const char *path;
		unsigned mode;
	} files[] = {{"/proc/sys/a", 0644}, {"/proc/sys/b", 0444}, {"/proc/sys/c", 0200}};
	unsigned mode;
	char *text;

	tree_file("/capture/modes", "0444 /proc/sys/b\n0200 /proc/sys/c\n99 /proc/sys/a\n1x /proc/sys/a\n");
	for (size_t i = 0; i < N(files); i++) {
		tree_file(files[i].path, "1\n");
		tree_chmod(files[i].path, 0644);
	}
	open_root();
	for (size_t i = 0; i < N(files); i++) {
		ck_assert_int_eq(source_read_sysctl(source, files[i].path, &text, &mode), 0);
		ck_assert_uint_eq(mode, files[i].mode);
	}
}
END_TEST

/* ------------------------------------------------------------- recording */

static const char *recorded(const char *path)
{
	return tree_read(tree_path(arena_printf(arena, "/out/%s", path)));
}

static void begin(bool anonymise)
{
	open_root();
	ck_assert_int_eq(source_record(source, arena_strdup(arena, tree_path("/out")), anonymise), 0);
	ck_assert(source_is_recording(source));
}

START_TEST(recording_is_what_was_read)
{
	const char *const *names;
	size_t n;
	unsigned mode;
	char *text;
	struct stat st;

	umask(022);
	tree_file("/proc/sys/net/a", "1\n");
	tree_chmod("/proc/sys/net/a", 0600);
	tree_file("/proc/net/netstat", "x");
	tree_file("/etc/d/.keep", "");
	tree_link("/etc/l", "d");
	tree_file("/capture/missing", "EACCES /proc/sys/net/b\nEIO /etc/e\nEIO /etc/e2\n");
	begin(false);
	ck_assert_int_eq(source_read_sysctl(source, "/proc/sys/net/a", &text, &mode), 0);
	tree_file("/proc/sys/net/a", "2\n");
	ck_assert_int_eq(source_read_sysctl(source, "/proc/sys/net/a", &text, &mode), 0);
	reading("/proc/net/../net/./netstat");
	reading("/proc/sys/net/b");
	reading("/proc/sys/net/b");
	reading("/proc/sys/net/none");
	reading("/etc/e");
	reading("/none\nEIO /x");
	reading("/none");
	ck_assert_int_eq(source_readlink(source, "/etc/l", &text), 0);
	ck_assert_int_eq(source_list(source, "/etc/d", &names, &n), 0);
	ck_assert_int_eq(source_record_bytes(source, "capture/fds/7", "3 a\n", 4), 0);
	ck_assert_int_eq(source_record_bytes(source, "capture/fds/7", "4 b\n", 4), 0);
	ck_assert_int_eq(source_record_error(source), 0);

	ck_assert_str_eq(recorded("proc/sys/net/a"), "1\n");
	ck_assert_str_eq(recorded("proc/net/netstat"), "x");
	ck_assert_str_eq(recorded("capture/modes"), "0600 /proc/sys/net/a\n");
	ck_assert_str_eq(recorded("capture/missing"),
			 "EACCES /proc/sys/net/b\nEIO /etc/e\nENOENT /none\n");
	ck_assert_str_eq(recorded("capture/links"), "d\t/etc/l\n");
	ck_assert_str_eq(recorded("capture/fds/7"), "3 a\n4 b\n");
	ck_assert_int_eq(stat(tree_path("/out/etc/d"), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	ck_assert_int_eq(stat(tree_path("/out/proc/sys/net/a"), &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
}
END_TEST

START_TEST(recording_replays_the_same)
{
	struct source *again;
	unsigned mode;
	char *text;

	tree_file("/proc/sys/net/a", "1\n");
	tree_chmod("/proc/sys/net/a", 0444);
	tree_file("/capture/missing", "EACCES /proc/sys/net/b\n");
	begin(true);
	ck_assert_int_eq(source_read_sysctl(source, "/proc/sys/net/a", &text, &mode), 0);
	reading("/proc/sys/net/b");
	ck_assert_int_eq(source_open(arena, tree_path("/out"), &again), 0);
	source_close(source);
	source = again;
	ck_assert_int_eq(source_read_sysctl(source, "/proc/sys/net/a", &text, &mode), 0);
	ck_assert_str_eq(text, "1\n");
	ck_assert_uint_eq(mode, 0444);
	ck_assert_str_eq(reading("/proc/sys/net/b"), "-EACCES");
	ck_assert_str_eq(reading("/proc/sys/net/c"), "-ENOENT");
}
END_TEST

START_TEST(recording_hides)
{
	tree_file("/etc/sysctl.d/a.conf", "# web1: 192.0.2.1\nnet.ipv4.tcp_fastopen_key = 1-2-3-4\n");
	tree_file("/proc/net/tcp", "   0: 070200C0:01BB 00000000:0000 0A\n");
	tree_file("/proc/sys/net/ipv4/tcp_fastopen_key", "1-2-3-4\n");
	tree_file("/proc/sys/kernel/hostname", "web1\n");
	tree_file("/capture/hostname", "web1\n");
	begin(_i);
	reading("/etc/sysctl.d/a.conf");
	reading("/proc/net/tcp");
	reading("/proc/sys/net/ipv4/tcp_fastopen_key");
	reading("/proc/sys/kernel/hostname");
	reading("/capture/hostname");
	ck_assert_int_eq(source_record_error(source), 0);
	ck_assert_ptr_null(recorded("proc/sys/net/ipv4/tcp_fastopen_key"));
	ck_assert_str_eq(recorded("capture/missing"), "EACCES /proc/sys/net/ipv4/tcp_fastopen_key\n");
	ck_assert_ptr_nonnull(strstr(recorded("etc/sysctl.d/a.conf"), "key = hidden\n"));
	ck_assert_int_eq(!strstr(recorded("etc/sysctl.d/a.conf"), "192.0.2.1"), _i);
	ck_assert_int_eq(!strstr(recorded("etc/sysctl.d/a.conf"), "web1"), _i);
	ck_assert_int_eq(!strstr(recorded("proc/net/tcp"), "070200C0"), _i);
	ck_assert_str_eq(recorded("proc/sys/kernel/hostname"), _i ? "host\n" : "web1\n");
	ck_assert_str_eq(recorded("capture/hostname"), _i ? "host\n" : "web1\n");
}
END_TEST

/* The asset tag of a machine is somebody's inventory; that of all machines of Azure says which cloud it is. */
START_TEST(recording_hides_inventories)
{
	static const char path[] = "sys/class/dmi/id/chassis_asset_tag";
	static const char *const tags[] = {"IT-0815\n", "7783-7084-3265-9085-8269-3286-77\n"};

	tree_file("/sys/class/dmi/id/chassis_asset_tag", tags[_i / 2]);
	tree_file("/sys/class/dmi/id/sys_vendor", "Acme\n");
	begin(_i % 2);
	reading("/sys/class/dmi/id/chassis_asset_tag");
	reading("/sys/class/dmi/id/sys_vendor");
	ck_assert_str_eq(recorded(path), _i == 1 ? "\n" : tags[_i / 2]);
	ck_assert_str_eq(recorded("sys/class/dmi/id/sys_vendor"), "Acme\n");
}
END_TEST

START_TEST(recording_wants_an_empty_place)
{
	tree_file("/full/x", "");
	tree_file("/file", "");
	open_root();
	ck_assert_int_eq(source_record(source, tree_path("/full"), false), -ENOTEMPTY);
	ck_assert_int_eq(source_record(source, tree_path("/file"), false), -ENOTDIR);
	ck_assert_int_eq(source_record(source, tree_path("/none/out"), false), -ENOENT);
	ck_assert(!source_is_recording(source));
	ck_assert_int_eq(mkdir(tree_path("/empty"), 0755), 0);
	ck_assert_int_eq(source_record(source, tree_path("/empty"), false), 0);
	ck_assert_int_eq(source_record(source, tree_path("/other"), false), -EBUSY);
}
END_TEST

/* Nothing that somebody puts into the place meanwhile leads the writer out of it. */
START_TEST(recording_follows_no_links)
{
	tree_file("/etc/a", "secret");
	tree_file("/etc/b/c", "secret");
	tree_file("/outside/x", "kept");
	begin(false);
	tree_link("/out/etc/a", "../../outside/x");
	tree_link("/out/etc/b", "../../outside");
	ck_assert_str_eq(reading("/etc/a"), "secret");
	ck_assert_str_eq(tree_read(tree_path("/outside/x")), "kept");
	ck_assert_str_eq(reading("/etc/b/c"), "secret");
	ck_assert_ptr_null(tree_read(tree_path("/outside/c")));
	ck_assert_int_eq(source_record_error(source), -ENOTDIR);
	ck_assert_int_eq(source_record_bytes(source, "../x", "y", 1), -ENOTDIR);
	ck_assert_ptr_null(tree_read(tree_path("/x")));
	ck_assert_str_eq(recorded("x"), "y");
}
END_TEST

START_TEST(error_names_are_inverse)
{
	for (int error = 1; error < 140; error++)
		ck_assert_int_eq(capture_error_number(capture_error_name(arena, error)), error);
	ck_assert_int_eq(capture_error_number("ENOWAY"), 0);
	ck_assert_int_eq(capture_error_number(""), 0);
	ck_assert_int_eq(capture_error_number("-5"), 0);
	ck_assert_int_eq(capture_error_number("99999999999"), 0);
}
END_TEST

Suite *source_suite(void)
{
	Suite *suite = suite_create("source");
	TCase *tcase = tcase_create("source");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, links_stay_inside, 0, N(paths));
	tcase_add_test(tcase, real_file_outside_is_not_reached);
	tcase_add_test(tcase, directories_are_resolved);
	tcase_add_test(tcase, limit_is_kept);
	tcase_add_test(tcase, odd_files_are_refused);
	tcase_add_test(tcase, root_must_be_a_directory);
	tcase_add_test(tcase, live_is_live);
	tcase_add_test(tcase, names_are_sorted);
	tcase_add_test(tcase, link_targets_are_told);
	tcase_add_test(tcase, noted_errors_are_given_again);
	tcase_add_test(tcase, modes_are_the_files_or_noted);
	tcase_add_test(tcase, recording_is_what_was_read);
	tcase_add_test(tcase, recording_replays_the_same);
	tcase_add_loop_test(tcase, recording_hides, 0, 2);
	tcase_add_loop_test(tcase, recording_hides_inventories, 0, 4);
	tcase_add_test(tcase, recording_wants_an_empty_place);
	tcase_add_test(tcase, recording_follows_no_links);
	tcase_add_test(tcase, error_names_are_inverse);
	suite_add_tcase(suite, tcase);
	return suite;
}
