/* Processes that hold sockets: what is found of each, and how /proc shows it. */
#ifndef TCPTUNE_OWNERS_H
#define TCPTUNE_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fact.h"
#include "core/inodes.h"

struct owner {
	unsigned pid;
	const char *command; /* as the kernel has it: it may hold any byte */
	struct fact fds;     /* open descriptors */
	struct fact fd_limit;
};

/* Owner i + 1 of an inode (core/inodes.h) is items[i]. */
struct owners {
	const struct owner *items; /* by pid */
	size_t n;
	const char *why_unseen; /* why a socket may have no owner here; never NULL */
};

/* "command[pid]", printable. */
const char *owner_name(struct arena *arena, const struct owner *owner);

/* The same of the process that has this inode, as far as it was looked up. owners may be NULL. */
struct fact owners_fact(struct arena *arena, const struct owners *owners, const struct inodes *inodes,
			uint32_t inode);

/* The target of a descriptor, "socket:[12345]"; false for what is no socket. */
bool owner_socket(const char *target, uint32_t *ret_inode);

/* The soft RLIMIT_NOFILE in the text of /proc/PID/limits. */
struct fact owner_fd_limit(const char *limits);

#endif
