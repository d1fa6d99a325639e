/*
 * What the operator of a host has decided once and for all runs:
 * /etc/tcptune/tcptune.yaml. Findings that are accepted, thresholds of rules,
 * the profiles to hold the host against and their parameters. The keys of the
 * file are tcptune.8, FILES.
 */
#ifndef TCPTUNE_CHOICES_H
#define TCPTUNE_CHOICES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/diag.h"
#include "core/node.h"
#include "core/report.h"
#include "core/rule.h"

/* A day of the Gregorian calendar; all 0: none. */
struct day {
	int year, month, day;
};

/* A finding that is known and not to be acted on. */
struct acceptance {
	const char *id;      /* of the rule */
	const char *subject; /* with * and ?; NULL: whatever the subject */
	const char *reason;
	struct day until;    /* the last day on which it holds; none: for good */
	struct place place;
};

/* NAME: VALUE of `thresholds` or `set`. */
struct choice {
	const char *name;
	struct place place;       /* of the name */
	const struct node *value; /* a scalar */
};

struct choices {
	const struct acceptance *acceptances;
	size_t n_acceptances;
	const struct choice *thresholds; /* "RULE.THRESHOLD" */
	size_t n_thresholds;
	const char *const *profiles; /* for where the command line names none */
	struct place *profile_places;
	size_t n_profiles;
	const struct choice *sets; /* parameters of profiles */
	size_t n_sets;
};

/* Does a document look like this file? */
bool choices_look_like(const struct node *document);

/* Reads the document; against the rules, where a rule's id is not known. False, and errors, when it is not good. */
bool choices_load(struct arena *arena, const struct node *document, const struct rules *rules,
		  struct diag *diag, struct choices *ret);

/* Sets the thresholds in the rules. False, and errors, when one is none or its value does not fit. */
bool choices_set_thresholds(const struct choices *choices, struct rules *rules, struct diag *diag);

/*
 * Moves what is accepted on that day from items to accepted, says of a
 * finding whose acceptance has ended that it has, and lists the acceptances
 * that no finding met.
 */
void choices_accept(const struct choices *choices, struct arena *arena, struct day today,
		    struct findings *findings);

/* "2026-11-30" */
char *day_text(struct arena *arena, struct day day);

#endif
