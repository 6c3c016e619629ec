/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/*
 * Each block is twice as large as the one before, up to LARGEST_BLOCK. Blocks of that size malloc
 * gives back to the system when they are freed.
 */
#define FIRST_BLOCK ((size_t)4 * 1024)
#define LARGEST_BLOCK ((size_t)256 * 1024)

struct block {
	struct block *next;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *blocks; /* the first is the one in use */
	size_t size;	      /* bytes in it */
	size_t used;
	size_t taken; /* bytes in all blocks */
	size_t left;  /* how many bytes further blocks may take */
	bool full;
};

struct arena *arena_new(size_t limit)
{
	struct arena *arena = mem_zalloc(1, sizeof *arena);

	arena->left = limit ? limit : SIZE_MAX;
	return arena;
}

static bool add_block(struct arena *arena, size_t least)
{
	size_t size = arena->blocks ? arena->size * 2 : FIRST_BLOCK;
	struct block *block;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < least)
		size = least;
	arena->full = size > arena->left;
	if (arena->full)
		return false;
	arena->left -= size;
	arena->taken += size;
	block = mem_resize(NULL, 1, sizeof *block + size);
	block->next = arena->blocks;
	arena->blocks = block;
	arena->size = size;
	arena->used = 0;
	return true;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	void *memory;

	if ((!arena->blocks || rounded > arena->size - arena->used) && !add_block(arena, rounded))
		return NULL;
	memory = arena->blocks->bytes + arena->used;
	arena->used += rounded;
	return memory;
}

bool arena_is_full(const struct arena *arena)
{
	return arena->full;
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *copy = mem_checked(arena_alloc(arena, size));

	return size ? memcpy(copy, data, size) : copy;
}

const char *arena_text(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text) + 1);
}

static void free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_reset(struct arena *arena, size_t kept)
{
	size_t taken = arena->taken;

	arena->full = false;
	if (arena->blocks && !arena->blocks->next && taken <= kept) {
		arena->used = 0;
		return;
	}
	free_blocks(arena->blocks);
	arena->blocks = NULL;
	arena->left += taken;
	arena->taken = 0;
	if (taken > 0 && taken <= kept)
		add_block(arena, taken);
}

void arena_free(struct arena *arena)
{
	free_blocks(arena ? arena->blocks : NULL);
	free(arena);
}
