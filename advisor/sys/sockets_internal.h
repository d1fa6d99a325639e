/* What sockets.c, sockets_read.c and sockets_look.c share. */
#ifndef TCPTUNE_SOCKETS_INTERNAL_H
#define TCPTUNE_SOCKETS_INTERNAL_H

#include "core/census.h"
#include "core/owners.h"
#include "core/paths.h"
#include "sys/sockdiag.h"
#include "sys/sockets.h"

/* The passes over the sockets, in this order but for the last three: see census.h. */
enum pass { PASS_LISTEN, PASS_ALL, PASS_WAIT, PASS_PATHS, PASS_QUEUES };

/* The file of the first pass in a capture: what stands for all where there is no netlink. */
#define SOCKETS_FILE "/capture/sockets.listen"

struct collector {
	struct source *source;
	struct arena *arena;
	const struct sockets_options *options;
	struct census *census;
	struct arena *paths_arena;
	struct paths *paths;    /* of PASS_PATHS */
	struct pathcounts *earlier_paths; /* the same, of the first of two looks; or NULL */
	struct programs *programs;
	const char *no_paths;   /* why there are none; NULL where they were read */
	const struct inetdiag_extras *extras; /* of the socket at hand */
	struct inodes *wanted;  /* the sockets whose owners are looked up */
	struct owners owners;
	const char *owner_note; /* or NULL */
	enum pass pass;
	bool is_earlier;        /* the first of two looks */
	double since_earlier;   /* seconds since the other one, when this one began */
	uint16_t type;          /* of the messages that were read */
	bool is_interrupted;
	size_t n_unknown;       /* lines that are no socket */
	struct sockdiag *diag;  /* NULL when it is not open */
	int (*read)(struct collector *collector); /* of the first of two looks, the way that worked */
	uint64_t seed;          /* of what is hashed */
	unsigned look;          /* of PASS_QUEUES, which one, from 1 */
};

struct sockets_look {
	struct collector collector; /* its census, and the way that worked */
	struct sockets_options options;
	double time;    /* when it was taken; of a capture 0 */
	double seconds; /* of a capture: until the other look */
};

/* Reads the sockets of collector->pass, in one of several ways. -errno. */
typedef int sockets_read(struct collector *collector);

struct sockets_way {
	enum sockets_method method;
	bool is_live;
	sockets_read *read;
};

/* The best one first. */
const struct sockets_way *sockets_ways(size_t *ret_n);

/* A new census, and nothing that was read before. */
void sockets_renew(struct collector *collector);

/* Compares with the earlier look, if there was one, and records how long ago that was. */
void sockets_compare(struct collector *collector);

#endif
