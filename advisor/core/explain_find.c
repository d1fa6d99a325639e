/* From a word to the thing that it names. */
#include <ctype.h>
#include <string.h>

#include "core/explain.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A part of a message that is shorter would be found everywhere. */
#define PHRASE_MIN 8

static const char *const kind_names[] = {
	[EXPLAIN_PARAMETER] = "parameter", [EXPLAIN_STATE] = "state", [EXPLAIN_EVENT] = "event",
	[EXPLAIN_COUNTER] = "counter",	   [EXPLAIN_RULE] = "rule",
};

const char *explain_kind_name(enum explain_kind kind)
{
	return kind_names[kind];
}

struct search {
	struct arena *arena;
	const struct explain_known *known;
	const char *word;
	const char *squeezed;
	struct explain_what *found; /* all that the word may mean */
	size_t n, capacity;
};

/* Letters and digits alone, in lower case: "TIME-WAIT" and "time_wait" are "timewait". */
static char *squeeze(struct arena *arena, const char *text)
{
	char *squeezed = arena_strdup(arena, text), *to = squeezed;

	for (; *text; text++)
		if (isalnum((unsigned char)*text))
			*to++ = (char)tolower((unsigned char)*text);
	*to = '\0';
	return squeezed;
}

static void add(struct search *search, struct explain_what what)
{
	search->found = arena_grow(search->arena, search->found, search->n, &search->capacity,
				   sizeof(*search->found));
	search->found[search->n++] = what;
}

static void add_param(struct search *search, const char *key, const struct param *param)
{
	add(search,
	    (struct explain_what){.kind = EXPLAIN_PARAMETER, .name = key, .param = param});
}

static void add_topic(struct search *search, const struct topic *topic)
{
	add(search, (struct explain_what){.kind = topic->kind == TOPIC_STATE ? EXPLAIN_STATE
									     : EXPLAIN_EVENT,
					  .name = topic->name,
					  .topic = topic});
}

/* ------------------------------------------------------------------- keys */

/* With dots, without "/proc/sys/". */
static char *canonical_key(struct arena *arena, const char *word)
{
	static const char *const prefixes[] = {"/proc/sys/", "proc/sys/"};

	for (size_t i = 0; i < N(prefixes); i++)
		if (!strncmp(word, prefixes[i], strlen(prefixes[i])))
			word += strlen(prefixes[i]);
	return conf_key_of_path(arena, word);
}

static bool ends_in(const char *key, const char *tail)
{
	size_t n = strlen(key), n_tail = strlen(tail);

	return n > n_tail && n_tail && key[n - n_tail - 1] == '.' &&
	       !strcmp(key + n - n_tail, tail);
}

static bool is_same_entry(const struct param *a, const struct param *b)
{
	return a->place.file == b->place.file && a->place.line == b->place.line;
}

/* Keys that end in the word; of those of one entry (conf.all, conf.default) the first stands
 * for all. */
static void find_tails(struct search *search, const char *tail)
{
	const struct params *params = search->known->params;

	for (size_t i = 0; i < params_count(params); i++) {
		const struct param *param = params_at(params, i);

		if (!ends_in(param->key, tail))
			continue;
		if (!search->n || !is_same_entry(search->found[search->n - 1].param, param))
			add_param(search, param->key, param);
	}
}

static char *lowered(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *s = copy; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	return copy;
}

/* As it is written first: the name of an interface may have capitals. */
static void find_key(struct search *search)
{
	const char *key = canonical_key(search->arena, search->word);
	const struct param *param = params_describe(search->known->params, key);

	if (!param) {
		key = lowered(search->arena, key);
		param = params_describe(search->known->params, key);
	}
	if (param)
		add_param(search, key, param);
	else
		find_tails(search, key);
}

/* -------------------------------------------- states, events, counters, rules */

static bool is_named(struct search *search, const struct topic *topic)
{
	if (!strcmp(squeeze(search->arena, topic->name), search->squeezed))
		return true;
	for (size_t i = 0; i < topic->also.n; i++)
		if (!strcmp(squeeze(search->arena, topic->also.items[i]), search->squeezed))
			return true;
	return false;
}

static void find_topic(struct search *search)
{
	const struct topics *topics = search->known->topics;

	for (size_t i = 0; i < topics->n; i++)
		if (is_named(search, topics->items[i]))
			add_topic(search, topics->items[i]);
}

static void find_counter(struct search *search)
{
	const struct counters *counters = search->known->counters;

	for (size_t i = 0; i < counters->n; i++) {
		const char *name = counters->defs[i].name, *leaf = strchr(name, '.') + 1;

		if (!strcmp(squeeze(search->arena, name), search->squeezed) ||
		    !strcmp(squeeze(search->arena, leaf), search->squeezed))
			add(search, (struct explain_what){.kind = EXPLAIN_COUNTER,
							  .name = name,
							  .counter = i});
	}
}

static void find_rule(struct search *search)
{
	const struct rule *rule = rules_find(search->known->rules, search->word);

	if (rule)
		add(search, (struct explain_what){
				    .kind = EXPLAIN_RULE, .name = rule->id, .rule = rule});
}

/* How long the longest phrase of an event in the text is, 0 for none. */
static size_t phrase_in(struct search *search, const struct topic *topic)
{
	size_t longest = 0;

	for (size_t i = 0; topic->kind == TOPIC_EVENT && i <= topic->also.n; i++) {
		const char *phrase =
			squeeze(search->arena, i ? topic->also.items[i - 1] : topic->name);
		size_t n = strlen(phrase);

		if (n >= PHRASE_MIN && n > longest && strstr(search->squeezed, phrase))
			longest = n;
	}
	return longest;
}

/* A line of a log: the event that has the most to do with it. */
static void find_phrase(struct search *search)
{
	const struct topics *topics = search->known->topics;
	const struct topic *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < topics->n; i++) {
		size_t n = phrase_in(search, topics->items[i]);

		if (n > most) {
			most = n;
			best = topics->items[i];
		}
	}
	if (best)
		add_topic(search, best);
}

/* ---------------------------------------------------------------- no match */

/* Names as they are offered, and as they are compared. */
struct candidates {
	const char **names, **squeezed;
	size_t n;
};

static void offer(struct search *search, struct candidates *candidates, const char *name,
		  const char *part)
{
	candidates->names[candidates->n] = name;
	candidates->squeezed[candidates->n++] = squeeze(search->arena, part);
}

static const char *nearest(struct search *search)
{
	const char *key = canonical_key(search->arena, search->word);
	struct candidates candidates;
	struct explain_what *all;
	const char *near;
	size_t n;

	if (!strncmp(key, "net.", 4))
		return params_nearest(search->known->params, key);
	all = explain_all(search->arena, search->known, &n);
	candidates = (struct candidates){
		.names = arena_array(search->arena, 2 * n, sizeof(near)),
		.squeezed = arena_array(search->arena, 2 * n, sizeof(near))};
	for (size_t i = 0; i < n; i++) {
		const char *dot = strrchr(all[i].name, '.');

		offer(search, &candidates, all[i].name, all[i].name);
		if (dot)
			offer(search, &candidates, all[i].name, dot);
	}
	near = node_nearest(search->squeezed, candidates.squeezed, candidates.n);
	for (size_t i = 0; near && i < candidates.n; i++)
		if (candidates.squeezed[i] == near)
			return candidates.names[i];
	return NULL;
}

static char *why_none(struct search *search)
{
	const char *near = nearest(search);

	return arena_printf(
		search->arena,
		"nothing is known of '%s'%s%s%s (tcptune explain lists all that is)",
		text_printable(search->arena, search->word), near ? ", did you mean '" : "",
		near ? near : "", near ? "'?" : "");
}

static char *why_many(struct search *search)
{
	struct text text = text_new(search->arena);

	text_printf(&text, "'%s' may be ", text_printable(search->arena, search->word));
	for (size_t i = 0; i < search->n; i++)
		text_printf(&text, "%s%s",
			    !i			? ""
			    : i + 1 < search->n ? ", "
						: " or ",
			    search->found[i].name);
	return text.data;
}

/* The first step that finds anything decides. */
bool explain_find(struct arena *arena, const struct explain_known *known, const char *word,
		  struct explain_what *ret, const char **ret_why)
{
	static void (*const steps[])(struct search * search) = {
		find_rule, find_topic, find_counter, find_key, find_phrase,
	};
	struct search search = {.arena = arena, .known = known, .word = word};

	search.squeezed = squeeze(arena, word);
	for (size_t i = 0; *search.squeezed && !search.n && i < N(steps); i++)
		steps[i](&search);
	if (search.n != 1) {
		*ret_why = search.n ? why_many(&search) : why_none(&search);
		return false;
	}
	*ret = search.found[0];
	return true;
}
