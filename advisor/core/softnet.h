/*
 * What each CPU did with packets: the rows of /proc/net/softnet_stat (Linux
 * 6.18 net/core/net-procfs.c softnet_seq_show()). They are of the whole
 * machine, in every network namespace.
 */
#ifndef TCPTUNE_SOFTNET_H
#define TCPTUNE_SOFTNET_H

#include <stddef.h>

#include "core/fact.h"

struct softnet;

/* text may hold anything: rows that are none are left out. */
struct softnet *softnet_parse(struct arena *arena, const char *text, size_t length);

/* How rates are made. */
struct softnet_span {
	const struct softnet *first; /* NULL: since boot, when all was 0 */
	double seconds;
	const char *why; /* why there are no rates; NULL where there are */
};

/* The table softnet_cpus; last NULL: it could not be read, for this reason. */
void softnet_facts(const struct softnet *last, const struct softnet_span *span, const char *why,
		   struct facts *facts);

#endif
