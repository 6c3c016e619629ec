/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/compare.h"

#include <string.h>

/* A tally to compare with, and whether it has been equal so far. */
struct comparison {
	const struct tally *other;
	bool equal;
};

static void compare_cell(struct tally_cell *cell, void *arg)
{
	struct comparison *comparison = arg;
	const struct tally_cell *other =
	    tally_find_cell(comparison->other, cell->job_type, cell->policy_type, cell->status);

	if (cell->count == 0 && (!other || other->count == 0))
		return;
	comparison->equal =
	    comparison->equal && other && cell->count == other->count &&
	    cell->parents == other->parents && cell->bytes == other->bytes &&
	    cell->files == other->files && cell->duration_sum == other->duration_sum &&
	    cell->duration_max == other->duration_max && cell->last_end == other->last_end;
}

static bool is_blank(const struct tally_subject *subject)
{
	return subject->succeeded + subject->partial + subject->failed + subject->unfinished +
		       subject->runs ==
		   0 &&
	       subject->history.last_at == 0 && subject->history.run_at == 0;
}

static bool workloads_equal(const struct tally_workload *a, const struct tally_workload *b)
{
	return memcmp(a->jobs, b->jobs, sizeof a->jobs) == 0 &&
	       memcmp(a->oldest, b->oldest, sizeof a->oldest) == 0 &&
	       a->dedup_sum == b->dedup_sum && a->dedup_weight == b->dedup_weight;
}

/* The streak of a workload is not kept up to date. */
static bool histories_equal(const struct tally_subject *a, const struct tally_subject *b)
{
	struct history left = a->history, right = b->history;

	if (a->kind == TALLY_WORKLOAD)
		left.streak = right.streak = 0;
	return history_equal(&left, &right);
}

static void compare_subject(struct tally_subject *subject, void *arg)
{
	struct comparison *comparison = arg;
	struct tally_subject *other = tally_find_subject(comparison->other, subject->kind,
							 subject->name, subject->policy_type);

	if (is_blank(subject) && (!other || is_blank(other)))
		return;
	comparison->equal = comparison->equal && other && subject->succeeded == other->succeeded &&
			    subject->partial == other->partial &&
			    subject->failed == other->failed && subject->bytes == other->bytes &&
			    subject->unfinished == other->unfinished &&
			    subject->runs == other->runs && histories_equal(subject, other) &&
			    (subject->kind != TALLY_WORKLOAD ||
			     workloads_equal(tally_workload(subject), tally_workload(other)));
}

static void compare_queue(struct tally_queue *queue, void *arg)
{
	struct comparison *comparison = arg;
	const struct tally_queue *other = tally_find_queue(comparison->other, queue->reason);

	comparison->equal = comparison->equal && queue->jobs == (other ? other->jobs : 0);
}

/* Compares what is in ONE; the other way round it finds what is in the other only. */
static bool has_equal(struct tally *one, const struct tally *other)
{
	struct comparison comparison = {other, true};

	tally_each(one, compare_cell, &comparison);
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		tally_each_subject(one, (enum tally_kind)kind, compare_subject, &comparison);
	tally_each_queue(one, compare_queue, &comparison);
	return comparison.equal;
}

bool compare_equal(struct tally *a, struct tally *b)
{
	return tally_jobs(a)->finished == tally_jobs(b)->finished &&
	       tally_jobs(a)->unfinished == tally_jobs(b)->unfinished && has_equal(a, b) &&
	       has_equal(b, a);
}
