#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/ports.h"
#include "core/text.h"
#include "rulecase.h"

/* Lines of facts that several cases use. */
struct fact_set {
	const char *name;
	struct rule_case lines;
};

struct reading {
	struct arena *arena;
	struct rule_cases cases;
	struct fact_set sets[64];
	size_t n_sets;
	struct rule_case *into; /* where lines go now */
	struct text yaml;
	struct text errors;
};

static void add_line(struct arena *arena, struct case_line **lines, size_t *n, size_t *capacity,
		     struct case_line line)
{
	*lines = arena_grow(arena, *lines, *n, capacity, sizeof(**lines));
	(*lines)[(*n)++] = line;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void begin_case(struct reading *r, unsigned line, const char *id, const char *name)
{
	struct rule_cases *cases = &r->cases;

	cases->items = arena_grow(r->arena, cases->items, cases->n, &cases->capacity, sizeof(*cases->items));
	r->into = &cases->items[cases->n++];
	*r->into = (struct rule_case){.id = id, .name = name, .line = line};
	r->yaml = text_new(r->arena);
}

static void use_set(struct reading *r, unsigned line, const char *name)
{
	for (size_t i = 0; i < r->n_sets; i++) {
		const struct rule_case *set = &r->sets[i].lines;

		if (strcmp(r->sets[i].name, name))
			continue;
		for (size_t k = 0; k < set->n_facts; k++)
			add_line(r->arena, &r->into->facts, &r->into->n_facts, &r->into->facts_capacity,
				 set->facts[k]);
		return;
	}
	text_printf(&r->errors, "%u: there are no facts '%s'\n", line, name);
}

static void read_line(struct reading *r, unsigned number, const char *text)
{
	struct rule_case *into = r->into;

	if (begins(text, "== ")) {
		const char *id = text + 3;
		size_t n = strcspn(id, " ");

		begin_case(r, number, arena_strndup(r->arena, id, n), id);
	} else if (begins(text, "%%FAIL")) {
		begin_case(r, number, NULL, text);
	} else if (begins(text, "%%FACTS ")) {
		r->sets[r->n_sets].name = text + 8;
		r->into = &r->sets[r->n_sets++].lines;
		r->into->id = "";
	} else if (!into) {
		text_printf(&r->errors, "%u: this stands before the first case\n", number);
	} else if (begins(text, "=> ") || begins(text, "-> ")) {
		add_line(r->arena, &into->expects, &into->n_expects, &into->expects_capacity,
			 (struct case_line){number, *text == '=' ? text + 3 : text});
	} else if (!into->id) {
		text_printf(&r->yaml, "%s\n", text);
		into->yaml = r->yaml.data;
	} else if (begins(text, "use ")) {
		use_set(r, number, text + 4);
	} else {
		add_line(r->arena, &into->facts, &into->n_facts, &into->facts_capacity,
			 (struct case_line){number, text});
	}
}

struct rule_cases cases_read(struct arena *arena, const char *text)
{
	struct reading r = {.arena = arena, .errors = text_new(arena)};
	unsigned number = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		char *line = arena_strndup(arena, text, n);
		size_t length = n;

		number++;
		text += n + (text[n] == '\n');
		while (length && isspace((unsigned char)line[length - 1]))
			line[--length] = '\0';
		if (length && line[0] != '#')
			read_line(&r, number, line);
	}
	r.cases.errors = r.errors.data;
	return r.cases;
}

/* What a case is made into. */
struct making {
	const struct shelf *shelf;
	struct arena *arena;
	struct facts *facts;
	struct text *errors;
	const struct case_line *line;
};

static void complain(struct making *m, const char *what)
{
	text_printf(m->errors, "%u: %s: %s\n", m->line->line, what, m->line->text);
}

/* A number with or without a unit, in the unit of the fact. */
static bool read_number(struct making *m, const char *text, enum unit unit, struct value *ret)
{
	struct diag diag = diag_new(m->arena);
	struct node node = {.type = NODE_SCALAR, .text = text};
	struct scope scope = {.catalog = &m->shelf->catalog};
	struct eval eval = {.arena = m->arena, .facts = m->facts, .catalog = &m->shelf->catalog};
	const struct expr *expr = expr_parse(m->arena, &diag, &node, &scope, VALUE_NUMBER);
	struct fact fact;

	if (expr)
		expr = expr_in_unit(m->arena, expr, unit);
	if (!expr)
		return false;
	fact = expr_eval(expr, &eval);
	if (fact.state != FACT_KNOWN)
		return false;
	*ret = value_number(fact.value.number, unit);
	return true;
}

static bool read_value(struct making *m, enum value_type type, enum unit unit, const char *text,
		       struct value *ret)
{
	struct version version;

	switch (type) {
	case VALUE_BOOL:
		*ret = value_bool(!strcmp(text, "yes"));
		return !strcmp(text, "yes") || !strcmp(text, "no");
	case VALUE_NUMBER:
		return read_number(m, text, unit, ret);
	case VALUE_TEXT:
		*ret = value_text(text);
		return true;
	case VALUE_VERSION:
		if (!version_parse(text, &version))
			return false;
		*ret = (struct value){.type = VALUE_VERSION, .version = version};
		return true;
	case VALUE_TUPLE:
		break;
	}
	return false;
}

static void set_scalar(struct making *m, const char *name, const char *text)
{
	const struct param *param = params_find(m->shelf->params, name);
	struct fact_def def;
	struct value value;

	if (param ? !param_parse(m->arena, param, text, &value)
		  : !catalog_find(&m->shelf->catalog, name, &def) ||
			    !read_value(m, def.type, def.unit, text, &value)) {
		complain(m, "no such fact, or no value for it");
		return;
	}
	facts_set(m->facts, name, value);
}

/* The next "column=value" of a row; false behind the last one. */
static bool next_cell(struct making *m, const char **cursor, char **ret_name, char **ret_value)
{
	const char *s = *cursor + strspn(*cursor, " ");
	size_t n = strcspn(s, "= ");

	if (!*s)
		return false;
	*ret_name = arena_strndup(m->arena, s, n);
	s += n;
	if (*s != '=') {
		complain(m, "a cell is column=value");
		return false;
	}
	s++;
	n = *s == '"' ? strcspn(++s, "\"") : strcspn(s, " ");
	*ret_value = arena_strndup(m->arena, s, n);
	s += n;
	*cursor = s + (*s == '"');
	return true;
}

static void set_cell(struct making *m, const struct table_def *def, struct fact *row, const char *name,
		     const char *text)
{
	for (size_t i = 0; i < def->n_columns; i++) {
		const struct column *column = &def->columns[i];
		struct value value;

		if (strcmp(column->name, name))
			continue;
		if (!strcmp(text, "?"))
			row[i] = fact_missing(FACT_UNREADABLE, "not visible");
		else if (read_value(m, column->type, column->unit, text, &value))
			row[i] = fact_known(value);
		else
			complain(m, "no value for this column");
		return;
	}
	complain(m, "the table has no such column");
}

static void add_row(struct making *m, const struct table_def *def, const char *text)
{
	struct table *table = facts_table(m->facts, def);
	char *name, *value;

	table->state = FACT_KNOWN;
	if (strcmp(text, "none")) {
		struct fact *row = table_add_row(m->facts, table);

		while (next_cell(m, &text, &name, &value))
			set_cell(m, def, row, name, value);
	}
}

/* "absent", "unreadable", either with ": why". False for another word. */
static bool set_missing(struct making *m, const char *name, const char *text)
{
	enum fact_state state = begins(text, "absent") ? FACT_ABSENT : FACT_UNREADABLE;
	const struct table_def *def = catalog_table(name);
	const char *why = strchr(text, ':');

	if (!begins(text, "absent") && !begins(text, "unreadable"))
		return false;
	why = why ? why + 1 + strspn(why + 1, " ") : NULL;
	if (def) {
		struct table *table = facts_table(m->facts, def);

		table->state = state;
		table->why = why;
	} else {
		facts_set_missing(m->facts, name, state, why ? why : state == FACT_ABSENT ? NULL : "EACCES");
	}
	return true;
}

static void make_line(struct making *m)
{
	const char *text = m->line->text;
	size_t n = strcspn(text, " :=");
	char *name = arena_strndup(m->arena, text, n);
	const char *rest = text + n + strspn(text + n, " ");

	if (catalog_table(name) && *rest == ':')
		add_row(m, catalog_table(name), rest + 1 + strspn(rest + 1, " "));
	else if (*rest == '=')
		set_scalar(m, name, rest + 1 + strspn(rest + 1, " "));
	else if (!set_missing(m, name, rest))
		complain(m, "this is no line of a case");
}

struct facts *case_facts(const struct shelf *shelf, struct arena *arena, const struct rule_case *one,
			 struct text *errors)
{
	struct making m = {.shelf = shelf, .arena = arena, .facts = facts_new(arena), .errors = errors};

	for (size_t i = 0; i < one->n_facts; i++) {
		m.line = &one->facts[i];
		make_line(&m);
	}
	return m.facts;
}

static void set_ports(struct facts *facts)
{
	struct fact range = facts_get(facts, "net.ipv4.ip_local_port_range");
	struct fact reserved = facts_get(facts, "net.ipv4.ip_local_reserved_ports");
	double low, high;

	if (range.state != FACT_KNOWN)
		return;
	low = range.value.tuple.element[0];
	high = range.value.tuple.element[1];
	facts_set(facts, "ports.low", value_number(low, UNIT_NONE));
	facts_set(facts, "ports.high", value_number(high, UNIT_NONE));
	if (reserved.state != FACT_KNOWN)
		return;
	facts_set(facts, "ports.usable",
		  value_number(high - low + 1 - ports_count(reserved.value.text, (unsigned)low, (unsigned)high),
			       UNIT_NONE));
}

void case_set(const struct shelf *shelf, struct facts *facts, const char *key, const char *value)
{
	struct value parsed;

	if (param_parse(facts_arena(facts), params_find(shelf->params, key), value, &parsed))
		facts_set(facts, key, parsed);
	set_ports(facts);
}
