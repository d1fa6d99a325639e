/* What netdev.c and netdev_facts.c share. */
#ifndef TCPTUNE_NETDEV_INTERNAL_H
#define TCPTUNE_NETDEV_INTERNAL_H

#include <linux/ip.h>
#include <stdint.h>

#include "core/netdev.h"

#define NAME_SIZE 16 /* of an interface, of a kind of interface or queue */

struct link {
	int index;
	bool is_up, is_loopback, has_speed; /* has_speed: it has one, known or not */
	uint32_t mtu, txqlen, mbit, master; /* master: the index of what it is part of; or 0 */
	char name[NAME_SIZE], kind[NAME_SIZE], qdisc[NAME_SIZE];
	uint32_t conf[IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE]; /* net.ipv4.conf.NAME, by IPV4_DEVCONF_* less one */
	bool has_conf;
};

struct qdisc {
	int index;
	uint32_t handle, parent;
	char kind[NAME_SIZE];
};

struct netdev {
	struct arena *arena;
	unsigned sequence;
	bool is_done, is_of_speeds;
	int error;
	const char *speeds_why; /* why no speed is known; or NULL */
	struct link *links;
	size_t n_links, links_capacity;
	struct qdisc *qdiscs;
	size_t n_qdiscs, qdiscs_capacity;
	bool incomplete[2]; /* links, qdiscs */
};

#endif
