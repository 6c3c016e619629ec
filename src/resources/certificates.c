/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resources.h"
#include "resources/security.h"

#define SOON_MS (INT64_C(30) * 86400000)
#define REVOKED 2

static const struct column columns[] = {
    COLUMN(1, "ending", NUMBER, certificates_row, ending),
    COLUMN(2, "ended", NUMBER, certificates_row, ended),
};

/* Its members are not in an object attributes, as those of other lists are. */
static bool finish(void *made, const struct json *element, const struct field_clock *clock)
{
	struct certificates_row *row = made;
	int64_t end = field_instant(json_member(element, "notAfter"));

	row->head.key = SECURITY_ALL;
	row->ended = end && end <= clock->now;
	row->ending = end > clock->now && end <= clock->now + SOON_MS;
	return json_whole(json_member(element, "state")) != REVOKED &&
	       !json_is_true(json_member(element, "isCertDeleted"));
}

const struct resource certificates_resource = {
    .name = "host-certificates",
    .group = CONFIG_COLLECT_SECURITY,
    .permission = "|SECURITY|CERTIFICATE-MANAGEMENT|NETBACKUP-CERTIFICATES|",
    .list = {.path = "/security/certificates/current",
	     .things = "host certificates",
	     .paging = LIST_WHOLE,
	     .member = "certificateList"},
    .row_size = sizeof(struct certificates_row),
    RESOURCE_COLUMNS(columns),
    .finish = finish,
    .is_sum = true,
    .is_history = true,
};
