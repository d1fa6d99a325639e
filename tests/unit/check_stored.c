#include <stdlib.h>

#include <check.h>

#include "core/stored.h"

Suite *stored_suite(void);

static const struct {
	const char *now, *wanted;
	enum stored_rounding rounding;
	bool expected;
} written[] = {
	{"30", "30", STORED_EXACT, true},
	{"30", "31", STORED_EXACT, false},
	{"3", "30", STORED_EXACT, false},
	{"4096\t131072\t6291456", "4096 131072 6291456", STORED_EXACT, true},
	{" 4096  131072\t6291456\n", "4096 131072 6291456", STORED_EXACT, true},
	{"4096\t131072", "4096 131072 6291456", STORED_EXACT, false},
	{"4096 131072 6291456", "4096 131072", STORED_EXACT, false},
	{"4096131072 6291456", "4096 131072 6291456", STORED_EXACT, false},
	{"cubic", "cubic", STORED_EXACT, true},
	{"cubic", "bbr", STORED_EXACT, false},
	{"", "", STORED_EXACT, true},
	{"\n", "", STORED_EXACT, true},
	{"", "1", STORED_EXACT, false},
	{"-1", "-1", STORED_EXACT, true},
	{"-1", "1", STORED_EXACT, false},
	{"-1", "1", STORED_JIFFIES, false},
	{"-1", "-2", STORED_JIFFIES, false},
	/* ip_local_reserved_ports, as Linux 6.18 gives it back. */
	{"8080,9000-9001", "9001,9000,8080", STORED_EXACT, true},
	{"9000-9010", "9000-9005,9006-9010", STORED_EXACT, true},
	{"9000-9010", "9000-9011", STORED_EXACT, false},
	{"0-65535", "0-32767,32768-65535", STORED_EXACT, true},
	{"8080,9000", "8080,,9000", STORED_EXACT, false},
	{"8080,65536", "65536,8080", STORED_EXACT, false},
	{"8080,99999999999999999999", "99999999999999999999,8080", STORED_EXACT, false},
	{"9010-9000,1", "1,9010-9000", STORED_EXACT, false},
	{"reno,", "reno", STORED_EXACT, false},
	/* Milliseconds. */
	{"4", "1", STORED_JIFFIES, true},
	{"4", "1", STORED_EXACT, false},
	{"10", "1", STORED_JIFFIES, true},
	{"11", "1", STORED_JIFFIES, false},
	{"0", "1", STORED_JIFFIES, false},
	{"1000", "1000", STORED_JIFFIES, true},
	{"1x", "1", STORED_JIFFIES, false},
	{"", "1", STORED_JIFFIES, false},
};

START_TEST(is_what_was_written)
{
	ck_assert_int_eq(stored_is(written[_i].now, written[_i].wanted, written[_i].rounding),
			 written[_i].expected);
}
END_TEST

static const struct {
	const char *now, *from, *to;
	enum stored_rounding rounding;
	bool expected;
} between[] = {
	{"30", "60", "30", STORED_EXACT, true},
	{"60", "60", "30", STORED_EXACT, true},
	{"45", "60", "30", STORED_EXACT, false},
	{"1 2 3", "1 2 3", "4 5 6", STORED_EXACT, true},
	{"4\t2\t3", "1\t2\t3", "4 5 6", STORED_EXACT, true},
	{"4 5 3", "1 2 3", "4 5 6", STORED_EXACT, true},
	{"4 5 6", "1 2 3", "4 5 6", STORED_EXACT, true},
	{"4 7 3", "1 2 3", "4 5 6", STORED_EXACT, false},
	{"4 5", "1 2 3", "4 5 6", STORED_EXACT, false},
	{"4 5 6 7", "1 2 3", "4 5 6", STORED_EXACT, false},
	{"", "1", "2", STORED_EXACT, false},
	{"", "", "8080", STORED_EXACT, true},
	{"8080", "", "8080", STORED_EXACT, true},
	{"80", "", "8080", STORED_EXACT, false},
	{"4", "100", "1", STORED_JIFFIES, true},
	{"4", "100", "1", STORED_EXACT, false},
	{"104", "100", "1", STORED_JIFFIES, false},
};

START_TEST(is_between)
{
	ck_assert_int_eq(stored_between(between[_i].now, between[_i].from, between[_i].to,
					between[_i].rounding),
			 between[_i].expected);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *stored_suite(void)
{
	Suite *suite = suite_create("stored");
	TCase *tcase = tcase_create("stored");

	tcase_add_loop_test(tcase, is_what_was_written, 0, ROWS(written));
	tcase_add_loop_test(tcase, is_between, 0, ROWS(between));
	suite_add_tcase(suite, tcase);
	return suite;
}
