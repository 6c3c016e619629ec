/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "api/job.h"
#include "tally/event.h"
#include "tally/tally.h"

/*
 * The jobs of one site on disk (SQLite), with the counters that must outlive the program. What the
 * tables show of them is kept in a tally, which the store tells of every change of a row and
 * rebuilds from the rows when it is opened and after a rollback. One thread owns a store.
 *
 * Instants are those of the server's clock unless said otherwise.
 */
struct store;

#define STORE_MEMORY ":memory:"

/*
 * What a refresh has to remember beside the jobs. Changed freely between store_begin and
 * store_commit, which saves it in the same transaction as the jobs; a rollback restores it.
 */
struct store_marks {
	int64_t began;	      /* the store's first request; 0 = it has not begun */
	int64_t known_since;  /* all that ended from here on has been seen; 0 = from began on */
	int64_t created;      /* the same by the local clock: since when its counters count */
	int64_t window_start; /* as of the last committed refresh */
	int64_t newest_end;   /* latest end of a job that has been seen */
	int64_t expired;      /* the window's start when finished jobs were last dropped: by
				 store_expire */
	int64_t mark;	      /* from where the next refresh asks for what has changed */
	int64_t complete; /* 1 = the first sweep has come to its end: there is something to show */
	int64_t sweep_id; /* last id of the rolling sweep */
	int64_t sweep_pages; /* pages of this round so far */
	int64_t sweep_began; /* this round */
	int64_t sweep_ended; /* last round, local clock; 0 = never */
	int64_t data_at;     /* of the last success, local clock */
	int64_t skew;	     /* milliseconds, server less agent, then */
	int64_t
	    down_notified; /* failures in a row when it became news that the site is down, or 0 */
};

/*
 * Opens the store of the site NAME at URL in the folder DIRECTORY, or in memory where that is
 * STORE_MEMORY; makes it where there is none and brings an older one forward. Only one process can
 * have it open. A file that is corrupt, foreign or made for another URL is set aside under another
 * name (NAME.db.corrupt-, .foreign- or .other-url- and the time), with its -wal and -shm, and a new
 * one begun, with a warning in the log. NULL with FAULT (class storage) where nothing can be had:
 * not writable, in use, made by a newer version.
 *
 * Opening reads all jobs, and so finds what is wrong with them; what is wrong with an index shows
 * when it is used, see store_damaged.
 */
struct store *store_open(const char *directory, const char *name, const char *url,
			 struct fault *fault);

/*
 * The running totals. They change with the store; where they are counted anew (store_rollback,
 * store_commit that fails, store_verify) the tally is another one, to be asked for again. A cell
 * without jobs whose empty_since is 0 has never been seen: it came and left within a transaction.
 */
struct tally *store_tally(struct store *store);

struct store_marks *store_marks(struct store *store);

/*
 * What has happened in the transactions that were committed, for the caller to take; and in the one
 * that is under way, for the caller to add to. A job that failed is in it when it is counted: once,
 * whatever happens to the program, and perhaps never when that is killed.
 */
struct event_list *store_events(struct store *store);
struct event_list *store_pending_events(struct store *store);

/* How many jobs are held, finished and not; those that the server no longer lists do not count. */
uint64_t store_jobs(const struct store *store);

/* How many rows of jobs have been written (inserted, changed, deleted) since the store was opened.
 */
uint64_t store_written(const struct store *store);

/*
 * Each of the following returns false with FAULT (class storage) when the disk or SQLite refuses;
 * the transaction must then be rolled back, and nothing of it has happened.
 */

/* Begins a transaction. Where one could not be undone properly, all is read again first. */
bool store_begin(struct store *store, struct fault *fault);

/*
 * Takes JOB as the server tells it. An unchanged job writes nothing. A finished job that is not
 * held with this very end is counted (totals_count), if it ended at or after both the store's begin
 * and the window's start as of the last commit; nothing counts before the store has begun. A job
 * that is restarted leaves the totals, but its last end is remembered: it counts when it ends again
 * with another one. Whether a job is unchanged is told by its time stamp, and by all it has where
 * it has none.
 */
bool store_put(struct store *store, const struct job *job, struct fault *fault);

/*
 * Merges the answer of the server for all finished jobs whose ids are above AFTER and at most UPTO:
 * those held that ended at or after SINCE and are not among the COUNT rising IDS are gone. They
 * leave all rows but stay in the store, so that they do not count again should they come back.
 */
bool store_merge(struct store *store, int64_t after, int64_t upto, int64_t since,
		 const int64_t *ids, size_t count, struct fault *fault);

/*
 * Forgets the unfinished jobs that are not among the COUNT rising IDS: the server has them no more.
 * One that had ended before is kept as gone, by that end.
 */
bool store_drop_unfinished(struct store *store, const int64_t *ids, size_t count,
			   struct fault *fault);

/*
 * Forgets the finished jobs that ended before WINDOW_START, gone ones too. Their ends become part
 * of the past of policies, clients and workloads, which is kept.
 */
bool store_expire(struct store *store, int64_t window_start, struct fault *fault);

/*
 * Brings the tally's histories up to date, and when the oldest unfinished jobs started. Histories
 * are empty as long as the marks say that the first sweep has not come to its end.
 */
bool store_settle(struct store *store, struct fault *fault);

/*
 * Settles, brings the tally's maxima up to date, saves counters, what has passed and marks, and
 * makes it all last. Where that fails, it has been rolled back already.
 */
bool store_commit(struct store *store, struct fault *fault);

/* Undoes everything since store_begin; no more than that where there is no transaction. */
void store_rollback(struct store *store);

/*
 * Rebuilds the tally from the rows and compares. False where it differed, which is logged as an
 * error and mended; also with FAULT, which is else left alone, where the disk refuses. Outside of a
 * transaction. Names that no job has any more are dropped in passing.
 */
bool store_verify(struct store *store, struct fault *fault);

/*
 * True when only closing the store and opening it again can help: the file has been found corrupt,
 * and is then set aside by store_close, or it could not be read after a rollback, and the totals
 * are those of the transaction that failed, not to be shown.
 */
bool store_damaged(const struct store *store);

/* Rolls back, closes and frees; NULL is fine. */
void store_close(struct store *store);

/*
 * For tests: the SQL of each statement that is used on an open store, NULL behind the last. WHOLE
 * says whether it may read a whole table, which is for rebuilding only.
 */
const char *store_statement(size_t index, bool *whole);

#endif
