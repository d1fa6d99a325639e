#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/counter.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct raw_counter {
	const struct node *counter, *since, *means, *sources;
};

static const struct node_field fields[] = {
	{"counter", NODE_SCALAR, true, offsetof(struct raw_counter, counter)},
	{"since", NODE_SCALAR, false, offsetof(struct raw_counter, since)},
	{"means", NODE_SCALAR, true, offsetof(struct raw_counter, means)},
	{"sources", NODE_SCALAR | NODE_LIST, true, offsetof(struct raw_counter, sources)},
};

struct counters counters_new(struct arena *arena)
{
	return (struct counters){.arena = arena};
}

/* One entry on its way into the sorted arrays. */
struct entry {
	struct counter_def def;
	struct counter_note note;
	size_t order;
	bool is_fresh;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->def.name, y->def.name);

	if (order)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t word_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

/* "TcpExt.ListenOverflows" */
static bool is_name(const char *name)
{
	size_t group = word_length(name);
	size_t leaf = group && name[group] == '.' ? word_length(name + group + 1) : 0;

	return leaf && !name[group + 1 + leaf];
}

static bool read_entry(struct arena *arena, const struct node *node, struct diag *diag,
		       struct entry *ret)
{
	struct raw_counter raw = {0};
	size_t errors = diag->errors;
	struct entry entry = {.is_fresh = true};

	if (!node_read_map(node, "a counter", fields, N(fields), &raw, diag))
		return false;
	if (!is_name(raw.counter->text))
		diag_error(diag, raw.counter->place,
			   "'%s' is no counter's name, which is like TcpExt.ListenOverflows",
			   raw.counter->text);
	entry.def = (struct counter_def){.name = raw.counter->text, .summary = raw.means->text};
	entry.note.since = raw.since ? raw.since->text : NULL;
	entry.note.place = node->place;
	entry.note.sources = node_texts(arena, diag, raw.sources, &entry.note.n_sources);
	if (diag->errors != errors)
		return false;
	*ret = entry;
	return true;
}

/* Keeps the later one of two of a name; twice in one file is an error. */
static void keep(struct counters *counters, const struct entry *sorted, size_t n, struct diag *diag)
{
	counters->defs = arena_array(counters->arena, n, sizeof(*counters->defs));
	counters->notes = arena_array(counters->arena, n, sizeof(*counters->notes));
	counters->n = 0;
	for (size_t i = 0; i < n; i++) {
		bool is_again = i && !strcmp(sorted[i - 1].def.name, sorted[i].def.name);

		if (is_again && sorted[i - 1].is_fresh)
			diag_error(diag, sorted[i].note.place, "%s is also described in line %u",
				   sorted[i].def.name, sorted[i - 1].note.place.line);
		counters->n -= is_again;
		counters->defs[counters->n] = sorted[i].def;
		counters->notes[counters->n++] = sorted[i].note;
	}
}

bool counters_load(struct counters *counters, const struct node *document, struct diag *diag)
{
	size_t errors = diag->errors, n = counters->n;
	struct entry *entries;

	if (document->type != NODE_LIST) {
		diag_error(diag, document->place, "a counter file is a list of counters");
		return false;
	}
	entries = arena_array(counters->arena, n + document->n, sizeof(*entries));
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){counters->defs[i], counters->notes[i], i, false};
	for (size_t i = 0; i < document->n; i++) {
		if (!read_entry(counters->arena, &document->items[i], diag, &entries[n]))
			continue;
		entries[n].order = n;
		n++;
	}
	qsort(entries, n, sizeof(*entries), compare_entries);
	keep(counters, entries, n, diag);
	return diag->errors == errors;
}

bool counters_find(const struct counters *counters, const char *name, size_t *ret_index)
{
	size_t low = 0, high = counters->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, counters->defs[middle].name);

		if (!order) {
			*ret_index = middle;
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
