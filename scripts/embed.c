/*
 * embed FILE...: prints a C file with the table builtin_files of
 * core/builtin.h: each YAML file as the tree that node_load() makes of it.
 * The program then starts without reading YAML, which would cost more than
 * everything else that an idle check does. A file with an error fails the build.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/builtin.h"
#include "core/diag.h"
#include "core/node.h"
#include "core/text.h"

static const struct {
	const char *prefix, *kind;
} kinds[] = {
	{"rules/parameters/", "BUILTIN_PARAMETERS"},
	{"rules/counters/", "BUILTIN_COUNTERS"},
	{"rules/topics/", "BUILTIN_TOPICS"},
	{"rules/", "BUILTIN_RULES"},
	{"profiles/", "BUILTIN_PROFILE"},
};

static const char *kind_of(const char *path)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(path, kinds[i].prefix, strlen(kinds[i].prefix)))
			return kinds[i].kind;
	fprintf(stderr, "embed: %s: not under rules/ or profiles/\n", path);
	exit(1);
}

/* Octal escapes always have three digits; '?' is escaped too: "??=" and its like are trigraphs in C11. */
static void print_text(const char *text)
{
	putchar('"');
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (*s < 32 || *s > 126 || *s == '"' || *s == '\\' || *s == '?')
			printf("\\%03o", *s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void print_place(struct place place)
{
	printf("{path, %u, %u}", place.line, place.column);
}

/* A node as an initialiser; number: of the array that holds what is below it. */
static void print_node(const struct node *node, unsigned number)
{
	printf("\t{.type = %d, .place = ", (int)node->type);
	print_place(node->place);
	if (node->type == NODE_SCALAR) {
		printf(", .quoted = %d, .folded = %d, .text = ", node->quoted, node->folded);
		print_text(node->text);
	} else if (node->n) {
		printf(", .n = %zu, .items = (struct node *)n%u", node->n, number);
		if (node->type == NODE_MAP)
			printf(", .keys = (const char **)k%u, .key_places = (struct place *)p%u", number, number);
	}
	puts("},");
}

/* The arrays of everything below a node, the innermost first. The number of its own array. */
static unsigned print_below(const struct node *node, unsigned *next)
{
	unsigned *numbers = calloc(node->n + 1, sizeof(*numbers)), number;

	if (!numbers)
		exit(1);
	for (size_t i = 0; i < node->n; i++)
		if (node->items[i].n)
			numbers[i] = print_below(&node->items[i], next);
	number = (*next)++;
	printf("static const struct node n%u[] = {\n", number);
	for (size_t i = 0; i < node->n; i++)
		print_node(&node->items[i], numbers[i]);
	puts("};");
	if (node->type == NODE_MAP) {
		printf("static const char *const k%u[] = {", number);
		for (size_t i = 0; i < node->n; i++) {
			print_text(node->keys[i]);
			putchar(',');
		}
		printf("};\nstatic const struct place p%u[] = {", number);
		for (size_t i = 0; i < node->n; i++) {
			print_place(node->key_places[i]);
			putchar(',');
		}
		puts("};");
	}
	free(numbers);
	return number;
}

static char *read_file(struct arena *arena, const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "rb");
	struct text text = text_new(arena);
	char buffer[65536];
	size_t n;

	if (!file) {
		perror(path);
		exit(1);
	}
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add_n(&text, buffer, n);
	if (ferror(file)) {
		perror(path);
		exit(1);
	}
	fclose(file);
	*ret_length = text.length;
	return text.data;
}

static const struct node *load(struct arena *arena, const char *path)
{
	struct diag diag = diag_new(arena);
	size_t length;
	char *bytes = read_file(arena, path, &length);
	const struct node *node = node_load(arena, &diag, path, bytes, length);

	for (size_t i = 0; i < diag.n; i++)
		fprintf(stderr, "%s\n", diag_format(arena, &diag.messages[i]));
	if (!node || diag.errors)
		exit(1);
	return node;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	unsigned next = 0, *roots = arena_array(arena, (size_t)argc, sizeof(*roots));

	puts("/* Made by scripts/embed.c from the YAML files; do not edit. */\n"
	     "#include \"core/builtin.h\"\n#include \"core/node.h\"\n\n"
	     "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n");
	for (int i = 1; i < argc; i++) {
		const struct node *node = load(arena, argv[i]);
		unsigned number;

		printf("#define path \"%s\"\n", argv[i]);
		number = node->n ? print_below(node, &next) : 0;
		roots[i] = next++;
		printf("static const struct node n%u[] = {\n", roots[i]);
		print_node(node, number);
		puts("};\n#undef path\n");
	}
	puts("const struct builtin_file builtin_files[] = {");
	for (int i = 1; i < argc; i++)
		printf("\t{\"%s\", %s, n%u},\n", argv[i], kind_of(argv[i]), roots[i]);
	/* The last row is no file: it keeps the table valid C when there is none. */
	printf("\t{0, BUILTIN_RULES, 0},\n};\n\nconst size_t builtin_n = %d;\n", argc - 1);
	arena_free(arena);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
