/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snmp/agentx.h"
#include "config/config.h"
#include "tally/event.h"

/*
 * Sends events as notifications of NBU-JOBS-MIB through the master agent. The configuration says
 * which, and how many for each refresh. Each turn of the loop sends at most one, so that requests
 * are answered in between. Without a session the notifications wait. Each is sent at most once:
 * what the master agent does not accept is lost.
 */
struct notify;

/* So many can wait. When there are more, the oldest is dropped. */
#define NOTIFY_WAITING_MAX 1000

/* BASE is nbuRoot, as in mib_new. WANTED is copied. */
struct notify *notify_new(const uint32_t *base, size_t base_length,
			  const struct config_notify *wanted);

/* Replaces what is wanted. Notifications that wait already are still sent. */
void notify_configure(struct notify *notify, const struct config_notify *wanted);

/*
 * Takes the EVENTS of one refresh of a site; the list is then empty. Of several failures of one job
 * only the last is notified. Those beyond the limit, and those left out of EVENTS, count as
 * suppressed.
 */
void notify_take(struct notify *notify, struct event_list *events);

/* Sends one notification if that is possible without blocking. True when more are waiting. */
bool notify_turn(struct notify *notify);

/*
 * How many have been sent to the master agent, and how many were wanted but not sent: because of
 * the limit, because too many were waiting, or because sending failed.
 */
uint64_t notify_sent(const struct notify *notify);
uint64_t notify_suppressed(const struct notify *notify);

/* Frees NOTIFY and all that still waits. NULL is fine. */
void notify_free(struct notify *notify);

/* The parts of notify_turn that do not send, for tests. */
#define NOTIFY_OBJECTS_MAX 9

struct notify_message {
	const char *name; /* as in the MIB */
	uint32_t id[LOOKUP_NAME_MAX];
	size_t id_length;
	struct agentx_object objects[NOTIFY_OBJECTS_MAX];
	size_t count;
};

/* The next to be sent, valid until the next call with NOTIFY. NULL = none is waiting. */
const struct notify_message *notify_next(struct notify *notify);

/* Removes it from the queue. Counts it as sent or, without SENT, as suppressed. */
void notify_done(struct notify *notify, bool sent);

#endif
