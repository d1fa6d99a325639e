/*
 * The facts of network interfaces and their queueing disciplines: from two
 * rtnetlink dumps, or from their bytes in a capture. Any user may ask; they
 * are those of the network namespace that the process is in.
 */
#ifndef TCPTUNE_INTERFACES_H
#define TCPTUNE_INTERFACES_H

#include "core/fact.h"
#include "sys/source.h"

/* The tables interfaces and qdiscs of core/catalog.h, or that they are unreadable, with the reason. */
void interfaces_collect(struct source *source, struct facts *facts);

#endif
