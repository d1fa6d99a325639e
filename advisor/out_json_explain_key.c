/* The members of a sysctl: what it is, what it is here, who sets it. */
#include "out_explain.h"
#include "out_json.h"

struct writer {
	struct arena *arena;
	json_t *object;
};

static void put(const struct writer *writer, const char *name, json_t *value)
{
	out_json_put(writer->object, name, value);
}

static void put_text(const struct writer *writer, const char *name, const char *text)
{
	put(writer, name, out_json_text(writer->arena, text));
}

static json_t *json_version(struct arena *arena, struct version version)
{
	if (!version.major && !version.minor)
		return json_null();
	return out_json_text(arena, value_raw(arena, (struct value){.type = VALUE_VERSION,
								    .version = version}));
}

static json_t *json_bound(const struct param *param, const struct param_bound *bound)
{
	json_t *array;

	if (!bound->is_set)
		return json_null();
	if (param->type != PARAM_TUPLE)
		return out_json_number(bound->number);
	array = json_array();
	for (unsigned i = 0; i < param->arity; i++)
		out_json_append(array, out_json_number(bound->number));
	return array;
}

static json_t *json_line(struct arena *arena, const struct explained_line *line)
{
	json_t *object;

	if (!line)
		return json_null();
	object = json_object();
	out_json_put(object, "file", out_json_text(arena, line->place.file));
	out_json_put(object, "line", json_integer(line->place.line));
	out_json_put(object, "value", out_json_text(arena, line->value));
	out_json_put(object, "pattern", json_boolean(line->is_glob));
	return object;
}

static const struct explained_line *boot_line(const struct explanation *explanation)
{
	const struct explained_line *line = explain_winner(explanation, CONF_SYSTEMD);

	return line ? line : explain_winner(explanation, CONF_PROCPS);
}

static void put_setters(const struct writer *writer, const struct explanation *explanation)
{
	const struct explained_line *line = boot_line(explanation);
	json_t *boot = json_object(), *lines = json_array();

	put_text(writer, "set_by",
		 line ? arena_printf(writer->arena, "%s:%u", line->place.file, line->place.line)
		      : NULL);
	out_json_put(boot, "systemd",
		     json_line(writer->arena, explain_winner(explanation, CONF_SYSTEMD)));
	out_json_put(boot, "procps",
		     json_line(writer->arena, explain_winner(explanation, CONF_PROCPS)));
	put(writer, "boot", boot);
	for (size_t i = 0; i < explanation->n_lines; i++)
		out_json_append(lines, json_line(writer->arena, &explanation->lines[i]));
	put(writer, "lines", lines);
}

static json_t *json_changes(struct arena *arena, const struct param *param)
{
	json_t *array = json_array();

	for (size_t i = 0; i < param->n_changes; i++) {
		const struct param_change *change = &param->changes[i];
		json_t *object = json_object();

		out_json_put(object, "since", json_version(arena, change->since));
		out_json_put(object, "what", out_json_text(arena, change->what));
		out_json_put(object, "default", out_json_text(arena, change->default_text));
		out_json_put(object, "was", out_json_text(arena, change->was));
		out_json_put(object, "min", json_bound(param, &change->min));
		out_json_put(object, "max", json_bound(param, &change->max));
		out_json_append(array, object);
	}
	return array;
}

static void put_shape(const struct writer *writer, const struct param *param)
{
	put_text(writer, "type", param_type_name(param->type));
	put(writer, "arity", json_integer(param->arity));
	put_text(writer, "unit", param->unit == UNIT_NONE ? NULL : unit_name(param->unit));
	put_text(writer, "counts", param->counted);
	put(writer, "min", json_bound(param, &param->min));
	put(writer, "max", json_bound(param, &param->max));
	put_text(writer, "min_from", param->min_key);
	put_text(writer, "max_from", param->max_key);
	put(writer, "values", out_json_texts(writer->arena, param->values, param->n_values));
	put_text(writer, "default", param->default_text);
	put_text(writer, "default_formula", param->default_formula);
}

static void put_history(const struct writer *writer, const struct param *param)
{
	put_text(writer, "introduced", param->introduced);
	put(writer, "removed", json_version(writer->arena, param->removed));
	put(writer, "noop_since", json_version(writer->arena, param->noop_since));
	put(writer, "vendor", json_boolean(param->is_vendors));
	put_text(writer, "module", param->module);
	put(writer, "changes", json_changes(writer->arena, param));
	put_text(writer, "scope", param_scope_name(param->scope));
	put_text(writer, "namespace_since", param->namespace_since);
	put(writer, "writable_in_namespace", json_boolean(param->writable_in_namespace));
	put(writer, "read_only", json_boolean(param->read_only));
	put_text(writer, "inherited", param->inherited);
	put_text(writer, "effect", param->effect);
}

static json_t *json_dispute(struct arena *arena, const struct param *param)
{
	json_t *object, *said;

	if (!param->n_opinions)
		return json_null();
	object = json_object();
	said = json_array();
	for (size_t i = 0; i < param->n_opinions; i++) {
		json_t *opinion = json_object();

		out_json_put(opinion, "says", out_json_text(arena, param->opinions[i].says));
		out_json_put(opinion, "who", out_json_text(arena, param->opinions[i].who));
		out_json_append(said, opinion);
	}
	out_json_put(object, "said", said);
	out_json_put(object, "verdict", out_json_text(arena, param->verdict));
	return object;
}

static json_t *json_answer(enum answer answer)
{
	return answer == ANSWER_UNKNOWN ? json_null() : json_boolean(answer == ANSWER_YES);
}

void out_json_explain_key(struct arena *arena, json_t *object,
			  const struct explanation *explanation)
{
	const struct writer writer = {arena, object};
	const struct explained_key *key = &explanation->key;

	put_text(&writer, "key", key->key);
	put_shape(&writer, key->param);
	put_history(&writer, key->param);
	put_text(&writer, "state", key_state_name(key->status.state));
	put_text(&writer, "note", key->status.note);
	put_text(&writer, "current", key->current);
	put(&writer, "is_default", json_answer(key->is_default));
	put_setters(&writer, explanation);
	put_text(&writer, "summary", key->param->summary);
	put_text(&writer, "wrong", key->param->wrong);
	put(&writer, "disputed", json_dispute(arena, key->param));
	put_text(&writer, "subject", explanation->subject);
	put(&writer, "same", out_json_texts(arena, explanation->same, explanation->n_same));
}
