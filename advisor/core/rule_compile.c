/* From the nodes of a file to a rule whose expressions are parsed and typed. */
#include <string.h>

#include "core/param.h"
#include "core/rule_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* The keys of a rule, as nodes. */
struct rule_nodes {
	const struct node *id, *title, *about, *severity, *each, *kernels, *when, *thresholds, *facts, *subject,
		*summary, *evidence, *remedy, *risk, *corrects, *unverified, *sources;
};

#define FIELD(key_, types_, required_) \
	{.key = #key_, .types = types_, .required = required_, .offset = offsetof(struct rule_nodes, key_)}

static const struct node_field rule_fields[] = {
	FIELD(id, NODE_SCALAR, true),
	FIELD(title, NODE_SCALAR, true),
	FIELD(about, NODE_SCALAR, false),
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
	return rules_entry(context, id) != NULL;
}

static bool order_is_valid(const char *order, size_t n)
{
	static const char *const orders[] = {"<", "<=", ">", ">=", "=="};

	for (size_t i = 0; i < N(orders); i++)
		if (strlen(orders[i]) == n && !strncmp(orders[i], order, n))
			return true;
	return false;
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
		if (!order_is_valid(s, order) || n == 8 || !version_parse(number, &bounds[n].version) ||
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

/* TABLE as NAME, bound from here on. NULL on an error. */
static const struct table_def *bind_each(struct compile *c, const struct node *node)
{
	char *table = arena_strdup(c->arena, node->text);
	char *as = strstr(table, " as ");
	struct binding *binding = &c->scope.bindings[c->scope.n_bindings++];

	if (as)
		*as = '\0';
	*binding = (struct binding){.name = as ? as + 4 : table, .def = catalog_table(table)};
	if (as && binding->def && expr_name_is_valid(binding->name))
		return binding->def;
	diag_error(c->diag, node->place, "'each' is written 'TABLE as NAME', with one of the tables of tcptune-rules(5)");
	return NULL;
}

static void compile_each(struct compile *c)
{
	c->rule->each = bind_each(c, c->nodes.each);
	if (c->rule->each)
		c->rule->each_name = c->scope.bindings[0].name;
}

static bool name_is_taken(const struct compile *c, const char *name)
{
	struct fact_def def;

	for (size_t i = 0; i < c->scope.n_names; i++)
		if (!strcmp(c->scope.names[i].name, name))
			return true;
	return catalog_find(c->rules->catalog, name, &def);
}

/* Adds a name to the scope; what comes later may use it. NULL on an error of its value. */
static struct named_expr *add_name(struct compile *c, const struct node *map, size_t i,
				   const struct node *value)
{
	struct named_expr *named = &c->rule->names[c->rule->n_names];

	if (!expr_name_is_valid(map->keys[i])) {
		diag_error(c->diag, map->key_places[i], "'%s' cannot be a name in an expression",
			   map->keys[i]);
		return NULL;
	}
	if (name_is_taken(c, map->keys[i])) {
		diag_error(c->diag, map->key_places[i], "the name '%s' is taken", map->keys[i]);
		return NULL;
	}
	*named = (struct named_expr){.name = map->keys[i],
				     .expr = expr_parse_any(c->arena, c->diag, value, &c->scope)};
	c->scope.n_names = ++c->rule->n_names;
	return named->expr ? named : NULL;
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

struct text_nodes {
	const struct node *text, *when, *each;
};

static const struct node_field text_fields[] = {
	{"text", NODE_SCALAR, true, offsetof(struct text_nodes, text)},
	{"when", NODE_SCALAR, false, offsetof(struct text_nodes, when)},
	{"each", NODE_SCALAR, false, offsetof(struct text_nodes, each)},
};

static struct rule_text compile_text(struct compile *c, const struct text_nodes *nodes)
{
	size_t outer = c->scope.n_bindings;
	struct rule_text result = {0};

	if (nodes->each)
		result.each = bind_each(c, nodes->each);
	result.template = template_parse(c->arena, c->diag, nodes->text, &c->scope);
	if (nodes->when)
		result.when = expr_parse(c->arena, c->diag, nodes->when, &c->scope, VALUE_BOOL);
	c->scope.n_bindings = outer;
	return result;
}

static void compile_evidence(struct compile *c)
{
	const struct node *list = c->nodes.evidence;
	struct rule_text *texts = arena_array(c->arena, list->n, sizeof(*texts));

	for (size_t i = 0; i < list->n; i++) {
		struct text_nodes nodes = {.text = &list->items[i]};

		if (list->items[i].type == NODE_MAP &&
		    !node_read_map(&list->items[i], "evidence", text_fields, N(text_fields), &nodes, c->diag))
			continue;
		texts[c->rule->n_evidence++] = compile_text(c, &nodes);
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

/* Would the value be counted as the key is? A tuple is not converted. */
static bool fits_unit(struct compile *c, const struct rule_remedy *remedy)
{
	enum unit unit = expr_unit(remedy->to);

	if (expr_type(remedy->to) == VALUE_NUMBER)
		return expr_in_unit(c->arena, remedy->to, remedy->set->unit) != NULL;
	return unit == UNIT_NONE || unit == remedy->set->unit;
}

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
	if (remedy->to && !fits_unit(c, remedy))
		diag_error(c->diag, nodes->to->place, "%s is counted in %s, not in %s", remedy->set->key,
			   unit_words(remedy->set->unit), unit_words(expr_unit(remedy->to)));
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
	remedy->text = compile_text(c, &(struct text_nodes){.text = nodes.text, .when = nodes.when});
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

static enum rule_about compile_about(struct compile *c)
{
	const struct node *node = c->nodes.about;

	if (!node || !strcmp(node->text, "host"))
		return ABOUT_HOST;
	if (strcmp(node->text, "configuration"))
		diag_error(c->diag, node->place, "'about' is host or configuration");
	return ABOUT_CONFIGURATION;
}

/* Where a key is missing, which was reported, the rest of the rule is looked at all the same. */
static void stand_in(struct rule_nodes *nodes)
{
	static const struct node text = {.type = NODE_SCALAR, .text = ""}, list = {.type = NODE_LIST};

	nodes->id = nodes->id ? nodes->id : &text;
	nodes->title = nodes->title ? nodes->title : &text;
	nodes->summary = nodes->summary ? nodes->summary : &text;
	nodes->evidence = nodes->evidence ? nodes->evidence : &list;
	nodes->remedy = nodes->remedy ? nodes->remedy : &list;
}

struct rule *rule_compile(struct rules *rules, const struct node *node, struct diag *diag)
{
	struct rule *rule = arena_alloc(rules->arena, sizeof(*rule));
	struct compile c = {
		.rules = rules, .arena = rules->arena, .diag = diag, .rule = rule,
		.scope = {.catalog = rules->catalog, .rule_exists = rule_exists, .context = rules},
	};
	bool is_whole = node_read_map(node, "a rule", rule_fields, N(rule_fields), &c.nodes, diag);

	if (node->type != NODE_MAP)
		return NULL;
	stand_in(&c.nodes);
	rule->id = c.nodes.id->text;
	rule->title = c.nodes.title->text;
	rule->place = node->place;
	rule->node = node;
	rule->about = compile_about(&c);
	if (c.nodes.kernels)
		compile_kernels(&c);
	if (c.nodes.each)
		compile_each(&c);
	compile_names(&c);
	if (c.nodes.severity)
		compile_severity(&c);
	if (c.nodes.when)
		rule->when = expr_parse(c.arena, diag, c.nodes.when, &c.scope, VALUE_BOOL);
	if (!c.nodes.when && c.nodes.severity && !rule->has_conditions)
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
	return is_whole ? rule : NULL;
}
