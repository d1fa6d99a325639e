/* Interfaces and queueing disciplines: messages, captures, and what of them may leave a host. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/anonymise.h"
#include "core/catalog.h"
#include "core/netdev.h"
#include "sys/interfaces.h"
#include "tree.h"

Suite *netdev_suite(void);

static struct arena *arena;
static struct facts *facts;
static struct netdev *netdev;
static struct source *source;

struct buffer {
	_Alignas(8) char bytes[8192];
	size_t length;
};

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	netdev = netdev_new(arena);
	source = NULL;
	tree_make();
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

static struct nlmsghdr *put(struct buffer *buffer, unsigned type, const void *payload, size_t n)
{
	struct nlmsghdr *header = (void *)(buffer->bytes + buffer->length);

	memset(header, 0, NLMSG_SPACE(n));
	header->nlmsg_len = (uint32_t)NLMSG_LENGTH(n);
	header->nlmsg_type = (uint16_t)type;
	header->nlmsg_seq = 7;
	memcpy(NLMSG_DATA(header), payload, n);
	buffer->length += NLMSG_SPACE(n);
	return header;
}

static void put_attribute(struct buffer *buffer, struct nlmsghdr *header, unsigned type,
			  const void *payload, size_t n)
{
	struct nlattr *attribute = (void *)(buffer->bytes + buffer->length);

	memset(attribute, 0, (sizeof(*attribute) + n + 3) / 4 * 4);
	attribute->nla_type = (uint16_t)type;
	attribute->nla_len = (uint16_t)(sizeof(*attribute) + n);
	memcpy(attribute + 1, payload, n);
	buffer->length += (sizeof(*attribute) + n + 3) / 4 * 4;
	header->nlmsg_len = (uint32_t)(buffer->bytes + buffer->length - (char *)header);
}

/* A tunnel whose LINKINFO holds its kind and an address. */
static void put_link(struct buffer *buffer, int index, const char *name, unsigned flags)
{
	static const struct {
		struct nlattr head;
		char kind[8];
		struct nlattr data_head;
		char data[8];
	} info = {{12, IFLA_INFO_KIND}, "vxlan", {12, IFLA_INFO_DATA}, "SECRET!"};
	/* net.ipv4.conf: forwarding is the first entry, rp_filter the eighth; and an IPv6 token. */
	static const struct {
		struct nlattr inet, conf;
		uint32_t values[10];
		struct nlattr inet6, token;
		char address[8];
	} families = {
		{48, AF_INET}, {44, IFLA_INET_CONF}, {1, 0, 0, 1, 1, 1, 1, 2, 0, 0},
		{16, AF_INET6}, {12, IFLA_INET6_TOKEN}, "SECRET!",
	};
	const struct ifinfomsg message = {.ifi_index = index, .ifi_flags = flags};
	const uint32_t mtu = 1450, length = 1000, master = 2;
	struct nlmsghdr *header = put(buffer, RTM_NEWLINK, &message, sizeof(message));

	put_attribute(buffer, header, IFLA_ADDRESS, "\x02SECR", 6);
	put_attribute(buffer, header, IFLA_IFNAME, name, strlen(name) + 1);
	put_attribute(buffer, header, IFLA_MTU, &mtu, sizeof(mtu));
	put_attribute(buffer, header, IFLA_TXQLEN, &length, sizeof(length));
	put_attribute(buffer, header, IFLA_QDISC, "mq", 3);
	put_attribute(buffer, header, IFLA_IFALIAS, "SECRET", 7);
	put_attribute(buffer, header, IFLA_LINKINFO, &info, sizeof(info));
	if (index == 2)
		put_attribute(buffer, header, IFLA_AF_SPEC, &families, sizeof(families));
	else
		put_attribute(buffer, header, IFLA_MASTER, &master, sizeof(master));
}

static void put_qdisc(struct buffer *buffer, int index, uint32_t handle, uint32_t parent, const char *kind)
{
	const struct tcmsg message = {.tcm_ifindex = index, .tcm_handle = handle, .tcm_parent = parent};
	struct nlmsghdr *header = put(buffer, RTM_NEWQDISC, &message, sizeof(message));

	put_attribute(buffer, header, TCA_KIND, kind, strlen(kind) + 1);
}

static void put_done(struct buffer *buffer, int error)
{
	put(buffer, NLMSG_DONE, &error, sizeof(error));
}

/* eth0 with two queues that the kernel gave fq_codel, vx0 with fq of an administrator and an ingress hook. */
static void put_links(struct buffer *buffer)
{
	put_link(buffer, 2, "eth0", IFF_UP);
	put_link(buffer, 3, "vx0", 0);
	put_done(buffer, 0);
}

static void put_qdiscs(struct buffer *buffer)
{
	put_qdisc(buffer, 2, 0, TC_H_ROOT, "mq");
	put_qdisc(buffer, 2, 0, 1, "fq_codel");
	put_qdisc(buffer, 2, 0, 2, "fq_codel");
	put_qdisc(buffer, 3, 0x80010000, TC_H_ROOT, "fq");
	put_qdisc(buffer, 3, 0xffff0000, TC_H_INGRESS, "clsact");
	put_qdisc(buffer, 9, 0, TC_H_ROOT, "noqueue");
	put_done(buffer, 0);
}

static const struct table *table(const char *name)
{
	const struct table *found = facts_find_table(facts, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_msg(found->state == FACT_KNOWN, "%s", found->why);
	return found;
}

/* A cell as text: what a rule would show. */
static const char *cell(const char *name, size_t row, size_t column)
{
	ck_assert_uint_lt(row, table(name)->n_rows);
	return value_raw(arena, table_row(table(name), row)[column].value);
}

static void parse_all(void)
{
	struct buffer buffer = {.length = 0};

	put_links(&buffer);
	put_qdiscs(&buffer);
	ck_assert_uint_eq(netdev_parse(netdev, buffer.bytes, buffer.length), buffer.length);
	ck_assert_int_eq(netdev_error(netdev), 0);
	ck_assert(netdev_is_done(netdev));
	netdev_facts(netdev, facts);
}

START_TEST(interfaces_are_read)
{
	static const char *const first[] = {"eth0", "vxlan", "no", "yes", "1450", "1000", "mq",
					    "1",    "2",     "1",  "1",   "1",    "0"};

	parse_all();
	ck_assert_uint_eq(table("interfaces")->n_rows, 2);
	for (size_t i = 0; i < 13; i++)
		ck_assert_str_eq(cell("interfaces", 0, i), first[i]);
	ck_assert_str_eq(cell("interfaces", 1, INTERFACE_UP), "no");
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_MASTER), "");
	ck_assert_str_eq(cell("interfaces", 1, INTERFACE_MASTER), "eth0");
	ck_assert_int_eq(table_row(table("interfaces"), 1)[INTERFACE_RP_FILTER].state, FACT_ABSENT);
}
END_TEST

START_TEST(qdiscs_are_read)
{
	/* name, device, up, kind, root, parent, ingress, automatic */
	static const char *const rows[][8] = {
		{"eth0", "eth0", "yes", "mq", "yes", "", "no", "yes"},
		{"eth0 0:1", "eth0", "yes", "fq_codel", "no", "mq", "no", "yes"},
		{"eth0 0:2", "eth0", "yes", "fq_codel", "no", "mq", "no", "yes"},
		{"vx0", "vx0", "no", "fq", "yes", "", "no", "no"},
		{"vx0 ffff:fff1", "vx0", "no", "clsact", "no", "", "yes", "no"},
	};

	parse_all();
	ck_assert_uint_eq(table("qdiscs")->n_rows, 6);
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 8; k++)
			ck_assert_str_eq(cell("qdiscs", i, k), rows[i][k]);
	/* An interface that came between the dumps. */
	ck_assert_str_eq(cell("qdiscs", 5, QDISC_DEVICE), "9");
	ck_assert_int_eq(table_row(table("qdiscs"), 5)[QDISC_UP].state, FACT_UNREADABLE);
}
END_TEST

/* Of the interface with this number; its family of generic netlink has the number of RTM_NEWLINK. */
static void put_speed(struct buffer *buffer, uint32_t index, uint32_t mbit)
{
	const struct {
		struct nlattr head;
		uint32_t index;
	} device = {{8, ETHTOOL_A_HEADER_DEV_INDEX}, index};
	const struct genlmsghdr message = {.cmd = ETHTOOL_MSG_LINKMODES_GET_REPLY, .version = 1};
	struct nlmsghdr *header = put(buffer, RTM_NEWLINK, &message, sizeof(message));

	put_attribute(buffer, header, ETHTOOL_A_LINKMODES_HEADER, &device, sizeof(device));
	put_attribute(buffer, header, ETHTOOL_A_LINKMODES_SPEED, &mbit, sizeof(mbit));
}

static struct fact speed(size_t row)
{
	return table_row(facts_find_table(facts, "interfaces"), row)[INTERFACE_SPEED];
}

START_TEST(speeds_are_read)
{
	struct buffer links = {.length = 0}, speeds = {.length = 0};

	put_link(&links, 1, "lo", IFF_LOOPBACK);
	put_link(&links, 2, "eth0", IFF_UP);
	put_link(&links, 3, "eth1", IFF_UP);
	put_speed(&speeds, 3, UINT32_MAX);
	put_speed(&speeds, 2, 25000);
	put_speed(&speeds, 9, 10);
	put(&speeds, RTM_NEWLINK, "", 1);
	netdev_begin(netdev, 0);
	ck_assert_uint_eq(netdev_parse(netdev, links.bytes, links.length), links.length);
	netdev_begin_speeds(netdev, 0);
	ck_assert_uint_eq(netdev_parse(netdev, speeds.bytes, speeds.length), speeds.length);
	netdev_facts(netdev, facts);
	ck_assert_uint_eq(facts_find_table(facts, "interfaces")->n_rows, 3);
	ck_assert_int_eq(speed(0).state, FACT_ABSENT);
	ck_assert_int_eq(speed(1).state, FACT_KNOWN);
	ck_assert_double_eq(speed(1).value.number, 25e9);
	ck_assert_str_eq(value_show(arena, speed(1).value), "25 Gbit/s");
	ck_assert_int_eq(speed(2).state, FACT_UNREADABLE);
}
END_TEST

START_TEST(speeds_that_are_not_told)
{
	struct buffer links = {.length = 0};

	put_link(&links, 2, "eth0", IFF_UP);
	netdev_begin(netdev, 0);
	netdev_parse(netdev, links.bytes, links.length);
	netdev_begin_speeds(netdev, 0);
	netdev_parse(netdev, "\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	ck_assert_int_eq(netdev_error(netdev), EBADMSG);
	netdev_miss_speeds(netdev, "malformed");
	netdev_facts(netdev, facts);
	ck_assert_int_eq(speed(0).state, FACT_UNREADABLE);
	ck_assert_str_eq(speed(0).why, "malformed");
}
END_TEST

START_TEST(errors_end_a_dump)
{
	struct buffer buffer = {.length = 0};
	const int errors[2] = {-EPERM};

	put_done(&buffer, -ENOMEM);
	netdev_parse(netdev, buffer.bytes, buffer.length);
	ck_assert_int_eq(netdev_error(netdev), ENOMEM);
	netdev = netdev_new(arena);
	buffer.length = 0;
	put(&buffer, NLMSG_ERROR, errors, sizeof(errors));
	netdev_parse(netdev, buffer.bytes, buffer.length);
	ck_assert_int_eq(netdev_error(netdev), EPERM);
	netdev = netdev_new(arena);
	memset(buffer.bytes, 1, 3);
	memset(buffer.bytes + 3, 0, 13);
	buffer.bytes[0] = 2;
	buffer.bytes[1] = buffer.bytes[2] = 0;
	netdev_parse(netdev, buffer.bytes, 16);
	ck_assert_int_eq(netdev_error(netdev), EBADMSG);
}
END_TEST

START_TEST(another_dump_is_ignored)
{
	struct buffer buffer = {.length = 0};

	put_links(&buffer);
	netdev_begin(netdev, 8);
	netdev_parse(netdev, buffer.bytes, buffer.length);
	ck_assert(!netdev_is_done(netdev));
	netdev_begin(netdev, 7);
	netdev_parse(netdev, buffer.bytes, buffer.length);
	ck_assert(netdev_is_done(netdev));
}
END_TEST

/* Cut anywhere, and with every byte turned: nothing is read beyond the end (a sanitizer's work). */
START_TEST(no_byte_can_hurt)
{
	struct buffer buffer = {.length = 0};

	put_links(&buffer);
	put_qdiscs(&buffer);
	for (size_t i = 0; i < buffer.length; i++) {
		char *bytes = malloc(buffer.length), *cut = malloc(i + 1);

		memcpy(bytes, buffer.bytes, buffer.length);
		memcpy(cut, buffer.bytes, i);
		bytes[i] = (char)(bytes[i] ^ 0xff);
		netdev = netdev_new(arena);
		ck_assert_uint_le(netdev_parse(netdev, bytes, buffer.length), buffer.length);
		netdev_facts(netdev, facts_new(arena));
		netdev = netdev_new(arena);
		ck_assert_uint_le(netdev_parse(netdev, cut, i), i);
		anonymise_route(bytes, buffer.length);
		anonymise_route(cut, i);
		free(bytes);
		free(cut);
	}
}
END_TEST

START_TEST(too_many_are_incomplete)
{
	struct buffer buffer = {.length = 0};

	put_qdisc(&buffer, 2, 0, 1, "fq");
	for (unsigned i = 0; i < NETDEV_QDISCS + 1; i++)
		netdev_parse(netdev, buffer.bytes, buffer.length);
	netdev_facts(netdev, facts);
	ck_assert_uint_eq(table("qdiscs")->n_rows, NETDEV_QDISCS);
	ck_assert(table("qdiscs")->incomplete);
	ck_assert(!table("interfaces")->incomplete);
}
END_TEST

/* What is left says all that rules read, and nothing else. */
START_TEST(captures_hold_no_addresses)
{
	struct buffer buffer = {.length = 0};

	put_links(&buffer);
	put_qdiscs(&buffer);
	ck_assert_ptr_nonnull(memmem(buffer.bytes, buffer.length, "SECR", 4));
	anonymise_route(buffer.bytes, buffer.length);
	ck_assert_ptr_null(memmem(buffer.bytes, buffer.length, "SECR", 4));
	netdev_parse(netdev, buffer.bytes, buffer.length);
	netdev_facts(netdev, facts);
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_NAME), "eth0");
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_KIND), "vxlan");
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_RP_FILTER), "2");
	ck_assert_str_eq(cell("qdiscs", 3, QDISC_KIND), "fq");
}
END_TEST

static void collect_root(void)
{
	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path("/"), &source), 0);
	interfaces_collect(source, facts);
}

START_TEST(a_capture_is_replayed)
{
	struct buffer links = {.length = 0}, qdiscs = {.length = 0};

	put_links(&links);
	put_qdiscs(&qdiscs);
	collect_root();
	ck_assert_str_eq(facts_find_table(facts, "qdiscs")->why, "it was not captured");
	tree_bytes("/capture/interfaces", links.bytes, links.length);
	tree_bytes("/capture/qdiscs", qdiscs.bytes, qdiscs.length);
	collect_root();
	ck_assert_uint_eq(table("interfaces")->n_rows, 2);
	ck_assert_uint_eq(table("qdiscs")->n_rows, 6);
	tree_bytes("/capture/qdiscs", qdiscs.bytes, qdiscs.length - 20);
	collect_root();
	ck_assert_str_eq(facts_find_table(facts, "interfaces")->why, "the replies are malformed");
}
END_TEST

/* This machine has a lo, and a recording of it says the same. */
START_TEST(this_machine)
{
	size_t n;

	ck_assert_int_eq(source_open(arena, NULL, &source), 0);
	ck_assert_int_eq(source_record(source, arena_strdup(arena, tree_path("/out")), false), 0);
	interfaces_collect(source, facts);
	n = table("interfaces")->n_rows;
	ck_assert_uint_ge(n, 1);
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_NAME), "lo");
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_LOOPBACK), "yes");
	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path("/out"), &source), 0);
	interfaces_collect(source, facts);
	ck_assert_uint_eq(table("interfaces")->n_rows, n);
	ck_assert_str_eq(cell("interfaces", 0, INTERFACE_NAME), "lo");
}
END_TEST

Suite *netdev_suite(void)
{
	Suite *suite = suite_create("netdev");
	TCase *tcase = tcase_create("netdev");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, interfaces_are_read);
	tcase_add_test(tcase, qdiscs_are_read);
	tcase_add_test(tcase, speeds_are_read);
	tcase_add_test(tcase, speeds_that_are_not_told);
	tcase_add_test(tcase, errors_end_a_dump);
	tcase_add_test(tcase, another_dump_is_ignored);
	tcase_add_test(tcase, no_byte_can_hurt);
	tcase_add_test(tcase, too_many_are_incomplete);
	tcase_add_test(tcase, captures_hold_no_addresses);
	tcase_add_test(tcase, a_capture_is_replayed);
	tcase_add_test(tcase, this_machine);
	suite_add_tcase(suite, tcase);
	return suite;
}
