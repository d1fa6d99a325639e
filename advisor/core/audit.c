#include <stdlib.h>
#include <string.h>

#include "core/audit_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* --------------------------------------------------------------- the host */

bool audit_loader(const struct audit_host *host, enum conf_loader *ret)
{
	static const char *const names[] = {[CONF_SYSTEMD] = "systemd", [CONF_PROCPS] = "procps"};

	for (size_t i = 0; host->loader && i < N(names); i++) {
		if (!strcmp(host->loader, names[i])) {
			*ret = (enum conf_loader)i;
			return true;
		}
	}
	return false;
}

const char *audit_loader_name(enum conf_loader loader)
{
	return loader == CONF_SYSTEMD ? "systemd-sysctl" : "sysctl --system";
}

struct fact audit_module_is_early(const struct audit_host *host, const char *module)
{
	for (size_t i = 0; i < host->n_modules; i++)
		if (!strcmp(host->modules[i], module))
			return fact_known(value_bool(true));
	if (host->modules_why)
		return fact_missing(FACT_UNREADABLE, host->modules_why);
	return fact_known(value_bool(false));
}

const char *audit_sysctl_conf(const struct audit *audit)
{
	const struct conf *conf = audit->input->conf;

	if (audit->input->host->no_boot && !audit->input->is_observed)
		return NULL;
	if (!conf->last)
		return "missing";
	for (size_t i = 0; i < conf->n_files; i++)
		if (!strcmp(conf->files[i]->told_as, conf->last->told_as) &&
		    conf_reads(conf, CONF_SYSTEMD, conf->files[i]))
			return "linked";
	return "alone";
}

/* -------------------------------------------------------------- the lines */

struct maker {
	struct arena *arena;
	const struct audit_input *input;
	struct audit *audit;
};

static const struct conf_file *file_at(const struct conf *conf, size_t i)
{
	return i < conf->n_files ? conf->files[i] : conf->last;
}

/* systemd reads it too, itself or through a link. */
static bool is_read(const struct conf *conf, enum conf_loader loader, const struct conf_file *file)
{
	for (size_t i = 0; file == conf->last && i < conf->n_files; i++)
		if (!strcmp(conf->files[i]->told_as, file->told_as) && conf_reads(conf, loader, conf->files[i]))
			return true;
	return conf_reads(conf, loader, file);
}

static const struct param *param_here(const struct maker *maker, const char *key)
{
	const struct param *param = params_describe(maker->input->params, key);
	struct fact kernel = facts_get(maker->input->facts, "kernel.version");

	if (!param || kernel.state != FACT_KNOWN)
		return param;
	return param_on(maker->arena, param, kernel.value.version, 0);
}

static void add_line(struct maker *maker, const struct conf_file *file, const struct conf_entry *entry)
{
	struct audit *audit = maker->audit;
	struct audit_line line = {.entry = entry, .state = {.name = "glob"}};

	if (!entry->is_glob) {
		line.param = param_here(maker, entry->key);
		line.state = audit_state_of(maker->arena, maker->input, line.param, entry->key);
	}
	if (line.param)
		line.refusal = param_refuses(maker->arena, line.param, entry->value);
	line.is_sysctl_conf = file == maker->input->conf->last || !strcmp(entry->place.file, CONF_LAST_PATH);
	for (int loader = 0; loader < CONF_LOADERS; loader++)
		line.is_read[loader] = is_read(maker->input->conf, (enum conf_loader)loader, file);
	audit->lines = arena_grow(maker->arena, audit->lines, audit->n_lines, &audit->lines_capacity,
				  sizeof(*audit->lines));
	audit->lines[audit->n_lines++] = line;
}

/* Lines that a link to /etc/sysctl.conf brings are told once, as that file's. */
static void add_lines(struct maker *maker)
{
	const struct conf *conf = maker->input->conf;

	for (size_t i = 0; i <= conf->n_files; i++) {
		const struct conf_file *file = file_at(conf, i);

		if (!file || (file != conf->last && conf->last && !strcmp(file->told_as, CONF_LAST_PATH)))
			continue;
		for (size_t k = 0; k < file->n; k++)
			if (file->entries[k].kind == CONF_ASSIGNMENT &&
			    !strncmp(file->entries[k].key, "net.", 4))
				add_line(maker, file, &file->entries[k]);
	}
}

/* --------------------------------------------------------------- the keys */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct audit_key *)a)->key, ((const struct audit_key *)b)->key);
}

static const char *raw_value(const struct maker *maker, const char *key)
{
	struct fact fact = facts_get(maker->input->facts, arena_printf(maker->arena, "raw:%s", key));

	return fact.state == FACT_KNOWN && fact.value.type == VALUE_TEXT ? fact.value.text : NULL;
}

static void add_line_to_key(struct maker *maker, struct audit_key *key, size_t line)
{
	size_t *lines = arena_grow(maker->arena, (size_t *)key->lines, key->n_lines, &key->lines_capacity,
				   sizeof(*lines));

	lines[key->n_lines++] = line;
	key->lines = lines;
}

static void count_values(struct maker *maker, struct audit_key *key)
{
	for (size_t i = 0; i < key->n_lines; i++) {
		const char *value = maker->audit->lines[key->lines[i]].entry->value;
		size_t k = 0;

		while (k < i && !audit_same(key->param, value,
					    maker->audit->lines[key->lines[k]].entry->value))
			k++;
		key->n_values += k == i;
	}
}

/* The lines that name the key; where none does, the globs that match it. */
static void find_lines(struct maker *maker, struct audit_key *key)
{
	const char *path = conf_path_of_key(maker->arena, key->key);
	const struct audit *audit = maker->audit;

	for (size_t i = 0; i < audit->n_lines; i++)
		if (!audit->lines[i].entry->is_glob && !strcmp(audit->lines[i].entry->key, key->key))
			add_line_to_key(maker, key, i);
	for (size_t i = 0, named = key->n_lines; !named && i < audit->n_lines; i++)
		if (audit->lines[i].entry->is_glob && conf_glob_match(audit->lines[i].entry->path, path))
			add_line_to_key(maker, key, i);
	count_values(maker, key);
}

static bool is_set(const struct conf *conf, const char *key)
{
	return conf_winner(conf, CONF_SYSTEMD, key) || conf_winner(conf, CONF_PROCPS, key);
}

static void add_key(struct maker *maker, const char *name)
{
	struct audit *audit = maker->audit;
	struct audit_key key = {.key = name};

	audit->keys = arena_grow(maker->arena, audit->keys, audit->n_keys, &audit->keys_capacity,
				 sizeof(*audit->keys));
	audit->keys[audit->n_keys++] = key;
}

/* Every key once, sorted. */
static void gather_keys(struct maker *maker)
{
	const struct audit_input *input = maker->input;
	struct audit *audit = maker->audit;
	size_t kept = 0;

	for (size_t i = 0; i < audit->n_lines; i++)
		if (!audit->lines[i].entry->is_glob)
			add_key(maker, audit->lines[i].entry->key);
	for (size_t i = 0; i < input->n_keys; i++)
		if (!strncmp(input->keys[i], "net.", 4) && is_set(input->conf, input->keys[i]))
			add_key(maker, input->keys[i]);
	if (audit->n_keys)
		qsort(audit->keys, audit->n_keys, sizeof(*audit->keys), by_key);
	for (size_t i = 0; i < audit->n_keys; i++)
		if (!kept || strcmp(audit->keys[kept - 1].key, audit->keys[i].key))
			audit->keys[kept++] = audit->keys[i];
	audit->n_keys = kept;
}

static void fill_key(struct maker *maker, struct audit_key *key)
{
	key->param = param_here(maker, key->key);
	key->state = audit_state_of(maker->arena, maker->input, key->param, key->key);
	key->running = raw_value(maker, key->key);
	key->default_text = key->param ? key->param->default_text : NULL;
	find_lines(maker, key);
	for (int loader = 0; loader < CONF_LOADERS; loader++)
		key->boot[loader] = audit_boot_of(maker->arena, maker->input, key, (enum conf_loader)loader);
}

bool audit_agrees(const struct audit_key *key)
{
	const struct audit_boot *a = &key->boot[CONF_SYSTEMD], *b = &key->boot[CONF_PROCPS];

	if (!audit_can_be_set(key))
		return true;
	if (!a->entry || !b->entry)
		return a->entry == b->entry;
	if (a->value && b->value)
		return audit_same(key->param, a->value, b->value);
	return audit_same(key->param, a->entry->value, b->entry->value);
}

/* ------------------------------------------------------ winners and losers */

/* A later line of the same glob? It replaces this one. */
static bool glob_is_replaced(const struct audit *audit, const struct audit_line *line, enum conf_loader loader)
{
	for (const struct audit_line *later = line + 1; later < audit->lines + audit->n_lines; later++)
		if (later->is_read[loader] && !strcmp(later->entry->key, line->entry->key))
			return true;
	return false;
}

static void settle_line(struct audit_line *line, const struct audit_key *key)
{
	for (int loader = 0; loader < CONF_LOADERS; loader++) {
		const struct conf_entry *winner = key->boot[loader].entry;

		if (audit_same_line(winner, line->entry))
			line->wins[loader] = true;
		else if (!line->beaten_by[loader])
			line->beaten_by[loader] = winner;
	}
}

/* The line names the key, or its glob matches it. */
static bool concerns(const struct audit_line *line, const char *key, const char *path)
{
	return line->entry->is_glob ? conf_glob_match(line->entry->path, path)
				    : !strcmp(line->entry->key, key);
}

static void settle_key(struct maker *maker, const struct audit_key *key)
{
	const char *path = conf_path_of_key(maker->arena, key->key);
	struct audit *audit = maker->audit;

	for (size_t i = 0; i < audit->n_lines; i++) {
		if (!concerns(&audit->lines[i], key->key, path))
			continue;
		audit->lines[i].n_keys++;
		settle_line(&audit->lines[i], key);
	}
}

/* A glob wins where one of its keys has its value from it; where it matches none here, unless it is replaced. */
static void settle_lines(struct maker *maker)
{
	struct audit *audit = maker->audit;

	for (size_t i = 0; i < audit->n_keys; i++)
		settle_key(maker, &audit->keys[i]);
	for (size_t i = 0; i < audit->n_lines; i++) {
		struct audit_line *line = &audit->lines[i];

		for (int loader = 0; loader < CONF_LOADERS; loader++) {
			if (!line->n_keys)
				line->wins[loader] = line->is_read[loader] &&
					!glob_is_replaced(audit, line, (enum conf_loader)loader);
			if (line->wins[loader])
				line->beaten_by[loader] = NULL;
		}
	}
}

struct audit *audit_make(struct arena *arena, const struct audit_input *input)
{
	struct maker maker = {arena, input, arena_alloc(arena, sizeof(struct audit))};

	maker.audit->input = input;
	add_lines(&maker);
	gather_keys(&maker);
	for (size_t i = 0; i < maker.audit->n_keys; i++)
		fill_key(&maker, &maker.audit->keys[i]);
	settle_lines(&maker);
	return maker.audit;
}
