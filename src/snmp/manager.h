/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MANAGER_H
#define MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* snmpd as a management station sees it. Not to be used beside agentx_init in one process. */
struct manager;

/*
 * A session by SNMPv2c with snmpd at PEER, HOST or HOST:PORT, that ends by itself: UNTIL
 * (timefmt_monotonic) no answer is waited for any more. NULL when PEER cannot be resolved. To be
 * closed with manager_close, after which no other can be opened.
 */
struct manager *manager_open(const char *peer, const char *community, int64_t until);

/* Whether snmpd shows an object below OID. */
bool manager_sees(struct manager *manager, const uint32_t *below, size_t length);

/* Whether snmpd has answered any of the questions. */
bool manager_was_answered(const struct manager *manager);

/* NULL is fine. */
void manager_close(struct manager *manager);

#endif
