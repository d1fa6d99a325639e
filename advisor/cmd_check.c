#include "cmd.h"

bool run_has_findings(const struct run *run, const struct findings *findings)
{
	/* Sorted: the worst comes first. Info never counts. */
	return findings->n && findings->items[0].severity >= run->options.severity &&
	       findings->items[0].severity > SEVERITY_INFO;
}

bool report_has_findings(const struct run *run, const struct check_report *report)
{
	return run_has_findings(run, report->findings);
}

enum status cmd_check(struct run *run, int argc, char **argv)
{
	struct observation observation = {0};
	struct out_options options = report_options(run);
	struct check_report report;

	if (argc) {
		run_error("check takes no arguments; '%s' is one too many", argv[0]);
		return STATUS_BAD;
	}
	if (!knowledge_load(run) || !knowledge_choose(run))
		return STATUS_BAD;
	if (run->options.all_netns)
		return cmd_check_all(run);
	observe(run, &observation);
	report = report_check(run, &observation);
	run->out->check(&options, &report);
	run_warn(run, observation.plan);
	if (report_has_findings(run, &report) || !report_is_settled(&report))
		return STATUS_DIFFERS;
	return STATUS_OK;
}
