/*
 * Messages about input, collected so that all errors of a file are reported
 * at once. Core appends; only commands print.
 */
#ifndef TCPTUNE_DIAG_H
#define TCPTUNE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

/* A place in an input. file is NULL where there is none; line and column count from 1, 0 is unknown. */
struct place {
	const char *file;
	unsigned line;
	unsigned column;
};

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag_message {
	enum diag_level level;
	struct place place;
	const char *text;
};

struct diag {
	struct arena *arena;
	struct diag_message *messages; /* in the order in which they came */
	size_t n;
	size_t capacity;
	size_t errors;
};

struct diag diag_new(struct arena *arena);
void diag_error(struct diag *diag, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *diag, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Messages of one file that follow one another come in the order of their lines; ties stay as they were. */
void diag_sort(struct diag *diag);

/* "file:line:column: error: text", as far as the parts are known. */
char *diag_format(struct arena *arena, const struct diag_message *message);

#endif
