/* Looking at other network namespaces. */
#ifndef TCPTUNE_NETNS_H
#define TCPTUNE_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * Moves this process into the namespace: a path (what has a "/"), a name of
 * ip-netns(8), or the number of a process, in this order. Before any source
 * is opened and any netlink socket is made. -errno; -EINVAL for a file that is
 * no network namespace.
 */
int netns_enter(const char *what);

/* One network namespace of this machine. */
struct netns {
	uint64_t inode;      /* what "net:[4026531833]" names it by */
	const char *name;    /* of ip-netns(8); NULL for one that has none */
	const char *path;    /* by which it can be entered */
	long pid;            /* its process with the lowest number; 0: none that could be seen */
	const char *program; /* command of that process; NULL when pid is 0 */
	bool is_ours;        /* the one in which this process is */
};

/*
 * All that this user can see: those of processes and those with a name. Ours
 * comes first, then those with a name, by name, then the others by their
 * lowest process. *ret_hidden counts the processes whose namespace may not be
 * read: there may be more. -errno when /proc cannot be read.
 */
int netns_list(struct arena *arena, struct netns **ret, size_t *ret_n, size_t *ret_hidden);

/* netns_enter() by path; -ESTALE when another namespace stands there by now. */
int netns_enter_listed(const struct netns *netns);

#endif
