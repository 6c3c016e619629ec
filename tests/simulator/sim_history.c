/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_history.h"

#include <stdlib.h>

/* A field of a line, in which a tab or a line break would make two of one. */
static void add_field(struct sim_buf *buf, const char *text)
{
	for (text = text && *text ? text : "-"; *text; text++)
		sim_buf_add(buf, (unsigned char)*text < ' ' ? "?" : text, 1);
}

void sim_history_add(struct sim_history *history, enum sim_purpose purpose, int status, int jobs,
		     const char *filter, const char *limit, const char *after)
{
	struct sim_past *past = &history->past[history->count++ % SIM_HISTORY_SIZE];
	struct sim_buf query = {0};

	add_field(&query, filter);
	sim_buf_text(&query, "\t");
	add_field(&query, limit);
	sim_buf_text(&query, "\t");
	add_field(&query, after);
	free(past->query);
	*past = (struct sim_past){purpose, status, jobs, query.data};
}

void sim_history_clear(struct sim_history *history)
{
	for (int64_t i = 0; i < history->count && i < SIM_HISTORY_SIZE; i++) {
		free(history->past[i].query);
		history->past[i].query = NULL;
	}
	history->count = 0;
}

void sim_history_write(const struct sim_history *history, struct sim_buf *buf)
{
	static const char *const names[] = {
	    [SIM_PURPOSE_OTHER] = "other",
	    [SIM_PURPOSE_PING] = "ping",
	    [SIM_PURPOSE_JOBS] = "jobs",
	    [SIM_PURPOSE_RESOURCE] = "resource",
	};
	int64_t first = history->count > SIM_HISTORY_SIZE ? history->count - SIM_HISTORY_SIZE : 0;

	for (int64_t i = first; i < history->count; i++) {
		const struct sim_past *past = &history->past[i % SIM_HISTORY_SIZE];

		sim_buf_printf(buf, "%lld\t%s\t%d\t%s\t%d\n", (long long)i + 1,
			       names[past->purpose], past->status, past->query, past->jobs);
	}
}
