#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/catalog.h"
#include "core/dropin.h"
#include "core/text.h"
#include "sys/confdirs.h"

#define LAST_PATH "/etc/sysctl.conf"

/*
 * Highest first. Where /lib is a link to usr/lib, the last one brings only
 * names that are taken.
 */
static const char *const directories[] = {
	"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
};

struct name {
	const char *name;
	const char *directory;
};

struct reader {
	struct arena *arena;
	struct source *source;
	struct confdirs *confdirs;
	struct name *names; /* sorted */
	size_t n, capacity;
	size_t entries, globs;
};

static void add_note(struct reader *reader, const char *path, const char *why)
{
	struct confdirs *confdirs = reader->confdirs;

	confdirs->notes = arena_grow(reader->arena, confdirs->notes, confdirs->n_notes,
				     &confdirs->capacity, sizeof(*confdirs->notes));
	confdirs->notes[confdirs->n_notes++] = arena_printf(
		reader->arena, "%s: not read: %s", text_printable(reader->arena, path), why);
}

static bool is_conf_name(const char *name)
{
	size_t n = strlen(name);

	return n >= 5 && strcmp(name + n - 5, ".conf") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

static void add_names(struct reader *reader, const char *directory, const char *const *found, size_t n)
{
	size_t before = reader->n;

	for (size_t i = 0; i < n; i++) {
		struct name name = {found[i], directory};

		if (!is_conf_name(found[i]) ||
		    (before > 0 && bsearch(&name, reader->names, before, sizeof(name), by_name)))
			continue;
		reader->names = arena_grow(reader->arena, reader->names, reader->n,
					   &reader->capacity, sizeof(*reader->names));
		reader->names[reader->n++] = name;
	}
	if (reader->n > 0)
		qsort(reader->names, reader->n, sizeof(*reader->names), by_name);
}

static void add_directory(struct reader *reader, const char *directory)
{
	const char *const *found;
	size_t n;
	int rc = source_list(reader->source, directory, &found, &n);

	if (rc == 0)
		add_names(reader, directory, found, n);
	else if (rc != -ENOENT && rc != -ENOTDIR)
		add_note(reader, directory, strerror(-rc));
}

/* False when it is too much. */
static bool count_entries(struct reader *reader, const struct conf_file *file)
{
	size_t globs = 0;

	for (size_t i = 0; i < file->n; i++)
		globs += file->entries[i].is_glob;
	if (file->n > CONFDIRS_ENTRIES - reader->entries || globs > CONFDIRS_GLOBS - reader->globs)
		return false;
	reader->entries += file->n;
	reader->globs += globs;
	return true;
}

/*
 * The name by which lines are told: most distributions have a link
 * 99-sysctl.conf to /etc/sysctl.conf, and who mends a line does it there.
 */
static const char *shown_path(struct reader *reader, const char *path)
{
	bool is_in_etc = !strncmp(path, "/etc/sysctl.d/", strlen("/etc/sysctl.d/"));
	char *target;

	if (source_readlink(reader->source, path, &target))
		return path;
	if (!strcmp(target, LAST_PATH) || (is_in_etc && !strcmp(target, "../sysctl.conf")))
		return LAST_PATH;
	return path;
}

/* A file that is not read is there all the same, without entries. */
static struct conf_file *read_file(struct reader *reader, const char *path)
{
	struct conf_file *file, *nothing = conf_parse(reader->arena, path, "", 0);
	char *bytes;
	size_t length;
	int rc = source_read(reader->source, path, CONFDIRS_FILE_BYTES, &bytes, &length);

	if (rc < 0) {
		add_note(reader, path, strerror(-rc));
		return nothing;
	}
	file = conf_parse(reader->arena, shown_path(reader, path), bytes, length);
	file->path = path;
	if (count_entries(reader, file))
		return file;
	add_note(reader, path, "the files have too many lines");
	return nothing;
}

/* procps reads it only where it is, or leads to, a regular file. What cannot be told is tried. */
static bool is_regular(struct source *source, const char *path)
{
	struct stat status;
	int fd = source_openat(source, path, O_PATH);
	bool ret;

	if (fd < 0)
		return fd != -ENOENT;
	ret = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	close(fd);
	return ret;
}

struct confdirs *confdirs_read(struct arena *arena, struct source *source)
{
	struct confdirs *confdirs = arena_alloc(arena, sizeof(*confdirs));
	struct reader reader = {.arena = arena, .source = source, .confdirs = confdirs};
	struct conf *conf = &confdirs->conf;

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		add_directory(&reader, directories[i]);
	conf->files = arena_array(arena, reader.n, sizeof(*conf->files));
	conf->capacity = reader.n;
	for (size_t i = 0; i < reader.n; i++) {
		const struct name *name = &reader.names[i];

		conf->files[conf->n_files++] = read_file(
			&reader, arena_printf(arena, "%s/%s", name->directory, name->name));
	}
	if (is_regular(source, LAST_PATH))
		conf->last = read_file(&reader, LAST_PATH);
	return confdirs;
}

/* ------------------------------------------------------------ facts */

/* A later line of the same glob? That glob, read as a key, decides nothing else. */
static bool glob_is_replaced(const struct conf *conf, const struct conf_entry *glob)
{
	bool is_later = false, ret = false;

	for (size_t i = 0; i <= conf->n_files; i++) {
		const struct conf_file *file = i < conf->n_files ? conf->files[i] : conf->last;

		for (size_t k = 0; file && k < file->n; k++) {
			const struct conf_entry *entry = &file->entries[k];

			ret |= is_later && entry->kind == CONF_ASSIGNMENT &&
			       strcmp(entry->key, glob->key) == 0;
			is_later |= entry == glob;
		}
	}
	return ret;
}

/* Of /etc/sysctl.conf a line that a link brings before. */
static bool is_same_line(const struct conf_entry *a, const struct conf_entry *b)
{
	return a == b || (a && !strcmp(a->place.file, LAST_PATH) && !strcmp(b->place.file, LAST_PATH) &&
			  a->place.line == b->place.line);
}

static bool entry_wins(const struct conf *conf, const struct conf_entry *entry)
{
	if (entry->is_glob)
		return !glob_is_replaced(conf, entry);
	return is_same_line(conf_winner(conf, CONF_PROCPS, entry->key), entry) ||
	       is_same_line(conf_winner(conf, CONF_SYSTEMD, entry->key), entry);
}

static void add_row(struct facts *facts, struct table *table, const struct conf_entry *entry, bool wins)
{
	struct arena *arena = facts_arena(facts);
	struct fact *row = table_add_row(facts, table);
	const char *name = arena_printf(arena, "%s:%u", entry->place.file, entry->place.line);

	row[CONFIGURED_NAME] = fact_known(value_text(name));
	row[CONFIGURED_KEY] = fact_known(value_text(entry->key));
	row[CONFIGURED_VALUE] = fact_known(value_text(entry->value));
	row[CONFIGURED_FILE] = fact_known(value_text(entry->place.file));
	row[CONFIGURED_LINE] = fact_known(value_number(entry->place.line, UNIT_NONE));
	row[CONFIGURED_WINS] = fact_known(value_bool(wins));
	row[CONFIGURED_OURS] = fact_known(value_bool(dropin_is_path(entry->place.file)));
}

void confdirs_facts(const struct confdirs *confdirs, struct facts *facts)
{
	const struct conf *conf = &confdirs->conf;
	struct table *table = facts_table(facts, &configured_def);

	table->state = FACT_KNOWN;
	for (size_t i = 0; i <= conf->n_files; i++) {
		const struct conf_file *file = i < conf->n_files ? conf->files[i] : conf->last;

		for (size_t k = 0; file && k < file->n; k++) {
			const struct conf_entry *entry = &file->entries[k];
			bool is_again = file != conf->last && conf->last &&
					!strcmp(entry->place.file, LAST_PATH);

			if (entry->kind == CONF_ASSIGNMENT && !is_again && strncmp(entry->key, "net.", 4) == 0)
				add_row(facts, table, entry, entry_wins(conf, entry));
		}
	}
}
