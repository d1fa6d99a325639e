#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "core/dropin.h"
#include "sys/actor.h"
#include "sys/apply.h"

static void add_problem(struct run *run, struct apply_report *report, const char *key, const char *text)
{
	struct apply_problem *problems = arena_array(run->arena, report->n_problems + 1, sizeof(*problems));

	if (report->n_problems)
		memcpy(problems, report->problems, report->n_problems * sizeof(*problems));
	problems[report->n_problems++] = (struct apply_problem){.key = key, .text = text};
	report->problems = problems;
}

/* What keeps the plan from being carried out, whatever the operator says. */
static void find_problems(struct run *run, struct apply_report *report)
{
	const struct plan *plan = report->plan;

	if (report->check->pending)
		add_problem(run, report, "/var/lib/tcptune", report->check->pending);
	if (plan->dropin_foreign)
		add_problem(run, report, plan->dropin_path,
			    "it was not written by tcptune and would be lost: move it away first");
	/* All or nothing: a host that has most of a profile has something that nobody asked for. */
	for (size_t i = 0; i < plan->n_settings; i++)
		if (plan->settings[i].is_invalid)
			add_problem(run, report, plan->settings[i].key, plan->settings[i].note);
	for (size_t i = 0; i < plan->n_obstacles; i++) {
		const struct obstacle *obstacle = &plan->obstacles[i];

		add_problem(run, report, obstacle->key,
			    arena_printf(run->arena,
					 "%s:%u %s%s and is read after the drop-in: remove that line first%s",
					 obstacle->place.file, obstacle->place.line,
					 obstacle->value ? "sets it to " : "excludes it",
					 obstacle->value ? obstacle->value : "",
					 run->options.override ? "" : ", or see whether --override can win"));
	}
}

bool run_asks(const char *question)
{
	char answer[16];

	fflush(stdout);
	fprintf(stderr, "%s [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	run_error("nothing was changed");
	return false;
}

/* A terminal to ask at, or --yes. False: the changes are not wanted, with *ret_status. */
static bool is_confirmed(struct run *run, const struct out_options *options,
			 const struct apply_report *report, enum status *ret_status)
{
	if (run->options.yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		run_error("there is no terminal to ask at: --yes makes the changes, --dry-run shows them");
		*ret_status = STATUS_BAD;
		return false;
	}
	run->out->apply(options, report);
	*ret_status = STATUS_DIFFERS;
	return run_asks("Make these changes?");
}

/* To stderr, but not a second time where a person sees both streams and the text has said it. */
void run_print_problems(const struct run *run, const struct apply_problem *problems, size_t n)
{
	fflush(stdout);
	if (!strcmp(run->options.format, "text") && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < n; i++)
		run_error("%s: %s", problems[i].key, problems[i].text);
}

enum status run_status(enum apply_outcome outcome)
{
	switch (outcome) {
	case APPLY_UNCHANGED:
	case APPLY_DONE:
		return STATUS_OK;
	case APPLY_WOULD:
		return STATUS_DIFFERS;
	case APPLY_BROKEN:
		return STATUS_BROKEN;
	case APPLY_STOPPED:
	case APPLY_RESTORED:
		break;
	}
	return STATUS_FAILED;
}

static enum status finish(struct run *run, const struct out_options *options,
			  const struct apply_report *report)
{
	run->out->apply(options, report);
	run_print_problems(run, report->problems, report->n_problems);
	return run_status(report->outcome);
}

enum status run_locked(long holder)
{
	if (holder)
		run_error("another tcptune is at work: process %ld has the lock", holder);
	else
		run_error("another tcptune is at work and has the lock");
	return STATUS_LOCKED;
}

static enum status commit(struct run *run, const struct out_options *options, struct apply_report *report)
{
	const struct plan *plan = report->plan;
	struct apply_result result = {0};
	enum status status;
	int r = apply_commit(run->source, run->arena,
			     &(struct apply_request){
				     .changes = plan->changes,
				     .n_changes = plan->n_changes,
				     .dropin_path = plan->dropin_path,
				     .dropin_now = plan->dropin_now,
				     .dropin = plan->dropin_changes ? plan->dropin : NULL,
				     .tool = TCPTUNE_VERSION,
				     .by = actor_here(run->arena),
				     .time = (long long)time(NULL),
				     .confirm = run->options.confirm,
				     .log = run_log,
			     },
			     &result);

	if (r == -EWOULDBLOCK)
		return run_locked(result.holder);
	run->has_changed = result.outcome == APPLY_DONE;
	report->outcome = result.outcome;
	report->problems = result.problems;
	report->n_problems = result.n_problems;
	report->record = result.record;
	/* The host moved between the look at it and the lock. */
	status = run->options.plan && result.outcome == APPLY_STOPPED ? STATUS_BAD : run_status(result.outcome);
	report->until = result.until;
	if (result.until)
		run_log(false, arena_printf(run->arena, "record %u: applied for %u s, unless it is confirmed",
					    result.record, run->options.confirm));
	finish(run, options, report);
	return status;
}

static enum status carry_out(struct run *run, const struct out_options *options, struct apply_report *report)
{
	enum status status = STATUS_DIFFERS;
	struct out_options outcome = *options;

	outcome.quiet |= !run->options.yes;
	report->outcome = report_is_settled(report->check) ? APPLY_UNCHANGED : APPLY_WOULD;
	find_problems(run, report);
	if (report->outcome == APPLY_UNCHANGED) {
		report->n_problems = 0;
		return finish(run, options, report);
	}
	if (report->dry_run)
		return finish(run, options, report);
	if (report->n_problems) {
		report->outcome = APPLY_STOPPED;
		return finish(run, options, report);
	}
	if (geteuid() != 0 && source_is_live(run->source)) {
		run_error("making the changes needs root; --dry-run shows them without");
		return STATUS_FAILED;
	}
	if (!is_confirmed(run, options, report, &status))
		return status;
	/* The question has shown it all: what follows is the outcome. */
	return commit(run, &outcome, report);
}

/* A plan that was made is not made again. */
static bool plan_is_alone(const struct run *run)
{
	const struct options *options = &run->options;

	if (!options->n_profiles && !options->n_sets && !(options->interval > 0) && !options->override)
		return true;
	run_error("--plan is a plan that was made: --profile, --set, --interval and --override do not go with it");
	return false;
}

enum status cmd_apply(struct run *run, int argc, char **argv)
{
	struct observation observation = {0};
	struct out_options options = report_options(run);
	struct check_report check;
	struct apply_report report;

	if (argc) {
		run_error("apply takes no arguments; '%s' is one too many", argv[0]);
		return STATUS_BAD;
	}
	if (run->options.netns && !run->options.dry_run) {
		run_error("a drop-in does not reach another namespace: with --netns only --dry-run");
		return STATUS_BAD;
	}
	if (run->options.plan && !plan_is_alone(run))
		return STATUS_BAD;
	if (!knowledge_load(run) || !knowledge_choose(run))
		return STATUS_BAD;
	if (!run->options.plan)
		observe(run, &observation);
	else if (!plan_load(run, &observation))
		return STATUS_BAD;
	check = report_check(run, &observation);
	report = (struct apply_report){
		.dry_run = run->options.dry_run,
		.confirm = run->options.confirm,
		.plan = observation.plan,
		.check = &check,
		.dropin_diff = observation.plan->dropin_changes
				       ? dropin_diff(run->arena, observation.plan->dropin_path,
						     observation.plan->dropin_now, observation.plan->dropin)
				       : "",
	};
	run_warn(run, observation.plan);
	return carry_out(run, &options, &report);
}
