#include <math.h>

#include "core/capacity.h"
#include "out_json.h"
#include "out_shared.h"

/* A fact as JSON; null when it is not known, which is never 0. */
static json_t *fact(struct arena *arena, const struct facts *facts, const char *name)
{
	struct fact fact = facts_get(facts, name);

	return fact.state == FACT_KNOWN ? out_json_value(arena, fact.value) : json_null();
}

static json_t *namespace_name(const struct facts *facts)
{
	struct fact child = facts_get(facts, "namespace.child");

	if (child.state != FACT_KNOWN)
		return json_null();
	return json_string(child.value.boolean ? "child" : "initial");
}

static json_t *uptime(const struct facts *facts)
{
	struct fact uptime = facts_get(facts, "uptime");

	return uptime.state == FACT_KNOWN ? out_json_number(floor(uptime.value.number))
					  : json_null();
}

json_t *out_json_host(struct arena *arena, const struct facts *facts)
{
	json_t *object = json_object();

	out_json_put(object, "name", fact(arena, facts, "host.name"));
	out_json_put(object, "kernel", fact(arena, facts, "kernel.release"));
	out_json_put(object, "namespace", namespace_name(facts));
	out_json_put(object, "uptime_s", uptime(facts));
	return object;
}

static json_t *sockets(struct arena *arena, const struct facts *facts)
{
	json_t *object = json_object();
	json_t *states = json_object();

	for (size_t i = 0; i < OUT_STATES; i++)
		out_json_put(states, out_states[i].name,
			     fact(arena, facts, out_states[i].fact));
	out_json_put(object, "source", fact(arena, facts, "sockets.source"));
	out_json_put(object, "total", fact(arena, facts, "sockets.total"));
	out_json_put(object, "states", states);
	return object;
}

static json_t *sample(struct arena *arena, const struct facts *facts)
{
	json_t *object = json_object();

	out_json_put(object, "live", fact(arena, facts, "sample.live"));
	out_json_put(object, "seconds", fact(arena, facts, "sample.seconds"));
	return object;
}

/* A fact as JSON; null when it is not known. */
static json_t *known(struct arena *arena, struct fact fact)
{
	return fact.state == FACT_KNOWN ? out_json_value(arena, fact.value) : json_null();
}

static json_t *destination_capacity(struct arena *arena, const struct destination_capacity *capacity)
{
	json_t *object = json_object();

	out_json_put(object, "name", out_json_text(arena, capacity->name));
	out_json_put(object, "used", known(arena, capacity->used));
	out_json_put(object, "usable", known(arena, capacity->usable));
	out_json_put(object, "reusable", known(arena, capacity->reusable));
	out_json_put(object, "ceiling_per_s", known(arena, capacity->ceiling));
	out_json_put(object, "new_per_s", known(arena, capacity->made));
	out_json_put(object, "closed_per_s", known(arena, capacity->closed));
	out_json_put(object, "left_s", known(arena, capacity->left));
	return object;
}

static json_t *listener_capacity(struct arena *arena, const struct listener_capacity *capacity)
{
	json_t *object = json_object();

	out_json_put(object, "name", out_json_text(arena, capacity->name));
	out_json_put(object, "process", known(arena, capacity->process));
	out_json_put(object, "queued", known(arena, capacity->queued));
	out_json_put(object, "limit", known(arena, capacity->limit));
	out_json_put(object, "new_per_s", known(arena, capacity->made));
	out_json_put(object, "lasts_s", known(arena, capacity->lasts));
	out_json_put(object, "left_s", known(arena, capacity->left));
	return object;
}

static json_t *capacity(struct arena *arena, const struct facts *facts)
{
	struct capacity capacity = capacity_of(arena, facts);
	json_t *object = json_object(), *destinations = json_array(), *listeners = json_array();

	for (size_t i = 0; i < capacity.n_destinations; i++)
		out_json_append(destinations,
				destination_capacity(arena, &capacity.destinations[i]));
	for (size_t i = 0; i < capacity.n_listeners; i++)
		out_json_append(listeners, listener_capacity(arena, &capacity.listeners[i]));
	out_json_put(object, "destinations", destinations);
	out_json_put(object, "listeners", listeners);
	return object;
}

static json_t *remedies(struct arena *arena, const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->n_remedies; i++) {
		const struct remedy *remedy = &finding->remedies[i];
		json_t *object = json_object();

		out_json_put(object, "do", json_string(remedy_kind_name(remedy->kind)));
		out_json_put(object, "text", out_json_text(arena, remedy->text));
		out_json_put(object, "set", out_json_text(arena, remedy->key));
		out_json_put(object, "to", out_json_text(arena, remedy->to));
		out_json_append(array, object);
	}
	return array;
}

static json_t *finding_facts(struct arena *arena, const struct finding *finding)
{
	json_t *object = json_object();

	for (size_t i = 0; i < finding->n_facts; i++)
		out_json_put(object, out_line(arena, finding->facts[i].name),
			     out_json_value(arena, finding->facts[i].value));
	return object;
}

static json_t *finding(struct arena *arena, const struct finding *finding)
{
	json_t *object = json_object();

	out_json_put(object, "id", out_json_text(arena, finding->id));
	out_json_put(object, "severity", json_string(severity_name(finding->severity)));
	out_json_put(object, "subject", out_json_text(arena, finding->subject));
	out_json_put(object, "title", out_json_text(arena, finding->title));
	out_json_put(object, "summary", out_json_text(arena, finding->summary));
	out_json_put(object, "evidence",
		     out_json_texts(arena, finding->evidence, finding->n_evidence));
	out_json_put(object, "facts", finding_facts(arena, finding));
	out_json_put(object, "remedy", remedies(arena, finding));
	out_json_put(object, "risk", out_json_text(arena, finding->risk));
	out_json_put(object, "corrects", out_json_text(arena, finding->corrects));
	out_json_put(object, "sources",
		     out_json_texts(arena, finding->sources, finding->n_sources));
	out_json_put(object, "was_accepted", out_json_text(arena, finding->was_accepted));
	return object;
}

static json_t *place_text(struct arena *arena, struct place place)
{
	return out_json_text(arena, arena_printf(arena, "%s:%u", place.file, place.line));
}

json_t *out_json_accepted(struct arena *arena, const struct findings *findings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < findings->n_accepted; i++) {
		const struct accepted *accepted = &findings->accepted[i];
		json_t *object = json_object();

		out_json_put(object, "finding", finding(arena, &accepted->finding));
		out_json_put(object, "reason", out_json_text(arena, accepted->reason));
		out_json_put(object, "until", out_json_text(arena, accepted->until));
		out_json_put(object, "place", place_text(arena, accepted->place));
		out_json_append(array, object);
	}
	return array;
}

json_t *out_json_findings(struct arena *arena, const struct findings *findings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < findings->n; i++)
		out_json_append(array, finding(arena, &findings->items[i]));
	return array;
}

json_t *out_json_unjudged(struct arena *arena, const struct unjudged *items, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *object = json_object();

		out_json_put(object, "id", out_json_text(arena, items[i].id));
		out_json_put(object, "why", out_json_text(arena, items[i].why));
		out_json_append(array, object);
	}
	return array;
}

static void put_judged(json_t *document, struct arena *arena, const struct check_report *report)
{
	const struct findings *judged = report->findings;
	const struct plan *plan = report->plan;

	out_json_put(document, "findings", out_json_findings(arena, judged));
	out_json_put(document, "accepted", out_json_accepted(arena, judged));
	out_json_put(document, "settings", out_json_settings(arena, plan));
	out_json_put(document, "changes",
		     out_json_changes(arena, plan->changes, plan->n_changes));
	out_json_put(document, "plan", out_json_plan(arena, plan, &report->origin));
	out_json_put(document, "skipped",
		     out_json_skipped(arena, plan->skipped, plan->n_skipped));
	out_json_put(document, "obstacles", out_json_obstacles(arena, plan));
	out_json_put(document, "dropin_foreign", json_boolean(plan->dropin_foreign));
	out_json_put(document, "unknown", out_json_unjudged(arena, judged->unknown, judged->n_unknown));
	out_json_put(document, "not_applicable",
		     out_json_unjudged(arena, judged->not_applicable, judged->n_not_applicable));
	out_json_put(document, "quiet", json_integer((json_int_t)judged->n_quiet));
}

static json_t *check_document(struct arena *arena, const struct check_report *report)
{
	json_t *document = out_json_begin("tcptune.check/1");

	out_json_put(document, "host", out_json_host(arena, report->facts));
	out_json_put(document, "profiles",
		     out_json_texts(arena, report->profiles, report->n_profiles));
	out_json_put(document, "sockets", sockets(arena, report->facts));
	out_json_put(document, "sample", sample(arena, report->facts));
	out_json_put(document, "capacity", capacity(arena, report->facts));
	put_judged(document, arena, report);
	out_json_put(document, "notes", out_json_texts(arena, report->notes, report->n_notes));
	out_json_put(document, "pending", out_json_text(arena, report->pending));
	return document;
}

void out_json_check(const struct out_options *options, const struct check_report *report)
{
	out_json_end(options, check_document(options->arena, report));
}

static json_t *netns(struct arena *arena, const struct netns_report *report)
{
	json_t *object = json_object();

	out_json_put(object, "inode", json_integer((json_int_t)report->inode));
	out_json_put(object, "name", out_json_text(arena, report->name));
	out_json_put(object, "pid", report->pid ? json_integer(report->pid) : json_null());
	out_json_put(object, "program", out_json_text(arena, report->program));
	out_json_put(object, "ours", json_boolean(report->is_ours));
	out_json_put(object, "error", out_json_text(arena, report->error));
	out_json_put(object, "check",
		     report->error ? json_null() : check_document(arena, &report->check));
	return object;
}

void out_json_check_all(const struct out_options *options, const struct netns_reports *reports)
{
	json_t *document = out_json_begin("tcptune.namespaces/1");
	json_t *array = json_array();

	for (size_t i = 0; i < reports->n; i++)
		out_json_append(array, netns(options->arena, &reports->items[i]));
	out_json_put(document, "namespaces", array);
	out_json_put(document, "hidden_processes", json_integer((json_int_t)reports->n_hidden));
	out_json_end(options, document);
}
