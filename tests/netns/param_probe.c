/*
 * param_probe CHECK: holds rules/parameters against the kernel that runs, in a
 * network namespace made for it. Prints a line "KEY: what is wrong" for each
 * disagreement, and as the last line how many facts were looked at.
 *
 *	known     every key of the kernel is described
 *	there     the keys that this kernel should have in a namespace are there,
 *	          those that it should not have are not, and who may write them
 *	defaults  the values of the fresh namespace
 *	ranges    by writing: the ends of the range are taken, one beyond is refused
 *
 * Only keys that are per namespace are ever written, and put back; all but
 * `known` refuse to run in the initial namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "core/builtin.h"
#include "core/param.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct probe {
	struct arena *arena;
	struct params *params;
	struct version kernel;
	unsigned hz;
	unsigned looked, wrong;
};

static char *path_of(struct probe *probe, const char *key)
{
	char *path = arena_printf(probe->arena, "/proc/sys/%s", key);

	for (char *s = path + strlen("/proc/sys/"); *s; s++)
		*s = *s == '.' ? '/' : *s;
	return path;
}

/* The value without its newline, or NULL. */
static char *read_key(struct probe *probe, const char *key)
{
	char *text = arena_alloc(probe->arena, 4096);
	int fd = open(path_of(probe, key), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, 4095);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static bool write_key(struct probe *probe, const char *key, const char *text)
{
	int fd = open(path_of(probe, key), O_WRONLY | O_CLOEXEC);
	bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return is_written;
}

static void __attribute__((format(printf, 3, 4)))
wrong(struct probe *probe, const char *key, const char *format, ...)
{
	va_list args;

	printf("%s: ", key);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	probe->wrong++;
}

static void check_directory(struct probe *probe, const char *prefix)
{
	DIR *directory = opendir(path_of(probe, prefix));
	struct dirent *entry;

	if (!directory) {
		wrong(probe, prefix, "cannot be listed: %s", strerror(errno));
		return;
	}
	while ((entry = readdir(directory))) {
		const char *key = arena_printf(probe->arena, "%s.%s", prefix, entry->d_name);
		struct stat status;

		if (stat(path_of(probe, key), &status) || !S_ISREG(status.st_mode))
			continue;
		probe->looked++;
		if (!params_describe(probe->params, key))
			wrong(probe, key, "not described");
	}
	closedir(directory);
}

/* No mistake of a caller may reach the host, whose own namespace alone has the keys that are not per namespace. */
static bool is_own_namespace(void)
{
	return !access("/proc/sys/net/ipv4/tcp_rmem", F_OK) && access("/proc/sys/net/ipv4/tcp_mem", F_OK);
}

static void check_known(struct probe *probe)
{
	static const char *const prefixes[] = {
		"net.ipv4", "net.ipv4.route", "net.ipv4.conf.all", "net.ipv4.conf.default",
		"net.ipv4.conf.lo", "net.ipv4.neigh.lo", "net.core", "net.netfilter",
	};

	for (size_t i = 0; i < N(prefixes); i++)
		check_directory(probe, prefixes[i]);
	if (!is_own_namespace())
		check_directory(probe, "net.ipv4.neigh.default");
}

static bool has_come(const struct probe *probe, const struct param *param)
{
	struct version version;

	return !param->introduced || !version_parse(param->introduced, &version) ||
	       version_compare(probe->kernel, version) >= 0;
}

static bool has_gone(const struct probe *probe, const struct param *param)
{
	return param->is_vendors ||
	       (param->removed.major && version_compare(probe->kernel, param->removed) >= 0);
}

static void check_one_there(struct probe *probe, const struct param *param)
{
	bool should = has_come(probe, param) && !has_gone(probe, param);
	struct stat status;
	bool is_there = !stat(path_of(probe, param->key), &status);
	bool is_writable = is_there && (status.st_mode & S_IWUSR);

	probe->looked++;
	if (is_there && !should)
		wrong(probe, param->key, "is there, and should not be");
	if (!is_there && should && param->scope == PARAM_NAMESPACE && !param->module)
		wrong(probe, param->key, "is not there");
	if (is_there && param->scope == PARAM_NAMESPACE && is_writable != param->writable_in_namespace)
		wrong(probe, param->key, "is %swritable in a namespace", is_writable ? "" : "not ");
	/* A global switch that any namespace may turn: known, and never to be touched here. */
	if (is_writable && param->scope == PARAM_GLOBAL &&
	    strcmp(param->key, "net.netfilter.nf_hooks_lwtunnel"))
		wrong(probe, param->key, "is writable in a namespace, though global");
}

static void check_one_default(struct probe *probe, const struct param *param)
{
	const char *text = param_default(param, probe->kernel);
	const char *value = read_key(probe, param->key);

	if (!value || !text || param->inherited || param->scope != PARAM_NAMESPACE)
		return;
	probe->looked++;
	if (!param_same(param, text, value))
		wrong(probe, param->key, "is %s in a fresh namespace, not %s", value, text);
}

/* The same number for each element of a tuple. */
static char *repeat(struct probe *probe, const struct param *param, const char *number)
{
	struct text text = text_new(probe->arena);

	for (unsigned i = 0; i < param->arity; i++)
		text_printf(&text, "%s%s", i ? " " : "", number);
	return text.data;
}

static void expect(struct probe *probe, const struct param *param, const char *number, bool is_taken)
{
	const char *before = read_key(probe, param->key);
	const char *text = repeat(probe, param, number);
	bool was_written = write_key(probe, param->key, text);
	const char *after = read_key(probe, param->key);

	probe->looked++;
	if (is_taken && !(was_written && param_same(param, text, after)))
		wrong(probe, param->key, "'%s' is not taken", text);
	if (!is_taken && was_written)
		wrong(probe, param->key, "'%s' is taken", text);
	if (!write_key(probe, param->key, before))
		wrong(probe, param->key, "'%s' could not be put back", before);
}

/* A bound may come from the first number of another key, as it is now. */
static struct param_bound effective(struct probe *probe, struct param_bound bound, const char *key,
				    bool is_upper)
{
	const char *text = key ? read_key(probe, key) : NULL;
	double other;

	if (!text)
		return bound;
	other = strtod(text, NULL);
	if (!bound.is_set || (is_upper ? other < bound.number : other > bound.number))
		bound = (struct param_bound){.is_set = true, .number = other};
	return bound;
}

/* One below or above a bound, in full: ULONG_MAX has no neighbour among the doubles. */
static char *beyond(struct probe *probe, const struct param_bound *bound, int direction)
{
	struct param_bound next = *bound;

	if (bound->number > 1e19)
		return arena_strdup(probe->arena, "18446744073709551616");
	next.number += direction;
	return param_bound_text(probe->arena, &next);
}

static void check_one_range(struct probe *probe, const struct param *param)
{
	const struct param *here = param_on(probe->arena, param, probe->kernel, probe->hz);
	struct param_bound min = effective(probe, here->min, here->min_key, false);
	struct param_bound max = effective(probe, here->max, here->max_key, true);

	if (param->scope != PARAM_NAMESPACE || !param->writable_in_namespace ||
	    !strcmp(param->key, "net.netfilter.nf_hooks_lwtunnel") || !read_key(probe, param->key))
		return;
	if (min.is_set) {
		expect(probe, param, param_bound_text(probe->arena, &min), true);
		expect(probe, param, beyond(probe, &min, -1), false);
	}
	if (max.is_set) {
		expect(probe, param, param_bound_text(probe->arena, &max), true);
		expect(probe, param, beyond(probe, &max, 1), false);
	}
}

static void for_each(struct probe *probe, void (*check)(struct probe *, const struct param *))
{
	for (size_t i = 0; i < params_count(probe->params); i++)
		check(probe, params_at(probe->params, i));
}

static void check_there(struct probe *probe)
{
	for_each(probe, check_one_there);
}

static void check_defaults(struct probe *probe)
{
	for_each(probe, check_one_default);
}

static void check_ranges(struct probe *probe)
{
	for_each(probe, check_one_range);
}

static const struct {
	const char *name;
	void (*check)(struct probe *probe);
	bool is_for_namespaces;
} checks[] = {
	{"known", check_known, false},
	{"there", check_there, true},
	{"defaults", check_defaults, true},
	{"ranges", check_ranges, true},
};

static bool set_up(struct probe *probe)
{
	struct diag diag = diag_new(probe->arena);
	struct timespec tick;
	struct utsname names;

	probe->params = params_new(probe->arena);
	for (size_t i = 0; i < builtin_n; i++)
		if (builtin_files[i].kind == BUILTIN_PARAMETERS)
			params_load(probe->params, builtin_files[i].document, &diag);
	for (size_t i = 0; i < diag.n; i++)
		puts(diag_format(probe->arena, &diag.messages[i]));
	/* The coarse clocks advance with the tick. */
	if (uname(&names) || clock_getres(CLOCK_REALTIME_COARSE, &tick) || !tick.tv_nsec)
		return false;
	probe->hz = (unsigned)(1000000000 / tick.tv_nsec);
	return version_parse(names.release, &probe->kernel) && !diag.errors &&
	       params_count(probe->params) > 0;
}

static int find_check(const char *name)
{
	for (size_t i = 0; i < N(checks); i++)
		if (!strcmp(checks[i].name, name))
			return (int)i;
	return -1;
}

int main(int argc, char **argv)
{
	struct probe probe = {.arena = arena_new()};
	int chosen = argc == 2 ? find_check(argv[1]) : -1;

	if (chosen < 0 || !set_up(&probe)) {
		fputs("usage: param_probe known|there|defaults|ranges\n", stderr);
		return 2;
	}
	if (checks[chosen].is_for_namespaces && !is_own_namespace()) {
		fputs("param_probe: needs a network namespace of its own\n", stderr);
		return 2;
	}
	checks[chosen].check(&probe);
	printf("%u looked at, %u wrong\n", probe.looked, probe.wrong);
	arena_free(probe.arena);
	return probe.looked && !probe.wrong ? 0 : 1;
}
