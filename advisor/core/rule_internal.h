/* What rule.c and rule_compile.c share. */
#ifndef TCPTUNE_RULE_INTERNAL_H
#define TCPTUNE_RULE_INTERNAL_H

#include "core/rule.h"

struct rule_entry {
	const char *id;
	const struct node *node;
	struct rule *rule; /* after rules_compile() */
};

struct rules {
	struct arena *arena;
	const struct catalog *catalog;
	struct rule_entry *entries; /* sorted by id once compiled */
	size_t n, capacity;
};

/* NULL where no rule has this id. */
struct rule_entry *rules_entry(const struct rules *rules, const char *id);

/* Errors are reported; NULL, or a rule that must not be judged, where there was one. */
struct rule *rule_compile(struct rules *rules, const struct node *node, struct diag *diag);

#endif
