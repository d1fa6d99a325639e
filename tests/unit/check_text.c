#include <check.h>
#include <string.h>

#include "core/text.h"

#define N(array) ((int)(sizeof(array) / sizeof(*(array))))

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct {
	const char *text, *printable;
	bool has_control;
} texts[] = {
	{"", "", false},
	{"plain ~", "plain ~", false},
	/* Lines are for the caller to cut. */
	{"a\nb\tc", "a\\x0ab\\x09c", false},
	{"\r", "\\x0d", true},
	{"\x1b[2J", "\\x1b[2J", true},
	{"\x7f", "\\x7f", true},
	/* Letters of two, three and four bytes, and the first and last of each length. */
	{"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", false},
	{"\xc2\xa0 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf", "\xc2\xa0 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf", false},
	{"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", false},
	/* C1: U+0080, U+009B (a CSI to some terminals), U+009F. */
	{"\xc2\x80", "\\xc2\\x80", true},
	{"\xc2\x9b" "31m", "\\xc2\\x9b31m", true},
	{"\xc2\x9f", "\\xc2\\x9f", true},
	{"\x9b", "\\x9b", false},
	/* Separators of lines and marks of direction, and their neighbours. */
	{"\xe2\x80\xa8", "\\xe2\\x80\\xa8", true},
	{"\xe2\x80\xae" "txt", "\\xe2\\x80\\xaetxt", true},
	{"\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf", false},
	{"\xe2\x81\xa6", "\\xe2\\x81\\xa6", true},
	{"\xe2\x81\xa9", "\\xe2\\x81\\xa9", true},
	{"\xe2\x81\xa5\xe2\x81\xaa", "\xe2\x81\xa5\xe2\x81\xaa", false},
	{"\xe2\x80\x8e", "\\xe2\\x80\\x8e", true},
	{"\xd8\x9c", "\\xd8\\x9c", true},
	/* No UTF-8: overlong, a surrogate, beyond U+10FFFF, cut off, a byte that begins nothing. */
	{"\xc0\xaf", "\\xc0\\xaf", false},
	{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", false},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", false},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", false},
	{"\xe2\x82", "\\xe2\\x82", false},
	{"\xe2\x82z\xff", "\\xe2\\x82z\\xff", false},
	{"\xff\x1b", "\\xff\\x1b", true},
};

START_TEST(is_made_printable)
{
	const char *text = text_printable(arena, texts[_i].text);

	ck_assert_str_eq(text, texts[_i].printable);
	ck_assert_str_eq(text_printable(arena, text), text);
	ck_assert(!text_has_control(text));
}
END_TEST

START_TEST(controls_are_seen)
{
	ck_assert_int_eq(text_has_control(texts[_i].text), texts[_i].has_control);
}
END_TEST

Suite *text_suite(void);

Suite *text_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *tcase = tcase_create("text");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, is_made_printable, 0, N(texts));
	tcase_add_loop_test(tcase, controls_are_seen, 0, N(texts));
	suite_add_tcase(suite, tcase);
	return suite;
}
