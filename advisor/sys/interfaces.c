#include <errno.h>
#include <libmnl/libmnl.h>
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

struct asking {
	struct source *source;
	struct netdev *netdev;
	struct mnl_socket *netlink;
	char *buffer;
	size_t i; /* the dump at hand */
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
		source_record_bytes(asking->source, dumps[asking->i].file, asking->buffer, (size_t)n);
	}
	return 0;
}

static int dump(struct asking *asking)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(asking->buffer);
	unsigned sequence = (unsigned)asking->i + 1;

	put_request(header, dumps[asking->i].type, sequence);
	netdev_begin(asking->netdev, sequence);
	if (mnl_socket_sendto(asking->netlink, header, header->nlmsg_len) < 0)
		return -errno;
	return receive(asking);
}

static int ask(struct asking *asking, struct arena *arena)
{
	const struct timeval patience = {.tv_sec = 10};
	int r = 0;

	asking->netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!asking->netlink)
		return -errno;
	if (mnl_socket_bind(asking->netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	setsockopt(mnl_socket_get_fd(asking->netlink), SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	asking->buffer = arena_alloc(arena, BUFFER_SIZE);
	for (asking->i = 0; !r && asking->i < N(dumps); asking->i++)
		r = dump(asking);
	mnl_socket_close(asking->netlink);
	return r;
}

static size_t parse(void *context, const void *bytes, size_t length)
{
	return netdev_parse(context, bytes, length);
}

static int replay(struct asking *asking)
{
	int r = 0;

	for (size_t i = 0; !r && i < N(dumps); i++) {
		netdev_begin(asking->netdev, 0);
		r = stream_file(asking->source, dumps[i].file, parse, asking->netdev);
		if (!r && netdev_error(asking->netdev))
			r = -netdev_error(asking->netdev);
		if (!r && !netdev_is_done(asking->netdev))
			r = -EBADMSG;
	}
	return r;
}

static const char *reason(struct arena *arena, const struct source *source, int error)
{
	if (error == ENOENT && !source_is_live(source))
		return "it was not captured";
	if (error == EBADMSG)
		return "the replies are malformed";
	return arena_printf(arena, "netlink is not available (%s)", capture_error_name(arena, error));
}

void interfaces_collect(struct source *source, struct facts *facts)
{
	struct arena *arena = arena_new();
	struct asking asking = {.source = source, .netdev = netdev_new(arena)};
	int r = source_is_live(source) ? ask(&asking, arena) : replay(&asking);

	if (r)
		netdev_facts_missing(facts, reason(facts_arena(facts), source, -r));
	else
		netdev_facts(asking.netdev, facts);
	arena_free(arena);
}
