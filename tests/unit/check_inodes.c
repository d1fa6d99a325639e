#include <check.h>

#include "core/inodes.h"

Suite *inodes_suite(void);

START_TEST(wanted_and_owned)
{
	struct inodes *inodes = inodes_new();

	ck_assert_uint_eq(inodes_count(inodes), 0);
	ck_assert(!inodes_is_wanted(inodes, 5));
	inodes_want(inodes, 5);
	inodes_want(inodes, 5);
	inodes_want(inodes, 6);
	inodes_want(inodes, 0);
	ck_assert_uint_eq(inodes_count(inodes), 2);
	ck_assert_uint_eq(inodes_missing(inodes), 2);
	ck_assert(inodes_is_wanted(inodes, 5));
	ck_assert(!inodes_is_wanted(inodes, 0));
	ck_assert_uint_eq(inodes_owner(inodes, 5), 0);
	ck_assert(inodes_own(inodes, 5, 9));
	/* The first one stays. */
	ck_assert(!inodes_own(inodes, 5, 8));
	ck_assert(!inodes_own(inodes, 7, 8));
	ck_assert(!inodes_own(inodes, 0, 8));
	ck_assert_uint_eq(inodes_owner(inodes, 5), 9);
	ck_assert_uint_eq(inodes_owner(inodes, 7), 0);
	ck_assert_uint_eq(inodes_owner(inodes, 0), 0);
	ck_assert_uint_eq(inodes_missing(inodes), 1);
	inodes_free(inodes);
}
END_TEST

/* As the kernel gives them, and far apart; the table grows under them. */
START_TEST(many)
{
	static const uint32_t steps[] = {1, 4096, 0x10001, 0x9e3779b1};
	struct inodes *inodes = inodes_new();
	const uint32_t n = 20000, step = steps[_i];
	uint32_t found = 0;

	for (uint32_t i = 1; i <= n; i++) {
		inodes_want(inodes, i * step);
		if (i % 3 == 0)
			inodes_own(inodes, i * step, i);
	}
	ck_assert_uint_eq(inodes_count(inodes), n);
	ck_assert_uint_eq(inodes_missing(inodes), n - n / 3);
	for (uint32_t i = 1; i <= n; i++)
		found += inodes_is_wanted(inodes, i * step) &&
			 inodes_owner(inodes, i * step) == (i % 3 ? 0 : i);
	ck_assert_uint_eq(found, n);
	inodes_free(inodes);
}
END_TEST

START_TEST(nothing_to_free)
{
	inodes_free(NULL);
	ck_assert(true);
}
END_TEST

Suite *inodes_suite(void)
{
	Suite *suite = suite_create("inodes");
	TCase *tcase = tcase_create("map");

	tcase_add_test(tcase, wanted_and_owned);
	tcase_add_loop_test(tcase, many, 0, 4);
	tcase_add_test(tcase, nothing_to_free);
	suite_add_tcase(suite, tcase);
	return suite;
}
