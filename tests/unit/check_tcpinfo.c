/* The offsets of struct tcp_info against the kernel's own header. */
#include <linux/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/tcpinfo.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *tcpinfo_suite(void);

#define FIELD(field_, member_)                                                      \
	{                                                                           \
		TCPINFO_##field_, offsetof(struct tcp_info, member_),               \
			sizeof(((struct tcp_info *)NULL)->member_)                  \
	}

static const struct {
	enum tcpinfo_field field;
	size_t offset, size;
} fields[] = {
	FIELD(RETRANSMITS, tcpi_retransmits),
	FIELD(SND_MSS, tcpi_snd_mss),
	FIELD(UNACKED, tcpi_unacked),
	FIELD(LAST_DATA_SENT, tcpi_last_data_sent),
	FIELD(LAST_DATA_RECV, tcpi_last_data_recv),
	FIELD(LAST_ACK_RECV, tcpi_last_ack_recv),
	FIELD(PMTU, tcpi_pmtu),
	FIELD(RCV_SSTHRESH, tcpi_rcv_ssthresh),
	FIELD(RTT, tcpi_rtt),
	FIELD(SND_CWND, tcpi_snd_cwnd),
	FIELD(RCV_RTT, tcpi_rcv_rtt),
	FIELD(RCV_SPACE, tcpi_rcv_space),
	FIELD(TOTAL_RETRANS, tcpi_total_retrans),
	FIELD(BYTES_ACKED, tcpi_bytes_acked),
	FIELD(BYTES_RECEIVED, tcpi_bytes_received),
	FIELD(NOTSENT_BYTES, tcpi_notsent_bytes),
	FIELD(MIN_RTT, tcpi_min_rtt),
	FIELD(DATA_SEGS_OUT, tcpi_data_segs_out),
	FIELD(BUSY_TIME, tcpi_busy_time),
	FIELD(RWND_LIMITED, tcpi_rwnd_limited),
	FIELD(SNDBUF_LIMITED, tcpi_sndbuf_limited),
};

/* Every byte of the field in its place, no byte of another one; and not a byte short. */
START_TEST(a_field_is_where_the_kernel_has_it)
{
	size_t end = fields[_i].offset + fields[_i].size;
	unsigned char *bytes = malloc(end);
	uint64_t value = 7, expected = 0;

	memset(bytes, 0xff, end);
	memset(bytes + fields[_i].offset, 0x12, fields[_i].size);
	memset(&expected, 0x12, fields[_i].size);
	ck_assert(tcpinfo_get(bytes, end, fields[_i].field, &value));
	ck_assert_uint_eq(value, expected);
	value = 7;
	ck_assert(!tcpinfo_get(bytes, end - 1, fields[_i].field, &value));
	ck_assert(!tcpinfo_get(NULL, 0, fields[_i].field, &value));
	ck_assert_uint_eq(value, 7);
	free(bytes);
}
END_TEST

START_TEST(no_field_is_forgotten)
{
	ck_assert_uint_eq(N(fields), TCPINFO_FIELDS);
}
END_TEST

Suite *tcpinfo_suite(void)
{
	Suite *suite = suite_create("tcpinfo");
	TCase *tcase = tcase_create("fields");

	tcase_add_loop_test(tcase, a_field_is_where_the_kernel_has_it, 0, N(fields));
	tcase_add_test(tcase, no_field_is_forgotten);
	suite_add_tcase(suite, tcase);
	return suite;
}
