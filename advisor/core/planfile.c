#include <jansson.h>
#include <string.h>

#include "core/dropin.h"
#include "core/json_place.h"
#include "core/planfile.h"
#include "core/stored.h"
#include "core/text.h"

enum { STEPS = 4, CHANGES_MAX = 4096 };

struct reader {
	struct arena *arena;
	struct diag *diag;
	const char *file, *bytes;
	size_t length;
	struct json_step steps[STEPS]; /* where we are */
	size_t n_steps;
};

static struct place place_of(const struct reader *reader, const char *name)
{
	struct json_step steps[STEPS + 1];
	size_t n = reader->n_steps;

	memcpy(steps, reader->steps, sizeof(reader->steps));
	if (name)
		steps[n++] = (struct json_step){.name = name};
	return json_place(reader->file, reader->bytes, reader->length, steps, n);
}

/* Printable ASCII, and the tabs that tuples may have. */
static bool is_value(const char *text)
{
	for (; *text; text++)
		if ((*text < ' ' && *text != '\t') || *text > '~')
			return false;
	return true;
}

/* NULL for null; what is not there at all is an error. */
static const char *read_text(struct reader *reader, const json_t *object, const char *name, bool may_be_null)
{
	const json_t *json = json_object_get(object, name);

	if (json_is_string(json))
		return arena_strdup(reader->arena, json_string_value(json));
	if (!json)
		diag_error(reader->diag, place_of(reader, NULL), "\"%s\" is missing", name);
	else if (!json_is_null(json) || !may_be_null)
		diag_error(reader->diag, place_of(reader, name), "\"%s\" is not a string", name);
	return NULL;
}

/* A name that stands for one file under /proc/sys/net, however it is turned into a path. */
static bool is_key(const char *key)
{
	if (strncmp(key, "net.", 4))
		return false;
	for (; *key; key++) {
		bool is_separator = *key == '.' || *key == '/';

		if (*key <= ' ' || *key > '~' || strchr("=*?[]\\#;", *key))
			return false;
		if (is_separator && (!key[1] || key[1] == '.' || key[1] == '/'))
			return false;
	}
	return true;
}

static unsigned read_where(struct reader *reader, const json_t *json)
{
	static const unsigned all[] = {CHANGE_RUNNING, CHANGE_FILE, CHANGE_RUNNING | CHANGE_FILE};
	const char *name = read_text(reader, json, "where", false);

	for (size_t i = 0; name && i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(name, change_where_name(all[i])))
			return all[i];
	if (name)
		diag_error(reader->diag, place_of(reader, "where"), "\"where\" is running, file or both");
	return 0;
}

static void read_because(struct reader *reader, const json_t *json, struct change *change)
{
	const json_t *array = json_object_get(json, "because");
	const char **because = arena_array(reader->arena, json_array_size(array) + 1, sizeof(*because));

	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text)
			because[change->n_because++] = text_printable(reader->arena, text);
	}
	if (!change->n_because)
		because[change->n_because++] = "the plan";
	change->because = because;
}

static void check_change(struct reader *reader, const struct change *change)
{
	if (change->key && !is_key(change->key))
		diag_error(reader->diag, place_of(reader, "key"), "\"%s\" is no key under net.",
			   text_printable(reader->arena, change->key));
	if (change->to && !is_value(change->to))
		diag_error(reader->diag, place_of(reader, "to"), "\"to\" is no value that can be written");
	if ((change->where & CHANGE_RUNNING) && (!change->from || !change->to))
		diag_error(reader->diag, place_of(reader, NULL), "a change of the running value needs \"from\" and \"to\"");
}

static void read_change(struct reader *reader, const json_t *json, struct change *ret)
{
	if (!json_is_object(json)) {
		diag_error(reader->diag, place_of(reader, NULL), "this is not a change");
		return;
	}
	ret->key = read_text(reader, json, "key", false);
	ret->from = read_text(reader, json, "from", true);
	ret->to = read_text(reader, json, "to", true);
	ret->where = read_where(reader, json);
	read_because(reader, json, ret);
	check_change(reader, ret);
}

static void read_changes(struct reader *reader, const json_t *json, struct planfile *planfile)
{
	const json_t *changes = json_object_get(json, "changes");
	size_t n = json_array_size(changes);

	if (!json_is_array(changes) || n > CHANGES_MAX) {
		diag_error(reader->diag, place_of(reader, "changes"), "\"changes\" is not a list of at most %d", CHANGES_MAX);
		return;
	}
	planfile->changes = arena_array(reader->arena, n, sizeof(*planfile->changes));
	planfile->places = arena_array(reader->arena, n, sizeof(*planfile->places));
	reader->steps[0] = (struct json_step){.name = "changes"};
	reader->n_steps = 2;
	for (size_t i = 0; i < n; i++) {
		struct change *change = &planfile->changes[i];

		reader->steps[1] = (struct json_step){.index = i};
		planfile->places[i] = place_of(reader, "key");
		read_change(reader, json_array_get(changes, i), change);
		planfile->dropin_changes |= (change->where & CHANGE_FILE) != 0;
		for (size_t k = 0; change->key && k < i; k++)
			if (planfile->changes[k].key && !strcmp(planfile->changes[k].key, change->key))
				diag_error(reader->diag, planfile->places[i], "%s stands here twice",
					   text_printable(reader->arena, change->key));
	}
	planfile->n_changes = n;
	reader->n_steps = 0;
}

static void read_origin(struct reader *reader, const json_t *plan, struct planfile *planfile)
{
	const json_t *dropin = json_object_get(plan, "dropin");

	reader->steps[0] = (struct json_step){.name = "plan"};
	reader->n_steps = 1;
	planfile->origin = (struct plan_origin){
		.host = read_text(reader, plan, "host", true),
		.kernel = read_text(reader, plan, "kernel", true),
		.netns = read_text(reader, plan, "namespace", true),
		.boot_id = read_text(reader, plan, "boot_id", true),
	};
	if (json_is_object(dropin)) {
		reader->steps[1] = (struct json_step){.name = "dropin"};
		reader->n_steps = 2;
	}
	planfile->dropin_path = read_text(reader, dropin, "path", false);
	planfile->before = read_text(reader, dropin, "before", true);
	planfile->after = read_text(reader, dropin, "after", false);
	if (planfile->dropin_path && !dropin_is_path(planfile->dropin_path))
		diag_error(reader->diag, place_of(reader, "path"), "this is none of the names of the drop-in");
}

/* ------------------------------------------------------------- the drop-in */

static const struct change *find_change(const struct planfile *planfile, const char *key)
{
	for (size_t i = 0; i < planfile->n_changes; i++)
		if ((planfile->changes[i].where & CHANGE_FILE) && !strcmp(planfile->changes[i].key, key))
			return &planfile->changes[i];
	return NULL;
}

/* Each line that differs is a change, and says what the change says. */
static void check_lines(struct reader *reader, const struct planfile *planfile, const struct dropin *before,
			const struct dropin *after)
{
	for (size_t i = 0; i < after->n; i++) {
		const struct dropin_line *line = &after->lines[i], *old = dropin_find(before, line->key);
		const struct change *change = find_change(planfile, line->key);

		if (change ? !change->to || strcmp(change->to, line->value) : !old || strcmp(old->value, line->value))
			diag_error(reader->diag, place_of(reader, "after"),
				   "it sets %s to another value than \"changes\" has", line->key);
	}
	for (size_t i = 0; i < before->n; i++) {
		const struct change *change = find_change(planfile, before->lines[i].key);

		if (!dropin_find(after, before->lines[i].key) && (!change || change->to))
			diag_error(reader->diag, place_of(reader, "after"), "it has lost %s, and \"changes\" does not say so",
				   text_printable(reader->arena, before->lines[i].key));
	}
	for (size_t i = 0; i < planfile->n_changes; i++) {
		const struct change *change = &planfile->changes[i];

		if ((change->where & CHANGE_FILE) && !change->to != !dropin_find(after, change->key))
			diag_error(reader->diag, planfile->places[i], "the drop-in of the plan does not have this change");
	}
}

static void check_dropin(struct reader *reader, const struct planfile *planfile)
{
	struct arena *arena = reader->arena;
	const char *before = planfile->before ? planfile->before : "", *after = planfile->after;
	const struct dropin *lines = dropin_parse(arena, after, strlen(after));

	reader->n_steps = 2; /* plan, dropin: as read_origin() left them */
	if (strcmp(dropin_print(arena, lines), after))
		diag_error(reader->diag, place_of(reader, "after"), "this is no drop-in as tcptune writes it");
	else
		check_lines(reader, planfile, dropin_parse(arena, before, strlen(before)), lines);
}

/* ---------------------------------------------------------------- whole */

static void read_document(struct reader *reader, const json_t *json, struct planfile *planfile)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));
	const json_t *plan = json_object_get(json, "plan");

	if (!schema || (strcmp(schema, "tcptune.check/1") && strcmp(schema, "tcptune.apply/1"))) {
		diag_error(reader->diag, place_of(reader, "schema"),
			   "this is neither a document of tcptune check nor one of tcptune apply");
		return;
	}
	if (!json_is_object(plan)) {
		diag_error(reader->diag, place_of(reader, "plan"), "this document carries no plan");
		return;
	}
	read_changes(reader, json, planfile);
	read_origin(reader, plan, planfile);
	if (!reader->diag->errors && planfile->dropin_changes)
		check_dropin(reader, planfile);
}

struct planfile *planfile_parse(struct arena *arena, struct diag *diag, const char *file, const char *bytes,
				size_t length)
{
	struct planfile *planfile = arena_alloc(arena, sizeof(*planfile));
	struct reader reader = {.arena = arena, .diag = diag, .file = file, .bytes = bytes, .length = length};
	struct place place = {.file = file};
	size_t errors = diag->errors;
	json_error_t error;
	json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);

	planfile->file = file;
	if (json) {
		read_document(&reader, json, planfile);
	} else {
		place.line = error.line > 0 ? (unsigned)error.line : 0;
		place.column = error.column > 0 ? (unsigned)error.column : 1;
		diag_error(diag, place, "%s", text_printable(arena, error.text));
	}
	json_decref(json);
	return diag->errors == errors ? planfile : NULL;
}
