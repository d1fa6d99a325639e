#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/container.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_MAX_BYTES 256u
#define CAPTURED "/capture/container"

/*
 * What managers leave in a container. A pod has what its runtime leaves too,
 * so Kubernetes comes first: the directory is there where the pod has a
 * service account, which is the default.
 */
static const struct {
	const char *path, *manager;
} marks[] = {
	{"/run/secrets/kubernetes.io", "kubernetes"},
	{"/var/run/secrets/kubernetes.io", "kubernetes"},
	{"/.dockerenv", "docker"},
	{"/run/.containerenv", "podman"},
};

/* Files that name the manager: https://systemd.io/CONTAINER_INTERFACE. */
static const char *const names[] = {"/run/host/container-manager", "/run/systemd/container"};

static bool is_there(struct source *source, const char *path)
{
	int fd = source_openat(source, path, O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The first line of a file, or NULL. */
static const char *read_name(struct source *source, struct arena *arena, const char *path)
{
	size_t length;
	char *text;

	if (source_read(source, path, NAME_MAX_BYTES, &text, &length))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text_printable(arena, text);
}

/* The inode of the initial PID namespace is the same everywhere (PROC_PID_INIT_INO). */
static bool is_in_initial_pid_namespace(struct source *source)
{
	char *target;

	return !source_readlink(source, "/proc/self/ns/pid", &target) && !strcmp(target, "pid:[4026531836]");
}

static const char *find_manager(struct source *source, struct arena *arena)
{
	for (size_t i = 0; i < N(marks); i++)
		if (is_there(source, marks[i].path))
			return marks[i].manager;
	for (size_t i = 0; i < N(names); i++) {
		const char *name = read_name(source, arena, names[i]);

		if (name && *name)
			return name;
	}
	return NULL;
}

void container_collect(struct source *source, struct facts *facts)
{
	struct arena *arena = facts_arena(facts);
	bool is_live = source_is_live(source);
	const char *manager = is_live ? NULL : read_name(source, arena, CAPTURED);
	const char *line;

	/* What was read there is recorded already. */
	if (manager) {
		facts_set(facts, "container.manager", value_text(manager));
		return;
	}
	manager = find_manager(source, arena);
	if (!manager && is_live)
		manager = is_in_initial_pid_namespace(source) ? "" : "container";
	if (!manager) {
		facts_set_missing(facts, "container.manager", FACT_UNREADABLE, "it was not captured");
		return;
	}
	facts_set(facts, "container.manager", value_text(manager));
	line = arena_printf(arena, "%s\n", manager);
	source_record_bytes(source, &CAPTURED[1], line, strlen(line));
}
