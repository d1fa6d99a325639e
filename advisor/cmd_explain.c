/* explain: what is known of a key, a state, an event, a counter or a rule, and what this host
 * has of it. */
#include <string.h>

#include "cmd.h"
#include "core/explain.h"
#include "core/text.h"

static struct explain_known known_of(const struct run *run)
{
	return (struct explain_known){
		.params = run->knowledge.params,
		.counters = &run->knowledge.counters,
		.rules = run->knowledge.rules,
		.topics = &run->knowledge.topics,
	};
}

static enum status list_all(struct run *run, const struct explain_known *known)
{
	const struct out_options options = report_options(run);
	struct explain_list list = {.known = known};

	list.items = explain_all(run->arena, known, &list.n);
	for (size_t i = 0; run->options.list_names && i < list.n; i++)
		printf("%s\t%s\n", list.items[i].name, explain_kind_name(list.items[i].kind));
	if (!run->options.list_names)
		run->out->explain_list(&options, &list);
	return STATUS_OK;
}

/* The words as one, for a message of the kernel that came without quotes. */
static const char *joined(struct run *run, int argc, char **argv)
{
	struct text text = text_new(run->arena);

	for (int i = 0; i < argc; i++)
		text_printf(&text, "%s%s", i ? " " : "", argv[i]);
	return text.data;
}

/* The words one by one; where that fails, all of them as one event. Reasons go to run->diag. */
static size_t find_all(struct run *run, const struct explain_known *known, int argc,
		       char **argv, struct explain_what *ret)
{
	const char *why;
	size_t n = 0;

	for (int i = 0; i < argc; i++) {
		if (explain_find(run->arena, known, argv[i], &ret[n], &why))
			n++;
		else
			diag_error(&run->diag, (struct place){0}, "%s", why);
	}
	if (run->diag.errors && argc > 1 &&
	    explain_find(run->arena, known, joined(run, argc, argv), &ret[0], &why) &&
	    ret[0].kind == EXPLAIN_EVENT) {
		run->diag = diag_new(run->arena);
		n = 1;
	}
	return n;
}

static void show(struct run *run, const struct explain_known *known,
		 const struct explain_what *whats, size_t n)
{
	const struct out_options options = report_options(run);
	const struct explanation **items =
		arena_array(run->arena, n, sizeof(struct explanation *));
	const char **names = arena_array(run->arena, n, sizeof(*names));
	struct observation observation;
	struct explain_host host;

	for (size_t i = 0; i < n; i++)
		names[i] = whats[i].name;
	observe_for(run, names, n, &observation);
	host = (struct explain_host){observation.facts, observation.findings,
				     &observation.confdirs->conf};
	for (size_t i = 0; i < n; i++)
		items[i] = explain(run->arena, known, &host, &whats[i]);
	run->out->explain(&options, &(struct explain_report){items, n});
}

enum status cmd_explain(struct run *run, int argc, char **argv)
{
	struct explain_what *whats = arena_array(run->arena, (size_t)argc, sizeof(*whats));
	struct explain_known known;
	size_t n;

	if (!knowledge_load(run) || !knowledge_load_topics(run) || !knowledge_choose(run))
		return STATUS_BAD;
	known = known_of(run);
	if (!argc)
		return list_all(run, &known);
	n = find_all(run, &known, argc, argv, whats);
	if (run->diag.errors)
		return STATUS_BAD;
	show(run, &known, whats, n);
	return STATUS_OK;
}
