/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TABLES_FAILURES_H
#define TABLES_FAILURES_H

#include <stdint.h>

#include "tables/table.h"

/* A row of nbuFailureTable: a job that failed. */
struct failure_row {
	struct index index;
	const char *site;
	uint32_t job_id;
	uint32_t status;
	const char *client;
	const char *policy;
	const char *schedule;
	const char *schedule_type;
	const char *job_type;
	const char *policy_type;
	int64_t ended; /* instant of the local clock */
};

#endif
