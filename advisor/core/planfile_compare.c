/* What a host makes of a saved plan: the rest of core/planfile.h. */
#include <string.h>

#include "core/planfile.h"
#include "core/stored.h"
#include "core/text.h"

void planfile_check_values(struct planfile *planfile, struct arena *arena, const struct params *params,
			   struct diag *diag)
{
	for (size_t i = 0; i < planfile->n_changes; i++) {
		struct change *change = &planfile->changes[i];
		const struct param *param = params_describe(params, change->key);
		const char *why = param && change->to ? param_refuses(arena, param, change->to) : NULL;

		if (!param)
			diag_error(diag, planfile->places[i], "%s is no key that is known here", change->key);
		else if (why)
			diag_error(diag, planfile->places[i], "%s: %s", change->key, why);
		else
			change->rounds = param->is_rounded;
	}
}

/* NULL where it is not known. */
static const char *current(struct arena *arena, const struct facts *facts, const char *key)
{
	struct fact raw = facts_get(facts, arena_printf(arena, "raw:%s", key));

	return raw.state == FACT_KNOWN && raw.value.type == VALUE_TEXT ? raw.value.text : NULL;
}

static bool is_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : !a == !b;
}

bool planfile_is_done(const struct planfile *planfile, struct arena *arena, const struct facts *facts,
		      const char *dropin_now)
{
	for (size_t i = 0; i < planfile->n_changes; i++) {
		const struct change *change = &planfile->changes[i];
		const char *now = current(arena, facts, change->key);

		if ((change->where & CHANGE_RUNNING) &&
		    !(now && stored_is(now, change->to, change->rounds ? STORED_JIFFIES : STORED_EXACT)))
			return false;
	}
	return !planfile->dropin_changes || is_text(dropin_now ? dropin_now : "", planfile->after);
}

static void compare_text(struct arena *arena, struct diag *diag, const char *file, const char *what,
			 const char *then, const char *now)
{
	if (!is_text(then, now))
		diag_error(diag, (struct place){.file = file}, "the plan was made for the %s \"%s\", and this is \"%s\"",
			   what, then ? text_printable(arena, then) : "unknown",
			   now ? text_printable(arena, now) : "unknown");
}

static void compare_change(const struct planfile *planfile, size_t index, struct arena *arena,
			   const struct facts *facts, struct diag *diag)
{
	const struct change *change = &planfile->changes[index];
	const char *now = current(arena, facts, change->key);

	if (now && change->from ? stored_same(now, change->from) : !now == !change->from)
		return;
	diag_error(diag, planfile->places[index], "%s is \"%s\" now, and was \"%s\" when the plan was made: plan again",
		   change->key, now ? text_printable(arena, now) : "not there",
		   change->from ? text_printable(arena, change->from) : "not there");
}

void planfile_compare(const struct planfile *planfile, struct arena *arena, const struct plan_origin *here,
		      const struct facts *facts, const char *dropin_now, struct diag *diag)
{
	const char *file = planfile->file;

	compare_text(arena, diag, file, "host", planfile->origin.host, here->host);
	compare_text(arena, diag, file, "kernel", planfile->origin.kernel, here->kernel);
	compare_text(arena, diag, file, "boot", planfile->origin.boot_id, here->boot_id);
	compare_text(arena, diag, file, "network namespace", planfile->origin.netns, here->netns);
	for (size_t i = 0; i < planfile->n_changes; i++)
		compare_change(planfile, i, arena, facts, diag);
	if (!is_text(planfile->before, dropin_now))
		diag_error(diag, (struct place){.file = planfile->dropin_path},
			   "it is not as it was when the plan was made: plan again");
}
