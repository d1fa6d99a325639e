/* What is chosen of the knowledge: by the command line, and by tcptune.yaml. */
#include <errno.h>
#include <string.h>

#include "cmd.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void set_thresholds(struct run *run)
{
	for (size_t i = 0; i < run->options.n_sets; i++) {
		struct profile_set *set = &run->options.sets[i];

		if (!strchr(set->name, '.'))
			continue;
		rules_set_threshold(run->knowledge.rules, set->name, set->value, &run->diag);
		set->used = true;
	}
}

static void read_choices(struct run *run)
{
	static const char path[] = "/etc/tcptune/tcptune.yaml";
	const struct node *document;
	char *bytes;
	size_t length;
	int r = knowledge_read_trusted(run, path, &bytes, &length);

	if (r == -ENOENT || r == -ENOTDIR)
		return;
	if (r < 0) {
		knowledge_report_unread(run, path, r);
		return;
	}
	document = node_load(run->arena, &run->diag, path, bytes, length);
	if (document && choices_load(run->arena, document, run->knowledge.rules, &run->diag,
				     &run->knowledge.choices))
		choices_set_thresholds(&run->knowledge.choices, run->knowledge.rules, &run->diag);
}

/* The parameters of profiles: those of tcptune.yaml, and over them those of --set. */
static struct profile_set *gather_sets(struct run *run, size_t *ret_n)
{
	const struct choices *choices = &run->knowledge.choices;
	struct profile_set *sets = arena_array(run->arena, choices->n_sets + run->options.n_sets,
					       sizeof(*sets));

	for (size_t i = 0; i < choices->n_sets; i++)
		sets[i] = (struct profile_set){
			.name = choices->sets[i].name,
			.value = choices->sets[i].value->text,
			.place = choices->sets[i].value->place,
			/* The profiles of the command line need not know it. */
			.used = run->options.n_profiles > 0,
		};
	memcpy(sets + choices->n_sets, run->options.sets, run->options.n_sets * sizeof(*sets));
	*ret_n = choices->n_sets + run->options.n_sets;
	return sets;
}

static void check_sets(struct run *run, const struct profile_set *sets, size_t n)
{
	for (size_t i = 0; !run->diag.errors && i < n; i++) {
		struct place place = sets[i].place;

		if (sets[i].used)
			continue;
		if (!place.file)
			place.file = arena_printf(run->arena, "--set %s=%s", sets[i].name,
						  sets[i].value);
		diag_error(&run->diag, place, "no chosen profile has a parameter '%s'",
			   sets[i].name);
	}
}

static bool is_named_before(const char *const *names, size_t i)
{
	size_t same = 0;

	while (strcmp(names[same], names[i]))
		same++;
	return same < i;
}

bool knowledge_choose(struct run *run)
{
	static const char *const standard[] = {"time-wait"};
	struct knowledge *knowledge = &run->knowledge;
	const struct choices *choices = &knowledge->choices;
	const char *const *names = standard;
	size_t n = N(standard), n_sets;
	struct profile_set *sets;

	read_choices(run);
	set_thresholds(run);
	if (run->options.n_profiles) {
		names = run->options.profiles;
		n = run->options.n_profiles;
	} else if (choices->n_profiles) {
		names = choices->profiles;
		n = choices->n_profiles;
	}
	sets = gather_sets(run, &n_sets);
	knowledge->profiles = arena_array(run->arena, n, sizeof(struct profile *));
	for (size_t i = 0; i < n; i++) {
		struct place place = {0};
		const struct profile *profile;

		if (is_named_before(names, i))
			continue;
		if (names == choices->profiles)
			place = choices->profile_places[i];
		profile = knowledge_load_profile(run, names[i], place, sets, n_sets);
		if (profile)
			knowledge->profiles[knowledge->n_profiles++] = profile;
	}
	check_sets(run, sets, n_sets);
	return run->diag.errors == 0;
}
