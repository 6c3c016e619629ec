/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "resources/resources.h"
#include "tables/drawing.h"

#define ALERTS_SIZE 96

/* Tape drives: GET /storage/drives. */
struct drive_row {
	struct resource_row head;
	const char *type;
	const char *robot_type;
	unsigned status;
	const char *control;
	const char *media; /* that is loaded; "" = none */
	const char *recorded_media;
	const char *host;
	const char *assigned_host;
	uint32_t paths;
	uint32_t paths_down;
	int64_t last_cleaning; /* instant of the local clock, 0 = never */
	const char *alerts;
	const char *alert1, *alert2;
	char alerts_room[ALERTS_SIZE];
	const char *serial;
};

enum status { UNKNOWN = 1, UP, DOWN, MIXED, DISABLED };

static const char *const status_words[] = {
    [UNKNOWN] = "unknown",   [UP] = "up", [DOWN] = "down", [MIXED] = "mixed",
    [DISABLED] = "disabled", NULL};

static const struct column columns[] = {
    COLUMN(2, "nbuDriveSiteLabel", SITE, drive_row, head.site),
    COLUMN(3, "nbuDriveLabel", TEXT, drive_row, head.key, .key = "name"),
    COLUMN(4, "nbuDriveType", TEXT, drive_row, type, .rank = COLUMN_USEFUL),
    COLUMN(5, "nbuDriveRobotType", TEXT, drive_row, robot_type, .rank = COLUMN_MINOR),
    COLUMN(6, "nbuDriveStatus", ENUM, drive_row, status, .words = status_words,
	   .tones = COLUMN_STATE),
    COLUMN(7, "nbuDriveControl", TEXT, drive_row, control, .rank = COLUMN_DETAIL),
    COLUMN(8, "nbuDriveMedia", TEXT, drive_row, media, .rank = COLUMN_MINOR),
    COLUMN(9, "nbuDriveHost", TEXT, drive_row, host, .rank = COLUMN_USEFUL),
    COLUMN(10, "nbuDrivePaths", NUMBER, drive_row, paths, .sum = true, .rank = COLUMN_DETAIL),
    COLUMN(11, "nbuDrivePathsDown", NUMBER, drive_row, paths_down, .sum = true,
	   .tones = COLUMN_BAD),
    COLUMN(12, "nbuDriveLastCleaning", DATE, drive_row, last_cleaning,
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(13, "nbuDriveLastCleaningAge", AGE, drive_row, last_cleaning, .rank = COLUMN_MINOR),
    COLUMN(14, "nbuDriveTapeAlerts", TEXT, drive_row, alerts, .place = COLUMN_AT_END,
	   .rank = COLUMN_USEFUL),
};

static const struct table_key keys[] = {{TABLE_KEY_NAME, offsetof(struct drive_row, head.key)}};

static const struct field fields[] = {
    FIELD("driveType", WORD, drive_row, type, .prefix = "DT_"),
    FIELD("robotType", WORD, drive_row, robot_type),
    FIELD("driveStatus", ENUM, drive_row, status, .words = status_words, .prefix = "DRIVE_STATUS_"),
    FIELD("driveControl", WORD, drive_row, control, .prefix = "DRIVE_CONTROL_"),
    FIELD("externalMediaId", NAME, drive_row, media),
    FIELD("recordedMediaId", NAME, drive_row, recorded_media),
    FIELD("deviceHost", NAME, drive_row, host),
    FIELD("assignedHost", NAME, drive_row, assigned_host),
    FIELD("lastCleaningTime", INSTANT, drive_row, last_cleaning),
    FIELD("serialNumber", NAME, drive_row, serial),
    FIELD("tapeAlert1", WORD, drive_row, alert1),
    FIELD("tapeAlert2", WORD, drive_row, alert2),
};

/* ALERT without the comma that the specification has behind most of its words. */
static int length_of(const char *alert)
{
	return (int)strcspn(alert, ",");
}

/* A drive has two alerts at most. */
static void join_alerts(struct drive_row *row)
{
	int first = length_of(row->alert1), second = length_of(row->alert2);

	snprintf(row->alerts_room, sizeof row->alerts_room, "%.*s%s%.*s", first, row->alert1,
		 first && second ? " " : "", second, row->alert2);
	/* It may have been cut within a character. */
	utf8_clean(row->alerts_room);
	row->alerts = row->alerts_room;
}

static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct drive_row *row = made;

	(void)clock;
	if (!row->head.key && row->serial[0])
		row->head.key = row->serial;
	if (row->media[0] == '\0')
		row->media = row->recorded_media;
	/* The server writes "<multiple>" for a drive that several hosts share. */
	if (row->assigned_host[0] && (row->host[0] == '\0' || row->host[0] == '<'))
		row->host = row->assigned_host;
	field_count_parts(element, "devicePaths", "pathStatus", "PATH_STATUS_DOWN", &row->paths,
			  &row->paths_down);
	join_alerts(row);
	return true;
}

static const struct resource_alarm alarms[] = {{EVENT_DRIVE_DOWN, EVENT_DRIVE_UP,
						.offset = offsetof(struct drive_row, status),
						.bad = DOWN, .good = UP}};

const struct resource drives_resource = {
    .name = "drives",
    .group = CONFIG_COLLECT_TAPE,
    .permission = "|STORAGE|TAPE-DEVICES|",
    .list = {.path = "/storage/drives",
	     .things = "tape drives",
	     .paging = LIST_BY_OFFSET,
	     .sort = "id",
	     .key = "serialNumber"},
    .row_size = sizeof(struct drive_row),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
    RESOURCE_ALARMS(alarms),
};

static void draw(struct drawing *drawing)
{
	resources_draw(drawing, RESOURCE_DRIVES, TABLE_DRIVES);
}

const struct table drives_table = {
    .name = "drives",
    .object = "nbuDriveTable",
    .title = "Tape drives: whether they are up",
    TABLE_AT(13, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct drive_row),
    .draw = draw,
    .without_jobs = true,
};
