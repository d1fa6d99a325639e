/*
 * Outgoing connections by the local address: how many local ports they hold,
 * and how many different ones. connect() shares a port between destinations;
 * a program that binds an address first, without IP_BIND_ADDRESS_NO_PORT, has
 * each of its ports to itself, and runs out of them with all destinations
 * together (Linux 6.1 net/ipv4/inet_connection_sock.c inet_csk_get_port()).
 */
#ifndef TCPTUNE_SOURCES_H
#define TCPTUNE_SOURCES_H

#include <stdint.h>

#include "core/census.h"
#include "core/fact.h"
#include "core/groups.h"

/* As many addresses, 8 KiB each; beyond them the table is incomplete. */
#define SOURCES_MAX 64u

/* From so many sockets on it matters whose they are. */
#define SOURCES_MANY 1000u

struct sources;

struct sources *sources_new(struct arena *arena);

/* An outgoing connection whose local port is one of those that connect() takes. */
void sources_add(struct sources *sources, const struct census_socket *socket, unsigned state);

/* Wants one socket of each address that has many, and hardly shares a port. */
void sources_want(const struct sources *sources, struct inodes *inodes);

/* The table: most sockets first, then by address. owners may be NULL. */
void sources_facts(const struct sources *sources, const struct groups *groups,
		   const struct inodes *inodes, const struct owners *owners, struct facts *facts);

#endif
