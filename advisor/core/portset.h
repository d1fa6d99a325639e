/* A set of ports. All inline: it is asked for each of some hundred thousand sockets. */
#ifndef TCPTUNE_PORTSET_H
#define TCPTUNE_PORTSET_H

#include <stdbool.h>
#include <stdint.h>

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

static inline void portset_remove(struct portset *set, uint32_t port)
{
	set->bits[port / 8] = (uint8_t)(set->bits[port / 8] & ~(1U << port % 8));
}

static inline uint32_t portset_count(const struct portset *set)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < sizeof(set->bits); i++)
		for (uint8_t bits = set->bits[i]; bits; bits &= (uint8_t)(bits - 1))
			n++;
	return n;
}

#endif
