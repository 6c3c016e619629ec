/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_PAGE_H
#define SIM_PAGE_H

#include <stdbool.h>

#include "sim_buf.h"
#include "sim_field.h"
#include "sim_filter.h"
#include "sim_job.h"

enum {
	SIM_PAGE_DEFAULT_LIMIT = 10,
	SIM_PAGE_MAX_LIMIT = 100,
	SIM_SORT_KEYS = 2,
};

/* The order of a list. The job id decides between equals, in the direction of the first key. */
struct sim_sort {
	int count;
	enum sim_field key[SIM_SORT_KEYS];
	bool descending[SIM_SORT_KEYS];
};

/* The place of a row in an order: its keys, then its id; negated where the order falls. */
struct sim_cursor {
	int64_t value[SIM_SORT_KEYS + 1];
};

struct sim_query {
	struct sim_sort sort;
	const struct sim_filter *filter; /* NULL for none */
	int limit;
	int64_t offset; /* matches that are passed over */
	/* What is wrong when the filter has both ends of a range of ids: gt and le. */
	bool range_before; /* it is that of the same width below it, if jobs are there */
	bool without_low;  /* its low end does not count */
	bool without_high;
	bool has_after;
	bool has_before;
	struct sim_cursor after;
	struct sim_cursor before;
};

struct sim_page {
	int count;
	bool more_after;  /* there are matches behind the last row */
	bool more_before; /* there are matches ahead of the first row, as far as is known */
	struct sim_job rows[SIM_PAGE_MAX_LIMIT + 1];
};

/* Reads "-startTime,jobId". NULL stands for the default. False for an unknown key. */
bool sim_sort_parse(const char *text, struct sim_sort *sort);

/* Reads a cursor that sim_cursor_write made for the same order. */
bool sim_cursor_parse(const char *text, const struct sim_sort *sort, struct sim_cursor *cursor);
void sim_cursor_write(struct sim_buf *buf, const struct sim_sort *sort, const struct sim_job *job);

/* Whether cursors are job ids and nothing else. */
bool sim_sort_is_by_id(const struct sim_sort *sort);

/* Fills the page with the jobs that the query asks for, as they are at `now_ms`. */
void sim_page_fill(struct sim_page *page, const struct sim_world *world,
		   const struct sim_query *query, int64_t now_ms);

#endif
