/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef POOL_H
#define POOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Texts that exist once, however many refer to them. One thread adds texts. A text never changes
 * and never goes as long as anybody holds the pool, so other threads may read those that they were
 * given. Each text has a number beside it, for whoever adds texts; other threads must not ask for
 * it.
 */
struct pool;

/* A new pool, held once. */
struct pool *pool_new(void);

/* Holds POOL once more; returns it. Any thread that can be sure of POOL may call it. */
struct pool *pool_hold(struct pool *pool);

/* Ends one hold, in any thread. The last one frees all texts. NULL is fine. */
void pool_release(struct pool *pool);

/* The one copy of TEXT, which is made where there is none. */
const char *pool_text(struct pool *pool, const char *text);

/* The same, but NULL where there is none. */
const char *pool_find(const struct pool *pool, const char *text);

/* The functions below take a text that is in a pool. */

/* A hash of it, which is another one in each pool. */
uint32_t pool_hash(const char *text);

/* Its number; 0 until it is set. */
uint32_t pool_number(const char *text);
void pool_set_number(const char *text, uint32_t number);

/*
 * Its octets with the number of them, an octet as well, before the first; NULL where it has more
 * than POOL_COUNTED_MAX, or where one of its octets is above that.
 */
#define POOL_COUNTED_MAX 250
const unsigned char *pool_counted(const char *text);

#endif
