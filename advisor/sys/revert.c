/* apply_revert() of sys/apply.h. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/dropin.h"
#include "sys/revert_internal.h"

bool revert_refuse(struct revert *revert, const char *key, const char *why)
{
	problems_add(&revert->job.problems, key, "%s", why);
	return false;
}

/* ---------------------------------------------------------- the records */

static bool has_left(const struct record *record)
{
	bool left = record->dropin_left;

	for (size_t i = 0; i < record->n_changes; i++)
		left = left || record->changes[i].left;
	return left;
}

/* Its revert was the later one; of two in one second the one that left something, or that was beneath the other. */
static bool is_later(const struct record *record, const struct record *than)
{
	if (!than || record->reverted != than->reverted)
		return !than || record->reverted > than->reverted;
	return has_left(record) || !has_left(than);
}

static bool add(struct revert *revert, unsigned number)
{
	return job_read_record(&revert->job, number, &revert->records[revert->n]) && ++revert->n;
}

/*
 * The newest that is not reverted, with those that were being reverted together
 * with it. With force first the one whose revert was the last since then, when
 * that revert left something.
 */
static bool choose_last(struct revert *revert, const unsigned *numbers, size_t n)
{
	struct record *record = NULL, *last = NULL;

	for (size_t i = n; i-- > 0 && !revert->n;) {
		if (!job_read_record(&revert->job, numbers[i], &record))
			return false;
		if (record->state != RECORD_REVERTED)
			revert->records[revert->n++] = record;
		else if (is_later(record, last))
			last = record;
	}
	if (revert->request->force && last && has_left(last)) {
		revert->records[0] = last;
		revert->n = 1;
		return true;
	}
	if (!revert->n || revert->records[0]->state != RECORD_REVERTING)
		return true;
	record = revert->records[0];
	for (size_t i = 0; i < record->n_reverts; i++)
		if (record->reverts[i] < record->number && !(revert->n < n && add(revert, record->reverts[i])))
			return false;
	return true;
}

static bool is_bad(struct revert *revert, const char *why)
{
	revert->result->is_bad = true;
	return revert_refuse(revert, "--to", why);
}

/* A state that the records lead back to: that of one that is in force, or the one before the first that is kept. */
static bool check_to(struct revert *revert, const unsigned *numbers, size_t n)
{
	struct arena *arena = revert->job.arena;
	unsigned to = revert->request->to;
	struct record *record;
	size_t i = 0;

	while (i < n && numbers[i] != to)
		i++;
	if (i == n && n && to == numbers[0] - 1)
		return true;
	if (i == n)
		return is_bad(revert, arena_printf(arena, "there is no record %u; \"tcptune history\" lists them", to));
	if (!job_read_record(&revert->job, to, &record))
		return false;
	if (record->state == RECORD_REVERTED)
		return is_bad(revert, arena_printf(arena, "record %u has been taken back itself: "
						   "--to names one that is in force", to));
	if (record->state != RECORD_APPLIED)
		return is_bad(revert, arena_printf(arena, "record %u is %s: there is no state to go back to", to,
						   record_state_name(record->state)));
	return true;
}

/* What a revert that was cut off had begun is part of it, and nothing else. */
static bool is_same_set(const struct revert *revert)
{
	const struct record *first = revert->n ? revert->records[0] : NULL;

	if (!first || first->state != RECORD_REVERTING)
		return true;
	for (size_t i = 1; i < revert->n; i++)
		if (!record_was_reverting(first, revert->records[i]))
			return false;
	for (size_t i = 0; i < first->n_reverts; i++)
		if (first->reverts[i] <= revert->request->to)
			return false;
	return true;
}

static bool choose_after(struct revert *revert, const unsigned *numbers, size_t n)
{
	if (!check_to(revert, numbers, n))
		return false;
	for (size_t i = n; i-- > 0 && numbers[i] > revert->request->to;) {
		if (!add(revert, numbers[i]))
			return false;
		if (revert->records[revert->n - 1]->state == RECORD_REVERTED &&
		    !record_was_reverting(revert->records[0], revert->records[revert->n - 1]))
			revert->n--;
	}
	if (is_same_set(revert))
		return true;
	return revert_refuse(revert, job_record_path(&revert->job, revert->records[0]->number),
			     "an earlier revert was cut off before it was finished: "
			     "run \"tcptune revert\" without --to first");
}

/* What the guard of `apply --confirm` is for: its own record, unless that was confirmed or taken back. */
static bool choose_own(struct revert *revert, const unsigned *numbers, size_t n)
{
	const struct record *record;
	size_t i = 0;

	while (i < n && numbers[i] != revert->request->only)
		i++;
	if (i == n)
		return true;
	if (!add(revert, numbers[i]))
		return false;
	record = revert->records[0];
	if (record->confirm.guard != revert->request->guard ||
	    (record->state != RECORD_UNCONFIRMED && !record_is_unfinished(record)))
		revert->n = 0;
	return true;
}

static bool choose(struct revert *revert)
{
	struct job *job = &revert->job;
	unsigned *numbers;
	size_t n;
	int rc = journal_list(&job->journal, &numbers, &n);

	if (rc)
		return revert_refuse(revert, JOURNAL_DIRECTORY, strerror(-rc));
	revert->records = arena_array(job->arena, n + 1, sizeof(struct record *));
	if (revert->request->only)
		return choose_own(revert, numbers, n);
	return revert->request->has_to ? choose_after(revert, numbers, n) : choose_last(revert, numbers, n);
}

/*
 * The keys of another network namespace have the same names. Only within one
 * boot can two namespaces be told apart by their numbers.
 */
static bool check_namespace(struct revert *revert, const struct record *record)
{
	struct job *job = &revert->job;
	const char *boot = job_boot_id(job), *netns = job_netns(job);

	if (revert->request->force || !boot || !netns || !record->boot_id || !record->netns ||
	    strcmp(boot, record->boot_id) || !strcmp(netns, record->netns))
		return true;
	return revert_refuse(revert, job_record_path(job, record->number),
			     arena_printf(job->arena, "it was made in the network namespace %s, and this is %s: "
					  "run revert there, or here with --force", record->netns, netns));
}

static bool check_namespaces(struct revert *revert)
{
	for (size_t i = 0; i < revert->n; i++)
		if (!check_namespace(revert, revert->records[i]))
			return false;
	return true;
}

/* --------------------------------------------------------- what to do */

static size_t count_changes(const struct revert *revert)
{
	size_t n = 0;

	for (size_t i = 0; i < revert->n; i++)
		n += revert->records[i]->n_changes;
	return n;
}

/* A key that is gone is left; one that is there and cannot be read is a reason to stop. */
static bool read_key(struct revert *revert, const char *key, struct reading *readings, size_t *n)
{
	struct job *job = &revert->job;
	char *text = NULL;
	int rc;

	if (reading_find(readings, *n, key))
		return true;
	rc = job->ops->read(job->source, key, job->arena, &text);
	if (rc && rc != -ENOENT)
		return revert_refuse(revert, key, arena_printf(job->arena, "it cannot be read: %s", strerror(-rc)));
	readings[(*n)++] = (struct reading){key, rc ? NULL : text};
	return true;
}

static bool plan_values(struct revert *revert)
{
	struct job *job = &revert->job;
	struct reading *readings = arena_array(job->arena, count_changes(revert), sizeof(*readings));
	size_t n = 0;

	for (size_t i = 0; i < revert->n; i++)
		for (size_t k = 0; k < revert->records[i]->n_changes; k++)
			if (!read_key(revert, revert->records[i]->changes[k].key, readings, &n))
				return false;
	revert->inverse = record_inverse(job->arena, (const struct record *const *)revert->records, revert->n,
					 readings, n, revert->request->force);
	return true;
}

/* ------------------------------------------------------------ doing it */

static void keep_copies(struct revert *revert)
{
	struct arena *arena = revert->job.arena;

	revert->before = arena_array(arena, revert->n, sizeof(*revert->before));
	for (size_t i = 0; i < revert->n; i++) {
		struct record *record = revert->records[i];

		revert->before[i] = *record;
		record->changes = arena_array(arena, record->n_changes, sizeof(*record->changes));
		for (size_t k = 0; k < record->n_changes; k++)
			record->changes[k] = revert->before[i].changes[k];
	}
}

/* The newest stands for all of them, until it is marked as the last. */
static bool begin(struct revert *revert)
{
	struct record *first = revert->records[0];

	first->reverts = arena_array(revert->job.arena, revert->n, sizeof(*first->reverts));
	first->n_reverts = revert->n;
	for (size_t i = 0; i < revert->n; i++)
		first->reverts[i] = revert->records[i]->number;
	return job_mark(&revert->job, first, RECORD_REVERTING);
}

static bool mark_reverted(struct revert *revert)
{
	long long now = (long long)time(NULL);

	for (size_t i = revert->n; i-- > 0;) {
		struct record *record = revert->records[i];

		for (size_t k = 0; k < record->n_changes; k++)
			record->changes[k].left = revert->inverse.is_left[i][k];
		record->dropin_left = revert->is_file_left[i];
		record->reverted = now;
		record->reverted_by = revert->request->by;
		record->n_reverts = 0;
		if (!job_mark(&revert->job, record, RECORD_REVERTED))
			return false;
	}
	return true;
}

/* Those that may have been marked: a mark may be there though its last fsync() failed. */
static void mark_as_before(struct revert *revert)
{
	for (size_t i = revert->n; i-- > 0;)
		if (!i || revert->records[i]->state != revert->before[i].state)
			job_mark(&revert->job, &revert->before[i], revert->before[i].state);
}

static enum apply_outcome write_all(struct revert *revert)
{
	struct job *job = &revert->job;
	struct transaction *transaction = &revert->transaction;
	bool changes = transaction->n_changes || transaction->n_files;

	keep_copies(revert);
	revert_clean_files(revert);
	if (changes && !begin(revert)) {
		mark_as_before(revert);
		return APPLY_RESTORED;
	}
	if (transaction_run(transaction) && mark_reverted(revert))
		return changes ? APPLY_DONE : APPLY_UNCHANGED;
	if (!transaction_undo(transaction)) {
		revert_refuse(revert, job_record_path(job, revert->records[0]->number),
			      "it stays: \"tcptune revert\" tries again to bring everything back");
		return APPLY_BROKEN;
	}
	mark_as_before(revert);
	return APPLY_RESTORED;
}

static void show(struct revert *revert)
{
	const struct transaction *transaction = &revert->transaction;
	struct revert_result *result = revert->result;
	struct arena *arena = revert->job.arena;
	unsigned *numbers = arena_array(arena, revert->n, sizeof(*numbers));
	const char *diff = "";

	for (size_t i = 0; i < revert->n; i++)
		numbers[i] = revert->records[i]->number;
	for (size_t i = 0; i < transaction->n_files; i++) {
		const struct transaction_file *file = &transaction->files[i];

		diff = arena_printf(arena, "%s%s", diff,
				    dropin_diff(arena, file->path, file->before.exists ? file->before.bytes : NULL,
						file->after.exists ? file->after.bytes : NULL));
	}
	result->record = numbers[0];
	result->records = numbers;
	result->n_records = revert->n;
	result->changes = revert->inverse.changes;
	result->n_changes = revert->inverse.n_changes;
	result->left = revert->inverse.left;
	result->n_left = revert->inverse.n_left;
	result->dropin_path = transaction->n_files ? transaction->files[0].path : NULL;
	result->dropin_diff = diff;
}

static enum apply_outcome revert_locked(struct revert *revert)
{
	struct job *job = &revert->job;
	struct transaction *transaction = &revert->transaction;

	if (!job_open_journal(job, false))
		return APPLY_RESTORED;
	if (!job->has_journal && !revert->request->has_to)
		return APPLY_UNCHANGED;
	if (!job->has_journal ? !is_bad(revert, "there are no records") : !choose(revert))
		return revert->result->is_bad ? APPLY_STOPPED : APPLY_RESTORED;
	if (!revert->n)
		return APPLY_UNCHANGED;
	if (!check_namespaces(revert))
		return APPLY_STOPPED;
	if (!plan_values(revert) || !revert_plan_files(revert))
		return APPLY_RESTORED;
	transaction->source = job->source;
	transaction->ops = job->ops;
	transaction->problems = &job->problems;
	transaction->changes = revert->inverse.changes;
	transaction->n_changes = revert->inverse.n_changes;
	show(revert);
	if (!revert->request->dry_run)
		return write_all(revert);
	return transaction->n_changes || transaction->n_files ? APPLY_WOULD : APPLY_UNCHANGED;
}

int apply_revert(struct source *source, struct arena *arena, const struct revert_request *request,
		 struct revert_result *ret)
{
	struct revert revert = {
		.job = job_new(source, arena, request->ops),
		.request = request,
		.result = ret,
	};
	int rc = request->dry_run ? 0 : job_lock(&revert.job);

	*ret = (struct revert_result){
		.outcome = APPLY_RESTORED, .dropin_diff = "", .holder = revert.job.holder,
	};
	if (!rc)
		ret->outcome = revert_locked(&revert);
	revert_close_files(&revert);
	job_end(&revert.job);
	ret->problems = revert.job.problems.items;
	ret->n_problems = revert.job.problems.n;
	return rc == -EWOULDBLOCK ? rc : 0;
}
