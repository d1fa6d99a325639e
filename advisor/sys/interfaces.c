#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "core/netdev.h"
#include "sys/capture.h"
#include "sys/interfaces.h"
#include "sys/stream.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define BUFFER_SIZE (64u << 10)

static const struct {
	uint16_t type;
	const char *file; /* of a capture */
} dumps[] = {
	{RTM_GETLINK, "/capture/interfaces"},
	{RTM_GETQDISC, "/capture/qdiscs"},
};

#define SPEEDS_FILE "/capture/speeds"

struct asking {
	struct source *source;
	struct netdev *netdev;
	struct mnl_socket *netlink;
	char *buffer;
	const char *file; /* of the dump at hand, in a capture */
};

static void put_request(struct nlmsghdr *header, uint16_t type, unsigned sequence)
{
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = sequence;
	mnl_nlmsg_put_extra_header(header, type == RTM_GETLINK ? sizeof(struct ifinfomsg)
							       : sizeof(struct tcmsg));
}

static int receive(struct asking *asking)
{
	while (!netdev_is_done(asking->netdev)) {
		ssize_t n = mnl_socket_recvfrom(asking->netlink, asking->buffer, BUFFER_SIZE);
		size_t used;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used = netdev_parse(asking->netdev, asking->buffer, (size_t)n);
		if (netdev_error(asking->netdev))
			return -netdev_error(asking->netdev);
		if (!n || used != (size_t)n)
			return -EBADMSG;
		source_record_bytes(asking->source, asking->file, asking->buffer, (size_t)n);
	}
	return 0;
}

static int request(struct asking *asking, const struct nlmsghdr *header)
{
	if (mnl_socket_sendto(asking->netlink, header, header->nlmsg_len) < 0)
		return -errno;
	return 0;
}

static int dump(struct asking *asking, size_t i)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(asking->buffer);
	unsigned sequence = (unsigned)i + 1;
	int r;

	put_request(header, dumps[i].type, sequence);
	netdev_begin(asking->netdev, sequence);
	asking->file = dumps[i].file;
	r = request(asking, header);
	return r ? r : receive(asking);
}

static int open_netlink(struct asking *asking, int bus)
{
	const struct timeval patience = {.tv_sec = 10};

	asking->netlink = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!asking->netlink)
		return -errno;
	setsockopt(mnl_socket_get_fd(asking->netlink), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	return mnl_socket_bind(asking->netlink, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
}

static void close_netlink(struct asking *asking)
{
	if (asking->netlink)
		mnl_socket_close(asking->netlink);
	asking->netlink = NULL;
}

static int ask(struct asking *asking)
{
	int r = open_netlink(asking, NETLINK_ROUTE);

	for (size_t i = 0; !r && i < N(dumps); i++)
		r = dump(asking, i);
	close_netlink(asking);
	return r;
}

/* ------------------------------------------------------------------ speeds */

static struct nlmsghdr *put_generic(struct asking *asking, uint16_t type, uint8_t command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(asking->buffer);
	struct genlmsghdr *generic;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = 1;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return header;
}

static int take_family(const struct nlattr *attribute, void *context)
{
	uint16_t *family = context;

	if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID &&
	    mnl_attr_validate(attribute, MNL_TYPE_U16) >= 0)
		*family = mnl_attr_get_u16(attribute);
	return MNL_CB_OK;
}

static int take_families(const struct nlmsghdr *header, void *context)
{
	return mnl_attr_parse(header, GENL_HDRLEN, take_family, context);
}

/* The number that the family ethtool has here, or -errno. */
static int find_ethtool(struct asking *asking)
{
	struct nlmsghdr *header = put_generic(asking, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	uint16_t family = 0;
	ssize_t n;
	int r;

	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
	r = request(asking, header);
	if (r)
		return r;
	n = mnl_socket_recvfrom(asking->netlink, asking->buffer, BUFFER_SIZE);
	if (n < 0 || mnl_cb_run(asking->buffer, (size_t)n, 1, 0, take_families, &family) < 0)
		return -errno;
	return family ? family : -EBADMSG;
}

static int ask_speeds(struct asking *asking)
{
	struct nlmsghdr *header;
	struct nlattr *nest;
	int r = open_netlink(asking, NETLINK_GENERIC);

	if (!r)
		r = find_ethtool(asking);
	if (r > 0) {
		header = put_generic(asking, (uint16_t)r, ETHTOOL_MSG_LINKMODES_GET);
		header->nlmsg_flags |= NLM_F_DUMP;
		nest = mnl_attr_nest_start(header, ETHTOOL_A_LINKMODES_HEADER);
		mnl_attr_put_u32(header, ETHTOOL_A_HEADER_FLAGS, ETHTOOL_FLAG_COMPACT_BITSETS);
		mnl_attr_nest_end(header, nest);
		netdev_begin_speeds(asking->netdev, 1);
		asking->file = SPEEDS_FILE;
		r = request(asking, header);
		r = r ? r : receive(asking);
	}
	close_netlink(asking);
	return r;
}

/* ----------------------------------------------------------------- captures */

static size_t parse(void *context, const void *bytes, size_t length)
{
	return netdev_parse(context, bytes, length);
}

static int replay_file(struct asking *asking, const char *file)
{
	int r = stream_file(asking->source, file, parse, asking->netdev);

	if (!r && netdev_error(asking->netdev))
		r = -netdev_error(asking->netdev);
	return !r && !netdev_is_done(asking->netdev) ? -EBADMSG : r;
}

static int replay(struct asking *asking)
{
	int r = 0;

	for (size_t i = 0; !r && i < N(dumps); i++) {
		netdev_begin(asking->netdev, 0);
		r = replay_file(asking, dumps[i].file);
	}
	return r;
}

static int replay_speeds(struct asking *asking)
{
	netdev_begin_speeds(asking->netdev, 0);
	return replay_file(asking, SPEEDS_FILE);
}

static const char *reason(struct arena *arena, const struct source *source, int error)
{
	if (error == ENOENT && !source_is_live(source))
		return "it was not captured";
	if (error == EBADMSG)
		return "the replies are malformed";
	return arena_printf(arena, "netlink is not available (%s)", capture_error_name(arena, error));
}

static const char *speeds_reason(struct arena *arena, const struct source *source, int error)
{
	if (error == ENOENT && source_is_live(source))
		return "this kernel does not tell it (ethtool over netlink came with 5.6)";
	return reason(arena, source, error);
}

void interfaces_collect(struct source *source, struct facts *facts)
{
	struct arena *arena = arena_new();
	struct asking asking = {
		.source = source,
		.netdev = netdev_new(arena),
		.buffer = arena_alloc(arena, BUFFER_SIZE),
	};
	bool is_live = source_is_live(source);
	int r = is_live ? ask(&asking) : replay(&asking);

	if (r) {
		netdev_facts_missing(facts, reason(facts_arena(facts), source, -r));
	} else {
		r = is_live ? ask_speeds(&asking) : replay_speeds(&asking);
		if (r)
			netdev_miss_speeds(asking.netdev,
					   speeds_reason(facts_arena(facts), source, -r));
		netdev_facts(asking.netdev, facts);
	}
	arena_free(arena);
}
