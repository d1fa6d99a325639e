/*
 * Profiles as the files below profiles/ have them: the operator's policy. The
 * keys of the files are tcptune-profile.5.
 */
#ifndef TCPTUNE_PROFILE_H
#define TCPTUNE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/catalog.h"
#include "core/diag.h"
#include "core/expr.h"
#include "core/node.h"
#include "core/value.h"

struct param;

enum profile_asks { ASKS_VALUE, ASKS_AT_LEAST, ASKS_AT_MOST, ASKS_ONE_OF };

#define ONE_OF_MAX 16

struct profile_setting {
	const struct param *param;
	struct place place;
	const struct node *node; /* as the file has it */
	enum profile_asks asks;
	/*
	 * Of a number or a tuple: an expression for each element, NULL where
	 * the element is kept. Of one_of: the choices, of a number.
	 */
	const struct expr *numbers[ONE_OF_MAX];
	/* Of a text: the text, or the choices of one_of. */
	const struct template *texts[ONE_OF_MAX];
	size_t n;
	const struct expr *when; /* or NULL: the profile asks for it only where this holds */
	const char *refuse;      /* why it is never written; or NULL */
	const char *claim;       /* what the document that it comes from says; or NULL */
	const char *why;
	const char *const *sources;
	size_t n_sources;
	const char *profile;     /* the profile that wrote it, through `extends` perhaps */
};

/* A parameter of a profile: set with --set name=value. */
struct profile_parameter {
	const char *name;
	const char *means;
	enum unit unit;
	const char *value; /* without --set, as the file has it; NULL: it must be given */
	const char *min, *max; /* what it may be, as the file has it; or NULL */
};

struct profile {
	const char *name;
	const char *title;
	const char *whom; /* for whom it is; or NULL */
	const char *text; /* a longer text; or NULL */
	const struct profile_setting *settings; /* with those of the profiles it extends */
	size_t n_settings;
	struct profile_parameter *parameters;
	size_t n_parameters;
	const char *const *sources;
	size_t n_sources;
};

/* Gives the document of another profile by its name, NULL (reported at place) where there is none. */
struct profile_lookup {
	const struct node *(*find)(void *context, const char *name, struct place place);
	void *context;
};

/* A "name=value" of --set that is not a rule's threshold (no dot in the name). */
struct profile_set {
	const char *name;
	const char *value;
	bool used; /* set by profile_load() */
	struct place place; /* of the value, where a file has it; else its file is NULL */
};

/*
 * NULL when it has an error (reported). sets NULL: the profile is to be shown
 * or checked, not held against a host, and its parameters need no value.
 */
struct profile *profile_load(struct arena *arena, const struct catalog *catalog, struct diag *diag,
			     const struct node *document, const struct profile_lookup *lookup,
			     struct profile_set *sets, size_t n_sets);

/* What one setting wants of this host. */
struct wish {
	bool applies;       /* its `when` holds */
	const char *why_not; /* the value is not known: why; or NULL */
	const char *value;  /* the text to be written: what is there if that satisfies it */
	bool satisfied;     /* current is as it asks */
	const char *asks;   /* in words: "at least 4096" */
};

/* current: the running value's text, or NULL. kept elements of a tuple come from it. */
struct wish profile_wish(const struct profile_setting *setting, struct eval *eval, const char *current);

/* Does this text satisfy the setting? False too where that cannot be told. */
bool profile_satisfied(const struct profile_setting *setting, struct eval *eval, const char *text);

/* One of the values of one_of, by its place in the list; NULL beyond the last, and where it is not known. */
const char *profile_choice(const struct profile_setting *setting, struct eval *eval, size_t index);

/* The names of all facts and tables that a profile's expressions read. */
const char **profile_facts(const struct profile *profile, struct arena *arena, size_t *ret_n);

#endif
