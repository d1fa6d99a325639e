/* YAML: what is read is printed as flow YAML, and read again as the same tree. */
#include <string.h>

#include "core/text.h"
#include "fuzz.h"

static size_t count(const struct node *node, unsigned depth)
{
	size_t n = 1;

	must(depth <= NODE_MAX_DEPTH + 1);
	must(node->place.line > 0 && node->place.column > 0);
	if (node->type == NODE_SCALAR) {
		must(node->n == 0 && node->text);
		must(fuzz_is_clean(node->text, true));
	}
	for (size_t i = 0; i < node->n; i++) {
		n += count(&node->items[i], depth + 1);
		if (node->type != NODE_MAP)
			continue;
		n++;
		for (size_t k = 0; k < i; k++)
			must(i > 200 || strcmp(node->keys[i], node->keys[k]));
	}
	return n;
}

static void print_text(struct text *out, const char *text)
{
	text_add(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			text_printf(out, "\\%c", *text);
		else if (*text == '\n' || *text == '\t')
			text_add(out, *text == '\n' ? "\\n" : "\\t");
		else
			text_add_n(out, text, 1);
	}
	text_add(out, "\"");
}

static void print(struct text *out, const struct node *node)
{
	if (node->type == NODE_SCALAR) {
		print_text(out, node->text);
		return;
	}
	text_add(out, node->type == NODE_MAP ? "{" : "[");
	for (size_t i = 0; i < node->n; i++) {
		text_add(out, i ? ",\n " : "");
		if (node->type == NODE_MAP) {
			text_add(out, "? ");
			print_text(out, node->keys[i]);
			text_add(out, " : ");
		}
		print(out, &node->items[i]);
	}
	text_add(out, node->type == NODE_MAP ? "}" : "]");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct diag diag = diag_new(arena);
	const struct node *node = node_load(arena, &diag, "fuzz.yaml", (const char *)data, size), *again;
	struct text once = text_new(arena), twice = text_new(arena);

	fuzz_check_diag(&diag, data, size);
	must(!node == (diag.errors > 0));
	if (node) {
		must(count(node, 1) <= NODE_MAX_NODES + 1);
		print(&once, node);
		again = node_load(arena, &diag, "again.yaml", once.data, once.length);
		/* Quotes and escapes can make it larger than a file may be. */
		must(again || once.length > NODE_MAX_BYTES);
		if (again) {
			print(&twice, again);
			must(!strcmp(once.data, twice.data));
		}
	}
	arena_free(arena);
	return 0;
}
