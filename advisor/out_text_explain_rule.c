/* The page of a rule: what it looks at, its thresholds, what it says here. */
#include <string.h>

#include "core/text.h"
#include "out_explain.h"
#include "out_shared.h"
#include "out_text.h"

static const struct paragraph item = {.lead = "  ", .indent = 6};

static const char *text_at(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);

	return node && node->type == NODE_SCALAR ? node->text : NULL;
}

static void show_severity(struct page *page, const struct node *node)
{
	const struct node *severity = node_get(node, "severity");

	if (!severity)
		return;
	if (severity->type == NODE_SCALAR) {
		out_text_row(page, "severity", severity->text);
		return;
	}
	for (size_t i = 0; i < severity->n; i++)
		out_text_row(page, i ? "" : "severity",
			     arena_printf(page->arena, "%s where %s", severity->keys[i],
					  severity->items[i].text));
}

static void show_thresholds(struct page *page, const struct explanation *explanation)
{
	const struct rule *rule = explanation->what.rule;

	if (!explanation->n_thresholds)
		return;
	page_heading(page, "Thresholds (set with --set %s.NAME=VALUE)", rule->id);
	for (size_t i = 0; i < explanation->n_thresholds; i++) {
		const struct explained_threshold *threshold = &explanation->thresholds[i];

		page_printf(page, &item, "%s = %s%s%s", threshold->name,
			    out_text_fact(page->arena, threshold->value),
			    threshold->means ? ": " : "",
			    threshold->means ? threshold->means : "");
	}
}

static void show_remedy(struct page *page, const struct node *node)
{
	const char *kind = text_at(node, "do"), *key = text_at(node, "set"),
		   *to = text_at(node, "to");
	const char *when = text_at(node, "when"), *text = text_at(node, "text");
	struct text line = text_new(page->arena);

	text_printf(&line, "%s: ", kind ? kind : "");
	if (key)
		text_printf(&line, "%s = %s. ", key, to ? to : "");
	text_add(&line, text ? text : "");
	if (when)
		text_printf(&line, " (where %s)", when);
	page_paragraph(page, &item, line.data);
}

static void show_remedies(struct page *page, const struct node *remedies)
{
	if (!remedies || remedies->type != NODE_LIST || !remedies->n)
		return;
	page_heading(page, "What it proposes");
	for (size_t i = 0; i < remedies->n; i++)
		show_remedy(page, &remedies->items[i]);
}

static void show_findings(struct page *page, const struct finding *finding)
{
	if (!finding)
		return;
	for (size_t i = 0; i < finding->n_evidence; i++)
		out_text_row(page, "", finding->evidence[i]);
}

void out_text_explain_rule(struct page *page, const struct explanation *explanation)
{
	const struct rule *rule = explanation->what.rule;

	page_heading(page, "%s: %s", rule->id, rule->title);
	out_text_row(page, "here", out_text_verdict(page->arena, &explanation->rule));
	show_findings(page, explanation->rule.finding);
	show_severity(page, rule->node);
	out_text_row(page, "kernels", text_at(rule->node, "kernels"));
	out_text_row(page, "for each", text_at(rule->node, "each"));
	out_text_row(page, "when", text_at(rule->node, "when"));
	if (explanation->n_reads)
		out_text_row(
			page, "reads",
			out_join(page->arena, explanation->reads, explanation->n_reads, ", "));
	show_thresholds(page, explanation);
	show_remedies(page, node_get(rule->node, "remedy"));
	out_text_section(page, "What it corrects", rule->corrects);
	out_text_section(page, "Risk of the remedy", rule->risk);
}
