#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/node.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

const struct node *node_get(const struct node *map, const char *key)
{
	if (map->type != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (!strcmp(map->keys[i], key))
			return &map->items[i];
	return NULL;
}

/* "a text or a list" */
static const char *types_name(struct arena *arena, unsigned types)
{
	static const struct {
		unsigned type;
		const char *name;
	} names[] = {{NODE_SCALAR, "a text"}, {NODE_MAP, "a map"}, {NODE_LIST, "a list"}};
	struct text text = text_new(arena);

	for (size_t i = 0; i < N(names); i++)
		if (types & names[i].type)
			text_printf(&text, "%s%s", text.length ? " or " : "", names[i].name);
	return text.data;
}

/* One map that is being read. */
struct reading {
	const struct node *map;
	const char *what;
	const struct node_field *fields;
	size_t n_fields;
	void *target;
	struct diag *diag;
	size_t cursor;  /* behind the field found last: maps are written in the order of their fields */
	uint64_t seen;  /* a bit for each of the first 64 fields whose key is there */
};

static const struct node_field *find_field(struct reading *reading, const char *key)
{
	const struct node_field *fields = reading->fields;

	for (size_t i = 0, k = reading->cursor; i < reading->n_fields; i++, k++) {
		if (k >= reading->n_fields)
			k = 0;
		if (fields[k].key[0] != key[0] || strcmp(fields[k].key, key))
			continue;
		reading->cursor = k + 1;
		if (k < 64)
			reading->seen |= UINT64_C(1) << k;
		return &fields[k];
	}
	return NULL;
}

static void report_unknown(const struct reading *reading, struct place place, const char *key)
{
	struct diag *diag = reading->diag;
	const char **names = arena_array(diag->arena, reading->n_fields, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < reading->n_fields; i++)
		names[i] = reading->fields[i].key;
	near = node_nearest(key, names, reading->n_fields);
	if (near)
		diag_error(diag, place, "unknown key '%s' in %s, did you mean '%s'?", key,
			   reading->what, near);
	else
		diag_error(diag, place, "unknown key '%s' in %s", key, reading->what);
}

/* False, and an error, when the value cannot be one of this field's. */
static bool is_value_of(const struct node_field *field, const struct node *value, struct diag *diag)
{
	if (!(value->type & field->types)) {
		diag_error(diag, value->place, "'%s' must be %s, not %s", field->key,
			   types_name(diag->arena, field->types), types_name(diag->arena, value->type));
		return false;
	}
	/* Where it may be left out, "" is a value: no ports, no text. */
	if (value->type == NODE_SCALAR && !*value->text && (field->required || !value->quoted)) {
		diag_error(diag, value->place, "'%s' has no value", field->key);
		return false;
	}
	return true;
}

static bool read_values(struct reading *reading)
{
	const struct node *map = reading->map;
	bool is_good = true;

	for (size_t i = 0; i < map->n; i++) {
		const struct node_field *field = find_field(reading, map->keys[i]);
		const struct node *value = &map->items[i];

		if (!field)
			report_unknown(reading, map->key_places[i], map->keys[i]);
		if (field && is_value_of(field, value, reading->diag))
			memcpy((char *)reading->target + field->offset, &value, sizeof(value));
		else
			is_good = false;
	}
	return is_good;
}

bool node_read_map(const struct node *map, const char *what, const struct node_field *fields,
		   size_t n_fields, void *target, struct diag *diag)
{
	struct reading reading = {map, what, fields, n_fields, target, diag, 0, 0};
	bool is_good;

	if (map->type != NODE_MAP) {
		diag_error(diag, map->place, "%s must be a map, not %s", what,
			   types_name(diag->arena, map->type));
		return false;
	}
	is_good = read_values(&reading);
	for (size_t i = 0; i < n_fields; i++) {
		if (!fields[i].required || (i < 64 && reading.seen >> i & 1) ||
		    node_get(map, fields[i].key))
			continue;
		diag_error(diag, map->place, "missing key '%s' in %s", fields[i].key, what);
		is_good = false;
	}
	return is_good;
}

const char **node_texts(struct arena *arena, struct diag *diag, const struct node *node, size_t *ret_n)
{
	const struct node *items;
	const char **texts;
	size_t n = 0, n_items;

	*ret_n = 0;
	if (!node)
		return NULL;
	items = node->type == NODE_SCALAR ? node : node->items;
	n_items = node->type == NODE_SCALAR ? 1 : node->n;
	if (node->type == NODE_MAP) {
		diag_error(diag, node->place, "expected a text or a list of texts, not a map");
		return NULL;
	}
	texts = arena_array(arena, n_items, sizeof(*texts));
	for (size_t i = 0; i < n_items; i++) {
		if (items[i].type == NODE_SCALAR)
			texts[n++] = items[i].text;
		else
			diag_error(diag, items[i].place, "expected a text, not %s",
				   types_name(diag->arena, items[i].type));
	}
	*ret_n = n;
	return texts;
}

/* Decimal only: "010" means 8 to one reader and 10 to another. */
static bool read_integer(const char *text, long long *ret)
{
	const char *digits = text + (*text == '-');
	char *end;

	if (*digits < '0' || *digits > '9' || (digits[0] == '0' && digits[1]))
		return false;
	errno = 0;
	*ret = strtoll(text, &end, 10);
	return !*end && errno != ERANGE;
}

long long node_integer(struct diag *diag, const struct node *node, long long min, long long max)
{
	long long number;

	if (node->type != NODE_SCALAR)
		diag_error(diag, node->place, "expected an integer, not %s",
			   types_name(diag->arena, node->type));
	else if (!read_integer(node->text, &number))
		diag_error(diag, node->place, "'%s' is not an integer", node->text);
	else if (number < min || number > max)
		diag_error(diag, node->place, "%lld is not in %lld..%lld", number, min, max);
	else
		return number;
	return min;
}

bool node_boolean(struct diag *diag, const struct node *node)
{
	static const struct {
		const char *text;
		bool boolean;
	} words[] = {{"true", true}, {"yes", true}, {"false", false}, {"no", false}};

	for (size_t i = 0; node->type == NODE_SCALAR && i < N(words); i++)
		if (!strcmp(node->text, words[i].text))
			return words[i].boolean;
	diag_error(diag, node->place, "expected true or false");
	return false;
}
