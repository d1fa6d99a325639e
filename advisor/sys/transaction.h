/*
 * Values and files, changed together: every step done, or every step taken
 * back. apply and revert are both this, with other values.
 *
 * The running kernel goes first and the drop-ins last, so that a boot never
 * loads a value that the kernel just refused.
 */
#ifndef TCPTUNE_TRANSACTION_H
#define TCPTUNE_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/report.h"
#include "sys/source.h"
#include "sys/store.h"

/* How a sysctl is read and written: sysctl_read() and sysctl_write(), or what a test wants to happen. */
struct sysctl_ops {
	int (*read)(struct source *source, const char *key, struct arena *arena, char **ret);
	int (*write)(struct source *source, const char *key, const char *value);
};

extern const struct sysctl_ops kernel_ops;

/* What went wrong, in the order in which it did. */
struct problems {
	struct arena *arena;
	struct apply_problem *items;
	size_t n, capacity;
};

void problems_add(struct problems *problems, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct transaction_file {
	const char *path;
	int directory; /* that holds it */
	struct stored_file before, after;
};

struct transaction {
	struct source *source;
	const struct sysctl_ops *ops;
	struct problems *problems;
	const struct change *changes; /* written in this order, those of CHANGE_RUNNING */
	size_t n_changes;
	const struct transaction_file *files; /* behind the values, in this order */
	size_t n_files;

	size_t n_begun;               /* changes that may have been written */
	size_t n_files_begun;
};

/*
 * Does all, each value read back. False at the first thing that fails, with a
 * problem added: the caller then calls transaction_undo(). A value that already
 * is what it shall be is not written.
 */
bool transaction_run(struct transaction *transaction);

/*
 * Takes back what was begun, last first, whole values, and reads them back.
 * False where something could not be put back: every such thing is a problem.
 */
bool transaction_undo(struct transaction *transaction);

#endif
