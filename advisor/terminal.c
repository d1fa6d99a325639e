/* How output looks where it goes to. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"

static unsigned terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned width = 80;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (columns)
		width = (unsigned)strtoul(columns, NULL, 10);
	return width < 40 ? 80 : width > 200 ? 200 : width;
}

static bool wants_color(const struct run *run)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(run->options.color, "auto"))
		return !strcmp(run->options.color, "always");
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && !strcmp(term, "dumb"));
}

struct out_options report_options(struct run *run)
{
	return (struct out_options){
		.stream = stdout,
		.arena = run->arena,
		.color = wants_color(run),
		.width = terminal_width(),
		.quiet = run->options.quiet,
		.verbose = run->options.verbose,
		.severity = run->options.severity,
	};
}
