/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIST_H
#define LIST_H

#include "tables/table.h"

/* All tables, in the order of the MIB. A new table is one line here, and a file of its own. */
#define LIST_OF_TABLES(TABLE)                                                                      \
	TABLE(AGENT, agent_table)                                                                  \
	TABLE(SITES, sites_table)                                                                  \
	TABLE(JOBS, jobs_table)                                                                    \
	TABLE(WORKLOADS, workloads_table)                                                          \
	TABLE(POLICIES, policies_table)                                                            \
	TABLE(CLIENTS, clients_table)                                                              \
	TABLE(QUEUE, queue_table)

/* TABLE_AGENT, TABLE_SITES and so on: places in list_tables. */
enum table_id {
#define LIST_ID(id, name) TABLE_##id,
	LIST_OF_TABLES(LIST_ID) TABLE_COUNT
};

/* The tables by their own names, too. */
#define LIST_DECLARE(id, name) extern const struct table name;
LIST_OF_TABLES(LIST_DECLARE)

extern const struct table *const list_tables[TABLE_COUNT];

/* The table called NAME (a member of its description); TABLE_COUNT = there is none. */
enum table_id list_find(const char *name);

#endif
