#include <netinet/tcp.h>
#include <string.h>

#include "core/pathcounts.h"
#include "core/tally.h"
#include "core/tcpinfo.h"

static const enum tcpinfo_field fields[] = {
	[PATHCOUNT_SEGMENTS] = TCPINFO_DATA_SEGS_OUT,
	[PATHCOUNT_RETRANSMITS] = TCPINFO_TOTAL_RETRANS,
	[PATHCOUNT_RECEIVED] = TCPINFO_BYTES_RECEIVED,
	[PATHCOUNT_BUSY] = TCPINFO_BUSY_TIME,
	[PATHCOUNT_RWND_LIMITED] = TCPINFO_RWND_LIMITED,
	[PATHCOUNT_SNDBUF_LIMITED] = TCPINFO_SNDBUF_LIMITED,
};

struct connection {
	struct address address, peer;
	uint16_t port, peer_port;
};

struct connection_index {
	struct connection connection;
	uint32_t number; /* index + 1 */
};

struct pathcounts {
	struct pathcounts_one *items;
	size_t n, room;
	struct tally *index; /* never beyond its capacity, so exact */
};

struct pathcounts *pathcounts_new(struct arena *arena, uint64_t seed, size_t sockets)
{
	struct pathcounts *counts = arena_alloc(arena, sizeof(*counts));

	counts->room = sockets + 100;
	counts->items = arena_array(arena, counts->room, sizeof(*counts->items));
	counts->index = tally_new(arena, (struct tally_def){
						 .key_size = sizeof(struct connection),
						 .record_size = sizeof(struct connection_index),
						 .capacity = (uint32_t)counts->room + 1,
						 .seed = seed,
					 });
	return counts;
}

static struct connection connection_of(const struct census_socket *socket)
{
	return (struct connection){socket->address, socket->peer, socket->port, socket->peer_port};
}

void pathcounts_add(struct pathcounts *counts, const struct census_socket *socket,
		    const struct inetdiag_extras *extras)
{
	const struct connection connection = connection_of(socket);
	struct connection_index *index;

	if (socket->state != TCP_ESTABLISHED || counts->n == counts->room)
		return;
	index = tally_use(counts->index, &connection, sizeof(connection));
	/* A connection that a dump shows twice has one place. */
	if (!index->number)
		index->number = (uint32_t)++counts->n;
	pathcounts_read(NULL, socket, extras, &counts->items[index->number - 1]);
}

static const struct pathcounts_one *find(const struct pathcounts *counts, const struct census_socket *socket)
{
	const struct connection connection = connection_of(socket);
	const struct connection_index *index = tally_find(counts->index, &connection, sizeof(connection));

	return index ? &counts->items[index->number - 1] : NULL;
}

/* Something that runs backwards is another connection between the same ports. */
static bool is_later(const struct pathcounts_one *now, const struct pathcounts_one *then)
{
	for (size_t i = 0; i < PATHCOUNTS; i++)
		if (now->is_known[i] && now->values[i] < then->values[i])
			return false;
	return true;
}

void pathcounts_read(const struct pathcounts *earlier, const struct census_socket *socket,
		     const struct inetdiag_extras *extras, struct pathcounts_one *ret)
{
	const struct pathcounts_one *then = earlier ? find(earlier, socket) : NULL;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < PATHCOUNTS; i++)
		ret->is_known[i] = tcpinfo_get(extras->info, extras->info_length, fields[i],
					       &ret->values[i]);
	if (!then || !is_later(ret, then))
		return;
	for (size_t i = 0; i < PATHCOUNTS; i++)
		ret->values[i] -= then->values[i];
}
