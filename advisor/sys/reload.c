#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/dropin.h"
#include "core/sysctlconf.h"
#include "core/text.h"
#include "sys/reload.h"
#include "sys/sysctl.h"
#include "sys/sysctl_glob.h"

#ifndef GLOB_BRACE
#define GLOB_BRACE 0
#endif
#ifndef GLOB_TILDE
#define GLOB_TILDE 0
#endif

struct job {
	const struct reload *reload;
	struct arena *arena;
	struct source *source;
	struct conf_file **files;
	size_t n, capacity;
	int status;
};

__attribute__((format(printf, 3, 4)))
static void complain(const struct job *job, struct place place, const char *format, ...)
{
	struct text text = text_new(job->arena);
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	if (place.file)
		place.file = text_printable(job->arena, place.file);
	job->reload->complain(job->reload->context, place, text_printable(job->arena, text.data));
}

/* ------------------------------------------------------------ reading */

/* procps says what is wrong with a line when it reads it, before it writes anything. */
static void complain_of_lines(const struct job *job, const struct conf_file *file)
{
	for (size_t i = 0; i < file->n; i++) {
		const struct conf_entry *entry = &file->entries[i];

		if (entry->kind == CONF_INVALID)
			complain(job, entry->place, "invalid syntax, continuing...");
		else if (strstr(entry->spelt, "//") || strstr(entry->spelt, "/.") ||
			 strstr(entry->spelt, "./"))
			complain(job, entry->place, "separators should not be repeated: %s",
				 conf_key_of_path(job->arena, entry->spelt));
	}
}

static void add_file(struct job *job, const char *path, const char *bytes, size_t length)
{
	struct conf_file *file = conf_parse(job->arena, path, bytes, length);

	complain_of_lines(job, file);
	job->files = arena_grow(job->arena, job->files, job->n, &job->capacity, sizeof(*job->files));
	job->files[job->n++] = file;
}

static void cannot_open(struct job *job, const char *root, const char *path, int rc)
{
	complain(job, (struct place){0}, "cannot open \"%s%s\": %s", root, path, strerror(-rc));
	job->status = 1;
}

static int read_all(int fd, struct text *text)
{
	char buffer[16384];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			text_add_n(text, buffer, (size_t)n);
		if (text->length > RELOAD_FILE_BYTES)
			return -EFBIG;
	}
	return 0;
}

static void read_path(struct job *job, const char *path)
{
	struct text text = text_new(job->arena);
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc = fd < 0 ? -errno : read_all(fd, &text);

	if (fd >= 0 && !is_stdin)
		close(fd);
	if (rc < 0)
		cannot_open(job, "", path, rc);
	else
		add_file(job, path, text.data, text.length);
}

static void read_pattern(struct job *job, const char *pattern)
{
	glob_t found;

	if (glob(pattern, GLOB_NOCHECK | GLOB_BRACE | GLOB_TILDE, NULL, &found)) {
		cannot_open(job, "", pattern, -ENOMEM);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_path(job, found.gl_pathv[i]);
	globfree(&found);
}

static void read_dropin(struct job *job)
{
	const char *path = DROPIN_PATH_LAST;
	char *bytes;
	size_t length;
	int rc = source_read(job->source, path, RELOAD_FILE_BYTES, &bytes, &length);

	if (rc == -ENOENT) {
		path = DROPIN_PATH;
		rc = source_read(job->source, path, RELOAD_FILE_BYTES, &bytes, &length);
	}
	if (rc < 0)
		cannot_open(job, source_root(job->source), path, rc);
	else
		add_file(job, path, bytes, length);
}

/* ------------------------------------------------------------ writing */

static const char not_net[] = "only keys under net. are written";
static const char has_dots[] = "a key with \"..\" is not written";

static bool is_net(const char *path)
{
	return strncmp(path, "net", 3) == 0 && (!path[3] || path[3] == '/');
}

static void refuse(struct job *job, struct place place, const char *key, const char *why)
{
	complain(job, place, "setting key \"%s\": %s", key, why);
	job->status = 1;
}

/* Tabs between the fields of a tuple are common, and harmless. */
static const char *printable_value(struct arena *arena, const char *value)
{
	struct text text = text_new(arena);

	for (;;) {
		size_t n = strcspn(value, "\t");

		text_add(&text, text_printable(arena, arena_strndup(arena, value, n)));
		if (!value[n])
			return text.data;
		text_add(&text, "\t");
		value += n + 1;
	}
}

/* One sysctl that an entry sets, below /proc/sys. */
struct goal {
	const struct conf_entry *entry;
	const char *path;
	const char *spelt; /* the path as procps opens it */
	const char *shown; /* the key as procps names it */
};

/* False where it ends here, with a message. A directory or a read-only key leaves the status as it is. */
static bool is_writable(struct job *job, const struct goal *goal)
{
	struct place place = goal->entry->place;
	struct stat status;
	int rc;

	if (strstr(arena_printf(job->arena, "/%s/", goal->path), "/../")) {
		refuse(job, place, goal->shown, has_dots);
		return false;
	}
	rc = goal->spelt[0] ? sysctl_stat(job->source, goal->spelt, &status) : 0;
	if (rc < 0) {
		complain(job, place, "cannot stat %s/proc/sys/%s: %s", source_root(job->source),
			 goal->spelt, strerror(-rc));
		job->status = 1;
		return false;
	}
	if (!is_net(goal->path)) {
		refuse(job, place, goal->shown, not_net);
		return false;
	}
	if (S_ISDIR(status.st_mode)) {
		complain(job, place, "setting key \"%s\": %s", goal->shown, strerror(EISDIR));
		return false;
	}
	if (!(status.st_mode & S_IWUSR)) {
		complain(job, place, "setting key \"%s\": %s", goal->shown, strerror(EPERM));
		return false;
	}
	return true;
}

static void cannot_write(struct job *job, const struct goal *goal, int rc)
{
	const struct conf_entry *entry = goal->entry;

	if (rc != -EPERM && rc != -EACCES && rc != -EROFS) {
		refuse(job, entry->place, goal->shown, strerror(-rc));
		return;
	}
	complain(job, entry->place, "permission denied on key \"%s\"%s", goal->shown,
		 entry->ignore ? ", ignoring" : "");
	if (!entry->ignore)
		job->status = 1;
}

/* "-" forgives a key that may not be opened, not a value that the kernel refuses. */
static bool was_written(struct job *job, const struct goal *goal)
{
	int fd, rc;

	if (job->reload->dry_run)
		return true;
	fd = sysctl_open(job->source, goal->path);
	if (fd < 0) {
		cannot_write(job, goal, fd);
		return false;
	}
	rc = sysctl_put(fd, goal->entry->value);
	if (rc < 0)
		refuse(job, goal->entry->place, goal->shown, strerror(-rc));
	return rc == 0;
}

static void write_goal(struct job *job, const struct goal *goal)
{
	const struct conf_entry *entry = goal->entry;

	if (is_writable(job, goal) && was_written(job, goal))
		job->reload->wrote(job->reload->context, text_printable(job->arena, goal->shown),
				   printable_value(job->arena, entry->value));
}

/* A path that stands in any file, before or behind, to set or to exclude, is not for a glob. */
static bool is_named(const struct job *job, const char *path)
{
	for (size_t i = 0; i < job->n; i++)
		for (size_t k = 0; k < job->files[i]->n; k++) {
			const struct conf_entry *entry = &job->files[i]->entries[k];

			if (entry->kind != CONF_INVALID && strcmp(entry->spelt, path) == 0)
				return true;
		}
	return false;
}

static void write_glob(struct job *job, const struct conf_entry *entry)
{
	const char *const *paths;
	bool is_refused = false;
	size_t n;

	/* "- net.*": to procps the blank belongs to the key, and nothing matches. */
	if (strspn(entry->spelt, " \t\v\f\r"))
		return;
	if (sysctl_glob(job->source, entry->path, job->arena, &paths, &n) < 0) {
		refuse(job, entry->place, entry->key, has_dots);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *key = conf_key_of_path(job->arena, paths[i]);
		struct goal goal = {entry, paths[i], paths[i], key};

		if (is_named(job, paths[i]))
			continue;
		/* One message for all that it reaches outside net. */
		if (is_net(paths[i]))
			write_goal(job, &goal);
		else if (!is_refused)
			refuse(job, entry->place, entry->key, not_net);
		is_refused |= !is_net(paths[i]);
	}
}

static void write_file(struct job *job, const struct conf_file *file)
{
	for (size_t i = 0; i < file->n; i++) {
		const struct conf_entry *entry = &file->entries[i];
		struct goal goal = {.entry = entry, .path = entry->path, .spelt = entry->spelt};

		if (entry->kind != CONF_ASSIGNMENT)
			continue;
		if (entry->is_glob) {
			write_glob(job, entry);
			continue;
		}
		goal.shown = conf_key_of_path(job->arena, entry->spelt);
		write_goal(job, &goal);
	}
}

int reload_files(const struct reload *reload, const char *const *files, size_t n)
{
	struct job job = {.reload = reload, .arena = reload->arena, .source = reload->source};

	if (n == 0)
		read_dropin(&job);
	for (size_t i = 0; i < n; i++)
		read_pattern(&job, files[i]);
	for (size_t i = 0; i < job.n; i++)
		write_file(&job, job.files[i]);
	return job.status;
}
