/*
 * sysctl.d files, read as procps-ng 4.0.2 and as systemd-sysctl read them
 * (facts: loader semantics, executed with both programs). This is the reader
 * only: from bytes to entries, and from the entries of many files to what
 * each loader would set at boot.
 */
#ifndef TCPTUNE_SYSCTLCONF_H
#define TCPTUNE_SYSCTLCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"

enum conf_kind {
	CONF_ASSIGNMENT,
	CONF_EXCLUDE,  /* "-key" without "=": keeps a glob from setting it */
	CONF_INVALID,  /* a line that is none of these: procps says so and goes on */
};

struct conf_entry {
	enum conf_kind kind;
	struct place place;
	const char *key;    /* canonical, with dots: "net.ipv4.conf.eth0/100.rp_filter"; or as written for CONF_INVALID */
	const char *path;   /* the same below /proc/sys: "net/ipv4/conf/eth0.100/rp_filter"; NULL for CONF_INVALID */
	const char *spelt;  /* the path that procps makes of it, with repeated separators: "net//ipv4/..."; or NULL */
	const char *value;  /* trimmed; "" when empty; NULL unless an assignment */
	bool ignore;        /* written with a leading "-" */
	bool is_glob;       /* the path has one of * ? [ */
};

struct conf_file {
	const char *path;    /* as a message names it */
	const char *told_as; /* the file that its lines name: another one where the path is a link to it */
	struct conf_entry *entries; /* in the order of the file */
	size_t n, capacity;
	double age;          /* seconds since it was changed; below 0 where that is not known */
};

/* A file that is not read, because a higher directory has one of its name. */
struct conf_mask {
	const struct conf_file *file;
	const char *by;     /* the path that hides it */
	bool is_deliberate; /* which is empty, or a link to /dev/null */
};

/* bytes need not end in a newline or a NUL, and may hold anything. Never fails. */
struct conf_file *conf_parse(struct arena *arena, const char *path, const char *bytes, size_t length);

/* The key of a path below /proc/sys and back: "." and "/" change places where the first is not as wanted. */
char *conf_key_of_path(struct arena *arena, const char *path);
char *conf_path_of_key(struct arena *arena, const char *key);

enum conf_loader {
	CONF_SYSTEMD, /* systemd-sysctl */
	CONF_PROCPS,  /* sysctl --system */
	CONF_LOADERS,
};

/*
 * All files that either loader reads. files is in the order of reading:
 * basenames sorted bytewise over all directories, each basename once from the
 * highest directory; /etc/sysctl.conf, if it is there, is `last` and is read
 * by procps alone, after everything (again, where a link names it too).
 */
struct conf {
	struct conf_file **files;
	size_t n_files, capacity;
	struct conf_file *last; /* or NULL */
	struct conf_mask *masks; /* by the name of the file, the higher directory first */
	size_t n_masks, masks_capacity;
};

/* The file that only procps reads, unless a link in a sysctl.d directory leads to it. */
#define CONF_LAST_PATH "/etc/sysctl.conf"

/*
 * The assignment that decides this key (canonical) for this loader, or NULL
 * when no file sets it: explicit keys beat globs, later beats earlier,
 * excluded keys are not set by globs. An exclusion by glob keeps no other key
 * from being set (procps honours it from 4.0.5 on). Looks at every entry; where
 * only globs match, time grows with the square of their number.
 */
const struct conf_entry *conf_winner(const struct conf *conf, enum conf_loader loader, const char *key);

/*
 * The exclusion ("-key") that keeps the loader from setting a key that a line
 * before it names, or NULL. It does that to systemd-sysctl alone, which keeps
 * one entry a key (executed with 252); procps takes it for globs only.
 */
const struct conf_entry *conf_exclusion(const struct conf *conf, enum conf_loader loader, const char *key);

/*
 * What the loader writes to this key, in that order: the last one is the
 * winner. procps writes every line in turn, systemd one.
 */
const struct conf_entry **conf_writes(struct arena *arena, const struct conf *conf, enum conf_loader loader,
				      const char *key, size_t *ret_n);

/* The loader reads this file of conf->files, or conf->last. */
bool conf_reads(const struct conf *conf, enum conf_loader loader, const struct conf_file *file);

/* glob(3) matching of one path component at a time: "*" does not cross "/". */
bool conf_glob_match(const char *pattern, const char *path);

#endif
