/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECURITY_H
#define SECURITY_H

#include "resources/resource.h"

/*
 * nbuSecurityTable: one row a site, put together of four resources, which have a file each. What
 * they hold is described here. A row that stands for a whole list has SECURITY_ALL as its key.
 */

#define SECURITY_ALL "all"

/* The anomalies that nobody has reviewed yet. */
struct anomalies_row {
	struct resource_row head;
	uint32_t high;
	uint32_t medium;
	uint32_t low;
	uint32_t other; /* of a severity that is not known */
};

/* A scan for malware that has found something, or has failed; its key is its id. */
enum scan_outcome { SCAN_INFECTED = 1, SCAN_FAILED };

struct malware_scan_row {
	struct resource_row head;
	unsigned outcome;
	const char *client;
	const char *policy;
	int64_t scanned; /* instant of the local clock; 0 = not told */
};

/* The certificates of hosts that are in use. */
struct certificates_row {
	struct resource_row head;
	uint32_t ending; /* within 30 days */
	uint32_t ended;
};

/* An API key that has not ended; its key is its tag. */
struct api_key_row {
	struct resource_row head;
	int64_t expires; /* instant of the local clock; 0 = not told */
};

#endif
