/*
 * struct tcp_info as the kernel hands it out, in the byte order of the machine
 * that made it. It grew with the kernels, and libc's copy of it did not:
 * fields are found by their offset (Linux 6.1 include/uapi/linux/tcp.h), and a
 * kernel that does not know one yet sends less.
 */
#ifndef TCPTUNE_TCPINFO_H
#define TCPTUNE_TCPINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tcpinfo_field {
	TCPINFO_RETRANSMITS,    /* timeouts in a row, without an answer */
	TCPINFO_SND_MSS,        /* bytes */
	TCPINFO_UNACKED,        /* segments */
	TCPINFO_LAST_DATA_SENT, /* milliseconds ago */
	TCPINFO_LAST_DATA_RECV,
	TCPINFO_LAST_ACK_RECV,
	TCPINFO_PMTU,           /* bytes */
	TCPINFO_RCV_SSTHRESH,   /* bytes, the largest window that is offered now */
	TCPINFO_RTT,            /* microseconds, smoothed; 0: not measured */
	TCPINFO_SND_CWND,       /* segments */
	TCPINFO_RCV_RTT,        /* microseconds, as the receiver finds it; 0: not measured */
	TCPINFO_RCV_SPACE,      /* bytes that the program took in a round trip */
	TCPINFO_TOTAL_RETRANS,  /* segments */
	TCPINFO_BYTES_ACKED,    /* since 4.1 */
	TCPINFO_BYTES_RECEIVED, /* since 4.1 */
	TCPINFO_NOTSENT_BYTES,  /* since 4.6, as the next two */
	TCPINFO_MIN_RTT,        /* microseconds; UINT32_MAX: not measured */
	TCPINFO_DATA_SEGS_OUT,  /* segments with data, those that were sent again too */
	TCPINFO_BUSY_TIME,      /* microseconds with data to send; since 4.10, as the next two */
	TCPINFO_RWND_LIMITED,   /* of them, waiting for the peer's window */
	TCPINFO_SNDBUF_LIMITED, /* of them, waiting for room in the send buffer */
	TCPINFO_FIELDS,
};

/* False, with *ret untouched, where these bytes do not have the field. */
bool tcpinfo_get(const void *bytes, size_t length, enum tcpinfo_field field, uint64_t *ret);

#endif
