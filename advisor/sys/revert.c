/* apply_revert() of sys/apply.h. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/dropin.h"
#include "sys/apply.h"
#include "sys/job.h"

struct revert {
	struct job job;
	const struct revert_request *request;
	struct record *record;
	struct inverse inverse;
	struct transaction transaction;
	struct revert_result *result;
};

static bool refuse(struct revert *revert, const char *key, const char *why)
{
	problems_add(&revert->job.problems, key, "%s", why);
	return false;
}

/* ----------------------------------------------------------- the record */

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

/*
 * The newest that is not reverted. With force first the one whose revert was
 * the last since then, when that revert left something.
 */
static bool find_record(struct revert *revert)
{
	struct job *job = &revert->job;
	struct record *record = NULL, *last = NULL;
	unsigned *numbers;
	size_t n;
	int rc = journal_list(&job->journal, &numbers, &n);

	if (rc)
		return refuse(revert, JOURNAL_DIRECTORY, strerror(-rc));
	for (size_t i = n; i-- > 0 && !revert->record;) {
		if (!job_read_record(job, numbers[i], &record))
			return false;
		if (record->state != RECORD_REVERTED)
			revert->record = record;
		else if (is_later(record, last))
			last = record;
	}
	if (revert->request->force && last && has_left(last))
		revert->record = last;
	return true;
}

static const char *boot_id(struct job *job)
{
	char *text;
	size_t length;

	if (source_read(job->source, "/proc/sys/kernel/random/boot_id", 4096, &text, &length))
		return NULL;
	return arena_strndup(job->arena, text, strcspn(text, "\n"));
}

/*
 * The keys of another network namespace have the same names. Only within one
 * boot can two namespaces be told apart by their numbers.
 */
static bool check_namespace(struct revert *revert)
{
	struct job *job = &revert->job;
	const struct record *record = revert->record;
	const char *boot = boot_id(job), *netns = job_netns(job);

	if (revert->request->force || !boot || !netns || !record->boot_id || !record->netns ||
	    strcmp(boot, record->boot_id) || !strcmp(netns, record->netns))
		return true;
	return refuse(revert, job_record_path(job, record->number),
		      arena_printf(job->arena, "it was made in the network namespace %s, and this is %s: "
				   "run revert there, or here with --force", record->netns, netns));
}

/* --------------------------------------------------------- what to do */

/* A key that is gone is left; one that is there and cannot be read is a reason to stop. */
static bool plan_values(struct revert *revert)
{
	struct job *job = &revert->job;
	const struct record *record = revert->record;
	const char **now = arena_array(job->arena, record->n_changes, sizeof(*now));

	for (size_t i = 0; i < record->n_changes; i++) {
		const char *key = record->changes[i].key;
		char *text;
		int rc = job->ops->read(job->source, key, job->arena, &text);

		if (rc && rc != -ENOENT)
			return refuse(revert, key, arena_printf(job->arena, "it cannot be read: %s",
								strerror(-rc)));
		now[i] = rc ? NULL : text;
	}
	revert->inverse = record_inverse(job->arena, record, now, revert->request->force);
	return true;
}

/* What the drop-in was, and what the apply made of it. */
static bool read_sides(struct revert *revert, struct stored_file *ret_old, struct stored_file *ret_ours)
{
	const struct record *record = revert->record;
	struct job *job = &revert->job;
	int rc = journal_read_side(&job->journal, record->number, JOURNAL_BEFORE, ret_old);

	if (!rc)
		rc = journal_read_side(&job->journal, record->number, JOURNAL_AFTER, ret_ours);
	if (!rc && (ret_old->exists != record->dropin_existed || ret_ours->exists == record->dropin_removed))
		rc = -ENOENT;
	if (rc)
		return refuse(revert, job_record_path(job, record->number),
			      arena_printf(job->arena, "the drop-in that is kept with it cannot be read: %s",
					   strerror(-rc)));
	ret_old->mode = record->dropin_mode;
	ret_old->uid = record->dropin_uid;
	ret_old->gid = record->dropin_gid;
	return true;
}

/* When the directory is gone, so is the file. -errno when that cannot be told. */
static int open_dropin(struct revert *revert, struct stored_file *ret_now)
{
	struct job *job = &revert->job;
	const char *path = revert->record->dropin_path;
	bool force = revert->request->force && !revert->request->dry_run;
	const char *directory = job_directory_of(job, path);
	int fd = force ? store_directory(job->source, directory, 0755, false)
		       : store_existing_directory(job->source, directory, false);

	*ret_now = (struct stored_file){0};
	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	revert->transaction.dropin_directory = fd;
	return store_read(job->arena, fd, strrchr(path, '/') + 1, ret_now);
}

static void leave_dropin(struct revert *revert, const char *why)
{
	struct inverse *inverse = &revert->inverse;
	struct skipped *left = arena_array(revert->job.arena, inverse->n_left + 1, sizeof(*left));

	if (inverse->n_left)
		memcpy(left, inverse->left, inverse->n_left * sizeof(*left));
	left[inverse->n_left] = (struct skipped){
		.key = revert->record->dropin_path,
		.because = arena_printf(revert->job.arena, "revert of %u", revert->record->number),
		.why = why,
	};
	inverse->left = left;
	inverse->n_left++;
	revert->record->dropin_left = true;
}

/* Something else than a file stands in its place: somebody put it there. */
static bool is_in_the_way(int rc)
{
	return rc == -ELOOP || rc == -EISDIR || rc == -ENXIO || rc == -ENOTDIR || rc == -EFBIG;
}

static bool plan_dropin(struct revert *revert)
{
	struct record *record = revert->record;
	struct transaction *transaction = &revert->transaction;
	struct stored_file old, ours, now;
	int rc;

	if (!record->dropin_changes || (record->state == RECORD_REVERTED && !record->dropin_left))
		return true;
	record->dropin_left = false;
	if (*record->dropin_path != '/')
		return refuse(revert, record->dropin_path, "this is no path of a file");
	if (!read_sides(revert, &old, &ours))
		return false;
	rc = open_dropin(revert, &now);
	if (rc && !is_in_the_way(rc))
		return refuse(revert, record->dropin_path, strerror(-rc));
	if (rc) {
		leave_dropin(revert, "it is no longer a file: somebody else changed it");
		return true;
	}
	if (store_same(&now, &old))
		return true;
	if (!store_same(&now, &ours) && !revert->request->force) {
		leave_dropin(revert, "it is not as tcptune left it: somebody else changed it");
		return true;
	}
	transaction->dropin_path = record->dropin_path;
	transaction->before = now;
	transaction->after = old;
	return true;
}

/* ------------------------------------------------------------ doing it */

static void mark_left(struct revert *revert)
{
	struct record *record = revert->record;

	for (size_t i = 0; i < record->n_changes; i++) {
		bool left = false;

		for (size_t k = 0; k < revert->inverse.n_left; k++)
			left = left || !strcmp(record->changes[i].key, revert->inverse.left[k].key);
		record->changes[i].left = left;
	}
}

/* What the process that died was just writing. No loader reads it, so that failing here is no failure. */
static void clean(struct revert *revert)
{
	const struct record *record = revert->record;

	if (record_is_unfinished(record) && revert->transaction.dropin_directory >= 0)
		store_clean(revert->transaction.dropin_directory, strrchr(record->dropin_path, '/') + 1);
}

static enum apply_outcome write_all(struct revert *revert)
{
	struct job *job = &revert->job;
	struct transaction *transaction = &revert->transaction;
	enum record_state state = revert->record->state;
	bool changes = transaction->n_changes || transaction->dropin_path;
	long long was_reverted = revert->record->reverted;

	clean(revert);
	if (changes && !job_mark(job, revert->record, RECORD_REVERTING)) {
		/* It may be there all the same, when only the last fsync() failed. */
		job_mark(job, revert->record, state);
		return APPLY_RESTORED;
	}
	if (transaction_run(transaction)) {
		mark_left(revert);
		revert->record->reverted = (long long)time(NULL);
		if (job_mark(job, revert->record, RECORD_REVERTED))
			return changes ? APPLY_DONE : APPLY_UNCHANGED;
	}
	revert->record->reverted = was_reverted;
	if (!transaction_undo(transaction)) {
		refuse(revert, job_record_path(job, revert->record->number),
		       "it stays: \"tcptune revert\" tries again to bring everything back");
		return APPLY_BROKEN;
	}
	job_mark(job, revert->record, state);
	return APPLY_RESTORED;
}

static void show(struct revert *revert)
{
	const struct transaction *transaction = &revert->transaction;
	const struct stored_file *before = &transaction->before, *after = &transaction->after;
	struct revert_result *result = revert->result;

	result->record = revert->record->number;
	result->changes = revert->inverse.changes;
	result->n_changes = revert->inverse.n_changes;
	result->left = revert->inverse.left;
	result->n_left = revert->inverse.n_left;
	result->dropin_path = transaction->dropin_path;
	if (transaction->dropin_path)
		result->dropin_diff = dropin_diff(revert->job.arena, transaction->dropin_path,
						  before->exists ? before->bytes : NULL,
						  after->exists ? after->bytes : NULL);
}

static enum apply_outcome revert_locked(struct revert *revert)
{
	struct job *job = &revert->job;
	struct transaction *transaction = &revert->transaction;

	if (!job_open_journal(job, false))
		return APPLY_RESTORED;
	if (!job->has_journal)
		return APPLY_UNCHANGED;
	if (!find_record(revert))
		return APPLY_RESTORED;
	if (!revert->record)
		return APPLY_UNCHANGED;
	if (!check_namespace(revert))
		return APPLY_STOPPED;
	if (!plan_values(revert) || !plan_dropin(revert))
		return APPLY_RESTORED;
	transaction->source = job->source;
	transaction->ops = job->ops;
	transaction->problems = &job->problems;
	transaction->changes = revert->inverse.changes;
	transaction->n_changes = revert->inverse.n_changes;
	show(revert);
	if (!revert->request->dry_run)
		return write_all(revert);
	return transaction->n_changes || transaction->dropin_path ? APPLY_WOULD : APPLY_UNCHANGED;
}

int apply_revert(struct source *source, struct arena *arena, const struct revert_request *request,
		 struct revert_result *ret)
{
	struct revert revert = {
		.job = job_new(source, arena, request->ops),
		.request = request,
		.transaction.dropin_directory = -1,
		.result = ret,
	};
	int rc = request->dry_run ? 0 : job_lock(&revert.job);

	*ret = (struct revert_result){
		.outcome = APPLY_RESTORED, .dropin_diff = "", .holder = revert.job.holder,
	};
	if (!rc)
		ret->outcome = revert_locked(&revert);
	if (revert.transaction.dropin_directory >= 0)
		close(revert.transaction.dropin_directory);
	job_end(&revert.job);
	ret->problems = revert.job.problems.items;
	ret->n_problems = revert.job.problems.n;
	return rc == -EWOULDBLOCK ? rc : 0;
}
