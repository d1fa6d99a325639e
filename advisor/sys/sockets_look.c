/* The earlier one of two looks at the sockets. */
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <time.h>

#include "core/proctext.h"
#include "core/text.h"
#include "sys/sockets_internal.h"

#define INTERVAL "/capture/interval.sockets"

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

void sockets_renew(struct collector *collector)
{
	const struct sockets_look *earlier = collector->options->earlier;
	struct census_options options = {
		.port_low = collector->options->port_low,
		.port_high = collector->options->port_high,
		.reserved = collector->options->reserved,
		.with_sources = collector->options->with_sources && !collector->is_earlier,
		.with_arrivals = collector->is_earlier || earlier,
		.seed = collector->seed = make_seed(),
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

/* Listeners and all others: enough to be compared with. */
static int read_earlier(struct collector *collector, sockets_read *read)
{
	int r;

	sockets_renew(collector);
	collector->pass = PASS_LISTEN;
	r = read(collector);
	if (r)
		return r;
	collector->pass = PASS_ALL;
	return read(collector);
}

/* After an error netlink is opened anew. */
static bool read_again(struct collector *collector)
{
	if (!collector->read(collector))
		return true;
	sockdiag_close(collector->diag);
	collector->diag = NULL;
	return false;
}

/* The connections, one by one: where it fails nothing is known of what came since. */
static void read_earlier_paths(struct collector *collector)
{
	uint64_t n = census_count(collector->census, TCP_ESTABLISHED);

	if (!collector->options->with_paths || n > PATHS_SOCKETS)
		return;
	collector->pass = PASS_PATHS;
	collector->earlier_paths = pathcounts_new(collector->arena, collector->seed, (size_t)n);
	if (n && !read_again(collector))
		collector->earlier_paths = NULL;
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
	struct sockets_look *look = arena_alloc(arena, sizeof(*look));
	struct collector *collector = &look->collector;
	bool is_live = source_is_live(source);
	size_t n;
	const struct sockets_way *ways = sockets_ways(&n);
	int r = -ENOENT;

	look->options = *options;
	*collector = (struct collector){
		.source = source, .arena = arena, .options = &look->options, .is_earlier = true};
	if (is_live)
		look->time = now();
	else
		look->seconds = interval_of_capture(source);
	for (size_t i = 0; i < n && r && (is_live || look->seconds > 0); i++) {
		/* The text would be recorded as that of the other look. */
		if (ways[i].is_live != is_live || ways[i].method < options->first ||
		    ways[i].method == SOCKETS_PROC)
			continue;
		r = read_earlier(collector, ways[i].read);
		collector->read = ways[i].read;
	}
	if (!r) {
		read_earlier_paths(collector);
		return look;
	}
	sockets_look_free(look);
	return NULL;
}

void sockets_look_again(struct sockets_look *look)
{
	struct collector *collector = &look->collector;

	collector->pass = PASS_QUEUES;
	collector->look++;
	census_look_again(collector->census);
	/* A look that fails is one less. */
	read_again(collector);
}

void sockets_look_free(struct sockets_look *look)
{
	if (!look)
		return;
	sockdiag_close(look->collector.diag);
	census_free(look->collector.census);
}

void sockets_compare(struct collector *collector)
{
	const struct sockets_look *earlier = collector->options->earlier;
	struct text line = text_new(collector->arena);

	if (!earlier)
		return;
	census_set_earlier(collector->census, earlier->collector.census, collector->since_earlier);
	text_printf(&line, "%.6f\n", collector->since_earlier);
	if (earlier->time > 0)
		source_record_bytes(collector->source, INTERVAL, line.data, line.length);
}
