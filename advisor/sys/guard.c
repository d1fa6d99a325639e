#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/guard_internal.h"
#include "sys/lock.h"

enum {
	READY_SECONDS = 30, /* an overloaded host needs time to start a process */
	CONTROL = 3,        /* the descriptors that the guard keeps */
	READY = 4,
};

long long guard_clock(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now))
		return 0;
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Nothing but these two and /dev/null stays open: an ssh that waits for the end of its output must not wait for us. */
static bool keep_descriptors(int control, int ready)
{
	int high_control = fcntl(control, F_DUPFD, 64), high_ready = fcntl(ready, F_DUPFD, 64);
	int null = open("/dev/null", O_RDWR);

	if (high_control < 0 || high_ready < 0 || null < 0)
		return false;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) != fd)
			return false;
	if (dup2(high_control, CONTROL) != CONTROL || dup2(high_ready, READY) != READY)
		return false;
	if (!syscall(SYS_close_range, READY + 1, ~0U, 0))
		return true;
	/* Before Linux 5.9. */
	for (long fd = sysconf(_SC_OPEN_MAX); fd-- > READY + 1;)
		close((int)fd);
	return true;
}

static void set_signals(void)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2,
				      SIGTSTP, SIGTTIN, SIGTTOU};
	sigset_t blocked;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* A host out of memory ends others first; where that may not be said it goes on as others do. */
static void avoid_oom(void)
{
	static const char least[] = "-1000\n";
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, least, sizeof(least) - 1) < 0)
		errno = 0;
	close(fd);
}

/*
 * A guard that had to ask for memory when its time is over would end instead
 * (core/arena.h). What it needs, large blocks too, it takes now, touched, and malloc()
 * keeps it.
 */
static bool reserve_memory(void)
{
	enum { SIZE = 2 << 20 };
	void *volatile block; /* volatile: a compiler may leave out what is only got and given back */

#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, SIZE * 2);
	mallopt(M_TRIM_THRESHOLD, SIZE * 8);
#endif
	block = malloc(SIZE);
	if (!block)
		return false;
	memset(block, 1, SIZE);
	free(block);
	return true;
}

/* The end of the apply, however it ends. */
static void await_apply(void)
{
	ssize_t n;
	char byte;

	do
		n = read(CONTROL, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
	close(CONTROL);
}

static _Noreturn void guard_main(const char *root, unsigned number, guard_log *log)
{
	struct guard_watch watch = {.number = number, .log = log, .arena = arena_new()};
	long pid = (long)getpid();
	int lock;

	set_signals();
	avoid_oom();
	if (!reserve_memory() || source_open(watch.arena, *root ? root : NULL, &watch.source) ||
	    lock_take_guard(watch.source, number, &lock) || chdir("/"))
		_exit(1);
	guard_enter_scope(watch.source, number);
	if (write(READY, &pid, sizeof(pid)) != (ssize_t)sizeof(pid))
		_exit(1);
	close(READY);
	await_apply();
	guard_watch(&watch);
	lock_remove_guard(watch.source, number);
	_exit(0);
}

/* Between the two forks: its end makes the guard a child of process 1. */
static _Noreturn void between(struct source *source, unsigned number, guard_log *log, const int pipes[4])
{
	pid_t pid;

	if (setsid() < 0)
		_exit(1);
	pid = fork();
	if (pid)
		_exit(pid < 0);
	if (!keep_descriptors(pipes[0], pipes[3]))
		_exit(1);
	guard_main(source_root(source), number, log);
}

/* Its process id, which it writes when it is ready; -errno. */
static int read_ready(int fd, long *ret_pid)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	long long end = guard_clock() + READY_SECONDS * 1000LL, left;
	int n;

	do {
		left = end - guard_clock();
		n = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n ? -errno : -ETIMEDOUT;
	n = (int)read(fd, ret_pid, sizeof(*ret_pid));
	return n == (int)sizeof(*ret_pid) ? 0 : n < 0 ? -errno : -ECHILD;
}

static void close_pipes(const int pipes[4])
{
	for (int i = 0; i < 4; i++)
		if (pipes[i] >= 0)
			close(pipes[i]);
}

int guard_start(struct source *source, unsigned record, guard_log *log, struct guard *ret)
{
	int pipes[4] = {-1, -1, -1, -1}, rc = 0, status;
	pid_t child;

	if (pipe2(pipes, O_CLOEXEC) || pipe2(pipes + 2, O_CLOEXEC)) {
		rc = -errno;
		close_pipes(pipes);
		return rc;
	}
	child = fork();
	if (child == 0)
		between(source, record, log, pipes);
	if (child < 0)
		rc = -errno;
	/* Its end of the pipe has to be the only one: that it dies must show. */
	close(pipes[3]);
	pipes[3] = -1;
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!rc)
		rc = read_ready(pipes[2], &ret->pid);
	if (!rc) {
		ret->control = pipes[1];
		pipes[1] = -1;
	}
	close_pipes(pipes);
	return rc;
}

void guard_let_go(struct guard *guard)
{
	if (guard->control >= 0)
		close(guard->control);
	guard->control = -1;
}
