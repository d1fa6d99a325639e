#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sys/capture.h"
#include "sys/replay.h"
#include "sys/resolve.h"
#include "sys/slurp.h"
#include "sys/source.h"

#define PROC_SYS "/proc/sys/"
#define SYSCTL_MAX (1u << 20)

struct source {
	struct arena *arena;
	const char *root; /* "" for this machine */
	int fd;
	int proc_sys;      /* of this machine, or -1 */
	bool is_read_only; /* /proc/sys/net is mounted so: the mode bits promise too much */
	struct slurp slurp;
	struct replay *replay;   /* NULL on this machine */
	struct capture *capture; /* NULL when not recording */
};

static void open_proc_sys(struct source *source)
{
	struct statvfs vfs;

	source->proc_sys = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* Containers often have /proc/sys bound over itself read-only; the files still say 0644. */
	if (!statvfs("/proc/sys/net", &vfs))
		source->is_read_only = vfs.f_flag & ST_RDONLY;
}

int source_open(struct arena *arena, const char *root, struct source **ret)
{
	struct source *source;
	int fd = open(root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	source = arena_alloc(arena, sizeof(*source));
	source->arena = arena;
	source->root = root ? arena_strdup(arena, root) : "";
	source->fd = fd;
	source->proc_sys = -1;
	source->slurp = slurp_new(arena);
	if (root)
		source->replay = replay_load(arena, fd);
	else
		open_proc_sys(source);
	*ret = source;
	return 0;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	capture_close(source->capture);
	if (source->proc_sys >= 0)
		close(source->proc_sys);
	close(source->fd);
}

bool source_is_live(const struct source *source)
{
	return !source->replay;
}

const char *source_root(const struct source *source)
{
	return source->root;
}

int source_fd(const struct source *source)
{
	return source->fd;
}

static bool is_proc_sys(const char *path)
{
	return !strncmp(path, PROC_SYS, strlen(PROC_SYS)) && path[strlen(PROC_SYS)] != '/';
}

static int open_path(struct source *source, const char *path, int flags)
{
	int fd;

	if (source->replay) {
		int error = replay_errno(source->replay, path);

		return error ? -error : resolve_in_root(source->fd, path, flags);
	}
	/* Two components less to look up for each of a hundred and more. */
	if (source->proc_sys >= 0 && is_proc_sys(path))
		fd = openat(source->proc_sys, path + strlen(PROC_SYS), flags | O_CLOEXEC);
	else
		fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Into the buffer. */
static int read_file(struct source *source, const char *path, size_t limit)
{
	int fd = open_path(source, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	int r;

	if (fd < 0)
		return fd;
	if (!source->replay && is_proc_sys(path))
		r = slurp_sysctl(&source->slurp, fd, limit);
	else
		r = slurp_fd(&source->slurp, fd, limit);
	close(fd);
	return r;
}

int source_read(struct source *source, const char *path, size_t limit, char **ret_bytes,
		size_t *ret_length)
{
	const struct slurp *slurp = &source->slurp;
	int r = read_file(source, path, limit);

	if (source->capture && r)
		capture_missing(source->capture, path, -r);
	else if (source->capture)
		capture_file(source->capture, path, slurp->buffer, slurp->length);
	if (r)
		return r;
	*ret_bytes = arena_strndup(source->arena, slurp->buffer, slurp->length);
	*ret_length = slurp->length;
	return 0;
}

int source_read_sysctl(struct source *source, const char *path, char **ret_text, unsigned *ret_mode)
{
	unsigned mode;
	size_t length;
	int r = source_read(source, path, SYSCTL_MAX, ret_text, &length);

	if (r)
		return r;
	mode = source->slurp.stat.st_mode & 07777;
	if (source->is_read_only)
		mode &= ~0222u;
	if (source->replay)
		replay_mode(source->replay, path, &mode);
	if (source->capture)
		capture_mode(source->capture, path, mode);
	*ret_mode = mode;
	return 0;
}

int source_openat(struct source *source, const char *path, int flags)
{
	int fd = open_path(source, path, flags);

	if (fd < 0 && source->capture)
		capture_missing(source->capture, path, -fd);
	return fd;
}

/* ------------------------------------------------------ directories, links */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
	struct arena *arena;
	const char **items;
	size_t n, capacity;
};

static void add_name(struct names *names, const char *name)
{
	names->items = arena_grow(names->arena, names->items, names->n, &names->capacity,
				  sizeof(*names->items));
	names->items[names->n++] = arena_strdup(names->arena, name);
}

static int read_names(int fd, struct names *names)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int r;

	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	errno = 0;
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			add_name(names, entry->d_name);
		errno = 0;
	}
	r = -errno;
	closedir(dir);
	return r;
}

/* What the captured host had in this directory and could not read. */
static void add_unreadable(const struct source *source, const char *path, struct names *names)
{
	size_t length = strlen(path);
	const char *there;

	for (size_t i = 0; (there = replay_unreadable(source->replay, i)); i++)
		if (!strncmp(there, path, length) && there[length] == '/' && there[length + 1] &&
		    !strchr(there + length + 1, '/'))
			add_name(names, there + length + 1);
}

static void sort_names(struct names *names)
{
	size_t n = 0;

	if (names->n)
		qsort(names->items, names->n, sizeof(*names->items), compare_names);
	for (size_t i = 0; i < names->n; i++)
		if (!n || strcmp(names->items[n - 1], names->items[i]))
			names->items[n++] = names->items[i];
	names->n = n;
}

int source_list(struct source *source, const char *path, const char *const **ret_names, size_t *ret_n)
{
	struct names names = {.arena = source->arena};
	int fd = source_openat(source, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	int r = fd < 0 ? fd : read_names(fd, &names);

	if (r)
		return r;
	if (source->replay)
		add_unreadable(source, path, &names);
	sort_names(&names);
	if (source->capture)
		capture_directory(source->capture, path);
	*ret_names = names.items;
	*ret_n = names.n;
	return 0;
}

static int read_link(struct source *source, const char *path, char target[PATH_MAX])
{
	int fd = open_path(source, path, O_PATH | O_NOFOLLOW);
	struct stat st;
	ssize_t n;
	int r = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		r = -errno;
	else if (!S_ISLNK(st.st_mode))
		r = -EINVAL;
	n = r ? 0 : readlinkat(fd, "", target, PATH_MAX - 1);
	if (n < 0)
		r = -errno;
	else
		target[n] = '\0';
	close(fd);
	return r;
}

int source_readlink(struct source *source, const char *path, char **ret_target)
{
	const char *known = source->replay ? replay_link(source->replay, path) : NULL;
	char target[PATH_MAX];
	int r = known ? 0 : read_link(source, path, target);

	if (r)
		return r;
	*ret_target = arena_strdup(source->arena, known ? known : target);
	/* The thousands of descriptors of /proc/PID/fd have a list of their own. */
	if (source->capture && !strstr(path, "/fd/"))
		capture_link(source->capture, path, *ret_target);
	return 0;
}

/* ------------------------------------------------------------- recording */

/* The name to be hidden; of a capture that is captured again, the one it has. */
static void set_host(struct source *source)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (!source->replay && !gethostname(name, sizeof(name) - 1))
		capture_host(source->capture, name);
	if (source->replay && !read_file(source, "/capture/hostname", HOST_NAME_MAX)) {
		memcpy(name, source->slurp.buffer, source->slurp.length);
		name[strcspn(name, "\n")] = '\0';
		capture_host(source->capture, name);
	}
}

int source_record(struct source *source, const char *directory, bool anonymise)
{
	int r;

	if (source->capture)
		return -EBUSY;
	r = capture_open(source->arena, directory, anonymise, &source->capture);
	if (!r)
		set_host(source);
	return r;
}

bool source_is_recording(const struct source *source)
{
	return source->capture != NULL;
}

int source_record_bytes(struct source *source, const char *path, const void *bytes, size_t n)
{
	if (!source->capture)
		return 0;
	capture_append(source->capture, path, bytes, n);
	return capture_error(source->capture);
}

int source_record_error(const struct source *source)
{
	return source->capture ? capture_error(source->capture) : 0;
}
