/* Rules held against facts. */
#ifndef TCPTUNE_JUDGE_H
#define TCPTUNE_JUDGE_H

#include "core/fact.h"
#include "core/report.h"
#include "core/rule.h"

/*
 * Every rule gets one of four verdicts: it fires (findings), it is quiet, it
 * is not applicable here, or it is unknown. A rule of a table that fires for
 * one row and cannot be judged for another fires. The findings are sorted.
 */
struct findings *judge(struct arena *arena, const struct rules *rules, const struct catalog *catalog,
		       const struct facts *facts);

/* The same of the rules about this alone; where one of these asks for another, that does not fire. */
struct findings *judge_about(struct arena *arena, const struct rules *rules, const struct catalog *catalog,
			     const struct facts *facts, enum rule_about about);

#endif
