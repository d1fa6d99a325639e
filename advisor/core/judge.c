#include <stdlib.h>
#include <string.h>

#include "core/judge.h"
#include "core/param.h"
#include "core/text.h"

#define EVIDENCE_ROWS 8
#define MAX_DEPTH 30 /* of rules that ask for each other's verdicts */

enum verdict { VERDICT_OPEN, VERDICT_UNDER_WAY, VERDICT_FIRES, VERDICT_QUIET, VERDICT_NOT_APPLICABLE, VERDICT_UNKNOWN };

struct judgement {
	enum verdict verdict;
	const char *why;
};

struct court {
	struct arena *arena;
	const struct rules *rules;
	struct findings *findings;
	struct judgement *judgements; /* parallel to the rules */
	unsigned depth;
	struct eval eval;
};

static bool in_range(const struct rule *rule, struct version kernel)
{
	for (size_t i = 0; i < rule->n_kernels; i++) {
		const struct kernel_bound *bound = &rule->kernels[i];
		int order = version_compare(kernel, bound->version);
		bool is_equal = strchr(bound->order, '=') && !order;
		bool is_beyond = (bound->order[0] == '<' && order < 0) || (bound->order[0] == '>' && order > 0);

		if (!is_equal && !is_beyond)
			return false;
	}
	return true;
}

/* A condition that is not known makes the verdict unknown, or not applicable where the host lacks the thing. */
static enum verdict missing_verdict(struct fact fact, const char **ret_why)
{
	*ret_why = fact.why ? fact.why : "not there";
	return fact.state == FACT_ABSENT ? VERDICT_NOT_APPLICABLE : VERDICT_UNKNOWN;
}

/* The worst severity whose condition holds. */
static enum verdict find_severity(struct court *court, const struct rule *rule, enum severity *ret,
				  const char **ret_why)
{
	enum verdict verdict = VERDICT_QUIET;

	if (!rule->has_conditions) {
		*ret = rule->severity;
		return VERDICT_FIRES;
	}
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--) {
		struct fact fact;

		if (!rule->severity_when[severity])
			continue;
		fact = expr_eval(rule->severity_when[severity], &court->eval);
		if (fact.state != FACT_KNOWN) {
			verdict = missing_verdict(fact, ret_why);
		} else if (fact.value.boolean) {
			*ret = (enum severity)severity;
			return VERDICT_FIRES;
		}
	}
	return verdict;
}

static bool holds(struct court *court, const struct expr *when)
{
	struct fact fact;

	if (!when)
		return true;
	fact = expr_eval(when, &court->eval);
	return fact.state == FACT_KNOWN && fact.value.boolean;
}

/* The evidence of one finding as it grows. */
struct lines {
	const char **items;
	size_t n, capacity;
};

static void add_line(struct court *court, struct lines *lines, const char *line)
{
	lines->items = arena_grow(court->arena, lines->items, lines->n, &lines->capacity,
				  sizeof(*lines->items));
	lines->items[lines->n++] = line;
}

/* A line for each row; of many rows the first ones, and how many more there are. */
static void add_rows(struct court *court, const struct rule_text *text, struct lines *lines)
{
	const struct table *table = facts_find_table(court->eval.facts, text->each->name);
	size_t row = court->eval.n_rows, n = 0;

	if (!table || table->state != FACT_KNOWN)
		return;
	for (size_t i = 0; i < table->n_rows; i++) {
		court->eval.n_rows = row + 1;
		court->eval.rows[row] = table_row(table, i);
		if (holds(court, text->when) && ++n <= EVIDENCE_ROWS)
			add_line(court, lines, template_expand(text->template, &court->eval));
		court->eval.n_rows = row;
	}
	if (n > EVIDENCE_ROWS)
		add_line(court, lines, arena_printf(court->arena, "and %zu more", n - EVIDENCE_ROWS));
}

static void fill_evidence(struct court *court, const struct rule *rule, struct finding *finding)
{
	struct lines lines = {0};

	for (size_t i = 0; i < rule->n_evidence; i++) {
		const struct rule_text *text = &rule->evidence[i];

		if (text->each)
			add_rows(court, text, &lines);
		else if (holds(court, text->when))
			add_line(court, &lines, template_expand(text->template, &court->eval));
	}
	finding->evidence = lines.items;
	finding->n_evidence = lines.n;
}

static void fill_facts(struct court *court, const struct rule *rule, struct finding *finding)
{
	struct named_value *facts = arena_array(court->arena, rule->n_names, sizeof(*facts));

	for (size_t i = rule->n_thresholds; i < rule->n_names; i++) {
		struct fact fact = expr_eval(rule->names[i].expr, &court->eval);

		if (fact.state != FACT_KNOWN)
			continue;
		if (fact.value.type == VALUE_TEXT)
			fact.value.text = text_printable(court->arena, fact.value.text);
		facts[finding->n_facts++] = (struct named_value){rule->names[i].name, fact.value};
	}
	finding->facts = facts;
}

static void fill_remedies(struct court *court, const struct rule *rule, struct finding *finding)
{
	struct remedy *remedies = arena_array(court->arena, rule->n_remedies, sizeof(*remedies));

	for (size_t i = 0; i < rule->n_remedies; i++) {
		const struct rule_remedy *from = &rule->remedies[i];
		struct remedy *remedy = &remedies[finding->n_remedies];
		struct fact to;

		if (!holds(court, from->text.when))
			continue;
		remedy->kind = from->kind;
		remedy->text = template_expand(from->text.template, &court->eval);
		if (from->set) {
			to = expr_eval(from->to, &court->eval);
			/* A value that cannot be computed is no proposal. */
			if (to.state != FACT_KNOWN)
				continue;
			remedy->key = from->set->key;
			remedy->to = value_whole(court->arena, to.value);
		}
		finding->n_remedies++;
	}
	finding->remedies = remedies;
}

static void add_finding(struct court *court, const struct rule *rule, enum severity severity)
{
	struct findings *findings = court->findings;
	struct finding finding = {
		.id = rule->id,
		.title = rule->title,
		.severity = severity,
		.subject = rule->subject ? template_expand(rule->subject, &court->eval) : "",
		.summary = template_expand(rule->summary, &court->eval),
		.risk = rule->risk,
		.corrects = rule->corrects,
		.sources = rule->sources,
		.n_sources = rule->n_sources,
	};

	fill_evidence(court, rule, &finding);
	fill_facts(court, rule, &finding);
	fill_remedies(court, rule, &finding);
	findings->items = arena_grow(court->arena, findings->items, findings->n, &findings->capacity,
				     sizeof(*findings->items));
	findings->items[findings->n++] = finding;
}

static enum verdict judge_once(struct court *court, const struct rule *rule, const char **ret_why)
{
	enum severity severity = SEVERITY_INFO;
	enum verdict verdict;

	if (rule->when) {
		struct fact fact = expr_eval(rule->when, &court->eval);

		if (fact.state != FACT_KNOWN)
			return missing_verdict(fact, ret_why);
		if (!fact.value.boolean)
			return VERDICT_QUIET;
	}
	verdict = find_severity(court, rule, &severity, ret_why);
	if (verdict == VERDICT_FIRES)
		add_finding(court, rule, severity);
	return verdict;
}

static enum verdict judge_rows(struct court *court, const struct rule *rule, const char **ret_why)
{
	const struct table *table = facts_find_table(court->eval.facts, rule->each->name);
	const char *why[VERDICT_UNKNOWN + 1] = {NULL};
	bool has[VERDICT_UNKNOWN + 1] = {false};
	enum verdict verdict;

	if (!table || table->state != FACT_KNOWN)
		return missing_verdict(fact_missing(table ? table->state : FACT_UNREADABLE,
						    arena_printf(court->arena, "%s: %s", rule->each->name,
								 table && table->why ? table->why : "not observed")),
				       ret_why);
	for (size_t i = 0; i < table->n_rows; i++) {
		court->eval.rows[0] = table_row(table, i);
		court->eval.n_rows = 1;
		verdict = judge_once(court, rule, ret_why);
		has[verdict] = true;
		why[verdict] = *ret_why;
		court->eval.n_rows = 0;
	}
	verdict = has[VERDICT_FIRES]	      ? VERDICT_FIRES
		  : has[VERDICT_UNKNOWN]	      ? VERDICT_UNKNOWN
		  : has[VERDICT_QUIET]	      ? VERDICT_QUIET
		  : has[VERDICT_NOT_APPLICABLE] ? VERDICT_NOT_APPLICABLE
						: VERDICT_QUIET;
	*ret_why = why[verdict];
	return verdict;
}

static enum verdict judge_rule(struct court *court, const struct rule *rule, const char **ret_why)
{
	if (rule->n_kernels) {
		struct fact kernel = facts_get(court->eval.facts, "kernel.version");

		if (kernel.state != FACT_KNOWN)
			return missing_verdict(kernel, ret_why);
		if (!in_range(rule, kernel.value.version)) {
			*ret_why = "not on this kernel";
			return VERDICT_NOT_APPLICABLE;
		}
	}
	return rule->each ? judge_rows(court, rule, ret_why) : judge_once(court, rule, ret_why);
}

static void judge_index(struct court *court, size_t index)
{
	struct judgement *judgement = &court->judgements[index];
	struct eval outer = court->eval;

	judgement->verdict = VERDICT_UNDER_WAY;
	court->eval.n_rows = 0;
	court->eval.steps = 0;
	court->depth++;
	judgement->verdict = judge_rule(court, rules_at(court->rules, index), &judgement->why);
	court->depth--;
	court->eval = outer;
}

/* fires("id"): judged on demand; a circle of rules is unknown. */
static struct fact rule_fires(void *context, const char *id)
{
	struct court *court = context;

	for (size_t i = 0; i < rules_count(court->rules); i++) {
		struct judgement *judgement = &court->judgements[i];

		if (strcmp(rules_at(court->rules, i)->id, id))
			continue;
		if (judgement->verdict == VERDICT_OPEN && court->depth < MAX_DEPTH)
			judge_index(court, i);
		if (judgement->verdict == VERDICT_UNDER_WAY || judgement->verdict == VERDICT_OPEN)
			return fact_missing(FACT_UNREADABLE, "rules ask for each other in a circle, or too deeply");
		if (judgement->verdict == VERDICT_UNKNOWN)
			return fact_missing(FACT_UNREADABLE, judgement->why);
		return fact_known(value_bool(judgement->verdict == VERDICT_FIRES));
	}
	return fact_missing(FACT_UNREADABLE, "no such rule");
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int order;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	order = strcmp(x->id, y->id);
	return order ? order : strcmp(x->subject, y->subject);
}

static void add_unjudged(struct arena *arena, struct unjudged **items, size_t *n, size_t *capacity,
			 struct unjudged item)
{
	*items = arena_grow(arena, *items, *n, capacity, sizeof(**items));
	(*items)[(*n)++] = item;
}

static void collect_verdict(struct court *court, size_t index)
{
	struct findings *findings = court->findings;
	const struct judgement *judgement = &court->judgements[index];
	struct unjudged item = {
		.id = rules_at(court->rules, index)->id,
		.why = judgement->why ? text_printable(court->arena, judgement->why) : "",
	};

	if (judgement->verdict == VERDICT_UNKNOWN)
		add_unjudged(court->arena, &findings->unknown, &findings->n_unknown,
			     &findings->unknown_capacity, item);
	else if (judgement->verdict == VERDICT_NOT_APPLICABLE)
		add_unjudged(court->arena, &findings->not_applicable, &findings->n_not_applicable,
			     &findings->not_applicable_capacity, item);
	else if (judgement->verdict == VERDICT_QUIET)
		findings->n_quiet++;
}

/* about NULL: all rules. */
static struct findings *judge_some(struct arena *arena, const struct rules *rules, const struct catalog *catalog,
				   const struct facts *facts, const enum rule_about *about)
{
	struct court court = {
		.arena = arena,
		.rules = rules,
		.findings = arena_alloc(arena, sizeof(*court.findings)),
		.judgements = arena_array(arena, rules_count(rules), sizeof(*court.judgements)),
		.eval = {.arena = arena, .facts = facts, .catalog = catalog, .rule_fires = rule_fires},
	};

	court.eval.context = &court;
	for (size_t i = 0; i < rules_count(rules); i++)
		if (about && rules_at(rules, i)->about != *about)
			court.judgements[i].verdict = VERDICT_QUIET;
	for (size_t i = 0; i < rules_count(rules); i++)
		if (court.judgements[i].verdict == VERDICT_OPEN)
			judge_index(&court, i);
	for (size_t i = 0; i < rules_count(rules); i++)
		if (!about || rules_at(rules, i)->about == *about)
			collect_verdict(&court, i);
	if (court.findings->n)
		qsort(court.findings->items, court.findings->n, sizeof(*court.findings->items),
		      compare_findings);
	return court.findings;
}

struct findings *judge(struct arena *arena, const struct rules *rules, const struct catalog *catalog,
		       const struct facts *facts)
{
	return judge_some(arena, rules, catalog, facts, NULL);
}

struct findings *judge_about(struct arena *arena, const struct rules *rules, const struct catalog *catalog,
			     const struct facts *facts, enum rule_about about)
{
	return judge_some(arena, rules, catalog, facts, &about);
}
