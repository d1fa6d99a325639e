#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "core/catalog.h"
#include "core/groups.h"
#include "core/tally.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define N_STATES 12

/*
 * Of a destination only USED is less than all: the ports that connect() takes.
 * Of those in TIME_WAIT the YOUNG came within the window, the OLD go within it.
 */
enum count { USED, TIME_WAIT, ESTABLISHED, SYN_SENT, CLOSE_WAIT, FIN_WAIT, YOUNG, OLD, N_COUNTS, NONE };

/*
 * Keys: a word with the port, then the addresses. IPv4 has a mark in the
 * first word and one word an address: three words to hash and compare for
 * most sockets of most hosts, instead of nine.
 */
#define IS_V4 0x10000u

/*
 * With the tally's own word within one line of the cache. There are no more
 * local ports than a count can hold; where devices have them each for itself
 * (VRF) it stops there.
 */
struct destination {
	uint32_t port;
	uint32_t ends[8]; /* source, address */
	uint16_t counts[N_COUNTS];
};

enum client_count {
	C_USED,
	C_TIME_WAIT,
	C_ESTABLISHED,
	C_CLOSE_WAIT,
	C_LOCAL,
	C_YOUNG,
	N_CLIENT_COUNTS
};

struct client {
	uint32_t port;
	uint32_t address[4];
	uint32_t counts[N_CLIENT_COUNTS];
};

struct groups {
	struct arena *arena;
	bool has_range;
	uint32_t usable, window;
	struct tally *destinations, *clients;
	const struct groups *earlier; /* or NULL */
	double seconds;               /* since then */
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

static uint32_t window_of(unsigned wish)
{
	if (!wish)
		return CENSUS_WINDOW;
	return wish < CENSUS_TIME_WAIT ? wish : CENSUS_TIME_WAIT;
}

struct groups *groups_new(struct arena *arena, const struct groups_options *options)
{
	struct groups *groups = arena_alloc(arena, sizeof(*groups));

	groups->arena = arena;
	groups->has_range = options->has_range;
	groups->usable = options->usable;
	groups->window = window_of(options->window);
	groups->destinations = tally_new(arena, (struct tally_def){
							.key_size = offsetof(struct destination, counts),
							.record_size = sizeof(struct destination),
							.capacity = CENSUS_GROUPS,
							.seed = options->seed,
						});
	groups->clients = tally_new(arena, (struct tally_def){
						   .key_size = offsetof(struct client, counts),
						   .record_size = sizeof(struct client),
						   .capacity = CENSUS_GROUPS,
						   .seed = options->seed,
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

static bool is_young(const struct groups *groups, const struct census_socket *socket)
{
	return socket->expires > CENSUS_TIME_WAIT - groups->window;
}

static inline void count_one(struct destination *destination, enum count count, bool is_one)
{
	destination->counts[count] = (uint16_t)(destination->counts[count] +
						(is_one && destination->counts[count] < UINT16_MAX));
}

static void add_destination(struct groups *groups, const struct census_socket *socket,
			    unsigned state, bool is_local_port)
{
	struct destination *destination = use_destination(groups, socket);
	enum count count = (enum count)destination_count[state];

	/* Where the range is not known all count, so that the order of the rows still says something. */
	count_one(destination, USED, is_local_port || !groups->has_range);
	if (count >= N_COUNTS)
		return;
	count_one(destination, count, true);
	if (count != TIME_WAIT)
		return;
	count_one(destination, YOUNG, is_young(groups, socket));
	count_one(destination, OLD, socket->expires <= groups->window);
}

static void add_client(struct groups *groups, const struct census_socket *socket, unsigned state)
{
	struct client *client = use_client(groups, socket);
	bool is_time_wait = state == TCP_TIME_WAIT;

	client->counts[C_USED]++;
	client->counts[C_TIME_WAIT] += is_time_wait;
	client->counts[C_ESTABLISHED] += state == TCP_ESTABLISHED;
	client->counts[C_CLOSE_WAIT] += state == TCP_CLOSE_WAIT;
	client->counts[C_LOCAL] += !address_compare(&socket->peer, &socket->address);
	client->counts[C_YOUNG] += is_time_wait && is_young(groups, socket);
}

void groups_set_earlier(struct groups *groups, const struct groups *earlier, double seconds)
{
	groups->earlier = earlier;
	groups->seconds = seconds;
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

static void destination_facts(const struct groups *groups, struct facts *facts)
{
	size_t n;
	const void **best = tally_best(groups->destinations, groups->arena, CENSUS_ROWS,
				       compare_destinations, &n);
	struct table *table = begin(facts, &destinations_def, groups->destinations, n);

	for (size_t i = 0; i < n; i++) {
		struct fact *row = table_add_row(facts, table);

		fill_destination(groups, facts_arena(facts), best[i], row);
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
		fill_client(groups, facts_arena(facts), best[i], table_add_row(facts, table));
}
