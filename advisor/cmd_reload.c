#include <stdio.h>

#include "cmd.h"
#include "sys/reload.h"

static void show_written(void *context, const char *key, const char *value)
{
	const struct run *run = context;

	if (!run->options.quiet)
		printf("%s = %s\n", key, value);
}

static void show_message(void *context, struct place place, const char *text)
{
	(void)context;
	/* What was written before comes out before. */
	fflush(stdout);
	if (place.file)
		run_error("%s:%u: %s", place.file, place.line, text);
	else
		run_error("%s", text);
}

enum status cmd_reload(struct run *run, int argc, char **argv)
{
	struct reload reload = {
		.arena = run->arena,
		.source = run->source,
		.dry_run = run->options.dry_run,
		.context = run,
		.wrote = show_written,
		.complain = show_message,
	};
	int status = reload_files(&reload, (const char *const *)argv, (size_t)argc);

	return status ? STATUS_DIFFERS : STATUS_OK;
}
