/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MEDIA_POOLS_H
#define MEDIA_POOLS_H

#include "resources/resource.h"

/*
 * nbuMediaPoolTable: the tapes of each volume pool. Its rows are put together of two resources, the
 * media and the pools, which have a file each.
 */

/* NetBackup's own pool for media that are in none. */
#define MEDIA_POOLS_NONE "None"

/* The media of a pool; its key is the pool's name. */
struct tape_media_row {
	struct resource_row head;
	uint32_t media;
	uint32_t never_used;
	uint32_t expired;
	uint32_t in_error;
};

/* A pool; its key is its name. */
struct volume_pool_row {
	struct resource_row head;
	const char *name;
	const char *type;
	uint32_t partially_full;
};

#endif
