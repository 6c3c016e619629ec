/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETBACKUP_H
#define NETBACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "base/fault.h"
#include "api/job.h"

/* The conversation with one primary server's REST API. All but netbackup_cancel is one thread's. */
struct netbackup;

struct netbackup_traffic {
	uint64_t requests;
	uint64_t received_bytes; /* bodies as they came over the wire */
};

/* SITE must outlive the result. Connects nowhere yet. */
struct netbackup *netbackup_open(const struct config_site *site);

/*
 * Begins a refresh that must end by DEADLINE (timefmt_monotonic): asks the server for its time and
 * API version (GET /ping, which needs no key). False with FAULT set when it cannot be reached. A
 * server without /ping is no error.
 */
bool netbackup_begin(struct netbackup *netbackup, int64_t deadline, struct fault *fault);

/* What is asked for, and who is told of it. */
struct netbackup_list {
	const char *filter;
	uint64_t max_pages; /* 0 = all there are */
	/* Called with each page; false with FAULT set ends it all. */
	bool (*visit)(struct job_page *page, void *arg, struct fault *fault);
	void *arg;
};

/*
 * Fetches the jobs that match a filter, 100 a request and rising by id, and has each page visited.
 * A page that fails for a passing reason is asked for again up to three times. False with FAULT set
 * when not all could be had.
 */
bool netbackup_jobs(struct netbackup *netbackup, const struct netbackup_list *list,
		    struct fault *fault);

/* The server's time as it told it at the last netbackup_begin; ours where it did not. */
int64_t netbackup_time(const struct netbackup *netbackup);

/* Server's clock less ours, in milliseconds, as of the last netbackup_begin. */
int64_t netbackup_skew(const struct netbackup *netbackup);

/* The negotiated API version, such as "13.0"; "" before the first answer. */
const char *netbackup_version(const struct netbackup *netbackup);

/* What has been sent and received since netbackup_open. */
const struct netbackup_traffic *netbackup_traffic(const struct netbackup *netbackup);

/* See http_pause, http_cancel and http_cancelled. */
bool netbackup_pause(struct netbackup *netbackup, int64_t millis);
void netbackup_cancel(struct netbackup *netbackup);
bool netbackup_cancelled(const struct netbackup *netbackup);

void netbackup_close(struct netbackup *netbackup);

#endif
