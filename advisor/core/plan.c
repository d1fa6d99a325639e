#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "core/plan.h"
#include "core/text.h"

/* One reason to want a value for a key. */
struct demand {
	const struct param *param;
	const char *value;
	const char *label;  /* as the drop-in says it: "profile time-wait" */
	const char *id;	    /* profile or rule */
	const char *why;
	const char *const *sources;
	size_t n_sources;
	const struct profile_setting *setting; /* of a profile */
	size_t result;			       /* its index in plan->settings */
	bool is_kept;			       /* from the drop-in that is there */
};

/* All demands of one key and what came of them. */
struct group {
	const struct param *param;
	const struct demand *demands;
	size_t n;
	const char *current;
	const char *value; /* chosen; NULL: nothing can be planned */
	const char *why_not;
};

struct planner {
	struct arena *arena;
	const struct plan_input *input;
	struct eval eval;
	struct version kernel;
	struct plan *plan;
	struct demand *demands;
	size_t n, capacity;
	size_t settings_capacity, changes_capacity, skipped_capacity, obstacles_capacity;
	struct dropin *now; /* the drop-in that is there, without lines where there is none */
	struct dropin next;
};

static bool is_firm(const struct demand *demand)
{
	return !demand->is_kept && (!demand->setting || demand->setting->asks == ASKS_VALUE);
}

/* "4096\t131072\t6291456" as it is written: one blank between fields. NULL when the key is not known. */
static const char *current_text(struct planner *p, const struct param *param)
{
	struct fact raw = facts_get(p->input->facts, arena_printf(p->arena, "raw:%s", param->key));
	struct text text = text_new(p->arena);

	if (raw.state != FACT_KNOWN || facts_get(p->input->facts, param->key).state != FACT_KNOWN)
		return NULL;
	for (const char *s = raw.value.text; *s; s++) {
		bool is_blank = *s == '\t' || *s == ' ';

		if (!is_blank)
			text_add_n(&text, s, 1);
		else if (text.length && text.data[text.length - 1] != ' ')
			text_add(&text, " ");
	}
	return text_printable(p->arena, text.data);
}

static char *show_version(struct planner *p, struct version version)
{
	return value_show(p->arena, (struct value){.type = VALUE_VERSION, .version = version});
}

static bool version_is_set(struct version version)
{
	return version.major || version.minor || version.patch;
}

/* What keeps a key from being written here, or SETTING_OK. */
static enum setting_verdict key_state(struct planner *p, const struct param *param, const char **ret_note)
{
	struct fact fact = facts_get(p->input->facts, param->key);
	struct fact writable =
		facts_get(p->input->facts, arena_printf(p->arena, "writable:%s", param->key));

	if (fact.state == FACT_ABSENT && version_is_set(param->removed) &&
	    version_compare(p->kernel, param->removed) >= 0) {
		*ret_note = arena_printf(p->arena, "removed in kernel %s: %s does not have it",
					 show_version(p, param->removed), show_version(p, p->kernel));
		return SETTING_REMOVED;
	}
	if (fact.state == FACT_ABSENT) {
		*ret_note = fact.why ? fact.why : "this kernel does not have it";
		return SETTING_ABSENT;
	}
	if (fact.state == FACT_UNREADABLE) {
		*ret_note = fact.why ? fact.why : "it could not be read";
		return SETTING_UNKNOWN;
	}
	if (version_is_set(param->noop_since) && version_compare(p->kernel, param->noop_since) >= 0) {
		*ret_note = arena_printf(p->arena, "without effect since kernel %s",
					 show_version(p, param->noop_since));
		return SETTING_NOOP;
	}
	if (param->read_only || (writable.state == FACT_KNOWN && !writable.value.boolean)) {
		*ret_note = param->scope == PARAM_GLOBAL && !param->read_only
				    ? "it belongs to the whole host and is read-only in this network namespace"
				    : "the kernel does not let it be written";
		return SETTING_READ_ONLY;
	}
	return SETTING_OK;
}

static void add_demand(struct planner *p, const struct demand *demand)
{
	p->demands = arena_grow(p->arena, p->demands, p->n, &p->capacity, sizeof(*p->demands));
	p->demands[p->n++] = *demand;
}

static void add_skipped(struct planner *p, const char *key, const char *because, const char *why)
{
	struct plan *plan = p->plan;

	plan->skipped = arena_grow(p->arena, plan->skipped, plan->n_skipped, &p->skipped_capacity,
				   sizeof(*plan->skipped));
	plan->skipped[plan->n_skipped++] = (struct skipped){.key = key, .because = because, .why = why};
}

/* A setting that cannot be fulfilled as asked: its result says why, and so does the list of what is left out. */
static void leave_out(struct planner *p, struct setting_result *result, enum setting_verdict verdict,
		      const char *note)
{
	result->verdict = verdict;
	result->note = note;
	add_skipped(p, result->key, result->profile, note);
}

/* The wanted text of a setting that is never written, for showing. */
static void refuse_setting(struct planner *p, const struct profile_setting *setting,
			   struct setting_result *result)
{
	const char *note = NULL;
	enum setting_verdict state = key_state(p, setting->param, &note);

	if (state == SETTING_REMOVED || state == SETTING_ABSENT) {
		leave_out(p, result, state, note);
		result->warning = arena_printf(p->arena, "%s: %s; not written (%s)", result->key, note,
					       setting->refuse);
		return;
	}
	leave_out(p, result, SETTING_REFUSED, setting->refuse);
	result->warning = arena_printf(p->arena, "%s: refused, %s", result->key, setting->refuse);
}

static void judge_setting(struct planner *p, const struct profile_setting *setting,
			  struct setting_result *result, const struct wish *wish)
{
	const char *note = NULL;
	enum setting_verdict state = key_state(p, setting->param, &note);

	if (state != SETTING_OK) {
		leave_out(p, result, state, note);
		if (state == SETTING_REMOVED)
			result->warning = arena_printf(p->arena, "%s: %s; not written", result->key, note);
		return;
	}
	if (!wish->why_not)
		note = param_refuses(p->arena, setting->param, wish->value);
	if (wish->why_not || note) {
		leave_out(p, result, SETTING_UNKNOWN, wish->why_not ? wish->why_not : note);
		return;
	}
	result->verdict = wish->satisfied ? SETTING_OK : SETTING_DIFFERS;
	add_demand(p, &(struct demand){
			      .param = setting->param,
			      .value = wish->value,
			      .label = arena_printf(p->arena, "profile %s", setting->profile),
			      .id = setting->profile,
			      .why = setting->why,
			      .sources = setting->sources,
			      .n_sources = setting->n_sources,
			      .setting = setting,
			      .result = (size_t)(result - p->plan->settings),
		      });
}

static void add_setting(struct planner *p, const struct profile_setting *setting)
{
	struct plan *plan = p->plan;
	const char *current = current_text(p, setting->param);
	struct wish wish = profile_wish(setting, &p->eval, current);
	struct setting_result *result;

	if (!wish.applies && !wish.why_not)
		return;
	plan->settings = arena_grow(p->arena, plan->settings, plan->n_settings, &p->settings_capacity,
				    sizeof(*plan->settings));
	result = &plan->settings[plan->n_settings++];
	*result = (struct setting_result){
		.key = setting->param->key,
		.current = current,
		.wanted = wish.value,
		.asks = wish.asks,
		.profile = setting->profile,
		.why = setting->why,
		.claim = setting->claim,
		.sources = setting->sources,
		.n_sources = setting->n_sources,
	};
	if (setting->refuse)
		refuse_setting(p, setting, result);
	else
		judge_setting(p, setting, result, &wish);
}

static void add_remedy(struct planner *p, const struct finding *finding, const struct remedy *remedy)
{
	const struct param *param = params_find(p->input->catalog->params, remedy->key);
	const char *note = NULL;

	if (key_state(p, param, &note) != SETTING_OK ||
	    (note = param_refuses(p->arena, param, remedy->to)) != NULL) {
		add_skipped(p, param->key, finding->id, note);
		return;
	}
	add_demand(p, &(struct demand){
			      .param = param,
			      .value = remedy->to,
			      .label = arena_printf(p->arena, "finding %s", finding->id),
			      .id = finding->id,
			      .why = finding->title,
			      .sources = finding->sources,
			      .n_sources = finding->n_sources,
		      });
}

/* The id of "finding ID", NULL for another label. */
static const char *finding_of_label(const char *label)
{
	return strncmp(label, "finding ", 8) ? NULL : label + 8;
}

/* Lines that findings brought, in the drop-in that is there. */
static void add_kept(struct planner *p)
{
	for (size_t i = 0; i < p->now->n; i++) {
		const struct dropin_line *line = &p->now->lines[i];
		const struct param *param = params_find(p->input->catalog->params, line->key);
		const char *note = NULL;

		for (size_t k = 0; param && k < line->n_because; k++) {
			if (!finding_of_label(line->because[k]) ||
			    key_state(p, param, &note) != SETTING_OK ||
			    param_refuses(p->arena, param, line->value))
				continue;
			add_demand(p, &(struct demand){
					      .param = param,
					      .value = line->value,
					      .label = line->because[k],
					      .id = finding_of_label(line->because[k]),
					      .why = line->why[k],
					      .sources = line->sources,
					      .n_sources = line->n_sources,
					      .is_kept = true,
				      });
		}
	}
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

/* In this order: what must be so, what the drop-in has, what the others would have. */
static void choose_value(struct planner *p, struct group *group)
{
	const struct dropin_line *line = dropin_find(p->now, group->param->key);
	bool has_firm = false;

	for (size_t i = 0; i < group->n; i++)
		has_firm |= is_firm(&group->demands[i]);
	if (!has_firm && line && acceptable(p, group, line->value)) {
		group->value = line->value;
		return;
	}
	for (size_t i = 0; i < group->n; i++) {
		if ((has_firm && !is_firm(&group->demands[i])) || group->demands[i].is_kept)
			continue;
		if (acceptable(p, group, group->demands[i].value)) {
			group->value = group->demands[i].value;
			return;
		}
	}
}

/* Everybody who asks, with what he asks. */
static void report_conflict(struct planner *p, const struct group *group)
{
	struct text text = text_new(p->arena);

	for (size_t i = 0; i < group->n; i++) {
		const struct demand *demand = &group->demands[i];

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
	add_skipped(p, group->param->key, group->demands[0].id,
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

		if (!winner || !acceptable(p, group, winner->value))
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

static void add_change(struct planner *p, const struct change *change)
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
		.rounds = group->param->unit == UNIT_MILLISECONDS,
	};

	if (!param_same(group->param, group->current, group->value))
		change.where |= CHANGE_RUNNING;
	if (!is_kept_by_files(p, group))
		change.where |= CHANGE_FILE;
	for (size_t i = 0; i < group->n; i++)
		if (counts(group, i) && !has_text(because, change.n_because, group->demands[i].id))
			because[change.n_because++] = group->demands[i].id;
	if (change.where)
		add_change(p, &change);
}

/* What cannot be decided today stays in the drop-in as it is. */
static void keep_line(struct planner *p, const char *key)
{
	const struct dropin_line *line = dropin_find(p->now, key);

	if (!line || dropin_find(&p->next, key))
		return;
	p->next.lines = arena_grow(p->arena, p->next.lines, p->next.n, &p->next.capacity,
				   sizeof(*p->next.lines));
	p->next.lines[p->next.n++] = *line;
}

static void plan_group(struct planner *p, struct group *group)
{
	bool only_kept = true;

	for (size_t i = 0; i < group->n; i++)
		only_kept &= group->demands[i].is_kept;
	group->current = current_text(p, group->param);
	if (only_kept)
		group->value = group->demands[0].value;
	else
		choose_value(p, group);
	if (!group->value) {
		report_conflict(p, group);
		keep_line(p, group->param->key);
		return;
	}
	add_line(p, group);
	change_group(p, group);
}

static int compare_demands(const void *a, const void *b)
{
	const struct demand *x = a, *y = b;
	int order = strcmp(x->param->key, y->param->key);

	if (order)
		return order;
	/* Profiles before findings, then by name; the index of a setting keeps the rest stable. */
	if (!x->setting != !y->setting)
		return x->setting ? -1 : 1;
	order = strcmp(x->label, y->label);
	if (order)
		return order;
	if (x->is_kept != y->is_kept)
		return x->is_kept ? 1 : -1;
	order = strcmp(x->value, y->value);
	return order ? order : (x->result > y->result) - (x->result < y->result);
}

static void plan_groups(struct planner *p)
{
	if (p->n)
		qsort(p->demands, p->n, sizeof(*p->demands), compare_demands);
	for (size_t i = 0; i < p->n;) {
		struct group group = {.param = p->demands[i].param, .demands = &p->demands[i]};

		while (i < p->n && p->demands[i].param == group.param) {
			group.n++;
			i++;
		}
		plan_group(p, &group);
	}
	for (size_t i = 0; i < p->plan->n_settings; i++)
		if (p->plan->settings[i].verdict == SETTING_UNKNOWN)
			keep_line(p, p->plan->settings[i].key);
}

/* Lines of the drop-in that nobody asks for any more. */
static void drop_stale(struct planner *p)
{
	static const char *const because[] = {"no profile asks for it any more"};

	for (size_t i = 0; i < p->now->n; i++) {
		const struct dropin_line *line = &p->now->lines[i];
		struct fact raw = facts_get(p->input->facts, arena_printf(p->arena, "raw:%s", line->key));

		if (dropin_find(&p->next, line->key))
			continue;
		add_change(p, &(struct change){
				      .key = line->key,
				      .from = raw.state == FACT_KNOWN
						      ? text_printable(p->arena, raw.value.text)
						      : NULL,
				      .where = CHANGE_FILE,
				      .because = because,
				      .n_because = 1,
			      });
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The files as they will be: ours new, in its place. */
static struct conf conf_with_dropin(struct planner *p)
{
	const char *path = p->input->dropin_path, *text = p->plan->dropin;
	struct conf_file *ours = conf_parse(p->arena, path, text, strlen(text));
	const struct conf *conf = p->input->conf;
	struct conf next = {.last = conf ? conf->last : NULL};
	size_t n = conf ? conf->n_files : 0, i = 0;

	next.files = arena_array(p->arena, n + 1, sizeof(struct conf_file *));
	for (; i < n && strcmp(base_name(conf->files[i]->path), base_name(path)) < 0; i++)
		next.files[next.n_files++] = conf->files[i];
	next.files[next.n_files++] = ours;
	for (; i < n; i++)
		if (strcmp(base_name(conf->files[i]->path), base_name(path)))
			next.files[next.n_files++] = conf->files[i];
	return next;
}

static bool has_obstacle(const struct plan *plan, const struct conf_entry *entry)
{
	for (size_t i = 0; i < plan->n_obstacles; i++)
		if (!strcmp(plan->obstacles[i].place.file, entry->place.file) &&
		    plan->obstacles[i].place.line == entry->place.line)
			return true;
	return false;
}

static void check_line_wins(struct planner *p, const struct conf *next, const struct dropin_line *line)
{
	const struct param *param = params_find(p->input->catalog->params, line->key);
	struct plan *plan = p->plan;

	for (int loader = 0; param && loader < CONF_LOADERS; loader++) {
		const struct conf_entry *winner = conf_winner(next, (enum conf_loader)loader, line->key);

		if (!winner || !strcmp(winner->place.file, p->input->dropin_path) ||
		    param_same(param, winner->value, line->value) || has_obstacle(plan, winner))
			continue;
		plan->obstacles = arena_grow(p->arena, plan->obstacles, plan->n_obstacles,
					     &p->obstacles_capacity, sizeof(*plan->obstacles));
		plan->obstacles[plan->n_obstacles++] = (struct obstacle){
			.key = line->key,
			.value = text_printable(p->arena, winner->value),
			.wanted = line->value,
			.place = winner->place,
		};
	}
}

static int compare_settings(const void *a, const void *b)
{
	const struct setting_result *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->profile, y->profile);
}

static int compare_changes(const void *a, const void *b)
{
	return strcmp(((const struct change *)a)->key, ((const struct change *)b)->key);
}

static int compare_skipped(const void *a, const void *b)
{
	const struct skipped *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->because, y->because);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(((const struct dropin_line *)a)->key, ((const struct dropin_line *)b)->key);
}

static void sort(void *items, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	if (n)
		qsort(items, n, size, compare);
}

static void finish(struct planner *p)
{
	struct plan *plan = p->plan;
	struct conf next;

	sort(p->next.lines, p->next.n, sizeof(*p->next.lines), compare_lines);
	sort(plan->settings, plan->n_settings, sizeof(*plan->settings), compare_settings);
	sort(plan->changes, plan->n_changes, sizeof(*plan->changes), compare_changes);
	sort(plan->skipped, plan->n_skipped, sizeof(*plan->skipped), compare_skipped);
	plan->dropin = dropin_print(p->arena, &p->next);
	for (size_t i = 0; i < plan->n_changes; i++)
		plan->dropin_changes |= (plan->changes[i].where & CHANGE_FILE) != 0;
	next = conf_with_dropin(p);
	for (size_t i = 0; i < p->next.n; i++)
		check_line_wins(p, &next, &p->next.lines[i]);
}

struct plan *plan_make(struct arena *arena, const struct plan_input *input)
{
	struct fact kernel = facts_get(input->facts, "kernel.version");
	struct planner p = {
		.arena = arena,
		.input = input,
		.eval = {.arena = arena, .facts = input->facts, .catalog = input->catalog},
		.plan = arena_alloc(arena, sizeof(*p.plan)),
	};

	if (kernel.state == FACT_KNOWN)
		p.kernel = kernel.value.version;
	p.plan->dropin_path = input->dropin_path;
	p.plan->dropin_now = input->dropin_now;
	p.now = input->dropin_now
			? dropin_parse(arena, input->dropin_now, input->dropin_now_length)
			: arena_alloc(arena, sizeof(*p.now));
	p.plan->dropin_foreign = input->dropin_now && !p.now->is_ours;
	for (size_t i = 0; i < input->n_profiles; i++)
		for (size_t k = 0; k < input->profiles[i]->n_settings; k++)
			add_setting(&p, &input->profiles[i]->settings[k]);
	for (size_t i = 0; i < input->findings->n; i++)
		for (size_t k = 0; k < input->findings->items[i].n_remedies; k++)
			if (input->findings->items[i].remedies[k].key)
				add_remedy(&p, &input->findings->items[i],
					   &input->findings->items[i].remedies[k]);
	add_kept(&p);
	plan_groups(&p);
	drop_stale(&p);
	finish(&p);
	return p.plan;
}
