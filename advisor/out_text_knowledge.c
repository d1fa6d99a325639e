/* What tcptune knows, as its files have it: profiles, rules, the facts that rules may use. */
#include <string.h>

#include "core/catalog.h"
#include "core/param.h"
#include "core/text.h"
#include "out_shared.h"
#include "out_text.h"

static void show_line(struct page *page, const char *name, const char *title)
{
	char lead[40];

	snprintf(lead, sizeof(lead), "%-30s ", out_line(page->arena, name));
	page_paragraph(page, &(struct paragraph){.lead = lead, .indent = 31}, title);
}

/* A part of a file: scalars on their line, what is below them indented. */
static void show_node(struct page *page, const char *key, const struct node *node, unsigned indent)
{
	const char *lead = arena_printf(page->arena, "%*s%s%s", (int)indent, "", key,
					strcmp(key, "-") ? ": " : " ");

	if (node->type == NODE_SCALAR) {
		page_paragraph(page, &(struct paragraph){.lead = lead, .indent = indent + 4}, node->text);
		return;
	}
	page_raw(page, STYLE_PLAIN, out_line(page->arena, lead));
	for (size_t i = 0; i < node->n; i++)
		show_node(page, node->type == NODE_MAP ? out_line(page->arena, node->keys[i]) : "-",
			  &node->items[i], indent + 2);
}

static void show_map(struct page *page, const struct node *node)
{
	for (size_t i = 0; i < node->n; i++)
		show_node(page, out_line(page->arena, node->keys[i]), &node->items[i], 2);
}

/* "(bits per second; 1 mbit to 1000 gbit; no default)" */
static const char *parameter_terms(struct arena *arena, const struct profile_parameter *parameter)
{
	struct text text = text_new(arena);

	if (parameter->unit != UNIT_NONE)
		text_printf(&text, "%s; ", unit_name(parameter->unit));
	if (parameter->min && parameter->max)
		text_printf(&text, "%s to %s; ", parameter->min, parameter->max);
	else if (parameter->min || parameter->max)
		text_printf(&text, "%s %s; ", parameter->min ? "at least" : "at most",
			    parameter->min ? parameter->min : parameter->max);
	if (parameter->value)
		text_printf(&text, "default %s", parameter->value);
	else
		text_add(&text, "no default");
	return text.data;
}

static void show_parameters(struct page *page, const struct profile *profile)
{
	for (size_t i = 0; i < profile->n_parameters; i++) {
		const struct profile_parameter *parameter = &profile->parameters[i];
		const char *lead = arena_printf(page->arena, "  --set %s=VALUE  ",
						out_line(page->arena, parameter->name));

		page_printf(page, &(struct paragraph){.lead = lead, .indent = 6}, "%s (%s)", parameter->means,
			    parameter_terms(page->arena, parameter));
	}
}

static void show_profile(struct page *page, const struct profile *profile)
{
	static const struct paragraph inset = {.lead = "  ", .indent = 2};

	page_heading(page, "%s: %s", profile->name, profile->title);
	if (profile->whom)
		page_printf(page, &inset, "For %s.", profile->whom);
	if (profile->text)
		page_paragraph(page, &inset, profile->text);
	show_parameters(page, profile);
	for (size_t i = 0; i < profile->n_settings; i++) {
		page_gap(page);
		show_map(page, profile->settings[i].node);
	}
}

void out_text_profiles(const struct out_options *options, const struct profile *const *profiles, size_t n,
		       bool whole)
{
	struct page page = page_new(options);

	for (size_t i = 0; i < n; i++) {
		if (whole)
			show_profile(&page, profiles[i]);
		else
			show_line(&page, profiles[i]->name,
				  !profiles[i]->whom ? profiles[i]->title
						     : arena_printf(page.arena, "%s: for %s", profiles[i]->title,
								    profiles[i]->whom));
	}
}

void out_text_rules(const struct out_options *options, const struct rule *const *rules, size_t n, bool whole)
{
	struct page page = page_new(options);

	for (size_t i = 0; i < n; i++) {
		if (!whole) {
			show_line(&page, rules[i]->id, rules[i]->title);
			continue;
		}
		page_heading(&page, "%s: %s", rules[i]->id, rules[i]->title);
		show_map(&page, rules[i]->node);
	}
}

static void show_fact(struct page *page, const char *name, enum unit unit, const char *summary)
{
	show_line(page, name,
		  unit == UNIT_NONE ? summary
				    : arena_printf(page->arena, "%s (%s)", summary, unit_name(unit)));
}

void out_text_catalog(const struct out_options *options)
{
	struct page page = page_new(options);
	size_t n_scalars, n_tables;
	const struct fact_def *scalars = catalog_scalars(&n_scalars);
	const struct table_def *const *tables = catalog_tables(&n_tables);

	page_heading(&page, "Facts");
	for (size_t i = 0; i < n_scalars; i++)
		show_fact(&page, scalars[i].name, scalars[i].unit, scalars[i].summary);
	for (size_t i = 0; i < n_tables; i++) {
		page_heading(&page, "Table %s: %s", tables[i]->name, tables[i]->summary);
		for (size_t k = 0; k < tables[i]->n_columns; k++)
			show_fact(&page, tables[i]->columns[k].name, tables[i]->columns[k].unit,
				  tables[i]->columns[k].summary);
	}
}
