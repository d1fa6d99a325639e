#include <string.h>

#include "core/json_place.h"

/* Valid JSON: quotes, brackets and commas alone tell where a value ends. */
static const char *skip_blanks(const char *c)
{
	return c + strspn(c, " \t\r\n");
}

static const char *skip_string(const char *c)
{
	for (c++; *c && *c != '"'; c++)
		if (*c == '\\' && c[1])
			c++;
	return *c ? c + 1 : c;
}

static const char *skip_value(const char *c)
{
	size_t depth = 0;

	do {
		if (*c == '"') {
			c = skip_string(c);
			continue;
		}
		if (*c == '{' || *c == '[')
			depth++;
		else if (depth && (*c == '}' || *c == ']'))
			depth--;
		else if (!depth)
			return c + strcspn(c, ",}] \t\r\n");
		c++;
	} while (depth && *c);
	return c;
}

/* Behind a value: the next one of the same array or object; NULL behind the last. */
static const char *next(const char *c)
{
	c = skip_blanks(c);
	return *c == ',' ? skip_blanks(c + 1) : NULL;
}

static const char *find_member(const char *c, const char *name)
{
	size_t n = strlen(name);

	for (c = skip_blanks(c + 1); c && *c == '"';) {
		const char *end = skip_string(c), *value = skip_blanks(skip_blanks(end) + 1);

		if ((size_t)(end - c) == n + 2 && !memcmp(c + 1, name, n))
			return value;
		c = next(skip_value(value));
	}
	return NULL;
}

static const char *find_element(const char *c, size_t index)
{
	c = skip_blanks(c + 1);
	for (; c && *c && *c != ']'; c = next(skip_value(c)))
		if (!index--)
			return c;
	return NULL;
}

struct place json_place(const char *file, const char *text, size_t length, const struct json_step *steps,
			size_t n_steps)
{
	struct place place = {.file = file, .line = 1, .column = 1};
	const char *at = skip_blanks(text);

	for (size_t i = 0; i < n_steps; i++) {
		const char *below = NULL;

		if (steps[i].name && *at == '{')
			below = find_member(at, steps[i].name);
		else if (!steps[i].name && *at == '[')
			below = find_element(at, steps[i].index);
		if (!below)
			break;
		at = below;
	}
	for (const char *c = text; c < at && c < text + length; c++) {
		place.column++;
		if (*c == '\n') {
			place.line++;
			place.column = 1;
		}
	}
	return place;
}
