/* A sysctl as it is here, and who sets it. */
#include <string.h>

#include "core/explain_internal.h"
#include "core/text.h"

/* The kernel's text, printable, one blank between fields; NULL where there is no value of it. */
static const char *current_text(const struct explainer *explainer, const char *key)
{
	struct fact raw = facts_get(explainer->host->facts,
				    arena_printf(explainer->arena, "raw:%s", key));
	struct text text = text_new(explainer->arena);

	if (raw.state != FACT_KNOWN ||
	    facts_get(explainer->host->facts, key).state != FACT_KNOWN)
		return NULL;
	for (const char *s = raw.value.text; *s; s += strspn(s, " \t\n")) {
		size_t n = strcspn(s, " \t\n");

		text_printf(&text, "%s%.*s", text.length ? " " : "", (int)n, s);
		s += n;
	}
	return text_printable(explainer->arena, text.data);
}

/* The entry of "2 = loopback only" that begins with this number, without the number. */
static const char *meaning_of(const struct param *param, const char *number)
{
	size_t n = strlen(number);

	for (size_t i = 0; i < param->n_values; i++)
		if (!strncmp(param->values[i], number, n) &&
		    !strncmp(param->values[i] + n, " = ", 3))
			return param->values[i] + n + 3;
	return NULL;
}

static const char *show_tuple(struct arena *arena, const struct value *value)
{
	struct text text = text_new(arena);

	for (unsigned i = 0; i < value->tuple.n; i++)
		text_printf(
			&text, "%s%s", i ? ", " : "",
			value_show(arena, value_number(value->tuple.element[i], value->unit)));
	return text.data;
}

/* A value as people read it; NULL where that says no more than the value. */
static const char *shown_value(struct arena *arena, const struct param *param,
			       const char *current)
{
	const char *shown;
	struct value value;

	if (!current || !param)
		return NULL;
	if (meaning_of(param, current))
		return meaning_of(param, current);
	if (param->unit == UNIT_NONE || !param_parse(arena, param, current, &value))
		return NULL;
	shown = value.type == VALUE_TUPLE ? show_tuple(arena, &value)
					  : value_show(arena, value);
	return strcmp(shown, current) ? shown : NULL;
}

static enum answer default_answer(const struct param *param, const char *current)
{
	if (!current || !param->default_text)
		return ANSWER_UNKNOWN;
	return param_same(param, current, param->default_text) ? ANSWER_YES : ANSWER_NO;
}

struct explained_key explain_key(const struct explainer *explainer, const char *name,
				 const char *text)
{
	const struct param *param = params_describe(explainer->known->params, name);
	struct explained_key key = {.key = name, .text = text};

	if (!param) {
		key.status = (struct key_status){KEY_UNREADABLE, "nothing is known of it"};
		return key;
	}
	key.param = explainer->kernel.major
			    ? param_on(explainer->arena, param, explainer->kernel, 0)
			    : param;
	key.status = key_status(explainer->arena, param, name, explainer->host->facts);
	key.current = current_text(explainer, name);
	key.shown = shown_value(explainer->arena, param, key.current);
	key.is_default = default_answer(key.param, key.current);
	return key;
}

/* A bound that another key's number sets: the lowest local port is no privileged one. */
static void tighten(const struct explainer *explainer, struct param_bound *bound,
		    const char *key, bool is_min)
{
	struct fact fact = facts_get(explainer->host->facts, key ? key : "");
	double number;

	if (!key || fact.state != FACT_KNOWN)
		return;
	if (fact.value.type != VALUE_NUMBER && fact.value.type != VALUE_TUPLE)
		return;
	number = fact.value.type == VALUE_TUPLE ? fact.value.tuple.element[0]
						: fact.value.number;
	if (!bound->is_set || (is_min ? number > bound->number : number < bound->number))
		*bound = (struct param_bound){.is_set = true, .number = number};
}

static void tighten_bounds(const struct explainer *explainer, struct explained_key *key)
{
	struct param *here = arena_alloc(explainer->arena, sizeof(*here));

	*here = *key->param;
	tighten(explainer, &here->min, here->min_key, true);
	tighten(explainer, &here->max, here->max_key, false);
	key->param = here;
}

/* -------------------------------------------------------- the files' lines */

struct line_list {
	struct explained_line *items;
	size_t n, capacity;
};

static bool sets(const struct conf_entry *entry, const char *key, const char *path)
{
	if (entry->kind != CONF_ASSIGNMENT)
		return false;
	return entry->is_glob ? conf_glob_match(entry->path, path) : !strcmp(entry->key, key);
}

static void add_lines(const struct explainer *explainer, struct line_list *list,
		      const struct conf_file *file)
{
	const char *key = explainer->to->key.key;
	const char *path = conf_path_of_key(explainer->arena, key);

	for (size_t i = 0; file && i < file->n; i++) {
		const struct conf_entry *entry = &file->entries[i];
		struct explained_line line = {
			entry->place, entry->value, entry->is_glob, {false}};

		if (!sets(entry, key, path))
			continue;
		for (int loader = 0; loader < CONF_LOADERS; loader++)
			line.wins[loader] = entry == conf_winner(explainer->host->conf,
								 (enum conf_loader)loader, key);
		list->items = arena_grow(explainer->arena, list->items, list->n,
					 &list->capacity, sizeof(*list->items));
		list->items[list->n++] = line;
	}
}

static void find_lines(const struct explainer *explainer)
{
	const struct conf *conf = explainer->host->conf;
	struct line_list list = {0};

	for (size_t i = 0; i < conf->n_files; i++)
		add_lines(explainer, &list, conf->files[i]);
	add_lines(explainer, &list, conf->last);
	explainer->to->lines = list.items;
	explainer->to->n_lines = list.n;
}

const struct explained_line *explain_winner(const struct explanation *explanation,
					    enum conf_loader loader)
{
	for (size_t i = 0; i < explanation->n_lines; i++)
		if (explanation->lines[i].wins[loader])
			return &explanation->lines[i];
	return NULL;
}

/* ------------------------------------------------------------ one's own page */

static void fill_same(const struct explainer *explainer, const struct param *param)
{
	const struct params *params = explainer->known->params;
	const char **same = arena_array(explainer->arena, params_count(params), sizeof(*same));

	for (size_t i = 0; i < params_count(params); i++) {
		const struct param *other = params_at(params, i);

		if (other->place.line == param->place.line &&
		    other->place.file == param->place.file &&
		    strcmp(other->key, explainer->to->key.key))
			same[explainer->to->n_same++] = other->key;
	}
	explainer->to->same = same;
}

void explain_own_key(const struct explainer *explainer)
{
	struct explanation *to = explainer->to;

	to->key = explain_key(explainer, to->what.name, NULL);
	tighten_bounds(explainer, &to->key);
	find_lines(explainer);
	fill_same(explainer, to->what.param);
}
