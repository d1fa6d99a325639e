/*
 * The facts of TCP sockets: from a netlink dump, from its bytes in a capture,
 * or where there is neither from /proc/net/tcp and tcp6. What was used is the
 * fact sockets.source.
 */
#ifndef TCPTUNE_SOCKETS_H
#define TCPTUNE_SOCKETS_H

#include <stdbool.h>

#include "core/fact.h"
#include "sys/source.h"

/* Ways to read the sockets of this machine, the best one first. */
enum sockets_method { SOCKETS_ONE_DUMP, SOCKETS_BY_FAMILY, SOCKETS_PROC };

struct sockets_look;

struct sockets_options {
	unsigned port_low, port_high; /* ip_local_port_range; high 0 where it is not known */
	const char *reserved;         /* ip_local_reserved_ports; NULL: none */
	enum sockets_method first;    /* better ways are not tried; SOCKETS_ONE_DUMP but for tests */
	const struct sockets_look *earlier; /* or NULL */
	bool with_sources;              /* the table sources too */
	bool with_paths; /* paths, programs, congestion, established.* and remote.* too: another dump */
	double rcvbuf_cap, sndbuf_cap, rcvbuf_end, sndbuf_end; /* for them: see core/paths.h */
};

/*
 * A look at the same sockets some time before sockets_collect(), for what came
 * new since; of a capture, what was seen then. It costs another dump. NULL
 * where there is no netlink, or none was captured: nobody misses more than the
 * rates that need it.
 */
struct sockets_look *sockets_look(struct source *source, struct arena *arena,
				  const struct sockets_options *options);

/* Looks once more at the queues of its listeners, which costs little; what fails is left out. */
void sockets_look_again(struct sockets_look *look);

/* Accepts NULL. */
void sockets_look_free(struct sockets_look *look);

/*
 * Sets the scalars sockets.* and the tables listeners, destinations, clients
 * and processes of core/catalog.h. When the sockets cannot be read they are
 * all unreadable with the reason, and the return value is -errno; otherwise 0.
 * *ret_note is what could not be seen and why, in a sentence, or NULL.
 */
int sockets_collect(struct source *source, struct facts *facts,
		    const struct sockets_options *options, const char **ret_note);

#endif
