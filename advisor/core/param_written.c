#include <string.h>

#include "core/param_internal.h"
#include "core/text.h"

static bool is_in_range(const struct param *param, double number)
{
	return !(param->min.is_set && number < param->min.number) &&
	       !(param->max.is_set && number > param->max.number);
}

/* The numbers that the kernel takes from the start of text, as it shows them; false where it refuses one. */
static bool take_numbers(const struct param *param, const char *text, struct text *shown, unsigned *ret_n)
{
	struct param_bound number = {.is_set = true};
	unsigned n;

	for (n = 0; n < param->arity && text[strspn(text, " \t\n")]; n++) {
		if (!param_next_number(&text, &number.number) || !is_in_range(param, number.number))
			return false;
		text_printf(shown, "%s%s", n ? " " : "", param_bound_text(shown->arena, &number));
	}
	*ret_n = n;
	return n > 0;
}

/* A tuple of which not all numbers were written: the rest stays. */
static const char *with_rest(struct arena *arena, const char *shown, unsigned n, const char *before,
			     const char **ret_why)
{
	struct text text = text_new(arena);
	const char **words;
	size_t n_words;

	if (!before) {
		*ret_why = "it sets the first numbers alone, and the others are not known";
		return NULL;
	}
	words = param_words(arena, before, &n_words);
	text_add(&text, shown);
	for (size_t i = n; i < n_words; i++)
		text_printf(&text, " %s", words[i]);
	return text.data;
}

static const char *refused(const char *before, const char **ret_why)
{
	if (!before)
		*ret_why = "the kernel refuses the value, and what is there before is not known";
	return before;
}

static const char *written_numbers(struct arena *arena, const struct param *param, const char *before,
				   const char *text, const char **ret_why)
{
	struct text shown = text_new(arena);
	const char *why;
	unsigned n;

	if (!take_numbers(param, text, &shown, &n)) {
		if (param->arity == 1)
			return refused(before, ret_why);
		/* net.ipv4.tcp_rmem keeps the numbers before the bad one, ip_local_port_range keeps nothing. */
		*ret_why = "the kernel refuses a number of it, and may keep those before it";
		return NULL;
	}
	/* Where the numbers must not fall, some keys refuse them and some do not. */
	why = n == param->arity && param->is_ordered ? param_refuses(arena, param, shown.data) : NULL;
	if (why) {
		*ret_why = arena_printf(arena, "the kernel may refuse it: %s", why);
		return NULL;
	}
	if (n == param->arity)
		return shown.data;
	return with_rest(arena, shown.data, n, before, ret_why);
}

const char *param_written(struct arena *arena, const struct param *param, const char *before,
			  const char *text, const char **ret_why)
{
	const char *why;

	if (param->read_only)
		return refused(before, ret_why);
	if (param_is_numeric(param))
		return written_numbers(arena, param, before, text, ret_why);
	why = param->type == PARAM_PORTS ? param_refuses(arena, param, text) : NULL;
	if (!why)
		return text;
	/* The kernel takes "010" and "8080," too. */
	*ret_why = arena_printf(arena, "the kernel may refuse it: %s", why);
	return NULL;
}
