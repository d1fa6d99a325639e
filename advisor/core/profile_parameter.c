/* The parameters of a profile: what --set gives. */
#include <string.h>

#include "core/profile_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct parameter_nodes {
	const struct node *value, *means, *unit, *min, *max;
};

static const struct node_field parameter_fields[] = {
	{"value", NODE_SCALAR, false, offsetof(struct parameter_nodes, value)},
	{"means", NODE_SCALAR, true, offsetof(struct parameter_nodes, means)},
	{"unit", NODE_SCALAR, false, offsetof(struct parameter_nodes, unit)},
	{"min", NODE_SCALAR, false, offsetof(struct parameter_nodes, min)},
	{"max", NODE_SCALAR, false, offsetof(struct parameter_nodes, max)},
};

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

/* A number of the file or of --set, in the unit of the parameter. NULL, with an error, where it is none. */
static const struct expr *load_number(struct loading *l, const struct profile_parameter *parameter,
				      const struct node *node)
{
	struct scope scope = profile_scope(l);
	const struct expr *expr = expr_parse(l->arena, l->diag, node, &scope, VALUE_NUMBER);

	if (!expr || parameter->unit == UNIT_NONE)
		return expr;
	expr = expr_in_unit(l->arena, expr, parameter->unit);
	if (!expr)
		diag_error(l->diag, node->place, "%s is counted in %s", parameter->name,
			   unit_name(parameter->unit));
	return expr;
}

/* What it is on every host; false where it depends on the host. */
static bool is_constant(struct loading *l, const struct expr *expr, double *ret)
{
	struct eval eval = {.arena = l->arena, .facts = l->nothing, .catalog = l->catalog};
	const struct fact fact = expr_eval(expr, &eval);

	if (fact.state == FACT_KNOWN)
		*ret = fact.value.number;
	return fact.state == FACT_KNOWN;
}

/* A bound of the parameter. False where there is none; one that is no constant is an error. */
static bool load_bound(struct loading *l, const struct profile_parameter *parameter,
		       const struct node *node, double *ret)
{
	const struct expr *expr = node ? load_number(l, parameter, node) : NULL;

	if (!expr)
		return false;
	if (is_constant(l, expr, ret))
		return true;
	diag_error(l->diag, node->place, "this depends on the host, and a constant is needed");
	return false;
}

static void check_range(struct loading *l, const struct profile_parameter *parameter,
			const struct parameter_nodes *nodes, const struct node *value,
			const struct expr *expr)
{
	double number, min, max;
	bool has_min = load_bound(l, parameter, nodes->min, &min);
	bool has_max = load_bound(l, parameter, nodes->max, &max);

	if (!expr || !is_constant(l, expr, &number))
		return;
	if (has_min && number < min)
		diag_error(l->diag, value->place, "%s is at least %s, not %s", parameter->name,
			   parameter->min, value->text);
	else if (has_max && number > max)
		diag_error(l->diag, value->place, "%s is at most %s, not %s", parameter->name,
			   parameter->max, value->text);
}

static void report_missing(struct loading *l, const struct profile_parameter *parameter,
			   struct place place)
{
	diag_error(l->diag, place, "profile %s needs --set %s=VALUE: %s%s%s%s", l->name, parameter->name,
		   parameter->means, parameter->unit == UNIT_NONE ? "" : " (",
		   unit_name(parameter->unit), parameter->unit == UNIT_NONE ? "" : ")");
}

/* The value of a parameter, of --set or of the file. NULL, with an error, where neither has a good one. */
static const struct expr *load_value(struct loading *l, const struct profile_parameter *parameter,
				     const struct parameter_nodes *nodes, struct place place)
{
	const struct profile_set *set = find_set(l, parameter->name);
	const struct node *value = nodes->value;
	struct node given = {.type = NODE_SCALAR};
	const struct expr *expr = NULL;

	if (set) {
		given.text = set->value;
		given.place = set->place;
		if (!given.place.file)
			given.place.file =
				arena_printf(l->arena, "--set %s=%s", set->name, set->value);
		value = &given;
	}
	if (value)
		expr = load_number(l, parameter, value);
	check_range(l, parameter, nodes, value, expr);
	if (!value && !l->sets)
		return expr_open(l->arena, parameter->name, parameter->unit);
	if (!value)
		report_missing(l, parameter, place);
	return expr;
}

static bool parameter_may_be(struct loading *l, const char *name, struct place place)
{
	struct fact_def def;

	if (!expr_name_is_valid(name))
		diag_error(l->diag, place, "'%s' cannot be a name in an expression", name);
	else if (catalog_find(l->catalog, name, &def))
		diag_error(l->diag, place, "the name '%s' is taken", name);
	else
		return true;
	return false;
}

/* The place of a parameter: that of one of the same name of a profile that this one extends, or a new one. */
static struct profile_parameter *place_parameter(struct loading *l, const char *name)
{
	struct profile *profile = l->profile;

	for (size_t i = 0; i < profile->n_parameters; i++)
		if (!strcmp(profile->parameters[i].name, name))
			return &profile->parameters[i];
	return &profile->parameters[profile->n_parameters++];
}

static void load_parameter(struct loading *l, const struct node *map, size_t i)
{
	struct parameter_nodes nodes = {0};
	struct profile_parameter parameter = {.name = map->keys[i]};
	struct named_expr *named = l->names;
	struct place place = map->key_places[i];

	if (!node_read_map(&map->items[i], "a parameter", parameter_fields, N(parameter_fields), &nodes,
			   l->diag) || !parameter_may_be(l, parameter.name, place))
		return;
	parameter.means = nodes.means->text;
	if (nodes.unit && !unit_parse(nodes.unit->text, &parameter.unit))
		diag_error(l->diag, nodes.unit->place, "'%s' is no unit", nodes.unit->text);
	while (named < l->names + l->n_names && strcmp(named->name, parameter.name))
		named++;
	parameter.value = nodes.value ? nodes.value->text : NULL;
	parameter.min = nodes.min ? nodes.min->text : NULL;
	parameter.max = nodes.max ? nodes.max->text : NULL;
	named->expr = load_value(l, &parameter, &nodes, place);
	named->name = parameter.name;
	if (named == l->names + l->n_names)
		l->n_names++;
	*place_parameter(l, parameter.name) = parameter;
}

void profile_load_parameters(struct loading *l, const struct node *map)
{
	struct profile *profile = l->profile;
	struct profile_parameter *parameters;
	struct named_expr *names;

	if (!map)
		return;
	parameters = arena_array(l->arena, profile->n_parameters + map->n, sizeof(*parameters));
	names = arena_array(l->arena, l->n_names + map->n, sizeof(*names));
	for (size_t i = 0; i < profile->n_parameters; i++)
		parameters[i] = profile->parameters[i];
	for (size_t i = 0; i < l->n_names; i++)
		names[i] = l->names[i];
	profile->parameters = parameters;
	/* A new array: what the other profiles ask refers to the names of theirs. */
	l->names = names;
	for (size_t i = 0; i < map->n; i++)
		load_parameter(l, map, i);
}

