#include <arpa/inet.h>
#include <string.h>

#include "core/address.h"

bool address_is_any(const struct address *address)
{
	static const uint8_t zero[16];
	size_t prefix = address_is_v4(address) ? 12 : 0;

	return !memcmp(address->bytes + prefix, zero, sizeof(zero) - prefix);
}

bool address_is_loopback(const struct address *address)
{
	static const uint8_t one[16] = {[15] = 1};

	if (address_is_v4(address))
		return address->bytes[12] == 127;
	return !memcmp(address->bytes, one, sizeof(one));
}

int address_compare(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* inet_ntop() of glibc and musl only formats: no locale, no resolver. */
static void print(const struct address *address, char text[INET6_ADDRSTRLEN])
{
	if (address_is_v4(address))
		inet_ntop(AF_INET, address->bytes + 12, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address->bytes, text, INET6_ADDRSTRLEN);
}

const char *address_text(struct arena *arena, const struct address *address)
{
	char text[INET6_ADDRSTRLEN];

	print(address, text);
	return arena_strdup(arena, text);
}

const char *address_endpoint(struct arena *arena, const struct address *address, unsigned port)
{
	char text[INET6_ADDRSTRLEN];

	print(address, text);
	return arena_printf(arena, address_is_v4(address) ? "%s:%u" : "[%s]:%u", text, port);
}
