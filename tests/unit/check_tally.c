#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/tally.h"

Suite *tally_suite(void);

struct record {
	uint32_t key[2];
	uint32_t n;
};

static const struct tally_def def = {
	.key_size = 8, .record_size = sizeof(struct record), .capacity = 100, .seed = 1};

static void use(struct tally *tally, uint32_t a, uint32_t b)
{
	const uint32_t key[2] = {a, b};
	struct record *record = tally_use(tally, key, sizeof(key));

	record->n++;
}

static uint32_t count_of(const struct tally *tally, uint32_t a, uint32_t b)
{
	const uint32_t key[2] = {a, b};
	const struct record *record = tally_find(tally, key, sizeof(key));

	return record ? record->n : 0;
}

static int by_count(const void *a, const void *b)
{
	const struct record *x = *(const struct record *const *)a;
	const struct record *y = *(const struct record *const *)b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->key[0] < y->key[0] ? -1 : x->key[0] > y->key[0];
}

START_TEST(exact_while_there_is_room)
{
	struct arena *arena = arena_new();
	struct tally *tally = tally_new(arena, def);

	for (uint32_t i = 0; i < 100; i++)
		for (uint32_t k = 0; k <= i; k++)
			use(tally, i, 7);
	ck_assert_uint_eq(tally_count(tally), 100);
	ck_assert_uint_eq(tally_error(tally), 0);
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_uint_eq(count_of(tally, i, 7), i + 1);
	ck_assert_uint_eq(count_of(tally, 7, 8), 0);
	arena_free(arena);
}
END_TEST

/* A short key is another one than the long key that begins with it, if its first word says so. */
START_TEST(short_keys)
{
	struct arena *arena = arena_new();
	struct tally *tally = tally_new(arena, def);
	const uint32_t marked = 0x10005;

	use(tally, 5, 0);
	((struct record *)tally_use(tally, &marked, sizeof(marked)))->n += 2;
	((struct record *)tally_use(tally, &marked, sizeof(marked)))->n += 2;
	ck_assert_uint_eq(tally_count(tally), 2);
	ck_assert_uint_eq(count_of(tally, 5, 0), 1);
	ck_assert_uint_eq(((struct record *)tally_find(tally, &marked, sizeof(marked)))->n, 4);
	/* It has to be found after the table was made anew, too. */
	for (uint32_t i = 100; i < 400; i++) {
		use(tally, i, i);
		((struct record *)tally_use(tally, &marked, sizeof(marked)))->n++;
	}
	ck_assert_uint_gt(tally_error(tally), 0);
	ck_assert_uint_eq(((struct record *)tally_find(tally, &marked, sizeof(marked)))->n, 304);
	arena_free(arena);
}
END_TEST

/* A stream of 40,000: ten keys that come often among others that come once, in an order that a seed makes. */
START_TEST(frequent_keys_stay)
{
	struct arena *arena = arena_new();
	struct tally *tally = tally_new(arena, def);
	uint32_t exact[10] = {0}, state = (uint32_t)_i + 1;
	uint32_t n = 40000, error;

	for (uint32_t i = 0; i < n; i++) {
		state = state * 1664525 + 1013904223;
		if ((state >> 16) % 4) {
			use(tally, 1000 + i, 1);
			continue;
		}
		use(tally, (state >> 20) % 10, 0);
		exact[(state >> 20) % 10]++;
	}
	error = tally_error(tally);
	ck_assert_uint_gt(error, 0);
	ck_assert_uint_le(error, 2 * n / def.capacity);
	ck_assert_uint_le(tally_count(tally), def.capacity);
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t found = count_of(tally, i, 0);

		ck_assert_uint_le(found, exact[i]);
		ck_assert_uint_ge(found + error, exact[i]);
	}
	arena_free(arena);
}
END_TEST

/* The best of n records, whichever n and however many are wanted. */
START_TEST(the_best)
{
	struct arena *arena = arena_new();
	uint32_t n = (uint32_t)_i, found = 0;
	struct tally *tally = tally_new(arena, def);

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k <= i * 37 % 50; k++)
			use(tally, i, 0);
	for (size_t max = 0; max <= 101; max++) {
		const struct record *before = NULL;
		size_t got;
		const void **best = tally_best(tally, arena, max, by_count, &got);

		ck_assert_uint_eq(got, max < n ? max : n);
		for (size_t i = 0; i < got; i++) {
			const struct record *record = best[i];

			ck_assert(!before || by_count(&before, &record) < 0);
			before = record;
		}
		/* None that is left out is better than the last one. */
		found = 0;
		for (uint32_t i = 0; i < n && before; i++) {
			uint32_t key[2] = {i, 0};
			const struct record *record = tally_find(tally, key, sizeof(key));

			found += by_count(&record, &before) <= 0;
		}
		ck_assert_uint_eq(found, got);
	}
	arena_free(arena);
}
END_TEST

Suite *tally_suite(void)
{
	Suite *suite = suite_create("tally");
	TCase *tcase = tcase_create("counts");

	tcase_add_test(tcase, exact_while_there_is_room);
	tcase_add_test(tcase, short_keys);
	tcase_add_loop_test(tcase, frequent_keys_stay, 0, 5);
	tcase_add_loop_test(tcase, the_best, 0, 100);
	suite_add_tcase(suite, tcase);
	return suite;
}
