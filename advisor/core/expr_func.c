#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/expr_internal.h"
#include "core/param.h"
#include "core/ports.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct fact number(const struct expr *call, double value)
{
	return fact_known(value_number(value, call->unit));
}

static struct fact eval_min(const struct expr *call, struct eval *eval, const struct fact *args)
{
	double least = args[0].value.number;

	(void)eval;
	for (size_t i = 1; i < call->n_args; i++)
		least = fmin(least, args[i].value.number);
	return number(call, least);
}

static struct fact eval_max(const struct expr *call, struct eval *eval, const struct fact *args)
{
	double most = args[0].value.number;

	(void)eval;
	for (size_t i = 1; i < call->n_args; i++)
		most = fmax(most, args[i].value.number);
	return number(call, most);
}

static struct fact eval_clamp(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)eval;
	return number(call, fmin(fmax(args[0].value.number, args[1].value.number), args[2].value.number));
}

static struct fact eval_abs(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)eval;
	return number(call, fabs(args[0].value.number));
}

static struct fact eval_round(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)eval;
	return number(call, round(args[0].value.number));
}

static struct fact eval_floor(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)eval;
	return number(call, floor(args[0].value.number));
}

static struct fact eval_ceil(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)eval;
	return number(call, ceil(args[0].value.number));
}

static struct fact eval_roundup_pow2(const struct expr *call, struct eval *eval, const struct fact *args)
{
	double power = 1;

	(void)eval;
	if (!(args[0].value.number < 0x1p60))
		return fact_missing(FACT_UNREADABLE, "too large for a power of two");
	while (power < args[0].value.number)
		power *= 2;
	return number(call, power);
}

static struct fact eval_percent(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)eval;
	if (!(args[1].value.number < 0 || args[1].value.number > 0))
		return fact_missing(FACT_UNREADABLE, "division by zero");
	return number(call, 100 * args[0].value.number / args[1].value.number);
}

static struct fact eval_if(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	(void)eval;
	if (args[0].state != FACT_KNOWN)
		return args[0];
	return args[0].value.boolean ? args[1] : args[2];
}

static struct fact eval_known(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	(void)eval;
	return fact_known(value_bool(args[0].state == FACT_KNOWN));
}

static struct fact eval_exists(const struct expr *call, struct eval *eval, const struct fact *args)
{
	struct fact fact = facts_get(eval->facts, call->args[0]->fact);

	/* A key that may not be read is there all the same; one that nobody looked for may be or not. */
	if (fact.state == FACT_UNREADABLE && fact.why && !strcmp(fact.why, "not observed"))
		return args[0];
	return fact_known(value_bool(fact.state != FACT_ABSENT));
}

static struct fact eval_default(const struct expr *call, struct eval *eval, const struct fact *args)
{
	const char *key = call->args[0]->fact;
	const struct param *param = params_find(eval->catalog->params, key);
	struct fact kernel = facts_get(eval->facts, "kernel.version");
	const char *text = NULL;
	struct value value;

	(void)args;
	if (kernel.state != FACT_KNOWN)
		return kernel;
	if (param)
		text = param_default(param, kernel.value.version);
	if (!text || !param_parse(eval->arena, param, text, &value) || value.type != VALUE_NUMBER)
		return fact_missing(FACT_UNREADABLE,
				    arena_printf(eval->arena, "the default of %s is not a fixed number", key));
	return fact_known(value);
}

static struct fact eval_raw(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	return fact_known(value_text(value_raw(eval->arena, args[0].value)));
}

static struct fact eval_show(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	return fact_known(value_text(value_show(eval->arena, args[0].value)));
}

static struct fact eval_number(const struct expr *call, struct eval *eval, const struct fact *args)
{
	char *end;
	double value = strtod(args[0].value.text, &end);

	if (end == args[0].value.text || *end || !isfinite(value))
		return fact_missing(FACT_UNREADABLE,
				    arena_printf(eval->arena, "'%s' is no number", args[0].value.text));
	return number(call, value);
}

static struct fact eval_matches(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	(void)eval;
	return fact_known(value_bool(text_matches(args[1].value.text, args[0].value.text)));
}

static struct fact eval_word(const struct expr *call, struct eval *eval, const struct fact *args)
{
	static const char blanks[] = " \t";
	const char *word = args[0].value.text + strspn(args[0].value.text, blanks);
	double wanted = args[1].value.number;

	(void)call;
	for (size_t i = 1; (double)i < wanted && *word; i++) {
		word += strcspn(word, blanks);
		word += strspn(word, blanks);
	}
	if (!*word || wanted < 1)
		return fact_missing(FACT_UNREADABLE, arena_printf(eval->arena, "'%s' has not so many words",
								  args[0].value.text));
	return fact_known(value_text(arena_strndup(eval->arena, word, strcspn(word, blanks))));
}

static struct fact eval_in_ports(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	(void)eval;
	return fact_known(value_bool(ports_have(args[1].value.text, args[0].value.number)));
}

static struct fact eval_ports_merge(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	return fact_known(value_text(ports_merge(eval->arena, args[0].value.text, args[1].value.text)));
}

static struct fact eval_fires(const struct expr *call, struct eval *eval, const struct fact *args)
{
	(void)call;
	if (!eval->rule_fires)
		return fact_missing(FACT_UNREADABLE, "no rules are judged here");
	return eval->rule_fires(eval->context, args[0].value.text);
}

static const struct func funcs[] = {
	{"abs", "n:n=", UNIT_NONE, eval_abs, false, 0},
	{"ceil", "n:n=", UNIT_NONE, eval_ceil, false, 0},
	{"clamp", "nnn:n=", UNIT_NONE, eval_clamp, false, 0},
	{"default", "f:n=", UNIT_NONE, eval_default, true, EXPR_TEXT_STEPS},
	{"exists", "f:b", UNIT_NONE, eval_exists, true, 0},
	{"fires", "t:b", UNIT_NONE, eval_fires, false, 0},
	{"floor", "n:n=", UNIT_NONE, eval_floor, false, 0},
	{"if", "baa:a=", UNIT_NONE, eval_if, true, 0},
	{"in_ports", "nt:b", UNIT_NONE, eval_in_ports, false, 0},
	{"known", "a:b", UNIT_NONE, eval_known, true, 0},
	{"matches", "tt:b", UNIT_NONE, eval_matches, false, 0},
	{"max", "n+:n=", UNIT_NONE, eval_max, false, 0},
	{"min", "n+:n=", UNIT_NONE, eval_min, false, 0},
	{"number", "t:n", UNIT_NONE, eval_number, false, 0},
	{"percent", "nn:n~", UNIT_PERCENT, eval_percent, false, 0},
	{"ports_merge", "tt:t", UNIT_NONE, eval_ports_merge, false, 100 * EXPR_TEXT_STEPS},
	{"raw", "a:t", UNIT_NONE, eval_raw, false, EXPR_TEXT_STEPS},
	{"round", "n:n=", UNIT_NONE, eval_round, false, 0},
	{"roundup_pow2", "n:n=", UNIT_NONE, eval_roundup_pow2, false, 0},
	{"show", "a:t", UNIT_NONE, eval_show, false, EXPR_TEXT_STEPS},
	{"word", "tn:t", UNIT_NONE, eval_word, false, EXPR_TEXT_STEPS},
};

const struct func *func_find(const char *name)
{
	for (size_t i = 0; i < N(funcs); i++)
		if (!strcmp(funcs[i].name, name))
			return &funcs[i];
	return NULL;
}

const char *const *func_names(size_t *ret_n)
{
	static const char *const names[] = {
		"abs", "all",  "any",   "ceil",	 "clamp",   "count", "default", "exists",
		"fires", "floor", "if", "in_ports", "join", "known", "least", "matches",
		"max", "min", "most", "number", "percent", "ports_merge", "raw", "round",
		"roundup_pow2", "show", "sum", "word",
	};

	*ret_n = N(names);
	return names;
}
