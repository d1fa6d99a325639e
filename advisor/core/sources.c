#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/portset.h"
#include "core/sources.h"

struct one {
	struct address address;
	uint32_t sockets, time_wait;
	uint32_t inode; /* of one of them; 0: none had one */
	struct portset ports;
};

struct sources {
	struct arena *arena;
	struct one *items[SOURCES_MAX];
	size_t n, last; /* the last one that was used: mostly it is the next one too */
	bool incomplete;
};

struct sources *sources_new(struct arena *arena)
{
	struct sources *sources = arena_alloc(arena, sizeof(*sources));

	sources->arena = arena;
	return sources;
}

static bool is_address(const struct one *one, const struct address *address)
{
	return !memcmp(&one->address, address, sizeof(*address));
}

/* NULL where there are too many. */
static struct one *find(struct sources *sources, const struct address *address)
{
	if (sources->n && is_address(sources->items[sources->last], address))
		return sources->items[sources->last];
	for (size_t i = 0; i < sources->n; i++)
		if (is_address(sources->items[i], address))
			return sources->items[sources->last = i];
	if (sources->n == SOURCES_MAX) {
		sources->incomplete = true;
		return NULL;
	}
	sources->last = sources->n++;
	sources->items[sources->last] = arena_alloc(sources->arena, sizeof(struct one));
	sources->items[sources->last]->address = *address;
	return sources->items[sources->last];
}

void sources_add(struct sources *sources, const struct census_socket *socket, unsigned state)
{
	struct one *one = find(sources, &socket->address);

	if (!one)
		return;
	one->sockets++;
	one->time_wait += state == TCP_TIME_WAIT;
	portset_add(&one->ports, socket->port);
	if (socket->inode)
		one->inode = socket->inode;
}

void sources_want(const struct sources *sources, struct inodes *inodes)
{
	for (size_t i = 0; i < sources->n; i++) {
		const struct one *one = sources->items[i];

		if (one->sockets >= SOURCES_MANY &&
		    portset_count(&one->ports) >= one->sockets / 10 * 9)
			inodes_want(inodes, one->inode);
	}
}

static int compare(const void *a, const void *b)
{
	const struct one *x = *(const struct one *const *)a, *y = *(const struct one *const *)b;

	if (x->sockets != y->sockets)
		return x->sockets > y->sockets ? -1 : 1;
	return address_compare(&x->address, &y->address);
}

static struct fact number(uint32_t number)
{
	return fact_known(value_number(number, UNIT_NONE));
}

void sources_facts(const struct sources *sources, const struct groups *groups,
		   const struct inodes *inodes, const struct owners *owners, struct facts *facts)
{
	struct arena *arena = facts_arena(facts);
	struct table *table = facts_table(facts, &sources_def);
	struct one *sorted[SOURCES_MAX];

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = sources->incomplete;
	memcpy(sorted, sources->items, sizeof(sorted));
	qsort(sorted, sources->n, sizeof(struct one *), compare);
	for (size_t i = 0; i < sources->n; i++) {
		struct fact *row = table_add_row(facts, table);

		row[SOURCE_NAME] = fact_known(value_text(address_text(arena, &sorted[i]->address)));
		row[SOURCE_LOOPBACK] = fact_known(value_bool(address_is_loopback(&sorted[i]->address)));
		row[SOURCE_SOCKETS] = number(sorted[i]->sockets);
		row[SOURCE_PORTS] = number(portset_count(&sorted[i]->ports));
		row[SOURCE_TIME_WAIT] = number(sorted[i]->time_wait);
		row[SOURCE_DESTINATIONS] = number(groups_destinations(groups, &sorted[i]->address));
		row[SOURCE_PROCESS] = owners_fact(arena, owners, inodes, sorted[i]->inode);
	}
}
