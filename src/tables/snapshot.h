/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "tables/index.h"
#include "tally/event.h"

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
	int64_t started;	   /* when the site's counters began */
	int64_t swept_at;	   /* when the rolling sweep last came round */
	uint32_t clients_left_out; /* by client-limit */
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

/* A row of nbuWorkloadTable: the jobs of one job type and policy type. Oldest: 0 = there is none.
 */
struct snapshot_workload {
	struct index index;
	const char *site;
	const char *job_type;
	const char *policy_type;
	uint32_t succeeded; /* within the window, like the next two */
	uint32_t partial;
	uint32_t failed;
	uint32_t active; /* now, like those up to incomplete */
	uint32_t queued;
	uint32_t requeued;
	uint32_t suspended;
	uint32_t incomplete;
	int64_t oldest_active; /* when it started; instant of the local clock, like all below */
	int64_t oldest_queued;
	uint64_t bytes;
	int64_t last_success; /* ever; 0 = never */
	int64_t last_failure;
	uint32_t dedup; /* 1/100 %, weighted by bytes */
};

/* overdue_at: never; for what is not watched */
#define SNAPSHOT_NEVER INT64_MAX

/* A row of nbuPolicyTable or nbuClientTable: the backups of one policy or client. */
struct snapshot_subject {
	struct index index;
	const char *site;
	const char *name;	 /* whole, however long */
	const char *policy_type; /* of the last job; "" = none has ended yet */
	uint32_t succeeded;	 /* within the window, like the next two */
	uint32_t partial;
	uint32_t failed;
	int32_t last_status;  /* -1 = none has ended yet */
	int64_t last_success; /* ever; instant of the local clock, 0 = never */
	int64_t last_failure;
	uint32_t failure_streak;
	uint64_t bytes;
	uint32_t max_age;   /* seconds; 0 = not watched */
	int64_t overdue_at; /* from this instant of the local clock on, unless it succeeds */
};

/* A row of nbuQueueTable: the jobs that are queued for one reason. */
struct snapshot_queue {
	struct index index;
	const char *site;
	uint32_t reason;
	uint32_t jobs;
};

/*
 * All that is shown of one site at one time, and what has happened since the one before. Built by
 * one thread, sealed, and from then on never changed, but that the news are taken out; whoever
 * holds it frees it.
 */
struct snapshot {
	struct snapshot_site site;
	/* Rising by index once sealed. */
	struct snapshot_job *jobs;
	size_t job_count;
	struct snapshot_workload *workloads;
	size_t workload_count;
	struct snapshot_subject *policies;
	size_t policy_count;
	struct snapshot_subject *clients;
	size_t client_count;
	struct snapshot_queue *queues;
	size_t queue_count;
	struct event_list events;
	struct arena *arena; /* of all strings and indexes */
};

/*
 * The indexes of rows: of the site's own, of nbuWorkloadTable, of nbuJobTable, and of a policy or
 * client. DRAFT need not be set. What is returned is how many names had to be cut.
 */
void snapshot_index_site(struct index_draft *draft, const char *site);
uint32_t snapshot_index_types(struct index_draft *draft, const char *site, const char *job_type,
			      const char *policy_type);
uint32_t snapshot_index_job(struct index_draft *draft, const char *site, const char *job_type,
			    const char *policy_type, uint32_t status);
uint32_t snapshot_index_subject(struct index_draft *draft, const char *site, const char *name);

/* An empty snapshot of the site NAME at URL, status unknown. Both are copied. */
struct snapshot *snapshot_new(const char *name, const char *url);

/*
 * Each adds a row: a copy of ROW, whose strings are copied too; index and site need not be set.
 * Names too long for an index are counted in the site's names_cut. The name of a policy or client
 * must not be empty.
 */
void snapshot_add_job(struct snapshot *snapshot, const struct snapshot_job *row);
void snapshot_add_workload(struct snapshot *snapshot, const struct snapshot_workload *row);
void snapshot_add_policy(struct snapshot *snapshot, const struct snapshot_subject *row);
void snapshot_add_client(struct snapshot *snapshot, const struct snapshot_subject *row);
void snapshot_add_queue(struct snapshot *snapshot, const struct snapshot_queue *row);

/*
 * Sorts the rows; nothing may be added afterwards. Of rows with the same index, which takes two
 * long names with the same hash, one stays.
 */
void snapshot_seal(struct snapshot *snapshot);

/* Frees SNAPSHOT and all it holds; NULL is fine. */
void snapshot_free(struct snapshot *snapshot);

#endif
