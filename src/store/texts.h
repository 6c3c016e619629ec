/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEXTS_H
#define TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "store/store.h"

/*
 * What is collected beside the jobs, on disk: of each resource its rows as texts, found by their
 * keys, so that what was last known outlives the program. The store knows nothing of what they
 * mean.
 */

/* A row. */
struct texts_row {
	const char *key;
	const char *text;
};

/* When a resource was last fetched, and since when its rows have vanished; see store_marks. */
struct texts_marks {
	int64_t data_at;     /* instant of the local clock, 0 = never */
	int64_t vanished_at; /* likewise */
};

/*
 * Reads the marks of RESOURCE, zeros where there are none, and calls VISIT for each of its rows.
 * False with FAULT (class storage).
 */
bool texts_read(struct store *store, const char *resource, struct texts_marks *marks,
		void (*visit)(const struct texts_row *row, void *arg), void *arg,
		struct fault *fault);

/*
 * Puts the COUNT ROWS, which rise by their keys, and MARKS in the place of those that RESOURCE has,
 * in a transaction of its own. Only what differs is written. False with FAULT (class storage);
 * nothing has changed then.
 */
bool texts_save(struct store *store, const char *resource, const struct texts_marks *marks,
		const struct texts_row *rows, size_t count, struct fault *fault);

/* Saves only the marks. */
bool texts_save_marks(struct store *store, const char *resource, const struct texts_marks *marks,
		      struct fault *fault);

#endif
