/*
 * The sysctl configuration of a host: every sysctl.d directory and
 * /etc/sysctl.conf, as the boot loaders find them.
 */
#ifndef TCPTUNE_CONFDIRS_H
#define TCPTUNE_CONFDIRS_H

#include <stddef.h>

#include "core/arena.h"
#include "core/sysctlconf.h"
#include "sys/source.h"

/* What is read at most; a file beyond it is left out, with a note. Hosts have some hundred lines, and a few globs. */
#define CONFDIRS_FILE_BYTES (256u << 10)
#define CONFDIRS_ENTRIES 5000u
#define CONFDIRS_GLOBS 250u
#define CONFDIRS_KEYS 1000u

struct confdirs {
	struct conf conf;
	/* What could not be read and why, a sentence each, in printable text. Such a file has no entries. */
	const char **notes;
	size_t n_notes, capacity;
};

/*
 * A file hides those of its name in lower directories, whatever it is: a link
 * to /dev/null and an empty file hide them and set nothing, a link that leads
 * nowhere too, with a note. Directories that are not there are no news. Lines
 * that a link to /etc/sysctl.conf brings are told as that file's.
 */
struct confdirs *confdirs_read(struct arena *arena, struct source *source);

/*
 * One more file that the operator names: in the order of names as a loader
 * would read it, sysctl.conf last. A name again is read behind the first.
 */
void confdirs_add(struct confdirs *confdirs, struct arena *arena, const char *path, const char *bytes,
		  size_t length);

/*
 * The keys below net. that the lines name, and those of this host that their
 * globs match; a key may stand in it twice. Beyond CONFDIRS_KEYS the matches of
 * globs are left out.
 */
const char *const *confdirs_keys(const struct confdirs *confdirs, struct source *source, struct arena *arena,
				 size_t *ret_n);

#endif
