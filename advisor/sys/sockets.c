#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <math.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <time.h>

#include "core/census.h"
#include "core/inetdiag.h"
#include "core/proctcp.h"
#include "core/proctext.h"
#include "core/text.h"
#include "sys/capture.h"
#include "sys/owner.h"
#include "sys/sockdiag.h"
#include "sys/sockets.h"
#include "sys/stream.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define MISSING "/capture/missing"
#define INTERVAL "/capture/interval.sockets"

/* As often a dump is begun again for which the kernel had no memory. */
#define TRIES 3

/* The passes over the sockets: see census.h for their order. */
enum pass { PASS_LISTEN, PASS_ALL, PASS_WAIT };

static const struct {
	const char *file, *earlier; /* of a capture */
	unsigned states, extensions;
} passes[] = {
	[PASS_LISTEN] = {"/capture/sockets.listen", "/capture/sockets.earlier.listen", 1U << TCP_LISTEN,
			 1U << (INET_DIAG_SKMEMINFO - 1)},
	/* CLOSE is no connection: not asked for, so that the states add up to the total. */
	[PASS_ALL] = {"/capture/sockets.all", "/capture/sockets.earlier.all",
		      0xffeU & ~(1U << TCP_LISTEN | 1U << TCP_CLOSE), 0},
	[PASS_WAIT] = {"/capture/sockets.wait", NULL, 1U << TCP_CLOSE_WAIT | 1U << TCP_FIN_WAIT2,
		       1U << (INET_DIAG_INFO - 1)},
};

struct sockets_look {
	struct census *census;
	double time;    /* when it was taken; of a capture 0 */
	double seconds; /* of a capture: until the other look */
};

struct collector {
	struct source *source;
	struct arena *arena;
	const struct sockets_options *options;
	struct census *census;
	struct owners owners;
	const char *owner_note; /* or NULL */
	enum pass pass;
	bool is_earlier;        /* the first of two looks */
	double since_earlier;   /* seconds since the other one, when this one began */
	uint16_t type;          /* of the messages that were read */
	bool is_interrupted;
	size_t n_unknown;       /* lines that are no socket */
	struct sockdiag *diag;  /* NULL when it is not open */
};

static void add_socket(void *context, const struct census_socket *socket)
{
	struct collector *collector = context;

	if (collector->pass == PASS_WAIT)
		census_add_waiting(collector->census, socket);
	else if ((socket->state == TCP_LISTEN) == (collector->pass == PASS_LISTEN))
		census_add(collector->census, socket);
}

/* ----------------------------------------------------------------- netlink */

static const char *file_of(const struct collector *collector)
{
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

	if (!r)
		r = sockdiag_dump(collector->diag, &request, &dump);
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
	int r = stream_file(collector->source, file_of(collector), parse_diag, &dump);

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
	int r = read_text(collector, "/proc/net/tcp");

	if (r)
		return r;
	r = read_text(collector, "/proc/net/tcp6");
	return r == -ENOENT ? 0 : r;
}

/* ------------------------------------------------------------ one way, all */

typedef int read_fn(struct collector *collector);

static uint64_t make_seed(void)
{
	uint64_t seed = 0;

	/* Without entropy the hash is as good as ever, only not a secret. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = 0;
	return seed;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void renew(struct collector *collector)
{
	const struct sockets_look *earlier = collector->options->earlier;
	struct census_options options = {
		.port_low = collector->options->port_low,
		.port_high = collector->options->port_high,
		.reserved = collector->options->reserved,
		.seed = make_seed(),
	};

	census_free(collector->census);
	sockdiag_close(collector->diag);
	if (earlier) {
		collector->since_earlier = earlier->time > 0 ? now() - earlier->time
							     : earlier->seconds;
		options.window = (unsigned)(fmin(collector->since_earlier, 60) * 1000);
	}
	collector->census = census_new(&options);
	collector->diag = NULL;
	collector->owner_note = NULL;
	collector->is_interrupted = false;
	collector->n_unknown = 0;
}

static int read_passes(struct collector *collector, read_fn *read)
{
	struct inodes *wanted;
	int r;

	collector->pass = PASS_LISTEN;
	r = read(collector);
	if (r)
		return r;
	collector->pass = PASS_ALL;
	r = read(collector);
	if (r)
		return r;
	wanted = census_wanted(collector->census);
	if (inodes_count(wanted)) {
		owner_find(collector->source, collector->arena, wanted, &collector->owners,
			   &collector->owner_note);
		census_set_owners(collector->census, &collector->owners);
	}
	collector->pass = PASS_WAIT;
	return census_waiting_states(collector->census) ? read(collector) : 0;
}

/* Listeners and all others: enough to be compared with. */
static int read_earlier(struct collector *collector, read_fn *read)
{
	int r;

	renew(collector);
	collector->pass = PASS_LISTEN;
	r = read(collector);
	if (r)
		return r;
	collector->pass = PASS_ALL;
	return read(collector);
}

/* What was recorded of a failed dump cannot be taken back: then there is no second try. */
static int try_read(struct collector *collector, read_fn *read)
{
	int r = -ENOBUFS;

	for (int i = 0; i < TRIES && r == -ENOBUFS; i++) {
		renew(collector);
		r = read_passes(collector, read);
		if (source_is_recording(collector->source))
			break;
	}
	return r;
}

static const struct {
	enum sockets_method method;
	bool is_live;
	read_fn *read;
} ways[] = {
	{SOCKETS_ONE_DUMP, true, read_one_dump},
	{SOCKETS_BY_FAMILY, true, read_by_family},
	{SOCKETS_ONE_DUMP, false, read_captured},
	{SOCKETS_PROC, true, read_proc},
	{SOCKETS_PROC, false, read_proc},
};

/* A replay then finds the same reason. */
static void record_missing(struct collector *collector, int error)
{
	struct text line = text_new(collector->arena);

	text_printf(&line, "%s %s\n", capture_error_name(collector->arena, error),
		    passes[PASS_LISTEN].file);
	source_record_bytes(collector->source, MISSING, line.data, line.length);
}

static const char *error_text(const struct collector *collector, int error)
{
	return error == EBADMSG ? "the replies are malformed"
				: capture_error_name(collector->arena, error);
}

static const char *name_of(const struct collector *collector, enum sockets_method used,
			   int netlink_error)
{
	bool was_captured = !source_is_live(collector->source) && netlink_error == ENOENT;

	if (used != SOCKETS_PROC)
		return collector->type == SOCK_DIAG_BY_FAMILY ? "SOCK_DIAG_BY_FAMILY dumps"
							      : "one TCPDIAG_GETSOCK dump";
	if (was_captured)
		return "/proc/net/tcp and tcp6: no netlink replies were captured";
	if (!netlink_error)
		return "/proc/net/tcp and tcp6";
	return arena_printf(collector->arena, "/proc/net/tcp and tcp6: netlink is not available (%s)",
			    error_text(collector, netlink_error));
}

/* 0 with the name of the way that worked, or -errno with the reason in its place. */
static int read_all(struct collector *collector, const char **ret_name)
{
	bool is_live = source_is_live(collector->source);
	int r = -EINVAL, netlink_error = 0;

	for (size_t i = 0; i < N(ways); i++) {
		if (ways[i].is_live != is_live || ways[i].method < collector->options->first)
			continue;
		if (ways[i].method == SOCKETS_PROC && netlink_error)
			record_missing(collector, netlink_error);
		r = try_read(collector, ways[i].read);
		if (!r) {
			*ret_name = name_of(collector, ways[i].method, netlink_error);
			return 0;
		}
		if (!netlink_error)
			netlink_error = -r;
	}
	*ret_name = arena_printf(collector->arena,
				 "netlink is not available (%s), and /proc/net/tcp cannot be read (%s)",
				 error_text(collector, netlink_error), error_text(collector, -r));
	return r;
}

static const char *make_note(const struct collector *collector)
{
	struct text note = text_new(collector->arena);

	if (collector->owner_note)
		text_add(&note, collector->owner_note);
	if (collector->is_interrupted)
		text_printf(&note, "%sthe kernel says that the sockets changed while they were read",
			    note.length ? "; " : "");
	if (collector->n_unknown)
		text_printf(&note, "%s%zu lines of /proc/net/tcp and tcp6 are no sockets",
			    note.length ? "; " : "", collector->n_unknown);
	return note.length ? note.data : NULL;
}

/* Of a capture, the seconds that lay between; 0 where there was one look only. */
static double interval_of_capture(struct source *source)
{
	size_t length;
	char *text;
	double seconds;

	if (source_read(source, INTERVAL, 64, &text, &length) || !proctext_number(text, &seconds))
		return 0;
	return seconds;
}

struct sockets_look *sockets_look(struct source *source, struct arena *arena,
				  const struct sockets_options *options)
{
	struct collector collector = {
		.source = source, .arena = arena, .options = options, .is_earlier = true};
	struct sockets_look *look = arena_alloc(arena, sizeof(*look));
	bool is_live = source_is_live(source);
	int r = -ENOENT;

	if (is_live)
		look->time = now();
	else
		look->seconds = interval_of_capture(source);
	for (size_t i = 0; i < N(ways) && r && (is_live || look->seconds > 0); i++)
		/* The text would be recorded as that of the other look. */
		if (ways[i].is_live == is_live && ways[i].method >= options->first &&
		    ways[i].method != SOCKETS_PROC)
			r = read_earlier(&collector, ways[i].read);
	sockdiag_close(collector.diag);
	if (r)
		census_free(collector.census);
	look->census = collector.census;
	return r ? NULL : look;
}

void sockets_look_free(struct sockets_look *look)
{
	if (look)
		census_free(look->census);
}

static void compare(struct collector *collector)
{
	const struct sockets_look *earlier = collector->options->earlier;
	struct text line = text_new(collector->arena);

	if (!earlier)
		return;
	census_set_earlier(collector->census, earlier->census, collector->since_earlier);
	text_printf(&line, "%.6f\n", collector->since_earlier);
	if (earlier->time > 0)
		source_record_bytes(collector->source, INTERVAL, line.data, line.length);
}

int sockets_collect(struct source *source, struct facts *facts,
		    const struct sockets_options *options, const char **ret_note)
{
	struct collector collector = {
		.source = source,
		.arena = facts_arena(facts),
		.options = options,
	};
	const char *name;
	int r;

	r = read_all(&collector, &name);
	if (r) {
		census_facts_missing(facts, name);
	} else {
		compare(&collector);
		census_facts(collector.census, facts);
		facts_set(facts, "sockets.source", value_text(name));
	}
	*ret_note = make_note(&collector);
	census_free(collector.census);
	sockdiag_close(collector.diag);
	return r;
}
