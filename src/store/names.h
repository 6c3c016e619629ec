/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/database.h"

/*
 * The names of policies and clients: table name, held in memory. Each has an id, which stands for
 * it in all other tables. Zeroed, it is empty.
 */
struct names {
	struct pool *pool; /* has the texts, and their ids as their numbers */
	struct name *by_id;
	size_t room; /* of it */
	int64_t last_id;
	size_t forgotten; /* texts that are in the pool and no names any more */
};

/* Reads all names again, into a new pool. Like the functions below it returns false with FAULT
 * (class storage). */
bool names_read(struct names *names, struct database *database, struct fault *fault);

/* The id of the name TEXT, which is added where it is new. */
bool names_intern(struct names *names, struct database *database, const char *text, int64_t *id,
		  struct fault *fault);

bool names_has(const struct names *names, int64_t id);

/* The name of ID, which must be there. It lives as long as the pool that is now that of NAMES. */
const char *names_text(const struct names *names, int64_t id);

/* Marks ID as used: something in the store refers to it. names_read takes all marks away. */
void names_use(struct names *names, int64_t id);
void names_unuse_all(struct names *names);

/*
 * Deletes the names that are not used, so that the file does not grow with all there ever were.
 * *DROPPED goes up by their number. They stay in memory until names_forget_unused.
 */
bool names_drop_unused(const struct names *names, struct database *database, uint64_t *dropped,
		       struct fault *fault);

/* After a commit: what has been dropped is no name any more, and its id may be given out again. */
void names_forget_unused(struct names *names);

void names_free(struct names *names);

#endif
