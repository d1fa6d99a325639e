/* A template over a made-up host: what comes out can be shown anywhere, and is the same twice. */
#include <string.h>

#include "core/expr.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalog *catalog = &fuzz_shelf()->catalog;
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const struct scope scope = {.catalog = catalog,
				    .bindings = {{"row", catalog_table("listeners")}}, .n_bindings = 1};
	const struct node node = {.type = NODE_SCALAR, .text = fuzz_copy(arena, data, size),
				  .place = {"fuzz", 1, 1}};
	/* The text itself has been through the YAML reader, which lets no control characters in. */
	const struct template *template =
		fuzz_is_clean(node.text, true) ? template_parse(arena, &diag, &node, &scope) : NULL;

	fuzz_check_diag(&diag, data, size);
	if (template) {
		const struct facts *facts = fuzz_facts(arena);
		struct eval eval = {.arena = arena, .facts = facts, .catalog = catalog, .n_rows = 1,
				    .rows = {table_row(facts_find_table(facts, "listeners"), 2)}};
		struct eval again = eval;
		const char *text = template_expand(template, &eval);

		must(fuzz_is_clean(text, true));
		must(!strcmp(text, template_expand(template, &again)));
	}
	arena_free(arena);
	return 0;
}
