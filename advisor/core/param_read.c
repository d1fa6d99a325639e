#include <ctype.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/param_internal.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct raw_param {
	const struct node *key, *type, *arity, *unit, *counts, *min, *min_from, *max, *max_from;
	const struct node *values, *ordered, *rounded, *among, *among_in_child;
	const struct node *default_text, *default_formula, *introduced, *removed, *noop_since, *vendor;
	const struct node *scope, *namespace_since, *writable, *read_only, *module, *effect, *inherited;
	const struct node *changes, *does, *wrong, *disputed, *related, *unverified, *sources;
};

#define FIELD(key_, types_, member_) {key_, types_, false, offsetof(struct raw_param, member_)}
#define NEEDED(key_, types_, member_) {key_, types_, true, offsetof(struct raw_param, member_)}

static const struct node_field param_fields[] = {
	NEEDED("key", NODE_SCALAR, key),
	NEEDED("type", NODE_SCALAR, type),
	FIELD("arity", NODE_SCALAR, arity),
	FIELD("unit", NODE_SCALAR, unit),
	FIELD("counts", NODE_SCALAR, counts),
	FIELD("min", NODE_SCALAR, min),
	FIELD("min_from", NODE_SCALAR, min_from),
	FIELD("max", NODE_SCALAR, max),
	FIELD("max_from", NODE_SCALAR, max_from),
	FIELD("values", NODE_MAP, values),
	FIELD("among", NODE_SCALAR, among),
	FIELD("among_in_child", NODE_SCALAR, among_in_child),
	FIELD("ordered", NODE_SCALAR, ordered),
	FIELD("rounded", NODE_SCALAR, rounded),
	FIELD("default", NODE_SCALAR, default_text),
	FIELD("default_formula", NODE_SCALAR, default_formula),
	FIELD("introduced", NODE_SCALAR, introduced),
	FIELD("removed", NODE_SCALAR, removed),
	FIELD("noop_since", NODE_SCALAR, noop_since),
	FIELD("vendor", NODE_SCALAR, vendor),
	NEEDED("scope", NODE_SCALAR, scope),
	FIELD("namespace_since", NODE_SCALAR, namespace_since),
	FIELD("writable_in_namespace", NODE_SCALAR, writable),
	FIELD("read_only", NODE_SCALAR, read_only),
	FIELD("module", NODE_SCALAR, module),
	FIELD("effect", NODE_SCALAR, effect),
	FIELD("inherited", NODE_SCALAR, inherited),
	FIELD("changes", NODE_LIST, changes),
	NEEDED("does", NODE_SCALAR, does),
	FIELD("wrong", NODE_SCALAR, wrong),
	FIELD("disputed", NODE_MAP, disputed),
	FIELD("related", NODE_SCALAR | NODE_LIST, related),
	FIELD("unverified", NODE_SCALAR, unverified),
	NEEDED("sources", NODE_SCALAR | NODE_LIST, sources),
};

struct raw_change {
	const struct node *since, *what, *default_text, *was, *min, *max;
};

static const struct node_field change_fields[] = {
	{"since", NODE_SCALAR, true, offsetof(struct raw_change, since)},
	{"what", NODE_SCALAR, true, offsetof(struct raw_change, what)},
	{"default", NODE_SCALAR, false, offsetof(struct raw_change, default_text)},
	{"was", NODE_SCALAR, false, offsetof(struct raw_change, was)},
	{"min", NODE_SCALAR, false, offsetof(struct raw_change, min)},
	{"max", NODE_SCALAR, false, offsetof(struct raw_change, max)},
};

struct raw_dispute {
	const struct node *said, *verdict;
};

static const struct node_field dispute_fields[] = {
	{"said", NODE_LIST, true, offsetof(struct raw_dispute, said)},
	{"verdict", NODE_SCALAR, true, offsetof(struct raw_dispute, verdict)},
};

struct raw_opinion {
	const struct node *says, *who;
};

static const struct node_field opinion_fields[] = {
	{"says", NODE_SCALAR, true, offsetof(struct raw_opinion, says)},
	{"who", NODE_SCALAR, true, offsetof(struct raw_opinion, who)},
};

static const char *const type_names[] = {
	[PARAM_INTEGER] = "integer", [PARAM_BOOLEAN] = "boolean", [PARAM_ENUM] = "enum",
	[PARAM_BITMASK] = "bitmask", [PARAM_TUPLE] = "tuple",	  [PARAM_TEXT] = "text",
	[PARAM_PORTS] = "ports",
};

static const char *const scope_names[] = {
	[PARAM_GLOBAL] = "global",
	[PARAM_NAMESPACE] = "namespace",
};

const char *param_type_name(enum param_type type)
{
	return type_names[type];
}

const char *param_scope_name(enum param_scope scope)
{
	return scope_names[scope];
}

static const char *text_or_null(const struct node *node)
{
	return node ? node->text : NULL;
}

static bool flag(struct diag *diag, const struct node *node, bool otherwise)
{
	return node ? node_boolean(diag, node) : otherwise;
}

/* The index of the word among names; an error, and 0, for any other. */
static unsigned choice(struct diag *diag, const struct node *node, const char *const *names, size_t n)
{
	const char *near;

	for (unsigned i = 0; i < n; i++)
		if (!strcmp(names[i], node->text))
			return i;
	near = node_nearest(node->text, names, n);
	diag_error(diag, node->place, "unknown word '%s'%s%s%s", node->text,
		   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
	return 0;
}

/* "5.4"; words may follow ("2.6.12 or earlier"). */
static struct version version_of(struct diag *diag, const struct node *node)
{
	struct version version = {0};

	if (node && (!version_parse(node->text, &version) || !version.major))
		diag_error(diag, node->place, "'%s' is no kernel version", node->text);
	return version;
}

static struct param_bound bound_of(struct diag *diag, const struct node *node)
{
	static const struct {
		const char *word;
		struct param_bound bound;
	} words[] = {
		{"INT_MIN", {true, INT_MIN, 0}},
		{"INT_MAX", {true, INT_MAX, 0}},
		{"UINT_MAX", {true, UINT_MAX, 0}},
		{"LONG_MAX", {true, (double)LONG_MAX, 0}},
		{"ULONG_MAX", {true, (double)ULONG_MAX, 0}},
		{"INT_MAX/HZ", {true, 2147483, INT_MAX}},
		{"-INT_MAX/HZ", {true, -2147483, -(double)INT_MAX}},
		{"UINT_MAX/HZ", {true, 4294967, UINT_MAX}},
	};

	if (!node)
		return (struct param_bound){0};
	for (size_t i = 0; !isdigit((unsigned char)*node->text) && i < N(words); i++)
		if (!strcmp(words[i].word, node->text))
			return words[i].bound;
	return (struct param_bound){true, (double)node_integer(diag, node, LLONG_MIN, LLONG_MAX), 0};
}

/* {0: off, 1: on} as "0 = off", "1 = on". */
static void read_values(struct arena *arena, struct diag *diag, const struct node *node,
			struct param *param)
{
	const char **values;

	if (!node)
		return;
	values = arena_array(arena, node->n, sizeof(*values));
	for (size_t i = 0; i < node->n; i++) {
		const struct node key = {.type = NODE_SCALAR, .place = node->key_places[i],
					 .text = node->keys[i]};

		node_integer(diag, &key, LLONG_MIN, LLONG_MAX);
		if (node->items[i].type != NODE_SCALAR)
			diag_error(diag, node->items[i].place, "a value's meaning must be a text");
		else
			values[i] = arena_printf(arena, "%s = %s", key.text, node->items[i].text);
	}
	param->values = values;
	param->n_values = node->n;
}

static bool read_change(struct diag *diag, const struct node *node, struct param_change *ret)
{
	struct raw_change raw = {0};

	if (!node_read_map(node, "a change", change_fields, N(change_fields), &raw, diag))
		return false;
	*ret = (struct param_change){
		.since = version_of(diag, raw.since),
		.what = raw.what->text,
		.default_text = text_or_null(raw.default_text),
		.was = text_or_null(raw.was),
		.min = bound_of(diag, raw.min),
		.max = bound_of(diag, raw.max),
	};
	return true;
}

static void read_changes(struct arena *arena, struct diag *diag, const struct node *node,
			 struct param *param)
{
	struct param_change *changes;

	if (!node)
		return;
	changes = arena_array(arena, node->n, sizeof(*changes));
	for (size_t i = 0; i < node->n; i++) {
		if (!read_change(diag, &node->items[i], &changes[i]) || !i)
			continue;
		if (version_compare(changes[i - 1].since, changes[i].since) > 0)
			diag_error(diag, node->items[i].place, "changes must be in order, the oldest first");
	}
	param->changes = changes;
	param->n_changes = node->n;
}

static void read_dispute(struct arena *arena, struct diag *diag, const struct node *node,
			 struct param *param)
{
	struct raw_dispute raw = {0};
	struct param_opinion *opinions;

	if (!node || !node_read_map(node, "a dispute", dispute_fields, N(dispute_fields), &raw, diag))
		return;
	if (raw.said->n < 2)
		diag_error(diag, raw.said->place, "it takes two to disagree");
	opinions = arena_array(arena, raw.said->n, sizeof(*opinions));
	for (size_t i = 0; i < raw.said->n; i++) {
		struct raw_opinion opinion = {0};

		if (node_read_map(&raw.said->items[i], "an opinion", opinion_fields,
				  N(opinion_fields), &opinion, diag))
			opinions[i] = (struct param_opinion){opinion.says->text, opinion.who->text};
	}
	param->opinions = opinions;
	param->n_opinions = raw.said->n;
	param->verdict = raw.verdict->text;
}

static void read_unit(struct diag *diag, const struct raw_param *raw, struct param *param)
{
	if (raw->unit && raw->counts)
		diag_error(diag, raw->counts->place, "a parameter has a unit or counts something, not both");
	if (raw->unit && !unit_parse(raw->unit->text, &param->unit))
		diag_error(diag, raw->unit->place,
			   "unknown unit '%s'; what is counted is told by 'counts'", raw->unit->text);
	param->counted = text_or_null(raw->counts);
}

static void read_shape(struct arena *arena, struct diag *diag, const struct raw_param *raw,
		       struct param *param)
{
	param->type = (enum param_type)choice(diag, raw->type, type_names, N(type_names));
	param->arity = 1;
	if (raw->arity)
		param->arity = (unsigned)node_integer(diag, raw->arity, 2, TUPLE_MAX);
	if ((param->type == PARAM_TUPLE) != !!raw->arity)
		diag_error(diag, raw->type->place, "a tuple needs 'arity', and nothing else has one");
	if (param->type == PARAM_ENUM && !raw->values)
		diag_error(diag, raw->type->place, "an enum needs 'values'");
	param->min = bound_of(diag, raw->min);
	param->max = bound_of(diag, raw->max);
	if (param->min.is_set && param->max.is_set && param->min.number > param->max.number)
		diag_error(diag, raw->min->place, "'min' is above 'max'");
	param->min_key = text_or_null(raw->min_from);
	param->max_key = text_or_null(raw->max_from);
	param->among = text_or_null(raw->among);
	param->among_in_child = text_or_null(raw->among_in_child);
	param->is_ordered = flag(diag, raw->ordered, false);
	param->is_rounded = flag(diag, raw->rounded, false);
	read_unit(diag, raw, param);
	read_values(arena, diag, raw->values, param);
}

static void read_history(struct arena *arena, struct diag *diag, const struct raw_param *raw,
			 struct param *param)
{
	version_of(diag, raw->introduced);
	param->introduced = text_or_null(raw->introduced);
	param->removed = version_of(diag, raw->removed);
	param->noop_since = version_of(diag, raw->noop_since);
	param->is_vendors = flag(diag, raw->vendor, false);
	read_changes(arena, diag, raw->changes, param);
}

static void read_scope(struct diag *diag, const struct raw_param *raw, struct param *param)
{
	param->scope = (enum param_scope)choice(diag, raw->scope, scope_names, N(scope_names));
	version_of(diag, raw->namespace_since);
	param->namespace_since = text_or_null(raw->namespace_since);
	if (raw->namespace_since && param->scope != PARAM_NAMESPACE)
		diag_error(diag, raw->namespace_since->place, "a global parameter is in no namespace");
	param->read_only = flag(diag, raw->read_only, false);
	param->writable_in_namespace =
		flag(diag, raw->writable, param->scope == PARAM_NAMESPACE && !param->read_only);
	param->module = text_or_null(raw->module);
	param->effect = text_or_null(raw->effect);
	param->inherited = text_or_null(raw->inherited);
}

/* A default that may not be written is a slip in the file. */
static void check_default(struct arena *arena, struct diag *diag, const struct raw_param *raw,
			  const struct param *param)
{
	struct value value;

	if (!raw->default_text || param_parse(arena, param, param->default_text, &value))
		return;
	diag_error(diag, raw->default_text->place, "the default '%s' is no value of this parameter",
		   param->default_text);
}

#define KEY_MAX 128

static bool is_key(const char *key)
{
	const char *open = strchr(key, '{');
	size_t n = 0;

	while (islower((unsigned char)key[n]) || isdigit((unsigned char)key[n]) ||
	       (key[n] && strchr("_.-{,}", key[n])))
		n++;
	return !strncmp(key, "net.", 4) && n < KEY_MAX && !key[n] && (!open || strchr(open, '}'));
}

/* The keys that a key with a choice in braces stands for; the entries differ in nothing else. */
static const struct param *expand(struct arena *arena, const struct param *param, size_t *ret_n)
{
	const char *open = strchr(param->key, '{'), *close = open ? strchr(open, '}') : NULL;
	struct param *all = NULL;
	size_t n = 0, capacity = 0;

	for (const char *s = open; s != close; s += 1 + strcspn(s + 1, ",}")) {
		all = arena_grow(arena, all, n, &capacity, sizeof(*all));
		all[n] = *param;
		all[n++].key = arena_printf(arena, "%.*s%.*s%s", (int)(open - param->key), param->key,
					    (int)strcspn(s + 1, ",}"), s + 1, close + 1);
	}
	if (!n) {
		all = arena_alloc(arena, sizeof(*all));
		all[n++] = *param;
	}
	*ret_n = n;
	return all;
}

const struct param *param_read(struct arena *arena, const struct node *node, struct diag *diag,
			       size_t *ret_n)
{
	struct raw_param raw = {0};
	struct param param = {.place = node->place};
	size_t errors = diag->errors;

	if (!node_read_map(node, "a parameter", param_fields, N(param_fields), &raw, diag))
		return NULL;
	param.key = raw.key->text;
	if (!is_key(param.key))
		diag_error(diag, raw.key->place, "'%s' is no key of net.*, written with dots", param.key);
	read_shape(arena, diag, &raw, &param);
	read_history(arena, diag, &raw, &param);
	read_scope(diag, &raw, &param);
	param.default_text = text_or_null(raw.default_text);
	param.default_formula = text_or_null(raw.default_formula);
	param.summary = raw.does->text;
	param.wrong = text_or_null(raw.wrong);
	read_dispute(arena, diag, raw.disputed, &param);
	param.unverified = text_or_null(raw.unverified);
	param.related = node_texts(arena, diag, raw.related, &param.n_related);
	param.sources = node_texts(arena, diag, raw.sources, &param.n_sources);
	if (diag->errors == errors)
		check_default(arena, diag, &raw, &param);
	return diag->errors == errors ? expand(arena, &param, ret_n) : NULL;
}
