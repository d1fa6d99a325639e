#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/netns.h"

static int open_file(const char *before, const char *what, const char *after)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s%s%s", before, what, after) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_what(const char *what)
{
	int fd;

	if (!*what)
		return -EINVAL;
	if (strchr(what, '/'))
		return open_file("", what, "");
	fd = open_file("/run/netns/", what, "");
	/* /var/run is no link to /run everywhere. */
	if (fd == -ENOENT)
		fd = open_file("/var/run/netns/", what, "");
	if (fd == -ENOENT && strspn(what, "0123456789") == strlen(what))
		fd = open_file("/proc/", what, "/ns/net");
	return fd;
}

int netns_enter(const char *what)
{
	int fd = open_what(what);
	int r;

	if (fd < 0)
		return fd;
	r = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return r;
}

int netns_enter_listed(const struct netns *netns)
{
	int fd = open_file("", netns->path, "");
	struct stat status;
	int r = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) || status.st_ino != netns->inode)
		r = -ESTALE;
	else if (setns(fd, CLONE_NEWNET))
		r = -errno;
	close(fd);
	return r;
}

struct listing {
	struct arena *arena;
	struct netns *items;
	size_t n, capacity;
	size_t n_hidden;
	dev_t device; /* of nsfs: a file of another file system is no namespace */
	uint64_t ours;
};

static struct netns *find_inode(const struct listing *listing, uint64_t inode)
{
	for (size_t i = 0; i < listing->n; i++)
		if (listing->items[i].inode == inode)
			return &listing->items[i];
	return NULL;
}

/* The entry of the namespace at path, made if it is new; NULL with errno when there is none. */
static struct netns *add_path(struct listing *listing, const char *path)
{
	struct netns *netns;
	struct stat status;

	if (stat(path, &status))
		return NULL;
	errno = ENOENT;
	if (status.st_dev != listing->device)
		return NULL;
	netns = find_inode(listing, status.st_ino);
	if (netns)
		return netns;
	listing->items = arena_grow(listing->arena, listing->items, listing->n, &listing->capacity,
				    sizeof(*listing->items));
	netns = &listing->items[listing->n++];
	*netns = (struct netns){
		.inode = status.st_ino,
		.path = arena_strdup(listing->arena, path),
		.is_ours = status.st_ino == listing->ours,
	};
	return netns;
}

static const char *command_of(struct arena *arena, long pid)
{
	char path[64], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	file = fopen(path, "re");
	if (file && !fgets(line, sizeof(line), file))
		*line = '\0';
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return arena_strdup(arena, line);
}

static void add_process(struct listing *listing, long pid)
{
	char path[64];
	struct netns *netns;

	snprintf(path, sizeof(path), "/proc/%ld/ns/net", pid);
	netns = add_path(listing, path);
	/* A process that has ended, a zombie too, is in no namespace. */
	if (!netns && errno != ENOENT)
		listing->n_hidden++;
	if (netns && (!netns->pid || pid < netns->pid))
		netns->pid = pid;
}

static void add_names(struct listing *listing, const char *directory)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	struct netns *netns;

	while (stream && (entry = readdir(stream))) {
		if (*entry->d_name == '.')
			continue;
		netns = add_path(listing,
				 arena_printf(listing->arena, "%s/%s", directory, entry->d_name));
		if (netns && !netns->name)
			netns->name = arena_strdup(listing->arena, entry->d_name);
	}
	if (stream)
		closedir(stream);
}

static int add_processes(struct listing *listing)
{
	DIR *stream = opendir("/proc");
	struct dirent *entry;

	if (!stream)
		return -errno;
	while ((entry = readdir(stream)))
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name))
			add_process(listing, strtol(entry->d_name, NULL, 10));
	closedir(stream);
	return 0;
}

static int compare_netns(const void *a, const void *b)
{
	const struct netns *x = a, *y = b;

	if (x->is_ours != y->is_ours)
		return x->is_ours ? -1 : 1;
	if (x->name && y->name)
		return strcmp(x->name, y->name);
	if (x->name || y->name)
		return x->name ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

int netns_list(struct arena *arena, struct netns **ret, size_t *ret_n, size_t *ret_hidden)
{
	struct listing listing = {.arena = arena};
	struct stat ours;
	int r;

	if (stat("/proc/self/ns/net", &ours))
		return -errno;
	listing.device = ours.st_dev;
	listing.ours = ours.st_ino;
	add_path(&listing, "/proc/self/ns/net");
	/* Names first: /run/netns outlives the processes. */
	add_names(&listing, "/run/netns");
	add_names(&listing, "/var/run/netns");
	r = add_processes(&listing);
	if (r < 0)
		return r;
	for (size_t i = 0; i < listing.n; i++)
		if (listing.items[i].pid)
			listing.items[i].program = command_of(arena, listing.items[i].pid);
	if (listing.n)
		qsort(listing.items, listing.n, sizeof(*listing.items), compare_netns);
	*ret = listing.items;
	*ret_n = listing.n;
	*ret_hidden = listing.n_hidden;
	return 0;
}
