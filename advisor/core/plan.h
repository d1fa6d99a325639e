/*
 * The plan: what the profiles ask and what the findings propose, held against
 * what is: the ordered, minimal set of changes, and what is left out and why.
 */
#ifndef TCPTUNE_PLAN_H
#define TCPTUNE_PLAN_H

#include "core/catalog.h"
#include "core/dropin.h"
#include "core/fact.h"
#include "core/profile.h"
#include "core/report.h"
#include "core/sysctlconf.h"

struct plan_input {
	const struct catalog *catalog;
	const struct facts *facts; /* with "raw:KEY" and "writable:KEY" beside the keys */
	const struct findings *findings;
	const struct profile *const *profiles; /* in the order in which they were chosen */
	size_t n_profiles;
	const struct conf *conf;     /* the sysctl.d files; NULL: none could be read */
	const char *dropin_path;     /* where the drop-in is to be */
	const char *dropin_now;      /* the text of the file there; NULL: there is none */
	size_t dropin_now_length;
};

/*
 * One value a key: reasons that want different ones are a conflict, which is
 * reported and not planned. Lines that findings of an earlier run brought
 * stay in the drop-in, so that applying twice changes nothing.
 */
struct plan *plan_make(struct arena *arena, const struct plan_input *input);

/*
 * A plan that was made before: these changes, and the drop-in's text that goes
 * with them ("" for none). Only what is in its way is found anew. Of input,
 * findings and profiles are not read.
 */
struct plan *plan_saved(struct arena *arena, const struct plan_input *input, struct change *changes,
			size_t n_changes, const char *dropin);

/* Nothing is pending, and nothing is asked that this host would not take. */
bool plan_is_settled(const struct plan *plan);

#endif
