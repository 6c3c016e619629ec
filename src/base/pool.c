/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pool.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/timefmt.h"

/* Texts are laid one behind the other in pieces of memory, each twice as large as the last. */
#define FIRST_PIECE ((size_t)2 * 1024)
#define LARGEST_PIECE ((size_t)64 * 1024)

#define FIRST_PLACES 64 /* a power of two */
#define NOT_COUNTED 255

struct entry {
	uint32_t hash;
	uint32_t number;
	unsigned char length; /* or NOT_COUNTED; the text must be right behind it */
	char text[];
};

struct pool {
	atomic_uint holders;
	struct arena *arena;
	char *piece; /* what is free of the last piece */
	size_t left, next_piece;
	uint32_t start; /* of all hashes */
	/* Found by their hash: a text is at the first free place from there on. Never full. */
	struct entry **places;
	size_t room, count;
};

struct pool *pool_new(void)
{
	struct pool *pool = mem_zalloc(1, sizeof *pool);

	atomic_init(&pool->holders, 1);
	pool->arena = arena_new(0);
	pool->next_piece = FIRST_PIECE;
	pool->start = (uint32_t)timefmt_now() ^ (uint32_t)((uintptr_t)pool >> 4);
	pool->room = FIRST_PLACES;
	pool->places = mem_zalloc(pool->room, sizeof(struct entry *));
	return pool;
}

struct pool *pool_hold(struct pool *pool)
{
	atomic_fetch_add(&pool->holders, 1);
	return pool;
}

void pool_release(struct pool *pool)
{
	if (!pool || atomic_fetch_sub(&pool->holders, 1) > 1)
		return;
	arena_free(pool->arena);
	free(pool->places);
	free(pool);
}

/*
 * With the upper bits folded in, for places are chosen by the lower ones. It starts otherwise in
 * each pool, so that nobody can choose names that all have one hash.
 */
static uint32_t hash_of(const struct pool *pool, const char *text)
{
	uint32_t hash = hash_text(text, HASH_START ^ pool->start);

	return hash ^ hash >> 16;
}

/* The place where TEXT is, or where it belongs. */
static size_t place_of(const struct pool *pool, const char *text, uint32_t hash)
{
	size_t at = hash & (pool->room - 1);

	while (pool->places[at] &&
	       (pool->places[at]->hash != hash || strcmp(pool->places[at]->text, text) != 0))
		at = (at + 1) & (pool->room - 1);
	return at;
}

static void grow(struct pool *pool)
{
	struct entry **old = pool->places;
	size_t room = pool->room;

	pool->room *= 2;
	pool->places = mem_zalloc(pool->room, sizeof(struct entry *));
	for (size_t i = 0; i < room; i++)
		if (old[i])
			pool->places[place_of(pool, old[i]->text, old[i]->hash)] = old[i];
	free(old);
}

static void *take(struct pool *pool, size_t size)
{
	size_t rounded = (size + alignof(struct entry) - 1) & ~(alignof(struct entry) - 1);
	char *memory;

	if (rounded > pool->left) {
		pool->left = rounded > pool->next_piece ? rounded : pool->next_piece;
		pool->piece = arena_alloc(pool->arena, pool->left);
		if (pool->next_piece < LARGEST_PIECE)
			pool->next_piece *= 2;
	}
	memory = pool->piece;
	pool->piece += rounded;
	pool->left -= rounded;
	return memory;
}

static unsigned char counted_length(const char *text, size_t length)
{
	if (length > POOL_COUNTED_MAX)
		return NOT_COUNTED;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] > POOL_COUNTED_MAX)
			return NOT_COUNTED;
	return (unsigned char)length;
}

const char *pool_text(struct pool *pool, const char *text)
{
	uint32_t hash = hash_of(pool, text);
	size_t at = place_of(pool, text, hash), length;
	struct entry *entry = pool->places[at];

	if (entry)
		return entry->text;
	length = strlen(text);
	entry = take(pool, offsetof(struct entry, text) + length + 1);
	entry->hash = hash;
	entry->number = 0;
	entry->length = counted_length(text, length);
	memcpy(entry->text, text, length + 1);
	pool->places[at] = entry;
	if (++pool->count > pool->room - pool->room / 4)
		grow(pool);
	return entry->text;
}

const char *pool_find(const struct pool *pool, const char *text)
{
	const struct entry *entry = pool->places[place_of(pool, text, hash_of(pool, text))];

	return entry ? entry->text : NULL;
}

static struct entry *entry_of(const char *text)
{
	return (struct entry *)(void *)(text - offsetof(struct entry, text));
}

uint32_t pool_hash(const char *text)
{
	return entry_of(text)->hash;
}

uint32_t pool_number(const char *text)
{
	return entry_of(text)->number;
}

void pool_set_number(const char *text, uint32_t number)
{
	entry_of(text)->number = number;
}

const unsigned char *pool_counted(const char *text)
{
	const unsigned char *length = &entry_of(text)->length;

	_Static_assert(offsetof(struct entry, text) == offsetof(struct entry, length) + 1,
		       "nothing is between them");
	return *length == NOT_COUNTED ? NULL : length;
}
