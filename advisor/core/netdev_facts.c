/* The rows of interfaces and qdiscs. */
#include <linux/pkt_sched.h>

#include "core/catalog.h"
#include "core/netdev_internal.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

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

/* What the interface is part of, by its number where it came between the dumps. */
static struct fact master_of(const struct netdev *netdev, struct arena *arena, const struct link *link)
{
	const struct link *master = find_link(netdev, (int)link->master);

	if (!link->master)
		return text_fact(arena, "");
	return text_fact(arena, master ? master->name : arena_printf(arena, "%u", link->master));
}

static struct table *begin(struct facts *facts, const struct table_def *def, bool incomplete)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	table->why = NULL;
	table->incomplete = incomplete;
	return table;
}

static struct fact speed_of(const struct netdev *netdev, const struct link *link)
{
	if (netdev->speeds_why)
		return fact_missing(FACT_UNREADABLE, netdev->speeds_why);
	if (!link->has_speed)
		return fact_missing(FACT_ABSENT, "it has none");
	if (!link->mbit)
		return fact_missing(FACT_UNREADABLE, "its driver does not tell, or nothing is plugged in");
	return fact_known(value_number(link->mbit * 1e6, UNIT_BITS_PER_SECOND));
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
		row[INTERFACE_MASTER] = master_of(netdev, arena, link);
		row[INTERFACE_LOOPBACK] = flag(link->is_loopback);
		row[INTERFACE_UP] = flag(link->is_up);
		row[INTERFACE_MTU] = fact_known(value_number(link->mtu, UNIT_BYTES));
		row[INTERFACE_TXQUEUELEN] = fact_known(value_number(link->txqlen, UNIT_NONE));
		row[INTERFACE_SPEED] = speed_of(netdev, link);
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
