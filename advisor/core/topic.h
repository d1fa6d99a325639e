/*
 * What is known of socket states and of events (error numbers, messages of
 * the kernel's log), as rules/topics/ has it. The format of the files is
 * tcptune-topics.5.
 */
#ifndef TCPTUNE_TOPIC_H
#define TCPTUNE_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/catalog.h"
#include "core/counter.h"
#include "core/diag.h"
#include "core/node.h"
#include "core/rule.h"

enum topic_kind { TOPIC_STATE, TOPIC_EVENT };

/* What a key does, or does not do, for a topic. */
struct topic_key {
	const char *key;
	const char *text;
};

/* One of the causes of an event. */
struct topic_cause {
	const char *cause;
	const char *tell; /* how it is told from the others */
	const char *cure;
};

struct topic_texts {
	const char *const *items;
	size_t n;
};

/* A text is NULL, and a list empty, where the file does not have it. */
struct topic {
	enum topic_kind kind;
	const char *name; /* "TIME_WAIT", "EADDRNOTAVAIL"; one word */
	struct place place;
	struct topic_texts also; /* other words for it */
	const char *title;	 /* never NULL */
	const char *count;	 /* the fact that counts sockets in a state */
	const char *enters, *leaves, *side, *lasts, *pile; /* of a state, never NULL there */
	const char *means;				   /* of an event, never NULL there */
	const struct topic_cause *causes;		   /* of an event, at least one */
	size_t n_causes;
	const char *cure;  /* what to do */
	const char *wrong; /* what people get wrong */
	const char *unverified;
	const struct topic_key *keys; /* that matter */
	size_t n_keys;
	const struct topic_key *not_keys; /* that do not, though people turn to them */
	size_t n_not_keys;
	struct topic_texts here; /* facts to show */
	struct topic_texts counters, rules, see, sources;
};

struct topics {
	struct arena *arena;
	const struct topic **items; /* in the order in which they came */
	size_t n, capacity;
};

struct topics topics_new(struct arena *arena);

/* Adds what a loaded file has; a topic again replaces the earlier one. Errors are reported. */
bool topics_load(struct topics *topics, const struct node *document, struct diag *diag);

/* By its own name; NULL when there is none. */
const struct topic *topics_find(const struct topics *topics, const char *name);

/* What topics name must be there. */
struct topic_shelf {
	const struct catalog *catalog;
	const struct counters *counters;
	const struct rules *rules;
};

/* Reports every key, fact, counter, rule and topic that a topic names and that is not there. */
bool topics_check(const struct topics *topics, const struct topic_shelf *shelf,
		  struct diag *diag);

#endif
