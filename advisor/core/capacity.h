/*
 * How much more there is room for: new connections a second to each busy
 * destination, and what the queue of each busy listener takes.
 */
#ifndef TCPTUNE_CAPACITY_H
#define TCPTUNE_CAPACITY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/fact.h"

/* A cell of a table, or what follows from some: not known where they are not, with the reason. */
struct destination_capacity {
	const char *name;
	struct fact used;     /* local ports */
	struct fact usable;
	struct fact reusable; /* connect() takes over its TIME_WAIT sockets */
	/*
	 * New connections a second that the ports can carry where this side
	 * closes first: each holds its port for the 60 s of TIME_WAIT (Linux
	 * include/net/tcp.h, TCP_TIMEWAIT_LEN), or, with reuse, for
	 * net.ipv4.tcp_tw_reuse_delay, one second where there is no such key.
	 */
	struct fact ceiling;
	struct fact closed;   /* connections a second that this side closed first */
	struct fact made;     /* connections a second that were made */
	struct fact left;     /* seconds until no port is left; absent where that does not come */
};

struct listener_capacity {
	const char *name;
	struct fact process;
	struct fact queued;
	struct fact limit;
	struct fact made;  /* connections a second that came */
	struct fact lasts; /* seconds of what comes that the queue takes */
	struct fact left;  /* seconds until it is full; absent where it does not grow */
};

struct capacity {
	const struct destination_capacity *destinations; /* those with most ports in use first */
	size_t n_destinations;
	const struct listener_capacity *listeners; /* those whose queue lasts for the shortest time first */
	size_t n_listeners;
};

/* At most CAPACITY_ROWS of each. Where a table is not known there are none. */
#define CAPACITY_ROWS 10u
struct capacity capacity_of(struct arena *arena, const struct facts *facts);

#endif
