/*
 * The drop-in: the plan as a sysctl.d file. The same wishes give the same
 * bytes: no time, no old value, no random part.
 */
#ifndef TCPTUNE_DROPIN_H
#define TCPTUNE_DROPIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

#define DROPIN_PATH "/etc/sysctl.d/60-tcptune.conf"

/* Its name where --override made it win over files that are read later. */
#define DROPIN_PATH_LAST "/etc/sysctl.d/zzz-tcptune.conf"

/* One line and what stands above it. */
struct dropin_line {
	const char *key;
	const char *value;
	const char *const *because; /* "profile time-wait", "finding tw-reuse-candidate" */
	size_t n_because;
	const char *const *why; /* a reason each, parallel to because; NULL or "": none is given */
	const char *const *sources;
	size_t n_sources;
};

struct dropin {
	struct dropin_line *lines; /* by key */
	size_t n, capacity;
	bool is_ours; /* of a parsed file: it begins as tcptune writes it */
};

/*
 * The file's text, "" for no lines. Lines stand by key, of two with one key
 * the last is kept; reasons are folded to 96 columns and cannot break out of
 * their comments, whatever they hold. A key that is no plain name under "net."
 * (a pattern, a blank, a "=") is left out: no loader could be made to read
 * anything else from this file than what was planned.
 */
char *dropin_print(struct arena *arena, const struct dropin *dropin);

/*
 * The inverse: dropin_print(dropin_parse(x)) is x for every x that dropin_print() gave.
 * Never fails: of any other file it takes the assignments and the comments right above them.
 */
struct dropin *dropin_parse(struct arena *arena, const char *text, size_t length);

/* One of the two names that a drop-in may have. */
bool dropin_is_path(const char *path);

/* NULL when no line sets the key. */
const struct dropin_line *dropin_find(const struct dropin *dropin, const char *key);

/*
 * A unified diff of two texts, 3 lines of context, "" where they are equal.
 * old NULL: the file is new. now NULL or "": it is removed. For people: control
 * characters in either text are shown, not passed on.
 */
char *dropin_diff(struct arena *arena, const char *path, const char *old, const char *now);

#endif
