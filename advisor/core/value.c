#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/value.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct value value_bool(bool boolean)
{
	return (struct value){.type = VALUE_BOOL, .boolean = boolean};
}

struct value value_number(double number, enum unit unit)
{
	return (struct value){.type = VALUE_NUMBER, .unit = unit, .number = number};
}

struct value value_text(const char *text)
{
	return (struct value){.type = VALUE_TEXT, .text = text};
}

/* Reads digits into *ret, capped far above any version. False where there is none. */
static bool read_part(const char **cursor, unsigned *ret)
{
	const char *s = *cursor;
	unsigned n = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n < 1000000 ? n * 10 + (unsigned)(*s - '0') : n;
	*cursor = s;
	*ret = n;
	return true;
}

bool version_parse(const char *text, struct version *ret)
{
	struct version version = {0};

	if (!read_part(&text, &version.major))
		return false;
	if (*text == '.' && (text++, read_part(&text, &version.minor)) && *text == '.') {
		text++;
		read_part(&text, &version.patch);
	}
	*ret = version;
	return true;
}

int version_compare(struct version a, struct version b)
{
	if (a.major != b.major)
		return a.major < b.major ? -1 : 1;
	if (a.minor != b.minor)
		return a.minor < b.minor ? -1 : 1;
	if (a.patch != b.patch)
		return a.patch < b.patch ? -1 : 1;
	return 0;
}

const char *value_type_name(enum value_type type)
{
	static const char *const names[] = {
		[VALUE_BOOL] = "a yes or no",    [VALUE_NUMBER] = "a number",
		[VALUE_TEXT] = "a text",         [VALUE_TUPLE] = "a tuple",
		[VALUE_VERSION] = "a kernel version",
	};

	return names[type];
}

static const char *const unit_names[] = {
	[UNIT_NONE] = "",
	[UNIT_BYTES] = "bytes",
	[UNIT_PAGES] = "pages",
	[UNIT_SECONDS] = "seconds",
	[UNIT_MILLISECONDS] = "milliseconds",
	[UNIT_MICROSECONDS] = "microseconds",
	[UNIT_NANOSECONDS] = "nanoseconds",
	[UNIT_PER_SECOND] = "a second",
	[UNIT_PERCENT] = "percent",
	[UNIT_BITS_PER_SECOND] = "bits per second",
};

const char *unit_name(enum unit unit)
{
	return unit_names[unit];
}

const char *unit_words(enum unit unit)
{
	return unit == UNIT_NONE ? "plain numbers" : unit_names[unit];
}

bool unit_parse(const char *name, enum unit *ret)
{
	for (size_t i = 1; i < N(unit_names); i++) {
		if (!strcmp(unit_names[i], name)) {
			*ret = (enum unit)i;
			return true;
		}
	}
	return false;
}

/* At most two digits behind the point, and none that say nothing: "1.5", "0.04", "470". */
static void show_plain(struct text *text, double number)
{
	char digits[64];
	size_t n;

	if (number == floor(number) || fabs(number) >= 1e6) {
		text_printf(text, "%.0f", number);
		return;
	}
	if (fabs(number) < 0.01) {
		text_printf(text, "%.2g", number);
		return;
	}
	n = (size_t)snprintf(digits, sizeof(digits), "%.2f", number);
	while (digits[n - 1] == '0')
		digits[--n] = '\0';
	if (digits[n - 1] == '.')
		digits[--n] = '\0';
	text_add(text, digits);
}

static void show_bytes(struct text *text, double number)
{
	static const char *const names[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	size_t i = 0;

	while (fabs(number) >= 1024 && i + 1 < N(names)) {
		number /= 1024;
		i++;
	}
	show_plain(text, i && fabs(number) >= 10 ? round(number) : number);
	text_printf(text, " %s", names[i]);
}

/* Networks count in thousands. */
static void show_bits(struct text *text, double number)
{
	static const char *const names[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
	size_t i = 0;

	while (fabs(number) >= 1000 && i + 1 < N(names)) {
		number /= 1000;
		i++;
	}
	show_plain(text, i && fabs(number) >= 10 ? round(number) : number);
	text_printf(text, " %s", names[i]);
}

static void show_seconds(struct text *text, double seconds)
{
	static const struct {
		double seconds;
		const char *name;
	} steps[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};

	for (size_t i = 0; i < N(steps); i++) {
		double whole = floor(seconds / steps[i].seconds);
		double below = i + 1 < N(steps) ? steps[i + 1].seconds : 1;
		double rest;

		if (seconds < 2 * steps[i].seconds)
			continue;
		rest = floor((seconds - whole * steps[i].seconds) / below);
		text_printf(text, "%.0f %s", whole, steps[i].name);
		if (rest > 0)
			text_printf(text, " %.0f %s", rest, i + 1 < N(steps) ? steps[i + 1].name : "s");
		return;
	}
	show_plain(text, fabs(seconds) >= 10 ? round(seconds) : seconds);
	text_add(text, " s");
}

static void show_number(struct text *text, double number, enum unit unit)
{
	switch (unit) {
	case UNIT_BYTES:
		show_bytes(text, number);
		return;
	case UNIT_SECONDS:
		show_seconds(text, number);
		return;
	case UNIT_PER_SECOND:
		show_plain(text, number);
		text_add(text, "/s");
		return;
	case UNIT_PERCENT:
		show_plain(text, number);
		text_add(text, "%");
		return;
	case UNIT_MILLISECONDS:
		show_plain(text, number);
		text_add(text, " ms");
		return;
	case UNIT_MICROSECONDS:
		show_plain(text, number);
		text_add(text, " us");
		return;
	case UNIT_NANOSECONDS:
		show_plain(text, number);
		text_add(text, " ns");
		return;
	case UNIT_PAGES:
		show_plain(text, number);
		text_add(text, number == 1 ? " page" : " pages");
		return;
	case UNIT_BITS_PER_SECOND:
		show_bits(text, number);
		return;
	case UNIT_NONE:
		break;
	}
	show_plain(text, number);
}

static char *format_value(struct arena *arena, const struct value *value, bool is_raw)
{
	struct text text = text_new(arena);

	switch (value->type) {
	case VALUE_BOOL:
		text_add(&text, value->boolean ? "yes" : "no");
		break;
	case VALUE_NUMBER:
		if (is_raw)
			text_printf(&text, "%.15g", value->number);
		else
			show_number(&text, value->number, value->unit);
		break;
	case VALUE_TEXT:
		text_add(&text, value->text);
		break;
	case VALUE_TUPLE:
		for (unsigned i = 0; i < value->tuple.n; i++)
			text_printf(&text, "%s%.15g", i ? " " : "", value->tuple.element[i]);
		break;
	case VALUE_VERSION:
		text_printf(&text, "%u.%u", value->version.major, value->version.minor);
		if (value->version.patch)
			text_printf(&text, ".%u", value->version.patch);
		break;
	}
	return text.data;
}

char *value_show(struct arena *arena, struct value value)
{
	return format_value(arena, &value, false);
}

char *value_raw(struct arena *arena, struct value value)
{
	return format_value(arena, &value, true);
}

/* Never "-0", which the kernel takes and does not show. */
static double whole(double number)
{
	return trunc(number) + 0.0;
}

char *value_whole(struct arena *arena, struct value value)
{
	struct text text = text_new(arena);

	if (value.type == VALUE_NUMBER)
		return arena_printf(arena, "%.0f", whole(value.number));
	if (value.type != VALUE_TUPLE)
		return value_raw(arena, value);
	for (unsigned i = 0; i < value.tuple.n; i++)
		text_printf(&text, "%s%.0f", i ? " " : "", whole(value.tuple.element[i]));
	return text.data;
}
