#include <stdarg.h>
#include <string.h>

#include "core/expr_lex.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

const struct expr *lex_fail(struct parser *p, const char *at, const char *format, ...)
{
	struct place place = p->place;
	va_list args;
	struct text message = text_new(p->arena);

	if (p->failed)
		return NULL;
	p->failed = true;
	if (p->column)
		place.column = p->column + (unsigned)(at - p->text);
	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	diag_error(p->diag, place, "%s", message.data);
	return NULL;
}

bool lex_is_reserved(const char *word)
{
	static const char *const words[] = {"and", "as", "in", "no", "not", "or", "where", "yes"};

	for (size_t i = 0; i < N(words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool lex_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool lex_is_name_part(char c)
{
	return is_name_start(c) || lex_is_digit(c);
}

bool expr_name_is_valid(const char *name)
{
	if (!is_name_start(*name) || lex_is_reserved(name))
		return false;
	while (lex_is_name_part(*name))
		name++;
	return !*name;
}

/* A name of a fact has dots, and no dashes: ids of rules are texts. */
static void lex_name(struct parser *p)
{
	const char *s = p->cursor;

	while (lex_is_name_part(*s) || (*s == '.' && lex_is_name_part(s[1])))
		s++;
	p->word = arena_strndup(p->arena, p->cursor, (size_t)(s - p->cursor));
	p->cursor = s;
	p->token = TOKEN_NAME;
}

static void lex_number(struct parser *p)
{
	const char *s = p->cursor;

	while (lex_is_digit(*s) || (*s == '.' && lex_is_digit(s[1])))
		s++;
	p->word = arena_strndup(p->arena, p->cursor, (size_t)(s - p->cursor));
	p->cursor = s;
	p->token = TOKEN_NUMBER;
}

static void lex_text(struct parser *p)
{
	char quote = *p->cursor++;
	const char *end = strchr(p->cursor, quote);

	if (!end) {
		p->token = TOKEN_BAD;
		lex_fail(p, p->start, "this text has no closing %c", quote);
		return;
	}
	p->word = arena_strndup(p->arena, p->cursor, (size_t)(end - p->cursor));
	p->cursor = end + 1;
	p->token = TOKEN_TEXT;
}

static void lex_symbol(struct parser *p)
{
	static const char *const symbols[] = {"<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/",
					      "%",  "(",  ")",  "[",  "]", ",", ":"};

	for (size_t i = 0; i < N(symbols); i++) {
		size_t n = strlen(symbols[i]);

		if (strncmp(p->cursor, symbols[i], n))
			continue;
		memcpy(p->symbol, symbols[i], n + 1);
		p->cursor += n;
		p->token = TOKEN_SYMBOL;
		return;
	}
	p->token = TOKEN_BAD;
	if (*p->cursor == '=')
		lex_fail(p, p->start, "'=' is written '==' in an expression");
	else
		lex_fail(p, p->start, "'%c' has no meaning here", *p->cursor);
}

void lex_advance(struct parser *p)
{
	while (*p->cursor == ' ' || *p->cursor == '\t' || *p->cursor == '\n' || *p->cursor == '\r')
		p->cursor++;
	p->start = p->cursor;
	if (!*p->cursor)
		p->token = TOKEN_END;
	else if (lex_is_digit(*p->cursor))
		lex_number(p);
	else if (is_name_start(*p->cursor))
		lex_name(p);
	else if (*p->cursor == '"' || *p->cursor == '\'')
		lex_text(p);
	else
		lex_symbol(p);
}

bool lex_is_symbol(const struct parser *p, const char *symbol)
{
	return p->token == TOKEN_SYMBOL && *p->symbol == *symbol && !strcmp(p->symbol, symbol);
}

bool lex_is_word(const struct parser *p, const char *word)
{
	return p->token == TOKEN_NAME && !strcmp(p->word, word);
}

bool lex_accept(struct parser *p, const char *symbol)
{
	if (!lex_is_symbol(p, symbol))
		return false;
	lex_advance(p);
	return true;
}

bool lex_expect(struct parser *p, const char *symbol)
{
	if (lex_accept(p, symbol))
		return true;
	lex_fail(p, p->start, "'%s' is missing here", symbol);
	return false;
}
