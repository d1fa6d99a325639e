#include <string.h>

#include "core/choices.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct raw_choices {
	const struct node *accept, *thresholds, *profiles, *set;
};

static const struct node_field choices_fields[] = {
	{"accept", NODE_LIST, false, offsetof(struct raw_choices, accept)},
	{"thresholds", NODE_MAP, false, offsetof(struct raw_choices, thresholds)},
	{"profiles", NODE_SCALAR | NODE_LIST, false, offsetof(struct raw_choices, profiles)},
	{"set", NODE_MAP, false, offsetof(struct raw_choices, set)},
};

struct raw_acceptance {
	const struct node *id, *subject, *reason, *until;
};

static const struct node_field acceptance_fields[] = {
	{"id", NODE_SCALAR, true, offsetof(struct raw_acceptance, id)},
	{"subject", NODE_SCALAR, false, offsetof(struct raw_acceptance, subject)},
	{"reason", NODE_SCALAR, true, offsetof(struct raw_acceptance, reason)},
	{"until", NODE_SCALAR, false, offsetof(struct raw_acceptance, until)},
};

bool choices_look_like(const struct node *document)
{
	for (size_t i = 0; i < N(choices_fields); i++)
		if (node_get(document, choices_fields[i].key))
			return true;
	return false;
}

static int days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap);
}

/* N digits; -1 where there is something else. */
static int take_digits(const char **text, int n)
{
	int number = 0;

	for (; n > 0; n--, (*text)++) {
		if (**text < '0' || **text > '9')
			return -1;
		number = number * 10 + (**text - '0');
	}
	return number;
}

static bool parse_day(const char *text, struct day *ret)
{
	ret->year = take_digits(&text, 4);
	if (ret->year < 1 || *text++ != '-')
		return false;
	ret->month = take_digits(&text, 2);
	if (ret->month < 1 || ret->month > 12 || *text++ != '-')
		return false;
	ret->day = take_digits(&text, 2);
	return !*text && ret->day >= 1 && ret->day <= days_of_month(ret->year, ret->month);
}

static bool is_after(struct day a, struct day b)
{
	if (a.year != b.year)
		return a.year > b.year;
	if (a.month != b.month)
		return a.month > b.month;
	return a.day > b.day;
}

char *day_text(struct arena *arena, struct day day)
{
	return arena_printf(arena, "%04d-%02d-%02d", day.year, day.month, day.day);
}

static void report_rule(const struct node *id, const struct rules *rules, struct diag *diag)
{
	size_t n = rules_count(rules);
	const char **names = arena_array(diag->arena, n, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < n; i++)
		names[i] = rules_at(rules, i)->id;
	near = node_nearest(id->text, names, n);
	if (near)
		diag_error(diag, id->place, "there is no rule '%s', did you mean '%s'?", id->text,
			   near);
	else
		diag_error(diag, id->place, "there is no rule '%s'; tcptune rules lists them",
			   id->text);
}

static struct acceptance read_acceptance(const struct node *node, const struct rules *rules,
					 struct diag *diag)
{
	struct raw_acceptance raw = {0};
	struct acceptance acceptance = {.place = node->place};

	if (!node_read_map(node, "an acceptance", acceptance_fields, N(acceptance_fields), &raw, diag))
		return acceptance;
	if (!rules_find(rules, raw.id->text))
		report_rule(raw.id, rules, diag);
	if (raw.until && !parse_day(raw.until->text, &acceptance.until))
		diag_error(diag, raw.until->place, "'%s' is no day; it is written 2026-12-31",
			   raw.until->text);
	acceptance.id = raw.id->text;
	acceptance.subject = raw.subject ? raw.subject->text : NULL;
	acceptance.reason = raw.reason->text;
	return acceptance;
}

static void read_acceptances(struct arena *arena, const struct node *list,
			     const struct rules *rules, struct diag *diag, struct choices *ret)
{
	struct acceptance *items = arena_array(arena, list->n, sizeof(*items));

	for (size_t i = 0; i < list->n; i++)
		items[i] = read_acceptance(&list->items[i], rules, diag);
	ret->acceptances = items;
	ret->n_acceptances = list->n;
}

/* A map of scalars. */
static const struct choice *read_pairs(struct arena *arena, const struct node *map,
				       struct diag *diag, size_t *ret_n)
{
	struct choice *items = arena_array(arena, map->n, sizeof(*items));

	for (size_t i = 0; i < map->n; i++) {
		if (map->items[i].type != NODE_SCALAR)
			diag_error(diag, map->items[i].place, "the value of '%s' must be one value",
				   map->keys[i]);
		items[i] = (struct choice){map->keys[i], map->key_places[i], &map->items[i]};
	}
	*ret_n = map->n;
	return items;
}

static void read_profiles(struct arena *arena, const struct node *node, struct diag *diag,
			  struct choices *ret)
{
	ret->profiles = node_texts(arena, diag, node, &ret->n_profiles);
	ret->profile_places = arena_array(arena, ret->n_profiles, sizeof(struct place));
	for (size_t i = 0; i < ret->n_profiles; i++)
		ret->profile_places[i] =
			node->type == NODE_LIST ? node->items[i].place : node->place;
}

bool choices_load(struct arena *arena, const struct node *document, const struct rules *rules,
		  struct diag *diag, struct choices *ret)
{
	struct raw_choices raw = {0};
	size_t errors = diag->errors;

	*ret = (struct choices){0};
	/* An empty file, or one of comments: nothing is chosen. */
	if (document->type == NODE_LIST && !document->n)
		return true;
	node_read_map(document, "tcptune.yaml", choices_fields, N(choices_fields), &raw, diag);
	if (raw.accept)
		read_acceptances(arena, raw.accept, rules, diag, ret);
	if (raw.thresholds)
		ret->thresholds = read_pairs(arena, raw.thresholds, diag, &ret->n_thresholds);
	if (raw.profiles)
		read_profiles(arena, raw.profiles, diag, ret);
	if (raw.set)
		ret->sets = read_pairs(arena, raw.set, diag, &ret->n_sets);
	return diag->errors == errors;
}

bool choices_set_thresholds(const struct choices *choices, struct rules *rules, struct diag *diag)
{
	size_t errors = diag->errors;

	for (size_t i = 0; i < choices->n_thresholds; i++)
		rules_set_threshold_at(rules, choices->thresholds[i].name,
				       choices->thresholds[i].place, choices->thresholds[i].value,
				       diag);
	return diag->errors == errors;
}

static bool covers(const struct acceptance *acceptance, const struct finding *finding)
{
	return !strcmp(acceptance->id, finding->id) &&
	       (!acceptance->subject || text_matches(acceptance->subject, finding->subject));
}

/* The acceptance that holds for the finding; else one that has ended, in *ret_ended; marks what it met. */
static const struct acceptance *find_acceptance(const struct choices *choices, struct day today,
						const struct finding *finding, bool *met,
						const struct acceptance **ret_ended)
{
	const struct acceptance *found = NULL;

	*ret_ended = NULL;
	for (size_t i = 0; i < choices->n_acceptances; i++) {
		const struct acceptance *acceptance = &choices->acceptances[i];

		if (!covers(acceptance, finding))
			continue;
		met[i] = true;
		if (acceptance->until.year && is_after(today, acceptance->until))
			*ret_ended = acceptance;
		else if (!found)
			found = acceptance;
	}
	return found;
}

static void add_accepted(struct arena *arena, struct findings *findings, const struct finding *finding,
			 const struct acceptance *acceptance)
{
	findings->accepted = arena_grow(arena, findings->accepted, findings->n_accepted,
					&findings->accepted_capacity, sizeof(*findings->accepted));
	findings->accepted[findings->n_accepted++] = (struct accepted){
		.finding = *finding,
		.reason = text_printable(arena, acceptance->reason),
		.until = acceptance->until.year ? day_text(arena, acceptance->until) : NULL,
		.place = acceptance->place,
	};
}

void choices_accept(const struct choices *choices, struct arena *arena, struct day today,
		    struct findings *findings)
{
	bool *met = arena_array(arena, choices->n_acceptances, sizeof(*met));
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		struct finding finding = findings->items[i];
		const struct acceptance *ended;
		const struct acceptance *found = find_acceptance(choices, today, &finding, met, &ended);

		if (found) {
			add_accepted(arena, findings, &finding, found);
			continue;
		}
		if (ended)
			finding.was_accepted =
				arena_printf(arena, "accepted until %s: %s", day_text(arena, ended->until),
					     text_printable(arena, ended->reason));
		findings->items[n++] = finding;
	}
	findings->n = n;
	findings->unmet = arena_array(arena, choices->n_acceptances, sizeof(*findings->unmet));
	for (size_t i = 0; i < choices->n_acceptances; i++)
		if (!met[i])
			findings->unmet[findings->n_unmet++] = (struct unmet){
				.id = choices->acceptances[i].id,
				.place = choices->acceptances[i].place,
			};
}
