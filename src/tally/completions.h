/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COMPLETIONS_H
#define COMPLETIONS_H

#include "tally/tally.h"

/*
 * Keeps the histories in a tally. A history follows from all completions that have ever been seen.
 * Most of the time it is enough to add to it what is new. Sometimes it is not: then
 * completions_settle asks for completions of the store to be replayed. Pure.
 */
struct completions;

/* For the histories of TALLY, which must live longer. To be freed with completions_free. */
struct completions *completions_new(struct tally *tally);

/*
 * Notes that the completion of the finished JOB has been seen for the first time; or takes it back,
 * because it turns out to be different. Histories show it after completions_settle.
 */
void completions_note(struct completions *completions, const struct tally_job *job);
void completions_retract(struct completions *completions, const struct tally_job *job);

/*
 * The completion of JOB has been noted and now leaves the store for good. To be called in the order
 * of completions.
 */
void completions_expire(const struct tally_job *job);

/*
 * What ended at START or later has not expired after all: the store will have it again. Failures
 * that ended before, and were not the last, count in no streak from now on. All histories will be
 * made again.
 */
void completions_unexpire(struct completions *completions, int64_t start);

/* The next completions_settle makes all histories again. */
void completions_distrust(struct completions *completions);

/*
 * Brings the histories up to date. True where some must be made again. The caller must then call
 * completions_replay for each completion in the store that ended at *SINCE or later, in their
 * order, and completions_replayed after the last. What ended before KEPT has expired.
 */
bool completions_settle(struct completions *completions, int64_t kept, int64_t *since);
void completions_replay(const struct completions *completions, const struct tally_job *job);
void completions_replayed(struct completions *completions);

/* NULL is fine. */
void completions_free(struct completions *completions);

#endif
