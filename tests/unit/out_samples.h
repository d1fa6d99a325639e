/* Reports built by hand, for the tests of the renderers. */
#ifndef TCPTUNE_TEST_OUT_SAMPLES_H
#define TCPTUNE_TEST_OUT_SAMPLES_H

#include "out.h"

/* Several things are wrong, settings of every verdict, a file in the way. */
struct check_report *sample_sick(struct arena *arena);

/* Nothing is wrong but for notes, and nothing is to change. */
struct check_report *sample_healthy(struct arena *arena);

/* Nothing could be observed, so no rule could be judged. */
struct check_report *sample_blind(struct arena *arena);

/* Every string is hostile: control characters, bytes that are no UTF-8, words without end. */
struct check_report *sample_hostile(struct arena *arena);

struct apply_report *sample_apply(struct arena *arena, enum apply_outcome outcome, bool dry_run);
struct revert_report *sample_revert(struct arena *arena, enum apply_outcome outcome, bool dry_run);

#endif
