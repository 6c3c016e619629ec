/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COLLECT_H
#define COLLECT_H

#include <stdbool.h>
#include <stdint.h>

#include "api/netbackup.h"
#include "config/config.h"
#include "resources/resources.h"
#include "store/store.h"
#include "tables/drawing.h"
#include "tally/event.h"

/*
 * What is fetched of a site beside its jobs: the resources that the key collect wants, each at its
 * interval. One that fails keeps its rows, which get older, and turns nothing else off.
 */
struct collect;

/* SITE must outlive the result, which collect_free frees. All resources are due at once. */
struct collect *collect_new(const struct config_site *site);

/* Milliseconds until the next resource is due; 0 = one is; INT64_MAX = there are none. */
int64_t collect_wait(const struct collect *collect);

/*
 * Fetches the resources that are due, and saves them in STORE; NULL = there is none, and so nothing
 * is asked. Their events are added to EVENTS. SITE_FAULT is why the last refresh of jobs failed,
 * class none if it did not: a server that cannot be reached is not asked. It lasts until the
 * instant UNTIL (timefmt_monotonic), or a little longer, and what is not done by then is gone on
 * with by the next run. QUICK: only those that take next to no time, for a second at most.
 * True when something has been done.
 */
bool collect_run(struct collect *collect, struct netbackup *netbackup, struct store *store,
		 const struct fault *site_fault, int64_t until, bool quick,
		 struct event_list *events);

/* Takes the rows of an earlier run from STORE; what has been taken once is not taken again. */
void collect_load(struct collect *collect, struct store *store);

/* Lets DRAWING draw the rows, and adds those of nbuResourceTable. The rows must outlive DRAWING. */
void collect_draw(struct collect *collect, struct drawing *drawing);

/* NULL is fine. */
void collect_free(struct collect *collect);

#endif
