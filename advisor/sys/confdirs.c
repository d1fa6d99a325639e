#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/confdirs.h"
#include "sys/sysctl.h"
#include "sys/sysctl_glob.h"

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

struct names {
	struct name *items;
	size_t n, capacity;
};

struct reader {
	struct arena *arena;
	struct source *source;
	struct confdirs *confdirs;
	struct names names;  /* sorted */
	struct names hidden; /* by those: a lower directory has them too */
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

static const struct name *find_name(const struct name *names, size_t n, const char *wanted)
{
	const struct name name = {.name = wanted};

	return n ? bsearch(&name, names, n, sizeof(name), by_name) : NULL;
}

static void add_name(struct reader *reader, struct names *names, struct name name)
{
	names->items = arena_grow(reader->arena, names->items, names->n, &names->capacity,
				  sizeof(*names->items));
	names->items[names->n++] = name;
}

static void add_names(struct reader *reader, const char *directory, const char *const *found, size_t n)
{
	struct names *names = &reader->names;
	size_t before = names->n;

	for (size_t i = 0; i < n; i++) {
		const struct name name = {found[i], directory};

		if (is_conf_name(found[i]))
			add_name(reader, find_name(names->items, before, found[i]) ? &reader->hidden : names,
				 name);
	}
	if (names->n > 0)
		qsort(names->items, names->n, sizeof(*names->items), by_name);
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
	if (!strcmp(target, CONF_LAST_PATH) || (is_in_etc && !strcmp(target, "../sysctl.conf")))
		return CONF_LAST_PATH;
	return path;
}

/* stat() of what the path leads to. */
static int stat_of(struct source *source, const char *path, struct stat *ret)
{
	int fd = source_openat(source, path, O_PATH);
	int r;

	if (fd < 0)
		return fd;
	r = fstat(fd, ret) == 0 ? 0 : -errno;
	close(fd);
	return r;
}

/* Of a capture it would be the age of the capture. */
static double age_of(struct source *source, const char *path)
{
	struct stat status;
	struct timespec now;

	if (!source_is_live(source) || stat_of(source, path, &status) || clock_gettime(CLOCK_REALTIME, &now))
		return -1;
	return now.tv_sec < status.st_mtim.tv_sec ? 0 : (double)(now.tv_sec - status.st_mtim.tv_sec);
}

static bool is_null(struct reader *reader, const char *path)
{
	char *target;

	return !source_readlink(reader->source, path, &target) && !strcmp(target, "/dev/null");
}

/* A file that is not read is there all the same, without entries. */
static struct conf_file *read_file(struct reader *reader, const char *path)
{
	struct conf_file *file, *nothing = conf_parse(reader->arena, path, "", 0);
	const char *told_as;
	char *bytes;
	size_t length;
	int rc = source_read(reader->source, path, CONFDIRS_FILE_BYTES, &bytes, &length);

	/* A tree need not have /dev/null. */
	if (rc == -ENOENT && is_null(reader, path))
		return nothing;
	if (rc < 0) {
		add_note(reader, path, strerror(-rc));
		return nothing;
	}
	told_as = shown_path(reader, path);
	file = conf_parse(reader->arena, told_as, bytes, length);
	file->path = path;
	file->told_as = told_as;
	file->age = age_of(reader->source, path);
	if (count_entries(reader, file))
		return file;
	add_note(reader, path, "the files have too many lines");
	return nothing;
}

/* ------------------------------------------------------------ the masks */

/* /lib/sysctl.d where /lib is a link to usr/lib: the same file by another name. */
static bool is_same_file(struct reader *reader, const char *a, const char *b)
{
	struct stat x, y;

	return !stat_of(reader->source, a, &x) && !stat_of(reader->source, b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The file itself, or one that is hidden too, by the way of a link. */
static bool is_told(struct reader *reader, const char *path, const char *by)
{
	const struct conf *conf = &reader->confdirs->conf;
	bool ret = is_same_file(reader, path, by);

	for (size_t i = 0; !ret && i < conf->n_masks; i++)
		ret = is_same_file(reader, path, conf->masks[i].file->path);
	return ret;
}

/* Empty, or a link to /dev/null. */
static bool sets_nothing(struct reader *reader, const char *path)
{
	char *bytes;
	size_t length;

	return is_null(reader, path) ||
	       (!source_read(reader->source, path, CONFDIRS_FILE_BYTES, &bytes, &length) && !length);
}

static void add_mask(struct reader *reader, const struct name *hidden)
{
	struct conf *conf = &reader->confdirs->conf;
	const struct name *name = find_name(reader->names.items, reader->names.n, hidden->name);
	const char *path = arena_printf(reader->arena, "%s/%s", hidden->directory, hidden->name);
	const char *by = arena_printf(reader->arena, "%s/%s", name->directory, name->name);
	struct conf_mask mask = {.by = by};
	char *bytes;
	size_t length;

	if (is_told(reader, path, by) ||
	    source_read(reader->source, path, CONFDIRS_FILE_BYTES, &bytes, &length))
		return;
	mask.file = conf_parse(reader->arena, path, bytes, length);
	mask.is_deliberate = sets_nothing(reader, by);
	conf->masks = arena_grow(reader->arena, conf->masks, conf->n_masks, &conf->masks_capacity,
				 sizeof(*conf->masks));
	conf->masks[conf->n_masks++] = mask;
}

static void add_masks(struct reader *reader)
{
	/* By name; a name that several directories have, from the highest down. */
	for (size_t i = 0; i < reader->names.n; i++)
		for (size_t k = 0; k < reader->hidden.n; k++)
			if (!strcmp(reader->hidden.items[k].name, reader->names.items[i].name))
				add_mask(reader, &reader->hidden.items[k]);
}

/* ------------------------------------------------------------ all files */

/* procps reads it only where it is, or leads to, a regular file. What cannot be told is tried. */
static bool is_regular(struct source *source, const char *path)
{
	struct stat status;
	int r = stat_of(source, path, &status);

	return r ? r != -ENOENT : S_ISREG(status.st_mode);
}

struct confdirs *confdirs_read(struct arena *arena, struct source *source)
{
	struct confdirs *confdirs = arena_alloc(arena, sizeof(*confdirs));
	struct reader reader = {.arena = arena, .source = source, .confdirs = confdirs};
	struct conf *conf = &confdirs->conf;

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		add_directory(&reader, directories[i]);
	conf->files = arena_array(arena, reader.names.n, sizeof(*conf->files));
	conf->capacity = reader.names.n;
	for (size_t i = 0; i < reader.names.n; i++) {
		const struct name *name = &reader.names.items[i];

		conf->files[conf->n_files++] = read_file(
			&reader, arena_printf(arena, "%s/%s", name->directory, name->name));
	}
	if (is_regular(source, CONF_LAST_PATH))
		conf->last = read_file(&reader, CONF_LAST_PATH);
	add_masks(&reader);
	return confdirs;
}

/* ----------------------------------------------------------- given files */

static const char *basename_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void confdirs_add(struct confdirs *confdirs, struct arena *arena, const char *path, const char *bytes,
		  size_t length)
{
	struct conf_file *file = conf_parse(arena, text_printable(arena, path), bytes, length);
	struct conf *conf = &confdirs->conf;
	size_t i = conf->n_files;

	if (!conf->last && !strcmp(basename_of(path), "sysctl.conf")) {
		conf->last = file;
		return;
	}
	conf->files = arena_grow(arena, conf->files, conf->n_files, &conf->capacity, sizeof(*conf->files));
	for (; i > 0 && strcmp(basename_of(conf->files[i - 1]->path), basename_of(path)) > 0; i--)
		conf->files[i] = conf->files[i - 1];
	conf->files[i] = file;
	conf->n_files++;
}

/* ------------------------------------------------------------- the keys */

struct keys {
	struct arena *arena;
	const char **items;
	size_t n, capacity;
};

static void add_key(struct keys *keys, const char *key)
{
	keys->items = arena_grow(keys->arena, keys->items, keys->n, &keys->capacity, sizeof(*keys->items));
	keys->items[keys->n++] = key;
}

/* The keys that are here and that a glob matches, as many as there is room for. */
static void add_matches(struct keys *keys, struct source *source, const char *pattern)
{
	const char *const *paths;
	size_t n;

	if (sysctl_glob(source, pattern, keys->arena, &paths, &n))
		return;
	for (size_t i = 0; i < n && keys->n < CONFDIRS_KEYS; i++) {
		struct stat status;

		if (!sysctl_stat(source, paths[i], &status) && S_ISREG(status.st_mode))
			add_key(keys, conf_key_of_path(keys->arena, paths[i]));
	}
}

const char *const *confdirs_keys(const struct confdirs *confdirs, struct source *source, struct arena *arena,
				 size_t *ret_n)
{
	const struct conf *conf = &confdirs->conf;
	struct keys keys = {.arena = arena};

	for (size_t i = 0; i <= conf->n_files; i++) {
		const struct conf_file *file = i < conf->n_files ? conf->files[i] : conf->last;

		for (size_t k = 0; file && k < file->n; k++) {
			const struct conf_entry *entry = &file->entries[k];

			if (entry->kind != CONF_ASSIGNMENT || strncmp(entry->key, "net.", 4))
				continue;
			if (entry->is_glob)
				add_matches(&keys, source, entry->path);
			else
				add_key(&keys, entry->key);
		}
	}
	*ret_n = keys.n;
	return keys.items;
}
