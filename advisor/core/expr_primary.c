/* Values of the expression language: literals, names, calls and aggregates. */
#include <stdlib.h>
#include <string.h>

#include "core/expr_lex.h"
#include "core/param.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *word;
	enum unit unit;
	double factor;
} suffixes[] = {
	{"KiB", UNIT_BYTES, 1024.0},
	{"MiB", UNIT_BYTES, 1024.0 * 1024},
	{"GiB", UNIT_BYTES, 1024.0 * 1024 * 1024},
	{"bytes", UNIT_BYTES, 1},
	{"pages", UNIT_PAGES, 1},
	{"ns", UNIT_NANOSECONDS, 1},
	{"us", UNIT_MICROSECONDS, 1},
	{"ms", UNIT_MILLISECONDS, 1},
	{"s", UNIT_SECONDS, 1},
	{"min", UNIT_SECONDS, 60},
	{"h", UNIT_SECONDS, 3600},
	{"d", UNIT_SECONDS, 86400},
	{"kbit", UNIT_BITS_PER_SECOND, 1e3},
	{"mbit", UNIT_BITS_PER_SECOND, 1e6},
	{"gbit", UNIT_BITS_PER_SECOND, 1e9},
};

/* The word behind a number: its unit, or a word of the language. */
static void read_unit(struct parser *p, struct expr *expr)
{
	if (lex_is_reserved(p->word))
		return;
	for (size_t i = 0; i < N(suffixes); i++) {
		if (strcmp(p->word, suffixes[i].word))
			continue;
		expr->unit = suffixes[i].unit;
		expr->literal.number *= suffixes[i].factor;
		lex_advance(p);
		return;
	}
	lex_fail(p, p->start, "'%s' is no unit; tcptune-rules(5) has them all", p->word);
}

/* Behind a number: "16 MiB", "90%", "5/s" are one literal. */
static void read_suffix(struct parser *p, struct expr *expr)
{
	const char *rest = p->cursor;

	if (lex_is_symbol(p, "%")) {
		expr->unit = UNIT_PERCENT;
		lex_advance(p);
	} else if (lex_is_symbol(p, "/") && rest[0] == 's' && !lex_is_name_part(rest[1]) &&
		   rest[1] != '.') {
		lex_advance(p);
		lex_advance(p);
		expr->unit = UNIT_PER_SECOND;
	} else if (p->token == TOKEN_NAME) {
		read_unit(p, expr);
	}
	expr->literal.unit = expr->unit;
}

static const struct expr *parse_number(struct parser *p)
{
	struct expr *expr = build_expr(p, EXPR_LITERAL, VALUE_NUMBER, UNIT_NONE);
	const char *dot = strchr(p->word, '.');

	if (!version_parse(p->word, &expr->version) || strlen(p->word) > 20)
		return lex_fail(p, p->start, "'%s' is no number", p->word);
	if (dot && strchr(dot + 1, '.')) {
		expr->type = VALUE_VERSION;
		expr->literal = (struct value){.type = VALUE_VERSION, .version = expr->version};
		lex_advance(p);
		return expr;
	}
	if (p->word[0] == '0' && lex_is_digit(p->word[1]))
		return lex_fail(p, p->start, "a number does not begin with 0 (the kernel would read it as octal)");
	expr->is_dotted = true;
	expr->literal = value_number(strtod(p->word, NULL), UNIT_NONE);
	lex_advance(p);
	read_suffix(p, expr);
	return expr;
}

static const struct expr *parse_tuple(struct parser *p)
{
	struct expr *expr = build_expr(p, EXPR_TUPLE, VALUE_TUPLE, UNIT_NONE);

	expr->args = arena_array(p->arena, TUPLE_MAX, sizeof(*expr->args));
	do {
		const char *at = p->start;
		const struct expr *item = expr_parse_or(p);

		if (!item)
			return NULL;
		if (expr->n_args == TUPLE_MAX)
			return lex_fail(p, at, "a tuple has at most %d elements", TUPLE_MAX);
		if (!build_want(p, at, item, VALUE_NUMBER))
			return NULL;
		if (item->unit != UNIT_NONE && expr->unit != UNIT_NONE && item->unit != expr->unit)
			return lex_fail(p, at, "the elements of a tuple have one unit");
		expr->args[expr->n_args++] = item;
		expr->unit = item->unit != UNIT_NONE ? item->unit : expr->unit;
		build_adopt(expr, item);
	} while (lex_accept(p, ","));
	return lex_expect(p, "]") ? expr : NULL;
}

/* Names */

static const struct expr *find_column(struct parser *p, const char *at, const char *name)
{
	const char *dot = strchr(name, '.');

	for (size_t b = p->scope.n_bindings; dot && b-- > 0;) {
		const struct binding *binding = &p->scope.bindings[b];
		struct expr *expr;

		if (strlen(binding->name) != (size_t)(dot - name) ||
		    strncmp(binding->name, name, (size_t)(dot - name)))
			continue;
		if (!binding->def) {
			p->failed = true;
			return NULL;
		}
		for (size_t c = 0; c < binding->def->n_columns; c++) {
			const struct column *column = &binding->def->columns[c];

			if (strcmp(column->name, dot + 1))
				continue;
			expr = build_expr(p, EXPR_COLUMN, column->type, column->unit);
			expr->cell.binding = b;
			expr->cell.column = c;
			return expr;
		}
		return lex_fail(p, at, "the table %s has no column '%s'", binding->def->name, dot + 1);
	}
	return NULL;
}

static const struct expr *unknown_name(struct parser *p, const char *at, const char *name)
{
	const char *names[256];
	const char *near;
	size_t n_scalars, n = 0;
	const struct fact_def *scalars = catalog_scalars(&n_scalars);

	for (size_t i = 0; i < n_scalars && n < N(names); i++)
		names[n++] = scalars[i].name;
	for (size_t i = 0; i < p->scope.n_names && n < N(names); i++)
		names[n++] = p->scope.names[i].name;
	near = node_nearest(name, names, n);
	if (!near && !strncmp(name, "net.", 4))
		near = params_nearest(p->scope.catalog->params, name);
	if (near)
		return lex_fail(p, at, "unknown name '%s', did you mean '%s'?", name, near);
	return lex_fail(p, at, "unknown name '%s'", name);
}

static const struct expr *parse_name(struct parser *p, const char *at, const char *name)
{
	const struct expr *column;
	struct fact_def def;
	struct expr *expr;

	for (size_t i = 0; i < p->scope.n_names; i++) {
		const struct named_expr *named = &p->scope.names[i];

		if (strcmp(named->name, name))
			continue;
		/* What is wrong with it was said where it stands. */
		if (!named->expr) {
			p->failed = true;
			return NULL;
		}
		expr = build_expr(p, EXPR_NAMED, named->expr->type, named->expr->unit);
		expr->named = named;
		build_adopt(expr, named->expr);
		return expr;
	}
	column = find_column(p, at, name);
	if (column || p->failed)
		return column;
	if (!catalog_find(p->scope.catalog, name, &def))
		return unknown_name(p, at, name);
	expr = build_expr(p, EXPR_FACT, def.type, def.unit);
	/* The catalog's own text, so that the same fact is the same pointer. */
	expr->fact = def.name != name ? def.name : arena_strdup(p->arena, name);
	return expr;
}

/* Calls */

static bool check_argument(struct parser *p, const char *at, char code, const struct expr *arg)
{
	switch (code) {
	case 'n':
		return build_want(p, at, arg, VALUE_NUMBER);
	case 't':
		return build_want(p, at, arg, VALUE_TEXT);
	case 'b':
		return build_want(p, at, arg, VALUE_BOOL);
	case 'f':
		if (arg->kind == EXPR_FACT)
			return true;
		lex_fail(p, at, "the name of a fact is needed here");
		return false;
	default:
		return true;
	}
}

/*
 * Brings the arguments from the first one on to one type and one unit, the finest of them.
 * *ret_model: an expression of that type and unit.
 */
static bool unify(struct parser *p, const char *at, struct expr *call, size_t first,
		  const struct expr **ret_model)
{
	const struct expr *model = call->args[first];

	for (size_t i = first + 1; i < call->n_args; i++) {
		const struct expr *arg = call->args[i];

		if (model->type != arg->type || (arg->type != VALUE_NUMBER && model->unit != arg->unit))
			return lex_fail(p, at, "the arguments of %s() are not of one kind",
					call->func->name), false;
		if (!build_agree(p, at, &model, &arg))
			return false;
		if (model->unit == UNIT_NONE)
			model = arg;
	}
	for (size_t i = first; i < call->n_args; i++)
		call->args[i] = expr_in_unit(p->arena, call->args[i], model->unit);
	*ret_model = model;
	return true;
}

/* The type of a call's result, and its unit where the arguments share one. */
static bool type_call(struct parser *p, const char *at, struct expr *call)
{
	const struct func *func = call->func;
	const char *result = strchr(func->signature, ':') + 1;
	const struct expr *model = NULL;

	/* A yes or no in front chooses between the others. */
	if (result[1] && !unify(p, at, call, func->signature[0] == 'b', &model))
		return false;
	call->type = *result == 'n'   ? VALUE_NUMBER
		     : *result == 't' ? VALUE_TEXT
		     : *result == 'b' ? VALUE_BOOL
				      : model->type;
	call->unit = result[1] == '=' ? model->unit : func->unit;
	return true;
}

static const struct expr *parse_call(struct parser *p, const char *at, const char *name)
{
	struct expr *call = build_expr(p, EXPR_CALL, VALUE_NUMBER, UNIT_NONE);
	const char *code;

	call->func = func_find(name);
	if (!call->func) {
		size_t n;
		const char *const *names = func_names(&n);
		const char *near = node_nearest(name, names, n);

		return lex_fail(p, at, "unknown function '%s'%s%s%s", name, near ? ", did you mean '" : "",
			    near ? near : "", near ? "'?" : "");
	}
	code = call->func->signature;
	call->args = arena_array(p->arena, EXPR_MAX_ARGS, sizeof(*call->args));
	do {
		const char *arg_at = p->start;
		const struct expr *arg = expr_parse_or(p);

		if (!arg)
			return NULL;
		if (*code == ':' || call->n_args == EXPR_MAX_ARGS)
			return lex_fail(p, arg_at, "%s() does not take so many arguments", name);
		if (!check_argument(p, arg_at, *code, arg))
			return NULL;
		call->args[call->n_args++] = arg;
		build_adopt(call, arg);
		if (code[1] != '+')
			code++;
	} while (lex_accept(p, ","));
	if (*code != ':' && code[1] != '+')
		return lex_fail(p, at, "%s() takes more arguments", name);
	if (!strcmp(name, "fires") && (call->args[0]->kind != EXPR_LITERAL || !p->scope.rule_exists ||
				       !p->scope.rule_exists(p->scope.context, call->args[0]->literal.text)))
		return lex_fail(p, at, "fires() takes the id of a rule as a text");
	if (!type_call(p, at, call))
		return NULL;
	return lex_expect(p, ")") ? call : NULL;
}

static const struct {
	const char *name;
	bool has_value;
	enum value_type type;
} aggregates[] = {
	[AGG_COUNT] = {"count", false, VALUE_NUMBER}, [AGG_ANY] = {"any", false, VALUE_BOOL},
	[AGG_ALL] = {"all", false, VALUE_BOOL},       [AGG_SUM] = {"sum", true, VALUE_NUMBER},
	[AGG_MOST] = {"most", true, VALUE_NUMBER},    [AGG_LEAST] = {"least", true, VALUE_NUMBER},
	[AGG_JOIN] = {"join", true, VALUE_TEXT},
};

static int find_aggregate(const char *name)
{
	for (size_t i = 0; i < N(aggregates); i++)
		if (!strcmp(aggregates[i].name, name))
			return (int)i;
	return -1;
}

/* TABLE as NAME, which is bound while the rest is parsed. */
static bool bind_table(struct parser *p, struct expr *expr)
{
	const char *at = p->start;

	if (p->token != TOKEN_NAME || !(expr->over.def = catalog_table(p->word)))
		return lex_fail(p, at, "the name of a table is needed here"), false;
	lex_advance(p);
	if (!lex_is_word(p, "as") || (lex_advance(p), p->token != TOKEN_NAME) || strchr(p->word, '.'))
		return lex_fail(p, p->start, "'as NAME' is needed here"), false;
	if (p->scope.n_bindings == EXPR_MAX_BINDINGS)
		return lex_fail(p, at, "too many tables inside each other"), false;
	expr->over.binding = p->scope.n_bindings;
	p->scope.bindings[p->scope.n_bindings++] =
		(struct binding){.name = p->word, .def = expr->over.def};
	lex_advance(p);
	return true;
}

static const struct expr *parse_aggregate(struct parser *p, enum aggregate aggregate)
{
	struct expr *expr = build_expr(p, EXPR_AGGREGATE, aggregates[aggregate].type, UNIT_NONE);
	size_t outer = p->scope.n_bindings;
	const char *at;

	expr->over.aggregate = aggregate;
	expr->args = arena_array(p->arena, 2, sizeof(*expr->args));
	expr->n_args = 2;
	if (!bind_table(p, expr))
		return NULL;
	if (lex_is_word(p, "where")) {
		lex_advance(p);
		at = p->start;
		expr->args[0] = expr_parse_or(p);
		if (!expr->args[0] || !build_want(p, at, expr->args[0], VALUE_BOOL))
			return NULL;
	}
	if (aggregates[aggregate].has_value) {
		if (!lex_expect(p, ":"))
			return NULL;
		at = p->start;
		expr->args[1] = expr_parse_or(p);
		if (!expr->args[1])
			return NULL;
		if (aggregate != AGG_JOIN && !build_want(p, at, expr->args[1], VALUE_NUMBER))
			return NULL;
		if (aggregate != AGG_JOIN)
			expr->unit = expr->args[1]->unit;
	}
	build_adopt(expr, expr->args[0]);
	build_adopt(expr, expr->args[1]);
	p->scope.n_bindings = outer;
	return lex_expect(p, ")") ? expr : NULL;
}

static const struct expr *parse_word(struct parser *p)
{
	const char *name = p->word, *at = p->start;
	int aggregate;

	lex_advance(p);
	if (!strcmp(name, "yes") || !strcmp(name, "no"))
		return expr_literal(p->arena, value_bool(*name == 'y'));
	if (!lex_is_symbol(p, "("))
		return parse_name(p, at, name);
	lex_advance(p);
	aggregate = find_aggregate(name);
	if (aggregate >= 0)
		return parse_aggregate(p, (enum aggregate)aggregate);
	return parse_call(p, at, name);
}

const struct expr *expr_parse_primary(struct parser *p)
{
	const struct expr *expr;

	switch (p->token) {
	case TOKEN_NUMBER:
		return parse_number(p);
	case TOKEN_TEXT:
		expr = expr_literal(p->arena, value_text(p->word));
		lex_advance(p);
		return expr;
	case TOKEN_NAME:
		return parse_word(p);
	default:
		break;
	}
	if (lex_accept(p, "["))
		return parse_tuple(p);
	if (lex_accept(p, "(")) {
		expr = expr_parse_or(p);
		return expr && lex_expect(p, ")") ? expr : NULL;
	}
	return lex_fail(p, p->start, "a value is missing here");
}
