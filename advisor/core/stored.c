#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/stored.h"

#define BLANKS " \t\n\v\f\r"

enum {
	PORTS = 1 << 16,
	JIFFY_MAX_MS = 10,
};

struct field {
	const char *at;
	size_t n; /* 0 behind the last field */
};

static struct field first_field(const char *text)
{
	text += strspn(text, BLANKS);
	return (struct field){text, strcspn(text, BLANKS)};
}

static struct field next_field(struct field field)
{
	return first_field(field.at + field.n);
}

/* "80" or "80-90" at *text, which is moved behind it. */
static bool read_range(const char **text, unsigned long ret[2])
{
	for (unsigned i = 0; i < 2; i++) {
		size_t digits = strspn(*text, "0123456789");

		if (!digits || digits > 5)
			return false;
		ret[i] = strtoul(*text, NULL, 10);
		*text += digits;
		if (i == 0 && **text != '-') {
			ret[1] = ret[0];
			break;
		}
		*text += i == 0;
	}
	return ret[0] <= ret[1] && ret[1] < PORTS;
}

/* The members of a list, a byte each; false for a field that is no list. */
static bool read_list(struct field field, unsigned char members[PORTS])
{
	const char *at = field.at;
	unsigned long range[2];

	memset(members, 0, PORTS);
	while (read_range(&at, range)) {
		memset(members + range[0], 1, range[1] - range[0] + 1);
		if (at == field.at + field.n)
			return true;
		if (*at++ != ',')
			return false;
	}
	return false;
}

static bool is_list(struct field field)
{
	return memchr(field.at, ',', field.n) || memchr(field.at, '-', field.n);
}

static bool list_same(struct field a, struct field b)
{
	unsigned char members[2][PORTS];

	return read_list(a, members[0]) && read_list(b, members[1]) &&
	       !memcmp(members[0], members[1], PORTS);
}

static bool rounded_up(struct field now, struct field wanted)
{
	char *now_end, *wanted_end;
	long long read = strtoll(now.at, &now_end, 10), written = strtoll(wanted.at, &wanted_end, 10);

	return now_end == now.at + now.n && wanted_end == wanted.at + wanted.n && written >= 0 &&
	       read >= written && read - written < JIFFY_MAX_MS;
}

static bool field_is(struct field now, struct field wanted, enum stored_rounding rounding)
{
	if (now.n == wanted.n && !memcmp(now.at, wanted.at, now.n))
		return true;
	if (!now.n || !wanted.n)
		return false;
	if (rounding == STORED_JIFFIES)
		return rounded_up(now, wanted);
	return (is_list(now) || is_list(wanted)) && list_same(now, wanted);
}

bool stored_is(const char *now, const char *wanted, enum stored_rounding rounding)
{
	struct field a = first_field(now), b = first_field(wanted);

	for (; a.n || b.n; a = next_field(a), b = next_field(b))
		if (!field_is(a, b, rounding))
			return false;
	return true;
}

bool stored_same(const char *a, const char *b)
{
	return stored_is(a, b, STORED_EXACT);
}

bool stored_between(const char *now, const char *a, const char *b, enum stored_rounding rounding)
{
	struct field field = first_field(now), left = first_field(a), right = first_field(b);

	if (stored_same(now, a) || stored_is(now, b, rounding))
		return true;
	while (field.n && left.n && right.n) {
		if (!field_is(field, left, STORED_EXACT) && !field_is(field, right, rounding))
			return false;
		field = next_field(field);
		left = next_field(left);
		right = next_field(right);
	}
	return !field.n && !left.n && !right.n;
}
