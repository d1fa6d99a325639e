#include <string.h>
#include <yaml.h>

#include "core/node.h"
#include "core/text.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A list or a map that is being read. */
struct frame {
	struct node node;
	size_t item_capacity, key_capacity, place_capacity;
	bool has_key;
	bool is_dropped; /* the key is in error: its value is read and forgotten */
	const char *key;
	struct place key_place;
};

struct loader {
	struct arena *arena;
	struct diag *diag;
	const char *file;
	const char *bytes;
	size_t length;
	struct frame stack[NODE_MAX_DEPTH];
	unsigned depth;
	size_t nodes;
	struct node root;
	bool has_document;
};

static struct place place_of(const struct loader *loader, yaml_mark_t mark)
{
	return (struct place){loader->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

static void add_to_list(struct loader *loader, struct frame *frame, const struct node *item)
{
	struct node *list = &frame->node;

	list->items = arena_grow(loader->arena, list->items, list->n, &frame->item_capacity,
				 sizeof(*list->items));
	list->items[list->n++] = *item;
}

static void take_key(struct loader *loader, struct frame *frame, const struct node *key)
{
	frame->has_key = true;
	frame->is_dropped = true;
	frame->key = key->text;
	frame->key_place = key->place;
	if (key->type != NODE_SCALAR)
		diag_error(loader->diag, key->place, "a key must be a text");
	else if (!key->quoted && !strcmp(key->text, "<<"))
		diag_error(loader->diag, key->place, "merge keys (<<) are not allowed: write the keys out");
	else
		frame->is_dropped = false;
}

static void add_to_map(struct loader *loader, struct frame *frame, const struct node *value)
{
	struct node *map = &frame->node;

	frame->has_key = false;
	if (frame->is_dropped)
		return;
	map->keys = arena_grow(loader->arena, map->keys, map->n, &frame->key_capacity,
			       sizeof(*map->keys));
	map->keys[map->n] = frame->key;
	map->key_places = arena_grow(loader->arena, map->key_places, map->n,
				     &frame->place_capacity, sizeof(*map->key_places));
	map->key_places[map->n] = frame->key_place;
	add_to_list(loader, frame, value);
}

/* Puts a whole node where it belongs. */
static bool put(struct loader *loader, const struct node *node)
{
	struct frame *frame;

	if (!loader->depth) {
		loader->root = *node;
		return true;
	}
	frame = &loader->stack[loader->depth - 1];
	if (frame->node.type == NODE_LIST)
		add_to_list(loader, frame, node);
	else if (frame->has_key)
		add_to_map(loader, frame, node);
	else
		take_key(loader, frame, node);
	return true;
}

static bool count_node(struct loader *loader, struct place place)
{
	if (++loader->nodes <= NODE_MAX_NODES)
		return true;
	diag_error(loader->diag, place, "more than %u parts: the rest is not read", NODE_MAX_NODES);
	return false;
}

static void refuse_decoration(struct loader *loader, struct place place, const yaml_char_t *anchor,
			      const yaml_char_t *tag)
{
	if (anchor)
		diag_error(loader->diag, place, "anchors (&%s) are not allowed",
			   (const char *)anchor);
	if (tag)
		diag_error(loader->diag, place, "tags (%s) are not allowed", (const char *)tag);
}

static bool on_scalar(struct loader *loader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	struct node node = {
		.type = NODE_SCALAR,
		.place = place_of(loader, event->start_mark),
		.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE,
		.folded = event->start_mark.line != event->end_mark.line,
	};

	if (!count_node(loader, node.place))
		return false;
	refuse_decoration(loader, node.place, event->data.scalar.anchor, event->data.scalar.tag);
	node.text = arena_strndup(loader->arena, text, length);
	/* Most come in by an escape: libyaml refuses raw ones but marks of direction and separators. A NUL would end it. */
	if (strlen(node.text) != length || text_has_control(node.text))
		diag_error(loader->diag, node.place, "a text must not hold control characters");
	return put(loader, &node);
}

static bool begin(struct loader *loader, enum node_type type, const yaml_event_t *event)
{
	struct place place = place_of(loader, event->start_mark);

	if (!count_node(loader, place))
		return false;
	if (loader->depth == NODE_MAX_DEPTH) {
		diag_error(loader->diag, place, "nested deeper than %d: the rest is not read",
			   NODE_MAX_DEPTH);
		return false;
	}
	loader->stack[loader->depth++] = (struct frame){.node = {.type = type, .place = place}};
	return true;
}

static bool on_list(struct loader *loader, const yaml_event_t *event)
{
	refuse_decoration(loader, place_of(loader, event->start_mark),
			  event->data.sequence_start.anchor, event->data.sequence_start.tag);
	return begin(loader, NODE_LIST, event);
}

static bool on_map(struct loader *loader, const yaml_event_t *event)
{
	refuse_decoration(loader, place_of(loader, event->start_mark),
			  event->data.mapping_start.anchor, event->data.mapping_start.tag);
	return begin(loader, NODE_MAP, event);
}

struct key_at {
	const char *key;
	size_t index;
};

static int compare_keys(const void *a, const void *b)
{
	const struct key_at *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Sorted, because a hostile file may have a map of very many keys. */
static void refuse_duplicates(struct loader *loader, const struct node *map)
{
	struct key_at *sorted = arena_array(loader->arena, map->n, sizeof(*sorted));

	for (size_t i = 0; i < map->n; i++)
		sorted[i] = (struct key_at){map->keys[i], i};
	qsort(sorted, map->n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < map->n; i++) {
		if (strcmp(sorted[i - 1].key, sorted[i].key))
			continue;
		diag_error(loader->diag, map->key_places[sorted[i].index],
			   "key '%s' is here twice; the first is in line %u", sorted[i].key,
			   map->key_places[sorted[i - 1].index].line);
	}
}

static bool on_end(struct loader *loader, const yaml_event_t *event)
{
	struct node node = loader->stack[--loader->depth].node;

	(void)event;
	if (node.type == NODE_MAP && node.n > 1)
		refuse_duplicates(loader, &node);
	return put(loader, &node);
}

static bool on_alias(struct loader *loader, const yaml_event_t *event)
{
	struct node node = {
		.type = NODE_SCALAR,
		.place = place_of(loader, event->start_mark),
		.text = "",
		.quoted = true,
	};

	if (!count_node(loader, node.place))
		return false;
	diag_error(loader->diag, node.place, "aliases (*%s) are not allowed: write the value out",
		   (const char *)event->data.alias.anchor);
	return put(loader, &node);
}

static bool on_document(struct loader *loader, const yaml_event_t *event)
{
	if (loader->has_document) {
		diag_error(loader->diag, place_of(loader, event->start_mark),
			   "a second document: one a file, the rest is not read");
		return false;
	}
	loader->has_document = true;
	return true;
}

/* Each takes one event; false stops the reading. */
static bool (*const handlers[])(struct loader *loader, const yaml_event_t *event) = {
	[YAML_DOCUMENT_START_EVENT] = on_document,
	[YAML_SCALAR_EVENT] = on_scalar,
	[YAML_SEQUENCE_START_EVENT] = on_list,
	[YAML_SEQUENCE_END_EVENT] = on_end,
	[YAML_MAPPING_START_EVENT] = on_map,
	[YAML_MAPPING_END_EVENT] = on_end,
	[YAML_ALIAS_EVENT] = on_alias,
};

/* What libyaml says of the most frequent slips helps nobody without a word more. */
static const char *hint_for(const char *problem)
{
	static const struct {
		const char *problem, *hint;
	} hints[] = {
		{"mapping values are not allowed in this context",
		 " (a text with \": \" in it needs quotes; keys of a map begin in one column)"},
		{"found character that cannot start any token",
		 " (tabs cannot indent; a text that begins with % @ ` or a tab needs quotes)"},
		{"could not find expected ':'",
		 " (a key needs \": \" behind it; a text goes on in lines indented deeper)"},
		{"did not find expected key",
		 " (a quote or bracket that is not closed, or a wrong indent)"},
	};

	for (size_t i = 0; i < N(hints); i++)
		if (!strcmp(hints[i].problem, problem))
			return hints[i].hint;
	return "";
}

/* libyaml counts bytes where it could not decode. */
static struct place place_of_offset(const struct loader *loader, size_t offset)
{
	struct place place = {loader->file, 1, 1};

	for (size_t i = 0; i < offset && i < loader->length; i++) {
		if (loader->bytes[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if (((unsigned char)loader->bytes[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

static void report_problem(struct loader *loader, const yaml_parser_t *parser)
{
	const char *problem = parser->problem ? parser->problem : "not readable as YAML";

	if (parser->error == YAML_READER_ERROR)
		diag_error(loader->diag, place_of_offset(loader, parser->problem_offset),
			   "not valid UTF-8 text: %s", problem);
	else if (parser->context)
		diag_error(loader->diag, place_of(loader, parser->problem_mark),
			   "%s, %s that began in line %zu%s", problem, parser->context,
			   parser->context_mark.line + 1, hint_for(problem));
	else
		diag_error(loader->diag, place_of(loader, parser->problem_mark), "%s%s", problem,
			   hint_for(problem));
}

static void read_events(struct loader *loader, yaml_parser_t *parser)
{
	bool is_done = false;
	yaml_event_t event;

	while (!is_done) {
		if (!yaml_parser_parse(parser, &event)) {
			report_problem(loader, parser);
			return;
		}
		is_done = event.type == YAML_STREAM_END_EVENT;
		if ((size_t)event.type < N(handlers) && handlers[event.type])
			is_done = !handlers[event.type](loader, &event);
		yaml_event_delete(&event);
	}
}

struct node *node_load(struct arena *arena, struct diag *diag, const char *file, const char *bytes,
		       size_t length)
{
	struct loader loader = {.arena = arena, .diag = diag, .file = file, .bytes = bytes, .length = length};
	size_t errors = diag->errors;
	yaml_parser_t parser;
	struct node *root;

	loader.root = (struct node){.type = NODE_LIST, .place = {file, 1, 1}};
	if (length > NODE_MAX_BYTES) {
		diag_error(diag, (struct place){.file = file}, "larger than %u MiB", NODE_MAX_BYTES >> 20);
		return NULL;
	}
	if (!yaml_parser_initialize(&parser)) {
		diag_error(diag, (struct place){.file = file}, "no memory to read it");
		return NULL;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
	read_events(&loader, &parser);
	yaml_parser_delete(&parser);
	if (diag->errors != errors)
		return NULL;
	if (loader.root.type == NODE_SCALAR && !loader.root.quoted && !*loader.root.text)
		loader.root = (struct node){.type = NODE_LIST, .place = loader.root.place};
	root = arena_alloc(arena, sizeof(*root));
	*root = loader.root;
	return root;
}
