#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/builtin.h"
#include "core/counter.h"
#include "core/param.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static struct diag diag;
static struct params *params;

static const char file[] =
	"- {key: net.ipv4.tcp_fin_timeout, type: integer, unit: seconds, min: -INT_MAX/HZ, max: INT_MAX/HZ,\n"
	"   default: 60, scope: namespace, namespace_since: 4.6, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_tw_reuse, type: enum, values: {0: off, 1: on, 2: loopback only}, min: 0, max: 2,\n"
	"   default: 2, scope: namespace, does: d, sources: s, changes: [{since: 4.18, what: w, default: 2, was: 0}]}\n"
	"- {key: net.ipv4.tcp_ecn, type: enum, values: {0: off, 1: on, 2: in, 3: a, 4: b, 5: c}, min: 0, max: 2,\n"
	"   default: 2, scope: namespace, does: d, sources: s,\n"
	"   changes: [{since: 2.6.31, what: w, default: 2, was: 0}, {since: 7.0, what: w, max: 5}]}\n"
	"- {key: net.ipv4.tcp_sack, type: boolean, max: 255, default: 1, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_rmem, type: tuple, arity: 3, ordered: true, unit: bytes, min: 1, max: INT_MAX,\n"
	"   default_formula: f, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.ip_local_port_range, type: tuple, arity: 2, ordered: true, counts: ports, min: 1, max: 65535,\n"
	"   default: 32768 60999, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.ip_local_reserved_ports, type: ports, default: \"\", scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_congestion_control, type: text, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_mem, type: tuple, arity: 3, unit: pages, min: 0, max: ULONG_MAX, scope: global,\n"
	"   does: d, sources: s}\n"
	"- {key: net.ipv4.icmp_ratelimit, type: integer, unit: milliseconds, rounded: true, min: 0, max: INT_MAX,\n"
	"   scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_ehash_entries, type: integer, read_only: true, scope: namespace, does: d, sources: s}\n"
	"- {key: net.core.somaxconn, type: integer, min: 0, max: INT_MAX, default: 4096, scope: namespace, does: d,\n"
	"   sources: s, changes: [{since: 5.4, what: w, default: 4096, was: 128}]}\n"
	"- {key: \"net.ipv4.conf.{all,default}.rp_filter\", type: integer, scope: namespace, does: d, sources: s}\n";

static struct node *read(const char *text)
{
	struct node *node = node_load(arena, &diag, "p.yaml", text, strlen(text));

	ck_assert_ptr_nonnull(node);
	return node;
}

static const char *messages(void)
{
	struct text text = text_new(arena);

	for (size_t i = 0; i < diag.n; i++)
		text_printf(&text, "%s\n", diag_format(arena, &diag.messages[i]));
	return text.data;
}

static void setup(void)
{
	arena = arena_new();
	diag = diag_new(arena);
	params = params_new(arena);
	params_load(params, read(file), &diag);
	ck_assert_str_eq(messages(), "");
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct param *get(const char *key)
{
	const struct param *param = params_find(params, arena_printf(arena, "net.%s", key));

	ck_assert_msg(param != NULL, "%s is not known", key);
	return param;
}

/* said NULL: it may be written. Otherwise the reason has these words in it. */
static const struct {
	const char *key, *text, *said;
} refusals[] = {
	{"ipv4.tcp_fin_timeout", "30", NULL},
	{"ipv4.tcp_fin_timeout", " 30 ", NULL},
	{"ipv4.tcp_fin_timeout", "2147483", NULL},
	{"ipv4.tcp_fin_timeout", "2147484", "above 2147483"},
	{"ipv4.tcp_fin_timeout", "-2147484", "below -2147483"},
	{"ipv4.tcp_fin_timeout", "010", "'010' is octal to the kernel: it would be 8"},
	{"ipv4.tcp_fin_timeout", "-010", "octal to the kernel: it would be -8"},
	{"ipv4.tcp_fin_timeout", "08", "'08' is not an integer"},
	{"ipv4.tcp_fin_timeout", "00", "octal"},
	{"ipv4.tcp_fin_timeout", "0x10", "'0x10' is hexadecimal to the kernel: it would be 16"},
	{"ipv4.tcp_fin_timeout", "0x", "not an integer"},
	{"ipv4.tcp_fin_timeout", "0", NULL},
	{"ipv4.tcp_fin_timeout", "31 # x", "'#' would be written too"},
	{"ipv4.tcp_fin_timeout", "31 ;x", "';x' would be written too"},
	{"ipv4.tcp_fin_timeout", "10 20", "one number is needed: the kernel would take '10' and ignore"},
	{"ipv4.tcp_fin_timeout", "30s", "'30s' is not an integer: the kernel takes plain numbers"},
	{"ipv4.tcp_fin_timeout", "60.5", "takes no fractions"},
	{"ipv4.tcp_fin_timeout", "+1", "'+1' is not an integer"},
	{"ipv4.tcp_fin_timeout", "1e3", "'1e3' is not an integer"},
	{"ipv4.tcp_fin_timeout", "--1", "'--1' is not an integer"},
	{"ipv4.tcp_fin_timeout", "-", "'-' is not an integer"},
	{"ipv4.tcp_fin_timeout", "", "it is empty"},
	{"ipv4.tcp_fin_timeout", " ", "it is empty"},
	{"ipv4.tcp_fin_timeout", "30\n", "control character"},
	{"ipv4.tcp_fin_timeout", "30\x1b", "control character"},
	{"ipv4.tcp_fin_timeout", "99999999999999999999999", "too large"},
	{"ipv4.tcp_tw_reuse", "2", NULL},
	{"ipv4.tcp_tw_reuse", "3", "above 2"},
	{"ipv4.tcp_tw_reuse", "-1", "below 0"},
	{"ipv4.tcp_ecn", "2", NULL},
	{"ipv4.tcp_ecn", "3", "above 2"},
	{"ipv4.tcp_sack", "1", NULL},
	{"ipv4.tcp_sack", "2", "2 is neither 0 (off) nor 1 (on)"},
	{"ipv4.tcp_sack", "256", "above 255"},
	{"ipv4.tcp_rmem", "4096 131072 6291456", NULL},
	{"ipv4.tcp_rmem", "4096\t131072\t6291456", NULL},
	{"ipv4.tcp_rmem", "4096 131072", "3 numbers are needed, not 2"},
	{"ipv4.tcp_rmem", "4096 131072 6291456 1", "too many numbers: the kernel would take '6291456'"},
	{"ipv4.tcp_rmem", "4096 131072 6291456 # max", "'#' would be written too"},
	{"ipv4.tcp_rmem", "6291456 4096 4096", "4096 is below 6291456: the numbers must not fall"},
	{"ipv4.tcp_rmem", "4096 131072 4096", "4096 is below 131072"},
	{"ipv4.tcp_rmem", "4096 4096 4096", NULL},
	{"ipv4.tcp_rmem", "0 4096 4096", "0 is below 1"},
	{"ipv4.tcp_rmem", "4096 131072 2147483648", "above 2147483647"},
	{"ipv4.ip_local_port_range", "10000 65535", NULL},
	{"ipv4.ip_local_port_range", "65535 10000", "must not fall"},
	{"ipv4.ip_local_port_range", "10000 65536", "above 65535"},
	{"ipv4.ip_local_port_range", "10000-65535", "'10000-65535' is not an integer"},
	{"ipv4.ip_local_port_range", "10000", "2 numbers are needed, not 1"},
	{"ipv4.ip_local_reserved_ports", "", NULL},
	{"ipv4.ip_local_reserved_ports", "8080", NULL},
	{"ipv4.ip_local_reserved_ports", "8080,9000-9010", NULL},
	{"ipv4.ip_local_reserved_ports", "8080, 9000", "' 9000' is no port"},
	{"ipv4.ip_local_reserved_ports", "5000 # c", "'5000 # c' is no port"},
	{"ipv4.ip_local_reserved_ports", "8080,", "missing behind the last comma"},
	{"ipv4.ip_local_reserved_ports", ",8080", "'' is no port"},
	{"ipv4.ip_local_reserved_ports", "9010-9000", "begins above its end"},
	{"ipv4.ip_local_reserved_ports", "65536", "above 65535"},
	{"ipv4.ip_local_reserved_ports", "1-2-3", "is no port"},
	{"ipv4.ip_local_reserved_ports", "99999999999999999999999", "above 65535"},
	{"ipv4.tcp_congestion_control", "bbr", NULL},
	{"ipv4.tcp_congestion_control", "", "it is empty"},
	{"ipv4.tcp_congestion_control", "bbr # fast", "would be written too"},
	{"ipv4.tcp_congestion_control", "bbr\x7f", "control character"},
	{"ipv4.tcp_congestion_control", "bbr\xc2\x9b", "not ASCII"},
	{"ipv4.tcp_fin_timeout", "\xd9\xa3", "not ASCII"},
	{"ipv4.tcp_mem", "1 2 18446744073709551615", NULL},
	{"ipv4.tcp_mem", "1 2 18446744073709551616", "too large"},
	{"ipv4.tcp_ehash_entries", "1", "lets nobody write"},
};

START_TEST(test_refuses)
{
	const char *why = param_refuses(arena, get(refusals[_i].key), refusals[_i].text);

	if (!refusals[_i].said)
		ck_assert_msg(!why, "'%s' is refused: %s", refusals[_i].text, why);
	else
		ck_assert_msg(why && strstr(why, refusals[_i].said), "'%s': %s", refusals[_i].text,
			      why ? why : "not refused");
}
END_TEST

static const struct {
	const char *key, *text, *raw; /* raw NULL: no value */
} parses[] = {
	{"ipv4.tcp_fin_timeout", "60\n", "60"},
	{"ipv4.tcp_fin_timeout", "-5", "-5"},
	{"ipv4.tcp_fin_timeout", "", NULL},
	{"ipv4.tcp_fin_timeout", "x", NULL},
	{"ipv4.tcp_fin_timeout", "1 2", NULL},
	{"ipv4.tcp_rmem", "4096\t131072\t6291456\n", "4096 131072 6291456"},
	{"ipv4.tcp_rmem", "4096\t131072", NULL},
	{"ipv4.tcp_congestion_control", "reno cubic\n", "reno cubic"},
	{"ipv4.ip_local_reserved_ports", "\n", ""},
};

START_TEST(test_parse)
{
	const struct param *param = get(parses[_i].key);
	struct value value;
	bool is_value = param_parse(arena, param, parses[_i].text, &value);

	ck_assert_int_eq(is_value, parses[_i].raw != NULL);
	if (is_value) {
		ck_assert_int_eq(value.type, param_value_type(param));
		ck_assert_int_eq(value.unit, param->unit);
		ck_assert_str_eq(value_raw(arena, value), parses[_i].raw);
	}
}
END_TEST

static const struct {
	const char *key, *a, *b;
	bool is_same;
} pairs[] = {
	{"ipv4.tcp_fin_timeout", "60", "60\n", true},
	{"ipv4.tcp_fin_timeout", "60", "61", false},
	{"ipv4.tcp_fin_timeout", "010", "8", true},
	{"ipv4.tcp_fin_timeout", "0x10", "16", true},
	{"ipv4.tcp_fin_timeout", "60", "60 61", false},
	{"ipv4.tcp_fin_timeout", "60", "", false},
	{"ipv4.tcp_fin_timeout", "-1", "1", false},
	{"ipv4.tcp_rmem", "4096 131072 6291456", "4096\t131072\t6291456\n", true},
	{"ipv4.tcp_rmem", "4096 131072 6291456", "4096\t131072\t6291457\n", false},
	{"ipv4.tcp_rmem", "4096 131072", "4096\t131072\t6291456\n", false},
	{"ipv4.ip_local_reserved_ports", "8080,9000-9002", "9000,9001,9002,8080", true},
	{"ipv4.ip_local_reserved_ports", "8080,9000-9002", "8080,9000-9001", false},
	{"ipv4.ip_local_reserved_ports", "", "\n", true},
	{"ipv4.ip_local_reserved_ports", "x", "y", false},
	{"ipv4.tcp_congestion_control", "bbr", " bbr\n", true},
	{"ipv4.tcp_congestion_control", "bbr", "cubic", false},
	{"ipv4.tcp_congestion_control", "reno cubic", "reno  cubic", true},
	{"ipv4.tcp_congestion_control", "1", "01", false},
	{"ipv4.icmp_ratelimit", "1", "4", true},
	{"ipv4.icmp_ratelimit", "1000", "1020", false},
	{"ipv4.tcp_mem", "1 2 18446744073709551615", "1\t2\t18446744073709551615", true},
};

START_TEST(test_same)
{
	const struct param *param = get(pairs[_i].key);

	ck_assert_int_eq(param_same(param, pairs[_i].a, pairs[_i].b), pairs[_i].is_same);
	ck_assert_int_eq(param_same(param, pairs[_i].b, pairs[_i].a), pairs[_i].is_same);
}
END_TEST

static const struct {
	const char *key, *kernel, *text;
} defaults[] = {
	{"ipv4.tcp_fin_timeout", "3.10", "60"},
	{"ipv4.tcp_tw_reuse", "4.17.19", "0"},
	{"ipv4.tcp_tw_reuse", "4.18", "2"},
	{"ipv4.tcp_tw_reuse", "6.18.44", "2"},
	{"ipv4.tcp_ecn", "7.1", "2"},
	{"core.somaxconn", "4.19", "128"},
	{"core.somaxconn", "5.4", "4096"},
	{"ipv4.tcp_rmem", "6.18", NULL},
};

START_TEST(test_default)
{
	struct version kernel;
	const char *text;

	ck_assert(version_parse(defaults[_i].kernel, &kernel));
	text = param_default(get(defaults[_i].key), kernel);
	ck_assert_str_eq(text ? text : "(none)", defaults[_i].text ? defaults[_i].text : "(none)");
}
END_TEST

START_TEST(test_on)
{
	const struct version old = {4, 14, 0}, new = {7, 0, 1};
	const struct param *here = param_on(arena, get("ipv4.tcp_ecn"), new, 0);

	ck_assert_double_eq(here->max.number, 5);
	ck_assert_ptr_null(param_refuses(arena, here, "5"));
	ck_assert_double_eq(param_on(arena, get("ipv4.tcp_ecn"), old, 0)->max.number, 2);
	here = param_on(arena, get("ipv4.tcp_fin_timeout"), old, 250);
	ck_assert_double_eq(here->max.number, 8589934);
	ck_assert_double_eq(here->min.number, -8589934);
	ck_assert_str_eq(param_on(arena, get("ipv4.tcp_tw_reuse"), old, 100)->default_text, "0");
}
END_TEST

START_TEST(test_bound_text)
{
	ck_assert_str_eq(param_bound_text(arena, &get("ipv4.tcp_mem")->max), "18446744073709551615");
	ck_assert_str_eq(param_bound_text(arena, &get("ipv4.tcp_rmem")->max), "2147483647");
	ck_assert_str_eq(param_bound_text(arena, &get("ipv4.tcp_fin_timeout")->min), "-2147483");
}
END_TEST

static const struct {
	const char *word, *key;
} slips[] = {
	{"net.ipv4.tcp_fin_timout", "net.ipv4.tcp_fin_timeout"},
	{"net.ipv4.somaxconn", "net.core.somaxconn"},
	{"somaxconn", "net.core.somaxconn"},
	{"somaxcon", "net.core.somaxconn"},
	{"tcp_fin_timeout", "net.ipv4.tcp_fin_timeout"},
	{"conf.default.rp_filter", "net.ipv4.conf.default.rp_filter"},
	{"net.ipv4.tcp_reuse", "net.ipv4.tcp_tw_reuse"},
	{"net.ipv4.tcp_xyz", NULL},
	{"", NULL},
	{".", NULL},
};

START_TEST(test_nearest)
{
	const char *near = params_nearest(params, slips[_i].word);

	ck_assert_str_eq(near ? near : "(none)", slips[_i].key ? slips[_i].key : "(none)");
}
END_TEST

START_TEST(test_find)
{
	ck_assert_uint_eq(params_count(params), 14);
	for (size_t i = 1; i < params_count(params); i++)
		ck_assert_int_lt(strcmp(params_at(params, i - 1)->key, params_at(params, i)->key), 0);
	ck_assert_ptr_null(params_find(params, "net.ipv4.tcp_nothing"));
	ck_assert_ptr_null(params_find(params, "net.ipv4.conf.eth0.rp_filter"));
	ck_assert_ptr_nonnull(params_find(params, "net.ipv4.conf.all.rp_filter"));
	ck_assert_str_eq(params_describe(params, "net.ipv4.conf.eth0/100.rp_filter")->key,
			 "net.ipv4.conf.default.rp_filter");
	ck_assert_ptr_null(params_describe(params, "net.ipv4.conf.rp_filter"));
	ck_assert_ptr_null(params_describe(params, "net.ipv4.conf.eth0.nothing"));
}
END_TEST

START_TEST(test_replace)
{
	const struct param *param;

	ck_assert(params_load(params,
			      read("- {key: net.core.somaxconn, type: integer, scope: namespace, does: other, sources: s}\n"
				   "- {key: net.core.new, type: integer, scope: global, does: d, sources: s}\n"),
			      &diag));
	param = params_find(params, "net.core.somaxconn");
	ck_assert_str_eq(param->summary, "other");
	ck_assert_uint_eq(params_count(params), 15);
	ck_assert_ptr_nonnull(params_find(params, "net.core.new"));
}
END_TEST

#define ENTRY "- {key: net.x, type: integer, scope: global, does: d, sources: s"

static const struct {
	const char *text, *said;
} bad[] = {
	{"a: 1\n", "p.yaml:1:1: error: a parameter file is a list of parameters\n"},
	{"- x\n", "p.yaml:1:3: error: a parameter must be a map, not a text\n"},
	{ENTRY ", mim: 1}\n", "p.yaml:1:67: error: unknown key 'mim' in a parameter, did you mean 'min'?\n"},
	{"- {key: net.x, type: integer, scope: global, sources: s}\n",
	 "p.yaml:1:3: error: missing key 'does' in a parameter\n"},
	{"- {key: kernel.x, type: integer, scope: global, does: d, sources: s}\n",
	 "p.yaml:1:9: error: 'kernel.x' is no key of net.*, written with dots\n"},
	{"- {key: \"net.{a\", type: integer, scope: global, does: d, sources: s}\n",
	 "p.yaml:1:9: error: 'net.{a' is no key of net.*, written with dots\n"},
	{"- {key: net.x, type: intger, scope: globl, does: d, sources: s}\n",
	 "p.yaml:1:22: error: unknown word 'intger', did you mean 'integer'?\n"
	 "p.yaml:1:37: error: unknown word 'globl', did you mean 'global'?\n"},
	{"- {key: net.x, type: tuple, scope: global, does: d, sources: s}\n",
	 "p.yaml:1:22: error: a tuple needs 'arity', and nothing else has one\n"},
	{"- {key: net.x, type: enum, scope: global, does: d, sources: s}\n",
	 "p.yaml:1:22: error: an enum needs 'values'\n"},
	{ENTRY ", min: 5, max: 4}\n", "p.yaml:1:72: error: 'min' is above 'max'\n"},
	{ENTRY ", min: one}\n", "p.yaml:1:72: error: 'one' is not an integer\n"},
	{ENTRY ", unit: sockets}\n",
	 "p.yaml:1:73: error: unknown unit 'sockets'; what is counted is told by 'counts'\n"},
	{ENTRY ", unit: bytes, counts: x}\n",
	 "p.yaml:1:88: error: a parameter has a unit or counts something, not both\n"},
	{ENTRY ", default: many}\n",
	 "p.yaml:1:76: error: the default 'many' is no value of this parameter\n"},
	{ENTRY ", removed: soon}\n", "p.yaml:1:76: error: 'soon' is no kernel version\n"},
	{ENTRY ", namespace_since: 4.6}\n",
	 "p.yaml:1:84: error: a global parameter is in no namespace\n"},
	{ENTRY ", disputed: {said: [{says: a, who: b}], verdict: c}}\n",
	 "p.yaml:1:84: error: it takes two to disagree\n"},
	{ENTRY ", disputed: {said: [{says: a, who: b}, {says: c}], verdict: d}}\n",
	 "p.yaml:1:104: error: missing key 'who' in an opinion\n"},
	{ENTRY ", disputed: {said: [{says: a, who: b}, {says: c, who: d}]}}\n",
	 "p.yaml:1:77: error: missing key 'verdict' in a dispute\n"},
	{ENTRY ", changes: [{since: 5.4, what: a}, {since: 5.3, what: b}]}\n",
	 "p.yaml:1:100: error: changes must be in order, the oldest first\n"},
	{ENTRY "}\n" ENTRY "}\n", "p.yaml:2:3: error: net.x is also described in line 1\n"},
};

START_TEST(test_bad)
{
	ck_assert(!params_load(params, read(bad[_i].text), &diag));
	ck_assert_str_eq(messages(), bad[_i].said);
}
END_TEST

START_TEST(test_counters)
{
	struct counters counters = counters_new(arena);
	size_t index = 99;

	ck_assert(counters_load(&counters,
				read("- {counter: Tcp.OutRsts, means: a, sources: s}\n"
				     "- {counter: TcpExt.TW, since: 3.10, means: b, sources: [s, t]}\n"),
				&diag));
	ck_assert(counters_load(&counters, read("- {counter: Tcp.OutRsts, means: c, sources: s}\n"), &diag));
	ck_assert_uint_eq(counters.n, 2);
	ck_assert(counters_find(&counters, "TcpExt.TW", &index));
	ck_assert_str_eq(counters.defs[index].summary, "b");
	ck_assert_str_eq(counters.notes[index].since, "3.10");
	ck_assert_uint_eq(counters.notes[index].n_sources, 2);
	ck_assert(counters_find(&counters, "Tcp.OutRsts", &index));
	ck_assert_str_eq(counters.defs[index].summary, "c");
	ck_assert(!counters_find(&counters, "Tcp.X", &index));
}
END_TEST

static const struct {
	const char *text, *said;
} bad_counters[] = {
	{"a: 1\n", "p.yaml:1:1: error: a counter file is a list of counters\n"},
	{"- {counter: TW, means: a, sources: s}\n",
	 "p.yaml:1:13: error: 'TW' is no counter's name, which is like TcpExt.ListenOverflows\n"},
	{"- {counter: TcpExt.TW.x, means: a, sources: s}\n",
	 "p.yaml:1:13: error: 'TcpExt.TW.x' is no counter's name, which is like TcpExt.ListenOverflows\n"},
	{"- {counter: TcpExt.TW, sources: s}\n", "p.yaml:1:3: error: missing key 'means' in a counter\n"},
	{"- {counter: A.b, means: a, sources: s}\n- {counter: A.b, means: a, sources: s}\n",
	 "p.yaml:2:3: error: A.b is also described in line 1\n"},
};

START_TEST(test_bad_counters)
{
	struct counters counters = counters_new(arena);

	ck_assert(!counters_load(&counters, read(bad_counters[_i].text), &diag));
	ck_assert_str_eq(messages(), bad_counters[_i].said);
}
END_TEST

static void load_builtin(struct params *all, struct counters *counters)
{
	for (size_t i = 0; i < builtin_n; i++) {
		if (builtin_files[i].kind == BUILTIN_PARAMETERS)
			params_load(all, builtin_files[i].document, &diag);
		if (builtin_files[i].kind == BUILTIN_COUNTERS)
			counters_load(counters, builtin_files[i].document, &diag);
	}
	ck_assert_str_eq(messages(), "");
	ck_assert_uint_gt(params_count(all), 400);
}

/* The files that come with the program hang together. */
START_TEST(test_builtin)
{
	struct params *all = params_new(arena);
	struct counters counters = counters_new(arena);
	const struct version checked = {6, 18, 0};

	load_builtin(all, &counters);
	for (size_t i = 0; i < params_count(all); i++) {
		const struct param *param = params_at(all, i);
		const char *text = param_default(param, checked), *why;
		size_t index;

		ck_assert_msg(param->default_text || param->default_formula || param->read_only,
			      "%s has no default", param->key);
		ck_assert_msg(!text == !param->default_text && (!text || !strcmp(text, param->default_text)),
			      "%s: the default of 6.18 is not what its changes make of it", param->key);
		why = text && !param->read_only ? param_refuses(arena, param, text) : NULL;
		ck_assert_msg(!why, "%s: the default is refused: %s", param->key, why);
		for (size_t k = 0; k < param->n_related; k++)
			ck_assert_msg(params_find(all, param->related[k]) ||
					      counters_find(&counters, param->related[k], &index),
				      "%s is related to %s, which is not known", param->key,
				      param->related[k]);
		ck_assert_msg(!param->min_key || params_find(all, param->min_key), "%s", param->key);
		ck_assert_msg(!param->max_key || params_find(all, param->max_key), "%s", param->key);
	}
}
END_TEST

Suite *param_suite(void);

#define TUPLE {.type = PARAM_TUPLE, .arity = 3, .min = {true, 1, 0}, .max = {true, 100000, 0}}
#define SINGLE {.type = PARAM_INTEGER, .arity = 1, .min = {true, 0, 0}, .max = {true, 100, 0}}

/* As measured: integers, a tuple in part, octal, junk behind a blank. NULL: it cannot be told. */
static const struct {
	struct param param;
	const char *before, *text, *want;
} written[] = {
	{SINGLE, "60", "30", "30"},
	{SINGLE, NULL, "30", "30"},
	{SINGLE, "60", "030", "24"},
	{SINGLE, "60", "0x1e", "30"},
	{SINGLE, "60", "31 # x", "31"},
	{SINGLE, "60", "100", "100"},
	{SINGLE, "60", "101", "60"},
	{SINGLE, "60", "-1", "60"},
	{SINGLE, "60", "31#x", "60"},
	{SINGLE, "60", "thirty", "60"},
	{SINGLE, "60", "", "60"},
	{SINGLE, NULL, "thirty", NULL},
	{TUPLE, "1 2 3", "4 5 6", "4 5 6"},
	{TUPLE, "1 2 3", "4\t5\t6", "4 5 6"},
	{TUPLE, "1 2 3", "4 5 6 7", "4 5 6"},
	{TUPLE, "1 2 3", "4", "4 2 3"},
	{TUPLE, "1 2 3", "4 5", "4 5 3"},
	{TUPLE, NULL, "4 5", NULL},
	{TUPLE, "1 2 3", "4 x 6", NULL},
	{TUPLE, "1 2 3", "4 100001", NULL},
	{TUPLE, "1 2 3", "6 5 4", "6 5 4"},
	{{.type = PARAM_TUPLE, .arity = 2, .is_ordered = true}, "1 2", "6 5", NULL},
	{{.type = PARAM_TUPLE, .arity = 2, .is_ordered = true}, "1 2", "5 6", "5 6"},
	{{.type = PARAM_INTEGER, .arity = 1, .read_only = true}, "7", "8", "7"},
	{{.type = PARAM_TEXT, .arity = 1}, "cubic", "bbr", "bbr"},
	{{.type = PARAM_PORTS, .arity = 1}, "", "8080,9000-9010", "8080,9000-9010"},
	{{.type = PARAM_PORTS, .arity = 1}, "80", "", ""},
	{{.type = PARAM_PORTS, .arity = 1}, "80", "010", NULL},
	{{.type = PARAM_PORTS, .arity = 1}, "80", "9-8", NULL},
};

START_TEST(what_is_written_is_foretold)
{
	const char *why = NULL;
	const char *got = param_written(arena, &written[_i].param, written[_i].before, written[_i].text, &why);

	ck_assert_pstr_eq(got, written[_i].want);
	ck_assert_int_eq(!got, why != NULL);
}
END_TEST

Suite *param_suite(void)
{
	Suite *suite = suite_create("param");
	TCase *tcase = tcase_create("param");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_refuses, 0, N(refusals));
	tcase_add_loop_test(tcase, test_parse, 0, N(parses));
	tcase_add_loop_test(tcase, test_same, 0, N(pairs));
	tcase_add_loop_test(tcase, test_default, 0, N(defaults));
	tcase_add_test(tcase, test_on);
	tcase_add_test(tcase, test_bound_text);
	tcase_add_loop_test(tcase, test_nearest, 0, N(slips));
	tcase_add_test(tcase, test_find);
	tcase_add_test(tcase, test_replace);
	tcase_add_loop_test(tcase, test_bad, 0, N(bad));
	tcase_add_test(tcase, test_builtin);
	tcase_add_test(tcase, test_counters);
	tcase_add_loop_test(tcase, test_bad_counters, 0, N(bad_counters));
	tcase_add_loop_test(tcase, what_is_written_is_foretold, 0, N(written));
	suite_add_tcase(suite, tcase);
	return suite;
}
