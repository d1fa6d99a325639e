/*
 * The expression language of rules and profiles (tcptune-rules.5, section
 * EXPRESSIONS): parsed and typed when loaded, evaluated over facts.
 *
 * A result is a struct fact. One that is not known carries the reason, and
 * whether the host lacks the thing (FACT_ABSENT) or it could not be seen
 * (FACT_UNREADABLE). "no and unknown" is no, "yes or unknown" is yes.
 */
#ifndef TCPTUNE_EXPR_H
#define TCPTUNE_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/catalog.h"
#include "core/diag.h"
#include "core/fact.h"
#include "core/node.h"

struct expr;

/* A name that stands for an expression: a threshold, a profile's parameter, a rule's own fact. */
struct named_expr {
	const char *name;
	const struct expr *expr; /* NULL: it has an error, and what uses it is not reported once more */
};

/* A word that can be such a name: letters, digits and "_", and none of the language's own words. */
bool expr_name_is_valid(const char *name);

/* A record name and the table whose rows it goes through. */
struct binding {
	const char *name;
	const struct table_def *def; /* NULL: there is no such table, as was reported */
};

#define EXPR_MAX_BINDINGS 4

/* What an expression may refer to. */
struct scope {
	const struct catalog *catalog;
	struct binding bindings[EXPR_MAX_BINDINGS];
	size_t n_bindings;
	const struct named_expr *names;
	size_t n_names;
	/* Is this the id of a rule? NULL where fires() may not be used. */
	bool (*rule_exists)(void *context, const char *id);
	void *context;
};

/* What it is evaluated over. */
struct eval {
	struct arena *arena;
	const struct facts *facts;
	const struct catalog *catalog;
	const struct fact *rows[EXPR_MAX_BINDINGS];
	size_t n_rows;
	/* The verdict of another rule, for fires(). */
	struct fact (*rule_fires)(void *context, const char *id);
	void *context;
	size_t height; /* of what is being evaluated, from the rule that was asked first */
	size_t steps; /* taken so far; beyond a limit every result is unknown, so that no rule runs for ever */
};

/*
 * want: the type that the place needs, a number also where its unit does not
 * matter. NULL when the text has an error (reported at its place).
 */
const struct expr *expr_parse(struct arena *arena, struct diag *diag, const struct node *node,
			      const struct scope *scope, enum value_type want);

/* The same for any type. */
const struct expr *expr_parse_any(struct arena *arena, struct diag *diag, const struct node *node,
				  const struct scope *scope);

/* A constant. */
const struct expr *expr_literal(struct arena *arena, struct value value);

/* A number that nobody has given yet: it is unknown. */
const struct expr *expr_open(struct arena *arena, const char *name, enum unit unit);

enum value_type expr_type(const struct expr *expr);
enum unit expr_unit(const struct expr *expr);

/*
 * The same expression with its value in this unit; NULL where the units do not
 * agree: bytes and seconds, seconds and a plain number. A value without a unit takes it.
 */
const struct expr *expr_in_unit(struct arena *arena, const struct expr *expr, enum unit unit);

struct fact expr_eval(const struct expr *expr, struct eval *eval);

/* Every fact that the expression reads, by name, added to names[0..*n] without repeats. */
void expr_facts(const struct expr *expr, struct arena *arena, const char ***names, size_t *n,
		size_t *capacity);

/* The same for the tables that its aggregates go through. */
void expr_tables(const struct expr *expr, struct arena *arena, const char ***names, size_t *n,
		 size_t *capacity);

/*
 * A template: text with expressions in braces, "{{" for a brace. Its result is
 * text; a part that is not known is shown as "(unknown: why)" in brackets and
 * never makes the whole unknown.
 */
struct template;
const struct template *template_parse(struct arena *arena, struct diag *diag,
				      const struct node *node, const struct scope *scope);
char *template_expand(const struct template *template, struct eval *eval);

/* For a text that is not only shown: not known where a part of it is not, and to the letter. */
struct fact template_eval(const struct template *template, struct eval *eval);

void template_facts(const struct template *template, struct arena *arena, const char ***names,
		    size_t *n, size_t *capacity);
void template_tables(const struct template *template, struct arena *arena, const char ***names,
		     size_t *n, size_t *capacity);

#endif
