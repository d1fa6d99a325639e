#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

/*
 * Under a sanitizer each allocation is a block of its own, so that an overflow
 * of any of them is seen. Otherwise small ones share blocks: an idle check
 * makes some 15,000, and malloc() took a third of its time.
 */
#ifdef __SANITIZE_ADDRESS__ /* gcc */
#define IS_SANITIZED 1
#elif defined(__has_feature)
#define IS_SANITIZED __has_feature(address_sanitizer)
#else
#define IS_SANITIZED 0
#endif

/* Large enough that malloc() maps it: its pages are zero already, and come as they are used. */
enum { SHARED_BLOCK = 256 * 1024 };

struct block {
	struct block *next;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *blocks;
	unsigned char *free; /* in a shared block */
	size_t room;	     /* behind it */
};

static _Noreturn void out_of_memory(void)
{
	fputs("tcptune: out of memory\n", stderr);
	exit(3);
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		out_of_memory();
	return arena;
}

void arena_free(struct arena *arena)
{
	struct block *next;

	if (!arena)
		return;
	for (struct block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static void *new_block(struct arena *arena, size_t size)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof(*block))
		out_of_memory();
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		out_of_memory();
	block->next = arena->blocks;
	arena->blocks = block;
	return block->data;
}

static void begin_shared_block(struct arena *arena, size_t size)
{
	arena->free = new_block(arena, size);
	arena->room = size;
}

void arena_reserve(struct arena *arena, size_t size)
{
	if (!IS_SANITIZED && arena->room < size)
		begin_shared_block(arena, size < SHARED_BLOCK ? SHARED_BLOCK : size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	void *data;

	if (!size)
		size = 1; /* its pointer is unique */
	if (IS_SANITIZED || size > SHARED_BLOCK / 16)
		return new_block(arena, size);
	size = (size + align - 1) / align * align;
	if (size > arena->room)
		begin_shared_block(arena, SHARED_BLOCK);
	data = arena->free;
	arena->free += size;
	arena->room -= size;
	return data;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		out_of_memory();
	return arena_alloc(arena, n * size);
}

void *arena_grow(struct arena *arena, void *items, size_t n, size_t *capacity, size_t size)
{
	size_t larger;
	void *copy;

	if (n < *capacity)
		return items;
	if (*capacity > SIZE_MAX / 2)
		out_of_memory();
	larger = *capacity ? *capacity * 2 : 8;
	copy = arena_array(arena, larger, size);
	if (n)
		memcpy(copy, items, n * size);
	*capacity = larger;
	return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
	char *copy = arena_alloc(arena, n + 1);

	memcpy(copy, text, n);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = arena_alloc(arena, n < 0 ? 1 : (size_t)n + 1);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}
