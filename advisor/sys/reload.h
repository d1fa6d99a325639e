/*
 * Loading sysctl.d files the way `sysctl -p FILE...` of procps-ng 4.0.2 does:
 * all files are read first, then every assignment is written, in order.
 *
 * On purpose it differs in this:
 * - Only keys under net. are written, none with "..", and no symbolic link is
 *   followed: any other key gets a message and status 1.
 * - No FILE means tcptune's own drop-in instead of /etc/sysctl.conf.
 * - A FILE that is found and cannot be opened, or cannot be read (a directory),
 *   gives a message and status 1, and all others are read all the same.
 * - Messages begin with FILE:LINE, counted for each file by itself, and always
 *   have the right reason behind "setting key".
 * - Repeated separators get one message a line. In a glob they count as one,
 *   so that what stands elsewhere is left out of it.
 * - A key that may not be opened is not shown as written where "-" forgives it.
 * - A value of more than 4096 bytes is one write, never cut at its commas.
 * - Bytes that a terminal could take for commands are shown as \xNN.
 */
#ifndef TCPTUNE_RELOAD_H
#define TCPTUNE_RELOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"
#include "sys/source.h"

/* A FILE may have this many bytes. */
#define RELOAD_FILE_BYTES (16u << 20)

struct reload {
	struct arena *arena;
	struct source *source; /* where the keys and the drop-in are; FILEs are always this machine's */
	bool dry_run;          /* everything but the write */
	void *context;         /* for the two functions */

	/* A value was written (or would be). Both texts are printable, tabs aside. */
	void (*wrote)(void *context, const char *key, const char *value);

	/* A message, printable and without a newline; place.file is NULL where there is none. */
	void (*complain)(void *context, struct place place, const char *text);
};

/* files as the user gave them: "-" is stdin, others are expanded by glob(3). The status to exit with: 0 or 1. */
int reload_files(const struct reload *reload, const char *const *files, size_t n);

#endif
