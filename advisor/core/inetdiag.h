/*
 * Replies of a sock_diag dump, as they come from netlink or out of a file:
 * struct inet_diag_msg with its attributes (linux/inet_diag.h). In the byte
 * order of the machine that made them.
 */
#ifndef TCPTUNE_INETDIAG_H
#define TCPTUNE_INETDIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/census.h"

/* What a message has beside what a census needs; the bytes are the message's own. */
struct inetdiag_extras {
	const void *info; /* struct tcp_info, see tcpinfo.h; or NULL */
	size_t info_length;
	char congestion[16];  /* the algorithm's name; "" where it is not told */
	bool has_buffers;
	uint32_t rcvbuf, sndbuf; /* as the kernel counts them: twice what a program asked for */
	uint32_t received, queued; /* of them, in use: with the kernel's overhead */
};

/* What a dump has shown so far; the first four are set by the caller, the rest starts as zeroes. */
struct inetdiag {
	void (*socket)(void *context, const struct census_socket *socket);
	void *context;
	bool has_no_attributes; /* none was asked for: what comes without being asked is not read */
	unsigned sequence; /* messages with another number are ignored; 0: all count */
	uint16_t type;     /* of the last socket: TCPDIAG_GETSOCK, SOCK_DIAG_BY_FAMILY */
	bool is_done;      /* NLMSG_DONE came */
	bool is_interrupted; /* the kernel says that what it dumped changed meanwhile */
	int error; /* an errno that ended the dump; EBADMSG: what came is no netlink */
	size_t n_sockets;
	struct inetdiag_extras extras; /* of the socket at hand, while socket() runs */
};

/*
 * Reads whole messages from bytes (aligned to 4) and returns how many bytes
 * they took: less than length when the last one is not whole. Goes on behind
 * NLMSG_DONE, for dumps that were stored one after the other; stops for good
 * at an error. IPv4 and IPv6 sockets are handed to socket(), others are not.
 */
size_t inetdiag_parse(struct inetdiag *dump, const void *bytes, size_t length);

#endif
