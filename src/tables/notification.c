/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/notification.h"

static const struct column columns[] = {
    COLUMN(1, "nbuNotifyJobId", LARGE, notification_row, job_id),
    COLUMN(2, "nbuNotifyPolicy", TEXT, notification_row, policy),
    COLUMN(3, "nbuNotifyClient", TEXT, notification_row, client),
    COLUMN(4, "nbuNotifySchedule", TEXT, notification_row, schedule),
    COLUMN(5, "nbuNotifyScheduleType", TEXT, notification_row, schedule_type),
};

const struct table notification_table = {
    .name = "notification",
    .object = "nbuNotify",
    TABLE_AT(8),
    TABLE_COLUMNS(columns),
    .row_size = sizeof(struct notification_row),
};
