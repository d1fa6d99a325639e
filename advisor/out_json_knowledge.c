/* What tcptune knows, as its files have it: profiles, rules, the facts that rules may use. */
#include "core/catalog.h"
#include "core/param.h"
#include "out_json.h"

static json_t *json_node(struct arena *arena, const struct node *node)
{
	json_t *json;

	if (node->type == NODE_SCALAR)
		return out_json_text(arena, node->text);
	json = node->type == NODE_MAP ? json_object() : json_array();
	for (size_t i = 0; i < node->n; i++) {
		json_t *item = json_node(arena, &node->items[i]);

		if (node->type == NODE_MAP)
			out_json_put(json, node->keys[i], item);
		else
			out_json_append(json, item);
	}
	return json;
}

static void put_text(struct arena *arena, json_t *object, const char *key, const char *text)
{
	out_json_put(object, key, out_json_text(arena, text));
}

static json_t *json_parameters(struct arena *arena, const struct profile *profile)
{
	json_t *array = json_array();

	for (size_t i = 0; i < profile->n_parameters; i++) {
		json_t *object = json_object();

		put_text(arena, object, "name", profile->parameters[i].name);
		put_text(arena, object, "means", profile->parameters[i].means);
		put_text(arena, object, "unit", unit_name(profile->parameters[i].unit));
		put_text(arena, object, "value", profile->parameters[i].value);
		put_text(arena, object, "min", profile->parameters[i].min);
		put_text(arena, object, "max", profile->parameters[i].max);
		out_json_append(array, object);
	}
	return array;
}

static void put_profile(struct arena *arena, json_t *object, const struct profile *profile)
{
	json_t *settings = json_array();

	put_text(arena, object, "text", profile->text);
	out_json_put(object, "parameters", json_parameters(arena, profile));
	for (size_t i = 0; i < profile->n_settings; i++) {
		json_t *setting = json_node(arena, profile->settings[i].node);

		put_text(arena, setting, "profile", profile->settings[i].profile);
		out_json_append(settings, setting);
	}
	out_json_put(object, "settings", settings);
}

void out_json_profiles(const struct out_options *options, const struct profile *const *profiles, size_t n,
		       bool whole)
{
	json_t *document = out_json_begin("tcptune.profiles/1"), *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_object();

		put_text(options->arena, object, "name", profiles[i]->name);
		put_text(options->arena, object, "title", profiles[i]->title);
		put_text(options->arena, object, "for", profiles[i]->whom);
		if (whole)
			put_profile(options->arena, object, profiles[i]);
		out_json_append(array, object);
	}
	out_json_put(document, "profiles", array);
	out_json_end(options, document);
}

void out_json_rules(const struct out_options *options, const struct rule *const *rules, size_t n, bool whole)
{
	json_t *document = out_json_begin("tcptune.rules/1"), *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_object();

		if (whole) {
			json_decref(object);
			object = json_node(options->arena, rules[i]->node);
		} else {
			put_text(options->arena, object, "id", rules[i]->id);
			put_text(options->arena, object, "title", rules[i]->title);
		}
		out_json_append(array, object);
	}
	out_json_put(document, "rules", array);
	out_json_end(options, document);
}

static const char *const types[] = {
	[VALUE_BOOL] = "boolean", [VALUE_NUMBER] = "number",   [VALUE_TEXT] = "text",
	[VALUE_TUPLE] = "tuple",  [VALUE_VERSION] = "version",
};

static json_t *json_fact(struct arena *arena, const struct column *column)
{
	json_t *object = json_object();

	put_text(arena, object, "name", column->name);
	put_text(arena, object, "type", types[column->type]);
	put_text(arena, object, "unit", unit_name(column->unit));
	put_text(arena, object, "summary", column->summary);
	return object;
}

void out_json_catalog(const struct out_options *options)
{
	json_t *document = out_json_begin("tcptune.facts/1"), *facts = json_array(), *array = json_array();
	size_t n_scalars, n_tables;
	const struct fact_def *scalars = catalog_scalars(&n_scalars);
	const struct table_def *const *tables = catalog_tables(&n_tables);

	for (size_t i = 0; i < n_scalars; i++)
		out_json_append(facts, json_fact(options->arena,
						 &(struct column){scalars[i].name, scalars[i].type,
								  scalars[i].unit, scalars[i].summary}));
	for (size_t i = 0; i < n_tables; i++) {
		json_t *table = json_object(), *columns = json_array();

		put_text(options->arena, table, "name", tables[i]->name);
		put_text(options->arena, table, "summary", tables[i]->summary);
		for (size_t k = 0; k < tables[i]->n_columns; k++)
			out_json_append(columns, json_fact(options->arena, &tables[i]->columns[k]));
		out_json_put(table, "columns", columns);
		out_json_append(array, table);
	}
	out_json_put(document, "facts", facts);
	out_json_put(document, "tables", array);
	out_json_end(options, document);
}
