/* What was added up of connections, as facts. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/paths_internal.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* scale: units of the number in one of the fact's. */
struct shown {
	enum number number;
	enum unit unit;
	double scale;
};

static const struct {
	enum path_column column;
	struct shown shown;
} cells[] = {
	{PATH_SOCKETS, {SOCKETS, UNIT_NONE, 1}},
	{PATH_RTT_LEAST, {RTT_LEAST, UNIT_MILLISECONDS, 1000}},
	{PATH_RTT_WORST, {RTT_WORST, UNIT_MILLISECONDS, 1000}},
	{PATH_SEGMENTS, {SEGMENTS, UNIT_NONE, 1}},
	{PATH_RETRANSMITS, {RETRANSMITS, UNIT_NONE, 1}},
	{PATH_BACKED_OFF, {BACKED_OFF, UNIT_NONE, 1}},
	{PATH_BACKED_OFF_FULL, {BACKED_OFF_FULL, UNIT_NONE, 1}},
	{PATH_SILENT, {SILENT, UNIT_NONE, 1}},
	{PATH_MSS, {MSS, UNIT_BYTES, 1}},
	{PATH_PMTU, {PMTU, UNIT_BYTES, 1}},
	{PATH_BUSY, {BUSY, UNIT_SECONDS, 1e6}},
	{PATH_RWND_LIMITED, {RWND_LIMITED, UNIT_SECONDS, 1e6}},
	{PATH_SNDBUF_LIMITED, {SNDBUF_LIMITED, UNIT_SECONDS, 1e6}},
	{PATH_RECEIVED, {RECEIVED, UNIT_BYTES, 1}},
	{PATH_NOTSENT, {NOTSENT, UNIT_BYTES, 1}},
	{PATH_RCV_SPACE, {RCV_SPACE, UNIT_BYTES, 1}},
	{PATH_RCV_WINDOW, {RCV_WINDOW, UNIT_BYTES, 1}},
	{PATH_RCV_RTT, {RCV_RTT, UNIT_MILLISECONDS, 1000}},
	{PATH_RCV_BUFFER, {RCV_BUFFER, UNIT_BYTES, 1}},
	{PATH_RCVBUF, {RCVBUF, UNIT_BYTES, 1}},
	{PATH_SNDBUF, {SNDBUF, UNIT_BYTES, 1}},
	{PATH_RCVBUF_CAPPED, {RCVBUF_CAPPED, UNIT_NONE, 1}},
	{PATH_SNDBUF_CAPPED, {SNDBUF_CAPPED, UNIT_NONE, 1}},
	{PATH_SNDBUF_FULL, {SNDBUF_FULL, UNIT_NONE, 1}},
	{PATH_RCVBUF_HELD, {RCVBUF_HELD, UNIT_NONE, 1}},
	{PATH_SNDBUF_HELD, {SNDBUF_HELD, UNIT_NONE, 1}},
	{PATH_KEEPALIVE, {KEEPALIVE, UNIT_NONE, 1}},
	{PATH_KEEPALIVE_HIDDEN, {HIDDEN, UNIT_NONE, 1}},
	{PATH_IDLE, {IDLE, UNIT_NONE, 1}},
	{PATH_IDLE_KEEPALIVE, {IDLE_KEEPALIVE, UNIT_NONE, 1}},
	{PATH_IDLE_LONGEST, {IDLE_LONGEST, UNIT_SECONDS, 1000}},
	{PATH_KEEPALIVE_SILENCE, {KEEPALIVE_SILENCE, UNIT_SECONDS, 1000}},
};

static const struct {
	const char *name;
	bool is_remote;
	struct shown shown;
} scalars[] = {
	{"established.segments", false, {SEGMENTS, UNIT_NONE, 1}},
	{"established.retransmits", false, {RETRANSMITS, UNIT_NONE, 1}},
	{"established.backed_off", false, {BACKED_OFF, UNIT_NONE, 1}},
	{"established.silent", false, {SILENT, UNIT_NONE, 1}},
	{"established.busy", false, {BUSY, UNIT_SECONDS, 1e6}},
	{"established.rwnd_limited", false, {RWND_LIMITED, UNIT_SECONDS, 1e6}},
	{"established.sndbuf_limited", false, {SNDBUF_LIMITED, UNIT_SECONDS, 1e6}},
	{"established.received", false, {RECEIVED, UNIT_BYTES, 1}},
	{"established.notsent", false, {NOTSENT, UNIT_BYTES, 1}},
	{"established.rcvbuf_capped", false, {RCVBUF_CAPPED, UNIT_NONE, 1}},
	{"established.sndbuf_capped", false, {SNDBUF_CAPPED, UNIT_NONE, 1}},
	{"remote.sockets", true, {SOCKETS, UNIT_NONE, 1}},
	{"remote.keepalive", true, {KEEPALIVE, UNIT_NONE, 1}},
	{"remote.keepalive_hidden", true, {HIDDEN, UNIT_NONE, 1}},
	{"remote.idle", true, {IDLE, UNIT_NONE, 1}},
	{"remote.idle_keepalive", true, {IDLE_KEEPALIVE, UNIT_NONE, 1}},
};

static struct fact show(const struct paths *paths, const struct path *path, struct shown shown)
{
	bool is_cap = shown.number == RCVBUF_CAPPED || shown.number == SNDBUF_CAPPED;
	bool is_held = shown.number == RCVBUF_HELD || shown.number == SNDBUF_HELD;

	if (paths->is_missing[shown.number] && is_held)
		return fact_missing(FACT_UNREADABLE, "where autotuning ends is not known, or not what connections have");
	if (paths->is_missing[shown.number])
		return fact_missing(FACT_UNREADABLE,
				    is_cap ? "what programs may ask for is not known, or is what autotuning ends at"
					   : "this kernel does not tell it of connections");
	if (is_none(shown.number, path->numbers[shown.number]))
		return fact_missing(FACT_UNREADABLE, "it was not measured yet");
	return fact_known(value_number((double)path->numbers[shown.number] / shown.scale, shown.unit));
}

static struct fact mean_rtt(const struct paths *paths, const struct path *path)
{
	double n = (double)path->numbers[MEASURED];

	if (paths->is_missing[RTT] || !path->numbers[MEASURED])
		return fact_missing(FACT_UNREADABLE, "it was not measured yet");
	return fact_known(value_number((double)path->numbers[RTT] / n / 1000, UNIT_MILLISECONDS));
}

/* "cubic (12), bbr (1)", as the algorithms were first seen. */
static const char *algorithms_text(const struct paths *paths, struct arena *arena, const struct path *path)
{
	struct text text = text_new(arena);

	for (size_t i = 0; i < paths->n_algorithms; i++)
		if (path->algorithms[i])
			text_printf(&text, "%s%s (%u)", text.length ? ", " : "",
				    text_printable(arena, paths->algorithms[i].name),
				    path->algorithms[i]);
	return text.data;
}

/* Who waits for answers, who has most to send, who is many: what rules look for is in the rows that are kept. */
static int compare_paths(const void *a, const void *b)
{
	static const enum number order[] = {BACKED_OFF, BUSY, RETRANSMITS, SOCKETS};
	const struct path *x = *(const struct path *const *)a, *y = *(const struct path *const *)b;

	for (size_t i = 0; i < N(order); i++)
		if (x->numbers[order[i]] != y->numbers[order[i]])
			return x->numbers[order[i]] > y->numbers[order[i]] ? -1 : 1;
	return address_compare(&x->peer, &y->peer);
}

static void fill_path(const struct paths *paths, struct arena *arena, const struct path *path,
		      struct fact *row)
{
	row[PATH_NAME] = fact_known(value_text(address_text(arena, &path->peer)));
	row[PATH_LOCAL] = fact_known(value_bool(path->is_local));
	row[PATH_RTT] = mean_rtt(paths, path);
	row[PATH_CONGESTION] = fact_known(value_text(algorithms_text(paths, arena, path)));
	for (size_t i = 0; i < N(cells); i++)
		row[cells[i].column] = show(paths, path, cells[i].shown);
}

static struct table *begin(struct facts *facts, const struct table_def *def, bool incomplete)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = incomplete;
	return table;
}

static void add_rows(const struct paths *paths, struct facts *facts)
{
	struct table *table = begin(facts, &paths_def, paths->n > PATHS_ROWS);
	const struct path **sorted = arena_array(paths->arena, paths->n, sizeof(*sorted));

	for (size_t i = 0; i < paths->n; i++)
		sorted[i] = &paths->items[i];
	if (paths->n)
		qsort(sorted, paths->n, sizeof(*sorted), compare_paths);
	for (size_t i = 0; i < paths->n && i < PATHS_ROWS; i++)
		fill_path(paths, facts_arena(facts), sorted[i], table_add_row(facts, table));
}

static int compare_algorithms(const void *a, const void *b)
{
	const struct algorithm *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void add_algorithms(const struct paths *paths, struct facts *facts)
{
	struct table *table = begin(facts, &congestion_def, paths->n_algorithms == ALGORITHMS);
	struct algorithm sorted[ALGORITHMS];

	memcpy(sorted, paths->algorithms, sizeof(sorted));
	qsort(sorted, paths->n_algorithms, sizeof(*sorted), compare_algorithms);
	for (size_t i = 0; i < paths->n_algorithms; i++) {
		struct fact *row = table_add_row(facts, table);

		row[CONGESTION_NAME] = fact_known(
			value_text(text_printable(facts_arena(facts), sorted[i].name)));
		row[CONGESTION_SOCKETS] = fact_known(value_number(sorted[i].n, UNIT_NONE));
	}
}

void paths_facts(const struct paths *paths, struct facts *facts)
{
	add_rows(paths, facts);
	add_algorithms(paths, facts);
	facts_set(facts, "established.live", value_bool(paths->options.earlier != NULL));
	for (size_t i = 0; i < N(scalars); i++) {
		struct fact fact = show(paths, scalars[i].is_remote ? &paths->remote : &paths->all,
					scalars[i].shown);

		if (fact.state == FACT_KNOWN)
			facts_set(facts, scalars[i].name, fact.value);
		else
			facts_set_missing(facts, scalars[i].name, fact.state, fact.why);
	}
}

void paths_facts_missing(struct facts *facts, const char *why)
{
	static const struct table_def *const tables[] = {&paths_def, &congestion_def, &programs_def};

	facts_set_missing(facts, "established.live", FACT_UNREADABLE, why);
	for (size_t i = 0; i < N(scalars); i++)
		facts_set_missing(facts, scalars[i].name, FACT_UNREADABLE, why);
	for (size_t i = 0; i < N(tables); i++) {
		struct table *table = facts_table(facts, tables[i]);

		table->state = FACT_UNREADABLE;
		table->why = why;
	}
}
