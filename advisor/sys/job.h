/* What apply and revert have around them: signals held back, the lock, the journal, and a list of problems. */
#ifndef TCPTUNE_JOB_H
#define TCPTUNE_JOB_H

#include <signal.h>
#include <stdbool.h>

#include "core/record.h"
#include "sys/journal.h"
#include "sys/transaction.h"

struct job {
	struct source *source;
	struct arena *arena;
	const struct sysctl_ops *ops;
	struct problems problems;
	struct journal journal;
	bool has_journal;
	int lock;          /* -1: none */
	long holder;
	void *fence;       /* keeps reserved memory from going back to the kernel */
	bool is_blocking;  /* signals */
	sigset_t signals;
};

struct job job_new(struct source *source, struct arena *arena, const struct sysctl_ops *ops);

/* -EWOULDBLOCK, job->holder set, when another process has the lock; another -errno as a problem too. */
int job_lock(struct job *job);

/* Opens the journal. False, with a problem, when that fails; a missing one is no failure unless create. */
bool job_open_journal(struct job *job, bool create);

/* Accepts a job that got nowhere. */
void job_end(struct job *job);

/* The path of a record, for messages. */
const char *job_record_path(const struct job *job, unsigned number);

/* Reads a record; false with a problem. */
bool job_read_record(struct job *job, unsigned number, struct record **ret);

/* Writes the record with this state; false with a problem. */
bool job_mark(struct job *job, struct record *record, enum record_state state);

/* The network namespace of this process, NULL where it is not known. */
const char *job_netns(const struct job *job);

/* Of this boot, NULL where it is not known. */
const char *job_boot_id(const struct job *job);

/* The first line of a small file of the host; NULL where it cannot be read. */
const char *job_first_line(const struct job *job, const char *path);

/* Of an absolute path the directory that holds it: "/etc/sysctl.d". */
const char *job_directory_of(const struct job *job, const char *path);

#endif
