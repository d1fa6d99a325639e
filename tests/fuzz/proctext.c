/*
 * Texts of /proc and /sys, the first byte says which: each fact of the file is known, and then
 * a number or clean, or it says why not.
 */
#include <math.h>
#include <string.h>

#include "core/proctext.h"
#include "core/sample.h"
#include "fuzz.h"

static void check_fact(const struct facts *facts, const char *name)
{
	struct fact fact = facts_get(facts, name);

	must(fact.state != FACT_UNREADABLE || (fact.why && fuzz_is_clean(fact.why, false)));
	if (fact.state != FACT_KNOWN)
		return;
	/* Of the counters some are signed: Tcp.MaxConn is -1. */
	if (fact.value.type == VALUE_NUMBER)
		must(isfinite(fact.value.number) && (fact.value.number >= 0 || !strncmp(name, "counter.", 8)));
	must(fact.value.type != VALUE_TEXT || fact.value.text);
}

static void read_sample(struct arena *arena, unsigned which, const char *text, size_t length)
{
	const struct catalog *catalog = &fuzz_shelf()->catalog;
	struct sample *first = sample_new(arena), *last = sample_new(arena);
	struct sample *const both[] = {first, last};
	struct facts *facts = facts_new(arena);

	for (size_t i = 0; i < 2; i++) {
		/* The earlier one ended early. */
		size_t n = i ? length : length / 2;

		if (which == 0)
			sample_add_pairs(both[i], text, n);
		else if (which == 1)
			sample_add_softnet(both[i], text, n);
		else
			sample_add_stat(both[i], which == 2 ? "conntrack" : "neigh", text, n);
	}
	sample_facts(last, &(struct sample_span){.first = first, .seconds = 2}, catalog, facts);
	sample_facts(last, &(struct sample_span){.seconds = 1000}, catalog, facts);
	for (size_t i = 0; i < catalog->n_counters; i++) {
		check_fact(facts, arena_printf(arena, "counter.%s", catalog->counters[i].name));
		check_fact(facts, arena_printf(arena, "rate.%s", catalog->counters[i].name));
	}
}

static void read_file(struct arena *arena, const struct proctext_file *file, const char *text, size_t length)
{
	struct facts *facts = facts_new(arena);

	facts_set(facts, "memory.page_size", value_number(4096, UNIT_BYTES));
	facts_set(facts, "net.ipv4.ip_local_reserved_ports", value_text(text));
	facts_set(facts, "net.ipv4.ip_local_port_range",
		  (struct value){.type = VALUE_TUPLE, .tuple = {2, {(double)length, 65535}}});
	proctext_read(facts, file, text, length);
	for (size_t i = 0; file->names[i]; i++)
		check_fact(facts, file->names[i]);
	proctext_ports(facts);
	proctext_ehash(facts);
	check_fact(facts, "ports.usable");
	check_fact(facts, "ehash.entries");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;
	size_t n;
	const struct proctext_file *files = proctext_files(&n);
	unsigned which = size ? data[0] % (unsigned)(n + 4) : 0;
	char *text;

	if (!size)
		return 0;
	arena = arena_new();
	text = fuzz_copy(arena, data + 1, size - 1);
	if (which < n)
		read_file(arena, &files[which], text, size - 1);
	else
		read_sample(arena, which - (unsigned)n, text, size - 1);
	arena_free(arena);
	return 0;
}
