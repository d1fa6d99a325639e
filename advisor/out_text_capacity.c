#include "core/capacity.h"
#include "core/text.h"
#include "out_text.h"

static const struct paragraph item = {.lead = "  ", .indent = 6};

static bool is_known(struct fact fact)
{
	return fact.state == FACT_KNOWN;
}

static char *shown(struct page *page, struct fact fact)
{
	return out_text_fact(page->arena, fact);
}

static char *whole_rate(struct page *page, struct fact fact)
{
	return is_known(fact) ? arena_printf(page->arena, "%.0f/s", fact.value.number)
			      : shown(page, fact);
}

static void show_destination(struct page *page, const struct destination_capacity *capacity)
{
	struct text text = text_new(page->arena);

	text_printf(&text, "%s: %s of %s ports are in use; they carry %s new connections", capacity->name,
		    shown(page, capacity->used), shown(page, capacity->usable),
		    whole_rate(page, capacity->ceiling));
	if (is_known(capacity->reusable))
		text_add(&text, capacity->reusable.value.boolean
					? ", with TIME_WAIT taken over"
					: " where this side closes first");
	if (is_known(capacity->made))
		text_printf(&text, "; %s are made", shown(page, capacity->made));
	if (is_known(capacity->closed))
		text_printf(&text, "; %s are closed here first", shown(page, capacity->closed));
	if (is_known(capacity->left))
		text_printf(&text, "; the last is gone in %s", shown(page, capacity->left));
	page_paragraph(page, &item, text.data);
}

static void show_listener(struct page *page, const struct listener_capacity *capacity)
{
	struct text text = text_new(page->arena);

	text_add(&text, capacity->name);
	if (is_known(capacity->process))
		text_printf(&text, " (%s)", capacity->process.value.text);
	text_printf(&text, ": %s wait, the limit is %s", shown(page, capacity->queued),
		    shown(page, capacity->limit));
	if (is_known(capacity->made))
		text_printf(&text, "; %s come", shown(page, capacity->made));
	if (is_known(capacity->lasts))
		text_printf(&text, "; the queue takes %s of it", shown(page, capacity->lasts));
	if (is_known(capacity->left))
		text_printf(&text, "; it is full in %s", shown(page, capacity->left));
	page_paragraph(page, &item, text.data);
}

void out_text_capacity(struct page *page, const struct facts *facts)
{
	struct capacity capacity = capacity_of(page->arena, facts);

	if (capacity.n_destinations)
		page_heading(page, "Capacity of local ports, by destination");
	for (size_t i = 0; i < capacity.n_destinations; i++)
		show_destination(page, &capacity.destinations[i]);
	if (capacity.n_listeners)
		page_heading(page, "Capacity of accept queues");
	for (size_t i = 0; i < capacity.n_listeners; i++)
		show_listener(page, &capacity.listeners[i]);
}
