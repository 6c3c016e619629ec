/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REFRESH_H
#define REFRESH_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "snapshot.h"

/*
 * Brings what is known of one site up to date. All but refresh_cancel belongs to one thread.
 */
struct refresh;

/* SITE must outlive the result. */
struct refresh *refresh_open(const struct config_site *site);

/*
 * Calls REPORT now and then while a refresh runs, with the jobs received and the requests made so
 * far.
 */
void refresh_on_progress(struct refresh *refresh,
			 void (*report)(uint64_t jobs, uint64_t requests, void *arg), void *arg);

/*
 * Refreshes once and returns a new snapshot, which belongs to the caller. After a failure its site
 * row says why and since when, and its rows are those of the last success.
 */
struct snapshot *refresh_run(struct refresh *refresh);

/* Waits MILLIS milliseconds; false when the refresh has been cancelled. */
bool refresh_pause(struct refresh *refresh, int64_t millis);

/* Makes a run or a pause under way end at once, and all later ones. For other threads. */
void refresh_cancel(struct refresh *refresh);
bool refresh_cancelled(const struct refresh *refresh);

void refresh_close(struct refresh *refresh);

#endif
