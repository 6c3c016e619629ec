/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DRAWING_H
#define DRAWING_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tables/column.h"
#include "tables/notice.h"
#include "tables/snapshot.h"
#include "tally/tally.h"

struct failures;
struct resources_view;
struct site_row;

/* What the rows of a site are made from, and the snapshot that they are added to. */
struct drawing {
	struct snapshot *snapshot;
	const struct config_site *site;
	const struct site_row *row;	 /* of the site itself, without texts and index */
	struct tally *tally;		 /* NULL until the first sweep is complete */
	const struct failures *failures; /* NULL = there are none */
	const struct resources_view *resources;
	struct notice_facts facts; /* those that rows and configuration do not tell */
	int64_t now;		   /* instant of the local clock */
	int64_t skew;		   /* milliseconds, server's clock less local clock */
	int64_t
	    known_since; /* all completions from this instant of the server's clock on are known */

	/* For drawing_note_overdue, by kind of subject. */
	struct drawing_overdue {
		int64_t *instants;
		size_t count, room;
	} overdue[TALLY_KINDS];
};

/* Draws all tables that have a function for it, and seals the snapshot. */
void drawing_run(struct drawing *drawing);

/*
 * Notes from which INSTANT of the local clock on a policy or client is overdue, INT64_MAX = never;
 * also of one that has no row because of a limit.
 */
void drawing_note_overdue(struct drawing *drawing, enum tally_kind kind, int64_t instant);

/* Moves what has been noted of KIND into the arena of the snapshot. */
struct column_instants drawing_take_overdue(struct drawing *drawing, enum tally_kind kind);

/* Converts INSTANT from the server's clock to the local clock. 0 = none stays 0. */
int64_t drawing_local(const struct drawing *drawing, int64_t instant);

/* Whether a row without jobs since the instant SINCE (local clock) is still shown. */
bool drawing_retains(const struct drawing *drawing, int64_t since);

/* VALUE as a Gauge32, which stays at its maximum if VALUE is larger. */
uint32_t drawing_gauge(uint64_t value);

/* The same as an Integer32. */
int32_t drawing_integer(uint64_t value);

#endif
