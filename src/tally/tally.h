/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/history.h"
#include "api/job.h"
#include "base/pool.h"

/*
 * What is kept of the jobs of a site, for all tables: cells, workloads, policies, clients and
 * queues, each found by its name. totals.h adds jobs to it and removes them, completions.h keeps
 * its histories. Pure: no clock, no I/O.
 */
struct tally;

/* The numbers are kept on disk and must not change. */
enum tally_kind { TALLY_WORKLOAD, TALLY_POLICY, TALLY_CLIENT, TALLY_KINDS };

/* Whether a policy was overdue at the last refresh. The numbers are on disk as well. */
enum tally_overdue {
	TALLY_IN_TIME = 0,
	TALLY_NOTIFIED = 1,	   /* overdue, and there was an event for it */
	TALLY_OVERDUE_AT_FIRST = 2 /* overdue when the store began, without an event */
};

/* What is known of a workload, a policy or a client. */
struct tally_subject {
	enum tally_kind kind;
	/* For the reader of the tally; 0 in a new one. In policies and clients overdue_watch
	 * remembers its answer here. In a workload it says whether there is a row. */
	int watch;
	const char *name;	 /* of a workload its job type */
	const char *policy_type; /* of a workload; "" for the others */
	/* The finished jobs that have been added and not removed. */
	uint32_t succeeded;	/* status 0 */
	uint32_t partial;	/* status 1 */
	uint32_t failed;	/* any other */
	uint64_t bytes;		/* exact modulo 2^64 */
	uint32_t unfinished;	/* jobs */
	uint32_t runs;		/* of a policy: unfinished jobs that no other has started */
	struct history history; /* of all completions that have been seen */
	struct history expired; /* of those that are no longer in the store */
	enum tally_overdue overdue;
	bool changed; /* expired or overdue, since it was last saved */
	/* For completions.c: history is not right. It is put right as a whole, or only its streak.
	 */
	bool stale;
	bool stale_whole;
};

struct tally_workload {
	struct tally_subject subject;
	/* Unfinished jobs by their state. */
	uint64_t jobs[JOB_STATES];
	int64_t oldest[JOB_STATES]; /* when the first of them started, server's clock; 0 = none */
	/* Finished jobs: the sum of deduplication (1/100 %) x KiB, and the sum of KiB. */
	__extension__ unsigned __int128 dedup_sum;
	__extension__ unsigned __int128 dedup_weight;
};

/* The finished jobs of one job type, policy type and status. */
struct tally_cell {
	const char *job_type;
	const char *policy_type;
	uint32_t status;
	struct tally_workload *workload;
	bool protects; /* policies and clients are judged by such jobs */
	/* The jobs that have been added and not removed. Sums are exact modulo 2^64. */
	uint64_t count;
	uint64_t parents; /* of these */
	uint64_t bytes;
	uint64_t files;
	uint64_t duration_sum; /* seconds */
	uint32_t duration_max;
	int64_t last_end; /* instant of the server's clock */
	/* All jobs that have ever been counted. */
	uint64_t finished;
	uint64_t finished_bytes;
	uint64_t finished_files;
	int64_t empty_since; /* instant of the local clock; 0 = it has jobs, or is not known yet */
	/* The job that held duration_max or last_end has been removed. The value must be found
	 * again; it can only be lower. */
	bool longest_left;
	bool last_left;
	/* For the store. */
	int64_t id;	/* in the file; 0 = it has none yet */
	bool committed; /* it had jobs when a transaction was committed */
	bool changed;	/* counted, or now empty or no longer so, since it was last saved */
};

/* The jobs that are queued for one reason. */
struct tally_queue {
	uint32_t reason;
	uint64_t jobs;
	/* As in a cell. */
	int64_t empty_since;
	bool committed;
	bool changed;
};

/* A job, and all that it is counted in. */
struct tally_job {
	int64_t id;
	enum job_state state;
	int64_t started;
	int64_t ended;
	uint64_t bytes;
	uint64_t files;
	uint32_t dedup;
	uint32_t queue_reason;
	bool is_parent;
	struct tally_cell *cell; /* its status means something for a finished job only */
	/*
	 * By kind. All are NULL for a job that is left out, because its children count. Only jobs
	 * that protect count in a policy and a client, and only if they have its name.
	 */
	struct tally_subject *subjects[TALLY_KINDS];
	/* The policy of which it is a run, also where it does not count in it; or NULL. */
	struct tally_subject *run;
};

/* How many jobs are in a tally now. Only totals.c changes it. */
struct tally_jobs {
	uint64_t finished;
	uint64_t unfinished;
	bool oldest_left; /* an unfinished job has been removed that may have been the oldest */
};

/* To be freed with tally_free. Its names are in POOL, which it holds; NULL = in one of its own. */
struct tally *tally_new(struct pool *pool);

/* The pool that has all names of the tally. */
struct pool *tally_pool(const struct tally *tally);

/*
 * What the tally has of that name. It stays the tally's, and its address stays the same. Where
 * there is none it is made, with zeros.
 */
struct tally_cell *tally_cell(struct tally *tally, const char *job_type, const char *policy_type,
			      uint32_t status);
struct tally_subject *tally_subject(struct tally *tally, enum tally_kind kind, const char *name,
				    const char *policy_type);
struct tally_queue *tally_queue(struct tally *tally, uint32_t reason);

/* The same, but NULL where there is none. */
struct tally_cell *tally_find_cell(const struct tally *tally, const char *job_type,
				   const char *policy_type, uint32_t status);
struct tally_subject *tally_find_subject(const struct tally *tally, enum tally_kind kind,
					 const char *name, const char *policy_type);
struct tally_queue *tally_find_queue(const struct tally *tally, uint32_t reason);

/* The workload that SUBJECT is the common part of. */
struct tally_workload *tally_workload(struct tally_subject *subject);

/* Whether JOB_TYPE is one of the words TYPES, which have a space between them; NULL = no words. */
bool tally_is_among(const char *job_type, const char *types);

struct tally_jobs *tally_jobs(struct tally *tally);

/*
 * Calls VISIT with each cell, subject of KIND or queue, in an order that is always the same.
 * Policies and clients come as their rows rise, short names first (but for names that the table
 * cuts). VISIT must not make new ones.
 */
void tally_each(const struct tally *tally, void (*visit)(struct tally_cell *cell, void *arg),
		void *arg);
void tally_each_subject(struct tally *tally, enum tally_kind kind,
			void (*visit)(struct tally_subject *subject, void *arg), void *arg);
void tally_each_queue(const struct tally *tally,
		      void (*visit)(struct tally_queue *queue, void *arg), void *arg);

/* NULL is fine. */
void tally_free(struct tally *tally);

#endif
