/* `check --all-netns`: every network namespace of this machine, one after the other. */
#include <string.h>

#include "cmd.h"
#include "sys/netns.h"

/* Looks at one, or says in the report why it could not be entered. */
static void look_at(struct run *run, const struct netns *netns, struct netns_report *ret)
{
	struct source *source = NULL, *outer = run->source;
	struct observation observation = {0};
	/* To be where one is already takes no right. */
	int r = netns->is_ours ? 0 : netns_enter_listed(netns);

	*ret = (struct netns_report){
		.inode = netns->inode,
		.name = netns->name,
		.pid = netns->pid,
		.program = netns->program,
		.is_ours = netns->is_ours,
	};
	if (!r)
		r = source_open(run->arena, NULL, &source);
	if (r < 0) {
		ret->error = arena_strdup(run->arena, strerror(-r));
		return;
	}
	run->source = source;
	run->is_elsewhere = !netns->is_ours;
	observe(run, &observation);
	ret->check = report_check(run, &observation);
	run->source = outer;
	source_close(source);
}

/*
 * What a profile asks counts where a drop-in reaches: here. In the others it
 * is shown and cannot be applied, so that it is no reason to act.
 */
static bool needs_action(const struct run *run, const struct netns_report *report)
{
	if (report->error)
		return false;
	return report_has_findings(run, &report->check) ||
	       (report->is_ours && !report_is_settled(&report->check));
}

enum status cmd_check_all(struct run *run)
{
	struct out_options options = report_options(run);
	struct netns_reports reports = {0};
	struct netns_report *items;
	struct netns *list = NULL;
	bool is_wanting = false;
	int r = netns_list(run->arena, &list, &reports.n, &reports.n_hidden);

	if (r < 0) {
		run_error("/proc: %s", strerror(-r));
		return STATUS_FAILED;
	}
	items = arena_array(run->arena, reports.n, sizeof(*items));
	for (size_t i = 0; i < reports.n; i++) {
		look_at(run, &list[i], &items[i]);
		is_wanting = is_wanting || needs_action(run, &items[i]);
	}
	reports.items = items;
	run->out->check_all(&options, &reports);
	return is_wanting ? STATUS_DIFFERS : STATUS_OK;
}
