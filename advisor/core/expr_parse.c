/* Operators of the expression language, from the loosest to the tightest, and its entry points. */
#include <string.h>

#include "core/expr_lex.h"
#include "core/param.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* How many elements the tuple has, as far as that is known when it is read. */
static unsigned arity_of(const struct parser *p, const struct expr *expr)
{
	const struct param *param;

	while (expr->kind == EXPR_NAMED)
		expr = expr->named->expr;
	if (expr->kind == EXPR_TUPLE)
		return (unsigned)expr->n_args;
	param = expr->kind == EXPR_FACT ? params_find(p->scope.catalog->params, expr->fact) : NULL;
	return param ? param->arity : TUPLE_MAX;
}

static const struct expr *parse_postfix(struct parser *p)
{
	const char *at = p->start;
	const struct expr *expr = expr_parse_primary(p);

	while (expr && lex_accept(p, "[")) {
		struct expr *element;

		if (!build_want(p, at, expr, VALUE_TUPLE))
			return NULL;
		if (p->token != TOKEN_NUMBER || strlen(p->word) != 1 || p->word[0] >= '0' + TUPLE_MAX)
			return lex_fail(p, p->start, "an element is [0] to [%d]", TUPLE_MAX - 1);
		if ((unsigned)(p->word[0] - '0') >= arity_of(p, expr))
			return lex_fail(p, p->start, "there are only %u elements, [0] to [%u]",
					arity_of(p, expr), arity_of(p, expr) - 1);
		element = build_expr(p, EXPR_INDEX, VALUE_NUMBER, expr->unit);
		element->index = (unsigned)(p->word[0] - '0');
		build_args(p, element, expr, NULL);
		lex_advance(p);
		if (!lex_expect(p, "]"))
			return NULL;
		expr = element;
	}
	return expr;
}

static const struct expr *parse_unary(struct parser *p)
{
	const char *at;
	const struct expr *operand;
	struct expr *expr;

	if (!lex_is_symbol(p, "-"))
		return parse_postfix(p);
	if (++p->depth > EXPR_MAX_DEPTH)
		return lex_fail(p, p->start, "the expression is too deep");
	lex_advance(p);
	at = p->start;
	operand = parse_unary(p);
	p->depth--;
	if (!operand || !build_want(p, at, operand, VALUE_NUMBER))
		return NULL;
	expr = build_expr(p, EXPR_NEGATE, VALUE_NUMBER, operand->unit);
	build_args(p, expr, operand, NULL);
	return expr;
}

static enum unit product_unit(const struct expr *a, const struct expr *b)
{
	if (a->unit == UNIT_PERCENT || (a->unit == UNIT_NONE && b->unit != UNIT_PERCENT))
		return b->unit;
	if (b->unit == UNIT_NONE || b->unit == UNIT_PERCENT)
		return a->unit;
	/* Pages times the size of a page are bytes. */
	if ((a->unit == UNIT_PAGES && b->unit == UNIT_BYTES) || (a->unit == UNIT_BYTES && b->unit == UNIT_PAGES))
		return UNIT_BYTES;
	return UNIT_NONE;
}

static const struct expr *multiply(struct parser *p, const struct expr *a, const struct expr *b,
				   enum unit unit)
{
	struct expr *expr = build_expr(p, EXPR_MULTIPLY, VALUE_NUMBER, unit);

	build_args(p, expr, a, b);
	return expr;
}

static bool is_rate(const struct expr *expr)
{
	return expr->unit == UNIT_PER_SECOND || expr->unit == UNIT_BITS_PER_SECOND;
}

/* What comes in that time: a number, or of bits per second bytes. NULL where it is no rate and a time. */
static const struct expr *new_volume(struct parser *p, const struct expr *rate, const struct expr *time)
{
	const struct expr *seconds, *bits;
	struct expr *bytes;

	if (!is_rate(rate) || unit_factor(time->unit, UNIT_SECONDS) <= 0)
		return NULL;
	seconds = expr_in_unit(p->arena, time, UNIT_SECONDS);
	if (rate->unit == UNIT_PER_SECOND)
		return multiply(p, rate, seconds, UNIT_NONE);
	bits = multiply(p, rate, seconds, UNIT_NONE);
	bytes = build_expr(p, EXPR_SCALE, VALUE_NUMBER, UNIT_BYTES);
	bytes->number = 1.0 / 8;
	build_args(p, bytes, bits, NULL);
	return bytes;
}

static const struct expr *new_product(struct parser *p, const struct expr *a, const struct expr *b)
{
	const struct expr *volume = new_volume(p, a, b);

	if (!volume)
		volume = new_volume(p, b, a);
	return volume ? volume : multiply(p, a, b, product_unit(a, b));
}

/* Of units that do not convert into each other. */
static enum unit quotient_unit(enum unit a, enum unit b)
{
	if (b == UNIT_NONE)
		return a;
	return a == UNIT_NONE && b == UNIT_SECONDS ? UNIT_PER_SECOND : UNIT_NONE;
}

static const struct expr *new_quotient(struct parser *p, const char *at, const struct expr *a,
				       const struct expr *b)
{
	struct expr *expr;

	if (b->kind == EXPR_LITERAL && !(b->literal.number < 0 || b->literal.number > 0))
		return lex_fail(p, at, "division by zero");
	if (b->unit == UNIT_PERCENT && a->unit != UNIT_PERCENT)
		return lex_fail(p, at, "only a percentage can be divided by a percentage");
	if (a->unit == UNIT_PERCENT && b->unit != UNIT_PERCENT && b->unit != UNIT_NONE)
		return lex_fail(p, at, "a percentage cannot be divided by %s", unit_name(b->unit));
	if (a->unit != UNIT_NONE && b->unit != UNIT_NONE && unit_factor(a->unit, b->unit) > 0) {
		if (!build_agree(p, at, &a, &b))
			return NULL;
		expr = build_expr(p, EXPR_DIVIDE, VALUE_NUMBER, UNIT_NONE);
	} else {
		expr = build_expr(p, EXPR_DIVIDE, VALUE_NUMBER, quotient_unit(a->unit, b->unit));
	}
	build_args(p, expr, a, b);
	return expr;
}

static const struct expr *parse_product(struct parser *p)
{
	const char *left = p->start;
	const struct expr *expr = parse_unary(p);

	while (expr && (lex_is_symbol(p, "*") || lex_is_symbol(p, "/"))) {
		bool is_product = lex_is_symbol(p, "*");
		const struct expr *right;
		const char *at;

		lex_advance(p);
		at = p->start;
		right = parse_unary(p);
		if (!right || !build_want(p, left, expr, VALUE_NUMBER) || !build_want(p, at, right, VALUE_NUMBER))
			return NULL;
		expr = is_product ? new_product(p, expr, right) : new_quotient(p, at, expr, right);
	}
	return expr;
}

static const struct expr *parse_sum(struct parser *p)
{
	const char *left = p->start;
	const struct expr *expr = parse_product(p);

	while (expr && (lex_is_symbol(p, "+") || lex_is_symbol(p, "-"))) {
		enum expr_kind kind = lex_is_symbol(p, "+") ? EXPR_ADD : EXPR_SUBTRACT;
		const struct expr *right;
		struct expr *sum;
		const char *at;

		lex_advance(p);
		at = p->start;
		right = parse_product(p);
		if (!right || !build_want(p, left, expr, VALUE_NUMBER) ||
		    !build_want(p, at, right, VALUE_NUMBER) || !build_agree(p, at, &expr, &right))
			return NULL;
		sum = build_expr(p, kind, VALUE_NUMBER, build_shared_unit(expr, right));
		build_args(p, sum, expr, right);
		expr = sum;
	}
	return expr;
}

static const struct expr *parse_in(struct parser *p, const struct expr *left, const char *at)
{
	struct expr *expr = build_expr(p, EXPR_IN, VALUE_BOOL, UNIT_NONE);
	const char *right_at;
	const struct expr *right;

	lex_advance(p);
	right_at = p->start;
	right = parse_sum(p);
	if (!right || !build_want(p, at, left, VALUE_NUMBER) || !build_want(p, right_at, right, VALUE_TUPLE))
		return NULL;
	if (right->unit != UNIT_NONE && !(left = expr_in_unit(p->arena, left, right->unit)))
		return lex_fail(p, at, "this is not counted in %s", unit_name(right->unit));
	build_args(p, expr, left, right);
	return expr;
}

static bool find_comparison(const struct parser *p, enum comparison *ret)
{
	static const char *const symbols[] = {
		[LESS] = "<",		[LESS_EQUAL] = "<=", [GREATER] = ">",
		[GREATER_EQUAL] = ">=", [EQUAL] = "==",	     [NOT_EQUAL] = "!=",
	};

	for (size_t i = 0; i < N(symbols); i++) {
		if (lex_is_symbol(p, symbols[i])) {
			*ret = (enum comparison)i;
			return true;
		}
	}
	return false;
}

static const struct expr *parse_comparison(struct parser *p)
{
	const char *left_at = p->start, *at;
	const struct expr *left = parse_sum(p), *right;
	enum comparison comparison;
	struct expr *expr;

	if (left && lex_is_word(p, "in"))
		return parse_in(p, left, left_at);
	if (!left || !find_comparison(p, &comparison))
		return left;
	lex_advance(p);
	at = p->start;
	right = parse_sum(p);
	if (!right)
		return NULL;
	if (left->type == VALUE_VERSION)
		right = build_as_version(p, right);
	if (right->type == VALUE_VERSION)
		left = build_as_version(p, left);
	if (!build_want(p, at, right, left->type))
		return NULL;
	if (left->type == VALUE_NUMBER && !build_agree(p, at, &left, &right))
		return NULL;
	if (comparison < EQUAL && left->type != VALUE_NUMBER && left->type != VALUE_VERSION)
		return lex_fail(p, at, "%s has no order: use == or !=", value_type_name(left->type));
	expr = build_expr(p, EXPR_COMPARE, VALUE_BOOL, UNIT_NONE);
	expr->comparison = comparison;
	build_args(p, expr, left, right);
	return expr;
}

static const struct expr *parse_not(struct parser *p)
{
	const char *at;
	const struct expr *operand;
	struct expr *expr;

	if (!lex_is_word(p, "not"))
		return parse_comparison(p);
	if (++p->depth > EXPR_MAX_DEPTH)
		return lex_fail(p, p->start, "the expression is too deep");
	lex_advance(p);
	at = p->start;
	operand = parse_not(p);
	p->depth--;
	if (!operand || !build_want(p, at, operand, VALUE_BOOL))
		return NULL;
	expr = build_expr(p, EXPR_NOT, VALUE_BOOL, UNIT_NONE);
	build_args(p, expr, operand, NULL);
	return expr;
}

/* A chain of one of "and", "or" over what next() parses. */
static const struct expr *parse_chain(struct parser *p, const char *word, enum expr_kind kind,
				      const struct expr *(*next)(struct parser *))
{
	const char *left_at = p->start;
	const struct expr *left = next(p);

	while (left && lex_is_word(p, word)) {
		const struct expr *right;
		struct expr *expr;
		const char *at;

		lex_advance(p);
		at = p->start;
		right = next(p);
		if (!right || !build_want(p, left_at, left, VALUE_BOOL) ||
		    !build_want(p, at, right, VALUE_BOOL))
			return NULL;
		expr = build_expr(p, kind, VALUE_BOOL, UNIT_NONE);
		build_args(p, expr, left, right);
		left = expr;
	}
	return left;
}

static const struct expr *parse_and(struct parser *p)
{
	return parse_chain(p, "and", EXPR_AND, parse_not);
}

const struct expr *expr_parse_or(struct parser *p)
{
	const struct expr *expr;

	if (++p->depth > EXPR_MAX_DEPTH)
		return lex_fail(p, p->start, "the expression is too deep");
	expr = parse_chain(p, "or", EXPR_OR, parse_and);
	p->depth--;
	return expr;
}

const struct expr *expr_parse_any(struct arena *arena, struct diag *diag, const struct node *node,
				  const struct scope *scope)
{
	struct parser p = {.arena = arena, .diag = diag, .scope = *scope, .place = node->place};
	const struct expr *expr;

	if (node->type != NODE_SCALAR) {
		diag_error(diag, node->place, "an expression is needed here");
		return NULL;
	}
	p.text = p.cursor = node->text;
	if (!node->folded && node->place.column)
		p.column = node->place.column + (node->quoted ? 1 : 0);
	lex_advance(&p);
	if (p.token == TOKEN_END)
		return lex_fail(&p, p.start, "the expression is empty");
	expr = expr_parse_or(&p);
	if (expr && p.token != TOKEN_END)
		return lex_fail(&p, p.start, "the expression should have ended here");
	if (expr && (expr->height > EXPR_MAX_HEIGHT || expr->size >= EXPR_MAX_SIZE))
		return lex_fail(&p, p.text, "the expression is too large, with its names written out");
	return p.failed ? NULL : expr;
}

const struct expr *expr_parse(struct arena *arena, struct diag *diag, const struct node *node,
			      const struct scope *scope, enum value_type want)
{
	const struct expr *expr = expr_parse_any(arena, diag, node, scope);

	if (!expr || expr->type == want)
		return expr;
	diag_error(diag, node->place, "this is %s, and %s is needed", value_type_name(expr->type),
		   value_type_name(want));
	return NULL;
}

enum value_type expr_type(const struct expr *expr)
{
	return expr->type;
}

enum unit expr_unit(const struct expr *expr)
{
	return expr->unit;
}
