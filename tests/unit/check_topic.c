#include <check.h>
#include <string.h>

#include "core/topic.h"
#include "shelf.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define STATE                                                                                      \
	"- state: CLOSE_WAIT\n"                                                                    \
	"  also: [CLOSE-WAIT]\n"                                                                   \
	"  title: t\n"                                                                             \
	"  count: sockets.close_wait\n"                                                            \
	"  side: s\n"                                                                              \
	"  enters: e\n"                                                                            \
	"  leaves: l\n"                                                                            \
	"  lasts: a\n"                                                                             \
	"  pile: p\n"                                                                              \
	"  do: d\n"

#define EVENT                                                                                      \
	"- event: EMFILE\n"                                                                        \
	"  title: t\n"                                                                             \
	"  means: m\n"                                                                             \
	"  causes: [{cause: c, tell: t, do: d}]\n"

#define SOURCES "  sources: [s]\n"

static struct shelf *shelf;
static struct topics topics;

static void setup(void)
{
	shelf = shelf_open();
	topics = topics_new(shelf->arena);
}

static void teardown(void)
{
	shelf_close(shelf);
}

static void load(const char *file, const char *text)
{
	const struct node *node = node_load(shelf->arena, &shelf->diag, file, text, strlen(text));

	ck_assert_ptr_nonnull(node);
	topics_load(&topics, node, &shelf->diag);
}

static bool check_all(void)
{
	return topics_check(&topics,
			    &(struct topic_shelf){&shelf->catalog, &shelf->counters, shelf->rules},
			    &shelf->diag);
}

START_TEST(test_state)
{
	const struct topic *topic;

	load("s.yaml", STATE "  wrong: w\n"
			     "  keys: [{key: net.ipv4.tcp_mem, text: x}]\n"
			     "  not_keys: [{key: net.ipv4.tcp_fin_timeout, text: y}]\n"
			     "  here: sockets.close_wait\n"
			     "  see: [LAST_ACK, TIME_WAIT]\n" SOURCES);
	ck_assert_str_eq(shelf_messages(shelf), "");
	topic = topics_find(&topics, "CLOSE_WAIT");
	ck_assert_ptr_nonnull(topic);
	ck_assert_int_eq(topic->kind, TOPIC_STATE);
	ck_assert_str_eq(topic->count, "sockets.close_wait");
	ck_assert_str_eq(topic->pile, "p");
	ck_assert_str_eq(topic->cure, "d");
	ck_assert_str_eq(topic->keys[0].text, "x");
	ck_assert_str_eq(topic->not_keys[0].key, "net.ipv4.tcp_fin_timeout");
	ck_assert_uint_eq(topic->here.n, 1);
	ck_assert_uint_eq(topic->see.n, 2);
	ck_assert_str_eq(topic->see.items[1], "TIME_WAIT");
	ck_assert_uint_eq(topic->place.line, 1);
	ck_assert_ptr_null(topic->means);
	ck_assert_ptr_null(topics_find(&topics, "close_wait"));
}
END_TEST

START_TEST(test_event)
{
	const struct topic *topic;

	load("e.yaml", EVENT SOURCES);
	ck_assert_str_eq(shelf_messages(shelf), "");
	topic = topics_find(&topics, "EMFILE");
	ck_assert_ptr_nonnull(topic);
	ck_assert_int_eq(topic->kind, TOPIC_EVENT);
	ck_assert_uint_eq(topic->n_causes, 1);
	ck_assert_str_eq(topic->causes[0].cure, "d");
	ck_assert_ptr_null(topic->count);
	ck_assert_ptr_null(topic->cure);
}
END_TEST

START_TEST(test_the_later_file_replaces)
{
	load("a.yaml", EVENT SOURCES);
	load("b.yaml", "- {event: EMFILE, title: other, means: m, sources: s,\n"
		       "   causes: [{cause: c, tell: t, do: d}]}\n");
	ck_assert_str_eq(shelf_messages(shelf), "");
	ck_assert_uint_eq(topics.n, 1);
	ck_assert_str_eq(topics_find(&topics, "EMFILE")->title, "other");
}
END_TEST

static const struct {
	const char *text, *message;
} faults[] = {
	{"event: EMFILE\n", "f.yaml:1:1: error: a topic file is a list of states and events\n"},
	{EVENT, "f.yaml:1:3: error: missing key 'sources' in an event\n"},
	{EVENT SOURCES "  efect: x\n", "unknown key 'efect'"},
	{EVENT SOURCES "  pile: x\n", "unknown key 'pile' in an event"},
	{STATE SOURCES "  means: x\n", "unknown key 'means' in a state"},
	{"- event: a b\n  title: t\n  means: m\n  causes: [{cause: c, tell: t, do: d}]\n" SOURCES,
	 "f.yaml:1:10: error: a name is made of letters, digits, '_' and '-'"},
	{"- event: E\n  title: t\n  means: m\n  causes: []\n" SOURCES, "an event has at least one cause"},
	{"- event: E\n  title: t\n  means: m\n  causes: [{cause: c, do: d}]\n" SOURCES,
	 "f.yaml:4:12: error: missing key 'tell' in a cause\n"},
	{"- event: E\n  title: t\n  means: m\n  causes: [x]\n" SOURCES, "f.yaml:4:12: error: a cause must be a map"},
	{EVENT SOURCES EVENT SOURCES, "EMFILE is also described in line 1"},
	{EVENT SOURCES "  keys: [net.ipv4.tcp_mem]\n", "a key of a topic must be a map"},
	{"- x\n", "f.yaml:1:3: error: a topic is a map with 'state' or 'event'\n"},
	{"- title: t\n", "f.yaml:1:3: error: a topic is a map with 'state' or 'event'\n"},
};

START_TEST(test_fault)
{
	const char *messages;

	load("f.yaml", faults[_i].text);
	messages = shelf_messages(shelf);
	ck_assert_msg(strstr(messages, faults[_i].message), "%s, and not %s", messages,
		      faults[_i].message);
}
END_TEST

static const struct {
	const char *lines, *message; /* NULL: all of it is there */
} names[] = {
	{"", NULL},
	{"  keys: [{key: net.ipv4.conf.eth0.rp_filter, text: x}]\n", NULL},
	{"  here: [ports.usable, counter.TcpExt.TW, net.ipv4.tcp_mem]\n", NULL},
	{"  counters: [TcpExt.ListenOverflows]\n", NULL},
	{"  see: [EMFILE]\n", NULL},
	{"  keys: [{key: net.ipv4.tcp_mems, text: x}]\n", "EMFILE names the key 'net.ipv4.tcp_mems'"},
	{"  not_keys: [{key: x, text: x}]\n", "EMFILE names the key 'x'"},
	{"  here: [ports.usables]\n", "EMFILE names 'ports.usables'"},
	{"  counters: [ListenOverflows]\n", "EMFILE names 'ListenOverflows'"},
	{"  rules: [no-such-rule]\n", "EMFILE names 'no-such-rule'"},
	{"  see: [ENFILE]\n", "EMFILE names 'ENFILE'"},
};

START_TEST(test_names)
{
	const char *messages;
	bool is_good;

	shelf->rules = rules_new(shelf->arena, &shelf->catalog);
	load("n.yaml", arena_printf(shelf->arena, EVENT SOURCES "%s", names[_i].lines));
	ck_assert_str_eq(shelf_messages(shelf), "");
	is_good = check_all();
	messages = shelf_messages(shelf);
	ck_assert_int_eq(is_good, names[_i].message == NULL);
	ck_assert_msg(strstr(messages, names[_i].message ? names[_i].message : ""), "%s", messages);
}
END_TEST

START_TEST(test_a_count_must_be_a_fact)
{
	shelf->rules = rules_new(shelf->arena, &shelf->catalog);
	load("s.yaml", "- {state: X, title: t, count: sockets.x, side: s, enters: e, leaves: l, lasts: a,\n"
		       "   pile: p, do: d, sources: s}\n");
	ck_assert(!check_all());
	ck_assert_ptr_nonnull(strstr(shelf_messages(shelf), "X names 'sockets.x'"));
}
END_TEST

/* The files that come with the program, against the keys, counters and rules that do. */
START_TEST(test_the_files)
{
	static const char *const files[] = {"rules/topics/states.yaml", "rules/topics/events.yaml"};

	shelf_rules(shelf);
	for (size_t i = 0; i < N(files); i++) {
		const char *text = shelf_file(shelf, files[i]);

		ck_assert_ptr_nonnull(text);
		load(files[i], text);
	}
	check_all();
	ck_assert_str_eq(shelf_messages(shelf), "");
	ck_assert_uint_ge(topics.n, 20);
}
END_TEST

Suite *topic_suite(void);

Suite *topic_suite(void)
{
	Suite *suite = suite_create("topic");
	TCase *tcase = tcase_create("topic");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_state);
	tcase_add_test(tcase, test_event);
	tcase_add_test(tcase, test_the_later_file_replaces);
	tcase_add_loop_test(tcase, test_fault, 0, N(faults));
	tcase_add_loop_test(tcase, test_names, 0, N(names));
	tcase_add_test(tcase, test_a_count_must_be_a_fact);
	tcase_add_test(tcase, test_the_files);
	suite_add_tcase(suite, tcase);
	return suite;
}
