#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include "core/text.h"
#include "sys/capture.h"
#include "sys/owner.h"
#include "sys/sockets_internal.h"

#define MISSING "/capture/missing"

/* As often a dump is begun again for which the kernel had no memory. */
#define TRIES 3

static const char *error_text(const struct collector *collector, int error)
{
	return error == EBADMSG ? "the replies are malformed"
				: capture_error_name(collector->arena, error);
}

/* NULL, or why the connections are not known one by one. */
static const char *read_paths(struct collector *collector, sockets_read *read)
{
	const struct sockets_options *wish = collector->options;
	const struct paths_options options = {
		.seed = collector->seed,
		.sockets = (size_t)census_count(collector->census, TCP_ESTABLISHED),
		.rcvbuf_cap = wish->rcvbuf_cap,
		.sndbuf_cap = wish->sndbuf_cap,
		.rcvbuf_end = wish->rcvbuf_end,
		.sndbuf_end = wish->sndbuf_end,
		.programs = collector->programs,
		.earlier = wish->earlier ? wish->earlier->collector.earlier_paths : NULL,
	};
	int r;

	if (options.sockets > PATHS_SOCKETS)
		return arena_printf(collector->arena, "%zu connections are too many to ask for each; %u are not",
				    options.sockets, PATHS_SOCKETS);
	collector->pass = PASS_PATHS;
	collector->paths = paths_new(collector->paths_arena, &options);
	r = options.sockets ? read(collector) : 0;
	if (r == -EOPNOTSUPP)
		return "/proc/net/tcp does not tell it";
	if (r == -ENOENT && !source_is_live(collector->source))
		return "it was not captured";
	return r ? error_text(collector, -r) : NULL;
}

static int read_passes(struct collector *collector, sockets_read *read)
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
	wanted = collector->wanted = census_wanted(collector->census);
	if (collector->options->with_paths) {
		collector->programs = programs_new(collector->paths_arena);
		collector->no_paths = read_paths(collector, read);
		if (!collector->no_paths)
			programs_want(collector->programs, wanted);
	}
	if (inodes_count(wanted)) {
		owner_find(collector->source, collector->arena, wanted, &collector->owners,
			   &collector->owner_note);
		census_set_owners(collector->census, &collector->owners);
	}
	collector->pass = PASS_WAIT;
	return census_waiting_states(collector->census) ? read(collector) : 0;
}

/* What was recorded of a failed dump cannot be taken back: then there is no second try. */
static int try_read(struct collector *collector, sockets_read *read)
{
	int r = -ENOBUFS;

	for (int i = 0; i < TRIES && r == -ENOBUFS; i++) {
		sockets_renew(collector);
		r = read_passes(collector, read);
		if (source_is_recording(collector->source))
			break;
	}
	return r;
}

/* A replay then finds the same reason. */
static void record_missing(struct collector *collector, int error)
{
	struct text line = text_new(collector->arena);

	text_printf(&line, "%s %s\n", capture_error_name(collector->arena, error),
		    SOCKETS_FILE);
	source_record_bytes(collector->source, MISSING, line.data, line.length);
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
	size_t n;
	const struct sockets_way *ways = sockets_ways(&n);
	int r = -EINVAL, netlink_error = 0;

	for (size_t i = 0; i < n; i++) {
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

/* ------------------------------------------------------------------- facts */

static void paths_and_programs(const struct collector *collector, struct facts *facts)
{
	if (collector->no_paths) {
		paths_facts_missing(facts, collector->no_paths);
		return;
	}
	paths_facts(collector->paths, facts);
	programs_facts(collector->programs, &collector->owners, collector->wanted, facts);
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

int sockets_collect(struct source *source, struct facts *facts,
		    const struct sockets_options *options, const char **ret_note)
{
	struct collector collector = {
		.source = source,
		.arena = facts_arena(facts),
		.options = options,
		.paths_arena = arena_new(),
	};
	const char *name;
	int r;

	r = read_all(&collector, &name);
	if (r) {
		census_facts_missing(facts, name);
		if (options->with_paths)
			paths_facts_missing(facts, name);
	} else {
		sockets_compare(&collector);
		census_facts(collector.census, facts);
		facts_set(facts, "sockets.source", value_text(name));
		if (options->with_paths)
			paths_and_programs(&collector, facts);
	}
	*ret_note = make_note(&collector);
	census_free(collector.census);
	arena_free(collector.paths_arena);
	sockdiag_close(collector.diag);
	return r;
}
