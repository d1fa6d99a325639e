/* What the steps of planning share: plan_demand.c asks, plan_group.c decides, plan.c puts it together. */
#ifndef TCPTUNE_PLAN_INTERNAL_H
#define TCPTUNE_PLAN_INTERNAL_H

#include "core/param.h"
#include "core/plan.h"

/* One reason to want a value for a key. */
struct demand {
	const struct param *param;
	const char *value;
	const char *label;  /* as the drop-in says it: "profile time-wait" */
	const char *id;	    /* profile or rule */
	const char *why;
	const char *const *sources;
	size_t n_sources;
	const struct profile_setting *setting; /* of a profile */
	size_t result;			       /* its index in plan->settings */
	bool is_kept;			       /* from the drop-in that is there */
};

/* All demands of one key, sorted, and what came of them. */
struct group {
	const struct param *param;
	const struct demand *demands;
	size_t n;
	bool only_kept; /* nobody asks today: the drop-in has it from an earlier run */
	const char *current;
	const char *value; /* chosen; NULL: nothing can be planned */
};

struct planner {
	struct arena *arena;
	const struct plan_input *input;
	struct eval eval;
	struct version kernel;
	struct plan *plan;
	struct demand *demands;
	size_t n, capacity;
	struct group *groups; /* those with a value */
	size_t n_groups, groups_capacity;
	size_t settings_capacity, changes_capacity, skipped_capacity, obstacles_capacity;
	struct dropin *now; /* the drop-in that is there, without lines where there is none */
	struct dropin next;
};

/* The running value as it is written: one blank between fields. NULL when the key is not known. */
const char *plan_current(struct planner *p, const struct param *param);

/* Does this verdict say nothing of another day or another kernel, so that a line of the drop-in stays? */
bool plan_is_open(enum setting_verdict verdict);

void plan_skip(struct planner *p, const char *key, const char *because, const char *why);
void plan_add_change(struct planner *p, const struct change *change);

/* Demands: of a profile's setting, of a finding's remedy, of the lines that findings brought earlier. */
void plan_add_setting(struct planner *p, const struct profile_setting *setting);
void plan_add_remedy(struct planner *p, const struct finding *finding, const struct remedy *remedy);
void plan_add_kept(struct planner *p);

/* One value for the group's key, its line in the drop-in and its change; or a conflict. */
void plan_group(struct planner *p, struct group *group);

/* Would this text do for all that is asked of the key? */
bool plan_accepts(struct planner *p, const struct group *group, const char *text);

/* What cannot be decided today stays in the drop-in as it is. */
void plan_keep_line(struct planner *p, const char *key);

#endif
