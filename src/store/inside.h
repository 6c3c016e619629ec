/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "store/cache.h"
#include "store/marks.h"
#include "store/names.h"
#include "store/rows.h"
#include "tally/event.h"

/*
 * For store.c, jobs.c and verify.c, which share the functions of store.h among them, and for
 * families.c.
 */

struct store {
	const struct config_site *site;
	struct database *database;
	struct store_marks marks;
	struct store_marks saved; /* as on disk */

	/* Held in memory of what is on disk. Read again when it may differ. */
	struct names names;
	struct cache cache;
	bool loaded; /* it has been read */

	uint64_t written;
	/* Finished jobs of this transaction: no longer listed, and listed for the first time. */
	uint64_t vanished, appeared;
	uint64_t late; /* rows written of jobs that had changed before the mark, since the store was
			  opened */
	struct event_list events;  /* committed */
	struct event_list pending; /* of this transaction */
};

/*
 * Reads again all that is held in memory. Where that fails the cache stays as it was, the store is
 * not loaded, and FAULT (class storage) says why.
 */
bool store_reload(struct store *store, struct fault *fault);

/*
 * Puts ROW in the place of OLD, which is all zeros where there was none: on disk, in the totals and
 * in the histories. False with FAULT.
 */
bool store_replace(struct store *store, const struct row *old, const struct row *row,
		   struct fault *fault);

#endif
