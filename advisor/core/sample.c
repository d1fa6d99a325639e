#include <stdlib.h>
#include <string.h>

#include "core/sample.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct counter {
	const char *group, *name; /* "TcpExt", "ListenOverflows" */
	int64_t value;
	bool is_known; /* the value is a number */
};

struct sample {
	struct arena *arena;
	struct counter *counters; /* sorted by group and name */
	size_t n, capacity;
	const char *pairs_why; /* a file of pairs could not be read; or NULL */
	const char *softnet_why;
};

struct sample *sample_new(struct arena *arena)
{
	struct sample *sample = arena_alloc(arena, sizeof(*sample));

	sample->arena = arena;
	sample->softnet_why = "not observed";
	return sample;
}

void sample_miss_pairs(struct sample *sample, const char *why)
{
	sample->pairs_why = why;
}

void sample_miss_softnet(struct sample *sample, const char *why)
{
	sample->softnet_why = why;
}

static int compare(const void *a, const void *b)
{
	const struct counter *x = a, *y = b;
	int order = strcmp(x->group, y->group);

	return order ? order : strcmp(x->name, y->name);
}

static void add(struct sample *sample, const struct counter *counter)
{
	sample->counters = arena_grow(sample->arena, sample->counters, sample->n,
				      &sample->capacity, sizeof(*sample->counters));
	sample->counters[sample->n++] = *counter;
}

/*
 * The kernel prints unsigned longs, and -1 for Tcp.MaxConn. A value beyond
 * INT64_MAX keeps its bits: the difference of two is right all the same.
 */
static bool parse_value(const char *word, int64_t *ret)
{
	bool is_negative = *word == '-';
	const char *digits = word + is_negative;
	uint64_t value = 0;

	if (!*digits)
		return false;
	for (; *digits; digits++) {
		unsigned digit = (unsigned)*digits - '0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (is_negative && value != 1)
		return false;
	value = is_negative ? UINT64_MAX : value;
	memcpy(ret, &value, sizeof(value));
	return true;
}

/* "Group: words", cut apart; NULL for a line that is not so. */
static char *split_group(char *line, char **ret_words)
{
	char *colon = strchr(line, ':');

	if (!colon || line + strcspn(line, " \t") < colon)
		return NULL;
	*colon = '\0';
	*ret_words = colon + 1;
	return line;
}

static void add_pair(struct sample *sample, const char *group, char *names, char *values)
{
	char *save_names, *save_values;
	char *name = strtok_r(names, " \t\r", &save_names);
	const char *value = strtok_r(values, " \t\r", &save_values);

	/* A name without a value (a line cut short) is a counter that is not known. */
	for (; name; name = strtok_r(NULL, " \t\r", &save_names)) {
		struct counter counter = {.group = group, .name = name};

		counter.is_known = value && parse_value(value, &counter.value);
		add(sample, &counter);
		value = value ? strtok_r(NULL, " \t\r", &save_values) : NULL;
	}
}

void sample_add_pairs(struct sample *sample, const char *text, size_t length)
{
	char *copy = arena_strndup(sample->arena, text, length);
	char *group = NULL, *names = NULL, *save;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *words = NULL;
		char *other = split_group(line, &words);

		if (group && other && !strcmp(group, other)) {
			add_pair(sample, group, names, words);
			group = NULL;
		} else {
			group = other;
			names = words;
		}
	}
	if (sample->n)
		qsort(sample->counters, sample->n, sizeof(*sample->counters), compare);
}

/* The column-th word as a hexadecimal number; false where there is none. */
static bool hex_column(const char *line, unsigned column, int64_t *ret)
{
	unsigned long value;
	char *end;

	for (unsigned i = 0; i < column; i++) {
		line += strspn(line, " ");
		line += strcspn(line, " ");
	}
	line += strspn(line, " ");
	if (strspn(line, "0123456789abcdef") != strcspn(line, " ") || !*line)
		return false;
	value = strtoul(line, &end, 16);
	*ret = (int64_t)(value & 0xffffffff);
	return end - line <= 8;
}

/*
 * Rows of 32-bit numbers (Linux 6.1 net/core/net-procfs.c softnet_seq_show());
 * the sums can be beyond 32 bits, and run backwards when one of them wraps.
 */
void sample_add_softnet(struct sample *sample, const char *text, size_t length)
{
	struct counter counters[] = {
		{"softnet", "dropped", 0, true},
		{"softnet", "time_squeeze", 0, true},
	};
	char *copy = arena_strndup(sample->arena, text, length);
	char *save;
	unsigned rows = 0;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		rows++;
		for (unsigned i = 0; i < N(counters); i++) {
			int64_t value = 0;

			counters[i].is_known &= hex_column(line, i + 1, &value);
			counters[i].value += value;
		}
	}
	sample->softnet_why = rows ? NULL : "it is empty";
	for (unsigned i = 0; rows && i < N(counters); i++)
		add(sample, &counters[i]);
	if (sample->n)
		qsort(sample->counters, sample->n, sizeof(*sample->counters), compare);
}

static bool has_group(const struct sample *sample, const char *group)
{
	for (size_t i = 0; i < sample->n; i++)
		if (!strcmp(sample->counters[i].group, group))
			return true;
	return false;
}

/* Why there is no such counter. */
static struct fact not_found(const struct sample *sample, const struct counter *wanted)
{
	const char *why = strcmp(wanted->group, "softnet") ? sample->pairs_why : sample->softnet_why;

	/* A group stands in one file: where the group was read, the counter is not in this kernel. */
	if (why && !has_group(sample, wanted->group))
		return fact_missing(FACT_UNREADABLE, why);
	return fact_missing(FACT_ABSENT, "this kernel has no such counter");
}

struct fact sample_find(const struct sample *sample, const char *name, int64_t *ret)
{
	const char *dot = strchr(name, '.');
	struct counter wanted = {.name = dot ? dot + 1 : ""};
	const struct counter *found = NULL;

	wanted.group = arena_strndup(sample->arena, name, dot ? (size_t)(dot - name) : strlen(name));
	if (sample->n)
		found = bsearch(&wanted, sample->counters, sample->n, sizeof(wanted), compare);
	if (!found)
		return not_found(sample, &wanted);
	if (!found->is_known)
		return fact_missing(FACT_UNREADABLE, "its value cannot be understood");
	*ret = found->value;
	return fact_known(value_number(found->value < -1 ? (double)(uint64_t)found->value
							 : (double)found->value, UNIT_NONE));
}

/* ----------------------------------------------------------------- facts */

static struct fact rate(const struct sample_span *span, const char *name, int64_t last)
{
	int64_t first = 0;

	if (span->why || !(span->seconds > 0))
		return fact_missing(FACT_UNREADABLE, span->why ? span->why : "no time has passed");
	if (span->first) {
		struct fact before = sample_find(span->first, name, &first);

		if (before.state != FACT_KNOWN)
			return before;
	}
	/* Wrapped, or begun anew with another namespace. */
	if ((uint64_t)last < (uint64_t)first)
		return fact_missing(FACT_UNREADABLE, "the counter ran backwards between the samples");
	return fact_known(value_number((double)((uint64_t)last - (uint64_t)first) / span->seconds,
				       UNIT_PER_SECOND));
}

static void set(struct facts *facts, const char *name, struct fact fact)
{
	if (fact.state == FACT_KNOWN)
		facts_set(facts, name, fact.value);
	else
		facts_set_missing(facts, name, fact.state, fact.why);
}

static void set_counter(struct facts *facts, const char *prefix, const char *name, struct fact fact)
{
	char full[128];

	if (strlen(prefix) + strlen(name) >= sizeof(full))
		return;
	memcpy(full, prefix, strlen(prefix));
	memcpy(full + strlen(prefix), name, strlen(name) + 1);
	set(facts, full, fact);
}

static void add_facts(struct facts *facts, const struct sample *last, const struct sample_span *span,
		      const char *name)
{
	int64_t value;
	struct fact fact = sample_find(last, name, &value);

	set_counter(facts, strncmp(name, "softnet.", 8) ? "counter." : "", name, fact);
	set_counter(facts, "rate.", name,
		    fact.state == FACT_KNOWN ? rate(span, name, value) : fact);
}

void sample_facts(const struct sample *last, const struct sample_span *span,
		  const struct catalog *catalog, struct facts *facts)
{
	facts_set(facts, "sample.live", value_bool(span->first != NULL));
	if (span->why)
		facts_set_missing(facts, "sample.seconds", FACT_UNREADABLE, span->why);
	else
		facts_set(facts, "sample.seconds", value_number(span->seconds, UNIT_SECONDS));
	for (size_t i = 0; i < catalog->n_counters; i++)
		add_facts(facts, last, span, catalog->counters[i].name);
	add_facts(facts, last, span, "softnet.dropped");
	add_facts(facts, last, span, "softnet.time_squeeze");
}
