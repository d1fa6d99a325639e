/* Lists of ports as net.ipv4.ip_local_reserved_ports has them: "8080,9000-9010". */
#ifndef TCPTUNE_PORTS_H
#define TCPTUNE_PORTS_H

#include <stdbool.h>

#include "core/arena.h"

/* Blanks and repeats are allowed; a list that is no list has what could be read of it. */
bool ports_have(const char *list, double port);

/* How many ports of [low, high] the list has. */
unsigned ports_count(const char *list, unsigned low, unsigned high);

/* Both lists in one, ascending, neighbours joined to ranges, as the kernel prints it. */
char *ports_merge(struct arena *arena, const char *a, const char *b);

/* False, with *ret_why, for a text that the kernel would refuse. */
bool ports_valid(const char *list, const char **ret_why);

#endif
