#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sys/slurp.h"

#define FIRST_CAPACITY 65536

/* Fits all but the longest sysctls; the kernel clears as much for each read (proc_sys_call_handler()). */
#define SYSCTL_USUAL 4096

struct slurp slurp_new(struct arena *arena)
{
	return (struct slurp){
		.arena = arena,
		.buffer = arena_alloc(arena, FIRST_CAPACITY),
		.capacity = FIRST_CAPACITY,
	};
}

/* A file of sysctl.d is often masked by a link to /dev/null; a FIFO would keep us waiting. */
static int check_type(struct slurp *slurp, int fd)
{
	const struct stat *st = &slurp->stat;

	if (fstat(fd, &slurp->stat))
		return -errno;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	if (S_ISREG(st->st_mode))
		return 0;
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3) ? 0 : -EINVAL;
}

static void reserve(struct slurp *slurp, size_t capacity)
{
	char *larger;

	if (capacity <= slurp->capacity)
		return;
	larger = arena_alloc(slurp->arena, capacity);
	memcpy(larger, slurp->buffer, slurp->length);
	slurp->buffer = larger;
	slurp->capacity = capacity;
}

static size_t less_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

int slurp_fd(struct slurp *slurp, int fd, size_t limit)
{
	/* One byte more than the limit, to know whether there is something beyond it. */
	size_t most = limit < SIZE_MAX / 4 ? limit + 1 : SIZE_MAX / 4;
	int r = check_type(slurp, fd);

	slurp->length = 0;
	while (!r && slurp->length < most) {
		ssize_t n;

		if (slurp->length == slurp->capacity)
			reserve(slurp, less_of(slurp->capacity * 2, most));
		n = read(fd, slurp->buffer + slurp->length,
			 less_of(slurp->capacity, most) - slurp->length);
		if (n < 0 && errno != EINTR)
			r = -errno;
		if (!n)
			return 0;
		slurp->length += n > 0 ? (size_t)n : 0;
	}
	return r ? r : -EFBIG;
}

int slurp_sysctl(struct slurp *slurp, int fd, size_t limit)
{
	size_t want = SYSCTL_USUAL;
	int r = check_type(slurp, fd);

	slurp->length = 0;
	while (!r && want / 4 <= limit) {
		ssize_t n;

		reserve(slurp, want);
		n = pread(fd, slurp->buffer, want, 0);
		if (n < 0 && errno != EINTR)
			r = -errno;
		/* A full buffer may not be all. */
		if (n >= 0 && (size_t)n < want) {
			slurp->length = (size_t)n;
			return slurp->length <= limit ? 0 : -EFBIG;
		}
		want *= n < 0 ? 1 : 4;
	}
	return r ? r : -EFBIG;
}
