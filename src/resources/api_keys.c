/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"
#include "base/timefmt.h"
#include "resources/resources.h"
#include "resources/security.h"

/* What else two keys do not have in common. */
#define KEY_ATTRIBUTE "createdDateTime"

static const struct column columns[] = {
    COLUMN(1, "expires", DATE, api_key_row, expires),
};

static const struct field fields[] = {
    FIELD("expiryDateTime", INSTANT, api_key_row, expires),
};

/* The key in use has not ended. */
static char *filter(const struct field_clock *clock)
{
	char now[TIMEFMT_INSTANT_SIZE];

	timefmt_format_instant(clock->now, now);
	return mem_printf("expiryDateTime ge %s", now);
}

static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct api_key_row *row = made;

	if (!row->head.key)
		row->head.key = page_key(element, KEY_ATTRIBUTE);
	return row->expires == 0 || row->expires >= clock->now - clock->skew;
}

const struct resource api_keys_resource = {
    .name = "api-keys",
    .group = CONFIG_COLLECT_SECURITY,
    .list = {.path = "/security/api-keys",
	     .things = "API keys",
	     .paging = LIST_BY_OFFSET,
	     .key = KEY_ATTRIBUTE},
    .filter = filter,
    .row_size = sizeof(struct api_key_row),
    RESOURCE_COLUMNS(columns),
    RESOURCE_FIELDS(fields),
    .finish = finish,
    .is_history = true,
};
