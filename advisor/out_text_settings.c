#include <string.h>

#include "out_shared.h"
#include "out_text.h"

void out_text_warnings(struct page *page, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_settings; i++) {
		const struct setting_result *setting = &plan->settings[i];

		if (setting->warning)
			page_paragraph(page,
				       &(struct paragraph){.lead = "WARNING   ",
							   .lead_style = STYLE_MEDIUM,
							   .style = STYLE_BOLD,
							   .indent = 10},
				       setting->warning);
	}
}

/* A conflict is told to everybody who takes part in it, and shown once. */
static bool is_repeated(const struct plan *plan, size_t i)
{
	const struct setting_result *setting = &plan->settings[i], *before = setting - 1;

	return i && before->note && setting->note && !strcmp(before->key, setting->key) &&
	       !strcmp(before->note, setting->note);
}

/* Why the verdict is what it is, unless a warning has said so. */
static void show_note(struct page *page, const struct setting_result *setting)
{
	if (!setting->note || (setting->warning && strstr(setting->warning, setting->note)))
		return;
	page_printf(page, &(struct paragraph){.indent = 6, .lead = "  "}, "%s, %s: %s",
		    setting->key, setting_verdict_name(setting->verdict), setting->note);
}

/* What the profile says about its own setting. */
static void show_reason(struct page *page, const struct setting_result *setting)
{
	struct paragraph below = {.indent = 6};

	page_printf(page, &(struct paragraph){.indent = 6, .lead = "  "}, "%s asks %s: %s",
		    setting->key, setting->asks ? setting->asks : "something",
		    setting->why ? setting->why : "(no reason given)");
	if (setting->claim)
		page_printf(page, &below, "the document it is from says: %s", setting->claim);
	if (setting->n_sources)
		page_paragraph(
			page, &below,
			out_join(page->arena, setting->sources, setting->n_sources, "; "));
}

void out_text_settings(struct page *page, const struct out_options *options,
		       const struct check_report *report)
{
	const struct plan *plan = report->plan;

	if (!plan->n_settings)
		return;
	page_heading(page, "What profile%s %s ask%s, against what is",
		     report->n_profiles == 1 ? "" : "s",
		     out_join(page->arena, report->profiles, report->n_profiles, ", "),
		     report->n_profiles == 1 ? "s" : "");
	out_text_table(page, options, report);
	for (size_t i = 0; i < plan->n_settings; i++)
		if (!is_repeated(plan, i))
			show_note(page, &plan->settings[i]);
	out_text_warnings(page, plan);
	for (size_t i = 0; options->verbose && i < plan->n_settings; i++)
		show_reason(page, &plan->settings[i]);
}

/* The texts of one key: the reason to leave it out is made of what the setting says, or the
 * other way round. */
static bool is_said(const char *longer, const char *shorter)
{
	return longer && shorter && strstr(longer, shorter);
}

bool out_text_is_explained(const struct plan *plan, const struct skipped *skipped)
{
	for (size_t i = 0; i < plan->n_settings; i++)
		if (!strcmp(plan->settings[i].key, skipped->key) &&
		    is_said(skipped->why, plan->settings[i].note))
			return true;
	return false;
}

/* What was asked, would be written if it could be, and cannot. */
static bool is_unmet(const struct plan *plan, const struct skipped *skipped)
{
	for (size_t i = 0; i < plan->n_settings; i++) {
		const struct setting_result *setting = &plan->settings[i];

		if (strcmp(setting->key, skipped->key) || strcmp(setting->profile, skipped->because))
			continue;
		return setting->verdict == SETTING_READ_ONLY || setting->verdict == SETTING_CONFLICT ||
		       setting->verdict == SETTING_UNKNOWN;
	}
	return true;
}

bool out_text_has_unmet(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_skipped; i++)
		if (is_unmet(plan, &plan->skipped[i]))
			return true;
	return false;
}

bool out_text_is_warned(const struct plan *plan, const struct skipped *skipped)
{
	for (size_t i = 0; i < plan->n_settings; i++)
		if (!strcmp(plan->settings[i].key, skipped->key) &&
		    is_said(plan->settings[i].warning, skipped->why))
			return true;
	return false;
}
