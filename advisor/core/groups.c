#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "core/groups_internal.h"

#define N_STATES 12

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

unsigned groups_window(unsigned wish)
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
	groups->window = options->window;
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

	if (socket->inode)
		destination->inode = socket->inode;
	/* Where the range is not known all count, so that the order of the rows still says something. */
	count_one(destination, USED, is_local_port || !groups->has_range);
	if (count >= N_COUNTS)
		return;
	count_one(destination, count, true);
	if (count != TIME_WAIT)
		return;
	count_one(destination, YOUNG, groups_is_young(groups->window, socket));
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
	client->counts[C_YOUNG] += is_time_wait && groups_is_young(groups->window, socket);
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

void groups_want(const struct groups *groups, struct inodes *inodes)
{
	for (size_t i = 0; i < tally_count(groups->destinations); i++) {
		const struct destination *destination = tally_at(groups->destinations, i);

		if (destination->counts[USED] && groups->has_range &&
		    2u * destination->counts[USED] >= groups->usable)
			inodes_want(inodes, destination->inode);
	}
}

uint32_t groups_destinations(const struct groups *groups, const struct address *source)
{
	uint32_t n = 0;

	for (size_t i = 0; i < tally_count(groups->destinations); i++) {
		const struct destination *destination = tally_at(groups->destinations, i);
		struct address from = end_of(destination->port, destination->ends, 0);

		n += !memcmp(&from, source, sizeof(from));
	}
	return n;
}
