/* One look at a host: facts, configuration, judgement, plan. */
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "core/judge.h"
#include "core/param.h"
#include "observe_configuration.h"
#include "sys/collect.h"
#include "sys/container.h"
#include "sys/interfaces.h"
#include "sys/sockets.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Keys that facts of their own are made of, whatever rules and profiles ask. */
static const char *const base_keys[] = {
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_ehash_entries",
	"net.ipv4.tcp_max_tw_buckets",
	"net.core.somaxconn",
};

struct key_list {
	struct run *run;
	const char **keys;
	size_t n, capacity;
	bool is_all; /* everything is observed, asked for or not */
	const char **names; /* of facts and tables that something reads */
	size_t n_names, names_capacity;
};

static void add_key(struct key_list *list, const char *key)
{
	if (strncmp(key, "net.", 4))
		return;
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->keys[i], key))
			return;
	list->keys = arena_grow(list->run->arena, list->keys, list->n, &list->capacity,
				sizeof(*list->keys));
	list->keys[list->n++] = key;
}

/* A key that may be written, with those whose values bound it. */
static void add_written_key(struct key_list *list, const struct param *param)
{
	const char *const bounds[] = {param->min_key, param->max_key, param->among, param->among_in_child};

	add_key(list, param->key);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		if (bounds[i])
			add_key(list, bounds[i]);
}

static void add_keys(struct key_list *list, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_key(list, keys[i]);
}

/* What something reads: keys, other facts, tables. */
static void add_names(struct key_list *list, const char *const *names, size_t n)
{
	add_keys(list, names, n);
	for (size_t i = 0; i < n; i++) {
		if (!strncmp(names[i], "net.", 4))
			continue;
		list->names = arena_grow(list->run->arena, list->names, list->n_names,
					 &list->names_capacity, sizeof(*list->names));
		list->names[list->n_names++] = names[i];
	}
}

/* Keys that tables are made of, when something reads these. */
static const struct {
	const char *word, *key;
} needed_keys[] = {
	{"paths", "net.core.rmem_max"},       {"paths", "net.core.wmem_max"},
	{"paths", "net.ipv4.tcp_rmem"},       {"paths", "net.ipv4.tcp_wmem"},
	{"programs", "net.ipv4.tcp_rmem"},    {"programs", "net.ipv4.tcp_wmem"},
	{"established", "net.core.rmem_max"}, {"established", "net.core.wmem_max"},
	{"established", "net.ipv4.tcp_rmem"}, {"established", "net.ipv4.tcp_wmem"},
};

static void add_needed_keys(struct key_list *list)
{
	const struct needs needs = {list->names, list->n_names};

	for (size_t i = 0; i < N(needed_keys); i++)
		if (needs_have(&needs, needed_keys[i].word))
			add_key(list, needed_keys[i].key);
}

/* Every key that rules, profiles and the drop-in that is there name. */
static void gather_keys(struct key_list *list, const char *dropin, size_t length)
{
	struct run *run = list->run;
	const struct dropin *now;
	size_t n;
	const char **names = rules_facts(run->knowledge.rules, run->arena, &n);

	add_keys(list, base_keys, N(base_keys));
	add_names(list, names, n);
	names = rules_tables(run->knowledge.rules, run->arena, &n);
	add_names(list, names, n);
	for (size_t i = 0; i < run->knowledge.n_profiles; i++) {
		const struct profile *profile = run->knowledge.profiles[i];

		names = profile_facts(profile, run->arena, &n);
		add_names(list, names, n);
		for (size_t k = 0; k < profile->n_settings; k++)
			add_written_key(list, profile->settings[k].param);
	}
	add_needed_keys(list);
	if (!dropin)
		return;
	now = dropin_parse(run->arena, dropin, length);
	for (size_t i = 0; i < now->n; i++)
		add_key(list, now->lines[i].key);
}

/* A capture has every key that is known, so that any rule and profile can be held against it later. */
static void gather_all_keys(struct key_list *list)
{
	const struct params *params = list->run->knowledge.params;

	for (size_t i = 0; i < params_count(params); i++)
		add_key(list, params_at(params, i)->key);
}

static void add_note(struct run *run, struct observation *observation, const char *note)
{
	observation->notes = arena_grow(run->arena, observation->notes, observation->n_notes,
					&observation->notes_capacity, sizeof(*observation->notes));
	observation->notes[observation->n_notes++] = note;
}

/* What is looked at once, and with --interval a first time before the waiting. */
struct looker {
	struct run *run;
	struct observation *observation;
	const struct needs *needs;    /* NULL: everything */
	struct sockets_look *earlier; /* or NULL */
};

static struct sockets_options sockets_options(const struct facts *facts)
{
	struct fact low = facts_get(facts, "ports.low");
	struct fact high = facts_get(facts, "ports.high");
	struct fact reserved = facts_get(facts, "net.ipv4.ip_local_reserved_ports");
	struct sockets_options options = {.first = SOCKETS_ONE_DUMP};

	if (low.state == FACT_KNOWN && high.state == FACT_KNOWN) {
		options.port_low = (unsigned)low.value.number;
		options.port_high = (unsigned)high.value.number;
	}
	if (reserved.state == FACT_KNOWN && reserved.value.type == VALUE_TEXT)
		options.reserved = reserved.value.text;
	return options;
}

static bool needs_paths(const struct needs *needs)
{
	static const char *const words[] = {"paths", "programs", "congestion", "established", "remote"};

	for (size_t i = 0; i < N(words); i++)
		if (needs_have(needs, words[i]))
			return true;
	return false;
}

static void look_earlier(void *context, unsigned moment)
{
	struct looker *looker = context;
	struct sockets_options options = sockets_options(looker->observation->facts);

	options.with_paths = needs_paths(looker->needs);
	if (!moment)
		looker->earlier = sockets_look(looker->run->source, looker->run->arena, &options);
	else if (looker->earlier)
		sockets_look_again(looker->earlier);
}

/* What the kernel makes of a wish for all that max_key allows; 0 where autotuning can end there too. */
static double buffer_cap(const struct facts *facts, const char *max_key, const char *tuple_key)
{
	struct fact max = facts_get(facts, max_key), tuple = facts_get(facts, tuple_key);

	if (max.state != FACT_KNOWN || max.value.type != VALUE_NUMBER || tuple.state != FACT_KNOWN ||
	    tuple.value.type != VALUE_TUPLE || tuple.value.tuple.n != 3)
		return 0;
	if (tuple.value.tuple.element[1] == 2 * max.value.number ||
	    tuple.value.tuple.element[2] == 2 * max.value.number)
		return 0;
	return 2 * max.value.number;
}

/* The third number, where autotuning ends; 0 where it is not known. */
static double buffer_end(const struct facts *facts, const char *tuple_key)
{
	struct fact tuple = facts_get(facts, tuple_key);

	if (tuple.state != FACT_KNOWN || tuple.value.type != VALUE_TUPLE || tuple.value.tuple.n != 3)
		return 0;
	return tuple.value.tuple.element[2];
}

static void look_at_sockets(struct looker *looker)
{
	struct observation *observation = looker->observation;
	struct sockets_options options = sockets_options(observation->facts);
	const char *note = NULL;

	options.earlier = looker->earlier;
	options.with_sources = needs_have(looker->needs, "sources");
	options.with_paths = needs_paths(looker->needs);
	options.rcvbuf_cap = buffer_cap(observation->facts, "net.core.rmem_max", "net.ipv4.tcp_rmem");
	options.sndbuf_cap = buffer_cap(observation->facts, "net.core.wmem_max", "net.ipv4.tcp_wmem");
	options.rcvbuf_end = buffer_end(observation->facts, "net.ipv4.tcp_rmem");
	options.sndbuf_end = buffer_end(observation->facts, "net.ipv4.tcp_wmem");
	sockets_collect(looker->run->source, observation->facts, &options, &note);
	sockets_look_free(looker->earlier);
	if (note)
		add_note(looker->run, observation, note);
}

/* With those whose values bound them. */
static void add_configured_keys(struct key_list *list, const struct configured *configured)
{
	for (size_t i = 0; i < configured->n; i++) {
		const struct param *param = params_find(list->run->knowledge.params, configured->keys[i]);

		if (param)
			add_written_key(list, param);
		else
			add_key(list, configured->keys[i]);
	}
}

static void look(struct run *run, struct observation *observation, struct key_list *list)
{
	const struct configured configured = configuration_read(run, observation);
	const struct needs needs = {list->names, list->n_names};
	struct looker looker = {
		.run = run,
		.observation = observation,
		.needs = list->is_all ? NULL : &needs,
	};
	struct collect_options options = {
		.interval = run->options.interval,
		.between = look_earlier,
		.context = &looker,
		.needs = looker.needs,
	};

	add_configured_keys(list, &configured);
	options.keys = list->keys;
	options.n_keys = list->n;
	observation->facts = facts_new(run->arena);
	collect(run->source, &run->knowledge.catalog, &options, observation->facts);
	look_at_sockets(&looker);
	if (needs_have(looker.needs, "interfaces") || needs_have(looker.needs, "qdiscs"))
		interfaces_collect(run->source, observation->facts);
	container_collect(run->source, observation->facts);
	configuration_audit(run, observation, &configured);
	for (size_t i = 0; i < observation->confdirs->n_notes; i++)
		add_note(run, observation, observation->confdirs->notes[i]);
}

void observe_facts(struct run *run, struct observation *ret)
{
	struct key_list list = {.run = run};
	struct observation observation = {0};

	gather_all_keys(&list);
	list.is_all = true;
	look(run, &observation, &list);
	*ret = observation;
}

void observe_for(struct run *run, const char *const *keys, size_t n_keys, struct observation *ret)
{
	struct key_list list = {.run = run};
	struct observation observation = {0};

	gather_all_keys(&list);
	gather_keys(&list, NULL, 0);
	add_keys(&list, keys, n_keys);
	look(run, &observation, &list);
	observation.findings = judge(run->arena, run->knowledge.rules, &run->knowledge.catalog,
				     observation.facts);
	*ret = observation;
}

/* The drop-in that is there, if there is one. */
struct dropin_file {
	const char *path;
	char *bytes; /* NULL: there is none */
	size_t length;
};

static struct dropin_file read_dropin(struct run *run, const char *path)
{
	struct dropin_file file = {.path = path};

	if (source_read(run->source, path, NODE_MAX_BYTES, &file.bytes, &file.length) < 0)
		file.bytes = NULL;
	return file;
}

static struct plan *make_plan(struct run *run, const struct observation *observation,
			      const struct dropin_file *dropin)
{
	return plan_make(run->arena, &(struct plan_input){
					     .catalog = &run->knowledge.catalog,
					     .facts = observation->facts,
					     .findings = observation->findings,
					     .profiles = run->knowledge.profiles,
					     .n_profiles = run->knowledge.n_profiles,
					     .conf = &observation->confdirs->conf,
					     .dropin_path = dropin->path,
					     .dropin_now = dropin->bytes,
					     .dropin_now_length = dropin->length,
				     });
}

void observe_accept(struct run *run, struct findings *findings)
{
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	choices_accept(&run->knowledge.choices, run->arena,
		       (struct day){local.tm_year + 1900, local.tm_mon + 1, local.tm_mday}, findings);
}

void observe(struct run *run, struct observation *ret)
{
	struct key_list list = {.run = run};
	struct observation observation = {0};
	/* A drop-in that was made to win stays the one. */
	struct dropin_file dropin = read_dropin(run, DROPIN_PATH_LAST);

	if (!dropin.bytes)
		dropin = read_dropin(run, DROPIN_PATH);
	gather_keys(&list, dropin.bytes, dropin.length);
	look(run, &observation, &list);
	observation.findings = judge(run->arena, run->knowledge.rules, &run->knowledge.catalog,
				     observation.facts);
	observe_accept(run, observation.findings);
	observation.plan = make_plan(run, &observation, &dropin);
	if (run->options.override && observation.plan->n_obstacles)
		observation.plan =
			make_plan(run, &observation, &(struct dropin_file){.path = DROPIN_PATH_LAST});
	*ret = observation;
}

struct check_report report_check(struct run *run, const struct observation *observation)
{
	const struct knowledge *knowledge = &run->knowledge;
	const char **names = arena_array(run->arena, knowledge->n_profiles, sizeof(*names));

	for (size_t i = 0; i < knowledge->n_profiles; i++)
		names[i] = knowledge->profiles[i]->name;
	return (struct check_report){
		.facts = observation->facts,
		.findings = observation->findings,
		.plan = observation->plan,
		.profiles = names,
		.n_profiles = knowledge->n_profiles,
		.notes = observation->notes,
		.n_notes = observation->n_notes,
		.origin = report_origin(run, observation->facts),
		.pending = report_pending(run),
	};
}

bool report_is_settled(const struct check_report *report)
{
	return plan_is_settled(report->plan) && !report->pending;
}
