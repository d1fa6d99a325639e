#include <fnmatch.h>
#include <string.h>

#include "core/sysctlconf.h"

#define GLOB_CHARACTERS "*?["

/* Longer than any sysctl: five or six names of at most 64 bytes. */
#define CONF_KEY_MAX 512

/* What isspace() says in the C locale, which both loaders trim. */
#define BLANKS " \t\n\v\f\r"

static bool is_blank(char c)
{
	return c && strchr(BLANKS, c);
}

static char *exchange(char *name)
{
	for (char *p = strpbrk(name, "./"); p; p = strpbrk(p + 1, "./"))
		*p = *p == '.' ? '/' : '.';
	return name;
}

/* Both loaders: the first separator decides whether "." and "/" change places. */
static char *exchange_unless(char *name, char first)
{
	const char *p = strpbrk(name, "./");

	return p && *p == first ? name : exchange(name);
}

char *conf_key_of_path(struct arena *arena, const char *path)
{
	return exchange_unless(arena_strdup(arena, path), '.');
}

char *conf_path_of_key(struct arena *arena, const char *key)
{
	return exchange_unless(arena_strdup(arena, key), '/');
}

/* A path without what the kernel (and systemd) skips: leading blanks, empty components, ".". */
static char *simplify(struct arena *arena, const char *path)
{
	char *copy = arena_strdup(arena, path + strspn(path, BLANKS));
	char *to = copy;
	const char *from = copy;

	while (*from) {
		size_t n = strcspn(from, "/");

		if (n > 0 && !(n == 1 && *from == '.')) {
			if (to > copy)
				*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n;
		from += strspn(from, "/");
	}
	*to = '\0';
	return copy;
}

/* ------------------------------------------------------------ the lines */

/* The bytes of [from, to) without blanks at its ends. */
static char *trimmed(struct arena *arena, const char *from, const char *to)
{
	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	return arena_strndup(arena, from, (size_t)(to - from));
}

static void set_key(struct arena *arena, struct conf_entry *entry, const char *from, const char *to)
{
	char *key;

	/* procps takes a blank behind the "-" for a part of the key, and a second "-" for the first. */
	while (to > from + 1 && is_blank(to[-1]))
		to--;
	if (from < to && *from == '-')
		from++;
	key = arena_strndup(arena, from, (size_t)(to - from));
	entry->spelt = conf_path_of_key(arena, key);
	entry->path = simplify(arena, entry->spelt);
	/* Whatever its first separator: ".net/x" is the path "net.x", and not the key of that name. */
	entry->key = exchange(arena_strdup(arena, entry->path));
	entry->is_glob = strpbrk(entry->path, GLOB_CHARACTERS);
}

static void add_entry(struct arena *arena, struct conf_file *file, struct conf_entry entry)
{
	file->entries = arena_grow(arena, file->entries, file->n, &file->capacity,
				   sizeof(*file->entries));
	file->entries[file->n++] = entry;
}

/* The line from its first byte that is no blank up to its newline, "\0" or the end. */
static void parse_line(struct arena *arena, struct conf_file *file, const char *from, const char *to,
		       unsigned line)
{
	struct conf_entry entry = {.place = {file->path, line, 0}};
	const char *equals = memchr(from, '=', (size_t)(to - from));
	bool has_dash = *from == '-';

	if (equals) {
		entry.kind = CONF_ASSIGNMENT;
		entry.ignore = has_dash;
		entry.value = trimmed(arena, equals + 1, to);
		set_key(arena, &entry, from + has_dash, equals);
	} else if (has_dash) {
		entry.kind = CONF_EXCLUDE;
		entry.ignore = true;
		set_key(arena, &entry, from + 1, to);
	} else {
		entry.kind = CONF_INVALID;
		entry.key = trimmed(arena, from, to);
	}
	add_entry(arena, file, entry);
}

struct conf_file *conf_parse(struct arena *arena, const char *path, const char *bytes, size_t length)
{
	struct conf_file *file = arena_alloc(arena, sizeof(*file));
	const char *end = bytes + length;
	unsigned line = 0;

	file->path = file->told_as = arena_strdup(arena, path);
	file->age = -1;
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *next = newline ? newline + 1 : end;
		const char *from = bytes;
		/* To procps a line ends at a NUL byte, its newline is part of it, and one character is no line. */
		const char *to = from + strnlen(from, (size_t)(next - from));

		line++;
		bytes = next;
		while (from < to && is_blank(*from))
			from++;
		if (to - from >= 2 && *from != '#' && *from != ';')
			parse_line(arena, file, from, to, line);
	}
	return file;
}

/* ------------------------------------------------------------ the winner */

/* One entry after the other, as a loader reads them. */
struct walk {
	const struct conf *conf;
	enum conf_loader loader;
	size_t file, entry;
};

/* systemd skips hidden files, and knows nothing of /etc/sysctl.conf. */
bool conf_reads(const struct conf *conf, enum conf_loader loader, const struct conf_file *file)
{
	const char *slash = strrchr(file->path, '/');

	return loader == CONF_PROCPS ||
	       (file != conf->last && (slash ? slash[1] : file->path[0]) != '.');
}

static const struct conf_file *walk_file(const struct walk *walk)
{
	const struct conf *conf = walk->conf;
	const struct conf_file *file =
		walk->file < conf->n_files ? conf->files[walk->file] : conf->last;

	return file && conf_reads(conf, walk->loader, file) ? file : NULL;
}

static const struct conf_entry *walk_next(struct walk *walk)
{
	for (; walk->file <= walk->conf->n_files; walk->file++, walk->entry = 0) {
		const struct conf_file *file = walk_file(walk);

		while (file && walk->entry < file->n) {
			const struct conf_entry *entry = &file->entries[walk->entry++];

			if (entry->kind != CONF_INVALID)
				return entry;
		}
	}
	return NULL;
}

bool conf_glob_match(const char *pattern, const char *path)
{
	return fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0;
}

/* What is looked for: a key and its path. */
struct target {
	const char *key;
	const char *path;
};

static bool glob_assigns(const struct conf_entry *entry, const struct target *target)
{
	return entry->kind == CONF_ASSIGNMENT && entry->is_glob &&
	       conf_glob_match(entry->path, target->path);
}

/* A glob leaves out each path that stands in the list too, spelt the same, to set or to exclude. */
static bool is_named(struct walk walk, const struct conf_entry *glob, const struct target *target)
{
	const struct conf_entry *entry;

	while ((entry = walk_next(&walk)))
		if (strcmp(entry->key, target->key) == 0 && conf_glob_match(glob->spelt, entry->spelt))
			return true;
	return false;
}

/* procps writes every assignment in turn. The next one that the walk meets. */
static const struct conf_entry *procps_next(struct walk *walk, const struct target *target)
{
	const struct walk start = {.conf = walk->conf, .loader = walk->loader};
	const struct conf_entry *entry;

	while ((entry = walk_next(walk))) {
		if (entry->kind != CONF_ASSIGNMENT || is_blank(entry->spelt[0]))
			continue;
		if (entry->is_glob ? glob_assigns(entry, target) && !is_named(start, entry, target)
				   : strcmp(entry->key, target->key) == 0)
			return entry;
	}
	return NULL;
}

static const struct conf_entry *procps_winner(const struct walk *start, const struct target *target)
{
	const struct conf_entry *entry, *winner = NULL;
	struct walk walk = *start;

	while ((entry = procps_next(&walk, target)))
		winner = entry;
	return winner;
}

static bool same_value(const struct conf_entry *a, const struct conf_entry *b)
{
	return a->value && b->value ? strcmp(a->value, b->value) == 0 : a->value == b->value;
}

/*
 * systemd keeps one entry a key or pattern, with or without a value: another
 * value replaces it and moves it to the end, the same value leaves it where it is.
 * The entry that is kept, and the place in the list where it stands.
 */
static const struct conf_entry *systemd_kept(struct walk walk, const char *key, size_t *ret_place)
{
	const struct conf_entry *entry, *kept = NULL;

	for (size_t i = 0; (entry = walk_next(&walk)); i++) {
		if (strcmp(entry->key, key))
			continue;
		if (!kept || !same_value(kept, entry))
			*ret_place = i;
		kept = entry;
	}
	return kept;
}

static const struct conf_entry *systemd_winner(const struct walk *start, const struct target *target)
{
	size_t place = 0, last = 0;
	const struct conf_entry *entry, *winner = systemd_kept(*start, target->key, &place);
	struct walk walk = *start;

	if (winner)
		return winner->kind == CONF_ASSIGNMENT ? winner : NULL;
	while ((entry = walk_next(&walk))) {
		if (!glob_assigns(entry, target) || systemd_kept(*start, entry->key, &place) != entry)
			continue;
		if (!winner || place > last) {
			winner = entry;
			last = place;
		}
	}
	return winner;
}

/* The target of a key; false for one that is longer than any. */
static bool target_of(const char *key, char path[CONF_KEY_MAX], struct target *ret)
{
	if (strlen(key) >= CONF_KEY_MAX)
		return false;
	strcpy(path, key);
	exchange_unless(path, '/');
	*ret = (struct target){key, path};
	return true;
}

const struct conf_entry *conf_winner(const struct conf *conf, enum conf_loader loader, const char *key)
{
	struct walk walk = {.conf = conf, .loader = loader};
	char path[CONF_KEY_MAX];
	struct target target;

	if (!target_of(key, path, &target))
		return NULL;
	return loader == CONF_PROCPS ? procps_winner(&walk, &target) : systemd_winner(&walk, &target);
}

const struct conf_entry *conf_exclusion(const struct conf *conf, enum conf_loader loader, const char *key)
{
	const struct walk start = {.conf = conf, .loader = loader};
	const struct conf_entry *entry, *kept;
	struct walk walk = start;
	size_t place = 0;

	if (loader != CONF_SYSTEMD)
		return NULL;
	kept = systemd_kept(start, key, &place);
	if (!kept || kept->kind != CONF_EXCLUDE)
		return NULL;
	while ((entry = walk_next(&walk)) && entry != kept)
		if (entry->kind == CONF_ASSIGNMENT && strcmp(entry->key, key) == 0)
			return kept;
	return NULL;
}

const struct conf_entry **conf_writes(struct arena *arena, const struct conf *conf, enum conf_loader loader,
				      const char *key, size_t *ret_n)
{
	struct walk walk = {.conf = conf, .loader = loader};
	const struct conf_entry **writes = NULL, *entry;
	size_t n = 0, capacity = 0;
	char path[CONF_KEY_MAX];
	struct target target;

	*ret_n = 0;
	if (!target_of(key, path, &target))
		return NULL;
	entry = loader == CONF_PROCPS ? procps_next(&walk, &target) : systemd_winner(&walk, &target);
	while (entry) {
		writes = arena_grow(arena, writes, n, &capacity, sizeof(*writes));
		writes[n++] = entry;
		entry = loader == CONF_PROCPS ? procps_next(&walk, &target) : NULL;
	}
	*ret_n = n;
	return writes;
}
