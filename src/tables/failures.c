/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/failures.h"

#include "tables/drawing.h"
#include "tally/failures.h"

static const struct column columns[] = {
    COLUMN(2, "nbuFailureSiteLabel", SITE, failure_row, site),
    COLUMN(3, "nbuFailureJob", NUMBER, failure_row, job_id, .key = "jobId"),
    COLUMN(4, "nbuFailureClient", TEXT, failure_row, client),
    COLUMN(5, "nbuFailurePolicy", TEXT, failure_row, policy),
    COLUMN(6, "nbuFailureSchedule", TEXT, failure_row, schedule, .rank = COLUMN_MINOR),
    COLUMN(7, "nbuFailureScheduleType", TEXT, failure_row, schedule_type, .rank = COLUMN_DETAIL),
    COLUMN(8, "nbuFailureJobType", TEXT, failure_row, job_type, .rank = COLUMN_USEFUL),
    COLUMN(9, "nbuFailurePolicyType", TEXT, failure_row, policy_type, .rank = COLUMN_DETAIL),
    COLUMN(10, "nbuFailureStatus", NUMBER, failure_row, status, .tones = COLUMN_STATUS),
    COLUMN(11, "nbuFailureEnd", DATE, failure_row, ended, .rank = COLUMN_MINOR),
    COLUMN(12, "nbuFailureAge", AGE, failure_row, ended),
};

static const struct table_key keys[] = {{TABLE_KEY_NUMBER, offsetof(struct failure_row, job_id)}};

static void add_failure(const struct failure *failure, void *arg)
{
	const struct drawing *drawing = arg;
	struct failure_row row = {
	    .job_id = (uint32_t)failure->id,
	    .status = failure->status,
	    .client = failure->client,
	    .policy = failure->policy,
	    .schedule = failure->schedule,
	    .schedule_type = failure->schedule_type,
	    .job_type = failure->job_type,
	    .policy_type = failure->policy_type,
	    .ended = drawing_local(drawing, failure->ended),
	};

	/* NetBackup's ids are far below. Another would have the index of another job. */
	if (failure->id <= UINT32_MAX)
		snapshot_add(drawing->snapshot, TABLE_FAILURES, &row);
}

static void draw(struct drawing *drawing)
{
	if (drawing->failures)
		failures_each(drawing->failures, (size_t)drawing->site->failures_kept, add_failure,
			      drawing);
}

const struct table failures_table = {
    .name = "failures",
    .object = "nbuFailureTable",
    .title = "Failures: the jobs that failed last",
    TABLE_AT(9, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct failure_row),
    .draw = draw,
};
