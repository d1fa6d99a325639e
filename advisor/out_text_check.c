#include "out_text.h"

#define DRY_RUN "`tcptune" PAGE_BLANK "apply" PAGE_BLANK "--dry-run`"

static const struct paragraph plain = {.lead = "", .indent = 2};

static void show_pending(struct page *page, const struct check_report *report)
{
	struct paragraph warning = {
		.lead = "WARNING   ",
		.lead_style = STYLE_CRITICAL,
		.style = STYLE_BOLD,
		.indent = 10,
	};

	if (!report->pending)
		return;
	page_gap(page);
	page_paragraph(page, &warning, report->pending);
}

static void show_plan(struct page *page, const struct out_options *options,
		      const struct check_report *report)
{
	const struct plan *plan = report->plan;

	if (plan->n_changes) {
		page_heading(page, "What would change, and be kept in %s", plan->dropin_path);
		out_text_changes(page, &(struct changes_shown){.changes = plan->changes,
							       .n = plan->n_changes,
							       .plan = plan,
							       .findings = report->findings});
	} else if (plan->dropin_changes) {
		page_heading(page, "No value would change; %s would be written anew",
			     plan->dropin_path);
	} else if (plan->n_settings && !options->quiet) {
		page_gap(page);
		page_paragraph(page, &plain,
			       out_text_has_unmet(plan)
				       ? "Nothing would change: what is not as asked cannot be "
					 "set here."
				       : "Nothing to change: what can be set here is as asked.");
	}
	out_text_obstacles(page, plan);
}

/* What is left out and why, unless the settings have said it. */
static void show_left_out(struct page *page, const struct plan *plan)
{
	bool has_heading = false;

	for (size_t i = 0; i < plan->n_skipped; i++) {
		if (out_text_is_explained(plan, &plan->skipped[i]))
			continue;
		if (!has_heading)
			page_heading(page, "What would not change");
		has_heading = true;
		out_text_skipped(page, &plan->skipped[i], 1);
	}
}

static void show_next(struct page *page, const struct plan *plan)
{
	if (!plan->n_changes && !plan->dropin_changes)
		return;
	page_gap(page);
	page_paragraph(page, &plain,
		       plan->n_obstacles || plan->dropin_foreign
			       ? "Nothing is changed yet, and apply stops at what is in the "
				 "way; " DRY_RUN " shows the rest."
			       : "Nothing is changed yet. With the same options " DRY_RUN
				 " shows the diff and `tcptune" PAGE_BLANK
				 "apply` makes the changes; `tcptune" PAGE_BLANK
				 "revert` takes them back.");
}

void out_text_check(const struct out_options *options, const struct check_report *report)
{
	struct page page = page_new(options);

	if (!options->quiet)
		out_text_host(&page, report->facts);
	show_pending(&page, report);
	out_text_findings(&page, options, report);
	if (options->verbose)
		out_text_capacity(&page, report->facts);
	if (!options->quiet)
		out_text_settings(&page, options, report);
	show_plan(&page, options, report);
	if (options->quiet)
		return;
	show_left_out(&page, report->plan);
	out_text_unseen(&page, options, report);
	show_next(&page, report->plan);
}
