/*
 * What rules and profiles read of a host, by name. Observing costs: what is
 * dear is looked at only where something reads it.
 */
#ifndef TCPTUNE_NEEDS_H
#define TCPTUNE_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

struct needs {
	const char *const *names; /* of scalars and tables; again is harmless */
	size_t n;
};

/*
 * Is a fact read whose name begins with this word ("conntrack" for
 * "conntrack.drop" and "rate.conntrack.drop"), or the table of this name?
 * needs NULL: everything is, as for a capture.
 */
bool needs_have(const struct needs *needs, const char *word);

#endif
