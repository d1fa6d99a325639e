/*
 * What `tcptune explain` shows: a word is found among all that is known, and
 * what is known of it is put beside what one host has.
 */
#ifndef TCPTUNE_EXPLAIN_H
#define TCPTUNE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/counter.h"
#include "core/fact.h"
#include "core/keystate.h"
#include "core/param.h"
#include "core/report.h"
#include "core/rule.h"
#include "core/sysctlconf.h"
#include "core/topic.h"

enum explain_kind {
	EXPLAIN_PARAMETER,
	EXPLAIN_STATE,
	EXPLAIN_EVENT,
	EXPLAIN_COUNTER,
	EXPLAIN_RULE
};

/* "parameter", "state", ... */
const char *explain_kind_name(enum explain_kind kind);

struct explain_known {
	const struct params *params;
	const struct counters *counters;
	const struct rules *rules;
	const struct topics *topics;
};

/* One thing that can be explained. */
struct explain_what {
	enum explain_kind kind;
	const char *name; /* the key with dots, "TIME_WAIT", "TcpExt.TW", a rule's id */
	const struct param *param; /* of a parameter; its key may be that of `default` */
	size_t counter;		   /* of a counter: its index */
	const struct rule *rule;   /* of a rule */
	const struct topic *topic; /* of a state or an event */
};

/*
 * A key in either spelling, below /proc/sys too, or its end where that is one
 * key's alone; a state, an event or one of their other words; a counter with
 * or without its group; a rule's id. Case, '_', '-', '.' and blanks do not
 * count but in keys and ids. A longer text is the event that it speaks of: a
 * line of the kernel's log. False with the reason in *ret_why.
 */
bool explain_find(struct arena *arena, const struct explain_known *known, const char *word,
		  struct explain_what *ret, const char **ret_why);

/* Everything there is: states, events, rules, counters, then parameters by subject and key. */
struct explain_what *explain_all(struct arena *arena, const struct explain_known *known,
				 size_t *ret_n);

/* Where it is described: the name of the file without directory and ending, "time-wait". */
const char *explain_subject(struct arena *arena, const struct explain_known *known,
			    const struct explain_what *what);

/* One line about it: a title, or the first sentence of what it does. */
const char *explain_title(struct arena *arena, const struct explain_known *known,
			  const struct explain_what *what);

/* -------------------------------------------------------------- on a host */

struct explain_host {
	const struct facts *facts;
	const struct findings *findings;
	const struct conf *conf;
};

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct explained_key {
	const char *key;
	const struct param *param; /* as this kernel has it; NULL: nothing is known of it */
	struct key_status status;
	const char *current; /* as the kernel shows it, blanks made one; NULL: not there */
	const char
		*shown; /* the same for people: "2 h", "loopback only"; NULL: it says no more */
	enum answer is_default;
	const char *text; /* what a topic says of it; or NULL */
};

/* An assignment in a file of sysctl.d. */
struct explained_line {
	struct place place;
	const char *value;
	bool is_glob;
	bool wins[CONF_LOADERS];
};

struct explained_counter {
	const struct counter_def *def;
	const struct counter_note *note;
	bool is_gauge;     /* it counts what is, not what was */
	struct fact total; /* since boot, or now */
	struct fact rate;  /* a second; not known of a gauge */
};

enum rule_verdict { RULE_QUIET, RULE_FIRES, RULE_NOT_APPLICABLE, RULE_UNKNOWN };

const char *rule_verdict_name(enum rule_verdict verdict);

struct explained_rule {
	const char *id;
	const struct rule *rule; /* NULL: there is none of this id */
	enum rule_verdict verdict;
	const char *why;	       /* not applicable or unknown; or NULL */
	const struct finding *finding; /* the worst one of a rule that fires */
	size_t n_findings;
};

struct explained_fact {
	const char *name;
	const char *summary;
	struct fact fact;
};

struct explained_threshold {
	const char *name, *means;
	struct fact value;
};

struct explanation {
	struct explain_what what;
	const struct facts *facts; /* of the host */
	const char *subject;
	struct explained_key key; /* of a parameter */
	const char *const *same;  /* keys that the same entry describes */
	size_t n_same;
	const struct explained_line *lines; /* that set the key, in the order of reading */
	size_t n_lines;
	struct explained_counter counter; /* of a counter */
	struct explained_rule rule;	  /* of a rule */
	const struct explained_threshold *thresholds;
	size_t n_thresholds;
	const char *const *reads; /* facts and tables of a rule */
	size_t n_reads;
	struct fact count;		  /* sockets in a state */
	const struct explained_key *keys; /* that matter to it, or are related */
	size_t n_keys;
	const struct explained_key *not_keys;
	size_t n_not_keys;
	const struct explained_counter *counters;
	size_t n_counters;
	const struct explained_rule *rules;
	size_t n_rules;
	const struct explained_fact *here;
	size_t n_here;
	const struct topic **topics; /* that name it, or that it names */
	size_t n_topics;
	const char *unverified; /* or NULL */
	struct topic_texts sources;
};

struct explanation *explain(struct arena *arena, const struct explain_known *known,
			    const struct explain_host *host, const struct explain_what *what);

/* The line that a loader takes at boot, or NULL. */
const struct explained_line *explain_winner(const struct explanation *explanation,
					    enum conf_loader loader);

#endif
