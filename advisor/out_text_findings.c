#include <string.h>

#include "core/text.h"
#include "out_shared.h"
#include "out_text.h"

/* Beyond so many, notes of little weight would hide what matters. */
#define BRIEF_MAX 8

static const struct {
	enum style style;
	const char *lead;  /* of a finding shown in full */
	const char *brief; /* of one in a line */
} looks[] = {
	[SEVERITY_INFO] = {STYLE_INFO, "INFO      ", "  info    "},
	[SEVERITY_LOW] = {STYLE_LOW, "LOW       ", "  low     "},
	[SEVERITY_MEDIUM] = {STYLE_MEDIUM, "MEDIUM    ", "  medium  "},
	[SEVERITY_HIGH] = {STYLE_HIGH, "HIGH      ", "  high    "},
	[SEVERITY_CRITICAL] = {STYLE_CRITICAL, "CRITICAL  ", "  critical "},
};

#define LABEL 10

/* "subject: summary", the subject once. */
static char *headline(struct arena *arena, const struct finding *finding)
{
	const char *said =
		finding->summary && *finding->summary ? finding->summary : finding->title;

	if (!finding->subject || !*finding->subject || strstr(said, finding->subject))
		return arena_strdup(arena, said);
	return arena_printf(arena, "%s: %s", finding->subject, said);
}

static void show_labelled(struct page *page, const char *label, const char *text)
{
	if (text && *text)
		page_paragraph(page, &(struct paragraph){.lead = label, .indent = LABEL}, text);
}

static void show_evidence(struct page *page, const struct finding *finding)
{
	struct paragraph paragraph = {.lead = "  seen    ", .indent = LABEL};

	for (size_t i = 0; i < finding->n_evidence; i++) {
		page_paragraph(page, &paragraph, finding->evidence[i]);
		paragraph.lead = NULL;
	}
}

/* "  do      1. " with the number only where there are several. */
static struct paragraph remedy_place(struct page *page, size_t n, size_t i)
{
	const char *label = i ? "" : "  do";

	if (n == 1)
		return (struct paragraph){.lead = "  do      ", .indent = LABEL};
	return (struct paragraph){
		.lead = arena_printf(page->arena, "%-*s%zu. ", LABEL, label, i + 1),
		.indent = LABEL + (i < 9 ? 3 : 4),
	};
}

static void show_remedies(struct page *page, const struct finding *finding)
{
	for (size_t i = 0; i < finding->n_remedies; i++) {
		const struct remedy *remedy = &finding->remedies[i];
		struct paragraph place = remedy_place(page, finding->n_remedies, i);
		const char *kind = remedy_kind_name(remedy->kind);
		const char *text = remedy->text ? remedy->text : "";

		if (!remedy->key) {
			page_printf(page, &place, "%s: %s", kind, text);
			continue;
		}
		page_printf(page, &place, "%s: %s = %s", kind, remedy->key,
			    remedy->to ? remedy->to : "(not known)");
		place.lead = NULL;
		if (*text)
			page_paragraph(page, &place, text);
	}
}

/* The first source is the one that decides; the others are for who wants to know it all. */
static void show_rule(struct page *page, const struct out_options *options,
		      const struct finding *finding)
{
	size_t n = !options->verbose && finding->n_sources > 1 ? 1 : finding->n_sources;
	char *sources = out_join(page->arena, finding->sources, n, "; ");
	size_t more = finding->n_sources - n;
	const char *rest = more ? arena_printf(page->arena, " (%zu more: --verbose)", more) : "";

	show_labelled(page, "  source  ",
		      arena_printf(page->arena, "[%s]%s%s%s", finding->id, *sources ? " " : "",
				   sources, rest));
}

static void show_finding(struct page *page, const struct out_options *options,
			 const struct finding *finding)
{
	struct paragraph title = {
		.lead = looks[finding->severity].lead,
		.lead_style = looks[finding->severity].style,
		.style = STYLE_BOLD,
		.indent = LABEL,
	};

	page_gap(page);
	page_paragraph(page, &title, headline(page->arena, finding));
	show_evidence(page, finding);
	show_remedies(page, finding);
	show_labelled(page, "  note    ", finding->was_accepted);
	show_labelled(page, "  risk    ", finding->risk);
	if (options->verbose)
		show_labelled(page, "  truth   ", finding->corrects);
	show_rule(page, options, finding);
}

/* "2 critical, 1 high" */
static char *count_severities(struct arena *arena, const struct findings *findings,
			      enum severity least)
{
	struct text text = text_new(arena);

	for (int severity = SEVERITY_CRITICAL; severity >= (int)least; severity--) {
		size_t n = 0;

		for (size_t i = 0; i < findings->n; i++)
			n += (int)findings->items[i].severity == severity;
		if (n)
			text_printf(&text, "%s%zu %s", text.length ? ", " : "", n,
				    severity_name((enum severity)severity));
	}
	return text.data;
}

/* How many findings come first, being of the severity or worse. */
static size_t count_heavy(const struct findings *findings, enum severity severity)
{
	size_t n = 0;

	while (n < findings->n && findings->items[n].severity >= severity)
		n++;
	return n;
}

/* "31 rules are quiet, 2 could not be judged" */
static char *count_rules(struct arena *arena, const struct findings *findings)
{
	struct text text = text_new(arena);

	text_printf(&text, "%zu rule%s quiet", findings->n_quiet,
		    findings->n_quiet == 1 ? " is" : "s are");
	if (findings->n_unknown)
		text_printf(&text, ", %zu could not be judged", findings->n_unknown);
	return text.data;
}

static void show_heavy(struct page *page, const struct out_options *options,
		       const struct findings *findings)
{
	size_t n = count_heavy(findings, options->severity);

	if (!options->quiet)
		page_heading(page, "%zu finding%s: %s (%s)", n, n == 1 ? "" : "s",
			     count_severities(page->arena, findings, options->severity),
			     count_rules(page->arena, findings));
	for (size_t i = 0; i < n; i++)
		show_finding(page, options, &findings->items[i]);
}

static void show_brief(struct page *page, const struct out_options *options,
		       const struct findings *findings)
{
	size_t first = count_heavy(findings, options->severity);
	size_t n = findings->n - first;
	size_t shown = n > BRIEF_MAX && !options->verbose ? BRIEF_MAX - 1 : n;

	if (!n)
		return;
	page_heading(page, "%s", first ? "Of less weight" : "Worth knowing");
	for (size_t i = first; i < first + shown; i++) {
		const struct finding *finding = &findings->items[i];

		page_printf(page,
			    &(struct paragraph){.lead = looks[finding->severity].brief,
						.lead_style = looks[finding->severity].style,
						.indent = LABEL},
			    "%s [%s]", headline(page->arena, finding), finding->id);
	}
	if (shown < n)
		page_printf(page, &(struct paragraph){.indent = LABEL},
			    "and %zu more: --severity info shows them in full", n - shown);
}

/* The sentence that lets somebody go back to sleep, no firmer than what was judged. */
static void show_healthy(struct page *page, const struct out_options *options,
			 const struct check_report *report)
{
	const struct findings *findings = report->findings;
	bool is_judged = findings->n_quiet || findings->n;
	struct paragraph paragraph = {
		.lead = "",
		.style = is_judged ? STYLE_GOOD : STYLE_BOLD,
		.indent = 2,
	};

	page_gap(page);
	if (!is_judged && findings->n_unknown)
		page_printf(page, &paragraph, "None of %zu rule%s could be judged.",
			    findings->n_unknown, findings->n_unknown == 1 ? "" : "s");
	else if (!is_judged)
		page_paragraph(page, &paragraph, "There was no rule to judge this host by.");
	else if (findings->n)
		page_printf(page, &paragraph,
			    "Nothing wrong found: %s, %zu finding%s of less than %s severity.",
			    count_rules(page->arena, findings), findings->n,
			    findings->n == 1 ? " is" : "s are",
			    severity_name(options->severity));
	else
		page_printf(page, &paragraph, "Nothing wrong found: %s.",
			    count_rules(page->arena, findings));
	if (report->facts)
		out_text_figures(page, report->facts);
}

/* "HEADLINE [id], until 2026-12-31: REASON" */
static void show_accepted(struct page *page, const struct out_options *options,
			  const struct findings *findings)
{
	if (findings->n_accepted)
		page_heading(page, "Accepted, not counted");
	for (size_t i = 0; i < findings->n_accepted; i++) {
		const struct accepted *accepted = &findings->accepted[i];
		const struct finding *finding = &accepted->finding;

		page_printf(page,
			    &(struct paragraph){.lead = looks[finding->severity].brief,
						.lead_style = looks[finding->severity].style,
						.indent = LABEL},
			    "%s [%s], %s%s: %s", headline(page->arena, finding), finding->id,
			    accepted->until ? "until " : "for good",
			    accepted->until ? accepted->until : "", accepted->reason);
	}
	for (size_t i = 0; options->verbose && i < findings->n_unmet; i++)
		page_printf(page, &(struct paragraph){.lead = "", .indent = LABEL},
			    "%s:%u accepts %s, which is not found here", findings->unmet[i].place.file,
			    findings->unmet[i].place.line, findings->unmet[i].id);
}

void out_text_findings(struct page *page, const struct out_options *options,
		       const struct check_report *report)
{
	if (count_heavy(report->findings, options->severity))
		show_heavy(page, options, report->findings);
	else if (!options->quiet)
		show_healthy(page, options, report);
	if (!options->quiet)
		show_brief(page, options, report->findings);
	if (!options->quiet)
		show_accepted(page, options, report->findings);
}
