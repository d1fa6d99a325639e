#include <math.h>
#include <stdlib.h>

#include "out_explain.h"
#include "out_json.h"
#include "out_shared.h"

#ifndef TCPTUNE_VERSION
#define TCPTUNE_VERSION "unversioned"
#endif

/* From here on a double no longer tells neighbours apart, and an integer would claim that it
 * does. */
#define EXACT 9007199254740992.0

void out_json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		abort();
}

void out_json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		abort();
}

json_t *out_json_begin(const char *schema)
{
	json_t *document = json_object();

	out_json_put(document, "schema", json_string(schema));
	out_json_put(document, "tcptune", json_string(TCPTUNE_VERSION));
	return document;
}

void out_json_end(const struct out_options *options, json_t *document)
{
	char *text = json_dumps(document,
				JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));

	if (!text)
		abort();
	fprintf(options->stream, "%s\n", text);
	free(text);
	json_decref(document);
}

json_t *out_json_text(struct arena *arena, const char *text)
{
	return text ? json_string(out_line(arena, text)) : json_null();
}

json_t *out_json_texts(struct arena *arena, const char *const *texts, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		out_json_append(array, out_json_text(arena, texts[i]));
	return array;
}

json_t *out_json_number(double number)
{
	if (!isfinite(number))
		return json_null();
	if (floor(number) == number && fabs(number) < EXACT)
		return json_integer((json_int_t)number);
	return json_real(number);
}

static json_t *tuple(const struct tuple *tuple)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < tuple->n; i++)
		out_json_append(array, out_json_number(tuple->element[i]));
	return array;
}

json_t *out_json_value(struct arena *arena, struct value value)
{
	switch (value.type) {
	case VALUE_BOOL:
		return json_boolean(value.boolean);
	case VALUE_NUMBER:
		return out_json_number(value.number);
	case VALUE_TUPLE:
		return tuple(&value.tuple);
	case VALUE_TEXT:
	case VALUE_VERSION:
		break;
	}
	return out_json_text(arena, value_raw(arena, value));
}

static json_t *setting(struct arena *arena, const struct setting_result *setting)
{
	json_t *object = json_object();

	out_json_put(object, "key", out_json_text(arena, setting->key));
	out_json_put(object, "current", out_json_text(arena, setting->current));
	out_json_put(object, "wanted", out_json_text(arena, setting->wanted));
	out_json_put(object, "asks", out_json_text(arena, setting->asks));
	out_json_put(object, "profile", out_json_text(arena, setting->profile));
	out_json_put(object, "verdict", json_string(setting_verdict_name(setting->verdict)));
	out_json_put(object, "why", out_json_text(arena, setting->why));
	out_json_put(object, "claim", out_json_text(arena, setting->claim));
	out_json_put(object, "note", out_json_text(arena, setting->note));
	out_json_put(object, "warning", out_json_text(arena, setting->warning));
	out_json_put(object, "sources",
		     out_json_texts(arena, setting->sources, setting->n_sources));
	return object;
}

json_t *out_json_settings(struct arena *arena, const struct plan *plan)
{
	json_t *array = json_array();

	for (size_t i = 0; i < plan->n_settings; i++)
		out_json_append(array, setting(arena, &plan->settings[i]));
	return array;
}

static json_t *change(struct arena *arena, const struct change *change)
{
	json_t *object = json_object();

	out_json_put(object, "key", out_json_text(arena, change->key));
	out_json_put(object, "from", out_json_text(arena, change->from));
	out_json_put(object, "to", out_json_text(arena, change->to));
	out_json_put(object, "where", json_string(change_where_name(change->where)));
	out_json_put(object, "because",
		     out_json_texts(arena, change->because, change->n_because));
	out_json_put(object, "note", out_json_text(arena, change->note));
	return object;
}

json_t *out_json_changes(struct arena *arena, const struct change *changes, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		out_json_append(array, change(arena, &changes[i]));
	return array;
}

json_t *out_json_skipped(struct arena *arena, const struct skipped *skipped, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_object();

		out_json_put(object, "key", out_json_text(arena, skipped[i].key));
		out_json_put(object, "because", out_json_text(arena, skipped[i].because));
		out_json_put(object, "why", out_json_text(arena, skipped[i].why));
		out_json_append(array, object);
	}
	return array;
}

/* A text of many lines, exactly; null for NULL. */
static json_t *lines(struct arena *arena, const char *text)
{
	return text ? json_string(out_lines(arena, text)) : json_null();
}

json_t *out_json_plan(struct arena *arena, const struct plan *plan, const struct plan_origin *origin)
{
	json_t *object = json_object(), *dropin = json_object();

	out_json_put(object, "host", out_json_text(arena, origin->host));
	out_json_put(object, "kernel", out_json_text(arena, origin->kernel));
	out_json_put(object, "namespace", out_json_text(arena, origin->netns));
	out_json_put(object, "boot_id", out_json_text(arena, origin->boot_id));
	out_json_put(dropin, "path", out_json_text(arena, plan->dropin_path));
	out_json_put(dropin, "before", lines(arena, plan->dropin_now));
	out_json_put(dropin, "after", lines(arena, plan->dropin ? plan->dropin : ""));
	out_json_put(object, "dropin", dropin);
	return object;
}

json_t *out_json_obstacles(struct arena *arena, const struct plan *plan)
{
	json_t *array = json_array();

	for (size_t i = 0; i < plan->n_obstacles; i++) {
		const struct obstacle *obstacle = &plan->obstacles[i];
		json_t *object = json_object();

		out_json_put(object, "key", out_json_text(arena, obstacle->key));
		out_json_put(object, "value", out_json_text(arena, obstacle->value));
		out_json_put(object, "wanted", out_json_text(arena, obstacle->wanted));
		out_json_put(object, "file", out_json_text(arena, obstacle->place.file));
		out_json_put(object, "line",
			     obstacle->place.line ? json_integer(obstacle->place.line)
						  : json_null());
		out_json_append(array, object);
	}
	return array;
}

const struct out out_json = {
	.name = "json",
	.check = out_json_check,
	.check_all = out_json_check_all,
	.audit = out_json_audit,
	.apply = out_json_apply,
	.revert = out_json_revert,
	.confirm = out_json_confirm,
	.history = out_json_history,
	.profiles = out_json_profiles,
	.rules = out_json_rules,
	.facts = out_json_catalog,
	.explain = out_json_explain,
	.explain_list = out_json_explain_list,
};
