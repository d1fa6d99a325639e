/* Who runs this process, for the record. */
#ifndef TCPTUNE_ACTOR_H
#define TCPTUNE_ACTOR_H

#include "core/arena.h"
#include "core/record.h"

/*
 * The login behind sudo as SUDO_USER has it, or the user's name: what the
 * environment says. uid and login_uid are what the kernel says.
 */
struct record_actor actor_here(struct arena *arena);

#endif
