/* What a capture notes beside the files themselves: see source.h for the format. */
#ifndef TCPTUNE_REPLAY_H
#define TCPTUNE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

struct replay;

/* Never fails: a directory without notes is a capture in which nothing is special. */
struct replay *replay_load(struct arena *arena, int root);

/* The errno that the captured host gave for this path, 0 where none is noted. */
int replay_errno(const struct replay *replay, const char *path);

/* False where none is noted. */
bool replay_mode(const struct replay *replay, const char *path, unsigned *ret);

/* The target, or NULL where none is noted. */
const char *replay_link(const struct replay *replay, const char *path);

/* The i-th path that could not be read although it was there; NULL at the end. */
const char *replay_unreadable(const struct replay *replay, size_t i);

#endif
