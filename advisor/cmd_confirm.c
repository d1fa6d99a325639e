#include <errno.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "sys/actor.h"
#include "sys/apply.h"

void run_log(bool is_failure, const char *text)
{
	openlog("tcptune", LOG_PID, LOG_DAEMON);
	syslog(is_failure ? LOG_ERR : LOG_NOTICE, "%s", text);
	closelog();
}

static void log_confirmed(struct run *run, const struct confirm_request *request,
			  const struct confirm_result *result)
{
	if (result->outcome == APPLY_DONE)
		run_log(false, arena_printf(run->arena, "record %u: confirmed by %s", result->record,
					    request->by.user ? request->by.user : "somebody"));
}

enum status cmd_confirm(struct run *run, int argc, char **argv)
{
	const struct out_options options = report_options(run);
	const struct confirm_request request = {
		.dry_run = run->options.dry_run,
		.force = run->options.force,
		.by = actor_here(run->arena),
		.time = (long long)time(NULL),
	};
	struct confirm_result result = {0};

	if (argc) {
		run_error("confirm takes no arguments; '%s' is one too many", argv[0]);
		return STATUS_BAD;
	}
	if (!request.dry_run && geteuid() != 0 && source_is_live(run->source)) {
		run_error("confirming needs root");
		return STATUS_FAILED;
	}
	if (apply_confirm(run->source, run->arena, &request, &result) == -EWOULDBLOCK)
		return run_locked(result.holder);
	run->has_changed = result.outcome == APPLY_DONE;
	log_confirmed(run, &request, &result);
	run->out->confirm(&options, &(struct confirm_report){
					    .outcome = result.outcome,
					    .dry_run = request.dry_run,
					    .record = result.record,
					    .dropin_path = result.dropin_path,
					    .dropin_diff = result.dropin_diff,
					    .problems = result.problems,
					    .n_problems = result.n_problems,
				    });
	run_print_problems(run, result.problems, result.n_problems);
	return result.is_bad ? STATUS_BAD : run_status(result.outcome);
}
