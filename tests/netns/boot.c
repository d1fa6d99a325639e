/*
 * boot SEED DIR    fills DIR/{etc,run,local,usr} with sysctl.d files, and DIR/conf
 *
 * For boot.sh, which lets both loaders load what was made. The same seed gives
 * the same files. They set tags of network devices, which mean nothing, and a
 * few keys of the namespace to values good and bad.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Keys with a range, one with none, two numbers, ports, names; values that the kernel takes, bends and refuses. */
static const char *const keys[] = {
	"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_time", "net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_congestion_control", "net.core.somaxconn",
	"net.ipv4.tcp_ecn", "net.ipv4.tcp_rmem", "net.ipv4.tcp_no_such_key", "net.ipv4.tcp_ec?",
};
static const char *const values[] = {
	"30", "30", "030", "0x1e", "-1", "thirty", "30 40", "30 # half a minute", "30# s", "", "99999999999",
	"1", "1", "2", "5", "1024 65000", "1024", "65000 1024", "1024 65000 7", "1024 x", "8080",
	"8080,9000-9010", "9010-9000", "8080,", "cubic", "reno", "nosuch", "4096 131072 6291456",
	"4096 131072", "4096 x 6291456",
};

static void write_setting(FILE *file, uint64_t *state)
{
	fprintf(file, "%s%s = %s\n", below(state, 6) ? "" : "-", keys[below(state, N(keys))],
		values[below(state, N(values))]);
}

static void write_lines(FILE *file, uint64_t *state)
{
	for (unsigned n = below(state, 6); n > 0; n--) {
		unsigned kind = below(state, 12);

		if (below(state, 2)) {
			write_setting(file, state);
			continue;
		}
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

int main(int argc, char **argv)
{
	if (argc == 3)
		return make(strtoull(argv[1], NULL, 10), argv[2]);
	return 2;
}
