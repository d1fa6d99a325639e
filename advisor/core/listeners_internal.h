/* What listeners.c and listeners_facts.c share. */
#ifndef TCPTUNE_LISTENERS_INTERNAL_H
#define TCPTUNE_LISTENERS_INTERNAL_H

#include "core/listeners.h"
#include "core/tally.h"

struct listeners {
	struct arena *arena;
	struct listener *items;
	size_t n, capacity;
	bool incomplete;
	struct tally *index;   /* struct listener_index; never beyond its capacity, so exact */
	struct tally *sources; /* struct syn_source */
	struct portset ports;  /* those that have a listener at all: fits the first cache, kinds does not */
	uint8_t *kinds;        /* by port */
	uint32_t look;         /* of the later looks at the queues, so many were begun */
	const struct listeners *earlier; /* or NULL */
	struct listeners_span span;      /* since then */
};

/* The one with exactly this address and port; NULL when there is none. */
struct listener *listeners_find(const struct listeners *listeners, const struct address *address,
				uint32_t port);

#endif
