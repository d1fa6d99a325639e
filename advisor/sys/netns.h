/* Looking at another network namespace. */
#ifndef TCPTUNE_NETNS_H
#define TCPTUNE_NETNS_H

/*
 * Moves this process into the namespace: a path (what has a "/"), a name of
 * ip-netns(8), or the number of a process, in this order. Before any source
 * is opened and any netlink socket is made. -errno; -EINVAL for a file that is
 * no network namespace.
 */
int netns_enter(const char *what);

#endif
