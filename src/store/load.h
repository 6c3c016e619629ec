/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOAD_H
#define LOAD_H

#include "store/cache.h"
#include "store/marks.h"

/* Reads from the file what the cache must have. Each returns false with FAULT. */

/*
 * Reads all that is in the file into CACHE, which has just been started; the names are there
 * already. Marks as used the names that something refers to.
 */
bool load_cache(struct cache *cache, const struct store_marks *marks, struct fault *fault);

/*
 * Brings the histories up to date. They mean nothing before the first sweep has come to its end,
 * and stay empty until then.
 */
bool load_histories(struct cache *cache, const struct store_marks *marks, struct fault *fault);

/* Finds out again which unfinished jobs are the oldest, where that is not known. */
bool load_oldest(struct cache *cache, struct fault *fault);

#endif
