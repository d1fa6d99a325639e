/* Two texts as a unified diff, for people: what would change in a file. */
#ifndef TCPTUNE_DIFF_H
#define TCPTUNE_DIFF_H

#include "core/arena.h"

/*
 * "" where the texts are equal. Three lines of context. Control characters
 * other than tabs, and what is no UTF-8, are shown as \xNN: for a text without
 * them the result is one that patch(1) applies. The shortest diff, unless the
 * texts differ in thousands of lines: then one large hunk.
 */
char *diff_unified(struct arena *arena, const char *old_name, const char *old, const char *now_name,
		   const char *now);

#endif
