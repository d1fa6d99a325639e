#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "core/rule_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct rules *rules_new(struct arena *arena, const struct catalog *catalog)
{
	struct rules *rules = arena_alloc(arena, sizeof(*rules));

	rules->arena = arena;
	rules->catalog = catalog;
	return rules;
}

struct rule_entry *rules_entry(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->n; i++)
		if (!strcmp(rules->entries[i].id, id))
			return &rules->entries[i];
	return NULL;
}

static bool id_is_valid(const char *id)
{
	return *id && strlen(id) <= 60 && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
}

static void add_entry(struct rules *rules, const struct node *node, const struct node *document,
		      struct diag *diag)
{
	const struct node *id = node_get(node, "id");
	struct rule_entry *entry;

	if (!id || id->type != NODE_SCALAR) {
		diag_error(diag, node->place, "a rule is a map with an 'id'");
		return;
	}
	if (!id_is_valid(id->text)) {
		diag_error(diag, id->place, "an id is made of a-z, 0-9 and '-', at most 60 of them");
		return;
	}
	entry = rules_entry(rules, id->text);
	if (entry && entry->node >= document->items && entry->node < document->items + document->n) {
		diag_error(diag, id->place, "the rule '%s' stands in this file twice", id->text);
		return;
	}
	if (!entry) {
		rules->entries = arena_grow(rules->arena, rules->entries, rules->n, &rules->capacity,
					    sizeof(*rules->entries));
		entry = &rules->entries[rules->n++];
	}
	*entry = (struct rule_entry){.id = id->text, .node = node};
}

bool rules_add(struct rules *rules, const struct node *document, struct diag *diag)
{
	size_t errors = diag->errors;

	if (document->type != NODE_LIST) {
		diag_error(diag, document->place, "a file of rules is a list of rules");
		return false;
	}
	for (size_t i = 0; i < document->n; i++)
		add_entry(rules, &document->items[i], document, diag);
	return diag->errors == errors;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct rule_entry *)a)->id, ((const struct rule_entry *)b)->id);
}

bool rules_compile(struct rules *rules, struct diag *diag)
{
	size_t errors = diag->errors;

	if (rules->n)
		qsort(rules->entries, rules->n, sizeof(*rules->entries), compare_entries);
	for (size_t i = 0; i < rules->n; i++)
		rules->entries[i].rule = rule_compile(rules, rules->entries[i].node, diag);
	return diag->errors == errors;
}

size_t rules_count(const struct rules *rules)
{
	return rules->n;
}

const struct rule *rules_at(const struct rules *rules, size_t index)
{
	return rules->entries[index].rule;
}

const struct rule *rules_find(const struct rules *rules, const char *id)
{
	const struct rule_entry *entry = rules_entry(rules, id);

	return entry ? entry->rule : NULL;
}

bool rules_set_threshold_at(struct rules *rules, const char *name, struct place place,
			    const struct node *value, struct diag *diag)
{
	const struct scope scope = {.catalog = rules->catalog};
	const char *dot = strrchr(name, '.');
	const struct rule *rule = NULL;
	const struct expr *expr;

	if (dot)
		rule = rules_find(rules, arena_strndup(rules->arena, name, (size_t)(dot - name)));
	for (size_t i = 0; rule && i < rule->n_thresholds; i++) {
		struct named_expr *named = rule->thresholds[i].named;

		if (strcmp(named->name, dot + 1))
			continue;
		expr = expr_parse(rules->arena, diag, value, &scope, expr_type(named->expr));
		if (!expr)
			return false;
		expr = expr_in_unit(rules->arena, expr, expr_unit(named->expr));
		if (expr)
			named->expr = expr;
		else if (expr_unit(named->expr) == UNIT_NONE)
			diag_error(diag, value->place, "%s is a number without a unit", name);
		else
			diag_error(diag, value->place, "%s is counted in %s", name,
				   unit_name(expr_unit(named->expr)));
		return expr != NULL;
	}
	diag_error(diag, place, "'%s' is no threshold of a rule (tcptune rules ID lists them)", name);
	return false;
}

bool rules_set_threshold(struct rules *rules, const char *name, const char *text, struct diag *diag)
{
	const struct node node = {
		.type = NODE_SCALAR,
		.text = text,
		.place = {.file = arena_printf(rules->arena, "--set %s=%s", name, text)},
	};

	return rules_set_threshold_at(rules, name, node.place, &node, diag);
}

/* Gathers names without repeats. */
struct name_list {
	struct arena *arena;
	const char **names;
	size_t n, capacity;
};

static void gather_name(struct name_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->names[i], name))
			return;
	list->names = arena_grow(list->arena, list->names, list->n, &list->capacity, sizeof(*list->names));
	list->names[list->n++] = name;
}

static void gather_expr(struct name_list *list, const struct expr *expr)
{
	expr_facts(expr, list->arena, &list->names, &list->n, &list->capacity);
}

static void gather_text(struct name_list *list, const struct rule_text *text)
{
	template_facts(text->template, list->arena, &list->names, &list->n, &list->capacity);
	gather_expr(list, text->when);
}

static void gather_rule(struct name_list *list, const struct rule *rule)
{
	const struct rule_text heads[] = {
		{.template = rule->subject},
		{.template = rule->summary, .when = rule->when},
	};

	for (size_t i = 0; i < N(heads); i++)
		gather_text(list, &heads[i]);
	for (size_t i = 0; i < N(rule->severity_when); i++)
		gather_expr(list, rule->severity_when[i]);
	for (size_t i = 0; i < rule->n_names; i++)
		gather_expr(list, rule->names[i].expr);
	for (size_t i = 0; i < rule->n_evidence; i++)
		gather_text(list, &rule->evidence[i]);
	for (size_t i = 0; i < rule->n_remedies; i++) {
		gather_text(list, &rule->remedies[i].text);
		gather_expr(list, rule->remedies[i].to);
		if (rule->remedies[i].set)
			gather_name(list, rule->remedies[i].set->key);
	}
}

const char **rules_facts(const struct rules *rules, struct arena *arena, size_t *ret_n)
{
	struct name_list list = {.arena = arena};

	for (size_t i = 0; i < rules->n; i++)
		gather_rule(&list, rules->entries[i].rule);
	*ret_n = list.n;
	return list.names;
}

const char **rule_facts(const struct rule *rule, struct arena *arena, size_t *ret_n)
{
	struct name_list list = {.arena = arena};

	gather_rule(&list, rule);
	*ret_n = list.n;
	return list.names;
}
