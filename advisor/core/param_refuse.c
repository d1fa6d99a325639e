#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/param_internal.h"
#include "core/text.h"

/*
 * The kernel reads numbers as C does: a leading 0 makes them octal. Nobody
 * who writes 010 into a sysctl.d file means 8.
 */
static const char *refuse_notation(struct arena *arena, const char *word)
{
	const char *digits = word + (*word == '-');
	bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	char *end;
	unsigned long long number;

	if (digits[0] != '0' || !digits[1])
		return NULL;
	number = strtoull(digits, &end, 0);
	if (*end || !isxdigit((unsigned char)digits[is_hex ? 2 : 1]))
		return arena_printf(arena, "'%s' is not an integer", word);
	return arena_printf(arena, "'%s' is %s to the kernel: it would be %s%llu", word,
			    is_hex ? "hexadecimal" : "octal", word == digits ? "" : "-", number);
}

static const char *describe_junk(const char *word)
{
	const char *digits = word + (*word == '-');
	const char *rest = digits + strspn(digits, "0123456789");

	if (rest == digits)
		return "";
	if (*rest == '.')
		return ": the kernel takes no fractions";
	if (isalpha((unsigned char)*rest))
		return ": the kernel takes plain numbers, without a unit";
	return "";
}

/* *ret: the number, where NULL is returned. */
static const char *refuse_word(struct arena *arena, const struct param *param, const char *word,
			       double *ret)
{
	const char *digits = word + (*word == '-');
	const char *why = refuse_notation(arena, word);
	char *end;

	if (why)
		return why;
	if (!isdigit((unsigned char)*digits) || digits[strspn(digits, "0123456789")])
		return arena_printf(arena, "'%s' is not an integer%s", word, describe_junk(word));
	errno = 0;
	*ret = (double)strtoull(digits, &end, 10);
	if (errno)
		return arena_printf(arena, "%s is too large for any kernel", word);
	if (*word == '-')
		*ret = -*ret;
	if (param->min.is_set && *ret < param->min.number)
		return arena_printf(arena, "%s is below %s, the lowest that the kernel takes", word,
				    param_bound_text(arena, &param->min));
	if (param->max.is_set && *ret > param->max.number)
		return arena_printf(arena, "%s is above %s, the highest that the kernel takes", word,
				    param_bound_text(arena, &param->max));
	return NULL;
}

static const char *refuse_count(struct arena *arena, const struct param *param,
				const char *const *words, size_t n)
{
	if (!n)
		return "it is empty";
	if (n < param->arity)
		return arena_printf(arena, "%u numbers are needed, not %zu: the kernel would keep the rest as it is",
				    param->arity, n);
	if (n == param->arity)
		return NULL;
	if (strchr("#;", words[param->arity][0]))
		return arena_printf(arena, "a comment behind a value is no comment: '%s' would be written too",
				    words[param->arity]);
	return arena_printf(arena, "%s: the kernel would take '%s' and ignore the rest",
			    param->arity == 1 ? "one number is needed" : "too many numbers",
			    words[param->arity - 1]);
}

static const char *refuse_meaning(struct arena *arena, const struct param *param, const char *word)
{
	struct text text = text_new(arena);
	size_t length = strlen(word);

	if (param->type == PARAM_BOOLEAN && strcmp(word, "0") && strcmp(word, "1"))
		return arena_printf(arena, "%s is neither 0 (off) nor 1 (on)", word);
	if (param->type != PARAM_ENUM)
		return NULL;
	for (size_t i = 0; i < param->n_values; i++) {
		if (!strncmp(param->values[i], word, length) && param->values[i][length] == ' ')
			return NULL;
		text_printf(&text, "%s%s", i ? ", " : "", param->values[i]);
	}
	return arena_printf(arena, "%s has no meaning here; the values are %s", word, text.data);
}

static const char *refuse_order(struct arena *arena, const double *numbers, size_t n,
				const char *const *words)
{
	for (size_t i = 1; i < n; i++)
		if (numbers[i] < numbers[i - 1])
			return arena_printf(arena, "%s is below %s: the numbers must not fall", words[i],
					    words[i - 1]);
	return NULL;
}

static const char *refuse_numbers(struct arena *arena, const struct param *param, const char *text)
{
	double numbers[TUPLE_MAX] = {0};
	size_t n;
	const char **words = param_words(arena, text, &n);
	const char *why = NULL;

	for (size_t i = 0; !why && i < n && i < param->arity; i++)
		why = refuse_word(arena, param, words[i], &numbers[i]);
	if (!why)
		why = refuse_count(arena, param, words, n);
	for (size_t i = 0; !why && i < n; i++)
		why = refuse_meaning(arena, param, words[i]);
	if (!why && param->is_ordered)
		why = refuse_order(arena, numbers, n, words);
	return why;
}

/* One port or range at *text, which is moved behind it. */
static const char *refuse_port(struct arena *arena, const char **text)
{
	const char *start = *text;
	int length = (int)strcspn(start, ",");
	char *end;
	unsigned long low, high;

	*text += length;
	if (start[0] == '0' && isdigit((unsigned char)start[1]))
		return arena_printf(arena, "'%.*s' is octal to the kernel", length, start);
	if (!isdigit((unsigned char)*start))
		return arena_printf(arena, "'%.*s' is no port and no range of ports", length, start);
	low = high = strtoul(start, &end, 10);
	if (*end == '-' && isdigit((unsigned char)end[1]))
		high = strtoul(end + 1, &end, 10);
	if (end != *text)
		return arena_printf(arena, "'%.*s' is no port and no range of ports", length, start);
	if (low > 65535 || high > 65535)
		return arena_printf(arena, "'%.*s' is above 65535, the highest port", length, start);
	if (low > high)
		return arena_printf(arena, "'%.*s' begins above its end", length, start);
	return NULL;
}

/* "" is a list too: it takes all back. */
static const char *refuse_ports(struct arena *arena, const char *text)
{
	const char *why = NULL;

	while (!why && *text) {
		why = refuse_port(arena, &text);
		if (!why && *text == ',' && !*++text)
			why = "a port is missing behind the last comma";
	}
	return why;
}

const char *param_refuses(struct arena *arena, const struct param *param, const char *text)
{
	for (const char *s = text; *s; s++) {
		if (iscntrl((unsigned char)*s) && *s != '\t')
			return "it holds a control character";
		if ((unsigned char)*s > '~')
			return "it holds a character that is not ASCII";
	}
	if (param->read_only)
		return "the kernel lets nobody write it";
	if (param->type == PARAM_PORTS)
		return refuse_ports(arena, text);
	if (param->type != PARAM_TEXT)
		return refuse_numbers(arena, param, text);
	if (!*text)
		return "it is empty";
	if (strpbrk(text, "#;\t"))
		return "a comment behind a value is no comment: it would be written too";
	return NULL;
}
