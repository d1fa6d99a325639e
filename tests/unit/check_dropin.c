#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/dropin.h"

Suite *dropin_suite(void);

#define HEADER "# Written by tcptune: change the profile, not this file. Undo with: tcptune revert\n"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new();
}

static void tear_down(void)
{
	arena_free(arena);
}

#define LIST(...) (const char *const[]){__VA_ARGS__}

static char *print_one(struct dropin_line line)
{
	struct dropin dropin = {.lines = &line, .n = 1};

	return dropin_print(arena, &dropin);
}

START_TEST(prints_as_documented)
{
	char *text = print_one((struct dropin_line){
		.key = "net.ipv4.tcp_fin_timeout", .value = "30",
		.because = LIST("profile time-wait"), .n_because = 1,
		.why = LIST("orphaned FIN_WAIT_2 ends sooner; TIME_WAIT stays 60 s"),
		.sources = LIST("Linux ip-sysctl"), .n_sources = 1,
	});

	ck_assert_str_eq(text, HEADER
			 "\n# profile time-wait: orphaned FIN_WAIT_2 ends sooner; TIME_WAIT stays 60 s\n"
			 "# source: Linux ip-sysctl\n"
			 "net.ipv4.tcp_fin_timeout = 30\n");
}
END_TEST

START_TEST(no_lines_are_no_text)
{
	struct dropin empty = {0};

	ck_assert_str_eq(dropin_print(arena, &empty), "");
	ck_assert_uint_eq(dropin_parse(arena, "", 0)->n, 0);
	ck_assert(!dropin_parse(arena, "", 0)->is_ours);
}
END_TEST

START_TEST(sorts_and_keeps_the_last_of_a_key)
{
	struct dropin_line lines[] = {
		{.key = "net.ipv4.tcp_tw_reuse", .value = "0"},
		{.key = "net.core.somaxconn", .value = "4096"},
		{.key = "net.ipv4.tcp_tw_reuse", .value = "1"},
	};
	struct dropin dropin = {.lines = lines, .n = 3};

	ck_assert_str_eq(dropin_print(arena, &dropin),
			 HEADER "\nnet.core.somaxconn = 4096\n\nnet.ipv4.tcp_tw_reuse = 1\n");
}
END_TEST

START_TEST(folds_at_96_columns)
{
	char *text = print_one((struct dropin_line){
		.key = "net.ipv4.tcp_tw_reuse", .value = "1",
		.because = LIST("profile x"), .n_because = 1,
		/* "# profile x: " takes 13 columns; é is one. */
		.why = LIST("é23456789 123456789 123456789 123456789 123456789 123456789 123456789 "
			    "123456789 123 56789 123456789 123456789 123456789 123456789 123456789 "
			    "123456789 123456789 123456789 12345 78901 end"),
	});

	ck_assert_str_eq(text, HEADER
		"\n# profile x: é23456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123\n"
		"#   56789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 12345\n"
		"#   78901 end\n"
		"net.ipv4.tcp_tw_reuse = 1\n");
}
END_TEST

/* What an untrusted reason or value must not become: a line of its own, or anything a terminal obeys. */
static const struct {
	const char *because, *why, *source, *value, *expected;
} hostile[] = {
	{"profile a", "x\nnet.ipv4.ip_forward = 1", "s", "1", "# profile a: x net.ipv4.ip_forward = 1\n# source: s\n"},
	{"profile a", "x\r\n; net", "s\n\nkey = 2", "1", "# profile a: x ; net\n# source: s key = 2\n"},
	{"profile a\nkey = 3", "w", "s", "1", "# profile a key = 3: w\n# source: s\n"},
	{"profile a", "\033[31mred\a", "\302\205s", "1", "# profile a: \\x1b[31mred\\x07\n# source: \\xc2\\x85s\n"},
	{"profile a: b:  c", "w", "s", "1", "# profile a:b:c: w\n# source: s\n"},
	{"source", "w", "", "1", "# reasonsource: w\n"},
	{"", "", "s", "1", "# reason\n# source: s\n"},
	{"profile a", NULL, "s", "1", "# profile a\n# source: s\n"},
	{"profile a", " \t\n", "s", "1", "# profile a\n# source: s\n"},
};

START_TEST(nothing_breaks_out)
{
	const char *because = hostile[_i].because, *why = hostile[_i].why, *source = hostile[_i].source;
	char *text = print_one((struct dropin_line){
		.key = "net.ipv4.tcp_tw_reuse", .value = hostile[_i].value, .because = &because,
		.n_because = 1, .why = &why, .sources = &source, .n_sources = 1,
	});
	char *expected = arena_printf(arena, HEADER "\n%snet.ipv4.tcp_tw_reuse = 1\n", hostile[_i].expected);

	ck_assert_str_eq(text, expected);
	ck_assert_str_eq(dropin_print(arena, dropin_parse(arena, text, strlen(text))), text);
}
END_TEST

START_TEST(a_value_stays_on_its_line)
{
	ck_assert_str_eq(print_one((struct dropin_line){.key = "net.ipv4.tcp_rmem",
							.value = "4096\t131072\n6291456\n"}),
			 HEADER "\nnet.ipv4.tcp_rmem = 4096 131072 6291456\n");
}
END_TEST

static const char *const bad_keys[] = {
	"kernel.panic", "net.ipv4.x\nkernel.panic", "net.ipv4.a b", "net.ipv4.a=b", "net.ipv4.*",
	"net.ipv4.[a]", "-net.ipv4.a", "net.ipv4.\303\251", "", "net",
};

START_TEST(a_key_that_is_no_plain_name_is_left_out)
{
	ck_assert_str_eq(print_one((struct dropin_line){.key = bad_keys[_i], .value = "1"}), "");
}
END_TEST

START_TEST(parses_what_it_prints)
{
	struct dropin_line lines[] = {
		{
			.key = "net.ipv4.tcp_fin_timeout", .value = "30",
			.because = LIST("profile time-wait", "finding finwait2-pileup"), .n_because = 2,
			.why = LIST("a reason of many words, so many that they do not fit on one line of "
				    "ninety-six columns: they are folded, and joined again",
				    "short: with a colon"),
			.sources = LIST("Linux 6.18 net/ipv4/tcp_input.c", "RFC 9293"), .n_sources = 2,
		},
		{.key = "net.ipv4.tcp_tw_reuse", .value = "1"},
	};
	struct dropin dropin = {.lines = lines, .n = 2};
	char *text = dropin_print(arena, &dropin);
	struct dropin *parsed = dropin_parse(arena, text, strlen(text));
	const struct dropin_line *line = dropin_find(parsed, "net.ipv4.tcp_fin_timeout");

	ck_assert(parsed->is_ours);
	ck_assert_uint_eq(parsed->n, 2);
	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line->value, "30");
	ck_assert_uint_eq(line->n_because, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_str_eq(line->because[i], lines[0].because[i]);
		ck_assert_str_eq(line->why[i], lines[0].why[i]);
		ck_assert_str_eq(line->sources[i], lines[0].sources[i]);
	}
	ck_assert_uint_eq(line->n_sources, 2);
	ck_assert_uint_eq(parsed->lines[1].n_because, 0);
	ck_assert_ptr_null(dropin_find(parsed, "net.ipv4.tcp_sack"));
	ck_assert_str_eq(dropin_print(arena, parsed), text);
}
END_TEST

/* Files of others, and damaged ones: taken as far as they go. */
static const struct {
	const char *text;
	size_t length; /* 0: to the NUL */
	size_t n;
	const char *key, *value;
} foreign[] = {
	{"net.ipv4.tcp_fin_timeout=15", 0, 1, "net.ipv4.tcp_fin_timeout", "15"},
	{"  net.ipv4.tcp_fin_timeout\t=\t15 \r\n", 0, 1, "net.ipv4.tcp_fin_timeout", "15"},
	{"a=1\n# c\n#   d\nb = 2\na = 3", 0, 2, "a", "3"},
	{"; a=1\n#b=2\nno assignment\n\n\n", 0, 0, NULL, NULL},
	{"a = b = c\n", 0, 1, "a", "b = c"},
	{"=\n", 0, 1, "", ""},
	{"a = 1\0 b = 2\nc = 3\n", 19, 2, "a", "1"},
	{"\377\376a = \001\n", 0, 1, "\377\376a", "\001"},
};

START_TEST(parses_any_text)
{
	size_t length = foreign[_i].length ? foreign[_i].length : strlen(foreign[_i].text);
	struct dropin *dropin = dropin_parse(arena, foreign[_i].text, length);

	ck_assert(!dropin->is_ours);
	ck_assert_uint_eq(dropin->n, foreign[_i].n);
	if (foreign[_i].key) {
		const struct dropin_line *line = dropin_find(dropin, foreign[_i].key);

		ck_assert_ptr_nonnull(line);
		ck_assert_str_eq(line->value, foreign[_i].value);
	}
}
END_TEST

START_TEST(diff_names_the_file)
{
	char *made = dropin_diff(arena, "/etc/a.conf", NULL, "a\n");
	char *removed = dropin_diff(arena, "/etc/a.conf", "a\n", "");
	char *changed = dropin_diff(arena, "/etc/a.conf", "a\n", "b\n");

	ck_assert_str_eq(made, "--- /dev/null\n+++ /etc/a.conf\n@@ -0,0 +1 @@\n+a\n");
	ck_assert_str_eq(removed, "--- /etc/a.conf\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
	ck_assert_str_eq(changed, "--- /etc/a.conf\n+++ /etc/a.conf\n@@ -1 +1 @@\n-a\n+b\n");
	ck_assert_str_eq(dropin_diff(arena, "/etc/a.conf", NULL, NULL), "");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *dropin_suite(void)
{
	Suite *suite = suite_create("dropin");
	TCase *tcase = tcase_create("dropin");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, prints_as_documented);
	tcase_add_test(tcase, no_lines_are_no_text);
	tcase_add_test(tcase, sorts_and_keeps_the_last_of_a_key);
	tcase_add_test(tcase, folds_at_96_columns);
	tcase_add_loop_test(tcase, nothing_breaks_out, 0, ROWS(hostile));
	tcase_add_test(tcase, a_value_stays_on_its_line);
	tcase_add_loop_test(tcase, a_key_that_is_no_plain_name_is_left_out, 0, ROWS(bad_keys));
	tcase_add_test(tcase, parses_what_it_prints);
	tcase_add_loop_test(tcase, parses_any_text, 0, ROWS(foreign));
	tcase_add_test(tcase, diff_names_the_file);
	suite_add_tcase(suite, tcase);
	return suite;
}
