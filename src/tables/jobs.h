/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JOBS_H
#define JOBS_H

#include <stdint.h>

#include "tables/table.h"

/* A row of nbuJobTable: the finished jobs of one job type, policy type and status. */
struct job_row {
	struct index index;
	const char *site;
	const char *job_type; /* never cut, like policy_type */
	const char *policy_type;
	uint32_t status;
	uint32_t count;
	uint32_t parents; /* of these */
	uint64_t bytes;
	uint64_t files;
	uint32_t mean_duration; /* seconds */
	uint32_t max_duration;
	int64_t last_end;  /* instant of the local clock, 0 = never */
	uint64_t finished; /* since the store began, like the next two */
	uint64_t finished_bytes;
	uint64_t finished_files;
};

#endif
