#include <check.h>

#include "core/owners.h"

Suite *owners_suite(void);

static const struct {
	const char *target;
	uint32_t inode; /* 0: no socket */
} targets[] = {
	{"socket:[1]", 1},
	{"socket:[4294967295]", 4294967295u},
	{"socket:[4294967296]", 0},
	{"socket:[99999999999999999999999999]", 0},
	{"socket:[0]", 0},
	{"socket:[]", 0},
	{"socket:[12", 0},
	{"socket:[12]x", 0},
	{"socket:[-1]", 0},
	{"socket:[ 1]", 0},
	{"/tmp/socket:[1]", 0},
	{"pipe:[1]", 0},
	{"", 0},
};

START_TEST(targets_of_descriptors)
{
	uint32_t inode = 0;

	ck_assert_int_eq(owner_socket(targets[_i].target, &inode), targets[_i].inode != 0);
	ck_assert_uint_eq(inode, targets[_i].inode);
}
END_TEST

static const struct {
	const char *text;
	enum fact_state state;
	double limit;
} limits[] = {
	{"Limit                     Soft Limit           Hard Limit           Units     \n"
	 "Max processes             7823                 7823                 processes \n"
	 "Max open files            1024                 524288               files     \n",
	 FACT_KNOWN, 1024},
	{"Max open files            unlimited            unlimited            files     \n", FACT_ABSENT, 0},
	{"Max open files            \n", FACT_UNREADABLE, 0},
	{"Max open files", FACT_UNREADABLE, 0},
	{"Max processes             7823                 7823                 processes \n",
	 FACT_UNREADABLE, 0},
	{"", FACT_UNREADABLE, 0},
};

START_TEST(limits_of_descriptors)
{
	struct fact fact = owner_fd_limit(limits[_i].text);

	ck_assert_int_eq(fact.state, limits[_i].state);
	if (fact.state == FACT_KNOWN)
		ck_assert_double_eq(fact.value.number, limits[_i].limit);
	else
		ck_assert_ptr_nonnull(fact.why);
}
END_TEST

START_TEST(a_name_is_printable)
{
	struct arena *arena = arena_new();
	struct owner owner = {.pid = 12, .command = "a\033[1mb\n"};

	ck_assert_str_eq(owner_name(arena, &owner), "a\\x1b[1mb\\x0a[12]");
	arena_free(arena);
}
END_TEST

Suite *owners_suite(void)
{
	Suite *suite = suite_create("owners");
	TCase *tcase = tcase_create("texts of /proc");

	tcase_add_loop_test(tcase, targets_of_descriptors, 0, sizeof(targets) / sizeof(targets[0]));
	tcase_add_loop_test(tcase, limits_of_descriptors, 0, sizeof(limits) / sizeof(limits[0]));
	tcase_add_test(tcase, a_name_is_printable);
	suite_add_tcase(suite, tcase);
	return suite;
}
