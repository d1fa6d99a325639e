/* One key: which value, and what has to change for it. */
#include <string.h>

#include "core/plan_internal.h"
#include "core/text.h"

static bool is_firm(const struct demand *demand)
{
	return !demand->is_kept && (!demand->setting || demand->setting->asks == ASKS_VALUE);
}

/* Would this text do for everything that is asked of the key? */
static bool acceptable(struct planner *p, const struct group *group, const char *text)
{
	for (size_t i = 0; i < group->n; i++) {
		const struct demand *demand = &group->demands[i];

		if (demand->is_kept)
			continue;
		if (demand->setting ? !profile_satisfied(demand->setting, &p->eval, text)
				    : !param_same(group->param, demand->value, text))
			return false;
	}
	return true;
}

/* What is there, changed by one setting after the other: tuples of which each asks for another element. */
static const char *merge_settings(struct planner *p, const struct group *group)
{
	const char *value = group->current;

	for (size_t i = 0; value && i < group->n; i++)
		if (group->demands[i].setting)
			value = profile_wish(group->demands[i].setting, &p->eval, value).value;
	return value;
}

/* What none of those who ask would have chosen, and all of them take. NULL where there is no such value. */
static const char *find_compromise(struct planner *p, const struct group *group)
{
	const char *value = merge_settings(p, group);

	if (value && acceptable(p, group, value))
		return value;
	for (size_t i = 0; i < group->n; i++) {
		const struct profile_setting *setting = group->demands[i].setting;

		for (size_t k = 0; setting && k < setting->n; k++) {
			value = profile_choice(setting, &p->eval, k);
			if (value && acceptable(p, group, value))
				return value;
		}
	}
	return NULL;
}

/* In this order: what must be so, what the drop-in has, what the others would have. */
static const char *choose_value(struct planner *p, const struct group *group)
{
	const struct dropin_line *line = dropin_find(p->now, group->param->key);
	bool has_firm = false;

	for (size_t i = 0; i < group->n; i++)
		has_firm |= is_firm(&group->demands[i]);
	if (!has_firm && line && acceptable(p, group, line->value))
		return line->value;
	for (size_t i = 0; i < group->n; i++) {
		if ((has_firm && !is_firm(&group->demands[i])) || group->demands[i].is_kept)
			continue;
		if (acceptable(p, group, group->demands[i].value))
			return group->demands[i].value;
	}
	return find_compromise(p, group);
}

bool plan_accepts(struct planner *p, const struct group *group, const char *text)
{
	if (!text || param_same(group->param, text, group->value))
		return text != NULL;
	/* 010 in a file is 8 to the kernel, whatever it looks like. */
	return !group->only_kept && !param_refuses(p->arena, group->param, text) && acceptable(p, group, text);
}

/* Everybody who asks, with what he asks. */
static void report_conflict(struct planner *p, const struct group *group)
{
	struct text text = text_new(p->arena);

	for (size_t i = 0; i < group->n; i++) {
		const struct demand *demand = &group->demands[i];

		/* Findings of many rows have one label: equal demands are neighbours. */
		if (i && !strcmp(demand->label, demand[-1].label) && !strcmp(demand->value, demand[-1].value))
			continue;
		if (!demand->is_kept)
			text_printf(&text, "%s%s asks %s", text.length ? ", " : "", demand->label,
				    demand->setting ? p->plan->settings[demand->result].asks
						    : demand->value);
	}
	for (size_t i = 0; i < group->n; i++) {
		const struct demand *demand = &group->demands[i];

		if (demand->setting) {
			p->plan->settings[demand->result].verdict = SETTING_CONFLICT;
			p->plan->settings[demand->result].note = text.data;
		}
	}
	plan_skip(p, group->param->key, group->demands[0].id,
		    arena_printf(p->arena, "a conflict: %s", text.data));
}

static bool has_text(const char *const *texts, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(texts[i], text))
			return true;
	return false;
}

static void add_texts(const char **texts, size_t *n, const char *const *more, size_t n_more)
{
	for (size_t i = 0; i < n_more; i++)
		if (!has_text(texts, *n, more[i]))
			texts[(*n)++] = more[i];
}

/* A reason counts once, and one of an earlier run only where its value is still the one. Equal labels are neighbours. */
static bool counts(const struct group *group, size_t index)
{
	const struct demand *demand = &group->demands[index];

	if (demand->is_kept && !param_same(group->param, demand->value, group->value))
		return false;
	return !index || strcmp(group->demands[index - 1].label, demand->label);
}

static void add_line(struct planner *p, const struct group *group)
{
	struct dropin_line line = {.key = group->param->key, .value = group->value};
	const char **because = arena_array(p->arena, group->n, sizeof(*because));
	const char **why = arena_array(p->arena, group->n, sizeof(*why));
	const char **sources;
	size_t n_sources = 0;

	for (size_t i = 0; i < group->n; i++)
		n_sources += group->demands[i].n_sources;
	sources = arena_array(p->arena, n_sources, sizeof(*sources));
	for (size_t i = 0; i < group->n; i++) {
		const struct demand *demand = &group->demands[i];

		if (!counts(group, i))
			continue;
		because[line.n_because] = demand->label;
		why[line.n_because++] = demand->why;
		add_texts(sources, &line.n_sources, demand->sources, demand->n_sources);
	}
	line.because = because;
	line.why = why;
	line.sources = sources;
	p->next.lines = arena_grow(p->arena, p->next.lines, p->next.n, &p->next.capacity,
				   sizeof(*p->next.lines));
	p->next.lines[p->next.n++] = line;
}

/* After a boot, would the key be as asked, whichever loader does it? */
static bool is_kept_by_files(struct planner *p, const struct group *group)
{
	for (int loader = 0; p->input->conf && loader < CONF_LOADERS; loader++) {
		const struct conf_entry *winner =
			conf_winner(p->input->conf, (enum conf_loader)loader, group->param->key);

		if (!winner || !plan_accepts(p, group, winner->value))
			return false;
	}
	return p->input->conf != NULL;
}

static const char *default_note(struct planner *p, const struct group *group)
{
	const char *text = param_default(group->param, p->kernel);
	struct value standard, wanted;

	if (!text || !param_parse(p->arena, group->param, text, &standard) ||
	    !param_parse(p->arena, group->param, group->value, &wanted) ||
	    standard.type != VALUE_NUMBER || group->param->type != PARAM_INTEGER ||
	    wanted.number >= standard.number)
		return NULL;
	return arena_printf(p->arena, "below the kernel's default of %s", text);
}

void plan_add_change(struct planner *p, const struct change *change)
{
	struct plan *plan = p->plan;

	plan->changes = arena_grow(p->arena, plan->changes, plan->n_changes, &p->changes_capacity,
				   sizeof(*plan->changes));
	plan->changes[plan->n_changes++] = *change;
}

static void change_group(struct planner *p, const struct group *group)
{
	const char **because = arena_array(p->arena, group->n, sizeof(*because));
	struct change change = {
		.key = group->param->key,
		.from = group->current,
		.to = group->value,
		.because = because,
		.note = default_note(p, group),
		.rounds = group->param->is_rounded,
	};

	/* What runs need not be what the file has: both may be large enough. */
	if (!plan_accepts(p, group, group->current))
		change.where |= CHANGE_RUNNING;
	if (!is_kept_by_files(p, group))
		change.where |= CHANGE_FILE;
	for (size_t i = 0; i < group->n; i++)
		if (counts(group, i) && !has_text(because, change.n_because, group->demands[i].id))
			because[change.n_because++] = group->demands[i].id;
	if (change.where)
		plan_add_change(p, &change);
}

void plan_keep_line(struct planner *p, const char *key)
{
	const struct dropin_line *line = dropin_find(p->now, key);

	if (!line || dropin_find(&p->next, key))
		return;
	p->next.lines = arena_grow(p->arena, p->next.lines, p->next.n, &p->next.capacity,
				   sizeof(*p->next.lines));
	p->next.lines[p->next.n++] = *line;
}

void plan_group(struct planner *p, struct group *group)
{
	group->only_kept = true;
	for (size_t i = 0; i < group->n; i++)
		group->only_kept &= group->demands[i].is_kept;
	group->current = plan_current(p, group->param);
	group->value = group->only_kept ? group->demands[0].value : choose_value(p, group);
	if (!group->value) {
		report_conflict(p, group);
		plan_keep_line(p, group->param->key);
		return;
	}
	add_line(p, group);
	change_group(p, group);
}
