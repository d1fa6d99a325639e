/* What was applied and taken back on this host, from the records. */
#ifndef TCPTUNE_HISTORY_H
#define TCPTUNE_HISTORY_H

#include <stddef.h>

#include "core/arena.h"
#include "core/record.h"
#include "core/report.h"
#include "sys/source.h"

struct history {
	const struct record *const *records; /* the newest first */
	size_t n;
	const struct apply_problem *problems; /* records that are none, or not to be trusted; by number */
	size_t n_problems;
};

/* -errno, and a problem, where there is something and it can't be listed. No records are no error. Takes no lock. */
int history_read(struct source *source, struct arena *arena, struct history *ret);

#endif
