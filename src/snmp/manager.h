/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MANAGER_H
#define MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* snmpd as a management station sees it. Not to be used beside agentx_init in one process. */

struct manager_view {
	bool answers;	  /* snmpd answers this community at all */
	unsigned objects; /* how many objects were seen; see LIMIT */
};

/*
 * Asks snmpd at PEER, HOST or HOST:PORT, by SNMPv2c with COMMUNITY: whether it answers, and which
 * objects it shows below BELOW. It stops at LIMIT objects. Waits some seconds at most.
 */
struct manager_view manager_walk(const char *peer, const char *community, const uint32_t *below,
				 size_t length, unsigned limit);

#endif
