#include <check.h>
#include <string.h>

#include "core/audit.h"
#include "core/catalog.h"
#include "core/text.h"
#include "sys/confdirs.h"
#include "tree.h"

static struct arena *arena;
static struct source *source;
static struct confdirs *confdirs;

static void setup(void)
{
	arena = arena_new();
	ck_assert_int_eq(source_open(arena, tree_make(), &source), 0);
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

static const char *winner(enum conf_loader loader, const char *key)
{
	const struct conf_entry *entry = conf_winner(&confdirs->conf, loader, key);

	return entry ? arena_printf(arena, "%s:%u=%s", entry->place.file, entry->place.line, entry->value)
		     : NULL;
}

START_TEST(an_empty_host_has_nothing)
{
	confdirs = confdirs_read(arena, source);
	ck_assert_uint_eq(confdirs->conf.n_files, 0);
	ck_assert_ptr_null(confdirs->conf.last);
	ck_assert_uint_eq(confdirs->n_notes, 0);
}
END_TEST

/* Executed with procps-ng 4.0.2 (14 wins) and systemd 252 (12 wins). */
START_TEST(both_loaders_have_their_winner)
{
	tree_file("/usr/lib/sysctl.d/10-a.conf", "net.x = 11\n");
	tree_file("/run/sysctl.d/10-a.conf", "net.x = 12\n");
	tree_file("/etc/sysctl.d/05-x.conf", "net.x = 13\n");
	tree_file("/etc/sysctl.conf", "net.x = 14\n");
	confdirs = confdirs_read(arena, source);
	ck_assert_str_eq(winner(CONF_PROCPS, "net.x"), "/etc/sysctl.conf:1=14");
	ck_assert_str_eq(winner(CONF_SYSTEMD, "net.x"), "/run/sysctl.d/10-a.conf:1=12");
	ck_assert_uint_eq(confdirs->n_notes, 0);
}
END_TEST

START_TEST(names_are_sorted_and_hide_each_other)
{
	static const char *const want[] = {
		"/etc/sysctl.d/.conf",  "/usr/lib/sysctl.d/05-Z.conf",   "/run/sysctl.d/05-a.conf",
		"/etc/sysctl.d/5.conf", "/usr/local/lib/sysctl.d/9.conf", "/lib/sysctl.d/99.conf",
	};

	tree_file("/etc/sysctl.d/5.conf", "");
	tree_file("/etc/sysctl.d/.conf", "");
	tree_file("/etc/sysctl.d/README", "");
	tree_file("/etc/sysctl.d/6.conf~", "");
	tree_file("/etc/sysctl.d/conf", "");
	tree_file("/run/sysctl.d/5.conf", "net.x = 1\n");
	tree_file("/run/sysctl.d/05-a.conf", "");
	tree_file("/usr/local/lib/sysctl.d/9.conf", "");
	tree_file("/usr/lib/sysctl.d/05-Z.conf", "");
	tree_file("/usr/lib/sysctl.d/9.conf", "net.x = 1\n");
	tree_file("/lib/sysctl.d/99.conf", "");
	tree_file("/lib/sysctl.d/9.conf", "net.x = 1\n");
	confdirs = confdirs_read(arena, source);
	ck_assert_uint_eq(confdirs->conf.n_files, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_str_eq(confdirs->conf.files[i]->path, want[i]);
	ck_assert_ptr_null(winner(CONF_PROCPS, "net.x"));
}
END_TEST

START_TEST(a_merged_usr_is_read_once)
{
	tree_file("/usr/lib/sysctl.d/50.conf", "net.x = 1\n");
	tree_link("/lib", "usr/lib");
	confdirs = confdirs_read(arena, source);
	ck_assert_uint_eq(confdirs->conf.n_files, 1);
	ck_assert_str_eq(confdirs->conf.files[0]->path, "/usr/lib/sysctl.d/50.conf");
}
END_TEST

/* Links to nothing and to /dev/null hide what is below; the first is worth a note. */
START_TEST(links_mask)
{
	tree_file("/dev/null", "");
	tree_link("/etc/sysctl.d/10.conf", "/dev/null");
	tree_link("/etc/sysctl.d/20.conf", "/nowhere");
	tree_link("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf");
	tree_file("/usr/lib/sysctl.d/10.conf", "net.x = 1\n");
	tree_file("/usr/lib/sysctl.d/20.conf", "net.x = 2\n");
	tree_file("/etc/sysctl.conf", "net.y = 3\n");
	confdirs = confdirs_read(arena, source);
	ck_assert_ptr_null(winner(CONF_SYSTEMD, "net.x"));
	ck_assert_ptr_null(winner(CONF_PROCPS, "net.x"));
	ck_assert_str_eq(winner(CONF_SYSTEMD, "net.y"), "/etc/sysctl.conf:1=3");
	ck_assert_str_eq(winner(CONF_PROCPS, "net.y"), "/etc/sysctl.conf:1=3");
	ck_assert_uint_eq(confdirs->n_notes, 1);
	ck_assert_str_eq(confdirs->notes[0],
			 "/etc/sysctl.d/20.conf: not read: No such file or directory");
}
END_TEST

START_TEST(what_is_no_file_is_noted)
{
	char *large = arena_alloc(arena, CONFDIRS_FILE_BYTES + 2);

	memset(large, '#', CONFDIRS_FILE_BYTES + 1);
	tree_file("/etc/sysctl.d/10.conf/inside", "");
	tree_file("/etc/sysctl.d/20\x1b.conf", large);
	tree_file("/etc/sysctl.conf/inside", "");
	confdirs = confdirs_read(arena, source);
	ck_assert_uint_eq(confdirs->conf.n_files, 2);
	ck_assert_ptr_null(confdirs->conf.last);
	ck_assert_uint_eq(confdirs->n_notes, 2);
	ck_assert_str_eq(confdirs->notes[0], "/etc/sysctl.d/10.conf: not read: Is a directory");
	ck_assert_str_eq(confdirs->notes[1], "/etc/sysctl.d/20\\x1b.conf: not read: File too large");
}
END_TEST

/* The audit of these files on a host of which nothing else is known. */
static void audit(struct facts *facts)
{
	struct audit_input *input = arena_alloc(arena, sizeof(*input));

	*input = (struct audit_input){
		.conf = &confdirs->conf,
		.params = params_new(arena),
		.facts = facts,
		.host = &(struct audit_host){.loader_why = "not looked for"},
		.is_observed = true,
	};
	audit_facts(audit_make(arena, input), facts);
}

/* Rows as "name key=value", with "*" where it wins and "+" where it is ours. */
static const char *rows(struct facts *facts)
{
	const struct table *table = facts_find_table(facts, "configured");
	struct text text = text_new(arena);

	ck_assert_int_eq((int)table->state, FACT_KNOWN);
	for (size_t i = 0; i < table->n_rows; i++) {
		const struct fact *row = table_row(table, i);

		ck_assert_str_eq(row[CONFIGURED_NAME].value.text,
				 arena_printf(arena, "%s:%.0f", row[CONFIGURED_FILE].value.text,
					      row[CONFIGURED_LINE].value.number));
		text_printf(&text, "%s %s=%s%s%s\n", row[CONFIGURED_NAME].value.text,
			    row[CONFIGURED_KEY].value.text, row[CONFIGURED_VALUE].value.text,
			    row[CONFIGURED_WINS].value.boolean ? " *" : "",
			    row[CONFIGURED_OURS].value.boolean ? " +" : "");
	}
	return text.data;
}

START_TEST(assignments_become_facts)
{
	struct facts *facts = facts_new(arena);

	tree_file("/etc/sysctl.d/10.conf", "kernel.panic = 1\nnet.a = 1\nnet.b = 1\n"
					   "net.*.c = 1\nnet.?.c = 1\n-net.a\n");
	tree_file("/etc/sysctl.d/60-tcptune.conf", "net/b = 2\n");
	tree_file("/etc/sysctl.d/70.conf", "net.*.c = 2\nnet.a = 3\nnet.a = 4\n");
	tree_file("/etc/sysctl.conf", "net.a = 5\nnet.d =\n");
	confdirs = confdirs_read(arena, source);
	audit(facts);
	ck_assert_str_eq(rows(facts), "/etc/sysctl.d/10.conf:2 net.a=1\n"
				      "/etc/sysctl.d/10.conf:3 net.b=1\n"
				      "/etc/sysctl.d/10.conf:4 net.*.c=1\n"
				      "/etc/sysctl.d/10.conf:5 net.?.c=1 *\n"
				      "/etc/sysctl.d/60-tcptune.conf:1 net.b=2 * +\n"
				      "/etc/sysctl.d/70.conf:1 net.*.c=2 *\n"
				      "/etc/sysctl.d/70.conf:2 net.a=3\n"
				      "/etc/sysctl.d/70.conf:3 net.a=4 *\n"
				      "/etc/sysctl.conf:1 net.a=5 *\n"
				      "/etc/sysctl.conf:2 net.d= *\n");
}
END_TEST

/* The link of most distributions: each line is told once, where it is to be mended. */
static void assert_told_once(struct source *from)
{
	struct facts *facts = facts_new(arena);

	confdirs = confdirs_read(arena, from);
	audit(facts);
	ck_assert_str_eq(rows(facts), "/etc/sysctl.d/zz.conf:1 net.e=7 *\n"
				      "/etc/sysctl.conf:1 net.a=5 *\n"
				      "/etc/sysctl.conf:2 net.e=6 *\n");
	ck_assert_str_eq(winner(CONF_SYSTEMD, "net.a"), "/etc/sysctl.conf:1=5");
	ck_assert_str_eq(winner(CONF_SYSTEMD, "net.e"), "/etc/sysctl.d/zz.conf:1=7");
	ck_assert_str_eq(winner(CONF_PROCPS, "net.e"), "/etc/sysctl.conf:2=6");
	ck_assert_str_eq(confdirs->conf.files[0]->path, "/etc/sysctl.d/99-sysctl.conf");
}

static const char *const targets[] = {"../sysctl.conf", "/etc/sysctl.conf"};

START_TEST(a_link_to_sysctl_conf_is_no_other_file)
{
	tree_file("/etc/sysctl.conf", "net.a = 5\nnet.e = 6\n");
	tree_file("/etc/sysctl.d/zz.conf", "net.e = 7\n");
	tree_link("/etc/sysctl.d/99-sysctl.conf", targets[_i]);
	assert_told_once(source);
}
END_TEST

START_TEST(a_captured_link_is_none_either)
{
	struct source *captured;

	tree_file("/etc/sysctl.conf", "net.a = 5\nnet.e = 6\n");
	tree_file("/etc/sysctl.d/zz.conf", "net.e = 7\n");
	tree_file("/etc/sysctl.d/99-sysctl.conf", "net.a = 5\nnet.e = 6\n");
	tree_file("/capture/links",
		  arena_printf(arena, "%s\t/etc/sysctl.d/99-sysctl.conf\n", targets[_i]));
	ck_assert_int_eq(source_open(arena, tree_path("/"), &captured), 0);
	assert_told_once(captured);
	source_close(captured);
}
END_TEST

/* Rows as "name by keys lost (lost_keys)", with "*" where that is meant. */
static const char *masks(const struct facts *facts)
{
	const struct table *table = facts_find_table(facts, "masked");
	struct text text = text_new(arena);

	for (size_t i = 0; i < table->n_rows; i++) {
		const struct fact *row = table_row(table, i);

		text_printf(&text, "%s %s %.0f %.0f (%s)%s\n", row[MASKED_NAME].value.text,
			    row[MASKED_BY].value.text, row[MASKED_KEYS].value.number,
			    row[MASKED_LOST].value.number, row[MASKED_LOST_KEYS].value.text,
			    row[MASKED_DELIBERATE].value.boolean ? " *" : "");
	}
	return text.data;
}

START_TEST(hidden_files_are_told)
{
	struct facts *facts = facts_new(arena);

	tree_file("/dev/null", "");
	tree_file("/etc/sysctl.d/10.conf", "net.a = 1\n");
	tree_link("/etc/sysctl.d/20.conf", "/dev/null");
	tree_file("/etc/sysctl.d/30.conf", "");
	tree_file("/run/sysctl.d/10.conf", "net.a = 2\nkernel.panic = 1\nnet.b = 2\nnet.c = 3\n");
	tree_file("/usr/lib/sysctl.d/10.conf", "# nothing\n");
	tree_file("/usr/lib/sysctl.d/20.conf", "net.d = 1\n");
	tree_file("/usr/lib/sysctl.d/30.conf", "net.a = 1\n");
	tree_link("/lib", "usr/lib");
	confdirs = confdirs_read(arena, source);
	audit(facts);
	ck_assert_str_eq(masks(facts), "/run/sysctl.d/10.conf /etc/sysctl.d/10.conf 3 2 (net.b, net.c)\n"
				       "/usr/lib/sysctl.d/10.conf /etc/sysctl.d/10.conf 0 0 ()\n"
				       "/usr/lib/sysctl.d/20.conf /etc/sysctl.d/20.conf 1 1 (net.d) *\n"
				       "/usr/lib/sysctl.d/30.conf /etc/sysctl.d/30.conf 1 0 () *\n");
}
END_TEST

static const struct {
	const char *file, *link, *text;
	const char *want;
} sysctl_confs[] = {
	{NULL, NULL, NULL, "missing"},
	{"/etc/sysctl.conf", NULL, "net.a = 1\n", "alone"},
	{"/etc/sysctl.conf", "/etc/sysctl.d/99-sysctl.conf", "net.a = 1\n", "linked"},
	{"/etc/sysctl.conf", "/etc/sysctl.d/99-sysctl.conf", "", "linked"},
	/* systemd skips hidden files. */
	{"/etc/sysctl.conf", "/etc/sysctl.d/.hidden.conf", "net.a = 1\n", "alone"},
};

START_TEST(sysctl_conf_is_linked_or_alone)
{
	struct facts *facts = facts_new(arena);

	if (sysctl_confs[_i].file)
		tree_file(sysctl_confs[_i].file, sysctl_confs[_i].text);
	if (sysctl_confs[_i].link)
		tree_link(sysctl_confs[_i].link, "../sysctl.conf");
	confdirs = confdirs_read(arena, source);
	audit(facts);
	ck_assert_str_eq(facts_get(facts, "boot.sysctl_conf").value.text, sysctl_confs[_i].want);
}
END_TEST

START_TEST(keys_are_those_named_and_those_that_globs_match)
{
	struct text text = text_new(arena);
	const char *const *keys;
	size_t n;

	tree_file("/proc/sys/net/ipv4/conf/all/rp_filter", "0\n");
	tree_file("/proc/sys/net/ipv4/conf/eth0.5/rp_filter", "0\n");
	tree_file("/proc/sys/net/ipv4/conf/eth0.5/tag", "0\n");
	tree_file("/proc/sys/net/ipv4/ip_forward", "0\n");
	tree_file("/etc/sysctl.d/10.conf", "net.ipv4.conf.*.rp_filter = 1\nkernel.panic = 1\n-net.ipv4.*\n"
					   "net/ipv4/tcp_none = 1\nnet.ipv4.* = 1\n");
	confdirs = confdirs_read(arena, source);
	keys = confdirs_keys(confdirs, source, arena, &n);
	for (size_t i = 0; i < n; i++)
		text_printf(&text, "%s\n", keys[i]);
	ck_assert_str_eq(text.data, "net.ipv4.conf.all.rp_filter\nnet.ipv4.conf.eth0/5.rp_filter\n"
				    "net.ipv4.tcp_none\nnet.ipv4.ip_forward\n");
}
END_TEST

START_TEST(a_link_elsewhere_keeps_its_name)
{
	tree_file("/opt/sysctl.conf", "net.a = 1\n");
	tree_file("/usr/lib/sysctl.conf", "net.b = 2\n");
	tree_file("/etc/sysctl.conf", "");
	tree_link("/etc/sysctl.d/10.conf", "/opt/sysctl.conf");
	tree_link("/usr/lib/sysctl.d/20.conf", "../sysctl.conf");
	confdirs = confdirs_read(arena, source);
	ck_assert_str_eq(winner(CONF_PROCPS, "net.a"), "/etc/sysctl.d/10.conf:1=1");
	ck_assert_str_eq(winner(CONF_PROCPS, "net.b"), "/usr/lib/sysctl.d/20.conf:1=2");
}
END_TEST

START_TEST(too_many_lines_are_not_read)
{
	struct text text = text_new(arena);

	for (unsigned i = 0; i < CONFDIRS_ENTRIES - 1; i++)
		text_printf(&text, "net.x%u=1\n", i);
	tree_file("/etc/sysctl.d/10.conf", text.data);
	tree_file("/etc/sysctl.d/20.conf", "net.y = 1\nnet.z = 2\n");
	tree_file("/etc/sysctl.conf", "net.y = 1\n");
	confdirs = confdirs_read(arena, source);
	ck_assert_uint_eq(confdirs->n_notes, 1);
	ck_assert_str_eq(confdirs->notes[0],
			 "/etc/sysctl.d/20.conf: not read: the files have too many lines");
	ck_assert_str_eq(winner(CONF_PROCPS, "net.y"), "/etc/sysctl.conf:1=1");
}
END_TEST

START_TEST(too_many_globs_are_not_read)
{
	struct text text = text_new(arena);

	for (unsigned i = 0; i <= CONFDIRS_GLOBS; i++)
		text_printf(&text, "net.*.x%u=1\n", i);
	tree_file("/etc/sysctl.d/10.conf", text.data);
	tree_file("/etc/sysctl.d/20.conf", "net.*.y = 1\n");
	confdirs = confdirs_read(arena, source);
	ck_assert_uint_eq(confdirs->n_notes, 1);
	ck_assert_ptr_null(winner(CONF_PROCPS, "net.a.x0"));
	ck_assert_str_eq(winner(CONF_PROCPS, "net.a.y"), "/etc/sysctl.d/20.conf:1=1");
}
END_TEST

Suite *confdirs_suite(void);

Suite *confdirs_suite(void)
{
	Suite *suite = suite_create("confdirs");
	TCase *tcase = tcase_create("confdirs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_empty_host_has_nothing);
	tcase_add_test(tcase, both_loaders_have_their_winner);
	tcase_add_test(tcase, names_are_sorted_and_hide_each_other);
	tcase_add_test(tcase, a_merged_usr_is_read_once);
	tcase_add_test(tcase, links_mask);
	tcase_add_loop_test(tcase, a_link_to_sysctl_conf_is_no_other_file, 0, 2);
	tcase_add_loop_test(tcase, a_captured_link_is_none_either, 0, 2);
	tcase_add_test(tcase, a_link_elsewhere_keeps_its_name);
	tcase_add_test(tcase, what_is_no_file_is_noted);
	tcase_add_test(tcase, assignments_become_facts);
	tcase_add_test(tcase, hidden_files_are_told);
	tcase_add_loop_test(tcase, sysctl_conf_is_linked_or_alone, 0,
			    sizeof(sysctl_confs) / sizeof(sysctl_confs[0]));
	tcase_add_test(tcase, keys_are_those_named_and_those_that_globs_match);
	tcase_add_test(tcase, too_many_lines_are_not_read);
	tcase_add_test(tcase, too_many_globs_are_not_read);
	suite_add_tcase(suite, tcase);
	return suite;
}
