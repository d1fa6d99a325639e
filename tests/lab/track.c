/*
 * Connection tracking for a scene: a chain of nftables on everything that goes out, which
 * asks for the state of connections, as any stateful firewall does. Then COUNT entries:
 * UDP packets to as many ports of 127/8, which nobody answers. Prints "ready" and ends
 * when its input ends; the chain stays until the namespace goes.
 *
 * track [-n COUNT]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS 60000UL
#define NAME "lab"

struct batch {
	_Alignas(8) char bytes[4096];
	size_t length;
	unsigned sequence;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "track: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct nlmsghdr *put(struct batch *batch, unsigned type, uint16_t flags, unsigned resource)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(batch->bytes + batch->length);
	struct nfgenmsg *message;

	header->nlmsg_type = (uint16_t)type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = batch->sequence++;
	message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	message->nfgen_family = resource ? AF_UNSPEC : NFPROTO_INET;
	message->version = NFNETLINK_V0;
	message->res_id = htons((uint16_t)resource);
	return header;
}

static struct nlmsghdr *put_nft(struct batch *batch, unsigned message)
{
	return put(batch, NFNL_SUBSYS_NFTABLES << 8 | message, NLM_F_CREATE, 0);
}

static void end(struct batch *batch, const struct nlmsghdr *header)
{
	batch->length += header->nlmsg_len;
}

static void put_chain(struct nlmsghdr *header)
{
	struct nlattr *hook;

	mnl_attr_put_strz(header, NFTA_CHAIN_TABLE, NAME);
	mnl_attr_put_strz(header, NFTA_CHAIN_NAME, NAME);
	hook = mnl_attr_nest_start(header, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(header, NFTA_HOOK_HOOKNUM, htonl(NF_INET_LOCAL_OUT));
	mnl_attr_put_u32(header, NFTA_HOOK_PRIORITY, 0);
	mnl_attr_nest_end(header, hook);
	mnl_attr_put_strz(header, NFTA_CHAIN_TYPE, "filter");
}

/* One expression: the state of the connection into a register. */
static void put_rule(struct nlmsghdr *header)
{
	struct nlattr *list, *element, *data;

	mnl_attr_put_strz(header, NFTA_RULE_TABLE, NAME);
	mnl_attr_put_strz(header, NFTA_RULE_CHAIN, NAME);
	list = mnl_attr_nest_start(header, NFTA_RULE_EXPRESSIONS);
	element = mnl_attr_nest_start(header, NFTA_LIST_ELEM);
	mnl_attr_put_strz(header, NFTA_EXPR_NAME, "ct");
	data = mnl_attr_nest_start(header, NFTA_EXPR_DATA);
	mnl_attr_put_u32(header, NFTA_CT_DREG, htonl(NFT_REG_1));
	mnl_attr_put_u32(header, NFTA_CT_KEY, htonl(NFT_CT_STATE));
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, element);
	mnl_attr_nest_end(header, list);
}

static void send_batch(const struct batch *batch)
{
	struct mnl_socket *netlink = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	_Alignas(8) char answer[4096];
	ssize_t n;

	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink");
	if (mnl_socket_sendto(netlink, batch->bytes, batch->length) < 0)
		die("nftables");
	n = mnl_socket_recvfrom(netlink, answer, sizeof(answer));
	if (n < 0 || mnl_cb_run(answer, (size_t)n, 0, mnl_socket_get_portid(netlink), NULL, NULL) < 0)
		die("nftables");
	mnl_socket_close(netlink);
}

static void begin_tracking(void)
{
	struct batch batch = {.sequence = 0};
	struct nlmsghdr *header;

	end(&batch, put(&batch, NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES));
	header = put_nft(&batch, NFT_MSG_NEWTABLE);
	mnl_attr_put_strz(header, NFTA_TABLE_NAME, NAME);
	end(&batch, header);
	header = put_nft(&batch, NFT_MSG_NEWCHAIN);
	put_chain(header);
	end(&batch, header);
	header = put_nft(&batch, NFT_MSG_NEWRULE);
	put_rule(header);
	header->nlmsg_flags |= NLM_F_APPEND | NLM_F_ACK;
	end(&batch, header);
	end(&batch, put(&batch, NFNL_MSG_BATCH_END, 0, NFNL_SUBSYS_NFTABLES));
	send_batch(&batch);
}

static void fill(unsigned long count)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = {.sin_family = AF_INET};

	if (fd < 0)
		die("socket");
	for (unsigned long i = 0; i < count; i++) {
		to.sin_addr.s_addr = htonl(0x7f010001U + (uint32_t)(i / PORTS));
		to.sin_port = htons((uint16_t)(1024 + i % PORTS));
		/* ECONNREFUSED is the answer to an earlier one. */
		if (sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != ECONNREFUSED)
			die("sendto");
	}
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned long count = 0;
	char byte;
	int c;

	while ((c = getopt(argc, argv, "n:")) == 'n')
		count = strtoul(optarg, NULL, 10);
	if (c != -1 || optind != argc || count > 1000000) {
		fputs("usage: track [-n COUNT]\n", stderr);
		return 2;
	}
	begin_tracking();
	fill(count);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
