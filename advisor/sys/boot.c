#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/boot.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define LIST_MAX (4u << 20)
#define CONF_MAX (64u << 10)

struct reader {
	struct arena *arena;
	struct source *source;
	const char *release;
	const char **modules;
	size_t n, capacity;
};

/* -------------------------------------------------------------- the loader */

static bool is_there(const struct reader *reader, const char *path)
{
	int fd = source_openat(reader->source, path, O_PATH);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool any_there(const struct reader *reader, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_there(reader, paths[i]))
			return true;
	return false;
}

static bool links_to(const struct reader *reader, const char *path, const char *word)
{
	char *target;

	return !source_readlink(reader->source, path, &target) && strstr(target, word);
}

/* This boot was systemd's, sd_booted(3); of a tree that nothing runs in, what /sbin/init leads to. */
static bool is_systemd(const struct reader *reader)
{
	static const char *const inits[] = {"/sbin/init", "/usr/sbin/init"};

	if (source_is_live(reader->source))
		return is_there(reader, "/run/systemd/system");
	for (size_t i = 0; i < N(inits); i++)
		if (links_to(reader, inits[i], "systemd"))
			return true;
	return false;
}

/* systemd starts it at every boot (sysinit.target wants it), unless it is masked. */
static bool has_systemd_sysctl(const struct reader *reader)
{
	static const char *const programs[] = {"/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl"};

	return any_there(reader, programs, N(programs)) &&
	       !links_to(reader, "/etc/systemd/system/systemd-sysctl.service", "/dev/null");
}

/* Debian's script for sysvinit runs sysctl --system; so does that of OpenRC. */
static bool has_procps_script(const struct reader *reader)
{
	static const char *const scripts[] = {"/etc/init.d/procps", "/etc/init.d/sysctl"};

	return any_there(reader, scripts, N(scripts));
}

static const char *find_loader(const struct reader *reader)
{
	if (is_systemd(reader))
		return has_systemd_sysctl(reader) ? "systemd" : "none";
	return has_procps_script(reader) ? "procps" : "none";
}

/* What the captured host said of itself; "" where it said nothing. */
static const char *captured_loader(struct reader *reader)
{
	static const char *const words[] = {"systemd", "procps", "none"};
	char *text;
	size_t length;

	if (source_read(reader->source, "/capture/loader", CONF_MAX, &text, &length))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	for (size_t i = 0; i < N(words); i++)
		if (!strcmp(text, words[i]))
			return words[i];
	return NULL;
}

/* Is our network namespace another one than that of process 1? False where that may not be read. */
static bool is_elsewhere(const struct reader *reader)
{
	char *ours, *first;

	return !source_readlink(reader->source, "/proc/self/ns/net", &ours) &&
	       !source_readlink(reader->source, "/proc/1/ns/net", &first) && strcmp(ours, first);
}

static void set_loader(struct reader *reader, struct audit_host *host)
{
	static const char elsewhere[] = "no boot loads the files of the host into another network namespace";
	const char *text;

	if (!source_is_live(reader->source) && is_there(reader, "/capture")) {
		host->loader = captured_loader(reader);
		host->loader_why = "the capture does not say what loads sysctl files at boot";
		host->no_boot = is_there(reader, "/capture/elsewhere") ? elsewhere : NULL;
		return;
	}
	host->loader = find_loader(reader);
	if (!source_is_live(reader->source))
		return;
	text = arena_printf(reader->arena, "%s\n", host->loader);
	source_record_bytes(reader->source, "capture/loader", text, strlen(text));
	if (!is_elsewhere(reader))
		return;
	host->no_boot = elsewhere;
	source_record_bytes(reader->source, "capture/elsewhere", "", 0);
}

/* ------------------------------------------------------------- the modules */

/* The kernel takes "-" and "_" for the same in names of modules. */
static void add_module(struct reader *reader, const char *name, size_t n)
{
	char *copy = arena_strndup(reader->arena, name, n);

	for (char *p = strchr(copy, '-'); p; p = strchr(p, '-'))
		*p = '_';
	reader->modules = arena_grow(reader->arena, reader->modules, reader->n, &reader->capacity,
				     sizeof(*reader->modules));
	reader->modules[reader->n++] = copy;
}

/* "kernel/net/netfilter/nf_conntrack.ko.xz": the name of the module. */
static void add_path(struct reader *reader, const char *path, size_t n)
{
	const char *start = path + n, *dot;

	while (start > path && start[-1] != '/')
		start--;
	n -= (size_t)(start - path);
	dot = memchr(start, '.', n);
	add_module(reader, start, dot ? (size_t)(dot - start) : n);
}

/* Every line of a text, without blanks around it and without comments. */
static void each_line(struct reader *reader, const char *text,
		      void (*take)(struct reader *reader, const char *line, size_t n))
{
	while (*text) {
		size_t length = strcspn(text, "\n"), n;
		const char *line = text + strspn(text, " \t");

		text += length + (text[length] == '\n');
		n = strcspn(line, " \t\r\n");
		if (n && *line != '#' && *line != ';')
			take(reader, line, n);
	}
}

/* modules-load.d(5) and /etc/modules: a name a line, behind which /etc/modules may have parameters. */
static void read_list(struct reader *reader, const char *path)
{
	char *text;
	size_t length;

	if (!source_read(reader->source, path, CONF_MAX, &text, &length))
		each_line(reader, text, add_module);
}

static bool is_conf_name(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && !strcmp(name + n - 5, ".conf");
}

/* A name of a higher directory hides that of a lower one, as with sysctl.d. */
static void read_lists(struct reader *reader)
{
	static const char *const directories[] = {
		"/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d",
		"/usr/lib/modules-load.d", "/lib/modules-load.d",
	};
	struct facts *seen = facts_new(reader->arena);

	for (size_t i = 0; i < N(directories); i++) {
		const char *const *names;
		size_t n;

		if (source_list(reader->source, directories[i], &names, &n))
			continue;
		for (size_t k = 0; k < n; k++) {
			if (!is_conf_name(names[k]) || facts_get(seen, names[k]).state == FACT_KNOWN)
				continue;
			facts_set(seen, names[k], value_bool(true));
			read_list(reader, arena_printf(reader->arena, "%s/%s", directories[i], names[k]));
		}
	}
	read_list(reader, "/etc/modules");
}

/* modules-load=a,b (systemd-modules-load.service(8)); that of the initrd counts too. */
static void read_command_line(struct reader *reader)
{
	static const char word[] = "modules-load=", initrd[] = "rd.modules-load=";
	size_t length;
	char *text, *save;

	if (source_read(reader->source, "/proc/cmdline", CONF_MAX, &text, &length))
		return;
	for (char *item = strtok_r(text, " \n", &save); item; item = strtok_r(NULL, " \n", &save)) {
		const char *list = !strncmp(item, word, strlen(word)) ? item + strlen(word)
				   : !strncmp(item, initrd, strlen(initrd)) ? item + strlen(initrd) : "";

		for (size_t n; *list; list += n + (list[n] == ',')) {
			n = strcspn(list, ",");
			add_module(reader, list, n);
		}
	}
}

static bool is_loaded(const struct reader *reader, const char *path, size_t n_loaded)
{
	struct reader name = {.arena = reader->arena};

	add_path(&name, path, strlen(path));
	for (size_t i = 0; i < n_loaded; i++)
		if (!strcmp(reader->modules[i], name.modules[0]))
			return true;
	return false;
}

/* "a.ko: b.ko c.ko": what a module that is loaded brings with it; modules.dep(5) has all of it in one line. */
static void add_dependencies(struct reader *reader, char *text)
{
	size_t n_loaded = reader->n;
	char *save, *save_word;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		if (!colon || !colon[1])
			continue;
		*colon = '\0';
		if (!is_loaded(reader, line, n_loaded))
			continue;
		for (char *word = strtok_r(colon + 1, " ", &save_word); word;
		     word = strtok_r(NULL, " ", &save_word))
			add_path(reader, word, strlen(word));
	}
}

static void read_modules(struct reader *reader, struct audit_host *host)
{
	const char *directory = arena_printf(reader->arena, "/lib/modules/%s",
					     reader->release ? reader->release : "?");
	char *text;
	size_t length;
	int r;

	read_lists(reader);
	read_command_line(reader);
	r = source_read(reader->source, arena_printf(reader->arena, "%s/modules.dep", directory), LIST_MAX,
			&text, &length);
	if (!r && reader->n)
		add_dependencies(reader, text);
	r = source_read(reader->source, arena_printf(reader->arena, "%s/modules.builtin", directory), LIST_MAX,
			&text, &length);
	if (!r)
		each_line(reader, text, add_path);
	else
		host->modules_why = arena_printf(
			reader->arena, "whether the kernel has it built in is not known: %s/modules.builtin: %s",
			directory, strerror(-r));
	host->modules = reader->modules;
	host->n_modules = reader->n;
}

struct audit_host *boot_read(struct arena *arena, struct source *source, const char *release,
			     bool with_modules)
{
	struct audit_host *host = arena_alloc(arena, sizeof(*host));
	struct reader reader = {.arena = arena, .source = source, .release = release};

	set_loader(&reader, host);
	if (with_modules)
		read_modules(&reader, host);
	else
		host->modules_why = "nobody looked for it";
	return host;
}
