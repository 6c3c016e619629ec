/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

/* Memory for many small things that are all released at the same time. */
struct arena;

struct arena *arena_new(void);

/* SIZE bytes, not zeroed, fit for objects of any type; they live as long as ARENA. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of SIZE bytes at DATA, or of TEXT, that lives as long as ARENA. */
void *arena_copy(struct arena *arena, const void *data, size_t size);
const char *arena_text(struct arena *arena, const char *text);

/* Frees ARENA and all that it gave out; NULL is fine. */
void arena_free(struct arena *arena);

#endif
