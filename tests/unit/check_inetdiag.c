#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/inetdiag.h"
#include "core/tcpinfo.h"

Suite *inetdiag_suite(void);

/* Messages as the kernel would send them. */
struct buffer {
	_Alignas(8) char bytes[4096];
	size_t length;
};

/* The sockets that came out. */
struct seen {
	struct census_socket sockets[16];
	size_t n;
};

static void see(void *context, const struct census_socket *socket)
{
	struct seen *seen = context;

	ck_assert_uint_lt(seen->n, 16);
	seen->sockets[seen->n++] = *socket;
}

static struct inetdiag new_dump(struct seen *seen)
{
	return (struct inetdiag){.socket = see, .context = seen};
}

static struct nlmsghdr *put_header(struct buffer *buffer, unsigned type, size_t payload)
{
	struct nlmsghdr *header = (void *)(buffer->bytes + buffer->length);

	memset(header, 0, NLMSG_SPACE(payload));
	header->nlmsg_len = (uint32_t)NLMSG_LENGTH(payload);
	header->nlmsg_type = (uint16_t)type;
	header->nlmsg_flags = NLM_F_MULTI;
	header->nlmsg_seq = 7;
	buffer->length += NLMSG_SPACE(payload);
	return header;
}

static struct inet_diag_msg *put_socket(struct buffer *buffer, unsigned family, unsigned state)
{
	struct nlmsghdr *header =
		put_header(buffer, TCPDIAG_GETSOCK, sizeof(struct inet_diag_msg));
	struct inet_diag_msg *message = NLMSG_DATA(header);

	message->idiag_family = (uint8_t)family;
	message->idiag_state = (uint8_t)state;
	message->id.idiag_sport = htons(80);
	message->id.idiag_dport = htons(40000);
	message->id.idiag_src[0] = htonl(0x0a000001);
	message->id.idiag_dst[0] = htonl(0x0a000002);
	message->idiag_uid = 33;
	message->idiag_inode = 4711;
	message->idiag_rqueue = 5;
	message->idiag_wqueue = 6;
	return message;
}

/* An attribute for the last message, which began at header. */
static void put_attribute(struct buffer *buffer, struct nlmsghdr *header, unsigned type,
			  const void *payload, size_t n)
{
	struct nlattr *attribute = (void *)(buffer->bytes + buffer->length);
	size_t length = sizeof(*attribute) + n, aligned = (length + 3) / 4 * 4;

	memset(attribute, 0, aligned);
	attribute->nla_type = (uint16_t)type;
	attribute->nla_len = (uint16_t)length;
	memcpy(attribute + 1, payload, n);
	buffer->length += aligned;
	header->nlmsg_len = (uint32_t)(buffer->bytes + buffer->length - (char *)header);
}

static void put_done(struct buffer *buffer, int error)
{
	struct nlmsghdr *header = put_header(buffer, NLMSG_DONE, sizeof(error));

	memcpy(NLMSG_DATA(header), &error, sizeof(error));
}

START_TEST(a_socket_is_read)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);
	const struct census_socket *socket = &seen.sockets[0];
	struct address local = address_v4("\x0a\0\0\1"), peer = address_v4("\x0a\0\0\2");

	put_socket(&buffer, AF_INET, TCP_CLOSE_WAIT)->idiag_timer = 2;
	put_done(&buffer, 0);
	ck_assert_uint_eq(inetdiag_parse(&dump, buffer.bytes, buffer.length), buffer.length);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_uint_eq(dump.n_sockets, 1);
	ck_assert(dump.is_done);
	ck_assert_int_eq(dump.error, 0);
	ck_assert_uint_eq(dump.type, TCPDIAG_GETSOCK);
	ck_assert_uint_eq(socket->state, TCP_CLOSE_WAIT);
	ck_assert_uint_eq(socket->timer, 2);
	ck_assert_mem_eq(&socket->address, &local, sizeof(local));
	ck_assert_mem_eq(&socket->peer, &peer, sizeof(peer));
	ck_assert_uint_eq(socket->port, 80);
	ck_assert_uint_eq(socket->peer_port, 40000);
	ck_assert_uint_eq(socket->uid, 33);
	ck_assert_uint_eq(socket->inode, 4711);
	ck_assert_uint_eq(socket->rqueue, 5);
	ck_assert_uint_eq(socket->wqueue, 6);
	ck_assert(!socket->has_limit && !socket->has_drops && !socket->has_last_ack);
}
END_TEST

START_TEST(ipv6_and_mapped_ipv4)
{
	static const unsigned char six[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
	static const unsigned char mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1};
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);
	struct inet_diag_msg *message = put_socket(&buffer, AF_INET6, TCP_ESTABLISHED);
	struct address v4 = address_v4("\x0a\0\0\1");

	memcpy(message->id.idiag_src, six, sizeof(six));
	memcpy(message->id.idiag_dst, mapped, sizeof(mapped));
	put_socket(&buffer, AF_UNIX, TCP_ESTABLISHED);
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_mem_eq(&seen.sockets[0].address, six, sizeof(six));
	ck_assert(!address_is_v4(&seen.sockets[0].address));
	ck_assert_mem_eq(&seen.sockets[0].peer, &v4, sizeof(v4));
	ck_assert(address_is_v4(&seen.sockets[0].peer));
}
END_TEST

START_TEST(attributes)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);
	struct nlmsghdr *header = (void *)buffer.bytes;
	struct tcp_info info = {.tcpi_last_ack_recv = 61000, .tcpi_last_data_recv = 1};
	uint32_t memory[9] = {[8] = 12};
	uint8_t one = 1;

	put_socket(&buffer, AF_INET6, TCP_LISTEN);
	put_attribute(&buffer, header, 200, "unknown", 7);
	put_attribute(&buffer, header, INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	put_attribute(&buffer, header, INET_DIAG_SKV6ONLY, &one, 1);
	put_attribute(&buffer, header, INET_DIAG_INFO, &info, sizeof(info));
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert(seen.sockets[0].has_limit);
	ck_assert(seen.sockets[0].has_drops);
	ck_assert_uint_eq(seen.sockets[0].drops, 12);
	ck_assert(seen.sockets[0].is_v6_only);
	ck_assert(seen.sockets[0].has_last_ack);
	ck_assert_uint_eq(seen.sockets[0].last_ack, 61000);

	seen.n = 0;
	dump.has_no_attributes = true;
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert(!seen.sockets[0].has_drops && !seen.sockets[0].has_last_ack);
}
END_TEST

static struct inetdiag_extras extras;
static struct inetdiag *dump_of_extras;
static uint64_t rtt;

/* The bytes of a message are there while socket() runs. */
static void see_extras(void *context, const struct census_socket *socket)
{
	(void)context;
	(void)socket;
	extras = dump_of_extras->extras;
	rtt = 0;
	tcpinfo_get(extras.info, extras.info_length, TCPINFO_RTT, &rtt);
}

START_TEST(extras_are_those_of_their_socket)
{
	struct buffer buffer = {.length = 0};
	struct inetdiag dump = {.socket = see_extras};
	struct tcp_info info = {.tcpi_rtt = 2500};
	uint32_t memory[9] = {77, 131072, [3] = 87040, [5] = 4321};

	dump_of_extras = &dump;
	put_socket(&buffer, AF_INET, TCP_ESTABLISHED);
	put_attribute(&buffer, (void *)buffer.bytes, INET_DIAG_INFO, &info, sizeof(info));
	put_attribute(&buffer, (void *)buffer.bytes, INET_DIAG_CONG, "a-name-of-20-letters", 21);
	put_attribute(&buffer, (void *)buffer.bytes, INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(rtt, 2500);
	ck_assert_str_eq(extras.congestion, "a-name-of-20-le");
	ck_assert(extras.has_buffers);
	ck_assert_uint_eq(extras.rcvbuf, 131072);
	ck_assert_uint_eq(extras.sndbuf, 87040);
	ck_assert_uint_eq(extras.queued, 4321);
	ck_assert_uint_eq(extras.received, 77);
	buffer.length = 0;
	put_socket(&buffer, AF_INET, TCP_ESTABLISHED);
	put_attribute(&buffer, (void *)buffer.bytes, INET_DIAG_CONG, "bbr", 3);
	put_attribute(&buffer, (void *)buffer.bytes, INET_DIAG_SKMEMINFO, memory, 12);
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(rtt, 0);
	ck_assert_ptr_null(extras.info);
	ck_assert_str_eq(extras.congestion, "bbr");
	ck_assert(!extras.has_buffers);
}
END_TEST

/* Before 4.7 there was no count of drops, and the INFO of some kernel may be shorter than ours. */
START_TEST(short_attributes_are_not_there)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);
	struct nlmsghdr *header = (void *)buffer.bytes;
	uint32_t memory[15] = {1, 2, 3, 4, 5, 6, 7, 8};

	put_socket(&buffer, AF_INET, TCP_LISTEN);
	put_attribute(&buffer, header, INET_DIAG_SKMEMINFO, memory, 32);
	put_attribute(&buffer, header, INET_DIAG_INFO, memory, 59);
	put_attribute(&buffer, header, INET_DIAG_SKV6ONLY, "", 0);
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert(!seen.sockets[0].has_drops);
	ck_assert(!seen.sockets[0].has_last_ack);
	ck_assert(!seen.sockets[0].is_v6_only);
}
END_TEST

static const struct {
	unsigned type;
	int payload;
	int error;
	bool is_done;
} ends[] = {
	{NLMSG_DONE, 0, 0, true},
	{NLMSG_DONE, -ENOENT, ENOENT, true},
	{NLMSG_DONE, 12, 0, true},
	{NLMSG_ERROR, -EPERM, EPERM, false},
	{NLMSG_ERROR, 0, 0, false},
	{NLMSG_ERROR, -99999, 0, false},
	{NLMSG_NOOP, -EPERM, 0, false},
};

START_TEST(how_a_dump_ends)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);
	struct nlmsghdr *header = put_header(&buffer, ends[_i].type, sizeof(int));

	memcpy(NLMSG_DATA(header), &ends[_i].payload, sizeof(int));
	put_socket(&buffer, AF_INET, TCP_ESTABLISHED);
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_int_eq(dump.error, ends[_i].error);
	/* An error is the end, anything else is not: stored dumps follow each other. */
	ck_assert_uint_eq(seen.n, !ends[_i].error);
	if (ends[_i].error)
		ck_assert_int_eq(dump.is_done, ends[_i].is_done);
}
END_TEST

START_TEST(an_error_without_a_number)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);

	put_header(&buffer, NLMSG_ERROR, 0);
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_int_eq(dump.error, EBADMSG);
}
END_TEST

START_TEST(an_interrupted_dump_is_told)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);

	put_socket(&buffer, AF_INET, TCP_ESTABLISHED);
	((struct nlmsghdr *)(void *)buffer.bytes)->nlmsg_flags |= NLM_F_DUMP_INTR;
	put_done(&buffer, 0);
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert(dump.is_interrupted);
	ck_assert_uint_eq(seen.n, 1);
}
END_TEST

START_TEST(other_sequences_are_ignored)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);

	put_socket(&buffer, AF_INET, TCP_ESTABLISHED);
	put_done(&buffer, -EPERM);
	dump.sequence = 8;
	ck_assert_uint_eq(inetdiag_parse(&dump, buffer.bytes, buffer.length), buffer.length);
	ck_assert_uint_eq(seen.n, 0);
	ck_assert(!dump.is_done && !dump.error);
	dump.sequence = 7;
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_int_eq(dump.error, EPERM);
}
END_TEST

/* Cut anywhere: whole messages are read, the rest is left; bytes behind the cut are not touched (a sanitizer's work). */
START_TEST(cut_off)
{
	struct buffer buffer = {.length = 0};
	size_t first;

	put_socket(&buffer, AF_INET, TCP_ESTABLISHED);
	first = buffer.length;
	put_socket(&buffer, AF_INET, TCP_TIME_WAIT);
	for (size_t length = 0; length <= buffer.length; length++) {
		struct seen seen = {.n = 0};
		struct inetdiag dump = new_dump(&seen);
		char *bytes = malloc(length ? length : 1);
		size_t used;

		memcpy(bytes, buffer.bytes, length);
		used = inetdiag_parse(&dump, bytes, length);
		free(bytes);
		ck_assert_int_eq(dump.error, 0);
		ck_assert_uint_eq(seen.n, length / first);
		ck_assert_uint_eq(used, length / first * first);
	}
}
END_TEST

START_TEST(a_message_that_is_too_short)
{
	struct buffer buffer = {.length = 0};
	struct seen seen = {.n = 0};
	struct inetdiag dump = new_dump(&seen);
	struct nlmsghdr *header =
		put_header(&buffer, TCPDIAG_GETSOCK, sizeof(struct inet_diag_msg) - 4);

	*(char *)NLMSG_DATA(header) = AF_INET;
	inetdiag_parse(&dump, buffer.bytes, buffer.length);
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_int_eq(dump.error, 0);
	header->nlmsg_len = sizeof(*header) - 1;
	ck_assert_uint_eq(inetdiag_parse(&dump, buffer.bytes, buffer.length), 0);
	ck_assert_int_eq(dump.error, EBADMSG);
}
END_TEST

/* Each byte of a buffer with attributes set to values that lengths do not like: it ends, and reads nothing beyond. */
START_TEST(no_byte_can_hurt)
{
	static const unsigned char values[] = {0, 1, 3, 4, 5, 0x10, 0x7f, 0x80, 0xff};
	struct buffer buffer = {.length = 0};
	struct nlmsghdr *header = (void *)buffer.bytes;
	uint32_t memory[15] = {0};
	size_t n = 0;

	put_socket(&buffer, AF_INET, TCP_LISTEN);
	put_attribute(&buffer, header, INET_DIAG_SKMEMINFO, memory, sizeof(memory));
	put_attribute(&buffer, header, INET_DIAG_INFO, memory, 60);
	put_done(&buffer, 0);
	for (size_t i = 0; i < buffer.length * sizeof(values); i++) {
		struct seen seen = {.n = 0};
		struct inetdiag dump = new_dump(&seen);
		char *bytes = malloc(buffer.length);
		size_t used;

		memcpy(bytes, buffer.bytes, buffer.length);
		bytes[i / sizeof(values)] = (char)values[i % sizeof(values)];
		used = inetdiag_parse(&dump, bytes, buffer.length);
		free(bytes);
		ck_assert_uint_le(used, buffer.length);
		n += seen.n;
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

Suite *inetdiag_suite(void)
{
	Suite *suite = suite_create("inetdiag");
	TCase *tcase = tcase_create("parse");

	tcase_add_test(tcase, a_socket_is_read);
	tcase_add_test(tcase, ipv6_and_mapped_ipv4);
	tcase_add_test(tcase, attributes);
	tcase_add_test(tcase, extras_are_those_of_their_socket);
	tcase_add_test(tcase, short_attributes_are_not_there);
	tcase_add_loop_test(tcase, how_a_dump_ends, 0, sizeof(ends) / sizeof(ends[0]));
	tcase_add_test(tcase, an_error_without_a_number);
	tcase_add_test(tcase, an_interrupted_dump_is_told);
	tcase_add_test(tcase, other_sequences_are_ignored);
	tcase_add_test(tcase, cut_off);
	tcase_add_test(tcase, a_message_that_is_too_short);
	tcase_add_test(tcase, no_byte_can_hurt);
	suite_add_tcase(suite, tcase);
	return suite;
}
