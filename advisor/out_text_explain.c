/* What is known of a thing, as a page for people. */
#include <string.h>

#include "core/text.h"
#include "out_explain.h"
#include "out_shared.h"
#include "out_text.h"

#define ROW_INDENT 18

static const struct paragraph inset = {.lead = "  ", .indent = 2};
static const struct paragraph item = {.lead = "  ", .indent = 6};
static const struct paragraph below = {.lead = "      ", .indent = 6};

void out_text_row(struct page *page, const char *name, const char *text)
{
	char lead[ROW_INDENT + 1];

	if (!text)
		return;
	snprintf(lead, sizeof(lead), "  %-15s ", name);
	page_paragraph(page, &(struct paragraph){.lead = lead, .indent = ROW_INDENT}, text);
}

void out_text_section(struct page *page, const char *heading, const char *text)
{
	if (!text)
		return;
	page_heading(page, "%s", heading);
	page_paragraph(page, &inset, text);
}

/* "60 s" where that is the number and its unit, "7200 (2 h)" where it is not. */
static void add_value(struct text *text, const struct explained_key *key)
{
	size_t n = strlen(key->current);

	if (key->shown && !strncmp(key->shown, key->current, n) && key->shown[n] == ' ')
		text_add(text, key->shown);
	else
		text_add(text, n ? key->current : "empty");
	if (key->shown && strncmp(key->shown, key->current, n))
		text_printf(text, " (%s)", key->shown);
}

char *out_text_key_value(struct arena *arena, const struct explained_key *key)
{
	struct text text = text_new(arena);

	if (!key->current)
		return arena_printf(arena, "%s%s",
				    key->status.state == KEY_UNREADABLE ? "unknown, " : "",
				    key->status.note ? key->status.note
						     : key_state_name(key->status.state));
	add_value(&text, key);
	if (key->is_default == ANSWER_YES)
		text_add(&text, ", the default");
	if (key->is_default == ANSWER_NO)
		text_printf(&text, "; the default is %s",
			    *key->param->default_text ? key->param->default_text : "empty");
	if (key->status.note)
		text_printf(&text, "; %s", key->status.note);
	return text.data;
}

char *out_text_verdict(struct arena *arena, const struct explained_rule *rule)
{
	if (rule->finding)
		return arena_printf(
			arena, "fires, %s: %s%s", severity_name(rule->finding->severity),
			rule->finding->summary,
			rule->n_findings > 1
				? arena_printf(arena, " (and %zu more)", rule->n_findings - 1)
				: "");
	if (!rule->rule)
		return arena_strdup(arena, "there is no such rule");
	return arena_printf(arena, "%s%s%s", rule_verdict_name(rule->verdict),
			    rule->why ? ": " : "", rule->why ? rule->why : "");
}

/* ------------------------------------------------------------------- lists */

static void show_keys(struct page *page, const char *heading, const struct explained_key *keys,
		      size_t n)
{
	if (!n)
		return;
	page_heading(page, "%s", heading);
	for (size_t i = 0; i < n; i++) {
		page_printf(page, &item, "%s%s%s", keys[i].key,
			    keys[i].current ? " = " : " is not here: ",
			    out_text_key_value(page->arena, &keys[i]));
		if (keys[i].text)
			page_paragraph(page, &below, keys[i].text);
	}
}

/* Keys that do not matter: the value is no news either. */
static void show_not_keys(struct page *page, const struct explanation *explanation)
{
	if (!explanation->n_not_keys)
		return;
	page_heading(page, "Sysctls that do not matter");
	for (size_t i = 0; i < explanation->n_not_keys; i++)
		page_printf(page, &item, "%s: %s", explanation->not_keys[i].key,
			    explanation->not_keys[i].text);
}

/* A rate below this says nothing that the number has not said. */
#define RATE_MIN 0.01

static bool is_child(const struct facts *facts)
{
	struct fact child = facts_get(facts, "namespace.child");

	return child.state == FACT_KNOWN && child.value.boolean;
}

/* Since when it was counted: the counters of a namespace begin with it. */
static char *since_text(struct arena *arena, const struct facts *facts)
{
	struct fact uptime = facts_get(facts, "uptime");

	if (is_child(facts))
		return arena_strdup(arena, "since this namespace was made");
	if (uptime.state != FACT_KNOWN)
		return arena_strdup(arena, "since boot");
	return arena_printf(arena, "in the %s since boot", value_show(arena, uptime.value));
}

/* "300 in the 10 d since boot, 0.5/s now" */
static char *show_count(struct arena *arena, const struct explained_counter *counter,
			const struct facts *facts)
{
	struct fact live = facts_get(facts, "sample.live");
	bool is_live = live.state == FACT_KNOWN && live.value.boolean;
	struct text text = text_new(arena);

	if (counter->total.state != FACT_KNOWN)
		return out_text_fact(arena, counter->total);
	text_add(&text, value_show(arena, counter->total.value));
	if (counter->is_gauge) {
		text_add(&text, " now");
		return text.data;
	}
	text_printf(&text, " %s", since_text(arena, facts));
	if (counter->rate.state != FACT_KNOWN)
		return text.data;
	if (is_live)
		text_printf(&text, ", %s now", value_show(arena, counter->rate.value));
	else if (counter->rate.value.number >= RATE_MIN && !is_child(facts))
		text_printf(&text, ", %s on average", value_show(arena, counter->rate.value));
	return text.data;
}

static void show_counters(struct page *page, const struct explanation *explanation)
{
	if (!explanation->n_counters)
		return;
	page_heading(page, "Counters");
	for (size_t i = 0; i < explanation->n_counters; i++) {
		const struct explained_counter *counter = &explanation->counters[i];

		page_printf(page, &item, "%s: %s", counter->def->name,
			    show_count(page->arena, counter, explanation->facts));
		page_paragraph(page, &below, counter->def->summary);
	}
}

static void show_rules(struct page *page, const struct explanation *explanation)
{
	if (!explanation->n_rules)
		return;
	page_heading(page, "Rules that look at it");
	for (size_t i = 0; i < explanation->n_rules; i++) {
		const struct explained_rule *rule = &explanation->rules[i];

		page_printf(page, &item, "%s: %s", rule->id,
			    out_text_verdict(page->arena, rule));
	}
}

static void show_fact(struct page *page, const struct explained_fact *fact)
{
	const char *summary = fact->summary ? fact->summary : "";

	if (fact->fact.state == FACT_KNOWN)
		page_printf(page, &item, "%s = %s: %s", fact->name,
			    value_show(page->arena, fact->fact.value), summary);
	else
		page_printf(page, &item, "%s is not known (%s): %s", fact->name,
			    fact->fact.why ? fact->fact.why : "it is not there", summary);
}

static void show_here(struct page *page, const struct explanation *explanation)
{
	if (!explanation->n_here)
		return;
	page_heading(page, "Here");
	for (size_t i = 0; i < explanation->n_here; i++)
		show_fact(page, &explanation->here[i]);
}

static void show_see(struct page *page, const struct explanation *explanation)
{
	struct text text = text_new(page->arena);

	for (size_t i = 0; i < explanation->n_topics; i++)
		text_printf(&text, "%s%s", i ? ", " : "", explanation->topics[i]->name);
	out_text_section(page, "See also", text.length ? text.data : NULL);
}

static void show_sources(struct page *page, const struct explanation *explanation)
{
	out_text_section(page, "Not verified", explanation->unverified);
	if (!explanation->sources.n)
		return;
	page_heading(page, "Sources");
	for (size_t i = 0; i < explanation->sources.n; i++)
		page_paragraph(page, &item, explanation->sources.items[i]);
}

/* ------------------------------------------------------------- each kind */

static char *join_also(struct arena *arena, const struct topic *topic)
{
	return topic->also.n ? out_join(arena, topic->also.items, topic->also.n, ", ") : NULL;
}

static void show_lists(struct page *page, const struct explanation *explanation)
{
	show_here(page, explanation);
	show_keys(page, "Sysctls that matter", explanation->keys, explanation->n_keys);
	show_not_keys(page, explanation);
	show_counters(page, explanation);
	show_rules(page, explanation);
	show_see(page, explanation);
}

static void show_state(struct page *page, const struct explanation *explanation)
{
	const struct topic *topic = explanation->what.topic;

	page_heading(page, "%s: %s", topic->name, topic->title);
	out_text_row(page, "here",
		     arena_printf(page->arena, "%s",
				  out_text_fact(page->arena, explanation->count)));
	out_text_row(page, "also called", join_also(page->arena, topic));
	out_text_row(page, "which side", topic->side);
	out_text_row(page, "how it comes", topic->enters);
	out_text_row(page, "how it goes", topic->leaves);
	out_text_row(page, "how long", topic->lasts);
	out_text_diagram(page, topic->name);
	out_text_section(page, "Many of them mean", topic->pile);
	out_text_section(page, "What to do", topic->cure);
	out_text_section(page, "What people get wrong", topic->wrong);
	show_lists(page, explanation);
}

static void show_causes(struct page *page, const struct topic *topic)
{
	page_heading(page, "Causes, and how to tell them apart");
	for (size_t i = 0; i < topic->n_causes; i++) {
		const struct topic_cause *cause = &topic->causes[i];
		const char *lead = arena_printf(page->arena, "  %zu. ", i + 1);

		page_paragraph(
			page,
			&(struct paragraph){.lead = lead, .indent = 5, .style = STYLE_BOLD},
			cause->cause);
		page_printf(page, &(struct paragraph){.lead = "     ", .indent = 5}, "Tell: %s",
			    cause->tell);
		page_printf(page, &(struct paragraph){.lead = "     ", .indent = 5}, "Do: %s",
			    cause->cure);
	}
}

static void show_event(struct page *page, const struct explanation *explanation)
{
	const struct topic *topic = explanation->what.topic;

	page_heading(page, "%s: %s", topic->name, topic->title);
	out_text_row(page, "also", join_also(page->arena, topic));
	page_gap(page);
	page_paragraph(page, &inset, topic->means);
	show_causes(page, topic);
	out_text_section(page, "What to do", topic->cure);
	out_text_section(page, "What people get wrong", topic->wrong);
	show_lists(page, explanation);
}

static void show_counter(struct page *page, const struct explanation *explanation)
{
	const struct explained_counter *counter = &explanation->counter;
	struct fact live = facts_get(explanation->facts, "sample.live");

	page_heading(page, "%s", counter->def->name);
	out_text_row(page, "here", show_count(page->arena, counter, explanation->facts));
	if (!counter->is_gauge && live.state == FACT_KNOWN && !live.value.boolean)
		out_text_row(page, "",
			     "what was long ago counts as much as what is now; "
			     "--interval 10 measures now");
	out_text_row(page, "since",
		     counter->note->since
			     ? arena_printf(page->arena, "Linux %s", counter->note->since)
			     : NULL);
	page_gap(page);
	page_paragraph(page, &inset, counter->def->summary);
	show_rules(page, explanation);
	show_see(page, explanation);
}

static void show_param(struct page *page, const struct out_options *options,
		       const struct explanation *explanation)
{
	out_text_explain_key(page, options, explanation);
	show_rules(page, explanation);
	show_keys(page, "Related sysctls", explanation->keys, explanation->n_keys);
	show_counters(page, explanation);
	show_see(page, explanation);
}

static void show_one(struct page *page, const struct out_options *options,
		     const struct explain_report *report, size_t i)
{
	const struct explanation *explanation = report->items[i];

	switch (explanation->what.kind) {
	case EXPLAIN_PARAMETER:
		show_param(page, options, explanation);
		break;
	case EXPLAIN_STATE:
		show_state(page, explanation);
		break;
	case EXPLAIN_EVENT:
		show_event(page, explanation);
		break;
	case EXPLAIN_COUNTER:
		show_counter(page, explanation);
		break;
	case EXPLAIN_RULE:
		out_text_explain_rule(page, explanation);
		show_see(page, explanation);
		break;
	}
	show_sources(page, explanation);
}

void out_text_explain(const struct out_options *options, const struct explain_report *report)
{
	struct page page = page_new(options);

	for (size_t i = 0; i < report->n; i++)
		show_one(&page, options, report, i);
}

/* -------------------------------------------------------------- the list */

static const char *const list_headings[] = {
	[EXPLAIN_PARAMETER] = "Sysctls",
	[EXPLAIN_STATE] = "Socket states",
	[EXPLAIN_EVENT] = "Errors and messages",
	[EXPLAIN_COUNTER] = "Counters",
	[EXPLAIN_RULE] = "Rules",
};

/* Names of one heading, as many as fit on a line; with --verbose a line each. */
static size_t show_group(struct page *page, const struct out_options *options,
			 const struct explain_list *list, size_t first)
{
	const struct explain_what *items = list->items;
	const char *subject = explain_subject(page->arena, list->known, &items[first]);
	bool is_param = items[first].kind == EXPLAIN_PARAMETER;
	struct text text = text_new(page->arena);
	size_t i = first;

	page_heading(page, "%s%s%s", list_headings[items[first].kind], is_param ? ": " : "",
		     is_param ? subject : "");
	for (; i < list->n && items[i].kind == items[first].kind; i++) {
		if (is_param &&
		    strcmp(explain_subject(page->arena, list->known, &items[i]), subject))
			break;
		if (options->verbose)
			page_printf(page, &item, "%s: %s", items[i].name,
				    explain_title(page->arena, list->known, &items[i]));
		text_printf(&text, "%s%s", i > first ? ", " : "", items[i].name);
	}
	if (!options->verbose)
		page_paragraph(page, &inset, text.data);
	return i;
}

void out_text_explain_list(const struct out_options *options, const struct explain_list *list)
{
	struct page page = page_new(options);

	for (size_t i = 0; i < list->n;)
		i = show_group(&page, options, list, i);
}
