/*
 * What the kernel knows of connections in ESTABLISHED, added up by the
 * address of the peer: round trips, retransmissions, what they wait for.
 *
 * Asking costs three microseconds a connection, and its lock: it is for
 * at most PATHS_SOCKETS of them.
 */
#ifndef TCPTUNE_PATHS_H
#define TCPTUNE_PATHS_H

#include <stdint.h>

#include "core/fact.h"
#include "core/inetdiag.h"
#include "core/pathcounts.h"
#include "core/programs.h"

#define PATHS_SOCKETS 20000u

/* Rows of the table; the others are not lost to established.* and remote.*. */
#define PATHS_ROWS 500u

/* Nothing was sent or received for so long, in milliseconds: the shortest time after which middleboxes forget. */
#define PATHS_IDLE 240000u

struct paths_options {
	uint64_t seed;
	size_t sockets; /* that are to come; a few more are taken, as some always come meanwhile */
	/*
	 * What a buffer has whose program asked for net.core.rmem_max (wmem_max) or
	 * more: twice that. 0 where it is not known, or where autotuning can end there.
	 */
	double rcvbuf_cap, sndbuf_cap;
	double rcvbuf_end, sndbuf_end; /* where autotuning ends, net.ipv4.tcp_rmem[2] and tcp_wmem[2]; 0: not known */
	struct programs *programs;        /* is told what needs an owner; or NULL */
	const struct pathcounts *earlier; /* then what is counted is counted since; NULL: since a connection began */
};

struct paths;

/* In the arena, some 300 bytes a peer; the facts need it no longer. */
struct paths *paths_new(struct arena *arena, const struct paths_options *options);

/* A socket in ESTABLISHED, any other is ignored. */
void paths_add(struct paths *paths, const struct census_socket *socket,
	       const struct inetdiag_extras *extras);

/* The tables paths and congestion, and established.* and remote.*; not programs. */
void paths_facts(const struct paths *paths, struct facts *facts);

/* The same, and the table programs, where the connections could not be asked. */
void paths_facts_missing(struct facts *facts, const char *why);

#endif
