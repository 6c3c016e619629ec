/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MIB_H
#define MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/snapshot.h"

/* NBU-JOBS-MIB: all tables, with the rows of the newest snapshot of each site. */
struct mib;

/*
 * Registers all tables below nbuRoot = BASE. Call it once, between agentx_init and agentx_start.
 * NULL, with a log line, when that fails.
 */
struct mib *mib_new(const uint32_t *base, size_t base_length);

/*
 * Takes SNAPSHOT, which now belongs to MIB, for what mib_show shows of its site. A site is counted
 * in nbuAgentSites from its first snapshot, which may be empty, until mib_remove_site.
 */
void mib_publish(struct mib *mib, struct snapshot *snapshot);

/*
 * Shows the rows as they are after mib_publish and mib_remove_site, and frees the snapshots that
 * are no longer shown. It takes time for each site, so it is called once for many of them.
 */
void mib_show(struct mib *mib);

/* Whether there is a snapshot of the site NAME. */
bool mib_has_site(const struct mib *mib, const char *name);

/* How many sites there are, and in *UP how many of them are up. */
size_t mib_count_sites(const struct mib *mib, size_t *up);

/* Removes the rows of the site NAME from all tables. */
void mib_remove_site(struct mib *mib, const char *name);

/* Sets when the configuration was read: the instant AT of the local clock. */
void mib_set_config_read(struct mib *mib, int64_t at);

/* Sets how many notifications have been sent since the start, and how many suppressed. */
void mib_set_notifications(struct mib *mib, uint64_t sent, uint64_t suppressed);

/*
 * Frees MIB with its snapshots. Call it after agentx_stop: the tables are then not unregistered
 * from the master agent one by one. NULL is fine.
 */
void mib_free(struct mib *mib);

#endif
