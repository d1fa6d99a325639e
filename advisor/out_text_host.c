#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "out_shared.h"
#include "out_text.h"

static const struct paragraph head = {.lead = "", .style = STYLE_BOLD, .indent = 4};
static const struct paragraph line = {.lead = "", .indent = 4};

char *out_text_fact(struct arena *arena, struct fact fact)
{
	if (fact.state == FACT_KNOWN)
		return value_show(arena, fact.value);
	return arena_printf(arena, "unknown%s%s", fact.why ? ": " : "",
			    fact.why ? fact.why : "");
}

/* "web-1, Linux 6.18.44, the initial network namespace, up 12 d 4 h" */
static void show_host(struct page *page, const struct facts *facts)
{
	struct fact name = facts_get(facts, "host.name");
	struct fact kernel = facts_get(facts, "kernel.release");
	struct fact child = facts_get(facts, "namespace.child");
	struct fact uptime = facts_get(facts, "uptime");
	struct text text = text_new(page->arena);

	text_printf(&text, "%s, Linux %s, ",
		    name.state == FACT_KNOWN ? name.value.text : "a host without a name",
		    kernel.state == FACT_KNOWN ? value_show(page->arena, kernel.value)
					       : "of unknown release");
	if (child.state != FACT_KNOWN)
		text_add(&text, "network namespace unknown");
	else
		text_add(&text, child.value.boolean ? "a child network namespace"
						    : "initial network namespace");
	text_printf(&text, ", up %s",
		    uptime.state == FACT_KNOWN ? value_show(page->arena, uptime.value)
					       : "for an unknown time");
	page_paragraph(page, &head, text.data);
}

struct count {
	const char *name;
	double number;
};

static int by_number(const void *a, const void *b)
{
	const struct count *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? 1 : -1;
	return strcmp(left->name, right->name);
}

/* The states that have sockets, largest first; returns how many. Names of unknown ones go to
 * unknown. */
static size_t count_states(const struct facts *facts, struct count *counts,
			   struct text *unknown)
{
	size_t n = 0;

	for (size_t i = 0; i < OUT_STATES; i++) {
		struct fact fact = facts_get(facts, out_states[i].fact);

		if (fact.state != FACT_KNOWN)
			text_printf(unknown, "%s%s", unknown->length ? ", " : "",
				    out_states[i].name);
		else if (fact.value.number > 0)
			counts[n++] = (struct count){out_states[i].name, fact.value.number};
	}
	qsort(counts, n, sizeof(*counts), by_number);
	return n;
}

/* Where the counts are from needs a word only when it is not netlink but a file. */
static void add_source(struct text *text, const struct facts *facts)
{
	struct fact source = facts_get(facts, "sockets.source");

	if (source.state == FACT_KNOWN && *source.value.text == '/')
		text_printf(text, " (counted from %s)", source.value.text);
}

static void show_sockets(struct page *page, const struct facts *facts)
{
	struct fact total = facts_get(facts, "sockets.total");
	struct text text = text_new(page->arena), unknown = text_new(page->arena);
	struct count counts[OUT_STATES] = {{0}};
	size_t n = count_states(facts, counts, &unknown);

	if (total.state != FACT_KNOWN && !n) {
		page_printf(page, &line, "TCP sockets %s", out_text_fact(page->arena, total));
		return;
	}
	text_printf(&text, "%s TCP socket%s",
		    total.state == FACT_KNOWN ? value_show(page->arena, total.value)
					      : "unknown number of",
		    total.state == FACT_KNOWN && total.value.number == 1 ? "" : "s");
	for (size_t i = 0; i < n; i++)
		text_printf(&text, "%s%.0f" PAGE_BLANK "%s", i ? ", " : ": ", counts[i].number,
			    counts[i].name);
	if (unknown.length)
		text_printf(&text, "; unknown: %s", unknown.data);
	add_source(&text, facts);
	page_paragraph(page, &line, text.data);
}

/* Counters since boot are weak evidence: what happened weeks ago counts as much as what happens
 * now. */
static void show_sample(struct page *page, const struct facts *facts)
{
	struct fact live = facts_get(facts, "sample.live");
	struct fact seconds = facts_get(facts, "sample.seconds");
	struct fact child = facts_get(facts, "namespace.child");
	bool may_be_younger = child.state != FACT_KNOWN || child.value.boolean;

	if (live.state != FACT_KNOWN || seconds.state != FACT_KNOWN)
		return;
	if (live.value.boolean)
		page_printf(page, &line, "Rates are of now, measured over %s.",
			    value_show(page->arena, seconds.value));
	else
		page_printf(page, &line,
			    "Rates are averages over the %s since boot%s, weak evidence; "
			    "--interval" PAGE_BLANK "10 measures those of now.",
			    value_show(page->arena, seconds.value),
			    may_be_younger ? " (too low where this namespace is younger)" : "");
}

void out_text_host(struct page *page, const struct facts *facts)
{
	show_host(page, facts);
	show_sockets(page, facts);
	show_sample(page, facts);
}
