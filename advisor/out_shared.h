/* What the renderers share. */
#ifndef TCPTUNE_OUT_SHARED_H
#define TCPTUNE_OUT_SHARED_H

#include <stdbool.h>
#include <stddef.h>

#include "out.h"

/* A TCP state as people know it, and the fact that counts it. */
struct out_state {
	const char *name; /* "TIME_WAIT" */
	const char *fact; /* "sockets.time_wait" */
};

#define OUT_STATES 10

/* In the order in which a connection goes through them. */
extern const struct out_state out_states[OUT_STATES];

/*
 * text as it may be shown anywhere: text_printable(), and a line break or a
 * tab is a blank, so that it stays one line. Blanks at the end are dropped.
 * NULL gives NULL.
 */
char *out_line(struct arena *arena, const char *text);

/* The same for a text of many lines: line breaks and tabs stay. NULL gives NULL. */
char *out_lines(struct arena *arena, const char *text);

/* The texts, each as out_line() has it, with a separator between; "" for none. */
char *out_join(struct arena *arena, const char *const *texts, size_t n, const char *separator);

/* Seconds since the epoch, in UTC: "2026-11-24 02:13:26 UTC", "2026-11-24T02:13:26Z"; "?" beyond the year 9999. */
char *out_time(struct arena *arena, long long seconds);
char *out_time_iso(struct arena *arena, long long seconds);

/* Whether the host is not as it was; in a dry run, whether it would not be. */
bool out_has_changed(enum apply_outcome outcome, bool dry_run);

#endif
