#include <arpa/inet.h>

#include <check.h>

#include "core/address.h"

Suite *address_suite(void);

static const struct {
	const char *text; /* as written */
	const char *shown, *endpoint; /* with port 80 */
	bool is_v4, is_any, is_loopback;
} cases[] = {
	{"10.0.0.1", "10.0.0.1", "10.0.0.1:80", true, false, false},
	{"0.0.0.0", "0.0.0.0", "0.0.0.0:80", true, true, false},
	{"127.0.0.1", "127.0.0.1", "127.0.0.1:80", true, false, true},
	{"127.255.255.254", "127.255.255.254", "127.255.255.254:80", true, false, true},
	{"128.0.0.1", "128.0.0.1", "128.0.0.1:80", true, false, false},
	{"::", "::", "[::]:80", false, true, false},
	{"::1", "::1", "[::1]:80", false, false, true},
	{"::2", "::2", "[::2]:80", false, false, false},
	{"2001:db8::1", "2001:db8::1", "[2001:db8::1]:80", false, false, false},
	{"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1:80", true, false, false},
	{"::ffff:0.0.0.0", "0.0.0.0", "0.0.0.0:80", true, true, false},
	{"::ffff:127.0.0.1", "127.0.0.1", "127.0.0.1:80", true, false, true},
	{"::fffe:127.0.0.1", "::fffe:7f00:1", "[::fffe:7f00:1]:80", false, false, false},
	{"1::ffff:10.0.0.1", "1::ffff:a00:1", "[1::ffff:a00:1]:80", false, false, false},
};

static struct address parse(const char *text)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return address_v4(bytes);
	ck_assert_int_eq(inet_pton(AF_INET6, text, bytes), 1);
	return address_v6(bytes);
}

START_TEST(kinds_and_texts)
{
	struct arena *arena = arena_new();
	struct address address = parse(cases[_i].text);

	ck_assert_str_eq(address_text(arena, &address), cases[_i].shown);
	ck_assert_str_eq(address_endpoint(arena, &address, 80), cases[_i].endpoint);
	ck_assert_int_eq(address_is_v4(&address), cases[_i].is_v4);
	ck_assert_int_eq(address_is_any(&address), cases[_i].is_any);
	ck_assert_int_eq(address_is_loopback(&address), cases[_i].is_loopback);
	arena_free(arena);
}
END_TEST

START_TEST(order)
{
	static const char *const ascending[] = {"::", "::1", "9.0.0.1", "10.0.0.1", "10.0.0.2",
						"2001:db8::1", "fe80::1"};

	for (size_t i = 0; i + 1 < sizeof(ascending) / sizeof(ascending[0]); i++) {
		struct address a = parse(ascending[i]), b = parse(ascending[i + 1]);

		ck_assert_int_lt(address_compare(&a, &b), 0);
		ck_assert_int_gt(address_compare(&b, &a), 0);
		ck_assert_int_eq(address_compare(&a, &a), 0);
	}
}
END_TEST

Suite *address_suite(void)
{
	Suite *suite = suite_create("address");
	TCase *tcase = tcase_create("address");

	tcase_add_loop_test(tcase, kinds_and_texts, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, order);
	suite_add_tcase(suite, tcase);
	return suite;
}
