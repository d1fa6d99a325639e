#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/programs.h"

struct noted {
	struct program_socket socket;
	uint32_t owner; /* index + 1, or 0: then the user is the key */
};

struct programs {
	struct arena *arena;
	struct noted *items;
	size_t n, capacity;
};

struct row {
	uint32_t owner, uid;
	const char *name;
	uint64_t unread, unread_bytes, age, rcvbuf_held, rcvbuf, sndbuf_held, sndbuf, notsent;
};

struct programs *programs_new(struct arena *arena)
{
	struct programs *programs = arena_alloc(arena, sizeof(*programs));

	programs->arena = arena;
	return programs;
}

void programs_note(struct programs *programs, const struct program_socket *socket)
{
	if (!socket->inode || (!socket->is_unread && !socket->is_rcvbuf_held && !socket->is_sndbuf_held &&
			       socket->notsent < PROGRAMS_NOTSENT))
		return;
	programs->items = arena_grow(programs->arena, programs->items, programs->n, &programs->capacity,
				     sizeof(*programs->items));
	programs->items[programs->n++] = (struct noted){.socket = *socket};
}

void programs_want(const struct programs *programs, struct inodes *inodes)
{
	for (size_t i = 0; i < programs->n; i++)
		inodes_want(inodes, programs->items[i].socket.inode);
}

static int compare_noted(const void *a, const void *b)
{
	const struct noted *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->owner || x->socket.uid == y->socket.uid)
		return 0;
	return x->socket.uid < y->socket.uid ? -1 : 1;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void add(struct row *row, const struct program_socket *socket)
{
	row->notsent += socket->notsent < PROGRAMS_NOTSENT ? 0 : socket->notsent;
	if (socket->is_unread) {
		row->unread++;
		row->unread_bytes += socket->unread;
		row->age = larger(row->age, socket->age);
	}
	if (socket->is_rcvbuf_held) {
		row->rcvbuf_held++;
		row->rcvbuf = larger(row->rcvbuf, socket->rcvbuf);
	}
	if (socket->is_sndbuf_held) {
		row->sndbuf_held++;
		row->sndbuf = larger(row->sndbuf, socket->sndbuf);
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->unread_bytes != y->unread_bytes)
		return x->unread_bytes > y->unread_bytes ? -1 : 1;
	if (x->notsent != y->notsent)
		return x->notsent > y->notsent ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The rows in the arena of the programs; *ret_n of them. */
static struct row *make_rows(const struct programs *programs, const struct owners *owners,
			     const struct inodes *inodes, size_t *ret_n)
{
	struct noted *sorted = arena_array(programs->arena, programs->n, sizeof(*sorted));
	struct row *rows = arena_array(programs->arena, programs->n, sizeof(*rows));
	size_t n = 0;

	for (size_t i = 0; i < programs->n; i++) {
		uint32_t owner = inodes_owner(inodes, programs->items[i].socket.inode);

		sorted[i] = programs->items[i];
		sorted[i].owner = owners && owner <= owners->n ? owner : 0;
	}
	if (programs->n)
		qsort(sorted, programs->n, sizeof(*sorted), compare_noted);
	for (size_t i = 0; i < programs->n; i++) {
		if (!i || compare_noted(&sorted[i - 1], &sorted[i]))
			rows[n++] = (struct row){.owner = sorted[i].owner, .uid = sorted[i].socket.uid};
		add(&rows[n - 1], &sorted[i].socket);
	}
	*ret_n = n;
	return rows;
}

static void fill(const struct row *row, struct fact *cells)
{
	const struct {
		enum program_column column;
		enum unit unit;
		double number;
	} numbers[] = {
		{PROGRAM_UNREAD, UNIT_NONE, (double)row->unread},
		{PROGRAM_UNREAD_BYTES, UNIT_BYTES, (double)row->unread_bytes},
		{PROGRAM_UNREAD_LONGEST, UNIT_SECONDS, (double)row->age / 1000},
		{PROGRAM_RCVBUF_HELD, UNIT_NONE, (double)row->rcvbuf_held},
		{PROGRAM_RCVBUF, UNIT_BYTES, (double)row->rcvbuf},
		{PROGRAM_SNDBUF_HELD, UNIT_NONE, (double)row->sndbuf_held},
		{PROGRAM_SNDBUF, UNIT_BYTES, (double)row->sndbuf},
		{PROGRAM_NOTSENT, UNIT_BYTES, (double)row->notsent},
	};

	cells[PROGRAM_NAME] = fact_known(value_text(row->name));
	cells[PROGRAM_VISIBLE] = fact_known(value_bool(row->owner != 0));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		cells[numbers[i].column] = fact_known(value_number(numbers[i].number, numbers[i].unit));
}

void programs_facts(const struct programs *programs, const struct owners *owners,
		    const struct inodes *inodes, struct facts *facts)
{
	struct arena *arena = facts_arena(facts);
	struct table *table = facts_table(facts, &programs_def);
	size_t n;
	struct row *rows = make_rows(programs, owners, inodes, &n);

	table->state = FACT_KNOWN;
	table->why = NULL;
	for (size_t i = 0; i < n; i++)
		rows[i].name = rows[i].owner ? owner_name(arena, &owners->items[rows[i].owner - 1])
					     : arena_printf(arena, "uid %u (owner not visible)", rows[i].uid);
	if (n)
		qsort(rows, n, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < n; i++)
		fill(&rows[i], table_add_row(facts, table));
}
