/* What is known of a thing, as JSON; advisor/schemas/explain.schema.json. */
#include "out_explain.h"
#include "out_json.h"

#define SCHEMA "tcptune.explain/1"

struct writer {
	struct arena *arena;
	json_t *object;
};

static void put(const struct writer *writer, const char *name, json_t *value)
{
	out_json_put(writer->object, name, value);
}

static void put_text(const struct writer *writer, const char *name, const char *text)
{
	put(writer, name, out_json_text(writer->arena, text));
}

/* ------------------------------------------------------------------- lists */

static json_t *json_fact(struct arena *arena, struct fact fact)
{
	return fact.state == FACT_KNOWN ? out_json_value(arena, fact.value) : json_null();
}

/* Why a fact has no value, null where it has one. */
static json_t *json_why(struct arena *arena, struct fact fact)
{
	if (fact.state == FACT_KNOWN)
		return json_null();
	return out_json_text(arena, fact.why ? fact.why : "not there");
}

static json_t *json_keys(struct arena *arena, const struct explained_key *keys, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct explained_key *key = &keys[i];
		struct writer writer = {arena, json_object()};

		put_text(&writer, "key", key->key);
		put_text(&writer, "state", key_state_name(key->status.state));
		put_text(&writer, "current", key->current);
		put_text(&writer, "default", key->param ? key->param->default_text : NULL);
		put_text(&writer, "text", key->text);
		out_json_append(array, writer.object);
	}
	return array;
}

static json_t *json_counters(struct arena *arena, const struct explanation *explanation)
{
	json_t *array = json_array();

	for (size_t i = 0; i < explanation->n_counters; i++) {
		const struct explained_counter *counter = &explanation->counters[i];
		struct writer writer = {arena, json_object()};

		put_text(&writer, "name", counter->def->name);
		put(&writer, "total", json_fact(arena, counter->total));
		put(&writer, "rate", json_fact(arena, counter->rate));
		put_text(&writer, "summary", counter->def->summary);
		out_json_append(array, writer.object);
	}
	return array;
}

static void put_verdict(const struct writer *writer, const struct explained_rule *rule)
{
	const struct finding *finding = rule->finding;

	put_text(writer, "verdict", rule_verdict_name(rule->verdict));
	put_text(writer, "why", rule->why);
	put_text(writer, "severity", finding ? severity_name(finding->severity) : NULL);
	put_text(writer, "finding", finding ? finding->summary : NULL);
}

static json_t *json_rules(struct arena *arena, const struct explanation *explanation)
{
	json_t *array = json_array();

	for (size_t i = 0; i < explanation->n_rules; i++) {
		const struct explained_rule *rule = &explanation->rules[i];
		struct writer writer = {arena, json_object()};

		put_text(&writer, "id", rule->id);
		put_text(&writer, "title", rule->rule ? rule->rule->title : NULL);
		put_verdict(&writer, rule);
		out_json_append(array, writer.object);
	}
	return array;
}

static json_t *json_here(struct arena *arena, const struct explanation *explanation)
{
	json_t *array = json_array();

	for (size_t i = 0; i < explanation->n_here; i++) {
		const struct explained_fact *fact = &explanation->here[i];
		struct writer writer = {arena, json_object()};

		put_text(&writer, "name", fact->name);
		put_text(&writer, "summary", fact->summary);
		put(&writer, "value", json_fact(arena, fact->fact));
		put(&writer, "why", json_why(arena, fact->fact));
		out_json_append(array, writer.object);
	}
	return array;
}

static json_t *json_topics(struct arena *arena, const struct explanation *explanation)
{
	json_t *array = json_array();

	for (size_t i = 0; i < explanation->n_topics; i++)
		out_json_append(array, out_json_text(arena, explanation->topics[i]->name));
	return array;
}

/* What every kind has. */
static void put_common(const struct writer *writer, const struct explanation *explanation)
{
	put(writer, "topics", json_topics(writer->arena, explanation));
	put_text(writer, "unverified", explanation->unverified);
	put(writer, "sources",
	    out_json_texts(writer->arena, explanation->sources.items, explanation->sources.n));
}

/* ------------------------------------------------------------- each kind */

static void put_param(const struct writer *writer, const struct explanation *explanation)
{
	out_json_explain_key(writer->arena, writer->object, explanation);
	put(writer, "keys", json_keys(writer->arena, explanation->keys, explanation->n_keys));
	put(writer, "counters", json_counters(writer->arena, explanation));
	put(writer, "rules", json_rules(writer->arena, explanation));
}

static void put_lists(const struct writer *writer, const struct explanation *explanation)
{
	struct arena *arena = writer->arena;

	put_text(writer, "do", explanation->what.topic->cure);
	put_text(writer, "wrong", explanation->what.topic->wrong);
	put(writer, "here", json_here(arena, explanation));
	put(writer, "keys", json_keys(arena, explanation->keys, explanation->n_keys));
	put(writer, "not_keys",
	    json_keys(arena, explanation->not_keys, explanation->n_not_keys));
	put(writer, "counters", json_counters(arena, explanation));
	put(writer, "rules", json_rules(arena, explanation));
}

static void put_state(const struct writer *writer, const struct explanation *explanation)
{
	const struct topic *topic = explanation->what.topic;

	put_text(writer, "name", topic->name);
	put_text(writer, "title", topic->title);
	put(writer, "also", out_json_texts(writer->arena, topic->also.items, topic->also.n));
	put(writer, "count", json_fact(writer->arena, explanation->count));
	put_text(writer, "side", topic->side);
	put_text(writer, "enters", topic->enters);
	put_text(writer, "leaves", topic->leaves);
	put_text(writer, "lasts", topic->lasts);
	put_text(writer, "pile", topic->pile);
	put_lists(writer, explanation);
}

static json_t *json_causes(struct arena *arena, const struct topic *topic)
{
	json_t *array = json_array();

	for (size_t i = 0; i < topic->n_causes; i++) {
		struct writer writer = {arena, json_object()};

		put_text(&writer, "cause", topic->causes[i].cause);
		put_text(&writer, "tell", topic->causes[i].tell);
		put_text(&writer, "do", topic->causes[i].cure);
		out_json_append(array, writer.object);
	}
	return array;
}

static void put_event(const struct writer *writer, const struct explanation *explanation)
{
	const struct topic *topic = explanation->what.topic;

	put_text(writer, "name", topic->name);
	put_text(writer, "title", topic->title);
	put(writer, "also", out_json_texts(writer->arena, topic->also.items, topic->also.n));
	put_text(writer, "means", topic->means);
	put(writer, "causes", json_causes(writer->arena, topic));
	put_lists(writer, explanation);
}

static void put_counter(const struct writer *writer, const struct explanation *explanation)
{
	const struct explained_counter *counter = &explanation->counter;

	put_text(writer, "name", counter->def->name);
	put_text(writer, "since", counter->note->since);
	put(writer, "total", json_fact(writer->arena, counter->total));
	put(writer, "rate", json_fact(writer->arena, counter->rate));
	put(writer, "why", json_why(writer->arena, counter->total));
	put_text(writer, "summary", counter->def->summary);
	put(writer, "rules", json_rules(writer->arena, explanation));
}

static json_t *json_thresholds(struct arena *arena, const struct explanation *explanation)
{
	json_t *array = json_array();

	for (size_t i = 0; i < explanation->n_thresholds; i++) {
		const struct explained_threshold *threshold = &explanation->thresholds[i];
		struct writer writer = {arena, json_object()};

		put_text(&writer, "name", threshold->name);
		put(&writer, "value", json_fact(arena, threshold->value));
		put_text(&writer, "shown",
			 threshold->value.state == FACT_KNOWN
				 ? value_show(arena, threshold->value.value)
				 : NULL);
		put_text(&writer, "means", threshold->means);
		out_json_append(array, writer.object);
	}
	return array;
}

static void put_rule(const struct writer *writer, const struct explanation *explanation)
{
	const struct rule *rule = explanation->what.rule;

	put_text(writer, "name", rule->id);
	put_text(writer, "title", rule->title);
	put_verdict(writer, &explanation->rule);
	put(writer, "findings", json_integer((json_int_t)explanation->rule.n_findings));
	put(writer, "thresholds", json_thresholds(writer->arena, explanation));
	put(writer, "reads",
	    out_json_texts(writer->arena, explanation->reads, explanation->n_reads));
	put_text(writer, "corrects", rule->corrects);
	put_text(writer, "risk", rule->risk);
}

static void put_one(const struct writer *writer, const struct explanation *explanation)
{
	static void (*const kinds[])(const struct writer *writer,
				     const struct explanation *explanation) = {
		[EXPLAIN_PARAMETER] = put_param, [EXPLAIN_STATE] = put_state,
		[EXPLAIN_EVENT] = put_event,	 [EXPLAIN_COUNTER] = put_counter,
		[EXPLAIN_RULE] = put_rule,
	};

	put_text(writer, "kind", explain_kind_name(explanation->what.kind));
	kinds[explanation->what.kind](writer, explanation);
	put_common(writer, explanation);
}

/* One thing is the document itself; several are its items. */
void out_json_explain(const struct out_options *options, const struct explain_report *report)
{
	struct writer writer = {options->arena, out_json_begin(SCHEMA)};
	json_t *items;

	if (report->n == 1) {
		put_one(&writer, report->items[0]);
		out_json_end(options, writer.object);
		return;
	}
	items = json_array();
	put_text(&writer, "kind", "several");
	for (size_t i = 0; i < report->n; i++) {
		struct writer one = {options->arena, json_object()};

		put_one(&one, report->items[i]);
		out_json_append(items, one.object);
	}
	put(&writer, "items", items);
	out_json_end(options, writer.object);
}

void out_json_explain_list(const struct out_options *options, const struct explain_list *list)
{
	struct writer writer = {options->arena, out_json_begin(SCHEMA)};
	json_t *items = json_array();

	put_text(&writer, "kind", "list");
	for (size_t i = 0; i < list->n; i++) {
		const struct explain_what *what = &list->items[i];
		struct writer one = {options->arena, json_object()};

		put_text(&one, "name", what->name);
		put_text(&one, "kind", explain_kind_name(what->kind));
		put_text(&one, "subject", explain_subject(options->arena, list->known, what));
		put_text(&one, "title", explain_title(options->arena, list->known, what));
		out_json_append(items, one.object);
	}
	put(&writer, "items", items);
	out_json_end(options, writer.object);
}
