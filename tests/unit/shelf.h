/* The rules, parameters and counters of this source tree, read from its files. */
#ifndef TCPTUNE_TEST_SHELF_H
#define TCPTUNE_TEST_SHELF_H

#include "core/counter.h"
#include "core/param.h"
#include "core/rule.h"

struct shelf {
	struct arena *arena;
	struct diag diag;
	struct params *params;
	struct counters counters;
	struct catalog catalog;
	struct rules *rules; /* NULL unless asked for */
};

/* A new shelf with an arena of its own. Ends the program where a file cannot be read. */
struct shelf *shelf_open(void);
void shelf_close(struct shelf *shelf);

/* Adds and compiles the files of rules/. */
void shelf_rules(struct shelf *shelf);

/* A text as rules, compiled; errors are in diag. Each call begins with no rules. */
void shelf_compile(struct shelf *shelf, const char *file, const char *text);

/* All messages so far, each with a newline; forgotten afterwards. */
const char *shelf_messages(struct shelf *shelf);

/* The bytes of a file, NUL-terminated; NULL where it cannot be read. */
char *shelf_file(struct shelf *shelf, const char *path);

#endif
