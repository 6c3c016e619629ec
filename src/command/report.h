/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tables/snapshot.h"

/* The tables on paper, for --once. */

/* Which tables: a set of these. */
enum report_tables {
	REPORT_JOBS = 1 << 0,
	REPORT_WORKLOADS = 1 << 1,
	REPORT_POLICIES = 1 << 2,
	REPORT_CLIENTS = 1 << 3,
	REPORT_QUEUE = 1 << 4,
	REPORT_ALL = (1 << 5) - 1
};

/* The tables that NAME stands for: jobs, workloads, policies, clients, queue or all; 0 = none. */
unsigned report_find_tables(const char *name);

/*
 * Aligned tables of the rows of all SNAPSHOTS, each with a head line; several with a title and an
 * empty line between them. Ages are reckoned from the instant NOW of the local clock, in seconds.
 */
void report_table(FILE *out, struct snapshot *const *snapshots, size_t count, unsigned tables,
		  int64_t now);

/* The same as one JSON document, with what there is to say about each site. */
void report_json(FILE *out, struct snapshot *const *snapshots, size_t count, unsigned tables,
		 int64_t now);

#endif
