/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resources.h"
#include "tables/drawing.h"

/* Where backups are written to: GET /storage/storage-units. */
struct storage_unit_row {
	struct resource_row head;
	const char *name;
	const char *category;
	const char *type;
	const char *server_type;
	uint64_t total; /* bytes, like the next two; 0 = not told, as for cloud and tape */
	uint64_t used;
	uint64_t free;
	int32_t share; /* used of total */
	uint32_t max_jobs;
	uint32_t max_drives; /* a tape unit has them instead of jobs */
	bool on_demand;
	bool worm;
	bool replication;
	bool replication_source, replication_target;
};

static const struct column columns[] = {
    COLUMN(2, "nbuStorageUnitSiteLabel", SITE, storage_unit_row, head.site),
    COLUMN(3, "nbuStorageUnitIdLabel", TEXT, storage_unit_row, head.key,
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(4, "nbuStorageUnitLabel", TEXT, storage_unit_row, name, .key = "name"),
    COLUMN(5, "nbuStorageUnitCategory", TEXT, storage_unit_row, category, .rank = COLUMN_MINOR),
    COLUMN(6, "nbuStorageUnitType", TEXT, storage_unit_row, type, .rank = COLUMN_USEFUL),
    COLUMN(7, "nbuStorageUnitServerType", TEXT, storage_unit_row, server_type,
	   .rank = COLUMN_DETAIL),
    COLUMN(8, "nbuStorageUnitTotal", BYTES, storage_unit_row, total, .key = "totalBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(9, "nbuStorageUnitUsed", BYTES, storage_unit_row, used, .key = "usedBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(10, "nbuStorageUnitFree", BYTES, storage_unit_row, free, .key = "freeBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(11, "nbuStorageUnitTotalMebibytes", MEBIBYTES, storage_unit_row, total,
	   .heading = "TOTAL MIB", .whole = offsetof(struct storage_unit_row, total)),
    COLUMN(12, "nbuStorageUnitUsedMebibytes", MEBIBYTES, storage_unit_row, used,
	   .heading = "USED MIB", .rank = COLUMN_USEFUL,
	   .whole = offsetof(struct storage_unit_row, total)),
    COLUMN(13, "nbuStorageUnitFreeMebibytes", MEBIBYTES, storage_unit_row, free,
	   .heading = "FREE MIB", .whole = offsetof(struct storage_unit_row, total)),
    COLUMN(14, "nbuStorageUnitUsedPercent", SHARE, storage_unit_row, share, .heading = "USED %"),
    COLUMN(15, "nbuStorageUnitMaxJobs", NUMBER, storage_unit_row, max_jobs, .rank = COLUMN_MINOR),
    COLUMN(16, "nbuStorageUnitOnDemand", TRUTH, storage_unit_row, on_demand, .rank = COLUMN_DETAIL),
    COLUMN(17, "nbuStorageUnitWorm", TRUTH, storage_unit_row, worm, .rank = COLUMN_DETAIL),
    COLUMN(18, "nbuStorageUnitReplication", TRUTH, storage_unit_row, replication,
	   .rank = COLUMN_DETAIL),
};

static const struct table_key keys[] = {
    {TABLE_KEY_NAME, offsetof(struct storage_unit_row, head.key)}};

static const struct field fields[] = {
    FIELD("name", NAME, storage_unit_row, name),
    FIELD("storageCategory", WORD, storage_unit_row, category),
    FIELD("storageType", NAME, storage_unit_row, type),
    FIELD("storageServerType", NAME, storage_unit_row, server_type),
    FIELD("totalCapacityBytes", SIZE, storage_unit_row, total),
    FIELD("usedCapacityBytes", SIZE, storage_unit_row, used),
    FIELD("freeCapacityBytes", SIZE, storage_unit_row, free),
    FIELD("maxConcurrentJobs", COUNT, storage_unit_row, max_jobs),
    FIELD("maxConcurrentDrives", COUNT, storage_unit_row, max_drives),
    FIELD("onDemandOnly", FLAG, storage_unit_row, on_demand),
    FIELD("useWorm", FLAG, storage_unit_row, worm),
    FIELD("replicationCapable", FLAG, storage_unit_row, replication),
    FIELD("replicationSourceCapable", FLAG, storage_unit_row, replication_source),
    FIELD("replicationTargetCapable", FLAG, storage_unit_row, replication_target),
};

static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct storage_unit_row *row = made;

	(void)clock;
	if (!row->head.key && row->name[0])
		row->head.key = row->name;
	if (row->name[0] == '\0' && row->head.key)
		row->name = row->head.key;
	row->share = field_share(element, "usedCapacityBytes", "freeCapacityBytes", row->total);
	if (row->max_jobs == 0)
		row->max_jobs = row->max_drives;
	row->replication |= row->replication_source || row->replication_target;
	return true;
}

const struct resource storage_units_resource = {
    .name = "storage-units",
    .group = CONFIG_COLLECT_STORAGE,
    .permission = "|STORAGE|STORAGE-UNITS|",
    .list = {.path = "/storage/storage-units",
	     .things = "storage units",
	     .paging = LIST_BY_OFFSET,
	     .limit = 500,
	     .sort = "name",
	     .key = "name"},
    .row_size = sizeof(struct storage_unit_row),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
};

static void draw(struct drawing *drawing)
{
	resources_draw(drawing, RESOURCE_STORAGE_UNITS, TABLE_STORAGE_UNITS);
}

const struct table storage_units_table = {
    .name = "storage-units",
    .json = "storageUnits",
    .object = "nbuStorageUnitTable",
    .title = "Storage units: where backups are written to",
    TABLE_AT(10, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct storage_unit_row),
    .draw = draw,
    .without_jobs = true,
};
