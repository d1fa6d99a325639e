#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/proctcp.h"

Suite *proctcp_suite(void);

#define HEADING \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " \
	"timeout inode                                                     \n"

/* Lines of Linux 6.18 /proc/net/tcp and tcp6. */
#define LISTEN_LINE \
	"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000    33" \
	"        0 4711 1 0000000000000000 100 0 0 10 0                     \n"
#define TIME_WAIT_LINE \
	"   9: 0100000A:9C40 0200000A:0050 06 00000000:00000000 03:00000B1E 00000000     0" \
	"        0 0 3 0000000000000000                                      \n"
#define SIX_LINE \
	"   1: 00000000000000000000000001000000:1B58 B80D0120000000000000000002000000:9C40 08 " \
	"00000007:00000001 00:00000000 00000000  1000        0 99 1 0000000000000000 20 4 30 10 -1\n"

struct seen {
	struct census_socket sockets[8];
	size_t n;
};

static void see(void *context, const struct census_socket *socket)
{
	struct seen *seen = context;

	ck_assert_uint_lt(seen->n, 8);
	seen->sockets[seen->n++] = *socket;
}

static struct proctcp new_text(struct seen *seen)
{
	return (struct proctcp){.socket = see, .context = seen};
}

START_TEST(lines_of_a_kernel)
{
	static const char text[] = HEADING LISTEN_LINE TIME_WAIT_LINE SIX_LINE;
	static const unsigned char one[16] = {[15] = 1}, peer[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
	struct seen seen = {.n = 0};
	struct proctcp parser = new_text(&seen);
	const struct census_socket *s = seen.sockets;
	struct address local = address_v4("\x7f\0\0\1"), here = address_v4("\x0a\0\0\1");

	ck_assert_uint_eq(proctcp_parse(&parser, text, strlen(text)), strlen(text));
	ck_assert_uint_eq(seen.n, 3);
	ck_assert_uint_eq(parser.n_sockets, 3);
	ck_assert_uint_eq(parser.n_unknown, 0);
	ck_assert_uint_eq(s[0].state, TCP_LISTEN);
	ck_assert_mem_eq(&s[0].address, &local, sizeof(local));
	ck_assert_uint_eq(s[0].port, 8080);
	ck_assert_uint_eq(s[0].rqueue, 3);
	ck_assert_uint_eq(s[0].uid, 33);
	ck_assert_uint_eq(s[0].inode, 4711);
	ck_assert(!s[0].has_limit && !s[0].has_drops && !s[0].has_last_ack);
	ck_assert_uint_eq(s[1].state, TCP_TIME_WAIT);
	ck_assert_uint_eq(s[1].timer, CENSUS_TIMER_MINI);
	ck_assert_uint_eq(s[1].expires, 28460);
	ck_assert_uint_eq(s[2].expires, 0);
	ck_assert_mem_eq(&s[1].address, &here, sizeof(here));
	ck_assert_uint_eq(s[1].port, 40000);
	ck_assert_uint_eq(s[1].peer_port, 80);
	ck_assert_uint_eq(s[2].state, TCP_CLOSE_WAIT);
	ck_assert_mem_eq(&s[2].address, one, sizeof(one));
	ck_assert_mem_eq(&s[2].peer, peer, sizeof(peer));
	ck_assert_uint_eq(s[2].wqueue, 7);
	ck_assert_uint_eq(s[2].rqueue, 1);
	ck_assert_uint_eq(s[2].inode, 99);
}
END_TEST

/* Each is one line that is no socket. */
static const char *const bad[] = {
	"x\n",
	"0\n",
	"   0: 0100007F:1F90\n",
	"   0: 0100007F 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007:1F90 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007F0:1F90 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007F0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007G:1F90 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007F:1F90F 00000000:0000 0A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007F:1F90 00000000:0000 10A 0:0 00:0 0 0 0 1\n",
	"   0: 0100007F:1F90 00000000:0000 0A 0:123456789 00:0 0 0 0 1\n",
	"   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 4294967296\n",
	"   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0 -1\n",
	"   0: 0100007F:1F90 00000000:0000 0A 0:0 00:0 0 0 0\n",
};

START_TEST(what_is_no_socket)
{
	struct seen seen = {.n = 0};
	struct proctcp parser = new_text(&seen);

	ck_assert_uint_eq(proctcp_parse(&parser, bad[_i], strlen(bad[_i])), strlen(bad[_i]));
	ck_assert_uint_eq(seen.n, 0);
	ck_assert_uint_eq(parser.n_unknown, 1);
}
END_TEST

/* Short fields are no error: only their order counts. */
START_TEST(a_terse_line)
{
	static const char text[] = "0:0100007F:1 00000000:0 a 1:2 3:0 0 4 0 5\n\n   \n";
	struct seen seen = {.n = 0};
	struct proctcp parser = new_text(&seen);

	proctcp_parse(&parser, text, strlen(text));
	ck_assert_uint_eq(seen.n, 1);
	ck_assert_uint_eq(seen.sockets[0].state, TCP_LISTEN);
	ck_assert_uint_eq(seen.sockets[0].wqueue, 1);
	ck_assert_uint_eq(seen.sockets[0].rqueue, 2);
	ck_assert_uint_eq(seen.sockets[0].timer, 3);
	ck_assert_uint_eq(seen.sockets[0].uid, 4);
	ck_assert_uint_eq(seen.sockets[0].inode, 5);
	ck_assert_uint_eq(parser.n_unknown, 0);
}
END_TEST

/* In pieces of any length the same comes out; bytes behind a piece are not touched (a sanitizer's work). */
START_TEST(cut_anywhere)
{
	static const char text[] = HEADING LISTEN_LINE TIME_WAIT_LINE SIX_LINE;
	size_t length = strlen(text);

	for (size_t cut = 0; cut <= length; cut++) {
		struct seen seen = {.n = 0};
		struct proctcp parser = new_text(&seen);
		char *bytes = malloc(cut + 1);
		size_t used;

		memcpy(bytes, text, cut);
		used = proctcp_parse(&parser, bytes, cut);
		free(bytes);
		ck_assert_uint_le(used, cut);
		ck_assert(!used || text[used - 1] == '\n');
		used += proctcp_parse(&parser, text + used, length - used);
		ck_assert_uint_eq(used, length);
		ck_assert_uint_eq(seen.n, 3);
		ck_assert_uint_eq(parser.n_unknown, 0);
	}
}
END_TEST

START_TEST(no_byte_can_hurt)
{
	static const char text[] = LISTEN_LINE;
	static const char values[] = {'\0', ' ', ':', '\n', 'F', '9', '\xff', '-'};
	size_t length = strlen(text), lines = 0;

	for (size_t i = 0; i < length * sizeof(values); i++) {
		struct seen seen = {.n = 0};
		struct proctcp parser = new_text(&seen);
		char *bytes = malloc(length);

		memcpy(bytes, text, length);
		bytes[i / sizeof(values)] = values[i % sizeof(values)];
		ck_assert_uint_le(proctcp_parse(&parser, bytes, length), length);
		free(bytes);
		lines += parser.n_sockets + parser.n_unknown;
	}
	ck_assert_uint_gt(lines, length);
}
END_TEST

Suite *proctcp_suite(void)
{
	Suite *suite = suite_create("proctcp");
	TCase *tcase = tcase_create("parse");

	tcase_add_test(tcase, lines_of_a_kernel);
	tcase_add_loop_test(tcase, what_is_no_socket, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, a_terse_line);
	tcase_add_test(tcase, cut_anywhere);
	tcase_add_test(tcase, no_byte_can_hurt);
	suite_add_tcase(suite, tcase);
	return suite;
}
