/*
 * Who holds a socket: /proc/PID/fd of all processes, of the lowest pid first,
 * so that a socket that several processes share is the first one's.
 *
 * A capture has `capture/fds/PID` instead, for processes that hold a wanted
 * socket: a line "fd socket:[inode]" for each such descriptor, then a line
 * "total N" with the number of all; and `capture/fds/denied` with the number
 * of processes that could not be looked into.
 */
#ifndef TCPTUNE_OWNER_H
#define TCPTUNE_OWNER_H

#include "core/inodes.h"
#include "core/owners.h"
#include "sys/source.h"

/*
 * Enters the owners into wanted. Never fails: a process that may not be
 * looked into is counted, and *ret_note says so in a sentence when sockets
 * without an owner are left; it is untouched otherwise.
 */
void owner_find(struct source *source, struct arena *arena, struct inodes *wanted,
		struct owners *ret, const char **ret_note);

#endif
