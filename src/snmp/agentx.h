/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef AGENTX_H
#define AGENTX_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snmp/lookup.h"

/* The connection to the master agent, snmpd. All of it belongs to the main thread. */

#define AGENTX_FDS_MAX 16

/*
 * Prepares the library as a subagent that will connect to SOCKET (a path or tcp:HOST:PORT).
 * Tables are registered after this and before agentx_start. Once in a process.
 */
void agentx_init(const char *socket);

/*
 * Connects and offers what has been registered; adds BASE.1 (nbuJobsMIB) to the sysORTable. A
 * master agent that is not there, or hangs, is no error: it is looked for every second as long as
 * the loop runs, and the state of the link is logged when it changes.
 */
void agentx_start(const uint32_t *base, size_t base_length);

/* An object of a notification. */
struct agentx_object {
	const struct lookup *table;
	struct lookup_cell cell;
};

/* True when there is a master agent that can be sent a notification without waiting for it. */
bool agentx_can_notify(void);

/*
 * Sends the notification called NAME with OBJECTS; the library puts sysUpTime.0 before them. False
 * when it could not be written. The answer is not waited for, and nothing is sent twice: what the
 * master agent does not take in is lost.
 */
bool agentx_notify(const uint32_t *name, size_t length, const struct agentx_object *objects,
		   size_t count);

/*
 * What there is to wait for: fills up to AGENTX_FDS_MAX entries of FDS, returns how many, and
 * lowers TIMEOUT (milliseconds, -1 = for ever) to the next deadline. With NOTIFYING also for the
 * moment from which on agentx_can_notify.
 */
size_t agentx_poll_prepare(struct pollfd *fds, int *timeout, bool notifying);

/* Reads what poll reported in FDS, then runs the timers. */
void agentx_poll_dispatch(const struct pollfd *fds, size_t count);

/*
 * Takes leave of the master agent, in less than a second even if that hangs. Tables may then be
 * freed; nothing else of the library may be used afterwards.
 */
void agentx_stop(void);

#endif
