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
	void (*function)(const struct tally_cell *cell, void *arg);
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

/* The cell of JOB; made when there is none. */
static struct tally_cell *cell_of(struct tally *tally, const struct job *job)
{
	struct tally_cell key = {job->type, job->policy_type, job->status, 0, 0, 0, 0, 0, 0};
	struct tally_cell *cell, **found = tfind(&key, &tally->cells, compare_cells);

	if (found)
		return *found;
	cell = mem_zalloc(1, sizeof *cell);
	cell->job_type = mem_strdup(job->type);
	cell->policy_type = mem_strdup(job->policy_type);
	cell->status = job->status;
	mem_checked(tsearch(cell, &tally->cells, compare_cells));
	return cell;
}

static void add(uint64_t *sum, uint64_t value)
{
	if (__builtin_add_overflow(*sum, value, sum))
		*sum = UINT64_MAX;
}

static uint32_t duration_of(const struct job *job)
{
	int64_t seconds = job->started ? (job->ended - job->started) / 1000 : 0;

	if (seconds < 0)
		return 0;
	return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

void tally_add(struct tally *tally, const struct job *job)
{
	struct tally_cell *cell = cell_of(tally, job);
	uint32_t duration = duration_of(job);

	tally->jobs++;
	cell->count++;
	add(&cell->bytes, job->bytes);
	add(&cell->files, job->files);
	add(&cell->duration_sum, duration);
	if (duration > cell->duration_max)
		cell->duration_max = duration;
	if (job->ended > cell->last_end)
		cell->last_end = job->ended;
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

void tally_each(const struct tally *tally, void (*visit)(const struct tally_cell *cell, void *arg),
		void *arg)
{
	struct visit closure = {visit, arg};

	twalk_r(tally->cells, visit_node, &closure);
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
