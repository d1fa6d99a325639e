/*
 * A profile: what it asks of a made-up host is planned; the drop-in of the plan holds
 * no other keys than the profile, and values that would not be refused; once it is
 * there and the keys have its values, nothing is left to do.
 */
#include <stdlib.h>
#include <string.h>

#include "core/judge.h"
#include "core/plan.h"
#include "core/text.h"
#include "fuzz.h"
#include "out.h"

static const struct node *find(void *context, const char *name, struct place place)
{
	diag_error(context, place, "there is no profile '%s'", name);
	return NULL;
}

static const struct param *param_of(const struct profile *profile, const char *key)
{
	for (size_t i = 0; i < profile->n_settings; i++)
		if (!strcmp(profile->settings[i].param->key, key))
			return profile->settings[i].param;
	return NULL;
}

static struct plan *plan(struct arena *arena, const struct profile *profile, const struct facts *facts,
			 const char *now)
{
	static const struct findings none;
	struct conf_file *file = conf_parse(arena, DROPIN_PATH, now ? now : "", now ? strlen(now) : 0);
	const struct conf conf = {.files = &file, .n_files = 1};
	const struct plan_input input = {
		.catalog = &fuzz_shelf()->catalog, .facts = facts, .findings = &none,
		.profiles = &profile, .n_profiles = 1, .dropin_path = DROPIN_PATH, .conf = &conf,
		.dropin_now = now, .dropin_now_length = now ? strlen(now) : 0,
	};

	return plan_make(arena, &input);
}

/* As an apply would leave the host. */
static void apply(struct arena *arena, struct facts *facts, const struct plan *plan)
{
	const struct params *params = fuzz_shelf()->params;

	for (size_t i = 0; i < plan->n_changes; i++) {
		const struct change *change = &plan->changes[i];
		struct value value;

		if (!change->to || !(change->where & CHANGE_RUNNING))
			continue;
		must(!param_refuses(arena, params_find(params, change->key), change->to));
		must(param_parse(arena, params_find(params, change->key), change->to, &value));
		facts_set(facts, change->key, value);
		facts_set(facts, arena_printf(arena, "raw:%s", change->key), value_text(change->to));
	}
}

static void check_dropin(struct arena *arena, const struct profile *profile, const char *text)
{
	const struct dropin *dropin = dropin_parse(arena, text, strlen(text));

	must(fuzz_is_clean(text, true));
	must(!strcmp(dropin_print(arena, dropin), text));
	for (size_t i = 0; i < dropin->n; i++) {
		const struct param *param = param_of(profile, dropin->lines[i].key);

		must(param && !strncmp(param->key, "net.", 4));
		must(!param_refuses(arena, param, dropin->lines[i].value));
	}
}

static void show(struct arena *arena, const struct profile *profile, const struct out *out)
{
	size_t length = 0;
	char *text = NULL;
	struct out_options options = {.arena = arena, .width = 80, .stream = open_memstream(&text, &length)};

	must(options.stream);
	out->profiles(&options, &profile, 1, true);
	fclose(options.stream);
	if (out == &out_json)
		fuzz_check_json(text, length);
	else
		fuzz_check_text(text, length);
}

static bool reads_keys(struct arena *arena, const struct profile *profile)
{
	size_t n;
	const char **names = profile_facts(profile, arena, &n);

	for (size_t i = 0; i < n; i++)
		if (!strncmp(names[i], "net.", 4))
			return true;
	return false;
}

static void use(struct arena *arena, const struct profile *profile)
{
	struct facts *facts = fuzz_facts(arena);
	const struct plan *first = plan(arena, profile, facts, NULL);

	must(!strcmp(first->dropin, plan(arena, profile, facts, NULL)->dropin));
	check_dropin(arena, profile, first->dropin);
	apply(arena, facts, first);
	/* Who asks for twice of what is there is never content. */
	must(reads_keys(arena, profile) ||
	     !plan(arena, profile, facts, *first->dropin ? first->dropin : NULL)->n_changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalog *catalog = &fuzz_shelf()->catalog;
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const struct profile_lookup lookup = {find, &diag};
	const struct node *node = node_load(arena, &diag, "fuzz.yaml", (const char *)data, size);
	const struct profile *profile = node ? profile_load(arena, catalog, &diag, node, &lookup, NULL, 0) : NULL;

	fuzz_check_diag(&diag, data, size);
	must(!profile == (diag.errors > 0));
	if (profile) {
		use(arena, profile);
		show(arena, profile, &out_text);
		show(arena, profile, &out_json);
	}
	arena_free(arena);
	return 0;
}
