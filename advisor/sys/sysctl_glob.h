/* The paths below /proc/sys that a pattern matches, as glob(3) would find them there. */
#ifndef TCPTUNE_SYSCTL_GLOB_H
#define TCPTUNE_SYSCTL_GLOB_H

#include <stddef.h>

#include "core/arena.h"
#include "sys/source.h"

/*
 * pattern: "net/ipv4/conf/" and so on, one star or more for a whole component
 * or a part of it, as a conf_entry's path has it. Files and directories,
 * sorted bytewise; no match gives *ret_n = 0. -EINVAL where a component is "..".
 */
int sysctl_glob(struct source *source, const char *pattern, struct arena *arena,
		const char *const **ret_paths, size_t *ret_n);

#endif
