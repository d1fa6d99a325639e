/*
 * Listening sockets, and which of them a connection belongs to.
 *
 * Sockets that share an address and a port (SO_REUSEPORT) are one row of the
 * table: queue, limit and process are those of the fullest of them, drops are
 * added up, and of the handshakes, which the kernel spreads over them, it is
 * one socket's share, so that it can be held against the limit.
 *
 * A listener on :: takes IPv4 too, unless its socket says otherwise.
 *
 * Of two looks some time apart the earlier one may be followed by some more at
 * the queues alone, and what came to each listener in between is told. No
 * kernel counts that: it is what there is more, what this side closed first
 * (TIME_WAIT by its age), and of what Tcp.PassiveOpens has besides, which
 * clients closed first, a share by the connections that a listener has.
 */
#ifndef TCPTUNE_LISTENERS_H
#define TCPTUNE_LISTENERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/census.h"
#include "core/fact.h"
#include "core/inodes.h"
#include "core/owners.h"
#include "core/portset.h"

/* Beyond them the table is incomplete, and connections to the others count as outgoing. */
#define LISTENERS_MAX 16384u

/* Looks at a queue before the last one: the first of all and the later ones. */
#define LISTENERS_LOOKS 4u

struct listener {
	struct address address;
	uint32_t port;
	bool has_limit, has_drops;
	uint32_t queued, limit;
	uint64_t drops;
	uint32_t uid, inode;
	uint32_t n_sockets;
	uint32_t syn_recv, syn_sources; /* of all its sockets */
	uint32_t unaccepted; /* sockets in CLOSE_WAIT in its queue */
	uint32_t open;       /* connections of it, as far as they are counted: no TIME_WAIT, no SYN_RECV */
	uint32_t closed;     /* of it in TIME_WAIT since the earlier look */
	uint32_t look;       /* the last later look in which it was there */
	uint32_t n_queues;   /* later looks in which it was there */
	uint32_t queues[LISTENERS_LOOKS - 1]; /* what waited then */
};

/* From an earlier look to this one, in seconds, and what closes are counted over; both above 0. */
struct listeners_span {
	double seconds, window;
};

struct listeners;

struct listeners *listeners_new(struct arena *arena, uint64_t seed);
void listeners_add(struct listeners *listeners, const struct census_socket *socket);

/* Whether a socket with this local address and port would be a listener's; quicker than listeners_match(). */
bool listeners_have(const struct listeners *listeners, const struct address *address, uint32_t port);

/* The most specific listener for it, as the kernel chooses; NULL when there is none. */
struct listener *listeners_match(const struct listeners *listeners, const struct address *address,
				 uint32_t port);

/* A handshake under way. */
void listeners_add_syn(struct listeners *listeners, const struct census_socket *socket);

/* A connection that is no SYN_RECV, for what came new; is_closed: in TIME_WAIT since the earlier look. */
void listeners_count(struct listeners *listeners, const struct census_socket *socket, bool is_closed);

/* Another look at the queues begins, LISTENERS_LOOKS - 1 at most; then every listening socket. */
void listeners_look_again(struct listeners *listeners);
void listeners_add_queue(struct listeners *listeners, const struct census_socket *socket);

/* The same listeners some time before; kept, not copied. */
void listeners_set_earlier(struct listeners *listeners, const struct listeners *earlier,
			   const struct listeners_span *span);

/* Wants the sockets of listeners that have something to explain; local_ports: those that connect() may take. */
void listeners_want(const struct listeners *listeners, const struct portset *local_ports,
		    struct inodes *inodes);

/* The table: by port, then by address. owners may be NULL. Reads the facts sample.live and rate.Tcp.PassiveOpens. */
void listeners_facts(const struct listeners *listeners, const struct inodes *inodes,
		     const struct owners *owners, struct facts *facts);

#endif
