#include <string.h>

#include "out_shared.h"
#include "out_text.h"

static const struct paragraph item = {.lead = "  ", .indent = 6};
static const struct paragraph below = {.indent = 6};

static const char *profile_reason(const struct plan *plan, const char *key, const char *because)
{
	for (size_t i = 0; plan && i < plan->n_settings; i++)
		if (!strcmp(plan->settings[i].key, key) &&
		    !strcmp(plan->settings[i].profile, because))
			return plan->settings[i].why ? plan->settings[i].why
						     : "(no reason given)";
	return NULL;
}

static const char *finding_reason(const struct findings *findings, const char *id)
{
	for (size_t i = 0; findings && i < findings->n; i++)
		if (!strcmp(findings->items[i].id, id))
			return findings->items[i].title;
	return NULL;
}

static void show_because(struct page *page, const struct changes_shown *shown,
			 const struct change *change)
{
	for (size_t i = 0; i < change->n_because; i++) {
		const char *because = change->because[i];
		const char *why = profile_reason(shown->plan, change->key, because);

		if (!why)
			why = finding_reason(shown->findings, because);
		page_printf(page, &below, "%s%s%s", because, why ? ": " : "", why ? why : "");
	}
}

/* "key: from -> to (where)" */
static void show_change(struct page *page, const struct change *change, bool is_planned)
{
	struct paragraph line = item;

	line.style = STYLE_BOLD;
	if (!change->to)
		page_printf(page, &line, "%s: out of the drop-in (file); running it stays %s",
			    change->key, change->from ? change->from : "as it is");
	else if (change->where & CHANGE_RUNNING)
		page_printf(page, &line, "%s: %s -> %s (%s)", change->key,
			    change->from ? change->from : "not there", change->to,
			    change->where & CHANGE_FILE ? "running and file" : "running");
	else
		page_printf(page, &line, "%s: %s (file%s)", change->key, change->to,
			    is_planned ? ": it runs so, the file keeps it" : "");
}

void out_text_changes(struct page *page, const struct changes_shown *shown)
{
	for (size_t i = 0; i < shown->n; i++) {
		show_change(page, &shown->changes[i], shown->plan != NULL);
		if (shown->changes[i].note)
			page_paragraph(page, &below, shown->changes[i].note);
		if (shown->plan)
			show_because(page, shown, &shown->changes[i]);
	}
}

void out_text_skipped(struct page *page, const struct skipped *skipped, size_t n)
{
	for (size_t i = 0; i < n; i++)
		page_printf(page, &item, "%s (%s): %s", skipped[i].key, skipped[i].because,
			    skipped[i].why);
}

static void show_foreign(struct page *page, const struct plan *plan)
{
	page_heading(page, "In the way: %s was not written by tcptune", plan->dropin_path);
	page_paragraph(page, &below, "Move it away, or look whether it is still wanted.");
}

void out_text_obstacles(struct page *page, const struct plan *plan)
{
	if (plan->dropin_foreign)
		show_foreign(page, plan);
	if (!plan->n_obstacles)
		return;
	page_heading(page, "In the way: read after %s, these would win at boot",
		     plan->dropin_path);
	for (size_t i = 0; i < plan->n_obstacles; i++) {
		const struct obstacle *obstacle = &plan->obstacles[i];

		if (obstacle->value)
			page_printf(page, &item, "%s:%u: %s = %s, wanted is %s", obstacle->place.file,
				    obstacle->place.line, obstacle->key, obstacle->value,
				    obstacle->wanted);
		else
			page_printf(page, &item,
				    "%s:%u: -%s keeps systemd-sysctl from setting it, wanted is %s",
				    obstacle->place.file, obstacle->place.line, obstacle->key,
				    obstacle->wanted);
	}
	page_paragraph(page, &below, "Change or remove these lines first.");
}

static enum style diff_style(const char *line)
{
	if (!strncmp(line, "+++", 3) || !strncmp(line, "---", 3))
		return STYLE_BOLD;
	if (*line == '@')
		return STYLE_LOW;
	if (*line == '+')
		return STYLE_ADDED;
	return *line == '-' ? STYLE_GONE : STYLE_PLAIN;
}

void out_text_diff(struct page *page, const char *diff)
{
	const char *line = diff ? out_lines(page->arena, diff) : "";

	if (*line)
		page_gap(page);
	while (*line) {
		size_t n = strcspn(line, "\n");

		page_raw(page, diff_style(line), arena_strndup(page->arena, line, n));
		line += n + (line[n] == '\n');
	}
}
