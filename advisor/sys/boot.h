/*
 * What a boot of this host does about sysctls, by what is installed: the
 * program that loads the files, and the kernel modules that are there before it.
 */
#ifndef TCPTUNE_BOOT_H
#define TCPTUNE_BOOT_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/audit.h"
#include "sys/source.h"

/*
 * with_modules: the modules too (files of /lib/modules/RELEASE, some hundred
 * KiB). release: of the kernel, or NULL where it is not known. A capture has
 * what its host had, in capture/loader, and capture/elsewhere where it was of
 * another network namespace than that of process 1.
 */
struct audit_host *boot_read(struct arena *arena, struct source *source, const char *release,
			     bool with_modules);

#endif
