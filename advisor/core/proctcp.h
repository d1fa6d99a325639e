/*
 * The text of /proc/net/tcp and /proc/net/tcp6 (Linux 6.1 net/ipv4/tcp_ipv4.c
 * get_tcp4_sock(), net/ipv6/tcp_ipv6.c get_tcp6_sock()). Beside a dump it
 * lacks ages, a listener's limit and drops, and whether :: takes IPv4 too.
 * Addresses are in the byte order of the machine that made the text.
 */
#ifndef TCPTUNE_PROCTCP_H
#define TCPTUNE_PROCTCP_H

#include <stddef.h>

#include "core/census.h"

/* socket and context are set by the caller, the rest starts as zeroes. */
struct proctcp {
	void (*socket)(void *context, const struct census_socket *socket);
	void *context;
	size_t n_sockets;
	size_t n_unknown; /* lines that are no socket, beside the heading */
};

/*
 * Reads whole lines and returns how many bytes they took; the last line needs
 * its newline.
 */
size_t proctcp_parse(struct proctcp *text, const void *bytes, size_t length);

#endif
