#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/diff.h"
#include "core/text.h"

enum {
	CONTEXT = 3,
	MAX_CELLS = 4 << 20, /* of the table below: 8 MiB and a few milliseconds */
};

struct lines {
	const char **at; /* n + 1 of them: a line ends where the next begins */
	size_t n;
};

/* One line of the result: of the old text, the new one, or both. */
struct edit {
	char sign; /* ' ', '-' or '+' */
	const char *line;
	size_t length;
};

struct script {
	struct edit *edits;
	size_t n, capacity;
	struct arena *arena;
};

static struct lines split(struct arena *arena, const char *text)
{
	struct lines lines = {0};
	const char *next = text;
	size_t n = 1;

	for (const char *p = text; *p; p++)
		n += *p == '\n';
	lines.at = arena_array(arena, n + 1, sizeof(*lines.at));
	while (*next) {
		lines.at[lines.n++] = next;
		next = strchrnul(next, '\n');
		next += *next == '\n';
	}
	lines.at[lines.n] = next;
	return lines;
}

static size_t line_length(const struct lines *lines, size_t i)
{
	return (size_t)(lines->at[i + 1] - lines->at[i]);
}

static bool line_same(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	size_t length = line_length(a, i);

	return length == line_length(b, k) && !memcmp(a->at[i], b->at[k], length);
}

static void add(struct script *script, char sign, const struct lines *lines, size_t i)
{
	script->edits = arena_grow(script->arena, script->edits, script->n, &script->capacity,
				   sizeof(*script->edits));
	script->edits[script->n++] = (struct edit){sign, lines->at[i], line_length(lines, i)};
}

/* The parts between the common beginning and the common end: [from, to) of each text. */
struct middle {
	const struct lines *old, *now;
	size_t from, old_to, now_to;
};

/*
 * common[i * width + k]: how many lines the rests from i and k have in common,
 * in order. NULL where the table would be too large.
 */
static uint16_t *common_lines(struct arena *arena, const struct middle *m)
{
	size_t height = m->old_to - m->from + 1, width = m->now_to - m->from + 1;
	uint16_t *common;

	if (height > UINT16_MAX || width > UINT16_MAX || height * width > MAX_CELLS)
		return NULL;
	common = arena_array(arena, height * width, sizeof(*common));
	for (size_t i = height - 1; i-- > 0;)
		for (size_t k = width - 1; k-- > 0;) {
			uint16_t *cell = &common[i * width + k];

			if (line_same(m->old, m->from + i, m->now, m->from + k))
				*cell = (uint16_t)(cell[width + 1] + 1);
			else
				*cell = cell[width] > cell[1] ? cell[width] : cell[1];
		}
	return common;
}

static void add_middle(struct script *script, const struct middle *m)
{
	uint16_t *common = common_lines(script->arena, m);
	size_t height = m->old_to - m->from, width = m->now_to - m->from;
	size_t i = 0, k = 0;

	while (i < height || k < width) {
		uint16_t *cell = common ? &common[i * (width + 1) + k] : NULL;

		if (cell && i < height && k < width &&
		    line_same(m->old, m->from + i, m->now, m->from + k)) {
			add(script, ' ', m->old, m->from + i++);
			k++;
		} else if (i < height && (k == width || !cell || cell[width + 1] >= cell[1])) {
			add(script, '-', m->old, m->from + i++);
		} else {
			add(script, '+', m->now, m->from + k++);
		}
	}
}

static struct script compare(struct arena *arena, const struct lines *old, const struct lines *now)
{
	struct script script = {.arena = arena};
	struct middle m = {old, now, 0, old->n, now->n};

	while (m.from < m.old_to && m.from < m.now_to && line_same(old, m.from, now, m.from))
		add(&script, ' ', old, m.from++);
	while (m.old_to > m.from && m.now_to > m.from &&
	       line_same(old, m.old_to - 1, now, m.now_to - 1)) {
		m.old_to--;
		m.now_to--;
	}
	add_middle(&script, &m);
	for (size_t i = m.old_to; i < old->n; i++)
		add(&script, ' ', old, i);
	return script;
}

static void print_line(struct text *text, const struct edit *edit)
{
	bool ended = edit->length && edit->line[edit->length - 1] == '\n';
	char *rest = arena_strndup(text->arena, edit->line, edit->length - ended), *part;

	text_add_n(text, &edit->sign, 1);
	while ((part = strsep(&rest, "\t"))) {
		text_add(text, text_printable(text->arena, part));
		if (rest)
			text_add(text, "\t");
	}
	text_add(text, ended ? "\n" : "\n\\ No newline at end of file\n");
}

/* "3,4", "3" for a single line, "2,0" for none behind line 2. */
static void print_range(struct text *text, char sign, size_t before, size_t n)
{
	text_printf(text, " %c%zu", sign, n ? before + 1 : before);
	if (n != 1)
		text_printf(text, ",%zu", n);
}

static void count(const struct script *script, size_t from, size_t to, size_t ret[2])
{
	ret[0] = ret[1] = 0;
	for (size_t i = from; i < to; i++) {
		ret[0] += script->edits[i].sign != '+';
		ret[1] += script->edits[i].sign != '-';
	}
}

/* The end of the hunk that begins at `from`: changes with at most twice the context between them belong together. */
static size_t hunk_end(const struct script *script, size_t change)
{
	size_t last = change;

	for (size_t i = change; i < script->n && i <= last + 2 * CONTEXT + 1; i++)
		if (script->edits[i].sign != ' ')
			last = i;
	return last + 1 + CONTEXT < script->n ? last + 1 + CONTEXT : script->n;
}

static void print_hunks(struct text *text, const struct script *script)
{
	size_t done = 0, before[2] = {0}, skipped[2], inside[2];

	for (size_t i = 0; i < script->n; i++) {
		size_t from, end;

		if (i < done || script->edits[i].sign == ' ')
			continue;
		from = i > CONTEXT && i - CONTEXT > done ? i - CONTEXT : done;
		end = hunk_end(script, i);
		count(script, done, from, skipped);
		count(script, from, end, inside);
		text_add(text, "@@");
		print_range(text, '-', before[0] + skipped[0], inside[0]);
		print_range(text, '+', before[1] + skipped[1], inside[1]);
		text_add(text, " @@\n");
		for (size_t k = from; k < end; k++)
			print_line(text, &script->edits[k]);
		before[0] += skipped[0] + inside[0];
		before[1] += skipped[1] + inside[1];
		done = end;
	}
}

char *diff_unified(struct arena *arena, const char *old_name, const char *old, const char *now_name,
		   const char *now)
{
	struct text text = text_new(arena);
	struct lines old_lines, now_lines;
	struct script script;

	if (!strcmp(old, now))
		return text.data;
	old_lines = split(arena, old);
	now_lines = split(arena, now);
	script = compare(arena, &old_lines, &now_lines);
	text_printf(&text, "--- %s\n", text_printable(arena, old_name));
	text_printf(&text, "+++ %s\n", text_printable(arena, now_name));
	print_hunks(&text, &script);
	return text.data;
}
