/*
 * Makes TCP sockets in wanted states on the loopback of a network namespace,
 * prints "ready", and ends with them when its input ends.
 *
 * traffic [-4] [-6] [-s] [-f] [-p PORT] [-u UID] [KIND=COUNT]...
 *
 * Options and kinds are taken in the order in which they stand:
 *
 * -4, -6    127.0.0.1 or ::1 for the kinds that follow
 * -p PORT   the port of the first server; each kind takes ports of its own from here
 * -s        spread: each connection goes to another address of 127/8 (IPv4)
 * -f        a child holds all sockets too
 * -u UID    gives up root for this user before the sockets are made
 *
 * A connection has two ends, and both are here. See kinds[] for what a kind
 * makes. COUNT is at most 500,000; a server port takes 20,000 connections at most.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define COUNT_MAX 500000
#define A_PORT 20000 /* connections to one server port */

struct lab {
	int family;
	bool is_spread;
	unsigned port; /* the next server's */
	unsigned long made;
};

/* One connection: the end that called connect() and the one that accept() gave. */
struct pair {
	int client, server;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static socklen_t fill(const struct lab *lab, unsigned port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (void *)ret;
	struct sockaddr_in6 *v6 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	ret->ss_family = (sa_family_t)lab->family;
	if (lab->family == AF_INET6) {
		v6->sin6_addr = in6addr_loopback;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (lab->is_spread)
		v4->sin_addr.s_addr = htonl(0x7f010000U + (uint32_t)lab->made);
	v4->sin_port = htons((uint16_t)port);
	return sizeof(*v4);
}

static int serve(struct lab *lab, int backlog)
{
	struct sockaddr_storage address;
	struct lab here = *lab;
	socklen_t length;
	int one = 1, fd = socket(lab->family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	here.is_spread = false;
	length = fill(&here, lab->port++, &address);
	if (lab->is_spread)
		((struct sockaddr_in *)(void *)&address)->sin_addr.s_addr = INADDR_ANY;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, length))
		die("bind");
	if (listen(fd, backlog))
		die("listen");
	return fd;
}

static int connect_to(struct lab *lab, int server, bool may_wait)
{
	struct sockaddr_storage address;
	struct sockaddr_in6 bound;
	socklen_t length = sizeof(bound);
	int fd = socket(lab->family, SOCK_STREAM | SOCK_CLOEXEC | (may_wait ? 0 : SOCK_NONBLOCK), 0);

	if (fd < 0)
		die("socket");
	if (getsockname(server, (struct sockaddr *)&bound, &length))
		die("getsockname");
	length = fill(lab, ntohs(bound.sin6_port), &address);
	lab->made++;
	if (connect(fd, (struct sockaddr *)&address, length) && errno != EINPROGRESS)
		die("connect");
	return fd;
}

static struct pair make_pair(struct lab *lab, int server)
{
	struct pair pair = {.client = connect_to(lab, server, true)};

	pair.server = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	if (pair.server < 0)
		die("accept");
	return pair;
}

/* Until the other end takes no more: what follows, a FIN too, waits in the kernel. */
static void fill_up(int fd)
{
	static const char block[65536];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0 || errno == EINTR)
		;
}

static void read_end(int fd)
{
	char byte;

	if (read(fd, &byte, 1))
		die("read");
}

static void shut(int fd)
{
	if (shutdown(fd, SHUT_WR))
		die("shutdown");
}

/* ------------------------------------------------------------------ kinds */

static void established(struct pair pair)
{
	(void)pair;
}

static void time_wait(struct pair pair)
{
	close(pair.client);
	close(pair.server);
}

static void time_wait_server(struct pair pair)
{
	close(pair.server);
	close(pair.client);
}

static void close_wait(struct pair pair)
{
	shut(pair.client);
	read_end(pair.server);
}

static void close_wait_unread(struct pair pair)
{
	shut(pair.client);
}

static void close_wait_data(struct pair pair)
{
	if (send(pair.client, "unread", 6, MSG_NOSIGNAL) != 6)
		die("send");
	shut(pair.client);
}

static void close_wait_sending(struct pair pair)
{
	shut(pair.client);
	read_end(pair.server);
	fill_up(pair.server);
}

static void close_wait_orphan(struct pair pair)
{
	close(pair.client);
}

static void close_wait_client(struct pair pair)
{
	close(pair.server);
	read_end(pair.client);
}

static void fin_wait1(struct pair pair)
{
	fill_up(pair.client);
	close(pair.client);
}

static void last_ack(struct pair pair)
{
	shut(pair.client);
	read_end(pair.server);
	fill_up(pair.server);
	close(pair.server);
}

static void closing(struct pair pair)
{
	fill_up(pair.client);
	shut(pair.client);
	shut(pair.server);
}

/* Kinds that are made one after the other on a server of 20,000. */
static const struct kind {
	const char *name;
	void (*make)(struct pair pair);
} kinds[] = {
	{"established", established},             /* ESTABLISHED twice */
	{"time_wait", time_wait},                 /* TIME_WAIT of the client */
	{"time_wait_server", time_wait_server},   /* TIME_WAIT of the server */
	{"close_wait", close_wait},               /* server CLOSE_WAIT that read the end, client FIN_WAIT2 */
	{"close_wait_unread", close_wait_unread}, /* the same, Recv-Q 1 */
	{"close_wait_data", close_wait_data},     /* the same, Recv-Q 7 */
	{"close_wait_sending", close_wait_sending}, /* the same, with a Send-Q */
	{"close_wait_orphan", close_wait_orphan}, /* server CLOSE_WAIT, client FIN_WAIT2 without a process */
	{"close_wait_client", close_wait_client}, /* client CLOSE_WAIT, server FIN_WAIT2 without a process */
	{"fin_wait1", fin_wait1},                 /* client FIN_WAIT1, server ESTABLISHED */
	{"last_ack", last_ack},                   /* server LAST_ACK, client FIN_WAIT2 */
	{"closing", closing},                     /* client CLOSING, server FIN_WAIT2 */
};

static void make_pairs(struct lab *lab, const struct kind *kind, unsigned long count)
{
	int server = -1;

	for (unsigned long i = 0; i < count; i++) {
		if (i % A_PORT == 0)
			server = serve(lab, 128);
		kind->make(make_pair(lab, server));
	}
}

static void make_listeners(struct lab *lab, unsigned long count)
{
	while (count--)
		serve(lab, 511);
}

/* Sockets in CLOSE_WAIT that nobody accepts; the clients are FIN_WAIT2 without a process. */
static void make_unaccepted(struct lab *lab, unsigned long count)
{
	int server = serve(lab, (int)count);

	while (count--)
		close(connect_to(lab, server, true));
}

/* As many wait for accept() as fit, one more than the backlog; nothing else happens. */
static void make_queued(struct lab *lab, unsigned long count)
{
	int server = serve(lab, (int)count - 1);

	while (count--)
		connect_to(lab, server, true);
}

/* TCP_DEFER_ACCEPT: without data the server stays in SYN_RECV, while the client is ESTABLISHED. */
static void make_syn_recv(struct lab *lab, unsigned long count)
{
	int seconds = 60, server = serve(lab, (int)count + 1);

	if (setsockopt(server, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)))
		die("TCP_DEFER_ACCEPT");
	while (count--)
		connect_to(lab, server, true);
}

/* A listener whose queue is full answers no SYN: SYN_SENT, beside one connection in the queue. */
static void make_syn_sent(struct lab *lab, unsigned long count)
{
	int server = serve(lab, 0);

	connect_to(lab, server, true);
	while (count--)
		connect_to(lab, server, false);
}

static const struct {
	const char *name;
	void (*make)(struct lab *lab, unsigned long count);
} others[] = {
	{"listen", make_listeners},   {"unaccepted", make_unaccepted},
	{"queued", make_queued},      {"syn_recv", make_syn_recv},
	{"syn_sent", make_syn_sent},
};

/* ------------------------------------------------------------------- main */

static bool make(struct lab *lab, const char *name, unsigned long count)
{
	for (size_t i = 0; i < N(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return make_pairs(lab, &kinds[i], count), true;
	for (size_t i = 0; i < N(others); i++)
		if (!strcmp(others[i].name, name))
			return others[i].make(lab, count), true;
	return false;
}

static bool read_kind(struct lab *lab, char *argument)
{
	char *equals = strchr(argument, '='), *end;
	unsigned long count;

	if (!equals)
		return false;
	*equals = '\0';
	count = strtoul(equals + 1, &end, 10);
	return !*end && count && count <= COUNT_MAX && make(lab, argument, count);
}

static void use_descriptors(void)
{
	struct rlimit limit = {.rlim_cur = 1048576, .rlim_max = 1048576};

	if (!setrlimit(RLIMIT_NOFILE, &limit) || getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool read_option(struct lab *lab, int option, bool *ret_forks)
{
	if (option == '4' || option == '6')
		lab->family = option == '6' ? AF_INET6 : AF_INET;
	else if (option == 's')
		lab->is_spread = true;
	else if (option == 'f')
		*ret_forks = true;
	else if (option == 'p')
		lab->port = (unsigned)strtoul(optarg, NULL, 10);
	else if (option != 'u')
		return false;
	else if (setuid((uid_t)strtoul(optarg, NULL, 10)))
		die("setuid");
	return true;
}

/* "-" at the front of the letters: arguments come as option 1, in their order. */
static bool read_arguments(struct lab *lab, int argc, char **argv, bool *ret_forks)
{
	int option;

	while ((option = getopt(argc, argv, "-46sfp:u:")) != -1)
		if (option == 1 ? !read_kind(lab, optarg) : !read_option(lab, option, ret_forks))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct lab lab = {.family = AF_INET, .port = 7000};
	bool forks = false;
	pid_t child = -1;
	char byte;

	use_descriptors();
	if (!read_arguments(&lab, argc, argv, &forks)) {
		fprintf(stderr, "usage: traffic [-4|-6] [-s] [-f] [-p PORT] [-u UID] [KIND=COUNT]...\n");
		return 2;
	}
	if (forks) {
		child = fork();
		if (!child)
			return pause(), 0;
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	if (child > 0) {
		kill(child, SIGTERM);
		waitpid(child, NULL, 0);
	}
	return 0;
}
