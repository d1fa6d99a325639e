/*
 * Whether tcptune runs in a container, and what made it. The files of sysctl.d
 * that it sees are then the container's: nobody loads them.
 */
#ifndef TCPTUNE_CONTAINER_H
#define TCPTUNE_CONTAINER_H

#include "core/fact.h"
#include "sys/source.h"

/*
 * The fact container.manager, and capture/container when recording. Root is
 * not needed. Unreadable in a capture that does not have it.
 */
void container_collect(struct source *source, struct facts *facts);

#endif
