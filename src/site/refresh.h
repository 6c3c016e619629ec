/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REFRESH_H
#define REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tables/snapshot.h"

struct site_row;

/* Refreshes what is known of one site. Only refresh_cancel may be called by another thread. */
struct refresh;

/*
 * SITE must outlive the result. STATE_DIR is the folder of its store, or ":memory:". No file is
 * opened yet.
 */
struct refresh *refresh_open(const struct config_site *site, const char *state_dir);

/*
 * Opens the store, and waits for it for up to MILLIS milliseconds, while another worker of the site
 * still has it. Ends at once when the refresh has been cancelled.
 */
void refresh_await_store(struct refresh *refresh, int64_t millis);

/*
 * Lets each refresh call REPORT after each page, with the jobs received and the requests made so
 * far. REPORT may call refresh_snapshot, but only as long as refresh_complete is false: the rows of
 * an unfinished refresh must not be shown.
 */
void refresh_on_progress(struct refresh *refresh,
			 void (*report)(uint64_t jobs, uint64_t requests, void *arg), void *arg);

/*
 * Refreshes once: fetches what has changed, or all jobs if nothing is known yet. Afterwards
 * refresh_snapshot has the outcome. False when it failed: the row of the site then has the error,
 * and the other rows are those of the last success.
 */
bool refresh_run(struct refresh *refresh);

/* Fetches what is due of what is collected beside the jobs; see collect_run, also for the result.
 */
bool refresh_collect(struct refresh *refresh, int64_t until, bool quick);

/* What is known of the site itself, without texts and index. */
const struct site_row *refresh_row(const struct refresh *refresh);

/* Milliseconds until refresh_collect has something to do; 0 = now, INT64_MAX = never. */
int64_t refresh_collect_wait(const struct refresh *refresh);

/*
 * A new snapshot of all that is known now. It belongs to the caller. Before the first refresh it
 * has the rows of the store, if there is one from an earlier run.
 */
struct snapshot *refresh_snapshot(struct refresh *refresh);

/* True when there are rows to show: the first sweep is complete, now or in an earlier run. */
bool refresh_complete(const struct refresh *refresh);

/*
 * Takes the descriptors that a run, or fetching what is collected, needs; false where others have
 * them now. It is asked again then, after a pause. Where there will not even be one for the store
 * it is true, and the run says so. They are given back in a long pause, or when others wait.
 */
bool refresh_take_turn(struct refresh *refresh);

/* Says in the rows, from now on or no longer, that the site waits for its turn. */
void refresh_show_waiting(struct refresh *refresh, bool waits);

/*
 * Waits MILLIS milliseconds; false when the refresh has been cancelled. The connection is kept in a
 * short pause only.
 */
bool refresh_pause(struct refresh *refresh, int64_t millis);

/* Ends a run or a pause at once, and all later ones. For other threads. */
void refresh_cancel(struct refresh *refresh);

/* Closes the store, so that another process can open it. A later run opens it again. */
void refresh_release(struct refresh *refresh);

/* Closes and frees REFRESH. NULL is fine. */
void refresh_close(struct refresh *refresh);

#endif
