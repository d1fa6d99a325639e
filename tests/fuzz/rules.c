/*
 * A rule file: compiled, judged twice over a made-up host with the same result, and shown.
 * No verdict is lost, whatever the rules ask.
 */
#include <stdlib.h>
#include <string.h>

#include "core/judge.h"
#include "fuzz.h"
#include "out.h"

static void check_finding(const struct finding *a, const struct finding *b)
{
	must(!strcmp(a->id, b->id) && !strcmp(a->subject, b->subject) && a->severity == b->severity);
	must(!strcmp(a->summary, b->summary) && a->n_evidence == b->n_evidence);
	must(fuzz_is_clean(a->subject, false));
	for (size_t i = 0; i < a->n_evidence; i++)
		must(!strcmp(a->evidence[i], b->evidence[i]));
	must(a->n_remedies == b->n_remedies);
	for (size_t i = 0; i < a->n_remedies; i++)
		must(!a->remedies[i].to == !b->remedies[i].to);
}

/* Of each rule there is one verdict; one that fires for several rows has several findings. */
static void check_verdicts(const struct rules *rules, const struct findings *findings)
{
	size_t fired = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		size_t n = 0;

		for (size_t k = 0; k < findings->n; k++)
			n += !strcmp(findings->items[k].id, rules_at(rules, i)->id);
		fired += n > 0;
	}
	must(fired + findings->n_quiet + findings->n_unknown + findings->n_not_applicable == rules_count(rules));
	for (size_t i = 1; i < findings->n; i++)
		must(findings->items[i - 1].severity >= findings->items[i].severity);
}

static void show(struct arena *arena, const struct rules *rules, const struct out *out)
{
	size_t n = rules_count(rules), length = 0;
	const struct rule **items = arena_array(arena, n, sizeof(*items));
	char *text = NULL;
	struct out_options options = {.arena = arena, .width = 80, .stream = open_memstream(&text, &length)};

	must(options.stream);
	for (size_t i = 0; i < n; i++)
		items[i] = rules_at(rules, i);
	out->rules(&options, items, n, true);
	fclose(options.stream);
	if (out == &out_json)
		fuzz_check_json(text, length);
	else
		fuzz_check_text(text, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalog *catalog = &fuzz_shelf()->catalog;
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const struct node *node = node_load(arena, &diag, "fuzz.yaml", (const char *)data, size);
	struct rules *rules = rules_new(arena, catalog);
	bool good = node && rules_add(rules, node, &diag) && rules_compile(rules, &diag);

	fuzz_check_diag(&diag, data, size);
	must(good == (diag.errors == 0));
	if (good) {
		struct facts *facts = fuzz_facts(arena);
		const struct findings *a = judge(arena, rules, catalog, facts);
		const struct findings *b = judge(arena, rules, catalog, facts);

		check_verdicts(rules, a);
		must(a->n == b->n);
		for (size_t i = 0; i < a->n; i++)
			check_finding(&a->items[i], &b->items[i]);
		show(arena, rules, &out_text);
		show(arena, rules, &out_json);
	}
	arena_free(arena);
	return 0;
}
