/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOTALS_H
#define TOTALS_H

#include "tally/tally.h"

/*
 * The running totals of a tally: every job that comes is added, every job that goes is removed.
 * Pure.
 */

/* Adds JOB, or removes one that has been added. */
void totals_add(struct tally *tally, const struct tally_job *job);
void totals_remove(struct tally *tally, const struct tally_job *job);

/* Counts the finished JOB for ever: counters never go down. */
void totals_count(const struct tally_job *job);

/*
 * When unfinished jobs have been removed, it may not be known any more which is the oldest. Then
 * this returns true and forgets the oldest of all workloads. The caller must then call
 * totals_note_oldest for each unfinished job there is.
 */
bool totals_forget_oldest(struct tally *tally);
void totals_note_oldest(const struct tally_job *job);

/* Whole seconds that the finished JOB took; 0 when its start is not known. */
uint32_t totals_duration(const struct tally_job *job);

#endif
