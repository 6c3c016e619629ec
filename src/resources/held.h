/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HELD_H
#define HELD_H

#include "resources/resource.h"

/* The rows of a resource that are held in memory. */
struct held;

/* Without rows; to be freed with held_free. */
struct held *held_new(const struct resource *resource);

/* Takes a copy of ROW with its texts. A row with the same key gives way, or ROW is added to it. */
void held_take(struct held *held, const void *row);

size_t held_count(const struct held *held);

/* The row with that key, or NULL. */
const void *held_find(const struct held *held, const char *key);

/* Calls VISIT for each row, in the order of their keys. */
void held_each(const struct held *held, void (*visit)(const void *row, void *arg), void *arg);

/* How many rows of BEFORE are not in HELD. */
size_t held_count_missing(const struct held *held, const struct held *before);

/*
 * Works out which alarms of the rows in HELD are raised, BEFORE having been the rows until now, and
 * adds an event about SITE for each that has come or is over, be it because the row has gone.
 * FIRST: there was no fetch before.
 */
void held_watch(struct held *held, const struct held *before, bool first, const char *site,
		struct event_list *events);

/* NULL is fine. */
void held_free(struct held *held);

#endif
