#include <errno.h>
#include <string.h>

#include "sys/history.h"
#include "sys/job.h"

static int read_records(struct job *job, struct history *ret)
{
	const struct record **records;
	unsigned *numbers;
	size_t n;
	int rc = journal_list(&job->journal, &numbers, &n);

	if (rc) {
		problems_add(&job->problems, JOURNAL_DIRECTORY, "%s", strerror(-rc));
		return rc;
	}
	records = arena_array(job->arena, n, sizeof(*records));
	for (size_t i = n; i-- > 0;) {
		struct record *record;

		if (job_read_record(job, numbers[i], &record))
			records[ret->n++] = record;
	}
	ret->records = records;
	return 0;
}

int history_read(struct source *source, struct arena *arena, struct history *ret)
{
	struct job job = job_new(source, arena, NULL);
	int rc = 0;

	*ret = (struct history){0};
	if (!job_open_journal(&job, false))
		rc = -EIO;
	else if (job.has_journal)
		rc = read_records(&job, ret);
	job_end(&job);
	ret->problems = job.problems.items;
	ret->n_problems = job.problems.n;
	return rc;
}
