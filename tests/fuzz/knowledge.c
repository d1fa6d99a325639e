/*
 * Files of parameters, counters and topics. What a parameter calls its default is a value
 * that it takes, on every kernel; a number that is refused is not the same as one that is taken.
 */
#include <string.h>

#include "core/topic.h"
#include "fuzz.h"

static void check_param(struct arena *arena, const struct param *param)
{
	static const struct version kernels[] = {{2, 6, 32}, {3, 10, 0}, {4, 19, 0}, {5, 15, 0}, {6, 18, 0}};

	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		const struct param *here = param_on(arena, param, kernels[i], 250);
		const char *text = param_default(param, kernels[i]);
		struct value value;

		must(!strcmp(here->key, param->key));
		if (text && param_parse(arena, here, text, &value))
			must(param_same(here, text, text));
	}
	must(param->arity >= 1 && param->arity <= TUPLE_MAX);
	must(param->n_sources > 0 && *param->summary);
}

static bool load_params(struct arena *arena, const struct node *node, struct diag *diag)
{
	struct params *params = params_new(arena);

	if (!params_load(params, node, diag))
		return false;
	for (size_t i = 0; i < params_count(params); i++) {
		const struct param *param = params_at(params, i);

		must(!i || strcmp(params_at(params, i - 1)->key, param->key) < 0);
		must(params_find(params, param->key) == param);
		check_param(arena, param);
	}
	return true;
}

static bool load_counters(struct arena *arena, const struct node *node, struct diag *diag)
{
	struct counters counters = counters_new(arena);

	if (!counters_load(&counters, node, diag))
		return false;
	for (size_t i = 0; i < counters.n; i++) {
		size_t index;

		must(counters_find(&counters, counters.defs[i].name, &index) && index == i);
	}
	return true;
}

static bool load_topics(struct arena *arena, const struct node *node, struct diag *diag)
{
	const struct fuzz_shelf *shelf = fuzz_shelf();
	struct topics topics = topics_new(arena);
	struct rules *rules = rules_new(arena, &shelf->catalog);
	size_t errors;

	if (!topics_load(&topics, node, diag))
		return false;
	for (size_t i = 0; i < topics.n; i++)
		must(topics_find(&topics, topics.items[i]->name) == topics.items[i]);
	must(rules_compile(rules, diag));
	errors = diag->errors;
	must(topics_check(&topics, &(struct topic_shelf){&shelf->catalog, &shelf->counters, rules}, diag) ==
	     (diag->errors == errors));
	return diag->errors == errors;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool (*const loads[])(struct arena *, const struct node *, struct diag *) = {
		load_params, load_counters, load_topics,
	};
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		struct diag diag = diag_new(arena);
		const struct node *node = node_load(arena, &diag, "fuzz.yaml", (const char *)data, size);
		bool good = node && loads[i](arena, node, &diag);

		fuzz_check_diag(&diag, data, size);
		must(good == (diag.errors == 0));
	}
	arena_free(arena);
	return 0;
}
