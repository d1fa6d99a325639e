#include <check.h>

#include "core/capacity.h"
#include "core/catalog.h"

static struct arena *arena;
static struct facts *facts;

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static void set(const char *name, double number)
{
	facts_set(facts, name, value_number(number, UNIT_NONE));
}

static void add_destination(const char *name, double used, bool loopback)
{
	struct table *table = facts_table(facts, &destinations_def);
	struct fact *row;

	table->state = FACT_KNOWN;
	row = table_add_row(facts, table);
	row[DESTINATION_NAME] = fact_known(value_text(name));
	row[DESTINATION_USED] = fact_known(value_number(used, UNIT_NONE));
	row[DESTINATION_LOOPBACK] = fact_known(value_bool(loopback));
	row[DESTINATION_SECONDS_LEFT] = fact_known(value_number(9, UNIT_SECONDS));
}

static void add_listener(const char *name, double queued, double lasts)
{
	struct table *table = facts_table(facts, &listeners_def);
	struct fact *row;

	table->state = FACT_KNOWN;
	row = table_add_row(facts, table);
	row[LISTENER_NAME] = fact_known(value_text(name));
	row[LISTENER_QUEUED] = fact_known(value_number(queued, UNIT_NONE));
	if (lasts >= 0)
		row[LISTENER_LASTS] = fact_known(value_number(lasts, UNIT_SECONDS));
}

/* What the only destination can carry a second; below 0 where that is not known. */
static double ceiling(void)
{
	struct capacity capacity = capacity_of(arena, facts);

	ck_assert_uint_eq(capacity.n_destinations, 1);
	if (capacity.destinations[0].ceiling.state != FACT_KNOWN)
		return -1;
	ck_assert_int_eq(capacity.destinations[0].ceiling.value.unit, UNIT_PER_SECOND);
	return capacity.destinations[0].ceiling.value.number;
}

START_TEST(nothing_is_known)
{
	struct capacity capacity = capacity_of(arena, facts);

	ck_assert_uint_eq(capacity.n_destinations + capacity.n_listeners, 0);
}
END_TEST

START_TEST(without_reuse)
{
	add_destination("d", 10, false);
	ck_assert_double_eq(ceiling(), -1);
	set("ports.usable", 28200);
	ck_assert_double_eq(ceiling(), -1);
	set("net.ipv4.tcp_timestamps", 1);
	set("net.ipv4.tcp_tw_reuse", 2);
	ck_assert_double_eq(ceiling(), 470);
	ck_assert_int_eq(capacity_of(arena, facts).destinations[0].left.state, FACT_KNOWN);
}
END_TEST

START_TEST(with_reuse)
{
	add_destination("d", 10, false);
	set("ports.usable", 28200);
	set("net.ipv4.tcp_timestamps", 1);
	set("net.ipv4.tcp_tw_reuse", 1);
	ck_assert_double_eq(ceiling(), 28200);
	set("net.ipv4.tcp_tw_reuse_delay", 500);
	ck_assert_double_eq(ceiling(), 56400);
	set("net.ipv4.tcp_tw_reuse_delay", 0);
	ck_assert_double_eq(ceiling(), 28200000);
	ck_assert_int_eq(capacity_of(arena, facts).destinations[0].left.state, FACT_ABSENT);
	set("net.ipv4.tcp_timestamps", 0);
	ck_assert_double_eq(ceiling(), 470);
}
END_TEST

START_TEST(on_the_loopback)
{
	add_destination("d", 10, true);
	set("ports.usable", 28200);
	set("net.ipv4.tcp_timestamps", 1);
	set("net.ipv4.tcp_tw_reuse", 2);
	ck_assert_double_eq(ceiling(), 28200);
	set("net.ipv4.tcp_tw_reuse", 0);
	ck_assert_double_eq(ceiling(), 470);
}
END_TEST

START_TEST(at_most_so_many)
{
	for (int i = 0; i < 12; i++) {
		add_destination(arena_printf(arena, "d%d", i), 100 - i, false);
		add_listener(arena_printf(arena, "l%d", i), i, -1);
	}
	ck_assert_uint_eq(capacity_of(arena, facts).n_destinations, CAPACITY_ROWS);
	ck_assert_str_eq(capacity_of(arena, facts).destinations[0].name, "d0");
	ck_assert_uint_eq(capacity_of(arena, facts).n_listeners, CAPACITY_ROWS);
}
END_TEST

START_TEST(the_shortest_queue_first)
{
	struct capacity capacity;

	add_listener("idle", 0, -1);
	add_listener("full", 8, -1);
	add_listener("slow", 0, 30);
	add_listener("soon", 0, 2);
	capacity = capacity_of(arena, facts);
	ck_assert_str_eq(capacity.listeners[0].name, "soon");
	ck_assert_str_eq(capacity.listeners[1].name, "slow");
	ck_assert_str_eq(capacity.listeners[2].name, "full");
	ck_assert_str_eq(capacity.listeners[3].name, "idle");
	ck_assert_int_ne(capacity.listeners[0].limit.state, FACT_KNOWN);
}
END_TEST

Suite *capacity_suite(void);
Suite *capacity_suite(void)
{
	Suite *suite = suite_create("capacity");
	TCase *tcase = tcase_create("capacity");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nothing_is_known);
	tcase_add_test(tcase, without_reuse);
	tcase_add_test(tcase, with_reuse);
	tcase_add_test(tcase, on_the_loopback);
	tcase_add_test(tcase, at_most_so_many);
	tcase_add_test(tcase, the_shortest_queue_first);
	suite_add_tcase(suite, tcase);
	return suite;
}
