/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stdint.h>

/* That a job ended: the pair of a job and a time, and how it ended. */
struct completion {
	int64_t at; /* instant of the server's clock */
	int64_t id; /* of the job */
	uint32_t status;
	/* They must live as long as the history. */
	const char *job_type;
	const char *policy_type;
	bool counts; /* it is a success or a failure of its own */
	bool is_run; /* it is the end of a run: of a job that no other has started */
};

/*
 * What is remembered for ever of the jobs of a policy, a client or a workload, not only within the
 * window. It follows from the set of completions alone, in the order of their times. Completions at
 * the same time are in the order of their jobs' ids. Pure.
 */
struct history {
	int64_t ok_at, ok_id;	      /* the latest success, 0 = none */
	int64_t failed_at, failed_id; /* the latest failure */
	int64_t last_at, last_id;     /* the latest completion of all that count */
	uint32_t last_status;
	uint32_t streak; /* failures since the latest success */
	const char *last_job_type;
	const char *last_type;	/* of the policy */
	int64_t run_at, run_id; /* the latest run, 0 = none */
	uint32_t run_status;
	bool uncertain; /* the streak is not known: completions came out of order */
};

/* Whether a job with STATUS did its work, perhaps not all of it: 0 or 1. */
bool history_is_success(uint32_t status);

/*
 * Adds COMPLETION. A success that is older than a known failure makes the streak uncertain: it must
 * then be counted again (history_recount).
 */
void history_note(struct history *history, const struct completion *completion);

/*
 * Takes back COMPLETION, which has been noted. False where the history depends on it: it must then
 * be made again from all completions that there are.
 */
bool history_retract(struct history *history, const struct completion *completion);

/*
 * Starts to count the streak again: it has only the latest failure now. All completions from ok_at
 * on are then to be noted again in their order.
 */
void history_recount(struct history *history);

/*
 * Makes HISTORY ready for noting again all completions at START or later that can still be had.
 * Failures that ended before START, and were not the last, leave the streak.
 */
void history_reopen(struct history *history, int64_t start);

bool history_equal(const struct history *a, const struct history *b);

#endif
