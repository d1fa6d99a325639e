#include <linux/tcp.h>
#include <string.h>

#include <check.h>

#include "core/catalog.h"
#include "core/paths.h"

Suite *paths_suite(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ESTABLISHED 1
#define CLOSE_WAIT 8

static struct arena *arena;
static struct facts *facts;
static struct paths *paths;
static struct tcp_info info;
static struct census_socket sock;
static struct inetdiag_extras extras;

static void begin(size_t sockets, double rcvbuf_cap, double sndbuf_cap)
{
	const struct paths_options options = {
		.seed = 1, .sockets = sockets, .rcvbuf_cap = rcvbuf_cap, .sndbuf_cap = sndbuf_cap,
		.rcvbuf_end = 6291456, .sndbuf_end = 4194304};

	paths = paths_new(arena, &options);
}

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	begin(1000, 425984, 425984);
	memset(&info, 0, sizeof(info));
	sock = (struct census_socket){
		.address = address_v4("\x0a\0\0\1"), .peer = address_v4("\x0a\0\0\2"),
		.state = ESTABLISHED};
	extras = (struct inetdiag_extras){.info = &info, .info_length = sizeof(info),
					  .congestion = "cubic", .has_buffers = true,
					  .rcvbuf = 131072, .sndbuf = 87040};
}

static void teardown(void)
{
	arena_free(arena);
}

static void add(void)
{
	paths_add(paths, &sock, &extras);
}

static const struct table *table(const char *name)
{
	const struct table *found = facts_find_table(facts, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(found->state, FACT_KNOWN);
	return found;
}

static struct fact cell(size_t row, enum path_column column)
{
	ck_assert_uint_lt(row, table("paths")->n_rows);
	return table_row(table("paths"), row)[column];
}

static double number(size_t row, enum path_column column)
{
	struct fact fact = cell(row, column);

	ck_assert_msg(fact.state == FACT_KNOWN, "column %d: %s", (int)column, fact.why);
	ck_assert_int_eq(fact.value.unit, paths_def.columns[column].unit);
	return fact.value.number;
}

static double scalar(const char *name)
{
	struct fact fact = facts_get(facts, name);

	ck_assert_msg(fact.state == FACT_KNOWN, "%s: %s", name, fact.why);
	return fact.value.number;
}

START_TEST(sockets_are_added_up)
{
	info.tcpi_rtt = 30000;
	info.tcpi_min_rtt = 20000;
	info.tcpi_data_segs_out = 1000;
	info.tcpi_total_retrans = 10;
	info.tcpi_snd_mss = 1448;
	info.tcpi_pmtu = 1500;
	info.tcpi_busy_time = 4000000;
	info.tcpi_rwnd_limited = 1500000;
	info.tcpi_sndbuf_limited = 500000;
	info.tcpi_notsent_bytes = 70000;
	info.tcpi_rcv_space = 100000;
	add();
	info.tcpi_rtt = 10000;
	info.tcpi_min_rtt = 9000;
	info.tcpi_snd_mss = 1200;
	info.tcpi_pmtu = 1280;
	extras.rcvbuf = 425984;
	add();
	paths_facts(paths, facts);
	ck_assert_uint_eq(table("paths")->n_rows, 1);
	ck_assert_str_eq(cell(0, PATH_NAME).value.text, "10.0.0.2");
	ck_assert(!cell(0, PATH_LOCAL).value.boolean);
	ck_assert_double_eq(number(0, PATH_SOCKETS), 2);
	ck_assert_double_eq(number(0, PATH_RTT), 20);
	ck_assert_double_eq(number(0, PATH_RTT_LEAST), 9);
	ck_assert_double_eq(number(0, PATH_RTT_WORST), 30);
	ck_assert_double_eq(number(0, PATH_SEGMENTS), 2000);
	ck_assert_double_eq(number(0, PATH_RETRANSMITS), 20);
	ck_assert_double_eq(number(0, PATH_MSS), 1200);
	ck_assert_double_eq(number(0, PATH_PMTU), 1280);
	ck_assert_double_eq(number(0, PATH_BUSY), 8);
	ck_assert_double_eq(number(0, PATH_RWND_LIMITED), 3);
	ck_assert_double_eq(number(0, PATH_SNDBUF_LIMITED), 1);
	ck_assert_double_eq(number(0, PATH_NOTSENT), 140000);
	ck_assert_double_eq(number(0, PATH_RCV_SPACE), 100000);
	ck_assert_double_eq(number(0, PATH_RCVBUF), 425984);
	ck_assert_double_eq(number(0, PATH_SNDBUF), 87040);
	ck_assert_double_eq(number(0, PATH_RCVBUF_CAPPED), 1);
	ck_assert_double_eq(number(0, PATH_SNDBUF_CAPPED), 0);
	ck_assert_str_eq(cell(0, PATH_CONGESTION).value.text, "cubic (2)");
	ck_assert_double_eq(scalar("established.segments"), 2000);
	ck_assert_double_eq(scalar("established.retransmits"), 20);
	ck_assert_double_eq(scalar("established.notsent"), 140000);
	ck_assert_double_eq(scalar("established.rcvbuf_capped"), 1);
	ck_assert(!facts_get(facts, "established.live").value.boolean);
}
END_TEST

/* A round trip that was not measured makes no mean and no minimum. */
START_TEST(unmeasured_is_not_zero)
{
	info.tcpi_min_rtt = UINT32_MAX;
	add();
	paths_facts(paths, facts);
	ck_assert_int_eq(cell(0, PATH_RTT).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_RTT_LEAST).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_MSS).state, FACT_UNREADABLE);
	facts = facts_new(arena);
	info.tcpi_rtt = 5000;
	info.tcpi_min_rtt = 4000;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_RTT), 5);
	ck_assert_double_eq(number(0, PATH_RTT_LEAST), 4);
}
END_TEST

/* timeouts, unacked, mss, bytes that wait, bytes acknowledged: backed off, backed off with full segments, silent */
static const struct {
	unsigned timeouts, unacked, mss, waiting;
	uint64_t acked;
	int backed_off, full, silent;
} timeouts[] = {
	{2, 9, 1448, 9000, 0, 0, 0, 0},
	{3, 9, 1448, 9000, 0, 1, 1, 0},
	{3, 0, 1448, 9000, 0, 0, 0, 0},
	{3, 9, 1448, 1448, 0, 1, 1, 0},
	{3, 9, 1448, 1447, 0, 1, 0, 0},
	{3, 9, 1448, 9000, 1447, 1, 1, 0},
	{3, 9, 1448, 9000, 1448, 1, 0, 0},
	{3, 9, 1200, 9000, 0, 1, 0, 0},
	{3, 9, 1201, 9000, 0, 1, 1, 0},
	{5, 9, 536, 9000, 99, 1, 0, 0},
	{6, 9, 536, 9000, 99, 1, 0, 1},
	{6, 0, 536, 9000, 99, 0, 0, 0},
};

START_TEST(timeouts_in_a_row)
{
	info.tcpi_retransmits = (__u8)timeouts[_i].timeouts;
	info.tcpi_unacked = timeouts[_i].unacked;
	info.tcpi_snd_mss = timeouts[_i].mss;
	info.tcpi_bytes_acked = timeouts[_i].acked;
	sock.wqueue = timeouts[_i].waiting;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_BACKED_OFF), timeouts[_i].backed_off);
	ck_assert_double_eq(number(0, PATH_BACKED_OFF_FULL), timeouts[_i].full);
	ck_assert_double_eq(number(0, PATH_SILENT), timeouts[_i].silent);
	ck_assert_double_eq(scalar("established.backed_off"), timeouts[_i].backed_off);
	ck_assert_double_eq(scalar("established.silent"), timeouts[_i].silent);
}
END_TEST

/* Data either way ends idleness; a timer of another kind hides the keepalive timer. */
static const struct {
	unsigned timer, sent, received;
	int keepalive, hidden, idle, idle_keepalive;
} idleness[] = {
	{0, 239999, 900000, 0, 0, 0, 0},
	{0, 240000, 240000, 0, 0, 1, 0},
	{2, 900000, 240000, 1, 0, 1, 1},
	{2, 900000, 10, 1, 0, 0, 0},
	{1, 10, 10, 0, 1, 0, 0},
	{4, 10, 10, 0, 1, 0, 0},
};

START_TEST(idle_and_kept_alive)
{
	info.tcpi_last_data_sent = idleness[_i].sent;
	info.tcpi_last_data_recv = idleness[_i].received;
	info.tcpi_last_ack_recv = 75000;
	sock.timer = (uint8_t)idleness[_i].timer;
	add();
	/* Connections within the host do not count for what is remote. */
	sock.peer = sock.address;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(scalar("remote.sockets"), 1);
	ck_assert_double_eq(scalar("remote.keepalive"), idleness[_i].keepalive);
	ck_assert_double_eq(scalar("remote.keepalive_hidden"), idleness[_i].hidden);
	ck_assert_double_eq(scalar("remote.idle"), idleness[_i].idle);
	ck_assert_double_eq(scalar("remote.idle_keepalive"), idleness[_i].idle_keepalive);
	ck_assert_uint_eq(table("paths")->n_rows, 2);
	ck_assert(cell(0, PATH_LOCAL).value.boolean);
	ck_assert_double_eq(number(1, PATH_IDLE), idleness[_i].idle);
	ck_assert_double_eq(number(1, PATH_IDLE_LONGEST),
			    (idleness[_i].sent < idleness[_i].received ? idleness[_i].sent
								       : idleness[_i].received) / 1000.0);
	ck_assert_double_eq(number(1, PATH_KEEPALIVE_SILENCE), idleness[_i].keepalive ? 75 : 0);
}
END_TEST

/* Linux 4.4: no notsent_bytes, no data_segs_out, no busy_time; 3.10: no bytes_acked either. */
START_TEST(an_older_kernel_tells_less)
{
	extras.info_length = offsetof(struct tcp_info, tcpi_notsent_bytes);
	info.tcpi_total_retrans = 5;
	info.tcpi_rtt = 1000;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_RETRANSMITS), 5);
	ck_assert_double_eq(number(0, PATH_RTT), 1);
	ck_assert_double_eq(number(0, PATH_BACKED_OFF_FULL), 0);
	ck_assert_int_eq(cell(0, PATH_SEGMENTS).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_BUSY).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_NOTSENT).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_SNDBUF_FULL).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_SNDBUF_HELD).state, FACT_UNREADABLE);
	ck_assert_double_eq(number(0, PATH_RCVBUF_HELD), 0);
	ck_assert_int_eq(facts_get(facts, "established.segments").state, FACT_UNREADABLE);
	facts = facts_new(arena);
	begin(10, 0, 425984);
	extras.info_length = offsetof(struct tcp_info, tcpi_pacing_rate);
	add();
	paths_facts(paths, facts);
	ck_assert_int_eq(cell(0, PATH_BACKED_OFF_FULL).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_RCVBUF_CAPPED).state, FACT_UNREADABLE);
	ck_assert_double_eq(number(0, PATH_SNDBUF_CAPPED), 0);
}
END_TEST

/* A reader that is behind says nothing of the window that it could use. */
START_TEST(a_slow_reader_does_not_count)
{
	info.tcpi_rcv_space = 100000;
	sock.rqueue = 25000;
	add();
	info.tcpi_rcv_space = 40000;
	sock.rqueue = 9999;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_RCV_SPACE), 40000);
}
END_TEST

/* The window, the round trip and the buffer are those of the connection that takes most. */
START_TEST(the_fastest_receiver)
{
	info.tcpi_rcv_space = 50000;
	info.tcpi_rcv_ssthresh = 400000;
	info.tcpi_rcv_rtt = 9000;
	extras.rcvbuf = 800000;
	add();
	info.tcpi_rcv_space = 60000;
	info.tcpi_rcv_ssthresh = 64000;
	info.tcpi_rcv_rtt = 0;
	extras.rcvbuf = 131072;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_RCV_SPACE), 60000);
	ck_assert_double_eq(number(0, PATH_RCV_WINDOW), 64000);
	ck_assert_double_eq(number(0, PATH_RCV_BUFFER), 131072);
	ck_assert_int_eq(cell(0, PATH_RCV_RTT).state, FACT_UNREADABLE);
	ck_assert_double_eq(number(0, PATH_RCVBUF), 800000);
	facts = facts_new(arena);
	info.tcpi_rcv_space = 70000;
	info.tcpi_rcv_rtt = 61000;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_RCV_RTT), 61);
}
END_TEST

/* rcv_space, rcv_ssthresh, buffer: did a program fix it? The middle ones were measured on 6.18. */
static const struct {
	unsigned space, window, rcvbuf;
	int held;
} receivers[] = {
	{14480, 64088, 131072, 0},
	{231424, 1205862, 2243952, 0},
	{162816, 162816, 262144, 1},
	{326272, 326240, 6291455, 0},
	{7500001, 10000000, 6291455, 1},
	{7500000, 10000000, 6291455, 0},
	{7500001, 10000000, 6291456, 0},
	{43691, 43691, 131072, 1},
	{43690, 43690, 131072, 0},
};

START_TEST(receive_buffers_that_cannot_grow)
{
	info.tcpi_rcv_space = receivers[_i].space;
	info.tcpi_rcv_ssthresh = receivers[_i].window;
	extras.rcvbuf = receivers[_i].rcvbuf;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_RCVBUF_HELD), receivers[_i].held);
}
END_TEST

/* buffer, in use, not sent, on the way, congestion window: is it what limits, did a program fix it? */
static const struct {
	unsigned sndbuf, queued, notsent, unacked, cwnd;
	int full, held;
} senders[] = {
	{131072, 99992, 0, 68, 3792, 1, 1},
	{131072, 87381, 0, 68, 3792, 0, 0},
	{131072, 87382, 0, 68, 3792, 1, 1},
	{131072, 99992, 16383, 68, 3792, 1, 1},
	{131072, 99992, 16384, 68, 3792, 0, 0},
	{131072, 99992, 0, 68, 68, 0, 0},
	{131072, 99992, 0, 45, 46, 1, 1},
	{131072, 99992, 0, 44, 45, 1, 0},
	{4194304, 4238576, 0, 2882, 4688, 1, 0},
	{4194303, 4238576, 0, 2882, 4688, 1, 1},
};

START_TEST(send_buffers_that_are_full)
{
	info.tcpi_snd_mss = 1448;
	info.tcpi_unacked = senders[_i].unacked;
	info.tcpi_snd_cwnd = senders[_i].cwnd;
	info.tcpi_notsent_bytes = senders[_i].notsent;
	extras.sndbuf = senders[_i].sndbuf;
	extras.queued = senders[_i].queued;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(number(0, PATH_SNDBUF_FULL), senders[_i].full);
	ck_assert_double_eq(number(0, PATH_SNDBUF_HELD), senders[_i].held);
}
END_TEST

/* bytes unread, memory they take: is the program behind? */
static const struct {
	unsigned unread, taken, behind;
} readers[] = {
	{32767, 65535, 0},
	{32768, 0, 1},
	{1, 65536, 1},
	{0, 131072, 0},
};

START_TEST(programs_that_are_behind)
{
	struct paths_options options = {.sockets = 1, .programs = programs_new(arena)};
	struct inodes *inodes = inodes_new();

	paths = paths_new(arena, &options);
	sock.inode = 5;
	sock.rqueue = readers[_i].unread;
	extras.received = readers[_i].taken;
	add();
	extras.has_buffers = false;
	sock.inode = 6;
	add();
	programs_want(options.programs, inodes);
	ck_assert_uint_eq(inodes_count(inodes), readers[_i].behind);
	inodes_free(inodes);
}
END_TEST

START_TEST(where_autotuning_ends_is_not_known)
{
	const struct paths_options options = {.sockets = 1};

	paths = paths_new(arena, &options);
	add();
	paths_facts(paths, facts);
	ck_assert_int_eq(cell(0, PATH_RCVBUF_HELD).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, PATH_SNDBUF_HELD).state, FACT_UNREADABLE);
	ck_assert_double_eq(number(0, PATH_SNDBUF_FULL), 0);
}
END_TEST

/* ------------------------------------------------------------ two looks */

static void count(unsigned segments, unsigned received)
{
	info.tcpi_data_segs_out = segments;
	info.tcpi_bytes_received = received;
}

/* Of a connection that was there what came since, of a new one all. */
START_TEST(what_came_since)
{
	struct pathcounts *earlier = pathcounts_new(arena, 7, 2);
	struct paths_options options = {.seed = 1, .sockets = 10, .earlier = earlier};

	sock.port = 1000;
	count(100, 5000);
	pathcounts_add(earlier, &sock, &extras);
	/* The same once more is the same. */
	pathcounts_add(earlier, &sock, &extras);
	paths = paths_new(arena, &options);
	count(130, 5500);
	add();
	sock.port = 1001;
	count(7, 20);
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(scalar("established.segments"), 37);
	ck_assert_double_eq(number(0, PATH_RECEIVED), 520);
	ck_assert(facts_get(facts, "established.live").value.boolean);
}
END_TEST

/* Counts that run backwards are those of another connection. */
START_TEST(another_connection_of_the_same_ports)
{
	struct pathcounts *earlier = pathcounts_new(arena, 7, 1);
	struct paths_options options = {.seed = 1, .sockets = 10, .earlier = earlier};

	count(100, 5000);
	pathcounts_add(earlier, &sock, &extras);
	paths = paths_new(arena, &options);
	count(99, 6000);
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(scalar("established.segments"), 99);
	ck_assert_double_eq(scalar("established.received"), 6000);
}
END_TEST

/* More connections than were announced are taken for new ones; other states do not count. */
START_TEST(an_earlier_look_with_too_many)
{
	struct pathcounts *earlier = pathcounts_new(arena, 7, 0);
	struct paths_options options = {.seed = 1, .sockets = 1000, .earlier = earlier};

	sock.state = CLOSE_WAIT;
	count(10, 0);
	pathcounts_add(earlier, &sock, &extras);
	sock.state = ESTABLISHED;
	for (unsigned i = 0; i < 300; i++) {
		sock.port = (uint16_t)(i + 1);
		pathcounts_add(earlier, &sock, &extras);
	}
	paths = paths_new(arena, &options);
	sock.port = 0;
	add();
	sock.port = 1;
	add();
	sock.port = 300;
	add();
	paths_facts(paths, facts);
	ck_assert_double_eq(scalar("established.segments"), 20);
}
END_TEST

START_TEST(algorithms_are_counted)
{
	static const char *const names[] = {"reno", "bbr", "bbr", "\x1b[m"};

	add();
	for (size_t i = 0; i < 4; i++) {
		strcpy(extras.congestion, names[i]);
		add();
	}
	extras.congestion[0] = '\0';
	add();
	paths_facts(paths, facts);
	ck_assert_str_eq(cell(0, PATH_CONGESTION).value.text, "cubic (1), reno (1), bbr (2), \\x1b[m (1)");
	ck_assert_uint_eq(table("congestion")->n_rows, 4);
	ck_assert_str_eq(table_row(table("congestion"), 0)[CONGESTION_NAME].value.text, "bbr");
	ck_assert_double_eq(table_row(table("congestion"), 0)[CONGESTION_SOCKETS].value.number, 2);
	ck_assert(!table("congestion")->incomplete);
}
END_TEST

START_TEST(too_many_algorithms)
{
	for (char c = 'a'; c < 'a' + 20; c++) {
		extras.congestion[0] = c;
		add();
	}
	paths_facts(paths, facts);
	ck_assert_uint_eq(table("congestion")->n_rows, 8);
	ck_assert(table("congestion")->incomplete);
}
END_TEST

/* Who waits comes first, then who is busy, then who is many. */
START_TEST(rows_that_matter_are_kept)
{
	for (unsigned i = 0; i < PATHS_ROWS + 50; i++) {
		sock.peer.bytes[14] = (uint8_t)(i >> 8);
		sock.peer.bytes[15] = (uint8_t)i;
		add();
	}
	add();
	sock.peer.bytes[13] = 1;
	info.tcpi_busy_time = 5;
	add();
	sock.peer.bytes[13] = 2;
	info.tcpi_busy_time = 0;
	info.tcpi_retransmits = 3;
	info.tcpi_unacked = 1;
	add();
	paths_facts(paths, facts);
	ck_assert_uint_eq(table("paths")->n_rows, PATHS_ROWS);
	ck_assert(table("paths")->incomplete);
	ck_assert_double_eq(number(0, PATH_BACKED_OFF), 1);
	ck_assert_double_gt(number(1, PATH_BUSY), 0);
	ck_assert_double_eq(number(2, PATH_SOCKETS), 2);
	/* One of them had this host's own address. */
	ck_assert_double_eq(scalar("remote.sockets"), PATHS_ROWS + 52);
}
END_TEST

/* More than were announced, some of another state: nothing is lost but what there is no room for. */
START_TEST(what_was_not_expected)
{
	begin(0, 1, 1);
	sock.state = CLOSE_WAIT;
	add();
	sock.state = ESTABLISHED;
	for (unsigned i = 0; i < 300; i++) {
		sock.peer.bytes[14] = (uint8_t)(i >> 8);
		sock.peer.bytes[15] = (uint8_t)i;
		add();
	}
	paths_facts(paths, facts);
	ck_assert_double_ge(scalar("remote.sockets"), 99);
	ck_assert_double_le(scalar("remote.sockets"), 300);
}
END_TEST

START_TEST(none_at_all)
{
	paths_facts(paths, facts);
	ck_assert_uint_eq(table("paths")->n_rows, 0);
	ck_assert_double_eq(scalar("remote.sockets"), 0);
	ck_assert_double_eq(scalar("established.retransmits"), 0);
}
END_TEST

/* Every fact that there is when it is known is there with the reason when it is not. */
START_TEST(missing_has_a_reason)
{
	static const char *const names[] = {"established.segments", "established.silent",
					    "established.sndbuf_capped", "established.live",
					    "remote.sockets", "remote.idle"};

	paths_facts_missing(facts, "too many");
	for (size_t i = 0; i < 6; i++)
		ck_assert_str_eq(facts_get(facts, names[i]).why, "too many");
	ck_assert_str_eq(facts_find_table(facts, "paths")->why, "too many");
	ck_assert_str_eq(facts_find_table(facts, "congestion")->why, "too many");
	ck_assert_str_eq(facts_find_table(facts, "programs")->why, "too many");
}
END_TEST

Suite *paths_suite(void)
{
	Suite *suite = suite_create("paths");
	TCase *tcase = tcase_create("paths");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, sockets_are_added_up);
	tcase_add_test(tcase, unmeasured_is_not_zero);
	tcase_add_loop_test(tcase, timeouts_in_a_row, 0, N(timeouts));
	tcase_add_loop_test(tcase, idle_and_kept_alive, 0, N(idleness));
	tcase_add_test(tcase, an_older_kernel_tells_less);
	tcase_add_test(tcase, a_slow_reader_does_not_count);
	tcase_add_test(tcase, the_fastest_receiver);
	tcase_add_loop_test(tcase, receive_buffers_that_cannot_grow, 0, N(receivers));
	tcase_add_loop_test(tcase, send_buffers_that_are_full, 0, N(senders));
	tcase_add_loop_test(tcase, programs_that_are_behind, 0, N(readers));
	tcase_add_test(tcase, where_autotuning_ends_is_not_known);
	tcase_add_test(tcase, what_came_since);
	tcase_add_test(tcase, another_connection_of_the_same_ports);
	tcase_add_test(tcase, an_earlier_look_with_too_many);
	tcase_add_test(tcase, algorithms_are_counted);
	tcase_add_test(tcase, too_many_algorithms);
	tcase_add_test(tcase, rows_that_matter_are_kept);
	tcase_add_test(tcase, what_was_not_expected);
	tcase_add_test(tcase, none_at_all);
	tcase_add_test(tcase, missing_has_a_reason);
	suite_add_tcase(suite, tcase);
	return suite;
}
