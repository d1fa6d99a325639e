#include <stdint.h>
#include <string.h>

#include "core/ports.h"
#include "core/portset.h"
#include "core/text.h"

#define PORTS 65536u

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

/*
 * One element of a list, "8080" or "9000-9010". False behind the last one, and, with *ret_why,
 * where the list is none.
 */
static bool next_range(const char **cursor, unsigned *ret_low, unsigned *ret_high, const char **ret_why)
{
	const char *s = skip_blanks(*cursor);
	unsigned low, high;

	if (!*s)
		return false;
	*ret_why = "a port is 0 to 65535";
	if (!read_port(&s, &low))
		return false;
	high = low;
	s = skip_blanks(s);
	if (*s == '-') {
		s = skip_blanks(s + 1);
		if (!read_port(&s, &high))
			return false;
	}
	*ret_why = "a range is low-high";
	if (high < low)
		return false;
	s = skip_blanks(s);
	*ret_why = "ports are separated by commas";
	if (*s && *s != ',')
		return false;
	*ret_why = NULL;
	*cursor = s + (*s == ',');
	*ret_low = low;
	*ret_high = high;
	return true;
}

/* Adds the list to the set; the reason why it is no list, NULL when it is one. */
static const char *read_list(const char *list, struct portset *set)
{
	const char *why = NULL;
	unsigned low, high;

	while (next_range(&list, &low, &high, &why))
		portset_add_range(set, low, high);
	return why;
}

bool ports_have(const char *list, double port)
{
	const char *why = NULL;
	unsigned low, high;

	while (next_range(&list, &low, &high, &why))
		if (port >= low && port <= high)
			return true;
	return false;
}

unsigned ports_count(const char *list, unsigned low, unsigned high)
{
	struct portset set = {{0}};
	unsigned n = 0;

	if (!*skip_blanks(list))
		return 0;
	read_list(list, &set);
	for (unsigned port = low; port <= high && port < PORTS; port++)
		n += portset_has(&set, port);
	return n;
}

char *ports_merge(struct arena *arena, const char *a, const char *b)
{
	struct text text = text_new(arena);
	struct portset set = {{0}};

	read_list(a, &set);
	read_list(b, &set);
	for (unsigned port = 0; port < PORTS; port++) {
		unsigned last = port;

		if (!portset_has(&set, port))
			continue;
		while (last + 1 < PORTS && portset_has(&set, last + 1))
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
	struct portset set = {{0}};
	const char *why = read_list(list, &set);

	if (why)
		*ret_why = why;
	return !why;
}
