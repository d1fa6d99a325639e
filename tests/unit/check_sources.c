/* Whose local ports are shared, and the programs behind those that run short. */
#include <netinet/tcp.h>
#include <string.h>

#include <check.h>

#include "core/catalog.h"
#include "core/census.h"
#include "core/sources.h"

Suite *sources_suite(void);

static struct arena *arena;
static struct facts *facts;
static struct census *census;
static struct owners owners;

static void begin(bool with_sources)
{
	const struct census_options options = {.port_low = 20000, .port_high = 39999, .seed = 5,
					       .with_sources = with_sources};

	census_free(census);
	census = census_new(&options);
}

static void setup(void)
{
	static const struct owner owner = {.pid = 42, .command = "shop"};

	arena = arena_new();
	facts = facts_new(arena);
	census = NULL;
	owners = (struct owners){.items = &owner, .n = 1, .why_unseen = "unseen"};
	begin(true);
}

static void teardown(void)
{
	census_free(census);
	arena_free(arena);
}

/* n sockets from 10.0.0.`from` to 10.1.0.`to`, the ports from this one on. */
static void add(unsigned from, unsigned to, unsigned n, unsigned port, unsigned state)
{
	struct census_socket socket = {
		.address = address_v4("\x0a\0\0\0"), .peer = address_v4("\x0a\1\0\0"),
		.peer_port = 443, .state = (uint8_t)state, .inode = state == TCP_TIME_WAIT ? 0 : 9};

	socket.address.bytes[15] = (uint8_t)from;
	socket.peer.bytes[15] = (uint8_t)to;
	for (unsigned i = 0; i < n; i++) {
		socket.port = (uint16_t)(port + i);
		census_add(census, &socket);
	}
}

static void finish(void)
{
	struct inodes *wanted = census_wanted(census);

	inodes_own(wanted, 9, 1);
	census_set_owners(census, &owners);
	census_facts(census, facts);
}

static const struct table *table(const char *name)
{
	const struct table *found = facts_find_table(facts, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(found->state, FACT_KNOWN);
	return found;
}

static struct fact cell(size_t row, enum source_column column)
{
	ck_assert_uint_lt(row, table("sources")->n_rows);
	return table_row(table("sources"), row)[column];
}

START_TEST(ports_that_are_shared)
{
	add(1, 1, 300, 20000, TCP_ESTABLISHED);
	add(1, 2, 300, 20100, TCP_ESTABLISHED);
	add(1, 3, 100, 20000, TCP_TIME_WAIT);
	/* Not of the range: connect() did not choose it. */
	add(1, 4, 1, 50000, TCP_ESTABLISHED);
	add(2, 1, 10, 20000, TCP_ESTABLISHED);
	finish();
	ck_assert_uint_eq(table("sources")->n_rows, 2);
	ck_assert_str_eq(cell(0, SOURCE_NAME).value.text, "10.0.0.1");
	ck_assert(!cell(0, SOURCE_LOOPBACK).value.boolean);
	ck_assert_double_eq(cell(0, SOURCE_SOCKETS).value.number, 700);
	ck_assert_double_eq(cell(0, SOURCE_PORTS).value.number, 400);
	ck_assert_double_eq(cell(0, SOURCE_TIME_WAIT).value.number, 100);
	ck_assert_double_eq(cell(0, SOURCE_DESTINATIONS).value.number, 4);
	ck_assert_int_eq(cell(0, SOURCE_PROCESS).state, FACT_UNREADABLE);
	ck_assert_str_eq(cell(1, SOURCE_NAME).value.text, "10.0.0.2");
	ck_assert_double_eq(cell(1, SOURCE_DESTINATIONS).value.number, 1);
}
END_TEST

/* 1000 sockets and none shares a port: somebody is to be named. */
START_TEST(ports_that_are_not_shared)
{
	add(1, 1, SOURCES_MANY / 2, 20000, TCP_ESTABLISHED);
	add(1, 2, SOURCES_MANY / 2, 30000, TCP_ESTABLISHED);
	finish();
	ck_assert_double_eq(cell(0, SOURCE_PORTS).value.number, SOURCES_MANY);
	ck_assert_str_eq(cell(0, SOURCE_PROCESS).value.text, "shop[42]");
}
END_TEST

START_TEST(a_listeners_connections_are_no_source)
{
	struct census_socket listener = {.port = 20000, .state = TCP_LISTEN};

	census_add(census, &listener);
	add(1, 1, 10, 20000, TCP_ESTABLISHED);
	finish();
	ck_assert_double_eq(cell(0, SOURCE_SOCKETS).value.number, 9);
}
END_TEST

START_TEST(too_many_sources)
{
	for (unsigned i = 0; i < SOURCES_MAX + 1; i++)
		add(i + 1, 1, 1 + (i == 3), 20000, TCP_ESTABLISHED);
	finish();
	ck_assert_uint_eq(table("sources")->n_rows, SOURCES_MAX);
	ck_assert(table("sources")->incomplete);
	ck_assert_str_eq(cell(0, SOURCE_NAME).value.text, "10.0.0.4");
}
END_TEST

START_TEST(not_asked_for_is_not_observed)
{
	begin(false);
	add(1, 1, 10, 20000, TCP_ESTABLISHED);
	finish();
	ck_assert_ptr_null(facts_find_table(facts, "sources"));
}
END_TEST

/* Half of the 20000 ports: the destination's program is named. */
START_TEST(who_takes_the_ports)
{
	add(1, 1, 10000, 20000, TCP_ESTABLISHED);
	add(1, 2, 9999, 20000, TCP_ESTABLISHED);
	add(2, 3, 10000, 20000, TCP_TIME_WAIT);
	finish();
	ck_assert_str_eq(table_row(table("destinations"), 0)[DESTINATION_PROCESS].value.text, "shop[42]");
	/* In TIME_WAIT nobody has them. */
	ck_assert_int_eq(table_row(table("destinations"), 1)[DESTINATION_PROCESS].state, FACT_UNREADABLE);
}
END_TEST

START_TEST(nobody_is_looked_up_without_need)
{
	add(1, 1, 9999, 20000, TCP_ESTABLISHED);
	add(1, 2, 9999, 20000, TCP_ESTABLISHED);
	ck_assert_uint_eq(inodes_count(census_wanted(census)), 0);
}
END_TEST

Suite *sources_suite(void)
{
	Suite *suite = suite_create("sources");
	TCase *tcase = tcase_create("sources");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, ports_that_are_shared);
	tcase_add_test(tcase, ports_that_are_not_shared);
	tcase_add_test(tcase, a_listeners_connections_are_no_source);
	tcase_add_test(tcase, too_many_sources);
	tcase_add_test(tcase, not_asked_for_is_not_observed);
	tcase_add_test(tcase, who_takes_the_ports);
	tcase_add_test(tcase, nobody_is_looked_up_without_need);
	suite_add_tcase(suite, tcase);
	return suite;
}
