/*
 * A YAML document as a tree, each part with its place in the file, and the
 * reading of its maps by tables. One document a file; aliases, tags and
 * merge keys are refused: a file is read the way it looks.
 */
#ifndef TCPTUNE_NODE_H
#define TCPTUNE_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"

enum node_type { NODE_SCALAR = 1, NODE_MAP = 2, NODE_LIST = 4 };

struct node {
	enum node_type type;
	struct place place;
	const char *text;           /* of a scalar; never NULL there */
	bool quoted;                /* the scalar was written in quotes or as a block */
	bool folded;                /* it goes over several lines: columns inside it cannot be told */
	struct node *items;         /* of a list, or the values of a map */
	const char **keys;          /* of a map, parallel to items */
	struct place *key_places;   /* of a map */
	size_t n;
};

/* What a file may be at most; beyond it an error is reported. */
#define NODE_MAX_BYTES (4u << 20)
#define NODE_MAX_DEPTH 24
#define NODE_MAX_NODES 20000u

/* NULL when the text has an error (reported), an empty document gives a list of no items. */
struct node *node_load(struct arena *arena, struct diag *diag, const char *file,
		       const char *bytes, size_t length);

/* NULL when the map has no such key, or node is no map. */
const struct node *node_get(const struct node *map, const char *key);

/* One key that a map may have. */
struct node_field {
	const char *key;
	unsigned types; /* the node types allowed, or'ed */
	bool required;
	size_t offset; /* of a `const struct node *` in the target, set when the key is there */
};

/*
 * Checks a map against its fields: unknown, missing and mistyped keys are
 * errors, an unknown one with the nearest known name. what names the map in
 * messages ("a rule"). False when anything was wrong.
 */
bool node_read_map(const struct node *map, const char *what, const struct node_field *fields,
		   size_t n_fields, void *target, struct diag *diag);

/* The texts of a list of scalars, or of one scalar; *ret_n of them. NULL node: none. Errors are reported. */
const char **node_texts(struct arena *arena, struct diag *diag, const struct node *node, size_t *ret_n);

/* An integer scalar within [min, max]; an error, and min, otherwise. */
long long node_integer(struct diag *diag, const struct node *node, long long min, long long max);
bool node_boolean(struct diag *diag, const struct node *node);

/* The entry of names (NULL-terminated) nearest to word by edit distance, or NULL where none is near. */
const char *node_nearest(const char *word, const char *const *names, size_t n);

#endif
