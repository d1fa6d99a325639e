/*
 * What an operator decided for all runs: no finding gets lost, whatever was accepted, and a
 * threshold that is set has a value.
 */
#include <string.h>

#include "core/choices.h"
#include "core/judge.h"
#include "fuzz.h"

/* Two rules that fire on the made-up host, one of them for each row of a table. */
static const char knowledge[] =
	"- id: first\n"
	"  title: t\n"
	"  thresholds: {much: {value: 3, means: m}, long: {value: 2 s, means: m}}\n"
	"  when: much > 2 or long > 1 s\n"
	"  severity: high\n"
	"  summary: s\n"
	"  evidence: []\n"
	"  remedy: []\n"
	"  sources: []\n"
	"- id: second\n"
	"  title: t\n"
	"  each: listeners as l\n"
	"  when: 1 == 1\n"
	"  severity: info\n"
	"  subject: '{l.name}'\n"
	"  summary: s\n"
	"  evidence: []\n"
	"  remedy: []\n"
	"  sources: []\n";

static void accept(struct arena *arena, const struct choices *choices, const struct rules *rules)
{
	struct findings *findings = judge(arena, rules, &fuzz_shelf()->catalog, fuzz_facts(arena));
	size_t n = findings->n;

	choices_accept(choices, arena, (struct day){2026, 2, 28}, findings);
	must(findings->n + findings->n_accepted == n);
	must(choices->n_acceptances || findings->n == n);
	for (size_t i = 0; i < findings->n_accepted; i++)
		must(!strcmp(findings->accepted[i].finding.id, "first") ||
		     !strcmp(findings->accepted[i].finding.id, "second"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fuzz_shelf *shelf = fuzz_shelf();
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	struct rules *rules = rules_new(arena, &shelf->catalog);
	const struct node *node = node_load(arena, &diag, "rules.yaml", knowledge, strlen(knowledge));
	struct choices choices;
	bool good;

	must(node && rules_add(rules, node, &diag) && rules_compile(rules, &diag));
	node = node_load(arena, &diag, "fuzz.yaml", (const char *)data, size);
	good = node && choices_load(arena, node, rules, &diag, &choices);
	if (good)
		good = choices_set_thresholds(&choices, rules, &diag);
	fuzz_check_diag(&diag, data, size);
	must(good == (diag.errors == 0));
	if (good)
		accept(arena, &choices, rules);
	arena_free(arena);
	return 0;
}
