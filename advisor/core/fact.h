/*
 * What is known of a host: named scalars and tables of records.
 *
 * A fact that is not known says why. Absent and unreadable are different
 * answers: a key that this kernel does not have makes a rule not applicable,
 * a key that may not be read makes it unknown. Unknown is never zero.
 */
#ifndef TCPTUNE_FACT_H
#define TCPTUNE_FACT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/value.h"

enum fact_state {
	FACT_UNREADABLE, /* it may be there, and could not be read; why says so */
	FACT_ABSENT,     /* this host does not have it; why says so where that helps */
	FACT_KNOWN,
};

struct fact {
	enum fact_state state;
	struct value value; /* only when FACT_KNOWN */
	const char *why;    /* for the other states; may be NULL when FACT_ABSENT */
};

/* One column of a table; the row of a table definition. */
struct column {
	const char *name;
	enum value_type type;
	enum unit unit;
	const char *summary; /* for tcptune-rules.5 and `tcptune rules --facts` */
};

struct table_def {
	const char *name;
	const char *summary;
	const struct column *columns;
	size_t n_columns;
};

struct table {
	const struct table_def *def;
	enum fact_state state; /* FACT_UNREADABLE: the rows are not known, see why */
	const char *why;
	bool incomplete; /* rows too small to matter were left out, to bound memory */
	struct fact *cells; /* n_rows * def->n_columns, row after row */
	size_t n_rows;
	size_t capacity;
};

/* All facts of one host. Names and values live in the arena. */
struct facts;

struct facts *facts_new(struct arena *arena);
struct arena *facts_arena(const struct facts *facts);

/* Setting a name again replaces what was there. name is copied. */
void facts_set(struct facts *facts, const char *name, struct value value);
void facts_set_missing(struct facts *facts, const char *name, enum fact_state state, const char *why);

/* A fact that was never set is FACT_UNREADABLE with the reason "not observed". */
struct fact facts_get(const struct facts *facts, const char *name);

/* The table of this definition, made with state FACT_UNREADABLE if it is new. */
struct table *facts_table(struct facts *facts, const struct table_def *def);

/* NULL when no such table was made. */
const struct table *facts_find_table(const struct facts *facts, const char *name);

/* A new row at the end, all cells FACT_UNREADABLE "not observed"; the pointer is valid until the next row. */
struct fact *table_add_row(struct facts *facts, struct table *table);
const struct fact *table_row(const struct table *table, size_t row);

/* Shorthands for cells. */
struct fact fact_known(struct value value);
struct fact fact_missing(enum fact_state state, const char *why);

#endif
