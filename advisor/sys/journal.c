#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/journal.h"

enum { DIGITS = 6, MAX_DIGITS = 9 };

#define RECORD_SUFFIX "json"

static const char *const side_suffixes[] = {
	[JOURNAL_BEFORE] = "before",
	[JOURNAL_AFTER] = "after",
};

static const char *file_name(const struct journal *journal, unsigned number, const char *suffix)
{
	return arena_printf(journal->arena, "%0*u.%s", DIGITS, number, suffix);
}

int journal_open(struct arena *arena, struct source *source, bool create, struct journal *ret)
{
	int directory = create ? store_directory(source, JOURNAL_DIRECTORY, 0700, true)
			       : store_existing_directory(source, JOURNAL_DIRECTORY, true);

	if (directory < 0)
		return directory;
	*ret = (struct journal){arena, directory};
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal->directory >= 0)
		close(journal->directory);
	journal->directory = -1;
}

/* 0 for a name that is no record's. */
static unsigned number_of(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (digits < DIGITS || digits > MAX_DIGITS || strcmp(name + digits, "." RECORD_SUFFIX))
		return 0;
	return (unsigned)strtoul(name, NULL, 10);
}

static int compare_numbers(const void *a, const void *b)
{
	const unsigned *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int journal_list(const struct journal *journal, unsigned **ret_numbers, size_t *ret_n)
{
	int fd = openat(journal->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	unsigned *numbers = NULL;
	size_t n = 0, capacity = 0;
	const struct dirent *entry;

	if (!stream) {
		rc = -errno;
		if (fd >= 0)
			close(fd);
		return rc;
	}
	while (errno = 0, (entry = readdir(stream))) {
		unsigned number = number_of(entry->d_name);

		if (!number)
			continue;
		numbers = arena_grow(journal->arena, numbers, n, &capacity, sizeof(*numbers));
		numbers[n++] = number;
	}
	rc = -errno;
	closedir(stream);
	if (rc)
		return rc;
	if (n)
		qsort(numbers, n, sizeof(*numbers), compare_numbers);
	*ret_numbers = numbers;
	*ret_n = n;
	return 0;
}

static bool file_is_trusted(const struct stored_file *file)
{
	return store_is_trusted(&(struct stat){.st_uid = file->uid, .st_mode = file->mode});
}

int journal_read(const struct journal *journal, unsigned number, struct diag *diag,
		 struct record **ret)
{
	const char *name = file_name(journal, number, RECORD_SUFFIX);
	struct place place = {.file = arena_printf(journal->arena, JOURNAL_DIRECTORY "/%s", name)};
	struct stored_file file;
	struct record *record;
	int rc = store_read(journal->arena, journal->directory, name, &file);

	if (!rc && !file.exists)
		rc = -ENOENT;
	if (!rc && !file_is_trusted(&file))
		rc = -EPERM;
	if (rc) {
		diag_error(diag, place, "%s", rc == -EPERM ? "others than root may write it" : strerror(-rc));
		return rc;
	}
	record = record_parse(journal->arena, diag, place.file, file.bytes, file.length);
	if (!record)
		return -EBADMSG;
	record->number = number;
	*ret = record;
	return 0;
}

int journal_write(const struct journal *journal, const struct record *record)
{
	const char *text = record_print(journal->arena, record);
	struct stored_file file = {
		.exists = true, .bytes = text, .length = text ? strlen(text) : 0,
		.mode = 0600, .uid = geteuid(), .gid = getegid(),
	};

	if (!text)
		return -ENOMEM;
	return store_write(journal->directory, file_name(journal, record->number, RECORD_SUFFIX), &file);
}

int journal_read_side(const struct journal *journal, unsigned number, enum journal_side side,
		      struct stored_file *ret)
{
	const char *name = file_name(journal, number, side_suffixes[side]);
	int rc = store_read(journal->arena, journal->directory, name, ret);

	if (!rc && ret->exists && !file_is_trusted(ret))
		rc = -EPERM;
	return rc;
}

int journal_write_side(const struct journal *journal, unsigned number, enum journal_side side,
		       const struct stored_file *file)
{
	struct stored_file kept = *file;

	kept.mode = 0600;
	kept.uid = geteuid();
	kept.gid = getegid();
	return store_write(journal->directory, file_name(journal, number, side_suffixes[side]), &kept);
}

int journal_remove(const struct journal *journal, unsigned number)
{
	const char *const suffixes[] = {
		RECORD_SUFFIX, side_suffixes[JOURNAL_BEFORE], side_suffixes[JOURNAL_AFTER],
	};
	const struct stored_file nothing = {0};
	int rc = 0;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && !rc; i++)
		rc = store_write(journal->directory, file_name(journal, number, suffixes[i]), &nothing);
	return rc;
}
