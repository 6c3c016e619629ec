/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/media_pools.h"
#include "resources/resources.h"

/* What is kept of a pool. The numbers are not those of a table. */
static const struct column columns[] = {
    COLUMN(1, "type", TEXT, volume_pool_row, type),
    COLUMN(2, "partially full", NUMBER, volume_pool_row, partially_full),
};

static const struct field fields[] = {
    FIELD("volumePoolName", NAME, volume_pool_row, name),
    FIELD("poolType", WORD, volume_pool_row, type),
    FIELD("partiallyFullMedia", COUNT, volume_pool_row, partially_full),
};

/* Media name their pool by its name, not by its id. */
static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct volume_pool_row *row = made;

	(void)element;
	(void)clock;
	if (row->name[0])
		row->head.key = row->name;
	return true;
}

const struct resource volume_pools_resource = {
    .name = "tape-volume-pools",
    .group = CONFIG_COLLECT_MEDIA,
    .permission = "|STORAGE|TAPE-MEDIA|VOLUME-POOLS|",
    .since = 12.0,
    .list = {.path = "/storage/tape-volume-pools",
	     .things = "tape volume pools",
	     .paging = LIST_BY_CURSOR,
	     .sort = "volumePoolName",
	     .key = "volumePoolName"},
    .row_size = sizeof(struct volume_pool_row),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
};
