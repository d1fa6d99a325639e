#include <check.h>
#include <string.h>

#include "core/catalog.h"
#include "core/softnet.h"

Suite *softnet_suite(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ZEROES "00000000 00000000 00000000 00000000 00000000 00000000 "
/* Linux 6.18: processed, dropped, time_squeeze, six zeroes, RPS, flow limit, backlog, CPU, its two parts. */
#define ROW(processed, dropped, cpu) \
	processed " " dropped " 00000005 " ZEROES "00000007 00000000 00000009 " cpu " 00000009 00000000\n"

static struct arena *arena;
static struct facts *facts;

static void set_up(void)
{
	arena = arena_new();
	facts = facts_new(arena);
}

static void tear_down(void)
{
	arena_free(arena);
}

static struct softnet *parse(const char *text)
{
	return softnet_parse(arena, text, strlen(text));
}

static const struct table *table(void)
{
	return facts_find_table(facts, "softnet_cpus");
}

static const char *shown(size_t row, enum softnet_column column)
{
	struct fact fact;

	ck_assert_uint_lt(row, table()->n_rows);
	fact = table_row(table(), row)[column];
	if (fact.state == FACT_KNOWN)
		return value_raw(arena, fact.value);
	return fact.state == FACT_ABSENT ? "absent" : "unreadable";
}

/* CPU 1 is offline. */
START_TEST(rows_of_today)
{
	const struct softnet_span span = {.seconds = 10};

	softnet_facts(parse(ROW("00000064", "0000000a", "00000000") ROW("000000c8", "00000000", "00000002")),
		      &span, NULL, facts);
	ck_assert_uint_eq(table()->n_rows, 2);
	ck_assert_str_eq(shown(1, SOFTNET_NAME), "CPU 2");
	ck_assert_str_eq(shown(1, SOFTNET_CPU), "2");
	ck_assert_str_eq(shown(0, SOFTNET_PROCESSED), "100");
	ck_assert_str_eq(shown(0, SOFTNET_DROPPED), "10");
	ck_assert_str_eq(shown(0, SOFTNET_TIME_SQUEEZE), "5");
	ck_assert_str_eq(shown(0, SOFTNET_RPS), "7");
	ck_assert_str_eq(shown(0, SOFTNET_BACKLOG), "9");
	ck_assert_str_eq(shown(0, SOFTNET_PROCESSED_PER_SECOND), "10");
	ck_assert_str_eq(shown(0, SOFTNET_DROPPED_PER_SECOND), "1");
	ck_assert_str_eq(shown(1, SOFTNET_SQUEEZED_PER_SECOND), "0.5");
}
END_TEST

/* Linux 3.10 has ten words, and no number of the CPU. */
START_TEST(rows_of_old)
{
	const struct softnet_span span = {.seconds = 10};

	softnet_facts(parse("0000000a 00000001 00000000 " ZEROES "00000003\n"
			    "0000000b 00000002 00000000 " ZEROES "00000004\n"),
		      &span, NULL, facts);
	ck_assert_str_eq(shown(1, SOFTNET_NAME), "CPU 1");
	ck_assert_str_eq(shown(1, SOFTNET_RPS), "4");
	ck_assert_str_eq(shown(1, SOFTNET_BACKLOG), "absent");
}
END_TEST

/* A counter that wrapped, and a CPU that came meanwhile. */
START_TEST(two_samples)
{
	const struct softnet_span span = {
		.first = parse(ROW("fffffff6", "00000000", "00000000")), .seconds = 10};

	softnet_facts(parse(ROW("0000000a", "00000014", "00000000") ROW("00000064", "00000000", "00000001")),
		      &span, NULL, facts);
	ck_assert_str_eq(shown(0, SOFTNET_PROCESSED_PER_SECOND), "2");
	ck_assert_str_eq(shown(0, SOFTNET_DROPPED_PER_SECOND), "2");
	ck_assert_str_eq(shown(1, SOFTNET_PROCESSED), "100");
	ck_assert_str_eq(shown(1, SOFTNET_PROCESSED_PER_SECOND), "unreadable");
}
END_TEST

START_TEST(no_time_is_no_rate)
{
	const struct softnet_span spans[] = {{.seconds = 0}, {.seconds = 5, .why = "no uptime"}};

	for (size_t i = 0; i < N(spans); i++) {
		facts = facts_new(arena);
		softnet_facts(parse(ROW("00000064", "0000000a", "00000000")), &spans[i], NULL, facts);
		ck_assert_str_eq(shown(0, SOFTNET_DROPPED), "10");
		ck_assert_str_eq(shown(0, SOFTNET_DROPPED_PER_SECOND), "unreadable");
	}
}
END_TEST

/* So many rows can be read. */
static const struct {
	const char *text;
	size_t n;
} texts[] = {
	{"1 2 3\n", 1},
	{"1 2 3", 1},
	{"1 2\n1 2 3\n", 1},
	{"garbage\n1 2 3\n\n", 1},
	{"1 2 123456789\n", 0},
	{"1 -2 3\n", 0},
	{"", 0},
};

START_TEST(anything_is_read)
{
	const struct softnet_span span = {.seconds = 1};

	softnet_facts(parse(texts[_i].text), &span, NULL, facts);
	ck_assert_uint_eq(table()->n_rows, texts[_i].n);
	ck_assert_int_eq(table()->state, texts[_i].n ? FACT_KNOWN : FACT_UNREADABLE);
}
END_TEST

START_TEST(no_file)
{
	const struct softnet_span span = {.seconds = 1};

	softnet_facts(NULL, &span, "EACCES", facts);
	ck_assert_int_eq(table()->state, FACT_UNREADABLE);
	ck_assert_str_eq(table()->why, "EACCES");
}
END_TEST

Suite *softnet_suite(void)
{
	Suite *suite = suite_create("softnet");
	TCase *tcase = tcase_create("rows");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, rows_of_today);
	tcase_add_test(tcase, rows_of_old);
	tcase_add_test(tcase, two_samples);
	tcase_add_test(tcase, no_time_is_no_rate);
	tcase_add_loop_test(tcase, anything_is_read, 0, N(texts));
	tcase_add_test(tcase, no_file);
	suite_add_tcase(suite, tcase);
	return suite;
}
