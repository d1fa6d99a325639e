/*
 * The sysctl configuration of a host, judged line by line and key by key: what
 * this kernel makes of each line, which line decides, and what the next boot
 * gives. Only keys below net. are judged.
 */
#ifndef TCPTUNE_AUDIT_H
#define TCPTUNE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fact.h"
#include "core/param.h"
#include "core/sysctlconf.h"

/* What a host makes of a key: its state in words, as the table `configured` has it. */
struct audit_state {
	const char *name;    /* of key_state_name(), or "misspelt", "unknown", "no-interface", "glob" */
	const char *note;    /* or NULL */
	const char *nearest; /* the key that was meant, where it is misspelt; or NULL */
};

/* One assignment; of a line that a link brings again, the first time that it is read. */
struct audit_line {
	const struct conf_entry *entry;
	const struct param *param; /* as this kernel has it; NULL where nothing is known of the key, and for a glob */
	struct audit_state state;
	const char *refusal;       /* why the value is not one to write, or NULL */
	bool wins[CONF_LOADERS];   /* it decides its key, or one of those that its glob matches */
	const struct conf_entry *beaten_by[CONF_LOADERS]; /* what decides in its place; NULL where it wins, or nothing does */
	bool is_read[CONF_LOADERS];
	size_t n_keys;             /* of audit.keys that it sets; of a glob 0 or more */
	bool is_sysctl_conf;       /* it stands in /etc/sysctl.conf */
};

/* What a loader makes of a key. */
struct audit_boot {
	const struct conf_entry *entry; /* the line that decides; NULL where none does */
	const struct conf_entry *exclusion; /* "-key", for which no line decides; or NULL */
	const char *value; /* what the kernel then has; NULL where there is no line, or it cannot be told */
	const char *why;   /* why it cannot be told, or NULL */
};

/* A key that a line sets, by name or by glob. */
struct audit_key {
	const char *key;
	const struct param *param;  /* as this kernel has it, or NULL */
	struct audit_state state;
	const char *running;        /* NULL where it is not there, or cannot be read */
	const char *default_text;   /* NULL where that is a formula, or not known */
	struct audit_boot boot[CONF_LOADERS];
	const size_t *lines;        /* of audit.lines, in the order of reading */
	size_t n_lines, lines_capacity;
	size_t n_values;            /* different values among them */
};

/* What of the machine the files do not say. */
struct audit_host {
	const char *loader;      /* "systemd", "procps", "none"; NULL: see loader_why */
	const char *loader_why;
	const char *const *modules; /* built in, or loaded before the sysctls */
	size_t n_modules;
	const char *modules_why; /* why there may be others, or NULL */
	const char *no_boot;     /* why no boot loads the files into what was looked at, or NULL */
};

struct audit_input {
	const struct conf *conf;
	const struct params *params;
	const struct facts *facts;      /* kernel.version; and the keys, "raw:" too, where is_observed */
	const struct audit_host *host;
	bool is_observed;               /* the keys were looked at; otherwise the kernel's version decides */
	const char *const *keys;        /* that globs match, canonical; again is harmless */
	size_t n_keys;
};

struct audit {
	const struct audit_input *input;
	struct audit_line *lines; /* in the order of reading */
	size_t n_lines, lines_capacity;
	struct audit_key *keys;   /* by key */
	size_t n_keys, keys_capacity;
};

/* input and all that it points to must live as long as the audit. */
struct audit *audit_make(struct arena *arena, const struct audit_input *input);

/* The loader that this host boots with; false where that is none of the two, or not known. */
bool audit_loader(const struct audit_host *host, enum conf_loader *ret);

/* "systemd-sysctl", "sysctl --system" */
const char *audit_loader_name(enum conf_loader loader);

/* The key is there, or comes with a module or an interface. */
bool audit_can_be_set(const struct audit_key *key);

/* Both loaders end with the same value, as the kernel sees it, or neither has a line; so for a key that cannot be set. */
bool audit_agrees(const struct audit_key *key);

/* The value is the one that the line has; false too where it is not known. */
bool audit_is_written(const struct audit_key *key, const struct audit_boot *boot);

/*
 * What the boot of this host makes of the key: by its loader, or by both where
 * they agree. NULL where that cannot be told, or nothing loads the files, with
 * the reason in *ret_why.
 */
const struct audit_boot *audit_boot_here(const struct audit *audit, const struct audit_key *key,
					 struct fact *ret_why);

/* Is the running value another one than after the next boot? Yes or no, or why that is not to be told. */
struct fact audit_drift(const struct audit *audit, const struct audit_key *key);

/* /etc/sysctl.conf: "missing", "linked", "alone", as boot.sysctl_conf has it; NULL where no host was looked at. */
const char *audit_sysctl_conf(const struct audit *audit);

/* The keys below net. that a hidden file would set and no file that is read does. */
const char *const *audit_lost_keys(struct arena *arena, const struct conf *conf, const struct conf_mask *mask,
				   size_t *ret_n);

/* Is a module built in, or loaded before the sysctls? FACT_UNREADABLE where that is not known. */
struct fact audit_module_is_early(const struct audit_host *host, const char *module);

/* Fills the tables `configured`, `configured_keys` and `masked`, and boot.loader and boot.sysctl_conf. */
void audit_facts(const struct audit *audit, struct facts *facts);

#endif
