/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/save.h"

#include "base/timefmt.h"
#include "store/schema.h"

/* For the visitors below: what they need, and whether all has gone well so far. */
struct saving {
	struct cache *cache;
	struct fault *fault;
	bool fine;
	int64_t now;
};

static void write_row(struct saving *saving, enum schema_statement statement, size_t count,
		      const int64_t *values)
{
	database_bind(saving->cache->database, statement, count, values);
	saving->fine =
	    saving->fine && database_write(saving->cache->database, statement, NULL, saving->fault);
}

/* The one value that STATEMENT answers for CELL; 0 when it is NULL. */
static int64_t seek(struct saving *saving, enum schema_statement statement,
		    const struct tally_cell *cell)
{
	struct database *database = saving->cache->database;
	int64_t value = 0;
	bool fine;

	database_bind(database, statement, 1, &cell->id);
	while (database_next(database, statement, &fine, saving->fault))
		value = database_number(database, statement, 0);
	saving->fine = saving->fine && fine;
	return value;
}

/* Finds the longest and the last job again where they have left. */
static void find_maxima(struct saving *saving, struct tally_cell *cell)
{
	uint64_t all = tally_jobs(saving->cache->tally)->finished, count = cell->count;
	int64_t longest;

	if (cell->longest_left) {
		longest = count ? seek(saving, LONGEST, cell) : 0;
		if (longest < 0)
			longest = 0;
		cell->duration_max = longest > UINT32_MAX ? UINT32_MAX : (uint32_t)longest;
	}
	/* Few jobs are less than the square root of all. */
	if (cell->last_left)
		cell->last_end =
		    count ? seek(saving, count * count < all ? LATEST_OF_FEW : LATEST_OF_MANY, cell)
			  : 0;
	cell->longest_left = cell->last_left = false;
}

/* Since when something that has JOBS now is empty, by what was known of it. */
static int64_t empty_since(const struct saving *saving, uint64_t jobs, int64_t known)
{
	if (jobs > 0)
		return 0;
	return known ? known : saving->now;
}

static void save_cell(struct tally_cell *cell, void *arg)
{
	struct saving *saving = arg;

	if (!saving->fine || (!cell->longest_left && !cell->last_left && !cell->changed))
		return;
	find_maxima(saving, cell);
	if (!cell->changed)
		return;
	cell->changed = false;
	/* What came and left within one transaction has never been a row. */
	if (cell->count == 0 && cell->finished == 0 && !cell->committed)
		return;
	cell->committed = true;
	cell->empty_since = empty_since(saving, cell->count, cell->empty_since);
	write_row(saving, SAVE_CELL, 5,
		  (int64_t[]){cell->id, (int64_t)cell->finished, (int64_t)cell->finished_bytes,
			      (int64_t)cell->finished_files, cell->empty_since});
}

/* The id of the cell of the last expired completion of SUBJECT; 0 = there is none. */
static int64_t last_cell(const struct cache *cache, const struct tally_subject *subject)
{
	const struct history *expired = &subject->expired;
	const struct tally_cell *cell;

	if (expired->last_at == 0)
		return 0;
	cell = tally_find_cell(cache->tally, expired->last_job_type, expired->last_type,
			       expired->last_status);
	return cell ? cell->id : 0;
}

static void save_subject(struct tally_subject *subject, void *arg)
{
	struct saving *saving = arg;
	struct cache *cache = saving->cache;
	const struct history *expired = &subject->expired;
	int64_t name, ptype;

	if (!saving->fine || !subject->changed)
		return;
	subject->changed = false;
	saving->fine =
	    names_intern(cache->names, cache->database, subject->name, &name, saving->fault) &&
	    names_intern(cache->names, cache->database, subject->policy_type, &ptype,
			 saving->fault);
	if (!saving->fine)
		return;
	write_row(saving, PUT_SUBJECT, 15,
		  (int64_t[]){subject->kind, name, ptype, expired->ok_at, expired->ok_id,
			      expired->failed_at, expired->failed_id, expired->last_at,
			      expired->last_id, last_cell(cache, subject), expired->streak,
			      subject->overdue, expired->run_at, expired->run_id,
			      expired->run_status});
}

static void save_queue(struct tally_queue *queue, void *arg)
{
	struct saving *saving = arg;

	if (!saving->fine || !queue->changed)
		return;
	queue->changed = false;
	if (queue->jobs == 0 && !queue->committed)
		return;
	queue->committed = true;
	queue->empty_since = empty_since(saving, queue->jobs, queue->empty_since);
	write_row(saving, PUT_QUEUE, 2, (int64_t[]){queue->reason, queue->empty_since});
}

static bool drop_failure(int64_t id, void *arg)
{
	struct saving *saving = arg;

	write_row(saving, DROP_FAILURE, 1, &id);
	return saving->fine;
}

static bool put_failure(const struct failure *failure, void *arg)
{
	struct saving *saving = arg;
	struct database *database = saving->cache->database;
	const char *const texts[] = {failure->job_type, failure->policy_type,
				     failure->policy,	failure->client,
				     failure->schedule, failure->schedule_type};

	for (int i = 0; i < (int)(sizeof texts / sizeof texts[0]); i++)
		database_bind_text(database, PUT_FAILURE, 4 + i, texts[i]);
	write_row(saving, PUT_FAILURE, 3,
		  (int64_t[]){failure->id, failure->ended, failure->status});
	return saving->fine;
}

/* Those that have been noted in this transaction may be more than are kept. */
static void save_failures(struct saving *saving)
{
	struct cache *cache = saving->cache;

	failures_trim(cache->failures, (size_t)cache->site->failures_kept);
	saving->fine =
	    saving->fine && failures_save(cache->failures, drop_failure, put_failure, saving);
}

bool save_cache(struct cache *cache, struct fault *fault)
{
	struct saving saving = {cache, fault, true, timefmt_now()};

	tally_each(cache->tally, save_cell, &saving);
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		tally_each_subject(cache->tally, (enum tally_kind)kind, save_subject, &saving);
	tally_each_queue(cache->tally, save_queue, &saving);
	save_failures(&saving);
	return saving.fine;
}
