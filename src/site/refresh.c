/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/refresh.h"

#include <stdio.h>
#include <stdlib.h>

#include "site/fetch.h"
#include "base/log.h"
#include "base/mem.h"
#include "api/netbackup.h"
#include "tally/overdue.h"
#include "store/store.h"
#include "base/timefmt.h"

struct refresh {
	const struct config_site *site;
	const char *state_dir;
	struct netbackup *netbackup;
	struct store *store;	  /* NULL = not open: not yet, or the disk refuses */
	struct snapshot_site row; /* all but its strings and its index */
	struct fetch fetch;	  /* of the last or present run */
	struct event_list events; /* of the site itself */
	bool down_notified;	  /* it is news already that it is down */
};

struct refresh *refresh_open(const struct config_site *site, const char *state_dir)
{
	struct refresh *refresh = mem_zalloc(1, sizeof *refresh);

	refresh->site = site;
	refresh->state_dir = state_dir;
	refresh->netbackup = netbackup_open(site);
	refresh->row.status = SNAPSHOT_UNKNOWN;
	refresh->row.mode = SNAPSHOT_MODE_NONE;
	refresh->row.started = timefmt_now();
	fault_clear(&refresh->row.fault);
	return refresh;
}

void refresh_on_progress(struct refresh *refresh,
			 void (*report)(uint64_t jobs, uint64_t requests, void *arg), void *arg)
{
	refresh->fetch.report = report;
	refresh->fetch.report_arg = arg;
}

static uint32_t gauge(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static int32_t seconds_of_skew(int64_t millis)
{
	int64_t seconds = (millis + (millis < 0 ? -500 : 500)) / 1000;

	if (seconds > INT32_MAX)
		return INT32_MAX;
	return seconds < INT32_MIN ? INT32_MIN : (int32_t)seconds;
}

/* Opens the store if it is not. What it tells of an earlier run is shown with its true age. */
static bool open_store(struct refresh *refresh, struct fault *fault)
{
	const struct store_marks *marks;

	if (refresh->store)
		return true;
	refresh->store =
	    store_open(refresh->state_dir, refresh->site->name, refresh->site->url, fault);
	if (!refresh->store)
		return false;
	marks = store_marks(refresh->store);
	/* The failures of an earlier run go on counting. */
	if (marks->down_notified && !refresh->down_notified) {
		refresh->down_notified = true;
		refresh->row.failure_streak += gauge((uint64_t)marks->down_notified);
	}
	if (refresh->row.data_at == 0) {
		refresh->row.data_at = marks->data_at;
		refresh->row.last_success = marks->data_at;
		refresh->row.clock_skew = seconds_of_skew(marks->skew);
	}
	return true;
}

static void add_event(struct refresh *refresh, enum event_kind kind, const struct fault *fault)
{
	struct event event = {
	    .kind = kind,
	    .site = refresh->site->name,
	    .failure_streak = refresh->row.failure_streak,
	    .error_class = fault->class,
	    .error_text = fault->text,
	};

	event_add(&refresh->events, &event);
	refresh->down_notified = kind == EVENT_SITE_DOWN;
}

static void note_success(struct refresh *refresh, int64_t began, int64_t millis,
			 const struct fault *fault)
{
	const struct fetch *fetch = &refresh->fetch;
	struct snapshot_site *row = &refresh->row;

	if (row->status != SNAPSHOT_UP)
		log_info("site %s: up, API version %s; %llu jobs in %.1f s", refresh->site->name,
			 netbackup_version(refresh->netbackup), (unsigned long long)fetch->jobs,
			 (double)millis / 1000);
	if (refresh->down_notified)
		add_event(refresh, EVENT_SITE_UP, fault);
	row->status = SNAPSHOT_UP;
	row->data_at = began;
	row->last_success = timefmt_now();
	row->mode = fetch->full ? SNAPSHOT_MODE_FULL : SNAPSHOT_MODE_DELTA;
	row->refresh_millis = gauge((uint64_t)millis);
	row->refresh_requests = gauge(fetch_requests(fetch));
	row->refresh_jobs = gauge(fetch->jobs);
	row->refreshes++;
	row->failure_streak = 0;
	row->jobs_skipped += fetch->skipped;
	row->clock_skew = seconds_of_skew(netbackup_skew(refresh->netbackup));
}

/* That the site is down is told once, even if the program is restarted meanwhile: where the disk
 * allows it. */
static void notify_down(struct refresh *refresh, const struct fault *fault)
{
	struct fault ignored;

	add_event(refresh, EVENT_SITE_DOWN, fault);
	if (!refresh->store || !store_begin(refresh->store, &ignored))
		return;
	store_marks(refresh->store)->down_notified = refresh->row.failure_streak;
	store_commit(refresh->store, &ignored);
}

static void note_failure(struct refresh *refresh, const struct fault *fault)
{
	struct snapshot_site *row = &refresh->row;

	/* Once for each state and reason, not at every try; texts have numbers that change. */
	if (row->status != SNAPSHOT_DOWN || row->fault.class != fault->class)
		log_warning("site %s: down (%s): %s", refresh->site->name,
			    fault_class_name(fault->class), fault->text);
	row->status = SNAPSHOT_DOWN;
	row->failures++;
	row->failure_streak++;
	if (!refresh->down_notified && row->failure_streak >= (uint32_t)refresh->site->down_after)
		notify_down(refresh, fault);
}

void refresh_release(struct refresh *refresh)
{
	store_close(refresh->store);
	refresh->store = NULL;
}

/* Everything within one transaction, but for the first sweep, which commits as it goes. */
static bool transact(struct refresh *refresh, int64_t began, struct fault *fault)
{
	if (!open_store(refresh, fault))
		return false;
	if (fetch_run(&refresh->fetch, refresh->netbackup, refresh->store, refresh->site, began,
		      fault))
		return true;
	store_rollback(refresh->store);
	/* A damaged file is set aside when it is closed, and a new one begun the next time. */
	if (store_damaged(refresh->store)) {
		refresh_release(refresh);
		refresh->row.data_at = 0;
	}
	return false;
}

bool refresh_run(struct refresh *refresh)
{
	int64_t began = timefmt_now(), clock = timefmt_monotonic();
	struct fault fault, ignored;
	bool fine = transact(refresh, began, &fault);

	if (fine) {
		/* Of what was overcome on the way. */
		fault_clear(&fault);
		note_success(refresh, began, timefmt_monotonic() - clock, &fault);
		/*
		 * The totals of a store that was empty have just been made of its jobs. Should the
		 * rows not be readable now, the next refresh will say so.
		 */
		if (refresh->fetch.round_ended && !refresh->fetch.fresh)
			store_verify(refresh->store, &ignored);
	} else if (!refresh_cancelled(refresh)) {
		note_failure(refresh, &fault);
	}
	refresh->row.fault = fault;
	return fine;
}

/* What is needed to make the rows of the snapshot at hand. */
struct drawing {
	struct snapshot *snapshot;
	const struct config_site *site;
	int64_t now; /* of the local clock */
	int64_t skew;
	int64_t retention; /* milliseconds that a row without jobs stays */
	int64_t since;	   /* fetch_known_since */
};

/* The local clock's time of INSTANT, which is the server's; 0 = none stays so. */
static int64_t local(const struct drawing *drawing, int64_t instant)
{
	return instant ? instant - drawing->skew : 0;
}

static void add_cell(struct tally_cell *cell, void *arg)
{
	const struct drawing *drawing = arg;
	struct snapshot_job row = {
	    .job_type = cell->job_type,
	    .policy_type = cell->policy_type,
	    .status = cell->status,
	    .count = gauge(cell->count),
	    .bytes = cell->bytes,
	    .files = cell->files,
	    .mean_duration = cell->count ? gauge(cell->duration_sum / cell->count) : 0,
	    .max_duration = cell->duration_max,
	    .last_end = local(drawing, cell->last_end),
	    .finished = cell->finished,
	    .finished_bytes = cell->finished_bytes,
	    .finished_files = cell->finished_files,
	};

	if (cell->count == 0 && drawing->now - cell->empty_since >= drawing->retention)
		return;
	snapshot_add_job(drawing->snapshot, &row);
	/* Its workload has a row for as long as one of its cells has. */
	cell->workload->subject.watch = 1;
}

static void add_workload(struct tally_subject *subject, void *arg)
{
	const struct tally_workload *workload = tally_workload(subject);
	const struct drawing *drawing = arg;
	struct snapshot_workload row = {
	    .job_type = subject->name,
	    .policy_type = subject->policy_type,
	    .succeeded = gauge(subject->succeeded),
	    .partial = gauge(subject->partial),
	    .failed = gauge(subject->failed),
	    .active = gauge(workload->jobs[JOB_ACTIVE]),
	    .queued = gauge(workload->jobs[JOB_QUEUED]),
	    .requeued = gauge(workload->jobs[JOB_REQUEUED]),
	    .suspended = gauge(workload->jobs[JOB_SUSPENDED]),
	    .incomplete = gauge(workload->jobs[JOB_INCOMPLETE]),
	    .oldest_active = local(drawing, workload->oldest[JOB_ACTIVE]),
	    .oldest_queued = local(drawing, workload->oldest[JOB_QUEUED]),
	    .bytes = subject->bytes,
	    .last_success = local(drawing, subject->history.ok_at),
	    .last_failure = local(drawing, subject->history.failed_at),
	    .dedup = workload->dedup_weight
			 ? gauge((uint64_t)(workload->dedup_sum / workload->dedup_weight))
			 : 0,
	};

	if (subject->watch || subject->unfinished)
		snapshot_add_workload(drawing->snapshot, &row);
	subject->watch = 0;
}

/*
 * Whether there are jobs of SUBJECT, or there were lately, or there should be. One that is watched
 * must not be gone before anybody has seen that it is overdue.
 */
static bool is_shown(const struct drawing *drawing, const struct tally_subject *subject,
		     const struct config_watch *watch)
{
	int64_t since = subject->history.last_at;
	int64_t overdue = overdue_from(subject, watch, drawing->since);

	if (overdue != OVERDUE_NEVER && overdue > since)
		since = overdue;
	return subject->succeeded + subject->partial + subject->failed + subject->unfinished > 0 ||
	       (watch && watch->expected) ||
	       (subject->history.last_at &&
		drawing->now - local(drawing, since) < drawing->retention);
}

/* Those beyond an Integer32 are none of NetBackup's. */
static int32_t last_status(const struct history *history)
{
	return history->last_status < INT32_MAX ? (int32_t)history->last_status : INT32_MAX;
}

static struct snapshot_subject make_row(const struct drawing *drawing,
					const struct tally_subject *subject,
					const struct config_watch *watch)
{
	const struct history *history = &subject->history;
	int64_t overdue_at = overdue_from(subject, watch, drawing->since);

	return (struct snapshot_subject){
	    .name = subject->name,
	    .policy_type = history->last_at ? history->last_type : "",
	    .succeeded = gauge(subject->succeeded),
	    .partial = gauge(subject->partial),
	    .failed = gauge(subject->failed),
	    .last_status = history->last_at ? last_status(history) : -1,
	    .last_success = local(drawing, history->ok_at),
	    .last_failure = local(drawing, history->failed_at),
	    .failure_streak = history->streak,
	    .bytes = subject->bytes,
	    .max_age = watch ? (uint32_t)watch->max_age : 0,
	    .overdue_at = overdue_at == OVERDUE_NEVER ? SNAPSHOT_NEVER : local(drawing, overdue_at),
	};
}

static void add_policy(struct tally_subject *policy, void *arg)
{
	const struct drawing *drawing = arg;
	const struct config_watch *watch = overdue_watch(policy, &drawing->site->policies);
	struct snapshot_subject row = make_row(drawing, policy, watch);

	if (is_shown(drawing, policy, watch))
		snapshot_add_policy(drawing->snapshot, &row);
}

/* Which clients are left out beyond the limit must not change from one time to the next: those that
 * would come last in the table, long names as if they were not cut. */
static void add_client(struct tally_subject *client, void *arg)
{
	const struct drawing *drawing = arg;
	const struct config_watch *watch = overdue_watch(client, &drawing->site->clients);
	struct snapshot_subject row;

	if (!watch || !is_shown(drawing, client, watch))
		return;
	if (drawing->snapshot->client_count >= (size_t)drawing->site->client_limit) {
		drawing->snapshot->site.clients_left_out++;
		return;
	}
	row = make_row(drawing, client, watch);
	snapshot_add_client(drawing->snapshot, &row);
}

static void add_queue(struct tally_queue *queue, void *arg)
{
	const struct drawing *drawing = arg;
	struct snapshot_queue row = {.reason = queue->reason, .jobs = gauge(queue->jobs)};

	if (queue->jobs > 0 || drawing->now - queue->empty_since < drawing->retention)
		snapshot_add_queue(drawing->snapshot, &row);
}

/* The rows, once the first sweep has come to its end. */
static void add_rows(struct refresh *refresh, struct snapshot *snapshot)
{
	const struct store_marks *marks = store_marks(refresh->store);
	struct tally *tally = store_tally(refresh->store);
	struct drawing drawing = {
	    .snapshot = snapshot,
	    .site = refresh->site,
	    .now = timefmt_now(),
	    .skew = marks->skew,
	    .retention = refresh->site->row_retention * INT64_C(1000),
	    .since = fetch_known_since(marks),
	};

	snapshot->site.jobs_held = gauge(store_jobs(refresh->store));
	snapshot->site.swept_at = marks->sweep_ended;
	if (marks->created)
		snapshot->site.started = marks->created;
	if (!marks->complete)
		return;
	overdue_expect(tally, refresh->site);
	tally_each(tally, add_cell, &drawing);
	tally_each_subject(tally, TALLY_WORKLOAD, add_workload, &drawing);
	tally_each_subject(tally, TALLY_POLICY, add_policy, &drawing);
	tally_each_subject(tally, TALLY_CLIENT, add_client, &drawing);
	tally_each_queue(tally, add_queue, &drawing);
}

struct snapshot *refresh_snapshot(struct refresh *refresh)
{
	const struct netbackup_traffic *traffic = netbackup_traffic(refresh->netbackup);
	struct snapshot *snapshot = snapshot_new(refresh->site->name, refresh->site->url);
	struct snapshot_site *row = &refresh->row;
	struct fault ignored;

	open_store(refresh, &ignored);
	row->requests = traffic->requests;
	row->received_bytes = traffic->received_bytes;
	row->window = (uint32_t)refresh->site->window;
	row->refresh_interval = (uint32_t)refresh->site->refresh;
	snprintf(row->api_version, sizeof row->api_version, "%s",
		 netbackup_version(refresh->netbackup));
	row->index = snapshot->site.index;
	row->name = snapshot->site.name;
	row->url = snapshot->site.url;
	snapshot->site = *row;
	event_move(&snapshot->events, &refresh->events);
	if (refresh->store) {
		event_move(&snapshot->events, store_events(refresh->store));
		add_rows(refresh, snapshot);
	}
	snapshot_seal(snapshot);
	row->names_cut = snapshot->site.names_cut;
	return snapshot;
}

bool refresh_complete(const struct refresh *refresh)
{
	return refresh->store && store_marks(refresh->store)->complete;
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
	refresh_release(refresh);
	netbackup_close(refresh->netbackup);
	event_clear(&refresh->events);
	fetch_clear(&refresh->fetch);
	free(refresh);
}
