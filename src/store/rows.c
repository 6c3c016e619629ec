/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/rows.h"

#include <string.h>

#include "tally/family.h"

bool rows_has_failed(const struct cache *cache, const struct row *row)
{
	return row->state == JOB_DONE && !history_is_success(cache_cell(cache, row->cell)->status);
}

/*
 * Whether the job of ROW counts. A parent does not, for its children do; but if it has failed and
 * none of them has, nothing else tells of the failure.
 */
static bool counts(const struct cache *cache, const struct row *row)
{
	return cache->site->parents == CONFIG_PARENTS_COUNT || !family_is_parent(row->family) ||
	       (rows_has_failed(cache, row) && !family_has_failed_child(row->family));
}

/*
 * Whether policies and clients are judged by the job of ROW. A snapshot that has children protects
 * nothing by itself: the backups do that it has started.
 */
static bool protects(const struct tally_cell *cell, const struct row *row)
{
	return cell->protects &&
	       !(family_is_parent(row->family) && strcmp(cell->job_type, "SNAPSHOT") == 0);
}

/* A root is a run of its policy. Of a job from an older store it is not known whether it is one. */
static bool is_run(const struct tally_cell *cell, const struct row *row)
{
	return cell->protects && row->parent == 0 && row->family & FAMILY_KNOWN;
}

struct tally_job rows_job(struct cache *cache, const struct row *row)
{
	struct tally_cell *cell = cache_cell(cache, row->cell);
	bool counted = counts(cache, row), judged = counted && protects(cell, row);
	struct tally_subject *policy =
	    judged || is_run(cell, row) ? cache_subject(cache, TALLY_POLICY, row->policy) : NULL;

	return (struct tally_job){
	    .id = row->id,
	    .state = (enum job_state)row->state,
	    .started = row->started,
	    .ended = row->ended,
	    .bytes = (uint64_t)row->bytes,
	    .files = (uint64_t)row->files,
	    .dedup = (uint32_t)row->dedup,
	    .queue_reason = (uint32_t)row->reason,
	    .is_parent = family_is_parent(row->family),
	    .cell = cell,
	    .subjects = {[TALLY_WORKLOAD] = counted ? &cell->workload->subject : NULL,
			 [TALLY_POLICY] = judged ? policy : NULL,
			 [TALLY_CLIENT] =
			     judged ? cache_subject(cache, TALLY_CLIENT, row->client) : NULL},
	    .run = is_run(cell, row) ? policy : NULL,
	};
}

/* Whether all that ROW refers to is there; if not, the file is corrupt. */
static bool check(struct cache *cache, enum schema_statement statement, const struct row *row,
		  bool *fine, struct fault *fault)
{
	if (cache_cell(cache, row->cell) && names_has(cache->names, row->policy) &&
	    names_has(cache->names, row->client) && row->state >= 0 && row->state < JOB_STATES)
		return true;
	*fine = database_refuse(cache->database, statement, fault);
	return false;
}

bool rows_next(struct cache *cache, enum schema_statement statement, struct row *row, bool *fine,
	       struct fault *fault)
{
	if (!database_next(cache->database, statement, fine, fault))
		return false;
	for (int i = 0; i < ROWS_COLUMNS; i++)
		row->columns[i] = database_number(cache->database, statement, i);
	return check(cache, statement, row, fine, fault);
}

bool rows_next_completion(struct cache *cache, enum schema_statement statement, struct row *row,
			  bool *fine, struct fault *fault)
{
	struct database *database = cache->database;

	if (!database_next(database, statement, fine, fault))
		return false;
	*row = (struct row){
	    .id = database_number(database, statement, 0),
	    .cell = database_number(database, statement, 1),
	    .policy = database_number(database, statement, 2),
	    .client = database_number(database, statement, 3),
	    .ended = database_number(database, statement, 4),
	    .parent = database_number(database, statement, 5),
	    .family = database_number(database, statement, 6),
	};
	return check(cache, statement, row, fine, fault);
}

bool rows_get(struct cache *cache, int64_t id, struct row *row, bool *fine, struct fault *fault)
{
	database_bind(cache->database, GET_JOB, 1, &id);
	if (!rows_next(cache, GET_JOB, row, fine, fault))
		return false;
	database_reset(cache->database, GET_JOB);
	return *fine = true;
}

bool rows_keep_earlier(struct cache *cache, const struct row *row, struct fault *fault)
{
	database_bind(cache->database, PUT_EARLIER, 7,
		      (int64_t[]){row->ended, row->id, row->cell, row->policy, row->client,
				  row->parent, row->family});
	return database_write(cache->database, PUT_EARLIER, NULL, fault);
}

bool rows_take_earlier(struct cache *cache, const struct row *row, struct row *earlier, bool *found,
		       struct fault *fault)
{
	const int64_t key[] = {row->ended, row->id};
	bool fine;

	database_bind(cache->database, GET_EARLIER, 2, key);
	*found = rows_next_completion(cache, GET_EARLIER, earlier, &fine, fault);
	if (!*found)
		return fine;
	database_reset(cache->database, GET_EARLIER);
	database_bind(cache->database, DROP_EARLIER, 2, key);
	return database_write(cache->database, DROP_EARLIER, NULL, fault);
}

bool rows_get_orphan(struct cache *cache, int64_t id, int64_t *family, struct fault *fault)
{
	bool fine = true;

	*family = 0;
	if (!cache->has_orphans)
		return true;
	database_bind(cache->database, GET_ORPHAN, 1, &id);
	while (database_next(cache->database, GET_ORPHAN, &fine, fault))
		*family = database_number(cache->database, GET_ORPHAN, 0);
	return fine;
}

bool rows_put_orphan(struct cache *cache, int64_t id, int64_t family, int64_t seen,
		     struct fault *fault)
{
	cache->has_orphans = true;
	database_bind(cache->database, PUT_ORPHAN, 3, (int64_t[]){id, family, seen});
	return database_write(cache->database, PUT_ORPHAN, NULL, fault);
}

bool rows_drop_orphan(struct cache *cache, int64_t id, struct fault *fault)
{
	database_bind(cache->database, DROP_ORPHAN, 1, &id);
	return database_write(cache->database, DROP_ORPHAN, NULL, fault);
}
