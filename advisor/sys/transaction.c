#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "core/stored.h"
#include "core/text.h"
#include "sys/sysctl.h"
#include "sys/transaction.h"

const struct sysctl_ops kernel_ops = {sysctl_read, sysctl_write};

void problems_add(struct problems *problems, const char *key, const char *format, ...)
{
	struct text text = text_new(problems->arena);
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	problems->items = arena_grow(problems->arena, problems->items, problems->n,
				     &problems->capacity, sizeof(*problems->items));
	problems->items[problems->n++] = (struct apply_problem){
		.key = text_printable(problems->arena, key),
		.text = text_printable(problems->arena, text.data),
	};
}

static int read_value(const struct transaction *transaction, const char *key, char **ret)
{
	return transaction->ops->read(transaction->source, key, transaction->problems->arena, ret);
}

/* Writes a value and sees that it is there. */
static bool put(const struct transaction *transaction, const struct change *change)
{
	enum stored_rounding rounding = change->rounds ? STORED_JIFFIES : STORED_EXACT;
	struct problems *problems = transaction->problems;
	char *now;
	int rc;

	rc = transaction->ops->write(transaction->source, change->key, change->to);
	if (rc) {
		problems_add(problems, change->key, "\"%s\" was refused: %s", change->to, strerror(-rc));
		return false;
	}
	rc = read_value(transaction, change->key, &now);
	if (rc) {
		problems_add(problems, change->key, "\"%s\" was written, but it cannot be read back: %s",
			     change->to, strerror(-rc));
		return false;
	}
	if (!stored_is(now, change->to, rounding)) {
		problems_add(problems, change->key, "\"%s\" was written, and \"%s\" is what the kernel made of it",
			     change->to, now);
		return false;
	}
	return true;
}

static const char *file_name(const struct transaction_file *file)
{
	return strrchr(file->path, '/') + 1;
}

static bool put_file(const struct transaction *transaction, const struct transaction_file *file,
		     const struct stored_file *wanted)
{
	int rc = store_write(file->directory, file_name(file), wanted);

	if (rc)
		problems_add(transaction->problems, file->path, "it cannot be %s: %s",
			     wanted->exists ? "written" : "removed", strerror(-rc));
	return !rc;
}

bool transaction_run(struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->n_changes; i++) {
		const struct change *change = &transaction->changes[i];

		transaction->n_begun = i + 1;
		if (!(change->where & CHANGE_RUNNING) || stored_same(change->from, change->to))
			continue;
		if (!put(transaction, change))
			return false;
	}
	for (size_t i = 0; i < transaction->n_files; i++) {
		transaction->n_files_begun = i + 1;
		if (!put_file(transaction, &transaction->files[i], &transaction->files[i].after))
			return false;
	}
	return true;
}

static bool is_as_before(const struct transaction *transaction, const struct change *change)
{
	char *now;

	return !read_value(transaction, change->key, &now) && stored_same(now, change->from);
}

/* What was refused as a whole needs no write. What it reads in the end is what counts. */
static bool undo_change(const struct transaction *transaction, const struct change *change)
{
	const struct change back = {.key = change->key, .from = change->to, .to = change->from};

	if (!(change->where & CHANGE_RUNNING) || is_as_before(transaction, change))
		return true;
	if (put(transaction, &back) || is_as_before(transaction, change))
		return true;
	problems_add(transaction->problems, change->key, "it could not be put back to \"%s\": set it by hand",
		     change->from);
	return false;
}

static bool file_is_as_before(const struct transaction *transaction, const struct transaction_file *file)
{
	const struct stored_file *before = &file->before;
	struct stored_file now;

	if (store_read(transaction->problems->arena, file->directory, file_name(file), &now) ||
	    !store_same(&now, before))
		return false;
	return !now.exists || (now.mode == before->mode && now.uid == before->uid && now.gid == before->gid);
}

/* A full disk keeps the old file from being written again, but then it also kept the new one out. */
static bool undo_file(const struct transaction *transaction, const struct transaction_file *file)
{
	if (file_is_as_before(transaction, file) || put_file(transaction, file, &file->before))
		return true;
	problems_add(transaction->problems, file->path,
		     file->before.exists ? "it could not be put back: its old text is kept in "
					   "/var/lib/tcptune"
					 : "it could not be removed again: remove it by hand");
	return false;
}

bool transaction_undo(struct transaction *transaction)
{
	bool good = true;

	while (transaction->n_files_begun > 0)
		good = undo_file(transaction, &transaction->files[--transaction->n_files_begun]) && good;
	while (transaction->n_begun > 0)
		good = undo_change(transaction, &transaction->changes[--transaction->n_begun]) && good;
	return good;
}
