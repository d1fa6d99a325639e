/* What expr_parse.c, expr_eval.c and expr_func.c share. */
#ifndef TCPTUNE_EXPR_INTERNAL_H
#define TCPTUNE_EXPR_INTERNAL_H

#include "core/expr.h"

#define EXPR_MAX_ARGS 16
#define EXPR_MAX_DEPTH 100     /* of brackets */
#define EXPR_MAX_HEIGHT 300    /* of the tree with its names written out: bounds the stack */
#define EXPR_MAX_STACK 1000    /* of the trees that are being evaluated: a rule may ask for others */
#define EXPR_MAX_SIZE 20000    /* nodes of it */
#define EXPR_MAX_STEPS 50000000u /* nodes evaluated for one rule, rows of tables included */
#define EXPR_TEXT_STEPS 50     /* what making a text costs of them */

enum expr_kind {
	EXPR_LITERAL,
	EXPR_FACT,   /* a scalar fact by name */
	EXPR_COLUMN, /* a cell of a bound row */
	EXPR_NAMED,  /* another expression by name */
	EXPR_INDEX,
	EXPR_TUPLE,
	EXPR_NEGATE,
	EXPR_NOT,
	EXPR_AND,
	EXPR_OR,
	EXPR_COMPARE,
	EXPR_IN,
	EXPR_ADD,
	EXPR_SUBTRACT,
	EXPR_MULTIPLY,
	EXPR_DIVIDE,
	EXPR_SCALE, /* args[0] times `number`: a change of unit */
	EXPR_CALL,
	EXPR_AGGREGATE,
};

enum comparison { LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL };

enum aggregate { AGG_COUNT, AGG_ANY, AGG_ALL, AGG_SUM, AGG_MOST, AGG_LEAST, AGG_JOIN };

struct func;

struct expr {
	enum expr_kind kind;
	enum value_type type;
	enum unit unit;
	union {
		struct value literal;
		const char *fact;
		struct {
			size_t binding, column;
		} cell;
		const struct named_expr *named;
		unsigned index;
		enum comparison comparison;
		double number;
		const struct func *func;
		struct {
			enum aggregate aggregate;
			const struct table_def *def;
			size_t binding;
		} over;
	};
	/* Of an aggregate: [0] the condition or NULL, [1] the value or NULL. */
	const struct expr **args;
	size_t n_args;
	size_t height, size; /* names written out */
	/* "4.12" is a number or a version, as the other side wants. */
	bool is_dotted;
	struct version version;
};

/*
 * A function. signature: one letter an argument (n number, t text, b yes or
 * no, a any, f the name of a fact), "+" repeats the last, then ":" and the
 * result. Behind it "~": the arguments (without a yes or no in front) are of
 * one type and brought to one unit; "=": and the result has that unit.
 */
struct func {
	const char *name;
	const char *signature;
	enum unit unit; /* of the result, where no "=" */
	struct fact (*eval)(const struct expr *call, struct eval *eval, const struct fact *args);
	bool takes_unknown; /* eval is called although an argument is not known */
	unsigned steps;     /* that a call costs besides its own */
};

const struct func *func_find(const char *name);
/* All names, for messages. */
const char *const *func_names(size_t *ret_n);

/* What a number of one unit is multiplied with to be one of the other: 1000 from seconds to milliseconds; 0 where they do not convert. */
double unit_factor(enum unit from, enum unit to);

#endif
