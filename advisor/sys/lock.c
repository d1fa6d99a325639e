#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/lock.h"
#include "sys/store.h"

enum {
	PID_MAX = 1 << 22, /* of Linux, whatever kernel.pid_max says */
	TRIES = 5,         /* lock_is_held() of another process holds it for an instant */
	PAUSE_MS = 10,
};

static int check_file(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return -errno;
	return S_ISREG(stat.st_mode) && store_is_trusted(&stat) ? 0 : -EPERM;
}

/* The file's text is only what its holder wrote: anything but one number is no answer. */
static long read_holder(int fd)
{
	char text[32], *end;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	pid = strtol(text, &end, 10);
	return *end == '\n' && !end[1] && pid > 0 && pid <= PID_MAX ? pid : 0;
}

/* Tells others who it is. The lock is held without it too: a full /run is no reason to stop. */
static void write_holder(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
		return;
}

static int lock_fd(int fd)
{
	const struct timespec pause = {0, PAUSE_MS * 1000000};

	for (unsigned i = 0; i < TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EWOULDBLOCK;
}

/* The file of that name, made where there is none. */
static int open_file(struct source *source, const char *name)
{
	int directory = store_directory(source, LOCK_DIRECTORY, 0755, true), fd, rc;

	if (directory < 0)
		return directory;
	fd = openat(directory, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	rc = fd < 0 ? -errno : check_file(fd);
	close(directory);
	if (rc && fd >= 0)
		close(fd);
	return rc ? rc : fd;
}

int lock_take(struct source *source, int *ret_fd, long *ret_holder)
{
	int fd = open_file(source, "lock"), rc;

	if (fd < 0)
		return fd;
	rc = lock_fd(fd);
	if (rc == -EWOULDBLOCK)
		*ret_holder = read_holder(fd);
	if (rc) {
		close(fd);
		return rc;
	}
	write_holder(fd);
	*ret_fd = fd;
	return 0;
}

static bool is_held(struct source *source, const char *path)
{
	int fd = source_openat(source, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	bool held;

	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

bool lock_is_held(struct source *source)
{
	return is_held(source, LOCK_DIRECTORY "/lock");
}

#define GUARD "guard.%06u"

/* Waits for the lock of an open file. 1 when the file was removed before it was got: a lock that nobody sees. */
static int wait_for_lock(int fd)
{
	struct stat stat;

	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return -errno;
	if (fstat(fd, &stat))
		return -errno;
	return stat.st_nlink ? 0 : 1;
}

int lock_take_guard(struct source *source, unsigned record, int *ret_fd)
{
	char name[32];
	int fd, rc;

	snprintf(name, sizeof(name), GUARD, record);
	do {
		fd = open_file(source, name);
		if (fd < 0)
			return fd;
		rc = wait_for_lock(fd);
		if (rc)
			close(fd);
	} while (rc > 0);
	if (!rc)
		*ret_fd = fd;
	return rc;
}

bool lock_guard_is_held(struct source *source, unsigned record)
{
	char path[64];

	snprintf(path, sizeof(path), LOCK_DIRECTORY "/" GUARD, record);
	return is_held(source, path);
}

void lock_remove_guard(struct source *source, unsigned record)
{
	int directory = store_existing_directory(source, LOCK_DIRECTORY, true);
	char name[32];

	if (directory < 0)
		return;
	snprintf(name, sizeof(name), GUARD, record);
	unlinkat(directory, name, 0);
	close(directory);
}
