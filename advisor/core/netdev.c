#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "core/netdev_internal.h"

struct netdev *netdev_new(struct arena *arena)
{
	struct netdev *netdev = arena_alloc(arena, sizeof(*netdev));

	netdev->arena = arena;
	return netdev;
}

void netdev_begin(struct netdev *netdev, unsigned sequence)
{
	netdev->sequence = sequence;
	netdev->is_done = netdev->is_of_speeds = false;
}

void netdev_begin_speeds(struct netdev *netdev, unsigned sequence)
{
	netdev_begin(netdev, sequence);
	netdev->is_of_speeds = true;
}

void netdev_miss_speeds(struct netdev *netdev, const char *why)
{
	netdev->speeds_why = why;
	netdev->error = 0;
}

bool netdev_is_done(const struct netdev *netdev)
{
	return netdev->is_done;
}

int netdev_error(const struct netdev *netdev)
{
	return netdev->error;
}

/* --------------------------------------------------------------- messages */

static void read_name(const struct nlattr *attribute, char name[NAME_SIZE])
{
	size_t length = mnl_attr_get_payload_len(attribute);

	length = length < NAME_SIZE ? length : NAME_SIZE - 1;
	memset(name, 0, NAME_SIZE);
	memcpy(name, mnl_attr_get_payload(attribute), length);
}

static void read_number(const struct nlattr *attribute, uint32_t *ret)
{
	if (mnl_attr_get_payload_len(attribute) >= sizeof(*ret))
		memcpy(ret, mnl_attr_get_payload(attribute), sizeof(*ret));
}

/* The attributes up to end: mnl_attr_for_each() goes up to an aligned length, which may not be there. */
typedef void read_fn(void *context, const struct nlattr *attribute);

static void each_attribute(const void *first, const void *end, read_fn *read, void *context)
{
	const struct nlattr *attribute = first;

	while (mnl_attr_ok(attribute, (int)((const char *)end - (const char *)attribute))) {
		read(context, attribute);
		attribute = mnl_attr_next(attribute);
	}
}

static void read_info(void *context, const struct nlattr *attribute)
{
	struct link *link = context;

	if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
		read_name(attribute, link->kind);
}

/* inet_fill_link_af() puts all entries of net.ipv4.conf.NAME here, of an interface with IPv4. */
static void read_inet(void *context, const struct nlattr *attribute)
{
	struct link *link = context;

	if (mnl_attr_get_type(attribute) != IFLA_INET_CONF ||
	    mnl_attr_get_payload_len(attribute) < sizeof(link->conf))
		return;
	memcpy(link->conf, mnl_attr_get_payload(attribute), sizeof(link->conf));
	link->has_conf = true;
}

static void read_nested(const struct nlattr *attribute, read_fn *read, void *context)
{
	const char *payload = mnl_attr_get_payload(attribute);

	each_attribute(payload, payload + mnl_attr_get_payload_len(attribute), read, context);
}

static void read_family(void *context, const struct nlattr *attribute)
{
	if (mnl_attr_get_type(attribute) == AF_INET)
		read_nested(attribute, read_inet, context);
}

static void read_link(void *context, const struct nlattr *attribute)
{
	struct link *link = context;

	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		read_name(attribute, link->name);
		break;
	case IFLA_QDISC:
		read_name(attribute, link->qdisc);
		break;
	case IFLA_MTU:
		read_number(attribute, &link->mtu);
		break;
	case IFLA_MASTER:
		read_number(attribute, &link->master);
		break;
	case IFLA_TXQLEN:
		read_number(attribute, &link->txqlen);
		break;
	case IFLA_LINKINFO:
		read_nested(attribute, read_info, link);
		break;
	case IFLA_AF_SPEC:
		read_nested(attribute, read_family, link);
		break;
	default:
		break;
	}
}

static void add_link(struct netdev *netdev, const struct nlmsghdr *header)
{
	const struct ifinfomsg *message = mnl_nlmsg_get_payload(header);
	struct link link;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)))
		return;
	if (netdev->n_links == NETDEV_LINKS) {
		netdev->incomplete[0] = true;
		return;
	}
	link = (struct link){
		.index = message->ifi_index,
		.is_up = message->ifi_flags & IFF_UP,
		.is_loopback = message->ifi_flags & IFF_LOOPBACK,
	};
	each_attribute(mnl_nlmsg_get_payload_offset(header, sizeof(*message)),
		       (const char *)header + header->nlmsg_len, read_link, &link);
	netdev->links = arena_grow(netdev->arena, netdev->links, netdev->n_links,
				   &netdev->links_capacity, sizeof(link));
	netdev->links[netdev->n_links++] = link;
}

static void read_qdisc(void *context, const struct nlattr *attribute)
{
	struct qdisc *qdisc = context;

	if (mnl_attr_get_type(attribute) == TCA_KIND)
		read_name(attribute, qdisc->kind);
}

static void add_qdisc(struct netdev *netdev, const struct nlmsghdr *header)
{
	const struct tcmsg *message = mnl_nlmsg_get_payload(header);
	struct qdisc qdisc;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)))
		return;
	if (netdev->n_qdiscs == NETDEV_QDISCS) {
		netdev->incomplete[1] = true;
		return;
	}
	qdisc = (struct qdisc){
		.index = message->tcm_ifindex,
		.handle = message->tcm_handle,
		.parent = message->tcm_parent,
	};
	each_attribute(mnl_nlmsg_get_payload_offset(header, sizeof(*message)),
		       (const char *)header + header->nlmsg_len, read_qdisc, &qdisc);
	netdev->qdiscs = arena_grow(netdev->arena, netdev->qdiscs, netdev->n_qdiscs,
				    &netdev->qdiscs_capacity, sizeof(qdisc));
	netdev->qdiscs[netdev->n_qdiscs++] = qdisc;
}

/* ------------------------------------------------------------------ speeds */

struct speed {
	uint32_t index, mbit;
};

static void read_speed_header(void *context, const struct nlattr *attribute)
{
	struct speed *speed = context;

	if (mnl_attr_get_type(attribute) == ETHTOOL_A_HEADER_DEV_INDEX)
		read_number(attribute, &speed->index);
}

static void read_speed(void *context, const struct nlattr *attribute)
{
	struct speed *speed = context;

	if (mnl_attr_get_type(attribute) == ETHTOOL_A_LINKMODES_HEADER)
		read_nested(attribute, read_speed_header, speed);
	else if (mnl_attr_get_type(attribute) == ETHTOOL_A_LINKMODES_SPEED)
		read_number(attribute, &speed->mbit);
}

static void add_speed(struct netdev *netdev, const struct nlmsghdr *header)
{
	struct speed speed = {.mbit = (uint32_t)SPEED_UNKNOWN};

	if (header->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return;
	each_attribute(mnl_nlmsg_get_payload_offset(header, GENL_HDRLEN),
		       (const char *)header + header->nlmsg_len, read_speed, &speed);
	for (size_t i = 0; i < netdev->n_links; i++) {
		struct link *link = &netdev->links[i];

		if ((uint32_t)link->index != speed.index)
			continue;
		link->has_speed = true;
		link->mbit = speed.mbit != (uint32_t)SPEED_UNKNOWN ? speed.mbit : 0;
	}
}

/* Negative where there was one; a dump's end has it too. */
static int read_error(const struct nlmsghdr *header)
{
	int error = header->nlmsg_type == NLMSG_ERROR ? -EBADMSG : 0;

	if (mnl_nlmsg_get_payload_len(header) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(header), sizeof(error));
	return error < 0 && error >= -4095 ? -error : 0;
}

/* The number of a family of generic netlink, ethtool's too, can be that of any message of rtnetlink. */
static void read_record(struct netdev *netdev, const struct nlmsghdr *header)
{
	if (netdev->is_of_speeds && header->nlmsg_type >= NLMSG_MIN_TYPE)
		add_speed(netdev, header);
	else if (header->nlmsg_type == RTM_NEWLINK)
		add_link(netdev, header);
	else if (header->nlmsg_type == RTM_NEWQDISC)
		add_qdisc(netdev, header);
}

static void read_message(struct netdev *netdev, const struct nlmsghdr *header)
{
	if (netdev->sequence && header->nlmsg_seq != netdev->sequence)
		return;
	switch (header->nlmsg_type) {
	case NLMSG_DONE:
		netdev->is_done = true;
		netdev->error = read_error(header);
		break;
	case NLMSG_ERROR:
		netdev->error = read_error(header);
		break;
	default:
		read_record(netdev, header);
		break;
	}
}

size_t netdev_parse(struct netdev *netdev, const void *bytes, size_t length)
{
	size_t used = 0;

	while (!netdev->error && length - used >= sizeof(struct nlmsghdr)) {
		const void *at = (const char *)bytes + used;
		const struct nlmsghdr *header = at;

		if (header->nlmsg_len < sizeof(*header)) {
			netdev->error = EBADMSG;
			break;
		}
		if (header->nlmsg_len > length - used)
			break;
		read_message(netdev, header);
		used += NLMSG_ALIGN((size_t)header->nlmsg_len);
		/* The padding of the last message may be missing. */
		used = used < length ? used : length;
	}
	return used;
}
