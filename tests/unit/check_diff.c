#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/diff.h"
#include "core/text.h"

Suite *diff_suite(void);

/* Each expected text is what `diff -u` of GNU diffutils 3.8 prints, without its times. */
static const struct {
	const char *old, *now, *expected;
} cases[] = {
	{"a\nb\n", "a\nb\n", ""},
	{"", "", ""},
	{"", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
	{"a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n"},
	{"a", "b", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"},
	{"a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
	 "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	 "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n",
	 "@@ -7,3 +7,4 @@\n 7\n 8\n 9\n+0\n"},
	/* Six lines between two changes: one hunk. Seven: two. */
	{"a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
	 "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
	{"a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	 "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "1\n3\n4\n5\n6\n7\n8\n9\n10\nx\n11\n12\n",
	 "@@ -1,5 +1,4 @@\n 1\n-2\n 3\n 4\n 5\n@@ -8,5 +7,6 @@\n 8\n 9\n 10\n+x\n 11\n 12\n"},
	{"a\tb\033[1m\n", "a\tc\n", "@@ -1 +1 @@\n-a\tb\\x1b[1m\n+a\tc\n"},
};

START_TEST(is_what_diff_prints)
{
	struct arena *arena = arena_new();
	const char *expected = cases[_i].expected;

	if (*expected)
		expected = arena_printf(arena, "--- a\n+++ b\n%s", expected);
	ck_assert_str_eq(diff_unified(arena, "a", cases[_i].old, "b", cases[_i].now), expected);
	arena_free(arena);
}
END_TEST

/* Thousands of lines that all differ: bounded work, one hunk. */
START_TEST(large_texts_are_bounded)
{
	struct arena *arena = arena_new();
	struct text old = text_new(arena), now = text_new(arena);
	char *diff;

	for (int i = 0; i < 20000; i++) {
		text_printf(&old, "a%d\n", i);
		text_printf(&now, "b%d\n", i);
	}
	diff = diff_unified(arena, "a", old.data, "b", now.data);
	ck_assert_ptr_nonnull(strstr(diff, "@@ -1,20000 +1,20000 @@\n-a0\n"));
	ck_assert_uint_eq(strlen(diff), old.length + now.length + 40000 +
					strlen("--- a\n+++ b\n@@ -1,20000 +1,20000 @@\n"));
	arena_free(arena);
}
END_TEST

Suite *diff_suite(void)
{
	Suite *suite = suite_create("diff");
	TCase *tcase = tcase_create("diff");

	tcase_add_loop_test(tcase, is_what_diff_prints, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, large_texts_are_bounded);
	suite_add_tcase(suite, tcase);
	return suite;
}
