/* Where a value stands in a JSON text: jansson says so of syntax errors alone. */
#ifndef TCPTUNE_JSON_PLACE_H
#define TCPTUNE_JSON_PLACE_H

#include <stddef.h>

#include "core/diag.h"

/* One step down: into a member, or where name is NULL into an element. */
struct json_step {
	const char *name;
	size_t index;
};

/*
 * The place of the value that the steps lead to, or of the last that there is
 * on the way. text is valid JSON, NUL-terminated behind length.
 */
struct place json_place(const char *file, const char *text, size_t length, const struct json_step *steps,
			size_t n_steps);

#endif
