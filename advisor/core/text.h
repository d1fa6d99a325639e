/* A text that grows, in an arena. */
#ifndef TCPTUNE_TEXT_H
#define TCPTUNE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

struct text {
	struct arena *arena;
	char *data; /* always NUL-terminated; "" at first, never NULL */
	size_t length;
	size_t capacity;
};

struct text text_new(struct arena *arena);
void text_add(struct text *text, const char *string);
void text_add_n(struct text *text, const char *string, size_t n);
void text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/*
 * A copy in which every control character (of C0, C1, line separators, marks
 * that turn the direction of text) and every byte that is no part of valid
 * UTF-8 is written as \xNN, byte by byte: safe for a terminal, for JSON and for
 * a comment in a drop-in.
 */
char *text_printable(struct arena *arena, const char *string);

/* It holds one of those control characters, other than line breaks and tabs. */
bool text_has_control(const char *string);

/* "*" is any text, "?" any byte. Not fnmatch(3), whose time some patterns let grow without bound. */
bool text_matches(const char *glob, const char *text);

#endif
