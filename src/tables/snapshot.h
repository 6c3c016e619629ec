/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "tables/tables.h"
#include "tally/event.h"

/* The rows of one table. */
struct snapshot_rows {
	void *rows;
	size_t count;
	uint32_t left_out; /* rows that a limit has kept out */
};

/*
 * All that is shown of one site at one time, and the events since the snapshot before. One thread
 * builds and seals it. From then on nobody changes it, but that the events are taken out. Whoever
 * holds it frees it.
 */
struct snapshot {
	const char *site;
	struct snapshot_rows tables[TABLE_COUNT]; /* once sealed, rows rise by index */
	uint32_t names_cut;			  /* names that were too long for an index */
	struct event_list events;
	struct arena *arena; /* holds all strings and indexes */
};

/* An empty snapshot of SITE, whose name is copied. */
struct snapshot *snapshot_new(const char *site);

/*
 * Adds a row to a table: a copy of ROW and of its texts. Index and site need not be set. A name
 * that is part of the index must not be empty.
 */
void snapshot_add(struct snapshot *snapshot, enum table_id table, const void *row);

/*
 * Sorts the rows; none may be added afterwards. Of rows with the same index one stays: that takes
 * two long names with the same hash.
 */
void snapshot_seal(struct snapshot *snapshot);

/* Frees SNAPSHOT and all it holds; NULL is fine. */
void snapshot_free(struct snapshot *snapshot);

#endif
