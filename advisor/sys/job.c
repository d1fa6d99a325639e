#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/job.h"
#include "sys/lock.h"

struct job job_new(struct source *source, struct arena *arena, const struct sysctl_ops *ops)
{
	return (struct job){
		.source = source, .arena = arena, .ops = ops ? ops : &kernel_ops,
		.problems = {.arena = arena}, .lock = -1,
	};
}

/* From here to job_end() a Ctrl-C or a lost terminal waits; a fault of the program itself does not. */
static void hold_signals(struct job *job)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t most;

	sigfillset(&most);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&most, faults[i]);
	job->is_blocking = !sigprocmask(SIG_BLOCK, &most, &job->signals);
}

/*
 * Out of memory ends the program (core/arena.h), and must not do so between two
 * writes. So a heap that is large enough is asked for now and given back to
 * malloc(); the fence above it keeps it from going back to the kernel.
 */
static int reserve_memory(struct job *job)
{
	void *volatile blocks[64]; /* volatile: a compiler may leave out what is only got and given back */
	const size_t n = sizeof(blocks) / sizeof(blocks[0]);
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		blocks[i] = malloc(16384);
		rc = blocks[i] ? rc : -ENOMEM;
	}
	job->fence = malloc(16384);
	rc = job->fence ? rc : -ENOMEM;
	arena_reserve(job->arena, 256 * 1024);
	for (size_t i = 0; i < n; i++)
		free(blocks[i]);
	return rc;
}

int job_lock(struct job *job)
{
	int rc = reserve_memory(job);

	if (!rc)
		rc = lock_take(job->source, &job->lock, &job->holder);
	if (!rc)
		hold_signals(job);
	else if (rc != -EWOULDBLOCK)
		problems_add(&job->problems, LOCK_DIRECTORY "/lock", "%s",
			     rc == -EPERM ? "it belongs to somebody else, or others may write it"
					  : strerror(-rc));
	return rc;
}

bool job_open_journal(struct job *job, bool create)
{
	int rc = journal_open(job->arena, job->source, create, &job->journal);

	job->has_journal = !rc;
	if (!rc || (rc == -ENOENT && !create))
		return true;
	problems_add(&job->problems, JOURNAL_DIRECTORY, "%s",
		     rc == -EPERM ? "it belongs to somebody else, or others may write it: "
				    "what is recorded there could not be trusted"
				  : strerror(-rc));
	return false;
}

void job_end(struct job *job)
{
	if (job->has_journal)
		journal_close(&job->journal);
	if (job->lock >= 0)
		close(job->lock);
	free(job->fence);
	if (job->is_blocking)
		sigprocmask(SIG_SETMASK, &job->signals, NULL);
}

const char *job_record_path(const struct job *job, unsigned number)
{
	return arena_printf(job->arena, JOURNAL_DIRECTORY "/%06u.json", number);
}

bool job_read_record(struct job *job, unsigned number, struct record **ret)
{
	struct diag diag = diag_new(job->arena);

	if (!journal_read(&job->journal, number, &diag, ret))
		return true;
	for (size_t i = 0; i < diag.n; i++)
		problems_add(&job->problems, job_record_path(job, number), "%s", diag.messages[i].text);
	return false;
}

bool job_mark(struct job *job, struct record *record, enum record_state state)
{
	int rc;

	record->state = state;
	rc = journal_write(&job->journal, record);
	if (rc)
		problems_add(&job->problems, job_record_path(job, record->number),
			     "it cannot be written: %s", strerror(-rc));
	return !rc;
}

const char *job_netns(const struct job *job)
{
	char *target;

	return source_readlink(job->source, "/proc/self/ns/net", &target) ? NULL : target;
}

const char *job_first_line(const struct job *job, const char *path)
{
	char *text;
	size_t length;

	if (source_read(job->source, path, 4096, &text, &length))
		return NULL;
	return arena_strndup(job->arena, text, strcspn(text, "\n"));
}

const char *job_boot_id(const struct job *job)
{
	return job_first_line(job, "/proc/sys/kernel/random/boot_id");
}

const char *job_directory_of(const struct job *job, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash > path ? arena_strndup(job->arena, path, (size_t)(slash - path)) : "/";
}
