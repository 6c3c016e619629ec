/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "tables/agent.h"
#include "tables/snapshot.h"

/* Rows on paper, for --once. */

/* What is to be printed. */
struct report {
	unsigned tables; /* REPORT_TABLE of each table that is wanted */
	const struct agent_row *agent;
	struct snapshot *const *snapshots; /* one for each site */
	size_t count;
	int64_t now; /* instant of the local clock, from which ages are counted */
};

#define REPORT_TABLE(id) (1U << (id))
#define REPORT_ALL (REPORT_TABLE(TABLE_COUNT) - 1)

/* The tables that NAME stands for: one by its name, or "all" of them; 0 = none. */
unsigned report_find_tables(const char *name);

/* Aligned tables with a head line each. Several have titles, and an empty line between them. */
void report_table(FILE *out, const struct report *report);

/*
 * One JSON document. Of each site it has a summary, and each table that is wanted with all columns.
 * The columns of nbuSiteTable are members of the site itself.
 */
void report_json(FILE *out, const struct report *report);

#endif
