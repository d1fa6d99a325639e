/*
 * The cases of tests/rules.test. Its own head says how they are written.
 */
#ifndef TCPTUNE_TEST_RULECASE_H
#define TCPTUNE_TEST_RULECASE_H

#include "shelf.h"

struct case_line {
	unsigned line;
	const char *text;
};

struct rule_case {
	const char *id;   /* of a rule; NULL: a %%FAIL block */
	const char *name; /* for messages */
	unsigned line;
	struct case_line *facts;
	size_t n_facts, facts_capacity;
	const char *yaml; /* of a %%FAIL block */
	struct case_line *expects; /* the first one is the verdict, without its "=> " */
	size_t n_expects, expects_capacity;
};

struct rule_cases {
	struct rule_case *items;
	size_t n, capacity;
	const char *errors; /* "" or lines that are no lines of a case */
};

struct rule_cases cases_read(struct arena *arena, const char *text);

/* Facts of a case. Errors, with line numbers, are added to *errors. */
struct facts *case_facts(const struct shelf *shelf, struct arena *arena, const struct rule_case *one,
			 struct text *errors);

/* A key as a write would leave it, with the facts that are made of it. */
void case_set(const struct shelf *shelf, struct facts *facts, const char *key, const char *value);

#endif
