/*
 * A plan that was saved, reviewed, and is to be applied exactly: the JSON of
 * `check` or `apply --dry-run`, of which "changes" and "plan" count.
 *
 * It comes from outside and is believed in nothing: what it says must be
 * sound in itself (planfile_parse()), allowed (planfile_refuse()), and the
 * host must still be as it was (planfile_compare()).
 */
#ifndef TCPTUNE_PLANFILE_H
#define TCPTUNE_PLANFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/fact.h"
#include "core/param.h"
#include "core/report.h"

/* The host that a plan is made for; NULL: not known. */
struct plan_origin {
	const char *host;
	const char *kernel;
	const char *netns;   /* "net:[4026531840]" */
	const char *boot_id;
};

struct planfile {
	const char *file;
	struct plan_origin origin;
	struct change *changes; /* by key */
	struct place *places;   /* of each */
	size_t n_changes;
	const char *dropin_path;
	const char *before; /* the drop-in's text; NULL: there was none */
	const char *after;  /* as it shall be, "" for none; where no change is one of the file it stays */
	bool dropin_changes;
};

/*
 * NULL, all errors reported at file:line:column, where it is no such document,
 * names a key that is none under net., has a key twice, or writes lines into
 * the drop-in that are none of its changes.
 */
struct planfile *planfile_parse(struct arena *arena, struct diag *diag, const char *file, const char *bytes,
				size_t length);

/* Reports keys that are not known, and values that must not be written. */
void planfile_check_values(struct planfile *planfile, struct arena *arena, const struct params *params,
			   struct diag *diag);

/* All that is to be is so already. dropin_now NULL: there is none. */
bool planfile_is_done(const struct planfile *planfile, struct arena *arena, const struct facts *facts,
		      const char *dropin_now);

/* Reports all in which the host differs from the one that the plan was made for. */
void planfile_compare(const struct planfile *planfile, struct arena *arena, const struct plan_origin *here,
		      const struct facts *facts, const char *dropin_now, struct diag *diag);

#endif
