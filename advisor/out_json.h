/*
 * The parts of JSON documents that more than one command shows. The shapes are
 * described in advisor/schemas/, and a change of them is a change there.
 */
#ifndef TCPTUNE_OUT_JSON_H
#define TCPTUNE_OUT_JSON_H

#include <jansson.h>

#include "core/report.h"
#include "out.h"

/* Puts value, which it takes over, into object. Out of memory ends the program: nothing was printed yet. */
void out_json_put(json_t *object, const char *key, json_t *value);
void out_json_append(json_t *array, json_t *value);

/* A document that begins with its schema's name and the version of tcptune. */
json_t *out_json_begin(const char *schema);

/* Prints and frees the document. */
void out_json_end(const struct out_options *options, json_t *document);

/* null for NULL. */
json_t *out_json_text(struct arena *arena, const char *text);
json_t *out_json_texts(struct arena *arena, const char *const *texts, size_t n);

/* An integer where it is one, null where JSON has no such number. */
json_t *out_json_number(double number);
json_t *out_json_value(struct arena *arena, struct value value);

json_t *out_json_settings(struct arena *arena, const struct plan *plan);
json_t *out_json_changes(struct arena *arena, const struct change *changes, size_t n);
json_t *out_json_skipped(struct arena *arena, const struct skipped *skipped, size_t n);
json_t *out_json_problems(struct arena *arena, const struct apply_problem *items, size_t n);
/* What --plan needs beside the changes. */
json_t *out_json_plan(struct arena *arena, const struct plan *plan, const struct plan_origin *origin);
json_t *out_json_obstacles(struct arena *arena, const struct plan *plan);

json_t *out_json_host(struct arena *arena, const struct facts *facts);
json_t *out_json_findings(struct arena *arena, const struct findings *findings);
json_t *out_json_accepted(struct arena *arena, const struct findings *findings);
json_t *out_json_unjudged(struct arena *arena, const struct unjudged *items, size_t n);

void out_json_check(const struct out_options *options, const struct check_report *report);
void out_json_check_all(const struct out_options *options, const struct netns_reports *reports);
void out_json_audit(const struct out_options *options, const struct audit_report *report);
void out_json_apply(const struct out_options *options, const struct apply_report *report);
void out_json_revert(const struct out_options *options, const struct revert_report *report);
void out_json_confirm(const struct out_options *options, const struct confirm_report *report);
void out_json_history(const struct out_options *options, const struct history_report *report);
void out_json_profiles(const struct out_options *options, const struct profile *const *profiles, size_t n,
		       bool whole);
void out_json_rules(const struct out_options *options, const struct rule *const *rules, size_t n, bool whole);
void out_json_catalog(const struct out_options *options);

#endif
