#include <string.h>

#include "cmd.h"

/* Each file is judged by itself against what is built in, so that the order of arguments does not matter. */
static bool lint_file(struct run *run, const char *path)
{
	char *bytes;
	size_t length;
	int r = knowledge_read(run, path, &bytes, &length);

	if (r >= 0)
		return knowledge_load(run) && knowledge_add_file(run, path, bytes, length);
	diag_error(&run->diag, (struct place){.file = path}, "%s", strerror(-r));
	return false;
}

enum status cmd_lint(struct run *run, int argc, char **argv)
{
	enum status status = STATUS_OK;

	if (!argc) {
		run_error("lint needs the files to check");
		return STATUS_BAD;
	}
	for (int i = 0; i < argc; i++) {
		run->knowledge = (struct knowledge){0};
		if (!lint_file(run, argv[i]))
			status = STATUS_BAD;
		else if (!run->options.quiet)
			printf("%s: good\n", argv[i]);
		run_print_diag(run);
	}
	return status;
}
