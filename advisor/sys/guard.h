/*
 * The guard of `apply --confirm`: a process that takes a record back when its
 * time is over, whatever became of the terminal and the connection of who
 * applied it.
 *
 * It is forked twice and has a session, and where systemd is process 1 a scope
 * of its own, so that neither a hang-up nor the end of a login ends it; it
 * stays in the namespaces of the apply, and keeps no descriptor of it. It
 * ignores the signals of a terminal; SIGTERM makes it revert at once, because
 * whoever ends it (a shutdown too) must not leave a change behind that nobody
 * watches.
 *
 * What it goes by is the record: as long as that is unconfirmed and its
 * deadline (CLOCK_BOOTTIME, which goes on while a host is suspended) is not
 * reached it waits, and looks again each second; one that a dead process left
 * unfinished it takes back at once; otherwise it ends. While it lives it has a
 * lock of its own (lock_take_guard()), by which others see that it does.
 */
#ifndef TCPTUNE_GUARD_H
#define TCPTUNE_GUARD_H

#include <stdbool.h>

#include "core/arena.h"
#include "sys/source.h"

struct guard {
	long pid;
	int control; /* the guard begins when it is closed */
};

/* What it has to say: to the system log. */
typedef void guard_log(bool is_failure, const char *text);

/*
 * Starts the guard of a record that is about to be made. 0 when it is ready;
 * -errno when it could not be started, and nothing of it is left.
 */
int guard_start(struct source *source, unsigned record, guard_log *log, struct guard *ret);

/* The record is as it is to be watched, or gone. Accepts a guard that was never started, control being -1. */
void guard_let_go(struct guard *guard);

/* CLOCK_BOOTTIME, in milliseconds. */
long long guard_clock(void);

#endif
