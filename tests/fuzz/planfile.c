/*
 * A saved plan: what is taken names keys under net. alone, each once, and a drop-in that
 * prints as it was read; what is refused says where.
 */
#include <string.h>

#include "core/dropin.h"
#include "core/planfile.h"
#include "fuzz.h"

static void check_plan(struct arena *arena, struct planfile *planfile)
{
	struct diag diag = diag_new(arena);

	for (size_t i = 0; i < planfile->n_changes; i++) {
		const struct change *change = &planfile->changes[i];

		must(!strncmp(change->key, "net.", 4) && !strstr(change->key, "..") && change->n_because);
		must(!(change->where & CHANGE_RUNNING) || (change->from && change->to));
	}
	must(dropin_is_path(planfile->dropin_path));
	if (planfile->dropin_changes)
		must(!strcmp(dropin_print(arena, dropin_parse(arena, planfile->after, strlen(planfile->after))),
			     planfile->after));
	planfile_check_values(planfile, arena, fuzz_shelf()->params, &diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const char *text = arena_strndup(arena, (const char *)data, size);
	struct planfile *planfile = planfile_parse(arena, &diag, "f", text, size);

	must(!planfile == (diag.errors != 0));
	for (size_t i = 0; i < diag.n; i++)
		must(diag.messages[i].place.line);
	if (planfile)
		check_plan(arena, planfile);
	arena_free(arena);
	return 0;
}
