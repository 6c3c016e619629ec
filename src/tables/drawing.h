/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRAWING_H
#define DRAWING_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tables/snapshot.h"
#include "tally/tally.h"

struct site_row;

/* What the rows of a site are drawn from, and the snapshot that they are drawn into. */
struct drawing {
	struct snapshot *snapshot;
	const struct config_site *site;
	const struct site_row *row; /* of the site itself; its texts and index are not set */
	struct tally *tally;	    /* NULL until the first sweep is complete */
	int64_t now;		    /* instant of the local clock */
	int64_t skew;		    /* milliseconds, server's clock less ours */
	int64_t known_since; /* from here on all completions are known; of the server's clock */
};

/* Draws all tables that have a way to be drawn, and seals the snapshot. */
void drawing_run(struct drawing *drawing);

/* The local clock's time of INSTANT, which is the server's. 0 = none stays so. */
int64_t drawing_local(const struct drawing *drawing, int64_t instant);

/* Whether a row is still to be shown whose last job was there at the instant SINCE (local clock).
 */
bool drawing_retains(const struct drawing *drawing, int64_t since);

/* VALUE as a Gauge32, which stays at its highest value. */
uint32_t drawing_gauge(uint64_t value);

#endif
