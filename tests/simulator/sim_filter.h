/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_FILTER_H
#define SIM_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim_job.h"

/* A filter in the subset of OData that the server takes. */
struct sim_filter;

/* What a filter says about all jobs that match it. */
struct sim_bounds {
	int64_t min_id;
	int64_t max_id;
	int64_t min_start_ms;
	int64_t min_change_ms; /* they have ended, and did so or were updated since */
	bool unfinished;
};

enum { SIM_FILTER_MESSAGE_SIZE = 160 };

/* Reads `text`, decoded once. NULL and a message when it is not a filter. */
struct sim_filter *sim_filter_parse(const char *text, char message[SIM_FILTER_MESSAGE_SIZE]);
void sim_filter_free(struct sim_filter *filter);

/* No filter (NULL) matches every job. */
bool sim_filter_match(const struct sim_filter *filter, const struct sim_job *job);

/* Bounds from the comparisons which every match must pass; without any, the widest. */
struct sim_bounds sim_filter_bounds(const struct sim_filter *filter);

/* A bit for each field that the filter compares. */
uint32_t sim_filter_fields(const struct sim_filter *filter);

#endif
