/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

struct tally {
	void *cells; /* a tree of tsearch(3) */
	uint64_t jobs;
};

/* Hands the visitor through twalk_r(3). */
struct visit {
	void (*function)(struct tally_cell *cell, void *arg);
	void *arg;
};

struct tally *tally_new(void)
{
	return mem_zalloc(1, sizeof(struct tally));
}

static int compare_cells(const void *a, const void *b)
{
	const struct tally_cell *left = a, *right = b;
	int order = (left->status > right->status) - (left->status < right->status);

	if (order == 0)
		order = strcmp(left->job_type, right->job_type);
	if (order == 0)
		order = strcmp(left->policy_type, right->policy_type);
	return order;
}

static struct tally_cell *find_cell(const struct tally *tally, const char *job_type,
				    const char *policy_type, uint32_t status)
{
	struct tally_cell key = {
	    .job_type = job_type, .policy_type = policy_type, .status = status};
	struct tally_cell **found = tfind(&key, &tally->cells, compare_cells);

	return found ? *found : NULL;
}

struct tally_cell *tally_cell(struct tally *tally, const char *job_type, const char *policy_type,
			      uint32_t status)
{
	struct tally_cell *cell = find_cell(tally, job_type, policy_type, status);

	if (cell)
		return cell;
	cell = mem_zalloc(1, sizeof *cell);
	cell->job_type = mem_strdup(job_type);
	cell->policy_type = mem_strdup(policy_type);
	cell->status = status;
	mem_checked(tsearch(cell, &tally->cells, compare_cells));
	return cell;
}

static struct tally_cell *cell_of(struct tally *tally, const struct job *job)
{
	return tally_cell(tally, job->type, job->policy_type, job->status);
}

uint32_t tally_duration(const struct job *job)
{
	int64_t seconds = job->started ? (job->ended - job->started) / 1000 : 0;

	if (seconds < 0)
		return 0;
	return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

void tally_add(struct tally *tally, const struct job *job)
{
	struct tally_cell *cell = cell_of(tally, job);
	uint32_t duration = tally_duration(job);

	tally->jobs++;
	cell->changed |= cell->count == 0;
	cell->count++;
	cell->bytes += job->bytes;
	cell->files += job->files;
	cell->duration_sum += duration;
	if (duration > cell->duration_max)
		cell->duration_max = duration;
	if (job->ended > cell->last_end)
		cell->last_end = job->ended;
}

void tally_remove(struct tally *tally, const struct job *job)
{
	struct tally_cell *cell = cell_of(tally, job);
	uint32_t duration = tally_duration(job);

	tally->jobs--;
	cell->count--;
	cell->changed |= cell->count == 0;
	cell->bytes -= job->bytes;
	cell->files -= job->files;
	cell->duration_sum -= duration;
	if (duration == cell->duration_max || job->ended == cell->last_end)
		cell->stale = true;
}

void tally_count(struct tally *tally, const struct job *job)
{
	struct tally_cell *cell = cell_of(tally, job);

	cell->changed = true;
	cell->finished++;
	cell->finished_bytes += job->bytes;
	cell->finished_files += job->files;
}

uint64_t tally_jobs(const struct tally *tally)
{
	return tally->jobs;
}

static void visit_node(const void *node, VISIT order, void *arg)
{
	const struct visit *visit = arg;

	if (order == postorder || order == leaf)
		visit->function(*(struct tally_cell *const *)node, visit->arg);
}

void tally_each(const struct tally *tally, void (*visit)(struct tally_cell *cell, void *arg),
		void *arg)
{
	struct visit closure = {visit, arg};

	twalk_r(tally->cells, visit_node, &closure);
}

/* A tally to compare with, and whether it has been equal so far. */
struct comparison {
	const struct tally *other;
	bool equal;
};

static void compare_cell(struct tally_cell *cell, void *arg)
{
	struct comparison *comparison = arg;
	const struct tally_cell *other =
	    find_cell(comparison->other, cell->job_type, cell->policy_type, cell->status);

	if (cell->count == 0 && (!other || other->count == 0))
		return;
	comparison->equal = comparison->equal && other && cell->count == other->count &&
			    cell->bytes == other->bytes && cell->files == other->files &&
			    cell->duration_sum == other->duration_sum &&
			    cell->duration_max == other->duration_max &&
			    cell->last_end == other->last_end;
}

bool tally_equal(const struct tally *a, const struct tally *b)
{
	struct comparison comparison = {b, a->jobs == b->jobs};

	tally_each(a, compare_cell, &comparison);
	comparison.other = a;
	tally_each(b, compare_cell, &comparison);
	return comparison.equal;
}

static void free_cell(void *node)
{
	struct tally_cell *cell = node;

	free((char *)cell->job_type);
	free((char *)cell->policy_type);
	free(cell);
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	tdestroy(tally->cells, free_cell);
	free(tally);
}
