/* What paths.c and paths_facts.c share. */
#ifndef TCPTUNE_PATHS_INTERNAL_H
#define TCPTUNE_PATHS_INTERNAL_H

#include "core/address.h"
#include "core/paths.h"
#include "core/tally.h"

#define ALGORITHMS 8u

/* What is counted and added up, of a path and of all. */
enum number {
	SOCKETS,
	MEASURED, /* sockets with a round trip time */
	RTT,      /* their sum, in microseconds */
	SEGMENTS,
	RETRANSMITS,
	BACKED_OFF,
	BACKED_OFF_FULL,
	SILENT,
	BUSY,
	RWND_LIMITED,
	SNDBUF_LIMITED,
	RECEIVED,
	NOTSENT,
	KEEPALIVE,
	HIDDEN,
	IDLE,
	IDLE_KEEPALIVE,
	RCVBUF_CAPPED,
	SNDBUF_CAPPED,
	SNDBUF_FULL,
	RCVBUF_HELD,
	SNDBUF_HELD,
	/* The least and the most of any socket; 0: of none. */
	RTT_LEAST,
	MSS,
	PMTU,
	RTT_WORST,
	RCVBUF,
	SNDBUF,
	IDLE_LONGEST,
	KEEPALIVE_SILENCE,
	/* All of them of the connection that has the most RCV_SPACE. */
	RCV_SPACE,
	RCV_WINDOW,
	RCV_RTT,
	RCV_BUFFER,
	N_NUMBERS,
};

/* Of these the least counts. */
static inline bool is_least(enum number number)
{
	return number >= RTT_LEAST && number < RTT_WORST;
}

/* 0 of these: it was not measured. */
static inline bool is_none(enum number number, uint64_t value)
{
	return !value && (is_least(number) || number == RCV_RTT);
}

struct path {
	struct address peer; /* the key of the index */
	bool is_local;       /* the peer is this host */
	uint64_t numbers[N_NUMBERS];
	uint32_t algorithms[ALGORITHMS];
};

struct algorithm {
	char name[16];
	uint32_t n;
};

struct paths {
	struct arena *arena;
	struct paths_options options;
	bool is_missing[N_NUMBERS]; /* some socket did not tell */
	struct path *items;
	size_t n, room;
	struct tally *index; /* never beyond its capacity, so exact */
	struct algorithm algorithms[ALGORITHMS]; /* beyond them they are not told apart */
	size_t n_algorithms;
	struct path all, remote;
};

#endif
