#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#include "sys/resolve.h"

/* As many as the kernel follows. */
#define LINKS_MAX 40
#define DEPTH_MAX 64

/* A walk: the directories from the root down to where it is, and what is still to go. */
struct walk {
	int dirs[DEPTH_MAX];
	unsigned depth; /* dirs[0] is the root, which the walk does not own */
	unsigned links;
	int flags;
	char rest[2 * PATH_MAX];
};

static void climb(struct walk *walk, unsigned depth)
{
	while (walk->depth > depth)
		close(walk->dirs[walk->depth--]);
}

/* Takes the next component off the rest: 1, or 0 at the end, or -errno. */
static int next_component(struct walk *walk, char *component, bool *ret_is_last)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/");
	const char *after = start + length;

	if (!length)
		return 0;
	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(component, start, length);
	component[length] = '\0';
	/* "file/" asks for a directory: it is not the last, "." would follow. */
	*ret_is_last = !*after;
	memmove(walk->rest, after, strlen(after) + 1);
	return 1;
}

/* Puts the link's target before the rest, and starts from the root for an absolute one. */
static int follow(struct walk *walk, int link)
{
	char target[PATH_MAX];
	char rest[sizeof(walk->rest)];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	target[n] = '\0';
	if (snprintf(rest, sizeof(rest), "%s%s", target, walk->rest) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(walk->rest, rest, strlen(rest) + 1);
	if (target[0] == '/')
		climb(walk, 0);
	return 0;
}

/* Goes one component on: 1 when this was the last one, with the descriptor; 0, or -errno. */
static int step(struct walk *walk, const char *component, bool is_last, int *ret_fd)
{
	int dir = walk->dirs[walk->depth];
	struct stat st;
	int fd, r;

	fd = openat(dir, component, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		r = -errno;
		goto out;
	}
	if (S_ISLNK(st.st_mode) && !(is_last && walk->flags & O_NOFOLLOW)) {
		r = follow(walk, fd);
		goto out;
	}
	if (is_last) {
		*ret_fd = openat(dir, component, walk->flags | O_NOFOLLOW | O_CLOEXEC);
		r = *ret_fd < 0 ? -errno : 1;
		goto out;
	}
	r = S_ISDIR(st.st_mode) ? walk->depth + 1 < DEPTH_MAX ? 0 : -ENAMETOOLONG : -ENOTDIR;
	if (!r) {
		walk->dirs[++walk->depth] = fd;
		return 0;
	}
out:
	close(fd);
	return r;
}

static int walk_all(struct walk *walk, int *ret_fd)
{
	char component[NAME_MAX + 1];
	bool is_last;
	int r;

	while ((r = next_component(walk, component, &is_last)) > 0) {
		if (!strcmp(component, "."))
			continue;
		if (!strcmp(component, "..")) {
			climb(walk, walk->depth ? walk->depth - 1 : 0);
			continue;
		}
		r = step(walk, component, is_last, ret_fd);
		if (r)
			return r;
	}
	if (r < 0)
		return r;
	/* It ended in "/", "." or "..": the directory itself. */
	*ret_fd = openat(walk->dirs[walk->depth], ".", walk->flags | O_CLOEXEC);
	return *ret_fd < 0 ? -errno : 1;
}

int resolve_by_hand(int root, const char *path, int flags)
{
	struct walk walk = {.dirs = {root}, .flags = flags};
	int fd = -1;
	int r;

	if (!*path)
		return -ENOENT;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(walk.rest, path, strlen(path) + 1);
	r = walk_all(&walk, &fd);
	climb(&walk, 0);
	return r < 0 ? r : fd;
}

int resolve_in_root(int root, const char *path, int flags)
{
#ifdef SYS_openat2
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd >= 0)
		return (int)fd;
	/* EPERM: an older container's filter; EAGAIN: something was renamed on the way. */
	if (errno != ENOSYS && errno != EPERM && errno != EAGAIN)
		return -errno;
#endif
	return resolve_by_hand(root, path, flags);
}
