/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WORKLOADS_H
#define WORKLOADS_H

#include <stdint.h>

#include "tables/table.h"

/* A row of nbuWorkloadTable: the jobs of one job type and policy type. */
struct workload_row {
	struct index index;
	const char *site;
	const char *job_type;
	const char *policy_type;
	uint32_t succeeded; /* within the window, like the next three */
	uint32_t partial;
	uint32_t failed;
	uint32_t success_rate; /* 1/100 % */
	uint32_t active;       /* at the last refresh, like the next four */
	uint32_t queued;
	uint32_t requeued;
	uint32_t suspended;
	uint32_t incomplete;
	/* Instants of the local clock. */
	int64_t oldest_active; /* when the oldest active job started; 0 = there is none */
	int64_t oldest_queued;
	int64_t last_success; /* ever; 0 = never */
	int64_t last_failure;
	uint64_t bytes;
	uint32_t dedup; /* 1/100 %, weighted by bytes */
};

/* The share of jobs that succeeded, fully or partially, in 1/100 %. Without jobs it is 100 %. */
uint32_t workloads_success_rate(uint32_t succeeded, uint32_t partial, uint32_t failed);

#endif
