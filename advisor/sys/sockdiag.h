/*
 * Dumps of TCP sockets over netlink (NETLINK_SOCK_DIAG).
 *
 * The old request TCPDIAG_GETSOCK dumps IPv4 and IPv6 in one walk of the
 * kernel's hash table; SOCK_DIAG_BY_FAMILY walks it for each family (Linux 6.1
 * net/ipv4/inet_diag.c inet_diag_dump_compat()). Any user may ask; the sockets
 * are those of the network namespace in which sockdiag_open() was called.
 */
#ifndef TCPTUNE_SOCKDIAG_H
#define TCPTUNE_SOCKDIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/inetdiag.h"

struct sockdiag;

struct sockdiag_request {
	unsigned states;     /* a bit each, 1 << TCP_ESTABLISHED ...; SYN_RECV brings NEW_SYN_RECV along */
	unsigned extensions; /* a bit each, 1 << (INET_DIAG_INFO - 1) ... */
	bool is_by_family;
	/* Sees every buffer as it came, whole messages, after it was parsed without an error. May be NULL. */
	void (*raw)(void *context, const void *bytes, size_t n);
	void *context;
};

/* -errno when the kernel or a policy has no such netlink for us. */
int sockdiag_open(struct arena *arena, struct sockdiag **ret);

/* Accepts NULL. */
void sockdiag_close(struct sockdiag *diag);

/*
 * A dump through dump->socket(). 0, or -errno: sockets may have been handed
 * out before. -ENOBUFS: memory was short, worth another try with a new
 * sockdiag. After an error only sockdiag_close() is left.
 */
int sockdiag_dump(struct sockdiag *diag, const struct sockdiag_request *request,
		  struct inetdiag *dump);

#endif
