/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TALLY_FAILURES_H
#define TALLY_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/job.h"

/*
 * The jobs of a site that failed last, as nbuFailureTable shows them. They stay until newer ones
 * take their place, also when the server's list does not have them any more. Pure.
 */
struct failures;

struct failure {
	int64_t id;    /* of the job */
	int64_t ended; /* instant of the server's clock */
	uint32_t status;
	const char *job_type;
	const char *policy_type;
	const char *policy;
	const char *client;
	const char *schedule;
	const char *schedule_type;
};

/* None yet; to be freed with failures_free. */
struct failures *failures_new(void);

/* Notes that JOB, which is done, has failed. What was noted of the same job is forgotten. */
void failures_note(struct failures *failures, const struct job *job);

/* Job ID is no failure, or none of its own. */
void failures_forget(struct failures *failures, int64_t id);

/*
 * Forgets the oldest. KEPT of them can be shown. As many again are kept behind them, as some of the
 * newest may still be forgotten, because their children tell of them.
 */
void failures_trim(struct failures *failures, size_t kept);

/* Calls VISIT with the newest failures, KEPT at most, in the order of their ids. */
void failures_each(const struct failures *failures, size_t kept,
		   void (*visit)(const struct failure *failure, void *arg), void *arg);

/* Takes in FAILURE as it was saved. They must come in the order of their ids. */
void failures_load(struct failures *failures, const struct failure *failure);

/*
 * Tells what has changed since it was saved: calls DROP with the ids of those that were saved and
 * are no longer there, and then PUT with those that are new or different. Stops where one of them
 * returns false, and then returns false itself.
 */
bool failures_save(struct failures *failures, bool (*drop)(int64_t id, void *arg),
		   bool (*put)(const struct failure *failure, void *arg), void *arg);

/* NULL is fine. */
void failures_free(struct failures *failures);

#endif
