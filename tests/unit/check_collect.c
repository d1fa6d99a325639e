#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/param.h"
#include "sys/collect.h"
#include "sys/netns.h"
#include "tree.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *collect_suite(void);

static const char parameters[] =
	"- {key: net.ipv4.tcp_fin_timeout, type: integer, unit: seconds, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_rmem, type: tuple, arity: 3, unit: bytes, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_mem, type: tuple, arity: 3, unit: pages, scope: global, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_denied, type: integer, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_odd, type: integer, scope: namespace, does: d, sources: s}\n"
	"- {key: net.ipv4.tcp_gone, type: integer, scope: namespace, does: d, sources: s}\n"
	"- {key: net.netfilter.nf_conntrack_max, type: integer, module: nf_conntrack, scope: namespace,\n"
	"   does: d, sources: s}\n";

static const char *const keys[] = {
	"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_rmem", "net.ipv4.tcp_mem",
	"net.ipv4.tcp_denied",      "net.ipv4.tcp_odd",  "net.ipv4.tcp_gone",
	"net.netfilter.nf_conntrack_max", "net.ipv4.not_a_parameter", "net//ipv4", "net.//.etc",
};

static const struct counter_def counters[] = {{"TcpExt.A", ""}, {"Tcp.B", ""}};

static struct arena *arena;
static struct source *source;
static struct facts *facts;
static struct catalog catalog = {.counters = counters, .n_counters = N(counters)};
static struct collect_options options;

static void setup(void)
{
	struct diag diag;
	struct params *params;

	arena = arena_new();
	diag = diag_new(arena);
	params = params_new(arena);
	params_load(params, node_load(arena, &diag, "p.yaml", parameters, strlen(parameters)), &diag);
	ck_assert_msg(!diag.errors, "%s", diag.errors ? diag_format(arena, diag.messages) : "");
	catalog.params = params;
	options = (struct collect_options){.keys = keys, .n_keys = N(keys)};
	facts = facts_new(arena);
	source = NULL;
	tree_make();
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

/* A host of 1 GiB, initial namespace. */
static void make_host(void)
{
	static const struct {
		const char *path, *text;
	} files[] = {
		{"/proc/sys/kernel/osrelease", "4.9.337-1\n"},
		{"/proc/sys/kernel/hostname", "db1\n"},
		{"/proc/sys/net/ipv4/tcp_max_orphans", "4096\n"},
		{"/proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n"},
		{"/proc/sys/net/ipv4/ip_local_reserved_ports", "40000-40009\n"},
		{"/proc/sys/net/ipv4/tcp_fin_timeout", "60\n"},
		{"/proc/sys/net/ipv4/tcp_rmem", "4096\t87380\t6291456\n"},
		{"/proc/sys/net/ipv4/tcp_mem", "1 2 3\n"},
		{"/proc/sys/net/ipv4/tcp_denied", "1\n"},
		{"/proc/sys/net/ipv4/tcp_odd", "\x1b[31m\n"},
		{"/proc/sys/net/ipv4/not_a_parameter", " a b \n"},
		{"/proc/net/netstat", "TcpExt: A\nTcpExt: 100\n"},
		{"/proc/net/snmp", "Tcp: B\nTcp: 300\n"},
		{"/proc/net/softnet_stat", "00000001 00000002 00000003\n"},
		{"/proc/net/sockstat", "TCP: inuse 1 orphan 2 tw 3 alloc 4 mem 5\n"},
		{"/proc/meminfo", "MemTotal:        1048576 kB\n"},
		{"/proc/uptime", "100.00 1.00\n"},
		{"/proc/sys/fs/file-nr", "1000\t0\t400000\n"},
		{"/proc/net/stat/nf_conntrack", "entries drop\n00000007 0000000a\n00000007 00000014\n"},
		{"/proc/net/stat/arp_cache", "entries table_fulls\n00000005 00000000\n"},
		{"/sys/devices/system/cpu/online", "0-1\n"},
		{"/sys/class/dmi/id/sys_vendor", "Amazon\x1b EC2\n"},
		{"/sys/class/dmi/id/product_name", "t3.large\n"},
		{"/capture/missing", "EACCES /proc/sys/net/ipv4/tcp_denied\n"},
		{"/capture/modes", "0444 /proc/sys/net/ipv4/tcp_mem\n"},
	};

	for (size_t i = 0; i < N(files); i++)
		tree_file(files[i].path, files[i].text);
}

static void observe(void)
{
	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path(""), &source), 0);
	ck_assert_int_eq(collect(source, &catalog, &options, facts), 0);
}

/* A fact as "value", "absent: why" or "unreadable: why". */
static const char *shown(const char *name)
{
	struct fact fact = facts_get(facts, name);

	if (fact.state == FACT_KNOWN)
		return value_raw(arena, fact.value);
	return arena_printf(arena, "%s: %s", fact.state == FACT_ABSENT ? "absent" : "unreadable",
			    fact.why ? fact.why : "");
}

static const struct {
	const char *name, *value;
} expected[] = {
	{"host.name", "db1"},
	{"kernel.release", "4.9.337-1"},
	{"kernel.version", "4.9.337"},
	{"namespace.child", "no"},
	{"uptime", "100"},
	{"cpus", "2"},
	{"memory.total", "1073741824"},
	{"memory.page_size", "4096"},
	{"memory.pages", "262144"},
	{"ports.low", "32768"},
	{"ports.high", "60999"},
	{"ports.usable", "28222"},
	{"ehash.entries", "8192"},
	{"sockstat.tw", "3"},
	{"sockstat.inuse6", "absent: /proc/net/sockstat6: No such file or directory"},
	{"sample.live", "no"},
	{"sample.seconds", "100"},
	{"counter.TcpExt.A", "100"},
	{"rate.TcpExt.A", "1"},
	{"rate.Tcp.B", "3"},
	{"softnet.dropped", "2"},
	{"rate.softnet.time_squeeze", "0.03"},
	{"conntrack.drop", "30"},
	{"rate.conntrack.drop", "0.3"},
	{"conntrack.early_drop", "absent: this kernel has no such counter"},
	{"neigh.entries", "5"},
	{"neigh6.entries", "absent: there is no IPv6 here"},
	{"files.open", "1000"},
	{"files.max", "400000"},
	{"machine.vendor", "Amazon\\x1b EC2"},
	{"machine.product", "t3.large"},
	{"machine.asset_tag", "absent: /sys/class/dmi/id/chassis_asset_tag: No such file or directory"},
	{"net.ipv4.tcp_fin_timeout", "60"},
	{"raw:net.ipv4.tcp_fin_timeout", "60"},
	{"writable:net.ipv4.tcp_fin_timeout", "yes"},
	{"net.ipv4.tcp_rmem", "4096 87380 6291456"},
	{"raw:net.ipv4.tcp_rmem", "4096\t87380\t6291456"},
	{"net.ipv4.tcp_mem", "1 2 3"},
	{"writable:net.ipv4.tcp_mem", "no"},
	{"net.ipv4.tcp_denied", "unreadable: Permission denied"},
	{"raw:net.ipv4.tcp_denied", "unreadable: Permission denied"},
	{"writable:net.ipv4.tcp_denied", "unreadable: Permission denied"},
	{"net.ipv4.tcp_odd", "unreadable: its value \"\\x1b[31m\" is not a number"},
	{"raw:net.ipv4.tcp_odd", "\x1b[31m"},
	{"net.ipv4.tcp_gone", "absent: this kernel has no such key"},
	{"writable:net.ipv4.tcp_gone", "absent: this kernel has no such key"},
	{"net.netfilter.nf_conntrack_max", "absent: module nf_conntrack is not loaded"},
	{"net.ipv4.not_a_parameter", "a b"},
	{"net//ipv4", "absent: this kernel has no such key"},
	{"net.//.etc", "absent: this kernel has no such key"},
};

START_TEST(host_becomes_facts)
{
	make_host();
	observe();
	ck_assert_str_eq(shown(expected[_i].name), expected[_i].value);
}
END_TEST

/* What is dear is read only for who asks. */
START_TEST(only_what_is_needed_is_read)
{
	static const char *const names[] = {"cpus", "rate.conntrack.drop", "filesystem"};
	const struct needs needs = {names, N(names)};

	make_host();
	options.needs = &needs;
	observe();
	ck_assert_str_eq(shown("conntrack.drop"), "30");
	ck_assert_str_eq(shown("neigh.entries"), "unreadable: not observed");
	ck_assert_str_eq(shown("files.open"), "unreadable: not observed");
	ck_assert_str_eq(shown("softnet.dropped"), "2");
	ck_assert_str_eq(shown("memory.total"), "1073741824");
}
END_TEST

START_TEST(words_are_whole_words)
{
	static const char *const names[] = {"rate.neigh.table_fulls", "paths", "files.max"};
	const struct needs needs = {names, N(names)}, none = {NULL, 0};

	ck_assert(needs_have(&needs, "neigh"));
	ck_assert(needs_have(&needs, "paths"));
	ck_assert(needs_have(&needs, "files"));
	ck_assert(!needs_have(&needs, "neigh6"));
	ck_assert(!needs_have(&needs, "file"));
	ck_assert(!needs_have(&needs, "rate"));
	ck_assert(!needs_have(&none, "paths"));
	ck_assert(needs_have(NULL, "anything"));
}
END_TEST

START_TEST(units_are_the_parameters)
{
	make_host();
	observe();
	ck_assert_int_eq(facts_get(facts, "net.ipv4.tcp_fin_timeout").value.unit, UNIT_SECONDS);
	ck_assert_int_eq(facts_get(facts, "net.ipv4.tcp_rmem").value.unit, UNIT_BYTES);
	ck_assert_int_eq(facts_get(facts, "memory.pages").value.unit, UNIT_PAGES);
}
END_TEST

START_TEST(child_namespace_is_told)
{
	make_host();
	ck_assert_int_eq(unlink(tree_path("/proc/sys/net/ipv4/tcp_max_orphans")), 0);
	ck_assert_int_eq(unlink(tree_path("/proc/sys/net/ipv4/tcp_mem")), 0);
	tree_file("/proc/sys/net/ipv4/tcp_ehash_entries", "-16384\n");
	ck_assert_int_eq(unlink(tree_path("/proc/net/stat/arp_cache")), 0);
	ck_assert_int_eq(unlink(tree_path("/proc/net/stat/nf_conntrack")), 0);
	observe();
	ck_assert_str_eq(shown("neigh.entries"), "absent: not visible in a child namespace");
	ck_assert_str_eq(shown("conntrack.drop"), "absent: module nf_conntrack is not loaded");
	ck_assert_str_eq(shown("namespace.child"), "yes");
	ck_assert_str_eq(shown("net.ipv4.tcp_mem"), "absent: not visible in a child namespace");
	ck_assert_str_eq(shown("net.ipv4.tcp_gone"), "absent: this kernel has no such key");
	ck_assert_str_eq(shown("ehash.entries"), "16384");
}
END_TEST

START_TEST(nothing_at_all_is_unknown)
{
	observe();
	ck_assert_str_eq(shown("namespace.child"),
			 "unreadable: /proc/sys/net/ipv4: No such file or directory");
	ck_assert_str_eq(shown("uptime"), "unreadable: /proc/uptime: No such file or directory");
	ck_assert_str_eq(shown("counter.TcpExt.A"),
			 "unreadable: /proc/net/snmp: No such file or directory");
	ck_assert_str_eq(shown("rate.TcpExt.A"),
			 "unreadable: /proc/net/snmp: No such file or directory");
	ck_assert_str_eq(shown("ports.usable"), "absent: this kernel has no such key");
	ck_assert_str_eq(shown("ehash.entries"),
			 "unreadable: /proc/meminfo: No such file or directory");
	ck_assert_str_eq(shown("host.name"), "unreadable: it has no name here");
	ck_assert_str_eq(shown("memory.page_size"), "4096");
}
END_TEST

START_TEST(own_files_of_a_capture_win)
{
	make_host();
	tree_file("/capture/hostname", "web\x1b\n");
	tree_file("/capture/pagesize", "65536\n");
	observe();
	ck_assert_str_eq(shown("host.name"), "web\\x1b");
	ck_assert_str_eq(shown("memory.pages"), "16384");
	tree_file("/capture/pagesize", "0\n");
	observe();
	ck_assert_str_eq(shown("memory.page_size"), "4096");
}
END_TEST

START_TEST(second_sample_of_a_capture_is_used)
{
	make_host();
	tree_file("/capture/interval", "2.500000\n");
	tree_file("/capture/second/proc/net/netstat", "TcpExt: A\nTcpExt: 110\n");
	tree_file("/capture/second/proc/net/snmp", "Tcp: B\nTcp: 299\n");
	tree_file("/capture/second/proc/net/softnet_stat", "1 2 3\n");
	tree_file("/capture/second/proc/net/stat/nf_conntrack", "entries drop\n00000001 00000023\n");
	observe();
	ck_assert_str_eq(shown("rate.conntrack.drop"), "2");
	ck_assert_str_eq(shown("sample.live"), "yes");
	ck_assert_str_eq(shown("sample.seconds"), "2.5");
	ck_assert_str_eq(shown("counter.TcpExt.A"), "110");
	ck_assert_str_eq(shown("rate.TcpExt.A"), "4");
	ck_assert_ptr_nonnull(strstr(shown("rate.Tcp.B"), "backwards"));
	ck_assert_str_eq(shown("rate.softnet.dropped"), "0");
	tree_file("/capture/interval", "0\n");
	observe();
	ck_assert_str_eq(shown("rate.TcpExt.A"), "1");
	ck_assert_str_eq(shown("sample.live"), "no");
}
END_TEST

/* This machine: recorded, and replayed to the same facts. */
START_TEST(live_host_is_recorded)
{
	static const char *const same[] = {
		"host.name",       "kernel.release",  "namespace.child",   "cpus",
		"memory.total",    "memory.pages",    "ports.usable",      "ehash.entries",
		"sample.live",     "net.ipv4.tcp_rmem", "raw:net.ipv4.tcp_rmem",
		"writable:net.ipv4.tcp_rmem",         "net.ipv4.tcp_gone", "softnet.dropped",
	};
	const char *live[N(same)];

	options.interval = 0.05;
	ck_assert_int_eq(source_open(arena, NULL, &source), 0);
	ck_assert_int_eq(source_record(source, arena_strdup(arena, tree_path("/out")), false), 0);
	ck_assert_int_eq(collect(source, &catalog, &options, facts), 0);
	ck_assert_str_eq(shown("sample.live"), "yes");
	ck_assert(facts_get(facts, "sample.seconds").value.number >= 0.05);
	ck_assert(facts_get(facts, "sample.seconds").value.number < 5);
	for (size_t i = 0; i < N(same); i++)
		live[i] = shown(same[i]);
	ck_assert_ptr_nonnull(tree_read(tree_path("/out/capture/second/proc/net/netstat")));
	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path("/out"), &source), 0);
	ck_assert_int_eq(collect(source, &catalog, &options, facts), 0);
	for (size_t i = 0; i < N(same); i++)
		ck_assert_str_eq(shown(same[i]), live[i]);
}
END_TEST

START_TEST(failed_recording_is_told)
{
	make_host();
	ck_assert_int_eq(source_open(arena, tree_path(""), &source), 0);
	ck_assert_int_eq(source_record(source, arena_strdup(arena, tree_path("/out")), false), 0);
	tree_file("/out/proc", "in the way");
	ck_assert_int_eq(collect(source, &catalog, &options, facts), -ENOTDIR);
	ck_assert_str_eq(shown("net.ipv4.tcp_fin_timeout"), "60");
}
END_TEST

START_TEST(netns_that_is_none_is_refused)
{
	/* 0 is no process, and 4194305 is more than there can be. */
	ck_assert_int_eq(netns_enter("no-such-namespace"), -ENOENT);
	ck_assert_int_eq(netns_enter("/no/such/path"), -ENOENT);
	ck_assert_int_eq(netns_enter("4194305"), -ENOENT);
	ck_assert_int_eq(netns_enter(""), -EINVAL);
	tree_file("/file", "");
	tree_fifo("/fifo");
	ck_assert_int_eq(netns_enter(tree_path("/file")), -EINVAL);
	ck_assert_int_eq(netns_enter(tree_path("/fifo")), -EINVAL);
}
END_TEST

Suite *collect_suite(void)
{
	Suite *suite = suite_create("collect");
	TCase *tcase = tcase_create("collect");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, host_becomes_facts, 0, N(expected));
	tcase_add_test(tcase, only_what_is_needed_is_read);
	tcase_add_test(tcase, words_are_whole_words);
	tcase_add_test(tcase, units_are_the_parameters);
	tcase_add_test(tcase, child_namespace_is_told);
	tcase_add_test(tcase, nothing_at_all_is_unknown);
	tcase_add_test(tcase, own_files_of_a_capture_win);
	tcase_add_test(tcase, second_sample_of_a_capture_is_used);
	tcase_add_test(tcase, live_host_is_recorded);
	tcase_add_test(tcase, failed_recording_is_told);
	tcase_add_test(tcase, netns_that_is_none_is_refused);
	suite_add_tcase(suite, tcase);
	return suite;
}
