#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/record.h"
#include "core/text.h"

#define SCHEMA "tcptune.record/1"

static const char *const state_names[] = {
	[RECORD_APPLYING] = "applying",
	[RECORD_APPLIED] = "applied",
	[RECORD_REVERTING] = "reverting",
	[RECORD_REVERTED] = "reverted",
	[RECORD_UNCONFIRMED] = "unconfirmed",
};

const char *record_state_name(enum record_state state)
{
	return state_names[state];
}

bool record_is_unfinished(const struct record *record)
{
	return record->state == RECORD_APPLYING || record->state == RECORD_REVERTING;
}

/* ---------------------------------------------------------------- print */

/* null for NULL. What is no UTF-8 is no JSON either. */
static json_t *text_json(struct arena *arena, const char *text)
{
	json_t *json = text ? json_string(text) : json_null();

	return json ? json : json_string(text_printable(arena, text));
}

static json_t *change_json(struct arena *arena, const struct record_change *change)
{
	json_t *json = json_object();

	json_object_set_new(json, "key", text_json(arena, change->key));
	json_object_set_new(json, "from", text_json(arena, change->from));
	json_object_set_new(json, "to", text_json(arena, change->to));
	if (change->rounds)
		json_object_set_new(json, "rounds", json_true());
	if (change->left)
		json_object_set_new(json, "left", json_true());
	return json;
}

static json_t *dropin_json(struct arena *arena, const struct record *record)
{
	json_t *json = json_object();

	json_object_set_new(json, "path", text_json(arena, record->dropin_path));
	json_object_set_new(json, "changes", json_boolean(record->dropin_changes));
	json_object_set_new(json, "existed", json_boolean(record->dropin_existed));
	json_object_set_new(json, "removed", json_boolean(record->dropin_removed));
	json_object_set_new(json, "left", json_boolean(record->dropin_left));
	json_object_set_new(json, "mode", json_integer(record->dropin_mode));
	json_object_set_new(json, "uid", json_integer(record->dropin_uid));
	json_object_set_new(json, "gid", json_integer(record->dropin_gid));
	return json;
}

/* null where it is not known. */
static json_t *id_json(long long id)
{
	return id < 0 ? json_null() : json_integer(id);
}

static void put_actor(struct arena *arena, json_t *json, const struct record_actor *actor)
{
	json_object_set_new(json, "user", text_json(arena, actor->user));
	json_object_set_new(json, "uid", id_json(actor->uid));
	json_object_set_new(json, "login_uid", id_json(actor->login_uid));
	if (actor->is_guard)
		json_object_set_new(json, "guard", json_true());
}

static json_t *actor_json(struct arena *arena, const struct record_actor *actor)
{
	json_t *json = json_object();

	put_actor(arena, json, actor);
	return json;
}

static json_t *confirm_json(struct arena *arena, const struct record_confirm *confirm)
{
	json_t *json = json_object();

	json_object_set_new(json, "seconds", json_integer(confirm->seconds));
	json_object_set_new(json, "until", json_integer(confirm->until));
	json_object_set_new(json, "deadline", json_integer(confirm->deadline));
	json_object_set_new(json, "guard", json_integer(confirm->guard));
	json_object_set_new(json, "failure", text_json(arena, confirm->failure));
	if (confirm->confirmed) {
		json_object_set_new(json, "confirmed", json_integer(confirm->confirmed));
		json_object_set_new(json, "by", actor_json(arena, &confirm->by));
	}
	return json;
}

static json_t *reverts_json(const struct record *record)
{
	json_t *json = json_array();

	for (size_t i = 0; i < record->n_reverts; i++)
		json_array_append_new(json, json_integer(record->reverts[i]));
	return json;
}

/* What only some records have. */
static void put_rest(struct arena *arena, json_t *json, const struct record *record)
{
	if (record->reverted)
		json_object_set_new(json, "reverted_by", actor_json(arena, &record->reverted_by));
	if (record->confirm.seconds)
		json_object_set_new(json, "confirm", confirm_json(arena, &record->confirm));
	if (record->n_reverts)
		json_object_set_new(json, "reverts", reverts_json(record));
}

char *record_print(struct arena *arena, const struct record *record)
{
	json_t *json = json_object(), *changes = json_array();
	char *dump, *text;

	json_object_set_new(json, "schema", json_string(SCHEMA));
	json_object_set_new(json, "number", json_integer(record->number));
	json_object_set_new(json, "state", json_string(record_state_name(record->state)));
	json_object_set_new(json, "tcptune", text_json(arena, record->tool));
	json_object_set_new(json, "kernel", text_json(arena, record->kernel));
	json_object_set_new(json, "boot_id", text_json(arena, record->boot_id));
	json_object_set_new(json, "namespace", text_json(arena, record->netns));
	json_object_set_new(json, "time", json_integer(record->time));
	json_object_set_new(json, "reverted", record->reverted ? json_integer(record->reverted) : json_null());
	put_actor(arena, json, &record->by);
	put_rest(arena, json, record);
	for (size_t i = 0; i < record->n_changes; i++)
		json_array_append_new(changes, change_json(arena, &record->changes[i]));
	json_object_set_new(json, "changes", changes);
	json_object_set_new(json, "dropin", dropin_json(arena, record));
	dump = json_dumps(json, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	text = dump ? arena_printf(arena, "%s\n", dump) : NULL;
	free(dump);
	json_decref(json);
	return text;
}

/* ---------------------------------------------------------------- parse */

struct reader {
	struct arena *arena;
	struct diag *diag;
	struct place place;
};

/* NULL for null and for a member that is not there. */
static const char *read_text(struct reader *reader, const json_t *object, const char *name)
{
	const json_t *json = json_object_get(object, name);

	if (!json || json_is_null(json))
		return NULL;
	if (json_is_string(json))
		return arena_strdup(reader->arena, json_string_value(json));
	diag_error(reader->diag, reader->place, "\"%s\" is not a string", name);
	return NULL;
}

static const char *read_some_text(struct reader *reader, const json_t *object, const char *name)
{
	const char *text = read_text(reader, object, name);

	if (!text)
		diag_error(reader->diag, reader->place, "\"%s\" is missing", name);
	return text;
}

/* 0 for null and for a member that is not there. */
static long long read_integer(struct reader *reader, const json_t *object, const char *name,
			      long long max)
{
	const json_t *json = json_object_get(object, name);
	long long value = json_integer_value(json);

	if (json && !json_is_null(json) && (!json_is_integer(json) || value < 0 || value > max))
		diag_error(reader->diag, reader->place, "\"%s\" is not a number from 0 to %lld", name, max);
	return value;
}

static enum record_state read_state(struct reader *reader, const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "state"));

	for (size_t i = 0; name && i < sizeof(state_names) / sizeof(state_names[0]); i++)
		if (!strcmp(name, state_names[i]))
			return (enum record_state)i;
	diag_error(reader->diag, reader->place, "\"state\" is none that is known");
	return RECORD_APPLYING;
}

static void read_changes(struct reader *reader, const json_t *json, struct record *record)
{
	const json_t *changes = json_object_get(json, "changes");

	if (!json_is_array(changes)) {
		diag_error(reader->diag, reader->place, "\"changes\" is not a list");
		return;
	}
	record->n_changes = json_array_size(changes);
	record->changes = arena_array(reader->arena, record->n_changes, sizeof(*record->changes));
	for (size_t i = 0; i < record->n_changes; i++) {
		const json_t *change = json_array_get(changes, i);
		const char *key;

		record->changes[i] = (struct record_change){
			.key = read_some_text(reader, change, "key"),
			.from = read_some_text(reader, change, "from"),
			.to = read_some_text(reader, change, "to"),
			.rounds = json_is_true(json_object_get(change, "rounds")),
			.left = json_is_true(json_object_get(change, "left")),
		};
		key = record->changes[i].key;
		if (key && strncmp(key, "net.", 4))
			diag_error(reader->diag, reader->place, "\"%s\" is no key that tcptune writes",
				   text_printable(reader->arena, key));
	}
}

static void read_dropin(struct reader *reader, const json_t *json, struct record *record)
{
	const json_t *dropin = json_object_get(json, "dropin");

	record->dropin_changes = json_is_true(json_object_get(dropin, "changes"));
	record->dropin_existed = json_is_true(json_object_get(dropin, "existed"));
	record->dropin_removed = json_is_true(json_object_get(dropin, "removed"));
	record->dropin_left = json_is_true(json_object_get(dropin, "left"));
	record->dropin_mode = (unsigned)read_integer(reader, dropin, "mode", 07777);
	record->dropin_uid = (unsigned)read_integer(reader, dropin, "uid", UINT32_MAX);
	record->dropin_gid = (unsigned)read_integer(reader, dropin, "gid", UINT32_MAX);
	record->dropin_path = record->dropin_changes ? read_some_text(reader, dropin, "path")
						     : read_text(reader, dropin, "path");
}

/* -1 for null and for a member that is not there. */
static long long read_id(struct reader *reader, const json_t *object, const char *name)
{
	const json_t *json = json_object_get(object, name);
	long long id = read_integer(reader, object, name, UINT32_MAX);

	return json && !json_is_null(json) ? id : -1;
}

static struct record_actor read_actor(struct reader *reader, const json_t *json)
{
	return (struct record_actor){
		.user = read_text(reader, json, "user"),
		.uid = read_id(reader, json, "uid"),
		.login_uid = read_id(reader, json, "login_uid"),
		.is_guard = json_is_true(json_object_get(json, "guard")),
	};
}

static void read_confirm(struct reader *reader, const json_t *json, struct record *record)
{
	const json_t *confirm = json_object_get(json, "confirm");

	record->confirm = (struct record_confirm){
		.seconds = (unsigned)read_integer(reader, confirm, "seconds", INT32_MAX),
		.until = read_integer(reader, confirm, "until", INT64_MAX),
		.deadline = read_integer(reader, confirm, "deadline", INT64_MAX),
		.guard = (long)read_integer(reader, confirm, "guard", INT32_MAX),
		.confirmed = read_integer(reader, confirm, "confirmed", INT64_MAX),
		.by = read_actor(reader, json_object_get(confirm, "by")),
		.failure = read_text(reader, confirm, "failure"),
	};
	if (record->state == RECORD_UNCONFIRMED && !record->confirm.seconds)
		diag_error(reader->diag, reader->place, "\"confirm\" is missing");
}

static void read_reverts(struct reader *reader, const json_t *json, struct record *record)
{
	const json_t *reverts = json_object_get(json, "reverts");

	record->n_reverts = json_array_size(reverts);
	record->reverts = arena_array(reader->arena, record->n_reverts, sizeof(*record->reverts));
	for (size_t i = 0; i < record->n_reverts; i++) {
		long long number = json_integer_value(json_array_get(reverts, i));

		if (number <= 0 || number > INT32_MAX)
			diag_error(reader->diag, reader->place, "\"reverts\" is no list of records");
		record->reverts[i] = (unsigned)number;
	}
}

static void read_record(struct reader *reader, const json_t *json, struct record *record)
{
	const char *schema = json_string_value(json_object_get(json, "schema"));

	if (!schema || strcmp(schema, SCHEMA)) {
		diag_error(reader->diag, reader->place, "this is not a " SCHEMA);
		return;
	}
	record->number = (unsigned)read_integer(reader, json, "number", INT32_MAX);
	record->state = read_state(reader, json);
	record->tool = read_some_text(reader, json, "tcptune");
	record->kernel = read_some_text(reader, json, "kernel");
	record->boot_id = read_text(reader, json, "boot_id");
	record->netns = read_text(reader, json, "namespace");
	record->time = read_integer(reader, json, "time", INT64_MAX);
	record->reverted = read_integer(reader, json, "reverted", INT64_MAX);
	record->by = read_actor(reader, json);
	record->reverted_by = read_actor(reader, json_object_get(json, "reverted_by"));
	read_confirm(reader, json, record);
	read_reverts(reader, json, record);
	read_changes(reader, json, record);
	read_dropin(reader, json, record);
}

struct record *record_parse(struct arena *arena, struct diag *diag, const char *file,
			    const char *bytes, size_t length)
{
	struct record *record = arena_alloc(arena, sizeof(*record));
	struct reader reader = {arena, diag, {.file = file}};
	size_t errors = diag->errors;
	json_error_t error;
	json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);

	if (json) {
		read_record(&reader, json, record);
	} else {
		reader.place.line = error.line > 0 ? (unsigned)error.line : 0;
		diag_error(diag, reader.place, "%s", text_printable(arena, error.text));
	}
	json_decref(json);
	return diag->errors == errors ? record : NULL;
}
