#include <math.h>
#include <string.h>

#include "core/param.h"
#include "core/profile.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* How deep profiles may extend each other. */
#define EXTENDS_MAX 16

struct profile_nodes {
	const struct node *profile, *title, *whom, *text, *extends, *parameters, *settings, *sources;
};

#define FIELD(key_, types_, required_) \
	{.key = #key_, .types = types_, .required = required_, .offset = offsetof(struct profile_nodes, key_)}

static const struct node_field profile_fields[] = {
	FIELD(profile, NODE_SCALAR, true),   FIELD(title, NODE_SCALAR, true),
	FIELD(text, NODE_SCALAR, false),     FIELD(extends, NODE_LIST | NODE_SCALAR, false),
	FIELD(parameters, NODE_MAP, false),  FIELD(settings, NODE_LIST, true),
	FIELD(sources, NODE_LIST, false),
	{.key = "for", .types = NODE_SCALAR, .offset = offsetof(struct profile_nodes, whom)},
};

struct setting_nodes {
	const struct node *key, *value, *at_least, *at_most, *one_of, *when, *refuse, *document, *why,
		*sources;
};

#define SETTING(key_, types_, required_) \
	{.key = #key_, .types = types_, .required = required_, .offset = offsetof(struct setting_nodes, key_)}

static const struct node_field setting_fields[] = {
	SETTING(key, NODE_SCALAR, true),
	SETTING(value, NODE_SCALAR | NODE_LIST, false),
	SETTING(at_least, NODE_SCALAR | NODE_LIST, false),
	SETTING(at_most, NODE_SCALAR | NODE_LIST, false),
	SETTING(one_of, NODE_LIST, false),
	SETTING(when, NODE_SCALAR, false),
	SETTING(refuse, NODE_SCALAR, false),
	SETTING(document, NODE_SCALAR, false),
	SETTING(why, NODE_SCALAR, true),
	SETTING(sources, NODE_LIST, false),
};

struct parameter_nodes {
	const struct node *value, *means, *unit;
};

static const struct node_field parameter_fields[] = {
	{"value", NODE_SCALAR, false, offsetof(struct parameter_nodes, value)},
	{"means", NODE_SCALAR, true, offsetof(struct parameter_nodes, means)},
	{"unit", NODE_SCALAR, false, offsetof(struct parameter_nodes, unit)},
};

/* One profile being read, with those that it extends. */
struct loading {
	struct arena *arena;
	const struct catalog *catalog;
	struct diag *diag;
	const struct profile_lookup *lookup;
	struct profile_set *sets;
	size_t n_sets;
	struct profile *profile;
	struct profile_setting *settings;
	size_t n, capacity;
	struct named_expr *names; /* of one document; never moves */
	size_t n_names;
	const char *path[EXTENDS_MAX]; /* the profiles being read, to find a circle */
	size_t depth;
	const char *name;
};

static struct scope scope_of(const struct loading *l)
{
	return (struct scope){.catalog = l->catalog, .names = l->names, .n_names = l->n_names};
}

static struct profile_set *find_set(const struct loading *l, const char *name)
{
	struct profile_set *found = NULL;

	for (size_t i = 0; i < l->n_sets; i++) {
		if (strcmp(l->sets[i].name, name))
			continue;
		l->sets[i].used = true;
		found = &l->sets[i];
	}
	return found;
}

static void load_parameter(struct loading *l, const struct node *map, size_t i,
			   struct profile_parameter *parameter)
{
	struct parameter_nodes nodes = {0};
	struct node node = {.type = NODE_SCALAR};
	const struct node *value;
	const struct expr *expr;
	const struct profile_set *set = find_set(l, map->keys[i]);
	struct scope scope = scope_of(l);

	if (!node_read_map(&map->items[i], "a parameter", parameter_fields, N(parameter_fields), &nodes,
			   l->diag))
		return;
	parameter->name = map->keys[i];
	parameter->means = nodes.means->text;
	if (nodes.unit && !unit_parse(nodes.unit->text, &parameter->unit))
		diag_error(l->diag, nodes.unit->place, "'%s' is no unit", nodes.unit->text);
	if (set) {
		node.text = set->value;
		node.place.file = arena_printf(l->arena, "--set %s=%s", set->name, set->value);
	}
	value = set ? &node : nodes.value;
	if (!value) {
		diag_error(l->diag, map->key_places[i], "profile %s needs --set %s=VALUE (%s)", l->name,
			   map->keys[i], parameter->means);
		return;
	}
	parameter->named = &l->names[l->n_names++];
	parameter->named->name = parameter->name;
	expr = expr_parse(l->arena, l->diag, value, &scope, VALUE_NUMBER);
	if (expr && parameter->unit != UNIT_NONE && !expr_in_unit(l->arena, expr, parameter->unit))
		diag_error(l->diag, value->place, "%s is counted in %s", parameter->name,
			   unit_name(parameter->unit));
	else if (expr && parameter->unit != UNIT_NONE)
		expr = expr_in_unit(l->arena, expr, parameter->unit);
	parameter->named->expr = expr;
}

static void load_parameters(struct loading *l, const struct node *map)
{
	struct profile *profile = l->profile;
	struct profile_parameter *all =
		arena_array(l->arena, profile->n_parameters + (map ? map->n : 0), sizeof(*all));

	if (profile->n_parameters)
		memcpy(all, profile->parameters, profile->n_parameters * sizeof(*all));
	profile->parameters = all;
	l->names = arena_array(l->arena, map ? map->n : 0, sizeof(*l->names));
	l->n_names = 0;
	for (size_t i = 0; map && i < map->n; i++)
		load_parameter(l, map, i, &all[profile->n_parameters++]);
}

/* A number, or an element of a tuple. NULL also where the element is kept. */
static const struct expr *load_number(struct loading *l, const struct node *node, const struct param *param)
{
	struct scope scope = scope_of(l);
	const struct expr *expr;

	if (param->type == PARAM_TUPLE && node->type == NODE_SCALAR && !strcmp(node->text, "keep"))
		return NULL;
	expr = expr_parse(l->arena, l->diag, node, &scope, VALUE_NUMBER);
	if (!expr)
		return NULL;
	if (!expr_in_unit(l->arena, expr, param->unit))
		diag_error(l->diag, node->place, "%s is counted in %s, not in %s", param->key,
			   param->unit == UNIT_NONE ? "plain numbers" : unit_name(param->unit),
			   unit_name(expr_unit(expr)));
	return expr_in_unit(l->arena, expr, param->unit);
}

/* The operand of an operator: one scalar, or a list of elements or choices. */
static void load_operand(struct loading *l, const struct node *node, struct profile_setting *setting)
{
	const struct param *param = setting->param;
	const struct node *items = node->type == NODE_LIST ? node->items : node;
	size_t n = node->type == NODE_LIST ? node->n : 1;
	bool is_choice = setting->asks == ASKS_ONE_OF;
	size_t want = is_choice ? n : param->arity;
	struct scope scope = scope_of(l);

	if (n != want || n > ONE_OF_MAX || n == 0 || (is_choice && param->type == PARAM_TUPLE)) {
		diag_error(l->diag, node->place, "%s has %u element%s", param->key, param->arity,
			   param->arity == 1 ? "" : "s: [a, b, c], with 'keep' for one that stays");
		return;
	}
	setting->n = n;
	for (size_t i = 0; i < n; i++) {
		if (param_value_type(param) == VALUE_TEXT)
			setting->texts[i] = template_parse(l->arena, l->diag, &items[i], &scope);
		else
			setting->numbers[i] = load_number(l, &items[i], param);
	}
}

/* The text of a literal value, to be checked when loaded; NULL where it depends on the host. */
static const char *literal_text(struct loading *l, const struct profile_setting *setting, size_t i)
{
	struct facts *none = facts_new(l->arena);
	struct eval eval = {.arena = l->arena, .facts = none, .catalog = l->catalog};
	struct fact fact;

	if (setting->texts[i]) {
		const char **names = NULL;
		size_t n = 0, capacity = 0;

		template_facts(setting->texts[i], l->arena, &names, &n, &capacity);
		return n ? NULL : template_expand(setting->texts[i], &eval);
	}
	if (!setting->numbers[i])
		return NULL;
	fact = expr_eval(setting->numbers[i], &eval);
	return fact.state == FACT_KNOWN ? arena_printf(l->arena, "%.0f", trunc(fact.value.number)) : NULL;
}

/* Refuses at load what can be refused without a host. A refused setting is never written and may be anything. */
static void check_literals(struct loading *l, const struct profile_setting *setting, struct place place)
{
	struct text tuple = text_new(l->arena);
	const char *why;

	if (setting->refuse || l->diag->errors)
		return;
	for (size_t i = 0; i < setting->n; i++) {
		const char *text = literal_text(l, setting, i);

		if (!text)
			return;
		if (setting->param->arity > 1) {
			text_printf(&tuple, "%s%s", i ? " " : "", text);
			continue;
		}
		why = param_refuses(l->arena, setting->param, text);
		if (why)
			diag_error(l->diag, place, "%s = %s: %s", setting->param->key, text, why);
	}
	if (setting->param->arity > 1) {
		why = param_refuses(l->arena, setting->param, tuple.data);
		if (why)
			diag_error(l->diag, place, "%s = %s: %s", setting->param->key, tuple.data, why);
	}
}

static bool find_operator(struct loading *l, const struct node *node, const struct setting_nodes *nodes,
			  struct profile_setting *setting)
{
	const struct node *const operands[] = {
		[ASKS_VALUE] = nodes->value,
		[ASKS_AT_LEAST] = nodes->at_least,
		[ASKS_AT_MOST] = nodes->at_most,
		[ASKS_ONE_OF] = nodes->one_of,
	};
	const struct node *operand = NULL;
	size_t n = 0;

	for (size_t i = 0; i < N(operands); i++) {
		if (!operands[i])
			continue;
		operand = operands[i];
		setting->asks = (enum profile_asks)i;
		n++;
	}
	if (n != 1) {
		diag_error(l->diag, node->place,
			   "a setting asks with one of 'value', 'at_least', 'at_most' and 'one_of'");
		return false;
	}
	if (param_value_type(setting->param) == VALUE_TEXT &&
	    (setting->asks == ASKS_AT_LEAST || setting->asks == ASKS_AT_MOST)) {
		diag_error(l->diag, operand->place, "%s is a text: ask with 'value' or 'one_of'",
			   setting->param->key);
		return false;
	}
	load_operand(l, operand, setting);
	check_literals(l, setting, operand->place);
	return true;
}

/* A setting of the same key replaces the one of a profile that this one extends. */
static void put_setting(struct loading *l, const struct profile_setting *setting, struct place key_place)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->settings[i].param != setting->param)
			continue;
		if (!strcmp(l->settings[i].profile, setting->profile))
			diag_error(l->diag, key_place, "%s is set twice in this profile", setting->param->key);
		l->settings[i] = *setting;
		return;
	}
	l->settings = arena_grow(l->arena, l->settings, l->n, &l->capacity, sizeof(*l->settings));
	l->settings[l->n++] = *setting;
}

static void load_setting(struct loading *l, const struct node *node)
{
	struct setting_nodes nodes = {0};
	struct profile_setting setting = {.place = node->place, .node = node, .profile = l->name};
	struct scope scope = scope_of(l);
	const char *near;

	if (!node_read_map(node, "a setting", setting_fields, N(setting_fields), &nodes, l->diag))
		return;
	setting.param = params_find(l->catalog->params, nodes.key->text);
	if (!setting.param) {
		near = params_nearest(l->catalog->params, nodes.key->text);
		diag_error(l->diag, nodes.key->place, "unknown key '%s'%s%s%s", nodes.key->text,
			   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
		return;
	}
	setting.refuse = nodes.refuse ? nodes.refuse->text : NULL;
	setting.claim = nodes.document ? nodes.document->text : NULL;
	setting.why = nodes.why->text;
	if (nodes.when)
		setting.when = expr_parse(l->arena, l->diag, nodes.when, &scope, VALUE_BOOL);
	if (nodes.sources)
		setting.sources = node_texts(l->arena, l->diag, nodes.sources, &setting.n_sources);
	if (find_operator(l, node, &nodes, &setting))
		put_setting(l, &setting, nodes.key->place);
}

static bool load_document(struct loading *l, const struct node *document);

static void load_base(struct loading *l, const struct node *name)
{
	const struct node *document;

	for (size_t i = 0; i < l->depth; i++) {
		if (!strcmp(l->path[i], name->text)) {
			diag_error(l->diag, name->place, "profiles extend each other in a circle");
			return;
		}
	}
	if (l->depth == EXTENDS_MAX) {
		diag_error(l->diag, name->place, "profiles extend each other too deeply");
		return;
	}
	document = l->lookup->find(l->lookup->context, name->text, name->place);
	if (document)
		load_document(l, document);
}

static void load_bases(struct loading *l, const struct node *extends)
{
	const struct node *items = extends->type == NODE_LIST ? extends->items : extends;
	size_t n = extends->type == NODE_LIST ? extends->n : 1;

	for (size_t i = 0; i < n; i++) {
		if (items[i].type == NODE_SCALAR)
			load_base(l, &items[i]);
		else
			diag_error(l->diag, items[i].place, "the name of a profile is needed here");
	}
}

static bool name_is_valid(const char *name)
{
	return *name && strlen(name) <= 60 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

/* Something is wrong with the profile, and reported: what is wrong with its settings is too. */
static void look_on(struct loading *l, const struct profile_nodes *nodes)
{
	if (nodes->extends)
		return; /* the names of its parameters are not known */
	load_parameters(l, nodes->parameters);
	for (size_t i = 0; nodes->settings && i < nodes->settings->n; i++)
		load_setting(l, &nodes->settings->items[i]);
}

static bool load_document(struct loading *l, const struct node *document)
{
	struct profile_nodes nodes = {0};

	if (!node_read_map(document, "a profile", profile_fields, N(profile_fields), &nodes, l->diag)) {
		look_on(l, &nodes);
		return false;
	}
	if (!name_is_valid(nodes.profile->text)) {
		diag_error(l->diag, nodes.profile->place,
			   "a profile's name is made of a-z, 0-9 and '-', at most 60 of them");
		return false;
	}
	l->path[l->depth++] = nodes.profile->text;
	if (nodes.extends)
		load_bases(l, nodes.extends);
	l->depth--;
	l->name = nodes.profile->text;
	l->profile->name = nodes.profile->text;
	l->profile->title = nodes.title->text;
	l->profile->whom = nodes.whom ? nodes.whom->text : NULL;
	l->profile->text = nodes.text ? nodes.text->text : NULL;
	if (nodes.sources)
		l->profile->sources =
			node_texts(l->arena, l->diag, nodes.sources, &l->profile->n_sources);
	load_parameters(l, nodes.parameters);
	for (size_t i = 0; i < nodes.settings->n; i++)
		load_setting(l, &nodes.settings->items[i]);
	return true;
}

struct profile *profile_load(struct arena *arena, const struct catalog *catalog, struct diag *diag,
			     const struct node *document, const struct profile_lookup *lookup,
			     struct profile_set *sets, size_t n_sets)
{
	struct profile *profile = arena_alloc(arena, sizeof(*profile));
	struct loading l = {
		.arena = arena, .catalog = catalog, .diag = diag, .lookup = lookup,
		.sets = sets, .n_sets = n_sets, .profile = profile,
	};
	size_t errors = diag->errors;

	if (!load_document(&l, document) || diag->errors != errors)
		return NULL;
	profile->settings = l.settings;
	profile->n_settings = l.n;
	return profile;
}

static void gather(struct arena *arena, const struct profile_setting *setting, const char ***names,
		   size_t counts[2])
{
	for (size_t i = 0; i < setting->n; i++) {
		expr_facts(setting->numbers[i], arena, names, &counts[0], &counts[1]);
		template_facts(setting->texts[i], arena, names, &counts[0], &counts[1]);
		expr_tables(setting->numbers[i], arena, names, &counts[0], &counts[1]);
		template_tables(setting->texts[i], arena, names, &counts[0], &counts[1]);
	}
	expr_facts(setting->when, arena, names, &counts[0], &counts[1]);
	expr_tables(setting->when, arena, names, &counts[0], &counts[1]);
}

const char **profile_facts(const struct profile *profile, struct arena *arena, size_t *ret_n)
{
	const char **names = NULL;
	size_t counts[2] = {0};

	for (size_t i = 0; i < profile->n_settings; i++)
		gather(arena, &profile->settings[i], &names, counts);
	*ret_n = counts[0];
	return names;
}
