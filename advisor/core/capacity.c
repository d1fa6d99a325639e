#include <stdlib.h>

#include "core/capacity.h"
#include "core/catalog.h"

#define TIME_WAIT_SECONDS 60.0

static const char *cell_text(const struct fact *row, size_t column)
{
	return row[column].state == FACT_KNOWN ? row[column].value.text : "(unknown)";
}

static const struct table *known_table(const struct facts *facts, const char *name)
{
	const struct table *table = facts_find_table(facts, name);

	return table && table->state == FACT_KNOWN ? table : NULL;
}

/* The first of the two that is not known; a.state is FACT_KNOWN where both are. */
static struct fact both(struct fact a, struct fact b)
{
	return a.state != FACT_KNOWN ? a : b;
}

/* As tcp_twsk_unique() decides (Linux net/ipv4/tcp_ipv4.c). */
static struct fact is_reusable(const struct facts *facts, const struct fact *row)
{
	struct fact timestamps = facts_get(facts, "net.ipv4.tcp_timestamps");
	struct fact reuse = facts_get(facts, "net.ipv4.tcp_tw_reuse");
	struct fact loopback = row[DESTINATION_LOOPBACK];
	struct fact lacking = both(both(timestamps, reuse), loopback);

	if (lacking.state != FACT_KNOWN)
		return lacking;
	return fact_known(value_bool(timestamps.value.number >= 1 &&
				     (reuse.value.number == 1 ||
				      (reuse.value.number == 2 && loopback.value.boolean))));
}

/* For how long a connection that this side has closed holds its port. */
static double hold_seconds(const struct facts *facts, bool reusable)
{
	struct fact delay = facts_get(facts, "net.ipv4.tcp_tw_reuse_delay");

	if (!reusable)
		return TIME_WAIT_SECONDS;
	/* The key is counted in milliseconds. A timestamp ticks once in one. */
	if (delay.state == FACT_KNOWN)
		return delay.value.number > 1 ? delay.value.number / 1000 : 0.001;
	return 1;
}

static struct fact ceiling_of(const struct facts *facts, struct fact usable, struct fact reusable)
{
	struct fact lacking = both(usable, reusable);

	if (lacking.state != FACT_KNOWN)
		return lacking;
	return fact_known(value_number(usable.value.number / hold_seconds(facts, reusable.value.boolean),
				       UNIT_PER_SECOND));
}

static struct destination_capacity destination_of(const struct facts *facts, const struct fact *row)
{
	struct destination_capacity capacity = {
		.name = cell_text(row, DESTINATION_NAME),
		.used = row[DESTINATION_USED],
		.usable = facts_get(facts, "ports.usable"),
		.reusable = is_reusable(facts, row),
		.closed = row[DESTINATION_CLOSED_PER_SECOND],
		.made = row[DESTINATION_NEW_PER_SECOND],
		.left = row[DESTINATION_SECONDS_LEFT],
	};

	capacity.ceiling = ceiling_of(facts, capacity.usable, capacity.reusable);
	if (capacity.reusable.state == FACT_KNOWN && capacity.reusable.value.boolean)
		capacity.left = fact_missing(FACT_ABSENT, "TIME_WAIT sockets are taken over");
	return capacity;
}

static void add_destinations(struct arena *arena, const struct facts *facts, struct capacity *ret)
{
	const struct table *table = known_table(facts, destinations_def.name);
	struct destination_capacity *items;

	if (!table)
		return;
	items = arena_array(arena, CAPACITY_ROWS, sizeof(*items));
	ret->destinations = items;
	for (size_t i = 0; i < table->n_rows && ret->n_destinations < CAPACITY_ROWS; i++)
		items[ret->n_destinations++] = destination_of(facts, table_row(table, i));
}

/* Known and shorter comes first, then the fuller queue. */
static int compare_listeners(const void *a, const void *b)
{
	const struct listener_capacity *x = a, *y = b;
	bool x_lasts = x->lasts.state == FACT_KNOWN, y_lasts = y->lasts.state == FACT_KNOWN;
	double x_queued = x->queued.state == FACT_KNOWN ? x->queued.value.number : -1;
	double y_queued = y->queued.state == FACT_KNOWN ? y->queued.value.number : -1;

	if (x_lasts != y_lasts)
		return x_lasts ? -1 : 1;
	if (x_lasts && x->lasts.value.number != y->lasts.value.number)
		return x->lasts.value.number < y->lasts.value.number ? -1 : 1;
	return x_queued > y_queued ? -1 : x_queued < y_queued;
}

static void add_listeners(struct arena *arena, const struct facts *facts, struct capacity *ret)
{
	const struct table *table = known_table(facts, listeners_def.name);
	struct listener_capacity *items;

	if (!table || !table->n_rows)
		return;
	items = arena_array(arena, table->n_rows, sizeof(*items));
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct fact *row = table_row(table, i);

		items[i] = (struct listener_capacity){
			.name = cell_text(row, LISTENER_NAME),
			.process = row[LISTENER_PROCESS],
			.queued = row[LISTENER_QUEUED],
			.limit = row[LISTENER_LIMIT],
			.made = row[LISTENER_NEW_PER_SECOND],
			.lasts = row[LISTENER_LASTS],
			.left = row[LISTENER_SECONDS_LEFT],
		};
	}
	qsort(items, table->n_rows, sizeof(*items), compare_listeners);
	ret->listeners = items;
	ret->n_listeners = table->n_rows < CAPACITY_ROWS ? table->n_rows : CAPACITY_ROWS;
}

struct capacity capacity_of(struct arena *arena, const struct facts *facts)
{
	struct capacity capacity = {0};

	add_destinations(arena, facts, &capacity);
	add_listeners(arena, facts, &capacity);
	return capacity;
}
