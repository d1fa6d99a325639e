/*
 * From files to facts: sysctls, counters, memory, CPUs, the kernel, the host's
 * name. Sockets (sys/sockets.h) and sysctl.d (sys/confdirs.h) are not here.
 *
 * For each sysctl KEY that is asked for there are three facts: KEY with its
 * value, "raw:KEY" with the kernel's text without blanks around it, and
 * "writable:KEY", whether the file's owner may write it. A key that is not
 * there is absent, and why says what is known of that: no such key in this
 * kernel, a module that is not loaded, a key that a child namespace does not
 * show. What could not be read is unreadable, with the errno's text.
 */
#ifndef TCPTUNE_COLLECT_H
#define TCPTUNE_COLLECT_H

#include <stddef.h>

#include "core/catalog.h"
#include "core/fact.h"
#include "core/needs.h"
#include "sys/source.h"

#define COLLECT_MOMENTS 4u

struct collect_options {
	const char *const *keys; /* sysctls with dots, as rules and profiles name them; again is harmless */
	size_t n_keys;
	double interval; /* seconds between two samples of the counters; 0: one sample */
	/*
	 * Called between the two samples when all but the rates is known: at the begin of the waiting with
	 * moment 0, and then COLLECT_MOMENTS - 1 times, spread evenly over it. Or NULL.
	 */
	void (*between)(void *context, unsigned moment);
	void *context;
	const struct needs *needs; /* what costs extra is observed only for these; NULL: everything */
};

/*
 * Everything in the catalogue but sockets.*. With an interval it takes that
 * long on this machine; a capture has the samples that were taken then. What
 * cannot be read is a fact that says so: -errno only when a recording fails.
 */
int collect(struct source *source, const struct catalog *catalog,
	    const struct collect_options *options, struct facts *facts);

#endif
