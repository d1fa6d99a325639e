/*
 * The knowledge that is compiled in: the YAML files of rules/ and profiles/,
 * as trees, so that one binary copied to a host is complete. The table is
 * made by scripts/embed.c at build time.
 */
#ifndef TCPTUNE_BUILTIN_H
#define TCPTUNE_BUILTIN_H

#include <stddef.h>

struct node;

enum builtin_kind { BUILTIN_RULES, BUILTIN_PARAMETERS, BUILTIN_COUNTERS, BUILTIN_PROFILE, BUILTIN_TOPICS };

struct builtin_file {
	const char *path; /* as in the source tree: "rules/parameters/time-wait.yaml" */
	enum builtin_kind kind;
	const struct node *document;
};

/* builtin_n rows, sorted by path, bytewise. */
extern const struct builtin_file builtin_files[];
extern const size_t builtin_n;

#endif
