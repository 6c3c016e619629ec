/* SPDX-License-Identifier: BSD-2-Clause */

/* What the functions of store.h do that change jobs. */

#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/families.h"
#include "store/inside.h"
#include "store/rows.h"
#include "tally/family.h"
#include "tally/totals.h"

/* Takes the job of ROW out of the totals. */
static void subtract(struct store *store, const struct row *row)
{
	struct tally_job job;

	if (row->unlisted)
		return;
	job = rows_job(&store->cache, row);
	totals_remove(store->cache.tally, &job);
}

/* Whether JOB, by its time stamp, is what ROW has. */
static bool is_same(const struct row *row, const struct job *job)
{
	return job->updated != 0 && row->updated == job->updated && row->parent == job->parent &&
	       family_agrees(row->family, job) && row->state == (int64_t)job->state &&
	       !row->unlisted && (job->state != JOB_DONE || row->ended == job->ended);
}

/* Makes of JOB the row that is to take the place of OLD. */
static bool make_row(struct store *store, const struct job *job, struct row *old, struct row *row,
		     struct fault *fault)
{
	*row = (struct row){
	    .id = job->id,
	    .state = job->state,
	    .started = job->started,
	    .ended = job->state == JOB_DONE ? job->ended : old->ended,
	    .updated = job->updated,
	    .bytes = (int64_t)job->bytes,
	    .files = (int64_t)job->files,
	    .dedup = job->dedup,
	    .reason = job->queue_reason,
	    .parent = job->parent,
	    .family = family_of(job, old->family),
	    .guessed = job->end_guessed,
	};
	return cache_intern_cell(&store->cache, job, &row->cell, fault) &&
	       names_intern(&store->names, store->database, job->policy, &row->policy, fault) &&
	       names_intern(&store->names, store->database, job->client, &row->client, fault) &&
	       families_complete(store, old, row, fault);
}

/* Whether ENDED, the end of a finished job, is the one that OLD knows or has only guessed. */
static bool is_same_end(const struct row *old, int64_t ended)
{
	return old->ended == ended || (old->id && old->state == JOB_DONE && old->guessed);
}

/* Whether the completion of JOB has not been counted yet; OLD is what was held of the job. */
static bool is_new_completion(const struct store *store, const struct job *job,
			      const struct row *old)
{
	return job->state == JOB_DONE && !is_same_end(old, job->ended) && store->marks.began != 0 &&
	       job->ended >= store->marks.began && job->ended >= store->saved.window_start;
}

/* Whether A and B, the same completion, mean the same for all histories. */
static bool same_completion(const struct tally_job *a, const struct tally_job *b)
{
	return a->ended == b->ended && a->cell == b->cell && a->run == b->run &&
	       memcmp(a->subjects, b->subjects, sizeof a->subjects) == 0;
}

/* Notes the completion of ROW in the histories. BEFORE is what was known of it, or NULL. */
static void tell_histories(struct cache *cache, const struct row *before, const struct row *row)
{
	struct tally_job job = rows_job(cache, row), known;

	if (before) {
		known = rows_job(cache, before);
		if (same_completion(&known, &job))
			return;
		completions_retract(cache->completions, &known);
	}
	completions_note(cache->completions, &job);
}

/*
 * Brings into the histories that ROW takes the place of OLD, which is all zeros where there was
 * none. What ended before marks.expired has been in the histories already, or is none of ours.
 */
static bool note_completion(struct store *store, const struct row *old, const struct row *row,
			    struct fault *fault)
{
	struct cache *cache = &store->cache;
	bool has_completion =
	    old->id && old->state == JOB_DONE && old->unlisted != ROWS_UNLISTED_UNFINISHED;
	bool done = row->state == JOB_DONE;
	bool known = has_completion && done && is_same_end(old, row->ended);
	struct row before = *old;

	if (has_completion && !known && !rows_keep_earlier(cache, old, fault))
		return false;
	if (!done)
		return true;
	/* In a first sweep a new job has no earlier completion, and the look would be costly. */
	if (!known && (old->id || store->marks.complete) &&
	    !rows_take_earlier(cache, row, &before, &known, fault))
		return false;
	if (row->ended >= store->marks.expired)
		tell_histories(cache, known ? &before : NULL, row);
	return true;
}

bool store_replace(struct store *store, const struct row *old, const struct row *row,
		   struct fault *fault)
{
	struct tally_job job;

	database_bind(store->database, PUT_JOB, ROWS_COLUMNS, row->columns);
	if (!database_write(store->database, PUT_JOB, &store->written, fault))
		return false;
	if (old->id)
		subtract(store, old);
	if (!row->unlisted) {
		job = rows_job(&store->cache, row);
		totals_add(store->cache.tally, &job);
	}
	/* Its completion is among the earlier ones, as it was at that time. */
	if (row->unlisted == ROWS_UNLISTED_UNFINISHED)
		return true;
	return note_completion(store, old, row, fault);
}

/* Counts JOB, which is in ROW now. A job that failed is an event, unless its children tell it. */
static void count(struct store *store, const struct job *job, const struct row *row)
{
	struct tally_job counted = rows_job(&store->cache, row);
	struct event event = {
	    .kind = EVENT_JOB_FAILED,
	    .site = store->site->name,
	    .job_id = job->id,
	    .status = job->status,
	    .job_type = job->type,
	    .policy_type = job->policy_type,
	    .policy = job->policy,
	    .client = job->client,
	    .schedule = job->schedule,
	    .schedule_type = job->schedule_type,
	};

	totals_count(&counted);
	if (!history_is_success(job->status) && counted.subjects[TALLY_WORKLOAD])
		event_add(&store->pending, &event);
}

/* A failure that its children tell is none of its own. */
static void note_failure(struct store *store, const struct job *job, const struct row *row)
{
	/* Nearly all are successes, and cost next to nothing here. */
	if (history_is_success(job->status) ||
	    !rows_job(&store->cache, row).subjects[TALLY_WORKLOAD])
		failures_forget(store->cache.failures, job->id);
	else
		failures_note(store->cache.failures, job);
}

/* Whether JOB changed, or ended where only ends are told, before the lists of changes begin. */
static bool is_late(const struct store *store, const struct job *job)
{
	return (store->marks.by_end ? job->ended : job->updated) < store->marks.mark;
}

bool store_put(struct store *store, const struct job *job, struct fault *fault)
{
	struct row old = {.id = 0}, row;
	bool held, fine;

	if (!database_is_open(store->database, fault))
		return false;
	held = rows_get(&store->cache, job->id, &old, &fine, fault);
	if (!fine || (held && is_same(&old, job)))
		return fine;
	if (!make_row(store, job, &old, &row, fault))
		return false;
	if (held && memcmp(&old, &row, sizeof row) == 0)
		return true;
	if (!store_replace(store, &old, &row, fault))
		return false;
	store->late += is_late(store, job);
	store->appeared +=
	    row.state == JOB_DONE && !(held && old.state == JOB_DONE && !old.unlisted);
	if (is_new_completion(store, job, &old))
		count(store, job, &row);
	if (job->state == JOB_DONE)
		note_failure(store, job, &row);
	return families_tell(store, &old, &row, fault);
}

/* Marks the job of ROW as one that the server does not list any more. */
static bool unlist(struct store *store, const struct row *row, enum rows_unlisted how,
		   struct fault *fault)
{
	database_bind(store->database, UNLIST_JOB, 2, (int64_t[]){row->id, how});
	return database_write(store->database, UNLIST_JOB, &store->written, fault);
}

bool store_merge(struct store *store, int64_t after, int64_t upto, int64_t since,
		 const int64_t *ids, size_t count, struct fault *fault)
{
	struct row row;
	size_t at = 0;
	bool fine, unlisted = true;

	if (!database_is_open(store->database, fault))
		return false;
	database_bind(store->database, LIST_FINISHED, 3, (int64_t[]){after, upto, since});
	/* The list is in the order of ids, which never change: it may be written while it is read.
	 */
	while (unlisted && rows_next(&store->cache, LIST_FINISHED, &row, &fine, fault)) {
		while (at < count && ids[at] < row.id)
			at++;
		if (at < count && ids[at] == row.id)
			continue;
		subtract(store, &row);
		unlisted = unlist(store, &row, ROWS_UNLISTED, fault);
		store->vanished++;
	}
	if (!unlisted)
		database_reset(store->database, LIST_FINISHED);
	return unlisted && fine;
}

static int compare_ids(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* A job that ended before, and was then restarted, must not count by that end again. */
static bool drop_unfinished(struct store *store, const struct row *row, struct fault *fault)
{
	subtract(store, row);
	if (row->ended)
		return unlist(store, row, ROWS_UNLISTED_UNFINISHED, fault);
	if (!families_keep(store, row, fault))
		return false;
	database_bind(store->database, DROP_JOB, 1, &row->id);
	return database_write(store->database, DROP_JOB, &store->written, fault);
}

bool store_drop_unfinished(struct store *store, const int64_t *ids, size_t count,
			   struct fault *fault)
{
	struct row row, *rows = NULL;
	size_t found = 0;
	bool fine;

	if (!database_is_open(store->database, fault))
		return false;
	/* What is dropped leaves the index that is being read, so that all are read first. */
	while (rows_next(&store->cache, LIST_UNFINISHED, &row, &fine, fault)) {
		if (count && bsearch(&row.id, ids, count, sizeof *ids, compare_ids))
			continue;
		rows = mem_resize(rows, found + 1, sizeof *rows);
		rows[found++] = row;
	}
	for (size_t i = 0; fine && i < found; i++)
		fine = drop_unfinished(store, &rows[i], fault);
	free(rows);
	return fine;
}

/* Completions that leave the window expire in their order. */
static bool expire_completions(struct store *store, int64_t window_start, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	bool fine;

	database_bind(store->database, LIST_COMPLETIONS, 2,
		      (int64_t[]){store->marks.expired, window_start});
	while (rows_next_completion(&store->cache, LIST_COMPLETIONS, &row, &fine, fault)) {
		database_touch(store->database);
		job = rows_job(&store->cache, &row);
		completions_expire(&job);
	}
	database_bind(store->database, EXPIRE_EARLIER, 1, &window_start);
	return fine && database_write(store->database, EXPIRE_EARLIER, NULL, fault);
}

bool store_expire(struct store *store, int64_t window_start, struct fault *fault)
{
	struct row row;
	bool fine, any = false;

	if (!database_is_open(store->database, fault) ||
	    !expire_completions(store, window_start, fault))
		return false;
	database_bind(store->database, LIST_EXPIRED, 1, &window_start);
	while (rows_next(&store->cache, LIST_EXPIRED, &row, &fine, fault)) {
		/* The totals must be put right by a rollback, even if nothing is written yet. */
		database_touch(store->database);
		subtract(store, &row);
		any = true;
	}
	store->marks.expired = window_start;
	if (fine && store->cache.has_orphans) {
		database_bind(store->database, EXPIRE_ORPHANS, 1, &window_start);
		fine = database_write(store->database, EXPIRE_ORPHANS, NULL, fault);
	}
	database_bind(store->database, DROP_EXPIRED, 1, &window_start);
	return fine &&
	       (!any || database_write(store->database, DROP_EXPIRED, &store->written, fault));
}
