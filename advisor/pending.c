/* report_pending() of cmd.h. */
#include "cmd.h"
#include "sys/apply.h"

const char *report_pending(struct run *run)
{
	struct pending pending;

	return apply_pending(run->source, run->arena, &pending) < 0 ? NULL : pending_text(run->arena, &pending);
}
