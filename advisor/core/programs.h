/*
 * Connections in ESTABLISHED that a program has something to do with: it does
 * not read them, it fixed their buffers, it wrote more than goes out. Added up
 * by process; where the process may not be looked up by user, and such a row
 * is not `visible`.
 */
#ifndef TCPTUNE_PROGRAMS_H
#define TCPTUNE_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/fact.h"
#include "core/inodes.h"
#include "core/owners.h"

/* Bytes that were written and not sent from which on a connection is worth a look. */
#define PROGRAMS_NOTSENT (128u << 10)

struct program_socket {
	uint32_t inode, uid;
	bool is_unread; /* a quarter of the receive buffer or more, with overhead a half */
	bool is_rcvbuf_held, is_sndbuf_held;
	uint32_t unread; /* bytes */
	uint32_t age;    /* milliseconds since data came */
	uint32_t rcvbuf, sndbuf;
	uint64_t notsent;
};

struct programs;

struct programs *programs_new(struct arena *arena);

/* Ignored where there is nothing to say of it, and without an inode: it waits for accept(). */
void programs_note(struct programs *programs, const struct program_socket *socket);

/* Enters the sockets whose owners are needed. */
void programs_want(const struct programs *programs, struct inodes *inodes);

/* The table programs, most unread bytes first. owners may be NULL: nobody could be looked up. */
void programs_facts(const struct programs *programs, const struct owners *owners,
		    const struct inodes *inodes, struct facts *facts);

#endif
