#include <check.h>
#include <string.h>

#include "core/expr.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;
static struct arena *arena;
static struct diag diag;
static struct facts *facts;

static void setup(void)
{
	arena = arena_new();
	diag = diag_new(arena);
	facts = facts_new(arena);
	facts_set(facts, "cpus", value_number(4, UNIT_NONE));
	facts_set(facts, "memory.total", value_number(1.5 * (1 << 30), UNIT_BYTES));
	facts_set(facts, "host.name", value_text("web\x1b[31m\n1"));
	facts_set_missing(facts, "uptime", FACT_UNREADABLE, "EACCES");
	facts_set_missing(facts, "net.ipv4.tcp_tw_recycle", FACT_ABSENT, NULL);
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct template *parse(struct node node)
{
	const struct scope scope = {.catalog = &shelf->catalog};

	return template_parse(arena, &diag, &node, &scope);
}

static const char *expanded(const char *text)
{
	struct eval eval = {.arena = arena, .facts = facts, .catalog = &shelf->catalog};
	const struct template *template =
		parse((struct node){.type = NODE_SCALAR, .text = text, .place = {"t", 2, 5}});

	return template ? template_expand(template, &eval) : diag_format(arena, &diag.messages[0]);
}

static const struct {
	const char *text, *result;
} texts[] = {
	{"", ""},
	{"plain", "plain"},
	{"{cpus}", "4"},
	{"{cpus} CPUs, {memory.total}", "4 CPUs, 1.5 GiB"},
	{"{cpus}{cpus}", "44"},
	{"a {{ b } c", "a { b } c"},
	{"{{cpus}", "{cpus}"},
	{"{{{cpus}", "{4"},
	{"{if(cpus > 1, \"many\", \"one\")}", "many"},
	{"up {uptime}.", "up (unknown: uptime: EACCES)."},
	{"{net.ipv4.tcp_tw_recycle}", "(unknown: net.ipv4.tcp_tw_recycle: this host does not have it)"},
	/* What was observed is never passed on raw. */
	{"{host.name}", "web\\x1b[31m\\x0a1"},
	{"{", "t:2:5: error: '{' has no '}' ('{{' is a brace)"},
	{"a {cpus", "t:2:5: error: '{' has no '}' ('{{' is a brace)"},
	{"a {}", "t:2:8: error: the expression is empty"},
	{"a {cpuz}", "t:2:8: error: unknown name 'cpuz', did you mean 'cpus'?"},
};

START_TEST(a_text)
{
	ck_assert_str_eq(expanded(texts[_i].text), texts[_i].result);
}
END_TEST

/* Behind a quote the column is one more; over several lines there is none but that of the text. */
START_TEST(places)
{
	const struct node quoted = {.type = NODE_SCALAR, .text = "{a} {b}", .place = {"t", 1, 1}, .quoted = true};
	const struct node folded = {.type = NODE_SCALAR, .text = "x {c}", .place = {"t", 2, 3}, .quoted = true,
				    .folded = true};
	const struct node list = {.type = NODE_LIST, .place = {"t", 3, 1}};

	ck_assert_ptr_null(parse(quoted));
	ck_assert_ptr_null(parse(folded));
	ck_assert_ptr_null(parse(list));
	ck_assert_uint_eq(diag.errors, 4);
	ck_assert_str_eq(diag_format(arena, &diag.messages[0]), "t:1:3: error: unknown name 'a'");
	ck_assert_str_eq(diag_format(arena, &diag.messages[1]), "t:1:7: error: unknown name 'b'");
	ck_assert_uint_eq(diag.messages[2].place.line, 2);
	ck_assert_uint_eq(diag.messages[2].place.column, 3);
	ck_assert_str_eq(diag_format(arena, &diag.messages[3]), "t:3:1: error: a text is needed here");
}
END_TEST

START_TEST(the_facts_it_reads)
{
	const char **names = NULL;
	size_t n = 0, capacity = 0;

	template_facts(parse((struct node){.type = NODE_SCALAR, .text = "{cpus} {uptime} {cpus}"}), arena, &names,
		       &n, &capacity);
	template_facts(NULL, arena, &names, &n, &capacity);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(names[0], "cpus");
	ck_assert_str_eq(names[1], "uptime");
}
END_TEST

Suite *template_suite(void);

Suite *template_suite(void)
{
	Suite *suite = suite_create("template");
	TCase *tcase = tcase_create("template");

	shelf = shelf_open();
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_text, 0, (int)N(texts));
	tcase_add_test(tcase, places);
	tcase_add_test(tcase, the_facts_it_reads);
	suite_add_tcase(suite, tcase);
	return suite;
}
