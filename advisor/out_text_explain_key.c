/* The page of a sysctl: what it is, what it is here, who sets it. */
#include <string.h>

#include "core/text.h"
#include "out_explain.h"
#include "out_shared.h"

static const struct paragraph inset = {.lead = "  ", .indent = 2};
static const struct paragraph item = {.lead = "  ", .indent = 6};

static const char *const loader_names[] = {
	[CONF_SYSTEMD] = "systemd-sysctl",
	[CONF_PROCPS] = "sysctl --system",
};

static const char *version_text(struct arena *arena, struct version version)
{
	return value_show(arena, (struct value){.type = VALUE_VERSION, .version = version});
}

static bool is_set(struct version version)
{
	return version.major || version.minor;
}

/* ------------------------------------------------------------ what it is */

static void show_type(struct page *page, const struct param *param)
{
	struct text text = text_new(page->arena);

	text_add(&text, param_type_name(param->type));
	if (param->arity > 1)
		text_printf(&text, " of %u", param->arity);
	if (param->unit != UNIT_NONE)
		text_printf(&text, ", %s", unit_name(param->unit));
	if (param->counted)
		text_printf(&text, ", counts %s", param->counted);
	if (param->is_ordered)
		text_add(&text, ", no element above the next");
	if (param->is_rounded)
		text_add(&text, ", rounded up to a jiffy");
	out_text_row(page, "type", text.data);
	for (size_t i = 0; i < param->n_values; i++)
		out_text_row(page, i ? "" : "values", param->values[i]);
}

static void add_bound(struct text *text, const struct param_bound *bound)
{
	if (!bound->is_set)
		text_add(text, "any");
	else
		text_add(text, value_raw(text->arena, value_number(bound->number, UNIT_NONE)));
}

static void show_range(struct page *page, const struct param *param)
{
	struct text text = text_new(page->arena);

	if (!param->min.is_set && !param->max.is_set)
		return;
	add_bound(&text, &param->min);
	text_add(&text, " to ");
	add_bound(&text, &param->max);
	if (param->arity > 1)
		text_add(&text, ", each");
	if (param->max.dividend != 0)
		text_add(&text, " (the largest number divided by HZ: this for HZ = 1000, more "
				"for less)");
	if (param->min_key)
		text_printf(&text, "; not below %s", param->min_key);
	if (param->max_key)
		text_printf(&text, "; not above %s", param->max_key);
	out_text_row(page, "range", text.data);
}

static const char *default_of(struct arena *arena, const struct param *param)
{
	if (param->default_text)
		return *param->default_text ? param->default_text : "empty";
	if (param->default_formula)
		return out_line(arena, param->default_formula);
	return param->read_only ? NULL : "not known";
}

static void show_history(struct page *page, const struct param *param)
{
	struct text text = text_new(page->arena);

	if (param->is_vendors)
		text_add(&text, "only in kernels of some vendors");
	else if (param->introduced)
		text_printf(&text, "since %s", param->introduced);
	if (is_set(param->noop_since))
		text_printf(&text, "%swithout effect since %s", text.length ? ", " : "",
			    version_text(page->arena, param->noop_since));
	if (is_set(param->removed))
		text_printf(&text, "%sremoved in %s", text.length ? ", " : "",
			    version_text(page->arena, param->removed));
	out_text_row(page, "in Linux", text.length ? text.data : NULL);
	out_text_row(page, "module", param->module);
}

static void show_scope(struct page *page, const struct param *param)
{
	struct text text = text_new(page->arena);

	if (param->scope == PARAM_GLOBAL) {
		text_add(&text, param->writable_in_namespace
					? "the whole host, though any namespace can write it"
					: "the whole host");
		out_text_row(page, "scope", text.data);
		return;
	}
	text_add(&text, "each network namespace has its own");
	if (param->namespace_since)
		text_printf(&text, ", since Linux %s", param->namespace_since);
	if (param->read_only)
		text_add(&text, "; read-only");
	else if (!param->writable_in_namespace)
		text_add(&text, "; read-only in a child namespace");
	out_text_row(page, "scope", text.data);
	if (!param->read_only)
		out_text_row(page, "new namespace",
			     param->inherited ? param->inherited : "starts with the default");
}

/* ----------------------------------------------------------- what sets it */

static void show_winner(struct page *page, const char *name, const struct explained_line *line,
			const struct explained_key *key)
{
	bool is_other = key->current && key->param && !line->is_glob &&
			!param_same(key->param, key->current, line->value);

	out_text_row(page, name,
		     arena_printf(page->arena, "%s:%u sets %s%s%s", line->place.file,
				  line->place.line, out_line(page->arena, line->value),
				  line->is_glob ? ", by a pattern" : "",
				  is_other ? ", which is not what it is now" : ""));
}

static void show_losers(struct page *page, const struct out_options *options,
			const struct explanation *explanation)
{
	size_t n = 0;

	for (size_t i = 0; i < explanation->n_lines; i++) {
		const struct explained_line *line = &explanation->lines[i];

		if (line->wins[CONF_SYSTEMD] || line->wins[CONF_PROCPS])
			continue;
		if (options->verbose)
			out_text_row(page, n ? "" : "beaten",
				     arena_printf(page->arena, "%s:%u, to %s", line->place.file,
						  line->place.line,
						  out_line(page->arena, line->value)));
		n++;
	}
	if (n && !options->verbose)
		out_text_row(page, "",
			     arena_printf(page->arena, "%zu line%s beaten; --verbose shows %s",
					  n, n == 1 ? " is" : "s are", n == 1 ? "it" : "them"));
}

static void show_setters(struct page *page, const struct out_options *options,
			 const struct explanation *explanation)
{
	const struct explained_line *systemd = explain_winner(explanation, CONF_SYSTEMD);
	const struct explained_line *procps = explain_winner(explanation, CONF_PROCPS);

	if (systemd == procps) {
		if (systemd)
			show_winner(page, "set by", systemd, &explanation->key);
		else
			out_text_row(page, "set by", "no file");
	} else {
		out_text_row(page, "set by", "the loaders differ:");
		for (int loader = 0; loader < CONF_LOADERS; loader++) {
			const struct explained_line *line =
				explain_winner(explanation, (enum conf_loader)loader);

			if (line)
				show_winner(page, loader_names[loader], line,
					    &explanation->key);
			else
				out_text_row(page, loader_names[loader], "no file");
		}
	}
	show_losers(page, options, explanation);
}

/* ----------------------------------------------------------------- history */

static void show_change(struct page *page, const struct param_change *change)
{
	struct text text = text_new(page->arena);

	text_printf(&text, "%s: %s", version_text(page->arena, change->since),
		    out_line(page->arena, change->what));
	if (change->default_text)
		text_printf(&text, " (default %s%s%s)", change->default_text,
			    change->was ? ", before " : "", change->was ? change->was : "");
	page_paragraph(page, &item, text.data);
}

static void show_dispute(struct page *page, const struct param *param)
{
	if (!param->n_opinions)
		return;
	page_heading(page, "What is disputed");
	for (size_t i = 0; i < param->n_opinions; i++)
		page_printf(page, &item, "\"%s\": %s", param->opinions[i].says,
			    param->opinions[i].who);
	page_gap(page);
	page_paragraph(page, &inset, param->verdict);
}

void out_text_explain_key(struct page *page, const struct out_options *options,
			  const struct explanation *explanation)
{
	const struct explained_key *key = &explanation->key;
	const struct param *param = key->param;

	page_heading(page, "%s", key->key);
	out_text_row(page,
		     key->current || key->status.state == KEY_UNREADABLE ? "here" : "not here",
		     out_text_key_value(page->arena, key));
	show_setters(page, options, explanation);
	show_type(page, param);
	show_range(page, param);
	out_text_row(page, "default", default_of(page->arena, param));
	show_history(page, param);
	show_scope(page, param);
	out_text_row(page, "takes effect", param->effect);
	if (explanation->n_same)
		out_text_row(
			page, "the same holds",
			out_join(page->arena, explanation->same, explanation->n_same, ", "));
	page_gap(page);
	page_paragraph(page, &inset, param->summary);
	out_text_section(page, "What people get wrong", param->wrong);
	show_dispute(page, param);
	if (param->n_changes)
		page_heading(page, "What changed, by kernel");
	for (size_t i = 0; i < param->n_changes; i++)
		show_change(page, &param->changes[i]);
}
