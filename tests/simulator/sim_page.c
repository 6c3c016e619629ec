/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim_order.h"

/* What is left of all jobs after the bounds that follow from filter and cursors. */
struct range {
	int64_t low;
	int64_t high;
	struct sim_search search; /* and within it */
	/* An id counts as one that is so much higher, but as none below or above these. */
	int64_t shift;
	int64_t least_id;
	int64_t most_id;
};

static bool parse_key(const char *text, size_t size, struct sim_sort *sort)
{
	enum sim_field field;
	bool descending = size && *text == '-';

	if (sort->count == SIM_SORT_KEYS)
		return false;
	field = sim_field_find(text + descending, size - descending);
	if (field == SIM_FIELDS || sim_field_kind(field) == SIM_KIND_TEXT)
		return false;
	sort->key[sort->count] = field;
	sort->descending[sort->count++] = descending;
	return true;
}

bool sim_sort_parse(const char *text, struct sim_sort *sort)
{
	*sort = (struct sim_sort){0};
	if (!text)
		text = "-startTime";
	for (;;) {
		size_t size = strcspn(text, ",");

		if (!parse_key(text, size, sort))
			return false;
		if (!text[size])
			break;
		text += size + 1;
	}
	/* Ids are unique, so that a key behind them decides nothing. */
	if (sort->key[0] == SIM_FIELD_JOB_ID)
		sort->count = 1;
	return true;
}

bool sim_sort_is_by_id(const struct sim_sort *sort)
{
	return sort->key[0] == SIM_FIELD_JOB_ID;
}

/* Start times rise with the ids: both orders are that of the ordinals. */
static bool is_by_ordinal(const struct sim_sort *sort)
{
	return sim_sort_is_by_id(sort) ||
	       (sort->count == 1 && sort->key[0] == SIM_FIELD_START_TIME);
}

/* How many numbers make a cursor, and which of them fall. */
static int cursor_size(const struct sim_sort *sort)
{
	return sim_sort_is_by_id(sort) ? 1 : sort->count + 1;
}

static bool is_falling(const struct sim_sort *sort, int i)
{
	return sort->descending[i < sort->count ? i : 0];
}

static int64_t key_of(const struct sim_sort *sort, int i, const struct sim_job *job)
{
	int64_t value;

	if (i >= sort->count)
		return job->id;
	return sim_field_number(job, sort->key[i], &value) ? value : -1;
}

static struct sim_cursor cursor_of(const struct sim_sort *sort, const struct sim_job *job)
{
	struct sim_cursor cursor = {{0}};

	for (int i = 0; i < cursor_size(sort); i++) {
		int64_t value = key_of(sort, i, job);

		cursor.value[i] = is_falling(sort, i) ? -value : value;
	}
	return cursor;
}

static int cursor_compare(const struct sim_cursor *a, const struct sim_cursor *b)
{
	for (int i = 0; i <= SIM_SORT_KEYS; i++)
		if (a->value[i] != b->value[i])
			return a->value[i] < b->value[i] ? -1 : 1;
	return 0;
}

void sim_cursor_write(struct sim_buf *buf, const struct sim_sort *sort, const struct sim_job *job)
{
	for (int i = 0; i < cursor_size(sort); i++) {
		if (i)
			sim_buf_text(buf, ":");
		sim_buf_number(buf, key_of(sort, i, job));
	}
}

bool sim_cursor_parse(const char *text, const struct sim_sort *sort, struct sim_cursor *cursor)
{
	int size = cursor_size(sort);

	*cursor = (struct sim_cursor){{0}};
	for (int i = 0; i < size; i++) {
		char *end;
		long long value;

		if (*text != '-' && (*text < '0' || *text > '9'))
			return false;
		errno = 0;
		value = strtoll(text, &end, 10);
		/* The least number has no negative. */
		if (errno || end == text || value == INT64_MIN ||
		    *end != (i < size - 1 ? ':' : '\0'))
			return false;
		cursor->value[i] = is_falling(sort, i) ? -value : value;
		text = end + 1;
	}
	return true;
}

static int64_t cursor_id(const struct sim_sort *sort, const struct sim_cursor *cursor)
{
	int last = cursor_size(sort) - 1;

	return is_falling(sort, last) ? -cursor->value[last] : cursor->value[last];
}

static void raise_low(struct range *range, int64_t low)
{
	if (range->low < low)
		range->low = low;
}

static void lower_high(struct range *range, int64_t high)
{
	if (range->high > high)
		range->high = high;
}

/* The first ordinal behind that id. */
static int64_t behind_id(const struct sim_world *world, int64_t id)
{
	return id == INT64_MAX ? INT64_MAX : sim_order_first_id(world, id + 1);
}

/*
 * Has the range be wrong in the ways that the query wants; the bounds are then those of the ids. It
 * is taken for one above the low end and up to the high end, as bounds do not tell more.
 */
static void bend(struct range *range, const struct sim_world *world, const struct sim_query *query,
		 struct sim_bounds *bounds)
{
	range->least_id = INT64_MIN;
	range->most_id = INT64_MAX;
	if (bounds->min_id <= 0 || bounds->max_id == INT64_MAX || bounds->min_id >= bounds->max_id)
		return;
	if (query->range_before && sim_order_first_id(world, bounds->min_id + 1) > 0)
		range->shift = bounds->max_id - bounds->min_id;
	if (query->without_low)
		range->least_id = bounds->min_id + 1;
	if (query->without_high)
		range->most_id = bounds->max_id;
	bounds->min_id = query->without_low ? 0 : bounds->min_id - range->shift;
	bounds->max_id = query->without_high ? INT64_MAX : bounds->max_id - range->shift;
}

static struct range filter_range(const struct sim_world *world, const struct sim_query *query,
				 int64_t now_ms)
{
	struct sim_bounds bounds = sim_filter_bounds(query->filter);
	struct range range = {.low = 0, .high = sim_order_count(world, now_ms)};

	bend(&range, world, query, &bounds);
	range.search = sim_job_search(world, now_ms, bounds.min_change_ms, bounds.unfinished);
	if (!bounds.unfinished)
		raise_low(&range, range.search.first);
	if (bounds.min_start_ms > 0)
		raise_low(&range, sim_order_first_start(world, range.high, bounds.min_start_ms));
	raise_low(&range, sim_order_first_id(world, bounds.min_id));
	lower_high(&range, behind_id(world, bounds.max_id));
	return range;
}

static void cut_at_cursors(struct range *range, const struct sim_world *world,
			   const struct sim_query *query)
{
	bool falling = query->sort.descending[0];

	if (query->has_after) {
		int64_t id = cursor_id(&query->sort, &query->after);

		if (falling)
			lower_high(range, sim_order_first_id(world, id));
		else
			raise_low(range, behind_id(world, id));
	}
	if (query->has_before) {
		int64_t id = cursor_id(&query->sort, &query->before);

		if (falling)
			raise_low(range, behind_id(world, id));
		else
			lower_high(range, sim_order_first_id(world, id));
	}
}

static int64_t id_in_filter(const struct range *range, int64_t id)
{
	id += range->shift;
	if (id < range->least_id)
		return range->least_id;
	return id > range->most_id ? range->most_id : id;
}

/* Makes the job at that place if it is listed and the filter wants it. */
static bool find(struct sim_job *job, const struct sim_world *world, const struct sim_query *query,
		 const struct range *range, int64_t ordinal, int64_t now_ms)
{
	int64_t id;
	bool wanted;

	if (!sim_job_is_candidate(world, &range->search, ordinal))
		return false;
	*job = sim_job_at(world, ordinal, now_ms);
	if (job->deleted)
		return false;
	id = job->id;
	job->id = id_in_filter(range, id);
	wanted = sim_filter_match(query->filter, job);
	job->id = id;
	return wanted;
}

/* In the order of ordinals: stops at the first match too many, which it counts. */
static void walk(struct sim_page *page, const struct sim_world *world,
		 const struct sim_query *query, struct range range, bool backwards, int64_t now_ms)
{
	int64_t left = query->offset;

	while (range.low < range.high && page->count <= query->limit) {
		int64_t ordinal = backwards ? --range.high : range.low++;

		if (!find(&page->rows[page->count], world, query, &range, ordinal, now_ms))
			continue;
		if (left > 0)
			left--;
		else
			page->count++;
	}
}

/* In any other order: keeps the best of all, and one too many, sorted. */
static void gather(struct sim_page *page, const struct sim_world *world,
		   const struct sim_query *query, struct range range, bool from_end, int64_t now_ms)
{
	struct sim_cursor best[SIM_PAGE_MAX_LIMIT + 1];

	for (int64_t ordinal = range.low; ordinal < range.high; ordinal++) {
		struct sim_cursor place;
		struct sim_job job;
		int at = page->count;

		if (!find(&job, world, query, &range, ordinal, now_ms))
			continue;
		place = cursor_of(&query->sort, &job);
		if (query->has_after && cursor_compare(&place, &query->after) <= 0)
			continue;
		if (query->has_before && cursor_compare(&place, &query->before) >= 0)
			continue;
		while (at && (cursor_compare(&place, &best[at - 1]) < 0) != from_end)
			at--;
		if (at > query->limit)
			continue;
		if (page->count <= query->limit)
			page->count++;
		for (int i = page->count - 1; i > at; i--) {
			best[i] = best[i - 1];
			page->rows[i] = page->rows[i - 1];
		}
		best[at] = place;
		page->rows[at] = job;
	}
}

static void reverse(struct sim_page *page)
{
	for (int i = 0, j = page->count - 1; i < j; i++, j--) {
		struct sim_job row = page->rows[i];

		page->rows[i] = page->rows[j];
		page->rows[j] = row;
	}
}

void sim_page_fill(struct sim_page *page, const struct sim_world *world,
		   const struct sim_query *query, int64_t now_ms)
{
	/* Only a page that is bound by its end alone is filled from there. */
	bool from_end = query->has_before && !query->has_after;
	struct range range = filter_range(world, query, now_ms);
	bool more;

	page->count = 0;
	if (is_by_ordinal(&query->sort)) {
		cut_at_cursors(&range, world, query);
		walk(page, world, query, range, query->sort.descending[0] != from_end, now_ms);
	} else {
		gather(page, world, query, range, from_end, now_ms);
	}
	more = page->count > query->limit;
	if (more)
		page->count = query->limit;
	if (from_end)
		reverse(page);
	page->more_after = from_end ? page->count > 0 : more;
	page->more_before = from_end ? more : query->has_after || query->offset > 0;
}
