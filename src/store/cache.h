/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CACHE_H
#define CACHE_H

#include "api/job.h"
#include "config/config.h"
#include "store/database.h"
#include "store/names.h"
#include "tally/completions.h"
#include "tally/failures.h"
#include "tally/tally.h"

/*
 * What is held in memory of a store: its tally, and where in the tally the cells and subjects are
 * that ids stand for. It is made by load.h from what is in the file, and follows each change.
 * Zeroed, it is empty.
 */
struct cache {
	struct database *database;
	struct names *names;
	const struct config_site *site; /* says which jobs count where */
	struct tally *tally;
	struct completions *completions; /* of the tally */
	struct failures *failures;
	/* By the ids of cells, from 1 to cell_count. */
	struct tally_cell **cells;
	size_t cell_count, cell_room;
	/* By the ids of names; NULL = not looked up yet. */
	struct tally_subject **subjects[TALLY_KINDS];
	size_t subject_room[TALLY_KINDS];
	bool has_orphans; /* there may be rows in table orphan */
	/* The server does not say of all jobs how many children they have. */
	bool has_uncounted;
};

/* Begins an empty cache; DATABASE, NAMES and SITE stay the caller's. */
void cache_start(struct cache *cache, struct database *database, struct names *names,
		 const struct config_site *site);

/* Gives CELL, which is in the cache's tally, the next id. */
void cache_add_cell(struct cache *cache, struct tally_cell *cell);

/* The id of the cell of JOB, which is added to the file where it is new. False with FAULT. */
bool cache_intern_cell(struct cache *cache, const struct job *job, int64_t *id,
		       struct fault *fault);

/* The cell of ID, or NULL. */
struct tally_cell *cache_cell(const struct cache *cache, int64_t id);

/* The policy or client that the name ID stands for; NULL where the name is empty. */
struct tally_subject *cache_subject(struct cache *cache, enum tally_kind kind, int64_t id);

/* Forgets which subjects the ids of names stand for: ids may be given out again. */
void cache_forget_subjects(struct cache *cache);

void cache_free(struct cache *cache);

#endif
