/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_H
#define PROBE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "snmp/address.h"

/*
 * Finds out without blocking whether a master agent answers. The SNMP library's own connect blocks:
 * for ever, if the master agent hangs and the backlog of its socket is full. So the library must
 * not connect before the probe has had an answer.
 */
struct probe;

/* A probe of SOCKET, a path or tcp:HOST:PORT. Sends nothing before probe_prepare. */
struct probe *probe_new(const char *socket);

/*
 * Keeps a ping under way. Call it before each poll as long as an answer is wanted. Fills FD and
 * returns 1, or returns 0 when the next ping is not due yet. Lowers TIMEOUT (milliseconds, -1 = for
 * ever).
 */
size_t probe_prepare(struct probe *probe, struct pollfd *fd, int *timeout);

/* Goes on after poll. True = a master agent has answered just now. */
bool probe_dispatch(struct probe *probe, const struct pollfd *fd);

/* What is wrong, as an errno; 0 = nothing is known to be wrong. */
int probe_error(const struct probe *probe);

/* Where the master agent that has answered is, for tcp: only. See address_spec. */
void probe_spec(const struct probe *probe, char spec[ADDRESS_SPEC_SIZE]);

/* What ERROR means for a master agent, and what to check. */
const char *probe_hint(int error);

/* Forgets the error, because a session has been opened. */
void probe_reset(struct probe *probe);

/* Makes the next ping due at once, because the master agent may be gone. */
void probe_hurry(struct probe *probe);

/* NULL is fine. */
void probe_free(struct probe *probe);

/* Makes *TIMEOUT at most TO; both are milliseconds, and a *TIMEOUT of -1 is for ever. */
void probe_lower(int *timeout, long long to);

#endif
