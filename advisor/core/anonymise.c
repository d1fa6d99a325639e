#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "core/anonymise_internal.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct anonymise *anonymise_new(struct arena *arena, const unsigned char key[ANONYMISE_KEY_BYTES],
				bool hides)
{
	struct anonymise *anonymise = arena_alloc(arena, sizeof(*anonymise));

	anonymise->arena = arena;
	memcpy(anonymise->key, key, sizeof(anonymise->key));
	anonymise->hides = hides;
	anonymise->capacity = 256;
	anonymise->slots = arena_array(arena, anonymise->capacity, sizeof(struct anonymise_slot));
	return anonymise;
}

void anonymise_set_host(struct anonymise *anonymise, const char *name)
{
	anonymise->host = arena_strdup(anonymise->arena, name);
}

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void sip_rounds(uint64_t v[4], unsigned n)
{
	while (n--) {
		v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
		v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
	}
}

/* SipHash-2-4 (Aumasson and Bernstein 2012) of three words. what keeps the uses apart. */
static uint64_t keyed(const struct anonymise *anonymise, uint64_t what, uint64_t a, uint64_t b)
{
	const uint64_t words[] = {what, a, b, (uint64_t)24 << 56};
	uint64_t v[4] = {
		anonymise->key[0] ^ 0x736f6d6570736575u, anonymise->key[1] ^ 0x646f72616e646f6du,
		anonymise->key[0] ^ 0x6c7967656e657261u, anonymise->key[1] ^ 0x7465646279746573u,
	};

	for (size_t i = 0; i < N(words); i++) {
		v[3] ^= words[i];
		sip_rounds(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

enum { USE_SLOT, USE_ORDER, USE_IPV6_HIGH, USE_IPV6_LOW };

/* The slot of this address, or the free one where it belongs. Keyed: a peer can't choose who collides. */
static struct anonymise_slot *find_slot(const struct anonymise *anonymise,
					struct anonymise_slot *slots, uint32_t address)
{
	uint32_t mask = anonymise->capacity - 1;
	uint32_t i = (uint32_t)keyed(anonymise, USE_SLOT, address, 0) & mask;

	while (slots[i].number && slots[i].address != address)
		i = (i + 1) & mask;
	return &slots[i];
}

static void enlarge(struct anonymise *anonymise)
{
	struct anonymise_slot *old = anonymise->slots;
	uint32_t n = anonymise->capacity;
	struct anonymise_slot *slots = arena_array(anonymise->arena, (size_t)n * 2, sizeof(*slots));

	anonymise->capacity = n * 2;
	for (uint32_t i = 0; i < n; i++)
		if (old[i].number)
			*find_slot(anonymise, slots, old[i].address) = old[i];
	anonymise->slots = slots;
}

/* A permutation of 24 bits (Feistel, four rounds): the order of the addresses does not show. */
static uint32_t shuffle(const struct anonymise *anonymise, uint32_t number)
{
	uint32_t left = number >> 12, right = number & 0xfff;

	for (uint64_t round = 0; round < 4; round++) {
		uint32_t mixed = left ^ ((uint32_t)keyed(anonymise, USE_ORDER, round, right) & 0xfff);

		left = right;
		right = mixed;
	}
	return left << 12 | right;
}

void anonymise_ipv4(struct anonymise *anonymise, void *address)
{
	unsigned char *bytes = address;
	struct anonymise_slot *slot;
	uint32_t whole, number;

	memcpy(&whole, bytes, sizeof(whole));
	if (!anonymise->hides || bytes[0] == 127 || !whole)
		return;
	if (anonymise->n >= anonymise->capacity / 2 && anonymise->capacity < 1u << 31)
		enlarge(anonymise);
	slot = find_slot(anonymise, anonymise->slots, whole);
	if (!slot->number)
		*slot = (struct anonymise_slot){whole, ++anonymise->n};
	number = slot->number - 1;
	if (number < 1u << 24)
		number = 10u << 24 | shuffle(anonymise, number);
	else
		number = 240u << 24 | (number & 0x0fffffff);
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(number >> (24 - 8 * i));
}

void anonymise_ipv6(struct anonymise *anonymise, void *address)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}, zero[15];
	unsigned char *bytes = address;
	uint64_t half[2];

	if (!anonymise->hides || (!memcmp(bytes, zero, sizeof(zero)) && bytes[15] <= 1))
		return;
	if (!memcmp(bytes, mapped, sizeof(mapped))) {
		anonymise_ipv4(anonymise, bytes + sizeof(mapped));
		return;
	}
	memcpy(half, bytes, sizeof(half));
	/* 120 bits of a hash: two of a million addresses meet with a chance of 2^-80. */
	for (unsigned i = 0; i < 2; i++) {
		uint64_t word = keyed(anonymise, i ? USE_IPV6_LOW : USE_IPV6_HIGH, half[0], half[1]);

		memcpy(bytes + 8 * i, &word, sizeof(word));
	}
	bytes[0] = 0xfd;
}

/* ------------------------------------------------------------- sock_diag */

/*
 * What is kept of a socket's attributes. Not: INET_DIAG_MD5SIG, which shows
 * the keys themselves to root (Linux 6.1 net/ipv4/tcp_diag.c), the addresses
 * of SCTP, the tokens of MPTCP, the storage of BPF programs, and whatever
 * comes later.
 */
#define KEEP(type) (UINT64_C(1) << (type))
static const uint64_t kept_of_socket =
	KEEP(INET_DIAG_MEMINFO) | KEEP(INET_DIAG_INFO) | KEEP(INET_DIAG_VEGASINFO) |
	KEEP(INET_DIAG_CONG) | KEEP(INET_DIAG_TOS) | KEEP(INET_DIAG_TCLASS) |
	KEEP(INET_DIAG_SKMEMINFO) | KEEP(INET_DIAG_SHUTDOWN) | KEEP(INET_DIAG_DCTCPINFO) |
	KEEP(INET_DIAG_PROTOCOL) | KEEP(INET_DIAG_SKV6ONLY) | KEEP(INET_DIAG_PAD) |
	KEEP(INET_DIAG_MARK) | KEEP(INET_DIAG_BBRINFO) | KEEP(INET_DIAG_CLASS_ID) |
	KEEP(21 /* CGROUP_ID */) | KEEP(22 /* SOCKOPT */);

/* The way from one message or attribute to the next, which may be cut short. */
static size_t aligned(size_t length, size_t n)
{
	size_t whole = (length + 3) & ~(size_t)3;

	return whole < n ? whole : n;
}

static void clean_attributes(unsigned char *bytes, size_t n, uint64_t kept)
{
	struct nlattr attribute;

	while (n >= sizeof(attribute)) {
		size_t length, type;

		memcpy(&attribute, bytes, sizeof(attribute));
		length = attribute.nla_len;
		type = attribute.nla_type & 0x3fffu; /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
		if (length < sizeof(attribute))
			break;
		length = length < n ? length : n;
		if (type >= 64 || !(kept >> type & 1))
			memset(bytes + sizeof(attribute), 0, length - sizeof(attribute));
		length = aligned(length, n);
		bytes += length;
		n -= length;
	}
	/* What is no attribute is of no use to a reader. */
	memset(bytes, 0, n);
}

static void clean_socket(struct anonymise *anonymise, unsigned char *bytes, size_t n)
{
	unsigned char *source = bytes + offsetof(struct inet_diag_msg, id.idiag_src);
	unsigned char *destination = bytes + offsetof(struct inet_diag_msg, id.idiag_dst);

	if (n < sizeof(struct inet_diag_msg)) {
		memset(bytes, 0, n);
		return;
	}
	if (bytes[0] == AF_INET) {
		anonymise_ipv4(anonymise, source);
		anonymise_ipv4(anonymise, destination);
	} else {
		anonymise_ipv6(anonymise, source);
		anonymise_ipv6(anonymise, destination);
	}
	clean_attributes(bytes + sizeof(struct inet_diag_msg), n - sizeof(struct inet_diag_msg),
			 kept_of_socket);
}

/* Calls clean() for each message, with what follows its header. */
typedef void clean_fn(struct anonymise *anonymise, unsigned type, unsigned char *bytes, size_t n);

static void each_message(struct anonymise *anonymise, void *bytes, size_t n, clean_fn *clean)
{
	unsigned char *at = bytes;
	struct nlmsghdr header;

	while (n >= sizeof(header)) {
		size_t length;

		memcpy(&header, at, sizeof(header));
		length = header.nlmsg_len;
		if (length < sizeof(header))
			return;
		length = length < n ? length : n;
		clean(anonymise, header.nlmsg_type, at + sizeof(header), length - sizeof(header));
		length = aligned(length, n);
		at += length;
		n -= length;
	}
}

static void clean_diag(struct anonymise *anonymise, unsigned type, unsigned char *bytes, size_t n)
{
	/* TCPDIAG_GETSOCK, DCCPDIAG_GETSOCK and SOCK_DIAG_BY_FAMILY (linux/sock_diag.h). */
	const unsigned first = 18, last = 20;

	if (type >= first && type <= last)
		clean_socket(anonymise, bytes, n);
}

void anonymise_diag(struct anonymise *anonymise, void *bytes, size_t n)
{
	each_message(anonymise, bytes, n, clean_diag);
}

/* -------------------------------------------------------------- rtnetlink */

static const uint64_t kept_of_link =
	KEEP(IFLA_IFNAME) | KEEP(IFLA_MTU) | KEEP(IFLA_QDISC) | KEEP(IFLA_MASTER) | KEEP(IFLA_TXQLEN) |
	KEEP(IFLA_OPERSTATE) | KEEP(IFLA_LINKINFO) | KEEP(IFLA_NUM_TX_QUEUES) |
	KEEP(IFLA_AF_SPEC);

/* Of what is inside the attribute of this type, only what kept says stays. */
static void clean_nested(unsigned char *bytes, size_t n, unsigned type, uint64_t kept)
{
	struct nlattr attribute;

	while (n >= sizeof(attribute)) {
		size_t length;

		memcpy(&attribute, bytes, sizeof(attribute));
		length = attribute.nla_len;
		if (length < sizeof(attribute) || length > n)
			return;
		if ((attribute.nla_type & 0x3fffu) == type)
			clean_attributes(bytes + sizeof(attribute), length - sizeof(attribute), kept);
		length = aligned(length, n);
		bytes += length;
		n -= length;
	}
}

static void clean_route(struct anonymise *anonymise, unsigned type, unsigned char *bytes, size_t n)
{
	size_t head = type == RTM_NEWLINK ? sizeof(struct ifinfomsg) : sizeof(struct tcmsg);

	(void)anonymise;
	if (type < RTM_BASE)
		return;
	if ((type != RTM_NEWLINK && type != RTM_NEWQDISC) || n < head) {
		memset(bytes, 0, n);
		return;
	}
	clean_attributes(bytes + head, n - head,
			 type == RTM_NEWLINK ? kept_of_link : KEEP(TCA_KIND) | KEEP(TCA_OPTIONS));
	if (type != RTM_NEWLINK)
		return;
	/* A tunnel's kind stays, its ends do not; the entries of net.ipv4.conf do, an IPv6 token does not. */
	clean_nested(bytes + head, n - head, IFLA_LINKINFO, KEEP(IFLA_INFO_KIND));
	clean_nested(bytes + head, n - head, IFLA_AF_SPEC, KEEP(AF_INET));
}

void anonymise_route(void *bytes, size_t n)
{
	each_message(NULL, bytes, n, clean_route);
}
