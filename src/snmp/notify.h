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
 * Sends news as notifications of NBU-JOBS-MIB through the master agent: what the configuration
 * wants of them, up to its limit for each refresh, one in a turn of the loop, so that a burst keeps
 * nothing else from being answered. What cannot be sent for lack of a master agent waits for one.
 * Each is sent once at most: what is lost behind the master agent's socket is lost.
 */
struct notify;

/* No more than this wait; the oldest make room. */
#define NOTIFY_WAITING_MAX 1000

/* BASE is that of mib_new. WANTED is copied. */
struct notify *notify_new(const uint32_t *base, size_t base_length,
			  const struct config_notify *wanted);

/* From now on WANTED says what is sent; what waits already still is. */
void notify_configure(struct notify *notify, const struct config_notify *wanted);

/*
 * Takes the news of one refresh of a site; NEWS is then empty. Of several failures of one job only
 * the last is told. What is beyond the limit, or was left out of NEWS, counts as suppressed.
 */
void notify_take(struct notify *notify, struct event_list *events);

/* Sends one, if there is one and the master agent can take it. True when more are waiting. */
bool notify_turn(struct notify *notify);

/*
 * How many have been handed to the master agent, and how many were wanted and not: by the limit,
 * because too many waited, or because they could not be written.
 */
uint64_t notify_sent(const struct notify *notify);
uint64_t notify_suppressed(const struct notify *notify);

/* Frees NOTIFY with what still waits; NULL is fine. */
void notify_free(struct notify *notify);

/* What follows is the part of notify_turn that does not send. */
#define NOTIFY_OBJECTS_MAX 7

struct notify_message {
	const char *name; /* as in the MIB */
	uint32_t id[LOOKUP_NAME_MAX];
	size_t id_length;
	struct agentx_object objects[NOTIFY_OBJECTS_MAX];
	size_t count;
};

/* The next to be sent, valid until the next call about NOTIFY; NULL when none is waiting. */
const struct notify_message *notify_next(struct notify *notify);

/* Takes it off the queue, and counts it by whether it was SENT. */
void notify_done(struct notify *notify, bool sent);

#endif
