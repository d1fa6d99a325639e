#include <string.h>

#include "core/needs.h"

bool needs_have(const struct needs *needs, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; needs && i < needs->n; i++) {
		const char *name = needs->names[i];

		if (!strncmp(name, "rate.", 5))
			name += 5;
		if (!strncmp(name, word, length) && (!name[length] || name[length] == '.'))
			return true;
	}
	return !needs;
}
