#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fact.h"
#include "sys/capture.h"
#include "sys/replay.h"
#include "sys/resolve.h"
#include "sys/slurp.h"

#define NOTES_MAX (16u << 20)

struct replay {
	struct arena *arena;
	struct facts *missing, *modes, *links; /* maps from paths */
	const char **unreadable;
	size_t n, capacity;
};

static void add_missing(struct replay *replay, const char *path, const char *word)
{
	int error = capture_error_number(word);

	if (!error)
		return;
	facts_set(replay->missing, path, value_number(error, UNIT_NONE));
	if (error == ENOENT)
		return;
	replay->unreadable = arena_grow(replay->arena, replay->unreadable, replay->n,
					&replay->capacity, sizeof(*replay->unreadable));
	replay->unreadable[replay->n++] = path;
}

static void add_mode(struct replay *replay, const char *path, const char *word)
{
	char *end;
	unsigned long mode = strtoul(word, &end, 8);

	if (!*end && mode <= 07777)
		facts_set(replay->modes, path, value_number((double)mode, UNIT_NONE));
}

static void add_link(struct replay *replay, const char *path, const char *target)
{
	facts_set(replay->links, path, value_text(target));
}

static const struct note {
	const char *path;
	char separator;
	void (*add)(struct replay *replay, const char *path, const char *word);
} notes[] = {
	{"/capture/missing", ' ', add_missing},
	{"/capture/modes", ' ', add_mode},
	{"/capture/links", '\t', add_link},
};

/* Lines "word path"; what is no such line is not taken. */
static void load(struct replay *replay, const struct note *note, char *text)
{
	char *save;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *path = strchr(line, note->separator);

		if (!path || path[1] != '/')
			continue;
		*path++ = '\0';
		note->add(replay, path, line);
	}
}

struct replay *replay_load(struct arena *arena, int root)
{
	struct replay *replay = arena_alloc(arena, sizeof(*replay));
	struct slurp slurp = slurp_new(arena);

	replay->arena = arena;
	replay->missing = facts_new(arena);
	replay->modes = facts_new(arena);
	replay->links = facts_new(arena);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		int fd = resolve_in_root(root, notes[i].path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

		if (fd < 0)
			continue;
		if (!slurp_fd(&slurp, fd, NOTES_MAX))
			load(replay, &notes[i], arena_strndup(arena, slurp.buffer, slurp.length));
		close(fd);
	}
	return replay;
}

int replay_errno(const struct replay *replay, const char *path)
{
	struct fact fact = facts_get(replay->missing, path);

	return fact.state == FACT_KNOWN ? (int)fact.value.number : 0;
}

bool replay_mode(const struct replay *replay, const char *path, unsigned *ret)
{
	struct fact fact = facts_get(replay->modes, path);

	if (fact.state == FACT_KNOWN)
		*ret = (unsigned)fact.value.number;
	return fact.state == FACT_KNOWN;
}

const char *replay_link(const struct replay *replay, const char *path)
{
	struct fact fact = facts_get(replay->links, path);

	return fact.state == FACT_KNOWN ? fact.value.text : NULL;
}

const char *replay_unreadable(const struct replay *replay, size_t i)
{
	return i < replay->n ? replay->unreadable[i] : NULL;
}
