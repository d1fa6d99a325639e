#include <string.h>

#include "out.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct out *const formats[] = {&out_text, &out_json};

const struct out *out_find(const char *name)
{
	for (size_t i = 0; i < N(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
