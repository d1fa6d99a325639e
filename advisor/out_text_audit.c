/* The audit for people: findings, then the files, then every key with what sets it. */
#include <string.h>

#include "core/text.h"
#include "out_shared.h"
#include "out_text.h"

#define LABEL 10

static const struct paragraph plain = {.lead = "", .indent = 4};

/* ------------------------------------------------------------------ the host */

static const char *loader_text(const struct audit_host *host)
{
	enum conf_loader loader;

	if (host->no_boot || !host->loader)
		return host->no_boot ? host->no_boot : host->loader_why;
	if (!audit_loader(host, &loader))
		return "nothing loads sysctl files at boot";
	return loader == CONF_SYSTEMD ? "systemd-sysctl loads the files at boot"
				      : "sysctl --system loads the files at boot";
}

static void show_host(struct page *page, const struct audit_report *report)
{
	const struct audit_input *input = report->audit->input;
	struct fact name = facts_get(report->facts, "host.name");
	struct fact kernel = facts_get(report->facts, "kernel.release");
	struct paragraph head = {.lead = "", .style = STYLE_BOLD, .indent = 4};

	if (!input->is_observed)
		kernel = facts_get(report->facts, "kernel.version");
	page_printf(page, &head, "%s%s%s",
		    !input->is_observed           ? "Sysctl files"
		    : name.state == FACT_KNOWN    ? name.value.text
						  : "A host without a name",
		    input->is_observed ? ", Linux " : " for Linux ",
		    kernel.state == FACT_KNOWN ? value_raw(page->arena, kernel.value) : "of unknown release");
	page_printf(page, &plain, "%s%s", loader_text(input->host),
		    input->is_observed ? "" : ": judged by what is known of this version");
}

/* ----------------------------------------------------------------- the files */

static size_t count_lines(const struct conf_file *file, enum conf_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < file->n; i++)
		n += file->entries[i].kind == kind &&
		     (kind == CONF_INVALID || !strncmp(file->entries[i].key, "net.", 4));
	return n;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static const char *file_remark(struct page *page, const struct conf *conf, const struct conf_file *file)
{
	if (file == conf->last)
		return conf_reads(conf, CONF_SYSTEMD, file) ? "" : ", for sysctl --system and sysctl -p alone";
	if (strcmp(file->path, file->told_as))
		return arena_printf(page->arena, ", a link to %s", file->told_as);
	return conf_reads(conf, CONF_SYSTEMD, file) ? "" : ", hidden from systemd-sysctl by its dot";
}

static void show_file(struct page *page, const struct conf *conf, const struct conf_file *file)
{
	size_t lines = count_lines(file, CONF_ASSIGNMENT), exclusions = count_lines(file, CONF_EXCLUDE);
	struct paragraph item = {.lead = "  ", .indent = 6};
	struct text text = text_new(page->arena);

	text_printf(&text, "%s: %zu line%s for net.*%s", file->path, lines, plural(lines),
		    file_remark(page, conf, file));
	if (exclusions)
		text_printf(&text, ", %zu exclusion%s", exclusions, plural(exclusions));
	page_paragraph(page, &item, text.data);
}

/* What neither loader takes for a line. */
static void show_invalid(struct page *page, const struct conf_file *file)
{
	for (size_t i = 0; i < file->n; i++)
		if (file->entries[i].kind == CONF_INVALID)
			page_printf(page, &(struct paragraph){.lead = "    ", .indent = 8},
				    "line %u is no assignment: %s", file->entries[i].place.line,
				    file->entries[i].key);
}

static void show_masks(struct page *page, const struct audit *audit)
{
	const struct conf *conf = audit->input->conf;

	for (size_t i = 0; i < conf->n_masks; i++) {
		const struct conf_mask *mask = &conf->masks[i];
		size_t n;
		const char *const *lost = audit_lost_keys(page->arena, conf, mask, &n);

		page_printf(page, &(struct paragraph){.lead = "  ", .indent = 6}, "%s: not read, %s %s%s%s",
			    mask->file->path, mask->by,
			    mask->is_deliberate ? "is there to hide it" : "has the same name",
			    n ? "; nothing sets " : "", n ? out_join(page->arena, lost, n, ", ") : "");
	}
}

static void show_files(struct page *page, const struct audit *audit, bool is_verbose)
{
	const struct conf *conf = audit->input->conf;
	size_t n_idle = 0;

	page_heading(page, "Files, in the order in which they are read");
	for (size_t i = 0; i <= conf->n_files; i++) {
		const struct conf_file *file = i < conf->n_files ? conf->files[i] : conf->last;
		bool is_idle = file && !count_lines(file, CONF_ASSIGNMENT) &&
			       !count_lines(file, CONF_EXCLUDE) && !count_lines(file, CONF_INVALID);

		n_idle += is_idle && !is_verbose;
		if (!file || (is_idle && !is_verbose))
			continue;
		show_file(page, conf, file);
		show_invalid(page, file);
	}
	if (n_idle)
		page_printf(page, &(struct paragraph){.lead = "  ", .indent = 6},
			    "%zu file%s without a line for net.*: --verbose lists %s", n_idle, plural(n_idle),
			    n_idle == 1 ? "it" : "them");
	if (!conf->n_files && !conf->last)
		page_paragraph(page, &(struct paragraph){.lead = "  ", .indent = 6}, "there are none");
	show_masks(page, audit);
}

/* ------------------------------------------------------------------ the keys */

static void show_labelled(struct page *page, const char *label, const char *text)
{
	page_paragraph(page,
		       &(struct paragraph){.lead = arena_printf(page->arena, "  %-*s", LABEL - 2, label),
					   .indent = LABEL},
		       text);
}

static const char *place_text(struct page *page, const struct conf_entry *entry)
{
	return arena_printf(page->arena, "%s:%u%s", entry->place.file, entry->place.line,
			    entry->is_glob ? arena_printf(page->arena, " (%s)", entry->key) : "");
}

/* "30, FILE:LINE"; where the kernel makes something else of it, "24, FILE:LINE has 030". */
static const char *boot_text(struct page *page, const struct audit_key *key, enum conf_loader loader)
{
	const struct audit_boot *boot = &key->boot[loader];

	if (boot->exclusion)
		return arena_printf(page->arena, "nothing: %s:%u has -%s", boot->exclusion->place.file,
				    boot->exclusion->place.line, boot->exclusion->key);
	if (!boot->entry)
		return "no line that it reads sets the key";
	if (!boot->value)
		return arena_printf(page->arena, "%s has %s, but: %s", place_text(page, boot->entry),
				    boot->entry->value, boot->why ? boot->why : "it cannot be told");
	if (audit_is_written(key, boot))
		return arena_printf(page->arena, "%s, %s", boot->value, place_text(page, boot->entry));
	return arena_printf(page->arena, "%s; %s has %s", boot->value, place_text(page, boot->entry),
			    boot->entry->value);
}

static void show_boot(struct page *page, const struct audit *audit, const struct audit_key *key)
{
	enum conf_loader loader;

	if (audit_agrees(key) && key->boot[CONF_SYSTEMD].entry) {
		show_labelled(page, "boot", boot_text(page, key, CONF_SYSTEMD));
		return;
	}
	show_labelled(page, "systemd", boot_text(page, key, CONF_SYSTEMD));
	show_labelled(page, "procps", boot_text(page, key, CONF_PROCPS));
	if (audit->input->is_observed && audit_loader(audit->input->host, &loader) &&
	    !key->boot[loader].entry)
		show_labelled(page, "lost", arena_printf(page->arena, "%s boots this host, and does not set it",
							 audit_loader_name(loader)));
}

/* The lines that decide nothing; all of them where there is nothing to decide. */
static void show_lines(struct page *page, const struct audit *audit, const struct audit_key *key, bool all)
{
	for (size_t i = 0; i < key->n_lines; i++) {
		const struct audit_line *line = &audit->lines[key->lines[i]];

		if (all || (!line->wins[CONF_SYSTEMD] && !line->wins[CONF_PROCPS]))
			show_labelled(page, all ? "set" : "loses",
				      arena_printf(page->arena, "%s, %s", line->entry->value,
						   place_text(page, line->entry)));
	}
}

static void show_refusals(struct page *page, const struct audit *audit, const struct audit_key *key)
{
	for (size_t i = 0; i < key->n_lines; i++) {
		const struct audit_line *line = &audit->lines[key->lines[i]];

		if (line->refusal)
			show_labelled(page, "bad", arena_printf(page->arena, "%s: %s",
								place_text(page, line->entry), line->refusal));
	}
}

/* "now 15, default 60": what is known without the files. */
static const char *now_text(struct page *page, const struct audit *audit, const struct audit_key *key)
{
	struct fact drift = audit_drift(audit, key);
	struct text text = text_new(page->arena);

	if (key->running)
		text_printf(&text, "now %s", key->running);
	if (key->running && key->default_text)
		text_printf(&text, ", default %s", key->default_text);
	else if (key->default_text)
		text_printf(&text, "default %s", key->default_text);
	if (drift.state == FACT_KNOWN && drift.value.boolean)
		text_add(&text, "; the next boot changes it");
	return text.data;
}

/* One line, one value, which the kernel has and keeps: no more is to be said. */
static bool is_plain(const struct audit *audit, const struct audit_key *key)
{
	const struct audit_line *line = &audit->lines[key->lines[0]];
	struct fact drift = audit_drift(audit, key);

	return key->n_lines == 1 && !strcmp(key->state.name, "present") && !line->refusal &&
	       audit_agrees(key) && key->boot[CONF_SYSTEMD].value &&
	       !(drift.state == FACT_KNOWN && drift.value.boolean);
}

static void show_key(struct page *page, const struct audit *audit, const struct audit_key *key)
{
	bool is_settable = audit_can_be_set(key);
	const char *now = is_settable ? now_text(page, audit, key) : "";

	page_printf(page, &(struct paragraph){.lead = "", .style = STYLE_BOLD, .indent = 2}, "%s%s%s", key->key,
		    strcmp(key->state.name, "present") ? ": " : "",
		    strcmp(key->state.name, "present") ? key->state.name : "");
	if (key->state.note)
		show_labelled(page, "", key->state.note);
	if (key->state.nearest)
		show_labelled(page, "", arena_printf(page->arena, "did you mean %s?", key->state.nearest));
	if (*now)
		show_labelled(page, "", now);
	if (is_settable)
		show_boot(page, audit, key);
	show_lines(page, audit, key, !is_settable);
	show_refusals(page, audit, key);
}

/* Globs that match nothing here set no key, and show up nowhere else. */
static void show_idle_globs(struct page *page, const struct audit *audit)
{
	bool has_heading = false;

	for (size_t i = 0; i < audit->n_lines; i++) {
		const struct audit_line *line = &audit->lines[i];

		if (!line->entry->is_glob || line->n_keys)
			continue;
		if (!has_heading)
			page_heading(page, audit->input->is_observed ? "Globs that set no key here"
								     : "Globs, which set keys of a host");
		has_heading = true;
		page_printf(page, &(struct paragraph){.lead = "  ", .indent = 6}, "%s = %s, %s:%u",
			    line->entry->key, line->entry->value, line->entry->place.file,
			    line->entry->place.line);
	}
}

static void show_keys(struct page *page, const struct audit *audit)
{
	size_t n_plain = 0;

	page_heading(page, "%zu key%s of net.* %s set", audit->n_keys, plural(audit->n_keys),
		     audit->n_keys == 1 ? "is" : "are");
	for (size_t i = 0; i < audit->n_keys; i++) {
		if (is_plain(audit, &audit->keys[i]))
			n_plain++;
		else
			show_key(page, audit, &audit->keys[i]);
	}
	if (n_plain && n_plain < audit->n_keys)
		page_heading(page, "%zu by one line, which works", n_plain);
	for (size_t i = 0; n_plain && i < audit->n_keys; i++)
		if (is_plain(audit, &audit->keys[i]))
			page_printf(page, &(struct paragraph){.lead = "  ", .indent = 6}, "%s = %s",
				    audit->keys[i].key, boot_text(page, &audit->keys[i], CONF_SYSTEMD));
	show_idle_globs(page, audit);
}

void out_text_audit(const struct out_options *options, const struct audit_report *report)
{
	const struct check_report judged = {
		.findings = report->findings,
		.notes = report->notes,
		.n_notes = report->n_notes,
	};
	struct page page = page_new(options);

	if (!options->quiet)
		show_host(&page, report);
	out_text_findings(&page, options, &judged);
	if (options->quiet)
		return;
	show_files(&page, report->audit, options->verbose);
	show_keys(&page, report->audit);
	out_text_unseen(&page, options, &judged);
}
