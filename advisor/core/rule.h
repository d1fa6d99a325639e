/*
 * Rules as the files below rules/ have them: read, checked and compiled. The keys of the
 * files are tcptune-rules.5.
 */
#ifndef TCPTUNE_RULE_H
#define TCPTUNE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/catalog.h"
#include "core/diag.h"
#include "core/expr.h"
#include "core/node.h"
#include "core/report.h"

/* A text of a rule that is said only where its condition holds. */
struct rule_text {
	const struct template *template;
	const struct expr *when;      /* or NULL */
	const struct table_def *each; /* of evidence: said for each row where `when` holds; or NULL */
};

struct rule_remedy {
	enum remedy_kind kind;
	struct rule_text text;
	const struct param *set; /* of a sysctl remedy that names a key, else NULL */
	const struct expr *to;   /* the value for it: a number, a tuple or a text */
};

struct rule_threshold {
	const char *name;
	const char *means; /* or NULL */
	struct named_expr *named;
};

/* One bound of a range of kernels. */
struct kernel_bound {
	char order[3]; /* "<", "<=", ">", ">=", "==" */
	struct version version;
};

/* What a rule judges: `check` shows both, `audit` those of the configuration. */
enum rule_about { ABOUT_HOST, ABOUT_CONFIGURATION };

struct rule {
	const char *id;
	const char *title;
	enum rule_about about;
	struct place place;
	const struct node *node; /* as the file has it */
	enum severity severity;              /* where it does not depend on anything */
	const struct expr *severity_when[SEVERITY_CRITICAL + 1]; /* or by condition */
	bool has_conditions;                 /* which of the two */
	const struct table_def *each;        /* or NULL: judged once */
	const char *each_name;
	const struct kernel_bound *kernels;  /* all of them must hold */
	size_t n_kernels;
	const struct expr *when;             /* or NULL */
	const struct rule_threshold *thresholds;
	size_t n_thresholds;
	struct named_expr *names;            /* thresholds, then facts, in the order of the file */
	size_t n_names;
	const struct template *subject;      /* or NULL */
	const struct template *summary;
	const struct rule_text *evidence;
	size_t n_evidence;
	const struct rule_remedy *remedies;
	size_t n_remedies;
	const char *risk, *corrects, *unverified; /* or NULL */
	const char *const *sources;
	size_t n_sources;
};

struct rules;

struct rules *rules_new(struct arena *arena, const struct catalog *catalog);

/* Takes a file's rules in; a rule of an id that is there already replaces it. Errors are reported. */
bool rules_add(struct rules *rules, const struct node *document, struct diag *diag);

/* Compiles all that was added. Errors are reported; false when there was one. */
bool rules_compile(struct rules *rules, struct diag *diag);

/* After rules_compile(). In the order of ids. */
size_t rules_count(const struct rules *rules);
const struct rule *rules_at(const struct rules *rules, size_t index);
const struct rule *rules_find(const struct rules *rules, const char *id);

/* "id.threshold" = text, as --set has it; checked against the rule's own type and unit. */
bool rules_set_threshold(struct rules *rules, const char *name, const char *text, struct diag *diag);

/* The same with a scalar of a file, and the place of the name. */
bool rules_set_threshold_at(struct rules *rules, const char *name, struct place place,
			    const struct node *value, struct diag *diag);

/* The tables that the rules go through, without repeats. */
const char **rules_tables(const struct rules *rules, struct arena *arena, size_t *ret_n);

/* The names of all facts that the rules read and keys that they set, without repeats. */
const char **rules_facts(const struct rules *rules, struct arena *arena, size_t *ret_n);

/* The same of one rule. */
const char **rule_facts(const struct rule *rule, struct arena *arena, size_t *ret_n);

#endif
