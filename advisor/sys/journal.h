/*
 * The records under /var/lib/tcptune: NUMBER.json, and beside it the drop-in's
 * bytes before the apply (NUMBER.before) and after it (NUMBER.after). A record
 * is there when its .json is; each file is written as store_write() does it.
 *
 * Whoever changes the journal holds the lock (sys/lock.h).
 */
#ifndef TCPTUNE_JOURNAL_H
#define TCPTUNE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/record.h"
#include "sys/source.h"
#include "sys/store.h"

#define JOURNAL_DIRECTORY "/var/lib/tcptune"

/* So many records are kept: an apply removes what is older. */
#define JOURNAL_KEPT 100

struct journal {
	struct arena *arena;
	int directory;
};

/* The drop-in's bytes, as far as they are kept. */
enum journal_side { JOURNAL_BEFORE, JOURNAL_AFTER };

/*
 * -ENOENT where there is no journal and create is false. -EPERM where the
 * directory belongs to somebody else or others may write it, -ENOTDIR where
 * it is a link.
 */
int journal_open(struct arena *arena, struct source *source, bool create, struct journal *ret);

/* Accepts a journal that was never opened, directory being -1. */
void journal_close(struct journal *journal);

/* The numbers that there are, the lowest first. */
int journal_list(const struct journal *journal, unsigned **ret_numbers, size_t *ret_n);

/* -EBADMSG where it is no record, and -EPERM where others could have written it; both are reported too. */
int journal_read(const struct journal *journal, unsigned number, struct diag *diag,
		 struct record **ret);
int journal_write(const struct journal *journal, const struct record *record);

/* A side that is not kept is a file that does not exist. Owner and mode of the drop-in are in the record. */
int journal_read_side(const struct journal *journal, unsigned number, enum journal_side side,
		      struct stored_file *ret);
int journal_write_side(const struct journal *journal, unsigned number, enum journal_side side,
		       const struct stored_file *file);

/* The record first, so that what is left after a kill is no record. */
int journal_remove(const struct journal *journal, unsigned number);

#endif
