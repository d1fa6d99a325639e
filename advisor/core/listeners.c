#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>

#include "core/listeners_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* What listens on a port. */
enum {
	ON_ONE = 1U << 0, /* a single address */
	ON_V4 = 1U << 1,  /* 0.0.0.0 */
	ON_V6 = 1U << 2,  /* :: */
	ON_BOTH = 1U << 3, /* :: that takes IPv4 too */
};

struct listener_key {
	struct address address;
	uint32_t port;
};

struct listener_index {
	struct listener_key key;
	uint32_t number; /* index + 1 */
};

struct syn_source {
	struct address peer;
	uint32_t listener;
	uint32_t n;
};

struct listeners *listeners_new(struct arena *arena, uint64_t seed)
{
	struct listeners *listeners = arena_alloc(arena, sizeof(*listeners));

	listeners->arena = arena;
	listeners->kinds = arena_array(arena, 65536, sizeof(*listeners->kinds));
	listeners->index = tally_new(arena, (struct tally_def){
						    .key_size = sizeof(struct listener_key),
						    .record_size = sizeof(struct listener_index),
						    .capacity = LISTENERS_MAX,
						    .seed = seed,
					    });
	listeners->sources = tally_new(arena, (struct tally_def){
						      .key_size = offsetof(struct syn_source, n),
						      .record_size = sizeof(struct syn_source),
						      .capacity = 32768,
						      .seed = seed,
					      });
	return listeners;
}

struct listener *listeners_find(const struct listeners *listeners, const struct address *address,
				uint32_t port)
{
	struct listener_key key = {.address = *address, .port = port};
	const struct listener_index *found = tally_find(listeners->index, &key, sizeof(key));

	return found ? &listeners->items[found->number - 1] : NULL;
}

/* A new listener without a socket yet; NULL when there are too many. */
static struct listener *add_new(struct listeners *listeners, const struct census_socket *socket)
{
	struct listener_key key = {.address = socket->address, .port = socket->port};
	struct listener_index *index;

	if (listeners->n == LISTENERS_MAX) {
		listeners->incomplete = true;
		return NULL;
	}
	index = tally_use(listeners->index, &key, sizeof(key));
	listeners->items = arena_grow(listeners->arena, listeners->items, listeners->n,
				      &listeners->capacity, sizeof(struct listener));
	index->number = (uint32_t)++listeners->n;
	return &listeners->items[listeners->n - 1];
}

static unsigned kind_of(const struct census_socket *socket)
{
	if (!address_is_any(&socket->address))
		return ON_ONE;
	if (address_is_v4(&socket->address))
		return ON_V4;
	return socket->is_v6_only ? ON_V6 : ON_V6 | ON_BOTH;
}

/* queued / limit of the socket is more than that of the listener. Limits that are not known are equal. */
static bool is_fuller(const struct census_socket *socket, const struct listener *listener)
{
	uint64_t limit = socket->has_limit ? socket->wqueue : 1;

	return socket->rqueue * (uint64_t)(listener->has_limit ? listener->limit : 1) >
	       listener->queued * limit;
}

void listeners_add(struct listeners *listeners, const struct census_socket *socket)
{
	struct listener *listener = listeners_find(listeners, &socket->address, socket->port);
	bool is_new = !listener;

	if (is_new)
		listener = add_new(listeners, socket);
	portset_add(&listeners->ports, socket->port);
	listeners->kinds[socket->port] = (uint8_t)(listeners->kinds[socket->port] | kind_of(socket));
	if (!listener)
		return;
	if (is_new || is_fuller(socket, listener)) {
		listener->address = socket->address;
		listener->port = socket->port;
		listener->has_limit = socket->has_limit;
		listener->queued = socket->rqueue;
		listener->limit = socket->wqueue;
		listener->uid = socket->uid;
		listener->inode = socket->inode;
	}
	listener->has_drops = socket->has_drops && (is_new || listener->has_drops);
	listener->drops += socket->drops;
	listener->n_sockets++;
}

bool listeners_have(const struct listeners *listeners, const struct address *address, uint32_t port)
{
	unsigned kinds;

	if (!portset_has(&listeners->ports, port))
		return false;
	kinds = listeners->kinds[port];
	if (kinds & (address_is_v4(address) ? ON_V4 | ON_BOTH : ON_V6))
		return true;
	return kinds & ON_ONE && listeners_find(listeners, address, port);
}

struct listener *listeners_match(const struct listeners *listeners, const struct address *address,
				 uint32_t port)
{
	static const struct address v6_any = {{0}};
	struct address v4_any = address_v4("\0\0\0\0");
	unsigned kinds = listeners->kinds[port];
	struct listener *found = kinds & ON_ONE ? listeners_find(listeners, address, port) : NULL;

	if (found)
		return found;
	if (!address_is_v4(address))
		return kinds & ON_V6 ? listeners_find(listeners, &v6_any, port) : NULL;
	if (kinds & ON_V4)
		return listeners_find(listeners, &v4_any, port);
	return kinds & ON_BOTH ? listeners_find(listeners, &v6_any, port) : NULL;
}

void listeners_add_syn(struct listeners *listeners, const struct census_socket *socket)
{
	struct listener *listener = listeners_match(listeners, &socket->address, socket->port);
	struct syn_source key = {.peer = socket->peer};
	struct syn_source *source;

	if (!listener)
		return;
	key.listener = (uint32_t)(listener - listeners->items);
	source = tally_use(listeners->sources, &key, offsetof(struct syn_source, n));
	listener->syn_recv++;
	listener->syn_sources += !source->n++;
}

void listeners_count(struct listeners *listeners, const struct census_socket *socket, bool is_closed)
{
	struct listener *listener = listeners_match(listeners, &socket->address, socket->port);

	if (!listener)
		return;
	listener->open += socket->state != TCP_TIME_WAIT;
	listener->closed += is_closed;
}

void listeners_look_again(struct listeners *listeners)
{
	listeners->look++;
}

void listeners_add_queue(struct listeners *listeners, const struct census_socket *socket)
{
	struct listener *listener = listeners_find(listeners, &socket->address, socket->port);
	uint32_t *queue;

	/* What began to listen meanwhile is in the last look. */
	if (!listener || (listener->look != listeners->look && listener->n_queues == N(listener->queues)))
		return;
	if (listener->look != listeners->look)
		listener->queues[listener->n_queues++] = 0;
	listener->look = listeners->look;
	queue = &listener->queues[listener->n_queues - 1];
	*queue = socket->rqueue > *queue ? socket->rqueue : *queue;
}

void listeners_set_earlier(struct listeners *listeners, const struct listeners *earlier,
			   const struct listeners_span *span)
{
	listeners->earlier = earlier;
	listeners->span = *span;
}

void listeners_want(const struct listeners *listeners, const struct portset *local_ports,
		    struct inodes *inodes)
{
	for (size_t i = 0; i < listeners->n; i++) {
		const struct listener *listener = &listeners->items[i];

		if (listener->queued || listener->drops || listener->unaccepted || listener->open ||
		    portset_has(local_ports, listener->port))
			inodes_want(inodes, listener->inode);
	}
}
