/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARENA_H
#define ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* Memory for many small things that are all released at the same time. */
struct arena;

/* An arena that gives out LIMIT bytes or a little more; 0 = as many as there are. */
struct arena *arena_new(size_t limit);

/*
 * SIZE bytes, not zeroed, fit for objects of any type; they live as long as ARENA. NULL only behind
 * its limit.
 */
void *arena_alloc(struct arena *arena, size_t size);

/* Whether something has been refused for the limit. */
bool arena_is_full(const struct arena *arena);

/* A copy of SIZE bytes at DATA, or of TEXT, that lives as long as ARENA, which must be without
 * a limit. */
void *arena_copy(struct arena *arena, const void *data, size_t size);
const char *arena_text(struct arena *arena, const char *text);

/* Frees ARENA and all that it gave out; NULL is fine. */
void arena_free(struct arena *arena);

#endif
