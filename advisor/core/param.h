/*
 * What is known of a sysctl, as rules/parameters/ has it.
 * The format of the files is tcptune-parameters.5.
 */
#ifndef TCPTUNE_PARAM_H
#define TCPTUNE_PARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/node.h"
#include "core/value.h"

enum param_type {
	PARAM_INTEGER,
	PARAM_BOOLEAN, /* 0 or 1 by meaning; the kernel may take more */
	PARAM_ENUM,    /* an integer whose values have names */
	PARAM_BITMASK,
	PARAM_TUPLE,   /* `arity` integers */
	PARAM_TEXT,
	PARAM_PORTS,   /* "8080,9000-9010" */
};

enum param_scope { PARAM_GLOBAL, PARAM_NAMESPACE };

/* As the files have them: "integer", "namespace". */
const char *param_type_name(enum param_type type);
const char *param_scope_name(enum param_scope scope);

/* A number that the kernel enforces. Where it divides by HZ, number is for HZ = 1000: every kernel takes that. */
struct param_bound {
	bool is_set;
	double number;
	double dividend; /* 0, or what the kernel divides by its HZ: INT_MAX */
};

/* A change of default, range or meaning. */
struct param_change {
	struct version since;
	const char *what;
	const char *default_text; /* the default from then on, or NULL */
	const char *was;          /* the default until then, or NULL */
	struct param_bound min, max; /* from then on, where they changed */
};

/* One of the answers in circulation to how a key is to be set. */
struct param_opinion {
	const char *says;
	const char *who;
};

struct param {
	const char *key; /* with dots */
	struct place place;
	enum param_type type;
	unsigned arity;       /* of a tuple; 1 otherwise */
	enum unit unit;
	const char *counted;  /* what is counted where unit is UNIT_NONE: "sockets"; or NULL */
	struct param_bound min, max; /* what Linux 6.18 enforces, for each element; see param_on() */
	const char *min_key;  /* the (first) number of this key is a lower bound too; or NULL */
	const char *max_key;  /* the same for the upper one */
	const char *among;    /* of a text: the words of this key's value are those that need no module; or NULL */
	const char *among_in_child; /* of a text: a child namespace takes only words of this key's value; or NULL */
	bool is_ordered;      /* a tuple whose elements must not fall: min <= default <= max */
	bool is_rounded;      /* kept in jiffies: what is read back may be some milliseconds more */
	const char *const *values; /* of an enum: "0 = off", ...; NULL elsewhere */
	size_t n_values;
	const char *default_text;  /* of Linux 6.18, or NULL where it is a formula or not known */
	const char *default_formula; /* in words; or NULL */
	const char *introduced;    /* "2.6.12 or earlier", "4.11"; or NULL */
	struct version removed;    /* 0.0.0: still there */
	struct version noop_since; /* 0.0.0: it works */
	bool is_vendors;           /* never in mainline */
	enum param_scope scope;
	const char *namespace_since; /* or NULL */
	bool writable_in_namespace;
	bool read_only;            /* the kernel takes no write anywhere */
	const char *module;        /* that brings the key; or NULL */
	const char *effect;        /* when a write takes effect; or NULL */
	const char *inherited;     /* what a new namespace starts with, where it is not the default; or NULL */
	const char *summary;       /* what it does; never NULL */
	const char *wrong;         /* what people get wrong; or NULL */
	const struct param_opinion *opinions; /* where sources contradict each other; else none */
	size_t n_opinions;
	const char *verdict;       /* what tcptune holds of them; NULL where there are none */
	const char *unverified;    /* what of this could not be verified; or NULL */
	const struct param_change *changes; /* oldest first */
	size_t n_changes;
	const char *const *related;
	size_t n_related;
	const char *const *sources;
	size_t n_sources;
};

struct params;

struct params *params_new(struct arena *arena);

/* Adds what a loaded file has; a key again replaces the earlier entry. Errors are reported. */
bool params_load(struct params *params, const struct node *document, struct diag *diag);

/* key with dots. NULL when it is not known. */
const struct param *params_find(const struct params *params, const char *key);

/*
 * The same, and for a key of one interface ("net.ipv4.conf.eth0.rp_filter",
 * "net.ipv4.neigh.eth0.locktime") the entry of `default`.
 */
const struct param *params_describe(const struct params *params, const char *key);

/* In the order of keys. */
size_t params_count(const struct params *params);
const struct param *params_at(const struct params *params, size_t index);

/* The key nearest to a misspelt one, or the one that ends in it ("somaxconn"); NULL where none is near. */
const char *params_nearest(const struct params *params, const char *key);

/*
 * The parameter as this kernel has it: default and range by its version, and
 * by its HZ where that is known (not 0). Distributions backport: what the host
 * shows beats this.
 */
const struct param *param_on(struct arena *arena, const struct param *param,
			     struct version kernel, unsigned hz);

/* The number as the kernel writes it, exactly ("18446744073709551615"). */
char *param_bound_text(struct arena *arena, const struct param_bound *bound);

/* What an expression sees: number, tuple or text. */
enum value_type param_value_type(const struct param *param);

/* The kernel's text as a value. False when it is no value of this type. */
bool param_parse(struct arena *arena, const struct param *param, const char *text, struct value *ret);

/* The default on this kernel, NULL where it is a formula or not known. */
const char *param_default(const struct param *param, struct version kernel);

/*
 * Why this text must not be written, or NULL when it may: wrong arity, not an
 * integer, out of range, octal or hexadecimal by accident, trailing junk,
 * low above high, a number that means nothing here, what is not printable ASCII. It is
 * stricter than the kernel, which takes much of this and does something else.
 */
const char *param_refuses(struct arena *arena, const struct param *param, const char *text);

/*
 * What the key then holds when text is written over before (NULL: not known),
 * as the kernel reads it: octal and hexadecimal numbers, a tuple in part, a
 * refused value that changes nothing. NULL with the reason in *ret_why where
 * that cannot be told.
 */
const char *param_written(struct arena *arena, const struct param *param, const char *before,
			  const char *text, const char **ret_why);

/* Equal as the kernel sees them: numbers as it reads them, ports as a set, blanks do not count. */
bool param_same(const struct param *param, const char *a, const char *b);

#endif
