/* The audit as facts for rules. */
#include <string.h>

#include "core/audit_internal.h"
#include "core/catalog.h"
#include "core/dropin.h"
#include "core/text.h"

static struct fact known_text(const char *text)
{
	return fact_known(value_text(text ? text : ""));
}

static struct fact known_bool(bool boolean)
{
	return fact_known(value_bool(boolean));
}

static struct fact known_count(size_t n)
{
	return fact_known(value_number((double)n, UNIT_NONE));
}

/* "file:line", "" for NULL. */
static struct fact place_of(struct arena *arena, const struct conf_entry *entry)
{
	if (!entry)
		return known_text("");
	return known_text(arena_printf(arena, "%s:%u", entry->place.file, entry->place.line));
}

static const char *module_of(const struct param *param)
{
	return param && param->module ? param->module : "";
}

/* ------------------------------------------------------------- the lines */

static struct fact is_default(const struct audit_line *line)
{
	if (!line->param || !line->param->default_text)
		return fact_missing(FACT_UNREADABLE, "its default is not known");
	return known_bool(audit_same(line->param, line->entry->value, line->param->default_text));
}

static struct fact is_global(const struct audit_line *line)
{
	if (!line->param)
		return fact_missing(FACT_UNREADABLE, "the key is not known");
	return known_bool(line->param->scope == PARAM_GLOBAL);
}

static struct fact is_current(struct arena *arena, const struct audit_line *line, const struct facts *facts)
{
	struct fact raw = facts_get(facts, arena_printf(arena, "raw:%s", line->entry->key));

	if (line->entry->is_glob)
		return fact_missing(FACT_ABSENT, "it is a glob");
	if (raw.state != FACT_KNOWN)
		return raw;
	return known_bool(audit_same(line->param, line->entry->value, raw.value.text));
}

static struct fact is_offered(const struct audit_line *line, const struct facts *facts)
{
	struct fact among;

	if (!line->param || !line->param->among)
		return fact_missing(FACT_ABSENT, "its value is no name of an algorithm");
	among = facts_get(facts, line->param->among);
	if (among.state != FACT_KNOWN)
		return among;
	return known_bool(among.value.type == VALUE_TEXT &&
			  audit_has_word(among.value.text, line->entry->value));
}

static void fill_line(struct arena *arena, const struct audit_line *line, const struct facts *facts,
		      struct fact *row)
{
	const struct conf_entry *entry = line->entry;

	row[CONFIGURED_NAME] = place_of(arena, entry);
	row[CONFIGURED_KEY] = known_text(entry->key);
	row[CONFIGURED_VALUE] = known_text(entry->value);
	row[CONFIGURED_FILE] = known_text(entry->place.file);
	row[CONFIGURED_LINE] = known_count(entry->place.line);
	row[CONFIGURED_WINS] = known_bool(line->wins[CONF_SYSTEMD] || line->wins[CONF_PROCPS]);
	row[CONFIGURED_OURS] = known_bool(dropin_is_path(entry->place.file));
	row[CONFIGURED_IGNORE] = known_bool(entry->ignore);
	row[CONFIGURED_GLOB] = known_bool(entry->is_glob);
	row[CONFIGURED_GLOBAL] = is_global(line);
	row[CONFIGURED_STATE] = known_text(line->state.name);
	row[CONFIGURED_NOTE] = known_text(line->state.note);
	row[CONFIGURED_NEAREST] = known_text(line->state.nearest);
	row[CONFIGURED_MODULE] = known_text(module_of(line->param));
	row[CONFIGURED_REFUSAL] = known_text(line->refusal);
	row[CONFIGURED_DEFAULT] = is_default(line);
	row[CONFIGURED_CURRENT] = is_current(arena, line, facts);
	row[CONFIGURED_OFFERED] = is_offered(line, facts);
	row[CONFIGURED_SYSCTL_CONF] = known_bool(line->is_sysctl_conf);
	row[CONFIGURED_READ_SYSTEMD] = known_bool(line->is_read[CONF_SYSTEMD]);
	row[CONFIGURED_WINS_SYSTEMD] = known_bool(line->wins[CONF_SYSTEMD]);
	row[CONFIGURED_WINS_PROCPS] = known_bool(line->wins[CONF_PROCPS]);
	row[CONFIGURED_BEATEN_SYSTEMD] = place_of(arena, line->beaten_by[CONF_SYSTEMD]);
	row[CONFIGURED_BEATEN_PROCPS] = place_of(arena, line->beaten_by[CONF_PROCPS]);
}

/* -------------------------------------------------------------- the keys */

static struct fact module_is_early(const struct audit *audit, const struct audit_key *key)
{
	if (!*module_of(key->param))
		return fact_missing(FACT_ABSENT, "it needs no module");
	return audit_module_is_early(audit->input->host, key->param->module);
}

static struct fact is_edited(const struct audit *audit, const struct conf_entry *entry)
{
	const struct conf *conf = audit->input->conf;
	struct fact uptime = facts_get(audit->input->facts, "uptime");

	if (uptime.state != FACT_KNOWN)
		return uptime;
	for (size_t i = 0; i <= conf->n_files; i++) {
		const struct conf_file *file = i < conf->n_files ? conf->files[i] : conf->last;

		if (file && file->age >= 0 && !strcmp(file->told_as, entry->place.file))
			return known_bool(file->age < uptime.value.number);
	}
	return fact_missing(FACT_UNREADABLE, "the age of its file is not known");
}

static void fill_boot(struct arena *arena, const struct audit *audit, const struct audit_key *key,
		      struct fact *row)
{
	struct fact why = {0};
	const struct audit_boot *boot = audit_boot_here(audit, key, &why);
	struct fact value = boot ? audit_booted(boot) : why;

	row[CONFIGURED_KEY_BOOT] = value;
	row[CONFIGURED_KEY_BOOT_BY] = boot ? place_of(arena, boot->entry) : why;
	row[CONFIGURED_KEY_UNREAD] = boot ? known_bool(!boot->entry) : why;
	row[CONFIGURED_KEY_DRIFT] = audit_drift(audit, key);
	row[CONFIGURED_KEY_EDITED] = boot && boot->entry ? is_edited(audit, boot->entry) : value;
}

/* The value now; the kernel puts tabs between numbers, files have blanks. */
static struct fact running(struct arena *arena, const struct audit *audit, const struct audit_key *key)
{
	struct fact now = facts_get(audit->input->facts, arena_printf(arena, "raw:%s", key->key));
	char *text;

	if (now.state != FACT_KNOWN)
		return now;
	text = arena_strdup(arena, now.value.text);
	for (char *s = text; *s; s++)
		if (*s == '\t')
			*s = ' ';
	return known_text(text);
}

static void fill_key(struct arena *arena, const struct audit *audit, const struct audit_key *key,
		     struct fact *row)
{
	row[CONFIGURED_KEY_NAME] = known_text(key->key);
	row[CONFIGURED_KEY_STATE] = known_text(key->state.name);
	row[CONFIGURED_KEY_NOTE] = known_text(key->state.note);
	row[CONFIGURED_KEY_NEAREST] = known_text(key->state.nearest);
	row[CONFIGURED_KEY_MODULE] = known_text(module_of(key->param));
	row[CONFIGURED_KEY_MODULE_EARLY] = module_is_early(audit, key);
	row[CONFIGURED_KEY_LINES] = known_count(key->n_lines);
	row[CONFIGURED_KEY_VALUES] = known_count(key->n_values);
	row[CONFIGURED_KEY_RUNNING] = running(arena, audit, key);
	row[CONFIGURED_KEY_DEFAULT] = key->default_text ? known_text(key->default_text)
							: fact_missing(FACT_UNREADABLE, "its default is not known");
	row[CONFIGURED_KEY_SYSTEMD] = audit_booted(&key->boot[CONF_SYSTEMD]);
	row[CONFIGURED_KEY_PROCPS] = audit_booted(&key->boot[CONF_PROCPS]);
	row[CONFIGURED_KEY_SYSTEMD_BY] = place_of(arena, key->boot[CONF_SYSTEMD].entry);
	row[CONFIGURED_KEY_PROCPS_BY] = place_of(arena, key->boot[CONF_PROCPS].entry);
	row[CONFIGURED_KEY_AGREE] = known_bool(audit_agrees(key));
	fill_boot(arena, audit, key, row);
}

/* -------------------------------------------------------------- the masks */

static bool is_lost(const struct conf *conf, const char *key)
{
	return !conf_winner(conf, CONF_SYSTEMD, key) && !conf_winner(conf, CONF_PROCPS, key);
}

static bool sets(const struct conf_entry *entry)
{
	return entry->kind == CONF_ASSIGNMENT && !strncmp(entry->key, "net.", 4);
}

const char *const *audit_lost_keys(struct arena *arena, const struct conf *conf, const struct conf_mask *mask,
				   size_t *ret_n)
{
	const char **keys = arena_array(arena, mask->file->n, sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; i < mask->file->n; i++)
		if (sets(&mask->file->entries[i]) && is_lost(conf, mask->file->entries[i].key))
			keys[n++] = mask->file->entries[i].key;
	*ret_n = n;
	return keys;
}

static void fill_mask(struct arena *arena, const struct conf *conf, const struct conf_mask *mask,
		      struct fact *row)
{
	struct text lost_keys = text_new(arena);
	size_t keys = 0, lost;
	const char *const *names = audit_lost_keys(arena, conf, mask, &lost);

	for (size_t i = 0; i < mask->file->n; i++)
		keys += sets(&mask->file->entries[i]);
	for (size_t i = 0; i < lost; i++)
		text_printf(&lost_keys, "%s%s", i ? ", " : "", names[i]);
	row[MASKED_NAME] = known_text(mask->file->path);
	row[MASKED_BY] = known_text(mask->by);
	row[MASKED_DELIBERATE] = known_bool(mask->is_deliberate);
	row[MASKED_KEYS] = known_count(keys);
	row[MASKED_LOST] = known_count(lost);
	row[MASKED_LOST_KEYS] = known_text(lost_keys.data);
}

/* ------------------------------------------------------------------- all */

static struct table *known_table(struct facts *facts, const struct table_def *def)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	return table;
}

void audit_facts(const struct audit *audit, struct facts *facts)
{
	const struct conf *conf = audit->input->conf;
	const struct audit_host *host = audit->input->host;
	struct arena *arena = facts_arena(facts);
	struct table *lines = known_table(facts, &configured_def);
	struct table *keys = known_table(facts, &configured_keys_def);
	struct table *masks = known_table(facts, &masked_def);

	for (size_t i = 0; i < audit->n_lines; i++)
		fill_line(arena, &audit->lines[i], facts, table_add_row(facts, lines));
	for (size_t i = 0; i < audit->n_keys; i++)
		fill_key(arena, audit, &audit->keys[i], table_add_row(facts, keys));
	for (size_t i = 0; i < conf->n_masks; i++)
		fill_mask(arena, conf, &conf->masks[i], table_add_row(facts, masks));
	if (audit_sysctl_conf(audit))
		facts_set(facts, "boot.sysctl_conf", value_text(audit_sysctl_conf(audit)));
	else
		facts_set_missing(facts, "boot.sysctl_conf", FACT_UNREADABLE, host->no_boot);
	if (host->loader)
		facts_set(facts, "boot.loader", value_text(host->loader));
	else
		facts_set_missing(facts, "boot.loader", FACT_UNREADABLE, host->loader_why);
}
