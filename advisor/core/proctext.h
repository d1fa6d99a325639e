/*
 * From the text of files of /proc and /sys to facts. Text may hold anything:
 * what cannot be understood leaves its facts unreadable, with the reason.
 */
#ifndef TCPTUNE_PROCTEXT_H
#define TCPTUNE_PROCTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fact.h"

/* A file and the facts that come of it. */
struct proctext_file {
	const char *path;
	bool is_optional; /* a host may do without it: then its facts are absent, not unreadable */
	const char *word; /* read only where needs_have() this word; NULL: always */
	const char *const *names; /* NULL-terminated */
	void (*read)(struct facts *facts, const char *text);
};

/* sockstat, sockstat6, meminfo, uptime, CPUs online, the kernel's release, the file table, who made the machine. */
const struct proctext_file *proctext_files(size_t *ret_n);

/* The facts of this file, all of its names. memory.pages needs memory.page_size to be there before. */
void proctext_read(struct facts *facts, const struct proctext_file *file, const char *text, size_t length);

/* The file could not be read; is_absent: because it is not there. why is the reason in words. */
void proctext_missing(struct facts *facts, const struct proctext_file *file, bool is_absent, const char *why);

/*
 * ports.low, ports.high and ports.usable from the facts
 * net.ipv4.ip_local_port_range and net.ipv4.ip_local_reserved_ports. A kernel
 * without the latter (before 2.6.35) reserves none.
 */
void proctext_ports(struct facts *facts);

/*
 * ehash.entries: what net.ipv4.tcp_ehash_entries says (6.1 and later; negative
 * where a namespace shares the table of the initial one), otherwise computed
 * from memory.total as the kernel does at boot.
 */
void proctext_ehash(struct facts *facts);

/* A decimal number at the start of text, with or without a fraction; false where there is none. */
bool proctext_number(const char *text, double *ret);

#endif
