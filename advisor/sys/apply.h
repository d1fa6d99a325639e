/*
 * Committing a plan, and taking it back.
 *
 *	lock -> validate -> record with the old values and the old drop-in ->
 *	write, read back -> drop-in -> mark the record
 *
 * Whatever fails, what was begun is taken back. A process that dies between
 * any two of these steps leaves an unfinished record: apply_commit() then
 * stops, and apply_revert() brings the host back. Signals that can wait, wait.
 */
#ifndef TCPTUNE_APPLY_H
#define TCPTUNE_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/record.h"
#include "core/report.h"
#include "sys/guard.h"
#include "sys/source.h"
#include "sys/transaction.h"

struct apply_request {
	const struct change *changes; /* of these the ones of CHANGE_RUNNING are written, in this order */
	size_t n_changes;
	const char *dropin_path;
	const char *dropin_now;       /* the text that the plan was made from; NULL: there was no file */
	const char *dropin;           /* the text to be there, "" to remove the file; NULL: it stays */
	const char *tool;             /* version */
	struct record_actor by;
	long long time;               /* seconds since the epoch */
	/*
	 * Not 0: the running kernel alone is written, and a guard takes that back unless
	 * apply_confirm() comes within so many seconds. The drop-in is written there: a boot
	 * in between is one into the old state.
	 */
	unsigned confirm;
	guard_log *log;               /* of the guard */
	const struct sysctl_ops *ops; /* NULL: kernel_ops */
};

struct apply_result {
	/*
	 * APPLY_UNCHANGED, APPLY_DONE; APPLY_STOPPED: the request does not fit the host (any
	 * more), nothing was touched; APPLY_RESTORED: the machine refused, everything is as
	 * it was; APPLY_BROKEN: problems name what could not be put back.
	 */
	enum apply_outcome outcome;
	const struct apply_problem *problems;
	size_t n_problems;
	unsigned record; /* what revert takes back, 0 for none */
	long long until; /* the end of the time to confirm, in seconds since the epoch; 0: there is none */
	long holder;     /* with -EWOULDBLOCK: the process that has the lock, 0 when not known */
};

/* 0 with *ret filled, or -EWOULDBLOCK: another tcptune has the lock. A missing /etc/sysctl.d is made, and stays. */
int apply_commit(struct source *source, struct arena *arena, const struct apply_request *request,
		 struct apply_result *ret);

struct revert_request {
	bool dry_run; /* say what would be done: takes no lock, writes nothing */
	bool force;   /* put back what somebody else has changed too */
	bool has_to;  /* take back all that came after record `to`, as one; 0: all */
	unsigned to;
	unsigned only; /* not 0: this record alone, if it is unconfirmed or unfinished and its guard is `guard` */
	long guard;
	struct record_actor by;
	const struct sysctl_ops *ops;
};

struct revert_result {
	enum apply_outcome outcome;   /* as above; APPLY_UNCHANGED: there was nothing to put back */
	const struct change *changes; /* what was (APPLY_WOULD: would be) put back */
	size_t n_changes;
	const struct skipped *left;   /* keys and the drop-in that somebody else has changed, named, not touched */
	size_t n_left;
	const char *dropin_path;      /* NULL: the drop-in stays as it is */
	const char *dropin_diff;      /* never NULL; of both files where there are two */
	const struct apply_problem *problems;
	size_t n_problems;
	unsigned record;              /* the newest record that was taken back, 0 for none */
	const unsigned *records;      /* all of them, the newest first */
	size_t n_records;
	bool is_bad;                  /* with APPLY_STOPPED: there is no such state to go back to */
	long holder;
};

/*
 * Takes back the newest record that is not reverted, finished or not, or with
 * has_to several as one: all or nothing. Results as of apply_commit().
 */
int apply_revert(struct source *source, struct arena *arena, const struct revert_request *request,
		 struct revert_result *ret);

struct confirm_request {
	bool dry_run;
	bool force; /* also when somebody else has changed a value or the drop-in since */
	struct record_actor by;
	long long time;
	const struct sysctl_ops *ops;
};

struct confirm_result {
	/*
	 * APPLY_DONE: confirmed; APPLY_UNCHANGED: it was before; APPLY_WOULD; APPLY_STOPPED:
	 * there is nothing to confirm (any more); APPLY_RESTORED, APPLY_BROKEN: the drop-in
	 * could not be written, and the record is unconfirmed as before.
	 */
	enum apply_outcome outcome;
	unsigned record;
	const char *dropin_path; /* NULL: it stays as it is */
	const char *dropin_diff; /* never NULL */
	const struct apply_problem *problems;
	size_t n_problems;
	bool is_bad; /* with APPLY_STOPPED: nothing was ever to be confirmed */
	long holder;
};

/* Keeps what `apply --confirm` did: writes the drop-in and marks the record. Results as of apply_commit(). */
int apply_confirm(struct source *source, struct arena *arena, const struct confirm_request *request,
		  struct confirm_result *ret);

/* What keeps the newest record from being a thing of the past. */
enum pending_kind {
	PENDING_NOTHING,
	PENDING_UNFINISHED, /* a process died in the middle of an apply or revert */
	PENDING_WAITING,    /* unconfirmed: there is time, and the guard waits */
	PENDING_UNGUARDED,  /* likewise, but the guard is gone */
	PENDING_LATE,       /* the time is over: the guard is at it */
	PENDING_EXPIRED,    /* the time is over, the guard is gone, and nothing was taken back */
	PENDING_BOOTED,     /* unconfirmed, of an earlier boot: the kernel has forgotten it */
};

struct pending {
	enum pending_kind kind;
	const struct record *record; /* NULL with PENDING_NOTHING */
	long long left;              /* seconds that are left to confirm it */
};

/* -errno where that cannot be seen (-EACCES without root). */
int apply_pending(struct source *source, struct arena *arena, struct pending *ret);

/* What is so of a record, whatever is at work on it. */
struct pending pending_of(struct source *source, struct arena *arena, const struct record *record);

/* What it is and what to do about it: a sentence. NULL with PENDING_NOTHING. */
const char *pending_text(struct arena *arena, const struct pending *pending);

/* Notes in an unconfirmed record why its guard could not take it back. Nothing where that cannot be done. */
void apply_note_failure(struct source *source, struct arena *arena, unsigned number, const char *why);

#endif
