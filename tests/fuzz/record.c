/*
 * A record of an apply: printed and parsed it is the same again; what revert makes of it
 * goes back to the old values and nowhere else. And the comparison of values that it rests on.
 */
#include <string.h>

#include "core/record.h"
#include "core/stored.h"
#include "fuzz.h"

static void check_inverse(struct arena *arena, const struct record *record, bool force)
{
	const char **now = arena_array(arena, record->n_changes, sizeof(*now));
	struct inverse inverse;

	for (size_t i = 0; i < record->n_changes; i++)
		now[i] = i % 3 == 0 ? record->changes[i].to : i % 3 == 1 ? record->changes[i].from : "7 x";
	inverse = record_inverse(arena, record, now, force);
	must(inverse.n_changes + inverse.n_left <= record->n_changes);
	for (size_t i = 0; i < inverse.n_changes; i++) {
		size_t k = 0;

		while (k < record->n_changes && (strcmp(inverse.changes[i].key, record->changes[k].key) ||
						 strcmp(inverse.changes[i].to, record->changes[k].from)))
			k++;
		must(k < record->n_changes);
	}
}

static void check_stored(const char *a, const char *b)
{
	must(stored_same(a, a) && stored_is(a, a, STORED_EXACT) && stored_is(a, a, STORED_JIFFIES));
	must(stored_same(a, b) == stored_same(b, a));
	/* No list is kept in jiffies. */
	must(strpbrk(a, ",-") || strpbrk(b, ",-") || !stored_is(a, b, STORED_EXACT) ||
	     stored_is(a, b, STORED_JIFFIES));
	must(stored_between(a, a, b, STORED_EXACT) && stored_between(b, a, b, STORED_EXACT) ==
	     stored_between(b, b, b, STORED_EXACT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const struct record *record = record_parse(arena, &diag, "1.json", (const char *)data, size);
	const uint8_t *part = data;
	size_t length = 0, at = 0;
	char *a;

	fuzz_check_diag(&diag, data, size);
	must(!record == (diag.errors > 0));
	if (record) {
		const char *text = record_print(arena, record);
		const struct record *again = record_parse(arena, &diag, "2.json", text, strlen(text));

		/* Of control characters DEL alone, which JSON does not escape. */
		for (const char *c = text; *c; c++)
			must(*c == '\n' || (*c >= ' ' && *c <= 0x7f));
		must(again && !strcmp(record_print(arena, again), text));
		check_inverse(arena, record, false);
		check_inverse(arena, record, true);
	}
	fuzz_part(data, size, &at, &part, &length);
	a = fuzz_copy(arena, part, length);
	length = 0;
	fuzz_part(data, size, &at, &part, &length);
	check_stored(a, fuzz_copy(arena, part, length));
	arena_free(arena);
	return 0;
}
