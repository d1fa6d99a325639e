#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "core/catalog.h"
#include "core/netdev.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_SIZE 16 /* of an interface, of a kind of interface or queue */

struct link {
	int index;
	bool is_up, is_loopback;
	uint32_t mtu, txqlen;
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
	bool is_done;
	int error;
	struct link *links;
	size_t n_links, links_capacity;
	struct qdisc *qdiscs;
	size_t n_qdiscs, qdiscs_capacity;
	bool incomplete[2]; /* links, qdiscs */
};

struct netdev *netdev_new(struct arena *arena)
{
	struct netdev *netdev = arena_alloc(arena, sizeof(*netdev));

	netdev->arena = arena;
	return netdev;
}

void netdev_begin(struct netdev *netdev, unsigned sequence)
{
	netdev->sequence = sequence;
	netdev->is_done = false;
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

/* Negative where there was one; a dump's end has it too. */
static int read_error(const struct nlmsghdr *header)
{
	int error = header->nlmsg_type == NLMSG_ERROR ? -EBADMSG : 0;

	if (mnl_nlmsg_get_payload_len(header) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(header), sizeof(error));
	return error < 0 && error >= -4095 ? -error : 0;
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
	case RTM_NEWLINK:
		add_link(netdev, header);
		break;
	case RTM_NEWQDISC:
		add_qdisc(netdev, header);
		break;
	default:
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

/* ------------------------------------------------------------------ facts */

static struct fact text_fact(struct arena *arena, const char *text)
{
	return fact_known(value_text(text_printable(arena, text)));
}

static struct fact flag(bool value)
{
	return fact_known(value_bool(value));
}

static const struct link *find_link(const struct netdev *netdev, int index)
{
	for (size_t i = 0; i < netdev->n_links; i++)
		if (netdev->links[i].index == index)
			return &netdev->links[i];
	return NULL;
}

/* The kind of the qdisc that this one hangs below: its handle is the major part of the parent. */
static const char *parent_kind(const struct netdev *netdev, const struct qdisc *qdisc)
{
	for (size_t i = 0; i < netdev->n_qdiscs; i++) {
		const struct qdisc *other = &netdev->qdiscs[i];

		if (other != qdisc && other->index == qdisc->index && other->parent == TC_H_ROOT &&
		    other->handle == TC_H_MAJ(qdisc->parent))
			return other->kind;
	}
	return "";
}

static struct table *begin(struct facts *facts, const struct table_def *def, bool incomplete)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = incomplete;
	return table;
}

static const struct {
	enum interface_column column;
	unsigned which;
} conf_columns[] = {
	{INTERFACE_FORWARDING, IPV4_DEVCONF_FORWARDING},
	{INTERFACE_RP_FILTER, IPV4_DEVCONF_RP_FILTER},
	{INTERFACE_ACCEPT_REDIRECTS, IPV4_DEVCONF_ACCEPT_REDIRECTS},
	{INTERFACE_SECURE_REDIRECTS, IPV4_DEVCONF_SECURE_REDIRECTS},
	{INTERFACE_SEND_REDIRECTS, IPV4_DEVCONF_SEND_REDIRECTS},
	{INTERFACE_ACCEPT_SOURCE_ROUTE, IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE},
};

static void add_conf(const struct link *link, struct fact *row)
{
	for (size_t i = 0; i < N(conf_columns); i++)
		row[conf_columns[i].column] =
			link->has_conf ? fact_known(value_number((int32_t)link->conf[conf_columns[i].which - 1],
								 UNIT_NONE))
				       : fact_missing(FACT_ABSENT, "it has no IPv4");
}

static void add_interfaces(const struct netdev *netdev, struct facts *facts)
{
	struct table *table = begin(facts, &interfaces_def, netdev->incomplete[0]);
	struct arena *arena = facts_arena(facts);

	for (size_t i = 0; i < netdev->n_links; i++) {
		const struct link *link = &netdev->links[i];
		struct fact *row = table_add_row(facts, table);

		row[INTERFACE_NAME] = text_fact(arena, link->name);
		row[INTERFACE_KIND] = text_fact(arena, link->kind);
		row[INTERFACE_LOOPBACK] = flag(link->is_loopback);
		row[INTERFACE_UP] = flag(link->is_up);
		row[INTERFACE_MTU] = fact_known(value_number(link->mtu, UNIT_BYTES));
		row[INTERFACE_TXQUEUELEN] = fact_known(value_number(link->txqlen, UNIT_NONE));
		row[INTERFACE_QDISC] = text_fact(arena, link->qdisc);
		add_conf(link, row);
	}
}

static void add_qdiscs(const struct netdev *netdev, struct facts *facts)
{
	struct table *table = begin(facts, &qdiscs_def, netdev->incomplete[1]);
	struct arena *arena = facts_arena(facts);

	for (size_t i = 0; i < netdev->n_qdiscs; i++) {
		const struct qdisc *qdisc = &netdev->qdiscs[i];
		const struct link *link = find_link(netdev, qdisc->index);
		const char *device = link ? link->name : arena_printf(arena, "%d", qdisc->index);
		bool is_root = qdisc->parent == TC_H_ROOT;
		struct fact *row = table_add_row(facts, table);

		row[QDISC_NAME] = text_fact(
			arena, is_root ? device
				       : arena_printf(arena, "%s %x:%x", device, qdisc->parent >> 16,
						      qdisc->parent & 0xffff));
		row[QDISC_DEVICE] = text_fact(arena, device);
		row[QDISC_KIND] = text_fact(arena, qdisc->kind);
		row[QDISC_ROOT] = flag(is_root);
		row[QDISC_PARENT] = text_fact(arena, is_root ? "" : parent_kind(netdev, qdisc));
		row[QDISC_INGRESS] = flag(qdisc->parent == TC_H_INGRESS);
		row[QDISC_AUTOMATIC] = flag(!qdisc->handle);
		if (link)
			row[QDISC_UP] = flag(link->is_up);
	}
}

void netdev_facts(const struct netdev *netdev, struct facts *facts)
{
	add_interfaces(netdev, facts);
	add_qdiscs(netdev, facts);
}

void netdev_facts_missing(struct facts *facts, const char *why)
{
	static const struct table_def *const tables[] = {&interfaces_def, &qdiscs_def};

	for (size_t i = 0; i < N(tables); i++) {
		struct table *table = facts_table(facts, tables[i]);

		table->state = FACT_UNREADABLE;
		table->why = why;
	}
}
