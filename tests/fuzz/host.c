/*
 * A captured host of any content, through all of `check`, as text and as JSON, twice the same.
 * The input is a directory in one text: a line "== PATH", and behind it the file's bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "fuzz.h"

#define MARK "== "

static char root[64];

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	return ftw->level ? remove(path) : 0;
}

static void at_exit(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	rmdir(root);
}

static void set_up(void)
{
	if (!*root) {
		strcpy(root, access("/dev/shm", W_OK) ? "/tmp/tcptune-fuzz.XXXXXX" : "/dev/shm/tcptune-fuzz.XXXXXX");
		must(mkdtemp(root));
		atexit(at_exit);
	}
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Plain names only: what a hostile path can do is the business of another test. */
static bool path_is_good(const char *path)
{
	return *path && *path != '/' && !strstr(path, "..") && !strstr(path, "//") && strlen(path) < 200 &&
	       path[strlen(path) - 1] != '/';
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	char whole[300];
	int fd;

	if (!path_is_good(path))
		return;
	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	for (char *slash = strchr(whole + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		return;
	must(write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void unpack(struct arena *arena, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	const char *path = NULL;

	while (data < end) {
		const uint8_t *newline = memchr(data, '\n', (size_t)(end - data));
		const uint8_t *stop = newline ? newline : end, *next;

		if ((size_t)(end - data) >= 3 && !memcmp(data, MARK, 3)) {
			path = fuzz_copy(arena, data + 3, (size_t)(stop - data) - 3);
			data = newline ? newline + 1 : end;
		}
		next = memmem(data, (size_t)(end - data), "\n" MARK, 4);
		next = next ? next + 1 : end;
		if (path)
			write_file(path, data, (size_t)(next - data));
		path = NULL;
		data = next;
	}
}

/* Where the host brings no knowledge of its own, what is compiled in is loaded but once. */
static bool load(struct run *run)
{
	static struct run plain;
	char path[sizeof(root) + 20];

	snprintf(path, sizeof(path), "%s/etc/tcptune", root);
	if (!access(path, F_OK))
		return knowledge_load(run) && knowledge_choose(run);
	if (!plain.arena) {
		plain.arena = arena_new();
		plain.diag = diag_new(plain.arena);
		must(source_open(plain.arena, root, &plain.source) >= 0);
		must(knowledge_load(&plain));
		source_close(plain.source);
	}
	run->knowledge = plain.knowledge;
	return knowledge_choose(run);
}

static char *check(const char *format, size_t *ret_length)
{
	struct run run = {.arena = arena_new()};
	struct observation observation = {0};
	struct out_options options;
	struct check_report report;
	char *text = NULL;

	run.diag = diag_new(run.arena);
	run.options = (struct options){.format = format, .color = "never", .root = root, .verbose = true};
	must(source_open(run.arena, root, &run.source) >= 0);
	if (load(&run)) {
		observe(&run, &observation);
		options = (struct out_options){.arena = run.arena, .width = 80, .verbose = true,
					       .stream = open_memstream(&text, ret_length)};
		must(options.stream);
		report = report_check(&run, &observation);
		out_find(format)->check(&options, &report);
		fclose(options.stream);
	}
	for (size_t i = 0; i < run.diag.n; i++)
		must(fuzz_is_clean(diag_format(run.arena, &run.diag.messages[i]), false));
	must(!text == (run.diag.errors > 0));
	source_close(run.source);
	arena_free(run.arena);
	return text;
}

static void check_twice(const char *format, void (*claim)(char *, size_t))
{
	size_t length = 0, again = 0;
	char *text = check(format, &length), *twice = check(format, &again);

	must(!text == !twice && length == again);
	if (!text)
		return;
	must(!memcmp(text, twice, length));
	free(twice);
	claim(text, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();

	set_up();
	unpack(arena, data, size);
	check_twice("text", fuzz_check_text);
	check_twice("json", fuzz_check_json);
	arena_free(arena);
	return 0;
}
