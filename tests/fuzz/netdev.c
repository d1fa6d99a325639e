/*
 * Replies of rtnetlink: read at once and in two pieces they have the same interfaces and
 * qdiscs, also after what must not leave the host was taken out.
 */
#include <string.h>

#include "core/anonymise.h"
#include "core/netdev.h"
#include "core/text.h"
#include "fuzz.h"

/* All cells as a text. */
static const char *show(struct arena *arena, const struct netdev *netdev)
{
	static const char *const tables[] = {"interfaces", "qdiscs"};
	struct facts *facts = facts_new(arena);
	struct text text = text_new(arena);

	netdev_facts(netdev, facts);
	for (size_t i = 0; i < 2; i++) {
		const struct table *table = facts_find_table(facts, tables[i]);

		must(table);
		for (size_t k = 0; k < table->n_rows * table->def->n_columns; k++) {
			const struct fact *cell = &table->cells[k];

			must(cell->state != FACT_UNREADABLE || cell->why);
			text_printf(&text, "%d %s\n", (int)cell->state,
				    cell->state == FACT_KNOWN ? value_raw(arena, cell->value) : "");
		}
	}
	return text.data;
}

static const char *read_pieces(struct arena *arena, const char *bytes, size_t length, size_t first)
{
	struct netdev *netdev = netdev_new(arena);
	size_t used = netdev_parse(netdev, bytes, first);

	/* The last message of all may lack its padding. */
	must(used <= first && (used % 4 == 0 || used == length));
	if (!netdev_error(netdev))
		used += netdev_parse(netdev, bytes + used, length - used);
	must(used <= length);
	return show(arena, netdev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	char *bytes = fuzz_copy(arena, data, size);
	const char *whole = read_pieces(arena, bytes, size, size);

	must(!strcmp(whole, read_pieces(arena, bytes, size, size / 2 & ~(size_t)3)));
	anonymise_route(bytes, size);
	must(!strcmp(whole, read_pieces(arena, bytes, size, size)));
	arena_free(arena);
	return 0;
}
