/* profiles and rules: what tcptune knows. */
#include "cmd.h"
#include "core/text.h"

/* A line of --list, which programs read. */
static void print_name(struct run *run, const char *name, const char *title)
{
	printf("%s\t%s\n", name, text_printable(run->arena, title));
}

enum status cmd_profiles(struct run *run, int argc, char **argv)
{
	const struct out_options options = report_options(run);
	const struct profile **profiles;
	size_t n = 0, wanted;

	if (!knowledge_load(run))
		return STATUS_BAD;
	wanted = argc ? (size_t)argc : run->knowledge.n_documents;
	profiles = arena_array(run->arena, wanted, sizeof(struct profile *));
	for (size_t i = 0; i < wanted; i++) {
		const char *name = argc ? argv[i] : run->knowledge.documents[i].name;

		profiles[n] = knowledge_profile(run, name);
		if (profiles[n])
			n++;
	}
	if (run->diag.errors)
		return STATUS_BAD;
	for (size_t i = 0; run->options.list_names && i < n; i++)
		print_name(run, profiles[i]->name, profiles[i]->title);
	if (run->options.list_names)
		return STATUS_OK;
	run->out->profiles(&options, profiles, n, argc > 0);
	return STATUS_OK;
}

enum status cmd_rules(struct run *run, int argc, char **argv)
{
	const struct out_options options = report_options(run);
	const struct rules *all;
	const struct rule **rules;
	size_t wanted;

	if (run->options.list_facts) {
		run->out->facts(&options);
		return STATUS_OK;
	}
	if (!knowledge_load(run))
		return STATUS_BAD;
	all = run->knowledge.rules;
	wanted = argc ? (size_t)argc : rules_count(all);
	rules = arena_array(run->arena, wanted, sizeof(struct rule *));
	for (size_t i = 0; i < wanted; i++) {
		rules[i] = argc ? rules_find(all, argv[i]) : rules_at(all, i);
		if (!rules[i])
			diag_error(&run->diag, (struct place){0}, "there is no rule '%s'; tcptune rules lists them",
				   argv[i]);
	}
	if (run->diag.errors)
		return STATUS_BAD;
	for (size_t i = 0; run->options.list_names && i < wanted; i++)
		print_name(run, rules[i]->id, rules[i]->title);
	if (run->options.list_names)
		return STATUS_OK;
	run->out->rules(&options, rules, wanted, argc > 0);
	return STATUS_OK;
}
