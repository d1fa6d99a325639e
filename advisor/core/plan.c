#include <stdlib.h>
#include <string.h>

#include "core/plan_internal.h"
#include "core/text.h"

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
		if (!group.value)
			continue;
		p->groups = arena_grow(p->arena, p->groups, p->n_groups, &p->groups_capacity,
				       sizeof(*p->groups));
		p->groups[p->n_groups++] = group;
	}
	for (size_t i = 0; i < p->plan->n_settings; i++) {
		const struct setting_result *result = &p->plan->settings[i];

		if (plan_is_open(result->verdict) || result->is_invalid)
			plan_keep_line(p, result->key);
	}
}

/* The setting that asks for this key, and cannot have it here. */
static const struct setting_result *find_setting(const struct plan *plan, const char *key)
{
	for (size_t i = 0; i < plan->n_settings; i++)
		if (!strcmp(plan->settings[i].key, key))
			return &plan->settings[i];
	return NULL;
}

/* Lines of the drop-in that nobody asks for any more, or that this kernel has no use for. */
static void drop_stale(struct planner *p)
{
	static const char *const nobody[] = {"no profile asks for it any more"};

	for (size_t i = 0; i < p->now->n; i++) {
		const struct dropin_line *line = &p->now->lines[i];
		struct fact raw = facts_get(p->input->facts, arena_printf(p->arena, "raw:%s", line->key));
		const struct setting_result *setting = find_setting(p->plan, line->key);

		if (dropin_find(&p->next, line->key))
			continue;
		plan_add_change(p, &(struct change){
				      .key = line->key,
				      .from = raw.state == FACT_KNOWN
						      ? text_printable(p->arena, raw.value.text)
						      : NULL,
				      .where = CHANGE_FILE,
				      .because = setting ? &setting->profile : nobody,
				      .n_because = 1,
				      .note = setting ? setting->note : NULL,
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

/* Does a line of another file do for what is asked, as ours would? */
static bool is_as_good(struct planner *p, const struct param *param, const struct dropin_line *line,
		       const char *text)
{
	for (size_t i = 0; i < p->n_groups; i++)
		if (p->groups[i].param == param)
			return plan_accepts(p, &p->groups[i], text);
	return param_same(param, text, line->value);
}

static void add_obstacle(struct planner *p, const struct dropin_line *line, const struct conf_entry *entry)
{
	struct plan *plan = p->plan;

	if (has_obstacle(plan, entry))
		return;
	plan->obstacles = arena_grow(p->arena, plan->obstacles, plan->n_obstacles,
				     &p->obstacles_capacity, sizeof(*plan->obstacles));
	plan->obstacles[plan->n_obstacles++] = (struct obstacle){
		.key = line->key,
		.value = entry->value ? text_printable(p->arena, entry->value) : NULL,
		.wanted = line->value,
		.place = entry->place,
	};
}

static void check_line_wins(struct planner *p, const struct conf *next, const struct dropin_line *line)
{
	const struct param *param = params_find(p->input->catalog->params, line->key);

	for (int loader = 0; param && loader < CONF_LOADERS; loader++) {
		const struct conf_entry *winner = conf_winner(next, (enum conf_loader)loader, line->key);

		if (!winner)
			winner = conf_exclusion(next, (enum conf_loader)loader, line->key);
		if (winner && strcmp(winner->place.file, p->input->dropin_path) &&
		    !(winner->value && is_as_good(p, param, line, winner->value)))
			add_obstacle(p, line, winner);
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

/* Two profiles may extend the same one. */
static bool is_asked_before(const struct plan_input *input, size_t index, const struct profile_setting *setting)
{
	for (size_t i = 0; i < index; i++)
		for (size_t k = 0; k < input->profiles[i]->n_settings; k++)
			if (input->profiles[i]->settings[k].node == setting->node)
				return true;
	return false;
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
			if (!is_asked_before(input, i, &input->profiles[i]->settings[k]))
				plan_add_setting(&p, &input->profiles[i]->settings[k]);
	for (size_t i = 0; i < input->findings->n; i++)
		for (size_t k = 0; k < input->findings->items[i].n_remedies; k++)
			if (input->findings->items[i].remedies[k].key)
				plan_add_remedy(&p, &input->findings->items[i],
					   &input->findings->items[i].remedies[k]);
	plan_add_kept(&p);
	plan_groups(&p);
	drop_stale(&p);
	finish(&p);
	return p.plan;
}

struct plan *plan_saved(struct arena *arena, const struct plan_input *input, struct change *changes,
			size_t n_changes, const char *dropin)
{
	const char *now = input->dropin_now;
	struct planner p = {.arena = arena, .input = input, .plan = arena_alloc(arena, sizeof(*p.plan))};
	struct conf next;

	p.next = *dropin_parse(arena, dropin, strlen(dropin));
	*p.plan = (struct plan){
		.changes = changes, .n_changes = n_changes,
		.dropin_path = input->dropin_path, .dropin = dropin, .dropin_now = now,
		.dropin_foreign = now && !dropin_parse(arena, now, input->dropin_now_length)->is_ours,
	};
	for (size_t i = 0; i < n_changes; i++)
		p.plan->dropin_changes |= (changes[i].where & CHANGE_FILE) != 0;
	next = conf_with_dropin(&p);
	for (size_t i = 0; i < p.next.n; i++)
		check_line_wins(&p, &next, &p.next.lines[i]);
	return p.plan;
}

bool plan_is_settled(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_settings; i++)
		if (plan->settings[i].is_invalid)
			return false;
	return plan->n_changes == 0;
}
