/*
 * The census of TCP sockets: grouped while they are read, one at a time, so
 * that memory grows with the groups kept and not with the sockets.
 *
 * In this order: census_add() for every listener, then for every other socket
 * (what is a listener's port decides whether a connection is incoming);
 * census_wanted() and the owners of what it has; census_add_waiting() for
 * every socket in CLOSE_WAIT and FIN_WAIT2; census_facts().
 *
 * Connections are outgoing where no listener is bound to their local address
 * and port, or to the port on every address. A connection whose listener has
 * gone cannot be told from an outgoing one; its local port is rarely in
 * ip_local_port_range, so `used` of its destination stays 0.
 *
 * Destinations and clients are at most CENSUS_GROUPS each, counted as in
 * core/tally.h: of 400,000 sockets a count can miss 48 at most, and only
 * where there are more groups than that. Then, and where the CENSUS_ROWS most
 * used are not all, the table is marked incomplete. More groups would not
 * name more culprits, and would no longer fit the processor's cache.
 */
#ifndef TCPTUNE_CENSUS_H
#define TCPTUNE_CENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/fact.h"
#include "core/inodes.h"
#include "core/owners.h"

#define CENSUS_GROUPS 16384u
#define CENSUS_ROWS 500u

/* TIME_WAIT and FIN_WAIT2 mini-sockets have this timer (Linux 6.1 net/ipv4/inet_diag.c inet_twsk_diag_fill()). */
#define CENSUS_TIMER_MINI 3

/* TIME_WAIT lasts 60 s everywhere (Linux 6.18 include/net/tcp.h TCP_TIMEWAIT_LEN): what is left tells the age. */
#define CENSUS_TIME_WAIT 60000u

/* What closes are counted over without another wish, in milliseconds. */
#define CENSUS_WINDOW 10000u

/* One socket as the kernel shows it. */
struct census_socket {
	struct address address, peer;
	uint16_t port, peer_port; /* host byte order */
	uint8_t state; /* TCP_ESTABLISHED ... of netinet/tcp.h, or 12, which the kernel calls NEW_SYN_RECV */
	uint8_t timer;
	bool is_v6_only;   /* of a listener */
	bool has_limit;    /* of a listener: wqueue is the limit of its queue */
	bool has_drops;    /* drops is known */
	bool has_last_ack; /* last_ack is known */
	uint32_t rqueue; /* unread bytes, the FIN is one of them; of a listener: connections that wait */
	uint32_t wqueue; /* bytes that are not sent or not acknowledged */
	uint32_t uid;
	uint32_t inode;    /* 0: no process has it open */
	uint32_t drops;
	uint32_t last_ack; /* milliseconds since the peer's last segment */
	uint32_t expires;  /* milliseconds until the timer runs out */
};

struct census_options {
	unsigned port_low, port_high; /* ip_local_port_range; high 0: not known, and then `used` is not either */
	const char *reserved;         /* ip_local_reserved_ports: "8080,9000-9010" */
	uint64_t seed;                /* see tally.h */
	bool with_sources;            /* the table sources too */
	bool with_arrivals;           /* counts what came new to listeners, for census_set_earlier() */
	unsigned window;              /* milliseconds that closes are counted over, to CENSUS_TIME_WAIT; 0: CENSUS_WINDOW */
};

struct census;

/* The census has memory of its own, which goes with census_free(); the facts do not need it. */
struct census *census_new(const struct census_options *options);
void census_free(struct census *census);

/* Sockets in CLOSE and in states that are none are ignored. */
void census_add(struct census *census, const struct census_socket *socket);

/*
 * The sockets whose owner an answer needs: those that wait, the listeners that
 * have something to explain (a queue, drops, an unaccepted CLOSE_WAIT, a port
 * that connect() may take), one of each destination that takes half of the
 * ports, one of each source that shares none. Owned by the census; owners are
 * entered in it.
 */
struct inodes *census_wanted(struct census *census);

/* The states that census_add_waiting() needs, a bit each (1 << TCP_CLOSE_WAIT); 0: none of it is. */
unsigned census_waiting_states(const struct census *census);

/* Sockets in this state (TCP_ESTABLISHED ...) so far. */
uint64_t census_count(const struct census *census, unsigned state);

/* The owners that were found; kept, not copied. Without it nobody could be looked up. */
void census_set_owners(struct census *census, const struct owners *owners);

/* Sockets that came since census_wanted() are ignored: they are too young to matter. */
void census_add_waiting(struct census *census, const struct census_socket *socket);

/*
 * A census of the same sockets some seconds earlier, to which only
 * census_add() was done; kept, not copied. Without it nothing is known of what
 * came new. Best with a window of those seconds.
 */
void census_set_earlier(struct census *census, const struct census *earlier, double seconds);

/*
 * Another look at the queues of listeners, after the earlier census and before
 * the other one: begin, then every listener. Three of them count.
 */
void census_look_again(struct census *earlier);
void census_add_queue(struct census *earlier, const struct census_socket *socket);

/* All scalars sockets.* but sockets.source, and the tables listeners, destinations, clients, processes, sources. */
void census_facts(const struct census *census, struct facts *facts);

/* The same facts, and sockets.source, for sockets that could not be read at all. */
void census_facts_missing(struct facts *facts, const char *why);

#endif
