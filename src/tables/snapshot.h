/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/pool.h"
#include "tables/tables.h"
#include "tally/event.h"

/* The rows of one table. */
struct snapshot_rows {
	void *rows;
	size_t count;
	uint32_t left_out; /* rows that are not here because of a limit */
};

/*
 * All that is shown of one site at one time, and the events since the previous snapshot. One thread
 * makes and seals it. After that nobody changes its rows; the events are taken out. Its owner
 * frees it.
 */
struct snapshot {
	const char *site;
	struct snapshot_rows tables[TABLE_COUNT]; /* once sealed, sorted by index */
	uint32_t names_cut;			  /* names too long for an index */
	struct event_list events;
	struct arena *arena;	   /* holds all strings and indexes but those of POOL */
	struct pool *pool;	   /* NULL = none is shared */
	const unsigned char *head; /* that of all indexes: the site's name, packed */
	uint16_t head_length;
};

/* An empty snapshot of SITE, whose name is copied. */
struct snapshot *snapshot_new(const char *site);

/*
 * Adds a copy of ROW and of its texts to a table, and sets its index and site. A name that is part
 * of the index must not be empty.
 */
void snapshot_add(struct snapshot *snapshot, enum table_id table, const void *row);

/*
 * The same for a row whose texts need no copy: they are in the pool of snapshot_share, or live for
 * ever. All that is part of the index is in the pool.
 */
void snapshot_add_pooled(struct snapshot *snapshot, enum table_id table, const void *row);

/*
 * Holds POOL for as long as the snapshot lives. What is in it already may then be read by the
 * thread that has the snapshot, whatever is added to POOL meanwhile.
 */
void snapshot_share(struct snapshot *snapshot, struct pool *pool);

/*
 * Sorts the rows. None may be added afterwards. Of rows with the same index only one stays; they
 * have long names that begin alike and have the same hash.
 */
void snapshot_seal(struct snapshot *snapshot);

/* Frees SNAPSHOT and all it holds; NULL is fine. */
void snapshot_free(struct snapshot *snapshot);

#endif
