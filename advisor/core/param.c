#include <stdlib.h>
#include <string.h>

#include "core/param_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct params {
	struct arena *arena;
	const struct param **items; /* by key */
	size_t n;
};

struct params *params_new(struct arena *arena)
{
	struct params *params = arena_alloc(arena, sizeof(*params));

	params->arena = arena;
	return params;
}

static int compare_params(const void *a, const void *b)
{
	const struct param *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

size_t params_count(const struct params *params)
{
	return params->n;
}

const struct param *params_at(const struct params *params, size_t index)
{
	return params->items[index];
}

const struct param *params_find(const struct params *params, const char *key)
{
	const struct param wanted = {.key = key}, *pointer = &wanted;
	const struct param *const *found;

	if (!params->n)
		return NULL;
	found = bsearch(&pointer, params->items, params->n, sizeof(pointer), compare_params);
	return found ? *found : NULL;
}

const struct param *params_describe(const struct params *params, const char *key)
{
	static const char *const trees[] = {"net.ipv4.conf.", "net.ipv4.neigh."};
	const struct param *param = params_find(params, key);
	const char *leaf = strrchr(key, '.');
	struct arena *arena = params->arena;

	for (size_t i = 0; !param && leaf && i < N(trees); i++) {
		size_t n = strlen(trees[i]);

		if (!strncmp(key, trees[i], n) && leaf > key + n)
			param = params_find(params, arena_printf(arena, "%sdefault%s", trees[i], leaf));
	}
	return param;
}

static const char *leaf_of(const char *key)
{
	const char *dot = strrchr(key, '.');

	return dot ? dot + 1 : key;
}

/* The word as the end of a key: "rmem_max", "conf.all.rp_filter". */
static const char *find_tail(const struct params *params, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n && i < params->n; i++) {
		const char *key = params->items[i]->key;
		size_t length = strlen(key);

		if (length > n && key[length - n - 1] == '.' && !strcmp(key + length - n, word))
			return key;
	}
	return NULL;
}

/*
 * Directories are misremembered (net.ipv4.somaxconn) and leaves misspelt: the
 * directory has so many letters that it would make any two keys near.
 */
const char *params_nearest(const struct params *params, const char *key)
{
	const char **leaves = arena_array(params->arena, params->n, sizeof(*leaves));
	const char *found = find_tail(params, key);
	const char *leaf;

	if (!found)
		found = find_tail(params, leaf_of(key));
	if (found)
		return found;
	for (size_t i = 0; i < params->n; i++)
		leaves[i] = leaf_of(params->items[i]->key);
	leaf = node_nearest(leaf_of(key), leaves, params->n);
	return leaf ? find_tail(params, leaf) : NULL;
}

/* Two sorted lists into one; where both have a key, the later file's entry stays. */
static void merge(struct params *params, const struct param **fresh, size_t n_fresh)
{
	const struct param **all = arena_array(params->arena, params->n + n_fresh, sizeof(*all));
	size_t i = 0, k = 0, n = 0;

	while (i < params->n || k < n_fresh) {
		int order = i == params->n ? 1 : -1;

		if (i < params->n && k < n_fresh)
			order = compare_params(&params->items[i], &fresh[k]);
		all[n++] = order < 0 ? params->items[i] : fresh[k];
		i += order <= 0;
		k += order >= 0;
	}
	params->items = all;
	params->n = n;
}

/* Entries of one file, sorted; a key twice is an error, and the second is left out. */
static size_t refuse_twice(const struct param **items, size_t n, struct diag *diag)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept && !strcmp(items[kept - 1]->key, items[i]->key))
			diag_error(diag, items[i]->place, "%s is also described in line %u",
				   items[i]->key, items[kept - 1]->place.line);
		else
			items[kept++] = items[i];
	}
	return kept;
}

bool params_load(struct params *params, const struct node *document, struct diag *diag)
{
	const struct param **fresh = NULL;
	size_t n = 0, capacity = 0, errors = diag->errors;

	if (document->type != NODE_LIST) {
		diag_error(diag, document->place, "a parameter file is a list of parameters");
		return false;
	}
	for (size_t i = 0; i < document->n; i++) {
		size_t n_read = 0;
		const struct param *read =
			param_read(params->arena, &document->items[i], diag, &n_read);

		for (size_t k = 0; k < n_read; k++) {
			fresh = arena_grow(params->arena, fresh, n, &capacity, sizeof(*fresh));
			fresh[n++] = &read[k];
		}
	}
	if (n)
		qsort(fresh, n, sizeof(*fresh), compare_params);
	merge(params, fresh, refuse_twice(fresh, n, diag));
	return diag->errors == errors;
}
