/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "command/terminal.h"
#include "tables/agent.h"
#include "tables/snapshot.h"

/* Rows on paper, for --once. */

/* What is to be printed. */
struct report {
	unsigned tables; /* REPORT_TABLE of each table that is wanted */
	const struct agent_row *agent;
	struct snapshot *const *snapshots; /* one for each site */
	size_t count;
	int64_t now;		  /* instant of the local clock; ages are at this time */
	struct terminal terminal; /* how report_table prints; zeroed, for programs */
};

#define REPORT_TABLE(id) (1U << (id))
#define REPORT_ALL (REPORT_TABLE(TABLE_COUNT) - 1)

/* The set of tables for NAME: one table, or "all". 0 = there is no such table. */
unsigned report_find_tables(const char *name);

/*
 * Prints aligned tables, each with a line of headings. If there are several, they have titles.
 * At a terminal they are as sheet.h says.
 * Below all is a line "SITE: notice: ..." for each thing that should be known of a site.
 * A terminal wraps it between words.
 */
void report_table(FILE *out, const struct report *report);

/*
 * Prints one JSON document. It has a summary of each site, and each wanted table with all columns.
 * The columns of nbuSiteTable are members of the site itself.
 */
void report_json(FILE *out, const struct report *report);

#endif
