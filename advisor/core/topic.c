#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "core/param.h"
#include "core/topic.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct raw_topic {
	const struct node *state, *event, *also, *title, *count, *enters, *leaves, *side,
		*lasts, *pile;
	const struct node *means, *causes, *cure, *wrong, *unverified, *keys, *not_keys, *here;
	const struct node *counters, *rules, *see, *sources;
};

#define FIELD(key_, types_, member_)                                                           \
	{                                                                                      \
		key_, types_, false, offsetof(struct raw_topic, member_)                       \
	}
#define NEEDED(key_, types_, member_)                                                          \
	{                                                                                      \
		key_, types_, true, offsetof(struct raw_topic, member_)                        \
	}
#define TEXTS (NODE_SCALAR | NODE_LIST)

static const struct node_field state_fields[] = {
	NEEDED("state", NODE_SCALAR, state),
	FIELD("also", TEXTS, also),
	NEEDED("title", NODE_SCALAR, title),
	NEEDED("count", NODE_SCALAR, count),
	NEEDED("enters", NODE_SCALAR, enters),
	NEEDED("leaves", NODE_SCALAR, leaves),
	NEEDED("side", NODE_SCALAR, side),
	NEEDED("lasts", NODE_SCALAR, lasts),
	NEEDED("pile", NODE_SCALAR, pile),
	NEEDED("do", NODE_SCALAR, cure),
	FIELD("wrong", NODE_SCALAR, wrong),
	FIELD("unverified", NODE_SCALAR, unverified),
	FIELD("keys", NODE_LIST, keys),
	FIELD("not_keys", NODE_LIST, not_keys),
	FIELD("here", TEXTS, here),
	FIELD("counters", TEXTS, counters),
	FIELD("rules", TEXTS, rules),
	FIELD("see", TEXTS, see),
	NEEDED("sources", TEXTS, sources),
};

static const struct node_field event_fields[] = {
	NEEDED("event", NODE_SCALAR, event), FIELD("also", TEXTS, also),
	NEEDED("title", NODE_SCALAR, title), NEEDED("means", NODE_SCALAR, means),
	NEEDED("causes", NODE_LIST, causes), FIELD("do", NODE_SCALAR, cure),
	FIELD("wrong", NODE_SCALAR, wrong),  FIELD("unverified", NODE_SCALAR, unverified),
	FIELD("keys", NODE_LIST, keys),	     FIELD("not_keys", NODE_LIST, not_keys),
	FIELD("here", TEXTS, here),	     FIELD("counters", TEXTS, counters),
	FIELD("rules", TEXTS, rules),	     FIELD("see", TEXTS, see),
	NEEDED("sources", TEXTS, sources),
};

struct raw_key {
	const struct node *key, *text;
};

static const struct node_field key_fields[] = {
	{"key", NODE_SCALAR, true, offsetof(struct raw_key, key)},
	{"text", NODE_SCALAR, true, offsetof(struct raw_key, text)},
};

struct raw_cause {
	const struct node *cause, *tell, *cure;
};

static const struct node_field cause_fields[] = {
	{"cause", NODE_SCALAR, true, offsetof(struct raw_cause, cause)},
	{"tell", NODE_SCALAR, true, offsetof(struct raw_cause, tell)},
	{"do", NODE_SCALAR, true, offsetof(struct raw_cause, cure)},
};

struct topics topics_new(struct arena *arena)
{
	return (struct topics){.arena = arena};
}

/* ----------------------------------------------------------------- reading */

struct reader {
	struct arena *arena;
	struct diag *diag;
};

static const char *text_of(const struct node *node)
{
	return node ? node->text : NULL;
}

static struct topic_texts texts_of(const struct reader *reader, const struct node *node)
{
	struct topic_texts texts = {0};

	texts.items = node_texts(reader->arena, reader->diag, node, &texts.n);
	return texts;
}

static const struct topic_key *read_keys(const struct reader *reader, const struct node *node,
					 size_t *ret_n)
{
	struct topic_key *keys;

	if (!node)
		return NULL;
	keys = arena_array(reader->arena, node->n, sizeof(*keys));
	for (size_t i = 0; i < node->n; i++) {
		struct raw_key raw = {0};

		if (node_read_map(&node->items[i], "a key of a topic", key_fields,
				  N(key_fields), &raw, reader->diag))
			keys[i] = (struct topic_key){raw.key->text, raw.text->text};
	}
	*ret_n = node->n;
	return keys;
}

static void read_causes(const struct reader *reader, const struct node *node,
			struct topic *topic)
{
	struct topic_cause *causes;

	if (!node)
		return;
	if (!node->n)
		diag_error(reader->diag, node->place, "an event has at least one cause");
	causes = arena_array(reader->arena, node->n, sizeof(*causes));
	for (size_t i = 0; i < node->n; i++) {
		struct raw_cause raw = {0};

		if (node_read_map(&node->items[i], "a cause", cause_fields, N(cause_fields),
				  &raw, reader->diag))
			causes[i] = (struct topic_cause){raw.cause->text, raw.tell->text,
							 raw.cure->text};
	}
	topic->causes = causes;
	topic->n_causes = node->n;
}

static bool is_name(const char *name)
{
	size_t n = 0;

	while (isalnum((unsigned char)name[n]) || name[n] == '_' || name[n] == '-')
		n++;
	return n && n <= 60 && !name[n];
}

static bool read_raw(const struct reader *reader, const struct node *node,
		     struct raw_topic *raw, struct topic *topic)
{
	if (!node_get(node, "event") && !node_get(node, "state")) {
		diag_error(reader->diag, node->place, "a topic is a map with 'state' or 'event'");
		return false;
	}
	if (node_get(node, "event")) {
		topic->kind = TOPIC_EVENT;
		return node_read_map(node, "an event", event_fields, N(event_fields), raw,
				     reader->diag);
	}
	topic->kind = TOPIC_STATE;
	return node_read_map(node, "a state", state_fields, N(state_fields), raw, reader->diag);
}

static void fill_texts(const struct raw_topic *raw, struct topic *topic)
{
	topic->title = text_of(raw->title);
	topic->count = text_of(raw->count);
	topic->enters = text_of(raw->enters);
	topic->leaves = text_of(raw->leaves);
	topic->side = text_of(raw->side);
	topic->lasts = text_of(raw->lasts);
	topic->pile = text_of(raw->pile);
	topic->means = text_of(raw->means);
	topic->cure = text_of(raw->cure);
	topic->wrong = text_of(raw->wrong);
	topic->unverified = text_of(raw->unverified);
}

static void fill_lists(const struct reader *reader, const struct raw_topic *raw,
		       struct topic *topic)
{
	topic->also = texts_of(reader, raw->also);
	topic->here = texts_of(reader, raw->here);
	topic->counters = texts_of(reader, raw->counters);
	topic->rules = texts_of(reader, raw->rules);
	topic->see = texts_of(reader, raw->see);
	topic->sources = texts_of(reader, raw->sources);
	topic->keys = read_keys(reader, raw->keys, &topic->n_keys);
	topic->not_keys = read_keys(reader, raw->not_keys, &topic->n_not_keys);
	read_causes(reader, raw->causes, topic);
}

static const struct topic *read_topic(const struct reader *reader, const struct node *node)
{
	struct topic *topic = arena_alloc(reader->arena, sizeof(*topic));
	struct raw_topic raw = {0};
	size_t errors = reader->diag->errors;
	const struct node *name;

	topic->place = node->place;
	if (!read_raw(reader, node, &raw, topic))
		return NULL;
	name = topic->kind == TOPIC_EVENT ? raw.event : raw.state;
	topic->name = name->text;
	if (!is_name(name->text))
		diag_error(
			reader->diag, name->place,
			"a name is made of letters, digits, '_' and '-', at most 60 of them");
	fill_texts(&raw, topic);
	fill_lists(reader, &raw, topic);
	return reader->diag->errors == errors ? topic : NULL;
}

static void keep(struct topics *topics, const struct topic *topic, struct diag *diag)
{
	for (size_t i = 0; i < topics->n; i++) {
		if (strcmp(topics->items[i]->name, topic->name))
			continue;
		if (topics->items[i]->place.file == topic->place.file)
			diag_error(diag, topic->place, "%s is also described in line %u",
				   topic->name, topics->items[i]->place.line);
		topics->items[i] = topic;
		return;
	}
	topics->items = arena_grow(topics->arena, topics->items, topics->n, &topics->capacity,
				   sizeof(*topics->items));
	topics->items[topics->n++] = topic;
}

bool topics_load(struct topics *topics, const struct node *document, struct diag *diag)
{
	const struct reader reader = {topics->arena, diag};
	size_t errors = diag->errors;

	if (document->type != NODE_LIST) {
		diag_error(diag, document->place,
			   "a topic file is a list of states and events");
		return false;
	}
	for (size_t i = 0; i < document->n; i++) {
		const struct topic *topic = read_topic(&reader, &document->items[i]);

		if (topic)
			keep(topics, topic, diag);
	}
	return diag->errors == errors;
}

const struct topic *topics_find(const struct topics *topics, const char *name)
{
	for (size_t i = 0; i < topics->n; i++)
		if (!strcmp(topics->items[i]->name, name))
			return topics->items[i];
	return NULL;
}

/* ---------------------------------------------------------------- checking */

struct checker {
	const struct topics *topics;
	const struct topic_shelf *shelf;
	struct diag *diag;
};

static bool is_fact(const struct checker *checker, const char *name)
{
	struct fact_def def;

	return catalog_find(checker->shelf->catalog, name, &def);
}

static bool is_counter(const struct checker *checker, const char *name)
{
	size_t index;

	return counters_find(checker->shelf->counters, name, &index);
}

static bool is_rule(const struct checker *checker, const char *name)
{
	return rules_find(checker->shelf->rules, name);
}

static bool is_topic(const struct checker *checker, const char *name)
{
	return topics_find(checker->topics, name);
}

static void check_texts(const struct checker *checker, const struct topic *topic,
			const struct topic_texts *texts,
			bool (*is_there)(const struct checker *checker, const char *name))
{
	for (size_t i = 0; i < texts->n; i++)
		if (!is_there(checker, texts->items[i]))
			diag_error(checker->diag, topic->place,
				   "%s names '%s', which is not there", topic->name,
				   texts->items[i]);
}

static void check_keys(const struct checker *checker, const struct topic *topic,
		       const struct topic_key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!params_describe(checker->shelf->catalog->params, keys[i].key))
			diag_error(checker->diag, topic->place,
				   "%s names the key '%s', which is not known", topic->name,
				   keys[i].key);
}

bool topics_check(const struct topics *topics, const struct topic_shelf *shelf,
		  struct diag *diag)
{
	const struct checker checker = {topics, shelf, diag};
	size_t errors = diag->errors;

	for (size_t i = 0; i < topics->n; i++) {
		const struct topic *topic = topics->items[i];
		const struct topic_texts count = {&topic->count, topic->count ? 1 : 0};

		check_texts(&checker, topic, &count, is_fact);
		check_texts(&checker, topic, &topic->here, is_fact);
		check_texts(&checker, topic, &topic->counters, is_counter);
		check_texts(&checker, topic, &topic->rules, is_rule);
		check_texts(&checker, topic, &topic->see, is_topic);
		check_keys(&checker, topic, topic->keys, topic->n_keys);
		check_keys(&checker, topic, topic->not_keys, topic->n_not_keys);
	}
	return diag->errors == errors;
}
