/*
 * What was changed and what was there before: what revert reads. The text is
 * JSON, schema "tcptune.record/1"; beside it stand the bytes of the drop-in
 * before the apply (NUMBER.before) and as the apply left them (NUMBER.after).
 */
#ifndef TCPTUNE_RECORD_H
#define TCPTUNE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/diag.h"
#include "core/report.h"

enum record_state {
	RECORD_APPLYING,  /* begun; a process that died leaves it so */
	RECORD_APPLIED,
	RECORD_REVERTING, /* likewise */
	RECORD_REVERTED,
	RECORD_UNCONFIRMED, /* written to the running kernel alone, for as long as record->confirm says */
};

/* Who did it. */
struct record_actor {
	const char *user;    /* SUDO_USER or the user's name; or NULL */
	long long uid;       /* the real one; -1: not known */
	long long login_uid; /* whose login it was, as the kernel keeps it through su and sudo; -1: nobody's, or not known */
	bool is_guard;       /* nobody: the time to confirm was over */
};

/* What `apply --confirm` asked for. */
struct record_confirm {
	unsigned seconds;    /* 0: it was not asked for */
	long long until;     /* the end of the time, in seconds since the epoch: for people */
	long long deadline;  /* the same in milliseconds of CLOCK_BOOTTIME, within boot_id: what counts */
	long guard;          /* the process that waits for it */
	long long confirmed; /* when it was, in seconds since the epoch; 0: not */
	struct record_actor by;
	const char *failure; /* why the guard could not revert; or NULL */
};

struct record_change {
	const char *key;
	const char *from; /* the running value before, to the letter, without the last newline */
	const char *to;
	bool rounds;      /* milliseconds, which the kernel rounds up to a jiffy */
	bool left;        /* revert did not put it back: somebody else had changed it */
};

struct record {
	unsigned number;  /* 1, 2, ... */
	enum record_state state;
	const char *tool;   /* version of tcptune that wrote it */
	const char *kernel; /* release it was applied on */
	const char *boot_id; /* of that boot; or NULL where it is not known */
	const char *netns;   /* the network namespace, "net:[4026531840]"; or NULL */
	long long time;      /* seconds since the epoch, of the apply */
	long long reverted;  /* likewise, of the revert; 0: it is not reverted */
	struct record_actor by;          /* of the apply */
	struct record_actor reverted_by; /* of the revert */
	struct record_confirm confirm;
	unsigned *reverts;   /* of the newest of several that are reverted as one: all of them, the newest first */
	size_t n_reverts;    /* 0 unless it is being reverted */
	struct record_change *changes; /* in the order of writing */
	size_t n_changes;
	const char *dropin_path;
	bool dropin_changes;  /* the drop-in was (to be) written or removed */
	bool dropin_existed;  /* its old bytes are in NUMBER.before */
	bool dropin_removed;  /* the apply removed it; else what it wrote is in NUMBER.after */
	bool dropin_left;     /* as of a change */
	unsigned dropin_mode, dropin_uid, dropin_gid; /* of the old drop-in */
};

const char *record_state_name(enum record_state state);

/* A process died in the middle of it: the host may be between the two states. */
bool record_is_unfinished(const struct record *record);

/* JSON text, ending in a newline; NULL without memory. Bytes that are no UTF-8 are shown as \xNN. */
char *record_print(struct arena *arena, const struct record *record);

/* NULL when it is not a record (reported). Unknown members are ignored. */
struct record *record_parse(struct arena *arena, struct diag *diag, const char *file,
			    const char *bytes, size_t length);

/* What one key reads; NULL: it cannot be read, or is gone. */
struct reading {
	const char *key, *now;
};

/* What revert would do about the running values. */
struct inverse {
	struct change *changes; /* from what is there now to what was there before; last written first */
	size_t n_changes;
	struct skipped *left;   /* changed by somebody else, or no longer there; a key once */
	size_t n_left;
	bool **is_left;         /* by record and change: not put back */
};

/*
 * Takes back the records, the newest first, as if one after the other. A value
 * that is still as tcptune left it goes back to `from`; of an unfinished
 * record also one that is half written. Anything else is left, unless force.
 * Of a record already reverted only what was left then is looked at, unless
 * it is one of those that the first record was just reverting. readings: one
 * of each key.
 */
struct inverse record_inverse(struct arena *arena, const struct record *const *records, size_t n,
			      const struct reading *readings, size_t n_readings, bool force);

/* NULL when there is none of the key. */
const struct reading *reading_find(const struct reading *readings, size_t n, const char *key);

/* The first record was being reverted together with this one. */
bool record_was_reverting(const struct record *first, const struct record *record);

#endif
