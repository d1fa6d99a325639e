#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "core/rule.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct rules {
	struct arena *arena;
	const struct catalog *catalog;
	struct entry {
		const char *id;
		const struct node *node;
		struct rule *rule; /* after rules_compile() */
	} *entries;		   /* sorted by id once compiled */
	size_t n, capacity;
};

/* The keys of a rule, as nodes. */
struct rule_nodes {
	const struct node *id, *title, *severity, *each, *kernels, *when, *thresholds, *facts, *subject,
		*summary, *evidence, *remedy, *risk, *corrects, *unverified, *sources;
};

#define FIELD(key_, types_, required_) \
	{.key = #key_, .types = types_, .required = required_, .offset = offsetof(struct rule_nodes, key_)}

static const struct node_field rule_fields[] = {
	FIELD(id, NODE_SCALAR, true),
	FIELD(title, NODE_SCALAR, true),
	FIELD(severity, NODE_SCALAR | NODE_MAP, true),
	FIELD(each, NODE_SCALAR, false),
	FIELD(kernels, NODE_SCALAR, false),
	FIELD(when, NODE_SCALAR, false),
	FIELD(thresholds, NODE_MAP, false),
	FIELD(facts, NODE_MAP, false),
	FIELD(subject, NODE_SCALAR, false),
	FIELD(summary, NODE_SCALAR, true),
	FIELD(evidence, NODE_LIST, true),
	FIELD(remedy, NODE_LIST, true),
	FIELD(risk, NODE_SCALAR, false),
	FIELD(corrects, NODE_SCALAR, false),
	FIELD(unverified, NODE_SCALAR, false),
	FIELD(sources, NODE_LIST, true),
};

struct rules *rules_new(struct arena *arena, const struct catalog *catalog)
{
	struct rules *rules = arena_alloc(arena, sizeof(*rules));

	rules->arena = arena;
	rules->catalog = catalog;
	return rules;
}

static struct entry *find_entry(const struct rules *rules, const char *id)
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
	struct entry *entry;

	if (!id || id->type != NODE_SCALAR) {
		diag_error(diag, node->place, "a rule is a map with an 'id'");
		return;
	}
	if (!id_is_valid(id->text)) {
		diag_error(diag, id->place, "an id is made of a-z, 0-9 and '-', at most 60 of them");
		return;
	}
	entry = find_entry(rules, id->text);
	if (entry && entry->node >= document->items && entry->node < document->items + document->n) {
		diag_error(diag, id->place, "the rule '%s' stands in this file twice", id->text);
		return;
	}
	if (!entry) {
		rules->entries = arena_grow(rules->arena, rules->entries, rules->n, &rules->capacity,
					    sizeof(*rules->entries));
		entry = &rules->entries[rules->n++];
	}
	*entry = (struct entry){.id = id->text, .node = node};
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

/* One rule being compiled. */
struct compile {
	const struct rules *rules;
	struct arena *arena;
	struct diag *diag;
	struct rule *rule;
	struct rule_nodes nodes;
	struct scope scope;
};

static bool rule_exists(void *context, const char *id)
{
	return find_entry(context, id) != NULL;
}

/* ">= 4.10, < 4.12" */
static void compile_kernels(struct compile *c)
{
	const struct node *node = c->nodes.kernels;
	struct kernel_bound *bounds = arena_array(c->arena, 8, sizeof(*bounds));
	const char *s = node->text;
	size_t n = 0;

	for (;;) {
		size_t order = strspn(s += strspn(s, " "), "<>=");
		size_t length = strcspn(s + order, ",");
		char *number = arena_strndup(c->arena, s + order, length);

		number += strspn(number, " ");
		if (!order || order > 2 || n == 8 || !version_parse(number, &bounds[n].version) ||
		    strspn(number, "0123456789. ") != strlen(number)) {
			diag_error(c->diag, node->place,
				   "a range of kernels is written like '>= 4.10, < 4.12'");
			return;
		}
		memcpy(bounds[n++].order, s, order);
		s += order + length;
		if (!*s)
			break;
		s++;
	}
	c->rule->kernels = bounds;
	c->rule->n_kernels = n;
}

/* TABLE as NAME */
static void compile_each(struct compile *c)
{
	const struct node *node = c->nodes.each;
	char *table = arena_strdup(c->arena, node->text);
	char *as = strstr(table, " as ");

	if (as) {
		*as = '\0';
		c->rule->each = catalog_table(table);
		c->rule->each_name = as + 4;
	}
	if (!c->rule->each || !*c->rule->each_name || strpbrk(c->rule->each_name, " .")) {
		diag_error(c->diag, node->place, "'each' is written 'TABLE as NAME', with one of the tables of tcptune-rules(5)");
		c->rule->each = NULL;
		return;
	}
	c->scope.bindings[c->scope.n_bindings++] =
		(struct binding){.name = c->rule->each_name, .def = c->rule->each};
}

static bool name_is_free(const struct compile *c, const char *name)
{
	struct fact_def def;

	for (size_t i = 0; i < c->scope.n_names; i++)
		if (!strcmp(c->scope.names[i].name, name))
			return false;
	return !strchr(name, '.') && !catalog_find(c->rules->catalog, name, &def);
}

/* Adds a name to the scope; what comes later may use it. NULL on an error. */
static struct named_expr *add_name(struct compile *c, const struct node *map, size_t i,
				   const struct node *value)
{
	struct named_expr *named = &c->rule->names[c->rule->n_names];
	const struct expr *expr;

	if (!name_is_free(c, map->keys[i])) {
		diag_error(c->diag, map->key_places[i], "the name '%s' is taken", map->keys[i]);
		return NULL;
	}
	expr = expr_parse_any(c->arena, c->diag, value, &c->scope);
	if (!expr)
		return NULL;
	*named = (struct named_expr){.name = map->keys[i], .expr = expr};
	c->scope.n_names = ++c->rule->n_names;
	return named;
}

static void compile_thresholds(struct compile *c)
{
	const struct node *map = c->nodes.thresholds;
	struct rule_threshold *thresholds = arena_array(c->arena, map->n, sizeof(*thresholds));

	for (size_t i = 0; i < map->n; i++) {
		const struct node *item = &map->items[i];
		const struct node *value = item->type == NODE_MAP ? node_get(item, "value") : item;
		const struct node *means = node_get(item, "means");
		struct named_expr *named;

		if (!value || (item->type == NODE_MAP && item->n != 1u + (means != NULL))) {
			diag_error(c->diag, map->key_places[i],
				   "a threshold is a value, or a map of 'value' and 'means'");
			continue;
		}
		named = add_name(c, map, i, value);
		if (!named)
			continue;
		thresholds[c->rule->n_thresholds++] = (struct rule_threshold){
			.name = named->name, .named = named, .means = means ? means->text : NULL};
	}
	c->rule->thresholds = thresholds;
}

static void compile_severity(struct compile *c)
{
	const struct node *node = c->nodes.severity;

	if (node->type == NODE_SCALAR) {
		if (!severity_parse(node->text, &c->rule->severity))
			diag_error(c->diag, node->place,
				   "a severity is critical, high, medium, low or info");
		return;
	}
	c->rule->has_conditions = true;
	for (size_t i = 0; i < node->n; i++) {
		enum severity severity;

		if (!severity_parse(node->keys[i], &severity))
			diag_error(c->diag, node->key_places[i],
				   "a severity is critical, high, medium, low or info");
		else
			c->rule->severity_when[severity] = expr_parse(c->arena, c->diag, &node->items[i],
								      &c->scope, VALUE_BOOL);
	}
}

static struct rule_text compile_text(struct compile *c, const struct node *text, const struct node *when)
{
	struct rule_text result = {0};

	result.template = template_parse(c->arena, c->diag, text, &c->scope);
	if (when)
		result.when = expr_parse(c->arena, c->diag, when, &c->scope, VALUE_BOOL);
	return result;
}

struct text_nodes {
	const struct node *text, *when;
};

static const struct node_field text_fields[] = {
	{"text", NODE_SCALAR, true, offsetof(struct text_nodes, text)},
	{"when", NODE_SCALAR, false, offsetof(struct text_nodes, when)},
};

static void compile_evidence(struct compile *c)
{
	const struct node *list = c->nodes.evidence;
	struct rule_text *texts = arena_array(c->arena, list->n, sizeof(*texts));

	for (size_t i = 0; i < list->n; i++) {
		struct text_nodes nodes = {.text = &list->items[i]};

		if (list->items[i].type == NODE_MAP &&
		    !node_read_map(&list->items[i], "evidence", text_fields, N(text_fields), &nodes, c->diag))
			continue;
		texts[c->rule->n_evidence++] = compile_text(c, nodes.text, nodes.when);
	}
	c->rule->evidence = texts;
}

struct remedy_nodes {
	const struct node *what, *text, *set, *to, *when;
};

static const struct node_field remedy_fields[] = {
	{"do", NODE_SCALAR, true, offsetof(struct remedy_nodes, what)},
	{"text", NODE_SCALAR, true, offsetof(struct remedy_nodes, text)},
	{"set", NODE_SCALAR, false, offsetof(struct remedy_nodes, set)},
	{"to", NODE_SCALAR, false, offsetof(struct remedy_nodes, to)},
	{"when", NODE_SCALAR, false, offsetof(struct remedy_nodes, when)},
};

/* The key that a remedy sets and the value for it; the types must fit. */
static void compile_set(struct compile *c, const struct remedy_nodes *nodes, struct rule_remedy *remedy)
{
	const char *near;

	remedy->set = params_find(c->rules->catalog->params, nodes->set->text);
	if (!remedy->set) {
		near = params_nearest(c->rules->catalog->params, nodes->set->text);
		diag_error(c->diag, nodes->set->place, "unknown key '%s'%s%s%s", nodes->set->text,
			   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
		return;
	}
	remedy->to = expr_parse(c->arena, c->diag, nodes->to, &c->scope, param_value_type(remedy->set));
	if (remedy->to && !expr_in_unit(c->arena, remedy->to, remedy->set->unit))
		diag_error(c->diag, nodes->to->place, "%s is counted in %s, not in %s", remedy->set->key,
			   unit_name(remedy->set->unit), unit_name(expr_unit(remedy->to)));
	else if (remedy->to)
		remedy->to = expr_in_unit(c->arena, remedy->to, remedy->set->unit);
}

static bool parse_remedy_kind(const char *name, enum remedy_kind *ret)
{
	for (int kind = REMEDY_PROGRAM; kind <= REMEDY_OPERATOR; kind++) {
		if (!strcmp(remedy_kind_name((enum remedy_kind)kind), name)) {
			*ret = (enum remedy_kind)kind;
			return true;
		}
	}
	return false;
}

static void compile_remedy(struct compile *c, const struct node *node, struct rule_remedy *remedy)
{
	struct remedy_nodes nodes = {0};

	if (!node_read_map(node, "a remedy", remedy_fields, N(remedy_fields), &nodes, c->diag))
		return;
	if (!parse_remedy_kind(nodes.what->text, &remedy->kind))
		diag_error(c->diag, nodes.what->place,
			   "'do' is one of program, sysctl, config and operator");
	remedy->text = compile_text(c, nodes.text, nodes.when);
	if (!nodes.set != !nodes.to || (nodes.set && remedy->kind != REMEDY_SYSCTL))
		diag_error(c->diag, node->place, "'set' and 'to' go together, with 'do: sysctl'");
	else if (nodes.set)
		compile_set(c, &nodes, remedy);
}

static void compile_remedies(struct compile *c)
{
	const struct node *list = c->nodes.remedy;
	struct rule_remedy *remedies = arena_array(c->arena, list->n, sizeof(*remedies));

	for (size_t i = 0; i < list->n; i++)
		compile_remedy(c, &list->items[i], &remedies[c->rule->n_remedies++]);
	c->rule->remedies = remedies;
}

static const char *optional_text(const struct node *node)
{
	return node ? node->text : NULL;
}

/* The names of a rule live in one array that never moves: expressions point into it. */
static void compile_names(struct compile *c)
{
	size_t room = (c->nodes.thresholds ? c->nodes.thresholds->n : 0) +
		      (c->nodes.facts ? c->nodes.facts->n : 0);

	c->rule->names = arena_array(c->arena, room, sizeof(*c->rule->names));
	c->scope.names = c->rule->names;
	if (c->nodes.thresholds)
		compile_thresholds(c);
	for (size_t i = 0; c->nodes.facts && i < c->nodes.facts->n; i++)
		add_name(c, c->nodes.facts, i, &c->nodes.facts->items[i]);
}

static struct rule *compile_rule(struct rules *rules, const struct node *node, struct diag *diag)
{
	struct rule *rule = arena_alloc(rules->arena, sizeof(*rule));
	struct compile c = {
		.rules = rules, .arena = rules->arena, .diag = diag, .rule = rule,
		.scope = {.catalog = rules->catalog, .rule_exists = rule_exists, .context = rules},
	};

	if (!node_read_map(node, "a rule", rule_fields, N(rule_fields), &c.nodes, diag))
		return NULL;
	rule->id = c.nodes.id->text;
	rule->title = c.nodes.title->text;
	rule->place = node->place;
	if (c.nodes.kernels)
		compile_kernels(&c);
	if (c.nodes.each)
		compile_each(&c);
	compile_names(&c);
	compile_severity(&c);
	if (c.nodes.when)
		rule->when = expr_parse(c.arena, diag, c.nodes.when, &c.scope, VALUE_BOOL);
	if (!c.nodes.when && !rule->has_conditions)
		diag_error(diag, node->place, "a rule needs 'when', or conditions below 'severity'");
	if (c.nodes.subject)
		rule->subject = template_parse(c.arena, diag, c.nodes.subject, &c.scope);
	rule->summary = template_parse(c.arena, diag, c.nodes.summary, &c.scope);
	compile_evidence(&c);
	compile_remedies(&c);
	rule->risk = optional_text(c.nodes.risk);
	rule->corrects = optional_text(c.nodes.corrects);
	rule->unverified = optional_text(c.nodes.unverified);
	rule->sources = node_texts(c.arena, diag, c.nodes.sources, &rule->n_sources);
	return rule;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->id, ((const struct entry *)b)->id);
}

bool rules_compile(struct rules *rules, struct diag *diag)
{
	size_t errors = diag->errors;

	if (rules->n)
		qsort(rules->entries, rules->n, sizeof(*rules->entries), compare_entries);
	for (size_t i = 0; i < rules->n; i++)
		rules->entries[i].rule = compile_rule(rules, rules->entries[i].node, diag);
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
	const struct entry *entry = find_entry(rules, id);

	return entry ? entry->rule : NULL;
}

bool rules_set_threshold(struct rules *rules, const char *name, const char *text, struct diag *diag)
{
	const struct scope scope = {.catalog = rules->catalog};
	struct node node = {.type = NODE_SCALAR, .text = text, .place = {.file = "--set"}};
	const char *dot = strrchr(name, '.');
	const struct rule *rule = NULL;
	const struct expr *expr;

	if (dot)
		rule = rules_find(rules, arena_strndup(rules->arena, name, (size_t)(dot - name)));
	for (size_t i = 0; rule && i < rule->n_thresholds; i++) {
		struct named_expr *named = rule->thresholds[i].named;

		if (strcmp(named->name, dot + 1))
			continue;
		expr = expr_parse(rules->arena, diag, &node, &scope, expr_type(named->expr));
		if (!expr)
			return false;
		expr = expr_unit(expr) == expr_unit(named->expr) || expr_unit(named->expr) == UNIT_NONE
			       ? expr
			       : expr_in_unit(rules->arena, expr, expr_unit(named->expr));
		if (expr)
			named->expr = expr;
		else
			diag_error(diag, node.place, "%s is counted in %s", name,
				   unit_name(expr_unit(named->expr)));
		return expr != NULL;
	}
	diag_error(diag, node.place, "'%s' is no threshold of a rule (tcptune rules ID lists them)", name);
	return false;
}

/* Gathers names without repeats. */
struct name_list {
	struct arena *arena;
	const char **names;
	size_t n, capacity;
};

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
	const struct rule_text heads[] = {{rule->subject, NULL}, {rule->summary, rule->when}};

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
