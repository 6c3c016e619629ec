/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/load.h"

#include "store/rows.h"
#include "tally/family.h"
#include "tally/totals.h"

/* Reads the cells and what they have counted. */
static bool load_cells(struct cache *cache, struct fault *fault)
{
	struct database *database = cache->database;
	bool fine;

	while (database_next(database, ALL_CELLS, &fine, fault)) {
		const char *type = database_text(database, ALL_CELLS, 1);
		const char *ptype = database_text(database, ALL_CELLS, 2);
		uint32_t status = (uint32_t)database_number(database, ALL_CELLS, 3);
		struct tally_cell *cell = tally_cell(cache->tally, type, ptype, status);

		/* None is ever deleted, and none is there twice. */
		if (database_number(database, ALL_CELLS, 0) != (int64_t)cache->cell_count + 1 ||
		    cell->id)
			return database_refuse(database, ALL_CELLS, fault);
		cache_add_cell(cache, cell);
		cell->finished = (uint64_t)database_number(database, ALL_CELLS, 4);
		cell->finished_bytes = (uint64_t)database_number(database, ALL_CELLS, 5);
		cell->finished_files = (uint64_t)database_number(database, ALL_CELLS, 6);
		cell->empty_since = database_number(database, ALL_CELLS, 7);
		cell->committed = !database_is_null(database, ALL_CELLS, 7);
	}
	return fine;
}

/* The statement ALL_SUBJECTS has a history in column 3 and those behind it. */
static bool read_history(struct cache *cache, struct history *history)
{
	struct database *database = cache->database;
	const struct tally_cell *cell =
	    cache_cell(cache, database_number(database, ALL_SUBJECTS, 9));

	history->ok_at = database_number(database, ALL_SUBJECTS, 3);
	history->ok_id = database_number(database, ALL_SUBJECTS, 4);
	history->failed_at = database_number(database, ALL_SUBJECTS, 5);
	history->failed_id = database_number(database, ALL_SUBJECTS, 6);
	history->last_at = database_number(database, ALL_SUBJECTS, 7);
	history->last_id = database_number(database, ALL_SUBJECTS, 8);
	history->streak = (uint32_t)database_number(database, ALL_SUBJECTS, 10);
	history->run_at = database_number(database, ALL_SUBJECTS, 12);
	history->run_id = database_number(database, ALL_SUBJECTS, 13);
	history->run_status = (uint32_t)database_number(database, ALL_SUBJECTS, 14);
	if (history->last_at == 0)
		return true;
	if (!cell)
		return false;
	history->last_status = cell->status;
	history->last_job_type = cell->job_type;
	history->last_type = cell->policy_type;
	return true;
}

/* False when the row makes no sense. */
static bool read_subject(struct cache *cache)
{
	struct names *names = cache->names;
	int64_t kind = database_number(cache->database, ALL_SUBJECTS, 0),
		name = database_number(cache->database, ALL_SUBJECTS, 1),
		ptype = database_number(cache->database, ALL_SUBJECTS, 2);
	struct tally_subject *subject;

	if (kind < 0 || kind >= TALLY_KINDS || !names_has(names, name) || !names_has(names, ptype))
		return false;
	names_use(names, name);
	names_use(names, ptype);
	subject = tally_subject(cache->tally, (enum tally_kind)kind, names_text(names, name),
				names_text(names, ptype));
	subject->overdue = (enum tally_overdue)database_number(cache->database, ALL_SUBJECTS, 11);
	return read_history(cache, &subject->expired);
}

static bool load_subjects(struct cache *cache, struct fault *fault)
{
	bool fine;

	while (database_next(cache->database, ALL_SUBJECTS, &fine, fault))
		if (!read_subject(cache))
			return database_refuse(cache->database, ALL_SUBJECTS, fault);
	return fine;
}

static bool load_queues(struct cache *cache, struct fault *fault)
{
	struct database *database = cache->database;
	bool fine;

	while (database_next(database, ALL_QUEUES, &fine, fault)) {
		uint32_t reason = (uint32_t)database_number(database, ALL_QUEUES, 0);
		struct tally_queue *queue = tally_queue(cache->tally, reason);

		queue->empty_since = database_number(database, ALL_QUEUES, 1);
		queue->committed = true;
	}
	return fine;
}

static bool load_orphans(struct cache *cache, struct fault *fault)
{
	bool fine;

	while (database_next(cache->database, ANY_ORPHAN, &fine, fault))
		cache->has_orphans = true;
	return fine;
}

static bool load_failures(struct cache *cache, struct fault *fault)
{
	struct database *database = cache->database;
	bool fine;

	while (database_next(database, ALL_FAILURES, &fine, fault)) {
		struct failure failure = {
		    .id = database_number(database, ALL_FAILURES, 0),
		    .ended = database_number(database, ALL_FAILURES, 1),
		    .status = (uint32_t)database_number(database, ALL_FAILURES, 2),
		    .job_type = database_text(database, ALL_FAILURES, 3),
		    .policy_type = database_text(database, ALL_FAILURES, 4),
		    .policy = database_text(database, ALL_FAILURES, 5),
		    .client = database_text(database, ALL_FAILURES, 6),
		    .schedule = database_text(database, ALL_FAILURES, 7),
		    .schedule_type = database_text(database, ALL_FAILURES, 8),
		};

		failures_load(cache->failures, &failure);
	}
	return fine;
}

static void use_names(struct cache *cache, const struct row *row)
{
	names_use(cache->names, row->policy);
	names_use(cache->names, row->client);
}

static bool load_jobs(struct cache *cache, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	bool fine;

	while (rows_next(cache, ALL_JOBS, &row, &fine, fault)) {
		use_names(cache, &row);
		cache->has_uncounted |= !(row.family & FAMILY_COUNTED);
		if (row.unlisted)
			continue;
		job = rows_job(cache, &row);
		totals_add(cache->tally, &job);
	}
	return fine;
}

bool load_histories(struct cache *cache, const struct store_marks *marks, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	int64_t since;
	bool fine;

	if (!marks->complete || !completions_settle(cache->completions, marks->expired, &since))
		return true;
	database_bind(cache->database, LIST_COMPLETIONS, 2, (int64_t[]){since, INT64_MAX});
	while (rows_next_completion(cache, LIST_COMPLETIONS, &row, &fine, fault)) {
		use_names(cache, &row);
		job = rows_job(cache, &row);
		completions_replay(cache->completions, &job);
	}
	if (fine)
		completions_replayed(cache->completions);
	return fine;
}

bool load_oldest(struct cache *cache, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	bool fine;

	if (!totals_forget_oldest(cache->tally))
		return true;
	while (rows_next(cache, LIST_UNFINISHED, &row, &fine, fault)) {
		job = rows_job(cache, &row);
		totals_note_oldest(&job);
	}
	return fine;
}

/* What has been read is as it was saved. */
static void settle_cell(struct tally_cell *cell, void *arg)
{
	(void)arg;
	cell->changed = false;
}

static void settle_queue(struct tally_queue *queue, void *arg)
{
	(void)arg;
	queue->changed = false;
	/* A store that an earlier version wrote has no row of it yet. */
	queue->committed |= queue->jobs > 0;
}

bool load_cache(struct cache *cache, const struct store_marks *marks, struct fault *fault)
{
	completions_distrust(cache->completions);
	if (!load_cells(cache, fault) || !load_subjects(cache, fault) ||
	    !load_queues(cache, fault) || !load_orphans(cache, fault) ||
	    !load_failures(cache, fault) || !load_jobs(cache, fault) ||
	    !load_histories(cache, marks, fault))
		return false;
	tally_each(cache->tally, settle_cell, NULL);
	tally_each_queue(cache->tally, settle_queue, NULL);
	return true;
}
