#include "core/arena.h"
#include "core/inodes.h"

struct slot {
	uint32_t inode; /* 0: free */
	uint32_t owner; /* 0: not found yet */
};

struct inodes {
	struct arena *own;
	struct arena *slots_arena; /* the slots alone, so that the old ones can go when there are more */
	struct slot *slots;        /* open addressing; capacity is a power of two */
	size_t n, capacity, owned;
};

struct inodes *inodes_new(void)
{
	struct arena *own = arena_new();
	struct inodes *inodes = arena_alloc(own, sizeof(*inodes));

	inodes->own = own;
	inodes->capacity = 64;
	inodes->slots_arena = arena_new();
	inodes->slots = arena_array(inodes->slots_arena, inodes->capacity, sizeof(struct slot));
	return inodes;
}

void inodes_free(struct inodes *inodes)
{
	if (!inodes)
		return;
	arena_free(inodes->slots_arena);
	arena_free(inodes->own);
}

/* The kernel hands out inodes one after the other: a multiplication spreads them. */
static struct slot *find_slot(const struct inodes *inodes, uint32_t inode)
{
	size_t mask = inodes->capacity - 1;
	size_t i = (size_t)((inode * 0x9e3779b97f4a7c15u) >> 32) & mask;

	while (inodes->slots[i].inode && inodes->slots[i].inode != inode)
		i = (i + 1) & mask;
	return &inodes->slots[i];
}

static void enlarge(struct inodes *inodes)
{
	struct arena *old_arena = inodes->slots_arena;
	struct slot *old = inodes->slots;
	size_t n = inodes->capacity;

	inodes->capacity = n * 2;
	inodes->slots_arena = arena_new();
	inodes->slots = arena_array(inodes->slots_arena, inodes->capacity, sizeof(struct slot));
	for (size_t i = 0; i < n; i++)
		if (old[i].inode)
			*find_slot(inodes, old[i].inode) = old[i];
	arena_free(old_arena);
}

void inodes_want(struct inodes *inodes, uint32_t inode)
{
	struct slot *slot;

	if (!inode)
		return;
	if ((inodes->n + 1) * 5 > inodes->capacity * 4)
		enlarge(inodes);
	slot = find_slot(inodes, inode);
	inodes->n += !slot->inode;
	slot->inode = inode;
}

size_t inodes_count(const struct inodes *inodes)
{
	return inodes->n;
}

size_t inodes_missing(const struct inodes *inodes)
{
	return inodes->n - inodes->owned;
}

bool inodes_is_wanted(const struct inodes *inodes, uint32_t inode)
{
	return inode && find_slot(inodes, inode)->inode;
}

bool inodes_own(struct inodes *inodes, uint32_t inode, uint32_t owner)
{
	struct slot *slot = find_slot(inodes, inode);

	if (!inode || !slot->inode || slot->owner)
		return false;
	slot->owner = owner;
	inodes->owned++;
	return true;
}

uint32_t inodes_owner(const struct inodes *inodes, uint32_t inode)
{
	return inode ? find_slot(inodes, inode)->owner : 0;
}
