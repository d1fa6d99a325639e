#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/anonymise.h"
#include "core/fact.h"
#include "sys/capture.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct capture {
	struct arena *arena;
	int fd;
	int error; /* the first one, negative */
	bool hides;
	struct anonymise *anonymise;
	struct facts *noted; /* what stands in missing, modes and links already: a set */
	char *scratch;       /* a copy of what is written, to be changed in place */
	size_t capacity;
};

static const struct {
	const char *name;
	int number;
} errors[] = {
	{"E2BIG", E2BIG},       {"EACCES", EACCES},   {"EAGAIN", EAGAIN},
	{"EBUSY", EBUSY},       {"EFAULT", EFAULT},   {"EFBIG", EFBIG},
	{"EINTR", EINTR},       {"EINVAL", EINVAL},   {"EIO", EIO},
	{"EISDIR", EISDIR},     {"ELOOP", ELOOP},     {"EMFILE", EMFILE},
	{"ENAMETOOLONG", ENAMETOOLONG},               {"ENFILE", ENFILE},
	{"ENODEV", ENODEV},     {"ENOENT", ENOENT},   {"ENOMEM", ENOMEM},
	{"ENOSYS", ENOSYS},     {"ENOTDIR", ENOTDIR}, {"ENXIO", ENXIO},
	{"EOPNOTSUPP", EOPNOTSUPP},                   {"EPERM", EPERM},
	{"EPROTONOSUPPORT", EPROTONOSUPPORT},         {"EROFS", EROFS},
	{"ESRCH", ESRCH},       {"ESTALE", ESTALE},   {"ETIMEDOUT", ETIMEDOUT},
};

const char *capture_error_name(struct arena *arena, int error)
{
	for (size_t i = 0; i < N(errors); i++)
		if (errors[i].number == error)
			return errors[i].name;
	return arena_printf(arena, "%d", error);
}

int capture_error_number(const char *name)
{
	long number;
	char *end;

	for (size_t i = 0; i < N(errors); i++)
		if (!strcmp(errors[i].name, name))
			return errors[i].number;
	number = strtol(name, &end, 10);
	return *end || number <= 0 || number > 4095 ? 0 : (int)number;
}

static int is_empty(int fd)
{
	const struct dirent *entry;
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	int r = 0;

	if (!dir) {
		r = -errno;
		if (copy >= 0)
			close(copy);
		return r;
	}
	while (!r && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			r = -ENOTEMPTY;
	closedir(dir);
	return r;
}

static int open_empty(const char *directory)
{
	int fd, r;

	if (mkdir(directory, 0755) && errno != EEXIST)
		return -errno;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = is_empty(fd);
	if (r)
		close(fd);
	return r ? r : fd;
}

int capture_open(struct arena *arena, const char *directory, bool anonymise, struct capture **ret)
{
	unsigned char key[ANONYMISE_KEY_BYTES];
	struct capture *capture;
	int fd;

	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return -EIO;
	fd = open_empty(directory);
	if (fd < 0)
		return fd;
	capture = arena_alloc(arena, sizeof(*capture));
	capture->arena = arena;
	capture->fd = fd;
	capture->hides = anonymise;
	capture->anonymise = anonymise_new(arena, key, anonymise);
	capture->noted = facts_new(arena);
	*ret = capture;
	return 0;
}

void capture_close(struct capture *capture)
{
	if (capture)
		close(capture->fd);
}

int capture_error(const struct capture *capture)
{
	return capture->error;
}

void capture_host(struct capture *capture, const char *name)
{
	anonymise_set_host(capture->anonymise, name);
}

static void fail(struct capture *capture, int r)
{
	if (r < 0 && !capture->error)
		capture->error = r;
}

/* ------------------------------------------------------------- the files */

/* The path without "/" at its start, ".", ".." and doubled slashes; -errno when it is none. */
static int tidy(const char *path, char ret[PATH_MAX])
{
	size_t n = 0;

	while (*(path += strspn(path, "/"))) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !memcmp(path, "..", 2)) {
			while (n && ret[--n] != '/')
				;
		} else if (length != 1 || *path != '.') {
			if (n + length + 2 > PATH_MAX)
				return -ENAMETOOLONG;
			if (n)
				ret[n++] = '/';
			memcpy(ret + n, path, length);
			n += length;
		}
		path += length;
	}
	ret[n] = '\0';
	return n ? 0 : -EISDIR;
}

/* The directory of these components below dir, made where it is missing. Takes dir over. */
static int enter(int dir, char *path)
{
	char *save;

	for (char *name = strtok_r(path, "/", &save); name; name = strtok_r(NULL, "/", &save)) {
		int next = -1, r = 0;

		if (mkdirat(dir, name, 0755) && errno != EEXIST)
			r = -errno;
		if (!r)
			next = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (!r && next < 0)
			r = -errno;
		close(dir);
		if (r)
			return r;
		dir = next;
	}
	return dir;
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t written = write(fd, bytes, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written ? -errno : -EIO;
		bytes += written;
		n -= (size_t)written;
	}
	return 0;
}

/* path is tidy. flags say whether the file must be new (O_EXCL: 0 when it is not) or is appended to. */
static int put(struct capture *capture, char *path, int flags, const char *bytes, size_t n)
{
	char *slash = strrchr(path, '/');
	int dir = fcntl(capture->fd, F_DUPFD_CLOEXEC, 3);
	int fd, r;

	if (dir < 0)
		return -errno;
	if (slash) {
		*slash = '\0';
		dir = enter(dir, path);
		if (dir < 0)
			return dir;
	}
	fd = openat(dir, slash ? slash + 1 : path,
		    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0644);
	r = fd < 0 ? -errno : write_all(fd, bytes, n);
	if (fd >= 0 && close(fd) && !r)
		r = -errno;
	close(dir);
	return r == -EEXIST && flags & O_EXCL ? 0 : r;
}

/* ---------------------------------------------------- what may be written */

static bool starts(const char *path, const char *prefix)
{
	return !strncmp(path, prefix, strlen(prefix));
}

static bool is_host_name(const char *path)
{
	return !strcmp(path, "capture/hostname") || !strcmp(path, "proc/sys/kernel/hostname") ||
	       !strcmp(path, "proc/sys/kernel/domainname");
}

/* An inventory number, but for the tag that all machines of Azure have. */
static bool is_asset_tag(const char *path, const char *bytes, size_t n)
{
	static const char common[] = "7783-7084-3265-9085-8269-3286-77";

	return !strcmp(path, "sys/class/dmi/id/chassis_asset_tag") &&
	       (n < sizeof(common) - 1 || memcmp(bytes, common, sizeof(common) - 1));
}

static bool is_conf(const char *path)
{
	size_t n = strlen(path);

	return n > 5 && !strcmp(path + n - 5, ".conf") && !starts(path, "proc/") &&
	       !starts(path, "sys/") && !starts(path, "capture/");
}

static char *scratch_copy(struct capture *capture, const char *bytes, size_t n)
{
	if (n > capture->capacity) {
		capture->capacity = n > 65536 ? n * 2 : 65536;
		capture->scratch = arena_alloc(capture->arena, capture->capacity);
	}
	memcpy(capture->scratch, bytes, n);
	return capture->scratch;
}

/* The bytes as they may leave this host. path is tidy. */
static const char *clean(struct capture *capture, const char *path, const char *bytes, size_t *n)
{
	char *copy;

	if (is_host_name(path) && capture->hides) {
		*n = 5;
		return "host\n";
	}
	if (capture->hides && is_asset_tag(path, bytes, *n)) {
		*n = 1;
		return "\n";
	}
	if (is_conf(path))
		return anonymise_conf(capture->anonymise, bytes, *n, n);
	if (starts(path, "capture/sockets.")) {
		copy = scratch_copy(capture, bytes, *n);
		anonymise_diag(capture->anonymise, copy, *n);
		return copy;
	}
	if (!strcmp(path, "capture/interfaces") || !strcmp(path, "capture/qdiscs")) {
		copy = scratch_copy(capture, bytes, *n);
		anonymise_route(copy, *n);
		return copy;
	}
	if (!strcmp(path, "proc/net/tcp") || !strcmp(path, "proc/net/tcp6")) {
		copy = scratch_copy(capture, bytes, *n);
		anonymise_proc_net(capture->anonymise, copy, *n);
		return copy;
	}
	return bytes;
}

void capture_file(struct capture *capture, const char *path, const char *bytes, size_t n)
{
	char tidied[PATH_MAX];
	int r = tidy(path, tidied);

	if (!r && anonymise_is_secret(tidied)) {
		/* It is there, and a replay must not take it for absent. */
		capture_missing(capture, path, EACCES);
		return;
	}
	if (!r) {
		bytes = clean(capture, tidied, bytes, &n);
		r = put(capture, tidied, O_EXCL, bytes, n);
	}
	fail(capture, r);
}

void capture_append(struct capture *capture, const char *path, const void *bytes, size_t n)
{
	char tidied[PATH_MAX];
	int r = tidy(path, tidied);

	if (!r) {
		bytes = clean(capture, tidied, bytes, &n);
		r = put(capture, tidied, O_APPEND, bytes, n);
	}
	fail(capture, r);
}

void capture_directory(struct capture *capture, const char *path)
{
	char tidied[PATH_MAX];
	int dir;

	if (tidy(path, tidied))
		return;
	dir = fcntl(capture->fd, F_DUPFD_CLOEXEC, 3);
	dir = dir < 0 ? -errno : enter(dir, tidied);
	fail(capture, dir);
	if (dir >= 0)
		close(dir);
}

/* ------------------------------------------------------------- the lists */

/* Appends a line, one a path. What cannot stand in a line is left out: a replay then finds nothing. */
static void note(struct capture *capture, const char *list, const char *path, const char *line)
{
	char *known = arena_printf(capture->arena, "%s %s", list, path);
	char file[64];

	if (strchr(line, '\n') || facts_get(capture->noted, known).state == FACT_KNOWN)
		return;
	facts_set(capture->noted, known, value_bool(true));
	memcpy(file, list, strlen(list) + 1);
	line = arena_printf(capture->arena, "%s\n", line);
	fail(capture, put(capture, file, O_APPEND, line, strlen(line)));
}

void capture_missing(struct capture *capture, const char *path, int error)
{
	/* The default for a key, and for what a capture itself may leave out. */
	if (error == ENOENT && (starts(path, "/proc/sys/") || starts(path, "/capture/")))
		return;
	note(capture, "capture/missing", path,
	     arena_printf(capture->arena, "%s %s", capture_error_name(capture->arena, error), path));
}

void capture_mode(struct capture *capture, const char *path, unsigned mode)
{
	note(capture, "capture/modes", path,
	     arena_printf(capture->arena, "%04o %s", mode, path));
}

void capture_link(struct capture *capture, const char *path, const char *target)
{
	if (!strchr(path, '\t') && !strchr(target, '\t'))
		note(capture, "capture/links", path,
		     arena_printf(capture->arena, "%s\t%s", target, path));
}
