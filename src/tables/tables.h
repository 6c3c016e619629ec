/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TABLES_H
#define TABLES_H

#include "tables/table.h"

/* All tables, in the order of the MIB. A new table is a line here and a file of its own. */
#define TABLES_LIST(TABLE)                                                                         \
	TABLE(AGENT, agent_table)                                                                  \
	TABLE(SITES, sites_table)                                                                  \
	TABLE(JOBS, jobs_table)                                                                    \
	TABLE(WORKLOADS, workloads_table)                                                          \
	TABLE(POLICIES, policies_table)                                                            \
	TABLE(CLIENTS, clients_table)                                                              \
	TABLE(QUEUE, queue_table)                                                                  \
	TABLE(FAILURES, failures_table)                                                            \
	TABLE(STORAGE_UNITS, storage_units_table)                                                  \
	TABLE(DISK_POOLS, disk_pools_table)                                                        \
	TABLE(STORAGE_SERVERS, storage_servers_table)                                              \
	TABLE(DRIVES, drives_table)                                                                \
	TABLE(MEDIA_POOLS, media_pools_table)                                                      \
	TABLE(SECURITY, security_table)                                                            \
	TABLE(RESOURCES, resources_table)

/* TABLE_AGENT, TABLE_SITES and so on: places in tables_all. */
enum table_id {
#define TABLES_ID(id, name) TABLE_##id,
	TABLES_LIST(TABLES_ID) TABLE_COUNT
};

/* The tables by their own names, too. */
#define TABLES_DECLARE(id, name) extern const struct table name;
TABLES_LIST(TABLES_DECLARE)

extern const struct table *const tables_all[TABLE_COUNT];

/* The table with the name NAME; TABLE_COUNT = there is none. */
enum table_id tables_find(const char *name);

#endif
