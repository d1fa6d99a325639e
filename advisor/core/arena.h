/*
 * Memory for one run. Everything that core allocates lives until arena_free();
 * nothing is freed singly.
 */
#ifndef TCPTUNE_ARENA_H
#define TCPTUNE_ARENA_H

#include <stddef.h>

struct arena;

/* Never NULL: out of memory ends the program, here and nowhere else in core. */
struct arena *arena_new(void);

/* Accepts NULL. */
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any type; size 0 gives a valid, unique pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* A zeroed array; an overflow of n * size ends the program as out of memory. */
void *arena_array(struct arena *arena, size_t n, size_t size);

/*
 * Room for one more element: returns items, or a larger copy of it, with
 * *capacity raised to match. The new room is zeroed. items may be NULL when
 * *capacity is 0. The old array stays valid (and unused) until arena_free().
 */
void *arena_grow(struct arena *arena, void *items, size_t n, size_t *capacity, size_t size);

/* The next size bytes, in pieces of up to a few KB, are there without asking for memory. */
void arena_reserve(struct arena *arena, size_t size);

/* Copies, always NUL-terminated. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t n);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
