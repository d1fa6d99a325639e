/*
 * The counters that rules may use, as rules/counters/ has them. The format of
 * the files is tcptune-parameters.5.
 */
#ifndef TCPTUNE_COUNTER_H
#define TCPTUNE_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/catalog.h"
#include "core/diag.h"
#include "core/node.h"

/* What is known of a counter beside its name and meaning. */
struct counter_note {
	const char *since; /* "3.10 or earlier", "4.20"; or NULL */
	struct place place;
	const char *const *sources;
	size_t n_sources;
};

struct counters {
	struct arena *arena;
	struct counter_def *defs;   /* by name; what struct catalog wants */
	struct counter_note *notes; /* parallel to defs */
	size_t n;
};

struct counters counters_new(struct arena *arena);

/* Adds what a loaded file has; a counter again replaces the earlier entry. Errors are reported. */
bool counters_load(struct counters *counters, const struct node *document, struct diag *diag);

/* By "TcpExt.ListenOverflows"; false when it is not known. */
bool counters_find(const struct counters *counters, const char *name, size_t *ret_index);

#endif
