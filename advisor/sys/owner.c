#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/owner.h"

#define CAPTURED "/capture/fds"
#define DENIED CAPTURED "/denied"
#define LIST_MAX (256u << 20)
#define SMALL_MAX (64u << 10)

struct walk {
	struct source *source;
	struct arena *arena;
	struct inodes *wanted;
	struct owner *items;
	size_t n, capacity;
	unsigned long denied; /* processes that could not be looked into */
};

/* One process; number is its place in items + 1 as soon as a socket turned out to be its own. */
struct look {
	unsigned pid;
	uint32_t number;
	unsigned long total;
	struct text list; /* what a capture gets; without an arena: nothing, the file of a replay is copied */
};

static void found(struct walk *walk, struct look *look, uint32_t inode)
{
	if (!look->number) {
		walk->items = arena_grow(walk->arena, walk->items, walk->n, &walk->capacity,
					 sizeof(struct owner));
		walk->items[walk->n].pid = look->pid;
		look->number = (uint32_t)++walk->n;
	}
	inodes_own(walk->wanted, inode, look->number);
}

/* A descriptor and where it points; a socket that has an owner already stays with it. */
static void look_at(struct walk *walk, struct look *look, const char *fd, const char *target)
{
	uint32_t inode;

	if (!owner_socket(target, &inode) || !inodes_is_wanted(walk->wanted, inode))
		return;
	if (!inodes_owner(walk->wanted, inode))
		found(walk, look, inode);
	if (look->list.arena)
		text_printf(&look->list, "%s %s\n", fd, target);
}

static void end_look(struct walk *walk, const struct look *look)
{
	if (look->number)
		walk->items[look->number - 1].fds =
			fact_known(value_number((double)look->total, UNIT_NONE));
}

/* ---------------------------------------------------------- this machine */

/* 0, or what kept a descriptor from being looked at. */
static int read_fds(struct walk *walk, struct look *look, DIR *dir)
{
	const struct dirent *entry;
	char target[64];
	int r = 0;

	while ((entry = readdir(dir))) {
		ssize_t n;

		if (*entry->d_name == '.')
			continue;
		look->total++;
		/* Longer than this is no socket, and cut off it is none either. */
		n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (n < 0) {
			r = errno == ENOENT ? r : -errno;
			continue;
		}
		target[n] = '\0';
		look_at(walk, look, entry->d_name, target);
	}
	return r;
}

static void record_list(struct walk *walk, struct look *look)
{
	char path[64];

	text_printf(&look->list, "total %lu\n", look->total);
	snprintf(path, sizeof(path), CAPTURED "/%u", look->pid);
	source_record_bytes(walk->source, path, look->list.data, look->list.length);
}

static void look_into(struct walk *walk, unsigned pid)
{
	struct look look = {.pid = pid};
	char path[64];
	DIR *dir;
	int fd, r;

	snprintf(path, sizeof(path), "proc/%u/fd", pid);
	/* Not source_openat(): a capture needs no list of all processes that are closed to us. */
	fd = openat(source_fd(walk->source), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		walk->denied += errno == EACCES || errno == EPERM;
		if (fd >= 0)
			close(fd);
		return;
	}
	if (source_is_recording(walk->source))
		look.list = text_new(walk->arena);
	r = read_fds(walk, &look, dir);
	closedir(dir);
	walk->denied += r == -EACCES || r == -EPERM;
	end_look(walk, &look);
	if (look.list.length)
		record_list(walk, &look);
}

/* --------------------------------------------------------------- a capture */

static void read_list(struct walk *walk, unsigned pid)
{
	struct look look = {.pid = pid};
	char path[64], *text, *save;
	size_t length;

	snprintf(path, sizeof(path), CAPTURED "/%u", pid);
	if (source_read(walk->source, path, LIST_MAX, &text, &length))
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *space = strchr(line, ' ');

		if (!space)
			continue;
		*space++ = '\0';
		if (!strcmp(line, "total"))
			look.total = strtoul(space, NULL, 10);
		else
			look_at(walk, &look, line, space);
	}
	end_look(walk, &look);
}

static void read_denied(struct walk *walk)
{
	char *text;
	size_t length;

	if (!source_read(walk->source, DENIED, SMALL_MAX, &text, &length))
		walk->denied = strtoul(text, NULL, 10);
}

/* ------------------------------------------------------------------- both */

static int compare_pids(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

/* The names of a directory that are numbers, in their order. */
static size_t list_pids(struct walk *walk, const char *directory, unsigned **ret_pids)
{
	const char *const *names;
	unsigned *pids;
	size_t n_names, n = 0;

	if (source_list(walk->source, directory, &names, &n_names))
		return 0;
	pids = arena_array(walk->arena, n_names, sizeof(*pids));
	for (size_t i = 0; i < n_names; i++) {
		unsigned long pid = strtoul(names[i], NULL, 10);

		if (strspn(names[i], "0123456789") == strlen(names[i]) && pid && pid <= 1u << 30)
			pids[n++] = (unsigned)pid;
	}
	qsort(pids, n, sizeof(*pids), compare_pids);
	*ret_pids = pids;
	return n;
}

/* When all have an owner no higher pid can change that. */
static void walk_all(struct walk *walk)
{
	bool is_live = source_is_live(walk->source);
	unsigned *pids = NULL;
	size_t n = list_pids(walk, is_live ? "/proc" : CAPTURED, &pids);
	char text[32];

	for (size_t i = 0; i < n && inodes_missing(walk->wanted); i++)
		is_live ? look_into(walk, pids[i]) : read_list(walk, pids[i]);
	if (!is_live)
		read_denied(walk);
	if (is_live && walk->denied) {
		snprintf(text, sizeof(text), "%lu\n", walk->denied);
		source_record_bytes(walk->source, DENIED, text, strlen(text));
	}
}

static void describe(struct walk *walk, struct owner *owner)
{
	char path[64], *text;
	size_t length;

	snprintf(path, sizeof(path), "/proc/%u/comm", owner->pid);
	owner->command = "?";
	if (!source_read(walk->source, path, SMALL_MAX, &text, &length)) {
		text[strcspn(text, "\n")] = '\0';
		owner->command = text;
	}
	snprintf(path, sizeof(path), "/proc/%u/limits", owner->pid);
	owner->fd_limit = fact_missing(FACT_UNREADABLE, "/proc/PID/limits could not be read");
	if (!source_read(walk->source, path, SMALL_MAX, &text, &length))
		owner->fd_limit = owner_fd_limit(text);
}

void owner_find(struct source *source, struct arena *arena, struct inodes *wanted,
		struct owners *ret, const char **ret_note)
{
	struct walk walk = {.source = source, .arena = arena, .wanted = wanted};
	const char *why = "no process here holds them: the kernel, a process that has ended, or "
			  "one of another PID namespace";

	walk_all(&walk);
	for (size_t i = 0; i < walk.n; i++)
		describe(&walk, &walk.items[i]);
	if (walk.denied)
		why = arena_printf(arena, "the descriptors of %lu processes may not be read: run as root",
				   walk.denied);
	if (walk.denied && inodes_missing(wanted))
		*ret_note = arena_printf(arena,
					 "%zu sockets could not be attributed to a process: %s",
					 inodes_missing(wanted), why);
	*ret = (struct owners){.items = walk.items, .n = walk.n, .why_unseen = why};
}
