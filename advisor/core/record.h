/*
 * What was changed and what was there before: what revert reads. The text is
 * JSON, schema "tcptune.record/1"; the old drop-in's bytes are kept beside it.
 */
#ifndef TCPTUNE_RECORD_H
#define TCPTUNE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"

enum record_state {
	RECORD_APPLYING,  /* begun; a process that died leaves it so */
	RECORD_APPLIED,
	RECORD_REVERTING,
	RECORD_REVERTED,
};

struct record_change {
	const char *key;
	const char *from; /* the running value before, to the letter, without the last newline */
	const char *to;
};

struct record {
	unsigned number;  /* 1, 2, ... */
	enum record_state state;
	const char *tool;   /* version of tcptune that wrote it */
	const char *kernel; /* release it was applied on */
	const char *boot_id; /* of that boot: values of another boot are gone; or NULL */
	long long time;      /* seconds since the epoch, of the apply */
	const char *user;    /* who: SUDO_USER or the login's name; or NULL */
	struct record_change *changes;
	size_t n_changes;
	const char *dropin_path;
	bool dropin_changes;  /* the drop-in was (to be) written */
	bool dropin_existed;  /* its old bytes are in NUMBER.before */
	const char *dropin_digest; /* of the bytes that the apply wrote; or NULL */
};

/* JSON text, ending in a newline. */
char *record_print(struct arena *arena, const struct record *record);

/* NULL when it is not a record (reported). Unknown members are ignored. */
struct record *record_parse(struct arena *arena, struct diag *diag, const char *file,
			    const char *bytes, size_t length);

#endif
