/*
 * Network interfaces and their queueing disciplines, from the replies of
 * rtnetlink dumps (RTM_GETLINK, RTM_GETQDISC) and the speeds of links from one
 * of ethtool (ETHTOOL_MSG_LINKMODES_GET), as they come from netlink or out of
 * a file. In the byte order of the machine that made them.
 */
#ifndef TCPTUNE_NETDEV_H
#define TCPTUNE_NETDEV_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fact.h"

/* As many of each; beyond them the tables are incomplete. */
#define NETDEV_LINKS 2048u
#define NETDEV_QDISCS 4096u

struct netdev;

struct netdev *netdev_new(struct arena *arena);

/*
 * Reads whole messages from bytes (aligned to 4) and returns how many bytes
 * they took: less than length when the last one is not whole. Goes on behind
 * NLMSG_DONE; stops for good at an error.
 */
size_t netdev_parse(struct netdev *netdev, const void *bytes, size_t length);

/* A dump begins: messages with another sequence number are ignored; 0: all count. */
void netdev_begin(struct netdev *netdev, unsigned sequence);

/* The same for a dump of speeds, behind that of links: its messages have the numbers of others. */
void netdev_begin_speeds(struct netdev *netdev, unsigned sequence);

/* Why no speed is known; kept, not copied. The dump that failed is forgotten. */
void netdev_miss_speeds(struct netdev *netdev, const char *why);

/* NLMSG_DONE came since netdev_begin(). */
bool netdev_is_done(const struct netdev *netdev);

/* An errno that ended a dump, EBADMSG for what is no netlink; or 0. */
int netdev_error(const struct netdev *netdev);

/* The tables interfaces and qdiscs. */
void netdev_facts(const struct netdev *netdev, struct facts *facts);
void netdev_facts_missing(struct facts *facts, const char *why);

#endif
