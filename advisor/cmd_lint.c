#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "core/node.h"

/* Each file is judged by itself against what is built in, so that the order of arguments does not matter. */
static bool lint_file(struct run *run, const char *path)
{
	struct source *here = NULL;
	char *absolute = realpath(path, NULL), *bytes;
	size_t length;
	bool good = false;
	int r = absolute ? source_open(run->arena, NULL, &here) : -errno;

	if (r >= 0)
		r = source_read(here, absolute, NODE_MAX_BYTES, &bytes, &length);
	if (r < 0)
		diag_error(&run->diag, (struct place){.file = path}, "%s", strerror(-r));
	else if (knowledge_load(run))
		good = knowledge_add_file(run, path, bytes, length);
	source_close(here);
	free(absolute);
	return good;
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
