#include <netinet/tcp.h>
#include <string.h>

#include "core/paths_internal.h"
#include "core/tcpinfo.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Of idiag_timer (Linux 6.1 net/ipv4/inet_diag.c inet_sk_diag_fill()). */
#define TIMER_RETRANSMIT 1
#define TIMER_KEEPALIVE 2
#define TIMER_PROBE 4

/* A field of tcp_info that goes as it is; where a kernel does not have it, neither has the host. */
static const struct {
	enum number number;
	enum tcpinfo_field field;
	enum { SUM, LEAST, MOST } how;
} fields[] = {
	{SEGMENTS, TCPINFO_DATA_SEGS_OUT, SUM},
	{RETRANSMITS, TCPINFO_TOTAL_RETRANS, SUM},
	{BUSY, TCPINFO_BUSY_TIME, SUM},
	{RWND_LIMITED, TCPINFO_RWND_LIMITED, SUM},
	{SNDBUF_LIMITED, TCPINFO_SNDBUF_LIMITED, SUM},
	{NOTSENT, TCPINFO_NOTSENT_BYTES, SUM},
	{RTT, TCPINFO_RTT, SUM},
	{RTT_LEAST, TCPINFO_MIN_RTT, LEAST},
	{RTT_WORST, TCPINFO_RTT, MOST},
	{MSS, TCPINFO_SND_MSS, LEAST},
	{PMTU, TCPINFO_PMTU, LEAST},
};

struct path_index {
	struct address peer;
	uint32_t number; /* index + 1 */
};

struct paths *paths_new(struct arena *arena, const struct paths_options *options)
{
	struct paths *paths = arena_alloc(arena, sizeof(*paths));

	paths->arena = arena;
	paths->options = *options;
	paths->is_missing[RCVBUF_CAPPED] = !(options->rcvbuf_cap > 0);
	paths->is_missing[SNDBUF_CAPPED] = !(options->sndbuf_cap > 0);
	paths->room = options->sockets + 100;
	paths->items = arena_array(arena, paths->room, sizeof(*paths->items));
	paths->index = tally_new(arena, (struct tally_def){
						.key_size = sizeof(struct address),
						.record_size = sizeof(struct path_index),
						.capacity = (uint32_t)paths->room + 1,
						.seed = options->seed,
					});
	return paths;
}

/* NULL where there is no room for another one. */
static struct path *path_of(struct paths *paths, const struct census_socket *socket)
{
	struct path_index *index = tally_find(paths->index, &socket->peer, sizeof(socket->peer));

	if (index)
		return &paths->items[index->number - 1];
	if (paths->n == paths->room)
		return NULL;
	index = tally_use(paths->index, &socket->peer, sizeof(socket->peer));
	index->number = (uint32_t)++paths->n;
	paths->items[paths->n - 1] = (struct path){
		.peer = socket->peer,
		.is_local = address_is_loopback(&socket->peer) ||
			    !address_compare(&socket->peer, &socket->address),
	};
	return &paths->items[paths->n - 1];
}

/* -------------------------------------------------------------- one socket */

/* The numbers of one socket, for is_known only. */
struct one {
	uint64_t numbers[N_NUMBERS];
	bool is_known[N_NUMBERS];
};

static void set(struct one *one, enum number number, uint64_t value)
{
	one->numbers[number] = value;
	one->is_known[number] = true;
}

static uint64_t get(const struct inetdiag_extras *extras, enum tcpinfo_field field)
{
	uint64_t value = 0;

	tcpinfo_get(extras->info, extras->info_length, field, &value);
	return value;
}

/* 0 and UINT32_MAX are round trips that were not measured. */
static bool is_measured(uint64_t rtt)
{
	return rtt && rtt != UINT32_MAX;
}

static void read_fields(struct one *one, const struct inetdiag_extras *extras)
{
	for (size_t i = 0; i < N(fields); i++) {
		uint64_t value;

		if (tcpinfo_get(extras->info, extras->info_length, fields[i].field, &value))
			set(one, fields[i].number, value);
	}
	if (!is_measured(one->numbers[RTT_LEAST]))
		one->numbers[RTT_LEAST] = 0;
	set(one, MEASURED, is_measured(one->numbers[RTT]));
}

/*
 * Timeouts in a row while something is not acknowledged. When also no full
 * segment ever was, although the path should carry large ones, then perhaps
 * only the small ones arrive.
 */
static void read_timeouts(struct one *one, const struct inetdiag_extras *extras)
{
	uint64_t timeouts = get(extras, TCPINFO_RETRANSMITS), mss = get(extras, TCPINFO_SND_MSS);
	bool is_waiting = get(extras, TCPINFO_UNACKED) && timeouts >= 3;
	uint64_t acked;

	if (!extras->info)
		return;
	set(one, BACKED_OFF, is_waiting);
	set(one, SILENT, is_waiting && timeouts >= 6);
	if (tcpinfo_get(extras->info, extras->info_length, TCPINFO_BYTES_ACKED, &acked))
		set(one, BACKED_OFF_FULL, is_waiting && mss > 1200 && acked < mss);
}

/* The keepalive timer is not shown while another one runs. */
static void read_idleness(struct one *one, const struct census_socket *socket,
			  const struct inetdiag_extras *extras)
{
	uint64_t sent = get(extras, TCPINFO_LAST_DATA_SENT), received = get(extras, TCPINFO_LAST_DATA_RECV);
	uint64_t idle = sent < received ? sent : received;
	bool has_keepalive = socket->timer == TIMER_KEEPALIVE;

	set(one, KEEPALIVE, has_keepalive);
	set(one, HIDDEN, socket->timer == TIMER_RETRANSMIT || socket->timer == TIMER_PROBE);
	if (!extras->info)
		return;
	set(one, IDLE_LONGEST, idle);
	set(one, IDLE, idle >= PATHS_IDLE);
	set(one, IDLE_KEEPALIVE, idle >= PATHS_IDLE && has_keepalive);
}

/* Of a program that reads what comes: of one that does not, the window is its own doing. */
static void read_buffers(const struct paths *paths, struct one *one, const struct census_socket *socket,
			 const struct inetdiag_extras *extras)
{
	uint64_t space;

	if (tcpinfo_get(extras->info, extras->info_length, TCPINFO_RCV_SPACE, &space))
		set(one, RCV_SPACE, socket->rqueue < space / 4 ? space : 0);
	if (!extras->has_buffers)
		return;
	set(one, RCVBUF, extras->rcvbuf);
	set(one, SNDBUF, extras->sndbuf);
	set(one, RCVBUF_CAPPED, extras->rcvbuf == paths->options.rcvbuf_cap);
	set(one, SNDBUF_CAPPED, extras->sndbuf == paths->options.sndbuf_cap);
}

/* ------------------------------------------------------------- adding up */

static void add_one(struct path *path, const struct one *one)
{
	for (enum number i = 0; i < N_NUMBERS; i++) {
		uint64_t *number = &path->numbers[i], value = one->numbers[i];

		if (i < RTT_LEAST)
			*number += value;
		else if (!is_least(i))
			*number = *number > value ? *number : value;
		else if (value && (!*number || value < *number))
			*number = value;
	}
}

static size_t find_algorithm(struct paths *paths, const char *name)
{
	size_t i = 0;

	while (i < paths->n_algorithms && strcmp(paths->algorithms[i].name, name))
		i++;
	if (i == paths->n_algorithms && i < ALGORITHMS) {
		memcpy(paths->algorithms[i].name, name, sizeof(paths->algorithms[i].name));
		paths->n_algorithms++;
	}
	return i;
}

void paths_add(struct paths *paths, const struct census_socket *socket,
	       const struct inetdiag_extras *extras)
{
	struct path *path = socket->state == TCP_ESTABLISHED ? path_of(paths, socket) : NULL;
	struct one one = {.numbers = {[SOCKETS] = 1}, .is_known = {[SOCKETS] = true}};
	size_t algorithm;

	if (!path)
		return;
	read_fields(&one, extras);
	read_timeouts(&one, extras);
	read_idleness(&one, socket, extras);
	read_buffers(paths, &one, socket, extras);
	for (size_t i = 0; i < N_NUMBERS; i++)
		paths->is_missing[i] |= !one.is_known[i];
	add_one(path, &one);
	add_one(&paths->all, &one);
	if (!path->is_local)
		add_one(&paths->remote, &one);
	algorithm = *extras->congestion ? find_algorithm(paths, extras->congestion) : ALGORITHMS;
	if (algorithm < ALGORITHMS) {
		path->algorithms[algorithm]++;
		paths->algorithms[algorithm].n++;
	}
}
