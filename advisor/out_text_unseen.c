#include <string.h>

#include "core/text.h"
#include "out_text.h"

static const struct paragraph item = {.lead = "  - ", .indent = 4};

static bool is_same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Is this the first of its reason? */
static bool is_first(const struct unjudged *items, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_same(items[k].why, items[i].why))
			return false;
	return true;
}

/* "owners are not visible (close-wait-leak, finwait2-pileup)" */
static void show_reason(struct page *page, const struct unjudged *items, size_t n, size_t first)
{
	struct text ids = text_new(page->arena);

	for (size_t i = first; i < n; i++)
		if (is_same(items[i].why, items[first].why))
			text_printf(&ids, "%s%s", ids.length ? ", " : "", items[i].id);
	page_printf(page, &item, "%s (%s)",
		    items[first].why ? items[first].why : "no reason known", ids.data);
}

static void show_reasons(struct page *page, const struct unjudged *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_first(items, i))
			show_reason(page, items, n, i);
}

void out_text_unseen(struct page *page, const struct out_options *options,
		     const struct check_report *report)
{
	const struct findings *findings = report->findings;

	if (report->n_notes) {
		page_heading(page, "Not seen");
		for (size_t i = 0; i < report->n_notes; i++)
			page_paragraph(page, &item, report->notes[i]);
	}
	if (findings->n_unknown) {
		page_heading(page, "Not judged: %zu rule%s", findings->n_unknown,
			     findings->n_unknown == 1 ? "" : "s");
		show_reasons(page, findings->unknown, findings->n_unknown);
	}
	if (options->verbose && findings->n_not_applicable) {
		page_heading(page, "Not for this host: %zu rule%s", findings->n_not_applicable,
			     findings->n_not_applicable == 1 ? "" : "s");
		show_reasons(page, findings->not_applicable, findings->n_not_applicable);
	}
}
