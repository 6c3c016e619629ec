/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "api/job.h"
#include "config/config.h"
#include "store/marks.h"
#include "tally/event.h"
#include "tally/failures.h"
#include "tally/tally.h"

/*
 * The jobs of one site on disk (SQLite), with the counters that must outlive the program. What the
 * tables show of the jobs is held in a tally. The tally follows every change of a row. It is made
 * again from the rows when the store is opened, and after a rollback. One thread owns a store.
 *
 * Instants are those of the server's clock unless said otherwise.
 */
struct store;

#define STORE_MEMORY ":memory:"

/*
 * Opens the store of SITE in the folder DIRECTORY, or in memory where that is STORE_MEMORY. SITE
 * must outlive it; it has the name and the url, and says which jobs count where. It is made where
 * there is none, and an older one is brought forward. Only one process can have it open. A file
 * that is corrupt, foreign or made for another URL is set aside: it gets another name
 * (NAME.db.corrupt-, .foreign- or .other-url- and the time), with its -wal and -shm, a new file is
 * begun, and the log has a warning. NULL with FAULT (class storage) where there can be no store:
 * not writable, in use, made by a newer version.
 *
 * Opening reads all jobs, and so finds what is wrong with them. What is wrong with an index is
 * found later, when it is used: see store_damaged.
 */
struct store *store_open(const char *directory, const struct config_site *site,
			 struct fault *fault);

/*
 * The tally, which stays the store's and changes with it. A store_rollback, a store_commit that
 * fails, and a store_verify may make another one, for which the caller must ask again. A cell
 * without jobs whose empty_since is 0 is to have no row: it never had a finished job when a
 * transaction was committed.
 */
struct tally *store_tally(struct store *store);

/*
 * The failures, which stay the store's and change with it like the tally. Each finished job that
 * has failed is one, whether it counts as an event or not, unless its children tell of it.
 */
const struct failures *store_failures(const struct store *store);

/*
 * The marks. To be changed freely between store_begin and store_commit, which saves them in the
 * same transaction as the jobs. A rollback restores them.
 */
struct store_marks *store_marks(struct store *store);

/*
 * The events of the transactions that were committed, for the caller to take; and those of the
 * present transaction, for the caller to add to. The store adds one for each job that is counted
 * and has failed: once, even over restarts, or not at all when the program is killed.
 */
struct event_list *store_events(struct store *store);
struct event_list *store_pending_events(struct store *store);

/*
 * How many rows have been written, since the store was opened, of jobs that had changed before the
 * mark: no list of changes brings them any more.
 */
uint64_t store_late(const struct store *store);

/* How many jobs are held, finished or not, without those that the server no longer lists. */
uint64_t store_jobs(const struct store *store);

/*
 * Of the present transaction: how many finished jobs the server does not list any more, and how
 * many it lists that were not held as finished before.
 */
uint64_t store_vanished(const struct store *store);
uint64_t store_appeared(const struct store *store);

/* How many rows of jobs have been written (inserted, changed, deleted) since the store was opened.
 */
uint64_t store_written(const struct store *store);

/*
 * Each of the following returns false with FAULT (class storage) when the disk or SQLite refuses;
 * the transaction must then be rolled back, and nothing of it has happened.
 */

/* Begins a transaction. Where the store could not be read after a rollback, reads it first. */
bool store_begin(struct store *store, struct fault *fault);

/*
 * Takes JOB as the server describes it. For an unchanged job nothing is written: one with the same
 * time stamp, or, where it has none, the same in everything. A finished job is counted
 * (totals_count) if it is not held with this same end, and ended neither before the store began nor
 * before the window's start at the last commit. Nothing counts before the store has begun. A job
 * that is restarted leaves the totals, but its end is remembered: it counts again only with another
 * end. What JOB tells of its parent is noted there.
 */
bool store_put(struct store *store, const struct job *job, struct fault *fault);

/*
 * Takes the server's list of finished jobs whose ids are above AFTER and at most UPTO: the COUNT
 * rising IDS. Jobs held in that range that ended at or after SINCE and are not among IDS are no
 * longer listed. They leave all rows, but stay in the store: should they come back, they do not
 * count again.
 */
bool store_merge(struct store *store, int64_t after, int64_t upto, int64_t since,
		 const int64_t *ids, size_t count, struct fault *fault);

/*
 * Forgets the unfinished jobs that are not among the COUNT rising IDS: the server does not list
 * them any more. One that had ended before stays in the store, in no row, with that end.
 */
bool store_drop_unfinished(struct store *store, const int64_t *ids, size_t count,
			   struct fault *fault);

/*
 * Forgets the finished jobs that ended before WINDOW_START, whether listed or not. Their
 * completions expire: they stay in the histories of policies, clients and workloads.
 */
bool store_expire(struct store *store, int64_t window_start, struct fault *fault);

/*
 * Brings up to date the tally's histories, and when the oldest unfinished jobs started. Histories
 * stay empty until the marks say that the first sweep is complete.
 */
bool store_settle(struct store *store, struct fault *fault);

/* *ANSWER becomes whether at least COUNT listed jobs are held that ended at SINCE or later. */
bool store_holds(struct store *store, int64_t since, int64_t count, bool *answer,
		 struct fault *fault);

/* *ANSWER becomes whether an unfinished job is held that does not tell when it last changed. */
bool store_holds_undated(struct store *store, bool *answer, struct fault *fault);

/*
 * How far the server's list goes back. *FIRST becomes the first end, at SINCE or later, of a job
 * that is listed; 0 = there is none. *UNLISTED becomes how many of those that ended before it are
 * not listed any more. Needs no transaction.
 */
bool store_reach(struct store *store, int64_t since, int64_t *first, uint64_t *unlisted,
		 struct fault *fault);

/* The name of the store's file, if it has been moved or deleted since it was opened; else NULL. */
const char *store_lost_file(const struct store *store);

/*
 * Settles (store_settle), brings the tally's maxima up to date, saves counters, histories and
 * marks, and commits all. Where that fails, it has rolled back already.
 */
bool store_commit(struct store *store, struct fault *fault);

/* Nothing is asked of the store for some time: gives back memory that can be had again. */
void store_rest(struct store *store);

/* Undoes everything since store_begin. Does no harm where there is no transaction. */
void store_rollback(struct store *store);

/*
 * Makes the tally again from the rows, and compares. False where it differs, which is logged as an
 * error and put right; also false, with FAULT, where the disk refuses. Otherwise FAULT is left
 * alone. To be called outside of a transaction. Also drops names that nothing refers to any more.
 */
bool store_verify(struct store *store, struct fault *fault);

/*
 * True when the store must be closed and opened again. Either the file has been found corrupt:
 * store_close then sets it aside. Or it could not be read after a rollback: the totals are those of
 * the transaction that failed, and must not be shown.
 */
bool store_damaged(const struct store *store);

/* Rolls back, closes and frees; NULL is fine. */
void store_close(struct store *store);

/*
 * For tests: the SQL of each statement that is used on an open store, NULL after the last. *WHOLE
 * says whether it may read a whole table.
 */
const char *store_statement(size_t index, bool *whole);

#endif
