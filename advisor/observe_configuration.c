/* Sysctl files, of the host or given ones, and what rules make of them. */
#include <string.h>

#include "core/judge.h"
#include "core/text.h"
#include "observe_configuration.h"
#include "sys/boot.h"
#include "sys/collect.h"

static bool is_module_key(const struct run *run, const char *key)
{
	const struct param *param = params_find(run->knowledge.params, key);

	return param && param->module;
}

struct configured configuration_read(struct run *run, struct observation *observation)
{
	struct configured configured = {0};

	observation->confdirs = confdirs_read(run->arena, run->source);
	configured.keys = confdirs_keys(observation->confdirs, run->source, run->arena, &configured.n);
	for (size_t i = 0; i < configured.n; i++)
		configured.has_modules |= is_module_key(run, configured.keys[i]);
	return configured;
}

static struct audit_input *new_input(struct run *run, struct observation *observation)
{
	struct audit_input *input = arena_alloc(run->arena, sizeof(*input));

	*input = (struct audit_input){
		.conf = &observation->confdirs->conf,
		.params = run->knowledge.params,
		.facts = observation->facts,
	};
	return input;
}

void configuration_audit(struct run *run, struct observation *observation,
			 const struct configured *configured)
{
	struct fact release = facts_get(observation->facts, "kernel.release");
	struct audit_input *input = new_input(run, observation);
	struct audit_host *host = boot_read(run->arena, run->source,
					    release.state == FACT_KNOWN ? release.value.text : NULL,
					    configured->has_modules);

	if (run->is_elsewhere)
		host->no_boot = "no boot loads the files of the host into another network namespace";
	input->host = host;
	input->is_observed = true;
	input->keys = configured->keys;
	input->n_keys = configured->n;
	observation->audit = audit_make(run->arena, input);
	audit_facts(observation->audit, observation->facts);
}

/* ------------------------------------------------------------ the audit alone */

struct keys {
	struct arena *arena;
	const char **items;
	size_t n, capacity;
};

static void add_key(struct keys *keys, const char *key)
{
	if (!key || strncmp(key, "net.", 4))
		return;
	keys->items = arena_grow(keys->arena, keys->items, keys->n, &keys->capacity, sizeof(*keys->items));
	keys->items[keys->n++] = key;
}

/* What the files set, what bounds it, and what rules about the configuration read. */
static struct keys gather_keys(struct run *run, const struct configured *configured)
{
	const struct rules *rules = run->knowledge.rules;
	struct keys keys = {.arena = run->arena};

	for (size_t i = 0; i < configured->n; i++) {
		const struct param *param = params_find(run->knowledge.params, configured->keys[i]);

		add_key(&keys, configured->keys[i]);
		if (param) {
			add_key(&keys, param->min_key);
			add_key(&keys, param->max_key);
			add_key(&keys, param->among);
			add_key(&keys, param->among_in_child);
		}
	}
	for (size_t i = 0; i < rules_count(rules); i++) {
		size_t n = 0;
		const char **names = rules_at(rules, i)->about == ABOUT_CONFIGURATION
					     ? rule_facts(rules_at(rules, i), run->arena, &n)
					     : NULL;

		for (size_t k = 0; k < n; k++)
			add_key(&keys, names[k]);
	}
	return keys;
}

/* Nothing that is dear. */
static void collect_keys(struct run *run, struct facts *facts, const struct keys *keys)
{
	const struct needs nothing = {0};
	const struct collect_options options = {
		.keys = keys->items,
		.n_keys = keys->n,
		.needs = &nothing,
	};

	collect(run->source, &run->knowledge.catalog, &options, facts);
}

/* A host of which only the kernel's version is known: that of --kernel, or the running one. */
static struct facts *facts_of_version(struct run *run)
{
	struct facts *facts = facts_new(run->arena), *here = facts_new(run->arena);
	const struct keys none = {0};
	struct value version = {.type = VALUE_VERSION};
	struct fact running;

	if (run->options.kernel && version_parse(run->options.kernel, &version.version)) {
		facts_set(facts, "kernel.version", version);
		return facts;
	}
	collect_keys(run, here, &none);
	running = facts_get(here, "kernel.version");
	if (running.state == FACT_KNOWN)
		facts_set(facts, "kernel.version", running.value);
	else
		facts_set_missing(facts, "kernel.version", running.state, running.why);
	return facts;
}

static void audit_by_version(struct run *run, struct observation *observation, const char *no_boot)
{
	struct audit_input *input = new_input(run, observation);
	struct audit_host *host = arena_alloc(run->arena, sizeof(*host));

	host->loader_why = host->modules_why = host->no_boot = no_boot;
	input->host = host;
	observation->audit = audit_make(run->arena, input);
	audit_facts(observation->audit, observation->facts);
}

static bool read_given(struct run *run, char **paths, size_t n, struct observation *observation)
{
	observation->confdirs = arena_alloc(run->arena, sizeof(*observation->confdirs));
	for (size_t i = 0; i < n; i++) {
		char *bytes;
		size_t length;
		int r = knowledge_read(run, paths[i], &bytes, &length);

		if (r < 0) {
			diag_error(&run->diag, (struct place){.file = paths[i]}, "%s", strerror(-r));
			continue;
		}
		confdirs_add(observation->confdirs, run->arena, paths[i], bytes, length);
	}
	return !run->diag.errors;
}

static void add_notes(struct run *run, struct observation *observation)
{
	const struct confdirs *confdirs = observation->confdirs;

	observation->n_notes = confdirs->n_notes;
	observation->notes = arena_array(run->arena, confdirs->n_notes, sizeof(*observation->notes));
	for (size_t i = 0; i < confdirs->n_notes; i++)
		observation->notes[i] = confdirs->notes[i];
}

bool observe_configuration(struct run *run, char **paths, size_t n_paths, struct observation *ret)
{
	struct observation observation = {0};
	struct configured configured = {0};

	if (!n_paths)
		configured = configuration_read(run, &observation);
	else if (!read_given(run, paths, n_paths, &observation))
		return false;
	if (!n_paths && !run->options.kernel) {
		const struct keys keys = gather_keys(run, &configured);

		observation.facts = facts_new(run->arena);
		collect_keys(run, observation.facts, &keys);
		configuration_audit(run, &observation, &configured);
	} else {
		observation.facts = facts_of_version(run);
		audit_by_version(run, &observation,
				 n_paths ? "files were given, and no host" : "another kernel was asked for");
	}
	add_notes(run, &observation);
	observation.findings = judge_about(run->arena, run->knowledge.rules, &run->knowledge.catalog,
					   observation.facts, ABOUT_CONFIGURATION);
	observe_accept(run, observation.findings);
	*ret = observation;
	return true;
}
