/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef REHEARSAL_H
#define REHEARSAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Tries with the master agent at SOCKET, a path or tcp:HOST:PORT, what a subagent does at its
 * start, and takes it back at once. Each waits for the answer, some seconds at most.
 */

/* Asks whether a master agent answers. An errno, for probe_hint, or 0. */
int rehearsal_ping(const char *socket);

/*
 * Opens a session, registers the subtree OID there, and closes the session, which takes the subtree
 * back. An errno, or 0: then *REFUSAL is why the master agent refuses one of these, for
 * agentx_cause, and 0 where it does not.
 */
int rehearsal_register(const char *socket, const uint32_t *oid, size_t length, long *refusal);

#endif
