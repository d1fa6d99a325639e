/* The settings of a profile: keys, operators and operands. */
#include <string.h>

#include "core/param.h"
#include "core/profile_internal.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

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

/* A number, or an element of a tuple. NULL also where the element is kept. */
static const struct expr *load_number(struct loading *l, const struct node *node, const struct param *param)
{
	struct scope scope = profile_scope(l);
	const struct expr *expr;

	if (param->type == PARAM_TUPLE && node->type == NODE_SCALAR && !strcmp(node->text, "keep"))
		return NULL;
	expr = expr_parse(l->arena, l->diag, node, &scope, VALUE_NUMBER);
	if (expr && !expr_in_unit(l->arena, expr, param->unit))
		diag_error(l->diag, node->place, "%s is counted in %s, not in %s", param->key,
			   unit_words(param->unit), unit_words(expr_unit(expr)));
	return expr ? expr_in_unit(l->arena, expr, param->unit) : NULL;
}

/* Is there an operand for each element, or a number of choices that makes sense? */
static bool operand_fits(struct loading *l, const struct profile_setting *setting, const struct node *node,
			 size_t n)
{
	const struct param *param = setting->param;

	if (setting->asks == ASKS_ONE_OF && param->arity > 1)
		diag_error(l->diag, node->place, "%s has %u elements: one_of takes single values", param->key,
			   param->arity);
	else if (setting->asks == ASKS_ONE_OF && (n < 1 || n > ONE_OF_MAX))
		diag_error(l->diag, node->place, "one_of has 1 to %d values", ONE_OF_MAX);
	else if (setting->asks != ASKS_ONE_OF && n != param->arity)
		diag_error(l->diag, node->place, "%s has %u element%s", param->key, param->arity,
			   param->arity == 1 ? "" : "s: [a, b, c], with 'keep' for one that stays");
	else
		return true;
	return false;
}

/* The operand of an operator: one scalar, or a list of elements or choices. */
static void load_operand(struct loading *l, const struct node *node, struct profile_setting *setting)
{
	const struct param *param = setting->param;
	const struct node *items = node->type == NODE_LIST ? node->items : node;
	size_t n = node->type == NODE_LIST ? node->n : 1;
	struct scope scope = profile_scope(l);

	if (!operand_fits(l, setting, node, n))
		return;
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
	struct eval eval = {.arena = l->arena, .facts = l->nothing, .catalog = l->catalog};
	const char **names = NULL;
	size_t n = 0, capacity = 0;
	struct fact fact;

	template_facts(setting->texts[i], l->arena, &names, &n, &capacity);
	template_tables(setting->texts[i], l->arena, &names, &n, &capacity);
	expr_facts(setting->numbers[i], l->arena, &names, &n, &capacity);
	expr_tables(setting->numbers[i], l->arena, &names, &n, &capacity);
	if (n)
		return NULL;
	if (!setting->texts[i] && !setting->numbers[i])
		return NULL;
	fact = setting->texts[i] ? template_eval(setting->texts[i], &eval) : expr_eval(setting->numbers[i], &eval);
	return fact.state == FACT_KNOWN ? value_whole(l->arena, fact.value) : NULL;
}

static void check_literal(struct loading *l, const struct param *param, const char *text, struct place place)
{
	const char *why = param_refuses(l->arena, param, text);

	if (why)
		diag_error(l->diag, place, "%s = %s: %s", param->key, text, why);
}

/* Refuses at load what can be refused without a host. A refused setting is never written and may be anything. */
static void check_literals(struct loading *l, const struct profile_setting *setting, struct place place)
{
	struct text tuple = text_new(l->arena);
	size_t n_literal = 0;

	if (setting->refuse || l->diag->errors)
		return;
	for (size_t i = 0; i < setting->n; i++) {
		const char *text = literal_text(l, setting, i);

		if (!text)
			continue;
		if (setting->param->arity == 1)
			check_literal(l, setting->param, text, place);
		text_printf(&tuple, "%s%s", n_literal++ ? " " : "", text);
	}
	if (setting->param->arity > 1 && n_literal == setting->param->arity)
		check_literal(l, setting->param, tuple.data, place);
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
	    (setting->asks == ASKS_AT_MOST ||
	     (setting->asks == ASKS_AT_LEAST && setting->param->type != PARAM_PORTS))) {
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

void profile_load_setting(struct loading *l, const struct node *node)
{
	struct setting_nodes nodes = {0};
	struct profile_setting setting = {.place = node->place, .node = node, .profile = l->name};
	struct scope scope = profile_scope(l);
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
