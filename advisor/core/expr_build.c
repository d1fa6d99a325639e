#include "core/expr_lex.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct expr *build_expr(struct parser *p, enum expr_kind kind, enum value_type type, enum unit unit)
{
	struct expr *expr = arena_alloc(p->arena, sizeof(*expr));

	expr->kind = kind;
	expr->type = type;
	expr->unit = unit;
	expr->height = expr->size = 1;
	return expr;
}

void build_adopt(struct expr *parent, const struct expr *child)
{
	if (!child)
		return;
	if (parent->height <= child->height)
		parent->height = child->height + 1;
	parent->size = child->size < EXPR_MAX_SIZE - parent->size ? parent->size + child->size
								  : EXPR_MAX_SIZE;
}

void build_args(struct parser *p, struct expr *expr, const struct expr *a, const struct expr *b)
{
	/* cppcheck-suppress ctunullpointer ; each caller has just made expr, which is never NULL */
	expr->args = arena_array(p->arena, 2, sizeof(*expr->args));
	expr->args[0] = a;
	expr->args[1] = b;
	expr->n_args = b ? 2 : 1;
	build_adopt(expr, a);
	build_adopt(expr, b);
}

const struct expr *expr_literal(struct arena *arena, struct value value)
{
	struct expr *expr = arena_alloc(arena, sizeof(*expr));

	expr->kind = EXPR_LITERAL;
	expr->type = value.type;
	expr->unit = value.unit;
	expr->literal = value;
	expr->height = expr->size = 1;
	return expr;
}

const struct expr *expr_open(struct arena *arena, const char *name, enum unit unit)
{
	struct expr *expr = arena_alloc(arena, sizeof(*expr));

	expr->kind = EXPR_FACT;
	expr->type = VALUE_NUMBER;
	expr->unit = unit;
	expr->fact = name;
	expr->height = expr->size = 1;
	return expr;
}

double unit_factor(enum unit from, enum unit to)
{
	static const double seconds[] = {
		[UNIT_SECONDS] = 1,
		[UNIT_MILLISECONDS] = 1e-3,
		[UNIT_MICROSECONDS] = 1e-6,
		[UNIT_NANOSECONDS] = 1e-9,
	};

	if (from == to)
		return 1;
	if (from >= N(seconds) || to >= N(seconds) || seconds[from] <= 0 || seconds[to] <= 0)
		return 0;
	/* Rounded, as the quotient of two decimal fractions is no whole number. */
	return seconds[from] > seconds[to] ? (double)(long long)(seconds[from] / seconds[to] + 0.5)
					   : seconds[from] / seconds[to];
}

const struct expr *expr_in_unit(struct arena *arena, const struct expr *expr, enum unit unit)
{
	struct expr *scaled;
	double factor;

	if (expr->type != VALUE_NUMBER || expr->unit == unit)
		return expr;
	factor = expr->unit == UNIT_NONE ? 1 : unit_factor(expr->unit, unit);
	if (factor <= 0)
		return NULL;
	scaled = arena_alloc(arena, sizeof(*scaled));
	scaled->kind = EXPR_SCALE;
	scaled->type = VALUE_NUMBER;
	scaled->unit = unit;
	scaled->number = factor;
	scaled->args = arena_array(arena, 1, sizeof(*scaled->args));
	scaled->args[0] = expr;
	scaled->n_args = 1;
	scaled->size = 1;
	build_adopt(scaled, expr);
	return scaled;
}

/* Brings two numbers to one unit, the finer one; false (reported) where they do not agree. */
bool build_agree(struct parser *p, const char *at, const struct expr **a, const struct expr **b)
{
	enum unit x = (*a)->unit, y = (*b)->unit;
	double factor;

	if (x == y)
		return true;
	if ((x == UNIT_NONE && y != UNIT_PERCENT) || (y == UNIT_NONE && x != UNIT_PERCENT))
		return true;
	if (x == UNIT_PERCENT || y == UNIT_PERCENT) {
		lex_fail(p, at, "a percentage compares with percent(part, whole), or is multiplied with the whole");
		return false;
	}
	factor = unit_factor(x, y);
	if (factor <= 0) {
		lex_fail(p, at, "%s and %s do not go together", unit_name(x), unit_name(y));
		return false;
	}
	if (factor > 1)
		*a = expr_in_unit(p->arena, *a, y);
	else
		*b = expr_in_unit(p->arena, *b, x);
	return true;
}

enum unit build_shared_unit(const struct expr *a, const struct expr *b)
{
	return a->unit != UNIT_NONE ? a->unit : b->unit;
}

bool build_want(struct parser *p, const char *at, const struct expr *expr, enum value_type type)
{
	if (expr->type == type)
		return true;
	lex_fail(p, at, "this is %s, and %s is needed", value_type_name(expr->type), value_type_name(type));
	return false;
}

/* A number as a kernel version, where the other side is one. */
const struct expr *build_as_version(struct parser *p, const struct expr *expr)
{
	if (expr->type != VALUE_NUMBER || !expr->is_dotted || expr->unit != UNIT_NONE)
		return expr;
	return expr_literal(p->arena, (struct value){.type = VALUE_VERSION, .version = expr->version});
}
