/* Which tables the rules read. */
#include "core/rule_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct tables {
	struct arena *arena;
	const char **names;
	size_t n, capacity;
};

static void add_expr(struct tables *tables, const struct expr *expr)
{
	expr_tables(expr, tables->arena, &tables->names, &tables->n, &tables->capacity);
}

static void add_table(struct tables *tables, const struct table_def *def)
{
	for (size_t i = 0; i < tables->n; i++)
		if (tables->names[i] == def->name)
			return;
	tables->names = arena_grow(tables->arena, tables->names, tables->n, &tables->capacity,
				   sizeof(*tables->names));
	tables->names[tables->n++] = def->name;
}

static void add_text(struct tables *tables, const struct rule_text *text)
{
	template_tables(text->template, tables->arena, &tables->names, &tables->n,
			&tables->capacity);
	add_expr(tables, text->when);
	if (text->each)
		add_table(tables, text->each);
}

static void add_rule(struct tables *tables, const struct rule *rule)
{
	const struct rule_text heads[] = {
		{.template = rule->subject, .each = rule->each},
		{.template = rule->summary, .when = rule->when},
	};

	for (size_t i = 0; i < N(heads); i++)
		add_text(tables, &heads[i]);
	for (size_t i = 0; i < N(rule->severity_when); i++)
		add_expr(tables, rule->severity_when[i]);
	for (size_t i = 0; i < rule->n_names; i++)
		add_expr(tables, rule->names[i].expr);
	for (size_t i = 0; i < rule->n_evidence; i++)
		add_text(tables, &rule->evidence[i]);
	for (size_t i = 0; i < rule->n_remedies; i++) {
		add_text(tables, &rule->remedies[i].text);
		add_expr(tables, rule->remedies[i].to);
	}
}

const char **rules_tables(const struct rules *rules, struct arena *arena, size_t *ret_n)
{
	struct tables tables = {.arena = arena};

	for (size_t i = 0; i < rules->n; i++)
		add_rule(&tables, rules->entries[i].rule);
	*ret_n = tables.n;
	return tables.names;
}
