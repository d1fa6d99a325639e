#include "out_json.h"
#include "out_shared.h"

static const char *const outcomes[] = {
	[APPLY_UNCHANGED] = "unchanged", [APPLY_WOULD] = "would-change",
	[APPLY_DONE] = "done",		 [APPLY_RESTORED] = "restored",
	[APPLY_BROKEN] = "broken",	 [APPLY_STOPPED] = "stopped",
};

json_t *out_json_problems(struct arena *arena, const struct apply_problem *items, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_object();

		out_json_put(object, "key", out_json_text(arena, items[i].key));
		out_json_put(object, "text", out_json_text(arena, items[i].text));
		out_json_append(array, object);
	}
	return array;
}

static json_t *diff(struct arena *arena, const char *text)
{
	return json_string(text ? out_lines(arena, text) : "");
}

static void put_outcome(json_t *document, enum apply_outcome outcome, bool dry_run)
{
	out_json_put(document, "changed", json_boolean(out_has_changed(outcome, dry_run)));
	out_json_put(document, "dry_run", json_boolean(dry_run));
	out_json_put(document, "outcome", json_string(outcomes[outcome]));
}

static json_t *record(unsigned number)
{
	return number ? json_integer(number) : json_null();
}

static json_t *confirm(struct arena *arena, const struct apply_report *report)
{
	json_t *object;

	if (!report->confirm)
		return json_null();
	object = json_object();
	out_json_put(object, "seconds", json_integer(report->confirm));
	out_json_put(object, "until",
		     report->until ? out_json_text(arena, out_time_iso(arena, report->until)) : json_null());
	return object;
}

void out_json_apply(const struct out_options *options, const struct apply_report *report)
{
	struct arena *arena = options->arena;
	const struct plan *plan = report->plan;
	json_t *document = out_json_begin("tcptune.apply/1");

	put_outcome(document, report->outcome, report->dry_run);
	out_json_put(document, "changes",
		     out_json_changes(arena, plan->changes, plan->n_changes));
	out_json_put(document, "plan", out_json_plan(arena, plan, &report->check->origin));
	out_json_put(document, "dropin", out_json_text(arena, plan->dropin_path));
	out_json_put(document, "diff", diff(arena, report->dropin_diff));
	out_json_put(document, "settings", out_json_settings(arena, plan));
	out_json_put(document, "skipped",
		     out_json_skipped(arena, plan->skipped, plan->n_skipped));
	out_json_put(document, "obstacles", out_json_obstacles(arena, plan));
	out_json_put(document, "dropin_foreign", json_boolean(plan->dropin_foreign));
	out_json_put(document, "problems",
		     out_json_problems(arena, report->problems, report->n_problems));
	out_json_put(document, "record", record(report->record));
	out_json_put(document, "confirm", confirm(arena, report));
	out_json_end(options, document);
}

void out_json_confirm(const struct out_options *options, const struct confirm_report *report)
{
	struct arena *arena = options->arena;
	json_t *document = out_json_begin("tcptune.confirm/1");

	put_outcome(document, report->outcome, report->dry_run);
	out_json_put(document, "dropin", out_json_text(arena, report->dropin_path));
	out_json_put(document, "diff", diff(arena, report->dropin_diff));
	out_json_put(document, "problems",
		     out_json_problems(arena, report->problems, report->n_problems));
	out_json_put(document, "record", record(report->record));
	out_json_end(options, document);
}

static json_t *records(const struct revert_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->n_records; i++)
		out_json_append(array, json_integer(report->records[i]));
	return array;
}

void out_json_revert(const struct out_options *options, const struct revert_report *report)
{
	struct arena *arena = options->arena;
	json_t *document = out_json_begin("tcptune.revert/1");

	put_outcome(document, report->outcome, report->dry_run);
	out_json_put(document, "changes",
		     out_json_changes(arena, report->changes, report->n_changes));
	out_json_put(document, "dropin", out_json_text(arena, report->dropin_path));
	out_json_put(document, "diff", diff(arena, report->dropin_diff));
	out_json_put(document, "left", out_json_skipped(arena, report->left, report->n_left));
	out_json_put(document, "problems",
		     out_json_problems(arena, report->problems, report->n_problems));
	out_json_put(document, "record", record(report->record));
	out_json_put(document, "records", records(report));
	out_json_end(options, document);
}
