/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REFRESH_H
#define REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tables/snapshot.h"

/*
 * Brings what is known of one site up to date. All but refresh_cancel belongs to one thread.
 */
struct refresh;

/*
 * SITE must outlive the result. STATE_DIR is where its jobs are kept, or ":memory:". Nothing is
 * opened yet.
 */
struct refresh *refresh_open(const struct config_site *site, const char *state_dir);

/*
 * Calls REPORT with each page while a refresh runs, with the jobs received and the requests made
 * so far. It may call refresh_snapshot, but only until refresh_complete: the rows of a refresh that
 * is not over are not to be shown.
 */
void refresh_on_progress(struct refresh *refresh,
			 void (*report)(uint64_t jobs, uint64_t requests, void *arg), void *arg);

/*
 * Refreshes once: fetches what has changed, or all where nothing is known yet. Afterwards
 * refresh_snapshot shows the outcome. True when it succeeded; after a failure the site row says why
 * and since when, and the rows are those of the last success.
 */
bool refresh_run(struct refresh *refresh);

/*
 * All that is known now, as a new snapshot, which belongs to the caller. Before the first refresh
 * it has the rows of the store, if there is one from an earlier run.
 */
struct snapshot *refresh_snapshot(struct refresh *refresh);

/* True when there are rows to show: the first sweep has come to its end, now or in an earlier run.
 */
bool refresh_complete(const struct refresh *refresh);

/* Waits MILLIS milliseconds; false when the refresh has been cancelled. */
bool refresh_pause(struct refresh *refresh, int64_t millis);

/* Makes a run or a pause under way end at once, and all later ones. For other threads. */
void refresh_cancel(struct refresh *refresh);
bool refresh_cancelled(const struct refresh *refresh);

/* Closes the store, so that another can open it; a further run opens it again. */
void refresh_release(struct refresh *refresh);

void refresh_close(struct refresh *refresh);

#endif
