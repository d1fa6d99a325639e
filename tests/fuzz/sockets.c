#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "sockets.h"

#define N_STATES 12

static void add_sum(uint64_t *sum, uint64_t value)
{
	*sum = (*sum ^ value) * 1099511628211u;
}

void sockets_add(void *context, const struct census_socket *socket)
{
	struct sockets *sockets = context;

	sockets->n++;
	for (size_t i = 0; i < sizeof(socket->address.bytes); i++)
		add_sum(&sockets->sum, (uint64_t)socket->address.bytes[i] << 8 | socket->peer.bytes[i]);
	add_sum(&sockets->sum, (uint64_t)socket->port << 32 | (uint64_t)socket->peer_port << 16 | socket->state);
	add_sum(&sockets->sum, (uint64_t)socket->rqueue << 32 | socket->wqueue);
	add_sum(&sockets->sum, (uint64_t)socket->uid << 32 | socket->inode);
	add_sum(&sockets->sum, (uint64_t)socket->drops << 32 | socket->last_ack);
	add_sum(&sockets->sum, (uint64_t)socket->expires << 32 | socket->timer);
	if (sockets->census)
		census_add(sockets->census, socket);
}

static void check_cell(const struct fact *cell)
{
	if (cell->state != FACT_KNOWN) {
		must(cell->state == FACT_ABSENT || cell->why);
		return;
	}
	if (cell->value.type == VALUE_NUMBER)
		must(!isnan(cell->value.number) && cell->value.number >= 0);
	if (cell->value.type == VALUE_TEXT)
		must(fuzz_is_clean(cell->value.text, false));
}

void sockets_check(struct sockets *sockets, struct arena *arena)
{
	static const char *const tables[] = {"listeners", "destinations", "clients", "processes", "sources"};
	struct facts *facts = facts_new(arena);
	uint64_t counted = 0;

	for (unsigned i = 0; i < N_STATES; i++)
		counted += census_count(sockets->census, i);
	must(counted <= sockets->n);
	census_wanted(sockets->census);
	census_facts(sockets->census, facts);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct table *table = facts_find_table(facts, tables[i]);

		must(table && table->n_rows <= sockets->n);
		for (size_t k = 0; k < table->n_rows * table->def->n_columns; k++)
			check_cell(&table->cells[k]);
	}
}
