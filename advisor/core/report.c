#include <string.h>

#include "core/report.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *const severities[] = {
	[SEVERITY_INFO] = "info",	  [SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",	  [SEVERITY_HIGH] = "high",
	[SEVERITY_CRITICAL] = "critical",
};

static const char *const remedy_kinds[] = {
	[REMEDY_PROGRAM] = "program",
	[REMEDY_SYSCTL] = "sysctl",
	[REMEDY_CONFIG] = "config",
	[REMEDY_OPERATOR] = "operator",
};

static const char *const verdicts[] = {
	[SETTING_OK] = "ok",	       [SETTING_DIFFERS] = "differs",
	[SETTING_REMOVED] = "removed", [SETTING_NOOP] = "no-op",
	[SETTING_ABSENT] = "absent",   [SETTING_READ_ONLY] = "read-only",
	[SETTING_REFUSED] = "refused", [SETTING_CONFLICT] = "conflict",
	[SETTING_UNKNOWN] = "unknown",
};

static const char *const places[] = {
	[0] = "none",
	[CHANGE_RUNNING] = "running",
	[CHANGE_FILE] = "file",
	[CHANGE_RUNNING | CHANGE_FILE] = "both",
};

const char *severity_name(enum severity severity)
{
	return severities[severity];
}

bool severity_parse(const char *name, enum severity *ret)
{
	for (size_t i = 0; i < N(severities); i++) {
		if (!strcmp(severities[i], name)) {
			*ret = (enum severity)i;
			return true;
		}
	}
	return false;
}

const char *remedy_kind_name(enum remedy_kind kind)
{
	return remedy_kinds[kind];
}

const char *setting_verdict_name(enum setting_verdict verdict)
{
	return verdicts[verdict];
}

const char *change_where_name(unsigned where)
{
	return places[where & (CHANGE_RUNNING | CHANGE_FILE)];
}
