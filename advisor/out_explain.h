/* The renderers of `explain`. */
#ifndef TCPTUNE_OUT_EXPLAIN_H
#define TCPTUNE_OUT_EXPLAIN_H

#include <jansson.h>

#include "out.h"
#include "out_page.h"

void out_text_explain(const struct out_options *options, const struct explain_report *report);
void out_text_explain_list(const struct out_options *options, const struct explain_list *list);
void out_json_explain(const struct out_options *options, const struct explain_report *report);
void out_json_explain_list(const struct out_options *options, const struct explain_list *list);

/* The parts of the text of which one kind alone consists. */
void out_text_explain_key(struct page *page, const struct out_options *options,
			  const struct explanation *explanation);
void out_text_explain_rule(struct page *page, const struct explanation *explanation);

/* How TCP goes from state to state, with one of them marked. Nothing for a state that is not in
 * it. */
void out_text_diagram(struct page *page, const char *state);

/* "  name         text": what is to be known at a glance. */
void out_text_row(struct page *page, const char *name, const char *text);

/* A heading and a paragraph below it; nothing where text is NULL. */
void out_text_section(struct page *page, const char *heading, const char *text);

/* "60 s, the default"; why it is not here, for a key that is not. */
char *out_text_key_value(struct arena *arena, const struct explained_key *key);

/* "quiet here", "fires here: summary" */
char *out_text_verdict(struct arena *arena, const struct explained_rule *rule);

/* The members that a parameter has, put into object. */
void out_json_explain_key(struct arena *arena, json_t *object,
			  const struct explanation *explanation);

#endif
