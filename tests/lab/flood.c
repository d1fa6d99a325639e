/*
 * SYNs from many addresses that never finish the handshake, as of a flood: they come in
 * through a TUN device (flood0, 10.66.0.1/16), and what is answered goes there too and is
 * forgotten. Prints "ready" after the first COUNT, goes on with RATE a second, and ends
 * when its input ends.
 *
 * flood [-n COUNT] [-r RATE] PORT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define HERE 0x0a420001U /* 10.66.0.1 */

struct syn {
	struct iphdr ip;
	struct tcphdr tcp;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set_address(int fd, struct ifreq *request, unsigned long what, uint32_t value)
{
	struct sockaddr_in *address = (void *)&request->ifr_addr;

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(value);
	if (ioctl(fd, what, request))
		die("address of flood0");
}

static int open_tun(void)
{
	struct ifreq request = {.ifr_name = "flood0"};
	int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (tun < 0)
		die("/dev/net/tun");
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd < 0 || ioctl(tun, TUNSETIFF, &request))
		die("flood0");
	set_address(fd, &request, SIOCSIFADDR, HERE);
	set_address(fd, &request, SIOCSIFNETMASK, 0xffff0000U);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("flood0 up");
	close(fd);
	return tun;
}

/* Over 16-bit words, as of RFC 1071. */
static uint32_t sum(const void *data, size_t bytes, uint32_t start)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i + 1 < bytes; i += 2)
		start += (uint32_t)(byte[i] << 8 | byte[i + 1]);
	return start;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffffU) + (total >> 16);
	return htons((uint16_t)~total);
}

/* The nth comes from the nth address of 10.66.1.0 and up, 60,000 of them. */
static void send_syn(int tun, unsigned n, unsigned port)
{
	struct syn syn = {
		.ip = {.version = 4, .ihl = 5, .tot_len = htons(sizeof(syn)), .ttl = 64,
		       .protocol = IPPROTO_TCP, .saddr = htonl(HERE + 256 + n % 60000),
		       .daddr = htonl(HERE)},
		.tcp = {.source = htons((uint16_t)(1024 + n % 50000)), .dest = htons((uint16_t)port),
			.seq = htonl(n * 65537U), .doff = 5, .syn = 1, .window = htons(65535)},
	};

	syn.ip.check = fold(sum(&syn.ip, sizeof(syn.ip), 0));
	syn.tcp.check = fold(sum(&syn.tcp, sizeof(syn.tcp),
				 sum(&syn.ip.saddr, 8, IPPROTO_TCP + sizeof(syn.tcp))));
	if (write(tun, &syn, sizeof(syn)) < 0)
		die("write");
}

int main(int argc, char **argv)
{
	unsigned long count = 100, rate = 0, n = 0, port;
	int option, tun;

	while ((option = getopt(argc, argv, "n:r:")) != -1) {
		if (option == 'n')
			count = strtoul(optarg, NULL, 10);
		else if (option == 'r')
			rate = strtoul(optarg, NULL, 10);
		else
			optind = argc + 1;
	}
	if (optind + 1 != argc || rate > 1000) {
		fprintf(stderr, "usage: flood [-n COUNT] [-r RATE] PORT\n");
		return 2;
	}
	port = strtoul(argv[optind], NULL, 10);
	tun = open_tun();
	while (n < count)
		send_syn(tun, (unsigned)n++, (unsigned)port);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

		if (poll(&in, 1, rate ? (int)(1000 / rate) : -1))
			return 0;
		send_syn(tun, (unsigned)n++, (unsigned)port);
	}
}
