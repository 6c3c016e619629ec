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

#endif
