#include <stdlib.h>
#include <string.h>

#include "core/sample.h"
#include "core/softnet.h"

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
	const struct softnet *softnet; /* or NULL */
	const char *pairs_why; /* a file of pairs could not be read; or NULL */
	struct miss {
		const char *group;
		enum fact_state state;
		const char *why;
	} *misses; /* groups that could not be read, or hold nothing */
	size_t n_misses, misses_capacity;
};

/* The facts beside those of the catalogue's counters: a count has a rate. */
static const struct {
	const char *name;
	bool is_count;
} others[] = {
	{"softnet.dropped", true},          {"softnet.time_squeeze", true},
	{"conntrack.drop", true},           {"conntrack.early_drop", true},
	{"conntrack.insert_failed", true},  {"neigh.entries", false},
	{"neigh.table_fulls", true},        {"neigh6.entries", false},
	{"neigh6.table_fulls", true},
};

struct sample *sample_new(struct arena *arena)
{
	struct sample *sample = arena_alloc(arena, sizeof(*sample));

	sample->arena = arena;
	return sample;
}

void sample_miss_pairs(struct sample *sample, const char *why)
{
	sample->pairs_why = why;
}

void sample_miss(struct sample *sample, const char *group, enum fact_state state, const char *why)
{
	sample->misses = arena_grow(sample->arena, sample->misses, sample->n_misses,
				    &sample->misses_capacity, sizeof(*sample->misses));
	sample->misses[sample->n_misses++] = (struct miss){group, state, why};
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

/* ------------------------------------------------------- a row for each CPU */

#define COLUMNS_MAX 32u

/* What the rows add up to, column by column. */
struct sums {
	const char *names[COLUMNS_MAX];
	int64_t values[COLUMNS_MAX];
	bool is_known[COLUMNS_MAX]; /* every row has a number there */
	size_t n, rows;
	size_t digits; /* of a number, at most */
};

static bool parse_hex(const char *word, size_t n, size_t digits, uint64_t *ret)
{
	uint64_t value = 0;

	if (!n || n > digits || strspn(word, "0123456789abcdef") < n)
		return false;
	for (size_t i = 0; i < n; i++)
		value = value << 4 | (uint64_t)(word[i] <= '9' ? word[i] - '0' : word[i] - 'a' + 10);
	*ret = value;
	return true;
}

/* Sums are taken without a sign: they run backwards when one of the numbers wraps. */
static void add_row(struct sums *sums, const char *line)
{
	for (size_t i = 0; i < sums->n; i++) {
		size_t n = strcspn(line += strspn(line, " \t\r"), " \t\r");
		uint64_t value = 0, sum = (uint64_t)sums->values[i];

		sums->is_known[i] &= parse_hex(line, n, sums->digits, &value);
		/* The same number in every row (Linux 6.1 net/core/neighbour.c neigh_stat_seq_show()). */
		if (!strcmp(sums->names[i], "entries"))
			sum = 0;
		sum += value;
		memcpy(&sums->values[i], &sum, sizeof(sum));
		line += n;
	}
	sums->rows++;
}

static void add_rows(struct sums *sums, char *rows)
{
	char *save;

	for (size_t i = 0; i < sums->n; i++)
		sums->is_known[i] = true;
	for (char *line = strtok_r(rows, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		add_row(sums, line);
}

static void take_sums(struct sample *sample, const char *group, const struct sums *sums)
{
	if (!sums->rows)
		sample_miss(sample, group, FACT_UNREADABLE, "it is empty");
	for (size_t i = 0; sums->rows && i < sums->n; i++)
		add(sample, &(struct counter){group, sums->names[i], sums->values[i], sums->is_known[i]});
	if (sample->n)
		qsort(sample->counters, sample->n, sizeof(*sample->counters), compare);
}

/* Rows of 32-bit numbers (Linux 6.1 net/core/net-procfs.c softnet_seq_show()); the first one is not asked for. */
void sample_add_softnet(struct sample *sample, const char *text, size_t length)
{
	struct sums sums = {.names = {"processed", "dropped", "time_squeeze"}, .n = 3, .digits = 8};

	add_rows(&sums, arena_strndup(sample->arena, text, length));
	take_sums(sample, "softnet", &sums);
	sample->softnet = softnet_parse(sample->arena, text, length);
}

void sample_add_stat(struct sample *sample, const char *group, const char *text, size_t length)
{
	struct sums sums = {.digits = 16};
	char *names = arena_strndup(sample->arena, text, length);
	char *rows = strchr(names, '\n'), *save;

	if (rows)
		*rows++ = '\0';
	for (char *name = strtok_r(names, " \t\r", &save); name && sums.n < COLUMNS_MAX;
	     name = strtok_r(NULL, " \t\r", &save))
		sums.names[sums.n++] = name;
	add_rows(&sums, rows ? rows : names + strlen(names));
	take_sums(sample, arena_strdup(sample->arena, group), &sums);
}

static bool has_group(const struct sample *sample, const char *group)
{
	for (size_t i = 0; i < sample->n; i++)
		if (!strcmp(sample->counters[i].group, group))
			return true;
	return false;
}

static const struct miss *find_miss(const struct sample *sample, const char *group)
{
	for (size_t i = 0; i < sample->n_misses; i++)
		if (!strcmp(sample->misses[i].group, group))
			return &sample->misses[i];
	return NULL;
}

/* A group with a file of its own, which may not have been looked at. */
static bool has_own_file(const char *group)
{
	size_t length = strlen(group);

	for (size_t i = 0; i < N(others); i++)
		if (!strncmp(others[i].name, group, length) && others[i].name[length] == '.')
			return true;
	return false;
}

/* Why there is no such counter. */
static struct fact not_found(const struct sample *sample, const struct counter *wanted)
{
	const struct miss *miss = find_miss(sample, wanted->group);

	/* A group stands in one file: where the group was read, the counter is not in this kernel. */
	if (has_group(sample, wanted->group))
		return fact_missing(FACT_ABSENT, "this kernel has no such counter");
	if (miss)
		return fact_missing(miss->state, miss->why);
	if (has_own_file(wanted->group))
		return fact_missing(FACT_UNREADABLE, "not observed");
	if (sample->pairs_why)
		return fact_missing(FACT_UNREADABLE, sample->pairs_why);
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

	set_counter(facts, "counter.", name, fact);
	set_counter(facts, "rate.", name,
		    fact.state == FACT_KNOWN ? rate(span, name, value) : fact);
}

static void add_others(struct facts *facts, const struct sample *last, const struct sample_span *span)
{
	for (size_t i = 0; i < N(others); i++) {
		int64_t value;
		struct fact fact = sample_find(last, others[i].name, &value);

		set(facts, others[i].name, fact);
		if (others[i].is_count)
			set_counter(facts, "rate.", others[i].name,
				    fact.state == FACT_KNOWN ? rate(span, others[i].name, value)
							     : fact);
	}
}

static void add_softnet(struct facts *facts, const struct sample *last, const struct sample_span *span)
{
	const struct miss *miss = find_miss(last, "softnet");
	struct softnet_span rates = {.seconds = span->seconds, .why = span->why};

	if (span->first) {
		rates.first = span->first->softnet;
		if (!rates.first)
			rates.why = "the first sample has no rows of CPUs";
	}
	softnet_facts(last->softnet, &rates, miss ? miss->why : "not observed", facts);
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
	add_others(facts, last, span);
	add_softnet(facts, last, span);
}
