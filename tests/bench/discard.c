/*
 * What a socket dump costs at least: asks for all TCP sockets with one
 * TCPDIAG_GETSOCK request, receives the replies and throws them away. Prints
 * the bytes that came and the milliseconds that it took.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static char buffer[128 << 10] __attribute__((aligned(8)));

static bool is_end(size_t n)
{
	const struct nlmsghdr *header = (const void *)buffer;
	int left = (int)n;

	for (; mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left))
		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
			return true;
	return false;
}

static size_t dump(const struct mnl_socket *netlink)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	size_t total = 0;
	ssize_t n;

	header->nlmsg_type = TCPDIAG_GETSOCK;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->idiag_states = 0xfff;
	if (mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0)
		return 0;
	do {
		n = mnl_socket_recvfrom(netlink, buffer, sizeof(buffer));
		total += n > 0 ? (size_t)n : 0;
	} while (n > 0 && !is_end((size_t)n));
	return total;
}

int main(void)
{
	struct mnl_socket *netlink = mnl_socket_open(NETLINK_SOCK_DIAG);
	struct timespec start, end;
	size_t total;

	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		fprintf(stderr, "discard: %s\n", strerror(errno));
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	total = dump(netlink);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%zu bytes, %.1f ms\n", total,
	       (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6);
	mnl_socket_close(netlink);
	return 0;
}
