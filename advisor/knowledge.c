/* The rules, parameters, counters, profiles and topics: those compiled in, and over them the operator's. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "core/builtin.h"
#include "core/param.h"
#include "sys/slurp.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Parameters come first: rules and profiles are checked against them. */
static const struct {
	enum builtin_kind kind;
	const char *directory;
} layers[] = {
	{BUILTIN_PARAMETERS, "/etc/tcptune/parameters.d"},
	{BUILTIN_COUNTERS, "/etc/tcptune/counters.d"},
	{BUILTIN_RULES, "/etc/tcptune/rules.d"},
	{BUILTIN_PROFILE, "/etc/tcptune/profiles.d"},
	{BUILTIN_TOPICS, "/etc/tcptune/topics.d"},
};

/* Of the layers, those that every command needs. */
#define N_COMMON (N(layers) - 1)

static void add_profile(struct run *run, const char *path, const struct node *document)
{
	struct knowledge *knowledge = &run->knowledge;
	const struct node *name = node_get(document, "profile");
	size_t i = 0;

	if (!name || name->type != NODE_SCALAR) {
		diag_error(&run->diag, document->place, "a profile is a map with the key 'profile'");
		return;
	}
	while (i < knowledge->n_documents && strcmp(knowledge->documents[i].name, name->text))
		i++;
	if (i == knowledge->n_documents) {
		knowledge->documents =
			arena_grow(run->arena, knowledge->documents, knowledge->n_documents,
				   &knowledge->documents_capacity, sizeof(*knowledge->documents));
		knowledge->n_documents++;
	}
	knowledge->documents[i] =
		(struct profile_document){.name = name->text, .path = path, .node = document};
}

static void add_document(struct run *run, enum builtin_kind kind, const char *path,
			 const struct node *document)
{
	struct knowledge *knowledge = &run->knowledge;

	switch (kind) {
	case BUILTIN_PARAMETERS:
		params_load(knowledge->params, document, &run->diag);
		break;
	case BUILTIN_COUNTERS:
		counters_load(&knowledge->counters, document, &run->diag);
		knowledge->catalog.counters = knowledge->counters.defs;
		knowledge->catalog.n_counters = knowledge->counters.n;
		break;
	case BUILTIN_RULES:
		rules_add(knowledge->rules, document, &run->diag);
		break;
	case BUILTIN_PROFILE:
		add_profile(run, path, document);
		break;
	case BUILTIN_TOPICS:
		topics_load(&knowledge->topics, document, &run->diag);
		break;
	}
}

static void add_bytes(struct run *run, enum builtin_kind kind, const char *path, const char *bytes,
		      size_t length)
{
	const struct node *document = node_load(run->arena, &run->diag, path, bytes, length);

	if (document)
		add_document(run, kind, path, document);
}

/* Nobody but root could have written it. */
static bool is_trusted(const struct stat *status)
{
	return S_ISREG(status->st_mode) && status->st_uid == 0 && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

int knowledge_read_trusted(struct run *run, const char *path, char **ret_bytes, size_t *ret_length)
{
	struct slurp slurp;
	int fd, r;

	if (geteuid() != 0 || !source_is_live(run->source))
		return source_read(run->source, path, NODE_MAX_BYTES, ret_bytes, ret_length);
	fd = source_openat(run->source, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fd == -ELOOP ? -EPERM : fd;
	slurp = slurp_new(run->arena);
	r = slurp_fd(&slurp, fd, NODE_MAX_BYTES);
	close(fd);
	if (r == -EINVAL || (r == 0 && !is_trusted(&slurp.stat)))
		return -EPERM;
	*ret_bytes = slurp.buffer;
	*ret_length = slurp.length;
	return r;
}

void knowledge_report_unread(struct run *run, const char *path, int r)
{
	diag_error(&run->diag, (struct place){.file = path}, "%s",
		   r == -EPERM ? "others than root can write it, or it is no plain file: refused"
			       : strerror(-r));
}

static bool is_yaml(const char *name)
{
	size_t n = strlen(name);

	return (n > 5 && !strcmp(name + n - 5, ".yaml")) || (n > 4 && !strcmp(name + n - 4, ".yml"));
}

static void add_directory(struct run *run, enum builtin_kind kind, const char *directory)
{
	const char *const *names;
	size_t n, length;
	int r = source_list(run->source, directory, &names, &n);

	if (r == -ENOENT || r == -ENOTDIR)
		return;
	if (r < 0) {
		diag_error(&run->diag, (struct place){.file = directory}, "%s", strerror(-r));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(run->arena, "%s/%s", directory, names[i]);
		char *bytes;

		if (!is_yaml(names[i]))
			continue;
		r = knowledge_read_trusted(run, path, &bytes, &length);
		if (r < 0)
			knowledge_report_unread(run, path, r);
		else
			add_bytes(run, kind, path, bytes, length);
	}
}

static int compare_documents(const void *a, const void *b)
{
	return strcmp(((const struct profile_document *)a)->name, ((const struct profile_document *)b)->name);
}

static void add_builtin(struct run *run, enum builtin_kind kind)
{
	for (size_t i = 0; i < builtin_n; i++)
		if (builtin_files[i].kind == kind)
			add_document(run, kind, builtin_files[i].path, builtin_files[i].document);
}

static void add_layer(struct run *run, size_t layer)
{
	add_builtin(run, layers[layer].kind);
	add_directory(run, layers[layer].kind, layers[layer].directory);
}

bool knowledge_load(struct run *run)
{
	struct knowledge *knowledge = &run->knowledge;

	knowledge->params = params_new(run->arena);
	knowledge->counters = counters_new(run->arena);
	knowledge->catalog.params = knowledge->params;
	knowledge->rules = rules_new(run->arena, &knowledge->catalog);
	for (size_t layer = 0; layer < N_COMMON; layer++)
		add_layer(run, layer);
	if (knowledge->n_documents)
		qsort(knowledge->documents, knowledge->n_documents, sizeof(*knowledge->documents),
		      compare_documents);
	if (run->diag.errors)
		return false;
	return rules_compile(knowledge->rules, &run->diag);
}

bool knowledge_load_topics(struct run *run)
{
	size_t errors = run->diag.errors;

	run->knowledge.topics = topics_new(run->arena);
	add_layer(run, N_COMMON);
	return run->diag.errors == errors;
}

/* What kind of knowledge a document is, by its shape. */
static bool kind_of(const struct node *document, enum builtin_kind *ret)
{
	static const struct {
		const char *key;
		enum builtin_kind kind;
	} kinds[] = {
		{"key", BUILTIN_PARAMETERS}, {"counter", BUILTIN_COUNTERS}, {"id", BUILTIN_RULES},
		{"state", BUILTIN_TOPICS},   {"event", BUILTIN_TOPICS},
	};

	if (document->type == NODE_MAP && node_get(document, "profile")) {
		*ret = BUILTIN_PROFILE;
		return true;
	}
	if (document->type != NODE_LIST)
		return false;
	for (size_t i = 0; i < document->n; i++) {
		for (size_t k = 0; k < N(kinds); k++) {
			if (!node_get(&document->items[i], kinds[k].key))
				continue;
			*ret = kinds[k].kind;
			return true;
		}
	}
	return false;
}

static void check_topics(struct run *run)
{
	const struct knowledge *knowledge = &run->knowledge;

	topics_check(&knowledge->topics,
		     &(struct topic_shelf){&knowledge->catalog, &knowledge->counters, knowledge->rules},
		     &run->diag);
}

static const struct node *find_document(void *context, const char *name, struct place place)
{
	struct run *run = context;
	struct knowledge *knowledge = &run->knowledge;
	const char **names = arena_array(run->arena, knowledge->n_documents, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < knowledge->n_documents; i++) {
		names[i] = knowledge->documents[i].name;
		if (!strcmp(names[i], name))
			return knowledge->documents[i].node;
	}
	near = node_nearest(name, names, knowledge->n_documents);
	diag_error(&run->diag, place, "there is no profile '%s'%s%s%s; tcptune profiles lists them", name,
		   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
	return NULL;
}

int knowledge_read(struct run *run, const char *path, char **ret_bytes, size_t *ret_length)
{
	struct source *here = NULL;
	char *absolute = realpath(path, NULL);
	int r = absolute ? source_open(run->arena, NULL, &here) : -errno;

	if (r >= 0)
		r = source_read(here, absolute, NODE_MAX_BYTES, ret_bytes, ret_length);
	source_close(here);
	free(absolute);
	return r;
}

static const struct node *read_document(struct run *run, const char *path)
{
	char *bytes;
	size_t length;
	int r = knowledge_read(run, path, &bytes, &length);

	if (r >= 0)
		return node_load(run->arena, &run->diag, path, bytes, length);
	diag_error(&run->diag, (struct place){.file = path}, "%s", strerror(-r));
	return NULL;
}

/* sets NULL: to be shown or checked. */
static const struct profile *load_document(struct run *run, const struct node *document,
					   struct profile_set *sets, size_t n_sets)
{
	const struct profile_lookup lookup = {.find = find_document, .context = run};

	return profile_load(run->arena, &run->knowledge.catalog, &run->diag, document, &lookup, sets, n_sets);
}

const struct profile *knowledge_load_profile(struct run *run, const char *name, struct place place,
					     struct profile_set *sets, size_t n_sets)
{
	size_t n = strlen(name);
	bool is_path = strchr(name, '/') || (n > 5 && !strcmp(name + n - 5, ".yaml"));
	const struct node *document = is_path ? read_document(run, name)
					      : find_document(run, name, place);

	return document ? load_document(run, document, sets, n_sets) : NULL;
}

const struct profile *knowledge_profile(struct run *run, const char *name)
{
	return knowledge_load_profile(run, name, (struct place){0}, NULL, 0);
}

/* All of tcptune.yaml but `set`, which the chosen profiles alone can judge: they are loaded with it. */
static bool check_choices(struct run *run, const struct node *document)
{
	size_t errors = run->diag.errors;
	struct choices choices;

	if (choices_load(run->arena, document, run->knowledge.rules, &run->diag, &choices))
		choices_set_thresholds(&choices, run->knowledge.rules, &run->diag);
	for (size_t i = 0; run->diag.errors == errors && i < choices.n_profiles; i++)
		knowledge_load_profile(run, choices.profiles[i], choices.profile_places[i], NULL, 0);
	return run->diag.errors == errors;
}

bool knowledge_add_file(struct run *run, const char *path, const char *bytes, size_t length)
{
	size_t errors = run->diag.errors;
	const struct node *document = node_load(run->arena, &run->diag, path, bytes, length);
	enum builtin_kind kind;

	if (!document)
		return false;
	if (document->type == NODE_MAP && !node_get(document, "profile") && choices_look_like(document))
		return check_choices(run, document);
	if (!kind_of(document, &kind)) {
		diag_error(&run->diag, document->place,
			   "neither a list of rules ('id'), parameters ('key'), counters ('counter') or topics ('state', 'event') nor a profile ('profile') nor tcptune.yaml ('accept', 'thresholds', 'profiles', 'set')");
		return false;
	}
	if (kind == BUILTIN_TOPICS && !knowledge_load_topics(run))
		return false;
	add_document(run, kind, path, document);
	if (run->diag.errors == errors && kind == BUILTIN_RULES)
		rules_compile(run->knowledge.rules, &run->diag);
	if (run->diag.errors == errors && kind == BUILTIN_PROFILE)
		load_document(run, document, NULL, 0);
	if (run->diag.errors == errors && kind == BUILTIN_TOPICS)
		check_topics(run);
	return run->diag.errors == errors;
}
