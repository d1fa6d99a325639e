/*
 * Files of sysctl.d, parts of the input one after the other. Without globs the winner is
 * found by a second, simpler reader; with them it is an assignment that matches the key.
 */
#include <string.h>

#include "core/sysctlconf.h"
#include "fuzz.h"

#define FILES 4

static bool has_globs(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_files; i++)
		for (size_t k = 0; k < conf->files[i]->n; k++)
			if (conf->files[i]->entries[k].kind != CONF_INVALID && conf->files[i]->entries[k].is_glob)
				return true;
	return false;
}

/* The last line that procps does not lose a blank over. */
static const struct conf_entry *last_assignment(const struct conf *conf, const char *key)
{
	const struct conf_entry *last = NULL;

	for (size_t i = 0; i < conf->n_files; i++) {
		for (size_t k = 0; k < conf->files[i]->n; k++) {
			const struct conf_entry *entry = &conf->files[i]->entries[k];

			if (entry->kind == CONF_ASSIGNMENT && !strcmp(entry->key, key) &&
			    !strchr(" \t\n\v\f\r", *entry->spelt + (!*entry->spelt)))
				last = entry;
		}
	}
	return last;
}

static void check_winner(const struct conf *conf, const char *key, bool globs)
{
	for (int loader = 0; loader < CONF_LOADERS; loader++) {
		const struct conf_entry *winner = conf_winner(conf, (enum conf_loader)loader, key);

		must(!winner || winner->kind == CONF_ASSIGNMENT);
		must(!winner || winner->is_glob || !strcmp(winner->key, key));
		must(globs || !winner || !winner->is_glob);
		if (loader == CONF_PROCPS && !globs && strlen(key) < 512)
			must(winner == last_assignment(conf, key));
	}
}

static void check_file(struct arena *arena, const struct conf_file *file, const uint8_t *data, size_t size)
{
	unsigned line = 0, lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	for (size_t i = 0; i < file->n; i++) {
		const struct conf_entry *entry = &file->entries[i];

		must(entry->place.line > line && entry->place.line <= lines);
		line = entry->place.line;
		must(!entry->value == (entry->kind != CONF_ASSIGNMENT));
		if (entry->kind == CONF_INVALID)
			continue;
		must(strstr(entry->path, "//") == NULL && *entry->path != '/');
		/* A key of two parts and more leads to its path and back. */
		if (strlen(entry->key) > 3 && !strncmp(entry->key, "net.", 4)) {
			must(!strcmp(conf_path_of_key(arena, entry->key), entry->path));
			must(!strcmp(conf_key_of_path(arena, entry->path), entry->key));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[FILES] = {"/etc/sysctl.d/1.conf", "/etc/sysctl.d/2.conf",
						 "/etc/sysctl.d/3.conf", "/etc/sysctl.d/4.conf"};
	struct arena *arena = arena_new();
	struct conf_file *files[FILES];
	struct conf conf = {.files = files};
	const uint8_t *part;
	size_t length, at = 0, n_checked = 0;
	bool globs;

	while (conf.n_files < FILES && fuzz_part(data, size, &at, &part, &length)) {
		files[conf.n_files] = conf_parse(arena, names[conf.n_files], (const char *)part, length);
		check_file(arena, files[conf.n_files++], part, length);
	}
	globs = has_globs(&conf);
	check_winner(&conf, "net.ipv4.tcp_rmem", globs);
	for (size_t i = 0; i < conf.n_files; i++)
		for (size_t k = 0; k < files[i]->n && n_checked++ < 50; k++)
			check_winner(&conf, files[i]->entries[k].key, globs);
	arena_free(arena);
	return 0;
}
