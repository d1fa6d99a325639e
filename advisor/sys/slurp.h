/* Reading whole files into one buffer that is used again and again. */
#ifndef TCPTUNE_SLURP_H
#define TCPTUNE_SLURP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/arena.h"

struct slurp {
	struct arena *arena;
	char *buffer; /* what was read, until the next reading */
	size_t capacity;
	size_t length;
	struct stat stat; /* of the file */
};

struct slurp slurp_new(struct arena *arena);

/*
 * The rest of the file, at most limit bytes (-EFBIG beyond). -EISDIR for a
 * directory, -EINVAL for what is neither a file nor /dev/null. fd is left open.
 */
int slurp_fd(struct slurp *slurp, int fd, size_t limit);

/*
 * The same for a file of a live /proc/sys, with one system call in nearly all
 * cases: its handlers give the whole value at offset 0, and some give nothing
 * at any other (Linux 6.1 kernel/sysctl.c proc_do_large_bitmap()).
 */
int slurp_sysctl(struct slurp *slurp, int fd, size_t limit);

#endif
