/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_state.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 9999-12-31T23:59:59.999Z */
static const int64_t last_time_ms = 253402300799999;

void sim_state_init(struct sim_state *state, const struct sim_options *options)
{
	pthread_condattr_t attributes;

	state->options = options;
	state->faults = options->faults;
	state->world = options->world;
	state->world.start_ms = options->clock_ms;
	if (!options->clock_ms)
		state->world.start_ms = sim_time_now_ms() + options->skew_ms;
	/* Whole seconds, so that lives are the same in every run but for the start. */
	if (options->manual_clock && !options->clock_ms)
		state->world.start_ms -= state->world.start_ms % SIM_SECOND_MS;
	pthread_mutex_init(&state->mutex, NULL);
	sim_stock_init(&state->stock);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&state->stopped, &attributes);
	pthread_condattr_destroy(&attributes);
}

void sim_state_free(struct sim_state *state)
{
	sim_state_reset_stats(state);
	sim_stock_free(&state->stock);
	sim_buf_free(&state->ca);
	if (state->log)
		fclose(state->log);
	pthread_cond_destroy(&state->stopped);
	pthread_mutex_destroy(&state->mutex);
}

void sim_state_stop(struct sim_state *state)
{
	pthread_mutex_lock(&state->mutex);
	state->stopping = true;
	pthread_cond_broadcast(&state->stopped);
	pthread_mutex_unlock(&state->mutex);
}

int64_t sim_state_now(const struct sim_state *state)
{
	int64_t base_ms = state->world.start_ms;

	if (!state->options->manual_clock)
		base_ms = sim_time_now_ms() + state->options->skew_ms;
	return base_ms + atomic_load(&state->shift_ms);
}

/* Under the mutex. */
static int64_t shift_clock(struct sim_state *state, int64_t from_ms, int64_t to_ms)
{
	if (to_ms < state->world.start_ms)
		to_ms = state->world.start_ms;
	if (to_ms > last_time_ms)
		to_ms = last_time_ms;
	atomic_fetch_add(&state->shift_ms, to_ms - from_ms);
	return to_ms;
}

int64_t sim_state_move_clock(struct sim_state *state, int64_t ms)
{
	int64_t now_ms;

	pthread_mutex_lock(&state->mutex);
	now_ms = sim_state_now(state);
	now_ms = shift_clock(state, now_ms, now_ms + ms);
	pthread_mutex_unlock(&state->mutex);
	return now_ms;
}

int64_t sim_state_set_clock(struct sim_state *state, int64_t ms)
{
	pthread_mutex_lock(&state->mutex);
	ms = shift_clock(state, sim_state_now(state), ms);
	pthread_mutex_unlock(&state->mutex);
	return ms;
}

bool sim_state_sleep(struct sim_state *state, int64_t ms)
{
	struct timespec until;
	bool stopping;
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&state->mutex);
	while (!state->stopping && !failed)
		failed = pthread_cond_timedwait(&state->stopped, &state->mutex, &until);
	stopping = state->stopping;
	pthread_mutex_unlock(&state->mutex);
	return !stopping;
}

struct sim_world sim_state_world(struct sim_state *state)
{
	struct sim_world world = state->world;

	world.odd_jobs = sim_state_fault(state, SIM_FAULT_BAD_JOB);
	world.odd_ends = sim_state_fault(state, SIM_FAULT_ODD_END);
	return world;
}

struct sim_hits sim_state_hits(struct sim_state *state, const char *key, const char *after)
{
	struct sim_hits hits;

	pthread_mutex_lock(&state->mutex);
	hits = sim_fault_take(&state->faults, sim_chain_page(&state->chains, key, after));
	pthread_mutex_unlock(&state->mutex);
	return hits;
}

bool sim_state_fault(struct sim_state *state, enum sim_fault_kind kind)
{
	bool is_set;

	pthread_mutex_lock(&state->mutex);
	is_set = sim_fault_is_set(&state->faults, kind);
	pthread_mutex_unlock(&state->mutex);
	return is_set;
}

bool sim_state_replace_faults(struct sim_state *state, const char *lines,
			      char message[SIM_FAULT_MESSAGE_SIZE])
{
	struct sim_faults faults = {0};

	if (!sim_fault_add_lines(&faults, lines, message))
		return false;
	pthread_mutex_lock(&state->mutex);
	state->faults = faults;
	pthread_mutex_unlock(&state->mutex);
	return true;
}

void sim_state_retry_after(struct sim_state *state, char text[SIM_TIME_SIZE])
{
	bool as_date;

	pthread_mutex_lock(&state->mutex);
	as_date = state->retry_as_date;
	state->retry_as_date = !as_date;
	pthread_mutex_unlock(&state->mutex);
	if (as_date)
		sim_time_format(sim_state_now(state) + SIM_SECOND_MS, text);
	else
		snprintf(text, SIM_TIME_SIZE, "1");
}

int64_t sim_state_begin_work(struct sim_state *state)
{
	int64_t limit = state->options->limit_at_work;
	int64_t at_work = 0;

	pthread_mutex_lock(&state->mutex);
	if (limit && state->at_work >= limit)
		state->stats.too_many++;
	else
		at_work = ++state->at_work;
	if (state->stats.most_at_work < at_work)
		state->stats.most_at_work = at_work;
	pthread_mutex_unlock(&state->mutex);
	return at_work;
}

void sim_state_end_work(struct sim_state *state)
{
	pthread_mutex_lock(&state->mutex);
	state->at_work--;
	pthread_mutex_unlock(&state->mutex);
}

int64_t sim_state_latency(const struct sim_state *state, int64_t at_work)
{
	double ms = state->options->latency_ms;

	if (state->options->crowding > 1)
		ms *= pow(state->options->crowding, (double)(at_work - 1));
	return ms < INT_MAX ? llround(ms) : INT_MAX;
}

void sim_state_count(struct sim_state *state, int64_t *counter)
{
	pthread_mutex_lock(&state->mutex);
	++*counter;
	pthread_mutex_unlock(&state->mutex);
}

void sim_state_note(struct sim_state *state, enum sim_purpose purpose, int status, int jobs,
		    const char *filter, const char *limit, const char *after)
{
	pthread_mutex_lock(&state->mutex);
	sim_history_add(&state->history, purpose, status, jobs, filter, limit, after);
	pthread_mutex_unlock(&state->mutex);
}

void sim_state_write_history(struct sim_state *state, struct sim_buf *buf)
{
	pthread_mutex_lock(&state->mutex);
	sim_history_write(&state->history, buf);
	pthread_mutex_unlock(&state->mutex);
}

void sim_state_note_filter(struct sim_state *state, const char *filter)
{
	struct sim_stats *stats = &state->stats;
	char *copy = strdup(filter);
	char **slot;

	pthread_mutex_lock(&state->mutex);
	slot = &stats->filter[stats->filters++ % SIM_LAST_FILTERS];
	free(*slot);
	*slot = copy;
	pthread_mutex_unlock(&state->mutex);
}

static void write_filters(const struct sim_stats *stats, struct sim_buf *buf)
{
	int64_t first = stats->filters > SIM_LAST_FILTERS ? stats->filters - SIM_LAST_FILTERS : 0;

	for (int64_t i = first; i < stats->filters; i++) {
		const char *filter = stats->filter[i % SIM_LAST_FILTERS];

		if (i > first)
			sim_buf_text(buf, ",");
		sim_buf_json(buf, filter ? filter : "");
	}
}

void sim_state_write_stats(struct sim_state *state, struct sim_buf *buf)
{
	const struct sim_stats *stats = &state->stats;

	pthread_mutex_lock(&state->mutex);
	sim_buf_printf(
	    buf,
	    "{\"requests\":%lld,\"jobs\":%lld,\"resources\":%lld,\"ping\":%lld,"
	    "\"connections\":%lld,\"unauthorized\":%lld,\"gzip\":%lld,"
	    "\"mostAtWork\":%lld,\"tooMany\":%lld,\"lastFilters\":[",
	    (long long)stats->requests, (long long)stats->jobs, (long long)stats->resources,
	    (long long)stats->ping, (long long)stats->connections, (long long)stats->unauthorized,
	    (long long)stats->gzip, (long long)stats->most_at_work, (long long)stats->too_many);
	write_filters(stats, buf);
	pthread_mutex_unlock(&state->mutex);
	sim_buf_text(buf, "]}\n");
}

void sim_state_reset_stats(struct sim_state *state)
{
	pthread_mutex_lock(&state->mutex);
	for (int i = 0; i < SIM_LAST_FILTERS; i++)
		free(state->stats.filter[i]);
	state->stats = (struct sim_stats){.most_at_work = state->at_work};
	sim_history_clear(&state->history);
	pthread_mutex_unlock(&state->mutex);
	pthread_mutex_lock(&state->stock.mutex);
	sim_stock_clear_history(&state->stock);
	pthread_mutex_unlock(&state->stock.mutex);
}

void sim_state_log(struct sim_state *state, const char *method, const char *uri, int status,
		   int64_t bytes)
{
	char time[SIM_TIME_SIZE];

	if (!state->log)
		return;
	sim_time_format(sim_time_now_ms(), time);
	/* One call, so that the lines of several threads do not mix. */
	fprintf(state->log, "%s %s %s %d %lld\n", time, method, uri, status, (long long)bytes);
}
