#include "out_json.h"
#include "out_shared.h"

static json_t *time_or_null(struct arena *arena, long long seconds)
{
	return seconds ? out_json_text(arena, out_time_iso(arena, seconds)) : json_null();
}

static json_t *id(long long id)
{
	return id < 0 ? json_null() : json_integer(id);
}

static json_t *actor(struct arena *arena, const struct record_actor *actor)
{
	json_t *object = json_object();

	out_json_put(object, "user", out_json_text(arena, actor->user));
	out_json_put(object, "uid", id(actor->uid));
	out_json_put(object, "login_uid", id(actor->login_uid));
	out_json_put(object, "guard", json_boolean(actor->is_guard));
	return object;
}

static json_t *changes(struct arena *arena, const struct record *record)
{
	json_t *array = json_array();

	for (size_t i = 0; i < record->n_changes; i++) {
		const struct record_change *change = &record->changes[i];
		json_t *object = json_object();

		out_json_put(object, "key", out_json_text(arena, change->key));
		out_json_put(object, "from", out_json_text(arena, change->from));
		out_json_put(object, "to", out_json_text(arena, change->to));
		out_json_put(object, "left", json_boolean(change->left));
		out_json_append(array, object);
	}
	return array;
}

static json_t *dropin(struct arena *arena, const struct record *record)
{
	json_t *object;

	if (!record->dropin_changes)
		return json_null();
	object = json_object();
	out_json_put(object, "path", out_json_text(arena, record->dropin_path));
	out_json_put(object, "existed", json_boolean(record->dropin_existed));
	out_json_put(object, "removed", json_boolean(record->dropin_removed));
	out_json_put(object, "left", json_boolean(record->dropin_left));
	return object;
}

static json_t *confirm(struct arena *arena, const struct record *record)
{
	const struct record_confirm *confirm = &record->confirm;
	json_t *object;

	if (!confirm->seconds)
		return json_null();
	object = json_object();
	out_json_put(object, "seconds", json_integer(confirm->seconds));
	out_json_put(object, "until", time_or_null(arena, confirm->until));
	out_json_put(object, "confirmed", time_or_null(arena, confirm->confirmed));
	out_json_put(object, "by", confirm->confirmed ? actor(arena, &confirm->by) : json_null());
	out_json_put(object, "failure", out_json_text(arena, confirm->failure));
	return object;
}

static json_t *record(struct arena *arena, const struct record *record)
{
	json_t *object = json_object();

	out_json_put(object, "record", json_integer(record->number));
	out_json_put(object, "state", json_string(record_state_name(record->state)));
	out_json_put(object, "time", time_or_null(arena, record->time));
	out_json_put(object, "by", actor(arena, &record->by));
	out_json_put(object, "reverted", time_or_null(arena, record->reverted));
	out_json_put(object, "reverted_by",
		     record->reverted ? actor(arena, &record->reverted_by) : json_null());
	out_json_put(object, "confirm", confirm(arena, record));
	out_json_put(object, "tcptune", out_json_text(arena, record->tool));
	out_json_put(object, "kernel", out_json_text(arena, record->kernel));
	out_json_put(object, "boot_id", out_json_text(arena, record->boot_id));
	out_json_put(object, "namespace", out_json_text(arena, record->netns));
	out_json_put(object, "changes", changes(arena, record));
	out_json_put(object, "dropin", dropin(arena, record));
	return object;
}

void out_json_history(const struct out_options *options, const struct history_report *report)
{
	struct arena *arena = options->arena;
	json_t *document = out_json_begin("tcptune.history/1"), *array = json_array();

	for (size_t i = 0; i < report->n; i++)
		out_json_append(array, record(arena, report->records[i]));
	out_json_put(document, "records", array);
	out_json_put(document, "in_force", report->in_force ? json_integer(report->in_force) : json_null());
	out_json_put(document, "pending", out_json_text(arena, report->pending));
	out_json_put(document, "problems", out_json_problems(arena, report->problems, report->n_problems));
	out_json_end(options, document);
}
