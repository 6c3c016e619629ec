/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_IDS_H
#define SIM_IDS_H

#include <stdbool.h>
#include <stdint.h>

/* How ids rise with the ordinals of jobs. All zero: evenly, about one of 3 ids is used. */
struct sim_ids {
	uint64_t seed;
	int64_t settled; /* so many jobs are there at the start */
	int64_t every;	 /* about one of so many ids is used; 0 for 3 */
	bool runs;	 /* in runs of ids without a gap, with gaps of all sizes between them */
	int64_t gap;	 /* so many ids are left out in the middle of those of the start */
	int64_t last;	 /* the last id at the start; 0: the first is 10001 or little more */
};

/*
 * Reads words with commas between: N, even:N, gap, gap:N, last:ID. Sets all but seed and settled.
 * False when it is not that.
 */
bool sim_ids_parse(struct sim_ids *ids, const char *text);

/* The id of the job with that ordinal. With a last id that is too small it is negative or 0. */
int64_t sim_ids_at(const struct sim_ids *ids, int64_t ordinal);

/* The first ordinal whose id is at least `id`; it need not exist. */
int64_t sim_ids_find(const struct sim_ids *ids, int64_t id);

#endif
