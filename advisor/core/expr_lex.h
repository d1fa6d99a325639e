/* The words of the expression language, and where the parser stands among them. */
#ifndef TCPTUNE_EXPR_LEX_H
#define TCPTUNE_EXPR_LEX_H

#include "core/expr_internal.h"

enum token {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_NAME,
	TOKEN_TEXT,
	TOKEN_SYMBOL,
	TOKEN_BAD,
};

struct parser {
	struct arena *arena;
	struct diag *diag;
	struct scope scope; /* a copy: aggregates add bindings while they are parsed */
	struct place place;
	const char *text;
	const char *cursor; /* behind the current token */
	const char *start;  /* of the current token */
	unsigned column;    /* of text[0], 0 where columns cannot be told */
	enum token token;
	char symbol[3];
	char *word; /* of a name or a text */
	unsigned depth;
	bool failed;
};

/* Reports the first error of an expression, at its place in the file; always NULL. at: where in the text. */
const struct expr *lex_fail(struct parser *p, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Goes on to the next token. */
void lex_advance(struct parser *p);

bool lex_is_symbol(const struct parser *p, const char *symbol);
bool lex_is_word(const struct parser *p, const char *word);

/* Goes on where this symbol stands; expect reports where it does not. */
bool lex_accept(struct parser *p, const char *symbol);
bool lex_expect(struct parser *p, const char *symbol);

/* A word that the language has for itself: "and", "yes". */
bool lex_is_reserved(const char *word);

bool lex_is_digit(char c);
bool lex_is_name_part(char c);

/* expr_build.c: nodes, and what their types must be. */
struct expr *build_expr(struct parser *p, enum expr_kind kind, enum value_type type, enum unit unit);

/* Counts a child, which may be NULL, in the parent's height and size. */
void build_adopt(struct expr *parent, const struct expr *child);

/* b may be NULL. */
void build_args(struct parser *p, struct expr *expr, const struct expr *a, const struct expr *b);

/* Brings two numbers to one unit, the finer one; false (reported) where they do not agree. */
bool build_agree(struct parser *p, const char *at, const struct expr **a, const struct expr **b);
enum unit build_shared_unit(const struct expr *a, const struct expr *b);

/* False (reported) where the expression is of another type. */
bool build_want(struct parser *p, const char *at, const struct expr *expr, enum value_type type);

/* A number as a kernel version, where the other side is one. */
const struct expr *build_as_version(struct parser *p, const struct expr *expr);

/* expr_primary.c and expr_parse.c call each other. */
const struct expr *expr_parse_primary(struct parser *p);
const struct expr *expr_parse_or(struct parser *p);

#endif
