/*
 * Opening a path inside a directory that stands for "/": absolute links and
 * ".." stay inside, so that no link of a capture leads out of it.
 */
#ifndef TCPTUNE_RESOLVE_H
#define TCPTUNE_RESOLVE_H

/* A descriptor (O_CLOEXEC) or -errno. flags as for open(), without O_CREAT. */
int resolve_in_root(int root, const char *path, int flags);

/* The same for kernels before 5.6, which have no openat2(). */
int resolve_by_hand(int root, const char *path, int flags);

#endif
