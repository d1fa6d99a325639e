#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/slurp.h"
#include "sys/store.h"

static int result(int rc)
{
	return rc < 0 ? -errno : rc;
}

/* Some filesystems keep no directory to write back: they say EINVAL, and there is nothing to wait for. */
static int sync_directory(int directory)
{
	return fsync(directory) && errno != EINVAL ? -errno : 0;
}

/* ----------------------------------------------------------------- read */

int store_read(struct arena *arena, int directory, const char *name, struct stored_file *ret)
{
	struct slurp slurp = slurp_new(arena);
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat stat;
	int rc;

	if (fd < 0 && errno == ENOENT) {
		*ret = (struct stored_file){0};
		return 0;
	}
	if (fd < 0)
		return -errno;
	rc = result(fstat(fd, &stat));
	if (!rc && !S_ISREG(stat.st_mode))
		rc = S_ISDIR(stat.st_mode) ? -EISDIR : -ENXIO;
	if (!rc)
		rc = slurp_fd(&slurp, fd, STORE_MAX);
	if (!rc)
		*ret = (struct stored_file){
			.exists = true, .mode = stat.st_mode & 07777,
			.uid = stat.st_uid, .gid = stat.st_gid, .length = slurp.length,
			.bytes = arena_strndup(arena, slurp.buffer, slurp.length),
		};
	close(fd);
	return rc;
}

bool store_same(const struct stored_file *a, const struct stored_file *b)
{
	if (!a->exists || !b->exists)
		return a->exists == b->exists;
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

/* ---------------------------------------------------------------- write */

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

/* Before the mode: a change of owner clears bits of it. Only root can give a file away. */
static int set_owner(int fd, const struct stored_file *file)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return -errno;
	if (geteuid() || (stat.st_uid == file->uid && stat.st_gid == file->gid))
		return 0;
	return result(fchown(fd, file->uid, file->gid));
}

static int fill(int fd, const struct stored_file *file)
{
	int rc = write_all(fd, file->bytes, file->length);

	if (!rc)
		rc = set_owner(fd, file);
	if (!rc)
		rc = result(fchmod(fd, file->mode));
	if (!rc)
		rc = result(fsync(fd));
	if (close(fd) < 0 && !rc)
		rc = -errno;
	return rc;
}

/* There can be one that a killed process left; whoever calls holds the lock, so nobody is writing it. */
static int create(int directory, const char *name)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(directory, name, flags, 0600);

	if (fd < 0 && errno == EEXIST && !unlinkat(directory, name, 0))
		fd = openat(directory, name, flags, 0600);
	return result(fd);
}

static int replace(int directory, const char *name, const char *temporary, const struct stored_file *file)
{
	int fd = create(directory, temporary), rc;

	if (fd < 0)
		return fd;
	rc = fill(fd, file);
	if (!rc)
		rc = result(renameat(directory, temporary, directory, name));
	if (rc)
		unlinkat(directory, temporary, 0);
	return rc;
}

static int name_temporary(const char *name, char ret[NAME_MAX + 1])
{
	int n = snprintf(ret, NAME_MAX + 1, ".%s.new", name);

	return n < 0 || n > NAME_MAX ? -ENAMETOOLONG : 0;
}

static int remove_file(int directory, const char *name)
{
	return unlinkat(directory, name, 0) && errno != ENOENT ? -errno : 0;
}

int store_write(int directory, const char *name, const struct stored_file *file)
{
	char temporary[NAME_MAX + 1];
	int rc = name_temporary(name, temporary);

	if (rc)
		return rc;
	rc = file->exists ? replace(directory, name, temporary, file) : remove_file(directory, name);
	return rc ? rc : sync_directory(directory);
}

int store_clean(int directory, const char *name)
{
	char temporary[NAME_MAX + 1];
	int rc = name_temporary(name, temporary);

	return rc ? rc : remove_file(directory, temporary);
}

/* ---------------------------------------------------------- directories */

enum { DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

bool store_is_trusted(const struct stat *stat)
{
	return (stat->st_uid == 0 || stat->st_uid == geteuid()) && !(stat->st_mode & 022);
}

/* The directory that holds path's last component, "" and "/" being the root itself. */
static int open_parent(struct source *source, const char *path, const char **ret_base)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n >= sizeof(parent))
		return -ENAMETOOLONG;
	memcpy(parent, path, n);
	parent[n] = '\0';
	*ret_base = slash ? slash + 1 : path;
	return n ? source_openat(source, parent, O_RDONLY | O_DIRECTORY)
		 : result(openat(source_fd(source), ".", DIRECTORY));
}

/* Where the sticky bit is set others can add files, which are looked at one by one, but not replace ours. */
static int check_trusted(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return -errno;
	if (stat.st_mode & S_ISVTX)
		stat.st_mode &= (mode_t)~022;
	return store_is_trusted(&stat) ? 0 : -EPERM;
}

static int keep_if_trusted(int fd)
{
	int rc = fd < 0 ? fd : check_trusted(fd);

	if (rc && fd >= 0)
		close(fd);
	return rc ? rc : fd;
}

int store_existing_directory(struct source *source, const char *path, bool trusted)
{
	int flags = O_RDONLY | O_DIRECTORY | (trusted ? O_NOFOLLOW : 0);
	int fd = source_openat(source, path, flags);

	return trusted ? keep_if_trusted(fd) : fd;
}

static int make_directory(struct source *source, const char *path, mode_t mode)
{
	const char *base;
	int parent = open_parent(source, path, &base), rc;

	if (parent < 0)
		return parent;
	rc = result(mkdirat(parent, base, mode));
	if (!rc)
		rc = sync_directory(parent);
	close(parent);
	return rc == -EEXIST ? 0 : rc;
}

/* Every directory of the path, from the first that is missing. */
static int make_directories(struct source *source, const char *path, mode_t mode)
{
	char prefix[PATH_MAX];
	int rc = 0;

	if (strlen(path) >= sizeof(prefix))
		return -ENAMETOOLONG;
	for (const char *slash = path; slash && !rc;) {
		slash = strchr(slash + 1, '/');
		snprintf(prefix, sizeof(prefix), "%.*s",
			 slash ? (int)(slash - path) : (int)strlen(path), path);
		rc = make_directory(source, prefix, slash ? 0755 : mode);
	}
	return rc;
}

int store_directory(struct source *source, const char *path, mode_t mode, bool trusted)
{
	int fd = store_existing_directory(source, path, trusted), rc;

	if (fd != -ENOENT)
		return fd;
	rc = make_directories(source, path, mode);
	return rc ? rc : store_existing_directory(source, path, trusted);
}
