/* report_origin() of cmd.h. */
#include <string.h>

#include "cmd.h"

static const char *known_text(struct run *run, const struct facts *facts, const char *name)
{
	struct fact fact = facts_get(facts, name);

	return fact.state == FACT_KNOWN ? value_raw(run->arena, fact.value) : NULL;
}

static const char *boot_id(struct run *run)
{
	char *text;
	size_t length;

	if (source_read(run->source, "/proc/sys/kernel/random/boot_id", 4096, &text, &length))
		return NULL;
	return arena_strndup(run->arena, text, strcspn(text, "\n"));
}

struct plan_origin report_origin(struct run *run, const struct facts *facts)
{
	char *netns = NULL;

	return (struct plan_origin){
		.host = known_text(run, facts, "host.name"),
		.kernel = known_text(run, facts, "kernel.release"),
		.netns = source_readlink(run->source, "/proc/self/ns/net", &netns) ? NULL : netns,
		.boot_id = boot_id(run),
	};
}
