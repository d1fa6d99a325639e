/* All that can be explained. */
#include <stdlib.h>
#include <string.h>

#include "core/explain.h"

static struct place place_of(const struct explain_known *known, const struct explain_what *what)
{
	switch (what->kind) {
	case EXPLAIN_PARAMETER:
		return what->param->place;
	case EXPLAIN_STATE:
	case EXPLAIN_EVENT:
		return what->topic->place;
	case EXPLAIN_COUNTER:
		return known->counters->notes[what->counter].place;
	case EXPLAIN_RULE:
		return what->rule->place;
	}
	return (struct place){0};
}

const char *explain_subject(struct arena *arena, const struct explain_known *known,
			    const struct explain_what *what)
{
	const char *file = place_of(known, what).file, *slash, *dot;

	if (!file)
		return "";
	slash = strrchr(file, '/');
	file = slash ? slash + 1 : file;
	dot = strrchr(file, '.');
	return dot ? arena_strndup(arena, file, (size_t)(dot - file)) : file;
}

/* Up to the first full stop or colon that ends a sentence. */
static char *first_sentence(struct arena *arena, const char *text)
{
	for (const char *s = text; *s; s++)
		if ((*s == '.' || *s == ':') && (s[1] == ' ' || s[1] == '\n' || !s[1]))
			return arena_strndup(arena, text, (size_t)(s - text));
	return arena_strdup(arena, text);
}

const char *explain_title(struct arena *arena, const struct explain_known *known,
			  const struct explain_what *what)
{
	switch (what->kind) {
	case EXPLAIN_PARAMETER:
		return first_sentence(arena, what->param->summary);
	case EXPLAIN_STATE:
	case EXPLAIN_EVENT:
		return what->topic->title;
	case EXPLAIN_COUNTER:
		return first_sentence(arena, known->counters->defs[what->counter].summary);
	case EXPLAIN_RULE:
		return what->rule->title;
	}
	return "";
}

/* A parameter and where it belongs in the list. */
struct entry {
	struct explain_what what;
	const char *subject;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->subject, y->subject);

	return order ? order : strcmp(x->what.name, y->what.name);
}

static size_t add_params(struct arena *arena, const struct explain_known *known,
			 struct explain_what *all)
{
	size_t n = params_count(known->params);
	struct entry *entries = arena_array(arena, n, sizeof(*entries));

	for (size_t i = 0; i < n; i++) {
		const struct param *param = params_at(known->params, i);

		entries[i].what = (struct explain_what){
			.kind = EXPLAIN_PARAMETER, .name = param->key, .param = param};
		entries[i].subject = explain_subject(arena, known, &entries[i].what);
	}
	if (n)
		qsort(entries, n, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < n; i++)
		all[i] = entries[i].what;
	return n;
}

static size_t add_topics(const struct explain_known *known, enum topic_kind kind,
			 struct explain_what *all)
{
	const struct topics *topics = known->topics;
	size_t n = 0;

	for (size_t i = 0; i < topics->n; i++)
		if (topics->items[i]->kind == kind)
			all[n++] = (struct explain_what){
				.kind = kind == TOPIC_STATE ? EXPLAIN_STATE : EXPLAIN_EVENT,
				.name = topics->items[i]->name,
				.topic = topics->items[i]};
	return n;
}

struct explain_what *explain_all(struct arena *arena, const struct explain_known *known,
				 size_t *ret_n)
{
	size_t n_rules = rules_count(known->rules), n = 0;
	struct explain_what *all = arena_array(arena,
					       known->topics->n + n_rules + known->counters->n +
						       params_count(known->params),
					       sizeof(*all));

	n += add_topics(known, TOPIC_STATE, all);
	n += add_topics(known, TOPIC_EVENT, all + n);
	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *rule = rules_at(known->rules, i);

		all[n++] = (struct explain_what){
			.kind = EXPLAIN_RULE, .name = rule->id, .rule = rule};
	}
	for (size_t i = 0; i < known->counters->n; i++)
		all[n++] = (struct explain_what){.kind = EXPLAIN_COUNTER,
						 .name = known->counters->defs[i].name,
						 .counter = i};
	*ret_n = n + add_params(arena, known, all + n);
	return all;
}
