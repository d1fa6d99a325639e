/*
 * What judging gives: the verdicts of rules and profiles, and the plan.
 * Plain structs, made by judge.c and plan.c, shown by out_*.c, done by
 * sys/apply.c. Strings are printable text (text_printable()) where they hold
 * anything that was observed.
 */
#ifndef TCPTUNE_REPORT_H
#define TCPTUNE_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/diag.h"
#include "core/value.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

const char *severity_name(enum severity severity);
bool severity_parse(const char *name, enum severity *ret);

enum remedy_kind { REMEDY_PROGRAM, REMEDY_SYSCTL, REMEDY_CONFIG, REMEDY_OPERATOR };

const char *remedy_kind_name(enum remedy_kind kind);

struct remedy {
	enum remedy_kind kind;
	const char *text;
	const char *key; /* of a sysctl remedy, else NULL */
	const char *to;  /* the value it wants, else NULL */
};

struct named_value {
	const char *name;
	struct value value;
};

struct finding {
	const char *id;
	const char *title;
	enum severity severity;
	const char *subject; /* "" for the host as a whole */
	const char *summary;
	const char *const *evidence;
	size_t n_evidence;
	const struct named_value *facts;
	size_t n_facts;
	const struct remedy *remedies; /* in the order to try them */
	size_t n_remedies;
	const char *risk;     /* or NULL */
	const char *corrects; /* or NULL */
	const char *const *sources;
	size_t n_sources;
	const char *was_accepted; /* "accepted until 2026-10-31: REASON", which has ended; or NULL */
};

/* A finding that the operator accepts: it is shown, and nothing else comes of it. */
struct accepted {
	struct finding finding;
	const char *reason;
	const char *until; /* "2026-12-31", the last day; NULL: for good */
	struct place place;
};

/* What the operator accepts, and was not found. */
struct unmet {
	const char *id;
	struct place place;
};

/* A rule that could not be judged, or one that does not apply here. */
struct unjudged {
	const char *id;
	const char *why;
};

struct findings {
	struct finding *items; /* worst first, then by id and subject */
	size_t n, capacity;
	struct unjudged *unknown; /* by id */
	size_t n_unknown, unknown_capacity;
	struct unjudged *not_applicable; /* by id */
	size_t n_not_applicable, not_applicable_capacity;
	size_t n_quiet; /* rules that were judged and found nothing */
	struct accepted *accepted; /* in the order of items */
	size_t n_accepted, accepted_capacity;
	struct unmet *unmet; /* in the order of the file */
	size_t n_unmet;
};

enum setting_verdict {
	SETTING_OK,
	SETTING_DIFFERS,
	SETTING_REMOVED,
	SETTING_NOOP,
	SETTING_ABSENT,
	SETTING_READ_ONLY,
	SETTING_REFUSED,
	SETTING_CONFLICT,
	SETTING_UNKNOWN, /* it could not be read, or what it asks could not be computed */
};

const char *setting_verdict_name(enum setting_verdict verdict);

/* One wish of a profile, held against the host. */
struct setting_result {
	const char *key;
	const char *current; /* NULL when the key is not there or cannot be read */
	const char *wanted;  /* as written into a drop-in; NULL when it could not be computed */
	const char *asks;    /* as the profile says it: "at least 4096", "30" */
	const char *profile;
	enum setting_verdict verdict;
	const char *why;     /* the profile's reason */
	const char *claim;   /* what the document that the profile comes from says; or NULL */
	const char *note;    /* what the verdict needs said: since when removed, why refused; or NULL */
	const char *warning; /* to be said on stderr too; or NULL */
	bool is_invalid;     /* the wanted value is one that this host would not take: apply stops */
	const char *const *sources;
	size_t n_sources;
};

/* Where a change is needed: or'ed. */
enum change_where { CHANGE_RUNNING = 1U << 0, CHANGE_FILE = 1U << 1 };

const char *change_where_name(unsigned where); /* "running", "file", "both" */

struct change {
	const char *key;
	const char *from; /* the running value, as text; NULL when the key is not there */
	const char *to;   /* NULL: the line leaves the drop-in, the running value stays */
	unsigned where;
	const char *const *because; /* profiles and rule ids, never none */
	size_t n_because;
	const char *note; /* e.g. "below the kernel's default"; or NULL */
	bool rounds; /* in milliseconds, which the kernel rounds up to a jiffy: it may read a little more than `to` */
};

struct skipped {
	const char *key;
	const char *because; /* profile or rule id */
	const char *why;
};

/* A file that would beat the drop-in. */
struct obstacle {
	const char *key;
	const char *value;  /* what that file sets; NULL: it excludes the key, and systemd-sysctl sets it no more */
	const char *wanted;
	struct place place;
};

struct plan {
	struct setting_result *settings; /* by key, then profile */
	size_t n_settings;
	struct change *changes; /* by key, in the order to be written */
	size_t n_changes;
	struct skipped *skipped; /* by key */
	size_t n_skipped;
	struct obstacle *obstacles; /* by key; not empty: apply stops */
	size_t n_obstacles;
	const char *dropin_path; /* "/etc/sysctl.d/60-tcptune.conf" */
	const char *dropin;      /* the text to be there; "" when no line is wanted */
	const char *dropin_now;  /* the text that is there, NULL when there is no file */
	bool dropin_changes;     /* it would be written */
	bool dropin_foreign;     /* the file that is there was not written by tcptune: apply stops */
};

/* How an apply or a revert ended. */
enum apply_outcome {
	APPLY_UNCHANGED, /* already in the desired state */
	APPLY_WOULD,     /* dry run, or not confirmed: this would change */
	APPLY_DONE,
	APPLY_RESTORED,  /* failed, and everything is as it was before */
	APPLY_BROKEN,    /* failed, and something could not be put back */
	APPLY_STOPPED,   /* nothing was touched: an obstacle, a refused value */
};

struct apply_problem {
	const char *key;  /* or the path of a file */
	const char *text; /* what went wrong, and what to do */
};

#endif
