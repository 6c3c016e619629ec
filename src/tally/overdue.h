/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OVERDUE_H
#define OVERDUE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tally/event.h"
#include "tally/tally.h"

/*
 * Which policies and clients are watched, and from when on they are overdue. Instants are those of
 * the server's clock.
 */

#define OVERDUE_NEVER INT64_MAX

/* The entry of LIST that SUBJECT belongs to, or NULL. SUBJECT remembers the answer, so that LIST
 * must be the same each time. */
const struct config_watch *overdue_watch(struct tally_subject *subject,
					 const struct config_watch_list *list);

/*
 * From when on SUBJECT is overdue, unless it succeeds before. OVERDUE_NEVER where WATCH (which may
 * be NULL) sets no age. A subject with completions but without a success is overdue at once: 0. One
 * without any completion may be new; only if it is expected, it is overdue max_age after SINCE. All
 * that ended at SINCE or later is known.
 */
int64_t overdue_from(const struct tally_subject *subject, const struct config_watch *watch,
		     int64_t since);

/* Makes sure that TALLY has the policies and clients that SITE expects. */
void overdue_expect(struct tally *tally, const struct config_site *site);

/*
 * Notes in each policy of TALLY whether it is overdue at NOW, which is SKEW milliseconds ahead of
 * the local clock. Where that has changed, adds an event to EVENTS. EVENTS is NULL at the first
 * time: there is nothing yet to compare with.
 */
void overdue_update(struct tally *tally, const struct config_site *site, int64_t now, int64_t since,
		    int64_t skew, struct event_list *events);

#endif
