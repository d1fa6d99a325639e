#include "out_shared.h"
#include "out_text.h"

static const struct paragraph plain = {.lead = "", .indent = 2};
static const struct paragraph bold = {.lead = "", .style = STYLE_BOLD, .indent = 2};

/* What is said of an outcome: first, and last or NULL. */
struct words {
	const char *first, *last;
};

#define BROKEN_LAST                                                                            \
	"The host is neither as before nor as wanted: see to what stands above, then let "     \
	"`tcptune" PAGE_BLANK "revert` try again."

static const struct words apply_words[] = {
	[APPLY_UNCHANGED] = {"Already in the desired state: nothing to do.", NULL},
	[APPLY_WOULD] = {"This would change:", NULL},
	[APPLY_DONE] = {"Changed:", "Undo with: tcptune" PAGE_BLANK "revert"},
	[APPLY_RESTORED] = {"It failed, and everything is as it was before.", NULL},
	[APPLY_BROKEN] = {"It failed, and something could not be put back.", BROKEN_LAST},
	[APPLY_STOPPED] = {"Stopped: nothing was touched.", NULL},
};

/* By whether something stands in the way. */
static const char *const dry_words[] = {
	[false] = "Dry run: nothing was changed. Without --dry-run this is done, and "
		  "`tcptune" PAGE_BLANK "revert` takes it back.",
	[true] = "Dry run: nothing was changed, and without --dry-run nothing would be.",
};

static const struct words confirm_words[] = {
	[APPLY_UNCHANGED] = {"It was confirmed before: nothing to do.", NULL},
	[APPLY_WOULD] = {"This would be kept:", NULL},
	[APPLY_DONE] = {"Confirmed: it stays, and the next boot keeps it.",
			"Undo with: tcptune" PAGE_BLANK "revert"},
	[APPLY_RESTORED] = {"It failed: what was applied is unconfirmed as before.", NULL},
	[APPLY_BROKEN] = {"It failed, and something could not be put back.", BROKEN_LAST},
	[APPLY_STOPPED] = {"Not confirmed: nothing was touched.", NULL},
};

static const struct words revert_words[] = {
	[APPLY_UNCHANGED] = {"Nothing to take back.", NULL},
	[APPLY_WOULD] = {"This would be taken back:", NULL},
	[APPLY_DONE] = {"Taken back:", NULL},
	[APPLY_RESTORED] = {"It failed, and everything is as it was before.", NULL},
	[APPLY_BROKEN] = {"It failed, and something could not be put back.", BROKEN_LAST},
	[APPLY_STOPPED] = {"Stopped: nothing was touched.", NULL},
};

static void show_problems(struct page *page, const struct apply_problem *problems, size_t n)
{
	const struct paragraph problem = {.lead = "  ", .style = STYLE_HIGH, .indent = 6};

	for (size_t i = 0; i < n; i++)
		page_printf(page, &problem, "%s: %s", problems[i].key, problems[i].text);
}

static void show_last(struct page *page, const char *text)
{
	if (!text)
		return;
	page_gap(page);
	page_paragraph(page, &plain, text);
}

static bool is_failure(enum apply_outcome outcome)
{
	return outcome == APPLY_RESTORED || outcome == APPLY_BROKEN || outcome == APPLY_STOPPED;
}

/* What was changed needs no reasons any more: they stood above the question, and stand in the
 * file. */
static void show_apply_changes(struct page *page, const struct apply_report *report)
{
	const struct plan *plan = report->plan;
	bool is_done = report->outcome == APPLY_DONE;

	out_text_changes(page,
			 &(struct changes_shown){
				 .changes = plan->changes,
				 .n = plan->n_changes,
				 .plan = is_done ? NULL : plan,
				 .findings = report->check ? report->check->findings : NULL,
			 });
}

/* What is left out, and not for a reason that a warning gives. */
static void show_left_out(struct page *page, const struct plan *plan)
{
	bool has_heading = false;

	for (size_t i = 0; i < plan->n_skipped; i++) {
		if (out_text_is_warned(plan, &plan->skipped[i]))
			continue;
		if (!has_heading)
			page_heading(page, "Left out");
		has_heading = true;
		out_text_skipped(page, &plan->skipped[i], 1);
	}
	if (!has_heading)
		page_gap(page);
	out_text_warnings(page, plan);
}

static void show_plan(struct page *page, const struct out_options *options,
		      const struct apply_report *report)
{
	if (report->outcome == APPLY_STOPPED)
		page_heading(page, "This was to change:");
	show_apply_changes(page, report);
	if (options->quiet)
		return;
	out_text_diff(page, report->dropin_diff);
	if (report->outcome != APPLY_DONE)
		show_left_out(page, report->plan);
}

/* Those who make the problems name in them what is in the way; else it is named here. */
static void show_stops(struct page *page, const struct apply_report *report)
{
	if (report->n_problems)
		show_problems(page, report->problems, report->n_problems);
	else
		out_text_obstacles(page, report->plan);
}

static bool has_stops(const struct apply_report *report)
{
	return report->n_problems || report->plan->n_obstacles || report->plan->dropin_foreign;
}

static void show_until(struct page *page, const struct apply_report *report)
{
	page_gap(page);
	page_printf(page, &bold, "In the running kernel alone, for %u" PAGE_BLANK "s: at %s it is taken back, unless "
		    "`tcptune" PAGE_BLANK "confirm` comes before, which writes the drop-in too.",
		    report->confirm, out_time(page->arena, report->until));
}

void out_text_apply(const struct out_options *options, const struct apply_report *report)
{
	const struct words *words = &apply_words[report->outcome];
	bool is_dry = report->dry_run && report->outcome == APPLY_WOULD;
	struct page page = page_new(options);

	if (report->outcome == APPLY_UNCHANGED && out_text_has_unmet(report->plan)) {
		page_paragraph(&page, &bold,
			       "Nothing to do: what is not as asked cannot be set here.");
		if (!options->quiet)
			show_left_out(&page, report->plan);
		return;
	}
	if (report->outcome != APPLY_WOULD || report->plan->n_changes)
		page_paragraph(&page, &bold, words->first);
	if (is_failure(report->outcome))
		show_stops(&page, report);
	if (report->outcome != APPLY_UNCHANGED &&
	    (!is_failure(report->outcome) || report->dry_run))
		show_plan(&page, options, report);
	if (!is_failure(report->outcome)) {
		if (report->n_problems)
			page_heading(&page, "In the way");
		show_stops(&page, report);
	}
	if (report->until && report->outcome == APPLY_DONE)
		show_until(&page, report);
	else
		show_last(&page, is_dry ? dry_words[has_stops(report)] : words->last);
}

void out_text_confirm(const struct out_options *options, const struct confirm_report *report)
{
	const struct words *words = &confirm_words[report->outcome];
	struct page page = page_new(options);

	page_paragraph(&page, &bold, words->first);
	show_problems(&page, report->problems, report->n_problems);
	if (!options->quiet)
		out_text_diff(&page, report->dropin_diff);
	show_last(&page, words->last);
}

static void show_left(struct page *page, const struct revert_report *report)
{
	if (!report->n_left)
		return;
	page_heading(page, "Left as it is: changed by somebody else since (--force overrides)");
	out_text_skipped(page, report->left, report->n_left);
}

/* "Records 4, 3 and 2:" */
static void show_records(struct page *page, const struct revert_report *report)
{
	const char *list = "";

	for (size_t i = 0; i < report->n_records; i++)
		list = arena_printf(page->arena, "%s%s%u", list,
				    !i ? "" : i + 1 < report->n_records ? ", " : " and ", report->records[i]);
	if (report->n_records > 1)
		page_printf(page, &plain, "Records %s, as one:", list);
}

void out_text_revert(const struct out_options *options, const struct revert_report *report)
{
	const struct words *words = &revert_words[report->outcome];
	bool is_dry = report->dry_run && report->outcome == APPLY_WOULD;
	struct page page = page_new(options);

	page_paragraph(&page, &bold, words->first);
	show_problems(&page, report->problems, report->n_problems);
	if (report->outcome != APPLY_UNCHANGED &&
	    (!is_failure(report->outcome) || report->dry_run)) {
		show_records(&page, report);
		out_text_changes(&page, &(struct changes_shown){.changes = report->changes,
								.n = report->n_changes});
		if (!options->quiet)
			out_text_diff(&page, report->dropin_diff);
	}
	show_left(&page, report);
	show_last(&page, is_dry ? "Dry run: nothing was changed." : words->last);
}
