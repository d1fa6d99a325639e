#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/param.h"
#include "core/proctext.h"
#include "core/sample.h"
#include "core/sysctlconf.h"
#include "core/text.h"
#include "sys/collect.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define FILE_MAX (4u << 20)
#define WAIT_MAX 86400.0

struct collector {
	struct arena *arena;
	struct source *source;
	const struct catalog *catalog;
	const struct collect_options *options;
	struct facts *facts;
	bool is_child; /* known to be no initial namespace */
};

/* --------------------------------------------------------------- one file */

static void miss_file(struct collector *collector, const struct proctext_file *file, int r)
{
	proctext_missing(collector->facts, file, r == -ENOENT, strerror(-r));
}

static void read_files(struct collector *collector)
{
	size_t n, length;
	const struct proctext_file *files = proctext_files(&n);
	char *text;

	for (size_t i = 0; i < n; i++) {
		int r;

		if (files[i].word && !needs_have(collector->options->needs, files[i].word))
			continue;
		r = source_read(collector->source, files[i].path, FILE_MAX, &text, &length);
		if (r)
			miss_file(collector, &files[i], r);
		else
			proctext_read(collector->facts, &files[i], text, length);
	}
}

/* The text of a file of the capture's own, or NULL. */
static const char *read_own(struct collector *collector, const char *path)
{
	size_t length;
	char *text;

	if (source_is_live(collector->source) ||
	    source_read(collector->source, path, 256, &text, &length))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return *text ? text : NULL;
}

static void record_own(struct collector *collector, const char *path, const char *value)
{
	const char *line = arena_printf(collector->arena, "%s\n", value);

	source_record_bytes(collector->source, path, line, strlen(line));
}

static void read_host_name(struct collector *collector)
{
	char live[HOST_NAME_MAX + 1] = "";
	const char *name = read_own(collector, "/capture/hostname");

	if (source_is_live(collector->source) && !gethostname(live, sizeof(live) - 1) && *live) {
		name = live;
		record_own(collector, "capture/hostname", live);
	}
	if (!name)
		name = read_own(collector, "/proc/sys/kernel/hostname");
	if (name)
		facts_set(collector->facts, "host.name",
			  value_text(text_printable(collector->arena, name)));
	else
		facts_set_missing(collector->facts, "host.name", FACT_UNREADABLE, "it has no name here");
}

static void read_page_size(struct collector *collector)
{
	const char *text = read_own(collector, "/capture/pagesize");
	double size = 4096, told;

	if (source_is_live(collector->source)) {
		size = (double)sysconf(_SC_PAGESIZE);
		record_own(collector, "capture/pagesize", arena_printf(collector->arena, "%.0f", size));
	}
	if (text && proctext_number(text, &told) && told >= 1024 && told <= 1 << 20)
		size = told;
	facts_set(collector->facts, "memory.page_size", value_number(size, UNIT_BYTES));
}

/* ---------------------------------------------------------------- sysctls */

/*
 * tcp_max_orphans is in every initial namespace and in no other, in all
 * kernels from 3.10 to 7.2 (net/ipv4/sysctl_net_ipv4.c, ipv4_table).
 */
static void find_namespace(struct collector *collector)
{
	static const char directory[] = "/proc/sys/net/ipv4", path[] = "/proc/sys/net/ipv4/tcp_max_orphans";
	struct facts *facts = collector->facts;
	unsigned mode;
	char *text;
	int r = source_read_sysctl(collector->source, path, &text, &mode);

	if (r == -ENOENT) {
		int fd = source_openat(collector->source, directory, O_PATH | O_DIRECTORY);

		if (fd >= 0)
			close(fd);
		r = fd < 0 ? fd : r;
		collector->is_child = fd >= 0;
	}
	if (collector->is_child || !r || r == -EACCES)
		facts_set(facts, "namespace.child", value_bool(collector->is_child));
	else
		facts_set_missing(facts, "namespace.child", FACT_UNREADABLE,
				  arena_printf(collector->arena, "%s: %s", directory, strerror(-r)));
}

static const char *why_absent(const struct collector *collector, const struct param *param)
{
	if (param && param->scope == PARAM_GLOBAL && collector->is_child)
		return "not visible in a child namespace";
	if (param && param->module)
		return arena_printf(collector->arena, "module %s is not loaded", param->module);
	return "this kernel has no such key";
}

static char *trimmed(char *text)
{
	size_t n;

	while (isspace((unsigned char)*text))
		text++;
	n = strlen(text);
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	text[n] = '\0';
	return text;
}

static struct fact value_of(struct collector *collector, const struct param *param, const char *text)
{
	struct value value;
	char *shown;

	if (!param)
		return fact_known(value_text(text));
	if (param_parse(collector->arena, param, text, &value))
		return fact_known(value);
	shown = text_printable(collector->arena, text);
	return fact_missing(FACT_UNREADABLE,
			    arena_printf(collector->arena, "its value \"%.40s\" is not %s", shown,
					 value_type_name(param_value_type(param))));
}

static void set_fact(struct facts *facts, const char *name, struct fact fact)
{
	if (fact.state == FACT_KNOWN)
		facts_set(facts, name, fact.value);
	else
		facts_set_missing(facts, name, fact.state, fact.why);
}

static int read_key(struct collector *collector, const char *key, char **ret_text, unsigned *ret_mode)
{
	const char *path = conf_path_of_key(collector->arena, key);

	path = arena_printf(collector->arena, "/proc/sys/%s", path);
	if (strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../"))
		return -ENOENT;
	return source_read_sysctl(collector->source, path, ret_text, ret_mode);
}

/* known: what is known of the key where no file of parameters has it; or NULL. */
static void read_sysctl(struct collector *collector, const char *key, const struct param *known)
{
	const struct param *param = params_find(collector->catalog->params, key);
	struct arena *arena = collector->arena;
	struct fact value, raw, writable;
	unsigned mode = 0;
	char *text = NULL;
	int r = read_key(collector, key, &text, &mode);

	param = param ? param : known;
	if (!r) {
		text = trimmed(text);
		value = value_of(collector, param, text);
		raw = fact_known(value_text(text));
		writable = fact_known(value_bool(mode & 0200));
	} else {
		value = r == -ENOENT ? fact_missing(FACT_ABSENT, why_absent(collector, param))
				     : fact_missing(FACT_UNREADABLE, strerror(-r));
		if (value.state == FACT_UNREADABLE)
			value.why = arena_strdup(arena, value.why);
		raw = writable = value;
	}
	set_fact(collector->facts, key, value);
	set_fact(collector->facts, arena_printf(arena, "raw:%s", key), raw);
	set_fact(collector->facts, arena_printf(arena, "writable:%s", key), writable);
}

static void read_sysctls(struct collector *collector)
{
	/* What ports.* and ehash.entries are made of, asked for or not. */
	static const struct param always[] = {
		{.key = "net.ipv4.ip_local_port_range", .type = PARAM_TUPLE, .arity = 2},
		{.key = "net.ipv4.ip_local_reserved_ports", .type = PARAM_PORTS, .arity = 1},
		{.key = "net.ipv4.tcp_ehash_entries", .type = PARAM_INTEGER, .arity = 1},
	};
	const struct collect_options *options = collector->options;

	for (size_t i = 0; i < options->n_keys; i++)
		read_sysctl(collector, options->keys[i], NULL);
	for (size_t i = 0; i < N(always); i++)
		read_sysctl(collector, always[i].key, &always[i]);
}

/* --------------------------------------------------------------- counters */

/* A file of pairs, of softnet's rows, or of /proc/net/stat: these have the group of their counters here. */
static const struct {
	const char *path;
	void (*add)(struct sample *sample, const char *text, size_t length);
	const char *group;
	const char *absent; /* why it may not be there; NULL: it always is */
	bool is_global;     /* only the initial namespace has it */
	bool is_dear;       /* read only where something needs its group */
} counter_files[] = {
	{"/proc/net/netstat", sample_add_pairs, NULL, NULL, false, false},
	{"/proc/net/snmp", sample_add_pairs, NULL, NULL, false, false},
	{"/proc/net/softnet_stat", sample_add_softnet, "softnet", NULL, false, false},
	{"/proc/net/stat/nf_conntrack", NULL, "conntrack", "module nf_conntrack is not loaded", false, true},
	{"/proc/net/stat/arp_cache", NULL, "neigh", "this kernel has no such file", true, true},
	{"/proc/net/stat/ndisc_cache", NULL, "neigh6", "there is no IPv6 here", true, true},
};

static void miss_counters(const struct collector *collector, struct sample *sample, size_t i,
			  const char *why, int r)
{
	if (!counter_files[i].group)
		sample_miss_pairs(sample, why);
	else if (r != -ENOENT || !counter_files[i].absent)
		sample_miss(sample, counter_files[i].group, FACT_UNREADABLE, why);
	else if (collector->is_child && counter_files[i].is_global)
		sample_miss(sample, counter_files[i].group, FACT_ABSENT,
			    "not visible in a child namespace");
	else
		sample_miss(sample, counter_files[i].group, FACT_ABSENT, counter_files[i].absent);
}

/* prefix is "" or where a capture has its second sample; is_second of a live host is recorded there. */
static struct sample *take_sample(struct collector *collector, const char *prefix, bool is_second)
{
	struct sample *sample = sample_new(collector->arena);
	size_t length;
	char *text;

	for (size_t i = 0; i < N(counter_files); i++) {
		const char *path = arena_printf(collector->arena, "%s%s", prefix, counter_files[i].path);
		int r;

		if (counter_files[i].is_dear &&
		    !needs_have(collector->options->needs, counter_files[i].group))
			continue;
		r = source_read(collector->source, path, FILE_MAX, &text, &length);
		if (r) {
			miss_counters(collector, sample, i,
				      arena_printf(collector->arena, "%s: %s", path, strerror(-r)), r);
			continue;
		}
		if (counter_files[i].add)
			counter_files[i].add(sample, text, length);
		else
			sample_add_stat(sample, counter_files[i].group, text, length);
		if (is_second)
			source_record_bytes(collector->source,
					    arena_printf(collector->arena, "capture/second%s", path), text,
					    length);
	}
	return sample;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void sleep_until(double moment)
{
	struct timespec time = {.tv_sec = (time_t)moment};

	time.tv_nsec = (long)((moment - floor(moment)) * 1e9);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

/* The rates of one sample: since boot. */
static struct sample_span since_boot(const struct facts *facts)
{
	struct fact uptime = facts_get(facts, "uptime");

	if (uptime.state != FACT_KNOWN)
		return (struct sample_span){.why = uptime.why};
	return (struct sample_span){.seconds = uptime.value.number};
}

/* How long before the second sample of a capture the first was taken; 0 where there is one only. */
static double interval_of_capture(struct collector *collector)
{
	const char *text = read_own(collector, "/capture/interval");
	double seconds;

	return text && proctext_number(text, &seconds) ? seconds : 0;
}

/* Waits until the interval is over, and calls back meanwhile. In a capture it is over. */
static void wait_between(struct collector *collector, double begun, bool is_captured)
{
	const struct collect_options *options = collector->options;
	double seconds = options->interval < WAIT_MAX ? options->interval : WAIT_MAX;

	for (unsigned i = 0; i < COLLECT_MOMENTS; i++) {
		if (options->between)
			options->between(options->context, i);
		if (!is_captured)
			sleep_until(begun + seconds * (i + 1) / COLLECT_MOMENTS);
	}
}

static void sample_once_or_twice(struct collector *collector, const struct sample *first, double begun)
{
	struct sample_span span = since_boot(collector->facts);
	const struct sample *last = first;
	double captured = interval_of_capture(collector);
	bool is_twice = captured > 0 ||
			(source_is_live(collector->source) && collector->options->interval > 0);

	if (is_twice)
		wait_between(collector, begun, captured > 0);
	if (captured > 0) {
		last = take_sample(collector, "/capture/second", false);
		span.seconds = captured;
	} else if (is_twice) {
		span.seconds = now() - begun;
		last = take_sample(collector, "", true);
		record_own(collector, "capture/interval",
			   arena_printf(collector->arena, "%.6f", span.seconds));
	}
	if (last != first) {
		span.first = first;
		span.why = NULL;
	}
	sample_facts(last, &span, collector->catalog, collector->facts);
}

int collect(struct source *source, const struct catalog *catalog,
	    const struct collect_options *options, struct facts *facts)
{
	struct collector collector = {
		.arena = facts_arena(facts),
		.source = source,
		.catalog = catalog,
		.options = options,
		.facts = facts,
	};
	double begun = now();
	const struct sample *first;

	find_namespace(&collector);
	first = take_sample(&collector, "", false);
	read_host_name(&collector);
	read_page_size(&collector);
	read_files(&collector);
	read_sysctls(&collector);
	proctext_ports(facts);
	proctext_ehash(facts);
	sample_once_or_twice(&collector, first, begun);
	return source_record_error(source);
}
