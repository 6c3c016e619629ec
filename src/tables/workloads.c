/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/workloads.h"

#include "tables/drawing.h"

#define HIDDEN .place = COLUMN_NOT_ON_PAPER
static const struct column columns[] = {
    COLUMN(1, "nbuWorkloadSiteLabel", SITE, workload_row, site),
    COLUMN(2, "nbuWorkloadJobTypeLabel", TEXT, workload_row, job_type),
    COLUMN(3, "nbuWorkloadPolicyTypeLabel", TEXT, workload_row, policy_type, .rank = COLUMN_USEFUL),
    COLUMN(4, "nbuWorkloadSucceeded", NUMBER, workload_row, succeeded, .sum = true),
    COLUMN(5, "nbuWorkloadPartial", NUMBER, workload_row, partial, .sum = true, .tones = COLUMN_ODD,
	   .rank = COLUMN_MINOR),
    COLUMN(6, "nbuWorkloadFailed", NUMBER, workload_row, failed, .sum = true, .tones = COLUMN_BAD),
    COLUMN(7, "nbuWorkloadSuccessRate", PERCENT, workload_row, success_rate, HIDDEN),
    COLUMN(8, "nbuWorkloadActive", NUMBER, workload_row, active, .sum = true,
	   .rank = COLUMN_USEFUL),
    COLUMN(9, "nbuWorkloadQueued", NUMBER, workload_row, queued, .sum = true,
	   .rank = COLUMN_USEFUL),
    COLUMN(10, "nbuWorkloadRequeued", NUMBER, workload_row, requeued, .sum = true,
	   .rank = COLUMN_DETAIL),
    COLUMN(11, "nbuWorkloadSuspended", NUMBER, workload_row, suspended, .sum = true,
	   .rank = COLUMN_DETAIL),
    COLUMN(12, "nbuWorkloadIncomplete", NUMBER, workload_row, incomplete, .sum = true,
	   .rank = COLUMN_DETAIL),
    COLUMN(13, "nbuWorkloadOldestActiveAge", ELAPSED, workload_row, oldest_active,
	   .rank = COLUMN_DETAIL),
    COLUMN(14, "nbuWorkloadOldestQueuedAge", ELAPSED, workload_row, oldest_queued,
	   .rank = COLUMN_DETAIL),
    COLUMN(15, "nbuWorkloadBytes", BYTES, workload_row, bytes, .sum = true, .rank = COLUMN_USEFUL),
    COLUMN(16, "nbuWorkloadMebibytes", MEBIBYTES, workload_row, bytes, HIDDEN),
    COLUMN(17, "nbuWorkloadLastSuccessAge", AGE, workload_row, last_success, .rank = COLUMN_USEFUL),
    COLUMN(18, "nbuWorkloadLastFailureAge", AGE, workload_row, last_failure, .rank = COLUMN_MINOR),
    COLUMN(19, "nbuWorkloadDedupPercent", PERCENT, workload_row, dedup, .heading = "DEDUP %",
	   .rank = COLUMN_MINOR),
};
#undef HIDDEN

static const struct table_key keys[] = {
    {TABLE_KEY_TYPE, offsetof(struct workload_row, job_type)},
    {TABLE_KEY_TYPE, offsetof(struct workload_row, policy_type)},
};

uint32_t workloads_success_rate(uint32_t succeeded, uint32_t partial, uint32_t failed)
{
	uint64_t good = (uint64_t)succeeded + partial, all = good + failed;

	return all > 0 ? (uint32_t)(good * 10000 / all) : 10000;
}

static uint32_t mean_dedup(const struct tally_workload *workload)
{
	if (workload->dedup_weight == 0)
		return 0;
	return drawing_gauge((uint64_t)(workload->dedup_sum / workload->dedup_weight));
}

static void add_workload(struct tally_subject *subject, void *arg)
{
	const struct tally_workload *workload = tally_workload(subject);
	const struct drawing *drawing = arg;
	struct workload_row row = {
	    .job_type = subject->name,
	    .policy_type = subject->policy_type,
	    .succeeded = subject->succeeded,
	    .partial = subject->partial,
	    .failed = subject->failed,
	    .active = drawing_gauge(workload->jobs[JOB_ACTIVE]),
	    .queued = drawing_gauge(workload->jobs[JOB_QUEUED]),
	    .requeued = drawing_gauge(workload->jobs[JOB_REQUEUED]),
	    .suspended = drawing_gauge(workload->jobs[JOB_SUSPENDED]),
	    .incomplete = drawing_gauge(workload->jobs[JOB_INCOMPLETE]),
	    .oldest_active = drawing_local(drawing, workload->oldest[JOB_ACTIVE]),
	    .oldest_queued = drawing_local(drawing, workload->oldest[JOB_QUEUED]),
	    .bytes = subject->bytes,
	    .last_success = drawing_local(drawing, subject->history.ok_at),
	    .last_failure = drawing_local(drawing, subject->history.failed_at),
	    .dedup = mean_dedup(workload),
	};

	row.success_rate = workloads_success_rate(row.succeeded, row.partial, row.failed);
	/* A cell may have parents only, which do not count here. */
	if ((subject->watch && subject->history.last_at) || subject->unfinished)
		snapshot_add(drawing->snapshot, TABLE_WORKLOADS, &row);
	subject->watch = 0;
}

static void draw(struct drawing *drawing)
{
	tally_each_subject(drawing->tally, TALLY_WORKLOAD, add_workload, drawing);
}

const struct table workloads_table = {
    .name = "workloads",
    .object = "nbuWorkloadTable",
    .title = "Workloads: outcomes within the window, and jobs under way now",
    TABLE_AT(4, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct workload_row),
    .draw = draw,
};
