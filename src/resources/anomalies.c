/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/mem.h"
#include "resources/resources.h"
#include "resources/security.h"

struct anomaly {
	struct anomalies_row row; /* that of a list with this anomaly only */
	const char *status;
	const char *severity;
};

static const struct column columns[] = {
    COLUMN(1, "high", NUMBER, anomalies_row, high),
    COLUMN(2, "medium", NUMBER, anomalies_row, medium),
    COLUMN(3, "low", NUMBER, anomalies_row, low),
    COLUMN(4, "other", NUMBER, anomalies_row, other),
};

static const struct field fields[] = {
    FIELD("anomalyStatus", WORD, anomaly, status),
    FIELD("anomalySeverity", WORD, anomaly, severity),
};

#define NOT_REVIEWED "NOT_REVIEWED"

static char *filter(const struct field_clock *clock)
{
	(void)clock;
	return mem_strdup("anomalyStatus eq '" NOT_REVIEWED "'");
}

/* A server that does not mind the filter lists the others, too. */
static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct anomaly *anomaly = made;
	struct anomalies_row *row = &anomaly->row;

	(void)element;
	(void)clock;
	row->head.key = SECURITY_ALL;
	row->high = strcmp(anomaly->severity, "HIGH") == 0;
	row->medium = strcmp(anomaly->severity, "MEDIUM") == 0;
	row->low = strcmp(anomaly->severity, "LOW") == 0;
	row->other = !row->high && !row->medium && !row->low;
	return anomaly->status[0] == '\0' || strcmp(anomaly->status, NOT_REVIEWED) == 0;
}

const struct resource anomalies_resource = {
    .name = "anomalies",
    .group = CONFIG_COLLECT_SECURITY,
    .permission = "|MANAGE|ANOMALIES|",
    .list = {.path = "/security/anomalies",
	     .things = "anomalies",
	     .paging = LIST_BY_OFFSET,
	     .sort = "createdDateTime",
	     .key = "id"},
    .filter = filter,
    .row_size = sizeof(struct anomaly),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
    .is_sum = true,
    .is_history = true,
};
