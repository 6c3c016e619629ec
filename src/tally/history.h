/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What is remembered of the jobs of a policy, a client or a workload for ever, not just within the
 * window. It depends on the set of ends alone, in the order of their times; of those at the same
 * time, of their jobs' ids. Pure.
 */
struct completion {
	int64_t at; /* instant of the server's clock */
	int64_t id; /* of the job */
	uint32_t status;
	const char *policy_type; /* must live as long as the history */
};

struct history {
	int64_t ok_at, ok_id;	      /* the latest success, 0 = none */
	int64_t failed_at, failed_id; /* the latest failure */
	int64_t last_at, last_id;     /* the latest end of all */
	uint32_t last_status;
	uint32_t streak; /* failures since the latest success */
	const char *last_type;
	bool uncertain; /* the streak is not known: ends came out of order */
};

/* Whether STATUS is that of a job which did its work, if perhaps not all: 0 or 1. */
bool history_is_success(uint32_t status);

/*
 * Notes END. Where it is a success older than a failure that is known, the streak becomes
 * uncertain: to be counted anew (history_recount).
 */
void history_note(struct history *history, const struct completion *end);

/*
 * Takes back END, which has been noted. False where the history depends on it and must be made
 * anew from the ends there are.
 */
bool history_retract(struct history *history, const struct completion *end);

/*
 * Takes all failures but the latest out of the streak; the ends from ok_at on are then to be noted
 * again in their order.
 */
void history_recount(struct history *history);

/*
 * Makes HISTORY ready for the ends at START or later to be noted once more, as far as they can be
 * had. Failures that ended before, and not last, leave the streak.
 */
void history_cut(struct history *history, int64_t start);

bool history_equal(const struct history *a, const struct history *b);

#endif
