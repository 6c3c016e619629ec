/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job.h"

/*
 * Running totals of finished jobs by job type, policy type and status: every job that comes is
 * added, every job that goes is removed. Pure: no clock, no I/O.
 */
struct tally;

struct tally_cell {
	const char *job_type;
	const char *policy_type;
	uint32_t status;
	/* Of the jobs that have been added and not removed. Sums are exact modulo 2^64. */
	uint64_t count;
	uint64_t bytes;
	uint64_t files;
	uint64_t duration_sum; /* seconds */
	uint32_t duration_max;
	int64_t last_end; /* instant of the server's clock */
	/* Of all jobs that have been counted. */
	uint64_t finished;
	uint64_t finished_bytes;
	uint64_t finished_files;
	int64_t empty_since; /* instant of the local clock; 0 = there are jobs, or it is not known
				yet */
	bool stale;   /* a job went that held duration_max or last_end: both must be found anew */
	bool changed; /* counted, or now empty or no longer so, since it was last saved */
};

struct tally *tally_new(void);

/* Adds the finished JOB to its cell, or removes one that has been added. */
void tally_add(struct tally *tally, const struct job *job);
void tally_remove(struct tally *tally, const struct job *job);

/* Counts JOB, once and for all. */
void tally_count(struct tally *tally, const struct job *job);

/* The cell of that name, which stays the tally's; made, with zeros, when there is none. */
struct tally_cell *tally_cell(struct tally *tally, const char *job_type, const char *policy_type,
			      uint32_t status);

/* Whole seconds that the finished JOB took; 0 when its start is not known. */
uint32_t tally_duration(const struct job *job);

/* How many jobs are in it now. */
uint64_t tally_jobs(const struct tally *tally);

/* Calls VISIT with each cell, in no particular order. */
void tally_each(const struct tally *tally, void (*visit)(struct tally_cell *cell, void *arg),
		void *arg);

/* Compares the totals, not the counters, of all cells that have jobs. */
bool tally_equal(const struct tally *a, const struct tally *b);

void tally_free(struct tally *tally);

#endif
