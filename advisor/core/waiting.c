#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/tally.h"
#include "core/text.h"
#include "core/waiting.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* As many peers or ports are named, the others are counted. */
#define NAMED 3

enum count {
	CLOSE_WAIT,
	CLOSE_WAIT_STALE,
	CLOSE_WAIT_OLDEST, /* milliseconds */
	EOF_READ,
	EOF_UNREAD,
	DATA_UNREAD,
	SENDING,
	UNACCEPTED,
	RECV_Q,
	FIN_WAIT2,
	FIN_WAIT2_STALE,
	FIN_WAIT2_OLDEST,
	N_COUNTS,
};

/* What is mentioned of a row, with counts. */
enum topic { PEERS, PORTS, FIN_WAIT2_PEERS, N_TOPICS };

struct row_key {
	uint32_t owner; /* index + 1, or 0: then the user is the key */
	uint32_t uid;
};

struct row_index {
	struct row_key key;
	uint32_t number; /* index + 1 */
};

struct row {
	uint32_t owner, uid;
	bool is_ageless; /* of some sockets the age is not known */
	uint64_t counts[N_COUNTS];
	const char *name;
	const char *texts[N_TOPICS];
};

#define ORPHANS UINT32_MAX /* in place of a row */

struct mention {
	uint32_t row, topic, port;
	struct address address;
	uint32_t n;
};

struct waiting {
	struct arena *arena;
	struct row *rows;
	size_t n, capacity;
	bool incomplete;
	struct tally *index;    /* struct row_index; never beyond its capacity, so exact */
	struct tally *mentions; /* struct mention */
};

struct waiting *waiting_new(struct arena *arena, uint64_t seed)
{
	struct waiting *waiting = arena_alloc(arena, sizeof(*waiting));

	waiting->arena = arena;
	waiting->index = tally_new(arena, (struct tally_def){
						  .key_size = sizeof(struct row_key),
						  .record_size = sizeof(struct row_index),
						  .capacity = WAITING_ROWS,
						  .seed = seed,
					  });
	waiting->mentions = tally_new(arena, (struct tally_def){
						     .key_size = offsetof(struct mention, n),
						     .record_size = sizeof(struct mention),
						     .capacity = 16384,
						     .seed = seed,
					     });
	return waiting;
}

static void mention(struct waiting *waiting, struct mention key)
{
	struct mention *found = tally_use(waiting->mentions, &key, offsetof(struct mention, n));

	found->n++;
}

void waiting_add_orphan(struct waiting *waiting, const struct census_socket *socket)
{
	mention(waiting, (struct mention){.row = ORPHANS, .topic = FIN_WAIT2_PEERS, .address = socket->peer});
}

/* NULL when there are too many rows. */
static struct row *row_of(struct waiting *waiting, struct row_key key)
{
	struct row_index *index = tally_find(waiting->index, &key, sizeof(key));

	if (index)
		return &waiting->rows[index->number - 1];
	if (waiting->n == WAITING_ROWS) {
		waiting->incomplete = true;
		return NULL;
	}
	index = tally_use(waiting->index, &key, sizeof(key));
	waiting->rows = arena_grow(waiting->arena, waiting->rows, waiting->n, &waiting->capacity,
				   sizeof(struct row));
	index->number = (uint32_t)++waiting->n;
	return &waiting->rows[waiting->n - 1];
}

static void add_close_wait(struct row *row, const struct census_socket *socket)
{
	bool is_stale = socket->has_last_ack && socket->last_ack > WAITING_STALE;

	row->counts[CLOSE_WAIT]++;
	row->counts[SENDING] += socket->wqueue > 0;
	row->counts[RECV_Q] += socket->rqueue;
	row->counts[UNACCEPTED] += !socket->inode;
	row->counts[CLOSE_WAIT_STALE] += is_stale;
	row->counts[EOF_READ] += is_stale && socket->rqueue == 0;
	row->counts[EOF_UNREAD] += is_stale && socket->rqueue == 1;
	row->counts[DATA_UNREAD] += is_stale && socket->rqueue > 1;
	if (row->counts[CLOSE_WAIT_OLDEST] < socket->last_ack)
		row->counts[CLOSE_WAIT_OLDEST] = socket->last_ack;
}

static void add_fin_wait2(struct row *row, const struct census_socket *socket)
{
	row->counts[FIN_WAIT2]++;
	row->counts[FIN_WAIT2_STALE] += socket->has_last_ack && socket->last_ack > WAITING_STALE;
	if (row->counts[FIN_WAIT2_OLDEST] < socket->last_ack)
		row->counts[FIN_WAIT2_OLDEST] = socket->last_ack;
}

void waiting_add(struct waiting *waiting, const struct waiting_context *context,
		 const struct census_socket *socket)
{
	const struct listener *listener =
		listeners_match(context->listeners, &socket->address, socket->port);
	bool is_close_wait = socket->state == TCP_CLOSE_WAIT;
	bool is_unaccepted = is_close_wait && !socket->inode && listener;
	uint32_t inode = is_unaccepted ? listener->inode : socket->inode;
	uint32_t uid = is_unaccepted ? listener->uid : socket->uid;
	uint32_t owner = inodes_owner(context->inodes, inode);
	uint32_t number;
	struct row *row;

	if ((!is_close_wait && socket->state != TCP_FIN_WAIT2) ||
	    !inodes_is_wanted(context->inodes, inode))
		return;
	if (!context->owners || owner > context->owners->n)
		owner = 0;
	row = row_of(waiting, (struct row_key){.owner = owner, .uid = owner ? 0 : uid});
	if (!row)
		return;
	row->owner = owner;
	row->uid = uid;
	row->is_ageless |= !socket->has_last_ack;
	number = (uint32_t)(row - waiting->rows);
	if (!is_close_wait) {
		add_fin_wait2(row, socket);
		mention(waiting, (struct mention){number, FIN_WAIT2_PEERS, 0, socket->peer, 0});
		return;
	}
	add_close_wait(row, socket);
	mention(waiting, (struct mention){number, PEERS, 0, socket->peer, 0});
	mention(waiting, (struct mention){.row = number, .topic = PORTS,
					  .port = listener ? socket->port : socket->peer_port});
}

/* By row and topic, the most frequent first. */
static int compare_mentions(const void *a, const void *b)
{
	const struct mention *x = *(const struct mention *const *)a;
	const struct mention *y = *(const struct mention *const *)b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (x->topic != y->topic)
		return x->topic < y->topic ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return address_compare(&x->address, &y->address);
}

static bool is_same_list(const struct mention *a, const struct mention *b)
{
	return a->row == b->row && a->topic == b->topic;
}

/* "10.0.0.9 (4000), 10.0.0.8 (12) and 3 more" of n mentions of one row and topic. */
static const char *list_text(const struct waiting *waiting, struct arena *arena,
			     const void *const *mentions, size_t n)
{
	struct text text = text_new(arena);

	for (size_t i = 0; i < n && i < NAMED; i++) {
		const struct mention *one = mentions[i];

		text_add(&text, i ? ", " : "");
		if (one->topic == PORTS)
			text_printf(&text, "%u", one->port);
		else
			text_add(&text, address_text(arena, &one->address));
		text_printf(&text, " (%u)", one->n);
	}
	if (tally_error(waiting->mentions))
		text_add(&text, " and more");
	else if (n > NAMED)
		text_printf(&text, " and %zu more", n - NAMED);
	return text.data;
}

/* The texts of all rows; the peers of orphans are returned. */
static const char *make_texts(const struct waiting *waiting, struct arena *arena, struct row *rows)
{
	const char *orphans = "";
	size_t n, end;
	const void **mentions =
		tally_best(waiting->mentions, waiting->arena, SIZE_MAX, compare_mentions, &n);

	for (size_t start = 0; start < n; start = end) {
		const struct mention *first = mentions[start];
		const char *text;

		end = start + 1;
		while (end < n && is_same_list(first, mentions[end]))
			end++;
		text = list_text(waiting, arena, mentions + start, end - start);
		if (first->row == ORPHANS)
			orphans = text;
		else
			rows[first->row].texts[first->topic] = text;
	}
	return orphans;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->counts[CLOSE_WAIT] != y->counts[CLOSE_WAIT])
		return x->counts[CLOSE_WAIT] > y->counts[CLOSE_WAIT] ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* needs_age: not known where the age of some socket is not. scale: units of the count in one of the column's. */
static const struct {
	enum process_column column;
	enum count count;
	enum unit unit;
	double scale;
	bool needs_age;
} number_cells[] = {
	{PROCESS_CLOSE_WAIT, CLOSE_WAIT, UNIT_NONE, 1, false},
	{PROCESS_CLOSE_WAIT_STALE, CLOSE_WAIT_STALE, UNIT_NONE, 1, true},
	{PROCESS_CLOSE_WAIT_OLDEST, CLOSE_WAIT_OLDEST, UNIT_SECONDS, 1000, true},
	{PROCESS_EOF_READ, EOF_READ, UNIT_NONE, 1, true},
	{PROCESS_EOF_UNREAD, EOF_UNREAD, UNIT_NONE, 1, true},
	{PROCESS_DATA_UNREAD, DATA_UNREAD, UNIT_NONE, 1, true},
	{PROCESS_SENDING, SENDING, UNIT_NONE, 1, false},
	{PROCESS_UNACCEPTED, UNACCEPTED, UNIT_NONE, 1, false},
	{PROCESS_RECV_Q, RECV_Q, UNIT_BYTES, 1, false},
	{PROCESS_FIN_WAIT2, FIN_WAIT2, UNIT_NONE, 1, false},
	{PROCESS_FIN_WAIT2_STALE, FIN_WAIT2_STALE, UNIT_NONE, 1, true},
	{PROCESS_FIN_WAIT2_OLDEST, FIN_WAIT2_OLDEST, UNIT_SECONDS, 1000, true},
};

static const struct {
	enum process_column column;
	enum topic topic;
} text_cells[] = {
	{PROCESS_PEERS, PEERS},
	{PROCESS_PORTS, PORTS},
	{PROCESS_FIN_WAIT2_PEERS, FIN_WAIT2_PEERS},
};

static void fill_owner(struct arena *arena, const struct row *row, const struct owners *owners,
		       struct fact *cells)
{
	static const enum process_column unseen[] = {PROCESS_COMMAND, PROCESS_PID, PROCESS_FDS,
						     PROCESS_FD_LIMIT};
	const char *why = owners ? owners->why_unseen : "no process could be looked up";
	const struct owner *owner;

	cells[PROCESS_VISIBLE] = fact_known(value_bool(row->owner != 0));
	cells[PROCESS_NAME] = fact_known(value_text(row->name));
	cells[PROCESS_UID] = fact_known(value_number(row->uid, UNIT_NONE));
	for (size_t i = 0; i < N(unseen); i++)
		cells[unseen[i]] = fact_missing(FACT_UNREADABLE, why);
	if (!row->owner)
		return;
	owner = &owners->items[row->owner - 1];
	cells[PROCESS_COMMAND] = fact_known(value_text(text_printable(arena, owner->command)));
	cells[PROCESS_PID] = fact_known(value_number(owner->pid, UNIT_NONE));
	cells[PROCESS_FDS] = owner->fds;
	cells[PROCESS_FD_LIMIT] = owner->fd_limit;
}

static void fill_counts(const struct row *row, struct fact *cells)
{
	for (size_t i = 0; i < N(number_cells); i++) {
		double number = (double)row->counts[number_cells[i].count] / number_cells[i].scale;

		cells[number_cells[i].column] =
			number_cells[i].needs_age && row->is_ageless
				? fact_missing(FACT_UNREADABLE, "/proc/net/tcp does not show ages")
				: fact_known(value_number(number, number_cells[i].unit));
	}
	for (size_t i = 0; i < N(text_cells); i++) {
		const char *text = row->texts[text_cells[i].topic];

		cells[text_cells[i].column] = fact_known(value_text(text ? text : ""));
	}
}

void waiting_facts(const struct waiting *waiting, const struct owners *owners, struct facts *facts)
{
	struct arena *arena = facts_arena(facts);
	struct table *table = facts_table(facts, &processes_def);
	struct row *rows = arena_array(waiting->arena, waiting->n, sizeof(*rows));

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = waiting->incomplete;
	if (waiting->n)
		memcpy(rows, waiting->rows, waiting->n * sizeof(*rows));
	facts_set(facts, "sockets.fin_wait2_orphan_peers",
		  value_text(make_texts(waiting, arena, rows)));
	for (size_t i = 0; i < waiting->n; i++)
		rows[i].name = rows[i].owner
				       ? owner_name(arena, &owners->items[rows[i].owner - 1])
				       : arena_printf(arena, "uid %u (owner not visible)", rows[i].uid);
	qsort(rows, waiting->n, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < waiting->n; i++) {
		struct fact *cells = table_add_row(facts, table);

		fill_owner(arena, &rows[i], owners, cells);
		fill_counts(&rows[i], cells);
	}
}
