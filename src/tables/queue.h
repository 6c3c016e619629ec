/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdint.h>

#include "tables/table.h"

/* A row of nbuQueueTable: the jobs that are queued for one reason. */
struct queue_row {
	struct index index;
	const char *site;
	uint32_t reason;
	uint32_t jobs;
};

#endif
