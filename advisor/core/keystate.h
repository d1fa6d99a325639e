/*
 * What a host makes of a sysctl: whether it has it, whether it can be
 * written, and where not, why. Distributions backport: what the host shows
 * beats what its version says, and the note says where the two differ.
 */
#ifndef TCPTUNE_KEYSTATE_H
#define TCPTUNE_KEYSTATE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/fact.h"
#include "core/param.h"

enum key_state {
	KEY_PRESENT,	 /* there, and may be written */
	KEY_NOOP,	 /* there, and does nothing */
	KEY_READ_ONLY,	 /* there, and takes no write here */
	KEY_GLOBAL_ONLY, /* of the whole host, and a child namespace does not show it */
	KEY_NO_MODULE,	 /* its module is not loaded */
	KEY_REMOVED,	 /* this kernel no longer has it */
	KEY_NOT_YET,	 /* this kernel does not have it yet */
	KEY_VENDORS,	 /* no mainline kernel has it, and this one has not */
	KEY_ABSENT,	 /* not there, for no reason that is known */
	KEY_UNREADABLE,	 /* it could not be read */
};

/* "present", "no-op", "read-only", "global-only", "no-module", "removed", ... */
const char *key_state_name(enum key_state state);

/* The host has the key, whether or not it does anything. */
bool key_state_is_there(enum key_state state);

struct key_status {
	enum key_state state;
	const char *note; /* what goes with it: since when, which module; or NULL */
};

/*
 * facts: what collect() says of key ("KEY" and "writable:KEY"), kernel.version
 * and namespace.child. key is that of param, or the same key of an interface.
 */
struct key_status key_status(struct arena *arena, const struct param *param, const char *key,
			     const struct facts *facts);

/* What the version of a kernel alone says: present, no-op, read-only, removed, not yet or a vendor's. */
struct key_status key_status_by_version(struct arena *arena, const struct param *param,
					struct version kernel);

#endif
