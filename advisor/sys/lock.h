/*
 * One tcptune at a time writes. The lock is flock() on /run/tcptune/lock: it
 * goes with the process that holds it, so that a file left behind blocks
 * nobody; the file is never removed, because a lock on a removed file would
 * be no lock.
 */
#ifndef TCPTUNE_LOCK_H
#define TCPTUNE_LOCK_H

#include <stdbool.h>

#include "sys/source.h"

#define LOCK_DIRECTORY "/run/tcptune"

/*
 * 0 and a descriptor that is the lock: close() gives it back. -EWOULDBLOCK
 * where another process has it, with that process's id in *ret_holder, 0 where
 * it is not known. Another -errno where there can't be a lock.
 */
int lock_take(struct source *source, int *ret_fd, long *ret_holder);

/* The lock that shows that the guard of a record lives. 0 and a descriptor, or -errno; waits where it is just looked at. */
int lock_take_guard(struct source *source, unsigned record, int *ret_fd);
bool lock_guard_is_held(struct source *source, unsigned record);

/* Its file, when the guard ends. */
void lock_remove_guard(struct source *source, unsigned record);

/* Some process has the lock now. False also where that cannot be seen. Writes nothing. */
bool lock_is_held(struct source *source);

#endif
