#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sysctlconf.h"
#include "sys/sysctl.h"

static bool component_is_plain(const char *name, size_t n)
{
	return n > 0 && !(name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')));
}

/* A path below /proc/sys with nothing in it that leads elsewhere. */
static bool path_is_plain(const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "/");

		if (!component_is_plain(path, n))
			return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

int sysctl_read(struct source *source, const char *key, struct arena *arena, char **ret)
{
	const char *path = conf_path_of_key(arena, key);
	unsigned mode;
	char *text;
	size_t length;
	int rc;

	if (!path_is_plain(path))
		return -EINVAL;
	rc = source_read_sysctl(source, arena_printf(arena, "/proc/sys/%s", path), &text, &mode);
	if (rc < 0)
		return rc;
	length = strlen(text);
	*ret = arena_strndup(arena, text, length - (length > 0 && text[length - 1] == '\n'));
	return 0;
}

int sysctl_stat(struct source *source, const char *path, struct stat *ret)
{
	struct arena *arena = arena_new();
	int fd = source_openat(source, arena_printf(arena, "/proc/sys/%s", path), O_PATH);
	int rc = fd < 0 ? fd : 0;

	if (fd >= 0) {
		if (fstat(fd, ret) < 0)
			rc = -errno;
		close(fd);
	}
	arena_free(arena);
	return rc;
}

/*
 * Component by component without following links: what openat2() offers as
 * RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, on every kernel. path is consumed.
 */
static int open_beneath(int sys, char *path)
{
	int directory = sys, next;
	char *slash;

	for (; (slash = strchr(path, '/')); path = slash + 1) {
		*slash = '\0';
		next = openat(directory, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			next = -errno;
		if (directory != sys)
			close(directory);
		if (next < 0)
			return next;
		directory = next;
	}
	/* O_TRUNC: in a tree of plain files the old value goes, in procfs it means nothing. */
	next = openat(directory, path,
		      O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (next < 0)
		next = -errno;
	if (directory != sys)
		close(directory);
	return next;
}

int sysctl_open(struct source *source, const char *key)
{
	struct arena *arena = arena_new();
	char *path = conf_path_of_key(arena, key);
	int sys, fd = -EINVAL;

	if (path_is_plain(path))
		fd = strncmp(path, "net/", 4) ? -EPERM : 0;
	if (fd == 0) {
		sys = source_openat(source, "/proc/sys", O_PATH | O_DIRECTORY);
		fd = sys < 0 ? sys : open_beneath(sys, path);
		if (sys >= 0)
			close(sys);
	}
	arena_free(arena);
	return fd;
}

int sysctl_put(int fd, const char *value)
{
	struct arena *arena = arena_new();
	const char *line = arena_printf(arena, "%s\n", value);
	ssize_t n;
	int rc = 0;

	/* The kernel parses each write() by itself: a short one is not continued. */
	do
		n = write(fd, line, strlen(line));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		rc = n < 0 ? -errno : -EIO;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	arena_free(arena);
	return rc;
}

int sysctl_write(struct source *source, const char *key, const char *value)
{
	int fd;

	if (strchr(value, '\n'))
		return -EINVAL;
	fd = sysctl_open(source, key);
	return fd < 0 ? fd : sysctl_put(fd, value);
}
