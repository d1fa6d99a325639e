/* What is asked of each key, by whom, and what keeps it from being written here. */
#include <string.h>

#include "core/keystate.h"
#include "core/plan_internal.h"
#include "core/text.h"

const char *plan_current(struct planner *p, const struct param *param)
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

/* What keeps a key from being written here, or SETTING_OK. */
static enum setting_verdict key_state(struct planner *p, const struct param *param, const char **ret_note)
{
	static const enum setting_verdict verdicts[] = {
		[KEY_PRESENT] = SETTING_OK,	   [KEY_NOOP] = SETTING_NOOP,
		[KEY_READ_ONLY] = SETTING_READ_ONLY, [KEY_GLOBAL_ONLY] = SETTING_ABSENT,
		[KEY_NO_MODULE] = SETTING_ABSENT,  [KEY_REMOVED] = SETTING_REMOVED,
		[KEY_NOT_YET] = SETTING_ABSENT,	   [KEY_VENDORS] = SETTING_ABSENT,
		[KEY_ABSENT] = SETTING_ABSENT,	   [KEY_UNREADABLE] = SETTING_UNKNOWN,
	};
	const struct key_status status = key_status(p->arena, param, param->key, p->input->facts);

	if (verdicts[status.state] != SETTING_OK)
		*ret_note = status.note;
	return verdicts[status.state];
}

static void add_demand(struct planner *p, const struct demand *demand)
{
	p->demands = arena_grow(p->arena, p->demands, p->n, &p->capacity, sizeof(*p->demands));
	p->demands[p->n++] = *demand;
}

bool plan_is_open(enum setting_verdict verdict)
{
	return verdict == SETTING_OK || verdict == SETTING_UNKNOWN || verdict == SETTING_ABSENT ||
	       verdict == SETTING_READ_ONLY;
}

/* Said once, although a rule may fire for many rows. */
void plan_skip(struct planner *p, const char *key, const char *because, const char *why)
{
	struct plan *plan = p->plan;

	for (size_t i = 0; i < plan->n_skipped; i++)
		if (!strcmp(plan->skipped[i].key, key) && !strcmp(plan->skipped[i].because, because) &&
		    !strcmp(plan->skipped[i].why, why))
			return;
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
	plan_skip(p, result->key, result->profile, note);
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

/* The first number of a key's value, false where it is not known. */
static bool first_number(struct planner *p, const char *key, double *ret)
{
	struct fact fact = key ? facts_get(p->input->facts, key) : fact_missing(FACT_ABSENT, NULL);

	if (fact.state != FACT_KNOWN || (fact.value.type == VALUE_TUPLE && !fact.value.tuple.n))
		return false;
	if (fact.value.type != VALUE_NUMBER && fact.value.type != VALUE_TUPLE)
		return false;
	*ret = fact.value.type == VALUE_NUMBER ? fact.value.number : fact.value.tuple.element[0];
	return true;
}

/* A bound that another key's running value is. */
static const char *refuse_bound(struct planner *p, const struct param *param, const char *text)
{
	struct value value;
	double first, bound;

	if (!param_parse(p->arena, param, text, &value) ||
	    (value.type != VALUE_NUMBER && value.type != VALUE_TUPLE))
		return NULL;
	first = value.type == VALUE_NUMBER ? value.number : value.tuple.element[0];
	if (first_number(p, param->min_key, &bound) && first < bound)
		return arena_printf(p->arena, "%.0f is below %s, which is %.0f", first, param->min_key, bound);
	if (first_number(p, param->max_key, &bound) && first > bound)
		return arena_printf(p->arena, "%.0f is above %s, which is %.0f", first, param->max_key, bound);
	return NULL;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (text += strspn(text, " \t"); *text; text += strspn(text, " \t")) {
		size_t length = strcspn(text, " \t");

		if (length == n && !memcmp(text, word, n))
			return true;
		text += length;
	}
	return false;
}

static bool is_child(struct planner *p)
{
	struct fact child = facts_get(p->input->facts, "namespace.child");

	return child.state == FACT_KNOWN && child.value.boolean;
}

/* Is the text known not to be a word of this key's value? */
static bool is_missing(struct planner *p, const char *key, const char *text, const char **ret_list)
{
	struct fact list = key ? facts_get(p->input->facts, key) : fact_missing(FACT_ABSENT, NULL);

	if (list.state != FACT_KNOWN || list.value.type != VALUE_TEXT || has_word(list.value.text, text))
		return false;
	*ret_list = list.value.text;
	return true;
}

/* A child namespace may only choose from a list. */
static const char *refuse_word(struct planner *p, const struct param *param, const char *text)
{
	const char *list;

	if (!is_child(p) || !is_missing(p, param->among_in_child, text, &list))
		return NULL;
	return arena_printf(p->arena, "%s is not in %s (%s)", text, param->among_in_child, list);
}

/* The initial namespace loads a module for a word that it does not know yet: no reason to refuse. */
static const char *note_word(struct planner *p, const struct param *param, const char *text)
{
	const char *list;

	if (is_child(p) || !is_missing(p, param->among, text, &list))
		return NULL;
	return arena_printf(p->arena,
			    "%s is not in %s (%s): the kernel takes it if it can load a module for it", text,
			    param->among, list);
}

/* Bytes where pages are meant: more than the host has. The kernel would take it. */
static const char *refuse_pages(struct planner *p, const struct param *param, const char *text)
{
	struct fact memory = facts_get(p->input->facts, "memory.pages");
	struct value value;

	if (param->unit != UNIT_PAGES || memory.state != FACT_KNOWN || memory.value.type != VALUE_NUMBER ||
	    !param_parse(p->arena, param, text, &value) || value.type != VALUE_TUPLE)
		return NULL;
	for (unsigned i = 0; i < value.tuple.n; i++)
		if (value.tuple.element[i] > memory.value.number)
			return arena_printf(p->arena,
					    "%.0f pages are more than the memory of this host, %.0f pages: it does not count bytes",
					    value.tuple.element[i], memory.value.number);
	return NULL;
}

/* Why this host would refuse the value, or NULL. */
static const char *refuse_value(struct planner *p, const struct param *param, const char *text)
{
	const char *why = param_refuses(p->arena, param, text);

	if (!why)
		why = refuse_bound(p, param, text);
	if (!why)
		why = refuse_pages(p, param, text);
	return why ? why : refuse_word(p, param, text);
}

static void judge_setting(struct planner *p, const struct profile_setting *setting,
			  struct setting_result *result, const struct wish *wish)
{
	const char *note = NULL;
	enum setting_verdict state = key_state(p, setting->param, &note);

	/* As asked, and not by us: whoever may write the key keeps it so. */
	if (state == SETTING_READ_ONLY && wish->satisfied) {
		result->verdict = SETTING_OK;
		return;
	}
	if (state != SETTING_OK) {
		leave_out(p, result, state, note);
		if (state == SETTING_REMOVED)
			result->warning = arena_printf(p->arena, "%s: %s; not written", result->key, note);
		return;
	}
	/* What is there already the kernel has taken. */
	if (!wish->why_not && !wish->satisfied)
		note = refuse_value(p, setting->param, wish->value);
	if (wish->why_not || note) {
		leave_out(p, result, note ? SETTING_REFUSED : SETTING_UNKNOWN, note ? note : wish->why_not);
		result->is_invalid = note != NULL;
		return;
	}
	result->verdict = wish->satisfied ? SETTING_OK : SETTING_DIFFERS;
	result->note = note_word(p, setting->param, wish->value);
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

void plan_add_setting(struct planner *p, const struct profile_setting *setting)
{
	struct plan *plan = p->plan;
	const char *current = plan_current(p, setting->param);
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

void plan_add_remedy(struct planner *p, const struct finding *finding, const struct remedy *remedy)
{
	const struct param *param = params_find(p->input->catalog->params, remedy->key);
	const char *note = NULL;

	if (key_state(p, param, &note) != SETTING_OK ||
	    (note = refuse_value(p, param, remedy->to)) != NULL) {
		plan_skip(p, param->key, finding->id, note);
		return;
	}
	add_demand(p, &(struct demand){
			      .param = param,
			      .value = remedy->to,
			      .label = arena_printf(p->arena, "finding %s", finding->id),
			      .id = finding->id,
			      .why = finding->title,
			      /* The one that decides; the rule has the others. */
			      .sources = finding->sources,
			      .n_sources = finding->n_sources ? 1 : 0,
		      });
}

/* The id of "finding ID", NULL for another label. */
static const char *finding_of_label(const char *label)
{
	return strncmp(label, "finding ", 8) ? NULL : label + 8;
}

/* Lines that findings brought, in the drop-in that is there. */
void plan_add_kept(struct planner *p)
{
	for (size_t i = 0; i < p->now->n; i++) {
		const struct dropin_line *line = &p->now->lines[i];
		const struct param *param = params_find(p->input->catalog->params, line->key);
		const char *note = NULL;

		for (size_t k = 0; param && k < line->n_because; k++) {
			enum setting_verdict state = key_state(p, param, &note);

			if (!finding_of_label(line->because[k]) || param_refuses(p->arena, param, line->value))
				continue;
			if (state != SETTING_OK) {
				if (plan_is_open(state))
					plan_keep_line(p, line->key);
				continue;
			}
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
