#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "sys/sockdiag.h"

/* The kernel fills at most 32 KiB at a time (Linux 6.1 net/netlink/af_netlink.c netlink_recvmsg()). */
#define BUFFER_SIZE (128u << 10)
#define SO_RCVBUF_SIZE (1 << 20)

struct sockdiag {
	struct mnl_socket *netlink;
	char *buffer;
	unsigned sequence;
};

static void set_options(int fd)
{
	/* A dump goes on when we read; should it not, this ends the waiting. */
	const struct timeval patience = {.tv_sec = 10};
	const int size = SO_RCVBUF_SIZE;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

int sockdiag_open(struct arena *arena, struct sockdiag **ret)
{
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	struct sockdiag *diag;
	int r;

	if (!netlink)
		return -errno;
	if (mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		r = -errno;
		mnl_socket_close(netlink);
		return r;
	}
	set_options(mnl_socket_get_fd(netlink));
	diag = arena_alloc(arena, sizeof(*diag));
	diag->netlink = netlink;
	diag->buffer = arena_alloc(arena, BUFFER_SIZE);
	*ret = diag;
	return 0;
}

void sockdiag_close(struct sockdiag *diag)
{
	if (diag)
		mnl_socket_close(diag->netlink);
}

/* family AF_UNSPEC: the old request, which has no family. */
static void put_request(struct nlmsghdr *header, const struct sockdiag_request *request, int family)
{
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (family == AF_UNSPEC) {
		struct inet_diag_req *old = mnl_nlmsg_put_extra_header(header, sizeof(*old));

		header->nlmsg_type = TCPDIAG_GETSOCK;
		old->idiag_family = AF_INET;
		old->idiag_ext = (uint8_t)request->extensions;
		old->idiag_states = request->states;
	} else {
		struct inet_diag_req_v2 *v2 = mnl_nlmsg_put_extra_header(header, sizeof(*v2));

		header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
		v2->sdiag_family = (uint8_t)family;
		v2->sdiag_protocol = IPPROTO_TCP;
		v2->idiag_ext = (uint8_t)request->extensions;
		v2->idiag_states = request->states;
	}
}

static int receive(struct sockdiag *diag, const struct sockdiag_request *request,
		   struct inetdiag *dump)
{
	while (!dump->is_done) {
		ssize_t n = mnl_socket_recvfrom(diag->netlink, diag->buffer, BUFFER_SIZE);
		size_t used;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used = inetdiag_parse(dump, diag->buffer, (size_t)n);
		if (dump->error)
			return -dump->error;
		if (!n || used != (size_t)n)
			return -EBADMSG;
		if (request->raw)
			request->raw(request->context, diag->buffer, (size_t)n);
	}
	return 0;
}

static int dump_family(struct sockdiag *diag, const struct sockdiag_request *request, int family,
		       struct inetdiag *dump)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(diag->buffer);

	put_request(header, request, family);
	header->nlmsg_seq = ++diag->sequence;
	dump->sequence = diag->sequence;
	dump->is_done = false;
	if (mnl_socket_sendto(diag->netlink, header, header->nlmsg_len) < 0)
		return -errno;
	return receive(diag, request, dump);
}

int sockdiag_dump(struct sockdiag *diag, const struct sockdiag_request *request,
		  struct inetdiag *dump)
{
	int r;

	if (!request->is_by_family)
		return dump_family(diag, request, AF_UNSPEC, dump);
	r = dump_family(diag, request, AF_INET, dump);
	if (r)
		return r;
	r = dump_family(diag, request, AF_INET6, dump);
	/* A kernel without IPv6 has no handler for it. */
	if (r == -ENOENT) {
		dump->error = 0;
		dump->is_done = true;
		r = 0;
	}
	return r;
}
