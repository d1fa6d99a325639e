/* The parts of the guard: guard.c starts it, guard_watch.c is what it does, guard_scope.c where it lives. */
#ifndef TCPTUNE_GUARD_INTERNAL_H
#define TCPTUNE_GUARD_INTERNAL_H

#include "sys/guard.h"

struct guard_watch {
	unsigned number; /* of the record */
	struct source *source;
	struct arena *arena; /* of the source */
	guard_log *log;
};

/* Waits, and takes the record back where that is due. */
void guard_watch(struct guard_watch *watch);

/*
 * Where systemd is process 1: a scope of its own, because the end of a login
 * may end all that is left in its scope (KillUserProcesses= of logind.conf). Where
 * that fails the guard stays where it is.
 */
void guard_enter_scope(struct source *source, unsigned number);

#endif
