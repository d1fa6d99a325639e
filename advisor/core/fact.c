#include <stdint.h>
#include <string.h>

#include "core/fact.h"

struct entry {
	const char *name;
	struct fact fact;
};

struct facts {
	struct arena *arena;
	struct entry *slots; /* open addressing; capacity is a power of two */
	size_t n, capacity;
	struct table **tables;
	size_t n_tables, tables_capacity;
};

struct facts *facts_new(struct arena *arena)
{
	struct facts *facts = arena_alloc(arena, sizeof(*facts));

	facts->arena = arena;
	facts->capacity = 256;
	facts->slots = arena_array(arena, facts->capacity, sizeof(*facts->slots));
	return facts;
}

struct arena *facts_arena(const struct facts *facts)
{
	return facts->arena;
}

/* FNV-1a. */
static size_t hash(const char *name)
{
	uint64_t h = 14695981039346656037u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

/* The slot of this name, or the free one where it belongs. */
static struct entry *find_slot(struct entry *slots, size_t capacity, const char *name)
{
	size_t i = hash(name) & (capacity - 1);

	while (slots[i].name && strcmp(slots[i].name, name))
		i = (i + 1) & (capacity - 1);
	return &slots[i];
}

static void enlarge(struct facts *facts)
{
	size_t capacity = facts->capacity * 2;
	struct entry *slots = arena_array(facts->arena, capacity, sizeof(*slots));

	for (size_t i = 0; i < facts->capacity; i++)
		if (facts->slots[i].name)
			*find_slot(slots, capacity, facts->slots[i].name) = facts->slots[i];
	facts->slots = slots;
	facts->capacity = capacity;
}

static void put(struct facts *facts, const char *name, struct fact fact)
{
	struct entry *slot;

	if (facts->n * 2 >= facts->capacity)
		enlarge(facts);
	slot = find_slot(facts->slots, facts->capacity, name);
	if (!slot->name) {
		slot->name = arena_strdup(facts->arena, name);
		facts->n++;
	}
	slot->fact = fact;
}

void facts_set(struct facts *facts, const char *name, struct value value)
{
	put(facts, name, fact_known(value));
}

void facts_set_missing(struct facts *facts, const char *name, enum fact_state state, const char *why)
{
	put(facts, name, fact_missing(state, why));
}

struct fact facts_get(const struct facts *facts, const char *name)
{
	const struct entry *slot = find_slot(facts->slots, facts->capacity, name);

	return slot->name ? slot->fact : fact_missing(FACT_UNREADABLE, "not observed");
}

const struct table *facts_find_table(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_tables; i++)
		if (!strcmp(facts->tables[i]->def->name, name))
			return facts->tables[i];
	return NULL;
}

struct table *facts_table(struct facts *facts, const struct table_def *def)
{
	struct table *table;

	for (size_t i = 0; i < facts->n_tables; i++)
		if (facts->tables[i]->def == def)
			return facts->tables[i];
	table = arena_alloc(facts->arena, sizeof(*table));
	table->def = def;
	table->why = "not observed";
	facts->tables = arena_grow(facts->arena, facts->tables, facts->n_tables,
				   &facts->tables_capacity, sizeof(struct table *));
	facts->tables[facts->n_tables++] = table;
	return table;
}

struct fact *table_add_row(struct facts *facts, struct table *table)
{
	size_t width = table->def->n_columns;
	struct fact *row;

	table->cells = arena_grow(facts->arena, table->cells, table->n_rows, &table->capacity,
				  width * sizeof(struct fact));
	row = table->cells + table->n_rows * width;
	table->n_rows++;
	for (size_t i = 0; i < width; i++)
		row[i] = fact_missing(FACT_UNREADABLE, "not observed");
	return row;
}

const struct fact *table_row(const struct table *table, size_t row)
{
	return table->cells + row * table->def->n_columns;
}

struct fact fact_known(struct value value)
{
	return (struct fact){.state = FACT_KNOWN, .value = value};
}

struct fact fact_missing(enum fact_state state, const char *why)
{
	return (struct fact){.state = state, .why = why};
}
