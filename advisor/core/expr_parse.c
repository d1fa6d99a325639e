#include <stdlib.h>
#include <string.h>

#include "core/expr_internal.h"
#include "core/param.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum token {
	TOKEN_END,
	TOKEN_NUMBER,
	TOKEN_NAME,
	TOKEN_TEXT,
	TOKEN_SYMBOL,
	TOKEN_BAD,
};

struct parser {
	struct arena *arena;
	struct diag *diag;
	struct scope scope; /* a copy: aggregates add bindings while they are parsed */
	struct place place;
	const char *text;
	const char *cursor; /* behind the current token */
	const char *start;  /* of the current token */
	unsigned column;    /* of text[0], 0 where columns cannot be told */
	enum token token;
	char symbol[3];
	char *word; /* of a name or a text */
	unsigned depth;
	bool failed;
};

static const struct expr *parse_or(struct parser *p);

static const struct expr *__attribute__((format(printf, 3, 4)))
fail(struct parser *p, const char *at, const char *format, ...)
{
	struct place place = p->place;
	va_list args;
	struct text message = text_new(p->arena);

	if (p->failed)
		return NULL;
	p->failed = true;
	if (p->column)
		place.column = p->column + (unsigned)(at - p->text);
	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	diag_error(p->diag, place, "%s", message.data);
	return NULL;
}

/* Lexer */

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_part(char c)
{
	return is_name_start(c) || is_digit(c);
}

/* A name may have dots and, inside, the dashes of an interface or a rule: only dots here; rule ids are texts. */
static void lex_name(struct parser *p)
{
	const char *s = p->cursor;

	while (is_name_part(*s) || (*s == '.' && is_name_part(s[1])))
		s++;
	p->word = arena_strndup(p->arena, p->cursor, (size_t)(s - p->cursor));
	p->cursor = s;
	p->token = TOKEN_NAME;
}

static void lex_number(struct parser *p)
{
	const char *s = p->cursor;

	while (is_digit(*s) || (*s == '.' && is_digit(s[1])))
		s++;
	p->word = arena_strndup(p->arena, p->cursor, (size_t)(s - p->cursor));
	p->cursor = s;
	p->token = TOKEN_NUMBER;
}

static void lex_text(struct parser *p)
{
	char quote = *p->cursor++;
	const char *end = strchr(p->cursor, quote);

	if (!end) {
		p->token = TOKEN_BAD;
		fail(p, p->start, "this text has no closing %c", quote);
		return;
	}
	p->word = arena_strndup(p->arena, p->cursor, (size_t)(end - p->cursor));
	p->cursor = end + 1;
	p->token = TOKEN_TEXT;
}

static void lex_symbol(struct parser *p)
{
	static const char *const symbols[] = {"<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/",
					      "%",  "(",  ")",  "[",  "]", ",", ":"};

	for (size_t i = 0; i < N(symbols); i++) {
		size_t n = strlen(symbols[i]);

		if (strncmp(p->cursor, symbols[i], n))
			continue;
		memcpy(p->symbol, symbols[i], n + 1);
		p->cursor += n;
		p->token = TOKEN_SYMBOL;
		return;
	}
	p->token = TOKEN_BAD;
	if (*p->cursor == '=')
		fail(p, p->start, "'=' is written '==' in an expression");
	else
		fail(p, p->start, "'%c' has no meaning here", *p->cursor);
}

static void advance(struct parser *p)
{
	while (*p->cursor == ' ' || *p->cursor == '\t' || *p->cursor == '\n' || *p->cursor == '\r')
		p->cursor++;
	p->start = p->cursor;
	if (!*p->cursor)
		p->token = TOKEN_END;
	else if (is_digit(*p->cursor))
		lex_number(p);
	else if (is_name_start(*p->cursor))
		lex_name(p);
	else if (*p->cursor == '"' || *p->cursor == '\'')
		lex_text(p);
	else
		lex_symbol(p);
}

static bool is_symbol(const struct parser *p, const char *symbol)
{
	return p->token == TOKEN_SYMBOL && !strcmp(p->symbol, symbol);
}

static bool is_word(const struct parser *p, const char *word)
{
	return p->token == TOKEN_NAME && !strcmp(p->word, word);
}

static bool accept(struct parser *p, const char *symbol)
{
	if (!is_symbol(p, symbol))
		return false;
	advance(p);
	return true;
}

static bool expect(struct parser *p, const char *symbol)
{
	if (accept(p, symbol))
		return true;
	fail(p, p->start, "'%s' is missing here", symbol);
	return false;
}

/* Nodes */

static struct expr *new_expr(struct parser *p, enum expr_kind kind, enum value_type type, enum unit unit)
{
	struct expr *expr = arena_alloc(p->arena, sizeof(*expr));

	expr->kind = kind;
	expr->type = type;
	expr->unit = unit;
	return expr;
}

static void set_args(struct parser *p, struct expr *expr, const struct expr *a, const struct expr *b)
{
	expr->args = arena_array(p->arena, 2, sizeof(*expr->args));
	expr->args[0] = a;
	expr->args[1] = b;
	expr->n_args = b ? 2 : 1;
}

const struct expr *expr_literal(struct arena *arena, struct value value)
{
	struct expr *expr = arena_alloc(arena, sizeof(*expr));

	expr->kind = EXPR_LITERAL;
	expr->type = value.type;
	expr->unit = value.unit;
	expr->literal = value;
	return expr;
}

double unit_factor(enum unit from, enum unit to)
{
	static const double seconds[] = {
		[UNIT_SECONDS] = 1,
		[UNIT_MILLISECONDS] = 1e-3,
		[UNIT_MICROSECONDS] = 1e-6,
		[UNIT_NANOSECONDS] = 1e-9,
	};

	if (from == to)
		return 1;
	if (from >= N(seconds) || to >= N(seconds) || seconds[from] <= 0 || seconds[to] <= 0)
		return 0;
	/* Rounded, as the quotient of two decimal fractions is no whole number. */
	return seconds[from] > seconds[to] ? (double)(long long)(seconds[from] / seconds[to] + 0.5)
					   : seconds[from] / seconds[to];
}

const struct expr *expr_in_unit(struct arena *arena, const struct expr *expr, enum unit unit)
{
	struct expr *scaled;
	double factor;

	if (expr->type != VALUE_NUMBER || expr->unit == unit || expr->unit == UNIT_NONE)
		return expr;
	factor = unit == UNIT_NONE ? 1 : unit_factor(expr->unit, unit);
	if (factor <= 0)
		return NULL;
	scaled = arena_alloc(arena, sizeof(*scaled));
	scaled->kind = EXPR_SCALE;
	scaled->type = VALUE_NUMBER;
	scaled->unit = unit;
	scaled->number = factor;
	scaled->args = arena_array(arena, 1, sizeof(*scaled->args));
	scaled->args[0] = expr;
	scaled->n_args = 1;
	return scaled;
}

/* Brings two numbers to one unit, the finer one; false (reported) where they do not agree. */
static bool agree(struct parser *p, const char *at, const struct expr **a, const struct expr **b)
{
	enum unit x = (*a)->unit, y = (*b)->unit;
	double factor;

	if (x == y)
		return true;
	if ((x == UNIT_NONE && y != UNIT_PERCENT) || (y == UNIT_NONE && x != UNIT_PERCENT))
		return true;
	if (x == UNIT_PERCENT || y == UNIT_PERCENT) {
		fail(p, at, "a percentage compares with percent(part, whole), or is multiplied with the whole");
		return false;
	}
	factor = unit_factor(x, y);
	if (factor <= 0) {
		fail(p, at, "%s and %s do not go together", unit_name(x), unit_name(y));
		return false;
	}
	if (factor > 1)
		*a = expr_in_unit(p->arena, *a, y);
	else
		*b = expr_in_unit(p->arena, *b, x);
	return true;
}

static enum unit shared_unit(const struct expr *a, const struct expr *b)
{
	return a->unit != UNIT_NONE ? a->unit : b->unit;
}

static bool want_type(struct parser *p, const char *at, const struct expr *expr, enum value_type type)
{
	if (expr->type == type)
		return true;
	fail(p, at, "this is %s, and %s is needed", value_type_name(expr->type), value_type_name(type));
	return false;
}

/* Literals */

static const struct {
	const char *word;
	enum unit unit;
	double factor;
} suffixes[] = {
	{"KiB", UNIT_BYTES, 1024.0},
	{"MiB", UNIT_BYTES, 1024.0 * 1024},
	{"GiB", UNIT_BYTES, 1024.0 * 1024 * 1024},
	{"bytes", UNIT_BYTES, 1},
	{"pages", UNIT_PAGES, 1},
	{"ns", UNIT_NANOSECONDS, 1},
	{"us", UNIT_MICROSECONDS, 1},
	{"ms", UNIT_MILLISECONDS, 1},
	{"s", UNIT_SECONDS, 1},
	{"min", UNIT_SECONDS, 60},
	{"h", UNIT_SECONDS, 3600},
	{"d", UNIT_SECONDS, 86400},
	{"kbit", UNIT_BITS_PER_SECOND, 1e3},
	{"mbit", UNIT_BITS_PER_SECOND, 1e6},
	{"gbit", UNIT_BITS_PER_SECOND, 1e9},
};

/* Behind a number: "16 MiB", "90%", "5/s" are one literal. */
static void read_suffix(struct parser *p, struct expr *expr)
{
	const char *rest = p->cursor;

	if (is_symbol(p, "%")) {
		expr->unit = UNIT_PERCENT;
		advance(p);
	} else if (is_symbol(p, "/") && rest[0] == 's' && !is_name_part(rest[1])) {
		advance(p);
		advance(p);
		expr->unit = UNIT_PER_SECOND;
	} else if (p->token == TOKEN_NAME) {
		for (size_t i = 0; i < N(suffixes); i++) {
			if (strcmp(p->word, suffixes[i].word))
				continue;
			expr->unit = suffixes[i].unit;
			expr->literal.number *= suffixes[i].factor;
			advance(p);
			break;
		}
	}
	expr->literal.unit = expr->unit;
}

static const struct expr *parse_number(struct parser *p)
{
	struct expr *expr = new_expr(p, EXPR_LITERAL, VALUE_NUMBER, UNIT_NONE);
	const char *dot = strchr(p->word, '.');

	if (!version_parse(p->word, &expr->version) || strlen(p->word) > 20)
		return fail(p, p->start, "'%s' is no number", p->word);
	if (dot && strchr(dot + 1, '.')) {
		expr->type = VALUE_VERSION;
		expr->literal = (struct value){.type = VALUE_VERSION, .version = expr->version};
		advance(p);
		return expr;
	}
	if (p->word[0] == '0' && is_digit(p->word[1]))
		return fail(p, p->start, "a number does not begin with 0 (the kernel would read it as octal)");
	expr->is_dotted = true;
	expr->literal = value_number(strtod(p->word, NULL), UNIT_NONE);
	advance(p);
	read_suffix(p, expr);
	return expr;
}

/* A number as a kernel version, where the other side is one. */
static const struct expr *as_version(struct parser *p, const struct expr *expr)
{
	if (expr->type != VALUE_NUMBER || !expr->is_dotted || expr->unit != UNIT_NONE)
		return expr;
	return expr_literal(p->arena, (struct value){.type = VALUE_VERSION, .version = expr->version});
}

static const struct expr *parse_tuple(struct parser *p)
{
	struct expr *expr = new_expr(p, EXPR_TUPLE, VALUE_TUPLE, UNIT_NONE);

	expr->args = arena_array(p->arena, TUPLE_MAX, sizeof(*expr->args));
	do {
		const char *at = p->start;
		const struct expr *item = parse_or(p);

		if (!item)
			return NULL;
		if (expr->n_args == TUPLE_MAX)
			return fail(p, at, "a tuple has at most %d elements", TUPLE_MAX);
		if (!want_type(p, at, item, VALUE_NUMBER))
			return NULL;
		expr->args[expr->n_args++] = item;
		if (item->unit != UNIT_NONE)
			expr->unit = item->unit;
	} while (accept(p, ","));
	return expect(p, "]") ? expr : NULL;
}

/* Names */

static const struct expr *find_column(struct parser *p, const char *at, const char *name)
{
	const char *dot = strchr(name, '.');

	for (size_t b = p->scope.n_bindings; dot && b-- > 0;) {
		const struct binding *binding = &p->scope.bindings[b];
		struct expr *expr;

		if (strlen(binding->name) != (size_t)(dot - name) ||
		    strncmp(binding->name, name, (size_t)(dot - name)))
			continue;
		for (size_t c = 0; c < binding->def->n_columns; c++) {
			const struct column *column = &binding->def->columns[c];

			if (strcmp(column->name, dot + 1))
				continue;
			expr = new_expr(p, EXPR_COLUMN, column->type, column->unit);
			expr->cell.binding = b;
			expr->cell.column = c;
			return expr;
		}
		return fail(p, at, "the table %s has no column '%s'", binding->def->name, dot + 1);
	}
	return NULL;
}

static const struct expr *unknown_name(struct parser *p, const char *at, const char *name)
{
	const char *names[256];
	const char *near;
	size_t n_scalars, n = 0;
	const struct fact_def *scalars = catalog_scalars(&n_scalars);

	for (size_t i = 0; i < n_scalars && n < N(names); i++)
		names[n++] = scalars[i].name;
	for (size_t i = 0; i < p->scope.n_names && n < N(names); i++)
		names[n++] = p->scope.names[i].name;
	near = node_nearest(name, names, n);
	if (!near && !strncmp(name, "net.", 4))
		near = params_nearest(p->scope.catalog->params, name);
	if (near)
		return fail(p, at, "unknown name '%s', did you mean '%s'?", name, near);
	return fail(p, at, "unknown name '%s'", name);
}

static const struct expr *parse_name(struct parser *p, const char *at, const char *name)
{
	const struct expr *column;
	struct fact_def def;
	struct expr *expr;

	for (size_t i = 0; i < p->scope.n_names; i++) {
		const struct named_expr *named = &p->scope.names[i];

		if (strcmp(named->name, name))
			continue;
		expr = new_expr(p, EXPR_NAMED, named->expr->type, named->expr->unit);
		expr->named = named;
		return expr;
	}
	column = find_column(p, at, name);
	if (column || p->failed)
		return column;
	if (!catalog_find(p->scope.catalog, name, &def))
		return unknown_name(p, at, name);
	expr = new_expr(p, EXPR_FACT, def.type, def.unit);
	expr->fact = arena_strdup(p->arena, name);
	return expr;
}

/* Calls */

static bool check_argument(struct parser *p, const char *at, char code, const struct expr *arg)
{
	switch (code) {
	case 'n':
		return want_type(p, at, arg, VALUE_NUMBER);
	case 't':
		return want_type(p, at, arg, VALUE_TEXT);
	case 'b':
		return want_type(p, at, arg, VALUE_BOOL);
	case 'f':
		if (arg->kind == EXPR_FACT)
			return true;
		fail(p, at, "the name of a fact is needed here");
		return false;
	default:
		return true;
	}
}

/* The type of a call's result, and its unit where the arguments share one. */
static bool type_call(struct parser *p, const char *at, struct expr *call)
{
	const struct func *func = call->func;
	const char *result = strchr(func->signature, ':') + 1;
	const struct expr *model = NULL;

	for (size_t i = 0; i < call->n_args; i++) {
		if (result[1] != '=' || call->args[i]->type == VALUE_BOOL)
			continue;
		if (model && (model->type != call->args[i]->type || !agree(p, at, &model, &call->args[i])))
			return fail(p, at, "the arguments of %s() are not of one kind", func->name), false;
		if (!model || model->unit == UNIT_NONE)
			model = call->args[i];
	}
	call->type = *result == 'n'   ? VALUE_NUMBER
		     : *result == 't' ? VALUE_TEXT
		     : *result == 'b' ? VALUE_BOOL
		     : model	      ? model->type
				      : VALUE_NUMBER;
	call->unit = result[1] == '=' && model ? model->unit : func->unit;
	return true;
}

static const struct expr *parse_call(struct parser *p, const char *at, const char *name)
{
	struct expr *call = new_expr(p, EXPR_CALL, VALUE_NUMBER, UNIT_NONE);
	const char *code;

	call->func = func_find(name);
	if (!call->func) {
		size_t n;
		const char *const *names = func_names(&n);
		const char *near = node_nearest(name, names, n);

		return fail(p, at, "unknown function '%s'%s%s%s", name, near ? ", did you mean '" : "",
			    near ? near : "", near ? "'?" : "");
	}
	code = call->func->signature;
	call->args = arena_array(p->arena, EXPR_MAX_ARGS, sizeof(*call->args));
	do {
		const char *arg_at = p->start;
		const struct expr *arg = parse_or(p);

		if (!arg)
			return NULL;
		if (*code == ':' || call->n_args == EXPR_MAX_ARGS)
			return fail(p, arg_at, "%s() does not take so many arguments", name);
		if (!check_argument(p, arg_at, *code, arg))
			return NULL;
		call->args[call->n_args++] = arg;
		if (code[1] != '+')
			code++;
	} while (accept(p, ","));
	if (*code != ':' && code[1] != '+')
		return fail(p, at, "%s() takes more arguments", name);
	if (!strcmp(name, "fires") && (call->args[0]->kind != EXPR_LITERAL || !p->scope.rule_exists ||
				       !p->scope.rule_exists(p->scope.context, call->args[0]->literal.text)))
		return fail(p, at, "fires() takes the id of a rule as a text");
	if (!type_call(p, at, call))
		return NULL;
	return expect(p, ")") ? call : NULL;
}

static const struct {
	const char *name;
	bool has_value;
	enum value_type type;
} aggregates[] = {
	[AGG_COUNT] = {"count", false, VALUE_NUMBER}, [AGG_ANY] = {"any", false, VALUE_BOOL},
	[AGG_ALL] = {"all", false, VALUE_BOOL},       [AGG_SUM] = {"sum", true, VALUE_NUMBER},
	[AGG_MOST] = {"most", true, VALUE_NUMBER},    [AGG_LEAST] = {"least", true, VALUE_NUMBER},
	[AGG_JOIN] = {"join", true, VALUE_TEXT},
};

static int find_aggregate(const char *name)
{
	for (size_t i = 0; i < N(aggregates); i++)
		if (!strcmp(aggregates[i].name, name))
			return (int)i;
	return -1;
}

/* TABLE as NAME, which is bound while the rest is parsed. */
static bool bind_table(struct parser *p, struct expr *expr)
{
	const char *at = p->start;

	if (p->token != TOKEN_NAME || !(expr->over.def = catalog_table(p->word)))
		return fail(p, at, "the name of a table is needed here"), false;
	advance(p);
	if (!is_word(p, "as") || (advance(p), p->token != TOKEN_NAME) || strchr(p->word, '.'))
		return fail(p, p->start, "'as NAME' is needed here"), false;
	if (p->scope.n_bindings == EXPR_MAX_BINDINGS)
		return fail(p, at, "too many tables inside each other"), false;
	expr->over.binding = p->scope.n_bindings;
	p->scope.bindings[p->scope.n_bindings++] =
		(struct binding){.name = p->word, .def = expr->over.def};
	advance(p);
	return true;
}

static const struct expr *parse_aggregate(struct parser *p, enum aggregate aggregate)
{
	struct expr *expr = new_expr(p, EXPR_AGGREGATE, aggregates[aggregate].type, UNIT_NONE);
	size_t outer = p->scope.n_bindings;
	const char *at;

	expr->over.aggregate = aggregate;
	expr->args = arena_array(p->arena, 2, sizeof(*expr->args));
	expr->n_args = 2;
	if (!bind_table(p, expr))
		return NULL;
	if (is_word(p, "where")) {
		advance(p);
		at = p->start;
		expr->args[0] = parse_or(p);
		if (!expr->args[0] || !want_type(p, at, expr->args[0], VALUE_BOOL))
			return NULL;
	}
	if (aggregates[aggregate].has_value) {
		if (!expect(p, ":"))
			return NULL;
		at = p->start;
		expr->args[1] = parse_or(p);
		if (!expr->args[1])
			return NULL;
		if (aggregate != AGG_JOIN && !want_type(p, at, expr->args[1], VALUE_NUMBER))
			return NULL;
		if (aggregate != AGG_JOIN)
			expr->unit = expr->args[1]->unit;
	}
	p->scope.n_bindings = outer;
	return expect(p, ")") ? expr : NULL;
}

static const struct expr *parse_word(struct parser *p)
{
	const char *name = p->word, *at = p->start;
	int aggregate;

	advance(p);
	if (!strcmp(name, "yes") || !strcmp(name, "no"))
		return expr_literal(p->arena, value_bool(*name == 'y'));
	if (!is_symbol(p, "("))
		return parse_name(p, at, name);
	advance(p);
	aggregate = find_aggregate(name);
	if (aggregate >= 0)
		return parse_aggregate(p, (enum aggregate)aggregate);
	return parse_call(p, at, name);
}

static const struct expr *parse_primary(struct parser *p)
{
	const struct expr *expr;

	switch (p->token) {
	case TOKEN_NUMBER:
		return parse_number(p);
	case TOKEN_TEXT:
		expr = expr_literal(p->arena, value_text(p->word));
		advance(p);
		return expr;
	case TOKEN_NAME:
		return parse_word(p);
	default:
		break;
	}
	if (accept(p, "["))
		return parse_tuple(p);
	if (accept(p, "(")) {
		expr = parse_or(p);
		return expr && expect(p, ")") ? expr : NULL;
	}
	return fail(p, p->start, "a value is missing here");
}

static const struct expr *parse_postfix(struct parser *p)
{
	const char *at = p->start;
	const struct expr *expr = parse_primary(p);

	while (expr && accept(p, "[")) {
		struct expr *element;

		if (!want_type(p, at, expr, VALUE_TUPLE))
			return NULL;
		if (p->token != TOKEN_NUMBER || strlen(p->word) != 1 || p->word[0] >= '0' + TUPLE_MAX)
			return fail(p, p->start, "an element is [0] to [%d]", TUPLE_MAX - 1);
		element = new_expr(p, EXPR_INDEX, VALUE_NUMBER, expr->unit);
		element->index = (unsigned)(p->word[0] - '0');
		set_args(p, element, expr, NULL);
		advance(p);
		if (!expect(p, "]"))
			return NULL;
		expr = element;
	}
	return expr;
}

static const struct expr *parse_unary(struct parser *p)
{
	const char *at;
	const struct expr *operand;
	struct expr *expr;

	if (!is_symbol(p, "-"))
		return parse_postfix(p);
	if (++p->depth > EXPR_MAX_DEPTH)
		return fail(p, p->start, "the expression is too deep");
	advance(p);
	at = p->start;
	operand = parse_unary(p);
	p->depth--;
	if (!operand || !want_type(p, at, operand, VALUE_NUMBER))
		return NULL;
	expr = new_expr(p, EXPR_NEGATE, VALUE_NUMBER, operand->unit);
	set_args(p, expr, operand, NULL);
	return expr;
}

static enum unit product_unit(const struct expr *a, const struct expr *b)
{
	if (a->unit == UNIT_NONE || a->unit == UNIT_PERCENT)
		return b->unit;
	if (b->unit == UNIT_NONE || b->unit == UNIT_PERCENT)
		return a->unit;
	/* Pages times the size of a page are bytes. */
	if ((a->unit == UNIT_PAGES && b->unit == UNIT_BYTES) || (a->unit == UNIT_BYTES && b->unit == UNIT_PAGES))
		return UNIT_BYTES;
	return UNIT_NONE;
}

static const struct expr *new_product(struct parser *p, const struct expr *a, const struct expr *b)
{
	struct expr *expr = new_expr(p, EXPR_MULTIPLY, VALUE_NUMBER, product_unit(a, b));

	set_args(p, expr, a, b);
	return expr;
}

static const struct expr *new_quotient(struct parser *p, const char *at, const struct expr *a,
				       const struct expr *b)
{
	struct expr *expr;

	if (b->kind == EXPR_LITERAL && !(b->literal.number < 0 || b->literal.number > 0))
		return fail(p, at, "division by zero");
	if (a->unit != UNIT_NONE && b->unit != UNIT_NONE && unit_factor(a->unit, b->unit) > 0) {
		if (!agree(p, at, &a, &b))
			return NULL;
		expr = new_expr(p, EXPR_DIVIDE, VALUE_NUMBER, UNIT_NONE);
	} else {
		expr = new_expr(p, EXPR_DIVIDE, VALUE_NUMBER, b->unit == UNIT_NONE ? a->unit : UNIT_NONE);
	}
	set_args(p, expr, a, b);
	return expr;
}

static const struct expr *parse_product(struct parser *p)
{
	const char *left = p->start;
	const struct expr *expr = parse_unary(p);

	while (expr && (is_symbol(p, "*") || is_symbol(p, "/"))) {
		bool is_product = is_symbol(p, "*");
		const struct expr *right;
		const char *at;

		advance(p);
		at = p->start;
		right = parse_unary(p);
		if (!right || !want_type(p, left, expr, VALUE_NUMBER) || !want_type(p, at, right, VALUE_NUMBER))
			return NULL;
		expr = is_product ? new_product(p, expr, right) : new_quotient(p, at, expr, right);
	}
	return expr;
}

static const struct expr *parse_sum(struct parser *p)
{
	const char *left = p->start;
	const struct expr *expr = parse_product(p);

	while (expr && (is_symbol(p, "+") || is_symbol(p, "-"))) {
		enum expr_kind kind = is_symbol(p, "+") ? EXPR_ADD : EXPR_SUBTRACT;
		const struct expr *right;
		struct expr *sum;
		const char *at;

		advance(p);
		at = p->start;
		right = parse_product(p);
		if (!right || !want_type(p, left, expr, VALUE_NUMBER) ||
		    !want_type(p, at, right, VALUE_NUMBER) || !agree(p, at, &expr, &right))
			return NULL;
		sum = new_expr(p, kind, VALUE_NUMBER, shared_unit(expr, right));
		set_args(p, sum, expr, right);
		expr = sum;
	}
	return expr;
}

static const struct expr *parse_in(struct parser *p, const struct expr *left, const char *at)
{
	struct expr *expr = new_expr(p, EXPR_IN, VALUE_BOOL, UNIT_NONE);
	const char *right_at;
	const struct expr *right;

	advance(p);
	right_at = p->start;
	right = parse_sum(p);
	if (!right || !want_type(p, at, left, VALUE_NUMBER) || !want_type(p, right_at, right, VALUE_TUPLE))
		return NULL;
	set_args(p, expr, left, right);
	return expr;
}

static bool find_comparison(const struct parser *p, enum comparison *ret)
{
	static const char *const symbols[] = {
		[LESS] = "<",		[LESS_EQUAL] = "<=", [GREATER] = ">",
		[GREATER_EQUAL] = ">=", [EQUAL] = "==",	     [NOT_EQUAL] = "!=",
	};

	for (size_t i = 0; i < N(symbols); i++) {
		if (is_symbol(p, symbols[i])) {
			*ret = (enum comparison)i;
			return true;
		}
	}
	return false;
}

static const struct expr *parse_comparison(struct parser *p)
{
	const char *left_at = p->start, *at;
	const struct expr *left = parse_sum(p), *right;
	enum comparison comparison;
	struct expr *expr;

	if (left && is_word(p, "in"))
		return parse_in(p, left, left_at);
	if (!left || !find_comparison(p, &comparison))
		return left;
	advance(p);
	at = p->start;
	right = parse_sum(p);
	if (!right)
		return NULL;
	if (left->type == VALUE_VERSION)
		right = as_version(p, right);
	if (right->type == VALUE_VERSION)
		left = as_version(p, left);
	if (!want_type(p, at, right, left->type))
		return NULL;
	if (left->type == VALUE_NUMBER && !agree(p, at, &left, &right))
		return NULL;
	if (comparison < EQUAL && left->type != VALUE_NUMBER && left->type != VALUE_VERSION)
		return fail(p, at, "%s has no order: use == or !=", value_type_name(left->type));
	expr = new_expr(p, EXPR_COMPARE, VALUE_BOOL, UNIT_NONE);
	expr->comparison = comparison;
	set_args(p, expr, left, right);
	return expr;
}

static const struct expr *parse_not(struct parser *p)
{
	const char *at;
	const struct expr *operand;
	struct expr *expr;

	if (!is_word(p, "not"))
		return parse_comparison(p);
	if (++p->depth > EXPR_MAX_DEPTH)
		return fail(p, p->start, "the expression is too deep");
	advance(p);
	at = p->start;
	operand = parse_not(p);
	p->depth--;
	if (!operand || !want_type(p, at, operand, VALUE_BOOL))
		return NULL;
	expr = new_expr(p, EXPR_NOT, VALUE_BOOL, UNIT_NONE);
	set_args(p, expr, operand, NULL);
	return expr;
}

/* A chain of one of "and", "or" over what next() parses. */
static const struct expr *parse_chain(struct parser *p, const char *word, enum expr_kind kind,
				      const struct expr *(*next)(struct parser *))
{
	const char *left_at = p->start;
	const struct expr *left = next(p);

	while (left && is_word(p, word)) {
		const struct expr *right;
		struct expr *expr;
		const char *at;

		advance(p);
		at = p->start;
		right = next(p);
		if (!right || !want_type(p, left_at, left, VALUE_BOOL) ||
		    !want_type(p, at, right, VALUE_BOOL))
			return NULL;
		expr = new_expr(p, kind, VALUE_BOOL, UNIT_NONE);
		set_args(p, expr, left, right);
		left = expr;
	}
	return left;
}

static const struct expr *parse_and(struct parser *p)
{
	return parse_chain(p, "and", EXPR_AND, parse_not);
}

static const struct expr *parse_or(struct parser *p)
{
	const struct expr *expr;

	if (++p->depth > EXPR_MAX_DEPTH)
		return fail(p, p->start, "the expression is too deep");
	expr = parse_chain(p, "or", EXPR_OR, parse_and);
	p->depth--;
	return expr;
}

const struct expr *expr_parse_any(struct arena *arena, struct diag *diag, const struct node *node,
				  const struct scope *scope)
{
	struct parser p = {.arena = arena, .diag = diag, .scope = *scope, .place = node->place};
	const struct expr *expr;

	if (node->type != NODE_SCALAR) {
		diag_error(diag, node->place, "an expression is needed here");
		return NULL;
	}
	p.text = p.cursor = node->text;
	/* In a folded or quoted scalar the columns of the text are not those of the file. */
	if (!strchr(node->text, '\n') && node->place.column)
		p.column = node->place.column + (node->quoted ? 1 : 0);
	advance(&p);
	if (p.token == TOKEN_END)
		return fail(&p, p.start, "the expression is empty");
	expr = parse_or(&p);
	if (expr && p.token != TOKEN_END)
		return fail(&p, p.start, "the expression should have ended here");
	return p.failed ? NULL : expr;
}

const struct expr *expr_parse(struct arena *arena, struct diag *diag, const struct node *node,
			      const struct scope *scope, enum value_type want)
{
	const struct expr *expr = expr_parse_any(arena, diag, node, scope);

	if (!expr || expr->type == want)
		return expr;
	diag_error(diag, node->place, "this is %s, and %s is needed", value_type_name(expr->type),
		   value_type_name(want));
	return NULL;
}

enum value_type expr_type(const struct expr *expr)
{
	return expr->type;
}

enum unit expr_unit(const struct expr *expr)
{
	return expr->unit;
}
