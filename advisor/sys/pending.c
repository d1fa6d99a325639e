/* apply_pending() of sys/apply.h. */
#include <errno.h>
#include <string.h>

#include "sys/apply.h"
#include "sys/job.h"
#include "sys/lock.h"

static bool is_of_this_boot(const struct job *job, const struct record *record)
{
	const char *boot = job_boot_id(job);

	return !boot || !record->boot_id || !strcmp(boot, record->boot_id);
}

static struct pending unconfirmed(const struct job *job, const struct record *record)
{
	long long left = record->confirm.deadline - guard_clock();
	bool has_guard = lock_guard_is_held(job->source, record->number);
	struct pending pending = {.record = record};

	if (!is_of_this_boot(job, record)) {
		pending.kind = PENDING_BOOTED;
	} else if (left > 0) {
		pending.kind = has_guard ? PENDING_WAITING : PENDING_UNGUARDED;
		pending.left = (left + 999) / 1000;
	} else {
		pending.kind = has_guard ? PENDING_LATE : PENDING_EXPIRED;
	}
	return pending;
}

struct pending pending_of(struct source *source, struct arena *arena, const struct record *record)
{
	const struct job job = job_new(source, arena, NULL);

	if (record_is_unfinished(record))
		return (struct pending){.kind = PENDING_UNFINISHED, .record = record};
	if (record->state == RECORD_UNCONFIRMED)
		return unconfirmed(&job, record);
	return (struct pending){.kind = PENDING_NOTHING};
}

static int read_newest(struct job *job, struct record **ret)
{
	struct diag diag = diag_new(job->arena);
	unsigned *numbers;
	size_t n;
	int rc = journal_list(&job->journal, &numbers, &n);

	*ret = NULL;
	return rc || !n ? rc : journal_read(&job->journal, numbers[n - 1], &diag, ret);
}

/* Read again after the lock was seen free: the process at work may have finished in between. */
int apply_pending(struct source *source, struct arena *arena, struct pending *ret)
{
	struct job job = job_new(source, arena, NULL);
	struct record *record = NULL;
	int rc = journal_open(arena, source, false, &job.journal);

	*ret = (struct pending){.kind = PENDING_NOTHING};
	job.has_journal = !rc;
	if (!rc)
		rc = read_newest(&job, &record);
	if (!rc && record && record_is_unfinished(record)) {
		if (lock_is_held(source))
			record = NULL;
		else
			rc = read_newest(&job, &record);
	}
	job_end(&job);
	if (rc && rc != -ENOENT)
		return rc;
	if (record)
		*ret = pending_of(source, arena, record);
	return 0;
}

static const char *late_text(struct arena *arena, const struct record *record)
{
	if (!record->confirm.failure)
		return arena_printf(arena, "record %u was not confirmed in time: its guard is taking it back",
				    record->number);
	return arena_printf(arena, "record %u was not confirmed in time, and its guard could not take it back so far "
			    "(%s): it tries again, and \"tcptune revert\" does it now", record->number,
			    record->confirm.failure);
}

const char *pending_text(struct arena *arena, const struct pending *pending)
{
	unsigned number = pending->record ? pending->record->number : 0;

	switch (pending->kind) {
	case PENDING_NOTHING:
		return NULL;
	case PENDING_UNFINISHED:
		return arena_printf(arena, "record %u is unfinished: a tcptune died in the middle of it; run "
				    "\"tcptune revert\" first, which puts back what was there before", number);
	case PENDING_WAITING:
		return arena_printf(arena, "record %u is unconfirmed: in %lld s it is taken back, unless "
				    "\"tcptune confirm\" comes before; \"tcptune revert\" takes it back now",
				    number, pending->left);
	case PENDING_UNGUARDED:
		return arena_printf(arena, "record %u is unconfirmed and its guard is gone, so that nothing takes it "
				    "back by itself: \"tcptune confirm\" keeps it (%lld s are left for that), "
				    "\"tcptune revert\" takes it back", number, pending->left);
	case PENDING_LATE:
		return late_text(arena, pending->record);
	case PENDING_EXPIRED:
		return arena_printf(arena, "record %u was not confirmed in time, its guard is gone and nothing was "
				    "taken back: \"tcptune revert\" does it", number);
	case PENDING_BOOTED:
		return arena_printf(arena, "record %u was never confirmed, and the host has been booted since, which "
				    "undid it: \"tcptune revert\" closes it", number);
	}
	return NULL;
}
