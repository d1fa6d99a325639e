#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/dropin.h"
#include "core/text.h"
#include "sys/reload.h"
#include "sys/sysctl.h"
#include "tree.h"

#define N(array) ((int)(sizeof(array) / sizeof(*(array))))

static struct arena *arena;
static struct source *source;

/* A /proc/sys of plain files. */
static void setup(void)
{
	arena = arena_new();
	ck_assert_int_eq(source_open(arena, tree_make(), &source), 0);
	tree_file("/proc/sys/net/ipv4/a", "1 and something longer\n");
	tree_file("/proc/sys/net/ipv4/ab", "1\n");
	tree_file("/proc/sys/net/ipv4/conf/all/x", "1\n");
	tree_file("/proc/sys/net/ipv4/conf/eth0.100/x", "1\n");
	tree_file("/proc/sys/net/ipv4/conf/lo/x", "1\n");
	tree_file("/proc/sys/net/core/ro", "1\n");
	tree_chmod("/proc/sys/net/core/ro", 0444);
	tree_fifo("/proc/sys/net/core/pipe");
	tree_file("/proc/sys/network/x", "1\n");
	tree_file("/proc/sys/kernel/panic", "1\n");
	tree_file("/proc/sys/kernel/ipv4/a", "1\n");
	tree_link("/proc/sys/net/ipv4/link", "../../kernel/panic");
	tree_link("/proc/sys/net/away", "../kernel");
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

static const char *value_of(const char *path)
{
	return tree_read(tree_path(arena_printf(arena, "/proc/sys/%s", path)));
}

/* ------------------------------------------------------------ one sysctl */

static const struct {
	const char *key, *value;
	int rc;
	const char *path, *after;
} writes[] = {
	{"net.ipv4.a", "2", 0, "net/ipv4/a", "2\n"},
	{"net/ipv4/a", "2\t3 4", 0, "net/ipv4/a", "2\t3 4\n"},
	{"net.ipv4.a", "", 0, "net/ipv4/a", "\n"},
	{"net.ipv4.conf.eth0/100.x", "2", 0, "net/ipv4/conf/eth0.100/x", "2\n"},
	{"net.ipv4.a", "2\n3", -EINVAL, "net/ipv4/a", "1 and something longer\n"},
	{"net.ipv4.nosuch", "2", -ENOENT, "net/ipv4/nosuch", NULL},
	{"net.ipv4.a.b", "2", -ENOTDIR, "net/ipv4/a", "1 and something longer\n"},
	{"net.ipv4", "2", -EISDIR, "net/ipv4/nosuch", NULL},
	{"kernel.panic", "2", -EPERM, "kernel/panic", "1\n"},
	{"net", "2", -EPERM, "net/ipv4/a", "1 and something longer\n"},
	{"network.x", "2", -EPERM, "network/x", "1\n"},
	{"", "2", -EINVAL, "kernel/panic", "1\n"},
	{"net..ipv4.a", "2", -EINVAL, "net/ipv4/a", "1 and something longer\n"},
	{"/net/ipv4/a", "2", -EINVAL, "net/ipv4/a", "1 and something longer\n"},
	{"net/ipv4/a/", "2", -EINVAL, "net/ipv4/a", "1 and something longer\n"},
	{"net/../kernel/panic", "2", -EINVAL, "kernel/panic", "1\n"},
	{"net/./ipv4/a", "2", -EINVAL, "net/ipv4/a", "1 and something longer\n"},
	/* No link is followed, no reader waited for. */
	{"net.ipv4.link", "2", -ELOOP, "kernel/panic", "1\n"},
	{"net.away.panic", "2", -ENOTDIR, "kernel/panic", "1\n"},
	{"net.core.pipe", "2", -ENXIO, "kernel/panic", "1\n"},
};

START_TEST(one_is_written)
{
	ck_assert_int_eq(sysctl_write(source, writes[_i].key, writes[_i].value), writes[_i].rc);
	ck_assert_pstr_eq(value_of(writes[_i].path), writes[_i].after);
}
END_TEST

START_TEST(a_full_device_is_an_error)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sysctl_put(fd, "1"), -ENOSPC);
}
END_TEST

START_TEST(one_is_read)
{
	char *value = NULL;

	ck_assert_int_eq(sysctl_read(source, "net.ipv4.a", arena, &value), 0);
	ck_assert_str_eq(value, "1 and something longer");
	tree_file("/proc/sys/net/ipv4/a", "");
	ck_assert_int_eq(sysctl_read(source, "net.ipv4.a", arena, &value), 0);
	ck_assert_str_eq(value, "");
	value = NULL;
	ck_assert_int_eq(sysctl_read(source, "net.ipv4.nosuch", arena, &value), -ENOENT);
	ck_assert_int_eq(sysctl_read(source, "net/../kernel/panic", arena, &value), -EINVAL);
	ck_assert_ptr_null(value);
}
END_TEST

/* ------------------------------------------------------------ files */

static void wrote(void *context, const char *key, const char *value)
{
	text_printf(context, "%s = %s\n", key, value);
}

/* Messages as "!LINE: text", without the directory of this run. */
static void complain(void *context, struct place place, const char *text)
{
	const char *root = source_root(source);
	const char *at = strstr(text, root);

	text_add(context, "!");
	if (place.file)
		text_printf(context, "%u: ", place.line);
	if (at)
		text_printf(context, "%.*s%s\n", (int)(at - text), text, at + strlen(root));
	else
		text_printf(context, "%s\n", text);
}

static const struct file_case {
	const char *text;
	int status;
	const char *said;
	const char *path, *after; /* NULL: nothing to look at */
} files[] = {
	{"# nothing\n", 0, "", NULL, NULL},
	{"net.ipv4.a = 2\n", 0, "net.ipv4.a = 2\n", "net/ipv4/a", "2\n"},
	{"net.ipv4.a = 2\nnet/ipv4/a = 3", 0, "net.ipv4.a = 2\nnet.ipv4.a = 3\n", "net/ipv4/a", "3\n"},
	{"net.ipv4.a =\r\n", 0, "net.ipv4.a = \n", "net/ipv4/a", "\n"},
	{"net.ipv4.a = 2\t3\x1b[1m\n", 0, "net.ipv4.a = 2\t3\\x1b[1m\n", "net/ipv4/a", "2\t3\x1b[1m\n"},
	{"/net/ipv4/a = 2\n", 0, ".net.ipv4.a = 2\n", "net/ipv4/a", "2\n"},
	{"net.ipv4..a = 2\n", 0,
	 "!1: separators should not be repeated: net.ipv4..a\nnet.ipv4..a = 2\n", "net/ipv4/a", "2\n"},
	{"\nnet.ipv4.a 2\nnet.ipv4.ab=2\n", 0, "!2: invalid syntax, continuing...\nnet.ipv4.ab = 2\n",
	 "net/ipv4/a", "1 and something longer\n"},
	{"net.ipv4.nosuch = 2\nnet.ipv4.a = 2\n", 1,
	 "!1: cannot stat /proc/sys/net/ipv4/nosuch: No such file or directory\nnet.ipv4.a = 2\n",
	 "net/ipv4/a", "2\n"},
	{"-net.ipv4.nosuch = 2\n", 1,
	 "!1: cannot stat /proc/sys/net/ipv4/nosuch: No such file or directory\n", NULL, NULL},
	/* A key that is no file to write is told, and changes no status. */
	{"net.core.ro = 2\n", 0, "!1: setting key \"net.core.ro\": Operation not permitted\n",
	 "net/core/ro", "1\n"},
	{"net.ipv4 = 2\n", 0, "!1: setting key \"net.ipv4\": Is a directory\n", NULL, NULL},
	/* Nothing outside net. */
	{"kernel.panic = 2\n", 1, "!1: setting key \"kernel.panic\": only keys under net. are written\n",
	 "kernel/panic", "1\n"},
	{"-kernel.panic = 2\n", 1, "!1: setting key \"kernel.panic\": only keys under net. are written\n",
	 "kernel/panic", "1\n"},
	{"network.x = 2\n", 1, "!1: setting key \"network.x\": only keys under net. are written\n",
	 "network/x", "1\n"},
	{"kernel.nosuch = 2\n", 1,
	 "!1: cannot stat /proc/sys/kernel/nosuch: No such file or directory\n", NULL, NULL},
	{"net/../kernel/panic = 2\n", 1,
	 "!1: separators should not be repeated: net.//.kernel.panic\n"
	 "!1: setting key \"net.//.kernel.panic\": a key with \"..\" is not written\n",
	 "kernel/panic", "1\n"},
	{".net/ipv4/a = 2\n", 1,
	 "!1: cannot stat /proc/sys//net.ipv4.a: No such file or directory\n", "net/ipv4/a",
	 "1 and something longer\n"},
	{"= 2\n", 1, "!1: setting key \"\": only keys under net. are written\n", NULL, NULL},
	{"net.ipv4.link = 2\n", 1, NULL, "kernel/panic", "1\n"},
	/* Globs. */
	{"net.ipv4.conf.*.x = 2\n", 0,
	 "net.ipv4.conf.all.x = 2\nnet.ipv4.conf.eth0/100.x = 2\nnet.ipv4.conf.lo.x = 2\n",
	 "net/ipv4/conf/eth0.100/x", "2\n"},
	{"net.ipv4.conf.*.x = 2\nnet.ipv4.conf.lo.x = 3\n", 0,
	 "net.ipv4.conf.all.x = 2\nnet.ipv4.conf.eth0/100.x = 2\nnet.ipv4.conf.lo.x = 3\n",
	 "net/ipv4/conf/lo/x", "3\n"},
	{"-net.ipv4.conf.lo.x\nnet.ipv4.conf.*.x = 2\n", 0,
	 "net.ipv4.conf.all.x = 2\nnet.ipv4.conf.eth0/100.x = 2\n", "net/ipv4/conf/lo/x", "1\n"},
	{"-net.ipv4.conf.*.x\nnet.ipv4.conf.?o.x = 2\n", 0, "net.ipv4.conf.lo.x = 2\n",
	 "net/ipv4/conf/lo/x", "2\n"},
	{"net.ipv4.nosuch* = 2\n", 0, "", NULL, NULL},
	{"- net.ipv4.a* = 2\n", 0, "", "net/ipv4/ab", "1\n"},
	{"*.ipv4.a = 2\n", 1,
	 "!1: setting key \"*.ipv4.a\": only keys under net. are written\nnet.ipv4.a = 2\n",
	 "kernel/ipv4/a", "1\n"},
	{"net/*/../../kernel/panic = 2\n", 1, NULL, "kernel/panic", "1\n"},
};

static int load(const char *const *names, size_t n, bool dry_run, struct text *ret)
{
	struct reload reload = {
		.arena = arena,
		.source = source,
		.dry_run = dry_run,
		.context = ret,
		.wrote = wrote,
		.complain = complain,
	};

	*ret = text_new(arena);
	return reload_files(&reload, names, n);
}

START_TEST(a_file_is_loaded)
{
	const struct file_case *want = &files[_i];
	struct text said;

	tree_file(DROPIN_PATH, want->text);
	ck_assert_int_eq(load(NULL, 0, false, &said), want->status);
	if (want->said)
		ck_assert_str_eq(said.data, want->said);
	if (want->path)
		ck_assert_pstr_eq(value_of(want->path), want->after);
}
END_TEST

START_TEST(a_dry_run_writes_nothing)
{
	struct text said;

	tree_file(DROPIN_PATH, "net.ipv4.a = 2\nnet.ipv4.nosuch = 2\n");
	ck_assert_int_eq(load(NULL, 0, true, &said), 1);
	ck_assert_ptr_nonnull(strstr(said.data, "net.ipv4.a = 2\n"));
	ck_assert_ptr_nonnull(strstr(said.data, "!2: cannot stat"));
	ck_assert_str_eq(value_of("net/ipv4/a"), "1 and something longer\n");
}
END_TEST

START_TEST(without_a_dropin_it_says_so)
{
	struct text said;

	ck_assert_int_eq(load(NULL, 0, false, &said), 1);
	ck_assert_str_eq(said.data, "!cannot open \"" DROPIN_PATH "\": No such file or directory\n");
}
END_TEST

/* FILEs are this machine's own, whatever the root; one that fails stops no other. */
START_TEST(files_are_expanded)
{
	const char *names[3];
	struct text said;

	tree_file("/b/1.conf", "net.ipv4.a = 5\n");
	tree_file("/b/2.conf", "net.ipv4.conf.*.x = 5\n");
	tree_file("/b/3.d/inside", "");
	names[0] = arena_strdup(arena, tree_path("/b/missing.conf"));
	names[1] = arena_strdup(arena, tree_path("/b/{3.d,1.conf}"));
	names[2] = arena_strdup(arena, tree_path("/b/[2-9].conf"));
	ck_assert_int_eq(load(names, 3, false, &said), 1);
	ck_assert_str_eq(said.data, "!cannot open \"/b/missing.conf\": No such file or directory\n"
				    "!cannot open \"/b/3.d\": Is a directory\n"
				    "net.ipv4.a = 5\nnet.ipv4.conf.all.x = 5\n"
				    "net.ipv4.conf.eth0/100.x = 5\nnet.ipv4.conf.lo.x = 5\n");
}
END_TEST

Suite *reload_suite(void);

Suite *reload_suite(void)
{
	Suite *suite = suite_create("reload");
	TCase *tcase = tcase_create("reload");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, one_is_written, 0, N(writes));
	tcase_add_test(tcase, a_full_device_is_an_error);
	tcase_add_test(tcase, one_is_read);
	tcase_add_loop_test(tcase, a_file_is_loaded, 0, N(files));
	tcase_add_test(tcase, a_dry_run_writes_nothing);
	tcase_add_test(tcase, without_a_dropin_it_says_so);
	tcase_add_test(tcase, files_are_expanded);
	suite_add_tcase(suite, tcase);
	return suite;
}
