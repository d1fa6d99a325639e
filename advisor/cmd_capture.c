#include <string.h>

#include "cmd.h"

enum status cmd_capture(struct run *run, int argc, char **argv)
{
	struct observation observation = {0};
	int r;

	if (argc != 1) {
		run_error("capture needs one directory, which must be empty or not exist");
		return STATUS_BAD;
	}
	if (!knowledge_load(run))
		return STATUS_BAD;
	r = source_record(run->source, argv[0], run->options.anonymise);
	if (r < 0) {
		run_error("%s: %s", argv[0], strerror(-r));
		return STATUS_BAD;
	}
	observe_facts(run, &observation);
	r = source_record_error(run->source);
	if (r < 0) {
		run_error("%s: the capture is not complete: %s", argv[0], strerror(-r));
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < observation.n_notes; i++)
		run_error("%s", observation.notes[i]);
	if (!run->options.quiet)
		printf("%s: replay with tcptune check --root %s\n", argv[0], argv[0]);
	return STATUS_OK;
}
