/* Shared by anonymise.c (addresses, netlink) and anonymise_text.c. */
#ifndef TCPTUNE_ANONYMISE_INTERNAL_H
#define TCPTUNE_ANONYMISE_INTERNAL_H

#include <stdint.h>

#include "core/anonymise.h"

/* A hash table of the IPv4 addresses seen: IPv4 has no room for a random but collision-free image in 10/8. */
struct anonymise_slot {
	uint32_t address;
	uint32_t number; /* in the order in which they came, from 1; 0 is a free slot */
};

struct anonymise {
	struct arena *arena;
	uint64_t key[2];
	bool hides;
	const char *host; /* or NULL */
	struct anonymise_slot *slots; /* open addressing; capacity is a power of two */
	uint32_t n, capacity;
};

#endif
