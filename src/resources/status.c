/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/status.h"

#include "tables/drawing.h"

static const char *const state_words[] = {[STATUS_UNKNOWN] = "unknown",
					  [STATUS_UP] = "up",
					  [STATUS_DOWN] = "down",
					  [STATUS_NOT_ALLOWED] = "notAllowed",
					  [STATUS_NOT_IN_VERSION] = "notInVersion",
					  NULL};

static const struct column columns[] = {
    COLUMN(2, "nbuResourceSiteLabel", SITE, status_row, site),
    COLUMN(3, "nbuResourceLabel", TEXT, status_row, name, .key = "name"),
    COLUMN(4, "nbuResourceGroup", TEXT, status_row, group, .rank = COLUMN_MINOR),
    COLUMN(5, "nbuResourceState", ENUM, status_row, state, .words = state_words,
	   .tones = COLUMN_STATE),
    COLUMN(6, "nbuResourceDataAge", AGE, status_row, data_at, .heading = "DATA AGE"),
    COLUMN(7, "nbuResourceRows", NUMBER, status_row, rows),
    COLUMN(8, "nbuResourceRequests", NUMBER, status_row, requests, .rank = COLUMN_DETAIL),
    COLUMN(9, "nbuResourceMillis", NUMBER, status_row, millis, .rank = COLUMN_DETAIL),
    COLUMN(10, "nbuResourceInterval", DURATION, status_row, interval, .rank = COLUMN_MINOR),
    COLUMN(11, "nbuResourceErrorClass", ENUM, status_row, fault.class, .words = fault_class_names,
	   .tones = COLUMN_ERROR, .rank = COLUMN_USEFUL),
    COLUMN(12, "nbuResourceErrorText", CHARS, status_row, fault.text, .place = COLUMN_AT_END),
};

static const struct table_key keys[] = {{TABLE_KEY_TYPE, offsetof(struct status_row, name)}};

/* Its rows are added by those who fetch. */
const struct table resources_table = {
    .name = "resources",
    .object = "nbuResourceTable",
    .title = "Resources: what is collected beside jobs, and whether it can be trusted",
    TABLE_AT(16, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct status_row),
};
