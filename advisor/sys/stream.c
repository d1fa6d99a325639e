#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/stream.h"

#define CHUNK (128u << 10)
#define WHOLE_MAX (2048u << 20)

/* What the parser leaves is kept for the next time. */
static int stream(int fd, char *chunk, stream_parse *parse, void *context)
{
	size_t kept = 0, used;
	ssize_t n;

	while ((n = read(fd, chunk + kept, CHUNK - kept))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		kept += (size_t)n;
		used = parse(context, chunk, kept);
		kept -= used;
		memmove(chunk, chunk + used, kept);
		if (kept == CHUNK)
			return -EBADMSG;
	}
	return kept ? -EBADMSG : 0;
}

static int stream_fd(int fd, stream_parse *parse, void *context)
{
	struct arena *arena;
	struct stat stat;
	int r;

	if (fstat(fd, &stat))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	arena = arena_new();
	r = stream(fd, arena_alloc(arena, CHUNK), parse, context);
	arena_free(arena);
	return r;
}

int stream_file(struct source *source, const char *path, stream_parse *parse, void *context)
{
	size_t length;
	char *bytes;
	int fd, r;

	if (source_is_recording(source)) {
		r = source_read(source, path, WHOLE_MAX, &bytes, &length);
		if (r)
			return r;
		return parse(context, bytes, length) == length ? 0 : -EBADMSG;
	}
	fd = source_openat(source, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	r = stream_fd(fd, parse, context);
	close(fd);
	return r;
}
