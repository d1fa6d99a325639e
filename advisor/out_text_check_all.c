#include "core/text.h"
#include "out_text.h"

static const struct paragraph note = {.lead = "", .indent = 2};

/* "of this command", "web (nginx[812])", "nginx[812]", "net:[4026532281]" */
static char *label(struct arena *arena, const struct netns_report *report)
{
	char *program = NULL;

	if (report->is_ours)
		return arena_strdup(arena, "of this command");
	if (report->pid)
		program = arena_printf(arena, "%s[%ld]", report->program, report->pid);
	if (report->name && program)
		return arena_printf(arena, "%s (%s)", report->name, program);
	if (report->name || program)
		return arena_strdup(arena, report->name ? report->name : program);
	return arena_printf(arena, "net:[%llu]", (unsigned long long)report->inode);
}

static bool is_worth_showing(const struct out_options *options, const struct netns_report *report)
{
	const struct findings *findings = report->check.findings;

	return options->verbose || report->check.pending ||
	       (findings->n && findings->items[0].severity >= options->severity);
}

static void show_namespace(struct page *page, const struct out_options *options,
			   const struct netns_report *report)
{
	page_heading(page, "Network namespace %s", label(page->arena, report));
	out_text_host(page, report->check.facts);
	if (report->check.pending)
		page_paragraph(page, &note, report->check.pending);
	out_text_findings(page, options, &report->check);
	if (options->verbose)
		out_text_settings(page, options, &report->check);
}

static void add_label(struct text *text, struct page *page, const struct netns_report *report)
{
	text_printf(text, "%s%s", text->length ? ", " : "", label(page->arena, report));
}

void out_text_check_all(const struct out_options *options, const struct netns_reports *reports)
{
	struct page page = page_new(options);
	struct text quiet = text_new(page.arena);
	size_t n_quiet = 0;

	for (size_t i = 0; i < reports->n; i++) {
		if (reports->items[i].error)
			continue;
		if (is_worth_showing(options, &reports->items[i])) {
			show_namespace(&page, options, &reports->items[i]);
			continue;
		}
		add_label(&quiet, &page, &reports->items[i]);
		n_quiet++;
	}
	if (n_quiet && !options->quiet) {
		page_heading(&page, "Nothing of severity %s or worse in %zu namespace%s",
			     severity_name(options->severity), n_quiet, n_quiet == 1 ? "" : "s");
		page_paragraph(&page, &note, quiet.data);
	}
	for (size_t i = 0; i < reports->n; i++)
		if (reports->items[i].error)
			page_printf(&page, &note, "Not looked at: %s: %s",
				    label(page.arena, &reports->items[i]), reports->items[i].error);
	if (reports->n_hidden)
		page_printf(&page, &note,
			    "There may be more: the namespace of %zu process%s may not be read.",
			    reports->n_hidden, reports->n_hidden == 1 ? "" : "es");
}
