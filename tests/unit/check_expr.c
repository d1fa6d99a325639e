#include <check.h>
#include <string.h>

#include "core/expr.h"
#include "core/text.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;
static struct arena *arena;
static struct diag diag;
static struct facts *facts;
static struct named_expr names[3];

static void set_cell(struct fact *row, size_t column, struct value value)
{
	row[column] = fact_known(value);
}

static void add_listener(const char *name, double port, double queued)
{
	struct fact *row = table_add_row(facts, facts_table(facts, &listeners_def));

	set_cell(row, LISTENER_NAME, value_text(name));
	set_cell(row, LISTENER_PORT, value_number(port, UNIT_NONE));
	set_cell(row, LISTENER_QUEUED, value_number(queued, UNIT_NONE));
	set_cell(row, LISTENER_LOOPBACK, value_bool(port < 1000));
	if (port > 80)
		set_cell(row, LISTENER_LIMIT, value_number(128, UNIT_NONE));
}

/* A name with a table of its own. */
static const struct expr *fullest(void)
{
	const struct node node = {.type = NODE_SCALAR, .text = "most(listeners as m: m.queued)", .place = {"e", 1, 1}};
	const struct scope scope = {.catalog = &shelf->catalog};

	return expr_parse_any(arena, &diag, &node, &scope);
}

/*
 * Three listeners, of which the first hides its limit; a table that cannot be
 * read; one that nobody looked for.
 */
static void setup(void)
{
	struct table *table;

	arena = arena_new();
	diag = diag_new(arena);
	facts = facts_new(arena);
	facts_set(facts, "kernel.version",
		  (struct value){.type = VALUE_VERSION, .version = {4, 12, 3}});
	facts_set(facts, "uptime", value_number(7200, UNIT_SECONDS));
	facts_set(facts, "cpus", value_number(4, UNIT_NONE));
	facts_set(facts, "memory.total", value_number(8.0 * (1 << 30), UNIT_BYTES));
	facts_set(facts, "memory.pages", value_number(2.0 * (1 << 20), UNIT_PAGES));
	facts_set(facts, "memory.page_size", value_number(4096, UNIT_BYTES));
	facts_set(facts, "sockets.total", value_number(1000, UNIT_NONE));
	facts_set(facts, "sample.live", value_bool(false));
	facts_set(facts, "host.name", value_text("web1"));
	facts_set(facts, "rate.TcpExt.ListenOverflows", value_number(2, UNIT_PER_SECOND));
	facts_set(facts, "net.ipv4.tcp_rmem",
		  (struct value){.type = VALUE_TUPLE, .unit = UNIT_BYTES, .tuple = {3, {4096, 131072, 6291456}}});
	facts_set(facts, "net.ipv4.tcp_rto_min_us", value_number(200000, UNIT_MICROSECONDS));
	facts_set_missing(facts, "net.ipv4.tcp_tw_recycle", FACT_ABSENT, NULL);
	facts_set_missing(facts, "net.ipv4.tcp_sack", FACT_UNREADABLE, "EACCES");
	facts_set(facts, "net.ipv4.tcp_fin_timeout", value_text("a text where a number belongs"));
	table = facts_table(facts, &listeners_def);
	table->state = FACT_KNOWN;
	add_listener(":80", 80, 3);
	add_listener(":443", 443, 129);
	add_listener(":8080", 8080, 5);
	table = facts_table(facts, &processes_def);
	table->state = FACT_UNREADABLE;
	table->why = "EPERM";
	facts_table(facts, &clients_def)->state = FACT_KNOWN;
	names[0] = (struct named_expr){"limit", expr_literal(arena, value_number(90, UNIT_PERCENT))};
	names[1] = (struct named_expr){"delay", expr_literal(arena, value_number(5, UNIT_SECONDS))};
	names[2] = (struct named_expr){"fullest", fullest()};
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct expr *parse(const char *text)
{
	const struct node node = {.type = NODE_SCALAR, .text = text, .place = {"e", 1, 1}};
	const struct scope scope = {.catalog = &shelf->catalog, .names = names, .n_names = N(names)};

	return expr_parse_any(arena, &diag, &node, &scope);
}

/* The value as text, "absent: why", "unknown: why", or the message of an error. */
static const char *result(const char *text)
{
	struct eval eval = {.arena = arena, .facts = facts, .catalog = &shelf->catalog};
	const struct expr *expr = parse(text);
	struct fact fact;

	if (!expr)
		return diag.n ? diag_format(arena, &diag.messages[0]) : "no expression, and no message";
	fact = expr_eval(expr, &eval);
	if (fact.state != FACT_KNOWN)
		return arena_printf(arena, "%s: %s", fact.state == FACT_ABSENT ? "absent" : "unknown", fact.why);
	if (fact.value.type != expr_type(expr) || fact.value.unit != expr_unit(expr))
		return arena_printf(arena, "%s is not of the type or unit that was promised",
				    value_show(arena, fact.value));
	return value_show(arena, fact.value);
}

static const struct {
	const char *text, *result;
} values[] = {
	/* numbers and units */
	{"1 + 2 * 3", "7"},
	{"(1 + 2) * 3", "9"},
	{"7 - 2 - 1", "4"},
	{"-3 + 1", "-2"},
	{"--3", "3"},
	{"1.5 + 0.25", "1.75"},
	{"7 / 2", "3.5"},
	{"16 MiB", "16 MiB"},
	{"1 GiB + 1 MiB", "1 GiB"},
	{"90 min", "90 min"},
	{"2 d", "2 d"},
	{"1 s + 500 ms", "1500 ms"},
	{"500 ms + 1 s", "1500 ms"},
	{"2 ms > 1900 us", "yes"},
	{"1 s == 1000 ms", "yes"},
	{"3 us == 3000 ns", "yes"},
	{"5/s", "5/s"},
	{"5/s * 60 s", "300"},
	{"sockets.total / 10 s", "100/s"},
	{"1 gbit / 1 mbit", "1000"},
	{"999 kbit / 1000", "999 bit/s"},
	{"1500 kbit", "1.5 Mbit/s"},
	{"43.5 mbit", "44 Mbit/s"},
	{"1000 mbit", "1 Gbit/s"},
	{"1000 gbit", "1000 Gbit/s"},
	{"8 mbit * 2 s == 2000000 bytes", "yes"},
	{"80 ms * 1 gbit", "9.54 MiB"},
	{"2 * 10 gbit * 80 ms == 200000000", "yes"},
	{"1000/s * 1500 ms", "1500"},
	{"1 min * 2/s", "120"},
	{"memory.pages * memory.page_size", "8 GiB"},
	{"memory.total / 1 GiB", "8"},
	{"memory.total / 2", "4 GiB"},
	{"1 + 1 s", "2 s"},
	{"delay * 2", "10 s"},
	/* percentages */
	{"70%", "70%"},
	{"70% * sockets.total", "700"},
	{"sockets.total * 70%", "700"},
	{"50% * 50%", "25%"},
	{"50% + 25%", "75%"},
	{"30% / 60%", "0.5"},
	{"limit * memory.total", "7.2 GiB"},
	{"percent(1, 4)", "25%"},
	{"percent(500 ms, 2 s)", "25%"},
	{"percent(1, 4) >= 25%", "yes"},
	/* kernel versions */
	{"kernel.version", "4.12.3"},
	{"kernel.version >= 4.12", "yes"},
	{"kernel.version >= 4.2", "yes"},
	{"kernel.version < 4.12.4", "yes"},
	{"4.9 < kernel.version", "yes"},
	{"kernel.version == 4.12.3", "yes"},
	{"kernel.version > 6", "no"},
	{"4.12 == 4.120", "yes"}, /* two numbers */
	/* texts, yes and no */
	{"host.name == \"web1\"", "yes"},
	{"host.name != 'web1'", "no"},
	{"\"it's\"", "it's"},
	{"yes and not no", "yes"},
	{"no or yes and no", "no"},
	{"not no or yes", "yes"},
	{"sample.live == no", "yes"},
	/* tuples */
	{"net.ipv4.tcp_rmem", "4096 131072 6291456"},
	{"net.ipv4.tcp_rmem[2]", "6 MiB"},
	{"[1, 2, 3][1]", "2"},
	{"net.ipv4.tcp_rmem == [4096, 131072, 6291456]", "yes"},
	{"net.ipv4.tcp_rmem == [4096, 131072]", "no"},
	{"2 in [0, 2]", "yes"},
	{"1 in [0, 2]", "no"},
	{"1 s in [500 ms, 1000 ms]", "yes"},
	{"[5, 6 s]", "5 6"},
	/* functions */
	{"min(3, 1, 2)", "1"},
	{"max(1)", "1"},
	{"min(3 s, 5 ms)", "5 ms"},
	{"max(3 s, 5 ms)", "3000 ms"},
	{"max(1, 2 s)", "2 s"},
	{"clamp(5, 1, 3)", "3"},
	{"clamp(2 s, 10 ms, 3000 ms)", "2000 ms"},
	{"abs(-5 s)", "5 s"},
	{"round(2.5)", "3"},
	{"floor(2.9)", "2"},
	{"ceil(2.1)", "3"},
	{"roundup_pow2(1000)", "1024"},
	{"roundup_pow2(1024)", "1024"},
	{"roundup_pow2(0)", "1"},
	{"roundup_pow2(3 MiB)", "4 MiB"},
	{"if(yes, 1, 2)", "1"},
	{"if(no, \"a\", \"b\")", "b"},
	{"if(yes, yes, no)", "yes"},
	{"if(no, [1, 2], [3, 4])", "3 4"},
	{"if(yes, 1 s, 5 ms)", "1000 ms"},
	{"raw(16 MiB)", "16777216"},
	{"number(\"17\") + 1", "18"},
	{"matches(\"net.ipv4.tcp_rmem\", \"net.*.tcp_?mem\")", "yes"},
	{"matches(\"net.core.rmem_max\", \"net.*.tcp_?mem\")", "no"},
	{"join(listeners as l where l.queued == fullest: l.name)", ":443"},
	{"join(listeners as l where fullest > 0: l.name)", ":80, :443, :8080"},
	{"word(\" 4096\t87380  16777216\", 1)", "4096"},
	{"number(word(\" 4096\t87380  16777216\", 2)) + 1", "87381"},
	{"word(\"4096 87380\t16777216 \", 3)", "16777216"},
	{"matches(\"\", \"*\")", "yes"},
	{"matches(\"a\", \"\")", "no"},
	{"matches(\"a*b\", \"a*b\")", "yes"},
	{"in_ports(81, \"80-90\")", "yes"},
	{"ports_merge(\"80\", \"81,90\")", "80-81,90"},
	{"default(net.core.somaxconn)", "128"},
	/* exists(), known() */
	{"exists(cpus)", "yes"},
	{"exists(net.ipv4.tcp_tw_recycle)", "no"},
	{"exists(net.ipv4.tcp_sack)", "yes"},
	{"known(net.ipv4.tcp_sack)", "no"},
	{"known(cpus)", "yes"},
	{"count(listeners as l where known(l.limit))", "2"},
	{"exists(net.ipv4.tcp_dsack)", "unknown: net.ipv4.tcp_dsack: not observed"},
	/* three values */
	{"net.ipv4.tcp_sack == 1", "unknown: net.ipv4.tcp_sack: EACCES"},
	{"net.ipv4.tcp_sack == 1 and no", "no"},
	{"no and net.ipv4.tcp_sack == 1", "no"},
	{"net.ipv4.tcp_sack == 1 and yes", "unknown: net.ipv4.tcp_sack: EACCES"},
	{"net.ipv4.tcp_sack == 1 or yes", "yes"},
	{"net.ipv4.tcp_sack == 1 or no", "unknown: net.ipv4.tcp_sack: EACCES"},
	{"not net.ipv4.tcp_sack == 1", "unknown: net.ipv4.tcp_sack: EACCES"},
	{"net.ipv4.tcp_tw_recycle == 1", "absent: net.ipv4.tcp_tw_recycle: this host does not have it"},
	{"net.ipv4.tcp_tw_recycle == 1 or yes", "yes"},
	{"net.ipv4.tcp_tw_recycle == 1 and no", "no"},
	{"net.ipv4.tcp_tw_recycle + net.ipv4.tcp_sack == 1", "unknown: net.ipv4.tcp_sack: EACCES"},
	{"exists(net.ipv4.tcp_tw_recycle) and net.ipv4.tcp_tw_recycle == 1", "no"},
	{"if(net.ipv4.tcp_sack == 1, 1, 2)", "unknown: net.ipv4.tcp_sack: EACCES"},
	{"if(yes, 1, net.ipv4.tcp_sack)", "1"},
	{"net.ipv4.tcp_fin_timeout > 1 s",
	 "unknown: net.ipv4.tcp_fin_timeout: it reads as something else than expected"},
	/* what cannot be computed is unknown */
	{"1 / (cpus - 4)", "unknown: division by zero"},
	{"percent(1, cpus - 4)", "unknown: division by zero"},
	{"number(host.name)", "unknown: 'web1' is no number"},
	{"word(host.name, 2)", "unknown: 'web1' has not so many words"},
	{"word(host.name, 0)", "unknown: 'web1' has not so many words"},
	{"word(\"\", 1)", "unknown: '' has not so many words"},
	{"number(\"\")", "unknown: '' is no number"},
	{"number(\"1e999\")", "unknown: '1e999' is no number"},
	{"default(net.ipv4.tcp_rmem)", "unknown: the default of net.ipv4.tcp_rmem is not a fixed number"},
	{"default(cpus)", "unknown: the default of cpus is not a fixed number"},
	{"roundup_pow2(2000000000000000000)", "unknown: too large for a power of two"},
	/* tables */
	{"count(listeners as l)", "3"},
	{"count(listeners as l where l.queued > 4)", "2"},
	{"any(listeners as l where l.queued > 128)", "yes"},
	{"any(listeners as l where l.queued > 200)", "no"},
	{"all(listeners as l where l.queued > 2)", "yes"},
	{"all(listeners as l where l.queued > 3)", "no"},
	{"sum(listeners as l: l.queued)", "137"},
	{"sum(listeners as l where l.loopback: l.queued)", "132"},
	{"most(listeners as l: l.queued)", "129"},
	{"least(listeners as l where l.port > 80: l.queued)", "5"},
	{"most(listeners as l: percent(l.queued, 150))", "86%"},
	{"join(listeners as l where l.queued < 10: l.name)", ":80, :8080"},
	{"join(listeners as l where l.queued > 200: l.name)", ""},
	{"sum(listeners as l where no: l.queued)", "0"},
	{"count(clients as c)", "0"},
	{"any(clients as c where yes)", "no"},
	{"all(clients as c where no)", "yes"},
	{"most(clients as c: c.used)", "0"},
	{"count(listeners as a where any(listeners as b where b.queued > a.queued))", "2"},
	/* rows of which something is not known */
	{"any(listeners as l where l.queued > l.limit)", "yes"},
	{"any(listeners as l where l.limit > 200)", "unknown: not observed"},
	{"all(listeners as l where l.limit > 200)", "no"},
	{"all(listeners as l where l.limit > 100)", "unknown: not observed"},
	{"count(listeners as l where l.limit > 0)", "unknown: not observed"},
	{"count(listeners as l where l.port > 80 and l.limit > 0)", "2"},
	{"sum(listeners as l: l.limit)", "unknown: not observed"},
	{"any(processes as p where yes)", "unknown: processes: EPERM"},
	{"count(destinations as d)", "unknown: destinations: not observed"},
	/* errors */
	{"", "e:1:1: error: the expression is empty"},
	{"1 +", "e:1:4: error: a value is missing here"},
	{"1 2", "e:1:3: error: the expression should have ended here"},
	{"(1", "e:1:3: error: ')' is missing here"},
	{"[1, 2", "e:1:6: error: ']' is missing here"},
	{"010", "e:1:1: error: a number does not begin with 0 (the kernel would read it as octal)"},
	{"'a", "e:1:1: error: this text has no closing '"},
	{"1 = 1", "e:1:3: error: '=' is written '==' in an expression"},
	{"1 ; 2", "e:1:3: error: ';' has no meaning here"},
	{"cpuz", "e:1:1: error: unknown name 'cpuz', did you mean 'cpus'?"},
	{"limits", "e:1:1: error: unknown name 'limits', did you mean 'limit'?"},
	{"net.ipv4.tcp_rmen", "e:1:1: error: unknown name 'net.ipv4.tcp_rmen', did you mean 'net.ipv4.tcp_rmem'?"},
	{"counter.TcpExt.Nothing", "e:1:1: error: unknown name 'counter.TcpExt.Nothing'"},
	{"mim(1)", "e:1:1: error: unknown function 'mim', did you mean 'min'?"},
	{"clamp(1, 2)", "e:1:1: error: clamp() takes more arguments"},
	{"abs(1, 2)", "e:1:8: error: abs() does not take so many arguments"},
	{"min(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)", "e:1:37: error: min() does not take so many arguments"},
	{"min(1, \"a\")", "e:1:8: error: this is a text, and a number is needed"},
	{"min(1 s, 1 MiB)", "e:1:1: error: seconds and bytes do not go together"},
	{"min(1, 5%)", "e:1:1: error: a percentage compares with percent(part, whole), or is multiplied with the whole"},
	{"if(yes, 1, \"a\")", "e:1:1: error: the arguments of if() are not of one kind"},
	{"if(yes, yes, 1)", "e:1:1: error: the arguments of if() are not of one kind"},
	{"if(1, 2, 3)", "e:1:4: error: this is a number, and a yes or no is needed"},
	{"if(yes, [1 s], [1 ms])", "e:1:1: error: the arguments of if() are not of one kind"},
	{"exists(1)", "e:1:8: error: the name of a fact is needed here"},
	{"fires(\"x\")", "e:1:1: error: fires() takes the id of a rule as a text"},
	{"1 and yes", "e:1:1: error: this is a number, and a yes or no is needed"},
	{"not 1", "e:1:5: error: this is a number, and a yes or no is needed"},
	{"yes < no", "e:1:7: error: a yes or no has no order: use == or !="},
	{"\"a\" > \"b\"", "e:1:7: error: a text has no order: use == or !="},
	{"\"a\" + \"b\"", "e:1:1: error: this is a text, and a number is needed"},
	{"1 == yes", "e:1:6: error: this is a yes or no, and a number is needed"},
	{"kernel.version == \"4\"", "e:1:19: error: this is a text, and a kernel version is needed"},
	{"kernel.version == 4 s", "e:1:19: error: this is a number, and a kernel version is needed"},
	{"1 s > 1 MiB", "e:1:7: error: seconds and bytes do not go together"},
	{"1 s + 1 MiB", "e:1:7: error: seconds and bytes do not go together"},
	{"1 > 5%", "e:1:5: error: a percentage compares with percent(part, whole), or is multiplied with the whole"},
	{"1 / 5%", "e:1:5: error: only a percentage can be divided by a percentage"},
	{"50% / 10 s", "e:1:7: error: a percentage cannot be divided by seconds"},
	{"1 / 0", "e:1:5: error: division by zero"},
	{"1 in 2", "e:1:6: error: this is a number, and a tuple is needed"},
	{"1 MiB in [1 s]", "e:1:1: error: this is not counted in seconds"},
	{"[1 s, 2 MiB]", "e:1:7: error: the elements of a tuple have one unit"},
	{"[1, \"a\"]", "e:1:5: error: this is a text, and a number is needed"},
	{"[1,2,3,4,5]", "e:1:10: error: a tuple has at most 4 elements"},
	{"cpus[0]", "e:1:1: error: this is a number, and a tuple is needed"},
	{"net.ipv4.tcp_rmem[4]", "e:1:19: error: an element is [0] to [3]"},
	{"net.ipv4.tcp_rmem[3]", "e:1:19: error: there are only 3 elements, [0] to [2]"},
	{"[1, 2][2]", "e:1:8: error: there are only 2 elements, [0] to [1]"},
	{"net.ipv4.tcp_rmem[a]", "e:1:19: error: an element is [0] to [3]"},
	{"count(nothing as n)", "e:1:7: error: the name of a table is needed here"},
	{"count(listeners l)", "e:1:17: error: 'as NAME' is needed here"},
	{"count(listeners as l where 1)", "e:1:28: error: this is a number, and a yes or no is needed"},
	{"count(listeners as l where l.size > 1)", "e:1:28: error: the table listeners has no column 'size'"},
	{"sum(listeners as l)", "e:1:19: error: ':' is missing here"},
	{"sum(listeners as l: l.name)", "e:1:21: error: this is a text, and a number is needed"},
	{"any(listeners as l where yes) and l.port > 1", "e:1:35: error: unknown name 'l.port'"},
};

START_TEST(a_value)
{
	const char *got = result(values[_i].text);

	ck_assert_msg(!strcmp(got, values[_i].result), "%s: expected %s, got %s", values[_i].text,
		      values[_i].result, got);
}
END_TEST

static char *repeated(const char *first, const char *more, size_t n)
{
	struct text text = text_new(arena);

	text_add(&text, first);
	for (size_t i = 0; i < n; i++)
		text_add(&text, more);
	return text.data;
}

/* However long or deep, an expression is refused before it can exhaust the stack. */
START_TEST(too_large)
{
	static const struct {
		const char *first, *more, *message;
	} texts[] = {
		{"1", "+1", "e:1:1: error: the expression is too large, with its names written out"},
		{"yes", " or yes", "e:1:1: error: the expression is too large, with its names written out"},
		{"", "(", "e:1:101: error: the expression is too deep"},
		{"", "-", "e:1:100: error: the expression is too deep"},
		{"", "not ", "e:1:397: error: the expression is too deep"},
		{"", "min(", "e:1:401: error: the expression is too deep"},
	};

	ck_assert_str_eq(result(repeated(texts[_i].first, texts[_i].more, 100000)), texts[_i].message);
}
END_TEST

/* Names that double each other. */
START_TEST(exponential)
{
	const struct node node = {.type = NODE_SCALAR, .text = "a + a", .place = {"e", 1, 1}};
	struct named_expr name = {"a", expr_literal(arena, value_number(1, UNIT_NONE))};
	const struct scope scope = {.catalog = &shelf->catalog, .names = &name, .n_names = 1};
	size_t n = 0;

	for (; n < 40; n++) {
		const struct expr *expr = expr_parse_any(arena, &diag, &node, &scope);
		struct named_expr *older = arena_alloc(arena, sizeof(*older));

		if (!expr)
			break;
		name.expr = expr;
		*older = name;
	}
	ck_assert_uint_lt(n, 20);
	ck_assert_uint_eq(diag.errors, 1);
}
END_TEST

/* Tables inside tables come to an end, and to no answer. */
START_TEST(too_much_to_compute)
{
	for (int i = 0; i < 1000; i++)
		add_listener(":9", 9000, 1);
	ck_assert_str_eq(result("count(listeners as a where count(listeners as b where "
				"count(listeners as c where c.port == 1) == 1) == 1)"),
			 "unknown: there is too much to compute");
}
END_TEST

/* Texts cost memory: they come to an end sooner. */
START_TEST(too_many_texts)
{
	static const char *const texts[] = {
		"any(listeners as b where known(count(processes as p)))",
		"any(listeners as b where known(net.ipv4.tcp_sack))",
		"any(listeners as b where raw(b.port) == \"no\")",
		"any(listeners as b where join(clients as c: c.name) == \"no\" or raw(b.port) == \"no\")",
	};

	for (int i = 0; i < 1600; i++)
		add_listener(":9", 9000, 1);
	ck_assert_str_eq(result(arena_printf(arena, "any(listeners as a where %s)", texts[_i])),
			 "unknown: there is too much to compute");
}
END_TEST

/* No infinity, nor what is not a number at all: each would compare as it likes. */
START_TEST(too_large_a_number)
{
	static const char *const texts[] = {"B", "B - B == 0", "B / B", "B * -1 < 0", "min(B, 5)", "max(B, 5)", "[B][0] > 1"};
	struct text huge = text_new(arena), text = text_new(arena);

	for (int i = 0; i < 16; i++)
		text_printf(&huge, "%s99999999999999999999", i ? " * " : "");
	for (const char *s = texts[_i]; *s; s++) {
		if (*s == 'B')
			text_printf(&text, "(%s)", huge.data);
		else
			text_add_n(&text, s, 1);
	}
	ck_assert_str_eq(result(text.data), "unknown: too large a number");
}
END_TEST

START_TEST(a_wanted_type)
{
	const struct node node = {.type = NODE_SCALAR, .text = "1 + 1", .place = {"e", 3, 7}};
	const struct node list = {.type = NODE_LIST, .place = {"e", 4, 1}};
	const struct scope scope = {.catalog = &shelf->catalog};

	ck_assert_ptr_nonnull(expr_parse(arena, &diag, &node, &scope, VALUE_NUMBER));
	ck_assert_ptr_null(expr_parse(arena, &diag, &node, &scope, VALUE_TEXT));
	ck_assert_ptr_null(expr_parse(arena, &diag, &list, &scope, VALUE_TEXT));
	ck_assert_str_eq(diag_format(arena, &diag.messages[0]),
			 "e:3:7: error: this is a number, and a text is needed");
	ck_assert_str_eq(diag_format(arena, &diag.messages[1]), "e:4:1: error: an expression is needed here");
}
END_TEST

START_TEST(in_another_unit)
{
	struct eval eval = {.arena = arena, .facts = facts, .catalog = &shelf->catalog};
	const struct expr *delay = parse("2 s"), *plain = parse("2");

	ck_assert_ptr_null(expr_in_unit(arena, delay, UNIT_BYTES));
	ck_assert_str_eq(value_show(arena, expr_eval(expr_in_unit(arena, delay, UNIT_MILLISECONDS), &eval).value),
			 "2000 ms");
	ck_assert_ptr_null(expr_in_unit(arena, delay, UNIT_NONE));
	ck_assert_str_eq(value_show(arena, expr_eval(expr_in_unit(arena, plain, UNIT_SECONDS), &eval).value), "2 s");
	ck_assert_int_eq(expr_unit(expr_in_unit(arena, plain, UNIT_SECONDS)), UNIT_SECONDS);
}
END_TEST

START_TEST(the_facts_it_reads)
{
	const char **list = NULL;
	size_t n = 0, capacity = 0;

	names[0].expr = parse("cpus + 1");
	expr_facts(parse("uptime > delay and exists(net.ipv4.tcp_sack) and limit > 1 and limit > cpus"), arena,
		   &list, &n, &capacity);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(list[0], "uptime");
	ck_assert_str_eq(list[1], "net.ipv4.tcp_sack");
	ck_assert_str_eq(list[2], "cpus");
}
END_TEST

Suite *expr_suite(void);

Suite *expr_suite(void)
{
	Suite *suite = suite_create("expr");
	TCase *tcase = tcase_create("expr");

	shelf = shelf_open();
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_value, 0, (int)N(values));
	tcase_add_loop_test(tcase, too_large, 0, 6);
	tcase_add_test(tcase, exponential);
	tcase_add_test(tcase, too_much_to_compute);
	tcase_add_loop_test(tcase, too_many_texts, 0, 4);
	tcase_add_loop_test(tcase, too_large_a_number, 0, 7);
	tcase_add_test(tcase, a_wanted_type);
	tcase_add_test(tcase, in_another_unit);
	tcase_add_test(tcase, the_facts_it_reads);
	suite_add_tcase(suite, tcase);
	return suite;
}
