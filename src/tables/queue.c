/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/queue.h"

#include "tables/drawing.h"

static const struct column columns[] = {
    COLUMN(2, "nbuQueueSiteLabel", SITE, queue_row, site),
    COLUMN(3, "nbuQueueReasonCode", NUMBER, queue_row, reason),
    COLUMN(4, "nbuQueueReasonText", REASON, queue_row, reason, .key = "text",
	   .place = COLUMN_AT_END),
    COLUMN(5, "nbuQueueJobs", NUMBER, queue_row, jobs, .sum = true),
};

static const struct table_key keys[] = {{TABLE_KEY_NUMBER, offsetof(struct queue_row, reason)}};

static void add_queue(struct tally_queue *queue, void *arg)
{
	const struct drawing *drawing = arg;
	struct queue_row row = {.reason = queue->reason, .jobs = drawing_gauge(queue->jobs)};

	if (queue->jobs > 0 || drawing_retains(drawing, queue->empty_since))
		snapshot_add(drawing->snapshot, TABLE_QUEUE, &row);
}

static void draw(struct drawing *drawing)
{
	tally_each_queue(drawing->tally, add_queue, drawing);
}

const struct table queue_table = {
    .name = "queue",
    .object = "nbuQueueTable",
    .title = "Queue: what jobs wait for",
    TABLE_AT(7, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct queue_row),
    .draw = draw,
};
