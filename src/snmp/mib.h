/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MIB_H
#define MIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/snapshot.h"

/* NBU-JOBS-MIB as this program serves it: all tables, with the rows of the newest snapshots. */
struct mib;

/*
 * Registers all tables below nbuRoot = BASE. To be called once, between agentx_init and
 * agentx_start. NULL, with a log line, when that fails.
 */
struct mib *mib_new(const uint32_t *base, size_t base_length);

/*
 * Shows SNAPSHOT, which now belongs to MIB. It takes the place of the site's snapshot before, which
 * is freed. A site counts as configured (nbuAgentSites) from its first snapshot, which may be
 * empty, until mib_remove_site.
 */
void mib_publish(struct mib *mib, struct snapshot *snapshot);

/* Whether the site NAME has a row. */
bool mib_has_site(const struct mib *mib, const char *name);

/* Takes the site NAME and its rows out of all tables. */
void mib_remove_site(struct mib *mib, const char *name);

/* The configuration was read at the instant AT of the local clock. */
void mib_set_config_read(struct mib *mib, int64_t at);

/* How many notifications have been sent since the start, and how many suppressed. */
void mib_set_notifications(struct mib *mib, uint64_t sent, uint64_t suppressed);

/*
 * Frees MIB with its snapshots. To be called after agentx_stop: then the tables need not be
 * withdrawn from the master agent one by one. NULL is fine.
 */
void mib_free(struct mib *mib);

#endif
