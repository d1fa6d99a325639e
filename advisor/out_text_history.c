#include "out_shared.h"
#include "out_text.h"

static const struct paragraph item = {.lead = "      ", .indent = 10};
static const struct paragraph plain = {.lead = "", .indent = 2};
static const struct paragraph bad = {.lead = "      ", .style = STYLE_HIGH, .indent = 10};

/* "alice (uid 0, login uid 1000)" */
static const char *actor(struct arena *arena, const struct record_actor *actor)
{
	const char *name = actor->user ? actor->user : "somebody";

	if (actor->is_guard)
		return "the guard, as nobody confirmed it";
	if (actor->uid < 0)
		return name;
	if (actor->login_uid < 0)
		return arena_printf(arena, "%s (uid %lld)", name, actor->uid);
	return arena_printf(arena, "%s (uid %lld, login uid %lld)", name, actor->uid, actor->login_uid);
}

static const char *confirmed(struct arena *arena, const struct record *record)
{
	const struct record_confirm *confirm = &record->confirm;

	if (!confirm->confirmed)
		return "";
	return arena_printf(arena, ", confirmed %s by %s", out_time(arena, confirm->confirmed),
			    actor(arena, &confirm->by));
}

/* What became of it. */
static const char *fate(struct arena *arena, const struct record *record)
{
	switch (record->state) {
	case RECORD_APPLYING:
		return ": cut off before it was finished";
	case RECORD_REVERTING:
		return ": its revert was cut off before it was finished";
	case RECORD_REVERTED:
		return arena_printf(arena, ", taken back %s by %s", out_time(arena, record->reverted),
				    actor(arena, &record->reverted_by));
	case RECORD_UNCONFIRMED:
		return arena_printf(arena, ": unconfirmed until %s", out_time(arena, record->confirm.until));
	case RECORD_APPLIED:
		break;
	}
	return "";
}

static const char *dropin_word(const struct record *record)
{
	if (record->dropin_removed)
		return "removed";
	return record->dropin_existed ? "changed" : "made";
}

static void show_record(struct page *page, const struct record *record, bool is_in_force)
{
	struct arena *arena = page->arena;
	const struct paragraph heading = {
		.lead = arena_printf(arena, "%4u  ", record->number), .style = STYLE_BOLD, .indent = 6,
	};

	page_printf(page, &heading, "%s by %s%s%s%s", out_time(arena, record->time),
		    actor(arena, &record->by), confirmed(arena, record), fate(arena, record),
		    is_in_force ? ": in force" : "");
	for (size_t i = 0; i < record->n_changes; i++) {
		const struct record_change *change = &record->changes[i];

		page_printf(page, &item, "%s: %s -> %s%s", change->key, change->from, change->to,
			    change->left ? " (left: somebody else had changed it)" : "");
	}
	if (record->dropin_changes)
		page_printf(page, &item, "%s: %s%s", record->dropin_path,
			    record->state == RECORD_UNCONFIRMED ? "to be written" : dropin_word(record),
			    record->dropin_left ? " (left: somebody else had changed it)" : "");
	if (record->confirm.failure)
		page_printf(page, &bad, "the guard could not take it back: %s", record->confirm.failure);
}

void out_text_history(const struct out_options *options, const struct history_report *report)
{
	const struct paragraph problem = {.lead = "  ", .style = STYLE_HIGH, .indent = 6};
	struct page page = page_new(options);

	if (!report->n && !report->n_problems)
		page_paragraph(&page, &plain, "Nothing was applied on this host.");
	for (size_t i = 0; i < report->n; i++)
		show_record(&page, report->records[i], report->records[i]->number == report->in_force);
	for (size_t i = 0; i < report->n_problems; i++)
		page_printf(&page, &problem, "%s: %s", report->problems[i].key, report->problems[i].text);
	if (report->pending) {
		page_gap(&page);
		page_paragraph(&page, &plain, report->pending);
	}
}
