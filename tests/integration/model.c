/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "mem.h"

#define TEXT_SIZE 80

/* A job as the simulator lists it at this moment. */
struct job_line {
	int64_t id;
	bool done;
	char type[TEXT_SIZE], policy_type[TEXT_SIZE];
	uint32_t status;
	uint64_t bytes, files;
	int64_t started, ended, updated;
};

/* An end that has been counted, or that may have been. */
struct end {
	int64_t id, ended;
	bool certain;
};

struct counters {
	uint64_t jobs, bytes, files;
};

struct cell {
	char type[TEXT_SIZE], policy_type[TEXT_SIZE];
	uint32_t status;
	/* In the window now. */
	uint64_t count, bytes, files, duration_sum;
	uint32_t duration_max;
	int64_t last_end;
	/* Counted for certain, and perhaps on top of that. */
	struct counters finished, perhaps;
	bool shown;
};

struct model {
	const struct sim *sim;
	int64_t window;
	int64_t began;	      /* 0 = not yet */
	int64_t window_start; /* as of the last success; never goes back */
	int64_t newest_end;
	uint64_t held;	    /* jobs in the window and unfinished ones */
	void *ends, *cells; /* trees of tsearch(3) */
};

struct model *model_new(const struct sim *sim, int window)
{
	struct model *model = mem_zalloc(1, sizeof *model);

	model->sim = sim;
	model->window = window * INT64_C(1000);
	return model;
}

static int compare_ends(const void *a, const void *b)
{
	const struct end *left = a, *right = b;

	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return (left->ended > right->ended) - (left->ended < right->ended);
}

static int compare_cells(const void *a, const void *b)
{
	const struct cell *left = a, *right = b;
	int order = strcmp(left->type, right->type);

	if (order == 0)
		order = strcmp(left->policy_type, right->policy_type);
	if (order == 0)
		order = (left->status > right->status) - (left->status < right->status);
	return order;
}

static struct end *end_of(struct model *model, const struct job_line *job, bool *known)
{
	struct end key = {job->id, job->ended, false}, **found, *end;

	found = tfind(&key, &model->ends, compare_ends);
	*known = found != NULL;
	if (found)
		return *found;
	end = mem_zalloc(1, sizeof *end);
	*end = key;
	mem_checked(tsearch(end, &model->ends, compare_ends));
	return end;
}

static struct cell *cell_of(struct model *model, const char *type, const char *policy_type,
			    uint32_t status)
{
	struct cell key = {.status = status}, **found, *cell;

	snprintf(key.type, sizeof key.type, "%s", type);
	snprintf(key.policy_type, sizeof key.policy_type, "%s", policy_type);
	found = tfind(&key, &model->cells, compare_cells);
	if (found)
		return *found;
	cell = mem_zalloc(1, sizeof *cell);
	*cell = key;
	mem_checked(tsearch(cell, &model->cells, compare_cells));
	return cell;
}

/* One line: id state type policyType status bytes files started ended updated ... */
static bool read_line(const char *line, struct job_line *job)
{
	char state[TEXT_SIZE], status[TEXT_SIZE];
	int fields = sscanf(line,
			    "%" SCNd64 "\t%79[^\t]\t%79[^\t]\t%79[^\t]\t%79[^\t]\t%" SCNu64
			    "\t%" SCNu64 "\t%" SCNd64 "\t%" SCNd64 "\t%" SCNd64,
			    &job->id, state, job->type, job->policy_type, status, &job->bytes,
			    &job->files, &job->started, &job->ended, &job->updated);

	job->done = strcmp(state, "DONE") == 0 && strcmp(status, "-") != 0;
	job->status = (uint32_t)strtoul(status, NULL, 10);
	return fields == 10;
}

/* Calls VISIT with each job that the simulator has now. */
static void each_job(struct model *model,
		     void (*visit)(struct model *model, const struct job_line *job,
				   const void *arg),
		     const void *arg)
{
	char *text = sim_control(model->sim, "jobs", NULL), *save = NULL;
	struct job_line job;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (read_line(line, &job))
			visit(model, &job, arg);
		else
			CU_FAIL("a line of the simulator's jobs is not understood");
	}
	free(text);
}

void model_begin(struct model *model, int64_t now)
{
	if (model->began)
		return;
	model->began = now;
	model->window_start = now - model->window;
}

/* What a refresh has asked for. */
struct question {
	int64_t now;
	bool full;
	int64_t mark;
	bool swept;
	int64_t since; /* the window's start when it began */
};

static void count(struct cell *cell, const struct job_line *job, bool certain)
{
	struct counters *counters = certain ? &cell->finished : &cell->perhaps;

	counters->jobs++;
	counters->bytes += job->bytes;
	counters->files += job->files;
}

static void see(struct model *model, const struct job_line *job, const void *arg)
{
	const struct question *question = arg;
	int64_t window_start = question->now - model->window;
	bool certain, known;
	struct end *end;

	if (!job->done)
		return;
	if (question->full && question->since < window_start)
		window_start = question->since;
	certain = (question->full && job->ended >= window_start) ||
		  (question->mark && job->updated >= question->mark);
	if (!certain && !(question->swept && job->ended >= window_start))
		return;
	if (certain && job->ended > model->newest_end)
		model->newest_end = job->ended;
	if (job->ended < model->began || job->ended < question->since)
		return;
	end = end_of(model, job, &known);
	if (known && (end->certain || !certain))
		return;
	/* What was perhaps counted then stays so in the sums: a little room is left. */
	end->certain = certain;
	count(cell_of(model, job->type, job->policy_type, job->status), job, certain);
}

void model_refreshed(struct model *model, int64_t now, bool full, int64_t mark, bool swept)
{
	struct question question = {now, full, mark, swept, model->window_start};
	int64_t start = now - model->window;

	each_job(model, see, &question);
	if (start > model->newest_end + 1)
		start = model->newest_end + 1;
	if (start > model->window_start)
		model->window_start = start;
}

void model_glimpsed(struct model *model, int64_t now)
{
	struct question question = {now, false, 0, true, model->window_start};

	each_job(model, see, &question);
}

static void clear_cell(const void *node, VISIT order, void *arg)
{
	struct cell *cell = *(struct cell *const *)node;

	(void)arg;
	if (order != postorder && order != leaf)
		return;
	cell->count = cell->bytes = cell->files = cell->duration_sum = 0;
	cell->duration_max = 0;
	cell->last_end = 0;
	cell->shown = false;
}

static void sum_up(struct model *model, const struct job_line *job, const void *arg)
{
	int64_t now = *(const int64_t *)arg;
	struct cell *cell;
	uint32_t duration;

	model->held += !job->done || job->ended >= now - model->window;
	if (!job->done || job->ended < now - model->window)
		return;
	cell = cell_of(model, job->type, job->policy_type, job->status);
	duration = job->started && job->ended > job->started
		       ? (uint32_t)((job->ended - job->started) / 1000)
		       : 0;
	cell->count++;
	cell->bytes += job->bytes;
	cell->files += job->files;
	cell->duration_sum += duration;
	if (duration > cell->duration_max)
		cell->duration_max = duration;
	if (job->ended > cell->last_end)
		cell->last_end = job->ended;
}

static bool between(uint64_t value, uint64_t least, uint64_t more)
{
	return value >= least && value <= least + more;
}

static bool row_fits(const struct snapshot_job *row, const struct cell *cell)
{
	return row->count == cell->count && row->bytes == cell->bytes &&
	       row->files == cell->files && row->max_duration == cell->duration_max &&
	       row->mean_duration == (cell->count ? cell->duration_sum / cell->count : 0) &&
	       between(row->finished, cell->finished.jobs, cell->perhaps.jobs) &&
	       between(row->finished_bytes, cell->finished.bytes, cell->perhaps.bytes) &&
	       between(row->finished_files, cell->finished.files, cell->perhaps.files);
}

static void complain(const char *context, const struct snapshot_job *row, const struct cell *cell)
{
	printf(
	    "%s: %s %s %u: shown %u jobs, %" PRIu64 " bytes, %" PRIu64 " files, mean %u, max %u, "
	    "finished %" PRIu64 " (%" PRIu64 " bytes, %" PRIu64 " files)\n"
	    "    expected %" PRIu64 " jobs, %" PRIu64 " bytes, %" PRIu64
	    " files, max %u, finished %" PRIu64 " (%" PRIu64 " bytes, %" PRIu64
	    " files) and perhaps %" PRIu64 "\n",
	    context, cell->type, cell->policy_type, cell->status, row->count, row->bytes,
	    row->files, row->mean_duration, row->max_duration, row->finished, row->finished_bytes,
	    row->finished_files, cell->count, cell->bytes, cell->files, cell->duration_max,
	    cell->finished.jobs, cell->finished.bytes, cell->finished.files, cell->perhaps.jobs);
	CU_FAIL("a row differs from the truth");
}

/* What check_missing reports with. */
struct missing {
	const char *context;
	unsigned found;
};

/* Every cell that has jobs, or has counted any, must have a row. */
static void check_missing(const void *node, VISIT order, void *arg)
{
	const struct cell *cell = *(struct cell *const *)node;
	struct missing *missing = arg;

	if ((order != postorder && order != leaf) || cell->shown ||
	    (cell->count == 0 && cell->finished.jobs == 0))
		return;
	printf("%s: %s %s %u has no row\n", missing->context, cell->type, cell->policy_type,
	       cell->status);
	missing->found++;
}

void model_check(struct model *model, const struct snapshot *snapshot, int64_t now,
		 const char *context)
{
	struct missing missing = {context, 0};

	twalk_r(model->cells, clear_cell, NULL);
	model->held = 0;
	each_job(model, sum_up, &now);
	for (size_t i = 0; i < snapshot->job_count; i++) {
		const struct snapshot_job *row = &snapshot->jobs[i];
		struct cell *cell = cell_of(model, row->job_type, row->policy_type, row->status);

		cell->shown = true;
		if (!row_fits(row, cell))
			complain(context, row, cell);
		else
			CU_PASS("row");
	}
	twalk_r(model->cells, check_missing, &missing);
	CU_ASSERT_EQUAL(missing.found, 0);
	if (snapshot->site.jobs_held != model->held)
		printf("%s: %u jobs held, %" PRIu64 " expected\n", context,
		       snapshot->site.jobs_held, model->held);
	CU_ASSERT_EQUAL(snapshot->site.jobs_held, model->held);
}

void model_free(struct model *model)
{
	tdestroy(model->ends, free);
	tdestroy(model->cells, free);
	free(model);
}
