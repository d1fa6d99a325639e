#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/sample.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *sample_suite(void);

static struct arena *arena;
static struct facts *facts;

static const struct counter_def defs[] = {
	{"TcpExt.A", ""}, {"TcpExt.B", ""}, {"TcpExt.New", ""}, {"Tcp.MaxConn", ""}, {"Ip6.X", ""},
};
static const struct catalog catalog = {.counters = defs, .n_counters = N(defs)};

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static struct sample *pairs(const char *text)
{
	struct sample *sample = sample_new(arena);

	sample_add_pairs(sample, text, strlen(text));
	return sample;
}

static struct sample *softnet(const char *text)
{
	struct sample *sample = sample_new(arena);

	sample_add_softnet(sample, text, strlen(text));
	return sample;
}

/* Of a fact: its value, or the word for its state. */
static const char *shown(const char *name)
{
	struct fact fact = facts_get(facts, name);

	if (fact.state == FACT_KNOWN)
		return value_raw(arena, fact.value);
	return fact.state == FACT_ABSENT ? "absent" : "unreadable";
}

/* value: as sample_find() gives it; "absent", "unreadable". */
static const struct {
	const char *text, *name, *value;
} texts[] = {
	{"TcpExt: A B C\nTcpExt: 1 2 3\n", "TcpExt.B", "2"},
	{"TcpExt: A B\nTcpExt: 1 2\nTcp: X MaxConn\nTcp: 1 -1\n", "Tcp.MaxConn", "-1"},
	{"TcpExt: A B\nTcpExt: 1 2\nTcp: A\nTcp: 9", "Tcp.A", "9"},
	{"TcpExt: A B\nTcpExt: 1 2\nTcp: A\nTcp: 9", "TcpExt.A", "1"},
	{"TcpExt: A B\nTcpExt: 1 2", "TcpExt.C", "absent"},
	{"TcpExt: A B\nTcpExt: 1 2", "Tcp.A", "absent"},
	{"TcpExt: A B\nTcpExt: 1\n", "TcpExt.B", "unreadable"},
	{"TcpExt: A B\nTcpExt: 1\n", "TcpExt.A", "1"},
	{"TcpExt: A B\nTcpExt: 1 2 3 4\n", "TcpExt.B", "2"},
	{"TcpExt: A B\n", "TcpExt.A", "absent"},
	{"Junk\nTcpExt: A\nTcpExt: 1\n", "TcpExt.A", "1"},
	{"Tcp: A\nTcpExt: A\nTcpExt: 1\n", "TcpExt.A", "1"},
	{"Tcp: A\nTcpExt: A\nTcpExt: 1\n", "Tcp.A", "absent"},
	{"TcpExt: A\nTcpExt: 1x\n", "TcpExt.A", "unreadable"},
	{"TcpExt: A\nTcpExt: 9223372036854775808\n", "TcpExt.A", "9.22337203685478e+18"},
	{"TcpExt: A\nTcpExt: 18446744073709551616\n", "TcpExt.A", "unreadable"},
	{"TcpExt: A\nTcpExt: -7\n", "TcpExt.A", "unreadable"},
	{"TcpExt:\nTcpExt:\n", "TcpExt.A", "absent"},
	{"", "TcpExt.A", "absent"},
	{"TcpExt: A\nTcpExt: 1\n", "TcpExt", "absent"},
	{"TcpExt: A\nTcpExt: 1\n", "", "absent"},
};

START_TEST(pairs_are_read)
{
	int64_t value = 0;
	struct fact fact = sample_find(pairs(texts[_i].text), texts[_i].name, &value);

	if (fact.state == FACT_KNOWN)
		ck_assert_str_eq(value_raw(arena, fact.value), texts[_i].value);
	else
		ck_assert_str_eq(fact.state == FACT_ABSENT ? "absent" : "unreadable", texts[_i].value);
}
END_TEST

/* 0x6fffffff and twice 0xffffffff: beyond 32 bits in sum. */
#define ROW "0000146e 00000001 00000002 00000000 00000000\n"
#define BIG "0000146e ffffffff 00000000\n"

static const struct {
	const char *text, *dropped, *squeezed;
} softnets[] = {
	{ROW ROW, "2", "4"},
	{BIG BIG ROW, "8589934591", "2"},
	{"00000012 00000003\n", "3", "unreadable"},
	{ROW "garbage\n", "unreadable", "unreadable"},
	{ROW "1 123456789 2\n", "unreadable", "4"},
	{ROW "1 -1 2\n", "unreadable", "4"},
	{"", "unreadable", "unreadable"},
};

START_TEST(softnet_is_summed)
{
	const struct sample_span span = {.seconds = 10};

	sample_facts(softnet(softnets[_i].text), &span, &catalog, facts);
	ck_assert_str_eq(shown("softnet.dropped"), softnets[_i].dropped);
	ck_assert_str_eq(shown("softnet.time_squeeze"), softnets[_i].squeezed);
}
END_TEST

START_TEST(one_sample_is_since_boot)
{
	const struct sample_span span = {.seconds = 100};

	sample_facts(pairs("TcpExt: A B\nTcpExt: 50 0\n"), &span, &catalog, facts);
	ck_assert_str_eq(shown("counter.TcpExt.A"), "50");
	ck_assert_str_eq(shown("rate.TcpExt.A"), "0.5");
	ck_assert_int_eq(facts_get(facts, "rate.TcpExt.A").value.unit, UNIT_PER_SECOND);
	ck_assert_str_eq(shown("rate.TcpExt.B"), "0");
	ck_assert_str_eq(shown("rate.TcpExt.New"), "absent");
	ck_assert_str_eq(shown("sample.live"), "no");
	ck_assert_str_eq(shown("sample.seconds"), "100");
	/* Not in the catalogue, and nobody gave softnet_stat. */
	ck_assert_str_eq(facts_get(facts, "counter.TcpExt.Z").why, "not observed");
	ck_assert_str_eq(shown("rate.softnet.dropped"), "unreadable");
}
END_TEST

START_TEST(two_samples_are_live)
{
	struct sample *first = pairs("TcpExt: A B\nTcpExt: 18446744073709551000 7\n");
	struct sample *last = pairs("TcpExt: A B New\nTcpExt: 18446744073709551100 6 5\n");
	const struct sample_span span = {.first = first, .seconds = 2};

	sample_add_softnet(first, ROW, strlen(ROW));
	sample_add_softnet(last, ROW ROW, strlen(ROW ROW));
	sample_facts(last, &span, &catalog, facts);
	ck_assert_str_eq(shown("sample.live"), "yes");
	ck_assert_str_eq(shown("sample.seconds"), "2");
	ck_assert_str_eq(shown("rate.TcpExt.A"), "50");
	/* Backwards: the namespace is another one. */
	ck_assert_str_eq(shown("counter.TcpExt.B"), "6");
	ck_assert_str_eq(shown("rate.TcpExt.B"), "unreadable");
	ck_assert_ptr_nonnull(strstr(facts_get(facts, "rate.TcpExt.B").why, "backwards"));
	ck_assert_str_eq(shown("counter.TcpExt.New"), "5");
	ck_assert_str_eq(shown("rate.TcpExt.New"), "absent");
	ck_assert_str_eq(shown("rate.softnet.dropped"), "0.5");
	ck_assert_str_eq(shown("softnet.time_squeeze"), "4");
}
END_TEST

START_TEST(unknown_time_is_no_rate)
{
	const struct sample_span spans[] = {{.why = "no uptime"}, {.seconds = 0}};

	for (size_t i = 0; i < N(spans); i++) {
		sample_facts(pairs("TcpExt: A\nTcpExt: 50\n"), &spans[i], &catalog, facts);
		ck_assert_str_eq(shown("counter.TcpExt.A"), "50");
		ck_assert_str_eq(shown("rate.TcpExt.A"), "unreadable");
	}
	sample_facts(pairs(""), &spans[0], &catalog, facts);
	ck_assert_str_eq(facts_get(facts, "sample.seconds").why, "no uptime");
}
END_TEST

/* What the file that can't be read would have had is unknown, what another file shows is not. */
START_TEST(unreadable_file_is_told)
{
	const struct sample_span span = {.seconds = 100};
	struct sample *sample = pairs("TcpExt: A\nTcpExt: 50\n");

	sample_miss_pairs(sample, "/proc/net/snmp: Permission denied");
	sample_miss(sample, "softnet", FACT_UNREADABLE, "/proc/net/softnet_stat: Permission denied");
	sample_miss(sample, "conntrack", FACT_ABSENT, "not loaded");
	sample_facts(sample, &span, &catalog, facts);
	ck_assert_str_eq(shown("counter.TcpExt.A"), "50");
	ck_assert_str_eq(shown("counter.TcpExt.New"), "absent");
	ck_assert_str_eq(facts_get(facts, "rate.Ip6.X").why, "/proc/net/snmp: Permission denied");
	ck_assert_str_eq(facts_get(facts, "softnet.dropped").why,
			 "/proc/net/softnet_stat: Permission denied");
	ck_assert_str_eq(shown("conntrack.drop"), "absent");
	ck_assert_str_eq(facts_get(facts, "rate.conntrack.drop").why, "not loaded");
	ck_assert_str_eq(facts_get(facts, "neigh.entries").why, "not observed");
}
END_TEST

/* Linux 6.1 and before 5.9; the columns count, not their places. */
#define CONNTRACK \
	"entries  clashres found insert insert_failed drop early_drop icmp_error  expect_new\n" \
	"00000007  00000000 00000000 00000000 00000010 00000001 0000000a 00000000  00000000\n" \
	"00000007  00000000 00000000 00000000 00000001 00000002 ffffffff 00000000  00000000\n"
#define NEIGH "entries  allocs table_fulls\n00000003 0000001e 100000000\n00000004 0000003c 00000001\n"

static const struct {
	const char *group, *text, *name, *value;
} stats[] = {
	{"conntrack", CONNTRACK, "conntrack.drop", "3"},
	{"conntrack", CONNTRACK, "conntrack.early_drop", "4294967305"},
	{"conntrack", CONNTRACK, "conntrack.insert_failed", "17"},
	{"conntrack", CONNTRACK, "rate.conntrack.drop", "0.3"},
	{"conntrack", CONNTRACK, "neigh.entries", "unreadable"},
	{"conntrack", "entries drop\n00000001 00000002\n", "conntrack.drop", "2"},
	{"conntrack", "entries drop\n00000001 00000002\n", "conntrack.early_drop", "absent"},
	{"conntrack", "entries drop\n00000001\n", "conntrack.drop", "unreadable"},
	{"conntrack", "entries drop\n00000001 0x\n", "conntrack.drop", "unreadable"},
	{"conntrack", "entries drop\n1 11111111111111111\n", "conntrack.drop", "unreadable"},
	{"conntrack", "entries drop", "conntrack.drop", "unreadable"},
	{"conntrack", "", "conntrack.drop", "unreadable"},
	{"neigh", NEIGH, "neigh.entries", "4"},
	{"neigh", NEIGH, "neigh.table_fulls", "4294967297"},
	{"neigh6", NEIGH, "neigh6.table_fulls", "4294967297"},
	{"neigh6", NEIGH, "rate.neigh6.entries", "unreadable"},
	{"neigh6", NEIGH, "neigh.table_fulls", "unreadable"},
};

START_TEST(stat_files_are_summed)
{
	const struct sample_span span = {.seconds = 10};
	struct sample *sample = sample_new(arena);

	sample_add_stat(sample, stats[_i].group, stats[_i].text, strlen(stats[_i].text));
	sample_facts(sample, &span, &catalog, facts);
	ck_assert_str_eq(shown(stats[_i].name), stats[_i].value);
}
END_TEST

START_TEST(garbage_is_survived)
{
	const struct sample_span span = {.seconds = 100};
	unsigned state = (unsigned)_i + 1;
	struct sample *sample = sample_new(arena);
	char text[300];

	for (size_t k = 0; k < sizeof(text); k++) {
		static const char some[] = "TcpExt: A 0fe-9\n\n ";

		state = state * 1103515245 + 12345;
		text[k] = state >> 31 ? some[(state >> 16) % (sizeof(some) - 1)] : (char)(state >> 20);
	}
	sample_add_pairs(sample, text, sizeof(text));
	sample_add_softnet(sample, text, sizeof(text));
	sample_add_stat(sample, "neigh", text, sizeof(text));
	sample_facts(sample, &span, &catalog, facts);
	ck_assert_str_eq(shown("sample.seconds"), "100");
}
END_TEST

Suite *sample_suite(void)
{
	Suite *suite = suite_create("sample");
	TCase *tcase = tcase_create("sample");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, pairs_are_read, 0, N(texts));
	tcase_add_loop_test(tcase, softnet_is_summed, 0, N(softnets));
	tcase_add_loop_test(tcase, stat_files_are_summed, 0, N(stats));
	tcase_add_test(tcase, one_sample_is_since_boot);
	tcase_add_test(tcase, two_samples_are_live);
	tcase_add_test(tcase, unknown_time_is_no_rate);
	tcase_add_test(tcase, unreadable_file_is_told);
	tcase_add_loop_test(tcase, garbage_is_survived, 0, 60);
	suite_add_tcase(suite, tcase);
	return suite;
}
