/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARENA_H
#define ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* Memory for many small objects that are all released at the same time. */
struct arena;

/* A new arena, to be freed with arena_free. Its blocks take LIMIT bytes at most; 0 = no limit. */
struct arena *arena_new(size_t limit);

/*
 * SIZE bytes for objects of any type, not zeroed. They live as long as ARENA. NULL when its limit
 * is reached.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* True when arena_alloc has returned NULL. */
bool arena_is_full(const struct arena *arena);

/* A copy of SIZE bytes at DATA, or of TEXT. Lives as long as ARENA, which must have no limit. */
void *arena_copy(struct arena *arena, const void *data, size_t size);
const char *arena_text(struct arena *arena, const char *text);

/*
 * Releases all memory that came from ARENA, whose limit is whole again. It keeps as much for what
 * comes next, in one block, unless that is more than KEPT.
 */
void arena_reset(struct arena *arena, size_t kept);

/* Frees ARENA and all memory that came from it; NULL is fine. */
void arena_free(struct arena *arena);

#endif
