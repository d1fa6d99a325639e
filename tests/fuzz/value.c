/*
 * What somebody wants a sysctl to be: the first line is the key, the next two values. What is
 * not refused has no control character, reads back as itself and is what revert would recognise.
 */
#include <math.h>
#include <string.h>

#include "core/stored.h"
#include "fuzz.h"

static void check_value(struct arena *arena, const struct param *param, const char *text)
{
	const char *refused = param_refuses(arena, param, text);
	struct value value = {0};

	if (refused) {
		must(*refused && fuzz_is_clean(refused, true) && !strchr(refused, '\n'));
		return;
	}
	must(fuzz_is_clean(text, true) && !strchr(text, '\n'));
	must(param_same(param, text, text) && stored_is(text, text, STORED_EXACT));
	if (!param_parse(arena, param, text, &value))
		must(param_value_type(param) == VALUE_TEXT || param->type == PARAM_BITMASK || param->type == PARAM_PORTS);
	else if (value.type == VALUE_NUMBER)
		must(!isnan(value.number));
	must(!param->read_only);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct version kernels[] = {{3, 10, 0}, {4, 19, 0}, {6, 18, 0}};
	const struct params *params = fuzz_shelf()->params;
	struct arena *arena = arena_new();
	char *text = fuzz_copy(arena, data, size), *key = strsep(&text, "\n");
	char *a = text ? strsep(&text, "\n") : key, *b = text ? text : a;
	const struct param *param = params_find(params, key);

	if (!param)
		param = params_at(params, size % params_count(params));
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		const struct param *here = param_on(arena, param, kernels[i], 250);

		check_value(arena, here, a);
		check_value(arena, here, b);
		must(param_same(here, a, b) == param_same(here, b, a));
	}
	must(fuzz_is_clean(params_nearest(params, key) ? params_nearest(params, key) : "", false));
	arena_free(arena);
	return 0;
}
