#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/softnet.h"

/*
 * By position. Before Linux 5.14 a row ends with what RPS sent, or with the
 * flow limit: then a CPU is known by its place among those that are online.
 */
enum { PROCESSED, DROPPED, SQUEEZED, RPS = 9, BACKLOG = 11, CPU = 12, N_WORDS };

struct row {
	uint32_t words[N_WORDS];
	size_t n; /* as many are there */
};

struct softnet {
	struct row *rows;
	size_t n, capacity;
};

static bool parse_word(const char *text, size_t length, uint32_t *ret)
{
	char word[9] = "";

	if (!length || length > 8 || strspn(text, "0123456789abcdef") < length)
		return false;
	memcpy(word, text, length);
	*ret = (uint32_t)strtoul(word, NULL, 16);
	return true;
}

static void parse_row(const char *line, const char *end, struct row *row)
{
	while (row->n < N_WORDS) {
		size_t length;

		line += strspn(line, " ");
		length = strcspn(line, " \r\n");
		if (line >= end || !parse_word(line, length, &row->words[row->n]))
			return;
		row->n++;
		line += length;
	}
}

struct softnet *softnet_parse(struct arena *arena, const char *text, size_t length)
{
	struct softnet *softnet = arena_alloc(arena, sizeof(*softnet));
	const char *line = arena_strndup(arena, text, length);

	while (*line) {
		const char *end = line + strcspn(line, "\n");
		struct row row = {.n = 0};

		parse_row(line, end, &row);
		if (row.n <= CPU)
			row.words[CPU] = (uint32_t)softnet->n;
		if (row.n > SQUEEZED) {
			softnet->rows = arena_grow(arena, softnet->rows, softnet->n,
						   &softnet->capacity, sizeof(row));
			softnet->rows[softnet->n++] = row;
		}
		line = *end ? end + 1 : end;
	}
	return softnet;
}

static const struct row *find(const struct softnet *softnet, uint32_t cpu)
{
	for (size_t i = 0; i < softnet->n; i++)
		if (softnet->rows[i].words[CPU] == cpu)
			return &softnet->rows[i];
	return NULL;
}

static struct fact number(const struct row *row, size_t word)
{
	if (word >= row->n)
		return fact_missing(FACT_ABSENT, "this kernel does not tell it");
	return fact_known(value_number(row->words[word], UNIT_NONE));
}

/* The words wrap at 32 bits, and so does their difference. */
static struct fact rate(const struct softnet_span *span, const struct row *row, size_t word)
{
	const struct row *before = span->first ? find(span->first, row->words[CPU]) : NULL;
	uint32_t more = row->words[word] - (before ? before->words[word] : 0);

	if (span->why || !(span->seconds > 0))
		return fact_missing(FACT_UNREADABLE, span->why ? span->why : "no time has passed");
	if (span->first && !before)
		return fact_missing(FACT_UNREADABLE, "the CPU was not online before");
	return fact_known(value_number(more / span->seconds, UNIT_PER_SECOND));
}

void softnet_facts(const struct softnet *last, const struct softnet_span *span, const char *why,
		   struct facts *facts)
{
	struct table *table = facts_table(facts, &softnet_cpus_def);
	struct arena *arena = facts_arena(facts);

	if (!last || !last->n) {
		table->state = FACT_UNREADABLE;
		table->why = last ? "no line of it can be understood" : why;
		return;
	}
	table->state = FACT_KNOWN;
	table->why = NULL;
	for (size_t i = 0; i < last->n; i++) {
		const struct row *row = &last->rows[i];
		struct fact *cells = table_add_row(facts, table);

		cells[SOFTNET_NAME] = fact_known(value_text(arena_printf(arena, "CPU %u", row->words[CPU])));
		cells[SOFTNET_CPU] = fact_known(value_number(row->words[CPU], UNIT_NONE));
		cells[SOFTNET_PROCESSED] = number(row, PROCESSED);
		cells[SOFTNET_DROPPED] = number(row, DROPPED);
		cells[SOFTNET_TIME_SQUEEZE] = number(row, SQUEEZED);
		cells[SOFTNET_RPS] = number(row, RPS);
		cells[SOFTNET_BACKLOG] = number(row, BACKLOG);
		cells[SOFTNET_PROCESSED_PER_SECOND] = rate(span, row, PROCESSED);
		cells[SOFTNET_DROPPED_PER_SECOND] = rate(span, row, DROPPED);
		cells[SOFTNET_SQUEEZED_PER_SECOND] = rate(span, row, SQUEEZED);
	}
}
