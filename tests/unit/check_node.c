#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/node.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static struct diag diag;

static void setup(void)
{
	arena = arena_new();
	diag = diag_new(arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static struct node *load(const char *text)
{
	return node_load(arena, &diag, "f.yaml", text, strlen(text));
}

/* All messages, a line each. */
static const char *messages(void)
{
	struct text text = text_new(arena);

	for (size_t i = 0; i < diag.n; i++)
		text_printf(&text, "%s\n", diag_format(arena, &diag.messages[i]));
	return text.data;
}

/* A tree as one line: maps {k: v}, lists [a, b], quoted scalars 'x'. */
static void flatten(struct text *text, const struct node *node)
{
	if (node->type == NODE_SCALAR) {
		text_printf(text, node->quoted ? "'%s'" : "%s", node->text);
		return;
	}
	text_add(text, node->type == NODE_MAP ? "{" : "[");
	for (size_t i = 0; i < node->n; i++) {
		if (i)
			text_add(text, ", ");
		if (node->type == NODE_MAP)
			text_printf(text, "%s: ", node->keys[i]);
		flatten(text, &node->items[i]);
	}
	text_add(text, node->type == NODE_MAP ? "}" : "]");
}

static const struct {
	const char *text, *tree;
} good[] = {
	{"", "[]"},
	{"# nothing\n", "[]"},
	{"---\n", "[]"},
	{"word\n", "word"},
	{"\"\"\n", "''"},
	{"a: 1\nb: [x, 'y']\n", "{a: 1, b: [x, 'y']}"},
	{"- a: 1\n  b:\n    c: d\n- e\n", "[{a: 1, b: {c: d}}, e]"},
	{"a: |\n  two\n  lines\n", "{a: 'two\nlines\n'}"},
	{"a: >-\n  one\n  line\n", "{a: 'one line'}"},
	{"a:\nb: ~\n", "{a: , b: ~}"},
	{"{}\n", "{}"},
	{"\"<<\": 1\n", "{<<: 1}"},
	{"a: \"\\u00e9\\t\"\n", "{a: '\xc3\xa9\t'}"},
	{"\xef\xbb\xbf" "a: 1\n", "{a: 1}"},
	{"%YAML 1.1\n---\na: 1\n...\n", "{a: 1}"},
};

START_TEST(test_good)
{
	struct node *node = load(good[_i].text);
	struct text text = text_new(arena);

	ck_assert_msg(node != NULL, "%s", messages());
	flatten(&text, node);
	ck_assert_str_eq(text.data, good[_i].tree);
}
END_TEST

static const struct {
	const char *text, *said;
} bad[] = {
	{"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: error: key 'a' is here twice; the first is in line 1\n"},
	{"a: &x 1\nb: *x\n",
	 "f.yaml:1:4: error: anchors (&x) are not allowed\n"
	 "f.yaml:2:4: error: aliases (*x) are not allowed: write the value out\n"},
	{"a: !!int 3\nb: !x [y]\n",
	 "f.yaml:1:4: error: tags (tag:yaml.org,2002:int) are not allowed\n"
	 "f.yaml:2:4: error: tags (!x) are not allowed\n"},
	{"- a: 1\n  <<: {b: 2}\n",
	 "f.yaml:2:3: error: merge keys (<<) are not allowed: write the keys out\n"},
	{"? [a, b]\n: c\n", "f.yaml:1:3: error: a key must be a text\n"},
	{"a: 1\n---\nb: 2\n", "f.yaml:2:1: error: a second document: one a file, the rest is not read\n"},
	{"a: b: c\n", "f.yaml:1:5: error: mapping values are not allowed in this context (a text with \": \" in "
		       "it needs quotes; keys of a map begin in one column)\n"},
	{"a: \"\\0\"\n", "f.yaml:1:4: error: a text must not hold control characters\n"},
	{"a: \"\\x1b[1m\"\n", "f.yaml:1:4: error: a text must not hold control characters\n"},
	{"a: \"\\x9b\"\n", "f.yaml:1:4: error: a text must not hold control characters\n"},
	{"a: 1\nb\xc3\xa9: \xff\n",
	 "f.yaml:2:5: error: not valid UTF-8 text: invalid leading UTF-8 octet\n"},
	{"a: \x1b[0m\n", "f.yaml:1:4: error: not valid UTF-8 text: control characters are not allowed\n"},
	{"\xff\xfe" "a\0", "f.yaml:1:1: error: not valid UTF-8 text: invalid leading UTF-8 octet\n"},
	{"a: 'open\n", "f.yaml:2:1: error: found unexpected end of stream, while scanning a quoted scalar that "
			"began in line 1\n"},
	{"a:\n\t- b\n",
	 "f.yaml:2:1: error: found character that cannot start any token, while scanning for the next token "
	 "that began in line 2 (tabs cannot indent; a text that begins with % @ ` or a tab needs quotes)\n"},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "f.yaml:1:25: error: nested deeper than 24: the rest is not read\n"},
};

START_TEST(test_bad)
{
	ck_assert_ptr_null(load(bad[_i].text));
	ck_assert_str_eq(messages(), bad[_i].said);
}
END_TEST

START_TEST(test_nul_byte)
{
	ck_assert_ptr_null(node_load(arena, &diag, "f.yaml", "a: \0b\n", 6));
	ck_assert_str_eq(messages(),
			 "f.yaml:1:4: error: not valid UTF-8 text: control characters are not allowed\n");
}
END_TEST

START_TEST(test_too_large)
{
	size_t n = NODE_MAX_BYTES + 1;
	char *bytes = arena_alloc(arena, n);

	memset(bytes, '\n', n);
	ck_assert_ptr_null(node_load(arena, &diag, "f.yaml", bytes, n));
	ck_assert_str_eq(messages(), "f.yaml: error: larger than 4 MiB\n");
}
END_TEST

START_TEST(test_too_many)
{
	size_t n = 2 * NODE_MAX_NODES + 1;
	char *bytes = arena_alloc(arena, n);

	bytes[0] = '[';
	for (size_t i = 1; i + 1 < n; i += 2)
		memcpy(bytes + i, "a,", 2);
	ck_assert_ptr_null(node_load(arena, &diag, "f.yaml", bytes, n));
	ck_assert_str_eq(messages(),
			 "f.yaml:1:40000: error: more than 20000 parts: the rest is not read\n");
}
END_TEST

START_TEST(test_places)
{
	struct node *node = load("a: 1\n\xc3\xa9: x\nlist:\n  - {b: 2}\n");
	const struct node *list;

	ck_assert_ptr_nonnull(node);
	ck_assert_uint_eq(node->items[1].place.line, 2);
	ck_assert_uint_eq(node->items[1].place.column, 4);
	list = node_get(node, "list");
	ck_assert_ptr_nonnull(list);
	ck_assert_uint_eq(list->items[0].key_places[0].line, 4);
	ck_assert_uint_eq(list->items[0].key_places[0].column, 6);
	ck_assert_str_eq(list->place.file, "f.yaml");
	ck_assert_ptr_null(node_get(node, "b"));
	ck_assert_ptr_null(node_get(list, "list"));
}
END_TEST

struct target {
	const struct node *severity, *evidence, *each;
};

static const struct node_field fields[] = {
	{"severity", NODE_SCALAR | NODE_MAP, true, offsetof(struct target, severity)},
	{"evidence", NODE_LIST, true, offsetof(struct target, evidence)},
	{"each", NODE_SCALAR, false, offsetof(struct target, each)},
};

static const struct {
	const char *text, *said;
} maps[] = {
	{"severity: high\nevidence: []\n", ""},
	{"severity: {high: x}\nevidence: []\neach: y\n", ""},
	{"severty: high\nevidence: []\n",
	 "f.yaml:1:1: error: unknown key 'severty' in a rule, did you mean 'severity'?\n"
	 "f.yaml:1:1: error: missing key 'severity' in a rule\n"},
	{"severity: high\nevidence: []\nxyz: 1\n", "f.yaml:3:1: error: unknown key 'xyz' in a rule\n"},
	{"severity: [a]\nevidence: b\n",
	 "f.yaml:1:11: error: 'severity' must be a text or a map, not a list\n"
	 "f.yaml:2:11: error: 'evidence' must be a list, not a text\n"},
	{"severity:\nevidence: []\n", "f.yaml:1:10: error: 'severity' has no value\n"},
	{"severity: \"\"\nevidence: []\n", "f.yaml:1:11: error: 'severity' has no value\n"},
	{"severity: high\nevidence: []\neach: \"\"\n", ""},
	{"[]\n", "f.yaml:1:1: error: a rule must be a map, not a list\n"},
};

START_TEST(test_read_map)
{
	struct node *node = load(maps[_i].text);
	struct target target = {0};
	bool is_good;

	ck_assert_ptr_nonnull(node);
	is_good = node_read_map(node, "a rule", fields, N(fields), &target, &diag);
	ck_assert_str_eq(messages(), maps[_i].said);
	ck_assert_int_eq(is_good, !*maps[_i].said);
	if (is_good) {
		ck_assert_ptr_eq(target.severity, node_get(node, "severity"));
		ck_assert_ptr_eq(target.evidence, node_get(node, "evidence"));
		ck_assert_ptr_eq(target.each, node_get(node, "each"));
	}
}
END_TEST

static const struct {
	const char *text, *joined, *said;
} texts[] = {
	{"one", "one;", ""},
	{"[a, b]", "a;b;", ""},
	{"[]", "", ""},
	{"[a, [b], {c: d}, e]", "a;e;",
	 "f.yaml:1:5: error: expected a text, not a list\nf.yaml:1:10: error: expected a text, not a map\n"},
	{"{a: b}", "", "f.yaml:1:1: error: expected a text or a list of texts, not a map\n"},
};

START_TEST(test_texts)
{
	struct text text = text_new(arena);
	size_t n = 99;
	const char **found = node_texts(arena, &diag, load(texts[_i].text), &n);

	for (size_t i = 0; i < n; i++)
		text_printf(&text, "%s;", found[i]);
	ck_assert_str_eq(text.data, texts[_i].joined);
	ck_assert_str_eq(messages(), texts[_i].said);
	node_texts(arena, &diag, NULL, &n);
	ck_assert_uint_eq(n, 0);
}
END_TEST

static const struct {
	const char *text;
	long long number;
	const char *said;
} integers[] = {
	{"7", 7, ""},
	{"-3", -3, ""},
	{"0", 0, ""},
	{"100", 100, ""},
	{"101", -5, "f.yaml:1:1: error: 101 is not in -5..100\n"},
	{"-6", -5, "f.yaml:1:1: error: -6 is not in -5..100\n"},
	{"010", -5, "f.yaml:1:1: error: '010' is not an integer\n"},
	{"0x1", -5, "f.yaml:1:1: error: '0x1' is not an integer\n"},
	{"1.5", -5, "f.yaml:1:1: error: '1.5' is not an integer\n"},
	{"9223372036854775808", -5, "f.yaml:1:1: error: '9223372036854775808' is not an integer\n"},
	{"\"\"", -5, "f.yaml:1:1: error: '' is not an integer\n"},
	{"[1]", -5, "f.yaml:1:1: error: expected an integer, not a list\n"},
};

START_TEST(test_integer)
{
	long long number = node_integer(&diag, load(integers[_i].text), -5, 100);

	ck_assert_str_eq(messages(), integers[_i].said);
	ck_assert_int_eq(number, integers[_i].number);
}
END_TEST

static const struct {
	const char *text;
	bool boolean;
	const char *said;
} booleans[] = {
	{"true", true, ""},
	{"yes", true, ""},
	{"false", false, ""},
	{"no", false, ""},
	{"1", false, "f.yaml:1:1: error: expected true or false\n"},
	{"{a: b}", false, "f.yaml:1:1: error: expected true or false\n"},
};

START_TEST(test_boolean)
{
	bool boolean = node_boolean(&diag, load(booleans[_i].text));

	ck_assert_str_eq(messages(), booleans[_i].said);
	ck_assert_int_eq(boolean, booleans[_i].boolean);
}
END_TEST

static const char *const names[] = {"id", "when", "remedy", "severity", "tcp_fin_timeout", "tcp_max_tw_buckets"};

static const struct {
	const char *word, *near;
} words[] = {
	{"severty", "severity"},
	{"sevrety", "severity"},
	{"esverity", "severity"},
	{"remdey", "remedy"},
	{"whne", "when"},
	{"whom", NULL},
	{"tcp_fintimeout", "tcp_fin_timeout"},
	{"tcp_max_tw_bucket", "tcp_max_tw_buckets"},
	{"ix", NULL},
	{"", NULL},
	{"completely_else", NULL},
	{"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	 NULL},
};

START_TEST(test_nearest)
{
	const char *near = node_nearest(words[_i].word, names, N(names));

	if (words[_i].near)
		ck_assert_str_eq(near ? near : "(none)", words[_i].near);
	else
		ck_assert_ptr_null(near);
}
END_TEST

Suite *node_suite(void);

Suite *node_suite(void)
{
	Suite *suite = suite_create("node");
	TCase *tcase = tcase_create("node");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_good, 0, N(good));
	tcase_add_loop_test(tcase, test_bad, 0, N(bad));
	tcase_add_test(tcase, test_nul_byte);
	tcase_add_test(tcase, test_too_large);
	tcase_add_test(tcase, test_too_many);
	tcase_add_test(tcase, test_places);
	tcase_add_loop_test(tcase, test_read_map, 0, N(maps));
	tcase_add_loop_test(tcase, test_texts, 0, N(texts));
	tcase_add_loop_test(tcase, test_integer, 0, N(integers));
	tcase_add_loop_test(tcase, test_boolean, 0, N(booleans));
	tcase_add_loop_test(tcase, test_nearest, 0, N(words));
	suite_add_tcase(suite, tcase);
	return suite;
}
