/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AGENTX_H
#define AGENTX_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snmp/lookup.h"

/* The session with the master agent, snmpd. For the main thread only. */

#define AGENTX_FDS_MAX 16

/*
 * Sets up the SNMP library as a subagent of the master agent at SOCKET (a path or tcp:HOST:PORT).
 * Call it once in a process. Register tables after it and before agentx_start.
 */
void agentx_init(const char *socket);

/*
 * Connects to the master agent, registers the tables there, and adds BASE.1 (nbuJobsMIB) to the
 * sysORTable. It is no error if the master agent does not run or hangs: the loop then tries again
 * every second. The log says when the connection is lost or found.
 */
void agentx_start(const uint32_t *base, size_t base_length);

/* An object of a notification. */
struct agentx_object {
	const struct lookup *table;
	struct lookup_cell cell;
};

/* True when there is a session and a notification can be sent without blocking. */
bool agentx_can_notify(void);

/*
 * Sends the notification with the OID NAME and OBJECTS. The library adds sysUpTime.0. False when it
 * could not be sent. The answer is not waited for, and nothing is sent twice. So a notification
 * that the master agent does not accept is lost.
 */
bool agentx_notify(const uint32_t *name, size_t length, const struct agentx_object *objects,
		   size_t count);

/*
 * Prepares a poll: fills up to AGENTX_FDS_MAX entries of FDS, returns how many, and lowers TIMEOUT
 * (milliseconds, -1 = for ever) to the next deadline. With NOTIFYING, poll also returns when
 * agentx_can_notify becomes true.
 */
size_t agentx_poll_prepare(struct pollfd *fds, int *timeout, bool notifying);

/* Reads what poll reported in FDS, then runs the timers. */
void agentx_poll_dispatch(const struct pollfd *fds, size_t count);

#define AGENTX_DUPLICATE 263 /* the error duplicateRegistration */

/* What the master agent means by the error ERROR of AgentX (RFC 2741, 7.1.4), and what to check. */
const char *agentx_cause(long error);

/*
 * Closes the session, in less than a second even if the master agent hangs. Afterwards tables may
 * be freed. Nothing else of the library may be used any more.
 */
void agentx_stop(void);

#endif
