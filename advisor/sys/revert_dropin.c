#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sys/revert_internal.h"

/* What the drop-in was, and what the apply made of it. */
static bool read_sides(struct revert *revert, const struct record *record, struct stored_file *ret_old,
		       struct stored_file *ret_ours)
{
	struct job *job = &revert->job;
	int rc = journal_read_side(&job->journal, record->number, JOURNAL_BEFORE, ret_old);

	if (!rc)
		rc = journal_read_side(&job->journal, record->number, JOURNAL_AFTER, ret_ours);
	if (!rc && (ret_old->exists != record->dropin_existed || ret_ours->exists == record->dropin_removed))
		rc = -ENOENT;
	if (rc)
		return revert_refuse(revert, job_record_path(job, record->number),
				     arena_printf(job->arena, "the drop-in that is kept with it cannot be read: %s",
						  strerror(-rc)));
	ret_old->mode = record->dropin_mode;
	ret_old->uid = record->dropin_uid;
	ret_old->gid = record->dropin_gid;
	return true;
}

/* Something else than a file stands in its place: somebody put it there. */
static bool is_in_the_way(int rc)
{
	return rc == -ELOOP || rc == -EISDIR || rc == -ENXIO || rc == -ENOTDIR || rc == -EFBIG;
}

/* When the directory is gone, so is the file. -errno when that cannot be told. */
static int open_file(struct revert *revert, struct revert_file *file)
{
	struct job *job = &revert->job;
	bool force = revert->request->force && !revert->request->dry_run;
	const char *directory = job_directory_of(job, file->path);
	int fd = force ? store_directory(job->source, directory, 0755, false)
		       : store_existing_directory(job->source, directory, false);

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	file->directory = fd;
	return store_read(job->arena, fd, strrchr(file->path, '/') + 1, &file->now);
}

/* NULL, with a problem, where it cannot be seen. */
static struct revert_file *find_file(struct revert *revert, const char *path)
{
	struct revert_file *file = &revert->files[revert->n_files];
	int rc;

	for (size_t i = 0; i < revert->n_files; i++)
		if (!strcmp(revert->files[i].path, path))
			return &revert->files[i];
	if (*path != '/') {
		revert_refuse(revert, path, "this is no path of a file");
		return NULL;
	}
	*file = (struct revert_file){.path = path, .directory = -1};
	revert->n_files++;
	rc = open_file(revert, file);
	file->is_other = is_in_the_way(rc);
	if (rc && !file->is_other) {
		revert_refuse(revert, path, strerror(-rc));
		return NULL;
	}
	file->to = file->now;
	return file;
}

/* The newest record that leaves it is the one to be named. */
static void leave(struct revert *revert, size_t index, const struct revert_file *file, const char *why)
{
	struct inverse *inverse = &revert->inverse;
	struct skipped *left;

	revert->is_file_left[index] = true;
	for (size_t i = 0; i < inverse->n_left; i++)
		if (!strcmp(inverse->left[i].key, file->path))
			return;
	left = arena_array(revert->job.arena, inverse->n_left + 1, sizeof(*left));
	if (inverse->n_left)
		memcpy(left, inverse->left, inverse->n_left * sizeof(*left));
	left[inverse->n_left++] = (struct skipped){
		.key = file->path,
		.because = arena_printf(revert->job.arena, "revert of %u", revert->records[index]->number),
		.why = why,
	};
	inverse->left = left;
}

static bool step_back(struct revert *revert, size_t index)
{
	const struct record *record = revert->records[index];
	struct stored_file old, ours;
	struct revert_file *file;

	if (!record->dropin_changes)
		return true;
	if (record->state == RECORD_REVERTED && !record->dropin_left &&
	    !record_was_reverting(revert->records[0], record))
		return true;
	file = find_file(revert, record->dropin_path);
	if (!file || !read_sides(revert, record, &old, &ours))
		return false;
	if (file->is_other)
		leave(revert, index, file, "it is no longer a file: somebody else changed it");
	else if (store_same(&file->to, &old))
		return true;
	else if (!store_same(&file->to, &ours) && !revert->request->force)
		leave(revert, index, file, "it is not as tcptune left it: somebody else changed it");
	else
		file->to = old;
	return true;
}

/* The oldest of the records that changed the file. */
static const struct record *oldest_of(const struct revert *revert, const struct revert_file *file)
{
	for (size_t i = revert->n; i-- > 0;)
		if (revert->records[i]->dropin_changes && !strcmp(revert->records[i]->dropin_path, file->path))
			return revert->records[i];
	return NULL;
}

static void keep(struct revert *revert, struct revert_file *file)
{
	struct inverse *inverse = &revert->inverse;

	file->to = file->now;
	for (size_t i = 0; i < revert->n; i++)
		if (revert->records[i]->dropin_changes && !strcmp(revert->records[i]->dropin_path, file->path))
			revert->is_file_left[i] = false;
	for (size_t i = 0; i < inverse->n_left; i++)
		if (!strcmp(inverse->left[i].key, file->path))
			inverse->left[i] = inverse->left[--inverse->n_left];
}

/* A file that is as the oldest record found it is back, whatever the records between say. */
static bool accept_what_is_back(struct revert *revert)
{
	for (size_t i = 0; i < revert->n_files; i++) {
		struct revert_file *file = &revert->files[i];
		struct stored_file old, ours;

		if (file->is_other)
			continue;
		if (!read_sides(revert, oldest_of(revert, file), &old, &ours))
			return false;
		if (store_same(&file->now, &old))
			keep(revert, file);
	}
	return true;
}

static bool is_changed(const struct revert_file *file)
{
	return !file->is_other && !store_same(&file->now, &file->to);
}

bool revert_plan_files(struct revert *revert)
{
	struct arena *arena = revert->job.arena;
	struct transaction *transaction = &revert->transaction;

	revert->files = arena_array(arena, revert->n, sizeof(*revert->files));
	revert->changed_files = arena_array(arena, revert->n, sizeof(*revert->changed_files));
	revert->is_file_left = arena_array(arena, revert->n, sizeof(*revert->is_file_left));
	for (size_t i = 0; i < revert->n; i++)
		if (!step_back(revert, i))
			return false;
	if (!accept_what_is_back(revert))
		return false;
	for (size_t i = 0; i < revert->n_files; i++) {
		const struct revert_file *file = &revert->files[i];

		if (is_changed(file))
			revert->changed_files[transaction->n_files++] = (struct transaction_file){
				.path = file->path, .directory = file->directory,
				.before = file->now, .after = file->to,
			};
	}
	transaction->files = revert->changed_files;
	return true;
}

void revert_clean_files(struct revert *revert)
{
	if (!revert->n ||
	    (!record_is_unfinished(revert->records[0]) && revert->records[0]->state != RECORD_UNCONFIRMED))
		return;
	/* No loader reads it, so that failing here is no failure. */
	for (size_t i = 0; i < revert->n_files; i++)
		if (revert->files[i].directory >= 0)
			store_clean(revert->files[i].directory, strrchr(revert->files[i].path, '/') + 1);
}

void revert_close_files(struct revert *revert)
{
	for (size_t i = 0; i < revert->n_files; i++)
		if (revert->files[i].directory >= 0)
			close(revert->files[i].directory);
}
