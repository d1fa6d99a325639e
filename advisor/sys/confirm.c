/* apply_confirm() of sys/apply.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/dropin.h"
#include "core/stored.h"
#include "core/text.h"
#include "sys/apply.h"
#include "sys/job.h"

struct confirm {
	struct job job;
	const struct confirm_request *request;
	struct record *record;
	struct transaction_file file; /* the drop-in; without a path it stays as it is */
	struct confirm_result *result;
};

static bool refuse(struct confirm *confirm, const char *why)
{
	struct job *job = &confirm->job;

	problems_add(&job->problems, confirm->record ? job_record_path(job, confirm->record->number)
						     : JOURNAL_DIRECTORY, "%s", why);
	return false;
}

static bool refuse_as_bad(struct confirm *confirm, const char *why)
{
	confirm->result->is_bad = true;
	return refuse(confirm, why);
}

/* ----------------------------------------------------------- the record */

/* NULL, and no problem, where there is none. */
static bool read_newest(struct confirm *confirm)
{
	struct job *job = &confirm->job;
	unsigned *numbers;
	size_t n;
	int rc = journal_list(&job->journal, &numbers, &n);

	if (rc)
		return refuse(confirm, strerror(-rc));
	return !n || job_read_record(job, numbers[n - 1], &confirm->record);
}

/* One that is unconfirmed, here and now. *ret_is_done: it is confirmed already. */
static bool check_record(struct confirm *confirm, bool *ret_is_done)
{
	struct job *job = &confirm->job;
	const struct record *record = confirm->record;
	const char *netns = job_netns(job);
	struct pending pending;

	if (!record)
		return refuse_as_bad(confirm, "there is nothing to confirm: nothing was applied");
	*ret_is_done = record->state == RECORD_APPLIED && record->confirm.confirmed;
	if (*ret_is_done)
		return true;
	if (record->state == RECORD_REVERTED && record->confirm.seconds && !record->confirm.confirmed)
		return refuse(confirm, "there is nothing to confirm any more: it was taken back before anybody did");
	if (record->state == RECORD_REVERTED)
		return refuse_as_bad(confirm, "there is nothing to confirm: it was taken back");
	if (record->state == RECORD_APPLIED)
		return refuse_as_bad(confirm, "there is nothing to confirm: it was applied without --confirm");
	pending = pending_of(job->source, job->arena, record);
	if (pending.kind != PENDING_WAITING && pending.kind != PENDING_UNGUARDED)
		return refuse(confirm, pending_text(job->arena, &pending));
	if (netns && record->netns && strcmp(netns, record->netns))
		return refuse(confirm, arena_printf(job->arena, "it was made in the network namespace %s, and this "
						    "is %s: confirm it there", record->netns, netns));
	return true;
}

/* ---------------------------------------------------- what was applied */

static bool check_change(struct confirm *confirm, const struct record_change *change)
{
	enum stored_rounding rounding = change->rounds ? STORED_JIFFIES : STORED_EXACT;
	struct job *job = &confirm->job;
	char *now;
	int rc = job->ops->read(job->source, change->key, job->arena, &now);

	if (rc) {
		problems_add(&job->problems, change->key, "it cannot be read: %s", strerror(-rc));
		return false;
	}
	if (stored_is(now, change->to, rounding) || confirm->request->force)
		return true;
	problems_add(&job->problems, change->key,
		     "it is \"%s\", not the \"%s\" that was applied: somebody else changed it; --force confirms "
		     "the others, \"tcptune revert\" takes them back", now, change->to);
	return false;
}

static bool check_changes(struct confirm *confirm)
{
	const struct record *record = confirm->record;
	bool good = true;

	for (size_t i = 0; i < record->n_changes; i++)
		good = check_change(confirm, &record->changes[i]) && good;
	return good;
}

/* The file may be there already, of a confirm that was cut off. */
static bool plan_file(struct confirm *confirm)
{
	struct job *job = &confirm->job;
	const struct record *record = confirm->record;
	struct transaction_file *file = &confirm->file;
	const char *path = record->dropin_path;
	struct stored_file old;
	int rc;

	if (!record->dropin_changes)
		return true;
	rc = *path == '/' ? store_directory(job->source, job_directory_of(job, path), 0755, false) : -EINVAL;
	file->directory = rc;
	if (rc >= 0)
		rc = store_read(job->arena, rc, strrchr(path, '/') + 1, &file->before);
	if (!rc)
		rc = journal_read_side(&job->journal, record->number, JOURNAL_BEFORE, &old);
	if (!rc)
		rc = journal_read_side(&job->journal, record->number, JOURNAL_AFTER, &file->after);
	if (!rc && (old.exists != record->dropin_existed || file->after.exists == record->dropin_removed))
		rc = -ENOENT;
	if (rc) {
		problems_add(&job->problems, path, "what is to be written cannot be prepared: %s", strerror(-rc));
		return false;
	}
	if (store_same(&file->before, &file->after))
		return true;
	if (!store_same(&file->before, &old) && !confirm->request->force) {
		problems_add(&job->problems, path, "it is not as it was: somebody else changed it; --force replaces "
			     "it, \"tcptune revert\" takes the values back");
		return false;
	}
	file->after.mode = file->before.exists ? file->before.mode & 0755 : 0644;
	file->after.uid = geteuid();
	file->after.gid = getegid();
	file->path = path;
	return true;
}

/* ------------------------------------------------------------ doing it */

static void show(struct confirm *confirm)
{
	const struct transaction_file *file = &confirm->file;
	struct confirm_result *result = confirm->result;

	result->record = confirm->record->number;
	result->dropin_path = file->path;
	if (file->path)
		result->dropin_diff = dropin_diff(confirm->job.arena, file->path,
						  file->before.exists ? file->before.bytes : NULL,
						  file->after.exists ? file->after.bytes : NULL);
}

static enum apply_outcome write_all(struct confirm *confirm)
{
	struct job *job = &confirm->job;
	struct record *record = confirm->record;
	struct transaction transaction = {
		.source = job->source, .ops = job->ops, .problems = &job->problems,
		.files = &confirm->file, .n_files = confirm->file.path ? 1 : 0,
	};

	record->confirm.confirmed = confirm->request->time;
	record->confirm.by = confirm->request->by;
	record->confirm.failure = NULL;
	if (transaction_run(&transaction) && job_mark(job, record, RECORD_APPLIED))
		return APPLY_DONE;
	record->confirm.confirmed = 0;
	/* It may have been marked, though the last fsync() failed. Unconfirmed it is taken back in any case. */
	job_mark(job, record, RECORD_UNCONFIRMED);
	return transaction_undo(&transaction) ? APPLY_RESTORED : APPLY_BROKEN;
}

static enum apply_outcome confirm_locked(struct confirm *confirm)
{
	bool is_done = false;

	if (!job_open_journal(&confirm->job, false) ||
	    (confirm->job.has_journal && !read_newest(confirm)))
		return APPLY_RESTORED;
	if (!check_record(confirm, &is_done))
		return APPLY_STOPPED;
	if (is_done) {
		confirm->result->record = confirm->record->number;
		return APPLY_UNCHANGED;
	}
	if (!check_changes(confirm) || !plan_file(confirm))
		return APPLY_STOPPED;
	show(confirm);
	return confirm->request->dry_run ? APPLY_WOULD : write_all(confirm);
}

int apply_confirm(struct source *source, struct arena *arena, const struct confirm_request *request,
		  struct confirm_result *ret)
{
	struct confirm confirm = {
		.job = job_new(source, arena, request->ops),
		.request = request,
		.file.directory = -1,
		.result = ret,
	};
	int rc = request->dry_run ? 0 : job_lock(&confirm.job);

	*ret = (struct confirm_result){
		.outcome = APPLY_RESTORED, .dropin_diff = "", .holder = confirm.job.holder,
	};
	if (!rc)
		ret->outcome = confirm_locked(&confirm);
	if (confirm.file.directory >= 0)
		close(confirm.file.directory);
	job_end(&confirm.job);
	ret->problems = confirm.job.problems.items;
	ret->n_problems = confirm.job.problems.n;
	return rc == -EWOULDBLOCK ? rc : 0;
}

void apply_note_failure(struct source *source, struct arena *arena, unsigned number, const char *why)
{
	struct job job = job_new(source, arena, NULL);
	struct diag diag = diag_new(arena);
	struct record *record;

	if (!job_lock(&job) && job_open_journal(&job, false) && job.has_journal &&
	    !journal_read(&job.journal, number, &diag, &record) && record->state == RECORD_UNCONFIRMED) {
		record->confirm.failure = why;
		journal_write(&job.journal, record);
	}
	job_end(&job);
}
