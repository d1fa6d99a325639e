/* The rows of listeners: their queues over several looks, and what comes to them. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/listeners_internal.h"

static int compare(const void *a, const void *b)
{
	const struct listener *x = *(const struct listener *const *)a;
	const struct listener *y = *(const struct listener *const *)b;

	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return address_compare(&x->address, &y->address);
}

static const char no_limit[] = "/proc/net/tcp does not show the limit of a queue";
static const char no_earlier[] = "it takes two looks (--interval)";

static struct fact number_or(bool is_known, uint64_t number, const char *why)
{
	return is_known ? fact_known(value_number((double)number, UNIT_NONE))
			: fact_missing(FACT_UNREADABLE, why);
}

/* Of what all its sockets have, what one has; not 0 of something. */
static uint32_t share(uint32_t n, const struct listener *listener)
{
	return n / listener->n_sockets + (n % listener->n_sockets != 0);
}

/* -------------------------------------------------------- the earlier looks */

static const struct listener *earlier_of(const struct listeners *listeners,
					 const struct listener *listener)
{
	return listeners->earlier
		       ? listeners_find(listeners->earlier, &listener->address, listener->port)
		       : NULL;
}

static int compare_queues(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void fill_queues(const struct listeners *listeners, const struct listener *listener,
			struct fact *row)
{
	const struct listener *earlier = earlier_of(listeners, listener);
	uint32_t queues[LISTENERS_LOOKS + 1] = {listener->queued};
	size_t n = 1;

	if (earlier) {
		queues[n++] = earlier->queued;
		memcpy(queues + n, earlier->queues, earlier->n_queues * sizeof(*queues));
		n += earlier->n_queues;
	}
	qsort(queues, n, sizeof(*queues), compare_queues);
	row[LISTENER_LOOKS] = number_or(true, n, NULL);
	row[LISTENER_QUEUED_MEDIAN] = number_or(true, queues[(n - 1) / 2], NULL);
	row[LISTENER_QUEUED_MOST] = number_or(true, queues[n - 1], NULL);
}

/* Until the queue is full as it grew: one more than the limit fits in (Linux 6.18 include/net/sock.h sk_acceptq_is_full()). */
static struct fact seconds_left(const struct listeners *listeners, const struct listener *listener)
{
	const struct listener *earlier = earlier_of(listeners, listener);
	double room = listener->limit + 1.0 - listener->queued, growth;

	if (!listener->has_limit)
		return number_or(false, 0, no_limit);
	if (!earlier)
		return fact_missing(FACT_UNREADABLE, no_earlier);
	growth = ((double)listener->queued - earlier->queued) / listeners->span.seconds;
	if (room > 0 && !(growth > 0))
		return fact_missing(FACT_ABSENT, "it does not grow");
	return fact_known(value_number(room > 0 ? room / growth : 0, UNIT_SECONDS));
}

/* ------------------------------------------------------------ what comes new */

/* What can be seen of it: connections that are there more, and what this side closed. */
static double seen_a_second(const struct listeners *listeners, const struct listener *listener)
{
	const struct listener *earlier = earlier_of(listeners, listener);
	double grown = listener->open - (earlier ? (double)earlier->open : 0);
	double seen = grown / listeners->span.seconds + listener->closed / listeners->span.window;

	return seen > 0 ? seen : 0;
}

/* By what a look has shown of it: connections, and those that waited at the looks between. */
static double weight(const struct listeners *listeners, const struct listener *listener)
{
	const struct listener *earlier = earlier_of(listeners, listener);
	double seen = (double)listener->open + listener->closed;

	for (uint32_t i = 0; earlier && i < earlier->n_queues; i++)
		seen += earlier->queues[i];
	return earlier ? seen + earlier->open : seen;
}

/* What Tcp.PassiveOpens has beyond what is seen of all listeners, for each connection of theirs. */
struct rest {
	struct fact fact; /* known, or why nothing can be said */
	double rate, weight;
};

static struct rest rest_of(const struct listeners *listeners, const struct facts *facts)
{
	struct fact live = facts_get(facts, "sample.live");
	struct rest rest = {.fact = facts_get(facts, "rate.Tcp.PassiveOpens")};

	if (!listeners->earlier || live.state != FACT_KNOWN || !live.value.boolean) {
		rest.fact = fact_missing(FACT_UNREADABLE, no_earlier);
		return rest;
	}
	if (rest.fact.state != FACT_KNOWN)
		return rest;
	rest.rate = rest.fact.value.number;
	for (size_t i = 0; i < listeners->n; i++) {
		rest.rate -= seen_a_second(listeners, &listeners->items[i]);
		rest.weight += weight(listeners, &listeners->items[i]);
	}
	rest.rate = rest.rate > 0 ? rest.rate : 0;
	if (!(rest.weight > 0) && listeners->n == 1)
		rest.weight = 1;
	if (rest.rate > 0 && !(rest.weight > 0))
		rest.fact = fact_missing(FACT_UNREADABLE,
					 "connections came and went, and none was seen that tells to which listener");
	return rest;
}

static struct fact new_a_second(const struct listeners *listeners, const struct listener *listener,
				const struct rest *rest)
{
	double mine = listeners->n == 1 ? 1 : weight(listeners, listener);
	double more = rest->rate > 0 ? rest->rate * mine / rest->weight : 0;

	if (rest->fact.state != FACT_KNOWN)
		return rest->fact;
	return fact_known(value_number(seen_a_second(listeners, listener) + more, UNIT_PER_SECOND));
}

/* How long the queue of each of its sockets takes what comes. */
static struct fact lasts(const struct listener *listener, struct fact new_per_second)
{
	double room = listener->limit + 1.0 - listener->queued;

	if (!listener->has_limit)
		return number_or(false, 0, no_limit);
	if (new_per_second.state != FACT_KNOWN)
		return new_per_second;
	if (!(new_per_second.value.number > 0))
		return fact_missing(FACT_ABSENT, "no connection comes");
	room = room > 0 ? room * listener->n_sockets : 0;
	return fact_known(value_number(room / new_per_second.value.number, UNIT_SECONDS));
}

static void fill_socket(struct arena *arena, const struct listener *listener, struct fact *row)
{
	row[LISTENER_NAME] = fact_known(
		value_text(address_endpoint(arena, &listener->address, listener->port)));
	row[LISTENER_ADDRESS] = fact_known(value_text(address_text(arena, &listener->address)));
	row[LISTENER_PORT] = number_or(true, listener->port, NULL);
	row[LISTENER_LOOPBACK] = fact_known(value_bool(address_is_loopback(&listener->address)));
	row[LISTENER_SOCKETS] = number_or(true, listener->n_sockets, NULL);
	row[LISTENER_QUEUED] = number_or(true, listener->queued, NULL);
	row[LISTENER_LIMIT] = number_or(listener->has_limit, listener->limit, no_limit);
	row[LISTENER_DROPS] = number_or(listener->has_drops, listener->drops,
					"neither /proc/net/tcp nor an old kernel shows drops");
	row[LISTENER_SYN_RECV] = number_or(true, share(listener->syn_recv, listener), NULL);
	row[LISTENER_SYN_SOURCES] = number_or(true, share(listener->syn_sources, listener), NULL);
}

void listeners_facts(const struct listeners *listeners, const struct inodes *inodes,
		     const struct owners *owners, struct facts *facts)
{
	struct arena *arena = facts_arena(facts);
	struct table *table = facts_table(facts, &listeners_def);
	const struct listener **order =
		arena_array(listeners->arena, listeners->n, sizeof(*order));
	const struct rest rest = rest_of(listeners, facts);

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = listeners->incomplete;
	for (size_t i = 0; i < listeners->n; i++)
		order[i] = &listeners->items[i];
	qsort(order, listeners->n, sizeof(*order), compare);
	for (size_t i = 0; i < listeners->n; i++) {
		struct fact *row = table_add_row(facts, table);

		fill_socket(arena, order[i], row);
		fill_queues(listeners, order[i], row);
		row[LISTENER_NEW_PER_SECOND] = new_a_second(listeners, order[i], &rest);
		row[LISTENER_LASTS] = lasts(order[i], row[LISTENER_NEW_PER_SECOND]);
		row[LISTENER_SECONDS_LEFT] = seconds_left(listeners, order[i]);
		row[LISTENER_PROCESS] = owners_fact(arena, owners, inodes, order[i]->inode);
	}
}
