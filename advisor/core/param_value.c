#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/param_internal.h"
#include "core/text.h"

bool param_is_numeric(const struct param *param)
{
	return param->type != PARAM_TEXT && param->type != PARAM_PORTS;
}

enum value_type param_value_type(const struct param *param)
{
	if (!param_is_numeric(param))
		return VALUE_TEXT;
	return param->type == PARAM_TUPLE ? VALUE_TUPLE : VALUE_NUMBER;
}

const char **param_words(struct arena *arena, const char *text, size_t *ret_n)
{
	static const char blanks[] = " \t\n";
	const char **words = NULL;
	size_t n = 0, capacity = 0;

	for (;;) {
		size_t length;

		text += strspn(text, blanks);
		length = strcspn(text, blanks);
		if (!length)
			break;
		words = arena_grow(arena, words, n, &capacity, sizeof(*words));
		words[n++] = arena_strndup(arena, text, length);
		text += length;
	}
	*ret_n = n;
	return words;
}

/* What the kernel shows is decimal, and at most ULONG_MAX. */
static bool parse_decimal(const char *word, double *ret)
{
	const char *digits = word + (*word == '-');
	size_t n = strlen(digits);

	if (!n || n > 20 || strspn(digits, "0123456789") != n)
		return false;
	*ret = strtod(word, NULL);
	return true;
}

bool param_parse(struct arena *arena, const struct param *param, const char *text, struct value *ret)
{
	struct value value = {.type = param_value_type(param), .unit = param->unit};
	const char **words;
	size_t n;

	words = param_words(arena, text, &n);
	if (value.type == VALUE_TEXT) {
		/* A trailing newline is the kernel's way of showing, no part of the value. */
		*ret = value_text(arena_strndup(arena, text, strcspn(text, "\n")));
		return true;
	}
	if (n != param->arity || n > TUPLE_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!parse_decimal(words[i], &value.tuple.element[i]))
			return false;
	value.tuple.n = (unsigned)n;
	if (value.type == VALUE_NUMBER)
		value = value_number(value.tuple.element[0], param->unit);
	*ret = value;
	return true;
}

static struct param_bound bound_at(struct param_bound bound, unsigned hz)
{
	if (bound.is_set && bound.dividend != 0 && hz)
		bound.number = trunc(bound.dividend / hz);
	return bound;
}

char *param_bound_text(struct arena *arena, const struct param_bound *bound)
{
	/* The double nearest to ULONG_MAX (and to LONG_MAX) is one more. */
	if (bound->number >= (double)ULONG_MAX)
		return arena_printf(arena, "%lu", ULONG_MAX);
	if (bound->number >= (double)LONG_MAX)
		return arena_printf(arena, "%ld", LONG_MAX);
	return arena_printf(arena, "%.0f", bound->number);
}

/* What the changes make of a default: before the first that names one it is what that one says it was. */
static const char *default_on(const struct param *param, struct version kernel)
{
	const char *text = param->default_text;
	bool is_first = true;

	for (size_t i = 0; i < param->n_changes; i++) {
		const struct param_change *change = &param->changes[i];

		if (!change->default_text)
			continue;
		if (is_first)
			text = change->was;
		is_first = false;
		if (version_compare(kernel, change->since) >= 0)
			text = change->default_text;
	}
	return text;
}

const char *param_default(const struct param *param, struct version kernel)
{
	return default_on(param, kernel);
}

const struct param *param_on(struct arena *arena, const struct param *param, struct version kernel,
			     unsigned hz)
{
	struct param *here = arena_alloc(arena, sizeof(*here));

	*here = *param;
	here->default_text = default_on(param, kernel);
	for (size_t i = 0; i < param->n_changes; i++) {
		const struct param_change *change = &param->changes[i];

		if (version_compare(kernel, change->since) < 0)
			continue;
		if (change->min.is_set)
			here->min = change->min;
		if (change->max.is_set)
			here->max = change->max;
	}
	here->min = bound_at(here->min, hz);
	here->max = bound_at(here->max, hz);
	return here;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t\n");
}

#define PORTS 65536u

/* The kernel's list ("8080,9000-9010") as a set. False where it is none. */
static bool read_ports(const char *text, unsigned char set[PORTS / 8])
{
	memset(set, 0, PORTS / 8);
	text = skip_blanks(text);
	while (*text && !isspace((unsigned char)*text)) {
		char *end;
		unsigned long low, high;

		if (!isdigit((unsigned char)*text))
			return false;
		low = high = strtoul(text, &end, 10);
		if (*end == '-' && isdigit((unsigned char)end[1]))
			high = strtoul(end + 1, &end, 10);
		if (low > high || high >= PORTS)
			return false;
		for (unsigned long port = low; port <= high; port++)
			set[port / 8] |= (unsigned char)(1u << port % 8);
		text = end + (*end == ',' && end[1]);
		if (*end == ',' && !end[1])
			return false;
	}
	return !*skip_blanks(text);
}

static bool same_ports(const char *a, const char *b)
{
	unsigned char x[PORTS / 8], y[PORTS / 8];

	return read_ports(a, x) && read_ports(b, y) && !memcmp(x, y, sizeof(x));
}

static bool same_words(const char *a, const char *b)
{
	for (;;) {
		size_t n;

		a = skip_blanks(a);
		b = skip_blanks(b);
		n = strcspn(a, " \t\n");
		if (n != strcspn(b, " \t\n") || strncmp(a, b, n))
			return false;
		if (!n)
			return true;
		a += n;
		b += n;
	}
}

/* A jiffy is at most 10 ms (HZ = 100): what is kept in jiffies is rounded up to one. */
#define JIFFY_MAX_MS 10

bool param_next_number(const char **text, double *ret)
{
	char *end;
	bool is_negative;
	unsigned long long number;

	*text = skip_blanks(*text);
	is_negative = **text == '-';
	if (!isdigit((unsigned char)(*text)[is_negative]))
		return false;
	errno = 0;
	number = strtoull(*text + is_negative, &end, 0);
	if (errno || (*end && !strchr(" \t\n", *end)))
		return false;
	*text = end;
	*ret = is_negative ? -(double)number : (double)number;
	return true;
}

static bool same_numbers(const char *a, const char *b, double tolerance)
{
	double x, y;

	while (param_next_number(&a, &x)) {
		if (!param_next_number(&b, &y) || fabs(x - y) > tolerance)
			return false;
	}
	return !*skip_blanks(a) && !*skip_blanks(b);
}

bool param_same(const struct param *param, const char *a, const char *b)
{
	if (same_words(a, b))
		return true;
	if (param->type == PARAM_PORTS)
		return same_ports(a, b);
	return param_is_numeric(param) &&
	       same_numbers(a, b, param->is_rounded ? JIFFY_MAX_MS - 1 : 0);
}
