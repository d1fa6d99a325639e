/*
 * What the kernel counts of a connection in ESTABLISHED since it began, and
 * of it what came since an earlier look.
 */
#ifndef TCPTUNE_PATHCOUNTS_H
#define TCPTUNE_PATHCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/inetdiag.h"

enum pathcount {
	PATHCOUNT_SEGMENTS,
	PATHCOUNT_RETRANSMITS,
	PATHCOUNT_RECEIVED, /* bytes */
	PATHCOUNT_BUSY,     /* microseconds, as the next two */
	PATHCOUNT_RWND_LIMITED,
	PATHCOUNT_SNDBUF_LIMITED,
	PATHCOUNTS,
};

struct pathcounts_one {
	uint64_t values[PATHCOUNTS];
	bool is_known[PATHCOUNTS]; /* this kernel has it */
};

/* An earlier look, at most so many connections and some more; further ones are taken for new. */
struct pathcounts;

struct pathcounts *pathcounts_new(struct arena *arena, uint64_t seed, size_t sockets);
void pathcounts_add(struct pathcounts *counts, const struct census_socket *socket,
		    const struct inetdiag_extras *extras);

/*
 * The counts of a connection: since the earlier look where it was there then,
 * otherwise since it began. earlier may be NULL.
 */
void pathcounts_read(const struct pathcounts *earlier, const struct census_socket *socket,
		     const struct inetdiag_extras *extras, struct pathcounts_one *ret);

#endif
