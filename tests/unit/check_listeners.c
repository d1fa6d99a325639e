/* What comes new to listeners, and their queues over several looks. */
#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <check.h>

#include "core/catalog.h"
#include "core/census.h"

Suite *listeners_suite(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define NEW_SYN_RECV 12

static struct arena *arena;
static struct facts *facts;
static struct census *census, *earlier;

/* Two looks 10 s apart. */
static void set_up(void)
{
	static const struct census_options options = {.port_low = 40000, .port_high = 40999, .seed = 5,
						      .with_arrivals = true, .window = 10000};

	arena = arena_new();
	facts = facts_new(arena);
	census = census_new(&options);
	earlier = census_new(&options);
	census_set_earlier(census, earlier, 10);
	facts_set(facts, "sample.live", value_bool(true));
	facts_set(facts, "rate.Tcp.PassiveOpens", value_number(0, UNIT_PER_SECOND));
}

static void tear_down(void)
{
	census_free(census);
	census_free(earlier);
	arena_free(arena);
}

static struct address ip(const char *text)
{
	unsigned char bytes[4];

	ck_assert_int_eq(inet_pton(AF_INET, text, bytes), 1);
	return address_v4(bytes);
}

static struct census_socket a_listener(unsigned port, unsigned queued, unsigned limit)
{
	return (struct census_socket){.address = ip("0.0.0.0"), .port = (uint16_t)port,
				      .state = TCP_LISTEN, .rqueue = queued, .wqueue = limit,
				      .has_limit = limit > 0, .inode = 1000 + port};
}

static void listen_on(struct census *where, unsigned port, unsigned queued, unsigned limit)
{
	struct census_socket socket = a_listener(port, queued, limit);

	census_add(where, &socket);
}

static void look_again(unsigned port, unsigned queued)
{
	struct census_socket socket = a_listener(port, queued, 100);

	census_look_again(earlier);
	census_add_queue(earlier, &socket);
}

/* n connections of the port; in TIME_WAIT for so many seconds. */
static void connect_to(struct census *where, unsigned state, unsigned port, unsigned n, unsigned age)
{
	struct census_socket socket = {.address = ip("10.0.0.1"), .peer = ip("10.0.0.9"),
				       .port = (uint16_t)port, .state = (uint8_t)state,
				       .expires = CENSUS_TIME_WAIT - age * 1000};

	for (unsigned i = 0; i < n; i++) {
		socket.peer_port = (uint16_t)(1024 + i);
		census_add(where, &socket);
	}
}

static struct fact cell(size_t row, enum listener_column column)
{
	const struct table *table = facts_find_table(facts, "listeners");

	ck_assert_uint_lt(row, table->n_rows);
	return table_row(table, row)[column];
}

static double number(size_t row, enum listener_column column)
{
	struct fact fact = cell(row, column);

	ck_assert_msg(fact.state == FACT_KNOWN, "row %zu, column %d: %s", row, column, fact.why);
	return fact.value.number;
}

static void opens(double rate)
{
	facts_set(facts, "rate.Tcp.PassiveOpens", value_number(rate, UNIT_PER_SECOND));
}

/* ------------------------------------------------------------------ queues */

static const struct {
	unsigned n, queues[5]; /* the last one is that of the last look */
	double median, most;
} queues[] = {
	{2, {7, 3}, 3, 7},
	{3, {7, 3, 5}, 5, 7},
	{4, {1, 9, 9, 2}, 2, 9},
	{5, {0, 60, 50, 0, 50}, 50, 60},
	{5, {0, 60, 0, 0, 50}, 0, 60},
};

START_TEST(the_middle_of_all_looks)
{
	unsigned n = queues[_i].n;

	listen_on(earlier, 80, queues[_i].queues[0], 100);
	for (unsigned i = 1; i + 1 < n; i++)
		look_again(80, queues[_i].queues[i]);
	listen_on(census, 80, queues[_i].queues[n - 1], 100);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_LOOKS), n);
	ck_assert_double_eq(number(0, LISTENER_QUEUED_MEDIAN), queues[_i].median);
	ck_assert_double_eq(number(0, LISTENER_QUEUED_MOST), queues[_i].most);
	ck_assert_double_eq(number(0, LISTENER_QUEUED), queues[_i].queues[n - 1]);
}
END_TEST

/* One that began to listen later, one that was gone meanwhile, two that share a port, too many looks. */
START_TEST(looks_that_miss_some)
{
	struct census_socket twin = a_listener(83, 9, 100);

	listen_on(earlier, 81, 1, 100);
	listen_on(earlier, 83, 1, 100);
	look_again(80, 5);
	look_again(83, 4);
	census_add_queue(earlier, &twin);
	for (unsigned i = 0; i < 5; i++)
		look_again(83, 2);
	for (unsigned port = 80; port < 84; port++)
		listen_on(census, port, 3, 100);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_LOOKS), 1);
	ck_assert_double_eq(number(0, LISTENER_QUEUED_MOST), 3);
	ck_assert_double_eq(number(1, LISTENER_LOOKS), 2);
	ck_assert_double_eq(number(3, LISTENER_LOOKS), 5);
	ck_assert_double_eq(number(3, LISTENER_QUEUED_MOST), 9);
}
END_TEST

static const struct {
	unsigned before, now, limit;
	enum fact_state state;
	double seconds;
} lefts[] = {
	{10, 20, 99, FACT_KNOWN, 80},
	{0, 99, 99, FACT_KNOWN, 10 / 99.0},
	{20, 10, 99, FACT_ABSENT, 0},
	{20, 20, 99, FACT_ABSENT, 0},
	{120, 100, 99, FACT_KNOWN, 0},
	{10, 20, 0, FACT_UNREADABLE, 0},
};

START_TEST(until_it_is_full)
{
	listen_on(earlier, 80, lefts[_i].before, lefts[_i].limit);
	listen_on(census, 80, lefts[_i].now, lefts[_i].limit);
	census_facts(census, facts);
	ck_assert_int_eq(cell(0, LISTENER_SECONDS_LEFT).state, lefts[_i].state);
	if (lefts[_i].state == FACT_KNOWN)
		ck_assert_double_eq_tol(number(0, LISTENER_SECONDS_LEFT), lefts[_i].seconds, 1e-9);
}
END_TEST

/* ---------------------------------------------------------------- arrivals */

/* 30 that are there more, 20 that this side closed, 350 that clients closed; TIME_WAIT of before is none of it. */
START_TEST(one_busy_listener)
{
	opens(40);
	listen_on(earlier, 80, 0, 99);
	connect_to(earlier, TCP_ESTABLISHED, 80, 10, 0);
	listen_on(census, 80, 20, 99);
	listen_on(census, 443, 0, 99);
	connect_to(census, TCP_ESTABLISHED, 80, 40, 0);
	connect_to(census, TCP_TIME_WAIT, 80, 20, 3);
	connect_to(census, TCP_TIME_WAIT, 80, 5, 11);
	connect_to(census, NEW_SYN_RECV, 80, 7, 0);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_NEW_PER_SECOND), 40);
	ck_assert_double_eq(number(0, LISTENER_LASTS), 2);
	ck_assert_double_eq(number(1, LISTENER_NEW_PER_SECOND), 0);
	ck_assert_int_eq(cell(1, LISTENER_LASTS).state, FACT_ABSENT);
}
END_TEST

/* What is seen is each one's own, 50 there more; of the rest, which clients closed, 250 of 350 seen are here. */
START_TEST(two_busy_listeners)
{
	opens(33);
	listen_on(earlier, 80, 0, 99);
	listen_on(earlier, 443, 0, 99);
	connect_to(earlier, TCP_ESTABLISHED, 80, 100, 0);
	connect_to(earlier, TCP_ESTABLISHED, 443, 50, 0);
	listen_on(census, 80, 0, 99);
	listen_on(census, 443, 0, 99);
	connect_to(census, TCP_ESTABLISHED, 80, 150, 0);
	connect_to(census, TCP_ESTABLISHED, 443, 50, 0);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_NEW_PER_SECOND), 5 + 20);
	ck_assert_double_eq(number(1, LISTENER_NEW_PER_SECOND), 8);
	ck_assert_double_eq(number(0, LISTENER_LASTS), 4);
}
END_TEST

/* Connections that were gone at both ends of the interval, and waited at a look between. */
START_TEST(seen_in_the_queue)
{
	opens(10);
	listen_on(earlier, 80, 0, 99);
	look_again(80, 1);
	listen_on(census, 80, 0, 99);
	listen_on(census, 443, 0, 99);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_NEW_PER_SECOND), 10);
	ck_assert_double_eq(number(1, LISTENER_NEW_PER_SECOND), 0);
}
END_TEST

/* SO_REUSEPORT: the queues of both take their share. */
START_TEST(sockets_that_share_what_comes)
{
	opens(10);
	listen_on(earlier, 80, 0, 99);
	listen_on(census, 80, 0, 99);
	listen_on(census, 80, 0, 99);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_SOCKETS), 2);
	ck_assert_double_eq(number(0, LISTENER_NEW_PER_SECOND), 10);
	ck_assert_double_eq(number(0, LISTENER_LASTS), 20);
}
END_TEST

START_TEST(a_full_queue_lasts_no_time)
{
	opens(10);
	listen_on(earlier, 80, 0, 99);
	listen_on(census, 80, 103, 99);
	census_facts(census, facts);
	ck_assert_double_eq(number(0, LISTENER_LASTS), 0);
}
END_TEST

/* Connections that no look has seen may have come to any of two. */
START_TEST(nobody_knows_to_which)
{
	opens(10);
	listen_on(earlier, 80, 0, 99);
	listen_on(census, 80, 0, 99);
	listen_on(census, 443, 0, 99);
	census_facts(census, facts);
	ck_assert_int_eq(cell(0, LISTENER_NEW_PER_SECOND).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(1, LISTENER_LASTS).state, FACT_UNREADABLE);
}
END_TEST

/* Fewer than before, and no counter that could tell more. */
static const struct {
	const char *name;
	struct value value;
	enum fact_state state; /* of what is new */
} withouts[] = {
	{"sample.live", {.type = VALUE_BOOL}, FACT_UNREADABLE},
	{"rate.Tcp.PassiveOpens", {.type = VALUE_NUMBER, .unit = UNIT_PER_SECOND}, FACT_KNOWN},
	{"rate.Tcp.PassiveOpens", {.type = VALUE_TEXT}, FACT_UNREADABLE},
};

START_TEST(without_a_rate)
{
	if (withouts[_i].value.type == VALUE_TEXT)
		facts_set_missing(facts, withouts[_i].name, FACT_UNREADABLE, "EACCES");
	else
		facts_set(facts, withouts[_i].name, withouts[_i].value);
	listen_on(earlier, 80, 0, 99);
	connect_to(earlier, TCP_ESTABLISHED, 80, 10, 0);
	listen_on(census, 80, 0, 99);
	census_facts(census, facts);
	ck_assert_int_eq(cell(0, LISTENER_NEW_PER_SECOND).state, withouts[_i].state);
	if (withouts[_i].state == FACT_KNOWN)
		ck_assert_double_eq(number(0, LISTENER_NEW_PER_SECOND), 0);
}
END_TEST

START_TEST(one_look_only)
{
	struct census *alone = census_new(&(struct census_options){.seed = 1});

	listen_on(alone, 80, 50, 99);
	census_facts(alone, facts);
	ck_assert_double_eq(number(0, LISTENER_LOOKS), 1);
	ck_assert_double_eq(number(0, LISTENER_QUEUED_MEDIAN), 50);
	ck_assert_int_eq(cell(0, LISTENER_NEW_PER_SECOND).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, LISTENER_LASTS).state, FACT_UNREADABLE);
	ck_assert_int_eq(cell(0, LISTENER_SECONDS_LEFT).state, FACT_UNREADABLE);
	census_free(alone);
}
END_TEST

Suite *listeners_suite(void)
{
	Suite *suite = suite_create("listeners");
	TCase *tcase = tcase_create("looks");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, the_middle_of_all_looks, 0, N(queues));
	tcase_add_test(tcase, looks_that_miss_some);
	tcase_add_loop_test(tcase, until_it_is_full, 0, N(lefts));
	tcase_add_test(tcase, one_busy_listener);
	tcase_add_test(tcase, two_busy_listeners);
	tcase_add_test(tcase, seen_in_the_queue);
	tcase_add_test(tcase, sockets_that_share_what_comes);
	tcase_add_test(tcase, a_full_queue_lasts_no_time);
	tcase_add_test(tcase, nobody_knows_to_which);
	tcase_add_loop_test(tcase, without_a_rate, 0, N(withouts));
	tcase_add_test(tcase, one_look_only);
	suite_add_tcase(suite, tcase);
	return suite;
}
