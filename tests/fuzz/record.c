/*
 * A record of an apply: printed and parsed it is the same again; what revert makes of it
 * goes back to the old values and nowhere else. And the comparison of values that it rests on.
 */
#include <string.h>

#include "core/record.h"
#include "core/stored.h"
#include "fuzz.h"

static const struct record_change *find_change(const struct record *record, const struct change *wanted)
{
	for (size_t i = 0; i < record->n_changes; i++)
		if (!strcmp(record->changes[i].key, wanted->key) && !strcmp(record->changes[i].from, wanted->to))
			return &record->changes[i];
	return NULL;
}

static void check_inverse(struct arena *arena, const struct record *record, bool force)
{
	struct reading *readings = arena_array(arena, record->n_changes, sizeof(*readings));
	struct inverse inverse;
	size_t n = 0;

	for (size_t i = 0; i < record->n_changes; i++) {
		const struct record_change *change = &record->changes[i];
		const char *now = i % 3 == 0 ? change->to : i % 3 == 1 ? change->from : "7 x";

		if (!reading_find(readings, n, change->key))
			readings[n++] = (struct reading){change->key, now};
	}
	inverse = record_inverse(arena, &record, 1, readings, n, force);
	must(inverse.n_changes <= n && inverse.n_left <= n);
	for (size_t i = 0; i < inverse.n_changes; i++)
		must(find_change(record, &inverse.changes[i]));
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
