/* What the files of core/explain.h share; nobody else includes it. */
#ifndef TCPTUNE_EXPLAIN_INTERNAL_H
#define TCPTUNE_EXPLAIN_INTERNAL_H

#include "core/explain.h"

struct explainer {
	struct arena *arena;
	const struct explain_known *known;
	const struct explain_host *host;
	struct explanation *to;
	struct version kernel; /* 0.0.0: not known */
};

/* A key as it is here. text: what a topic says of it, or NULL. */
struct explained_key explain_key(const struct explainer *explainer, const char *name,
				 const char *text);

/* Fills to->key, with the bounds that other keys set, to->lines and to->same. */
void explain_own_key(const struct explainer *explainer);

#endif
