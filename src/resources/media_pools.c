/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/media_pools.h"

#include "resources/held.h"
#include "resources/resources.h"
#include "tables/drawing.h"

struct media_pool_row {
	struct index index;
	const char *site;
	const char *name;
	const char *type; /* "" = not known */
	uint32_t media;
	uint32_t never_used;
	uint32_t expired;
	uint32_t in_error;
	int32_t partially_full; /* -1 = not known */
};

static const struct column columns[] = {
    COLUMN(2, "nbuMediaPoolSiteLabel", SITE, media_pool_row, site),
    COLUMN(3, "nbuMediaPoolLabel", TEXT, media_pool_row, name, .key = "name"),
    COLUMN(4, "nbuMediaPoolType", TEXT, media_pool_row, type, .rank = COLUMN_MINOR),
    COLUMN(5, "nbuMediaPoolMedia", NUMBER, media_pool_row, media, .sum = true),
    COLUMN(6, "nbuMediaPoolNeverUsed", NUMBER, media_pool_row, never_used, .sum = true),
    COLUMN(7, "nbuMediaPoolExpired", NUMBER, media_pool_row, expired, .sum = true,
	   .rank = COLUMN_USEFUL),
    COLUMN(8, "nbuMediaPoolInError", NUMBER, media_pool_row, in_error, .sum = true,
	   .tones = COLUMN_BAD),
    COLUMN(9, "nbuMediaPoolPartiallyFull", TOLD, media_pool_row, partially_full, .sum = true,
	   .rank = COLUMN_MINOR),
};

static const struct table_key keys[] = {{TABLE_KEY_NAME, offsetof(struct media_pool_row, name)}};

struct draft {
	struct snapshot *snapshot;
	const struct held *media, *pools;
};

static void add_row(const struct draft *draft, const char *name)
{
	const struct tape_media_row *media = held_find(draft->media, name);
	const struct volume_pool_row *pool = held_find(draft->pools, name);
	struct media_pool_row row = {.name = name, .type = "", .partially_full = -1};

	if (pool) {
		row.type = pool->type;
		row.partially_full = drawing_integer(pool->partially_full);
	}
	if (media) {
		row.media = media->media;
		row.never_used = media->never_used;
		row.expired = media->expired;
		row.in_error = media->in_error;
	}
	snapshot_add(draft->snapshot, TABLE_MEDIA_POOLS, &row);
}

static void add_of_media(const void *row, void *arg)
{
	add_row(arg, ((const struct resource_row *)row)->key);
}

static void add_of_pool(const void *row, void *arg)
{
	const struct draft *draft = arg;
	const char *name = ((const struct resource_row *)row)->key;

	if (!held_find(draft->media, name))
		add_row(draft, name);
}

static void draw(struct drawing *drawing)
{
	struct draft draft = {drawing->snapshot, resources_held(drawing, RESOURCE_TAPE_MEDIA),
			      resources_held(drawing, RESOURCE_VOLUME_POOLS)};

	if (!resources_known(drawing, RESOURCE_TAPE_MEDIA))
		return;
	held_each(draft.media, add_of_media, &draft);
	held_each(draft.pools, add_of_pool, &draft);
}

const struct table media_pools_table = {
    .name = "media-pools",
    .json = "mediaPools",
    .object = "nbuMediaPoolTable",
    .title = "Media pools: the tapes of each volume pool",
    TABLE_AT(14, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct media_pool_row),
    .draw = draw,
    .without_jobs = true,
};
