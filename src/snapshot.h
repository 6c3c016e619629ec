/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "index.h"

/* Numbers of nbuSiteStatus and nbuSiteRefreshMode. */
enum snapshot_status { SNAPSHOT_UNKNOWN = 1, SNAPSHOT_UP = 2, SNAPSHOT_DOWN = 3 };
enum snapshot_mode { SNAPSHOT_MODE_NONE = 1, SNAPSHOT_MODE_FULL = 2, SNAPSHOT_MODE_DELTA = 3 };

#define SNAPSHOT_VERSION_SIZE 16

/*
 * The site's own row. All instants are of the local clock, in milliseconds; 0 = never.
 */
struct snapshot_site {
	struct index index;
	const char *name;
	const char *url;
	enum snapshot_status status;
	char api_version[SNAPSHOT_VERSION_SIZE];
	int64_t data_at;	 /* when the data on show were fetched */
	int64_t last_success;	 /* when the last good refresh ended */
	enum snapshot_mode mode; /* of the last good refresh, like the next three */
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
	int64_t started;  /* when the site's counters began */
	int64_t swept_at; /* when the rolling sweep last came round */
};

/* A row of nbuJobTable: the finished jobs of one job type, policy type and status. */
struct snapshot_job {
	struct index index;
	const char *site;
	const char *job_type; /* whole, however long */
	const char *policy_type;
	uint32_t status;
	uint32_t count;
	uint64_t bytes;
	uint64_t files;
	uint32_t mean_duration; /* seconds */
	uint32_t max_duration;
	int64_t last_end;  /* instant of the local clock, 0 = never */
	uint64_t finished; /* since the store began, like the next two */
	uint64_t finished_bytes;
	uint64_t finished_files;
};

/*
 * All that is shown of one site at one time. Built by one thread, sealed, and from then on
 * never changed; whoever holds it frees it.
 */
struct snapshot {
	struct snapshot_site site;
	struct snapshot_job *jobs; /* rising by index once sealed */
	size_t job_count;
};

/* An empty snapshot of the site NAME at URL, status unknown. Both are copied. */
struct snapshot *snapshot_new(const char *name, const char *url);

/*
 * Adds a row to nbuJobTable: a copy of ROW, whose strings are copied too; index and site need not
 * be set. Names too long for an index are counted in the site's names_cut.
 */
void snapshot_add_job(struct snapshot *snapshot, const struct snapshot_job *row);

/* Sorts the rows; nothing may be added afterwards. */
void snapshot_seal(struct snapshot *snapshot);

/* Frees SNAPSHOT and all it holds; NULL is fine. */
void snapshot_free(struct snapshot *snapshot);

#endif
