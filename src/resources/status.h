/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STATUS_H
#define STATUS_H

#include "base/fault.h"
#include "tables/snapshot.h"

/* nbuResourceTable: whether the rows of each resource can be trusted. */

/* The numbers of nbuResourceState. */
enum status_state {
	STATUS_UNKNOWN = 1,
	STATUS_UP = 2,
	STATUS_DOWN = 3,
	STATUS_NOT_ALLOWED = 4,	   /* the role of the API key may not look */
	STATUS_NOT_IN_VERSION = 5, /* the server does not know it */
};

struct status_row {
	struct index index;
	const char *site;
	const char *name;
	const char *group; /* the word of the key collect */
	unsigned state;
	int64_t
	    data_at; /* when the rows on show were fetched; instant of the local clock, 0 = never */
	uint32_t rows;
	uint32_t requests; /* of the last fetch, like the next two */
	uint32_t millis;
	struct fault fault;
	uint32_t interval; /* seconds */
};

#endif
