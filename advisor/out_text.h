/* The parts of the text for people, in the order in which `check` shows them. */
#ifndef TCPTUNE_OUT_TEXT_H
#define TCPTUNE_OUT_TEXT_H

#include "out.h"
#include "out_page.h"

/* Who is looked at: the host and its socket mix, two or three lines. */
void out_text_host(struct page *page, const struct facts *facts);

/* Findings worst first; what is below the chosen severity in a line each. Figures where facts are known. */
void out_text_findings(struct page *page, const struct out_options *options,
		       const struct check_report *report);

/* The figures that show a host to be healthy; what is not known is named so. */
void out_text_figures(struct page *page, const struct facts *facts);

/* For how much more there is room: ports by destination, accept queues. */
void out_text_capacity(struct page *page, const struct facts *facts);

/* What could not be seen or judged, the rules of one reason together. */
void out_text_unseen(struct page *page, const struct out_options *options,
		     const struct check_report *report);

/* A value of a fact, or "unknown: why". */
char *out_text_fact(struct arena *arena, struct fact fact);

/* What the profiles ask against what is: a table, then the reasons. */
void out_text_settings(struct page *page, const struct out_options *options,
		       const struct check_report *report);

/* The table alone; a long one without what is as asked, unless verbose. */
void out_text_table(struct page *page, const struct out_options *options,
		    const struct check_report *report);

/* The warnings of settings; each names its key. */
void out_text_warnings(struct page *page, const struct plan *plan);

/* The settings section, or a warning alone, says already why nothing is written for this. */
bool out_text_is_explained(const struct plan *plan, const struct skipped *skipped);
bool out_text_is_warned(const struct plan *plan, const struct skipped *skipped);

/*
 * Something that is asked is not so and cannot be written here: read-only, a conflict,
 * not known. What this kernel does not have, or tcptune never writes, is not meant.
 */
bool out_text_has_unmet(const struct plan *plan);

/* A change a paragraph; with a plan and its findings, the reasons too (both may be NULL). */
struct changes_shown {
	const struct change *changes;
	size_t n;
	const struct plan *plan;
	const struct findings *findings;
};
void out_text_changes(struct page *page, const struct changes_shown *shown);
void out_text_skipped(struct page *page, const struct skipped *skipped, size_t n);
void out_text_obstacles(struct page *page, const struct plan *plan);
void out_text_diff(struct page *page, const char *diff);

void out_text_check(const struct out_options *options, const struct check_report *report);
void out_text_check_all(const struct out_options *options, const struct netns_reports *reports);
void out_text_audit(const struct out_options *options, const struct audit_report *report);
void out_text_apply(const struct out_options *options, const struct apply_report *report);
void out_text_revert(const struct out_options *options, const struct revert_report *report);
void out_text_confirm(const struct out_options *options, const struct confirm_report *report);
void out_text_history(const struct out_options *options, const struct history_report *report);
void out_text_profiles(const struct out_options *options, const struct profile *const *profiles, size_t n,
		       bool whole);
void out_text_rules(const struct out_options *options, const struct rule *const *rules, size_t n, bool whole);
void out_text_catalog(const struct out_options *options);

#endif
