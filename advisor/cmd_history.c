#include "cmd.h"
#include "sys/history.h"

static unsigned in_force(const struct history *history)
{
	for (size_t i = 0; i < history->n; i++)
		if (history->records[i]->state == RECORD_APPLIED)
			return history->records[i]->number;
	return 0;
}

/* For completion in shells: a number, a tab, what it is. */
static void list(const struct history *history)
{
	for (size_t i = 0; i < history->n; i++)
		printf("%u\t%s, %zu values\n", history->records[i]->number,
		       record_state_name(history->records[i]->state), history->records[i]->n_changes);
}

enum status cmd_history(struct run *run, int argc, char **argv)
{
	const struct out_options options = report_options(run);
	struct history history;

	if (argc) {
		run_error("history takes no arguments; '%s' is one too many", argv[0]);
		return STATUS_BAD;
	}
	if (history_read(run->source, run->arena, &history)) {
		run_print_problems(run, history.problems, history.n_problems);
		return STATUS_FAILED;
	}
	if (run->options.list_names) {
		list(&history);
		return history.n_problems ? STATUS_FAILED : STATUS_OK;
	}
	run->out->history(&options, &(struct history_report){
					    .records = history.records,
					    .n = history.n,
					    .pending = report_pending(run),
					    .in_force = in_force(&history),
					    .problems = history.problems,
					    .n_problems = history.n_problems,
				    });
	run_print_problems(run, history.problems, history.n_problems);
	return history.n_problems ? STATUS_FAILED : STATUS_OK;
}
