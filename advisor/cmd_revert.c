#include <errno.h>
#include <unistd.h>

#include "cmd.h"
#include "sys/actor.h"
#include "sys/apply.h"

static enum status show_revert(struct run *run, const struct revert_request *request,
			       const struct revert_result *result)
{
	const struct out_options options = report_options(run);
	const struct revert_report report = {
		.outcome = result->outcome,
		.dry_run = request->dry_run,
		.changes = result->changes,
		.n_changes = result->n_changes,
		.left = result->left,
		.n_left = result->n_left,
		.dropin_path = result->dropin_path,
		.dropin_diff = result->dropin_diff,
		.problems = result->problems,
		.n_problems = result->n_problems,
		.record = result->record,
		.records = result->records,
		.n_records = result->n_records,
	};

	run->out->revert(&options, &report);
	run_print_problems(run, result->problems, result->n_problems);
	return result->is_bad ? STATUS_BAD : run_status(result->outcome);
}

static bool revert_is_confirmed(struct run *run, struct revert_request request, enum status *ret_status)
{
	struct revert_result result = {0};

	if (run->options.yes || !isatty(STDIN_FILENO))
		return true;
	request.dry_run = true;
	apply_revert(run->source, run->arena, &request, &result);
	if (result.outcome != APPLY_WOULD)
		return true;
	show_revert(run, &request, &result);
	*ret_status = STATUS_DIFFERS;
	return run_asks("Put these back?");
}

enum status cmd_revert(struct run *run, int argc, char **argv)
{
	const struct revert_request request = {
		.dry_run = run->options.dry_run,
		.force = run->options.force,
		.has_to = run->options.has_to,
		.to = run->options.to,
		.by = actor_here(run->arena),
	};
	struct revert_result result = {0};
	enum status status = STATUS_OK;

	if (argc) {
		run_error("revert takes no arguments; '%s' is one too many", argv[0]);
		return STATUS_BAD;
	}
	if (!request.dry_run && !revert_is_confirmed(run, request, &status))
		return status;
	if (apply_revert(run->source, run->arena, &request, &result) == -EWOULDBLOCK)
		return run_locked(result.holder);
	run->has_changed = result.outcome == APPLY_DONE;
	return show_revert(run, &request, &result);
}
