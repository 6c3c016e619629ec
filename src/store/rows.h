/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ROWS_H
#define ROWS_H

#include "store/cache.h"
#include "store/schema.h"

/* The rows of the tables job and earlier, with the checks that what they refer to is there. */

/* Whether the server still lists a finished job: column gone. */
enum rows_unlisted {
	ROWS_LISTED = 0,
	ROWS_UNLISTED = 1,
	/* It had been restarted and was not finished: its completion is among the earlier ones. */
	ROWS_UNLISTED_UNFINISHED = 2
};

#define ROWS_COLUMNS 16

/* A row of table job, in the order of its columns; 0 where the table has NULL. */
struct row {
	union {
		struct {
			int64_t id;
			int64_t cell;
			int64_t policy; /* id of a name */
			int64_t client; /* likewise */
			int64_t state;
			int64_t unlisted;
			int64_t started;
			int64_t ended; /* of an unfinished job when it ended before, or 0 */
			int64_t updated;
			int64_t bytes;
			int64_t files;
			int64_t dedup;
			int64_t reason;
			int64_t parent;	 /* id of a job, 0 = a root */
			int64_t family;	 /* see family.h */
			int64_t guessed; /* its end is, so that no sweep lists it */
		};
		int64_t columns[ROWS_COLUMNS];
	};
};

/* All that ROW counts in. */
struct tally_job rows_job(struct cache *cache, const struct row *row);

/* Whether the job of ROW is done and has failed. */
bool rows_has_failed(const struct cache *cache, const struct row *row);

/*
 * The next row of a statement that gives jobs. At the end false, and FINE says whether it was
 * reached without a fault. Who leaves off before must call database_reset.
 */
bool rows_next(struct cache *cache, enum schema_statement statement, struct row *row, bool *fine,
	       struct fault *fault);

/* The same for a statement that gives completions: rows of finished jobs with the columns id, cell,
 * policy, client, ended, parent and family only. */
bool rows_next_completion(struct cache *cache, enum schema_statement statement, struct row *row,
			  bool *fine, struct fault *fault);

/* Reads the row of job ID; false with FINE when there is none. */
bool rows_get(struct cache *cache, int64_t id, struct row *row, bool *fine, struct fault *fault);

/*
 * A restarted job completes again; its earlier completions are in a table of their own. Keeps the
 * completion of ROW there; or takes it out into EARLIER, and *FOUND says whether it was there.
 */
bool rows_keep_earlier(struct cache *cache, const struct row *row, struct fault *fault);
bool rows_take_earlier(struct cache *cache, const struct row *row, struct row *earlier, bool *found,
		       struct fault *fault);

/*
 * What children have told of job ID, which is not held: *FAMILY, 0 = nothing. False with FAULT.
 * SEEN is when that was, by the server's clock; store_expire forgets it by that.
 */
bool rows_get_orphan(struct cache *cache, int64_t id, int64_t *family, struct fault *fault);
bool rows_put_orphan(struct cache *cache, int64_t id, int64_t family, int64_t seen,
		     struct fault *fault);
bool rows_drop_orphan(struct cache *cache, int64_t id, struct fault *fault);

#endif
