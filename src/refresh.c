/* SPDX-License-Identifier: BSD-2-Clause */
#include "refresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mem.h"
#include "netbackup.h"
#include "tally.h"
#include "timefmt.h"

struct refresh {
	const struct config_site *site;
	struct netbackup *netbackup;
	struct tally *tally;	  /* of the last success */
	struct snapshot_site row; /* all but its strings and its index */
	void (*report)(uint64_t jobs, uint64_t requests, void *arg);
	void *report_arg;
};

/* One refresh under way; its results count only when all of it has succeeded. */
struct run {
	struct refresh *refresh;
	struct tally *tally;
	int64_t window_start; /* instant of the server's clock */
	int64_t last_id;      /* of the list at hand */
	uint64_t requests_before;
	uint64_t jobs;
	uint64_t unfinished;
	uint64_t skipped;
};

struct refresh *refresh_open(const struct config_site *site)
{
	struct refresh *refresh = mem_zalloc(1, sizeof *refresh);

	refresh->site = site;
	refresh->netbackup = netbackup_open(site);
	refresh->tally = tally_new();
	refresh->row.status = SNAPSHOT_UNKNOWN;
	refresh->row.mode = SNAPSHOT_MODE_NONE;
	refresh->row.started = timefmt_now();
	return refresh;
}

void refresh_on_progress(struct refresh *refresh,
			 void (*report)(uint64_t jobs, uint64_t requests, void *arg), void *arg)
{
	refresh->report = report;
	refresh->report_arg = arg;
}

/*
 * Sorted by jobId, ids must rise through all pages: where they do not, the server has not honoured
 * the cursor or the order, and jobs would be missed or counted twice.
 */
static bool check_order(struct run *run, const struct job *job, struct fault *fault)
{
	if (job->id > run->last_id) {
		run->last_id = job->id;
		return true;
	}
	fault_set(fault, FAULT_PROTOCOL,
		  "the server's list of jobs is out of order: job %lld came after job %lld",
		  (long long)job->id, (long long)run->last_id);
	return false;
}

static void take_job(struct run *run, const struct job *job)
{
	if (!job->done)
		run->unfinished++;
	else if (job->ended >= run->window_start)
		tally_add(run->tally, job);
}

static bool take_page(struct job_page *page, void *arg, struct fault *fault)
{
	struct run *run = arg;
	struct refresh *refresh = run->refresh;
	enum job_result result;
	struct job job;
	bool fine = true;

	while (fine && (result = job_page_read(page, &job)) != JOB_END) {
		run->jobs++;
		if (job.id > 0)
			fine = check_order(run, &job, fault);
		if (result == JOB_SKIPPED)
			run->skipped++;
		else if (fine)
			take_job(run, &job);
	}
	if (refresh->report)
		refresh->report(run->jobs,
				netbackup_traffic(refresh->netbackup)->requests -
				    run->requests_before,
				refresh->report_arg);
	return fine;
}

static bool fetch_list(struct run *run, const char *filter, struct fault *fault)
{
	run->last_id = 0;
	return netbackup_jobs(run->refresh->netbackup, filter, take_page, run, fault);
}

/* The whole window: first what is unfinished, for it has no end, then what has ended. */
static bool fetch(struct run *run, struct fault *fault)
{
	struct refresh *refresh = run->refresh;
	int64_t deadline = timefmt_monotonic() + refresh->site->deadline * INT64_C(1000);
	char start[TIMEFMT_INSTANT_SIZE], filter[TIMEFMT_INSTANT_SIZE + 16];

	if (!netbackup_begin(refresh->netbackup, deadline, fault))
		return false;
	run->window_start = timefmt_now() + netbackup_skew(refresh->netbackup) -
			    refresh->site->window * INT64_C(1000);
	timefmt_format_instant(run->window_start, start);
	snprintf(filter, sizeof filter, "endTime ge %s", start);
	return fetch_list(run, "state ne 'DONE'", fault) && fetch_list(run, filter, fault);
}

static uint32_t gauge(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static void note_success(struct run *run, int64_t began, int64_t millis)
{
	struct refresh *refresh = run->refresh;
	struct snapshot_site *row = &refresh->row;

	if (row->status != SNAPSHOT_UP)
		log_info("site %s: up, API version %s; %llu jobs in %.1f s", refresh->site->name,
			 netbackup_version(refresh->netbackup), (unsigned long long)run->jobs,
			 (double)millis / 1000);
	tally_free(refresh->tally);
	refresh->tally = run->tally;
	run->tally = NULL;
	row->status = SNAPSHOT_UP;
	row->data_at = began;
	row->last_success = timefmt_now();
	row->mode = SNAPSHOT_MODE_FULL;
	row->refresh_millis = gauge((uint64_t)millis);
	row->refresh_requests =
	    gauge(netbackup_traffic(refresh->netbackup)->requests - run->requests_before);
	row->refresh_jobs = gauge(run->jobs);
	row->refreshes++;
	row->failure_streak = 0;
	row->jobs_skipped += run->skipped;
	row->jobs_held = gauge(tally_jobs(refresh->tally) + run->unfinished);
}

static void note_failure(struct refresh *refresh, const struct fault *fault)
{
	struct snapshot_site *row = &refresh->row;

	/* Once for each state and reason, not at every try. */
	if (row->status != SNAPSHOT_DOWN || strcmp(row->fault.text, fault->text) != 0)
		log_warning("site %s: down (%s): %s", refresh->site->name,
			    fault_class_name(fault->class), fault->text);
	row->status = SNAPSHOT_DOWN;
	row->failures++;
	row->failure_streak++;
}

static int32_t seconds_of_skew(int64_t millis)
{
	int64_t seconds = (millis + (millis < 0 ? -500 : 500)) / 1000;

	if (seconds > INT32_MAX)
		return INT32_MAX;
	return seconds < INT32_MIN ? INT32_MIN : (int32_t)seconds;
}

static void add_cell(const struct tally_cell *cell, void *arg)
{
	struct snapshot *snapshot = arg;
	struct snapshot_job row = {
	    .job_type = cell->job_type,
	    .policy_type = cell->policy_type,
	    .status = cell->status,
	    .count = gauge(cell->count),
	    .bytes = cell->bytes,
	    .files = cell->files,
	    .mean_duration = gauge(cell->duration_sum / cell->count),
	    .max_duration = cell->duration_max,
	    .last_end = cell->last_end - (int64_t)snapshot->site.clock_skew * 1000,
	};

	snapshot_add_job(snapshot, &row);
}

/* All that is known now, as a snapshot. */
static struct snapshot *make_snapshot(struct refresh *refresh, const struct fault *fault)
{
	const struct netbackup_traffic *traffic = netbackup_traffic(refresh->netbackup);
	struct snapshot *snapshot = snapshot_new(refresh->site->name, refresh->site->url);
	struct snapshot_site *row = &refresh->row;

	row->fault = *fault;
	row->requests = traffic->requests;
	row->received_bytes = traffic->received_bytes;
	row->window = (uint32_t)refresh->site->window;
	row->refresh_interval = (uint32_t)refresh->site->refresh;
	row->clock_skew = seconds_of_skew(netbackup_skew(refresh->netbackup));
	snprintf(row->api_version, sizeof row->api_version, "%s",
		 netbackup_version(refresh->netbackup));
	row->index = snapshot->site.index;
	row->name = snapshot->site.name;
	row->url = snapshot->site.url;
	snapshot->site = *row;
	tally_each(refresh->tally, add_cell, snapshot);
	snapshot_seal(snapshot);
	row->names_cut = snapshot->site.names_cut;
	return snapshot;
}

struct snapshot *refresh_run(struct refresh *refresh)
{
	struct run run = {.refresh = refresh, .tally = tally_new()};
	int64_t began = timefmt_now(), clock = timefmt_monotonic();
	struct snapshot *snapshot;
	struct fault fault;

	fault_clear(&fault);
	run.requests_before = netbackup_traffic(refresh->netbackup)->requests;
	if (fetch(&run, &fault)) {
		fault_clear(&fault);
		note_success(&run, began, timefmt_monotonic() - clock);
	} else if (!refresh_cancelled(refresh)) {
		note_failure(refresh, &fault);
	}
	snapshot = make_snapshot(refresh, &fault);
	tally_free(run.tally);
	return snapshot;
}

bool refresh_pause(struct refresh *refresh, int64_t millis)
{
	return netbackup_pause(refresh->netbackup, millis);
}

void refresh_cancel(struct refresh *refresh)
{
	netbackup_cancel(refresh->netbackup);
}

bool refresh_cancelled(const struct refresh *refresh)
{
	return netbackup_cancelled(refresh->netbackup);
}

void refresh_close(struct refresh *refresh)
{
	if (!refresh)
		return;
	tally_free(refresh->tally);
	netbackup_close(refresh->netbackup);
	free(refresh);
}
