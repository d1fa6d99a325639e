#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

struct text text_new(struct arena *arena)
{
	struct text text = {.arena = arena, .capacity = 64};

	text.data = arena_alloc(arena, text.capacity);
	return text;
}

static void reserve(struct text *text, size_t more)
{
	char *larger;
	size_t capacity = text->capacity;

	if (text->capacity - text->length > more)
		return;
	while (capacity - text->length <= more)
		capacity *= 2;
	larger = arena_alloc(text->arena, capacity);
	memcpy(larger, text->data, text->length + 1);
	text->data = larger;
	text->capacity = capacity;
}

void text_add_n(struct text *text, const char *string, size_t n)
{
	reserve(text, n);
	memcpy(text->data + text->length, string, n);
	text->length += n;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_n(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n > 0) {
		reserve(text, (size_t)n);
		vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
		text->length += (size_t)n;
	}
	va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(text, format, args);
	va_end(args);
}

/*
 * Controls as dangerous to a terminal as those of ASCII: C1, which it obeys,
 * separators of lines, and marks that make it show text in another order than it stands.
 */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
	       code == 0x200f || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/*
 * The length of the UTF-8 character at s, with its code, or 0 where there is none (RFC 3629: no surrogates,
 * nothing overlong). A NUL ends what can be looked at.
 */
static size_t utf8_decode(const unsigned char *s, uint32_t *ret_code)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t first;
	} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t i = 0; i < 4; i++) {
		uint32_t code;

		if ((s[0] & forms[i].mask) != forms[i].lead)
			continue;
		code = s[0] & (unsigned char)~forms[i].mask;
		for (size_t k = 1; k <= i; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (s[k] & 0x3f);
		}
		if (code < forms[i].first || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return 0;
		*ret_code = code;
		return i + 1;
	}
	return 0;
}

bool text_has_control(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	while (*s) {
		uint32_t code;
		size_t n = utf8_decode(s, &code);

		if (n && is_control(code) && code != '\n' && code != '\t')
			return true;
		s += n ? n : 1;
	}
	return false;
}

char *text_printable(struct arena *arena, const char *string)
{
	struct text text = text_new(arena);
	const unsigned char *s = (const unsigned char *)string;

	while (*s) {
		uint32_t code;
		size_t n = utf8_decode(s, &code);

		if (n && is_control(code))
			n = 0;
		if (n)
			text_add_n(&text, (const char *)s, n);
		else
			text_printf(&text, "\\x%02x", *s);
		s += n ? n : 1;
	}
	return text.data;
}

bool text_matches(const char *glob, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*glob == '*') {
			star = glob++;
			retry = text;
		} else if (*glob == '?' || *glob == *text) {
			glob++;
			text++;
		} else if (star) {
			glob = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	return glob[strspn(glob, "*")] == '\0';
}
