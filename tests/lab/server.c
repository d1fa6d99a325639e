/*
 * The server of a scene. Prints "ready" when it listens, and ends when its input ends.
 *
 * server [-a ADDRESS] [-b BACKLOG] [-w MS] [-z SIZE] [-r BYTES] MODE PORT...
 *
 * MODE  answer  one byte for each SIZE bytes (1) that come in, until the client closes
 *       sink    reads all, and closes at the end
 *       close   closes each connection at once, so that TIME_WAIT is here
 *       forget  reads all, and does not close
 *       stall   accepts, and never reads
 *       deaf    never accepts
 *       slow    reads 4 KiB, four times a second
 * -w MS         waits so long before each accept()
 * -r BYTES      SO_RCVBUF of the listener, and so of its connections
 * SIGUSR1       calls listen() again
 * SIGUSR2       does not accept any more, or does again
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define FD_MAX 65536
#define PORTS_MAX 256

struct server {
	const char *address, *mode;
	int backlog, rcvbuf, epoll, listeners[PORTS_MAX];
	unsigned count;
	unsigned long wait_ms, size;
	uint32_t *received; /* by descriptor, since the last answer */
};

static volatile sig_atomic_t wants_listen, wants_toggle;

static void note(int signal)
{
	if (signal == SIGUSR1)
		wants_listen = 1;
	else
		wants_toggle = 1;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "server: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void watch(struct server *server, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll_ctl");
}

static void serve(struct server *server, unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || inet_pton(AF_INET, server->address, &address.sin_addr) != 1)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (server->rcvbuf)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &server->rcvbuf, sizeof(server->rcvbuf));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, server->backlog))
		die("bind");
	server->listeners[server->count++] = fd;
	if (strcmp(server->mode, "deaf") != 0)
		watch(server, fd);
}

static bool is_listener(const struct server *server, int fd)
{
	for (unsigned i = 0; i < server->count; i++)
		if (server->listeners[i] == fd)
			return true;
	return false;
}

static void take(struct server *server, int listener)
{
	int fd;

	if (server->wait_ms)
		usleep((useconds_t)(server->wait_ms * 1000));
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (fd >= FD_MAX || !strcmp(server->mode, "close"))
		close(fd);
	else if (strcmp(server->mode, "stall") != 0)
		server->received[fd] = 0, watch(server, fd);
}

static void talk(struct server *server, int fd)
{
	static char block[262144];
	bool is_slow = !strcmp(server->mode, "slow");
	ssize_t got = read(fd, block, is_slow ? 4096 : sizeof(block));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 && !strcmp(server->mode, "forget")) {
		epoll_ctl(server->epoll, EPOLL_CTL_DEL, fd, NULL);
		return;
	}
	if (got <= 0) {
		close(fd);
		return;
	}
	if (is_slow)
		usleep(250000);
	if (strcmp(server->mode, "answer") != 0)
		return;
	server->received[fd] += (uint32_t)got;
	for (; server->received[fd] >= server->size; server->received[fd] -= (uint32_t)server->size)
		if (send(fd, "!", 1, MSG_NOSIGNAL) < 0)
			return;
}

static void do_signals(struct server *server, bool *is_deaf)
{
	if (wants_listen)
		for (unsigned i = 0; i < server->count; i++)
			listen(server->listeners[i], server->backlog);
	if (wants_toggle) {
		struct epoll_event event = {.events = *is_deaf ? EPOLLIN : 0};

		*is_deaf = !*is_deaf;
		for (unsigned i = 0; i < server->count; i++) {
			event.data.fd = server->listeners[i];
			epoll_ctl(server->epoll, EPOLL_CTL_MOD, event.data.fd, &event);
		}
	}
	wants_listen = wants_toggle = 0;
}

static void run(struct server *server)
{
	struct epoll_event events[256];
	bool is_deaf = false;

	watch(server, STDIN_FILENO);
	for (;;) {
		int count = epoll_wait(server->epoll, events, 256, 1000);

		do_signals(server, &is_deaf);
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == STDIN_FILENO)
				return;
			if (is_listener(server, fd))
				take(server, fd);
			else
				talk(server, fd);
		}
	}
}

static bool read_options(struct server *server, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "a:b:w:z:r:")) != -1) {
		if (option == 'a')
			server->address = optarg;
		else if (option == 'b')
			server->backlog = (int)strtol(optarg, NULL, 10);
		else if (option == 'w')
			server->wait_ms = strtoul(optarg, NULL, 10);
		else if (option == 'r')
			server->rcvbuf = (int)strtol(optarg, NULL, 10);
		else if (option == 'z')
			server->size = strtoul(optarg, NULL, 10);
		else
			return false;
	}
	return argc - optind >= 2 && argc - optind <= PORTS_MAX && server->size;
}

int main(int argc, char **argv)
{
	struct server server = {.address = "0.0.0.0", .backlog = 4096, .size = 1};
	struct rlimit limit = {.rlim_cur = FD_MAX, .rlim_max = FD_MAX};

	if (!read_options(&server, argc, argv)) {
		fprintf(stderr, "usage: server [-a ADDRESS] [-b BACKLOG] [-w MS] [-z SIZE] "
				"[-r BYTES] answer|sink|close|forget|stall|deaf|slow PORT...\n");
		return 2;
	}
	signal(SIGUSR1, note);
	signal(SIGUSR2, note);
	setrlimit(RLIMIT_NOFILE, &limit);
	server.mode = argv[optind++];
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	server.received = calloc(FD_MAX, sizeof(*server.received));
	if (server.epoll < 0 || !server.received)
		die("epoll");
	for (; optind < argc; optind++)
		serve(&server, (unsigned)strtoul(argv[optind], NULL, 10));
	puts("ready");
	fflush(stdout);
	run(&server);
	free(server.received);
	return 0;
}
