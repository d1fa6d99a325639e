#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "core/catalog.h"
#include "core/groups.h"
#include "core/tally.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define N_STATES 12

/* Of a destination only USED is less than all: the ports that connect() takes. */
enum count { USED, TIME_WAIT, ESTABLISHED, SYN_SENT, CLOSE_WAIT, FIN_WAIT, N_COUNTS, NONE };

/*
 * Keys: a word with the port, then the addresses. IPv4 has a mark in the
 * first word and one word an address: three words to hash and compare for
 * most sockets of most hosts, instead of nine.
 */
#define IS_V4 0x10000u

/* 64 bytes with the tally's own word: one line of the cache. */
struct destination {
	uint32_t port;
	uint32_t ends[8]; /* source, address */
	uint32_t counts[N_COUNTS];
};

enum client_count { C_USED, C_TIME_WAIT, C_ESTABLISHED, C_CLOSE_WAIT, C_LOCAL, N_CLIENT_COUNTS };

struct client {
	uint32_t port;
	uint32_t address[4];
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

static struct destination *use_destination(struct groups *groups, const struct census_socket *socket)
{
	struct destination key;

	if (!address_is_v4(&socket->peer)) {
		key.port = socket->peer_port;
		memcpy(key.ends, &socket->address, sizeof(socket->address));
		memcpy(key.ends + 4, &socket->peer, sizeof(socket->peer));
		return tally_use(groups->destinations, &key, offsetof(struct destination, counts));
	}
	key.port = socket->peer_port | IS_V4;
	key.ends[0] = address_v4_word(&socket->address);
	key.ends[1] = address_v4_word(&socket->peer);
	return tally_use(groups->destinations, &key, offsetof(struct destination, ends[2]));
}

static struct client *use_client(struct groups *groups, const struct census_socket *socket)
{
	struct client key;

	if (!address_is_v4(&socket->peer)) {
		key.port = socket->port;
		memcpy(key.address, &socket->peer, sizeof(socket->peer));
		return tally_use(groups->clients, &key, offsetof(struct client, counts));
	}
	key.port = socket->port | IS_V4;
	key.address[0] = address_v4_word(&socket->peer);
	return tally_use(groups->clients, &key, offsetof(struct client, address[1]));
}

static void add_destination(struct groups *groups, const struct census_socket *socket,
			    unsigned state, bool is_local_port)
{
	struct destination *destination = use_destination(groups, socket);
	unsigned count = destination_count[state];

	/* Where the range is not known all count, so that the order of the rows still says something. */
	destination->counts[USED] += is_local_port || !groups->has_range;
	if (count < N_COUNTS)
		destination->counts[count]++;
}

static void add_client(struct groups *groups, const struct census_socket *socket, unsigned state)
{
	struct client *client = use_client(groups, socket);

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

/* The address that stands at words[index] of a key, in units of one. */
static struct address end_of(uint32_t port, const uint32_t *words, size_t index)
{
	return port & IS_V4 ? address_v4(words + index) : address_v6(words + 4 * index);
}

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
}

static void fill_client(struct arena *arena, const struct client *client, struct fact *row)
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
