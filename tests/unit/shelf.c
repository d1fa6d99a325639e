#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "shelf.h"

char *shelf_file(struct shelf *shelf, const char *path)
{
	FILE *file = fopen(path, "r");
	struct text text = text_new(shelf->arena);
	char bytes[4096];
	size_t n;

	if (!file)
		return NULL;
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		text_add_n(&text, bytes, n);
	fclose(file);
	return text.data;
}

static void load(struct shelf *shelf, const char *pattern, void (*add)(struct shelf *, const struct node *))
{
	glob_t found = {0};

	if (glob(pattern, 0, NULL, &found)) {
		fprintf(stderr, "%s: no such files here\n", pattern);
		exit(2);
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = arena_strdup(shelf->arena, found.gl_pathv[i]);
		const char *text = shelf_file(shelf, path);
		const struct node *node = NULL;

		if (text)
			node = node_load(shelf->arena, &shelf->diag, path, text, strlen(text));
		if (node)
			add(shelf, node);
	}
	globfree(&found);
}

static void add_parameters(struct shelf *shelf, const struct node *node)
{
	params_load(shelf->params, node, &shelf->diag);
}

static void add_counters(struct shelf *shelf, const struct node *node)
{
	counters_load(&shelf->counters, node, &shelf->diag);
}

static void add_rules(struct shelf *shelf, const struct node *node)
{
	rules_add(shelf->rules, node, &shelf->diag);
}

struct shelf *shelf_open(void)
{
	struct arena *arena = arena_new();
	struct shelf *shelf = arena_alloc(arena, sizeof(*shelf));

	shelf->arena = arena;
	shelf->diag = diag_new(arena);
	shelf->params = params_new(arena);
	shelf->counters = counters_new(arena);
	load(shelf, "rules/parameters/*.yaml", add_parameters);
	load(shelf, "rules/counters/*.yaml", add_counters);
	shelf->catalog = (struct catalog){.params = shelf->params, .counters = shelf->counters.defs,
					  .n_counters = shelf->counters.n};
	return shelf;
}

void shelf_close(struct shelf *shelf)
{
	arena_free(shelf->arena);
}

void shelf_rules(struct shelf *shelf)
{
	shelf->rules = rules_new(shelf->arena, &shelf->catalog);
	load(shelf, "rules/*.yaml", add_rules);
	rules_compile(shelf->rules, &shelf->diag);
}

void shelf_compile(struct shelf *shelf, const char *file, const char *text)
{
	const struct node *node = node_load(shelf->arena, &shelf->diag, file, text, strlen(text));

	shelf->rules = rules_new(shelf->arena, &shelf->catalog);
	if (node && rules_add(shelf->rules, node, &shelf->diag))
		rules_compile(shelf->rules, &shelf->diag);
}

const char *shelf_messages(struct shelf *shelf)
{
	struct text text = text_new(shelf->arena);

	for (size_t i = 0; i < shelf->diag.n; i++)
		text_printf(&text, "%s\n", diag_format(shelf->arena, &shelf->diag.messages[i]));
	shelf->diag = diag_new(shelf->arena);
	return text.data;
}
