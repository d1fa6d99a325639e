/*
 * What may leave a host in a capture. Secrets never do: TCP Fast Open keys,
 * the secret of stable IPv6 addresses, the key of RSS, TCP MD5 keys. Addresses and the host's
 * name are replaced where that is wanted, the same one always by the same
 * one, different ones by different ones. Names of programs stay: they are the
 * answer to most questions.
 *
 * 127/8, ::1, 0.0.0.0 and :: stay. IPv4 goes to 10/8 (to 240/4 beyond 2^24
 * different ones), IPv6 to fd00::/8, an IPv4 address in an IPv6 one to what
 * the IPv4 address goes to. Without the key nothing leads back.
 */
#ifndef TCPTUNE_ANONYMISE_H
#define TCPTUNE_ANONYMISE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

#define ANONYMISE_KEY_BYTES 16

struct anonymise;

/* key: random bytes, new for each capture. hides false: only secrets are taken out. */
struct anonymise *anonymise_new(struct arena *arena, const unsigned char key[ANONYMISE_KEY_BYTES],
				bool hides);

/* The name that is replaced by "host" in comments. */
void anonymise_set_host(struct anonymise *anonymise, const char *name);

/* In place, network byte order: 4 bytes, 16 bytes. */
void anonymise_ipv4(struct anonymise *anonymise, void *address);
void anonymise_ipv6(struct anonymise *anonymise, void *address);

/* In place: whole netlink messages of sock_diag, as they came. Attributes that are not known here are zeroed. */
void anonymise_diag(struct anonymise *anonymise, void *bytes, size_t n);

/* In place: whole messages of rtnetlink. Of interfaces (their hardware addresses, tunnels) and qdiscs little is kept. */
void anonymise_route(void *bytes, size_t n);

/* In place: the text of /proc/net/tcp or /proc/net/tcp6. */
void anonymise_proc_net(struct anonymise *anonymise, char *text, size_t n);

/* A copy of a sysctl.d file: addresses in values and comments, the host's name, values of secrets. */
char *anonymise_conf(struct anonymise *anonymise, const char *text, size_t n, size_t *ret_n);

/* This sysctl holds a secret: its value is not recorded. path as "proc/sys/net/...". */
bool anonymise_is_secret(const char *path);

#endif
