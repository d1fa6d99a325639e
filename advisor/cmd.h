/*
 * What the subcommands share: the run, its options, and the steps that most of
 * them go through. One subcommand a file, cmd_NAME.c; main.c walks the table.
 */
#ifndef TCPTUNE_CMD_H
#define TCPTUNE_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/audit.h"
#include "core/catalog.h"
#include "core/choices.h"
#include "core/counter.h"
#include "core/diag.h"
#include "core/plan.h"
#include "core/profile.h"
#include "core/rule.h"
#include "core/topic.h"
#include "out.h"
#include "sys/confdirs.h"
#include "sys/source.h"

/* The same for every command; tcptune(8), EXIT STATUS. */
enum status {
	STATUS_OK = 0,       /* in the desired state, or done */
	STATUS_DIFFERS = 1,  /* findings, or changes pending */
	STATUS_BAD = 2,      /* bad usage or bad input: nothing was touched */
	STATUS_FAILED = 3,   /* failed, and everything is as it was before */
	STATUS_BROKEN = 4,   /* failed, and something could not be put back */
	STATUS_LOCKED = 5,   /* another tcptune holds the lock */
};

struct options {
	const char *profiles[16];
	size_t n_profiles;
	struct profile_set sets[64];
	size_t n_sets;
	const char *format;   /* "text" unless told */
	const char *root;     /* NULL: this machine */
	const char *netns;    /* NULL: the one we are in */
	const char *kernel;   /* a version to judge files for; NULL: the one that runs */
	double interval;      /* seconds between two samples, 0: one sample */
	enum severity severity;
	const char *plan;     /* a plan to be applied exactly; NULL: one is made */
	unsigned confirm;     /* seconds; 0: --confirm was not given */
	bool has_to;
	unsigned to;          /* the record whose state to go back to, with has_to */
	const char *color;    /* "auto", "always", "never" */
	bool quiet, verbose, yes, dry_run, force, override, anonymise, list_facts, list_names, all_netns;
};

/* What is known before the host is looked at. */
struct knowledge {
	struct params *params;
	struct counters counters;
	struct catalog catalog;
	struct rules *rules;
	struct topics topics; /* after knowledge_load_topics() */
	struct profile_document {
		const char *name;
		const char *path;
		const struct node *node;
	} *documents; /* by name */
	size_t n_documents, documents_capacity;
	struct choices choices;          /* of tcptune.yaml, after knowledge_choose() */
	const struct profile **profiles; /* the chosen ones */
	size_t n_profiles;
};

/* A host, looked at and judged. */
struct observation {
	struct facts *facts;
	struct confdirs *confdirs;
	struct audit *audit;
	const char **notes; /* what could not be seen and why */
	size_t n_notes, notes_capacity;
	struct findings *findings;
	struct plan *plan;
};

struct run {
	struct arena *arena;
	struct diag diag;
	struct options options;
	struct source *source;
	const struct out *out;
	struct knowledge knowledge;
	bool is_elsewhere; /* the network namespace is not the one that we were started in */
	bool has_changed; /* the host is not as it was before */
};

struct command {
	const char *name;
	enum status (*run)(struct run *run, int argc, char **argv); /* argv: what is left behind the options */
	const char *arguments; /* for usage: "[FILE...]" */
	const char *options;   /* letters of the options it takes, besides those of all */
	const char *summary;
};

/* Ends with a row whose name is NULL. */
extern const struct command commands[];

enum status cmd_check(struct run *run, int argc, char **argv);
enum status cmd_check_all(struct run *run); /* `check --all-netns` */
enum status cmd_apply(struct run *run, int argc, char **argv);
enum status cmd_confirm(struct run *run, int argc, char **argv);
enum status cmd_revert(struct run *run, int argc, char **argv);
enum status cmd_history(struct run *run, int argc, char **argv);
enum status cmd_reload(struct run *run, int argc, char **argv);
enum status cmd_profiles(struct run *run, int argc, char **argv);
enum status cmd_rules(struct run *run, int argc, char **argv);
enum status cmd_explain(struct run *run, int argc, char **argv);
enum status cmd_lint(struct run *run, int argc, char **argv);
enum status cmd_audit(struct run *run, int argc, char **argv);
enum status cmd_capture(struct run *run, int argc, char **argv);
enum status cmd_help(struct run *run, int argc, char **argv);

/*
 * The built-in rules, parameters, counters and profiles, and over them the
 * files of /etc/tcptune. False with the errors in run->diag.
 */
bool knowledge_load(struct run *run);

/* The states and events, which explain alone needs; after knowledge_load(). False with the errors in run->diag. */
bool knowledge_load_topics(struct run *run);

/*
 * The profiles of --profile, or of tcptune.yaml, or time-wait, with the parameters of both;
 * thresholds of rules too. False with errors in run->diag.
 */
bool knowledge_choose(struct run *run);

/* One profile by name or path, without --set. NULL with errors in run->diag. */
const struct profile *knowledge_profile(struct run *run, const char *name);

/* The same with parameters (NULL: to be shown or checked), and the place of the name if it stands in a file. */
const struct profile *knowledge_load_profile(struct run *run, const char *name, struct place place,
					     struct profile_set *sets, size_t n_sets);

/*
 * A file below /etc/tcptune; -errno. Root does not follow advice that somebody else could have
 * written: -EPERM.
 */
int knowledge_read_trusted(struct run *run, const char *path, char **ret_bytes, size_t *ret_length);

/* The error of a file that could not be read so. */
void knowledge_report_unread(struct run *run, const char *path, int r);

/* A file that the operator names, wherever --root points; -errno. */
int knowledge_read(struct run *run, const char *path, char **ret_bytes, size_t *ret_length);

/* The parts for lint: adds one file's text to what is known. */
bool knowledge_add_file(struct run *run, const char *path, const char *bytes, size_t length);

/* Looks at the host, judges and plans. A host that cannot be looked at has unknown facts; never fails. */
void observe(struct run *run, struct observation *ret);

/* The same without judging: for captures. */
void observe_facts(struct run *run, struct observation *ret);

/* Every key that is known, and these too; judged, and not planned. */
void observe_for(struct run *run, const char *const *keys, size_t n_keys, struct observation *ret);

/*
 * The sysctl files of the host, or those given (with --kernel or given files nothing
 * but the version of the kernel is known), and what the rules about them say; no plan.
 * False, with errors in run->diag, when a given file cannot be read.
 */
bool observe_configuration(struct run *run, char **paths, size_t n_paths, struct observation *ret);

/* What `check` reports of an observation. */
struct check_report report_check(struct run *run, const struct observation *observation);

/* A finding counts for the exit status: of the chosen severity or worse, and more than info. */
bool run_has_findings(const struct run *run, const struct findings *findings);
bool report_has_findings(const struct run *run, const struct check_report *report);

/* An apply that is unfinished or unconfirmed, and what to do about it; NULL where there is none. */
const char *report_pending(struct run *run);

/* What a plan of this host says of it. */
struct plan_origin report_origin(struct run *run, const struct facts *facts);

/*
 * The plan of --plan, and this host held against it: observation->plan. False,
 * with the errors in run->diag, where it may not be applied here and now.
 */
bool plan_load(struct run *run, struct observation *ret);

/* Nothing is pending: neither changes, nor what an apply that died left behind. */
bool report_is_settled(const struct check_report *report);

/* How output looks here: terminal, colour, width. */
struct out_options report_options(struct run *run);

/* Prints the messages that have come, to stderr, and forgets them. */
void run_print_diag(struct run *run);

/* The warnings of a plan to stderr, where the format does not show them to a person. */
void run_warn(const struct run *run, const struct plan *plan);

/* To the system log, as tcptune[pid]. */
void run_log(bool is_failure, const char *text);

/* Asks at the terminal. False, and said, when the answer is not yes. */
bool run_asks(const char *question);

/* To stderr, but not a second time where a person sees both streams and the text has said it. */
void run_print_problems(const struct run *run, const struct apply_problem *problems, size_t n);

/* Another process has the lock, holder or 0 where that is not known: said. */
enum status run_locked(long holder);

enum status run_status(enum apply_outcome outcome);

/* "tcptune: ..." to stderr; ends the line. */
void run_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
