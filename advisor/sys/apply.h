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

/*
 * The record of an apply or revert that a dead process left unfinished, NULL
 * where there is none. -errno where that cannot be seen (-EACCES without root).
 */
int apply_pending(struct source *source, struct arena *arena, struct record **ret);

#endif
