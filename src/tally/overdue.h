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

/* What LIST says of SUBJECT, or NULL. LIST must be the same each time: the answer is remembered. */
const struct config_watch *overdue_watch(struct tally_subject *subject,
					 const struct config_watch_list *list);

/*
 * From when on SUBJECT is overdue, unless it succeeds meanwhile; OVERDUE_NEVER where WATCH (which
 * may be NULL) sets no age. One that has ended and never succeeded is overdue at once: 0. One that
 * is expected and has not ended at all is when all that ended since SINCE is known and it should
 * have been there; one that is not expected may be new.
 */
int64_t overdue_from(const struct tally_subject *subject, const struct config_watch *watch,
		     int64_t since);

/* Makes sure that the policies and clients that SITE expects are in TALLY. */
void overdue_expect(struct tally *tally, const struct config_site *site);

/*
 * Notes in the policies of TALLY which are overdue at NOW, SKEW milliseconds ahead of the local
 * clock, and adds those of which that is new, or no longer so, to NEWS; where that is NULL there is
 * nothing yet to compare with.
 */
void overdue_update(struct tally *tally, const struct config_site *site, int64_t now, int64_t since,
		    int64_t skew, struct event_list *events);

#endif
