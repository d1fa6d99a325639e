/* tests/rules.test, case by case, and what must hold of every rule. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/judge.h"
#include "core/text.h"
#include "rulecase.h"

#define CASES "tests/rules.test"

static struct shelf *shelf;
static struct rule_cases cases;

/* One case that is being looked at. */
struct trial {
	struct arena *arena;
	const struct rule_case *one;
	struct findings *findings;
	struct text errors;
};

static struct trial begin(const struct rule_case *one)
{
	struct trial trial = {.arena = arena_new(), .one = one};

	trial.errors = text_new(trial.arena);
	return trial;
}

static void judge_case(struct trial *trial)
{
	struct facts *facts = case_facts(shelf, trial->arena, trial->one, &trial->errors);

	trial->findings = judge(trial->arena, shelf->rules, &shelf->catalog, facts);
}

static void end(struct trial *trial)
{
	char *errors = strndup(trial->errors.data, 3000); /* libcheck takes no long message */
	bool has_failed = *errors;

	arena_free(trial->arena);
	if (!has_failed)
		free(errors);
	ck_assert_msg(!has_failed, "%s", errors);
}

static const struct unjudged *find_unjudged(const struct unjudged *items, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(items[i].id, id))
			return &items[i];
	return NULL;
}

/* "fires high 1", "unknown: why", ... of one rule. */
static const char *verdict_of(const struct trial *trial, const char *id)
{
	const struct findings *findings = trial->findings;
	const struct finding *worst = NULL;
	const struct unjudged *unjudged;
	unsigned n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		if (strcmp(findings->items[i].id, id))
			continue;
		worst = worst ? worst : &findings->items[i];
		n++;
	}
	if (worst)
		return arena_printf(trial->arena, "fires %s %u", severity_name(worst->severity), n);
	unjudged = find_unjudged(findings->unknown, findings->n_unknown, id);
	if (unjudged)
		return arena_printf(trial->arena, "unknown: %s", unjudged->why);
	unjudged = find_unjudged(findings->not_applicable, findings->n_not_applicable, id);
	if (unjudged)
		return arena_printf(trial->arena, "not applicable: %s", unjudged->why);
	return "quiet";
}

/* Everything that the findings of a rule say, a line each: "set KEY = VALUE", "subject ...". */
static const char *said_by(const struct trial *trial, const char *id)
{
	struct text text = text_new(trial->arena);

	for (size_t i = 0; i < trial->findings->n; i++) {
		const struct finding *finding = &trial->findings->items[i];

		if (strcmp(finding->id, id))
			continue;
		text_printf(&text, "subject %s\nsummary %s\n", finding->subject, finding->summary);
		for (size_t k = 0; k < finding->n_evidence; k++)
			text_printf(&text, "evidence %s\n", finding->evidence[k]);
		for (size_t k = 0; k < finding->n_facts; k++)
			text_printf(&text, "fact %s = %s\n", finding->facts[k].name,
				    value_raw(trial->arena, finding->facts[k].value));
		for (size_t k = 0; k < finding->n_remedies; k++) {
			const struct remedy *remedy = &finding->remedies[k];

			text_printf(&text, "%s %s\n", remedy_kind_name(remedy->kind), remedy->text);
			if (remedy->key)
				text_printf(&text, "set %s = %s\n", remedy->key, remedy->to);
		}
	}
	return text.data;
}

static unsigned count_lines(const char *text, const char *with)
{
	unsigned n = 0;

	for (; text && *text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		n += !strncmp(text, with, strlen(with));
	return n;
}

/* Does a line that begins with the expectation's first word have the rest of it in it? */
static bool is_said(struct arena *arena, const char *said, const char *expected)
{
	size_t word = strcspn(expected, " ");
	const char *rest = expected[word] ? expected + word + 1 : "";
	bool is_whole = !strncmp(expected, "set ", 4) || !strncmp(expected, "fact ", 5) ||
			!strncmp(expected, "subject", 7);

	while (*said) {
		size_t n = strcspn(said, "\n");
		char *line = arena_strndup(arena, said, n);

		if (!strncmp(line, expected, word) && line[word] == ' ' &&
		    (is_whole ? !strcmp(line + word + 1, rest) : strstr(line + word, rest) != NULL))
			return true;
		said += n + (said[n] == '\n');
	}
	return false;
}

static void expect(struct trial *trial, const struct case_line *line, bool holds, const char *got)
{
	if (!holds)
		text_printf(&trial->errors, CASES ":%u: %s: expected: %s\ngot:\n%s\n", line->line,
			    trial->one->name, line->text, got);
}

/* The verdict must be as written; "why" and the number of findings only where they are written. */
static bool is_verdict(const char *got, const char *expected)
{
	size_t n = strlen(expected);

	return !strncmp(got, expected, n) && (!got[n] || got[n] == ' ' || got[n] == ':');
}

static void check_expectations(struct trial *trial)
{
	const struct rule_case *one = trial->one;
	const char *verdict = verdict_of(trial, one->id);
	const char *said = said_by(trial, one->id);
	unsigned sets = 0;

	if (!one->n_expects) {
		text_printf(&trial->errors, CASES ":%u: nothing is expected\n", one->line);
		return;
	}
	expect(trial, &one->expects[0], is_verdict(verdict, one->expects[0].text), verdict);
	for (size_t i = 1; i < one->n_expects; i++) {
		const char *text = one->expects[i].text + 3;
		bool is_denied = !strncmp(text, "no ", 3);

		sets += !strncmp(text, "set ", 4);
		expect(trial, &one->expects[i],
		       is_said(trial->arena, said, is_denied ? text + 3 : text) != is_denied, said);
	}
	if (count_lines(said, "set ") > sets)
		expect(trial, &one->expects[0], false,
		       arena_printf(trial->arena, "a key is set that no line expects\n%s", said));
}

/* Of each key one value is asked for, whatever the rule. */
static void check_agreement(struct trial *trial, const char *key, const char *to)
{
	const struct param *param = params_find(shelf->params, key);

	for (size_t i = 0; i < trial->findings->n; i++) {
		const struct finding *finding = &trial->findings->items[i];

		for (size_t k = 0; k < finding->n_remedies; k++)
			if (finding->remedies[k].key && !strcmp(finding->remedies[k].key, key) &&
			    !param_same(param, finding->remedies[k].to, to))
				text_printf(&trial->errors, CASES ":%u: %s wants %s = %s, another %s\n",
					    trial->one->line, finding->id, key, finding->remedies[k].to, to);
	}
}

static void check_value(struct trial *trial, const char *key, const char *to)
{
	const char *why = param_refuses(trial->arena, params_find(shelf->params, key), to);

	if (why)
		text_printf(&trial->errors, CASES ":%u: %s = %s would be refused: %s\n", trial->one->line, key,
			    to, why);
	check_agreement(trial, key, to);
}

/* Once everything that is proposed is done, nothing more is. */
static void check_fixpoint(struct trial *trial)
{
	struct facts *facts = case_facts(shelf, trial->arena, trial->one, &trial->errors);
	const struct findings *before = trial->findings, *after;

	for (size_t i = 0; i < before->n; i++) {
		for (size_t k = 0; k < before->items[i].n_remedies; k++) {
			const struct remedy *remedy = &before->items[i].remedies[k];

			if (!remedy->key)
				continue;
			check_value(trial, remedy->key, remedy->to);
			case_set(shelf, facts, remedy->key, remedy->to);
		}
	}
	after = judge(trial->arena, shelf->rules, &shelf->catalog, facts);
	for (size_t i = 0; i < after->n; i++)
		for (size_t k = 0; k < after->items[i].n_remedies; k++)
			if (after->items[i].remedies[k].key)
				text_printf(&trial->errors, CASES ":%u: %s: after the change still %s = %s\n",
					    trial->one->line, after->items[i].id,
					    after->items[i].remedies[k].key, after->items[i].remedies[k].to);
}

/* A text that looks as if something had gone wrong in it. */
static void check_texts(struct trial *trial)
{
	const char *said = said_by(trial, trial->one->id);

	if (strstr(said, "(unknown"))
		text_printf(&trial->errors, CASES ":%u: a text has an unknown part:\n%s", trial->one->line, said);
	if (strstr(said, "  ") || strstr(said, " ,") || strstr(said, " . ") || strstr(said, " .\n"))
		text_printf(&trial->errors, CASES ":%u: a text has odd blanks:\n%s", trial->one->line, said);
}

static void check_bad_rule(const struct rule_case *one)
{
	struct trial trial = begin(one);
	struct text expected = text_new(trial.arena);
	const char *got;

	for (size_t i = 0; i < one->n_expects; i++)
		text_printf(&expected, "%s\n", one->expects[i].text);
	shelf_compile(shelf, "x.yaml", one->yaml ? one->yaml : "");
	got = shelf_messages(shelf);
	if (strcmp(got, expected.data))
		text_printf(&trial.errors, CASES ":%u: expected:\n%sgot:\n%s", one->line, expected.data, got);
	end(&trial);
}

START_TEST(a_case)
{
	const struct rule_case *one = &cases.items[_i];
	struct trial trial;

	if (!one->id) {
		struct rules *rules = shelf->rules;

		check_bad_rule(one);
		shelf->rules = rules;
		return;
	}
	trial = begin(one);
	if (!rules_find(shelf->rules, one->id))
		text_printf(&trial.errors, CASES ":%u: there is no rule %s\n", one->line, one->id);
	judge_case(&trial);
	check_expectations(&trial);
	check_texts(&trial);
	check_fixpoint(&trial);
	end(&trial);
}
END_TEST

START_TEST(knowledge_compiles)
{
	ck_assert_str_eq(shelf_messages(shelf), "");
	ck_assert_str_eq(cases.errors, "");
	ck_assert_uint_gt(rules_count(shelf->rules), 0);
	ck_assert_uint_gt(cases.n, rules_count(shelf->rules));
}
END_TEST

/* A firing, a quiet and an unknown case for every rule. */
START_TEST(every_rule_has_cases)
{
	static const char *const kinds[] = {"fires", "quiet", "unknown"};
	struct trial trial = begin(NULL);

	for (size_t i = 0; i < rules_count(shelf->rules); i++) {
		const char *id = rules_at(shelf->rules, i)->id;

		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			unsigned n = 0;

			for (size_t c = 0; c < cases.n; c++)
				n += cases.items[c].id && !strcmp(cases.items[c].id, id) &&
				     cases.items[c].n_expects &&
				     !strncmp(cases.items[c].expects[0].text, kinds[k], strlen(kinds[k]));
			if (!n)
				text_printf(&trial.errors, "%s has no case in which it is/%s\n", id, kinds[k]);
		}
	}
	end(&trial);
}
END_TEST

/* What a rule makes of its cases, without the numbers: a threshold may be one of them. */
static char *outline(const char *id)
{
	struct text text = text_new(shelf->arena);

	for (size_t c = 0; c < cases.n; c++) {
		struct trial trial;

		if (!cases.items[c].id || strcmp(cases.items[c].id, id))
			continue;
		trial = begin(&cases.items[c]);
		judge_case(&trial);
		text_printf(&text, "%s\n", verdict_of(&trial, id));
		for (const char *s = said_by(&trial, id); *s; s++)
			if (*s < '0' || *s > '9')
				text_add_n(&text, s, 1);
		arena_free(trial.arena);
	}
	return text.data;
}

static const struct expr *moved(const struct expr *from, double sign)
{
	struct facts *none = facts_new(shelf->arena);
	struct eval eval = {.arena = shelf->arena, .facts = none, .catalog = &shelf->catalog};
	struct value value = expr_eval(from, &eval).value;
	double step = fabs(value.number) * 0.02;

	/* Counts and the seconds of sysctls go by whole ones. */
	if ((value.unit == UNIT_NONE || value.unit == UNIT_SECONDS) && value.number == floor(value.number))
		step = fmax(1, floor(step));
	value.number += sign * step;
	return expr_literal(shelf->arena, value);
}

/* A threshold that is moved a little, up or down, must change what some case comes to. */
START_TEST(every_threshold_has_edges)
{
	struct trial trial = begin(NULL);

	for (size_t i = 0; i < rules_count(shelf->rules); i++) {
		const struct rule *rule = rules_at(shelf->rules, i);
		const char *before = rule->n_thresholds ? outline(rule->id) : "";

		for (size_t t = 0; t < rule->n_thresholds; t++) {
			struct named_expr *named = rule->thresholds[t].named;
			const struct expr *value = named->expr;

			for (int sign = -1; sign <= 1; sign += 2) {
				named->expr = moved(value, sign);
				if (!strcmp(outline(rule->id), before))
					text_printf(&trial.errors,
						    "%s.%s: no case of tests/rules.test stands at its edge (%s)\n",
						    rule->id, named->name,
						    sign < 0 ? "it may be lower" : "it may be higher");
			}
			named->expr = value;
		}
	}
	end(&trial);
}
END_TEST

/* What a person reads of it in a list. */
START_TEST(every_rule_is_readable)
{
	struct trial trial = begin(NULL);

	for (size_t i = 0; i < rules_count(shelf->rules); i++) {
		const struct rule *rule = rules_at(shelf->rules, i);

		if (strlen(rule->title) > 80)
			text_printf(&trial.errors, "%s: the title is longer than 80\n", rule->id);
		if (rule->title[strlen(rule->title) - 1] == '.')
			text_printf(&trial.errors, "%s: the title is no sentence\n", rule->id);
		if (!rule->n_sources)
			text_printf(&trial.errors, "%s: no source\n", rule->id);
		for (size_t t = 0; t < rule->n_thresholds; t++)
			if (!rule->thresholds[t].means)
				text_printf(&trial.errors, "%s.%s: what does it mean?\n", rule->id,
					    rule->thresholds[t].name);
	}
	end(&trial);
}
END_TEST

Suite *rules_suite(void);
Suite *rules_suite(void)
{
	Suite *suite = suite_create("rules");
	TCase *tcase = tcase_create("rules");
	const char *text;

	shelf = shelf_open();
	shelf_rules(shelf);
	text = shelf_file(shelf, CASES);
	cases = cases_read(shelf->arena, text ? text : "");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, knowledge_compiles);
	tcase_add_test(tcase, every_rule_has_cases);
	tcase_add_test(tcase, every_threshold_has_edges);
	tcase_add_test(tcase, every_rule_is_readable);
	tcase_add_loop_test(tcase, a_case, 0, (int)cases.n);
	suite_add_tcase(suite, tcase);
	return suite;
}
