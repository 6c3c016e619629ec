/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_H
#define PROBE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Finds out, without ever blocking, whether there is a master agent that answers. The SNMP
 * library's own connect blocks, for ever once the backlog of a hanging master agent's socket is
 * full, and so must not be tried before somebody has answered here.
 */
struct probe;

/* A probe of SOCKET, a path or tcp:HOST:PORT; nothing is sent before probe_prepare. */
struct probe *probe_new(const char *socket);

/*
 * Keeps a question under way: to be called before each poll for as long as an answer is wanted.
 * Fills FD and returns 1, or returns 0 when it is not yet time to ask again. Lowers TIMEOUT
 * (milliseconds, -1 = for ever).
 */
size_t probe_prepare(struct probe *probe, struct pollfd *fd, int *timeout);

/* Goes on after poll. True: a master agent has answered just now. */
bool probe_dispatch(struct probe *probe, const struct pollfd *fd);

/* What is wrong, as an errno, or 0 when nothing is known to be. */
int probe_error(const struct probe *probe);

/* What ERROR means here, with what to look at. */
const char *probe_hint(int error);

/* Forgets what was wrong: a session with the master agent has been opened. */
void probe_reset(struct probe *probe);

/* Asks at once the next time: the master agent may have gone. */
void probe_hurry(struct probe *probe);

/* NULL is fine. */
void probe_free(struct probe *probe);

/* Makes *TIMEOUT at most TO; both are milliseconds, and a *TIMEOUT of -1 is for ever. */
void probe_lower(int *timeout, long long to);

#endif
