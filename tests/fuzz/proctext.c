/*
 * Texts of /proc and /sys, the first line says which: each fact of the file is known, and then
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
	must(fact.value.type != VALUE_TEXT || fuzz_is_clean(fact.value.text, false));
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
	static const char *const samples[] = {"pairs", "softnet", "conntrack", "neigh"};
	struct arena *arena = arena_new();
	char *text = fuzz_copy(arena, data, size), *name = strsep(&text, "\n");
	size_t n, length = text ? size - (size_t)(text - name) : 0;
	const struct proctext_file *files = proctext_files(&n);

	for (size_t i = 0; text && i < n; i++)
		if (!strcmp(name, files[i].path))
			read_file(arena, &files[i], text, length);
	for (unsigned i = 0; text && i < 4; i++)
		if (!strcmp(name, samples[i]))
			read_sample(arena, i, text, length);
	arena_free(arena);
	return 0;
}
