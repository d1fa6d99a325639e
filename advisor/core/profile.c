#include <string.h>

#include "core/profile_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct profile_nodes {
	const struct node *profile, *title, *whom, *text, *extends, *parameters, *settings, *sources;
};

#define FIELD(key_, types_, required_) \
	{.key = #key_, .types = types_, .required = required_, .offset = offsetof(struct profile_nodes, key_)}

static const struct node_field profile_fields[] = {
	FIELD(profile, NODE_SCALAR, true),   FIELD(title, NODE_SCALAR, true),
	FIELD(text, NODE_SCALAR, false),     FIELD(extends, NODE_LIST | NODE_SCALAR, false),
	FIELD(parameters, NODE_MAP, false),  FIELD(settings, NODE_LIST, true),
	FIELD(sources, NODE_LIST, false),
	{.key = "for", .types = NODE_SCALAR, .offset = offsetof(struct profile_nodes, whom)},
};

struct scope profile_scope(const struct loading *l)
{
	return (struct scope){.catalog = l->catalog, .names = l->names, .n_names = l->n_names};
}

static bool load_document(struct loading *l, const struct node *document);

static void load_base(struct loading *l, const struct node *name)
{
	const struct node *document;

	for (size_t i = 0; i < l->depth; i++) {
		if (!strcmp(l->path[i], name->text)) {
			diag_error(l->diag, name->place, "profiles extend each other in a circle");
			return;
		}
	}
	if (l->depth == EXTENDS_MAX) {
		diag_error(l->diag, name->place, "profiles extend each other too deeply");
		return;
	}
	document = l->lookup->find(l->lookup->context, name->text, name->place);
	/* Two profiles may extend the same one: read again, it would take back what the first of them changed. */
	for (size_t i = 0; i < l->n_loaded; i++)
		if (l->loaded[i] == document)
			return;
	if (document)
		load_document(l, document);
}

static void load_bases(struct loading *l, const struct node *extends)
{
	const struct node *items = extends->type == NODE_LIST ? extends->items : extends;
	size_t n = extends->type == NODE_LIST ? extends->n : 1;

	for (size_t i = 0; i < n; i++) {
		if (items[i].type == NODE_SCALAR)
			load_base(l, &items[i]);
		else
			diag_error(l->diag, items[i].place, "the name of a profile is needed here");
	}
}

static bool name_is_valid(const char *name)
{
	return *name && strlen(name) <= 60 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

/* Something is wrong with the profile, and reported: what is wrong with its settings is too. */
static void look_on(struct loading *l, const struct profile_nodes *nodes)
{
	if (nodes->extends)
		return; /* the names of its parameters are not known */
	l->name = nodes->profile ? nodes->profile->text : "";
	profile_load_parameters(l, nodes->parameters);
	for (size_t i = 0; nodes->settings && i < nodes->settings->n; i++)
		profile_load_setting(l, &nodes->settings->items[i]);
}

static bool load_document(struct loading *l, const struct node *document)
{
	struct profile_nodes nodes = {0};

	if (!node_read_map(document, "a profile", profile_fields, N(profile_fields), &nodes, l->diag)) {
		look_on(l, &nodes);
		return false;
	}
	if (!name_is_valid(nodes.profile->text)) {
		diag_error(l->diag, nodes.profile->place,
			   "a profile's name is made of a-z, 0-9 and '-', at most 60 of them");
		return false;
	}
	l->loaded = arena_grow(l->arena, l->loaded, l->n_loaded, &l->loaded_capacity, sizeof(*l->loaded));
	l->loaded[l->n_loaded++] = document;
	l->path[l->depth++] = nodes.profile->text;
	if (nodes.extends)
		load_bases(l, nodes.extends);
	l->depth--;
	l->name = nodes.profile->text;
	l->profile->name = nodes.profile->text;
	l->profile->title = nodes.title->text;
	l->profile->whom = nodes.whom ? nodes.whom->text : NULL;
	l->profile->text = nodes.text ? nodes.text->text : NULL;
	if (nodes.sources)
		l->profile->sources =
			node_texts(l->arena, l->diag, nodes.sources, &l->profile->n_sources);
	profile_load_parameters(l, nodes.parameters);
	for (size_t i = 0; i < nodes.settings->n; i++)
		profile_load_setting(l, &nodes.settings->items[i]);
	return true;
}

struct profile *profile_load(struct arena *arena, const struct catalog *catalog, struct diag *diag,
			     const struct node *document, const struct profile_lookup *lookup,
			     struct profile_set *sets, size_t n_sets)
{
	struct profile *profile = arena_alloc(arena, sizeof(*profile));
	struct loading l = {
		.arena = arena, .catalog = catalog, .diag = diag, .lookup = lookup,
		.sets = sets, .n_sets = n_sets, .profile = profile, .nothing = facts_new(arena),
	};
	size_t errors = diag->errors;

	if (!load_document(&l, document) || diag->errors != errors)
		return NULL;
	profile->settings = l.settings;
	profile->n_settings = l.n;
	return profile;
}

static void gather(struct arena *arena, const struct profile_setting *setting, const char ***names,
		   size_t counts[2])
{
	for (size_t i = 0; i < setting->n; i++) {
		expr_facts(setting->numbers[i], arena, names, &counts[0], &counts[1]);
		template_facts(setting->texts[i], arena, names, &counts[0], &counts[1]);
		expr_tables(setting->numbers[i], arena, names, &counts[0], &counts[1]);
		template_tables(setting->texts[i], arena, names, &counts[0], &counts[1]);
	}
	expr_facts(setting->when, arena, names, &counts[0], &counts[1]);
	expr_tables(setting->when, arena, names, &counts[0], &counts[1]);
}

const char **profile_facts(const struct profile *profile, struct arena *arena, size_t *ret_n)
{
	const char **names = NULL;
	size_t counts[2] = {0};

	for (size_t i = 0; i < profile->n_settings; i++)
		gather(arena, &profile->settings[i], &names, counts);
	*ret_n = counts[0];
	return names;
}
