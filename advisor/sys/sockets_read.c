/* One pass over the sockets: from netlink, from a capture, from /proc. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include "core/inetdiag.h"
#include "core/proctcp.h"
#include "sys/sockets_internal.h"
#include "sys/stream.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *file, *earlier; /* of a capture */
	unsigned states, extensions;
} passes[] = {
	[PASS_LISTEN] = {SOCKETS_FILE, "/capture/sockets.earlier.listen", 1U << TCP_LISTEN,
			 1U << (INET_DIAG_SKMEMINFO - 1)},
	/* CLOSE is no connection: not asked for, so that the states add up to the total. */
	[PASS_ALL] = {"/capture/sockets.all", "/capture/sockets.earlier.all",
		      0xffeU & ~(1U << TCP_LISTEN | 1U << TCP_CLOSE), 0},
	[PASS_WAIT] = {"/capture/sockets.wait", NULL, 1U << TCP_CLOSE_WAIT | 1U << TCP_FIN_WAIT2,
		       1U << (INET_DIAG_INFO - 1)},
	[PASS_PATHS] = {"/capture/sockets.paths", "/capture/sockets.earlier.paths", 1U << TCP_ESTABLISHED,
			1U << (INET_DIAG_INFO - 1) | 1U << (INET_DIAG_CONG - 1) |
				1U << (INET_DIAG_SKMEMINFO - 1)},
	[PASS_QUEUES] = {NULL, "/capture/sockets.queues", 1U << TCP_LISTEN, 0},
};

static void add_socket(void *context, const struct census_socket *socket)
{
	struct collector *collector = context;

	if (collector->pass == PASS_PATHS && collector->is_earlier)
		pathcounts_add(collector->earlier_paths, socket, collector->extras);
	else if (collector->pass == PASS_PATHS)
		paths_add(collector->paths, socket, collector->extras);
	else if (collector->pass == PASS_QUEUES)
		census_add_queue(collector->census, socket);
	else if (collector->pass == PASS_WAIT)
		census_add_waiting(collector->census, socket);
	else if ((socket->state == TCP_LISTEN) == (collector->pass == PASS_LISTEN))
		census_add(collector->census, socket);
}

/* ----------------------------------------------------------------- netlink */

static const char *file_of(const struct collector *collector)
{
	if (collector->pass == PASS_QUEUES)
		return arena_printf(collector->arena, "%s.%u", passes[PASS_QUEUES].earlier,
				    collector->look);
	return collector->is_earlier ? passes[collector->pass].earlier : passes[collector->pass].file;
}

static void record(void *context, const void *bytes, size_t n)
{
	struct collector *collector = context;

	source_record_bytes(collector->source, file_of(collector), bytes, n);
}

static struct inetdiag new_dump(struct collector *collector)
{
	return (struct inetdiag){
		.socket = add_socket,
		.context = collector,
		.has_no_attributes = !passes[collector->pass].extensions,
	};
}

static int take_dump(struct collector *collector, const struct inetdiag *dump)
{
	if (dump->n_sockets)
		collector->type = dump->type;
	collector->is_interrupted |= dump->is_interrupted;
	if (dump->error)
		return -dump->error;
	return dump->is_done ? 0 : -EBADMSG;
}

static int dump_pass(struct collector *collector, bool is_by_family)
{
	const struct sockdiag_request request = {
		.states = collector->pass == PASS_WAIT ? census_waiting_states(collector->census)
						       : passes[collector->pass].states,
		.extensions = passes[collector->pass].extensions,
		.is_by_family = is_by_family,
		.raw = record,
		.context = collector,
	};
	struct inetdiag dump = new_dump(collector);
	int r = collector->diag ? 0 : sockdiag_open(collector->arena, &collector->diag);

	collector->extras = &dump.extras; /* cppcheck-suppress autoVariables ; taken back below */
	if (!r)
		r = sockdiag_dump(collector->diag, &request, &dump);
	collector->extras = NULL;
	return r ? r : take_dump(collector, &dump);
}

static int read_one_dump(struct collector *collector)
{
	return dump_pass(collector, false);
}

static int read_by_family(struct collector *collector)
{
	return dump_pass(collector, true);
}

/* ------------------------------------------------------------------- files */

static size_t parse_diag(void *context, const void *bytes, size_t length)
{
	return inetdiag_parse(context, bytes, length);
}

static size_t parse_text(void *context, const void *bytes, size_t length)
{
	return proctcp_parse(context, bytes, length);
}

static int read_captured(struct collector *collector)
{
	struct inetdiag dump = new_dump(collector);
	int r;

	collector->extras = &dump.extras; /* cppcheck-suppress autoVariables ; taken back below */
	r = stream_file(collector->source, file_of(collector), parse_diag, &dump);
	collector->extras = NULL;
	return r ? r : take_dump(collector, &dump);
}

static int read_text(struct collector *collector, const char *path)
{
	struct proctcp text = {.socket = add_socket, .context = collector};
	int r = stream_file(collector->source, path, parse_text, &text);

	if (collector->pass == PASS_ALL)
		collector->n_unknown += text.n_unknown;
	return r;
}

static int read_proc(struct collector *collector)
{
	int r;

	if (collector->pass == PASS_PATHS)
		return -EOPNOTSUPP;
	r = read_text(collector, "/proc/net/tcp");
	if (r)
		return r;
	r = read_text(collector, "/proc/net/tcp6");
	return r == -ENOENT ? 0 : r;
}

static const struct sockets_way ways[] = {
	{SOCKETS_ONE_DUMP, true, read_one_dump},
	{SOCKETS_BY_FAMILY, true, read_by_family},
	{SOCKETS_ONE_DUMP, false, read_captured},
	{SOCKETS_PROC, true, read_proc},
	{SOCKETS_PROC, false, read_proc},
};

const struct sockets_way *sockets_ways(size_t *ret_n)
{
	*ret_n = N(ways);
	return ways;
}
