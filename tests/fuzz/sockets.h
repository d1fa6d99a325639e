/* What the targets that read sockets share: a census of them, and a sum that tells two readings apart. */
#ifndef TCPTUNE_FUZZ_SOCKETS_H
#define TCPTUNE_FUZZ_SOCKETS_H

#include "core/census.h"

struct sockets {
	struct census *census; /* or NULL: only counted */
	size_t n;
	uint64_t sum; /* of all that was seen of them, in its order */
};

/* struct sockets, for inetdiag and proctcp. */
void sockets_add(void *context, const struct census_socket *socket);

/* must(): the states add up, and no row has more than there is. */
void sockets_check(struct sockets *sockets, struct arena *arena);

#endif
