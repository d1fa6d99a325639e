#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply_host.h"
#include "sys/sysctl.h"
#include "tree.h"

struct arena *arena;
struct source *source;

/* ------------------------------------------------------ a kernel that fails */

struct fault_plan kernel;

static bool strikes(unsigned step)
{
	return step == kernel.at || (kernel.stays && step > kernel.at);
}

static int faulty_read(struct source *from, const char *key, struct arena *to, char **ret)
{
	if (strikes(++kernel.reads)) {
		if (kernel.fault == READ_FAILS)
			return -EIO;
		if (kernel.fault == DIES_READING)
			_exit(0);
	}
	return sysctl_read(from, key, to, ret);
}

/* The first element of the new value before the others of the old one. */
static void write_half(struct source *to, const char *key, const char *value)
{
	char *old;

	ck_assert_int_eq(sysctl_read(to, key, arena, &old), 0);
	old += strcspn(old, " \t");
	sysctl_write(to, key, arena_printf(arena, "%.*s%s", (int)strcspn(value, " \t"), value, old));
}

static int faulty_write(struct source *to, const char *key, const char *value)
{
	bool struck = strikes(++kernel.writes);
	enum fault fault = struck ? kernel.fault : NO_FAULT;
	int rc;

	if (fault == WRITE_REFUSED)
		return -EINVAL;
	if (fault == WRITE_IGNORED)
		return sysctl_write(to, key, "12345");
	if (fault == DIES_BEFORE_WRITING)
		_exit(0);
	if (fault == DIES_HALFWAY || fault == WRITE_REFUSED_HALFWAY)
		write_half(to, key, value);
	if (fault == DIES_HALFWAY)
		_exit(0);
	if (fault == WRITE_REFUSED_HALFWAY)
		return -EINVAL;
	rc = sysctl_write(to, key, value);
	if (fault == DIES_AFTER_WRITING)
		_exit(0);
	return rc;
}

const struct sysctl_ops faulty_ops = {faulty_read, faulty_write};

void set_fault(enum fault fault, unsigned at, bool stays)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.fault = fault;
	kernel.at = at;
	kernel.stays = stays;
}

bool fault_struck(void)
{
	bool reading = kernel.fault == READ_FAILS || kernel.fault == DIES_READING;

	return (reading ? kernel.reads : kernel.writes) >= kernel.at;
}

/* ------------------------------------------------------------- the host */

void host_set_up(void)
{
	const char *root = tree_make();

	arena = arena_new();
	tree_file(PROC "tcp_fin_timeout", "60\n");
	tree_file(PROC "tcp_rmem", "4096\t131072\t6291456\n");
	tree_file(PROC "tcp_tw_reuse", "2\n");
	tree_file("/proc/sys/kernel/osrelease", "6.18.44\n");
	tree_file("/proc/sys/kernel/random/boot_id", "0b\n");
	tree_file("/etc/sysctl.d/10-other.conf", "# of somebody else\n");
	ck_assert_int_eq(source_open(arena, root, &source), 0);
	set_fault(NO_FAULT, 0, false);
}

void host_tear_down(void)
{
	source_close(source);
	arena_free(arena);
	tree_remove();
}

const char *look(const char *path)
{
	const char *text = tree_read(tree_path(path));

	return text ? arena_strdup(arena, text) : "(none)\n";
}

const char *state(void)
{
	return arena_printf(arena, "%s%s%s%s%s", look(PROC "tcp_fin_timeout"), look(PROC "tcp_rmem"),
			    look(PROC "tcp_tw_reuse"), look(DROPIN_PATH),
			    look("/etc/sysctl.d/.60-tcptune.conf.new"));
}

bool exists(const char *path)
{
	return !faccessat(AT_FDCWD, tree_path(path), F_OK, AT_SYMLINK_NOFOLLOW);
}

static struct change changes[] = {
	{.key = FIN, .from = "60", .to = "30", .where = CHANGE_RUNNING | CHANGE_FILE},
	{.key = "net.ipv4.tcp_sack", .from = "1", .to = "1", .where = CHANGE_FILE},
	{.key = RMEM, .from = "4096 131072 6291456", .to = "8192 262144 8388608", .where = CHANGE_RUNNING},
	{.key = REUSE, .from = "2", .to = "1", .where = CHANGE_RUNNING | CHANGE_FILE},
};

struct apply_request request(void)
{
	return (struct apply_request){
		.changes = changes, .n_changes = 4, .dropin_path = DROPIN_PATH,
		.dropin_now = exists(DROPIN_PATH) ? look(DROPIN_PATH) : NULL, .dropin = "new\n",
		.tool = "0.1", .by = {.user = "ann", .uid = 0, .login_uid = 1000}, .time = 1700000000, .ops = &faulty_ops,
	};
}

struct apply_result apply(void)
{
	struct apply_request wanted = request();
	struct apply_result result;

	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	return result;
}

struct revert_result revert_with(bool force, bool dry_run)
{
	const struct revert_request wanted = {.force = force, .dry_run = dry_run, .ops = &faulty_ops};
	struct revert_result result;

	ck_assert_int_eq(apply_revert(source, arena, &wanted, &result), 0);
	return result;
}

struct revert_result revert(void)
{
	return revert_with(false, false);
}

struct revert_result revert_to(unsigned number)
{
	const struct revert_request wanted = {.has_to = true, .to = number, .ops = &faulty_ops};
	struct revert_result result;

	ck_assert_int_eq(apply_revert(source, arena, &wanted, &result), 0);
	return result;
}

void apply_again(const char *from, const char *to, const char *dropin)
{
	struct change again[] = {{.key = FIN, .from = from, .to = to, .where = CHANGE_RUNNING}};
	struct apply_request wanted = request();
	struct apply_result result;

	wanted.changes = again;
	wanted.n_changes = 1;
	wanted.dropin = dropin;
	ck_assert_int_eq(apply_commit(source, arena, &wanted, &result), 0);
	ck_assert_int_eq(result.outcome, APPLY_DONE);
}

bool is_pending(void)
{
	struct pending pending;

	ck_assert_int_eq(apply_pending(source, arena, &pending), 0);
	return pending.kind != PENDING_NOTHING;
}

bool has_problem(const struct apply_problem *problems, size_t n, const char *key, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(problems[i].key, key) && strstr(problems[i].text, text))
			return true;
	return false;
}
