#include <check.h>
#include <string.h>

#include "core/sysctlconf.h"

#define N(array) ((int)(sizeof(array) / sizeof(*(array))))

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

/* ------------------------------------------------------------ one line */

/* A text of one entry at most. kind -1: none; spelt NULL: the same as path. */
static const struct line_case {
	const char *text;
	size_t length; /* 0: strlen(text) */
	int kind;
	const char *key, *path, *spelt, *value;
	bool ignore, is_glob;
} lines[] = {
	{.text = "", .kind = -1},
	{.text = "\n", .kind = -1},
	{.text = "  \t \r\n", .kind = -1},
	{.text = "# net.a = 1\n", .kind = -1},
	{.text = "  ;net.a = 1\n", .kind = -1},
	/* One character is no line; with its newline it is two. */
	{.text = "x", .kind = -1},
	{.text = "  =", .kind = -1},
	{.text = "x\n", .kind = CONF_INVALID, .key = "x"},
	{.text = "=\n", .key = "", .path = "", .value = ""},
	{.text = "net.a = 1\n", .key = "net.a", .path = "net/a", .value = "1"},
	{.text = "net.a = 1", .key = "net.a", .path = "net/a", .value = "1"},
	{.text = "\t net.a\t=\v 1 2\t3 \r\n", .key = "net.a", .path = "net/a", .value = "1 2\t3"},
	{.text = "net.a=1 # no comment\n", .key = "net.a", .path = "net/a", .value = "1 # no comment"},
	{.text = "net.a=\"1\"\\\n", .key = "net.a", .path = "net/a", .value = "\"1\"\\"},
	{.text = "net.a=b=c\n", .key = "net.a", .path = "net/a", .value = "b=c"},
	{.text = "net.a =\n", .key = "net.a", .path = "net/a", .value = ""},
	{.text = "net.a =  \r\n", .key = "net.a", .path = "net/a", .value = ""},
	{.text = "net.a = 1\r2\n", .key = "net.a", .path = "net/a", .value = "1\r2"},
	{.text = "net.a b = 1\n", .key = "net.a b", .path = "net/a b", .value = "1"},
	{.text = "net.a 1\n", .kind = CONF_INVALID, .key = "net.a 1"},
	{.text = "\xef\xbb\xbfnet.a=1\n", .key = "\xef\xbb\xbfnet.a", .path = "\xef\xbb\xbfnet/a",
	 .value = "1"},
	/* What follows a NUL byte is not seen. */
	{.text = "net.a = 1\0" "2\n", .length = 12, .key = "net.a", .path = "net/a", .value = "1"},
	{.text = "net.a\0= 1\n", .length = 10, .kind = CONF_INVALID, .key = "net.a"},
	{.text = "\0net.a = 1\n", .length = 11, .kind = -1},
	/* The first separator decides. */
	{.text = "net.ipv4.conf.eth0/100.x=1\n", .key = "net.ipv4.conf.eth0/100.x",
	 .path = "net/ipv4/conf/eth0.100/x", .value = "1"},
	{.text = "net/ipv4/conf/eth0.100/x=1\n", .key = "net.ipv4.conf.eth0/100.x",
	 .path = "net/ipv4/conf/eth0.100/x", .value = "1"},
	{.text = "net.ipv4/x=1\n", .key = "net.ipv4/x", .path = "net/ipv4.x", .value = "1"},
	{.text = "/net/ipv4/x=1\n", .key = "net.ipv4.x", .path = "net/ipv4/x",
	 .spelt = "/net/ipv4/x", .value = "1"},
	{.text = ".net.ipv4.x=1\n", .key = "net.ipv4.x", .path = "net/ipv4/x",
	 .spelt = "/net/ipv4/x", .value = "1"},
	{.text = ".net/x=1\n", .key = "net/x", .path = "net.x", .spelt = "/net.x", .value = "1"},
	{.text = "net..ipv4.x=1\n", .key = "net.ipv4.x", .path = "net/ipv4/x",
	 .spelt = "net//ipv4/x", .value = "1"},
	{.text = "net/./ipv4/x/=1\n", .key = "net.ipv4.x", .path = "net/ipv4/x",
	 .spelt = "net/./ipv4/x/", .value = "1"},
	{.text = "net/../x=1\n", .key = "net.//.x", .path = "net/../x", .value = "1"},
	{.text = "/proc/sys/net/x=1\n", .key = "proc.sys.net.x", .path = "proc/sys/net/x",
	 .spelt = "/proc/sys/net/x", .value = "1"},
	{.text = "net=1\n", .key = "net", .path = "net", .value = "1"},
	/* The dash. */
	{.text = "-net.a=1\n", .key = "net.a", .path = "net/a", .value = "1", .ignore = true},
	{.text = "--net.a=1\n", .key = "net.a", .path = "net/a", .value = "1", .ignore = true},
	{.text = "- net.a=1\n", .key = "net.a", .path = "net/a", .spelt = " net/a", .value = "1",
	 .ignore = true},
	{.text = "-net.a\n", .kind = CONF_EXCLUDE, .key = "net.a", .path = "net/a", .ignore = true},
	{.text = " -net.a \r\n", .kind = CONF_EXCLUDE, .key = "net.a", .path = "net/a", .ignore = true},
	{.text = "-\n", .kind = CONF_EXCLUDE, .key = "", .path = "", .spelt = "\n", .ignore = true},
	{.text = "- =\n", .key = "", .path = "", .spelt = " ", .value = "", .ignore = true},
	{.text = "-=\n", .key = "", .path = "", .value = "", .ignore = true},
	/* Globs. */
	{.text = "net.*.x=1\n", .key = "net.*.x", .path = "net/*/x", .value = "1", .is_glob = true},
	{.text = "net.a?=1\n", .key = "net.a?", .path = "net/a?", .value = "1", .is_glob = true},
	{.text = "net.[ab]=1\n", .key = "net.[ab]", .path = "net/[ab]", .value = "1", .is_glob = true},
	{.text = "-net.*\n", .kind = CONF_EXCLUDE, .key = "net.*", .path = "net/*", .ignore = true,
	 .is_glob = true},
};

START_TEST(a_line_is_read)
{
	const struct line_case *want = &lines[_i];
	size_t length = want->length ? want->length : strlen(want->text);
	const struct conf_file *file = conf_parse(arena, "f.conf", want->text, length);
	const struct conf_entry *got = file->entries;

	ck_assert_str_eq(file->path, "f.conf");
	ck_assert_uint_eq(file->n, want->kind != -1);
	if (want->kind == -1)
		return;
	ck_assert_int_eq((int)got->kind, want->kind);
	ck_assert_str_eq(got->place.file, "f.conf");
	ck_assert_uint_eq(got->place.line, 1);
	ck_assert_str_eq(got->key, want->key);
	ck_assert_pstr_eq(got->path, want->path);
	ck_assert_pstr_eq(got->spelt, want->spelt ? want->spelt : want->path);
	ck_assert_pstr_eq(got->value, want->value);
	ck_assert_int_eq(got->ignore, want->ignore);
	ck_assert_int_eq(got->is_glob, want->is_glob);
}
END_TEST

START_TEST(lines_are_counted)
{
	static const char text[] = "# 1\n\nnet.a = 3\r\njunk\n\0\n-net.b\nnet.c = 7";
	static const unsigned want[] = {3, 4, 6, 7};
	const struct conf_file *file = conf_parse(arena, "f", text, sizeof(text) - 1);

	ck_assert_uint_eq(file->n, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(file->entries[i].place.line, want[i]);
}
END_TEST

START_TEST(a_long_line_is_whole)
{
	size_t n = 100000;
	char *text = arena_alloc(arena, n);
	const struct conf_file *file;

	memset(text, '7', n);
	memcpy(text, "net.a=", 6);
	file = conf_parse(arena, "f", text, n);
	ck_assert_uint_eq(file->n, 1);
	ck_assert_uint_eq(strlen(file->entries[0].value), n - 6);
}
END_TEST

/* ------------------------------------------------------------ key and path */

static const struct {
	const char *key, *path;
} names[] = {
	{"net.ipv4.tcp_rmem", "net/ipv4/tcp_rmem"},
	{"net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter"},
	{"net", "net"},
	{"", ""},
	{".net.x", "/net/x"},
};

START_TEST(key_and_path_are_inverse)
{
	ck_assert_str_eq(conf_path_of_key(arena, names[_i].key), names[_i].path);
	ck_assert_str_eq(conf_key_of_path(arena, names[_i].path), names[_i].key);
	/* What is a path already, or a key, stays. */
	ck_assert_str_eq(conf_path_of_key(arena, names[_i].path), names[_i].path);
	ck_assert_str_eq(conf_key_of_path(arena, names[_i].key), names[_i].key);
}
END_TEST

static const struct {
	const char *pattern, *path;
	bool matches;
} globs[] = {
	{"net/ipv4/conf/*/rp_filter", "net/ipv4/conf/all/rp_filter", true},
	{"net/ipv4/conf/*/rp_filter", "net/ipv4/conf/eth0.100/rp_filter", true},
	{"net/*/rp_filter", "net/ipv4/conf/all/rp_filter", false},
	{"net/ipv4/tcp_*", "net/ipv4/tcp_rmem", true},
	{"net/ipv4/*", "net/ipv4/conf/all", false},
	{"net/ipv?/x", "net/ipv4/x", true},
	{"net?ipv4/x", "net/ipv4/x", false},
	{"net/ipv[46]/x", "net/ipv6/x", true},
	{"net/ipv[!4]/x", "net/ipv4/x", false},
	{"net/ipv[4/x", "net/ipv4/x", false},
	{"net/conf/*/x", "net/conf/.hidden/x", false},
	{"net/a\\*b", "net/a*b", true},
	{"*", "net", true},
	{"", "", true},
};

START_TEST(a_glob_matches)
{
	ck_assert_int_eq(conf_glob_match(globs[_i].pattern, globs[_i].path), globs[_i].matches);
}
END_TEST

/* ------------------------------------------------------------ the winner */

#define FILES_MAX 4

/* The place of the winner as "file:line", or NULL. */
static const struct winner_case {
	const char *name;
	struct {
		const char *path, *text;
	} files[FILES_MAX]; /* in the order of reading */
	const char *last;
	const char *key; /* NULL: net.x */
	const char *procps, *systemd;
} winners[] = {
	{"nobody", {{"a", "net.y = 1\n"}}, NULL, NULL, NULL, NULL},
	{"sysctl.conf is read last, by procps alone",
	 {{"05-x", "net.x = 13\n"}, {"10-a", "net.x = 12\n"}}, "net.x = 14\n", NULL, "last:1", "10-a:1"},
	{"only in sysctl.conf", {{"a", ""}}, "net.x = 14\n", NULL, "last:1", NULL},
	{"later beats earlier", {{"a", "net.x = 1\nnet.x = 2\n"}, {"b", "#\nnet/x = 3\n"}}, NULL, NULL,
	 "b:2", "b:2"},
	{"systemd skips a hidden file", {{"/d/.a", "net.x = 1\n"}}, NULL, NULL, "/d/.a:1", NULL},
	{"invalid lines decide nothing", {{"a", "net.x 1\n"}}, NULL, NULL, NULL, NULL},
	{"an explicit key beats a later glob", {{"a", "net.x = 1\n"}, {"b", "net.* = 2\n"}}, NULL, NULL,
	 "a:1", "a:1"},
	{"an explicit key beats an earlier glob", {{"a", "net.* = 1\nnet.x = 2\n"}}, NULL, NULL, "a:2",
	 "a:2"},
	{"sysctl.conf's key keeps procps' globs off", {{"a", "net.* = 1\n"}}, "net.x = 2\n", NULL,
	 "last:1", "a:1"},
	{"the later glob", {{"a", "net.* = 1\n"}, {"b", "net.? = 2\n"}}, NULL, NULL, "b:1", "b:1"},
	{"a glob for another", {{"a", "net.y* = 1\nnet.*.x = 1\n"}}, NULL, NULL, NULL, NULL},
	{"a glob of a VLAN", {{"a", "net.ipv4.conf.*.x = 1\n"}}, NULL, "net.ipv4.conf.eth0/100.x",
	 "a:1", "a:1"},
	{"excluded from a glob", {{"a", "net.* = 1\n-net.x\n"}}, NULL, NULL, NULL, NULL},
	{"excluded from a later glob", {{"a", "-net.x\n"}, {"b", "net.* = 1\n"}}, NULL, NULL, NULL, NULL},
	{"an exclusion by glob has no effect", {{"a", "-net.?\nnet.* = 1\n"}}, NULL, NULL, "a:2", "a:2"},
	{"systemd: a later exclusion takes the assignment back", {{"a", "net.x = 1\n-net.x\n"}}, NULL,
	 NULL, "a:1", NULL},
	{"a later assignment takes the exclusion back", {{"a", "-net.x\nnet.x = 1\n"}}, NULL, NULL,
	 "a:2", "a:2"},
	{"systemd: the same glob, excluded", {{"a", "net.* = 1\n-net.*\n"}}, NULL, NULL, "a:1", NULL},
	{"systemd: another value moves a glob to the end",
	 {{"a", "net.* = 1\nnet.? = 2\nnet.* = 3\n"}}, NULL, NULL, "a:3", "a:3"},
	{"systemd: the same value leaves it where it was",
	 {{"a", "net.* = 1\nnet.? = 2\nnet.* = 1\n"}}, NULL, NULL, "a:3", "a:2"},
	{"procps takes - net.x for another key", {{"a", "net.x = 1\n- net.x = 2\n"}}, NULL, NULL, "a:1",
	 "a:2"},
	{"other spellings are the same key", {{"a", "net.x = 1\n/net/x = 2\nnet..x = 3\n"}}, NULL, NULL,
	 "a:3", "a:3"},
	{"procps' globs keep off the very spelling alone",
	 {{"a", "/net/x = 1\nnet.* = 2\n"}}, NULL, NULL, "a:2", "a:1"},
	{"procps: so do those spelt as the glob is", {{"a", "/net/x = 1\n/net/* = 2\n"}}, NULL, NULL,
	 "a:1", "a:1"},
	{"the separator in front decides", {{"a", ".net/x = 1\n"}}, NULL, NULL, NULL, NULL},
	{"a leading - decides nothing here", {{"a", "net.x = 1\n-net.x = 2\n"}}, NULL, NULL, "a:2", "a:2"},
};

static const char *place_of(const struct conf_entry *entry)
{
	return entry ? arena_printf(arena, "%s:%u", entry->place.file, entry->place.line) : NULL;
}

START_TEST(a_line_wins)
{
	const struct winner_case *want = &winners[_i];
	const char *key = want->key ? want->key : "net.x";
	struct conf_file *files[FILES_MAX];
	struct conf conf = {.files = files};

	for (; conf.n_files < FILES_MAX && want->files[conf.n_files].path; conf.n_files++) {
		const char *text = want->files[conf.n_files].text;

		files[conf.n_files] = conf_parse(arena, want->files[conf.n_files].path, text,
						 strlen(text));
	}
	if (want->last)
		conf.last = conf_parse(arena, "last", want->last, strlen(want->last));
	ck_assert_pstr_eq(place_of(conf_winner(&conf, CONF_PROCPS, key)), want->procps);
	ck_assert_pstr_eq(place_of(conf_winner(&conf, CONF_SYSTEMD, key)), want->systemd);
}
END_TEST

START_TEST(an_endless_key_is_nobodys)
{
	static const char text[] = "* = 1\n";
	struct conf_file *file = conf_parse(arena, "f", text, sizeof(text) - 1);
	struct conf conf = {.files = &file, .n_files = 1};
	char *key = arena_alloc(arena, 100001);

	memset(key, 'k', 100000);
	ck_assert_ptr_null(conf_winner(&conf, CONF_SYSTEMD, key));
	ck_assert_ptr_null(conf_winner(&conf, CONF_PROCPS, key));
}
END_TEST

Suite *sysctlconf_suite(void);

Suite *sysctlconf_suite(void)
{
	Suite *suite = suite_create("sysctlconf");
	TCase *tcase = tcase_create("sysctlconf");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_line_is_read, 0, N(lines));
	tcase_add_test(tcase, lines_are_counted);
	tcase_add_test(tcase, a_long_line_is_whole);
	tcase_add_loop_test(tcase, key_and_path_are_inverse, 0, N(names));
	tcase_add_loop_test(tcase, a_glob_matches, 0, N(globs));
	tcase_add_loop_test(tcase, a_line_wins, 0, N(winners));
	tcase_add_test(tcase, an_endless_key_is_nobodys);
	suite_add_tcase(suite, tcase);
	return suite;
}
