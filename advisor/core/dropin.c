#include <stdlib.h>
#include <string.h>

#include "core/diff.h"
#include "core/dropin.h"
#include "core/text.h"

#define HEADER "# Written by tcptune: change the profile, not this file. Undo with: tcptune revert\n"
#define SOURCE "source: "
#define BLANKS " \t\n\v\f\r"

enum { COLUMNS = 96 };

/* Words with one blank between them and no control character: one line, whatever the string held. */
static char *one_line(struct arena *arena, const char *string)
{
	struct text text = text_new(arena);

	for (string += strspn(string, BLANKS); *string; string += strspn(string, BLANKS)) {
		size_t n = strcspn(string, BLANKS);

		if (text.length)
			text_add(&text, " ");
		text_add_n(&text, string, n);
		string += n;
	}
	return text_printable(arena, text.data);
}

/* ": " ends the name in the file, and "source" is the name of something else. */
static char *because_name(struct arena *arena, const char *because)
{
	char *name = one_line(arena, because), *end = name;

	for (const char *c = name; *c; c++)
		if (*c != ' ' || end == name || end[-1] != ':')
			*end++ = *c;
	*end = '\0';
	return *name && strcmp(name, "source") ? name : arena_printf(arena, "reason%s", name);
}

/* Characters, not bytes: those that continue a UTF-8 sequence take no column. */
static size_t columns_of(const char *word, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++)
		columns += ((unsigned char)word[i] & 0xc0) != 0x80;
	return columns;
}

/* A comment. Words are never broken, so that joining the lines with blanks gives the line again. */
static void add_comment(struct text *text, const char *line)
{
	static const char first[] = "#", more[] = "\n#  ";
	size_t column = strlen(first), margin = strlen(more) - 1;

	text_add(text, first);
	while (*line) {
		size_t n = strcspn(line, " "), width = columns_of(line, n);

		if (column > margin && column + 1 + width > COLUMNS) {
			text_add(text, more);
			column = margin;
		}
		text_add(text, " ");
		text_add_n(text, line, n);
		column += 1 + width;
		line += n;
		line += *line == ' ';
	}
	text_add(text, "\n");
}

static void add_line(struct text *text, const struct dropin_line *line)
{
	struct arena *arena = text->arena;

	text_add(text, "\n");
	for (size_t i = 0; i < line->n_because; i++) {
		const char *name = because_name(arena, line->because[i]);
		const char *why = line->why && line->why[i] ? one_line(arena, line->why[i]) : "";

		add_comment(text, arena_printf(arena, "%s%s%s", name, *why ? ": " : "", why));
	}
	for (size_t i = 0; i < line->n_sources; i++) {
		const char *source = one_line(arena, line->sources[i]);

		if (*source)
			add_comment(text, arena_printf(arena, SOURCE "%s", source));
	}
	text_printf(text, "%s = %s\n", line->key, one_line(arena, line->value));
}

static bool key_is_plain(const char *key)
{
	if (strncmp(key, "net.", 4))
		return false;
	for (; *key; key++)
		if (*key <= ' ' || *key > '~' || strchr("=*?[]\\", *key))
			return false;
	return true;
}

static int compare_lines(const void *a, const void *b)
{
	const struct dropin_line *const *left = a, *const *right = b;
	int order = strcmp((*left)->key, (*right)->key);

	/* Both point into one array: its order decides between equal keys. */
	return order ? order : (*left > *right) - (*left < *right);
}

/* By key; of equal keys the last, which is the one that a loader obeys. */
static void sort_lines(struct arena *arena, const struct dropin *dropin, struct dropin *ret)
{
	const struct dropin_line **order = arena_array(arena, dropin->n, sizeof(const struct dropin_line *));
	struct dropin sorted = {.is_ours = dropin->is_ours, .capacity = dropin->n};

	for (size_t i = 0; i < dropin->n; i++)
		order[i] = &dropin->lines[i];
	if (dropin->n)
		qsort(order, dropin->n, sizeof(*order), compare_lines);
	sorted.lines = arena_array(arena, dropin->n, sizeof(*sorted.lines));
	for (size_t i = 0; i < dropin->n; i++)
		if (i + 1 == dropin->n || strcmp(order[i]->key, order[i + 1]->key))
			sorted.lines[sorted.n++] = *order[i];
	*ret = sorted;
}

char *dropin_print(struct arena *arena, const struct dropin *dropin)
{
	struct text text = text_new(arena);
	struct dropin sorted;

	sort_lines(arena, dropin, &sorted);
	for (size_t i = 0; i < sorted.n; i++) {
		if (!key_is_plain(sorted.lines[i].key))
			continue;
		if (!text.length)
			text_add(&text, HEADER);
		add_line(&text, &sorted.lines[i]);
	}
	return text.data;
}

/* The comments above the line that is being read, folded ones joined. */
struct comments {
	struct text *items;
	size_t n, capacity;
};

static char *trimmed(struct arena *arena, const char *string, size_t n)
{
	while (n && strchr(BLANKS, *string)) {
		string++;
		n--;
	}
	while (n && strchr(BLANKS, string[n - 1]))
		n--;
	return arena_strndup(arena, string, n);
}

static void read_comment(struct arena *arena, struct comments *comments, const char *line)
{
	bool continues = comments->n && !strncmp(line, "#   ", 4);
	char *words = trimmed(arena, line + 1, strlen(line + 1));

	if (continues) {
		text_add(&comments->items[comments->n - 1], " ");
	} else {
		comments->items = arena_grow(arena, comments->items, comments->n,
					     &comments->capacity, sizeof(*comments->items));
		comments->items[comments->n++] = text_new(arena);
	}
	text_add(&comments->items[comments->n - 1], words);
}

/* What the comments say: "because: why", "because" or "source: ...". */
static void take_comments(struct arena *arena, const struct comments *comments, struct dropin_line *line)
{
	const char **because = arena_array(arena, comments->n, sizeof(*because));
	const char **why = arena_array(arena, comments->n, sizeof(*why));
	const char **sources = arena_array(arena, comments->n, sizeof(*sources));

	for (size_t i = 0; i < comments->n; i++) {
		const char *item = comments->items[i].data, *end = strstr(item, ": ");

		if (!strncmp(item, SOURCE, strlen(SOURCE))) {
			sources[line->n_sources++] = item + strlen(SOURCE);
			continue;
		}
		because[line->n_because] = end ? arena_strndup(arena, item, (size_t)(end - item)) : item;
		why[line->n_because++] = end ? end + 2 : NULL;
	}
	line->because = because;
	line->why = why;
	line->sources = sources;
}

static void read_line(struct arena *arena, struct dropin *dropin, struct comments *comments, const char *line)
{
	const char *equals = strchr(line, '=');

	if (*line == '#') {
		read_comment(arena, comments, line);
		return;
	}
	if (equals && *line != ';') {
		struct dropin_line *added;

		dropin->lines = arena_grow(arena, dropin->lines, dropin->n, &dropin->capacity,
					   sizeof(*dropin->lines));
		added = &dropin->lines[dropin->n++];
		*added = (struct dropin_line){
			.key = trimmed(arena, line, (size_t)(equals - line)),
			.value = trimmed(arena, equals + 1, strlen(equals + 1)),
		};
		take_comments(arena, comments, added);
	}
	*comments = (struct comments){0};
}

struct dropin *dropin_parse(struct arena *arena, const char *text, size_t length)
{
	struct dropin *dropin = arena_alloc(arena, sizeof(*dropin));
	struct comments comments = {0};
	size_t header = strlen(HEADER);

	dropin->is_ours = length >= header && !memcmp(text, HEADER, header);
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t n = end ? (size_t)(end - text) - at : length - at;

		read_line(arena, dropin, &comments, arena_strndup(arena, text + at, n));
		at += n + 1;
	}
	sort_lines(arena, dropin, dropin);
	return dropin;
}

const struct dropin_line *dropin_find(const struct dropin *dropin, const char *key)
{
	for (size_t i = 0; i < dropin->n; i++)
		if (!strcmp(dropin->lines[i].key, key))
			return &dropin->lines[i];
	return NULL;
}

char *dropin_diff(struct arena *arena, const char *path, const char *old, const char *now)
{
	bool removed = !now || !*now;

	return diff_unified(arena, old ? path : "/dev/null", old ? old : "",
			    removed ? "/dev/null" : path, removed ? "" : now);
}

bool dropin_is_path(const char *path)
{
	return !strcmp(path, DROPIN_PATH) || !strcmp(path, DROPIN_PATH_LAST);
}
