#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>

#include "core/inetdiag.h"
#include "core/tcpinfo.h"

/* Of linux/inet_diag.h since 3.18 and later; numbers of the kernel's interface, so they are the same everywhere. */
#define DIAG_INFO 2
#define DIAG_CONG 4
#define DIAG_SKMEMINFO 7
#define DIAG_SKV6ONLY 11
#define MEMINFO_RMEM_ALLOC 0
#define MEMINFO_RCVBUF 1
#define MEMINFO_SNDBUF 3
#define MEMINFO_WMEM_QUEUED 5
#define MEMINFO_DROPS 8 /* the ninth counter, since 4.7 (Linux 6.1 linux/sock_diag.h SK_MEMINFO_DROPS) */

static bool read_u32(const struct nlattr *attribute, size_t offset, uint32_t *ret)
{
	const char *payload = mnl_attr_get_payload(attribute);

	if (mnl_attr_get_payload_len(attribute) < offset + sizeof(*ret))
		return false;
	memcpy(ret, payload + offset, sizeof(*ret));
	return true;
}

static void read_info(const struct nlattr *attribute, struct census_socket *socket,
		      struct inetdiag_extras *extras)
{
	uint64_t last_ack;

	extras->info = mnl_attr_get_payload(attribute);
	extras->info_length = mnl_attr_get_payload_len(attribute);
	socket->has_last_ack = tcpinfo_get(extras->info, extras->info_length, TCPINFO_LAST_ACK_RECV,
					   &last_ack);
	if (socket->has_last_ack)
		socket->last_ack = (uint32_t)last_ack;
}

static void read_meminfo(const struct nlattr *attribute, struct census_socket *socket,
			 struct inetdiag_extras *extras)
{
	socket->has_drops = read_u32(attribute, MEMINFO_DROPS * sizeof(uint32_t), &socket->drops);
	extras->has_buffers =
		read_u32(attribute, MEMINFO_RMEM_ALLOC * sizeof(uint32_t), &extras->received) &&
		read_u32(attribute, MEMINFO_RCVBUF * sizeof(uint32_t), &extras->rcvbuf) &&
		read_u32(attribute, MEMINFO_SNDBUF * sizeof(uint32_t), &extras->sndbuf) &&
		read_u32(attribute, MEMINFO_WMEM_QUEUED * sizeof(uint32_t), &extras->queued);
}

static void read_attribute(const struct nlattr *attribute, struct census_socket *socket,
			   struct inetdiag_extras *extras)
{
	size_t length = mnl_attr_get_payload_len(attribute);

	switch (mnl_attr_get_type(attribute)) {
	case DIAG_INFO:
		read_info(attribute, socket, extras);
		break;
	case DIAG_CONG:
		if (length >= sizeof(extras->congestion))
			length = sizeof(extras->congestion) - 1;
		memcpy(extras->congestion, mnl_attr_get_payload(attribute), length);
		break;
	case DIAG_SKMEMINFO:
		read_meminfo(attribute, socket, extras);
		break;
	case DIAG_SKV6ONLY:
		if (length)
			socket->is_v6_only = mnl_attr_get_u8(attribute);
		break;
	default:
		break;
	}
}

/* Up to the length that the message says: mnl_attr_for_each() goes up to the aligned one, which may not be there. */
static void read_attributes(const struct nlmsghdr *header, struct census_socket *socket,
			    struct inetdiag_extras *extras)
{
	const char *end = (const char *)header + header->nlmsg_len;
	const struct nlattr *attribute =
		mnl_nlmsg_get_payload_offset(header, sizeof(struct inet_diag_msg));

	while (mnl_attr_ok(attribute, (int)(end - (const char *)attribute))) {
		read_attribute(attribute, socket, extras);
		attribute = mnl_attr_next(attribute);
	}
}

static void read_socket(struct inetdiag *dump, const struct nlmsghdr *header)
{
	/* NLMSG_DATA(): a call of libmnl for each socket can be told by a clock. */
	const struct inet_diag_msg *message = NLMSG_DATA(header);
	struct census_socket socket;
	bool is_v4;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)))
		return;
	is_v4 = message->idiag_family == AF_INET;
	if (!is_v4 && message->idiag_family != AF_INET6)
		return;
	socket = (struct census_socket){
		.address = is_v4 ? address_v4(message->id.idiag_src)
				 : address_v6(message->id.idiag_src),
		.peer = is_v4 ? address_v4(message->id.idiag_dst)
			      : address_v6(message->id.idiag_dst),
		.port = ntohs(message->id.idiag_sport),
		.peer_port = ntohs(message->id.idiag_dport),
		.state = message->idiag_state,
		.timer = message->idiag_timer,
		.has_limit = message->idiag_state == TCP_LISTEN,
		.rqueue = message->idiag_rqueue,
		.wqueue = message->idiag_wqueue,
		.uid = message->idiag_uid,
		.inode = message->idiag_inode,
		.expires = message->idiag_expires,
	};
	if (!dump->has_no_attributes) {
		dump->extras = (struct inetdiag_extras){.info = NULL};
		read_attributes(header, &socket, &dump->extras);
	}
	dump->type = header->nlmsg_type;
	dump->n_sockets++;
	dump->socket(dump->context, &socket);
}

/*
 * An errno in the payload, negative where there was one. NLMSG_DONE has it
 * too: a dump that the kernel could not start ends like that, for example
 * with -ENOENT where tcp_diag is not there (Linux 6.1 netlink_dump_done()).
 */
static int read_error(const struct nlmsghdr *header)
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(header) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(header), sizeof(error));
	else if (header->nlmsg_type == NLMSG_ERROR)
		error = -EBADMSG;
	return error < 0 && error >= -4095 ? -error : 0;
}

static void read_message(struct inetdiag *dump, const struct nlmsghdr *header)
{
	if (dump->sequence && header->nlmsg_seq != dump->sequence)
		return;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		dump->is_interrupted = true;
	switch (header->nlmsg_type) {
	case NLMSG_DONE:
		dump->is_done = true;
		dump->error = read_error(header);
		break;
	case NLMSG_ERROR:
		dump->error = read_error(header);
		break;
	case TCPDIAG_GETSOCK:
	case SOCK_DIAG_BY_FAMILY:
		dump->is_done = false;
		read_socket(dump, header);
		break;
	default:
		break;
	}
}

size_t inetdiag_parse(struct inetdiag *dump, const void *bytes, size_t length)
{
	size_t used = 0;

	while (!dump->error && length - used >= sizeof(struct nlmsghdr)) {
		const void *at = (const char *)bytes + used;
		const struct nlmsghdr *header = at;

		if (header->nlmsg_len < sizeof(*header)) {
			dump->error = EBADMSG;
			break;
		}
		if (header->nlmsg_len > length - used)
			break;
		read_message(dump, header);
		used += NLMSG_ALIGN((size_t)header->nlmsg_len);
		/* The padding of the last message may be missing. */
		used = used < length ? used : length;
	}
	return used;
}
