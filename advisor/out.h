/*
 * Renderers: one a format, behind one table of functions. They show what was
 * decided and decide nothing; each document goes to stdout as a whole.
 */
#ifndef TCPTUNE_OUT_H
#define TCPTUNE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/audit.h"
#include "core/explain.h"
#include "core/fact.h"
#include "core/planfile.h"
#include "core/profile.h"
#include "core/record.h"
#include "core/report.h"
#include "core/rule.h"

struct out_options {
	FILE *stream;
	struct arena *arena;
	bool color;             /* escape sequences are wanted */
	unsigned width;         /* columns of the terminal, 80 where there is none */
	bool quiet;             /* only what is wrong and what changes */
	bool verbose;           /* quiet rules, not applicable ones, sources */
	enum severity severity; /* text shows findings from this on, and counts the rest; JSON shows all */
};

/* What `check` found. Nothing in it is owned. */
struct check_report {
	const struct facts *facts;
	const struct findings *findings;
	const struct plan *plan;
	const char *const *profiles; /* names, as chosen */
	size_t n_profiles;
	const char *const *notes;    /* what could not be seen and why, a sentence each */
	size_t n_notes;
	struct plan_origin origin;   /* whose plan it is */
	const char *pending;         /* an unfinished apply and what to do about it; or NULL */
};

/* One network namespace of `check --all-netns`. */
struct netns_report {
	uint64_t inode;
	const char *name;    /* of ip-netns(8), or NULL */
	long pid;            /* a process in it; 0: none */
	const char *program; /* its command, or NULL */
	bool is_ours;
	const char *error;   /* why it could not be looked at, or NULL */
	struct check_report check; /* unless error */
};

struct netns_reports {
	const struct netns_report *items;
	size_t n;
	size_t n_hidden; /* processes whose namespace may not be read: there may be more */
};

/* What `audit` found. Nothing in it is owned. */
struct audit_report {
	const struct facts *facts;
	const struct audit *audit;
	const struct findings *findings; /* of rules about the configuration alone */
	const char *const *notes;        /* what could not be read and why, a sentence each */
	size_t n_notes;
};

struct apply_report {
	enum apply_outcome outcome;
	bool dry_run;
	const struct plan *plan;
	const struct check_report *check;
	const char *dropin_diff; /* unified; "" where nothing changes */
	const struct apply_problem *problems;
	size_t n_problems;
	unsigned record;         /* number of the record that revert reads, 0 for none */
	unsigned confirm;        /* seconds to confirm it; 0: it needs no confirming */
	long long until;         /* the end of them, in seconds since the epoch; 0: they have not begun */
};

struct confirm_report {
	enum apply_outcome outcome;
	bool dry_run;
	unsigned record;         /* that is confirmed, 0 for none */
	const char *dropin_path; /* NULL: the drop-in stays as it is */
	const char *dropin_diff;
	const struct apply_problem *problems;
	size_t n_problems;
};

struct revert_report {
	enum apply_outcome outcome;
	bool dry_run;
	const struct change *changes; /* from what is there now to what was there before */
	size_t n_changes;
	const struct skipped *left;   /* changed by somebody else since */
	size_t n_left;
	const char *dropin_path;      /* NULL: the drop-in stays as it is */
	const char *dropin_diff;
	const struct apply_problem *problems;
	size_t n_problems;
	unsigned record;
	const unsigned *records;      /* that were taken back, the newest first */
	size_t n_records;
};

/* The records, the newest first. */
struct history_report {
	const struct record *const *records;
	size_t n;
	const char *pending;          /* as of a check_report */
	unsigned in_force;            /* the newest that is applied; 0: none */
	const struct apply_problem *problems; /* records that cannot be read */
	size_t n_problems;
};

/* What was asked for, in that order; all on one host. */
struct explain_report {
	const struct explanation *const *items;
	size_t n;
};

/* All that can be explained. */
struct explain_list {
	const struct explain_known *known;
	const struct explain_what *items;
	size_t n;
};

struct out {
	const char *name;
	void (*check)(const struct out_options *options, const struct check_report *report);
	void (*check_all)(const struct out_options *options, const struct netns_reports *reports);
	void (*audit)(const struct out_options *options, const struct audit_report *report);
	void (*apply)(const struct out_options *options, const struct apply_report *report);
	void (*revert)(const struct out_options *options, const struct revert_report *report);
	void (*confirm)(const struct out_options *options, const struct confirm_report *report);
	void (*history)(const struct out_options *options, const struct history_report *report);
	/* whole: all that is known of each; otherwise a line each. */
	void (*profiles)(const struct out_options *options, const struct profile *const *profiles, size_t n,
			 bool whole);
	void (*rules)(const struct out_options *options, const struct rule *const *rules, size_t n,
		      bool whole);
	void (*facts)(const struct out_options *options);
	void (*explain)(const struct out_options *options, const struct explain_report *report);
	void (*explain_list)(const struct out_options *options, const struct explain_list *list);
};

extern const struct out out_text, out_json;

/* NULL for a format that is none. */
const struct out *out_find(const char *name);

#endif
