/* An expression over a made-up host: a result of the type and unit that it was given when it was parsed, twice the same. */
#include <math.h>
#include <string.h>

#include "core/expr.h"
#include "core/text.h"
#include "fuzz.h"

static bool same(struct arena *arena, const struct fact *a, const struct fact *b)
{
	if (a->state != b->state)
		return false;
	if (a->state != FACT_KNOWN)
		return !strcmp(a->why ? a->why : "", b->why ? b->why : "");
	return !strcmp(value_raw(arena, a->value), value_raw(arena, b->value));
}

static void check_names(struct arena *arena, const struct catalog *catalog, const struct expr *expr)
{
	const char **names = NULL;
	size_t n = 0, capacity = 0;
	struct fact_def def;

	expr_facts(expr, arena, &names, &n, &capacity);
	for (size_t i = 0; i < n; i++)
		must(catalog_find(catalog, names[i], &def));
	for (size_t i = 1; i < n; i++)
		must(strcmp(names[i - 1], names[i]));
	names = NULL;
	n = capacity = 0;
	expr_tables(expr, arena, &names, &n, &capacity);
	for (size_t i = 0; i < n; i++)
		must(catalog_table(names[i]));
}

static void check_result(struct arena *arena, const struct expr *expr, const struct fact *fact)
{
	must(fact->state == FACT_KNOWN || fact->why);
	if (fact->state != FACT_KNOWN)
		return;
	must(fact->value.type == expr_type(expr));
	if (fact->value.type == VALUE_NUMBER)
		must(!isnan(fact->value.number));
	must(value_show(arena, fact->value) && value_whole(arena, fact->value));
}

static void evaluate(struct arena *arena, const struct expr *expr, const struct scope *scope)
{
	const struct facts *facts = fuzz_facts(arena);
	const struct table *table = facts_find_table(facts, scope->bindings[0].def->name);
	struct eval eval = {.arena = arena, .facts = facts, .catalog = scope->catalog,
			    .rows = {table_row(table, 1)}, .n_rows = 1};
	struct eval again = eval;
	struct fact a = expr_eval(expr, &eval), b = expr_eval(expr, &again);

	must(same(arena, &a, &b));
	check_result(arena, expr, &a);
	check_names(arena, scope->catalog, expr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalog *catalog = &fuzz_shelf()->catalog;
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const struct scope scope = {.catalog = catalog,
				    .bindings = {{"row", catalog_table("destinations")}}, .n_bindings = 1};
	const struct node node = {.type = NODE_SCALAR, .text = fuzz_copy(arena, data, size),
				  .place = {"fuzz", 1, 1}};
	const struct expr *expr = expr_parse_any(arena, &diag, &node, &scope);

	fuzz_check_diag(&diag, data, size);
	must(!expr == (diag.errors > 0));
	if (expr)
		evaluate(arena, expr, &scope);
	arena_free(arena);
	return 0;
}
