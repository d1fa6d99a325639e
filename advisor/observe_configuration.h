/* The part of observe.c that looks at sysctl files; for observe_*.c only. */
#ifndef TCPTUNE_OBSERVE_CONFIGURATION_H
#define TCPTUNE_OBSERVE_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd.h"

/* The keys that files set: those that lines name, and those of this host that globs match. */
struct configured {
	const char *const *keys;
	size_t n;
	bool has_modules; /* one of them is a module's */
};

/* Reads the files of the host into the observation. */
struct configured configuration_read(struct run *run, struct observation *observation);

/* Once all facts but these are known: the audit, and its facts. */
void configuration_audit(struct run *run, struct observation *observation,
			 const struct configured *configured);

/* Moves what the operator accepts out of the findings. */
void observe_accept(struct run *run, struct findings *findings);

#endif
