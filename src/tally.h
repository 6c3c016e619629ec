/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "job.h"

/* Totals of finished jobs by job type, policy type and status. Pure: no clock, no I/O. */
struct tally;

struct tally_cell {
	const char *job_type;
	const char *policy_type;
	uint32_t status;
	uint64_t count;
	uint64_t bytes; /* sums stop at the largest value rather than wrap */
	uint64_t files;
	uint64_t duration_sum; /* seconds */
	uint32_t duration_max;
	int64_t last_end; /* instant of the server's clock */
};

struct tally *tally_new(void);

/* Adds the finished JOB to its cell. */
void tally_add(struct tally *tally, const struct job *job);

/* How many jobs have been added. */
uint64_t tally_jobs(const struct tally *tally);

/* Calls VISIT with each cell, in no particular order. */
void tally_each(const struct tally *tally, void (*visit)(const struct tally_cell *cell, void *arg),
		void *arg);

void tally_free(struct tally *tally);

#endif
