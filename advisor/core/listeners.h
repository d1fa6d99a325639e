/*
 * Listening sockets, and which of them a connection belongs to.
 *
 * Sockets that share an address and a port (SO_REUSEPORT) are one row of the
 * table: queue, limit and process are those of the fullest of them, drops are
 * added up, and of the handshakes, which the kernel spreads over them, it is
 * one socket's share, so that it can be held against the limit.
 *
 * A listener on :: takes IPv4 too, unless its socket says otherwise.
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

/* Wants the sockets of listeners that have something to explain; local_ports: those that connect() may take. */
void listeners_want(const struct listeners *listeners, const struct portset *local_ports,
		    struct inodes *inodes);

/* The table: by port, then by address. owners may be NULL. */
void listeners_facts(const struct listeners *listeners, const struct inodes *inodes,
		     const struct owners *owners, struct facts *facts);

#endif
