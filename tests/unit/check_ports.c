#include <check.h>
#include <string.h>

#include "core/ports.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *a, *b, *merged;
} merges[] = {
	{"", "", ""},
	{"8080", "", "8080"},
	{"8080", "8080", "8080"},
	{"8081", "8080", "8080-8081"},
	{"1-3,7", "4-6", "1-7"},
	{" 10 - 12 , 15 ", "14, 13", "10-15"},
	{"0,65535", "", "0,65535"},
	{"0-65535", "5", "0-65535"},
	{"8,9,10,11,12,13,14,15,16", "", "8-16"},
	{"5-22", "7-9", "5-22"},
	{"80,bad,90", "", "80"}, /* what could be read */
	{"90-80", "", ""},
	{"65536", "", ""},
	{"99999999999999999999", "", ""},
	{"80 90", "", ""},
	{"80-", "", ""},
	{",", "", ""},
};

START_TEST(merged)
{
	struct arena *arena = arena_new();

	ck_assert_str_eq(ports_merge(arena, merges[_i].a, merges[_i].b), merges[_i].merged);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *list;
	double port;
	bool is_there;
} lookups[] = {
	{"", 80, false},      {"80", 80, true},         {"80", 81, false},         {"80-90", 80, true},
	{"80-90", 90, true},  {"80-90", 91, false},     {"1,80-90,5", 85, true},   {"1,80-90,5", 5, true},
	{"0-65535", 0, true}, {"0-65535", 65535, true}, {"0-65535", 65536, false}, {"0-65535", -1, false},
	{"80,x,90", 80, true}, {"80,x,90", 90, false},
};

START_TEST(looked_up)
{
	ck_assert_int_eq(ports_have(lookups[_i].list, lookups[_i].port), lookups[_i].is_there);
}
END_TEST

static const struct {
	const char *list;
	unsigned low, high, count;
} counts[] = {
	{"", 1, 65535, 0},
	{"80,443", 1, 1000, 2},
	{"80,443", 80, 80, 1},
	{"80,443", 81, 442, 0},
	{"0-65535", 32768, 60999, 28232},
	{"0-65535", 0, 65535, 65536},
	{"30000-40000", 32768, 60999, 7233},
	{"80", 65535, 1, 0},
	{"65535", 0, 4000000000u, 1},
};

START_TEST(counted)
{
	ck_assert_uint_eq(ports_count(counts[_i].list, counts[_i].low, counts[_i].high), counts[_i].count);
}
END_TEST

static const struct {
	const char *list, *why; /* NULL: good */
} texts[] = {
	{"", NULL},
	{"80", NULL},
	{"80,90-95", NULL},
	{"80,,90", "a port is 0 to 65535"},
	{"80,", NULL},
	{"90-80", "a range is low-high"},
	{"80 90", "ports are separated by commas"},
	{"80;90", "ports are separated by commas"},
	{"x", "a port is 0 to 65535"},
	{"70000", "a port is 0 to 65535"},
	{"1-70000", "a port is 0 to 65535"},
	{"-5", "a port is 0 to 65535"},
};

START_TEST(validated)
{
	const char *why = NULL;

	ck_assert_int_eq(ports_valid(texts[_i].list, &why), texts[_i].why == NULL);
	if (texts[_i].why)
		ck_assert_str_eq(why, texts[_i].why);
}
END_TEST

/* Very many ranges, as no kernel prints them, take no time that grows with their width. */
START_TEST(hostile_list)
{
	struct arena *arena = arena_new();
	struct text list = text_new(arena);

	for (int i = 0; i < 20000; i++)
		text_add(&list, "1-65535,");
	ck_assert_str_eq(ports_merge(arena, list.data, ""), "1-65535");
	ck_assert(!ports_have(list.data, 0));
	arena_free(arena);
}
END_TEST

Suite *ports_suite(void);

Suite *ports_suite(void)
{
	Suite *suite = suite_create("ports");
	TCase *tcase = tcase_create("ports");

	tcase_add_loop_test(tcase, merged, 0, (int)N(merges));
	tcase_add_loop_test(tcase, looked_up, 0, (int)N(lookups));
	tcase_add_loop_test(tcase, counted, 0, (int)N(counts));
	tcase_add_loop_test(tcase, validated, 0, (int)N(texts));
	tcase_add_test(tcase, hostile_list);
	suite_add_tcase(suite, tcase);
	return suite;
}
