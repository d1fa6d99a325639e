/* A set of ports. All inline: it is asked for each of some hundred thousand sockets. */
#ifndef TCPTUNE_PORTSET_H
#define TCPTUNE_PORTSET_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Zeroed it is empty. Ports are at most 65535. */
struct portset {
	uint8_t bits[65536 / 8];
};

static inline bool portset_has(const struct portset *set, uint32_t port)
{
	return set->bits[port / 8] >> port % 8 & 1;
}

static inline void portset_add(struct portset *set, uint32_t port)
{
	set->bits[port / 8] = (uint8_t)(set->bits[port / 8] | 1U << port % 8);
}

/* low <= high. Whole bytes at once: a hostile list may have very many ranges. */
static inline void portset_add_range(struct portset *set, uint32_t low, uint32_t high)
{
	for (; low <= high && low % 8; low++)
		portset_add(set, low);
	if (high >= low + 7) {
		uint32_t bytes = (high + 1 - low) / 8;

		memset(set->bits + low / 8, 0xff, bytes);
		low += bytes * 8;
	}
	for (; low <= high; low++)
		portset_add(set, low);
}

static inline void portset_remove(struct portset *set, uint32_t port)
{
	set->bits[port / 8] = (uint8_t)(set->bits[port / 8] & ~(1U << port % 8));
}

static inline uint32_t portset_count(const struct portset *set)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < sizeof(set->bits); i += sizeof(uint64_t)) {
		uint64_t bits;

		memcpy(&bits, &set->bits[i], sizeof(bits));
		n += (uint32_t)__builtin_popcountll(bits);
	}
	return n;
}

#endif
