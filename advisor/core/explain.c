/* What is known of a thing, beside what one host has. */
#include <stdlib.h>
#include <string.h>

#include "core/explain_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

const char *rule_verdict_name(enum rule_verdict verdict)
{
	static const char *const names[] = {
		[RULE_QUIET] = "quiet",
		[RULE_FIRES] = "fires",
		[RULE_NOT_APPLICABLE] = "not applicable",
		[RULE_UNKNOWN] = "unknown",
	};

	return names[verdict];
}

/* ------------------------------------------------- counters, facts, rules */

/* Gauges among the counters of /proc/net/snmp: RFC 4022, RFC 4293. */
static bool is_gauge(const char *name)
{
	static const char *const gauges[] = {
		"Ip.DefaultTTL",    "Ip.Forwarding", "Tcp.CurrEstab", "Tcp.MaxConn",
		"Tcp.RtoAlgorithm", "Tcp.RtoMax",    "Tcp.RtoMin",
	};

	for (size_t i = 0; i < N(gauges); i++)
		if (!strcmp(gauges[i], name))
			return true;
	return false;
}

static struct explained_counter make_counter(const struct explainer *explainer, size_t index)
{
	const struct counters *counters = explainer->known->counters;
	const struct facts *facts = explainer->host->facts;
	const char *name = counters->defs[index].name;
	struct explained_counter counter = {
		.def = &counters->defs[index],
		.note = &counters->notes[index],
		.is_gauge = is_gauge(name),
		.total = facts_get(facts, arena_printf(explainer->arena, "counter.%s", name)),
		.rate = facts_get(facts, arena_printf(explainer->arena, "rate.%s", name)),
	};

	if (counter.is_gauge)
		counter.rate = fact_missing(FACT_UNREADABLE, "it is a gauge");
	return counter;
}

static void fill_counters(const struct explainer *explainer, const char *const *names, size_t n)
{
	struct explained_counter *counters =
		arena_array(explainer->arena, n, sizeof(*counters));
	size_t index;

	for (size_t i = 0; i < n; i++)
		if (counters_find(explainer->known->counters, names[i], &index))
			counters[explainer->to->n_counters++] = make_counter(explainer, index);
	explainer->to->counters = counters;
}

static void find_unjudged(const struct unjudged *items, size_t n, enum rule_verdict verdict,
			  struct explained_rule *rule)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(items[i].id, rule->id))
			continue;
		rule->verdict = verdict;
		rule->why = items[i].why && *items[i].why ? items[i].why : NULL;
	}
}

static struct explained_rule make_rule(const struct explainer *explainer, const char *id)
{
	const struct findings *findings = explainer->host->findings;
	struct explained_rule rule = {.id = id,
				      .rule = rules_find(explainer->known->rules, id)};

	find_unjudged(findings->unknown, findings->n_unknown, RULE_UNKNOWN, &rule);
	find_unjudged(findings->not_applicable, findings->n_not_applicable, RULE_NOT_APPLICABLE,
		      &rule);
	for (size_t i = findings->n; i > 0; i--) {
		if (strcmp(findings->items[i - 1].id, id))
			continue;
		rule.verdict = RULE_FIRES;
		rule.finding = &findings->items[i - 1];
		rule.n_findings++;
	}
	return rule;
}

static void fill_rules(const struct explainer *explainer, const char *const *ids, size_t n)
{
	struct explained_rule *rules = arena_array(explainer->arena, n, sizeof(*rules));

	for (size_t i = 0; i < n; i++)
		rules[i] = make_rule(explainer, ids[i]);
	explainer->to->rules = rules;
	explainer->to->n_rules = n;
}

static bool is_word_byte(char c)
{
	return c && (strchr("_./", c) || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		     (c >= 'A' && c <= 'Z'));
}

/* The name as a whole word, whatever group stands before a counter's ("rate.TcpExt.TW"). */
static bool text_mentions(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = text; (s = strstr(s, name)); s++) {
		bool is_begun = s == text || !is_word_byte(s[-1]) || s[-1] == '.';

		if (is_begun &&
		    (!is_word_byte(s[n]) || (s[n] == '.' && !is_word_byte(s[n + 1]))))
			return true;
	}
	return false;
}

static bool node_mentions(const struct node *node, const char *name)
{
	if (node->type == NODE_SCALAR)
		return text_mentions(node->text, name);
	for (size_t i = 0; i < node->n; i++)
		if (node_mentions(&node->items[i], name))
			return true;
	return false;
}

/* Rules name what they read in full, so that their text tells which they are. */
static void fill_users(const struct explainer *explainer, const char *name)
{
	const struct rules *rules = explainer->known->rules;
	const char **ids = arena_array(explainer->arena, rules_count(rules), sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < rules_count(rules); i++)
		if (node_mentions(rules_at(rules, i)->node, name))
			ids[n++] = rules_at(rules, i)->id;
	fill_rules(explainer, ids, n);
}

static void fill_here(const struct explainer *explainer, const struct topic_texts *names)
{
	const struct catalog catalog = {.params = explainer->known->params,
					.counters = explainer->known->counters->defs,
					.n_counters = explainer->known->counters->n};
	struct explained_fact *here = arena_array(explainer->arena, names->n, sizeof(*here));

	for (size_t i = 0; i < names->n; i++) {
		struct fact_def def;
		bool is_known = catalog_find(&catalog, names->items[i], &def);

		here[i] = (struct explained_fact){
			names->items[i], is_known ? def.summary : NULL,
			facts_get(explainer->host->facts, names->items[i])};
	}
	explainer->to->here = here;
	explainer->to->n_here = names->n;
}

/* ------------------------------------------------------------- each kind */

static bool topic_names(const struct topic *topic, const char *name)
{
	for (size_t i = 0; i < topic->n_keys; i++)
		if (!strcmp(topic->keys[i].key, name))
			return true;
	for (size_t i = 0; i < topic->counters.n; i++)
		if (!strcmp(topic->counters.items[i], name))
			return true;
	for (size_t i = 0; i < topic->rules.n; i++)
		if (!strcmp(topic->rules.items[i], name))
			return true;
	return false;
}

/* The topics that name this key, counter or rule. */
static void fill_topics(const struct explainer *explainer, const char *name)
{
	const struct topics *topics = explainer->known->topics;
	const struct topic **found =
		arena_array(explainer->arena, topics->n, sizeof(struct topic *));

	for (size_t i = 0; i < topics->n; i++)
		if (topic_names(topics->items[i], name))
			found[explainer->to->n_topics++] = topics->items[i];
	explainer->to->topics = found;
}

static struct explained_key *make_keys(const struct explainer *explainer,
				       const struct topic_key *keys, size_t n)
{
	struct explained_key *made = arena_array(explainer->arena, n, sizeof(*made));

	for (size_t i = 0; i < n; i++)
		made[i] = explain_key(explainer, keys[i].key, keys[i].text);
	return made;
}

/* Related things of a parameter: keys here, counters in a list of their own. */
static void fill_related(const struct explainer *explainer, const struct param *param)
{
	struct topic_key *keys = arena_array(explainer->arena, param->n_related, sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; i < param->n_related; i++)
		if (!strncmp(param->related[i], "net.", 4))
			keys[n++] = (struct topic_key){.key = param->related[i]};
	explainer->to->keys = make_keys(explainer, keys, n);
	explainer->to->n_keys = n;
	fill_counters(explainer, param->related, param->n_related);
}

static void explain_param(const struct explainer *explainer)
{
	struct explanation *to = explainer->to;
	const struct param *param = to->what.param;

	explain_own_key(explainer);
	fill_related(explainer, param);
	fill_users(explainer, param->key);
	fill_topics(explainer, param->key);
	to->unverified = param->unverified;
	to->sources = (struct topic_texts){param->sources, param->n_sources};
}

static void explain_topic(const struct explainer *explainer)
{
	struct explanation *to = explainer->to;
	const struct topic *topic = to->what.topic;
	const struct topic **see =
		arena_array(explainer->arena, topic->see.n, sizeof(struct topic *));

	if (topic->count)
		to->count = facts_get(explainer->host->facts, topic->count);
	to->keys = make_keys(explainer, topic->keys, topic->n_keys);
	to->n_keys = topic->n_keys;
	to->not_keys = make_keys(explainer, topic->not_keys, topic->n_not_keys);
	to->n_not_keys = topic->n_not_keys;
	fill_counters(explainer, topic->counters.items, topic->counters.n);
	fill_rules(explainer, topic->rules.items, topic->rules.n);
	fill_here(explainer, &topic->here);
	for (size_t i = 0; i < topic->see.n; i++) {
		const struct topic *other =
			topics_find(explainer->known->topics, topic->see.items[i]);

		if (other)
			see[to->n_topics++] = other;
	}
	to->topics = see;
	to->unverified = topic->unverified;
	to->sources = topic->sources;
}

static void explain_counter(const struct explainer *explainer)
{
	struct explanation *to = explainer->to;

	to->counter = make_counter(explainer, to->what.counter);
	fill_users(explainer, to->what.name);
	fill_topics(explainer, to->what.name);
	to->sources =
		(struct topic_texts){to->counter.note->sources, to->counter.note->n_sources};
}

static void fill_thresholds(const struct explainer *explainer, const struct rule *rule)
{
	struct explained_threshold *thresholds =
		arena_array(explainer->arena, rule->n_thresholds, sizeof(*thresholds));
	const struct catalog catalog = {.params = explainer->known->params,
					.counters = explainer->known->counters->defs,
					.n_counters = explainer->known->counters->n};

	for (size_t i = 0; i < rule->n_thresholds; i++) {
		struct eval eval = {.arena = explainer->arena,
				    .facts = explainer->host->facts,
				    .catalog = &catalog};

		thresholds[i] = (struct explained_threshold){
			rule->thresholds[i].name, rule->thresholds[i].means,
			expr_eval(rule->thresholds[i].named->expr, &eval)};
	}
	explainer->to->thresholds = thresholds;
	explainer->to->n_thresholds = rule->n_thresholds;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Facts, then tables: "destinations as d" or `each` says which. */
static void fill_reads(const struct explainer *explainer, const struct rule *rule)
{
	size_t n, n_tables;
	const char **facts = rule_facts(rule, explainer->arena, &n);
	const struct table_def *const *tables = catalog_tables(&n_tables);
	const char **reads = arena_array(explainer->arena, n + n_tables, sizeof(*reads));

	for (size_t i = 0; i < n; i++)
		reads[i] = facts[i];
	if (n)
		qsort(reads, n, sizeof(*reads), compare_names);
	for (size_t i = 0; i < n_tables; i++)
		if (node_mentions(rule->node,
				  arena_printf(explainer->arena, "%s as", tables[i]->name)))
			reads[n++] =
				arena_printf(explainer->arena, "table %s", tables[i]->name);
	explainer->to->reads = reads;
	explainer->to->n_reads = n;
}

static void explain_rule(const struct explainer *explainer)
{
	struct explanation *to = explainer->to;
	const struct rule *rule = to->what.rule;

	to->rule = make_rule(explainer, rule->id);
	fill_thresholds(explainer, rule);
	fill_reads(explainer, rule);
	fill_topics(explainer, rule->id);
	to->unverified = rule->unverified;
	to->sources = (struct topic_texts){rule->sources, rule->n_sources};
}

struct explanation *explain(struct arena *arena, const struct explain_known *known,
			    const struct explain_host *host, const struct explain_what *what)
{
	static void (*const kinds[])(const struct explainer *explainer) = {
		[EXPLAIN_PARAMETER] = explain_param, [EXPLAIN_STATE] = explain_topic,
		[EXPLAIN_EVENT] = explain_topic,     [EXPLAIN_COUNTER] = explain_counter,
		[EXPLAIN_RULE] = explain_rule,
	};
	struct explainer explainer = {
		arena, known, host, arena_alloc(arena, sizeof(*explainer.to)), {0}};
	struct fact kernel = facts_get(host->facts, "kernel.version");

	if (kernel.state == FACT_KNOWN)
		explainer.kernel = kernel.value.version;
	explainer.to->what = *what;
	explainer.to->facts = host->facts;
	explainer.to->subject = explain_subject(arena, known, what);
	kinds[what->kind](&explainer);
	return explainer.to;
}
