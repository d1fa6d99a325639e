/*
 * Sockets that wait for a program to close them (CLOSE_WAIT, FIN_WAIT2),
 * added up by process. Where the process may not be looked up they are added
 * up by user instead, and such a row is not `visible`.
 */
#ifndef TCPTUNE_WAITING_H
#define TCPTUNE_WAITING_H

#include <stdint.h>

#include "core/census.h"
#include "core/fact.h"
#include "core/inodes.h"
#include "core/listeners.h"
#include "core/owners.h"

/* From this age on a socket in CLOSE_WAIT or FIN_WAIT2 is stale: milliseconds since the peer's last segment. */
#define WAITING_STALE 60000u

/* As many processes and users; the table is incomplete beyond them. */
#define WAITING_ROWS 4096u

struct waiting;

struct waiting *waiting_new(struct arena *arena, uint64_t seed);

/* A socket in FIN_WAIT2 that no process has open. */
void waiting_add_orphan(struct waiting *waiting, const struct census_socket *socket);

/* What a socket is put down to. */
struct waiting_context {
	const struct listeners *listeners;
	const struct inodes *inodes;
	const struct owners *owners; /* NULL: nobody could be looked up */
};

/*
 * A socket in CLOSE_WAIT or FIN_WAIT2, any other is ignored. One in CLOSE_WAIT
 * without an inode waits in an accept queue: it counts as one of the
 * listener's process, in all columns and in `unaccepted` too.
 */
void waiting_add(struct waiting *waiting, const struct waiting_context *context,
		 const struct census_socket *socket);

/* The table processes (most CLOSE_WAIT first, then by name) and sockets.fin_wait2_orphan_peers. */
void waiting_facts(const struct waiting *waiting, const struct owners *owners, struct facts *facts);

#endif
