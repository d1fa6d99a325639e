/*
 * The counters of a host at one moment, and what two moments make of them:
 * /proc/net/netstat and /proc/net/snmp (pairs of lines, names and values),
 * /proc/net/softnet_stat (a row of hexadecimal numbers for each CPU) and the
 * files of /proc/net/stat (such rows below a line of names).
 *
 * Of softnet there is the table softnet_cpus too.
 *
 * Facts are made of what the catalogue has, "counter.TcpExt.ListenOverflows"
 * and "rate.TcpExt.ListenOverflows", and of softnet.*, conntrack.*, neigh.*
 * and neigh6.*, as far as their files were looked at. With one sample only,
 * a rate is the average since boot: weak evidence, and for a younger network
 * namespace, whose counters began with it, too low.
 */
#ifndef TCPTUNE_SAMPLE_H
#define TCPTUNE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/catalog.h"

struct sample;

struct sample *sample_new(struct arena *arena);

/* text may hold anything; what is not understood is not there. */
void sample_add_pairs(struct sample *sample, const char *text, size_t length);
void sample_add_softnet(struct sample *sample, const char *text, size_t length);

/* A file of /proc/net/stat, as the counters "group.name". What it calls entries is one number, not one for each CPU. */
void sample_add_stat(struct sample *sample, const char *group, const char *text, size_t length);

/* Why one of the files could not be read: its counters are not known, instead of absent. */
void sample_miss_pairs(struct sample *sample, const char *why);

/* The same for what has one group of its own: "softnet", "conntrack". group and why are kept, not copied. */
void sample_miss(struct sample *sample, const char *group, enum fact_state state, const char *why);

/* By "TcpExt.ListenOverflows" or "softnet.dropped"; FACT_KNOWN with *ret set, or why not. */
struct fact sample_find(const struct sample *sample, const char *name, int64_t *ret);

/* What rates are averaged over. */
struct sample_span {
	const struct sample *first; /* NULL: since boot */
	double seconds;             /* between the samples, or since boot */
	const char *why;            /* why seconds are not known; NULL where they are */
};

/* sample.live, sample.seconds and the facts of all counters, as named above. */
void sample_facts(const struct sample *last, const struct sample_span *span,
		  const struct catalog *catalog, struct facts *facts);

#endif
