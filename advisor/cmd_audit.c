/* audit: the sysctl files, who sets what, and what the next boot will do. */
#include "cmd.h"

static bool is_version(struct run *run)
{
	struct version version;

	if (!run->options.kernel || version_parse(run->options.kernel, &version))
		return true;
	run_error("--kernel %s: a version of Linux is written like 5.14", run->options.kernel);
	return false;
}

enum status cmd_audit(struct run *run, int argc, char **argv)
{
	const struct out_options options = report_options(run);
	struct observation observation;
	struct audit_report report;

	if (!is_version(run) || !knowledge_load(run) || !knowledge_choose(run) ||
	    !observe_configuration(run, argv, (size_t)argc, &observation))
		return STATUS_BAD;
	report = (struct audit_report){
		.facts = observation.facts,
		.audit = observation.audit,
		.findings = observation.findings,
		.notes = observation.notes,
		.n_notes = observation.n_notes,
	};
	run->out->audit(&options, &report);
	return run_has_findings(run, observation.findings) ? STATUS_DIFFERS : STATUS_OK;
}
