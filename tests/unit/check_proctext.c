#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/proctext.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *proctext_suite(void);

static struct arena *arena;
static struct facts *facts;

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	facts_set(facts, "memory.page_size", value_number(4096, UNIT_BYTES));
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct proctext_file *file_of(const char *path)
{
	size_t n;
	const struct proctext_file *files = proctext_files(&n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(files[i].path, path))
			return &files[i];
	ck_abort_msg("no file %s", path);
	return NULL;
}

#define SOCKSTAT "/proc/net/sockstat"
#define SOCKSTAT6 "/proc/net/sockstat6"
#define MEMINFO "/proc/meminfo"
#define UPTIME "/proc/uptime"
#define CPUS "/sys/devices/system/cpu/online"
#define RELEASE "/proc/sys/kernel/osrelease"
#define FILE_NR "/proc/sys/fs/file-nr"
#define TCP "sockets: used 15\nTCP: inuse 1 orphan 2 tw 3 alloc 4 mem 129\nUDP: inuse 7 mem 8\n"

/* NULL: the fact is unreadable. */
static const struct {
	const char *path, *text, *fact, *value;
} texts[] = {
	{FILE_NR, "789\t0\t2466170\n", "files.open", "789"},
	{FILE_NR, "789\t89\t2466170\n", "files.open", "700"},
	{FILE_NR, "789\t0\t9223372036854775807\n", "files.max", "9.22337203685478e+18"},
	{FILE_NR, "7 8 9\n", "files.open", "0"},
	{FILE_NR, "789\t0\n", "files.max", NULL},
	{FILE_NR, "789 x 5\n", "files.open", NULL},
	{FILE_NR, "", "files.open", NULL},
	{SOCKSTAT, TCP, "sockstat.inuse", "1"},
	{SOCKSTAT, TCP, "sockstat.orphan", "2"},
	{SOCKSTAT, TCP, "sockstat.tw", "3"},
	{SOCKSTAT, TCP, "sockstat.alloc", "4"},
	{SOCKSTAT, TCP, "sockstat.mem", "129"},
	{SOCKSTAT, "TCP: inuse 1 orphan", "sockstat.inuse", "1"},
	{SOCKSTAT, "TCP: inuse 1 orphan", "sockstat.orphan", NULL},
	{SOCKSTAT, "TCP: inuse 1 orphan", "sockstat.tw", NULL},
	{SOCKSTAT, "TCP: inuse x tw 3\n", "sockstat.inuse", NULL},
	{SOCKSTAT, "TCP: inuse -1 tw 3\n", "sockstat.inuse", NULL},
	{SOCKSTAT, "UDP: inuse 7 mem 8\n", "sockstat.mem", NULL},
	{SOCKSTAT, "TCP:\nUDP: inuse 7\n", "sockstat.inuse", NULL},
	{SOCKSTAT, "", "sockstat.inuse", NULL},
	{SOCKSTAT6, "TCP6: inuse 8\nUDP6: inuse 9\n", "sockstat.inuse6", "8"},
	{SOCKSTAT6, "TCP: inuse 8\n", "sockstat.inuse6", NULL},
	{MEMINFO, "MemTotal:       24684084 kB\nMemFree: 1 kB\n", "memory.total", "25276502016"},
	{MEMINFO, "MemTotal:       24684084 kB\nMemFree: 1 kB\n", "memory.pages", "6171021"},
	{MEMINFO, "MemFree: 1 kB\nMemTotal: 4\n", "memory.pages", "1"},
	{MEMINFO, "MemTotal: many\n", "memory.total", NULL},
	{MEMINFO, "NotMemTotal: 4 kB\n", "memory.pages", NULL},
	{UPTIME, "1174.64 2287.33\n", "uptime", "1174.64"},
	{UPTIME, "12", "uptime", "12"},
	{UPTIME, "-1.0 2", "uptime", NULL},
	{UPTIME, "nan", "uptime", NULL},
	{UPTIME, "99999999999999999999999999 1", "uptime", NULL},
	{CPUS, "0-3,5\n", "cpus", "5"},
	{CPUS, "0\n", "cpus", "1"},
	{CPUS, "0-255", "cpus", "256"},
	{CPUS, "3-0\n", "cpus", NULL},
	{CPUS, "0-3,\n", "cpus", NULL},
	{CPUS, "0-3;5\n", "cpus", NULL},
	{CPUS, "0-99999999999999999999", "cpus", NULL},
	{CPUS, "", "cpus", NULL},
	{RELEASE, "6.18.44-fc-v669\n", "kernel.release", "6.18.44-fc-v669"},
	{RELEASE, "6.18.44-fc-v669\n", "kernel.version", "6.18.44"},
	{RELEASE, "3.10.0-1160.el7.x86_64\n", "kernel.version", "3.10"},
	{RELEASE, "what\n", "kernel.release", "what"},
	{RELEASE, "what\n", "kernel.version", NULL},
	{RELEASE, "\n", "kernel.release", NULL},
};

static void expect(const char *name, const char *value)
{
	struct fact fact = facts_get(facts, name);

	if (value) {
		ck_assert_msg(fact.state == FACT_KNOWN, "%s: %s", name, fact.why);
		ck_assert_str_eq(value_raw(arena, fact.value), value);
	} else {
		ck_assert_msg(fact.state == FACT_UNREADABLE, "%s is known or absent", name);
		ck_assert_ptr_nonnull(fact.why);
		ck_assert_str_ne(fact.why, "not observed");
	}
}

START_TEST(text_becomes_facts)
{
	proctext_read(facts, file_of(texts[_i].path), texts[_i].text, strlen(texts[_i].text));
	expect(texts[_i].fact, texts[_i].value);
}
END_TEST

START_TEST(missing_file_is_told)
{
	proctext_missing(facts, file_of(SOCKSTAT6), true, "No such file or directory");
	ck_assert_int_eq(facts_get(facts, "sockstat.inuse6").state, FACT_ABSENT);
	proctext_missing(facts, file_of(SOCKSTAT6), false, "Permission denied");
	ck_assert_str_eq(facts_get(facts, "sockstat.inuse6").why,
			 "/proc/net/sockstat6: Permission denied");
	/* Every host has it: where it is not, the capture is not whole. */
	proctext_missing(facts, file_of(MEMINFO), true, "No such file or directory");
	ck_assert_int_eq(facts_get(facts, "memory.pages").state, FACT_UNREADABLE);
}
END_TEST

START_TEST(every_fact_has_a_file)
{
	size_t n;
	const struct proctext_file *files = proctext_files(&n);

	ck_assert_uint_eq(n, 11);
	for (size_t i = 0; i < n; i++) {
		proctext_read(facts, &files[i], "", 0);
		for (const char *const *name = files[i].names; *name; name++)
			/* A machine may have no name. */
			expect(*name, strncmp(*name, "machine.", 8) ? NULL : "");
	}
}
END_TEST

/* Every byte can be anything: nothing crashes, and every fact is known or has a reason. */
START_TEST(garbage_is_survived)
{
	size_t n, k = 0;
	const struct proctext_file *files = proctext_files(&n), *file = &files[(size_t)_i % n];
	unsigned state = (unsigned)_i + 1;
	char text[200];

	for (; k < sizeof(text); k++) {
		static const char some[] = "TCP6:inuse twMTl -0159.,\n\n \t";

		state = state * 1103515245 + 12345;
		text[k] = state >> 30 ? some[(state >> 16) % (sizeof(some) - 1)] : (char)(state >> 20);
	}
	proctext_read(facts, file, text, k);
	for (const char *const *name = file->names; *name; name++) {
		struct fact fact = facts_get(facts, *name);

		ck_assert(fact.state == FACT_KNOWN || fact.why);
	}
}
END_TEST

/* ----------------------------------------------------------------- ports */

static const struct {
	double low, high;
	const char *reserved; /* NULL: the kernel has no such key */
	const char *usable;   /* NULL: unreadable */
} ranges[] = {
	{32768, 60999, "", "28232"},
	{32768, 60999, NULL, "28232"},
	{32768, 60999, "8080,40000-40009,60999-65535", "28221"},
	{32768, 60999, "1-65535", "0"},
	{1024, 1024, "", "1"},
	{1, 65535, "", "65535"},
	{60999, 32768, "", NULL},
	{-1, 5, "", NULL},
	{1024, 70000, "", NULL},
};

START_TEST(ports_are_counted)
{
	struct value range = {.type = VALUE_TUPLE};

	range.tuple = (struct tuple){2, {ranges[_i].low, ranges[_i].high}};
	facts_set(facts, "net.ipv4.ip_local_port_range", range);
	if (ranges[_i].reserved)
		facts_set(facts, "net.ipv4.ip_local_reserved_ports", value_text(ranges[_i].reserved));
	else
		facts_set_missing(facts, "net.ipv4.ip_local_reserved_ports", FACT_ABSENT, NULL);
	proctext_ports(facts);
	expect("ports.usable", ranges[_i].usable);
	if (ranges[_i].usable) {
		ck_assert(facts_get(facts, "ports.low").value.number == ranges[_i].low);
		ck_assert(facts_get(facts, "ports.high").value.number == ranges[_i].high);
	} else {
		expect("ports.low", NULL);
	}
}
END_TEST

START_TEST(ports_need_their_keys)
{
	struct value range = {.type = VALUE_TUPLE, .tuple = {2, {32768, 60999}}};

	facts_set_missing(facts, "net.ipv4.ip_local_port_range", FACT_ABSENT, "gone");
	proctext_ports(facts);
	ck_assert_int_eq(facts_get(facts, "ports.usable").state, FACT_ABSENT);
	facts_set(facts, "net.ipv4.ip_local_port_range", range);
	facts_set_missing(facts, "net.ipv4.ip_local_reserved_ports", FACT_UNREADABLE, "denied");
	proctext_ports(facts);
	expect("ports.high", "60999");
	ck_assert_str_eq(facts_get(facts, "ports.usable").why, "denied");
}
END_TEST

/* ----------------------------------------------------------------- ehash */

#define GIB 1073741824.0

static const struct {
	double shown; /* tcp_ehash_entries; 0: no such key */
	double memory;
	const char *entries;
} hashes[] = {
	{262144, 0, "262144"},
	{-262144, 24 * GIB, "262144"},
	{0, 25276502016, "262144"}, /* measured with this MemTotal */
	{0, 16 * GIB, "131072"},
	{0, 15.6 * GIB, "131072"},
	{0, 1 * GIB, "8192"},
	{0, 1.1 * GIB, "16384"},
	{0, 64 * GIB, "524288"},
	{0, 2048 * GIB, "524288"},
	{0, 200 * 1048576.0, "2048"},
	{0, 0, NULL},
};

START_TEST(ehash_is_known)
{
	facts_set_missing(facts, "net.ipv4.tcp_ehash_entries", FACT_ABSENT, "no such key");
	facts_set_missing(facts, "memory.total", FACT_UNREADABLE, "no meminfo");
	if (hashes[_i].shown < 0 || hashes[_i].shown > 0)
		facts_set(facts, "net.ipv4.tcp_ehash_entries",
			  value_number(hashes[_i].shown, UNIT_NONE));
	if (hashes[_i].memory > 0)
		facts_set(facts, "memory.total", value_number(hashes[_i].memory, UNIT_BYTES));
	proctext_ehash(facts);
	expect("ehash.entries", hashes[_i].entries);
}
END_TEST

Suite *proctext_suite(void)
{
	Suite *suite = suite_create("proctext");
	TCase *tcase = tcase_create("proctext");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, text_becomes_facts, 0, N(texts));
	tcase_add_test(tcase, missing_file_is_told);
	tcase_add_test(tcase, every_fact_has_a_file);
	tcase_add_loop_test(tcase, garbage_is_survived, 0, 60);
	tcase_add_loop_test(tcase, ports_are_counted, 0, N(ranges));
	tcase_add_test(tcase, ports_need_their_keys);
	tcase_add_loop_test(tcase, ehash_is_known, 0, N(hashes));
	suite_add_tcase(suite, tcase);
	return suite;
}
