#include <string.h>

#include "out_json.h"
#include "out_shared.h"

static json_t *text_or_null(struct arena *arena, struct fact fact)
{
	return fact.state == FACT_KNOWN ? out_json_value(arena, fact.value) : json_null();
}

/* The loaders for which something holds, by the names of boot.loader. */
static json_t *loaders(const bool holds[CONF_LOADERS])
{
	json_t *array = json_array();

	if (holds[CONF_SYSTEMD])
		out_json_append(array, json_string("systemd"));
	if (holds[CONF_PROCPS])
		out_json_append(array, json_string("procps"));
	return array;
}

static void put_place(json_t *object, struct arena *arena, const struct conf_entry *entry)
{
	out_json_put(object, "file", out_json_text(arena, entry->place.file));
	out_json_put(object, "line", json_integer(entry->place.line));
}

/* ----------------------------------------------------------------- the files */

/* Lines of one kind, as objects with their text. */
static json_t *entries(struct arena *arena, const struct conf_file *file, enum conf_kind kind)
{
	json_t *array = json_array();

	for (size_t i = 0; i < file->n; i++) {
		json_t *object;

		if (file->entries[i].kind != kind)
			continue;
		object = json_object();
		out_json_put(object, "line", json_integer(file->entries[i].place.line));
		out_json_put(object, "text", out_json_text(arena, file->entries[i].key));
		out_json_append(array, object);
	}
	return array;
}

static size_t count_lines(const struct conf_file *file)
{
	size_t n = 0;

	for (size_t i = 0; i < file->n; i++)
		n += file->entries[i].kind == CONF_ASSIGNMENT && !strncmp(file->entries[i].key, "net.", 4);
	return n;
}

static json_t *file(struct arena *arena, const struct conf *conf, const struct conf_file *file)
{
	bool reads[CONF_LOADERS];
	json_t *object = json_object();

	for (int i = 0; i < CONF_LOADERS; i++)
		reads[i] = conf_reads(conf, (enum conf_loader)i, file);
	out_json_put(object, "path", out_json_text(arena, file->path));
	out_json_put(object, "link_to",
		     strcmp(file->path, file->told_as) ? out_json_text(arena, file->told_as) : json_null());
	out_json_put(object, "read_by", loaders(reads));
	out_json_put(object, "lines", json_integer((json_int_t)count_lines(file)));
	out_json_put(object, "exclusions", entries(arena, file, CONF_EXCLUDE));
	out_json_put(object, "invalid", entries(arena, file, CONF_INVALID));
	return object;
}

static json_t *files(struct arena *arena, const struct conf *conf)
{
	json_t *array = json_array();

	for (size_t i = 0; i < conf->n_files; i++)
		out_json_append(array, file(arena, conf, conf->files[i]));
	if (conf->last)
		out_json_append(array, file(arena, conf, conf->last));
	return array;
}

static json_t *masks(struct arena *arena, const struct conf *conf)
{
	json_t *array = json_array();

	for (size_t i = 0; i < conf->n_masks; i++) {
		json_t *object = json_object();
		size_t n;
		const char *const *lost = audit_lost_keys(arena, conf, &conf->masks[i], &n);

		out_json_put(object, "path", out_json_text(arena, conf->masks[i].file->path));
		out_json_put(object, "by", out_json_text(arena, conf->masks[i].by));
		out_json_put(object, "deliberate", json_boolean(conf->masks[i].is_deliberate));
		out_json_put(object, "lines", json_integer((json_int_t)count_lines(conf->masks[i].file)));
		out_json_put(object, "lost", out_json_texts(arena, lost, n));
		out_json_append(array, object);
	}
	return array;
}

/* ------------------------------------------------------------------ the keys */

static json_t *line(struct arena *arena, const struct audit_line *line)
{
	json_t *object = json_object();

	put_place(object, arena, line->entry);
	out_json_put(object, "key", out_json_text(arena, line->entry->key));
	out_json_put(object, "value", out_json_text(arena, line->entry->value));
	out_json_put(object, "glob", json_boolean(line->entry->is_glob));
	out_json_put(object, "ignore", json_boolean(line->entry->ignore));
	out_json_put(object, "read_by", loaders(line->is_read));
	out_json_put(object, "wins", loaders(line->wins));
	out_json_put(object, "refusal", out_json_text(arena, line->refusal));
	return object;
}

static json_t *lines(struct arena *arena, const struct audit *audit, const struct audit_key *key)
{
	json_t *array = json_array();

	for (size_t i = 0; i < key->n_lines; i++)
		out_json_append(array, line(arena, &audit->lines[key->lines[i]]));
	return array;
}

static json_t *boot(struct arena *arena, const struct audit_boot *boot)
{
	json_t *object;

	if (!boot->entry)
		return json_null();
	object = json_object();
	out_json_put(object, "value", out_json_text(arena, boot->value));
	out_json_put(object, "why", out_json_text(arena, boot->value ? NULL : boot->why));
	put_place(object, arena, boot->entry);
	return object;
}

static json_t *module(struct arena *arena, const struct audit *audit, const struct param *param)
{
	json_t *object;

	if (!param || !param->module)
		return json_null();
	object = json_object();
	out_json_put(object, "name", out_json_text(arena, param->module));
	out_json_put(object, "early",
		     text_or_null(arena, audit_module_is_early(audit->input->host, param->module)));
	return object;
}

static json_t *key(struct arena *arena, const struct audit *audit, const struct audit_key *key)
{
	json_t *object = json_object();
	struct fact why;
	const struct audit_boot *here = audit_boot_here(audit, key, &why);

	out_json_put(object, "key", out_json_text(arena, key->key));
	out_json_put(object, "state", json_string(key->state.name));
	out_json_put(object, "note", out_json_text(arena, key->state.note));
	out_json_put(object, "nearest", out_json_text(arena, key->state.nearest));
	out_json_put(object, "module", module(arena, audit, key->param));
	out_json_put(object, "running", out_json_text(arena, key->running));
	out_json_put(object, "default", out_json_text(arena, key->default_text));
	out_json_put(object, "systemd", boot(arena, &key->boot[CONF_SYSTEMD]));
	out_json_put(object, "procps", boot(arena, &key->boot[CONF_PROCPS]));
	out_json_put(object, "agree", json_boolean(audit_agrees(key)));
	out_json_put(object, "boot", out_json_text(arena, here ? here->value : NULL));
	out_json_put(object, "drift", text_or_null(arena, audit_drift(audit, key)));
	out_json_put(object, "values", json_integer((json_int_t)key->n_values));
	out_json_put(object, "lines", lines(arena, audit, key));
	return object;
}

static json_t *keys(struct arena *arena, const struct audit *audit)
{
	json_t *array = json_array();

	for (size_t i = 0; i < audit->n_keys; i++)
		out_json_append(array, key(arena, audit, &audit->keys[i]));
	return array;
}

static json_t *idle_globs(struct arena *arena, const struct audit *audit)
{
	json_t *array = json_array();

	for (size_t i = 0; i < audit->n_lines; i++)
		if (audit->lines[i].entry->is_glob && !audit->lines[i].n_keys)
			out_json_append(array, line(arena, &audit->lines[i]));
	return array;
}

void out_json_audit(const struct out_options *options, const struct audit_report *report)
{
	struct arena *arena = options->arena;
	const struct audit *audit = report->audit;
	const struct audit_host *host = audit->input->host;
	const struct findings *judged = report->findings;
	json_t *document = out_json_begin("tcptune.audit/1");

	out_json_put(document, "host",
		     audit->input->is_observed ? out_json_host(arena, report->facts) : json_null());
	out_json_put(document, "kernel", text_or_null(arena, facts_get(report->facts, "kernel.version")));
	out_json_put(document, "loader", out_json_text(arena, host->loader));
	out_json_put(document, "loader_why", out_json_text(arena, host->loader ? NULL : host->loader_why));
	out_json_put(document, "no_boot", out_json_text(arena, host->no_boot));
	out_json_put(document, "sysctl_conf", out_json_text(arena, audit_sysctl_conf(audit)));
	out_json_put(document, "files", files(arena, audit->input->conf));
	out_json_put(document, "masked", masks(arena, audit->input->conf));
	out_json_put(document, "keys", keys(arena, audit));
	out_json_put(document, "idle_globs", idle_globs(arena, audit));
	out_json_put(document, "findings", out_json_findings(arena, judged));
	out_json_put(document, "accepted", out_json_accepted(arena, judged));
	out_json_put(document, "unknown", out_json_unjudged(arena, judged->unknown, judged->n_unknown));
	out_json_put(document, "not_applicable",
		     out_json_unjudged(arena, judged->not_applicable, judged->n_not_applicable));
	out_json_put(document, "quiet", json_integer((json_int_t)judged->n_quiet));
	out_json_put(document, "notes", out_json_texts(arena, report->notes, report->n_notes));
	out_json_end(options, document);
}
