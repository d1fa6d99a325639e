#include <netinet/tcp.h>
#include <stddef.h>

#include "core/catalog.h"
#include "core/groups.h"
#include "core/tally.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define N_STATES 12

/* Of a destination only USED is less than all: the ports that connect() takes. */
enum count { USED, TIME_WAIT, ESTABLISHED, SYN_SENT, CLOSE_WAIT, FIN_WAIT, N_COUNTS, NONE };

/* 64 bytes with the tally's own word: one line of the cache. */
struct destination {
	struct address source, address;
	uint32_t port;
	uint32_t counts[N_COUNTS];
};

enum client_count { C_USED, C_TIME_WAIT, C_ESTABLISHED, C_CLOSE_WAIT, C_LOCAL, N_CLIENT_COUNTS };

struct client {
	struct address address;
	uint32_t port;
	uint32_t counts[N_CLIENT_COUNTS];
};

struct groups {
	struct arena *arena;
	bool has_range;
	struct tally *destinations, *clients;
};

/* The count that a state adds to. */
static const uint8_t destination_count[N_STATES] = {
	NONE,
	[TCP_ESTABLISHED] = ESTABLISHED,
	[TCP_SYN_SENT] = SYN_SENT,
	[TCP_SYN_RECV] = NONE,
	[TCP_FIN_WAIT1] = FIN_WAIT,
	[TCP_FIN_WAIT2] = FIN_WAIT,
	[TCP_TIME_WAIT] = TIME_WAIT,
	[TCP_CLOSE] = NONE,
	[TCP_CLOSE_WAIT] = CLOSE_WAIT,
	[TCP_LAST_ACK] = NONE,
	[TCP_LISTEN] = NONE,
	[TCP_CLOSING] = NONE,
};

struct groups *groups_new(struct arena *arena, uint64_t seed, bool has_range)
{
	struct groups *groups = arena_alloc(arena, sizeof(*groups));

	groups->arena = arena;
	groups->has_range = has_range;
	groups->destinations = tally_new(arena, (struct tally_def){
							.key_size = offsetof(struct destination, counts),
							.record_size = sizeof(struct destination),
							.capacity = CENSUS_GROUPS,
							.seed = seed,
						});
	groups->clients = tally_new(arena, (struct tally_def){
						   .key_size = offsetof(struct client, counts),
						   .record_size = sizeof(struct client),
						   .capacity = CENSUS_GROUPS,
						   .seed = seed,
					   });
	return groups;
}

static void add_destination(struct groups *groups, const struct census_socket *socket,
			    unsigned state, bool is_local_port)
{
	struct destination key = {socket->address, socket->peer, socket->peer_port, {0}};
	struct destination *destination = tally_use(groups->destinations, &key);
	unsigned count = destination_count[state];

	/* Where the range is not known all count, so that the order of the rows still says something. */
	destination->counts[USED] += is_local_port || !groups->has_range;
	if (count < N_COUNTS)
		destination->counts[count]++;
}

static void add_client(struct groups *groups, const struct census_socket *socket, unsigned state)
{
	struct client key = {socket->peer, socket->port, {0}};
	struct client *client = tally_use(groups->clients, &key);

	client->counts[C_USED]++;
	client->counts[C_TIME_WAIT] += state == TCP_TIME_WAIT;
	client->counts[C_ESTABLISHED] += state == TCP_ESTABLISHED;
	client->counts[C_CLOSE_WAIT] += state == TCP_CLOSE_WAIT;
	client->counts[C_LOCAL] += !address_compare(&socket->peer, &socket->address);
}

void groups_add(struct groups *groups, const struct census_socket *socket, unsigned state,
		enum group_kind kind, bool is_local_port)
{
	if (kind == GROUP_CLIENT)
		add_client(groups, socket, state);
	else
		add_destination(groups, socket, state, is_local_port);
}

static int compare_destinations(const void *a, const void *b)
{
	const struct destination *x = *(const struct destination *const *)a;
	const struct destination *y = *(const struct destination *const *)b;
	int order;

	if (x->counts[USED] != y->counts[USED])
		return x->counts[USED] > y->counts[USED] ? -1 : 1;
	order = address_compare(&x->source, &y->source);
	if (!order)
		order = address_compare(&x->address, &y->address);
	if (!order)
		order = x->port < y->port ? -1 : x->port > y->port;
	return order;
}

static int compare_clients(const void *a, const void *b)
{
	const struct client *x = *(const struct client *const *)a;
	const struct client *y = *(const struct client *const *)b;
	int order;

	if (x->counts[C_USED] != y->counts[C_USED])
		return x->counts[C_USED] > y->counts[C_USED] ? -1 : 1;
	order = address_compare(&x->address, &y->address);
	return order ? order : x->port < y->port ? -1 : x->port > y->port;
}

static struct fact number(uint32_t number)
{
	return fact_known(value_number(number, UNIT_NONE));
}

static void fill_destination(struct arena *arena, const struct destination *destination,
			     struct fact *row)
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
	const char *source = address_text(arena, &destination->source);
	const char *to = address_endpoint(arena, &destination->address, destination->port);

	row[DESTINATION_NAME] = fact_known(value_text(arena_printf(arena, "%s -> %s", source, to)));
	row[DESTINATION_SOURCE] = fact_known(value_text(source));
	row[DESTINATION_ADDRESS] =
		fact_known(value_text(address_text(arena, &destination->address)));
	row[DESTINATION_PORT] = number(destination->port);
	row[DESTINATION_LOOPBACK] =
		fact_known(value_bool(address_is_loopback(&destination->source) ||
				      address_is_loopback(&destination->address)));
	for (size_t i = 0; i < N(cells); i++)
		row[cells[i].column] = number(destination->counts[cells[i].count]);
}

static void fill_client(struct arena *arena, const struct client *client, struct fact *row)
{
	const char *address = address_text(arena, &client->address);
	bool is_here = client->counts[C_LOCAL] || address_is_loopback(&client->address);

	row[CLIENT_NAME] = fact_known(
		value_text(arena_printf(arena, "%s -> :%u", address, client->port)));
	row[CLIENT_PORT] = number(client->port);
	row[CLIENT_ADDRESS] = fact_known(value_text(address));
	row[CLIENT_LOOPBACK] = fact_known(value_bool(is_here));
	row[CLIENT_USED] = number(client->counts[C_USED]);
	row[CLIENT_TIME_WAIT] = number(client->counts[C_TIME_WAIT]);
	row[CLIENT_ESTABLISHED] = number(client->counts[C_ESTABLISHED]);
	row[CLIENT_CLOSE_WAIT] = number(client->counts[C_CLOSE_WAIT]);
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

static void destination_facts(const struct groups *groups, struct facts *facts)
{
	size_t n;
	const void **best = tally_best(groups->destinations, groups->arena, CENSUS_ROWS,
				       compare_destinations, &n);
	struct table *table = begin(facts, &destinations_def, groups->destinations, n);

	for (size_t i = 0; i < n; i++) {
		struct fact *row = table_add_row(facts, table);

		fill_destination(facts_arena(facts), best[i], row);
		if (!groups->has_range)
			row[DESTINATION_USED] = fact_missing(
				FACT_UNREADABLE, "ip_local_port_range could not be read");
	}
}

void groups_facts(const struct groups *groups, struct facts *facts)
{
	size_t n;
	const void **best;
	struct table *table;

	destination_facts(groups, facts);
	best = tally_best(groups->clients, groups->arena, CENSUS_ROWS, compare_clients, &n);
	table = begin(facts, &clients_def, groups->clients, n);
	for (size_t i = 0; i < n; i++)
		fill_client(facts_arena(facts), best[i], table_add_row(facts, table));
}
