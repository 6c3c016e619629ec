/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NOTIFICATION_H
#define NOTIFICATION_H

#include <stdint.h>

#include "tables/table.h"

/* The scalars of nbuNotify. They occur in notifications only and cannot be read. */
struct notification_row {
	struct index index;
	uint64_t job_id;
	const char *policy;
	const char *client;
	const char *schedule;
	const char *schedule_type;
};

extern const struct table notification_table;

#endif
