/* The rows of destinations and clients, and how fast they grow. */
#include <stddef.h>
#include <string.h>

#include "core/catalog.h"
#include "core/groups_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static int compare_ends(uint32_t port_a, const uint32_t *a, uint32_t port_b, const uint32_t *b,
			size_t index)
{
	struct address x, y;

	if (port_a & port_b & IS_V4)
		return memcmp(a + index, b + index, sizeof(*a));
	x = end_of(port_a, a, index);
	y = end_of(port_b, b, index);
	return address_compare(&x, &y);
}

static int compare_destinations(const void *a, const void *b)
{
	const struct destination *x = *(const struct destination *const *)a;
	const struct destination *y = *(const struct destination *const *)b;
	int order;

	if (x->counts[USED] != y->counts[USED])
		return x->counts[USED] > y->counts[USED] ? -1 : 1;
	order = compare_ends(x->port, x->ends, y->port, y->ends, 0);
	if (!order)
		order = compare_ends(x->port, x->ends, y->port, y->ends, 1);
	return order ? order : x->port < y->port ? -1 : x->port > y->port;
}

static int compare_clients(const void *a, const void *b)
{
	const struct client *x = *(const struct client *const *)a;
	const struct client *y = *(const struct client *const *)b;
	int order;

	if (x->counts[C_USED] != y->counts[C_USED])
		return x->counts[C_USED] > y->counts[C_USED] ? -1 : 1;
	order = compare_ends(x->port, x->address, y->port, y->address, 0);
	return order ? order : x->port < y->port ? -1 : x->port > y->port;
}

static struct fact number(uint32_t number)
{
	return fact_known(value_number(number, UNIT_NONE));
}

/* ------------------------------------------------------------------ rates */

static struct fact a_second(double number, double seconds)
{
	return fact_known(value_number(number / seconds, UNIT_PER_SECOND));
}

static struct fact closed_a_second(const struct groups *groups, uint32_t young)
{
	return a_second(young, groups->window / 1000.0);
}

/* What was counted of it earlier. */
static struct fact find_earlier(const struct groups *groups, const struct destination *destination,
				struct destination *ret)
{
	size_t size = destination->port & IS_V4 ? offsetof(struct destination, ends[2])
						: offsetof(struct destination, counts);
	const struct destination *found;

	if (!groups->earlier || !(groups->seconds > 0))
		return fact_missing(FACT_UNREADABLE, "it takes two looks (--interval)");
	found = tally_find(groups->earlier->destinations, destination, size);
	if (!found && tally_error(groups->earlier->destinations))
		return fact_missing(FACT_UNREADABLE, "it was too small to be counted before");
	*ret = found ? *found : (struct destination){.port = destination->port};
	return fact_known(value_bool(true));
}

static double open_sockets(const struct destination *destination)
{
	return destination->counts[ESTABLISHED] + destination->counts[SYN_SENT] +
	       destination->counts[CLOSE_WAIT] + destination->counts[FIN_WAIT];
}

/* What is there more, and what became TIME_WAIT meanwhile. What the peer closed first leaves no trace. */
static struct fact new_a_second(const struct groups *groups, const struct destination *destination)
{
	double window = groups->window / 1000.0, closed = destination->counts[YOUNG] / window;
	struct destination earlier;
	struct fact fact = find_earlier(groups, destination, &earlier);
	double grown;

	if (fact.state != FACT_KNOWN)
		return fact;
	grown = (open_sockets(destination) - open_sockets(&earlier)) / groups->seconds;
	return a_second(grown + closed > 0 ? grown + closed : 0, 1);
}

/* Ports a second by which USED grows: as measured, or what came to TIME_WAIT less what will go in the same time. */
static double growth(const struct groups *groups, const struct destination *destination)
{
	struct destination earlier;

	if (find_earlier(groups, destination, &earlier).state == FACT_KNOWN)
		return (destination->counts[USED] - earlier.counts[USED]) / groups->seconds;
	return (destination->counts[YOUNG] - destination->counts[OLD]) / (groups->window / 1000.0);
}

static struct fact seconds_left(const struct groups *groups, const struct destination *destination)
{
	double ports = groups->usable - (double)destination->counts[USED];
	double more = growth(groups, destination);

	if (!groups->has_range)
		return fact_missing(FACT_UNREADABLE, "ip_local_port_range could not be read");
	if (ports > 0 && !(more > 0))
		return fact_missing(FACT_ABSENT, "it does not grow");
	return fact_known(value_number(ports > 0 ? ports / more : 0, UNIT_SECONDS));
}

/* ------------------------------------------------------------------- rows */

static void fill_destination(const struct groups *groups, struct arena *arena,
			     const struct destination *destination, struct fact *row)
{
	static const struct {
		enum destination_column column;
		enum count count;
	} cells[] = {
		{DESTINATION_USED, USED},
		{DESTINATION_TIME_WAIT, TIME_WAIT},
		{DESTINATION_ESTABLISHED, ESTABLISHED},
		{DESTINATION_SYN_SENT, SYN_SENT},
		{DESTINATION_CLOSE_WAIT, CLOSE_WAIT},
		{DESTINATION_FIN_WAIT, FIN_WAIT},
	};
	struct address from = end_of(destination->port, destination->ends, 0);
	struct address to = end_of(destination->port, destination->ends, 1);
	const char *source = address_text(arena, &from);
	uint32_t port = destination->port & UINT16_MAX;

	row[DESTINATION_NAME] = fact_known(value_text(
		arena_printf(arena, "%s -> %s", source, address_endpoint(arena, &to, port))));
	row[DESTINATION_SOURCE] = fact_known(value_text(source));
	row[DESTINATION_ADDRESS] = fact_known(value_text(address_text(arena, &to)));
	row[DESTINATION_PORT] = number(port);
	row[DESTINATION_LOOPBACK] =
		fact_known(value_bool(address_is_loopback(&from) || address_is_loopback(&to)));
	for (size_t i = 0; i < N(cells); i++)
		row[cells[i].column] = number(destination->counts[cells[i].count]);
	row[DESTINATION_CLOSED_PER_SECOND] =
		closed_a_second(groups, destination->counts[YOUNG]);
	row[DESTINATION_NEW_PER_SECOND] = new_a_second(groups, destination);
	row[DESTINATION_SECONDS_LEFT] = seconds_left(groups, destination);
}

static void fill_client(const struct groups *groups, struct arena *arena,
			const struct client *client, struct fact *row)
{
	struct address peer = end_of(client->port, client->address, 0);
	const char *address = address_text(arena, &peer);
	bool is_here = client->counts[C_LOCAL] || address_is_loopback(&peer);
	uint32_t port = client->port & UINT16_MAX;

	row[CLIENT_NAME] = fact_known(
		value_text(arena_printf(arena, "%s -> :%u", address, port)));
	row[CLIENT_PORT] = number(port);
	row[CLIENT_ADDRESS] = fact_known(value_text(address));
	row[CLIENT_LOOPBACK] = fact_known(value_bool(is_here));
	row[CLIENT_USED] = number(client->counts[C_USED]);
	row[CLIENT_TIME_WAIT] = number(client->counts[C_TIME_WAIT]);
	row[CLIENT_ESTABLISHED] = number(client->counts[C_ESTABLISHED]);
	row[CLIENT_CLOSE_WAIT] = number(client->counts[C_CLOSE_WAIT]);
	row[CLIENT_CLOSED_PER_SECOND] = closed_a_second(groups, client->counts[C_YOUNG]);
}

/* A known table with room for its rows at once: growing would keep twice the memory. */
static struct table *begin(struct facts *facts, const struct table_def *def,
			   const struct tally *tally, size_t n)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = tally_error(tally) || n < tally_count(tally);
	if (!table->n_rows && table->capacity < n) {
		table->cells = arena_array(facts_arena(facts), n,
					   def->n_columns * sizeof(struct fact));
		table->capacity = n;
	}
	return table;
}

static void destination_facts(const struct groups *groups, const struct inodes *inodes,
			      const struct owners *owners, struct facts *facts)
{
	size_t n;
	const void **best = tally_best(groups->destinations, groups->arena, CENSUS_ROWS,
				       compare_destinations, &n);
	struct table *table = begin(facts, &destinations_def, groups->destinations, n);

	for (size_t i = 0; i < n; i++) {
		struct fact *row = table_add_row(facts, table);

		fill_destination(groups, facts_arena(facts), best[i], row);
		row[DESTINATION_PROCESS] =
			owners_fact(facts_arena(facts), owners, inodes,
				    ((const struct destination *)best[i])->inode);
		if (!groups->has_range)
			row[DESTINATION_USED] = fact_missing(
				FACT_UNREADABLE, "ip_local_port_range could not be read");
	}
}

void groups_facts(const struct groups *groups, const struct inodes *inodes, const struct owners *owners,
		  struct facts *facts)
{
	size_t n;
	const void **best;
	struct table *table;

	destination_facts(groups, inodes, owners, facts);
	best = tally_best(groups->clients, groups->arena, CENSUS_ROWS, compare_clients, &n);
	table = begin(facts, &clients_def, groups->clients, n);
	for (size_t i = 0; i < n; i++)
		fill_client(groups, facts_arena(facts), best[i], table_add_row(facts, table));
}
