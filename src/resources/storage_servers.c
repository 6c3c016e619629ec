/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resources.h"
#include "tables/drawing.h"

/* What keeps disk pools: GET /storage/storage-servers. One host may be several of them. */
struct storage_server_row {
	struct resource_row head;
	const char *name;
	const char *category;
	const char *type;
	unsigned state;
	const char *version;
	uint64_t size; /* bytes, like the next two; 0 = not told: only MSDP has them */
	uint64_t used;
	uint64_t available;
	int32_t share; /* used of size */
	int32_t dedup; /* in 1/100 %; -1 = not told */
	char key_room[RESOURCE_KEY_SIZE];
};

enum state { UNKNOWN = 1, UP, DOWN };

static const char *const state_words[] = {
    [UNKNOWN] = "unknown", [UP] = "up", [DOWN] = "down", NULL};

#define HIDDEN .place = COLUMN_NOT_ON_PAPER
static const struct column columns[] = {
    COLUMN(2, "nbuStorageServerSiteLabel", SITE, storage_server_row, head.site),
    COLUMN(3, "nbuStorageServerIdLabel", TEXT, storage_server_row, head.key, HIDDEN),
    COLUMN(4, "nbuStorageServerLabel", TEXT, storage_server_row, name, .key = "name"),
    COLUMN(5, "nbuStorageServerCategory", TEXT, storage_server_row, category, .rank = COLUMN_MINOR),
    COLUMN(6, "nbuStorageServerType", TEXT, storage_server_row, type, .rank = COLUMN_USEFUL),
    COLUMN(7, "nbuStorageServerState", ENUM, storage_server_row, state, .words = state_words,
	   .tones = COLUMN_STATE),
    COLUMN(8, "nbuStorageServerVersion", TEXT, storage_server_row, version, .rank = COLUMN_MINOR),
    COLUMN(9, "nbuStorageServerSize", BYTES, storage_server_row, size, .key = "sizeBytes", HIDDEN),
    COLUMN(10, "nbuStorageServerUsed", BYTES, storage_server_row, used, .key = "usedBytes", HIDDEN),
    COLUMN(11, "nbuStorageServerAvailable", BYTES, storage_server_row, available,
	   .key = "availableBytes", HIDDEN),
    COLUMN(12, "nbuStorageServerSizeMebibytes", MEBIBYTES, storage_server_row, size,
	   .heading = "SIZE MIB", .rank = COLUMN_USEFUL,
	   .whole = offsetof(struct storage_server_row, size)),
    COLUMN(13, "nbuStorageServerUsedMebibytes", MEBIBYTES, storage_server_row, used,
	   .heading = "USED MIB", .rank = COLUMN_USEFUL,
	   .whole = offsetof(struct storage_server_row, size)),
    COLUMN(14, "nbuStorageServerAvailableMebibytes", MEBIBYTES, storage_server_row, available,
	   .heading = "AVAILABLE MIB", .whole = offsetof(struct storage_server_row, size)),
    COLUMN(15, "nbuStorageServerUsedPercent", SHARE, storage_server_row, share,
	   .heading = "USED %"),
    COLUMN(16, "nbuStorageServerDedupPercent", SHARE, storage_server_row, dedup,
	   .heading = "DEDUP %", .rank = COLUMN_MINOR),
};
#undef HIDDEN

static const struct table_key keys[] = {
    {TABLE_KEY_NAME, offsetof(struct storage_server_row, head.key)}};

#define POOL "msdpAttributes/storagePoolDetails/"
static const struct field fields[] = {
    FIELD("name", NAME, storage_server_row, name),
    FIELD("storageCategory", WORD, storage_server_row, category),
    FIELD("sType", NAME, storage_server_row, type),
    FIELD("storageServerState", ENUM, storage_server_row, state, .words = state_words),
    FIELD("nbuHostVersion", NAME, storage_server_row, version),
    FIELD(POOL "sizeBytes", SIZE, storage_server_row, size),
    FIELD(POOL "usedSpaceBytes", SIZE, storage_server_row, used),
    FIELD(POOL "availableSpaceBytes", SIZE, storage_server_row, available),
    FIELD("msdpAttributes/deduplicationRatioPercentage", SHARE, storage_server_row, dedup),
};

static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct storage_server_row *row = made;

	(void)clock;
	if (!row->head.key)
		row->head.key = resource_make_key(row->type, row->name, row->key_room);
	if (row->name[0] == '\0' && row->head.key)
		row->name = row->head.key;
	row->share =
	    field_share(element, POOL "usedSpaceBytes", POOL "availableSpaceBytes", row->size);
	return true;
}

static const struct resource_alarm alarms[] = {
    {EVENT_STORAGE_SERVER_DOWN, EVENT_STORAGE_SERVER_UP,
     .offset = offsetof(struct storage_server_row, state), .bad = DOWN, .good = UP}};

const struct resource storage_servers_resource = {
    .name = "storage-servers",
    .group = CONFIG_COLLECT_STORAGE,
    .permission = "|STORAGE|STORAGE-SERVERS|",
    .list = {.path = "/storage/storage-servers",
	     .things = "storage servers",
	     .paging = LIST_BY_OFFSET,
	     .sort = "name",
	     .key = "name"},
    .row_size = sizeof(struct storage_server_row),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
    RESOURCE_ALARMS(alarms),
};

static void draw(struct drawing *drawing)
{
	resources_draw(drawing, RESOURCE_STORAGE_SERVERS, TABLE_STORAGE_SERVERS);
}

const struct table storage_servers_table = {
    .name = "storage-servers",
    .json = "storageServers",
    .object = "nbuStorageServerTable",
    .title = "Storage servers: whether they are up, and what MSDP holds",
    TABLE_AT(12, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct storage_server_row),
    .draw = draw,
    .without_jobs = true,
};
