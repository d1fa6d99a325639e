#include <check.h>
#include <string.h>

#include "core/judge.h"
#include "core/text.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct shelf *shelf;
static struct arena *arena;
static struct facts *facts;

/* What every rule must have, and this test does not look at. */
#define REST " summary: s, evidence: [], remedy: [], sources: []}\n"

static void add_listener(const char *name, double queued, bool has_limit)
{
	struct fact *row = table_add_row(facts, facts_table(facts, &listeners_def));

	row[LISTENER_NAME] = fact_known(value_text(name));
	row[LISTENER_QUEUED] = fact_known(value_number(queued, UNIT_NONE));
	if (has_limit)
		row[LISTENER_LIMIT] = fact_known(value_number(128, UNIT_NONE));
	else
		row[LISTENER_LIMIT] = fact_missing(FACT_UNREADABLE, "hidden");
}

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	facts_set(facts, "cpus", value_number(4, UNIT_NONE));
	facts_set(facts, "kernel.version",
		  (struct value){.type = VALUE_VERSION, .version = {4, 11, 2}});
	facts_set_missing(facts, "net.ipv4.tcp_tw_recycle", FACT_ABSENT, "gone");
	facts_set_missing(facts, "net.ipv4.tcp_sack", FACT_UNREADABLE, "EACCES");
	facts_table(facts, &listeners_def)->state = FACT_KNOWN;
}

static void teardown(void)
{
	arena_free(arena);
}

/* The compiled rules hold texts of the shelf's arena, which lives as long as the suite. */
static struct findings *judged(const char *rules)
{
	shelf_compile(shelf, "r", rules);
	ck_assert_str_eq(shelf_messages(shelf), "");
	return judge(arena, shelf->rules, &shelf->catalog, facts);
}

/* A line for everything: "high a subject: summary", "? a: why", "- a: why", "quiet 3". */
static const char *shown(const struct findings *findings)
{
	struct text text = text_new(arena);

	for (size_t i = 0; i < findings->n; i++)
		text_printf(&text, "%s %s %s\n", severity_name(findings->items[i].severity),
			    findings->items[i].id, findings->items[i].subject);
	for (size_t i = 0; i < findings->n_unknown; i++)
		text_printf(&text, "? %s: %s\n", findings->unknown[i].id, findings->unknown[i].why);
	for (size_t i = 0; i < findings->n_not_applicable; i++)
		text_printf(&text, "- %s: %s\n", findings->not_applicable[i].id,
			    findings->not_applicable[i].why);
	text_printf(&text, "quiet %zu\n", findings->n_quiet);
	return text.data;
}

static const struct {
	const char *rules, *result;
} verdicts[] = {
	{"[]", "quiet 0\n"},
	{"- {id: a, title: T, when: cpus > 3, severity: low," REST, "low a \nquiet 0\n"},
	{"- {id: a, title: T, when: cpus > 4, severity: low," REST, "quiet 1\n"},
	{"- {id: a, title: T, when: net.ipv4.tcp_sack > 0, severity: low," REST,
	 "? a: net.ipv4.tcp_sack: EACCES\nquiet 0\n"},
	{"- {id: a, title: T, when: net.ipv4.tcp_tw_recycle > 0, severity: low," REST,
	 "- a: net.ipv4.tcp_tw_recycle: gone\nquiet 0\n"},
	{"- {id: a, title: T, when: uptime > 0 s, severity: low," REST,
	 "? a: uptime: not observed\nquiet 0\n"},
	/* the worst severity that holds, whatever the order of the file */
	{"- {id: a, title: T, severity: {info: cpus > 0, high: cpus > 3, critical: cpus > 4}," REST,
	 "high a \nquiet 0\n"},
	{"- {id: a, title: T, severity: {high: cpus > 4, low: cpus > 5}," REST, "quiet 1\n"},
	/* one that is not known does not hide one that holds, and is not taken for no */
	{"- {id: a, title: T, severity: {high: net.ipv4.tcp_sack > 0, low: cpus > 3}," REST,
	 "low a \nquiet 0\n"},
	{"- {id: a, title: T, severity: {high: net.ipv4.tcp_sack > 0, low: cpus > 5}," REST,
	 "? a: net.ipv4.tcp_sack: EACCES\nquiet 0\n"},
	{"- {id: a, title: T, when: cpus > 5, severity: {high: net.ipv4.tcp_sack > 0}," REST, "quiet 1\n"},
	/* kernels */
	{"- {id: a, title: T, kernels: '>= 4.10, < 4.12', when: yes, severity: low," REST, "low a \nquiet 0\n"},
	{"- {id: a, title: T, kernels: '< 4.11', when: yes, severity: low," REST,
	 "- a: not on this kernel\nquiet 0\n"},
	{"- {id: a, title: T, kernels: '> 4.11.2', when: yes, severity: low," REST,
	 "- a: not on this kernel\nquiet 0\n"},
	{"- {id: a, title: T, kernels: '<= 4.11.2', when: yes, severity: low," REST, "low a \nquiet 0\n"},
	{"- {id: a, title: T, kernels: '==4.11.2', when: yes, severity: low," REST, "low a \nquiet 0\n"},
	/* other rules: judged when asked, whatever the order; what does not apply does not fire */
	{"- {id: a, title: T, when: fires(\"z\") and not fires(\"n\"), severity: low," REST
	 "- {id: n, title: T, kernels: '< 4', when: yes, severity: low," REST
	 "- {id: z, title: T, when: yes, severity: high," REST,
	 "high z \nlow a \n- n: not on this kernel\nquiet 0\n"},
	{"- {id: a, title: T, when: fires(\"b\"), severity: low," REST
	 "- {id: b, title: T, when: net.ipv4.tcp_sack > 0, severity: low," REST,
	 "? a: net.ipv4.tcp_sack: EACCES\n? b: net.ipv4.tcp_sack: EACCES\nquiet 0\n"},
	{"- {id: a, title: T, when: fires(\"b\"), severity: low," REST
	 "- {id: b, title: T, when: fires(\"a\"), severity: low," REST,
	 "? a: rules ask for each other in a circle, or too deeply\n"
	 "? b: rules ask for each other in a circle, or too deeply\nquiet 0\n"},
	/* sorted by severity, id, subject */
	{"- {id: b, title: T, when: yes, severity: low," REST
	 "- {id: a, title: T, when: yes, severity: low," REST
	 "- {id: c, title: T, when: yes, severity: critical," REST,
	 "critical c \nlow a \nlow b \nquiet 0\n"},
};

START_TEST(a_verdict)
{
	ck_assert_str_eq(shown(judged(verdicts[_i].rules)), verdicts[_i].result);
}
END_TEST

static const struct {
	const char *rules, *result;
} rows[] = {
	{"- {id: a, title: T, each: listeners as l, when: l.queued > 4, severity: low, subject: '{l.name}'," REST,
	 "low a :2\nlow a :3\nquiet 0\n"},
	{"- {id: a, title: T, each: listeners as l, when: l.queued > 400, severity: low," REST, "quiet 1\n"},
	/* one row fires, another is not known: it fires */
	{"- {id: a, title: T, each: listeners as l, when: l.queued > l.limit, severity: low, subject: '{l.name}'," REST,
	 "low a :2\nquiet 0\n"},
	/* no row fires, one is not known */
	{"- {id: a, title: T, each: listeners as l, when: l.limit > 200, severity: low," REST,
	 "? a: hidden\nquiet 0\n"},
	{"- {id: a, title: T, each: clients as c, when: yes, severity: low," REST,
	 "? a: clients: not observed\nquiet 0\n"},
	{"- {id: a, title: T, each: processes as p, when: yes, severity: low," REST,
	 "- a: processes: this kernel cannot tell\nquiet 0\n"},
};

START_TEST(rows_of_a_table)
{
	struct table *table = facts_table(facts, &processes_def);

	add_listener(":1", 3, true);
	add_listener(":2", 129, true);
	add_listener(":3", 5, false);
	table->state = FACT_ABSENT;
	table->why = "this kernel cannot tell";
	ck_assert_str_eq(shown(judged(rows[_i].rules)), rows[_i].result);
}
END_TEST

START_TEST(an_empty_table)
{
	ck_assert_str_eq(shown(judged("- {id: a, title: T, each: listeners as l, when: yes, severity: low," REST)),
			 "quiet 1\n");
}
END_TEST

static const char finding[] =
	"- id: a\n"
	"  title: Title\n"
	"  each: listeners as l\n"
	"  thresholds: {many: {value: 4, means: m}}\n"
	"  facts:\n"
	"    queued: l.queued\n"
	"    limit: l.limit\n"
	"    name: l.name\n"
	"  when: l.queued > many\n"
	"  severity: high\n"
	"  subject: '{l.name}'\n"
	"  summary: '{queued} wait, more than {many}'\n"
	"  evidence:\n"
	"    - always\n"
	"    - {when: cpus > 9, text: never}\n"
	"    - {when: net.ipv4.tcp_sack > 0, text: not known}\n"
	"    - {when: queued == l.queued, text: 'here {queued}'}\n"
	"  remedy:\n"
	"    - {do: program, text: first}\n"
	"    - {do: sysctl, text: 'set {many}', set: net.ipv4.tcp_fin_timeout, to: 500 ms * 61}\n"
	"    - {do: sysctl, text: not computed, set: net.core.somaxconn, to: l.limit}\n"
	"    - {do: sysctl, text: a list, set: net.ipv4.ip_local_reserved_ports, to: 'ports_merge(\"80\", \"81\")'}\n"
	"    - {do: sysctl, text: ends, set: net.ipv4.ip_local_port_range, to: '[10000, 65535]'}\n"
	"    - {do: sysctl, text: never, when: cpus > 9, set: net.core.somaxconn, to: 4096}\n"
	"  risk: some\n"
	"  corrects: what\n"
	"  sources: [one, two]\n";

START_TEST(a_finding)
{
	const struct finding *found;
	struct findings *findings;

	add_listener(":1\x1b[2J", 129, false);
	findings = judged(finding);
	ck_assert_uint_eq(findings->n, 1);
	found = &findings->items[0];
	ck_assert_str_eq(found->title, "Title");
	ck_assert_str_eq(found->subject, ":1\\x1b[2J");
	ck_assert_str_eq(found->summary, "129 wait, more than 4");
	ck_assert_uint_eq(found->n_evidence, 2);
	ck_assert_str_eq(found->evidence[0], "always");
	ck_assert_str_eq(found->evidence[1], "here 129");
	/* thresholds are no facts, what is not known is left out, texts are printable */
	ck_assert_uint_eq(found->n_facts, 2);
	ck_assert_str_eq(found->facts[0].name, "queued");
	ck_assert_str_eq(found->facts[1].value.text, ":1\\x1b[2J");
	ck_assert_uint_eq(found->n_remedies, 4);
	ck_assert_int_eq(found->remedies[0].kind, REMEDY_PROGRAM);
	ck_assert_ptr_null(found->remedies[0].key);
	ck_assert_str_eq(found->remedies[1].key, "net.ipv4.tcp_fin_timeout");
	ck_assert_str_eq(found->remedies[1].to, "30");
	ck_assert_str_eq(found->remedies[2].to, "80-81");
	ck_assert_str_eq(found->remedies[3].to, "10000 65535");
	ck_assert_str_eq(found->risk, "some");
	ck_assert_str_eq(found->corrects, "what");
	ck_assert_uint_eq(found->n_sources, 2);
}
END_TEST

/* The rows of a table as evidence: those of the condition, the first ones of many. */
START_TEST(evidence_by_row)
{
	static const char rules[] =
		"- {id: a, title: T, when: yes, severity: low, summary: s, remedy: [], sources: [],\n"
		"   evidence: [{each: listeners as l, when: l.queued > 0, text: '{l.name}'},\n"
		"              {each: clients as c, text: never}, last]}\n";
	const struct finding *found;

	add_listener("none", 0, true);
	for (int i = 0; i < 10; i++)
		add_listener(arena_printf(arena, ":%d", i), 1, true);
	found = &judged(rules)->items[0];
	ck_assert_uint_eq(found->n_evidence, 10);
	ck_assert_str_eq(found->evidence[0], ":0");
	ck_assert_str_eq(found->evidence[7], ":7");
	ck_assert_str_eq(found->evidence[8], "and 2 more");
	ck_assert_str_eq(found->evidence[9], "last");
}
END_TEST

/* Inside a rule that goes through a table itself. */
START_TEST(evidence_by_row_in_a_row)
{
	static const char rules[] =
		"- {id: a, title: T, each: listeners as l, when: l.queued > 1, severity: low, summary: s, remedy: [],\n"
		"   sources: [], evidence: [{each: listeners as o, when: o.queued < l.queued,\n"
		"   text: '{o.name} before {l.name} of {count(listeners as x where x.queued > o.queued)}'}]}\n";
	const struct findings *findings;

	add_listener(":1", 1, true);
	add_listener(":2", 2, true);
	findings = judged(rules);
	ck_assert_uint_eq(findings->n, 1);
	ck_assert_uint_eq(findings->items[0].n_evidence, 1);
	ck_assert_str_eq(findings->items[0].evidence[0], ":1 before :2 of 1");
}
END_TEST

static const struct {
	const char *name, *text, *result; /* "" for a threshold that was taken */
} sets[] = {
	{"a.many", "200", ""},
	{"a.many", "100 * 2", ""},
	{"a.wait", "3000 ms", ""},
	{"a.wait", "3", ""},
	{"a.share", "70%", ""},
	{"a.many", "3 s", "--set a.many=3 s: error: a.many is a number without a unit\n"},
	{"a.wait", "3 MiB", "--set a.wait=3 MiB: error: a.wait is counted in seconds\n"},
	{"a.many", "\"x\"", "--set a.many=\"x\": error: this is a text, and a number is needed\n"},
	{"a.many", "cpuz", "--set a.many=cpuz: error: unknown name 'cpuz', did you mean 'cpus'?\n"},
	{"a.few", "3", "--set a.few=3: error: 'a.few' is no threshold of a rule (tcptune rules ID lists them)\n"},
	{"b.many", "3", "--set b.many=3: error: 'b.many' is no threshold of a rule (tcptune rules ID lists them)\n"},
	{"many", "3", "--set many=3: error: 'many' is no threshold of a rule (tcptune rules ID lists them)\n"},
};

static const char thresholds[] =
	"- {id: a, title: T, thresholds: {many: 100, wait: 5 s, share: 50%},\n"
	"   when: 'cpus > many or uptime > wait or percent(cpus, 8) > share', severity: low," REST;

START_TEST(a_threshold)
{
	shelf_compile(shelf, "r", thresholds);
	ck_assert_int_eq(rules_set_threshold(shelf->rules, sets[_i].name, sets[_i].text, &shelf->diag),
			 !*sets[_i].result);
	ck_assert_str_eq(shelf_messages(shelf), sets[_i].result);
}
END_TEST

START_TEST(a_threshold_counts)
{
	facts_set(facts, "uptime", value_number(4, UNIT_SECONDS));
	ck_assert_str_eq(shown(judged(thresholds)), "quiet 1\n");
	ck_assert(rules_set_threshold(shelf->rules, "a.wait", "3999 ms", &shelf->diag));
	ck_assert_str_eq(shown(judge(arena, shelf->rules, &shelf->catalog, facts)), "low a \nquiet 0\n");
	ck_assert(rules_set_threshold(shelf->rules, "a.wait", "4", &shelf->diag));
	ck_assert_str_eq(shown(judge(arena, shelf->rules, &shelf->catalog, facts)), "quiet 1\n");
}
END_TEST

START_TEST(a_later_file_replaces_a_rule)
{
	static const char first[] = "- {id: a, title: T, when: yes, severity: low," REST;
	static const char second[] = "- {id: a, title: T, when: no, severity: low," REST
				     "- {id: b, title: T, when: yes, severity: low," REST;
	const char *const texts[] = {first, second};
	struct rules *rules = rules_new(arena, &shelf->catalog);

	for (size_t i = 0; i < N(texts); i++)
		ck_assert(rules_add(rules, node_load(arena, &shelf->diag, "r", texts[i], strlen(texts[i])),
				    &shelf->diag));
	ck_assert(rules_compile(rules, &shelf->diag));
	ck_assert_uint_eq(rules_count(rules), 2);
	ck_assert_str_eq(shown(judge(arena, rules, &shelf->catalog, facts)), "low b \nquiet 1\n");
	ck_assert_str_eq(rules_at(rules, 0)->id, "a");
	ck_assert_ptr_null(rules_find(rules, "c"));
}
END_TEST

START_TEST(the_facts_they_read)
{
	static const char rules[] =
		"- id: a\n  title: T\n  thresholds: {many: cpus * 2}\n  facts: {up: uptime}\n"
		"  when: sockets.total > many\n  severity: {low: sockets.listen > 1}\n"
		"  subject: '{host.name}'\n  summary: '{up}'\n"
		"  evidence: [{text: '{sockets.closing}', when: sample.live}]\n"
		"  remedy: [{do: sysctl, text: '{sockets.established}', set: net.core.somaxconn,\n"
		"    to: sockstat.tw, when: sockstat.orphan > 1}]\n  sources: []\n";
	static const char *const expected[] = {
		"cpus", "host.name", "net.core.somaxconn", "sample.live", "sockets.closing",
		"sockets.established", "sockets.listen", "sockets.total", "sockstat.orphan", "sockstat.tw",
		"uptime",
	};
	const char **names;
	size_t n;

	shelf_compile(shelf, "r", rules);
	names = rules_facts(shelf->rules, arena, &n);
	ck_assert_uint_eq(n, N(expected));
	for (size_t i = 0; i < N(expected); i++) {
		size_t k = 0;

		while (k < n && strcmp(names[k], expected[i]))
			k++;
		ck_assert_msg(k < n, "%s is not named", expected[i]);
	}
}
END_TEST

/* From every place of a rule where an expression may stand. */
START_TEST(tables_are_named)
{
	static const char rules[] =
		"- id: a\n  title: T\n  each: listeners as l\n  when: l.port > 1\n  severity: low\n"
		"  facts: {f: 'count(destinations as d)'}\n"
		"  subject: '{l.name}'\n  summary: \"{sum(clients as c: c.used)}\"\n"
		"  evidence: [{text: '{p.name}', each: processes as p}]\n  remedy: []\n  sources: []\n"
		"- id: b\n  title: T\n  when: not any(destinations as d where any(configured as c))\n"
		"  severity: low\n  summary: s\n  evidence: []\n  remedy: []\n  sources: []\n";
	static const char *const expected[] = {"clients", "configured", "destinations", "listeners",
					       "processes"};
	const char **names;
	size_t n;

	shelf_compile(shelf, "r", rules);
	ck_assert_str_eq(shelf_messages(shelf), "");
	names = rules_tables(shelf->rules, arena, &n);
	ck_assert_uint_eq(n, N(expected));
	for (size_t i = 0; i < N(expected); i++) {
		size_t k = 0;

		while (k < n && strcmp(names[k], expected[i]))
			k++;
		ck_assert_msg(k < n, "%s is not named", expected[i]);
	}
}
END_TEST

/* A chain of rules that ask for each other is bounded, and its end is judged all the same. */
START_TEST(a_long_chain)
{
	struct text text = text_new(arena);
	struct findings *findings;

	for (int i = 100; i < 900; i++)
		text_printf(&text, "- {id: r%d, title: T, when: fires(\"r%d\"), severity: low," REST, i, i + 1);
	text_add(&text, "- {id: r900, title: T, when: yes, severity: low," REST);
	findings = judged(text.data);
	ck_assert_uint_gt(findings->n, 20);
	ck_assert_uint_eq(findings->n + findings->n_unknown, 801);
	ck_assert_str_eq(findings->items[findings->n - 1].id, "r900");
}
END_TEST

/* Each as deep as an expression may be, and asking for the next one at its bottom. */
START_TEST(a_deep_chain)
{
	struct text text = text_new(arena);

	for (int i = 0; i < 40; i++) {
		text_printf(&text, "- {id: r%02d, title: T, severity: low, when: n2, facts: {", i);
		for (int k = 0; k < 3; k++) {
			text_printf(&text, "%sn%d: '", k ? ", " : "", k);
			for (int n = 0; n < 90; n++)
				text_add(&text, "if(");
			if (k)
				text_printf(&text, "n%d", k - 1);
			else
				text_printf(&text, "fires(\"r%02d\")", i + 1);
			for (int n = 0; n < 90; n++)
				text_add(&text, ",yes,no)");
			text_add(&text, "'");
		}
		text_add(&text, "}," REST);
	}
	text_add(&text, "- {id: r40, title: T, when: yes, severity: low," REST);
	ck_assert_uint_gt(judged(text.data)->n, 0);
}
END_TEST


START_TEST(only_those_about_files)
{
	static const char rules[] = "- {id: a, title: T, when: yes, severity: low," REST
				    "- {id: b, about: configuration, title: T, when: 'not fires(\"a\")', severity: low," REST
				    "- {id: c, about: configuration, title: T, when: cpus > 9, severity: low," REST;

	ck_assert_str_eq(shown(judged(rules)), "low a \nquiet 2\n");
	ck_assert_str_eq(shown(judge_about(arena, shelf->rules, &shelf->catalog, facts, ABOUT_CONFIGURATION)),
			 "low b \nquiet 1\n");
}
END_TEST

Suite *judge_suite(void);

Suite *judge_suite(void)
{
	Suite *suite = suite_create("judge");
	TCase *tcase = tcase_create("judge");

	shelf = shelf_open();
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, a_verdict, 0, (int)N(verdicts));
	tcase_add_loop_test(tcase, rows_of_a_table, 0, (int)N(rows));
	tcase_add_test(tcase, an_empty_table);
	tcase_add_test(tcase, a_finding);
	tcase_add_test(tcase, evidence_by_row);
	tcase_add_test(tcase, evidence_by_row_in_a_row);
	tcase_add_loop_test(tcase, a_threshold, 0, (int)N(sets));
	tcase_add_test(tcase, a_threshold_counts);
	tcase_add_test(tcase, a_later_file_replaces_a_rule);
	tcase_add_test(tcase, only_those_about_files);
	tcase_add_test(tcase, the_facts_they_read);
	tcase_add_test(tcase, tables_are_named);
	tcase_add_test(tcase, a_long_chain);
	tcase_add_test(tcase, a_deep_chain);
	suite_add_tcase(suite, tcase);
	return suite;
}
