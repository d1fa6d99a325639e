/*
 * Records by key, in bounded memory: what is counted of a stream of which
 * only the frequent keys matter.
 *
 * A tally holds at most `capacity` records. When another one is needed, the
 * rare ones go: lossy counting (Manku and Motwani, VLDB 2002) with a step
 * whenever the table is full, which makes the bound that of Misra and Gries.
 * After N uses each key that was used more than tally_error() times is still
 * here, its record has missed at most tally_error() of its uses, and
 * tally_error() <= 2 * N / capacity. Until the table is full for the first
 * time everything is exact and tally_error() is 0.
 */
#ifndef TCPTUNE_TALLY_H
#define TCPTUNE_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct tally;

#define TALLY_KEY_MAX 64

struct tally_def {
	size_t key_size;    /* in bytes, a multiple of 4; the key stands first in a record, without padding */
	size_t record_size; /* in bytes, a multiple of 4; records are aligned to 4 */
	uint32_t capacity;  /* at least 2 */
	uint64_t seed;      /* of the hash: what a peer can't know keeps it from choosing collisions */
};

struct tally *tally_new(struct arena *arena, struct tally_def def);

/*
 * One use of this key: its record, made when it is new with the key in place
 * and zeroes behind it. The record may be changed but for the key; the
 * pointer is valid until the next use. A key may be shorter than key_size,
 * a multiple of 4, if its first word says how long it is.
 */
void *tally_use(struct tally *tally, const void *key, size_t size);

/* The record without using it; NULL when there is none. */
void *tally_find(const struct tally *tally, const void *key, size_t size);

size_t tally_count(const struct tally *tally);

/* The records one after the other, in no order; index < tally_count(). */
const void *tally_at(const struct tally *tally, size_t index);
uint32_t tally_error(const struct tally *tally);

/*
 * The best `max` records, best first; all of them for max SIZE_MAX. compare
 * is given pointers to pointers to records, as qsort() gives them, and must
 * tell every two records apart. *ret_n of them.
 */
const void **tally_best(const struct tally *tally, struct arena *arena, size_t max,
			int (*compare)(const void *, const void *), size_t *ret_n);

#endif
