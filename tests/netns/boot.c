/*
 * boot make SEED DIR    fills DIR/{etc,run,local,usr} with sysctl.d files, and DIR/conf
 * boot tell LOADER KEY...    the value that decides each key here, "-" where no file sets it
 *
 * For boot.sh, which lets both loaders load what was made. The same seed gives
 * the same files. They set tags of network devices alone, which mean nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/confdirs.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

static unsigned below(uint64_t *state, size_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (unsigned)((*state >> 11) % n);
}

static const char *const spellings[] = {
	"net.ipv4.conf.%s.tag", "net.ipv4.conf.%s.tag", "net.ipv4.conf.%s.tag", "net.ipv4.conf.%s.tag",
	"/net.ipv4.conf.%s.tag", "net..ipv4.conf.%s.tag", ".net.ipv4.conf.%s.tag",
};
static const char *const devices[] = {"lo", "all", "v/5", "w/6", "lo", "v/5"};
/* Not "default", which the kernel copies to devices that nobody has set. */
static const char *const globs[] = {"[!d]*", "?/?", "[vl]*", "[!d]*", "l?", "v*"};

static void write_key(FILE *file, uint64_t *state, const char *const *names)
{
	char key[64];
	const char *spelling = spellings[below(state, N(spellings))];
	const char *at = strstr(spelling, "%s");

	snprintf(key, sizeof(key), "%.*s%s%s", (int)(at - spelling), spelling,
		 names[below(state, N(devices))], at + 2);
	if (key[0] == '/' || below(state, 4) == 0)
		for (char *p = key; *p; p++)
			if ((*p == '.' || *p == '/') && p > key)
				*p = *p == '.' ? '/' : '.';
	fputs(key, file);
}

static void write_lines(FILE *file, uint64_t *state)
{
	for (unsigned n = below(state, 6); n > 0; n--) {
		unsigned kind = below(state, 12);

		if (kind == 0)
			fputs("# a comment\njunk\n", file);
		if (kind < 4)
			fputc('-', file);
		if (kind == 3)
			fputc(' ', file);
		write_key(file, state, kind % 3 ? devices : globs);
		if (kind > 1)
			fprintf(file, " = %u", 1 + below(state, below(state, 2) ? 4 : 10000));
		fputc('\n', file);
	}
}

static void write_file(uint64_t *state, const char *path)
{
	unsigned kind = below(state, 24);
	FILE *file;

	if (kind < 2) {
		if (symlink(kind ? "/dev/null" : "/nowhere", path))
			exit(1);
		return;
	}
	file = fopen(path, "w");
	if (!file)
		exit(1);
	if (kind > 2)
		write_lines(file, state);
	if (fclose(file))
		exit(1);
}

static int make(uint64_t seed, const char *top)
{
	static const char *const directories[] = {"etc", "run", "local", "usr"};
	static const char *const names[] = {
		"05-x.conf", "10-a.conf", "50-B.conf", "50-a.conf", "60-tcptune.conf", "99-z.conf",
		".hidden.conf", "70.conf~", "README",
	};
	uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15u;
	char path[512];

	for (size_t d = 0; d < N(directories); d++)
		for (size_t i = 0; i < N(names); i++) {
			snprintf(path, sizeof(path), "%s/%s/%s", top, directories[d], names[i]);
			if (below(&state, 4) == 0)
				write_file(&state, path);
		}
	snprintf(path, sizeof(path), "%s/etc/99-sysctl.conf", top);
	if (below(&state, 3) == 0 && symlink("../sysctl.conf", path))
		return 1;
	snprintf(path, sizeof(path), "%s/conf", top);
	unlink(path);
	write_file(&state, path);
	return 0;
}

static int tell(enum conf_loader loader, int n, char **keys)
{
	struct arena *arena = arena_new();
	struct source *source;
	struct confdirs *confdirs;

	if (source_open(arena, NULL, &source) < 0)
		return 1;
	confdirs = confdirs_read(arena, source);
	for (int i = 0; i < n; i++) {
		const struct conf_entry *entry = conf_winner(&confdirs->conf, loader, keys[i]);

		printf("%s %s\n", keys[i], entry ? entry->value : "-");
	}
	source_close(source);
	arena_free(arena);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "make") == 0)
		return make(strtoull(argv[2], NULL, 10), argv[3]);
	if (argc >= 3 && strcmp(argv[1], "tell") == 0)
		return tell(strcmp(argv[2], "systemd") ? CONF_PROCPS : CONF_SYSTEMD, argc - 3, argv + 3);
	return 2;
}
