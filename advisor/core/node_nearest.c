#include <string.h>

#include "core/node.h"

/* Longer words than any name has are near to none. */
#define WORD_MAX 96

static size_t min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many single letters must be inserted, left out, replaced, or exchanged
 * with their neighbour to make b of a (Damerau-Levenshtein, each place edited
 * once). Both are at most WORD_MAX long.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t n_a = strlen(a), n_b = strlen(b);

	for (size_t j = 0; j <= n_b; j++)
		last[j] = j;
	for (size_t i = 1; i <= n_a; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= n_b; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			now[j] = min2(min2(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min2(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[n_b];
}

/* What is wrong in a word of this length is still a slip: none in 1 or 2 letters, one in 3 to 5, ... */
static size_t tolerance(size_t length)
{
	return length < 3 ? 0 : min2(1 + (length - 3) / 3, 4);
}

const char *node_nearest(const char *word, const char *const *names, size_t n)
{
	size_t length = strlen(word);
	size_t best = tolerance(length) + 1;
	const char *nearest = NULL;

	if (length > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n && best > 1; i++) {
		size_t other = strlen(names[i]);
		size_t d;

		if (other > WORD_MAX || (other > length ? other - length : length - other) >= best)
			continue;
		d = distance(word, names[i]);
		if (d < best && d < other) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
