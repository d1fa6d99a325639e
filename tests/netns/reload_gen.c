/*
 * reload_gen SEED: writes a sysctl.d file of everything that such files hold,
 * and of what they should not. The same seed gives the same bytes. Every key
 * begins with net/ipv4 (one is net.core.rmem_max) or exists nowhere, none has
 * "..": the file is safe to load inside a network namespace.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof(*(array)))

static uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 11;
}

static unsigned below(uint64_t *state, size_t n)
{
	return (unsigned)(next(state) % n);
}

static const char *pick(uint64_t *state, const char *const *words, size_t n)
{
	return words[below(state, n)];
}

#define PICK(state, words) pick(state, words, N(words))

/* As paths below /proc/sys. v.5 and w.6 are network devices of the test. */
static const char *const keys[] = {
	"net/ipv4/tcp_fin_timeout",
	"net/ipv4/tcp_syn_retries",
	"net/ipv4/tcp_synack_retries",
	"net/ipv4/tcp_keepalive_time",
	"net/ipv4/tcp_keepalive_intvl",
	"net/ipv4/tcp_keepalive_probes",
	"net/ipv4/tcp_tw_reuse",
	"net/ipv4/tcp_timestamps",
	"net/ipv4/tcp_max_syn_backlog",
	"net/ipv4/tcp_max_tw_buckets",
	"net/ipv4/tcp_syncookies",
	"net/ipv4/tcp_notsent_lowat",
	"net/ipv4/ip_forward",
	"net/ipv4/ip_default_ttl",
	"net/ipv4/tcp_rmem",
	"net/ipv4/tcp_wmem",
	"net/ipv4/ip_local_port_range",
	"net/ipv4/ip_local_reserved_ports",
	"net/ipv4/tcp_congestion_control",
	"net/ipv4/conf/lo/rp_filter",
	"net/ipv4/conf/all/accept_redirects",
	"net/ipv4/conf/default/log_martians",
	"net/ipv4/conf/v.5/rp_filter",
	"net/ipv4/conf/v.5/arp_ignore",
	"net/ipv4/conf/w.6/send_redirects",
	"net/ipv4/neigh/v.5/gc_stale_time",
};

/* Read-only here, unknown, directories, and no sysctls at all. */
static const char *const odd_keys[] = {
	"net/core/rmem_max",
	"net/ipv4/tcp_available_congestion_control",
	"net/ipv4/tcp_ehash_entries",
	"net/ipv4/conf/lo/mc_forwarding",
	"net/ipv4/tcp_tw_recycle",
	"net/ipv4/tcp_fin_timeouts",
	"net/ipv4/conf/nosuch0/rp_filter",
	"net/ipv4/tcp_fin_timeout/x",
	"net/ipv4",
	"net/ipv4/conf/lo",
	"net/ipv4/tcp fin timeout",
	"net/nosuch",
	"nosuch/ipv4/tcp_fin_timeout",
	"proc/sys/net/ipv4/tcp_fin_timeout",
	"tcp_fin_timeout",
	"",
};

static const char *const globs[] = {
	"net/ipv4/conf/*/rp_filter",
	"net/ipv4/conf/?.?/rp_filter",
	"net/ipv4/conf/[vw]*/arp_ignore",
	"net/ipv4/conf/[!a]*/send_redirects",
	"net/ipv4/*/v.5/*_ignore",
	"net/ipv4/tcp_keepalive_*",
	"net/ipv4/tcp_[sr]*mem",
	"net/ipv4/tcp_*mem",
	"net/ipv4/tcp_syn*retries",
	"net/ipv4/tcp_fin_timeou?",
	"net/ipv4/nosuch*",
	"net/ipv4/conf/*",
	"net/ipv4/ip_*",
	"net/ipv4/conf/[v",
};

static const char *const values[] = {
	"0", "1", "2", "3", "30", "60", "600", "4096", "65535", "1000000", "0x20", "010", "08", "+5",
	"-1", "-2", "99999999999", "2147483647", "2147483648", "1.5", "31 # x", "33#c", "30 ; c",
	"\"30\"", "'1'", "30\\", "abc", "", "=5", "a=b", "30 = 31", "1 2", "1 2 3", "1 2 3 4",
	"4096 131072", "4096 131072 6291456", "4096\t65536\t1048576", "8192  87380   4194304",
	"5000", "5000 # c", "4096 x 6291456", "4096 131072 x", "0 0 0", "1024 60999", "32768 60999",
	"60000 1024", "1024", "1024 x", "8080", "8080,9000-9010", "1,2,3-", "9000-8000", "70000",
	"cubic", "reno", "nosuch", "cubic reno", "y", "true", "1\r2", "\x1b[31m", "3\xff",
	"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000007",
};

/* What most keys take. */
static const char *const easy_values[] = {
	"0", "1", "1", "2", "3", "7", "30", "60", "4096", "0x1", "01", " 2", "4096 65536 1048576",
	"2000 30000",
};

static const char *const blanks[] = {"", "", "", " ", "  ", "\t", " \t ", "\v", "\f"};
static const char *const ends[] = {"\n", "\n", "\n", "\n", "\r\n", " \n", "\t\r\n"};
static const char *const equals[] = {" = ", " = ", "=", " =", "= ", "\t=\t", "  =   "};
static const char *const dashes[] = {"", "", "", "", "", "-", "-", "--", "- "};

static const char *const plain_lines[] = {
	"# a comment", "; another", "  # indented", "#net.ipv4.tcp_fin_timeout = 7", "", " ", "\t",
	"junk", "net.ipv4.tcp_fin_timeout 30", "net.ipv4.tcp_fin_timeout: 30", "x", "=", "= 5", "-",
	"[section]", "\xef\xbb\xbfnet.ipv4.tcp_fin_timeout = 9", "\\",
};

static void exchange(char *name)
{
	for (; *name; name++)
		if (*name == '/' || *name == '.')
			*name = *name == '/' ? '.' : '/';
}

/* The path in one of the spellings that a loader takes, or nearly takes. */
static void write_key(uint64_t *state, const char *path, int is_glob)
{
	char name[256];
	char *last;

	snprintf(name, sizeof(name), "%s", path);
	if (below(state, 3))
		exchange(name);
	last = strrchr(name, name[strcspn(name, "/.")]);
	switch (is_glob ? 9 : below(state, 14)) {
	case 0: /* leading */
		printf("%c%s", below(state, 2) ? '/' : '.', name);
		return;
	case 1: /* doubled */
		if (last && *last) {
			printf("%.*s%c%s", (int)(last - name), name, *last, last);
			return;
		}
		break;
	case 2: /* mixed */
		if (last && *last)
			*last = *last == '/' ? '.' : '/';
		break;
	case 3: /* trailing */
		printf("%s/", name);
		return;
	default:
		break;
	}
	fputs(name, stdout);
}

static void write_assignment(uint64_t *state)
{
	unsigned kind = below(state, 10);

	fputs(PICK(state, blanks), stdout);
	fputs(PICK(state, dashes), stdout);
	if (kind < 7)
		write_key(state, PICK(state, keys), 0);
	else if (kind < 9)
		write_key(state, PICK(state, globs), 1);
	else
		write_key(state, PICK(state, odd_keys), 0);
	fputs(PICK(state, equals), stdout);
	fputs(below(state, 2) ? PICK(state, values) : PICK(state, easy_values), stdout);
}

static void write_exclusion(uint64_t *state)
{
	fputs(below(state, 4) ? "-" : " -", stdout);
	if (below(state, 3))
		write_key(state, PICK(state, keys), 0);
	else
		write_key(state, PICK(state, globs), 1);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15u;
	unsigned n = 1 + below(&state, 24);

	for (unsigned i = 0; i < n; i++) {
		unsigned kind = below(&state, 20);

		if (kind < 3)
			fputs(PICK(&state, plain_lines), stdout);
		else if (kind < 5)
			write_exclusion(&state);
		else
			write_assignment(&state);
		if (below(&state, 60) == 0) {
			fputc('\0', stdout);
			fputs("behind a NUL", stdout);
		}
		if (i + 1 < n || below(&state, 4))
			fputs(PICK(&state, ends), stdout);
	}
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
