/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/jobs.h"

#include "tables/drawing.h"

#define HIDDEN .place = COLUMN_NOT_ON_PAPER
static const struct column columns[] = {
    COLUMN(4, "nbuJobSiteLabel", SITE, job_row, site),
    COLUMN(5, "nbuJobTypeLabel", TEXT, job_row, job_type, .key = "jobType"),
    COLUMN(6, "nbuJobPolicyTypeLabel", TEXT, job_row, policy_type, .rank = COLUMN_USEFUL),
    COLUMN(7, "nbuJobStatusCode", NUMBER, job_row, status, .width = 6, .tones = COLUMN_STATUS),
    COLUMN(8, "nbuJobCount", NUMBER, job_row, count, .width = 8, .sum = true),
    COLUMN(9, "nbuJobBytes", BYTES, job_row, bytes, .width = 20, .rank = COLUMN_USEFUL),
    COLUMN(10, "nbuJobMebibytes", MEBIBYTES, job_row, bytes, HIDDEN),
    COLUMN(11, "nbuJobFiles", AMOUNT, job_row, files, .width = 12, .rank = COLUMN_USEFUL),
    COLUMN(12, "nbuJobMeanDuration", NUMBER, job_row, mean_duration, HIDDEN),
    COLUMN(13, "nbuJobMaxDuration", NUMBER, job_row, max_duration, HIDDEN),
    COLUMN(14, "nbuJobLastEndAge", AGE, job_row, last_end, HIDDEN),
    COLUMN(15, "nbuJobFinished", AMOUNT, job_row, finished, HIDDEN),
    COLUMN(16, "nbuJobFinishedBytes", BYTES, job_row, finished_bytes, HIDDEN),
    COLUMN(17, "nbuJobFinishedFiles", AMOUNT, job_row, finished_files, HIDDEN),
    COLUMN(18, "nbuJobParents", NUMBER, job_row, parents, .sum = true, .rank = COLUMN_MINOR),
};
#undef HIDDEN

static const struct table_key keys[] = {
    {TABLE_KEY_TYPE, offsetof(struct job_row, job_type)},
    {TABLE_KEY_TYPE, offsetof(struct job_row, policy_type)},
    {TABLE_KEY_NUMBER, offsetof(struct job_row, status)},
};

static void add_cell(struct tally_cell *cell, void *arg)
{
	const struct drawing *drawing = arg;
	uint64_t mean = cell->count ? cell->duration_sum / cell->count : 0;
	struct job_row row = {
	    .job_type = cell->job_type,
	    .policy_type = cell->policy_type,
	    .status = cell->status,
	    .count = drawing_gauge(cell->count),
	    .parents = drawing_gauge(cell->parents),
	    .bytes = cell->bytes,
	    .files = cell->files,
	    .mean_duration = drawing_gauge(mean),
	    .max_duration = cell->duration_max,
	    .last_end = drawing_local(drawing, cell->last_end),
	    .finished = cell->finished,
	    .finished_bytes = cell->finished_bytes,
	    .finished_files = cell->finished_files,
	};

	if (cell->count == 0 && !drawing_retains(drawing, cell->empty_since))
		return;
	snapshot_add(drawing->snapshot, TABLE_JOBS, &row);
	/* A workload has a row for as long as one of its cells has. */
	cell->workload->subject.watch = 1;
}

static void draw(struct drawing *drawing)
{
	tally_each(drawing->tally, add_cell, drawing);
}

const struct table jobs_table = {
    .name = "jobs",
    .json = "rows",
    .object = "nbuJobTable",
    .title = "Jobs that ended within the window, by status",
    TABLE_AT(3, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct job_row),
    .draw = draw,
};
