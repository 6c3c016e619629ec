/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TRUTH_H
#define SIM_TRUTH_H

#include "sim_buf.h"
#include "sim_job.h"

/*
 * Adds the rows that a correct client shows at `now_ms` for the jobs that ended within the
 * window: one line each, sorted bytewise, of jobType, policyType, status, count, bytes, files,
 * mean and longest duration in seconds, separated by tabs.
 */
void sim_truth_write(struct sim_buf *buf, const struct sim_world *world, int64_t now_ms,
		     int64_t window_ms);

/*
 * Adds a line for each job that is listed at `now_ms`, and is unfinished or was updated at or after
 * `since_ms`; ids rise. Separated by tabs: id, state, type (NONE where the document has none),
 * policyType (the same), status (- for an unfinished job), bytes, files, the instants of start, end
 * (0 for an unfinished job) and last update in milliseconds since 1970, policyName, clientName (as
 * a client shows them; may be empty), jobQueueReason (0 where it says nothing), dedupRatio in 1/100
 * % (0 where the document has none), parentJobId (0 for a root), childCount, scheduleName,
 * scheduleType (may be empty). Jobs so odd that a client must skip them are left out.
 */
void sim_truth_jobs(struct sim_buf *buf, const struct sim_world *world, int64_t now_ms,
		    int64_t since_ms);

#endif
