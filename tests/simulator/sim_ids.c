/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_draw.h"

enum {
	FIRST_ID = 10001,
	USUAL_STEP = 3,
	MAX_STEP = 1000000,
	MAX_RUN = 64,
	RUN_EVERY = 3,
	LEAST_STRETCH = 1024,
};

#define HUGE_GAP 1000000000000
#define MAX_GAP 1000000000000000
#define MAX_LAST 4000000000000000000

/* More jobs than there can be. */
#define END_OF_JOBS (INT64_C(1) << 33)

static bool parse_number(const char *text, int64_t low, int64_t high, int64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return !errno && (!*end || *end == ',') && *number >= low && *number <= high;
}

static bool parse_word(struct sim_ids *ids, const char *word, size_t size)
{
	if (size == 3 && strncmp(word, "gap", 3) == 0) {
		ids->gap = HUGE_GAP;
		return true;
	}
	if (strncmp(word, "gap:", 4) == 0)
		return parse_number(word + 4, 1, MAX_GAP, &ids->gap);
	if (strncmp(word, "last:", 5) == 0)
		return parse_number(word + 5, 1, MAX_LAST, &ids->last);
	ids->runs = strncmp(word, "even:", 5) != 0;
	return parse_number(ids->runs ? word : word + 5, 1, MAX_STEP, &ids->every);
}

bool sim_ids_parse(struct sim_ids *ids, const char *text)
{
	bool more;

	do {
		size_t size = strcspn(text, ",");

		if (!parse_word(ids, text, size))
			return false;
		more = text[size];
		text += size + more;
	} while (more);
	return true;
}

static int64_t even_offset(const struct sim_ids *ids, int64_t ordinal, int64_t step)
{
	return ordinal * step + sim_draw_below(ids->seed, ordinal, SIM_STREAM_ID, step);
}

/*
 * The ids that a stretch of jobs does not use are dealt out to its halves, unevenly, and so on down
 * to single jobs. So there are dense and thin parts of any size. Some short stretches are runs.
 */
static int64_t uneven_offset(const struct sim_ids *ids, int64_t ordinal, int64_t step)
{
	int64_t count = ids->settled > LEAST_STRETCH ? ids->settled : LEAST_STRETCH;
	int64_t first = ordinal - ordinal % count;
	int64_t offset = first * step;
	int64_t unused = count * step - count;

	while (count > 1) {
		int64_t left = count / 2;
		int64_t middle = first + left;
		int64_t part = unused / 8;

		if (count <= MAX_RUN &&
		    !sim_draw_below(ids->seed, middle, SIM_STREAM_ID, RUN_EVERY))
			break;
		part += sim_draw_below(ids->seed, middle, SIM_STREAM_GAP, unused - 2 * part + 1);
		if (ordinal < middle) {
			count = left;
			unused = part;
		} else {
			first = middle;
			offset += left + part;
			count -= left;
			unused -= part;
		}
	}
	return offset + ordinal - first;
}

static int64_t offset_of(const struct sim_ids *ids, int64_t ordinal)
{
	int64_t step = ids->every ? ids->every : USUAL_STEP;
	int64_t offset =
	    ids->runs ? uneven_offset(ids, ordinal, step) : even_offset(ids, ordinal, step);

	return ordinal < ids->settled / 2 ? offset : offset + ids->gap;
}

int64_t sim_ids_at(const struct sim_ids *ids, int64_t ordinal)
{
	int64_t offset = offset_of(ids, ordinal);

	if (!ids->last)
		return FIRST_ID + offset;
	return ids->last + offset - offset_of(ids, ids->settled ? ids->settled - 1 : 0);
}

int64_t sim_ids_find(const struct sim_ids *ids, int64_t id)
{
	int64_t low = 0;
	int64_t high = END_OF_JOBS;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (sim_ids_at(ids, middle) < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
