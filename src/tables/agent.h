/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AGENT_H
#define AGENT_H

#include <stdint.h>

#include "tables/snapshot.h"

/* The scalars of nbuAgent, about this program itself. There is one row for all sites. */
struct agent_row {
	struct index index;
	const char *version;
	int64_t started; /* instants of the local clock */
	int64_t config_read;
	uint32_t sites;
	uint32_t sites_down;
	uint64_t notifications_sent;
	uint64_t notifications_suppressed;
};

/* The row of a program that has just started and read its configuration. */
struct agent_row agent_new(void);

/* Counts the sites in SNAPSHOTS, and those that are down. */
void agent_count_sites(struct agent_row *agent, struct snapshot *const *snapshots, size_t count);

#endif
