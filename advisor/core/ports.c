#include <stdint.h>
#include <string.h>

#include "core/ports.h"
#include "core/text.h"

#define PORTS 65536u

struct port_set {
	uint8_t bits[PORTS / 8];
};

static void set_port(struct port_set *set, unsigned port)
{
	set->bits[port / 8] = (uint8_t)(set->bits[port / 8] | 1u << port % 8);
}

static bool has_port(const struct port_set *set, unsigned port)
{
	return set->bits[port / 8] >> port % 8 & 1;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* False where there is no port. */
static bool read_port(const char **cursor, unsigned *ret)
{
	const char *s = *cursor;
	unsigned port = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		port = port * 10 + (unsigned)(*s - '0');
		if (port >= PORTS)
			return false;
	}
	*cursor = s;
	*ret = port;
	return true;
}

/* Adds the list to the set; the reason why it is no list, NULL when it is one. */
static const char *read_list(const char *list, struct port_set *set)
{
	unsigned low, high;

	for (list = skip_blanks(list); *list; list = skip_blanks(list)) {
		if (!read_port(&list, &low))
			return "a port is 0 to 65535";
		high = low;
		list = skip_blanks(list);
		if (*list == '-') {
			list = skip_blanks(list + 1);
			if (!read_port(&list, &high))
				return "a port is 0 to 65535";
		}
		if (high < low)
			return "a range is low-high";
		for (unsigned port = low; port <= high; port++)
			set_port(set, port);
		list = skip_blanks(list);
		if (*list == ',')
			list++;
		else if (*list)
			return "ports are separated by commas";
	}
	return NULL;
}

bool ports_have(const char *list, double port)
{
	struct port_set set = {{0}};

	read_list(list, &set);
	return port >= 0 && port < PORTS && has_port(&set, (unsigned)port);
}

unsigned ports_count(const char *list, unsigned low, unsigned high)
{
	struct port_set set = {{0}};
	unsigned n = 0;

	read_list(list, &set);
	for (unsigned port = low; port <= high && port < PORTS; port++)
		n += has_port(&set, port);
	return n;
}

char *ports_merge(struct arena *arena, const char *a, const char *b)
{
	struct text text = text_new(arena);
	struct port_set set = {{0}};

	read_list(a, &set);
	read_list(b, &set);
	for (unsigned port = 0; port < PORTS; port++) {
		unsigned last = port;

		if (!has_port(&set, port))
			continue;
		while (last + 1 < PORTS && has_port(&set, last + 1))
			last++;
		text_printf(&text, "%s%u", text.length ? "," : "", port);
		if (last > port)
			text_printf(&text, "-%u", last);
		port = last;
	}
	return text.data;
}

bool ports_valid(const char *list, const char **ret_why)
{
	struct port_set set = {{0}};
	const char *why = read_list(list, &set);

	if (why)
		*ret_why = why;
	return !why;
}
