#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/catalog.h"
#include "core/census.h"

Suite *census_suite(void);

#define NEW_SYN_RECV 12

static struct arena *arena;
static struct facts *facts;
static struct census *census;
static const struct census_options usual = {
	.port_low = 32768, .port_high = 60999, .reserved = "40000-40010,50000", .seed = 3};

static void set_up(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	census = census_new(&usual);
}

static void tear_down(void)
{
	census_free(census);
	arena_free(arena);
}

static struct address ip(const char *text)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return address_v4(bytes);
	ck_assert_int_eq(inet_pton(AF_INET6, text, bytes), 1);
	return address_v6(bytes);
}

/* A socket from one end to the other; the rest is changed by the caller. */
static struct census_socket between(unsigned state, const char *local, unsigned port,
				    const char *peer, unsigned peer_port)
{
	return (struct census_socket){
		.address = ip(local),
		.peer = ip(peer),
		.port = (uint16_t)port,
		.peer_port = (uint16_t)peer_port,
		.state = (uint8_t)state,
		.inode = 1,
	};
}

static void add(unsigned state, const char *local, unsigned port, const char *peer, unsigned peer_port)
{
	struct census_socket socket = between(state, local, port, peer, peer_port);

	socket.timer = state == TCP_TIME_WAIT ? CENSUS_TIMER_MINI : 0;
	census_add(census, &socket);
}

static struct census_socket a_listener(const char *address, unsigned port, unsigned queued,
				       unsigned limit)
{
	struct census_socket socket = between(TCP_LISTEN, address, port, "0.0.0.0", 0);

	socket.rqueue = queued;
	socket.wqueue = limit;
	socket.has_limit = socket.has_drops = true;
	socket.inode = 1000 + port;
	return socket;
}

static void listen_on(const char *address, unsigned port)
{
	struct census_socket socket = a_listener(address, port, 0, 128);

	census_add(census, &socket);
}

static double number(const char *name)
{
	struct fact fact = facts_get(facts, name);

	ck_assert_msg(fact.state == FACT_KNOWN, "%s: %s", name, fact.why);
	return fact.value.number;
}

static const struct table *rows_of(const char *name)
{
	const struct table *table = facts_find_table(facts, name);

	ck_assert_ptr_nonnull(table);
	ck_assert_int_eq(table->state, FACT_KNOWN);
	return table;
}

static struct fact cell(const char *table, size_t row, size_t column)
{
	ck_assert_uint_lt(row, rows_of(table)->n_rows);
	return table_row(rows_of(table), row)[column];
}

static double number_at(const char *table, size_t row, size_t column)
{
	struct fact fact = cell(table, row, column);

	ck_assert_msg(fact.state == FACT_KNOWN, "%s[%zu] column %zu: %s", table, row, column, fact.why);
	ck_assert_int_eq(fact.value.type, VALUE_NUMBER);
	return fact.value.number;
}

static const char *text_at(const char *table, size_t row, size_t column)
{
	struct fact fact = cell(table, row, column);

	ck_assert_int_eq(fact.state, FACT_KNOWN);
	ck_assert_int_eq(fact.value.type, VALUE_TEXT);
	return fact.value.text;
}

static bool flag_at(const char *table, size_t row, size_t column)
{
	struct fact fact = cell(table, row, column);

	ck_assert_int_eq(fact.state, FACT_KNOWN);
	ck_assert_int_eq(fact.value.type, VALUE_BOOL);
	return fact.value.boolean;
}

/* ------------------------------------------------------------------ states */

static const struct {
	unsigned state;
	const char *fact;
} states[] = {
	{TCP_ESTABLISHED, "sockets.established"}, {TCP_SYN_SENT, "sockets.syn_sent"},
	{TCP_SYN_RECV, "sockets.syn_recv"},       {NEW_SYN_RECV, "sockets.syn_recv"},
	{TCP_FIN_WAIT1, "sockets.fin_wait1"},     {TCP_FIN_WAIT2, "sockets.fin_wait2"},
	{TCP_TIME_WAIT, "sockets.time_wait"},     {TCP_CLOSE_WAIT, "sockets.close_wait"},
	{TCP_LAST_ACK, "sockets.last_ack"},       {TCP_LISTEN, "sockets.listen"},
	{TCP_CLOSING, "sockets.closing"},
};

START_TEST(a_state_is_counted_once)
{
	add(states[_i].state, "10.0.0.1", 80, "10.0.0.2", 40000);
	census_facts(census, facts);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		ck_assert_double_eq(number(states[i].fact), !strcmp(states[i].fact, states[_i].fact));
	ck_assert_double_eq(number("sockets.total"), 1);
}
END_TEST

START_TEST(other_states_are_ignored)
{
	static const unsigned odd[] = {0, TCP_CLOSE, 13, 200, 255};

	add(odd[_i], "10.0.0.1", 80, "10.0.0.2", 40000);
	census_facts(census, facts);
	ck_assert_double_eq(number("sockets.total"), 0);
	ck_assert_uint_eq(rows_of("destinations")->n_rows, 0);
}
END_TEST

START_TEST(mini_sockets_are_told_apart)
{
	struct census_socket mini = between(TCP_FIN_WAIT2, "10.0.0.1", 40000, "10.0.0.2", 80);
	struct census_socket orphan = mini, owned = mini;

	mini.timer = CENSUS_TIMER_MINI;
	mini.inode = 0;
	orphan.inode = 0;
	orphan.timer = 2;
	orphan.peer = ip("10.0.0.3");
	for (int i = 0; i < 3; i++)
		census_add(census, &mini);
	census_add(census, &orphan);
	census_add(census, &owned);
	add(TCP_TIME_WAIT, "10.0.0.1", 40000, "10.0.0.2", 80);
	census_facts(census, facts);
	ck_assert_double_eq(number("sockets.fin_wait2"), 5);
	ck_assert_double_eq(number("sockets.fin_wait2_mini"), 3);
	ck_assert_double_eq(number("sockets.fin_wait2_orphans"), 4);
	ck_assert_double_eq(number("sockets.time_wait"), 1);
	ck_assert_str_eq(facts_get(facts, "sockets.fin_wait2_orphan_peers").value.text,
			 "10.0.0.2 (3), 10.0.0.3 (1)");
}
END_TEST

/* ------------------------------------------------------ incoming, outgoing */

static const struct {
	const char *listener;
	bool is_v6_only;
	const char *local; /* of a connection on the same port */
	bool is_incoming;
} matches[] = {
	{"10.0.0.1", false, "10.0.0.1", true},
	{"10.0.0.1", false, "10.0.0.2", false},
	{"0.0.0.0", false, "10.0.0.2", true},
	{"0.0.0.0", false, "::1", false},
	{"::", false, "::1", true},
	{"::", false, "10.0.0.1", true},
	{"::", true, "10.0.0.1", false},
	{"::", true, "2001:db8::1", true},
	{"2001:db8::1", false, "2001:db8::1", true},
	{"2001:db8::1", false, "2001:db8::2", false},
	{"::ffff:10.0.0.1", false, "10.0.0.1", true},
	{"10.0.0.1", false, "::ffff:10.0.0.1", true},
	{"::ffff:0.0.0.0", false, "10.0.0.1", true},
};

START_TEST(a_listener_makes_it_incoming)
{
	bool is_six = strchr(matches[_i].local, ':') != NULL;
	struct census_socket listener = a_listener(matches[_i].listener, 80, 0, 128);

	listener.is_v6_only = matches[_i].is_v6_only;
	census_add(census, &listener);
	add(TCP_TIME_WAIT, matches[_i].local, 80, is_six ? "2001:db8::9" : "10.9.9.9", 5000);
	add(TCP_TIME_WAIT, matches[_i].local, 81, is_six ? "2001:db8::9" : "10.9.9.9", 5000);
	census_facts(census, facts);
	ck_assert_uint_eq(rows_of("clients")->n_rows, matches[_i].is_incoming);
	ck_assert_double_eq(number("sockets.time_wait_incoming"), matches[_i].is_incoming);
	ck_assert_double_eq(number("sockets.time_wait_outgoing"), 2 - matches[_i].is_incoming);
}
END_TEST

START_TEST(destinations)
{
	/* Of these ports 40000 is reserved and 1024 outside of the range. */
	add(TCP_TIME_WAIT, "10.0.0.1", 33000, "10.0.0.2", 443);
	add(TCP_ESTABLISHED, "10.0.0.1", 33001, "10.0.0.2", 443);
	add(TCP_FIN_WAIT1, "10.0.0.1", 33002, "10.0.0.2", 443);
	add(TCP_FIN_WAIT2, "10.0.0.1", 40000, "10.0.0.2", 443);
	add(TCP_SYN_SENT, "10.0.0.1", 1024, "10.0.0.2", 443);
	add(TCP_CLOSE_WAIT, "10.0.0.1", 60999, "10.0.0.2", 443);
	add(TCP_LAST_ACK, "10.0.0.1", 61000, "10.0.0.2", 443);
	add(TCP_ESTABLISHED, "::1", 33000, "::1", 80);
	add(TCP_ESTABLISHED, "::1", 33001, "::1", 80);
	add(TCP_ESTABLISHED, "10.0.0.1", 33000, "10.0.0.10", 443);
	add(TCP_ESTABLISHED, "10.0.0.1", 33000, "10.0.0.9", 443);
	add(TCP_ESTABLISHED, "10.0.0.1", 33000, "10.0.0.9", 80);
	add(TCP_ESTABLISHED, "10.0.0.1", 33000, "127.0.0.1", 80);
	census_facts(census, facts);
	ck_assert_uint_eq(rows_of("destinations")->n_rows, 6);
	ck_assert(!rows_of("destinations")->incomplete);
	ck_assert_str_eq(text_at("destinations", 0, DESTINATION_NAME), "10.0.0.1 -> 10.0.0.2:443");
	ck_assert_str_eq(text_at("destinations", 0, DESTINATION_SOURCE), "10.0.0.1");
	ck_assert_str_eq(text_at("destinations", 0, DESTINATION_ADDRESS), "10.0.0.2");
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_PORT), 443);
	ck_assert(!flag_at("destinations", 0, DESTINATION_LOOPBACK));
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_USED), 4);
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_TIME_WAIT), 1);
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_ESTABLISHED), 1);
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_SYN_SENT), 1);
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_CLOSE_WAIT), 1);
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_FIN_WAIT), 2);
	ck_assert_str_eq(text_at("destinations", 1, DESTINATION_NAME), "::1 -> [::1]:80");
	ck_assert(flag_at("destinations", 1, DESTINATION_LOOPBACK));
	ck_assert_str_eq(text_at("destinations", 2, DESTINATION_NAME), "10.0.0.1 -> 10.0.0.9:80");
	ck_assert_str_eq(text_at("destinations", 3, DESTINATION_NAME), "10.0.0.1 -> 10.0.0.9:443");
	ck_assert_str_eq(text_at("destinations", 4, DESTINATION_NAME), "10.0.0.1 -> 10.0.0.10:443");
	ck_assert_str_eq(text_at("destinations", 5, DESTINATION_NAME), "10.0.0.1 -> 127.0.0.1:80");
	ck_assert(flag_at("destinations", 5, DESTINATION_LOOPBACK));
}
END_TEST

START_TEST(without_a_range_nothing_is_used)
{
	struct census_options options = {.seed = 1};

	census_free(census);
	census = census_new(&options);
	add(TCP_TIME_WAIT, "10.0.0.1", 33000, "10.0.0.2", 443);
	census_facts(census, facts);
	ck_assert_int_eq(cell("destinations", 0, DESTINATION_USED).state, FACT_UNREADABLE);
	ck_assert_ptr_nonnull(cell("destinations", 0, DESTINATION_USED).why);
	ck_assert_double_eq(number_at("destinations", 0, DESTINATION_TIME_WAIT), 1);
}
END_TEST

START_TEST(clients)
{
	listen_on("0.0.0.0", 80);
	listen_on("::", 443);
	add(TCP_ESTABLISHED, "10.0.0.1", 443, "10.0.0.7", 5000);
	add(TCP_TIME_WAIT, "10.0.0.1", 80, "10.0.0.7", 5000);
	add(TCP_CLOSE_WAIT, "10.0.0.1", 80, "10.0.0.7", 5001);
	add(TCP_LAST_ACK, "10.0.0.1", 80, "10.0.0.7", 5002);
	add(TCP_ESTABLISHED, "10.0.0.1", 80, "10.0.0.1", 5000);
	add(TCP_ESTABLISHED, "2001:db8::1", 443, "2001:db8::7", 5000);
	census_facts(census, facts);
	ck_assert_uint_eq(rows_of("clients")->n_rows, 4);
	ck_assert_uint_eq(rows_of("destinations")->n_rows, 0);
	ck_assert_str_eq(text_at("clients", 0, CLIENT_NAME), "10.0.0.7 -> :80");
	ck_assert_str_eq(text_at("clients", 0, CLIENT_ADDRESS), "10.0.0.7");
	ck_assert_double_eq(number_at("clients", 0, CLIENT_PORT), 80);
	ck_assert_double_eq(number_at("clients", 0, CLIENT_USED), 3);
	ck_assert_double_eq(number_at("clients", 0, CLIENT_TIME_WAIT), 1);
	ck_assert_double_eq(number_at("clients", 0, CLIENT_ESTABLISHED), 0);
	ck_assert_double_eq(number_at("clients", 0, CLIENT_CLOSE_WAIT), 1);
	ck_assert(!flag_at("clients", 0, CLIENT_LOOPBACK));
	/* An address of this host is this host, loopback device or not. */
	ck_assert_str_eq(text_at("clients", 1, CLIENT_NAME), "10.0.0.1 -> :80");
	ck_assert(flag_at("clients", 1, CLIENT_LOOPBACK));
	ck_assert_str_eq(text_at("clients", 2, CLIENT_NAME), "10.0.0.7 -> :443");
	ck_assert_str_eq(text_at("clients", 3, CLIENT_NAME), "2001:db8::7 -> :443");
}
END_TEST

/* Each to another destination, one of them often: it is still first, and nearly exact. */
START_TEST(too_many_destinations)
{
	const unsigned n = 3 * CENSUS_GROUPS + 2 * CENSUS_ROWS, often = 5000;
	struct census_socket socket = between(TCP_TIME_WAIT, "10.0.0.1", 33000, "10.0.0.2", 443);
	struct address other = ip("11.0.0.0");

	for (unsigned i = 0; i < n; i++) {
		socket.peer = ip("10.0.0.2");
		if (i % (n / often) == 0)
			census_add(census, &socket);
		memcpy(socket.peer.bytes, other.bytes, sizeof(other.bytes));
		socket.peer.bytes[13] = (uint8_t)(i >> 16);
		socket.peer.bytes[14] = (uint8_t)(i >> 8);
		socket.peer.bytes[15] = (uint8_t)i;
		census_add(census, &socket);
	}
	census_facts(census, facts);
	ck_assert(rows_of("destinations")->incomplete);
	ck_assert_uint_eq(rows_of("destinations")->n_rows, CENSUS_ROWS);
	ck_assert_str_eq(text_at("destinations", 0, DESTINATION_ADDRESS), "10.0.0.2");
	ck_assert_double_ge(number_at("destinations", 0, DESTINATION_USED),
			    often - 2.0 * n / CENSUS_GROUPS - 10);
	ck_assert_double_eq(number_at("destinations", 1, DESTINATION_USED), 1);
	ck_assert_double_ge(number("sockets.time_wait"), n + often);
}
END_TEST

/* --------------------------------------------------------------- listeners */

START_TEST(listeners)
{
	struct census_socket socket = a_listener("0.0.0.0", 8080, 130, 128);

	socket.drops = 7;
	census_add(census, &socket);
	listen_on("::1", 80);
	listen_on("127.0.0.1", 80);
	listen_on("::", 443);
	add(NEW_SYN_RECV, "10.0.0.1", 8080, "10.0.0.7", 5000);
	add(NEW_SYN_RECV, "10.0.0.1", 8080, "10.0.0.7", 5001);
	add(TCP_SYN_RECV, "10.0.0.1", 8080, "10.0.0.8", 5000);
	census_facts(census, facts);
	ck_assert_uint_eq(rows_of("listeners")->n_rows, 4);
	ck_assert_str_eq(text_at("listeners", 0, LISTENER_NAME), "[::1]:80");
	ck_assert(flag_at("listeners", 0, LISTENER_LOOPBACK));
	ck_assert_str_eq(text_at("listeners", 1, LISTENER_NAME), "127.0.0.1:80");
	ck_assert_str_eq(text_at("listeners", 2, LISTENER_NAME), "[::]:443");
	ck_assert(!flag_at("listeners", 2, LISTENER_LOOPBACK));
	ck_assert_str_eq(text_at("listeners", 3, LISTENER_NAME), "0.0.0.0:8080");
	ck_assert_str_eq(text_at("listeners", 3, LISTENER_ADDRESS), "0.0.0.0");
	ck_assert_double_eq(number_at("listeners", 3, LISTENER_PORT), 8080);
	ck_assert_double_eq(number_at("listeners", 3, LISTENER_QUEUED), 130);
	ck_assert_double_eq(number_at("listeners", 3, LISTENER_LIMIT), 128);
	ck_assert_double_eq(number_at("listeners", 3, LISTENER_DROPS), 7);
	ck_assert_double_eq(number_at("listeners", 3, LISTENER_SYN_RECV), 3);
	ck_assert_double_eq(number_at("listeners", 3, LISTENER_SYN_SOURCES), 2);
}
END_TEST

/* SO_REUSEPORT: the fullest queue, all drops, a socket's share of the handshakes. */
START_TEST(listeners_that_share_a_port)
{
	static const unsigned queues[][2] = {{1, 128}, {100, 128}, {100, 1000}};

	for (unsigned i = 0; i < 3; i++) {
		struct census_socket socket = a_listener("0.0.0.0", 80, queues[i][0], queues[i][1]);

		socket.drops = 10;
		socket.inode = 500 + i;
		census_add(census, &socket);
	}
	for (unsigned i = 0; i < 7; i++)
		add(NEW_SYN_RECV, "10.0.0.1", 80, "10.0.0.7", 5000 + i);
	inodes_own(census_wanted(census), 501, 1);
	ck_assert(!inodes_is_wanted(census_wanted(census), 500));
	census_set_owners(census, &(struct owners){
					  .items = &(struct owner){.pid = 9, .command = "nginx"},
					  .n = 1,
					  .why_unseen = "?",
				  });
	census_facts(census, facts);
	ck_assert_uint_eq(rows_of("listeners")->n_rows, 1);
	ck_assert_double_eq(number("sockets.listen"), 3);
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_QUEUED), 100);
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_LIMIT), 128);
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_DROPS), 30);
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_SYN_RECV), 3);
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_SYN_SOURCES), 1);
	ck_assert_str_eq(text_at("listeners", 0, LISTENER_PROCESS), "nginx[9]");
}
END_TEST

/* The most specific listener gets the handshake, as in the kernel. */
START_TEST(the_most_specific_listener)
{
	listen_on("0.0.0.0", 80);
	listen_on("10.0.0.1", 80);
	add(NEW_SYN_RECV, "10.0.0.1", 80, "10.0.0.7", 5000);
	add(NEW_SYN_RECV, "10.0.0.2", 80, "10.0.0.7", 5000);
	add(NEW_SYN_RECV, "10.0.0.3", 80, "10.0.0.7", 5000);
	census_facts(census, facts);
	ck_assert_str_eq(text_at("listeners", 0, LISTENER_NAME), "0.0.0.0:80");
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_SYN_RECV), 2);
	ck_assert_double_eq(number_at("listeners", 1, LISTENER_SYN_RECV), 1);
}
END_TEST

START_TEST(what_proc_does_not_show)
{
	struct census_socket socket = a_listener("0.0.0.0", 80, 3, 0);

	socket.has_limit = socket.has_drops = false;
	census_add(census, &socket);
	census_facts(census, facts);
	ck_assert_double_eq(number_at("listeners", 0, LISTENER_QUEUED), 3);
	ck_assert_int_eq(cell("listeners", 0, LISTENER_LIMIT).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell("listeners", 0, LISTENER_DROPS).state, FACT_UNREADABLE);
	ck_assert_ptr_nonnull(cell("listeners", 0, LISTENER_LIMIT).why);
}
END_TEST

/* Owners are looked up for what needs one, and for nothing else: on most hosts /proc is not walked at all. */
START_TEST(what_is_wanted)
{
	struct census_socket queue = a_listener("0.0.0.0", 81, 1, 128);
	struct census_socket drops = a_listener("0.0.0.0", 82, 0, 128);
	struct census_socket unaccepted = between(TCP_CLOSE_WAIT, "10.0.0.1", 83, "10.0.0.7", 5000);
	struct inodes *wanted;

	drops.drops = 1;
	unaccepted.inode = 0;
	census_add(census, &queue);
	census_add(census, &drops);
	listen_on("0.0.0.0", 80);
	listen_on("0.0.0.0", 83);
	listen_on("0.0.0.0", 33000); /* in the range */
	listen_on("0.0.0.0", 40005); /* in the range and reserved */
	census_add(census, &unaccepted);
	add(TCP_ESTABLISHED, "10.0.0.1", 33000, "10.0.0.7", 5000);
	wanted = census_wanted(census);
	ck_assert_uint_eq(inodes_count(wanted), 4);
	ck_assert(inodes_is_wanted(wanted, 1081));
	ck_assert(inodes_is_wanted(wanted, 1082));
	ck_assert(inodes_is_wanted(wanted, 1083));
	ck_assert(inodes_is_wanted(wanted, 34000));
	ck_assert_uint_eq(census_waiting_states(census), 1U << TCP_CLOSE_WAIT);
	census_facts(census, facts);
	ck_assert_int_eq(cell("listeners", 0, LISTENER_PROCESS).state, FACT_UNREADABLE);
}
END_TEST

START_TEST(which_states_wait)
{
	struct census_socket socket = between(TCP_FIN_WAIT2, "10.0.0.1", 33000, "10.0.0.2", 80);

	ck_assert_uint_eq(census_waiting_states(census), 0);
	socket.inode = 0;
	census_add(census, &socket);
	ck_assert_uint_eq(census_waiting_states(census), 0);
	socket.inode = 5;
	census_add(census, &socket);
	ck_assert_uint_eq(census_waiting_states(census), 1U << TCP_FIN_WAIT2);
}
END_TEST

/* --------------------------------------------------------------- processes */

static const struct owner owner_items[] = {
	{.pid = 10, .command = "web",
	 .fds = {.state = FACT_KNOWN, .value = {.type = VALUE_NUMBER, .number = 50}},
	 .fd_limit = {.state = FACT_ABSENT, .why = "unlimited"}},
	{.pid = 20, .command = "db"},
};
static const struct owners owners = {owner_items, 2, "may not be read"};

/* The same socket in both passes. */
static void wait_in(struct census_socket socket)
{
	census_add(census, &socket);
}

static struct census_socket waiting(unsigned state, uint32_t inode, uint32_t age)
{
	struct census_socket socket = between(state, "10.0.0.1", 33000, "10.0.0.9", 443);

	socket.inode = inode;
	socket.has_last_ack = true;
	socket.last_ack = age;
	return socket;
}

/* Runs both passes over these sockets; the owner of an inode is inode / 100, if there is one. */
static void census_of(const struct census_socket *sockets, size_t n)
{
	struct inodes *wanted;

	for (size_t i = 0; i < n; i++)
		wait_in(sockets[i]);
	wanted = census_wanted(census);
	for (size_t i = 0; i < n; i++)
		if (sockets[i].inode / 100 && sockets[i].inode / 100 <= 2)
			inodes_own(wanted, sockets[i].inode, sockets[i].inode / 100);
	census_set_owners(census, &owners);
	for (size_t i = 0; i < n; i++)
		census_add_waiting(census, &sockets[i]);
	census_facts(census, facts);
}

START_TEST(close_wait_by_process)
{
	struct census_socket sockets[] = {
		waiting(TCP_CLOSE_WAIT, 101, 60001), waiting(TCP_CLOSE_WAIT, 102, 60001),
		waiting(TCP_CLOSE_WAIT, 103, 3600500), waiting(TCP_CLOSE_WAIT, 104, 60000),
		waiting(TCP_CLOSE_WAIT, 105, 5), waiting(TCP_ESTABLISHED, 106, 99999),
	};

	sockets[1].rqueue = 1;
	sockets[2].rqueue = 500;
	sockets[3].rqueue = 2;
	sockets[4].wqueue = 9;
	sockets[4].peer = ip("10.0.0.8");
	census_of(sockets, 6);
	ck_assert_uint_eq(rows_of("processes")->n_rows, 1);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_NAME), "web[10]");
	ck_assert_str_eq(text_at("processes", 0, PROCESS_COMMAND), "web");
	ck_assert_double_eq(number_at("processes", 0, PROCESS_PID), 10);
	ck_assert(flag_at("processes", 0, PROCESS_VISIBLE));
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT), 5);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT_STALE), 3);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT_OLDEST), 3600.5);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_EOF_READ), 1);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_EOF_UNREAD), 1);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_DATA_UNREAD), 1);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_SENDING), 1);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_UNACCEPTED), 0);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_RECV_Q), 503);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_PEERS), "10.0.0.9 (4), 10.0.0.8 (1)");
	ck_assert_str_eq(text_at("processes", 0, PROCESS_PORTS), "443 (5)");
	ck_assert_double_eq(number_at("processes", 0, PROCESS_FDS), 50);
}
END_TEST

START_TEST(fin_wait2_by_process)
{
	struct census_socket sockets[] = {
		waiting(TCP_FIN_WAIT2, 201, 70000), waiting(TCP_FIN_WAIT2, 202, 100),
		waiting(TCP_FIN_WAIT2, 0, 90000), waiting(TCP_CLOSE_WAIT, 101, 1),
	};

	sockets[2].has_last_ack = false;
	sockets[2].timer = CENSUS_TIMER_MINI;
	census_of(sockets, 4);
	ck_assert_uint_eq(rows_of("processes")->n_rows, 2);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_NAME), "web[10]");
	ck_assert_str_eq(text_at("processes", 1, PROCESS_NAME), "db[20]");
	ck_assert_double_eq(number_at("processes", 1, PROCESS_CLOSE_WAIT), 0);
	ck_assert_double_eq(number_at("processes", 1, PROCESS_FIN_WAIT2), 2);
	ck_assert_double_eq(number_at("processes", 1, PROCESS_FIN_WAIT2_STALE), 1);
	ck_assert_double_eq(number_at("processes", 1, PROCESS_FIN_WAIT2_OLDEST), 70);
	ck_assert_str_eq(text_at("processes", 1, PROCESS_FIN_WAIT2_PEERS), "10.0.0.9 (2)");
	ck_assert_str_eq(text_at("processes", 1, PROCESS_PEERS), "");
	ck_assert_double_eq(number("sockets.fin_wait2_orphans"), 1);
}
END_TEST

START_TEST(many_peers)
{
	struct census_socket sockets[20];

	for (uint32_t i = 0; i < 20; i++) {
		sockets[i] = waiting(TCP_CLOSE_WAIT, 100 + i, 1);
		sockets[i].peer.bytes[15] = (uint8_t)(i < 10 ? 1 : i < 14 ? 2 : i - 10);
	}
	census_of(sockets, 20);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_PEERS),
			 "10.0.0.1 (10), 10.0.0.2 (4), 10.0.0.4 (1) and 5 more");
}
END_TEST

/* In the accept queue: no inode, so the listener's process, and its port is the service. */
START_TEST(unaccepted)
{
	struct census_socket sockets[] = {
		a_listener("0.0.0.0", 80, 2, 128),
		between(TCP_CLOSE_WAIT, "10.0.0.1", 80, "10.0.0.9", 5000),
		between(TCP_CLOSE_WAIT, "10.0.0.1", 80, "10.0.0.9", 5001),
		between(TCP_CLOSE_WAIT, "10.0.0.1", 99, "10.0.0.9", 5001),
	};

	sockets[0].inode = 100;
	for (unsigned i = 1; i < 4; i++) {
		sockets[i].inode = 0;
		sockets[i].has_last_ack = true;
		sockets[i].last_ack = 61000;
		sockets[i].rqueue = 1;
	}
	census_of(sockets, 4);
	ck_assert_double_eq(number("sockets.close_wait"), 3);
	ck_assert_uint_eq(rows_of("processes")->n_rows, 1);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_NAME), "web[10]");
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT), 2);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT_STALE), 2);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_UNACCEPTED), 2);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_EOF_UNREAD), 2);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_PORTS), "80 (2)");
	ck_assert_str_eq(text_at("listeners", 0, LISTENER_PROCESS), "web[10]");
}
END_TEST

START_TEST(owners_that_cannot_be_seen)
{
	struct census_socket sockets[] = {
		waiting(TCP_CLOSE_WAIT, 901, 1), waiting(TCP_CLOSE_WAIT, 902, 1),
		waiting(TCP_CLOSE_WAIT, 903, 1), waiting(TCP_CLOSE_WAIT, 101, 1),
	};

	sockets[0].uid = sockets[1].uid = 33;
	sockets[2].uid = 7;
	census_of(sockets, 4);
	ck_assert_uint_eq(rows_of("processes")->n_rows, 3);
	ck_assert_str_eq(text_at("processes", 0, PROCESS_NAME), "uid 33 (owner not visible)");
	ck_assert_double_eq(number_at("processes", 0, PROCESS_UID), 33);
	ck_assert(!flag_at("processes", 0, PROCESS_VISIBLE));
	ck_assert_int_eq(cell("processes", 0, PROCESS_PID).state, FACT_UNREADABLE);
	ck_assert_str_eq(cell("processes", 0, PROCESS_PID).why, "may not be read");
	ck_assert_int_eq(cell("processes", 0, PROCESS_FDS).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell("processes", 0, PROCESS_FD_LIMIT).state, FACT_UNREADABLE);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT), 2);
	ck_assert_str_eq(text_at("processes", 1, PROCESS_NAME), "uid 7 (owner not visible)");
	ck_assert_str_eq(text_at("processes", 2, PROCESS_NAME), "web[10]");
}
END_TEST

START_TEST(without_ages)
{
	struct census_socket sockets[] = {waiting(TCP_CLOSE_WAIT, 101, 0), waiting(TCP_FIN_WAIT2, 102, 0)};
	static const enum process_column unknown[] = {
		PROCESS_CLOSE_WAIT_STALE, PROCESS_CLOSE_WAIT_OLDEST, PROCESS_EOF_READ,
		PROCESS_EOF_UNREAD,	  PROCESS_DATA_UNREAD,	     PROCESS_FIN_WAIT2_STALE,
		PROCESS_FIN_WAIT2_OLDEST,
	};

	sockets[0].has_last_ack = sockets[1].has_last_ack = false;
	census_of(sockets, 2);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		ck_assert_int_eq(cell("processes", 0, unknown[i]).state, FACT_UNREADABLE);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT), 1);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_FIN_WAIT2), 1);
}
END_TEST

/* A socket that came to CLOSE_WAIT between the two passes is not put down to anybody. */
START_TEST(too_young)
{
	struct census_socket old = waiting(TCP_CLOSE_WAIT, 101, 1);
	struct census_socket young = waiting(TCP_CLOSE_WAIT, 102, 1);

	census_add(census, &old);
	inodes_own(census_wanted(census), 101, 1);
	census_set_owners(census, &owners);
	census_add_waiting(census, &old);
	census_add_waiting(census, &young);
	census_facts(census, facts);
	ck_assert_uint_eq(rows_of("processes")->n_rows, 1);
	ck_assert_double_eq(number_at("processes", 0, PROCESS_CLOSE_WAIT), 1);
}
END_TEST

START_TEST(nothing_could_be_read)
{
	census_facts_missing(facts, "no way in");
	ck_assert_int_eq(facts_get(facts, "sockets.total").state, FACT_UNREADABLE);
	ck_assert_str_eq(facts_get(facts, "sockets.total").why, "no way in");
	ck_assert_str_eq(facts_get(facts, "sockets.source").why, "no way in");
	ck_assert_int_eq(facts_find_table(facts, "processes")->state, FACT_UNREADABLE);
	ck_assert_str_eq(facts_find_table(facts, "listeners")->why, "no way in");
}
END_TEST

/* Every scalar sockets.* of the catalogue is set by one of the two, and every cell of the tables. */
START_TEST(the_catalogue_is_served)
{
	static const char *const tables[] = {"listeners", "destinations", "clients", "processes"};
	struct census_socket socket = waiting(TCP_CLOSE_WAIT, 101, 1);
	size_t n, found = 0;
	const struct fact_def *scalars = catalog_scalars(&n);

	listen_on("0.0.0.0", 80);
	add(TCP_ESTABLISHED, "10.0.0.1", 80, "10.0.0.7", 5000);
	census_of(&socket, 1);
	for (size_t i = 0; i < n; i++) {
		if (strncmp(scalars[i].name, "sockets.", 8) || !strcmp(scalars[i].name, "sockets.source"))
			continue;
		found++;
		ck_assert_msg(facts_get(facts, scalars[i].name).state == FACT_KNOWN, "%s",
			      scalars[i].name);
		ck_assert_int_eq(facts_get(facts, scalars[i].name).value.type, scalars[i].type);
	}
	ck_assert_uint_gt(found, 10);
	for (size_t i = 0; i < 4; i++) {
		const struct table *table = rows_of(tables[i]);

		ck_assert_uint_eq(table->n_rows, 1);
		for (size_t k = 0; k < table->def->n_columns; k++) {
			struct fact fact = table_row(table, 0)[k];

			if (fact.state == FACT_KNOWN)
				ck_assert_int_eq(fact.value.type, table->def->columns[k].type);
			else if (fact.why)
				ck_assert_str_ne(fact.why, "not observed");
		}
	}
}
END_TEST

#define N(array) (int)(sizeof(array) / sizeof((array)[0]))

static void add_tests(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_state_is_counted_once, 0, N(states));
	tcase_add_loop_test(tcase, other_states_are_ignored, 0, 5);
	tcase_add_test(tcase, mini_sockets_are_told_apart);
	tcase_add_loop_test(tcase, a_listener_makes_it_incoming, 0, N(matches));
	tcase_add_test(tcase, destinations);
	tcase_add_test(tcase, without_a_range_nothing_is_used);
	tcase_add_test(tcase, clients);
	tcase_add_test(tcase, too_many_destinations);
	tcase_add_test(tcase, listeners);
	tcase_add_test(tcase, listeners_that_share_a_port);
	tcase_add_test(tcase, the_most_specific_listener);
	tcase_add_test(tcase, what_proc_does_not_show);
	tcase_add_test(tcase, what_is_wanted);
	tcase_add_test(tcase, which_states_wait);
	tcase_add_test(tcase, close_wait_by_process);
	tcase_add_test(tcase, fin_wait2_by_process);
	tcase_add_test(tcase, many_peers);
	tcase_add_test(tcase, unaccepted);
	tcase_add_test(tcase, owners_that_cannot_be_seen);
	tcase_add_test(tcase, without_ages);
	tcase_add_test(tcase, too_young);
	tcase_add_test(tcase, nothing_could_be_read);
	tcase_add_test(tcase, the_catalogue_is_served);
}

Suite *census_suite(void)
{
	Suite *suite = suite_create("census");
	TCase *tcase = tcase_create("groups");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	add_tests(tcase);
	suite_add_tcase(suite, tcase);
	return suite;
}
