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
} fields[] = {
	{NOTSENT, TCPINFO_NOTSENT_BYTES},
	{RTT, TCPINFO_RTT},
	{RTT_LEAST, TCPINFO_MIN_RTT},
	{RTT_WORST, TCPINFO_RTT},
	{MSS, TCPINFO_SND_MSS},
	{PMTU, TCPINFO_PMTU},
};

/* What only grows. */
static const enum number counters[] = {
	[PATHCOUNT_SEGMENTS] = SEGMENTS,
	[PATHCOUNT_RETRANSMITS] = RETRANSMITS,
	[PATHCOUNT_RECEIVED] = RECEIVED,
	[PATHCOUNT_BUSY] = BUSY,
	[PATHCOUNT_RWND_LIMITED] = RWND_LIMITED,
	[PATHCOUNT_SNDBUF_LIMITED] = SNDBUF_LIMITED,
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
	paths->is_missing[RCVBUF_HELD] = !(options->rcvbuf_end > 0);
	paths->is_missing[SNDBUF_HELD] = !(options->sndbuf_end > 0);
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

static void read_fields(struct one *one, const struct pathcounts_one *counts,
			const struct inetdiag_extras *extras)
{
	for (size_t i = 0; i < N(fields); i++) {
		uint64_t value;

		if (tcpinfo_get(extras->info, extras->info_length, fields[i].field, &value))
			set(one, fields[i].number, value);
	}
	for (size_t i = 0; i < N(counters); i++)
		if (counts->is_known[i])
			set(one, counters[i], counts->values[i]);
	if (!is_measured(one->numbers[RTT_LEAST]))
		one->numbers[RTT_LEAST] = 0;
	set(one, MEASURED, is_measured(one->numbers[RTT]));
}

/*
 * Timeouts in a row while something is not acknowledged. When that is a full
 * segment, and none ever was, although the path should carry large ones, then
 * perhaps only the small ones arrive.
 */
static void read_timeouts(struct one *one, const struct census_socket *socket,
			  const struct inetdiag_extras *extras)
{
	uint64_t timeouts = get(extras, TCPINFO_RETRANSMITS), mss = get(extras, TCPINFO_SND_MSS);
	bool is_waiting = get(extras, TCPINFO_UNACKED) && timeouts >= 3;
	uint64_t acked;

	if (!extras->info)
		return;
	set(one, BACKED_OFF, is_waiting);
	set(one, SILENT, is_waiting && timeouts >= 6);
	if (tcpinfo_get(extras->info, extras->info_length, TCPINFO_BYTES_ACKED, &acked))
		set(one, BACKED_OFF_FULL, is_waiting && mss > 1200 && acked < mss && socket->wqueue >= mss);
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
	set(one, KEEPALIVE_SILENCE, has_keepalive ? get(extras, TCPINFO_LAST_ACK_RECV) : 0);
	set(one, IDLE, idle >= PATHS_IDLE);
	set(one, IDLE_KEEPALIVE, idle >= PATHS_IDLE && has_keepalive);
}

/* Of a program that reads what comes: of one that does not, the window is its own doing. */
static void read_receiver(struct one *one, const struct census_socket *socket,
			  const struct inetdiag_extras *extras)
{
	uint64_t space;

	if (tcpinfo_get(extras->info, extras->info_length, TCPINFO_RCV_SPACE, &space)) {
		set(one, RCV_SPACE, socket->rqueue < space / 4 ? space : 0);
		set(one, RCV_WINDOW, get(extras, TCPINFO_RCV_SSTHRESH));
		set(one, RCV_RTT, get(extras, TCPINFO_RCV_RTT));
	}
	if (extras->has_buffers)
		set(one, RCV_BUFFER, extras->rcvbuf);
}

/*
 * Autotuning makes the window twice what came in the last round trip, so that a
 * program that takes three quarters of it has a buffer that cannot grow. Of the
 * buffer the window is a third or more; while it grows it is less (Linux 6.18
 * net/ipv4/tcp_input.c tcp_rcvbuf_grow()).
 */
static bool is_rcvbuf_held(const struct paths *paths, const struct one *one)
{
	const uint64_t *n = one->numbers;

	return (double)n[RCV_BUFFER] < paths->options.rcvbuf_end && 4 * n[RCV_SPACE] > 3 * n[RCV_WINDOW] &&
	       3 * n[RCV_SPACE] > n[RCV_BUFFER];
}

/*
 * A program that waits for room is woken when a third is free (Linux 6.18
 * include/net/sock.h sk_stream_wspace()). tcpi_sndbuf_limited knows of some of
 * these times only: measured, it is 0 for a program that writes 64 KiB and waits.
 */
static bool is_sndbuf_full(const struct inetdiag_extras *extras)
{
	return 3 * (uint64_t)extras->queued >= 2 * (uint64_t)extras->sndbuf &&
	       get(extras, TCPINFO_NOTSENT_BYTES) < extras->sndbuf / 8 &&
	       get(extras, TCPINFO_UNACKED) < get(extras, TCPINFO_SND_CWND);
}

/* It grows to twice the congestion window, with the kernel's overhead (Linux 6.18 tcp_sndbuf_expand()). */
static bool is_sndbuf_held(const struct paths *paths, const struct inetdiag_extras *extras)
{
	uint64_t window = get(extras, TCPINFO_SND_CWND) * get(extras, TCPINFO_SND_MSS);

	return is_sndbuf_full(extras) && extras->sndbuf < paths->options.sndbuf_end &&
	       extras->sndbuf < 2 * window;
}

static void read_buffers(const struct paths *paths, struct one *one, const struct inetdiag_extras *extras)
{
	if (!extras->has_buffers)
		return;
	set(one, RCVBUF, extras->rcvbuf);
	set(one, SNDBUF, extras->sndbuf);
	set(one, RCVBUF_CAPPED, extras->rcvbuf == paths->options.rcvbuf_cap);
	set(one, SNDBUF_CAPPED, extras->sndbuf == paths->options.sndbuf_cap);
	if (one->is_known[RCV_SPACE])
		set(one, RCVBUF_HELD, is_rcvbuf_held(paths, one));
	if (!one->is_known[NOTSENT])
		return;
	set(one, SNDBUF_FULL, is_sndbuf_full(extras));
	set(one, SNDBUF_HELD, is_sndbuf_held(paths, extras));
}

/* ------------------------------------------------------------- adding up */

static void add_one(struct path *path, const struct one *one)
{
	if (one->numbers[RCV_SPACE] > path->numbers[RCV_SPACE])
		memcpy(path->numbers + RCV_SPACE, one->numbers + RCV_SPACE,
		       (N_NUMBERS - RCV_SPACE) * sizeof(*path->numbers));
	for (enum number i = 0; i < RCV_SPACE; i++) {
		uint64_t *number = &path->numbers[i], value = one->numbers[i];

		if (i < RTT_LEAST)
			*number += value;
		else if (!is_least(i))
			*number = *number > value ? *number : value;
		else if (value && (!*number || value < *number))
			*number = value;
	}
}

/* Of small segments the kernel's overhead is the most. */
static bool is_unread(const struct census_socket *socket, const struct inetdiag_extras *extras)
{
	if (!extras->has_buffers || !socket->rqueue)
		return false;
	return socket->rqueue >= extras->rcvbuf / 4 || extras->received >= extras->rcvbuf / 2;
}

/* For whom an owner is looked up. */
static void note(const struct paths *paths, const struct one *one, const struct census_socket *socket,
		 const struct inetdiag_extras *extras)
{
	struct program_socket noted = {
		.inode = socket->inode,
		.uid = socket->uid,
		.is_unread = is_unread(socket, extras),
		.is_rcvbuf_held = one->numbers[RCVBUF_HELD] && paths->options.rcvbuf_end > 0,
		.is_sndbuf_held = one->numbers[SNDBUF_HELD] && paths->options.sndbuf_end > 0,
		.unread = socket->rqueue,
		.age = (uint32_t)get(extras, TCPINFO_LAST_DATA_RECV),
		.rcvbuf = extras->rcvbuf,
		.sndbuf = extras->sndbuf,
		.notsent = one->numbers[NOTSENT],
	};

	if (paths->options.programs)
		programs_note(paths->options.programs, &noted);
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
	struct pathcounts_one counts;
	size_t algorithm;

	if (!path)
		return;
	pathcounts_read(paths->options.earlier, socket, extras, &counts);
	read_fields(&one, &counts, extras);
	read_timeouts(&one, socket, extras);
	read_idleness(&one, socket, extras);
	read_receiver(&one, socket, extras);
	read_buffers(paths, &one, extras);
	note(paths, &one, socket, extras);
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
