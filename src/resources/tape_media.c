/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/media_pools.h"

#include <string.h>

#include "resources/resources.h"

/* What is read of a medium before it is added to its pool. */
struct medium {
	struct tape_media_row row; /* that of a pool with this medium only */
	const char *pool;
	const char *type;
	const char *status;
	int64_t assigned, written, expiration;
	uint64_t kilobytes;
	uint32_t images;
};

/* What is kept of a pool's media. The numbers are not those of a table. */
static const struct column columns[] = {
    COLUMN(1, "media", NUMBER, tape_media_row, media),
    COLUMN(2, "never used", NUMBER, tape_media_row, never_used),
    COLUMN(3, "expired", NUMBER, tape_media_row, expired),
    COLUMN(4, "in error", NUMBER, tape_media_row, in_error),
};

static const struct field fields[] = {
    FIELD("volumePool", NAME, medium, pool),
    FIELD("mediaType", WORD, medium, type),
    FIELD("mediaStatus", WORD, medium, status),
    FIELD("timeAssigned", INSTANT, medium, assigned),
    FIELD("lastWritten", INSTANT, medium, written),
    FIELD("volumeExpiration", INSTANT, medium, expiration),
    FIELD("kiloBytes", SIZE, medium, kilobytes),
    FIELD("images", COUNT, medium, images),
};

static bool is_for_cleaning(const struct medium *medium)
{
	return strstr(medium->type, "CLN") != NULL;
}

static bool was_used(const struct medium *medium)
{
	return medium->assigned || medium->written || medium->kilobytes || medium->images;
}

/* Nothing is written to such a tape until somebody has looked at it. */
static bool is_in_error(const struct medium *medium)
{
	return strstr(medium->status, "FROZEN") || strstr(medium->status, "SUSPENDED") ||
	       strstr(medium->status, "ERROR");
}

static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct medium *medium = made;
	struct tape_media_row *row = &medium->row;

	(void)element;
	row->head.key = medium->pool[0] ? medium->pool : MEDIA_POOLS_NONE;
	row->media = 1;
	row->never_used = !was_used(medium) && !is_for_cleaning(medium);
	row->expired = medium->expiration && medium->expiration <= clock->now - clock->skew;
	row->in_error = is_in_error(medium);
	return true;
}

const struct resource tape_media_resource = {
    .name = "tape-media",
    .group = CONFIG_COLLECT_MEDIA,
    .permission = "|STORAGE|TAPE-MEDIA|",
    .since = 12.0,
    .list = {.path = "/storage/tape-media",
	     .things = "tape media",
	     .paging = LIST_BY_CURSOR,
	     .sort = "mediaId",
	     .key = "barcode"},
    .row_size = sizeof(struct medium),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
    .is_sum = true,
};
