#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ports.h"
#include "core/proctext.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* By hand: strtod() knows locales, hexadecimal and "inf". */
bool proctext_number(const char *text, double *ret)
{
	double number = 0, scale = 1;
	const char *s = text;

	for (; *s >= '0' && *s <= '9'; s++)
		number = number * 10 + (*s - '0');
	if (s == text || s - text > 20)
		return false;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9' && scale < 1e9; s++) {
			scale *= 10;
			number += (*s - '0') / scale;
		}
	*ret = number;
	return true;
}

/* The text behind "label" at the start of a line, without blanks; NULL where there is no such line. */
static const char *find_line(const char *text, const char *label)
{
	size_t length = strlen(label);

	while (text && strncmp(text, label, length)) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text ? text + length + strspn(text + length, " \t") : NULL;
}

/* The number behind the word on this line. */
static bool find_field(const char *line, const char *word, double *ret)
{
	size_t length = strlen(word);

	while (*line && *line != '\n') {
		size_t n = strcspn(line, " \n");

		if (n == length && !strncmp(line, word, n) && line[n] == ' ')
			return proctext_number(line + n + 1, ret);
		line += n + strspn(line + n, " ");
	}
	return false;
}

struct field {
	const char *word;
	const char *fact;
	enum unit unit;
};

static void read_fields(struct facts *facts, const char *line, const struct field *fields, size_t n)
{
	double number;

	for (size_t i = 0; line && i < n; i++)
		if (find_field(line, fields[i].word, &number))
			facts_set(facts, fields[i].fact, value_number(number, fields[i].unit));
}

static void read_sockstat(struct facts *facts, const char *text)
{
	static const struct field fields[] = {
		{"inuse", "sockstat.inuse", UNIT_NONE}, {"orphan", "sockstat.orphan", UNIT_NONE},
		{"tw", "sockstat.tw", UNIT_NONE},       {"alloc", "sockstat.alloc", UNIT_NONE},
		{"mem", "sockstat.mem", UNIT_PAGES},
	};

	read_fields(facts, find_line(text, "TCP:"), fields, N(fields));
}

static void read_sockstat6(struct facts *facts, const char *text)
{
	static const struct field field = {"inuse", "sockstat.inuse6", UNIT_NONE};

	read_fields(facts, find_line(text, "TCP6:"), &field, 1);
}

static void read_meminfo(struct facts *facts, const char *text)
{
	const char *total = find_line(text, "MemTotal:");
	struct fact page_size = facts_get(facts, "memory.page_size");
	double kib;

	if (!total || !proctext_number(total, &kib))
		return;
	facts_set(facts, "memory.total", value_number(kib * 1024, UNIT_BYTES));
	if (page_size.state != FACT_KNOWN)
		facts_set_missing(facts, "memory.pages", page_size.state, page_size.why);
	else
		facts_set(facts, "memory.pages",
			  value_number(floor(kib * 1024 / page_size.value.number), UNIT_PAGES));
}

static void read_uptime(struct facts *facts, const char *text)
{
	double seconds;

	if (proctext_number(text, &seconds))
		facts_set(facts, "uptime", value_number(seconds, UNIT_SECONDS));
}

/* "0-3,5": how many. */
static void read_cpus(struct facts *facts, const char *text)
{
	char *end = NULL;
	double n = 0;

	for (;; text = end + 1) {
		unsigned long low, high;

		if (*text < '0' || *text > '9')
			return;
		low = high = strtoul(text, &end, 10);
		if (*end == '-' && end[1] >= '0' && end[1] <= '9')
			high = strtoul(end + 1, &end, 10);
		if (high < low || high > 1u << 20)
			return;
		n += (double)(high - low + 1);
		if (*end != ',')
			break;
	}
	if (!*end || *end == '\n')
		facts_set(facts, "cpus", value_number(n, UNIT_NONE));
}

static void read_release(struct facts *facts, const char *text)
{
	char *release = arena_strndup(facts_arena(facts), text, strcspn(text, "\n"));
	struct value version = {.type = VALUE_VERSION};

	if (!*release)
		return;
	facts_set(facts, "kernel.release", value_text(release));
	if (version_parse(release, &version.version))
		facts_set(facts, "kernel.version", version);
}

/* Allocated, free (0 since 2.6) and the limit: Linux 6.1 fs/file_table.c proc_nr_files(). */
static void read_file_nr(struct facts *facts, const char *text)
{
	double numbers[3];

	for (size_t i = 0; i < N(numbers); i++) {
		text += strspn(text, " \t");
		if (!proctext_number(text, &numbers[i]))
			return;
		text += strspn(text, "0123456789.");
	}
	facts_set(facts, "files.open", value_number(fmax(numbers[0] - numbers[1], 0), UNIT_NONE));
	facts_set(facts, "files.max", value_number(numbers[2], UNIT_NONE));
}

static void read_line(struct facts *facts, const char *name, const char *text)
{
	const char *line = arena_strndup(facts_arena(facts), text, strcspn(text, "\n"));

	facts_set(facts, name, value_text(text_printable(facts_arena(facts), line)));
}

static void read_vendor(struct facts *facts, const char *text)
{
	read_line(facts, "machine.vendor", text);
}

static void read_product(struct facts *facts, const char *text)
{
	read_line(facts, "machine.product", text);
}

static void read_bios(struct facts *facts, const char *text)
{
	read_line(facts, "machine.bios", text);
}

static void read_asset_tag(struct facts *facts, const char *text)
{
	read_line(facts, "machine.asset_tag", text);
}

static const char *const sockstat_names[] = {"sockstat.inuse", "sockstat.orphan", "sockstat.tw",
					     "sockstat.alloc", "sockstat.mem",    NULL};
static const char *const sockstat6_names[] = {"sockstat.inuse6", NULL};
static const char *const meminfo_names[] = {"memory.total", "memory.pages", NULL};
static const char *const uptime_names[] = {"uptime", NULL};
static const char *const cpu_names[] = {"cpus", NULL};
static const char *const release_names[] = {"kernel.release", "kernel.version", NULL};
static const char *const file_names[] = {"files.open", "files.max", NULL};
static const char *const vendor_names[] = {"machine.vendor", NULL};
static const char *const product_names[] = {"machine.product", NULL};
static const char *const bios_names[] = {"machine.bios", NULL};
static const char *const asset_tag_names[] = {"machine.asset_tag", NULL};

static const struct proctext_file files[] = {
	{"/proc/sys/kernel/osrelease", false, NULL, release_names, read_release},
	{"/proc/net/sockstat", false, NULL, sockstat_names, read_sockstat},
	/* Not there where IPv6 is not compiled in, or off by ipv6.disable=1. */
	{"/proc/net/sockstat6", true, NULL, sockstat6_names, read_sockstat6},
	{"/proc/meminfo", false, NULL, meminfo_names, read_meminfo},
	{"/proc/uptime", false, NULL, uptime_names, read_uptime},
	{"/sys/devices/system/cpu/online", false, NULL, cpu_names, read_cpus},
	{"/proc/sys/fs/file-nr", false, "files", file_names, read_file_nr},
	/* Machines without DMI (most ARM boards, some virtual ones) have none of these. */
	{"/sys/class/dmi/id/sys_vendor", true, "machine", vendor_names, read_vendor},
	{"/sys/class/dmi/id/product_name", true, "machine", product_names, read_product},
	{"/sys/class/dmi/id/bios_version", true, "machine", bios_names, read_bios},
	{"/sys/class/dmi/id/chassis_asset_tag", true, "machine", asset_tag_names, read_asset_tag},
};

const struct proctext_file *proctext_files(size_t *ret_n)
{
	*ret_n = N(files);
	return files;
}

void proctext_missing(struct facts *facts, const struct proctext_file *file, bool is_absent, const char *why)
{
	enum fact_state state = is_absent && file->is_optional ? FACT_ABSENT : FACT_UNREADABLE;

	why = arena_printf(facts_arena(facts), "%s: %s", file->path, why);
	for (const char *const *name = file->names; *name; name++)
		facts_set_missing(facts, *name, state, why);
}

void proctext_read(struct facts *facts, const struct proctext_file *file, const char *text, size_t length)
{
	proctext_missing(facts, file, false, "it cannot be understood");
	file->read(facts, arena_strndup(facts_arena(facts), text, length));
}

/* --------------------------------------------------------------- derived */

static void miss_ports(struct facts *facts, const struct fact *because)
{
	static const char *const names[] = {"ports.low", "ports.high", "ports.usable"};

	for (size_t i = 0; i < N(names); i++)
		facts_set_missing(facts, names[i], because->state, because->why);
}

void proctext_ports(struct facts *facts)
{
	struct fact range = facts_get(facts, "net.ipv4.ip_local_port_range");
	struct fact reserved = facts_get(facts, "net.ipv4.ip_local_reserved_ports");
	double low, high, taken = 0;

	if (range.state == FACT_KNOWN &&
	    (range.value.type != VALUE_TUPLE || range.value.tuple.n != 2 ||
	     range.value.tuple.element[0] < 0 || range.value.tuple.element[1] > 65535 ||
	     range.value.tuple.element[1] < range.value.tuple.element[0]))
		range = fact_missing(FACT_UNREADABLE, "ip_local_port_range is no range of ports");
	if (range.state != FACT_KNOWN) {
		miss_ports(facts, &range);
		return;
	}
	low = range.value.tuple.element[0];
	high = range.value.tuple.element[1];
	facts_set(facts, "ports.low", value_number(low, UNIT_NONE));
	facts_set(facts, "ports.high", value_number(high, UNIT_NONE));
	if (reserved.state == FACT_UNREADABLE) {
		facts_set_missing(facts, "ports.usable", FACT_UNREADABLE, reserved.why);
		return;
	}
	if (reserved.state == FACT_KNOWN && reserved.value.type == VALUE_TEXT)
		taken = ports_count(reserved.value.text, (unsigned)low, (unsigned)high);
	facts_set(facts, "ports.usable", value_number(high - low + 1 - taken, UNIT_NONE));
}

/*
 * One bucket for each 128 KiB of memory, which is rounded up to a whole MiB
 * before and to a power of two after, at most 512 Ki of them: Linux 6.1
 * net/ipv4/tcp.c tcp_init() and mm/page_alloc.c alloc_large_system_hash();
 * the same constants in 4.14, older kernels not verified. The kernel counts
 * the pages that it has at boot, a little more than MemTotal; thash_entries=
 * on its command line is not seen. Measured: 262144 with 24 GiB.
 */
static double ehash_entries(double memory)
{
	double slots = floor(ceil(memory / 1048576) * 1048576 / 131072);
	double power = 1;

	while (power < slots && power < 524288)
		power *= 2;
	return power;
}

void proctext_ehash(struct facts *facts)
{
	struct fact shown = facts_get(facts, "net.ipv4.tcp_ehash_entries");
	struct fact memory = facts_get(facts, "memory.total");
	double entries;

	if (shown.state == FACT_KNOWN && shown.value.type == VALUE_NUMBER)
		entries = fabs(shown.value.number);
	else if (memory.state == FACT_KNOWN)
		entries = ehash_entries(memory.value.number);
	else {
		facts_set_missing(facts, "ehash.entries", memory.state, memory.why);
		return;
	}
	facts_set(facts, "ehash.entries", value_number(entries, UNIT_NONE));
}
