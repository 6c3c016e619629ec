/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/history.h"
#include "api/job.h"

/*
 * Running totals of the jobs of a site, for all tables: every job that comes is added, every job
 * that goes is removed. Pure: no clock, no I/O.
 */
struct tally;

/* The numbers are kept on disk and must not change. */
enum tally_kind { TALLY_WORKLOAD, TALLY_POLICY, TALLY_CLIENT, TALLY_KINDS };

/* Whether a policy is overdue as of the last refresh; on disk as well. */
enum tally_overdue {
	TALLY_IN_TIME = 0,
	TALLY_NOTIFIED = 1,	   /* overdue, which is news no more */
	TALLY_OVERDUE_AT_FIRST = 2 /* overdue when the store began, and never told */
};

/* What is counted of a workload, a policy or a client. */
struct tally_subject {
	enum tally_kind kind;
	const char *name;	 /* of a workload its job type */
	const char *policy_type; /* of a workload, else "" */
	/* Of the finished jobs that have been added and not removed. */
	uint64_t succeeded;  /* status 0 */
	uint64_t partial;    /* status 1 */
	uint64_t failed;     /* any other */
	uint64_t bytes;	     /* exact modulo 2^64 */
	uint64_t unfinished; /* jobs */
	/* All ends that have been seen, and of those the ones that are no longer in the store. */
	struct history history;
	struct history past;
	enum tally_overdue overdue;
	bool changed; /* past or overdue, since it was last saved */
	bool stale;   /* history must be made anew: the streak, or ... */
	bool remade;  /* ... all of it, from the past on */
	/* For whoever reads; 0 in a new one. Of policies and clients what overdue_watch has found,
	 * of a workload whether it has a row. */
	int watch;
};

struct tally_workload {
	struct tally_subject subject;
	/* Of unfinished jobs by their state. */
	uint64_t jobs[JOB_STATES];
	int64_t oldest[JOB_STATES]; /* when the first of them started, server's clock; 0 = none */
	/* Of finished ones: the sum of deduplication x KiB, 1/100 %, and of KiB. */
	__extension__ unsigned __int128 dedup_sum;
	__extension__ unsigned __int128 dedup_weight;
};

/* The finished jobs of one job type, policy type and status. */
struct tally_cell {
	const char *job_type;
	const char *policy_type;
	uint32_t status;
	struct tally_workload *workload;
	/* Of the jobs that have been added and not removed. Sums are exact modulo 2^64. */
	uint64_t count;
	uint64_t bytes;
	uint64_t files;
	uint64_t duration_sum; /* seconds */
	uint32_t duration_max;
	int64_t last_end; /* instant of the server's clock */
	/* Of all jobs that have been counted. */
	uint64_t finished;
	uint64_t finished_bytes;
	uint64_t finished_files;
	int64_t empty_since; /* instant of the local clock; 0 = there are jobs, or it is not known
				yet */
	/* A job went that held duration_max or last_end, which must be found anew: none is above.
	 */
	bool longest_left;
	bool last_left;
	bool changed; /* counted, or now empty or no longer so, since it was last saved */
};

/* The jobs that are queued for one reason. */
struct tally_queue {
	uint32_t reason;
	uint64_t jobs;
	int64_t empty_since; /* like that of a cell, and so is changed */
	bool seen;	     /* it has had jobs when a transaction was committed */
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
	struct tally_cell *cell;      /* its status means something for a finished job only */
	struct tally_subject *policy; /* NULL = none: only backups with a policy's name have one */
	struct tally_subject *client; /* likewise */
};

struct tally *tally_new(void);

/* The cell of that name, which stays the tally's; made, with zeros, when there is none. */
struct tally_cell *tally_cell(struct tally *tally, const char *job_type, const char *policy_type,
			      uint32_t status);

/* Likewise a policy, a client or a workload. */
struct tally_subject *tally_subject(struct tally *tally, enum tally_kind kind, const char *name,
				    const char *policy_type);

struct tally_queue *tally_queue(struct tally *tally, uint32_t reason);

/* Whether jobs in CELL are counted by policy and client. */
bool tally_is_backup(const struct tally_cell *cell);

/* JOB with all it is counted in, found by name. */
struct tally_job tally_resolve(struct tally *tally, const struct job *job);

/* Adds JOB, or removes one that has been added. */
void tally_add(struct tally *tally, const struct tally_job *job);
void tally_remove(struct tally *tally, const struct tally_job *job);

/* Counts the finished JOB, once and for all. */
void tally_count(struct tally *tally, const struct tally_job *job);

/*
 * How many finished and how many unfinished jobs are in it now.
 */
uint64_t tally_jobs(const struct tally *tally);
uint64_t tally_unfinished(const struct tally *tally);

/*
 * When unfinished jobs have gone, it may not be known any more which is the oldest. Then true, all
 * are forgotten, and tally_note_unfinished is to be called for each unfinished job there is.
 */
bool tally_forget_oldest(struct tally *tally);
void tally_note_unfinished(struct tally *tally, const struct tally_job *job);

/*
 * The end of the finished JOB has been seen for the first time; or what was seen of it turns out to
 * be otherwise, and is taken back. The histories show it after tally_settle.
 */
void tally_note_completion(struct tally *tally, const struct tally_job *job);
void tally_retract_completion(struct tally *tally, const struct tally_job *job);

/* The end of JOB, which has been seen, leaves the store for good. To be called in their order. */
void tally_expire_completion(struct tally *tally, const struct tally_job *job);

/*
 * Brings the histories up to date. Where some must be made anew it returns true; all ends in the
 * store at or after *SINCE are then to be given to tally_replay_end in their order, and after the
 * last tally_replayed to be called. What ended before KEPT has passed.
 */
bool tally_settle(struct tally *tally, int64_t kept, int64_t *since);
void tally_replay_completion(struct tally *tally, const struct tally_job *job);
void tally_replayed(struct tally *tally);

/* Makes all histories stale, for tally_settle; CUT: what ended at START or later will be replayed
 * and is not past. */
void tally_distrust(struct tally *tally, bool cut, int64_t start);

/*
 * Calls VISIT with each cell, subject of KIND or queue, in an order that is always the same:
 * policies and clients rise as their rows do, short names first (but for names that the
 * table cuts). VISIT makes no new ones.
 */
void tally_each(const struct tally *tally, void (*visit)(struct tally_cell *cell, void *arg),
		void *arg);
void tally_each_subject(struct tally *tally, enum tally_kind kind,
			void (*visit)(struct tally_subject *subject, void *arg), void *arg);
void tally_each_queue(const struct tally *tally,
		      void (*visit)(struct tally_queue *queue, void *arg), void *arg);

/* The workload that SUBJECT is the common part of. */
struct tally_workload *tally_workload(struct tally_subject *subject);

/* Whole seconds that the finished JOB took; 0 when its start is not known. */
uint32_t tally_duration(const struct tally_job *job);

/*
 * Compares the totals and histories, not the counters, of all cells and subjects that have jobs or
 * had any. Both must be settled.
 */
bool tally_equal(struct tally *a, struct tally *b);

void tally_free(struct tally *tally);

#endif
