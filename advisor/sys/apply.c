#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/stored.h"
#include "core/text.h"
#include "sys/apply.h"
#include "sys/job.h"
#include "sys/lock.h"

/* One apply, from the request to the record. */
struct commit {
	struct job job;
	const struct apply_request *request;
	struct change *changes; /* of the running kernel alone, with `from` as it reads */
	size_t n_changes;
	struct transaction_file file; /* the drop-in; without a path it stays as it is */
	struct transaction transaction;
	struct record record;
	struct guard guard;
	const unsigned *numbers; /* of the records that there are, the lowest first */
	size_t n_numbers;
};

/* ------------------------------------------------------------- validate */

/* Text as a value, a key or a path has it: tabs stand between the elements of a tuple. */
static bool is_plain(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *c = copy; *c; c++)
		if (*c == '\t')
			*c = ' ';
	return !strcmp(text_printable(arena, copy), copy);
}

static bool refuse(struct commit *commit, const char *key, const char *why)
{
	problems_add(&commit->job.problems, key, "%s", why);
	return false;
}

/* The change with the running value, to the letter, in place of the one that the plan was made from. */
static bool validate_change(struct commit *commit, const struct change *change)
{
	struct job *job = &commit->job;
	char *now;
	int rc;

	if (strncmp(change->key, "net.", 4))
		return refuse(commit, change->key, "only keys under net. are written");
	if (!is_plain(job->arena, change->key) || !is_plain(job->arena, change->to))
		return refuse(commit, change->key, "neither a key nor a value can hold control characters");
	rc = job->ops->read(job->source, change->key, job->arena, &now);
	if (rc)
		return refuse(commit, change->key, arena_printf(job->arena, "it cannot be read: %s", strerror(-rc)));
	if (!is_plain(job->arena, now))
		return refuse(commit, change->key, "its value is no text that can be recorded");
	if (!change->from || !stored_same(now, change->from)) {
		problems_add(&job->problems, change->key,
			     "it is \"%s\" now, and was \"%s\" when the plan was made: look again", now,
			     change->from ? change->from : "");
		return false;
	}
	if (!stored_same(now, change->to)) {
		commit->changes[commit->n_changes] = *change;
		commit->changes[commit->n_changes++].from = now;
	}
	return true;
}

static bool validate_changes(struct commit *commit)
{
	const struct apply_request *request = commit->request;
	bool good = true;

	commit->changes = arena_array(commit->job.arena, request->n_changes, sizeof(*commit->changes));
	for (size_t i = 0; i < request->n_changes; i++)
		if (request->changes[i].where & CHANGE_RUNNING)
			good = validate_change(commit, &request->changes[i]) && good;
	return good;
}

/* What is there, as the plan knew it. The text ends at a NUL for the plan, so it does here. */
static bool dropin_is_as_planned(const struct stored_file *now, const char *planned)
{
	if (!now->exists || !planned)
		return now->exists == !!planned;
	return !strcmp(now->bytes, planned);
}

/* A file that is there keeps its mode, but nobody but its owner, root, may write what root loads. */
static struct stored_file new_dropin(const struct stored_file *now, const char *text)
{
	return (struct stored_file){
		.exists = *text, .bytes = text, .length = strlen(text),
		.mode = now->exists ? now->mode & 0755 : 0644, .uid = geteuid(), .gid = getegid(),
	};
}

static bool check_dropin_path(struct commit *commit, const char *path)
{
	const char *name = strrchr(path, '/');

	if (*path == '/' && name[1] && strcmp(name, "/.") && strcmp(name, "/..") &&
	    is_plain(commit->job.arena, path))
		return true;
	return refuse(commit, path, "this is no path of a file");
}

/* 0 when the plan still holds and a file can be put there, 1 when the plan does not, -1 when it cannot. */
static int validate_dropin(struct commit *commit)
{
	const struct apply_request *request = commit->request;
	struct transaction_file *file = &commit->file;
	const char *path = request->dropin_path, *why = NULL;
	struct job *job = &commit->job;
	int rc;

	if (!check_dropin_path(commit, path))
		return 1;
	rc = store_directory(job->source, job_directory_of(job, path), 0755, false);
	file->directory = rc;
	if (rc >= 0)
		rc = store_read(job->arena, rc, strrchr(path, '/') + 1, &file->before);
	if (!rc && faccessat(file->directory, ".", W_OK | X_OK, AT_EACCESS))
		rc = -errno;
	if (rc)
		why = rc == -ELOOP ? "it is a symbolic link: tcptune writes no file through a link"
				   : strerror(-rc);
	else if (!dropin_is_as_planned(&file->before, request->dropin_now))
		why = "it has changed since the plan was made: look again";
	if (why) {
		refuse(commit, path, why);
		return rc ? -1 : 1;
	}
	file->after = new_dropin(&file->before, request->dropin);
	if (!store_same(&file->before, &file->after))
		file->path = path;
	return 0;
}

/* --------------------------------------------------------------- record */

/* The number of the next record; 0, with a problem, where an earlier one stands in the way. */
static unsigned next_number(struct commit *commit)
{
	struct job *job = &commit->job;
	struct pending pending;
	struct record *newest;
	unsigned *numbers, last;
	size_t n;
	int rc = journal_list(&job->journal, &numbers, &n);

	if (!rc && n && numbers[n - 1] >= 999999999)
		rc = -EOVERFLOW;
	if (rc) {
		refuse(commit, JOURNAL_DIRECTORY, strerror(-rc));
		return 0;
	}
	commit->numbers = numbers;
	commit->n_numbers = n;
	if (!n)
		return 1;
	last = numbers[n - 1];
	if (!job_read_record(job, last, &newest))
		return 0;
	pending = pending_of(job->source, job->arena, newest);
	if (pending.kind != PENDING_NOTHING) {
		refuse(commit, job_record_path(job, last), pending_text(job->arena, &pending));
		return 0;
	}
	return last + 1;
}

static void describe(struct commit *commit, unsigned number)
{
	const struct apply_request *request = commit->request;
	const struct transaction_file *file = &commit->file;
	struct job *job = &commit->job;
	struct record_change *changes = arena_array(job->arena, commit->n_changes, sizeof(*changes));
	const char *kernel = job_first_line(job, "/proc/sys/kernel/osrelease");

	for (size_t i = 0; i < commit->n_changes; i++)
		changes[i] = (struct record_change){
			.key = commit->changes[i].key, .from = commit->changes[i].from,
			.to = commit->changes[i].to, .rounds = commit->changes[i].rounds,
		};
	commit->record = (struct record){
		.number = number, .tool = request->tool ? request->tool : "",
		.kernel = kernel ? kernel : "",
		.boot_id = job_boot_id(job),
		.netns = job_netns(job), .time = request->time, .by = request->by,
		.changes = changes, .n_changes = commit->n_changes,
		.dropin_path = file->path, .dropin_changes = file->path,
		.dropin_existed = file->before.exists, .dropin_removed = !file->after.exists,
		.dropin_mode = file->before.mode, .dropin_uid = file->before.uid, .dropin_gid = file->before.gid,
	};
}

/* Before the first write: what could not be taken back is not done. */
static bool start_guard(struct commit *commit)
{
	struct record_confirm *confirm = &commit->record.confirm;
	int rc;

	confirm->seconds = commit->request->confirm;
	if (!confirm->seconds)
		return true;
	rc = guard_start(commit->job.source, commit->record.number, commit->request->log, &commit->guard);
	confirm->guard = commit->guard.pid;
	if (rc)
		refuse(commit, "--confirm", arena_printf(commit->job.arena, "the guard that would take it back "
							 "cannot be started: %s", strerror(-rc)));
	return !rc;
}

/* The time begins when all is written. */
static bool mark_done(struct commit *commit)
{
	struct record_confirm *confirm = &commit->record.confirm;

	if (!confirm->seconds)
		return job_mark(&commit->job, &commit->record, RECORD_APPLIED);
	confirm->deadline = guard_clock() + 1000LL * confirm->seconds;
	confirm->until = (long long)time(NULL) + confirm->seconds;
	return job_mark(&commit->job, &commit->record, RECORD_UNCONFIRMED);
}

/* The record last: it is what makes the other two count. */
static bool begin_record(struct commit *commit)
{
	struct job *job = &commit->job;
	unsigned number = commit->record.number;
	int rc = journal_write_side(&job->journal, number, JOURNAL_BEFORE, &commit->file.before);

	if (!rc)
		rc = journal_write_side(&job->journal, number, JOURNAL_AFTER, &commit->file.after);
	if (rc)
		refuse(commit, job_record_path(job, number),
		       arena_printf(job->arena, "the old drop-in cannot be kept: %s", strerror(-rc)));
	return !rc && job_mark(job, &commit->record, RECORD_APPLYING);
}

/* Of an apply that came to nothing. */
static void drop_record(struct commit *commit)
{
	unsigned number = commit->record.number;
	int rc = journal_remove(&commit->job.journal, number);

	if (rc)
		problems_add(&commit->job.problems, job_record_path(&commit->job, number),
			     "it cannot be removed (%s): everything is as it was before, and "
			     "\"tcptune revert\" says so too", strerror(-rc));
}

/* --------------------------------------------------------------- commit */

/* Too many records hurt nobody: what cannot be removed now is removed by a later apply. */
static void remove_oldest(const struct commit *commit)
{
	for (size_t i = 0; i + JOURNAL_KEPT < commit->n_numbers + 1; i++)
		journal_remove(&commit->job.journal, commit->numbers[i]);
}

static enum apply_outcome write_all(struct commit *commit)
{
	struct job *job = &commit->job;
	struct transaction *transaction = &commit->transaction;

	if (!start_guard(commit))
		return APPLY_RESTORED;
	if (!begin_record(commit)) {
		drop_record(commit);
		return APPLY_RESTORED;
	}
	transaction->source = job->source;
	transaction->ops = job->ops;
	transaction->problems = &job->problems;
	transaction->changes = commit->changes;
	transaction->n_changes = commit->n_changes;
	transaction->files = &commit->file;
	/* What is unconfirmed is in no file. */
	transaction->n_files = commit->file.path && !commit->request->confirm ? 1 : 0;
	if (transaction_run(transaction) && mark_done(commit)) {
		remove_oldest(commit);
		return APPLY_DONE;
	}
	if (transaction_undo(transaction)) {
		drop_record(commit);
		return APPLY_RESTORED;
	}
	refuse(commit, job_record_path(job, commit->record.number),
	       "it stays: \"tcptune revert\" tries again to bring everything back");
	return APPLY_BROKEN;
}

static enum apply_outcome commit_locked(struct commit *commit)
{
	struct job *job = &commit->job;
	unsigned number;
	int rc;

	if (!job_open_journal(job, true))
		return APPLY_RESTORED;
	number = next_number(commit);
	if (!number || !validate_changes(commit))
		return APPLY_STOPPED;
	rc = commit->request->dropin ? validate_dropin(commit) : 0;
	if (rc)
		return rc < 0 ? APPLY_RESTORED : APPLY_STOPPED;
	if (!commit->n_changes && !commit->file.path)
		return APPLY_UNCHANGED;
	describe(commit, number);
	return write_all(commit);
}

int apply_commit(struct source *source, struct arena *arena, const struct apply_request *request,
		 struct apply_result *ret)
{
	struct commit commit = {
		.job = job_new(source, arena, request->ops),
		.request = request,
		.file.directory = -1,
		.guard.control = -1,
	};
	int rc = job_lock(&commit.job);

	*ret = (struct apply_result){.outcome = APPLY_RESTORED, .holder = commit.job.holder};
	if (!rc)
		ret->outcome = commit_locked(&commit);
	if (ret->outcome == APPLY_DONE || ret->outcome == APPLY_BROKEN)
		ret->record = commit.record.number;
	if (commit.file.directory >= 0)
		close(commit.file.directory);
	ret->until = ret->outcome == APPLY_DONE ? commit.record.confirm.until : 0;
	job_end(&commit.job);
	/* Behind the lock, which it may want at once. */
	guard_let_go(&commit.guard);
	ret->problems = commit.job.problems.items;
	ret->n_problems = commit.job.problems.n;
	return rc == -EWOULDBLOCK ? rc : 0;
}
