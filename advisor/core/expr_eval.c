#include <math.h>
#include <string.h>

#include "core/expr_internal.h"
#include "core/text.h"

static struct fact boolean(bool value)
{
	return fact_known(value_bool(value));
}

/* Of two results of which one is not known: the one that may still be there counts more than the one that is absent. */
static struct fact unknown_of(struct fact a, struct fact b)
{
	if (a.state == FACT_UNREADABLE)
		return a;
	if (b.state == FACT_UNREADABLE)
		return b;
	return a.state == FACT_ABSENT ? a : b;
}

/* A text that an evaluation makes lives as long as the arena: it counts as many steps, so that memory is bounded too. */
static const char *new_text(struct eval *eval, const char *name, const char *why)
{
	eval->steps += EXPR_TEXT_STEPS;
	return arena_printf(eval->arena, "%s: %s", name, why);
}

static struct fact eval_fact(const struct expr *expr, struct eval *eval)
{
	struct fact fact = facts_get(eval->facts, expr->fact);

	if (fact.state == FACT_KNOWN && fact.value.type != expr->type)
		fact = fact_missing(FACT_UNREADABLE, "it reads as something else than expected");
	if (fact.state != FACT_KNOWN)
		fact.why = new_text(eval, expr->fact, fact.why ? fact.why : "this host does not have it");
	return fact;
}

static struct fact eval_column(const struct expr *expr, struct eval *eval)
{
	struct fact cell;

	if (expr->cell.binding >= eval->n_rows)
		return fact_missing(FACT_UNREADABLE, "no row");
	cell = eval->rows[expr->cell.binding][expr->cell.column];
	if (cell.state == FACT_KNOWN && cell.value.type != expr->type)
		return fact_missing(FACT_UNREADABLE, "it reads as something else than expected");
	return cell;
}

static struct fact eval_index(const struct expr *expr, struct eval *eval)
{
	struct fact tuple = expr_eval(expr->args[0], eval);

	if (tuple.state != FACT_KNOWN)
		return tuple;
	if (expr->index >= tuple.value.tuple.n)
		return fact_missing(FACT_UNREADABLE, "the tuple has no such element");
	return fact_known(value_number(tuple.value.tuple.element[expr->index], expr->unit));
}

static struct fact eval_tuple(const struct expr *expr, struct eval *eval)
{
	struct fact result = fact_known((struct value){.type = VALUE_TUPLE, .unit = expr->unit});

	for (size_t i = 0; i < expr->n_args; i++) {
		struct fact element = expr_eval(expr->args[i], eval);

		if (element.state != FACT_KNOWN)
			return element;
		result.value.tuple.element[result.value.tuple.n++] = element.value.number;
	}
	return result;
}

/* decides: the operand that settles the result alone: no for "and", yes for "or". */
static struct fact eval_logic(const struct expr *expr, struct eval *eval, bool decides)
{
	struct fact left = expr_eval(expr->args[0], eval), right;

	if (left.state == FACT_KNOWN && left.value.boolean == decides)
		return left;
	right = expr_eval(expr->args[1], eval);
	if (right.state == FACT_KNOWN && right.value.boolean == decides)
		return right;
	if (left.state != FACT_KNOWN || right.state != FACT_KNOWN)
		return unknown_of(left, right);
	return boolean(!decides);
}

static int compare_numbers(double a, double b)
{
	return a < b ? -1 : a > b ? 1 : 0;
}

static int compare_values(const struct value *a, const struct value *b)
{
	switch (a->type) {
	case VALUE_BOOL:
		return a->boolean == b->boolean ? 0 : 1;
	case VALUE_NUMBER:
		return compare_numbers(a->number, b->number);
	case VALUE_TEXT:
		return strcmp(a->text, b->text);
	case VALUE_VERSION:
		return version_compare(a->version, b->version);
	case VALUE_TUPLE:
		break;
	}
	if (a->tuple.n != b->tuple.n)
		return 1;
	for (unsigned i = 0; i < a->tuple.n; i++)
		if (compare_numbers(a->tuple.element[i], b->tuple.element[i]))
			return 1;
	return 0;
}

static bool holds(enum comparison comparison, int order)
{
	switch (comparison) {
	case LESS:
		return order < 0;
	case LESS_EQUAL:
		return order <= 0;
	case GREATER:
		return order > 0;
	case GREATER_EQUAL:
		return order >= 0;
	case EQUAL:
		return order == 0;
	case NOT_EQUAL:
		return order != 0;
	}
	return false;
}

static struct fact eval_in(const struct value *number, const struct value *tuple)
{
	for (unsigned i = 0; i < tuple->tuple.n; i++)
		if (!compare_numbers(number->number, tuple->tuple.element[i]))
			return boolean(true);
	return boolean(false);
}

static struct fact eval_divide(const struct expr *expr, double a, double b)
{
	if (!(b < 0 || b > 0))
		return fact_missing(FACT_UNREADABLE, "division by zero");
	return fact_known(value_number(a / b, expr->unit));
}

static struct fact eval_product(const struct expr *expr, const struct value *a, const struct value *b)
{
	double product = a->number * b->number;
	bool both_percent = expr->args[0]->unit == UNIT_PERCENT && expr->args[1]->unit == UNIT_PERCENT;

	if (expr->args[0]->unit == UNIT_PERCENT || expr->args[1]->unit == UNIT_PERCENT)
		product /= 100;
	if (both_percent)
		return fact_known(value_number(product, UNIT_PERCENT));
	return fact_known(value_number(product, expr->unit));
}

static struct fact eval_binary(const struct expr *expr, struct eval *eval)
{
	struct fact a = expr_eval(expr->args[0], eval);
	struct fact b = expr_eval(expr->args[1], eval);

	if (a.state != FACT_KNOWN || b.state != FACT_KNOWN)
		return unknown_of(a, b);
	switch (expr->kind) {
	case EXPR_COMPARE:
		return boolean(holds(expr->comparison, compare_values(&a.value, &b.value)));
	case EXPR_IN:
		return eval_in(&a.value, &b.value);
	case EXPR_ADD:
		return fact_known(value_number(a.value.number + b.value.number, expr->unit));
	case EXPR_SUBTRACT:
		return fact_known(value_number(a.value.number - b.value.number, expr->unit));
	case EXPR_DIVIDE:
		return eval_divide(expr, a.value.number, b.value.number);
	default:
		return eval_product(expr, &a.value, &b.value);
	}
}

static struct fact eval_call(const struct expr *expr, struct eval *eval)
{
	struct fact args[EXPR_MAX_ARGS] = {{0}};

	for (size_t i = 0; i < expr->n_args; i++) {
		args[i] = expr_eval(expr->args[i], eval);
		if (args[i].state != FACT_KNOWN && !expr->func->takes_unknown)
			return args[i];
	}
	eval->steps += expr->func->steps;
	return expr->func->eval(expr, eval, args);
}

/* What an aggregate has gathered so far. */
struct gathering {
	size_t n;
	double number;
	struct text text;
};

static void gather(const struct expr *expr, struct gathering *so_far, const struct value *value,
		   struct eval *eval)
{
	switch (expr->over.aggregate) {
	case AGG_SUM:
		so_far->number += value->number;
		break;
	case AGG_MOST:
		if (!so_far->n || value->number > so_far->number)
			so_far->number = value->number;
		break;
	case AGG_LEAST:
		if (!so_far->n || value->number < so_far->number)
			so_far->number = value->number;
		break;
	case AGG_JOIN:
		eval->steps += EXPR_TEXT_STEPS;
		text_printf(&so_far->text, "%s%s", so_far->n ? ", " : "", value_show(eval->arena, *value));
		break;
	default:
		break;
	}
	so_far->n++;
}

static struct fact gathered(const struct expr *expr, const struct gathering *so_far)
{
	switch (expr->over.aggregate) {
	case AGG_COUNT:
		return fact_known(value_number((double)so_far->n, UNIT_NONE));
	case AGG_ANY:
		return boolean(so_far->n > 0);
	case AGG_ALL:
		return boolean(true);
	case AGG_JOIN:
		return fact_known(value_text(so_far->text.data));
	default:
		return fact_known(value_number(so_far->number, expr->unit));
	}
}

/* Is the answer there without the other rows? */
static bool is_settled(const struct expr *expr, bool condition)
{
	return (expr->over.aggregate == AGG_ANY && condition) ||
	       (expr->over.aggregate == AGG_ALL && !condition);
}

/* Rows whose condition is not known are left out; where that could change the answer, it is not known either. */
static struct fact aggregate(const struct expr *expr, struct eval *eval)
{
	const struct table *table = facts_find_table(eval->facts, expr->over.def->name);
	struct gathering so_far = {0};
	struct fact missing = fact_missing(FACT_KNOWN, NULL);

	if (!table || table->state != FACT_KNOWN)
		return fact_missing(table ? table->state : FACT_UNREADABLE,
				    new_text(eval, expr->over.def->name,
					     table && table->why ? table->why : "not observed"));
	if (expr->over.aggregate == AGG_JOIN)
		so_far.text = text_new(eval->arena);
	for (size_t i = 0; i < table->n_rows; i++) {
		struct fact value = boolean(true), condition = boolean(true);

		eval->rows[expr->over.binding] = table_row(table, i);
		if (expr->args[0])
			condition = expr_eval(expr->args[0], eval);
		if (condition.state == FACT_KNOWN && condition.value.boolean && expr->args[1])
			value = expr_eval(expr->args[1], eval);
		if (condition.state != FACT_KNOWN || value.state != FACT_KNOWN) {
			if (condition.state != FACT_KNOWN)
				value = condition;
			missing = missing.state == FACT_KNOWN ? value : unknown_of(missing, value);
			continue;
		}
		if (is_settled(expr, condition.value.boolean))
			return boolean(condition.value.boolean);
		if (condition.value.boolean)
			gather(expr, &so_far, &value.value, eval);
	}
	return missing.state != FACT_KNOWN ? missing : gathered(expr, &so_far);
}

/* A name of the rule that has a table of its own may be asked for while a row of another is bound in its place. */
static struct fact eval_aggregate(const struct expr *expr, struct eval *eval)
{
	size_t outer = eval->n_rows;
	const struct fact *bound = eval->rows[expr->over.binding];
	struct fact fact;

	eval->n_rows = expr->over.binding + 1;
	fact = aggregate(expr, eval);
	eval->rows[expr->over.binding] = bound;
	eval->n_rows = outer;
	return fact;
}

static struct fact eval_unary(const struct expr *expr, struct eval *eval)
{
	struct fact operand = expr_eval(expr->args[0], eval);

	if (operand.state != FACT_KNOWN)
		return operand;
	switch (expr->kind) {
	case EXPR_NOT:
		return boolean(!operand.value.boolean);
	case EXPR_NEGATE:
		return fact_known(value_number(-operand.value.number, expr->unit));
	default:
		return fact_known(value_number(operand.value.number * expr->number, expr->unit));
	}
}

static struct fact eval_kind(const struct expr *expr, struct eval *eval)
{
	switch (expr->kind) {
	case EXPR_LITERAL:
		return fact_known(expr->literal);
	case EXPR_FACT:
		return eval_fact(expr, eval);
	case EXPR_COLUMN:
		return eval_column(expr, eval);
	case EXPR_NAMED:
		return expr_eval(expr->named->expr, eval);
	case EXPR_INDEX:
		return eval_index(expr, eval);
	case EXPR_TUPLE:
		return eval_tuple(expr, eval);
	case EXPR_AND:
		return eval_logic(expr, eval, false);
	case EXPR_OR:
		return eval_logic(expr, eval, true);
	case EXPR_NOT:
	case EXPR_NEGATE:
	case EXPR_SCALE:
		return eval_unary(expr, eval);
	case EXPR_CALL:
		return eval_call(expr, eval);
	case EXPR_AGGREGATE:
		return eval_aggregate(expr, eval);
	default:
		return eval_binary(expr, eval);
	}
}

struct fact expr_eval(const struct expr *expr, struct eval *eval)
{
	struct fact fact;

	if (eval->steps >= EXPR_MAX_STEPS)
		return fact_missing(FACT_UNREADABLE, "there is too much to compute");
	if (eval->height >= EXPR_MAX_STACK)
		return fact_missing(FACT_UNREADABLE, "rules ask for each other too deeply");
	eval->steps++;
	eval->height++;
	fact = eval_kind(expr, eval);
	eval->height--;
	/* What overflowed compares with nothing, and is no value to write. */
	if (fact.state == FACT_KNOWN && fact.value.type == VALUE_NUMBER && !isfinite(fact.value.number))
		return fact_missing(FACT_UNREADABLE, "too large a number");
	return fact;
}

/* A key's name is the parameter's own text: the same key is the same pointer. */
static bool is_listed(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] == name)
			return true;
	for (size_t i = 0; *name != 'n' && i < n; i++)
		if (*names[i] == *name && !strcmp(names[i], name))
			return true;
	return false;
}

static void add_name(struct arena *arena, const char *name, const char ***names, size_t *n,
		     size_t *capacity)
{
	if (is_listed(name, *names, *n))
		return;
	*names = arena_grow(arena, *names, *n, capacity, sizeof(**names));
	(*names)[(*n)++] = name;
}

void expr_facts(const struct expr *expr, struct arena *arena, const char ***names, size_t *n,
		size_t *capacity)
{
	if (!expr)
		return;
	if (expr->kind == EXPR_FACT)
		add_name(arena, expr->fact, names, n, capacity);
	if (expr->kind == EXPR_NAMED)
		expr_facts(expr->named->expr, arena, names, n, capacity);
	for (size_t i = 0; i < expr->n_args; i++)
		expr_facts(expr->args[i], arena, names, n, capacity);
}

void expr_tables(const struct expr *expr, struct arena *arena, const char ***names, size_t *n,
		 size_t *capacity)
{
	if (!expr)
		return;
	if (expr->kind == EXPR_AGGREGATE)
		add_name(arena, expr->over.def->name, names, n, capacity);
	if (expr->kind == EXPR_NAMED)
		expr_tables(expr->named->expr, arena, names, n, capacity);
	for (size_t i = 0; i < expr->n_args; i++)
		expr_tables(expr->args[i], arena, names, n, capacity);
}
