/* What profile.c, profile_parameter.c and profile_setting.c share. */
#ifndef TCPTUNE_PROFILE_INTERNAL_H
#define TCPTUNE_PROFILE_INTERNAL_H

#include "core/profile.h"

/* How deep profiles may extend each other. */
#define EXTENDS_MAX 16

/* One profile being read, with those that it extends. */
struct loading {
	struct arena *arena;
	const struct catalog *catalog;
	struct diag *diag;
	const struct profile_lookup *lookup;
	struct profile_set *sets;
	size_t n_sets;
	struct profile *profile;
	struct profile_setting *settings;
	size_t n, capacity;
	struct named_expr *names; /* of this document and of those that it extends */
	size_t n_names;
	const struct node **loaded; /* the documents that were read, each of them once */
	size_t n_loaded, loaded_capacity;
	const struct facts *nothing; /* facts of no host */
	const char *path[EXTENDS_MAX]; /* the profiles being read, to find a circle */
	size_t depth;
	const char *name;
};

/* What the expressions of this profile may name. */
struct scope profile_scope(const struct loading *l);

/*
 * Adds the parameters of the profile that is being read; NULL: it has none. Those of the profiles
 * that it extends are known too, and are replaced by those of the same name.
 */
void profile_load_parameters(struct loading *l, const struct node *map);

/* Adds one setting of the profile that is being read; what is wrong with it is reported. */
void profile_load_setting(struct loading *l, const struct node *node);

#endif
