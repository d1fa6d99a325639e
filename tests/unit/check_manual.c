/* tcptune-rules.5 says everything that rules may use and nothing else, and its examples are rules. */
#include <check.h>
#include <string.h>

#include "core/expr_internal.h"
#include "core/text.h"
#include "shelf.h"

#define PAGE "rules/tcptune-rules.5"

static struct shelf *shelf;
static const char *page;
static struct text errors;

static void setup(void)
{
	errors = text_new(shelf->arena);
}

static void check_errors(void)
{
	ck_assert_msg(!errors.length, "%.3000s", errors.data);
}

/* The lines of a section, from its ".Sh" or ".Ss" to the next one of its kind. */
static const char *section(const char *heading)
{
	const char *start = strstr(page, heading), *end, *other;

	ck_assert_msg(start != NULL, PAGE " has no '%s'", heading);
	end = strstr(start + 1, "\n.Sh ");
	other = strstr(start + 1, "\n.Ss ");
	if (other && (!end || other < end) && heading[2] == 's')
		end = other;
	return end ? arena_strndup(shelf->arena, start, (size_t)(end - start)) : start;
}

static void expect_item(const char *in, const char *where, const char *name, enum value_type type, enum unit unit)
{
	static const char *const types[] = {
		[VALUE_BOOL] = "yes or no", [VALUE_NUMBER] = "number", [VALUE_TEXT] = "text",
		[VALUE_TUPLE] = "tuple", [VALUE_VERSION] = "version",
	};
	const char *kind = unit == UNIT_NONE ? types[type] : unit_name(unit);

	if (!strstr(in, arena_printf(shelf->arena, "\n.It Ic %s Pq %s\n", name, kind)))
		text_printf(&errors, "%s of %s, counted in '%s', is not in the manual page\n", name, where, kind);
}

static size_t count_items(const char *in, const char *item)
{
	size_t n = 0;

	for (const char *s = strstr(in, item); s; s = strstr(s + 1, item))
		n++;
	return n;
}

START_TEST(facts_are_there)
{
	size_t n;
	const struct fact_def *scalars = catalog_scalars(&n);
	const char *facts = section(".Sh FACTS");

	for (size_t i = 0; i < n; i++)
		expect_item(facts, "the facts", scalars[i].name, scalars[i].type, scalars[i].unit);
	check_errors();
	ck_assert_uint_eq(count_items(facts, "\n.It Ic "), n);
}
END_TEST

START_TEST(tables_are_there)
{
	size_t n, columns = 0;
	const struct table_def *const *tables = catalog_tables(&n);

	for (size_t i = 0; i < n; i++) {
		const char *text = section(arena_printf(shelf->arena, ".Ss %s\n", tables[i]->name));

		columns += tables[i]->n_columns;
		for (size_t c = 0; c < tables[i]->n_columns; c++)
			expect_item(text, tables[i]->name, tables[i]->columns[c].name, tables[i]->columns[c].type,
				    tables[i]->columns[c].unit);
	}
	check_errors();
	ck_assert_uint_eq(count_items(section(".Sh TABLES"), "\n.Ss "), n);
	ck_assert_uint_eq(count_items(section(".Sh TABLES"), "\n.It Ic "), columns);
}
END_TEST

START_TEST(functions_are_there)
{
	size_t n;
	const char *const *names = func_names(&n);
	const char *functions = section(".Ss Functions"), *tables = section(".Ss Tables");

	for (size_t i = 0; i < n; i++)
		if (!strstr(functions, arena_printf(shelf->arena, "\n.It Fn %s ", names[i])) &&
		    !strstr(tables, arena_printf(shelf->arena, "\n.It Ic %s Ns Pq Ar table ", names[i])))
			text_printf(&errors, "%s() is not in the manual page\n", names[i]);
	check_errors();
	ck_assert_uint_eq(count_items(functions, "\n.It Fn ") + count_items(tables, "\n.It Ic "), n);
}
END_TEST

/* The keys that a file may have, as the page lists them: all of them in one rule are no mistake. */
START_TEST(keys_are_there)
{
	static const char rule[] =
		"- {id: a, title: T, about: host, severity: low, when: yes, each: listeners as l, kernels: '> 1',\n"
		"   thresholds: {t: 1}, facts: {f: 1}, subject: s, summary: s, evidence: [], remedy: [],\n"
		"   risk: r, corrects: c, unverified: u, sources: []}\n";
	const char *keys = section(".Sh KEYS OF A RULE");
	const struct node *node;

	shelf_compile(shelf, "all", rule);
	ck_assert_str_eq(shelf_messages(shelf), "");
	node = node_load(shelf->arena, &shelf->diag, "all", rule, strlen(rule));
	for (size_t i = 0; i < node->items[0].n; i++)
		if (!strstr(keys, arena_printf(shelf->arena, "\n.It Ic %s\n", node->items[0].keys[i])))
			text_printf(&errors, "%s is not in the manual page\n", node->items[0].keys[i]);
	check_errors();
	ck_assert_uint_eq(count_items(keys, "\n.It Ic "), node->items[0].n);
}
END_TEST

START_TEST(examples_are_rules)
{
	static const char begin[] = "\n.Bd -literal -offset indent\n";
	unsigned n = 0;

	for (const char *s = strstr(page, begin); s; s = strstr(s, begin)) {
		const char *end = strstr(s, "\n.Ed");

		ck_assert_ptr_nonnull(end);
		s += strlen(begin);
		shelf_compile(shelf, arena_printf(shelf->arena, "example %u", ++n),
			      arena_strndup(shelf->arena, s, (size_t)(end + 1 - s)));
		ck_assert_str_eq(shelf_messages(shelf), "");
		ck_assert_uint_eq(rules_count(shelf->rules), 1);
	}
	ck_assert_uint_ge(n, 3);
}
END_TEST

Suite *manual_suite(void);

Suite *manual_suite(void)
{
	Suite *suite = suite_create("manual");
	TCase *tcase = tcase_create("manual");

	shelf = shelf_open();
	page = shelf_file(shelf, PAGE);
	page = page ? page : "";
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, facts_are_there);
	tcase_add_test(tcase, tables_are_there);
	tcase_add_test(tcase, functions_are_there);
	tcase_add_test(tcase, keys_are_there);
	tcase_add_test(tcase, examples_are_rules);
	suite_add_tcase(suite, tcase);
	return suite;
}
