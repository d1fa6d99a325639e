/*
 * A link with delay and loss between this network namespace and a new one: two TUN
 * devices, and this program carries each packet from one to the other, as routers
 * would. Prints "ready PID" (the new namespace is /proc/PID/ns/net), ends with it when
 * its input ends, and then says what passed.
 *
 * delay [-d MS] [-l EVERY:COUNT] [-t] [-e] [-f MS] [-q PACKETS] [-m MTU] [-s BYTES]
 *
 * 10.77.0.1 is here, 10.77.0.2 there, tun0 both.
 * -d MS           the delay of each direction (0)
 * -l EVERY:COUNT  of EVERY data packets, COUNT are lost, every second one until then
 * -t              every second segment with PSH that carries data is lost
 * -e              SYNs that ask for ECN are lost, as in some firewalls
 * -f MS           what is on the way forgets its connections after so long a silence, and
 *                 drops what is theirs until the next SYN
 * -q PACKETS      of one direction may be on the way, more are lost (4096)
 * -m MTU          of the two devices (1500)
 * -s BYTES        larger packets are swallowed, and nobody is told
 * SIGUSR1         begins or ends an outage: everything is lost
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MAX 2048
#define QUEUE_MAX 4096
#define DATA_LEAST 200 /* bytes from which on a packet is taken for one with data */
#define MS 1000000LL

enum flag { SYN = 0x02, PSH = 0x08, ACK = 0x10, ECE = 0x40, CWR = 0x80 }; /* of TCP */

struct packet {
	int64_t due;
	size_t length;
	unsigned char bytes[PACKET_MAX];
};

struct direction {
	int from, to;
	unsigned head, count;
	struct packet *ring;
};

struct link {
	int64_t delay;
	unsigned long every, lost, data, pushes;
	unsigned queue, mtu;
	size_t largest; /* 0: any */
	bool is_tail, hates_ecn, has_forgotten;
	int64_t forgets, heard; /* after how long, when a TCP segment passed last */
	unsigned long passed, dropped, fragmentable, fragments;
	struct direction directions[2];
};

static volatile sig_atomic_t is_out;

static void toggle(int signal)
{
	(void)signal;
	is_out = !is_out;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "delay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 * MS + time.tv_nsec;
}

/* ---------------------------------------------------------------- devices */

static void set_address(int fd, struct ifreq *request, unsigned long what, const char *text)
{
	struct sockaddr_in *address = (void *)&request->ifr_addr;

	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	inet_pton(AF_INET, text, &address->sin_addr);
	if (ioctl(fd, what, request))
		die("address of tun0");
}

/* tun0 of the namespace of now, up. */
static int open_tun(const char *address, unsigned mtu)
{
	struct ifreq request = {.ifr_name = "tun0"};
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (tun < 0)
		die("/dev/net/tun");
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (fd < 0 || ioctl(tun, TUNSETIFF, &request))
		die("tun0");
	set_address(fd, &request, SIOCSIFADDR, address);
	set_address(fd, &request, SIOCSIFNETMASK, "255.255.255.0");
	request.ifr_mtu = (int)mtu;
	if (ioctl(fd, SIOCSIFMTU, &request))
		die("MTU of tun0");
	request.ifr_qlen = QUEUE_MAX;
	if (ioctl(fd, SIOCSIFTXQLEN, &request))
		die("queue of tun0");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("tun0 up");
	close(fd);
	return tun;
}

/* ---------------------------------------------------------------- packets */

/* The flags of a TCP segment, or 0. */
static unsigned tcp_flags(const struct packet *packet)
{
	size_t header = (packet->bytes[0] & 15U) * 4U;

	if (packet->bytes[0] >> 4 != 4 || packet->bytes[9] != IPPROTO_TCP || header + 14 > packet->length)
		return 0;
	return packet->bytes[header + 13];
}

static bool is_forgotten(struct link *link, unsigned flags)
{
	if (!link->forgets || !flags)
		return false;
	if (link->heard && now() - link->heard >= link->forgets)
		link->has_forgotten = true;
	if (flags & SYN)
		link->has_forgotten = false;
	if (!link->has_forgotten)
		link->heard = now();
	return link->has_forgotten;
}

static bool is_lost(struct link *link, const struct packet *packet)
{
	unsigned flags = tcp_flags(packet);
	unsigned long turn;

	if (is_out || is_forgotten(link, flags) || (link->largest && packet->length > link->largest))
		return true;
	if (link->hates_ecn && (flags & (SYN | ACK | ECE | CWR)) == (SYN | ECE | CWR))
		return true;
	if (packet->length < DATA_LEAST)
		return false;
	if (link->is_tail)
		return flags & PSH && link->pushes++ % 2;
	if (!link->every)
		return false;
	turn = link->data++ % link->every;
	return turn < 2 * link->lost && turn % 2;
}

static void note(struct link *link, const struct packet *packet)
{
	unsigned flags = packet->bytes[6];

	if (packet->bytes[0] >> 4 != 4 || packet->bytes[9] != IPPROTO_TCP)
		return;
	link->fragmentable += !(flags & 0x40U);
	link->fragments += (flags & 0x20U) || (flags & 0x1fU) || packet->bytes[7];
}

static void take(struct link *link, struct direction *direction)
{
	struct packet spare, *packet;
	ssize_t length;

	for (;;) {
		bool has_room = direction->count < link->queue;

		packet = has_room ? &direction->ring[(direction->head + direction->count) % QUEUE_MAX]
				  : &spare; /* cppcheck-suppress uninitvar ; read() fills it */
		length = read(direction->from, packet->bytes, sizeof(packet->bytes));
		if (length < 20)
			return;
		packet->length = (size_t)length;
		packet->due = now() + link->delay;
		note(link, packet);
		if (!has_room || is_lost(link, packet))
			link->dropped++;
		else
			direction->count++;
	}
}

static void give(struct link *link, struct direction *direction)
{
	while (direction->count && direction->ring[direction->head].due <= now()) {
		struct packet *packet = &direction->ring[direction->head];

		if (!is_out && write(direction->to, packet->bytes, packet->length) > 0)
			link->passed++;
		else
			link->dropped++;
		direction->head = (direction->head + 1) % QUEUE_MAX;
		direction->count--;
	}
}

static struct timespec wait_for(const struct link *link)
{
	int64_t least = 1000 * MS;

	for (unsigned i = 0; i < 2; i++) {
		const struct direction *direction = &link->directions[i];
		int64_t left;

		if (!direction->count)
			continue;
		left = direction->ring[direction->head].due - now();
		if (left < least)
			least = left < 0 ? 0 : left;
	}
	return (struct timespec){.tv_sec = least / (1000 * MS), .tv_nsec = least % (1000 * MS)};
}

static void carry(struct link *link)
{
	struct pollfd fds[3] = {
		{.fd = link->directions[0].from, .events = POLLIN},
		{.fd = link->directions[1].from, .events = POLLIN},
		{.fd = STDIN_FILENO, .events = POLLIN},
	};
	char byte;

	for (;;) {
		struct timespec timeout = wait_for(link);

		if (ppoll(fds, 3, &timeout, NULL) < 0 && errno != EINTR)
			die("poll");
		if (fds[2].revents && read(STDIN_FILENO, &byte, 1) <= 0)
			return;
		for (unsigned i = 0; i < 2; i++) {
			take(link, &link->directions[i]);
			give(link, &link->directions[i]);
		}
	}
}

/* ------------------------------------------------------------------- main */

static bool read_options(struct link *link, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "d:l:tef:q:m:s:")) != -1) {
		if (option == 'd')
			link->delay = strtol(optarg, NULL, 10) * MS;
		else if (option == 't')
			link->is_tail = true;
		else if (option == 'e')
			link->hates_ecn = true;
		else if (option == 'f')
			link->forgets = strtol(optarg, NULL, 10) * MS;
		else if (option == 'q')
			link->queue = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 's')
			link->largest = strtoul(optarg, NULL, 10);
		else if (option == 'm')
			link->mtu = (unsigned)strtoul(optarg, NULL, 10);
		else if (option != 'l' || sscanf(optarg, "%lu:%lu", &link->every, &link->lost) != 2)
			return false;
	}
	return optind == argc && link->queue <= QUEUE_MAX && link->mtu <= PACKET_MAX;
}

int main(int argc, char **argv)
{
	struct link link = {.queue = QUEUE_MAX, .mtu = 1500};
	int here, there;

	if (!read_options(&link, argc, argv)) {
		fprintf(stderr, "usage: delay [-d MS] [-l EVERY:COUNT] [-t] [-e] [-f MS] [-q PACKETS] [-m MTU] "
				"[-s BYTES]\n");
		return 2;
	}
	signal(SIGUSR1, toggle);
	here = open_tun("10.77.0.1", link.mtu);
	if (unshare(CLONE_NEWNET))
		die("unshare");
	there = open_tun("10.77.0.2", link.mtu);
	link.directions[0] = (struct direction){.from = here, .to = there};
	link.directions[1] = (struct direction){.from = there, .to = here};
	for (unsigned i = 0; i < 2; i++) {
		link.directions[i].ring = calloc(QUEUE_MAX, sizeof(struct packet));
		if (!link.directions[i].ring)
			die("memory");
	}
	printf("ready %ld\n", (long)getpid());
	fflush(stdout);
	carry(&link);
	printf("passed=%lu dropped=%lu fragmentable=%lu fragments=%lu\n", link.passed, link.dropped,
	       link.fragmentable, link.fragments);
	for (unsigned i = 0; i < 2; i++)
		free(link.directions[i].ring);
	return 0;
}
