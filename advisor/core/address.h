/*
 * An IPv4 or IPv6 address. IPv4 is kept as IPv6 sockets show it, ::ffff:a.b.c.d,
 * so that a connection is the same whichever kind of socket made it.
 */
#ifndef TCPTUNE_ADDRESS_H
#define TCPTUNE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"

struct address {
	uint8_t bytes[16]; /* network byte order */
};

/* From 4 and from 16 bytes in network byte order. */
struct address address_v4(const void *four);
struct address address_v6(const void *sixteen);

bool address_is_v4(const struct address *address);

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
