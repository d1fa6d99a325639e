#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/builtin.h"
#include "core/text.h"
#include "fuzz.h"

void fuzz_fail(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
	abort();
}

static void load(struct fuzz_shelf *shelf, const struct builtin_file *file, struct diag *diag)
{
	if (file->kind == BUILTIN_PARAMETERS)
		must(params_load(shelf->params, file->document, diag));
	if (file->kind == BUILTIN_COUNTERS)
		must(counters_load(&shelf->counters, file->document, diag));
}

const struct fuzz_shelf *fuzz_shelf(void)
{
	static struct fuzz_shelf shelf;
	struct diag diag;

	if (shelf.arena)
		return &shelf;
	shelf.arena = arena_new();
	shelf.params = params_new(shelf.arena);
	shelf.counters = counters_new(shelf.arena);
	diag = diag_new(shelf.arena);
	for (size_t i = 0; i < builtin_n; i++)
		load(&shelf, &builtin_files[i], &diag);
	shelf.catalog = (struct catalog){shelf.params, shelf.counters.defs, shelf.counters.n};
	return &shelf;
}

/* ---------------------------------------------------------------- facts */

static unsigned hash(const char *a, const char *b, size_t n)
{
	unsigned h = 2166136261u + (unsigned)n;

	for (; *a; a++)
		h = (h ^ (unsigned char)*a) * 16777619u;
	for (; *b; b++)
		h = (h ^ (unsigned char)*b) * 16777619u;
	return h ^ h >> 15;
}

static struct fact make_fact(const char *name, enum value_type type, enum unit unit, unsigned h)
{
	static const char *const texts[] = {"", "eth0", "web\x1b[2J\n", "10.0.0.1:80", "reno \xff\xfe", "\xc2\x9b!"};
	static const double numbers[] = {0, 1, 2, 100, 4096, 65535, 1e9, -1};
	struct value value = value_bool(h & 1);

	if (h % 11 == 0)
		return fact_missing(FACT_UNREADABLE, "Permission denied");
	if (h % 13 == 0)
		return fact_missing(FACT_ABSENT, NULL);
	if (type == VALUE_NUMBER)
		value = value_number(numbers[h % 8], unit);
	if (type == VALUE_TEXT)
		value = value_text(*name ? texts[h % 6] : "");
	if (type == VALUE_VERSION)
		value = (struct value){.type = type, .version = {3 + h % 4, h % 20, 0}};
	if (type == VALUE_TUPLE)
		value = (struct value){.type = type, .unit = unit,
				       .tuple = {3, {numbers[h % 8], numbers[h / 8 % 8], numbers[h / 64 % 8]}}};
	return fact_known(value);
}

static void set_fact(struct facts *facts, const char *name, enum value_type type, enum unit unit)
{
	struct fact fact = make_fact(name, type, unit, hash(name, "", 0));

	if (fact.state == FACT_KNOWN)
		facts_set(facts, name, fact.value);
	else
		facts_set_missing(facts, name, fact.state, fact.why);
}

static void set_key(struct arena *arena, struct facts *facts, const struct param *param)
{
	struct fact fact = make_fact(param->key, param_value_type(param), param->unit, hash(param->key, "", 0));
	const char *raw = arena_printf(arena, "raw:%s", param->key);

	if (fact.state != FACT_KNOWN) {
		facts_set_missing(facts, param->key, fact.state, fact.why);
		facts_set_missing(facts, raw, fact.state, fact.why);
		return;
	}
	facts_set(facts, param->key, fact.value);
	facts_set(facts, raw, value_text(value_raw(arena, fact.value)));
	facts_set(facts, arena_printf(arena, "writable:%s", param->key), value_bool(param->key[4] != 'c'));
}

static void fill_table(struct facts *facts, const struct table_def *def)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	for (size_t i = 0; i < 3; i++) {
		struct fact *row = table_add_row(facts, table);

		for (size_t k = 0; k < def->n_columns; k++)
			row[k] = make_fact(def->name, def->columns[k].type, def->columns[k].unit,
					   hash(def->name, def->columns[k].name, i));
	}
}

struct facts *fuzz_facts(struct arena *arena)
{
	const struct fuzz_shelf *shelf = fuzz_shelf();
	struct facts *facts = facts_new(arena);
	size_t n;
	const struct fact_def *scalars = catalog_scalars(&n);
	const struct table_def *const *tables;

	for (size_t i = 0; i < n; i++)
		set_fact(facts, scalars[i].name, scalars[i].type, scalars[i].unit);
	facts_set(facts, "kernel.version", (struct value){.type = VALUE_VERSION, .version = {6, 1, 0}});
	for (size_t i = 0; i < shelf->counters.n; i++) {
		const char *name = shelf->counters.defs[i].name;

		set_fact(facts, arena_printf(arena, "counter.%s", name), VALUE_NUMBER, UNIT_NONE);
		set_fact(facts, arena_printf(arena, "rate.%s", name), VALUE_NUMBER, UNIT_PER_SECOND);
	}
	for (size_t i = 0; i < params_count(shelf->params); i++)
		set_key(arena, facts, params_at(shelf->params, i));
	tables = catalog_tables(&n);
	for (size_t i = 0; i < n; i++)
		fill_table(facts, tables[i]);
	return facts;
}

/* --------------------------------------------------------------- claims */

/* By jansson's own decoder, not by ours. */
static bool is_utf8(const char *text, size_t length)
{
	json_t *string = json_stringn(text, length);

	json_decref(string);
	return string != NULL;
}

static bool is_clean(const char *text, size_t length, bool lines)
{
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < length; i++) {
		if ((s[i] < 0x20 || s[i] == 0x7f) && !(lines && (s[i] == '\n' || s[i] == '\t')))
			return false;
		if (s[i] == 0xc2 && i + 1 < length && s[i + 1] < 0xa0)
			return false;
		/* U+2028 to U+202E, U+2066 to U+2069. */
		if (i + 2 < length && s[i] == 0xe2 && ((s[i + 1] == 0x80 && s[i + 2] >= 0xa8 && s[i + 2] <= 0xae) ||
						       (s[i + 1] == 0x81 && s[i + 2] >= 0xa6 && s[i + 2] <= 0xa9)))
			return false;
	}
	return is_utf8(text, length);
}

bool fuzz_is_clean(const char *text, bool lines)
{
	return is_clean(text, strlen(text), lines);
}

/* As libyaml counts: a break is also NEL, LS and PS, and a lone CR. One more for what stands behind the end. */
static unsigned lines_of(const uint8_t *data, size_t size)
{
	unsigned n = 2;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n' || data[i] == '\r' || data[i] == 0xc2 || data[i] == 0xe2;
	return n;
}

void fuzz_check_diag(const struct diag *diag, const uint8_t *data, size_t size)
{
	size_t errors = 0;
	unsigned lines = lines_of(data, size);

	for (size_t i = 0; i < diag->n; i++) {
		errors += diag->messages[i].level == DIAG_ERROR;
		must(fuzz_is_clean(diag->messages[i].text, false));
		must(*diag->messages[i].text);
		must(diag->messages[i].place.line <= lines);
		must(fuzz_is_clean(diag_format(diag->arena, &diag->messages[i]), false));
	}
	must(errors == diag->errors);
}

void fuzz_check_json(char *text, size_t length)
{
	json_error_t error;
	json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);

	must(is_clean(text, length, true));
	must(json_is_object(document));
	must(json_is_string(json_object_get(document, "schema")));
	json_decref(document);
	free(text);
}

void fuzz_check_text(char *text, size_t length)
{
	must(is_clean(text, length, true));
	free(text);
}

/* ---------------------------------------------------------------- input */

char *fuzz_copy(struct arena *arena, const uint8_t *data, size_t size)
{
	char *copy = arena_alloc(arena, size + 1);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

bool fuzz_part(const uint8_t *data, size_t size, size_t *at, const uint8_t **ret, size_t *ret_size)
{
	static const char mark[] = "\n%%\n";
	const uint8_t *end;

	if (*at >= size)
		return false;
	end = memmem(data + *at, size - *at, mark, sizeof(mark) - 1);
	*ret = data + *at;
	*ret_size = end ? (size_t)(end + 1 - *ret) : size - *at;
	*at += *ret_size + (end ? sizeof(mark) - 2 : 0);
	return true;
}
