/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SAVE_H
#define SAVE_H

#include "store/cache.h"

/*
 * Brings the maxima in CACHE up to date, and writes what has changed in it and must outlive the
 * program: counters of cells, subjects and queues, and failures. False with FAULT.
 */
bool save_cache(struct cache *cache, struct fault *fault);

#endif
