/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/totals.h"

#include <string.h>

uint32_t totals_duration(const struct tally_job *job)
{
	int64_t seconds = job->started ? (job->ended - job->started) / 1000 : 0;

	if (seconds < 0)
		return 0;
	return seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

static uint32_t *outcome_of(struct tally_subject *subject, uint32_t status)
{
	if (status == 0)
		return &subject->succeeded;
	return history_is_success(status) ? &subject->partial : &subject->failed;
}

/*
 * All that can be both added and taken away. SIGN is 1 for a job that comes and -1 for one that
 * goes; unsigned arithmetic makes the right thing of it.
 */
static void change_finished(struct tally *tally, const struct tally_job *job, int sign)
{
	struct tally_cell *cell = job->cell;
	__extension__ unsigned __int128 kib = job->bytes / 1024;

	tally_jobs(tally)->finished += sign;
	cell->changed |= cell->count == 0;
	cell->count += sign;
	cell->parents += sign * job->is_parent;
	cell->changed |= cell->count == 0;
	cell->bytes += sign * job->bytes;
	cell->files += sign * job->files;
	cell->duration_sum += sign * (uint64_t)totals_duration(job);
	if (job->subjects[TALLY_WORKLOAD]) {
		cell->workload->dedup_sum += sign * kib * job->dedup;
		cell->workload->dedup_weight += sign * kib;
	}
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		struct tally_subject *subject = job->subjects[kind];

		if (!subject)
			continue;
		*outcome_of(subject, cell->status) += sign;
		subject->bytes += sign * job->bytes;
	}
}

/* A job that reaches a maximum whose holder has left takes its place. */
static void raise_maxima(const struct tally_job *job)
{
	struct tally_cell *cell = job->cell;
	uint32_t duration = totals_duration(job);

	if (duration >= cell->duration_max) {
		cell->duration_max = duration;
		cell->longest_left = false;
	}
	if (job->ended >= cell->last_end) {
		cell->last_end = job->ended;
		cell->last_left = false;
	}
}

/* SIGN as in change_finished. */
static void change_unfinished(struct tally *tally, const struct tally_job *job, int sign)
{
	struct tally_queue *queue;

	tally_jobs(tally)->unfinished += sign;
	if (job->subjects[TALLY_WORKLOAD])
		job->cell->workload->jobs[job->state] += sign;
	if (job->run)
		job->run->runs += sign;
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		if (job->subjects[kind])
			job->subjects[kind]->unfinished += sign;
	if (job->state != JOB_QUEUED)
		return;
	queue = tally_queue(tally, job->queue_reason);
	queue->changed |= queue->jobs == 0;
	queue->jobs += sign;
	queue->changed |= queue->jobs == 0;
}

void totals_add(struct tally *tally, const struct tally_job *job)
{
	if (job->state == JOB_DONE) {
		change_finished(tally, job, 1);
		raise_maxima(job);
	} else {
		change_unfinished(tally, job, 1);
		totals_note_oldest(job);
	}
}

void totals_remove(struct tally *tally, const struct tally_job *job)
{
	struct tally_cell *cell = job->cell;

	if (job->state == JOB_DONE) {
		change_finished(tally, job, -1);
		cell->longest_left |= totals_duration(job) == cell->duration_max;
		cell->last_left |= job->ended == cell->last_end;
	} else {
		change_unfinished(tally, job, -1);
		if (job->subjects[TALLY_WORKLOAD] && job->started &&
		    job->started == cell->workload->oldest[job->state])
			tally_jobs(tally)->oldest_left = true;
	}
}

void totals_count(const struct tally_job *job)
{
	struct tally_cell *cell = job->cell;

	cell->changed = true;
	cell->finished++;
	cell->finished_bytes += job->bytes;
	cell->finished_files += job->files;
}

static void forget_oldest(struct tally_subject *subject, void *arg)
{
	struct tally_workload *workload = tally_workload(subject);

	(void)arg;
	memset(workload->oldest, 0, sizeof workload->oldest);
}

bool totals_forget_oldest(struct tally *tally)
{
	if (!tally_jobs(tally)->oldest_left)
		return false;
	tally_jobs(tally)->oldest_left = false;
	tally_each_subject(tally, TALLY_WORKLOAD, forget_oldest, NULL);
	return true;
}

void totals_note_oldest(const struct tally_job *job)
{
	int64_t *oldest = &job->cell->workload->oldest[job->state];

	if (job->subjects[TALLY_WORKLOAD] && job->started &&
	    (*oldest == 0 || job->started < *oldest))
		*oldest = job->started;
}
