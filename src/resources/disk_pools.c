/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resources.h"
#include "tables/drawing.h"

/* The disks behind storage units: GET /storage/disk-pools. */
struct disk_pool_row {
	struct resource_row head;
	const char *name;
	const char *category;
	unsigned state;
	uint64_t raw; /* bytes, like the next three; 0 = not told, as for the cloud */
	uint64_t usable;
	uint64_t used;
	uint64_t available;
	int32_t share; /* used of usable */
	uint32_t high; /* water marks, in 1/100 %; 0 = not told */
	uint32_t low;
	bool above; /* the high water mark, or at it */
	uint32_t volumes;
	uint32_t volumes_down;
	uint32_t media_servers;
	bool worm;
	const char *type; /* of the storage server; ids are made of it and the name */
	char key_room[RESOURCE_KEY_SIZE];
};

enum state { UNKNOWN = 1, UP, DOWN, TRANSIENT };

static const char *const state_words[] = {
    [UNKNOWN] = "unknown", [UP] = "up", [DOWN] = "down", [TRANSIENT] = "transient", NULL};

static const struct column columns[] = {
    COLUMN(2, "nbuDiskPoolSiteLabel", SITE, disk_pool_row, head.site),
    COLUMN(3, "nbuDiskPoolIdLabel", TEXT, disk_pool_row, head.key, .place = COLUMN_NOT_ON_PAPER),
    COLUMN(4, "nbuDiskPoolLabel", TEXT, disk_pool_row, name, .key = "name"),
    COLUMN(5, "nbuDiskPoolCategory", TEXT, disk_pool_row, category, .rank = COLUMN_MINOR),
    COLUMN(6, "nbuDiskPoolState", ENUM, disk_pool_row, state, .words = state_words,
	   .tones = COLUMN_STATE),
    COLUMN(7, "nbuDiskPoolRaw", BYTES, disk_pool_row, raw, .key = "rawBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(8, "nbuDiskPoolUsable", BYTES, disk_pool_row, usable, .key = "usableBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(9, "nbuDiskPoolUsed", BYTES, disk_pool_row, used, .key = "usedBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(10, "nbuDiskPoolAvailable", BYTES, disk_pool_row, available, .key = "availableBytes",
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(11, "nbuDiskPoolRawMebibytes", MEBIBYTES, disk_pool_row, raw,
	   .place = COLUMN_NOT_ON_PAPER),
    COLUMN(12, "nbuDiskPoolUsableMebibytes", MEBIBYTES, disk_pool_row, usable,
	   .heading = "USABLE MIB", .sum = true, .rank = COLUMN_USEFUL,
	   .whole = offsetof(struct disk_pool_row, usable)),
    COLUMN(13, "nbuDiskPoolUsedMebibytes", MEBIBYTES, disk_pool_row, used, .heading = "USED MIB",
	   .sum = true, .rank = COLUMN_USEFUL, .whole = offsetof(struct disk_pool_row, usable)),
    COLUMN(14, "nbuDiskPoolAvailableMebibytes", MEBIBYTES, disk_pool_row, available,
	   .heading = "AVAILABLE MIB", .sum = true,
	   .whole = offsetof(struct disk_pool_row, usable)),
    COLUMN(15, "nbuDiskPoolUsedPercent", SHARE, disk_pool_row, share, .heading = "USED %"),
    COLUMN(16, "nbuDiskPoolHighWaterMark", PERCENT, disk_pool_row, high, .heading = "HIGH %",
	   .rank = COLUMN_USEFUL),
    COLUMN(17, "nbuDiskPoolLowWaterMark", PERCENT, disk_pool_row, low, .heading = "LOW %",
	   .rank = COLUMN_MINOR),
    COLUMN(18, "nbuDiskPoolAboveHighWaterMark", TRUTH, disk_pool_row, above, .heading = "ABOVE",
	   .tones = COLUMN_ALARM),
    COLUMN(19, "nbuDiskPoolVolumes", NUMBER, disk_pool_row, volumes, .sum = true,
	   .rank = COLUMN_DETAIL),
    COLUMN(20, "nbuDiskPoolVolumesDown", NUMBER, disk_pool_row, volumes_down, .sum = true,
	   .tones = COLUMN_BAD, .rank = COLUMN_USEFUL),
    COLUMN(21, "nbuDiskPoolMediaServers", NUMBER, disk_pool_row, media_servers,
	   .rank = COLUMN_DETAIL),
    COLUMN(22, "nbuDiskPoolWorm", TRUTH, disk_pool_row, worm, .rank = COLUMN_DETAIL),
};

static const struct table_key keys[] = {{TABLE_KEY_NAME, offsetof(struct disk_pool_row, head.key)}};

static const struct field fields[] = {
    FIELD("name", NAME, disk_pool_row, name),
    FIELD("sType", NAME, disk_pool_row, type),
    FIELD("storageCategory", WORD, disk_pool_row, category),
    FIELD("diskPoolState", ENUM, disk_pool_row, state, .words = state_words),
    FIELD("rawSizeBytes", SIZE, disk_pool_row, raw),
    FIELD("usableSizeBytes", SIZE, disk_pool_row, usable),
    FIELD("usedCapacityBytes", SIZE, disk_pool_row, used),
    FIELD("availableSpaceBytes", SIZE, disk_pool_row, available),
    FIELD("highWaterMark", PERCENT, disk_pool_row, high),
    FIELD("lowWaterMark", PERCENT, disk_pool_row, low),
    FIELD("mediaServersCount", COUNT, disk_pool_row, media_servers),
    FIELD("wormCapable", FLAG, disk_pool_row, worm),
};

static bool is_above(const void *of)
{
	const struct disk_pool_row *row = of;

	return row->share >= 0 && row->high > 0 && (uint32_t)row->share >= row->high;
}

static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct disk_pool_row *row = made;

	(void)clock;
	if (!row->head.key)
		row->head.key = resource_make_key(row->type, row->name, row->key_room);
	if (row->name[0] == '\0' && row->head.key)
		row->name = row->head.key;
	row->share = field_share(element, "usedCapacityBytes", "availableSpaceBytes",
				 row->usable ? row->usable : row->raw);
	row->above = is_above(row);
	field_count_parts(element, "diskVolumes", "state", "DOWN", &row->volumes,
			  &row->volumes_down);
	return true;
}

/* Without a low water mark the high one is all there is. */
static bool is_below(const void *of)
{
	const struct disk_pool_row *row = of;

	if (row->share < 0 || row->high == 0)
		return false;
	return row->low > 0 && row->low < row->high ? (uint32_t)row->share <= row->low
						    : !is_above(row);
}

static const struct resource_alarm alarms[] = {
    {EVENT_DISK_POOL_DOWN, EVENT_DISK_POOL_UP, .offset = offsetof(struct disk_pool_row, state),
     .bad = DOWN, .good = UP},
    {EVENT_DISK_POOL_ABOVE, EVENT_DISK_POOL_BELOW, .holds = is_above, .is_over = is_below},
};

const struct resource disk_pools_resource = {
    .name = "disk-pools",
    .group = CONFIG_COLLECT_STORAGE,
    .permission = "|STORAGE|DISK-POOLS|",
    .list = {.path = "/storage/disk-pools",
	     .things = "disk pools",
	     .paging = LIST_BY_OFFSET,
	     .limit = 500,
	     .sort = "name",
	     .key = "name"},
    .row_size = sizeof(struct disk_pool_row),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
    RESOURCE_ALARMS(alarms),
};

static void draw(struct drawing *drawing)
{
	resources_draw(drawing, RESOURCE_DISK_POOLS, TABLE_DISK_POOLS);
}

const struct table disk_pools_table = {
    .name = "disk-pools",
    .json = "diskPools",
    .object = "nbuDiskPoolTable",
    .title = "Disk pools: how full they are, and whether they are up",
    TABLE_AT(11, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct disk_pool_row),
    .draw = draw,
    .without_jobs = true,
};
