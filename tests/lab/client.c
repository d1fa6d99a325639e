/*
 * The client of a scene: does one thing, prints its figures as NAME=NUMBER on one line.
 *
 * client [-s SOURCE] [-l PORT] [-n COUNT] [-r RATE] [-t MS] [-z SIZE] [-b BYTES] [-w MS] [-ackpx]
 *        ACTION ADDRESS PORT
 *
 * ACTION  connect   COUNT connections at once
 *         churn     COUNT one after the other, each closed
 *         send      SIZE bytes, and waits until the server has closed
 *         messages  COUNT of SIZE bytes, each after the answer of one byte
 *         stuff     COUNT connections, each given all that the kernel takes, in writes of SIZE
 *         late      reads to the end, and MS later sends a byte (-x) or its FIN
 *
 * -s SOURCE, -l PORT  bound to before connect(); churn takes the next port each time
 * -p                  with -s: bind() picks the port, not connect()
 * -r RATE             of churn and messages, a second
 * -t MS               until what has not happened counts as timeout (2000)
 * -b BYTES            SO_SNDBUF
 * -w MS               messages: pause before each but the first
 * -a                  SO_KEEPALIVE
 * -x                  a byte is sent over each connection, and without -c one awaited
 * -c                  connect: closes its half at once; churn: lets the server close first
 * -k                  connections stay open until the input ends (connect, stuff)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define FD_MAX 65536

struct client {
	struct sockaddr_in source, to;
	unsigned long count, rate, timeout, size, pause;
	int sndbuf;
	bool is_bound, is_kept_alive, picks_early, keeps, talks, halves;
	unsigned long ok, unavailable, refused, reset, timeouts, other;
	int64_t start;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void tell(struct client *client, int error)
{
	if (!error)
		client->ok++;
	else if (error == EADDRNOTAVAIL || error == EADDRINUSE)
		client->unavailable++;
	else if (error == ECONNREFUSED)
		client->refused++;
	else if (error == ECONNRESET || error == EPIPE)
		client->reset++;
	else if (error == ETIMEDOUT || error == EINPROGRESS || error == EAGAIN)
		client->timeouts++;
	else
		client->other++;
}

static void print_counts(const struct client *client)
{
	int64_t us = now() - client->start;

	printf("ok=%lu unavailable=%lu refused=%lu reset=%lu timeout=%lu other=%lu ms=%lld "
	       "each_us=%lld\n",
	       client->ok, client->unavailable, client->refused, client->reset, client->timeouts,
	       client->other, (long long)(us / 1000),
	       (long long)(us / (int64_t)(client->count ? client->count : 1)));
	fflush(stdout);
}

static int open_socket(const struct client *client, int flags)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd < 0)
		die("socket");
	if (client->sndbuf)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &client->sndbuf, sizeof(client->sndbuf));
	if (client->is_kept_alive)
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	if (!client->is_bound)
		return fd;
	if (!client->source.sin_port && !client->picks_early)
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (!client->picks_early)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&client->source, sizeof(client->source)))
		die("bind");
	return fd;
}

/* Returns the socket and *ret_error, 0 or EINPROGRESS or why not. */
static int start(const struct client *client, int flags, int *ret_error)
{
	int fd = open_socket(client, flags);

	*ret_error = 0;
	if (connect(fd, (const struct sockaddr *)&client->to, sizeof(client->to)))
		*ret_error = errno;
	return fd;
}

static void set_timeout(const struct client *client, int fd)
{
	const struct timeval time = {.tv_sec = (time_t)(client->timeout / 1000),
				     .tv_usec = (suseconds_t)(client->timeout % 1000 * 1000)};

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
}

static int start_blocking(const struct client *client)
{
	int fd = open_socket(client, 0);

	set_timeout(client, fd);
	if (connect(fd, (const struct sockaddr *)&client->to, sizeof(client->to)))
		die("connect");
	return fd;
}

static void wait_for_end(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

/* ---------------------------------------------------------------- connect */

/* One step of a connection; true when it has come to its end. */
static bool advance(struct client *client, struct pollfd *poll)
{
	int error = 0;
	socklen_t length = sizeof(error);
	char byte;

	if (!poll->revents)
		return false;
	getsockopt(poll->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (!error && client->talks && poll->events == POLLOUT) {
		if (send(poll->fd, "?", 1, MSG_NOSIGNAL) != 1)
			error = errno;
		else if (!client->halves)
			return poll->events = POLLIN, false;
	} else if (!error && client->talks && !client->halves) {
		ssize_t got = recv(poll->fd, &byte, 1, 0);

		error = got == 1 ? 0 : got == 0 ? ECONNRESET : errno;
	}
	if (!error && client->halves)
		shutdown(poll->fd, SHUT_WR);
	tell(client, error);
	return true;
}

static void await(struct client *client, struct pollfd *polls, unsigned long count)
{
	int64_t end = client->start + (int64_t)client->timeout * 1000;
	unsigned long left = count;

	while (left && now() < end) {
		if (poll(polls, count, (int)((end - now()) / 1000) + 1) < 0 && errno != EINTR)
			die("poll");
		for (unsigned long i = 0; i < count; i++)
			if (polls[i].fd >= 0 && advance(client, &polls[i])) {
				polls[i].fd = -1;
				left--;
			}
	}
	client->timeouts += left;
}

static void do_connect(struct client *client)
{
	struct pollfd *polls = calloc(client->count + 1, sizeof(*polls));
	unsigned long waiting = 0;

	if (!polls)
		die("memory");
	for (unsigned long i = 0; i < client->count; i++) {
		int error, fd = start(client, SOCK_NONBLOCK, &error);

		if (error && error != EINPROGRESS) {
			tell(client, error);
			close(fd);
		} else {
			polls[waiting++] = (struct pollfd){.fd = fd, .events = POLLOUT};
		}
	}
	await(client, polls, waiting);
	free(polls);
	print_counts(client);
	if (client->keeps)
		wait_for_end();
}

/* ------------------------------------------------------------------ churn */

static int exchange(int fd)
{
	char byte;
	ssize_t got;

	if (send(fd, "?", 1, MSG_NOSIGNAL) != 1)
		return errno;
	got = recv(fd, &byte, 1, 0);
	return got == 1 ? 0 : got == 0 ? ECONNRESET : errno;
}

static int churn_once(struct client *client)
{
	int error = 0, fd = open_socket(client, 0);
	char byte;

	set_timeout(client, fd);
	if (connect(fd, (const struct sockaddr *)&client->to, sizeof(client->to)))
		error = errno;
	else if (client->halves)
		error = recv(fd, &byte, 1, 0) < 0 ? errno : 0;
	else if (client->talks)
		error = exchange(fd);
	close(fd);
	if (client->source.sin_port)
		client->source.sin_port = htons((uint16_t)(ntohs(client->source.sin_port) + 1));
	return error;
}

static void keep_rate(const struct client *client, unsigned long done)
{
	int64_t due = client->rate ? client->start + (int64_t)(done * 1000000 / client->rate) : 0;

	if (due > now())
		usleep((useconds_t)(due - now()));
}

static void do_churn(struct client *client)
{
	for (unsigned long i = 0; i < client->count; i++) {
		keep_rate(client, i);
		tell(client, churn_once(client));
	}
	print_counts(client);
}

/* ------------------------------------------------------------------- data */

static const char block[65536];

static int send_all(int fd, unsigned long size)
{
	while (size) {
		ssize_t sent = send(fd, block, size < sizeof(block) ? size : sizeof(block),
				    MSG_NOSIGNAL);

		if (sent < 0)
			return errno;
		size -= (unsigned long)sent;
	}
	return 0;
}

static void do_send(struct client *client)
{
	int fd = start_blocking(client), error;
	char byte;
	int64_t us;

	client->start = now();
	error = send_all(fd, client->size);
	shutdown(fd, SHUT_WR);
	if (!error && recv(fd, &byte, 1, 0) < 0)
		error = errno;
	us = now() - client->start;
	printf("error=%d ms=%lld kb_s=%lld\n", error, (long long)(us / 1000),
	       (long long)((int64_t)client->size * 1000 / (us ? us : 1)));
}

static void do_messages(struct client *client)
{
	int one = 1, fd = start_blocking(client);
	char byte;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	client->start = now();
	for (unsigned long i = 0; i < client->count; i++) {
		int error;
		ssize_t got;

		keep_rate(client, i);
		if (i)
			usleep((useconds_t)(client->pause * 1000));
		error = send_all(fd, client->size);
		got = error ? 0 : recv(fd, &byte, 1, 0);

		tell(client, error ? error : got == 1 ? 0 : got == 0 ? ECONNRESET : errno);
		if (error || got != 1)
			break;
	}
	print_counts(client);
}

static void do_stuff(struct client *client)
{
	unsigned long long total = 0;
	size_t size = client->size > 1 && client->size < sizeof(block) ? client->size : sizeof(block);
	int one = 1, *fds = calloc(client->count + 1, sizeof(*fds));

	if (!fds)
		die("memory");
	for (unsigned long i = 0; i < client->count; i++) {
		fds[i] = start_blocking(client);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	while (now() < client->start + (int64_t)client->timeout * 1000) {
		for (unsigned long i = 0; i < client->count; i++) {
			ssize_t sent = send(fds[i], block, size, MSG_NOSIGNAL);

			if (sent > 0)
				total += (unsigned long long)sent;
		}
		usleep(2000);
	}
	free(fds);
	printf("kb=%llu\n", total / 1000);
	fflush(stdout);
	if (client->keeps)
		wait_for_end();
}

/* The peer has closed, and we have not; what we send then, it takes or resets. */
static void do_late(struct client *client)
{
	int fd = start_blocking(client), error = 0;
	socklen_t length = sizeof(error);
	char byte;

	while (recv(fd, &byte, 1, 0) > 0)
		;
	usleep((useconds_t)(client->timeout * 1000));
	if (client->talks)
		send(fd, "?", 1, MSG_NOSIGNAL);
	else
		shutdown(fd, SHUT_WR);
	usleep(200000);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	tell(client, error);
	print_counts(client);
}

static const struct {
	const char *name;
	void (*act)(struct client *client);
} actions[] = {
	{"connect", do_connect},   {"churn", do_churn}, {"send", do_send},
	{"messages", do_messages}, {"stuff", do_stuff}, {"late", do_late},
};

/* ------------------------------------------------------------------- main */

static bool read_option(struct client *client, int option)
{
	unsigned long number = optarg ? strtoul(optarg, NULL, 10) : 0;

	switch (option) {
	case 's':
		client->is_bound = true;
		return inet_pton(AF_INET, optarg, &client->source.sin_addr) == 1;
	case 'l':
		client->is_bound = true;
		client->source.sin_port = htons((uint16_t)number);
		return true;
	case 'n':
		client->count = number;
		return number < FD_MAX;
	case 'r':
		client->rate = number;
		return true;
	case 't':
		client->timeout = number;
		return true;
	case 'z':
		client->size = number;
		return true;
	case 'b':
		client->sndbuf = (int)number;
		return true;
	case 'w':
		client->pause = number;
		return true;
	case 'a':
		client->is_kept_alive = true;
		return true;
	case 'k':
		client->keeps = true;
		return true;
	case 'p':
		client->picks_early = true;
		return true;
	case 'c':
		client->halves = true;
		return true;
	case 'x':
		client->talks = true;
		return true;
	default:
		return false;
	}
}

static bool read_options(struct client *client, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "s:l:n:r:t:z:b:w:ackpx")) != -1)
		if (!read_option(client, option))
			return false;
	if (argc - optind != 3 || inet_pton(AF_INET, argv[optind + 1], &client->to.sin_addr) != 1)
		return false;
	client->to.sin_port = htons((uint16_t)strtoul(argv[optind + 2], NULL, 10));
	return true;
}

int main(int argc, char **argv)
{
	struct client client = {.source.sin_family = AF_INET, .to.sin_family = AF_INET,
				.count = 1, .timeout = 2000, .size = 1};
	struct rlimit limit = {.rlim_cur = FD_MAX, .rlim_max = FD_MAX};

	setrlimit(RLIMIT_NOFILE, &limit);
	if (read_options(&client, argc, argv)) {
		client.start = now();
		for (size_t i = 0; i < N(actions); i++)
			if (!strcmp(actions[i].name, argv[optind]))
				return actions[i].act(&client), 0;
	}
	fprintf(stderr, "usage: client [-s SOURCE] [-l PORT] [-n COUNT] [-r RATE] [-t MS] [-z SIZE]"
			" [-b BYTES] [-w MS] [-ackpx] connect|churn|send|messages|stuff|late ADDRESS PORT\n");
	return 2;
}
