/* How fast a destination's ports go: by the age of TIME_WAIT, and by two looks. */
#include <netinet/tcp.h>
#include <string.h>

#include <check.h>

#include "core/catalog.h"
#include "core/census.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *groups_suite(void);

static struct arena *arena;
static struct facts *facts;
static struct census *census, *earlier;

/* 1000 ports. */
static const struct census_options usual = {.port_low = 40000, .port_high = 40999, .seed = 5};

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	census = census_new(&usual);
	earlier = census_new(&usual);
}

static void teardown(void)
{
	census_free(census);
	census_free(earlier);
	arena_free(arena);
}

/* n sockets to 10.0.0.2:443 from ports that begin with this one. */
static void add(struct census *to, unsigned state, unsigned n, unsigned port, uint32_t expires)
{
	struct census_socket socket = {
		.address = address_v4("\x0a\0\0\1"),
		.peer = address_v4("\x0a\0\0\2"),
		.peer_port = 443,
		.state = (uint8_t)state,
		.timer = state == TCP_TIME_WAIT ? CENSUS_TIMER_MINI : 0,
		.expires = expires,
	};

	for (unsigned i = 0; i < n; i++) {
		socket.port = (uint16_t)(port + i);
		census_add(to, &socket);
	}
}

static struct fact cell(enum destination_column column)
{
	const struct table *table = facts_find_table(facts, "destinations");

	ck_assert_ptr_nonnull(table);
	ck_assert_uint_eq(table->n_rows, 1);
	return table_row(table, 0)[column];
}

static double number(enum destination_column column)
{
	struct fact fact = cell(column);

	ck_assert_msg(fact.state == FACT_KNOWN, "column %d: %s", (int)column, fact.why);
	return fact.value.number;
}

/* Ages in milliseconds that are just within 10 s and just beyond. */
START_TEST(young_ones_are_closes)
{
	add(census, TCP_TIME_WAIT, 30, 40000, 60000);
	add(census, TCP_TIME_WAIT, 20, 40100, 50001);
	add(census, TCP_TIME_WAIT, 400, 40200, 50000);
	add(census, TCP_ESTABLISHED, 50, 40700, 60000);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_CLOSED_PER_SECOND), 5);
	ck_assert_int_eq(cell(DESTINATION_CLOSED_PER_SECOND).value.unit, UNIT_PER_SECOND);
	ck_assert_int_eq(cell(DESTINATION_NEW_PER_SECOND).state, FACT_UNREADABLE);
	ck_assert_ptr_nonnull(strstr(cell(DESTINATION_NEW_PER_SECOND).why, "--interval"));
	/* 500 of 1000 are used, 5 a second come and none goes. */
	ck_assert_double_eq(number(DESTINATION_SECONDS_LEFT), 100);
}
END_TEST

START_TEST(what_goes_makes_room)
{
	add(census, TCP_TIME_WAIT, 100, 40000, 55000);
	add(census, TCP_TIME_WAIT, 60, 40100, 10000);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_CLOSED_PER_SECOND), 10);
	ck_assert_double_eq(number(DESTINATION_SECONDS_LEFT), 840 / 4.0);
}
END_TEST

/* As much goes as comes: it lasts for ever, which is no number. */
START_TEST(a_steady_state_has_no_end)
{
	add(census, TCP_TIME_WAIT, 100, 40000, 55000);
	add(census, TCP_TIME_WAIT, 100, 40100, 10000);
	census_facts(census, facts);
	ck_assert_int_eq(cell(DESTINATION_SECONDS_LEFT).state, FACT_ABSENT);
	ck_assert_str_eq(cell(DESTINATION_SECONDS_LEFT).why, "it does not grow");
}
END_TEST

START_TEST(nothing_is_left_when_all_is_used)
{
	add(census, TCP_ESTABLISHED, 1000, 40000, 0);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_SECONDS_LEFT), 0);
}
END_TEST

START_TEST(ports_that_are_not_known_do_not_end)
{
	const struct census_options options = {.seed = 1};

	census_free(census);
	census = census_new(&options);
	add(census, TCP_TIME_WAIT, 100, 40000, 60000);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_CLOSED_PER_SECOND), 10);
	ck_assert_int_eq(cell(DESTINATION_SECONDS_LEFT).state, FACT_UNREADABLE);
}
END_TEST

/* A window of 5 s, as two looks that far apart want it. */
static void look_again(void)
{
	struct census_options options = usual;

	options.window = 5000;
	census_free(census);
	census = census_new(&options);
	census_set_earlier(census, earlier, 5);
}

START_TEST(two_looks_tell_what_is_new)
{
	add(earlier, TCP_ESTABLISHED, 100, 40000, 0);
	add(earlier, TCP_TIME_WAIT, 40, 40500, 30000);
	look_again();
	add(census, TCP_ESTABLISHED, 150, 40000, 0);
	add(census, TCP_SYN_SENT, 10, 40200, 0);
	add(census, TCP_TIME_WAIT, 40, 40500, 25000);
	add(census, TCP_TIME_WAIT, 20, 40600, 57000);
	/* Closed before the first look. */
	add(census, TCP_TIME_WAIT, 5, 40700, 55000);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_CLOSED_PER_SECOND), 4);
	/* 50 and 10 that are open, 20 that were closed. */
	ck_assert_double_eq(number(DESTINATION_NEW_PER_SECOND), 16);
	/* 225 are used, 85 more than before. */
	ck_assert_double_eq(number(DESTINATION_SECONDS_LEFT), 775 / 17.0);
}
END_TEST

START_TEST(fewer_than_before_is_no_end)
{
	add(earlier, TCP_ESTABLISHED, 100, 40000, 0);
	look_again();
	add(census, TCP_ESTABLISHED, 90, 40000, 0);
	add(census, TCP_TIME_WAIT, 5, 40500, 57000);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_NEW_PER_SECOND), 0);
	ck_assert_int_eq(cell(DESTINATION_SECONDS_LEFT).state, FACT_ABSENT);
}
END_TEST

START_TEST(a_destination_that_is_new)
{
	look_again();
	add(census, TCP_ESTABLISHED, 50, 40000, 0);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_NEW_PER_SECOND), 10);
	ck_assert_double_eq(number(DESTINATION_SECONDS_LEFT), 95);
}
END_TEST

START_TEST(no_time_is_no_rate)
{
	add(census, TCP_ESTABLISHED, 50, 40000, 0);
	census_set_earlier(census, earlier, 0);
	census_facts(census, facts);
	ck_assert_int_eq(cell(DESTINATION_NEW_PER_SECOND).state, FACT_UNREADABLE);
}
END_TEST

/* Local ports are 16 bits; devices with ports of their own cannot make the count wrap. */
START_TEST(counts_stop_at_the_last_port)
{
	for (unsigned i = 0; i < 7; i++)
		add(census, TCP_ESTABLISHED, 10000, 40000, 0);
	census_facts(census, facts);
	ck_assert_double_eq(number(DESTINATION_ESTABLISHED), 65535);
}
END_TEST

START_TEST(clients_have_closes_too)
{
	struct census_socket socket = {.port = 443, .state = TCP_LISTEN};
	const struct table *table;

	census_add(census, &socket);
	socket = (struct census_socket){.address = address_v4("\x0a\0\0\1"), .port = 443,
					.peer = address_v4("\x0a\0\0\2"), .state = TCP_TIME_WAIT,
					.timer = CENSUS_TIMER_MINI, .expires = 50001};
	for (unsigned i = 0; i < 20; i++)
		census_add(census, &socket);
	socket.expires = 50000;
	census_add(census, &socket);
	census_facts(census, facts);
	table = facts_find_table(facts, "clients");
	ck_assert_uint_eq(table->n_rows, 1);
	ck_assert_double_eq(table_row(table, 0)[CLIENT_CLOSED_PER_SECOND].value.number, 2);
}
END_TEST

Suite *groups_suite(void)
{
	Suite *suite = suite_create("groups");
	TCase *tcase = tcase_create("rates");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, young_ones_are_closes);
	tcase_add_test(tcase, what_goes_makes_room);
	tcase_add_test(tcase, a_steady_state_has_no_end);
	tcase_add_test(tcase, nothing_is_left_when_all_is_used);
	tcase_add_test(tcase, ports_that_are_not_known_do_not_end);
	tcase_add_test(tcase, two_looks_tell_what_is_new);
	tcase_add_test(tcase, fewer_than_before_is_no_end);
	tcase_add_test(tcase, a_destination_that_is_new);
	tcase_add_test(tcase, no_time_is_no_rate);
	tcase_add_test(tcase, counts_stop_at_the_last_port);
	tcase_add_test(tcase, clients_have_closes_too);
	suite_add_tcase(suite, tcase);
	return suite;
}
