/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/rows.h"

#include <string.h>

struct tally_job rows_job(struct cache *cache, const struct row *row)
{
	struct tally_cell *cell = cache_cell(cache, row->cell);

	return (struct tally_job){
	    .id = row->id,
	    .state = (enum job_state)row->state,
	    .started = row->started,
	    .ended = row->ended,
	    .bytes = (uint64_t)row->bytes,
	    .files = (uint64_t)row->files,
	    .dedup = (uint32_t)row->dedup,
	    .queue_reason = (uint32_t)row->reason,
	    .cell = cell,
	    .subjects = {[TALLY_WORKLOAD] = &cell->workload->subject,
			 [TALLY_POLICY] = cache_subject(cache, TALLY_POLICY, cell, row->policy),
			 [TALLY_CLIENT] = cache_subject(cache, TALLY_CLIENT, cell, row->client)},
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
	database_bind(cache->database, PUT_EARLIER, 5,
		      (int64_t[]){row->ended, row->id, row->cell, row->policy, row->client});
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
