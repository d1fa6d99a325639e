/* Connections by destination (outgoing) and by client (incoming): see census.h. */
#ifndef TCPTUNE_GROUPS_H
#define TCPTUNE_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/census.h"
#include "core/fact.h"

enum group_kind { GROUP_DESTINATION, GROUP_CLIENT };

struct groups;

struct groups_options {
	uint64_t seed;
	unsigned window; /* milliseconds that closes are counted over */
	bool has_range;  /* which ports connect() takes is known: so many */
	uint32_t usable;
};

/* What a wish for a window (see census.h) comes to. */
unsigned groups_window(unsigned wish);

/* It came to TIME_WAIT within the window. */
static inline bool groups_is_young(unsigned window, const struct census_socket *socket)
{
	return socket->expires > CENSUS_TIME_WAIT - window;
}

struct groups *groups_new(struct arena *arena, const struct groups_options *options);

/* state is the socket's, with NEW_SYN_RECV as SYN_RECV. is_local_port: of those that connect() takes. */
void groups_add(struct groups *groups, const struct census_socket *socket, unsigned state,
		enum group_kind kind, bool is_local_port);

/* What they were so many seconds earlier; kept. */
void groups_set_earlier(struct groups *groups, const struct groups *earlier, double seconds);

/* Wants a socket of each destination that holds half of the ports or more. */
void groups_want(const struct groups *groups, struct inodes *inodes);

/* How many destinations connections from this address have, as far as they are kept. */
uint32_t groups_destinations(const struct groups *groups, const struct address *source);

/* The tables destinations and clients: the most used first, then by address and port. owners may be NULL. */
void groups_facts(const struct groups *groups, const struct inodes *inodes, const struct owners *owners,
		  struct facts *facts);

#endif
