#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sys/apply.h"
#include "sys/guard_internal.h"
#include "sys/job.h"

enum {
	TURN_MS = 1000,
	ATTEMPTS = 12,     /* with the pauses, ten minutes */
	LONGEST_PAUSE = 60,
};

/* False when SIGTERM came. */
static bool pause_for(long long milliseconds)
{
	const struct timespec time = {
		.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000) * 1000000,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	return sigtimedwait(&set, NULL, &time) != SIGTERM;
}

/* A record as it is now; NULL where it cannot be read. -errno of that in *ret_rc. */
static const struct record *look(const struct guard_watch *watch, struct arena *arena, int *ret_rc)
{
	struct diag diag = diag_new(arena);
	struct record *record = NULL;
	struct journal journal;
	int rc = journal_open(arena, watch->source, false, &journal);

	if (!rc) {
		rc = journal_read(&journal, watch->number, &diag, &record);
		journal_close(&journal);
	}
	*ret_rc = rc;
	return rc ? NULL : record;
}

enum due { DUE_NEVER, DUE_NOW, DUE_LATER };

static enum due is_due(const struct guard_watch *watch, long long *deadline)
{
	struct arena *arena = arena_new();
	int rc;
	const struct record *record = look(watch, arena, &rc);
	enum due due = DUE_NEVER;

	if (record && record->confirm.guard == (long)getpid()) {
		if (record->state == RECORD_UNCONFIRMED)
			*deadline = record->confirm.deadline;
		if (record->state == RECORD_UNCONFIRMED || record_is_unfinished(record))
			due = record->state == RECORD_UNCONFIRMED && guard_clock() < *deadline ? DUE_LATER : DUE_NOW;
	} else if (rc == -ENOENT && *deadline) {
		watch->log(true, arena_printf(arena, "record %u is gone: nothing can be taken back", watch->number));
	} else if (rc && rc != -ENOENT) {
		/* It may be readable again when it counts. */
		due = guard_clock() < *deadline ? DUE_LATER : DUE_NOW;
	}
	arena_free(arena);
	return due;
}

/* False when there is nothing to be taken back any more. *ret_is_told: SIGTERM came. */
static bool await_deadline(const struct guard_watch *watch, bool *ret_is_told)
{
	long long deadline = 0, left;
	enum due due;

	while (due = is_due(watch, &deadline), due == DUE_LATER) {
		left = deadline - guard_clock();
		if (!pause_for(left < TURN_MS ? (left > 0 ? left : 0) : TURN_MS)) {
			*ret_is_told = true;
			return is_due(watch, &deadline) != DUE_NEVER;
		}
	}
	return due == DUE_NOW;
}

static void tell_done(const struct guard_watch *watch, struct arena *arena, const struct revert_result *result,
		      bool is_told)
{
	watch->log(false, arena_printf(arena, "record %u: %s: taken back, %zu values%s", watch->number,
				       is_told ? "unconfirmed, and the guard was told to end"
					       : "nobody confirmed it in time",
				       result->n_changes, result->dropin_path ? " and the drop-in" : ""));
	for (size_t i = 0; i < result->n_changes; i++)
		watch->log(false, arena_printf(arena, "record %u: %s: %s -> %s", watch->number,
					       result->changes[i].key, result->changes[i].from,
					       result->changes[i].to));
	for (size_t i = 0; i < result->n_left; i++)
		watch->log(true, arena_printf(arena, "record %u: left as it is: %s: %s", watch->number,
					      result->left[i].key, result->left[i].why));
}

static void tell_failed(const struct guard_watch *watch, struct arena *arena, const struct revert_result *result)
{
	const char *first = "for no reason that is known";

	for (size_t i = result->n_problems; i-- > 0;) {
		first = arena_printf(arena, "%s: %s", result->problems[i].key, result->problems[i].text);
		watch->log(true, arena_printf(arena, "record %u: it could not be taken back: %s", watch->number, first));
	}
	apply_note_failure(watch->source, arena, watch->number, first);
}

/* Whether that was the last try. */
static bool try_to_revert(const struct guard_watch *watch, bool is_told)
{
	struct arena *arena = arena_new();
	const struct revert_request request = {
		.only = watch->number, .guard = (long)getpid(),
		.by = {.uid = -1, .login_uid = -1, .is_guard = true},
	};
	struct revert_result result = {0};
	int rc = apply_revert(watch->source, arena, &request, &result);
	bool is_over = rc == 0 && (result.outcome == APPLY_DONE || result.outcome == APPLY_UNCHANGED);

	if (rc)
		watch->log(true, arena_printf(arena, "record %u: waiting for process %ld, which has the lock",
					      watch->number, result.holder));
	else if (!is_over)
		tell_failed(watch, arena, &result);
	else if (result.record)
		tell_done(watch, arena, &result, is_told);
	arena_free(arena);
	return is_over;
}

void guard_watch(struct guard_watch *watch)
{
	bool is_told = false;
	int pause = 1;

	if (!await_deadline(watch, &is_told))
		return;
	for (int i = 0; i < ATTEMPTS && !try_to_revert(watch, is_told); i++) {
		pause_for(pause * 1000LL);
		pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
	}
}
