/* What a setting of a profile wants of one host: profile_wish(), profile_satisfied(). */
#include <math.h>
#include <string.h>

#include "core/param.h"
#include "core/ports.h"
#include "core/profile.h"
#include "core/text.h"

/* The operand of a setting on this host. */
struct operand {
	const char *why_not;	       /* not known: why; or NULL */
	const char *texts[ONE_OF_MAX]; /* of every element or choice; NULL: kept */
	double numbers[ONE_OF_MAX];    /* where it is a number */
};

static bool is_text(const struct profile_setting *setting)
{
	return param_value_type(setting->param) == VALUE_TEXT;
}

static struct operand eval_operand(const struct profile_setting *setting, struct eval *eval)
{
	struct operand operand = {0};

	for (size_t i = 0; i < setting->n; i++) {
		struct fact fact;

		if (!setting->texts[i] && !setting->numbers[i])
			continue;
		fact = setting->texts[i] ? template_eval(setting->texts[i], eval)
					 : expr_eval(setting->numbers[i], eval);
		if (fact.state != FACT_KNOWN) {
			operand.why_not = fact.why ? fact.why : "a fact is not there";
			return operand;
		}
		operand.texts[i] = value_whole(eval->arena, fact.value);
		if (fact.value.type == VALUE_NUMBER)
			operand.numbers[i] = trunc(fact.value.number);
	}
	return operand;
}

static bool element_satisfies(enum profile_asks asks, double have, double want)
{
	if (asks == ASKS_AT_LEAST)
		return have >= want;
	if (asks == ASKS_AT_MOST)
		return have <= want;
	return !(have < want || have > want);
}

static bool satisfies_choice(const struct profile_setting *setting, const struct operand *operand,
			     const char *text)
{
	for (size_t i = 0; i < setting->n; i++)
		if (param_same(setting->param, operand->texts[i], text))
			return true;
	return false;
}

/* At least these ports: with those that are there. */
static const char *merge_ports(const struct operand *operand, struct arena *arena, const char *current)
{
	return ports_merge(arena, current ? current : "", operand->texts[0]);
}

static bool satisfies(const struct profile_setting *setting, const struct operand *operand,
		      struct arena *arena, const char *text)
{
	struct value value;

	if (operand->why_not || !text)
		return false;
	/* The same as the kernel sees it: it may have rounded what was written. */
	if (setting->param->type != PARAM_TUPLE && satisfies_choice(setting, operand, text))
		return true;
	if (setting->param->type == PARAM_PORTS && setting->asks == ASKS_AT_LEAST)
		return param_same(setting->param, merge_ports(operand, arena, text), text);
	if (is_text(setting) || setting->asks == ASKS_ONE_OF ||
	    !param_parse(arena, setting->param, text, &value))
		return false;
	if (value.type == VALUE_NUMBER)
		return setting->asks != ASKS_VALUE &&
		       element_satisfies(setting->asks, value.number, operand->numbers[0]);
	for (unsigned i = 0; i < setting->n; i++) {
		if (!operand->texts[i])
			continue;
		if (i >= value.tuple.n ||
		    !element_satisfies(setting->asks, value.tuple.element[i], operand->numbers[i]))
			return false;
	}
	return true;
}

bool profile_satisfied(const struct profile_setting *setting, struct eval *eval, const char *text)
{
	struct operand operand = eval_operand(setting, eval);

	return satisfies(setting, &operand, eval->arena, text);
}

const char *profile_choice(const struct profile_setting *setting, struct eval *eval, size_t index)
{
	return setting->asks == ASKS_ONE_OF && index < setting->n ? eval_operand(setting, eval).texts[index]
								   : NULL;
}

static const char *asks_in_words(const struct profile_setting *setting, const struct operand *operand,
				 struct arena *arena)
{
	static const char *const words[] = {
		[ASKS_VALUE] = "", [ASKS_AT_LEAST] = "at least ",
		[ASKS_AT_MOST] = "at most ", [ASKS_ONE_OF] = "one of ",
	};
	struct text text = text_new(arena);

	text_add(&text, words[setting->asks]);
	for (size_t i = 0; i < setting->n; i++)
		text_printf(&text, "%s%s", !i ? "" : setting->asks == ASKS_ONE_OF ? ", " : " ",
			    operand->texts[i] ? operand->texts[i] : "(kept)");
	return text.data;
}

/* Element by element: what is there where that will do, what is asked elsewhere. NULL when current has no such element. */
static const char *merge_tuple(const struct profile_setting *setting, const struct operand *operand,
			       struct arena *arena, const char *current)
{
	struct text text = text_new(arena);
	struct value value = {.type = VALUE_TUPLE};

	if (current && (!param_parse(arena, setting->param, current, &value) || value.type != VALUE_TUPLE))
		return NULL;
	for (unsigned i = 0; i < setting->n; i++) {
		bool have = i < value.tuple.n;
		bool keep = !operand->texts[i] ||
			    (have && element_satisfies(setting->asks, value.tuple.element[i],
						       operand->numbers[i]));

		if (keep && !have)
			return NULL;
		if (keep)
			text_printf(&text, "%s%.0f", i ? " " : "", value.tuple.element[i]);
		else
			text_printf(&text, "%s%s", i ? " " : "", operand->texts[i]);
	}
	return text.data;
}

struct wish profile_wish(const struct profile_setting *setting, struct eval *eval, const char *current)
{
	struct operand operand = eval_operand(setting, eval);
	struct wish wish = {.applies = true, .why_not = operand.why_not};

	if (setting->when) {
		struct fact fact = expr_eval(setting->when, eval);

		wish.applies = fact.state == FACT_KNOWN && fact.value.boolean;
		if (fact.state != FACT_KNOWN)
			wish.why_not = fact.why ? fact.why : "a fact is not there";
	}
	wish.asks = operand.why_not ? "?" : asks_in_words(setting, &operand, eval->arena);
	if (wish.why_not)
		return wish;
	wish.satisfied = satisfies(setting, &operand, eval->arena, current);
	if (setting->param->type == PARAM_TUPLE)
		wish.value = merge_tuple(setting, &operand, eval->arena, current);
	else if (wish.satisfied && setting->asks != ASKS_VALUE)
		wish.value = current;
	else if (setting->param->type == PARAM_PORTS && setting->asks == ASKS_AT_LEAST)
		wish.value = merge_ports(&operand, eval->arena, current);
	else
		wish.value = operand.texts[0];
	if (!wish.value)
		wish.why_not = "the elements to keep are not known";
	return wish;
}
