#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/sysctlconf.h"
#include "sys/sysctl.h"
#include "sys/sysctl_glob.h"

struct matches {
	struct source *source;
	struct arena *arena;
	const char **paths;
	size_t n, capacity;
};

static void expand(struct matches *matches, const char *prefix, const char *pattern);

/* A name that matched: with rest, a directory to go on in. */
static void take(struct matches *matches, const char *prefix, const char *name, const char *rest)
{
	const char *path = *prefix ? arena_printf(matches->arena, "%s/%s", prefix, name) : name;

	if (rest) {
		expand(matches, path, rest);
		return;
	}
	matches->paths = arena_grow(matches->arena, matches->paths, matches->n, &matches->capacity,
				    sizeof(*matches->paths));
	matches->paths[matches->n++] = path;
}

/* prefix, "" or "net/ipv4", exists: the tree's depth bounds the recursion. */
static void expand(struct matches *matches, const char *prefix, const char *pattern)
{
	struct arena *arena = matches->arena;
	size_t length = strcspn(pattern, "/"), n;
	const char *component = arena_strndup(arena, pattern, length);
	const char *rest = pattern[length] ? pattern + length + 1 : NULL;
	const char *const *names;
	struct stat status;

	if (!strpbrk(component, "*?[\\")) {
		if (sysctl_stat(matches->source, arena_printf(arena, "%s/%s", prefix, component),
				&status) == 0)
			take(matches, prefix, component, rest);
		return;
	}
	if (source_list(matches->source, arena_printf(arena, "/proc/sys/%s", prefix), &names, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (conf_glob_match(component, names[i]))
			take(matches, prefix, names[i], rest);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int sysctl_glob(struct source *source, const char *pattern, struct arena *arena,
		const char *const **ret_paths, size_t *ret_n)
{
	struct matches matches = {.source = source, .arena = arena};

	if (strstr(arena_printf(arena, "/%s/", pattern), "/../"))
		return -EINVAL;
	expand(&matches, "", pattern);
	if (matches.n > 0)
		qsort(matches.paths, matches.n, sizeof(*matches.paths), by_bytes);
	*ret_paths = matches.paths;
	*ret_n = matches.n;
	return 0;
}
