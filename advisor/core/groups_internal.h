/* What groups.c and groups_facts.c share. */
#ifndef TCPTUNE_GROUPS_INTERNAL_H
#define TCPTUNE_GROUPS_INTERNAL_H

#include "core/groups.h"
#include "core/tally.h"

/*
 * Of a destination only USED is less than all: the ports that connect() takes.
 * Of those in TIME_WAIT the YOUNG came within the window, the OLD go within it.
 */
enum count { USED, TIME_WAIT, ESTABLISHED, SYN_SENT, CLOSE_WAIT, FIN_WAIT, YOUNG, OLD, N_COUNTS, NONE };

/*
 * Keys: a word with the port, then the addresses. IPv4 has a mark in the
 * first word and one word an address: three words to hash and compare for
 * most sockets of most hosts, instead of nine.
 */
#define IS_V4 0x10000u

/*
 * With the tally's own word within one line of the cache. There are no more
 * local ports than a count can hold; where devices have them each for itself
 * (VRF) it stops there.
 */
struct destination {
	uint32_t port;
	uint32_t ends[8]; /* source, address */
	uint16_t counts[N_COUNTS];
	uint32_t inode; /* of one of its sockets; 0: none had one */
};

enum client_count {
	C_USED,
	C_TIME_WAIT,
	C_ESTABLISHED,
	C_CLOSE_WAIT,
	C_LOCAL,
	C_YOUNG,
	N_CLIENT_COUNTS
};

struct client {
	uint32_t port;
	uint32_t address[4];
	uint32_t counts[N_CLIENT_COUNTS];
};

struct groups {
	struct arena *arena;
	bool has_range;
	uint32_t usable, window;
	struct tally *destinations, *clients;
	const struct groups *earlier; /* or NULL */
	double seconds;               /* since then */
};

/* The address that stands at words[index] of a key, in units of one. */
static inline struct address end_of(uint32_t port, const uint32_t *words, size_t index)
{
	return port & IS_V4 ? address_v4(words + index) : address_v6(words + 4 * index);
}

#endif
