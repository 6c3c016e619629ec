/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MIB_H
#define MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/snapshot.h"
#include "snmp/table.h"

/* NBU-JOBS-MIB as this program serves it: which tables there are, and the snapshots they show. */
struct mib;

/* What is served, in the order of the MIB: the scalars of nbuAgent, then the tables. */
enum mib_table {
	MIB_AGENT,
	MIB_SITES,
	MIB_JOBS,
	MIB_WORKLOADS,
	MIB_POLICIES,
	MIB_CLIENTS,
	MIB_QUEUES,
	MIB_TABLES
};

extern const struct table_description mib_tables[MIB_TABLES];

/* The scalars of nbuNotify, which occur in notifications and cannot be asked for: their one row. */
struct mib_notify {
	struct index index; /* mib_scalar_index */
	uint64_t job_id;
	const char *policy;
	const char *client;
};

extern const struct table_description mib_notify_objects;
extern const struct index mib_scalar_index;

/*
 * Registers all of them below nbuRoot = BASE. To be called once, between agentx_init and
 * agentx_start. NULL, with a log line, when that fails.
 */
struct mib *mib_new(const uint32_t *base, size_t base_length);

/*
 * Shows SNAPSHOT, which now belongs to MIB, in place of the one of the same site, or as a new
 * site's. The old one is freed. A site counts as configured (nbuAgentSites) once it has a snapshot,
 * an empty one will do, until mib_remove_site.
 */
void mib_publish(struct mib *mib, struct snapshot *snapshot);

/* Whether the site NAME has a row. */
bool mib_has_site(const struct mib *mib, const char *name);

/* Takes the site NAME and its rows out of all tables. */
void mib_remove_site(struct mib *mib, const char *name);

/* Says that the configuration has been read at the instant AT of the local clock. */
void mib_set_config_read(struct mib *mib, int64_t at);

/* How many notifications there have been, and how many too many, since the start. */
void mib_set_notifications(struct mib *mib, uint64_t sent, uint64_t suppressed);

/*
 * Frees MIB with its snapshots. To be called after agentx_stop, so that the tables need not be
 * withdrawn from the master agent one by one. NULL is fine.
 */
void mib_free(struct mib *mib);

#endif
