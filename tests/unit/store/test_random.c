/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <stdlib.h>
#include <string.h>

#include "unit/scratch.h"
#include "tally/compare.h"
#include "tally/completions.h"
#include "tally/totals.h"
#include "resolve.h"

static struct fault fault;

/* Random operations, compared with a model that is as plain as possible. */

#define MODEL_JOBS 40
#define MODEL_CELLS 6
#define MODEL_ENDS 12000

struct model_job {
	bool held, gone;
	int64_t seen_end; /* the last; 0 = none */
	struct job job;
};

struct model {
	struct model_job jobs[MODEL_JOBS + 1];
	uint64_t counted[MODEL_CELLS];
	uint64_t counted_bytes[MODEL_CELLS];
	int64_t window; /* of the last commit */
	int64_t next_window;
	int64_t expired;
	struct job ends[MODEL_ENDS]; /* all that there have ever been */
	size_t end_count;
};

static unsigned seed;

static unsigned pick(unsigned count)
{
	return (unsigned)rand_r(&seed) % count;
}

static const char *const model_types[] = {"BACKUP", "RESTORE"};

static unsigned cell_of(const struct job *job)
{
	return (job->type == model_types[1]) * 3 + job->status;
}

static struct job random_job(int64_t now)
{
	struct job job = stock_finished(1 + pick(MODEL_JOBS), now - pick(20) * STOCK_MINUTE);
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	job.type = model_types[pick(2)];
	job.status = pick(3);
	job.policy = names[pick(8)];
	job.client = names[pick(8)];
	job.started = pick(8) ? job.ended - (int64_t)pick(10) * STOCK_MINUTE : 0;
	job.bytes = pick(1000) * 1024;
	job.files = pick(10);
	job.updated = pick(4) ? now + pick(1000000) : 0;
	if (pick(4) == 0) {
		job.state = JOB_QUEUED + pick(6);
		job.status = 0;
		job.ended = 0;
	}
	return job;
}

/* Notes a completion, as it was last described. */
static void model_end(struct model *model, const struct job *job)
{
	size_t i = 0;

	while (i < model->end_count &&
	       (model->ends[i].id != job->id || model->ends[i].ended != job->ended))
		i++;
	if (i < MODEL_ENDS)
		model->ends[i] = *job;
	if (i == model->end_count)
		model->end_count++;
	CU_ASSERT(model->end_count <= MODEL_ENDS);
}

static int compare_ends(const void *a, const void *b)
{
	const struct job *left = a, *right = b;

	if (left->ended != right->ended)
		return left->ended < right->ended ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

/* Makes the histories of PLAIN from all completions that there have ever been. */
static void model_histories(const struct model *model, struct tally *plain)
{
	struct completions *completions = completions_new(plain);
	static struct job ends[MODEL_ENDS];
	int64_t since;

	memcpy(ends, model->ends, model->end_count * sizeof *ends);
	qsort(ends, model->end_count, sizeof *ends, compare_ends);
	completions_distrust(completions);
	completions_settle(completions, 0, &since);
	for (size_t i = 0; i < model->end_count; i++) {
		struct tally_job end = resolve_job(plain, &ends[i]);

		completions_replay(completions, &end);
	}
	completions_replayed(completions);
	completions_free(completions);
}

static void model_put(struct model *model, const struct job *job)
{
	struct model_job *held = &model->jobs[job->id];

	if (!held->held)
		held->seen_end = 0;
	if (held->held && !held->gone && job->updated && held->job.updated == job->updated &&
	    held->job.state == job->state && held->job.ended == job->ended)
		return;
	if (job->state == JOB_DONE && held->seen_end != job->ended && job->ended >= STOCK_BEGAN &&
	    job->ended >= model->window) {
		model->counted[cell_of(job)]++;
		model->counted_bytes[cell_of(job)] += job->bytes;
	}
	held->held = true;
	held->gone = false;
	held->job = *job;
	if (job->state == JOB_DONE)
		held->seen_end = job->ended;
	if (job->state == JOB_DONE && job->ended >= model->expired)
		model_end(model, job);
}

static void model_merge(struct model *model, int64_t after, int64_t upto, int64_t since,
			const bool *listed)
{
	for (int64_t id = after + 1; id <= upto && id <= MODEL_JOBS; id++)
		if (model->jobs[id].job.state == JOB_DONE && !listed[id] &&
		    model->jobs[id].job.ended >= since)
			model->jobs[id].gone = true;
}

static void model_drop(struct model *model, const bool *listed)
{
	for (int64_t id = 1; id <= MODEL_JOBS; id++) {
		struct model_job *held = &model->jobs[id];

		if (!held->held || held->job.state == JOB_DONE || listed[id])
			continue;
		held->held = held->gone = held->seen_end != 0;
		held->job.state = JOB_DONE;
		held->job.ended = held->seen_end;
	}
}

static void model_expire(struct model *model, int64_t start)
{
	for (int64_t id = 1; id <= MODEL_JOBS; id++)
		if (model->jobs[id].job.state == JOB_DONE && model->jobs[id].job.ended < start)
			model->jobs[id].held = false;
	model->next_window = start;
	model->expired = start;
}

static void model_compare(const struct model *model, struct store *store, bool committed)
{
	struct tally *plain = tally_new(NULL);
	const struct tally_cell *cell;
	struct tally_job resolved;
	uint64_t held = 0;

	for (int64_t id = 1; id <= MODEL_JOBS; id++) {
		const struct model_job *job = &model->jobs[id];

		if (!job->held || job->gone)
			continue;
		held++;
		resolved = resolve_job(plain, &job->job);
		totals_add(plain, &resolved);
	}
	model_histories(model, plain);
	EQUAL_NUMBER(store_jobs(store), held);
	EQUAL_NUMBER(tally_jobs(store_tally(store))->finished, tally_jobs(plain)->finished);
	/* Maxima are brought up to date by the commit. */
	CU_ASSERT(!committed || compare_equal(store_tally(store), plain));
	for (unsigned i = 0; i < MODEL_CELLS; i++) {
		cell = tally_cell(store_tally(store), model_types[i / 3], "STANDARD", i % 3);
		EQUAL_NUMBER(cell->finished, model->counted[i]);
		EQUAL_NUMBER(cell->finished_bytes, model->counted_bytes[i]);
		CU_ASSERT(!committed || cell->count == 0 || cell->empty_since == 0);
		CU_ASSERT(!committed || cell->count > 0 || cell->finished == 0 ||
			  cell->empty_since > 0);
	}
	tally_free(plain);
}

static size_t random_ids(bool listed[MODEL_JOBS + 1], int64_t ids[MODEL_JOBS])
{
	size_t count = 0;

	for (int64_t id = 1; id <= MODEL_JOBS; id++) {
		listed[id] = pick(3) > 0;
		if (listed[id])
			ids[count++] = id;
	}
	return count;
}

/* Does something within a transaction, to both. */
static void random_operation(struct model *model, struct store *store, int64_t now)
{
	bool listed[MODEL_JOBS + 1];
	int64_t ids[MODEL_JOBS], after, upto, since = now - pick(40) * STOCK_MINUTE;
	size_t count = random_ids(listed, ids);
	struct job job = random_job(now);

	switch (pick(16)) {
	case 0:
		after = pick(MODEL_JOBS);
		upto = pick(4) ? after + pick(10) : INT64_MAX;
		FINE(store_merge(store, after, upto, since, ids, count, &fault));
		model_merge(model, after, upto, since, listed);
		break;
	case 1:
		FINE(store_drop_unfinished(store, ids, count, &fault));
		model_drop(model, listed);
		break;
	case 2:
		store_marks(store)->window_start = now - 15 * STOCK_MINUTE;
		FINE(store_expire(store, now - 15 * STOCK_MINUTE, &fault));
		model_expire(model, now - 15 * STOCK_MINUTE);
		break;
	default:
		FINE(store_put(store, &job, &fault));
		model_put(model, &job);
		/* The same once more, as when it is in two lists. */
		if (pick(4) == 0) {
			FINE(store_put(store, &job, &fault));
			model_put(model, &job);
		}
	}
}

static void random_transaction(struct model *model, struct store *store, int64_t now)
{
	static struct model before;
	unsigned end = pick(6);

	before = *model;
	FINE(store_begin(store, &fault));
	for (unsigned i = pick(25); i > 0; i--)
		random_operation(model, store, now);
	model_compare(model, store, false);
	if (end == 0) {
		store_rollback(store);
		*model = before;
	} else {
		FINE(store_commit(store, &fault));
		model->window = model->next_window;
	}
	EQUAL_NUMBER(store_marks(store)->window_start, model->window);
	model_compare(model, store, true);
}

static void test_random(void)
{
	static struct model model;
	struct store *store;
	int64_t now = STOCK_BEGAN;

	seed = harness_seed();
	memset(&model, 0, sizeof model);
	scratch_make();
	store = stock_open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->began = STOCK_BEGAN;
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	for (int i = 0; i < 500 && CU_get_number_of_failures() == 0; i++) {
		random_transaction(&model, store, now);
		now += pick(3) * STOCK_MINUTE;
		if (pick(20) == 0) {
			store_close(store);
			store = stock_open_here();
			model_compare(&model, store, true);
		}
		if (pick(10) == 0)
			FINE(store_verify(store, &fault));
	}
	store_close(store);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"random operations", test_random},
    {NULL, NULL},
};

const struct harness_suite store_random_suite = {"store at random", tests};
