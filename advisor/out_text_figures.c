#include <string.h>

#include "core/catalog.h"
#include "core/text.h"
#include "out_text.h"

/* "0%", "under 1%", "42%": never more than is true. */
static char *percent(struct arena *arena, double part, double whole)
{
	double share = whole > 0 ? 100 * part / whole : 0;

	if (part > 0 && share < 1)
		return arena_strdup(arena, "under 1%");
	return arena_printf(arena, "%d%%", (int)share);
}

static char *unknown(struct arena *arena, const char *why)
{
	return arena_printf(arena, "unknown: %s", why ? why : "not observed");
}

/* How far a row is towards its limit; below 0 where that is not known. */
static double fill(const struct fact *row, size_t column, size_t limit)
{
	if (row[column].state != FACT_KNOWN)
		return -1;
	if (limit == column)
		return row[column].value.number;
	if (row[limit].state != FACT_KNOWN)
		return -1;
	/* A queue of limit n takes n + 1, so a limit of 0 is one too. */
	return row[column].value.number / (row[limit].value.number + 1);
}

/* The row that is highest in column, or highest against limit where that is another column. */
static const struct fact *fullest(const struct table *table, size_t column, size_t limit)
{
	const struct fact *best = NULL;
	double most = -1;

	for (size_t i = 0; i < table->n_rows; i++) {
		const struct fact *row = table_row(table, i);

		if (fill(row, column, limit) > most) {
			most = fill(row, column, limit);
			best = row;
		}
	}
	return best;
}

static const struct table *find_rows(const struct facts *facts, const char *name,
				     const char **ret_why)
{
	const struct table *table = facts_find_table(facts, name);

	if (table && table->state == FACT_KNOWN)
		return table;
	*ret_why = table ? table->why : NULL;
	return NULL;
}

static const char *cell_text(const struct fact *row, size_t column)
{
	return row[column].state == FACT_KNOWN ? row[column].value.text : "(unknown)";
}

/* Why a column is unknown in all rows. */
static const char *cell_why(const struct table *table, size_t column, size_t limit)
{
	const struct fact *row = table_row(table, 0);

	return row[column].state != FACT_KNOWN ? row[column].why : row[limit].why;
}

static char *ports_figure(struct arena *arena, const struct facts *facts)
{
	struct fact usable = facts_get(facts, "ports.usable");
	const char *why = NULL;
	const struct table *table = find_rows(facts, destinations_def.name, &why);
	const struct fact *row;
	double used;

	if (!table)
		return unknown(arena, why);
	if (!table->n_rows)
		return arena_strdup(arena, "none is held by an outgoing connection");
	row = fullest(table, DESTINATION_USED, DESTINATION_USED);
	if (!row)
		return unknown(arena, cell_why(table, DESTINATION_USED, DESTINATION_USED));
	used = row[DESTINATION_USED].value.number;
	if (usable.state != FACT_KNOWN)
		return arena_printf(
			arena, "busiest destination %s holds %.0f; how many there are is %s",
			cell_text(row, DESTINATION_NAME), used, out_text_fact(arena, usable));
	return arena_printf(arena, "busiest destination %s holds %.0f of %.0f (%s)",
			    cell_text(row, DESTINATION_NAME), used, usable.value.number,
			    percent(arena, used, usable.value.number));
}

static char *queue_figure(struct arena *arena, const struct facts *facts)
{
	const char *why = NULL;
	const struct table *table = find_rows(facts, listeners_def.name, &why);
	const struct fact *row;

	if (!table)
		return unknown(arena, why);
	if (!table->n_rows)
		return arena_strdup(arena, "nothing listens");
	row = fullest(table, LISTENER_QUEUED, LISTENER_LIMIT);
	if (!row)
		return unknown(arena, cell_why(table, LISTENER_QUEUED, LISTENER_LIMIT));
	if (row[LISTENER_QUEUED].value.number <= 0)
		return arena_printf(arena, "no connection waits (%zu listener%s)",
				    table->n_rows, table->n_rows == 1 ? "" : "s");
	return arena_printf(arena, "fullest is %s with %.0f waiting of at most %.0f",
			    cell_text(row, LISTENER_NAME), row[LISTENER_QUEUED].value.number,
			    row[LISTENER_LIMIT].value.number);
}

static char *close_wait_figure(struct arena *arena, const struct facts *facts)
{
	struct fact count = facts_get(facts, "sockets.close_wait");
	const char *why = NULL;
	const struct table *table = find_rows(facts, processes_def.name, &why);
	const struct fact *row = NULL;

	if (count.state != FACT_KNOWN)
		return out_text_fact(arena, count);
	if (count.value.number <= 0)
		return arena_strdup(arena, "none");
	if (table && table->n_rows) {
		row = fullest(table, PROCESS_CLOSE_WAIT_OLDEST, PROCESS_CLOSE_WAIT_OLDEST);
		why = cell_why(table, PROCESS_CLOSE_WAIT_OLDEST, PROCESS_CLOSE_WAIT_OLDEST);
	}
	if (!row)
		return arena_printf(arena, "%.0f, their age is %s", count.value.number,
				    unknown(arena, why));
	return arena_printf(arena, "%.0f, the oldest for %s in %s", count.value.number,
			    value_show(arena, row[PROCESS_CLOSE_WAIT_OLDEST].value),
			    cell_text(row, PROCESS_NAME));
}

static char *time_wait_figure(struct arena *arena, const struct facts *facts)
{
	struct fact limit = facts_get(facts, "net.ipv4.tcp_max_tw_buckets");
	struct fact count = facts_get(facts, "sockstat.tw");

	if (count.state != FACT_KNOWN)
		count = facts_get(facts, "sockets.time_wait");
	if (count.state != FACT_KNOWN)
		return out_text_fact(arena, count);
	if (limit.state != FACT_KNOWN || limit.value.type != VALUE_NUMBER)
		return arena_printf(arena, "%.0f; the limit is %s", count.value.number,
				    out_text_fact(arena, limit));
	return arena_printf(arena, "%.0f of at most %.0f (%s)", count.value.number,
			    limit.value.number,
			    percent(arena, count.value.number, limit.value.number));
}

/* "ListenOverflows 0", with the rate where one was measured. */
static void add_counter(struct text *text, const struct facts *facts, const char *name)
{
	struct arena *arena = text->arena;
	struct fact total = facts_get(facts, arena_printf(arena, "counter.TcpExt.%s", name));
	struct fact rate = facts_get(facts, arena_printf(arena, "rate.TcpExt.%s", name));
	struct fact live = facts_get(facts, "sample.live");

	text_printf(text, "%s%s %s", text->length ? ", " : "", name,
		    out_text_fact(arena, total));
	if (live.state == FACT_KNOWN && live.value.boolean && rate.state == FACT_KNOWN)
		text_printf(text, " (now %s)", value_show(arena, rate.value));
}

static char *counter_figure(struct arena *arena, const struct facts *facts)
{
	struct text text = text_new(arena);
	struct fact first = facts_get(facts, "counter.TcpExt.ListenOverflows");

	/* They are of one file: when it can't be read, one reason will do. */
	if (first.state == FACT_UNREADABLE)
		return out_text_fact(arena, first);
	add_counter(&text, facts, "ListenOverflows");
	add_counter(&text, facts, "ListenDrops");
	add_counter(&text, facts, "TCPTimeWaitOverflow");
	return text.data;
}

static const struct {
	const char *lead;
	char *(*figure)(struct arena *arena, const struct facts *facts);
} figures[] = {
	{"  local ports    ", ports_figure},	 {"  CLOSE_WAIT     ", close_wait_figure},
	{"  TIME_WAIT      ", time_wait_figure}, {"  accept queues  ", queue_figure},
	{"  since boot     ", counter_figure},
};

void out_text_figures(struct page *page, const struct facts *facts)
{
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		page_paragraph(page,
			       &(struct paragraph){.lead = figures[i].lead,
						   .indent = (unsigned)strlen(figures[i].lead)},
			       figures[i].figure(page->arena, facts));
}
