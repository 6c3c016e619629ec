/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SITES_H
#define SITES_H

#include <stdint.h>

#include "base/fault.h"
#include "tables/column.h"
#include "tables/notice.h"
#include "tables/snapshot.h"

/* The numbers of nbuSiteStatus and nbuSiteRefreshMode. */
enum site_status { SITE_UNKNOWN = 1, SITE_UP = 2, SITE_DOWN = 3 };
enum site_mode { SITE_MODE_NONE = 1, SITE_MODE_FULL = 2, SITE_MODE_DELTA = 3 };

#define SITE_VERSION_SIZE 16

/* A row of nbuSiteTable. Instants are of the local clock, in milliseconds; 0 = never. */
struct site_row {
	struct index index;
	const char *name;
	const char *url;
	enum site_status status;
	char api_version[SITE_VERSION_SIZE];
	int64_t data_at;      /* when the data that are shown were fetched */
	int64_t last_success; /* when the last successful refresh ended */
	enum site_mode mode;  /* of the last successful refresh, like the next three */
	uint32_t refresh_millis;
	uint32_t refresh_requests;
	uint32_t refresh_jobs;
	uint64_t refreshes;
	uint64_t failures;
	uint32_t failure_streak;
	struct fault fault; /* of the last refresh */
	uint64_t requests;
	uint64_t received_bytes;
	uint64_t jobs_skipped;
	uint32_t jobs_held;
	uint32_t window;	   /* seconds */
	uint32_t refresh_interval; /* seconds */
	int32_t clock_skew;	   /* seconds, server less agent */
	uint32_t names_cut;
	int64_t started;	   /* when the site's counters began */
	int64_t swept_at;	   /* when the rolling sweep last came round */
	uint32_t clients_left_out; /* because of client-limit */
	char notice[NOTICE_SIZE];
	int64_t certificate_expires; /* that of the server; 0 = not known */
	/* All workloads together. */
	uint32_t succeeded; /* within the window, like the next two */
	uint32_t partial;
	uint32_t failed;
	uint32_t active; /* at the last refresh */
	uint32_t queued;
	int64_t oldest_active; /* when the oldest active job started; 0 = there is none */
	int64_t oldest_queued;
	int64_t last_end; /* ever */
	/* From when on policies and clients are overdue. */
	struct column_instants policies_overdue;
	struct column_instants clients_overdue;
	uint32_t failures_kept; /* rows of nbuFailureTable */
};

/* The row of a site of which nothing is known yet, without index and texts. */
struct site_row sites_unknown(void);

/* A snapshot of the site NAME at URL, of which nothing is known yet. It is not sealed. */
struct snapshot *sites_snapshot(const char *name, const char *url);

/* The row of the site itself in SNAPSHOT. Every snapshot has one, once it has been drawn. */
struct site_row *sites_row(const struct snapshot *snapshot);

#endif
