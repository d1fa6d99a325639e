/*
 * An IPv4 or IPv6 address. IPv4 is kept as IPv6 sockets show it, ::ffff:a.b.c.d,
 * so that a connection is the same whichever kind of socket made it.
 */
#ifndef TCPTUNE_ADDRESS_H
#define TCPTUNE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/arena.h"

struct address {
	uint8_t bytes[16]; /* network byte order */
};

/*
 * From 4 and from 16 bytes in network byte order. Inline, with
 * address_is_v4(): they run for each of some hundred thousand sockets.
 */
static inline struct address address_v4(const void *four)
{
	struct address address = {{[10] = 0xff, [11] = 0xff}};

	memcpy(address.bytes + 12, four, 4);
	return address;
}

static inline struct address address_v6(const void *sixteen)
{
	struct address address;

	memcpy(address.bytes, sixteen, sizeof(address.bytes));
	return address;
}

static inline bool address_is_v4(const struct address *address)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(address->bytes, prefix, 8) && !memcmp(address->bytes + 8, prefix + 8, 4);
}

/* The 4 bytes of an IPv4 address, as they stand. */
static inline uint32_t address_v4_word(const struct address *address)
{
	uint32_t word;

	memcpy(&word, address->bytes + 12, sizeof(word));
	return word;
}

/* 0.0.0.0 or ::, what a socket that listens everywhere is bound to. */
bool address_is_any(const struct address *address);

/* 127/8 or ::1. */
bool address_is_loopback(const struct address *address);

/* The order of bytes: IPv6 that begins with 0, then IPv4, then the rest. */
int address_compare(const struct address *a, const struct address *b);

/* "10.0.0.1", "2001:db8::1". */
const char *address_text(struct arena *arena, const struct address *address);

/* "10.0.0.1:80", "[2001:db8::1]:80". */
const char *address_endpoint(struct arena *arena, const struct address *address, unsigned port);

#endif
