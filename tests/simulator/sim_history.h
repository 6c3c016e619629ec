/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include <stdint.h>

#include "sim_buf.h"

enum { SIM_HISTORY_SIZE = 10000 };

/* What a request was for: /ping, the list of jobs, a list of resources, or anything else but the
 * control paths. */
enum sim_purpose {
	SIM_PURPOSE_OTHER,
	SIM_PURPOSE_PING,
	SIM_PURPOSE_JOBS,
	SIM_PURPOSE_RESOURCE,
};

/* The last requests, in the order of their answers. */
struct sim_history {
	int64_t count; /* of all requests; the last ones are kept */
	struct sim_past {
		enum sim_purpose purpose;
		int status;
		int jobs;
		char *query;
	} past[SIM_HISTORY_SIZE];
};

/* Status 0 stands for no answer. Of a list, the query is needed: each text may be NULL. */
void sim_history_add(struct sim_history *history, enum sim_purpose purpose, int status, int jobs,
		     const char *filter, const char *limit, const char *after);

void sim_history_clear(struct sim_history *history);

/*
 * One line each, the oldest first, separated by tabs: number from 1, purpose (ping, jobs,
 * resource, other), status, filter, limit and cursor, or offset of a resource, as they were asked
 * for but decoded (- for none), rows returned.
 */
void sim_history_write(const struct sim_history *history, struct sim_buf *buf);

#endif
