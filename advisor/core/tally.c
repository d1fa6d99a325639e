#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/tally.h"

struct tally {
	struct tally_def def;
	uint64_t multipliers[TALLY_KEY_MAX / sizeof(uint32_t)];
	size_t stride;    /* in words: the bound, then the record */
	uint32_t *words;  /* capacity * stride; touched only as far as it is used */
	uint32_t *slots;  /* index + 1, 0 is free; open addressing */
	uint32_t mask;
	uint32_t n;
	uint32_t floor;   /* how many uses of a key that is not here may have been forgotten */
};

/* The first word of an entry is the most often that its key can have been used. */
static uint32_t *entry_at(const struct tally *tally, uint32_t index)
{
	return tally->words + index * tally->stride;
}

/* splitmix64 (Steele, Lea and Flood 2014): one number of a sequence that the seed begins. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

struct tally *tally_new(struct arena *arena, struct tally_def def)
{
	struct tally *tally = arena_alloc(arena, sizeof(*tally));
	uint64_t state = def.seed;
	uint32_t slots = 16;

	while (slots / 2 < def.capacity)
		slots *= 2;
	tally->def = def;
	tally->stride = 1 + def.record_size / sizeof(uint32_t);
	tally->words = arena_array(arena, def.capacity, tally->stride * sizeof(uint32_t));
	tally->slots = arena_array(arena, slots, sizeof(uint32_t));
	tally->mask = slots - 1;
	for (size_t i = 0; i < TALLY_KEY_MAX / sizeof(uint32_t); i++)
		tally->multipliers[i] = next_random(&state);
	return tally;
}

static inline uint32_t word_at(const unsigned char *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/*
 * Multilinear (Lemire and Kaser 2014): universal while the multipliers are
 * secret, quick because no product waits for another, and the same with
 * zeroes behind the key.
 */
static inline uint32_t hash(const struct tally *tally, const unsigned char *key, size_t size)
{
	uint64_t h = 0;

	for (size_t i = 0; i < size / sizeof(uint32_t); i++)
		h += tally->multipliers[i] * word_at(key + i * sizeof(uint32_t));
	return (uint32_t)(h >> 32);
}

/* Word by word, as the key was written: a wider load would wait for the writes to reach the cache. */
static inline bool is_key(const uint32_t *record, const unsigned char *key, size_t size)
{
	uint32_t difference = 0;

	for (size_t i = 0; i < size / sizeof(uint32_t); i++)
		difference |= record[i] ^ word_at(key + i * sizeof(uint32_t));
	return !difference;
}

/* The slot that has this key, or the free one where it belongs. */
static inline uint32_t *find_slot(const struct tally *tally, const void *key, size_t size)
{
	uint32_t i = hash(tally, key, size) & tally->mask;

	while (tally->slots[i] && !is_key(entry_at(tally, tally->slots[i] - 1) + 1, key, size))
		i = (i + 1) & tally->mask;
	return &tally->slots[i];
}

/* Raises the floor by one: what cannot have come more often than that goes. */
static void raise_floor(struct tally *tally)
{
	uint32_t kept = 0;

	tally->floor++;
	for (uint32_t i = 0; i < tally->n; i++) {
		uint32_t *entry = entry_at(tally, i);

		if (*entry <= tally->floor)
			continue;
		if (kept != i)
			memcpy(entry_at(tally, kept), entry, tally->stride * sizeof(*entry));
		kept++;
	}
	tally->n = kept;
}

/*
 * Each raise takes one from more than half of the capacity's entries, and all
 * that was ever added is N: hence the bound in the header, and a cost that
 * does not grow faster than N.
 */
static void make_room(struct tally *tally)
{
	while (tally->n > tally->def.capacity / 2)
		raise_floor(tally);
	memset(tally->slots, 0, ((size_t)tally->mask + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < tally->n; i++)
		*find_slot(tally, entry_at(tally, i) + 1, tally->def.key_size) = i + 1;
}

/*
 * A record for a key that has none; the slot is where it goes when there is
 * room. Not inline, so that the usual way through tally_use() stays short.
 */
__attribute__((noinline)) static uint32_t *add(struct tally *tally, const void *key, size_t size, uint32_t *slot)
{
	uint32_t *entry;

	if (tally->n == tally->def.capacity) {
		make_room(tally);
		slot = find_slot(tally, key, size);
	}
	entry = entry_at(tally, tally->n);
	memset(entry, 0, tally->stride * sizeof(*entry));
	memcpy(entry + 1, key, size);
	*entry = tally->floor;
	*slot = ++tally->n;
	return entry;
}

void *tally_use(struct tally *tally, const void *key, size_t size)
{
	uint32_t *slot = find_slot(tally, key, size);
	uint32_t *entry = *slot ? entry_at(tally, *slot - 1) : add(tally, key, size, slot);

	*entry += *entry < UINT32_MAX;
	return entry + 1;
}

void *tally_find(const struct tally *tally, const void *key, size_t size)
{
	const uint32_t *slot = find_slot(tally, key, size);

	return *slot ? entry_at(tally, *slot - 1) + 1 : NULL;
}

size_t tally_count(const struct tally *tally)
{
	return tally->n;
}

const void *tally_at(const struct tally *tally, size_t index)
{
	return entry_at(tally, (uint32_t)index) + 1;
}

uint32_t tally_error(const struct tally *tally)
{
	return tally->floor;
}

/* Twice as many candidates as are wanted are collected before the worse half goes: no sort of everything. */
const void **tally_best(const struct tally *tally, struct arena *arena, size_t max,
			int (*compare)(const void *, const void *), size_t *ret_n)
{
	size_t room = max < tally->n / 2 ? 2 * max : tally->n;
	const void **best = arena_array(arena, room + 1, sizeof(*best));
	const void *worst = NULL;
	size_t n = 0;

	for (uint32_t i = 0; i < tally->n; i++) {
		const void *record = entry_at(tally, i) + 1;

		if (worst && compare(&record, &worst) > 0)
			continue;
		best[n++] = record;
		if (n < room || i + 1 == tally->n)
			continue;
		qsort(best, n, sizeof(*best), compare);
		n = n < max ? n : max;
		worst = n ? best[n - 1] : NULL;
	}
	qsort(best, n, sizeof(*best), compare);
	*ret_n = n < max ? n : max;
	return best;
}
