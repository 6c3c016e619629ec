/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/refresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/collect.h"
#include "site/fetch.h"
#include "site/vanish.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "base/mem.h"
#include "api/json.h"
#include "api/netbackup.h"
#include "tables/drawing.h"
#include "tables/sites.h"
#include "tally/overdue.h"
#include "store/store.h"
#include "base/timefmt.h"

#define STORE_PAUSE_MS 20
#define REST_MS 5000 /* in a pause that is shorter the connection is kept */

struct refresh {
	const struct config_site *site;
	const char *state_dir;
	struct netbackup *netbackup;
	struct store *store; /* NULL = not open yet, or it could not be opened */
	struct site_row row; /* what is known of the site itself; without texts and index */
	struct fetch fetch;  /* of the last or present run */
	struct collect *collect;
	struct event_list events; /* of the site itself, and of what is collected */
	struct notice_facts facts;
	/* The worst that a refresh has skipped, in this round of the sweep and in the last. */
	struct skips {
		uint64_t count;
		char text[NOTICE_SIZE];
	} skips, skips_before;
	bool down_notified; /* the event that the site is down has been made */
	int64_t looked_at;  /* when look_back was last called by a refresh; by the server's clock */
	/* Of descriptors: those for the store, those for work, and whether it waits for these. */
	bool holds, works, waits;
};

struct refresh *refresh_open(const struct config_site *site, const char *state_dir)
{
	struct refresh *refresh = mem_zalloc(1, sizeof *refresh);

	refresh->site = site;
	refresh->state_dir = state_dir;
	refresh->netbackup = netbackup_open(site);
	refresh->collect = collect_new(site);
	refresh->row = sites_unknown();
	refresh->row.started = timefmt_now();
	return refresh;
}

void refresh_on_progress(struct refresh *refresh,
			 void (*report)(uint64_t jobs, uint64_t requests, void *arg), void *arg)
{
	refresh->fetch.report = report;
	refresh->fetch.report_arg = arg;
}

static int32_t seconds_of_skew(int64_t millis)
{
	int64_t seconds = (millis + (millis < 0 ? -500 : 500)) / 1000;

	if (seconds > INT32_MAX)
		return INT32_MAX;
	return seconds < INT32_MIN ? INT32_MIN : (int32_t)seconds;
}

/*
 * NetBackup cleans its list after some days. Whether it does so within the window can only be seen
 * from jobs that were listed once: not all is empty that is old on a young primary.
 */
#define UNLISTED_LEAST 3
#define LOOK_MS INT64_C(3600000) /* between two looks back, while the sweep is under way */

/* Finds out whether the server's list goes back far enough. */
static void look_back(struct refresh *refresh)
{
	int64_t window = refresh->site->window * INT64_C(1000);
	int64_t start = timefmt_now() + store_marks(refresh->store)->skew - window, first;
	struct fault ignored;
	uint64_t unlisted;

	refresh->facts.listed = 0;
	if (store_reach(refresh->store, start, &first, &unlisted, &ignored) &&
	    unlisted >= UNLISTED_LEAST && first - start > window / 4)
		refresh->facts.listed = (start + window - first) / 1000;
}

/* A job that cannot be used is told until the sweep has come round without one. */
static void note_skipped(struct refresh *refresh)
{
	const struct fetch *fetch = &refresh->fetch;
	struct skips *skips = &refresh->skips, *before = &refresh->skips_before;

	if (fetch->skipped > skips->count) {
		skips->count = fetch->skipped;
		skipped_text(&fetch->flaws, skips->text, sizeof skips->text);
	}
	if (fetch->round_ended) {
		*before = *skips;
		*skips = (struct skips){.count = 0};
	}
	refresh->facts.skipped = skips->count > before->count ? skips->text
				 : before->count > 0	      ? before->text
							      : NULL;
}

/*
 * Notes of a refresh that has succeeded what people should know although it is no error. The sweep
 * may take a day to come round, so it is not waited for.
 */
static void note_facts(struct refresh *refresh)
{
	const struct fetch *fetch = &refresh->fetch;

	note_skipped(refresh);
	/* A job that cannot be used is not held, and is there all the same. */
	refresh->facts.no_jobs =
	    fetch->jobs == 0 && store_jobs(refresh->store) == 0 && !refresh->facts.skipped;
	/* Behind a clock that was set back all is swept, and so a round ends. */
	if (fetch->round_ended || fetch->now - refresh->looked_at >= LOOK_MS) {
		refresh->looked_at = fetch->now;
		look_back(refresh);
	}
}

/* Whether there are descriptors for the store, which one in memory does not need. */
static bool hold(struct refresh *refresh)
{
	if (!refresh->holds && strcmp(refresh->state_dir, STORE_MEMORY) != 0)
		refresh->holds = descriptors_hold(DESCRIPTORS_STORE);
	return refresh->holds || strcmp(refresh->state_dir, STORE_MEMORY) == 0;
}

static void set_waiting(struct refresh *refresh, bool waits)
{
	if (refresh->waits != waits)
		descriptors_wait(waits);
	refresh->waits = waits;
}

bool refresh_take_turn(struct refresh *refresh)
{
	bool holds = hold(refresh);

	if (!holds && !descriptors_will_be_left(DESCRIPTORS_STORE))
		return true;
	refresh->works = refresh->works || (holds && descriptors_take(DESCRIPTORS_WORK));
	set_waiting(refresh, !refresh->works);
	return refresh->works;
}

void refresh_show_waiting(struct refresh *refresh, bool waits)
{
	refresh->facts.waits = waits;
}

/* Gives back what is for work. */
static void end_turn(struct refresh *refresh)
{
	netbackup_rest(refresh->netbackup);
	if (refresh->works)
		descriptors_give(DESCRIPTORS_WORK);
	refresh->works = false;
}

/* Opens the file of the store, or says that there is no descriptor for it. */
static struct store *open_file(struct refresh *refresh, struct fault *fault)
{
	char text[DESCRIPTORS_TEXT_SIZE];

	if (hold(refresh))
		return store_open(refresh->state_dir, refresh->site, fault);
	descriptors_explain(text);
	fault_set(fault, FAULT_OTHER, "%s", text);
	fault->passing = true;
	return NULL;
}

/* Opens the store if it is not open. Data of an earlier run are shown with their true age. */
static bool open_store(struct refresh *refresh, struct fault *fault)
{
	const struct store_marks *marks;

	if (refresh->store)
		return true;
	refresh->store = open_file(refresh, fault);
	if (!refresh->store)
		return false;
	collect_load(refresh->collect, refresh->store);
	marks = store_marks(refresh->store);
	/* The streak of failures goes on from an earlier run. */
	if (marks->down_notified && !refresh->down_notified) {
		refresh->down_notified = true;
		refresh->row.failure_streak += drawing_gauge((uint64_t)marks->down_notified);
	}
	if (marks->complete) {
		refresh->facts.no_jobs = store_jobs(refresh->store) == 0;
		look_back(refresh);
	}
	if (refresh->row.data_at == 0) {
		refresh->row.data_at = marks->data_at;
		refresh->row.last_success = marks->data_at;
		refresh->row.clock_skew = seconds_of_skew(marks->skew);
	}
	return true;
}

void refresh_await_store(struct refresh *refresh, int64_t millis)
{
	int64_t end = timefmt_monotonic() + millis;
	struct fault fault;

	while (!open_store(refresh, &fault) && fault.passing && timefmt_monotonic() < end &&
	       refresh_pause(refresh, STORE_PAUSE_MS))
		;
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
	struct site_row *row = &refresh->row;
	char by[40] = "";

	if (fetch->use.most > 1)
		snprintf(by, sizeof by, ", %u connections at most", fetch->use.most);
	if (row->status != SITE_UP)
		log_info("site %s: up, API version %s; %llu jobs in %.1f s%s", refresh->site->name,
			 netbackup_version(refresh->netbackup), (unsigned long long)fetch->jobs,
			 (double)millis / 1000, by);
	if (refresh->down_notified)
		add_event(refresh, EVENT_SITE_UP, fault);
	row->status = SITE_UP;
	row->data_at = began;
	row->last_success = timefmt_now();
	row->mode = fetch->full ? SITE_MODE_FULL : SITE_MODE_DELTA;
	row->refresh_millis = drawing_gauge((uint64_t)millis);
	row->refresh_requests = drawing_gauge(intake_requests(fetch));
	row->refresh_jobs = drawing_gauge(fetch->jobs);
	row->refreshes++;
	row->failure_streak = 0;
	row->jobs_skipped += fetch->skipped;
	note_facts(refresh);
	row->clock_skew = seconds_of_skew(netbackup_skew(refresh->netbackup));
}

/* Makes the event that the site is down. The store remembers it, if it can be written, so that
 * there is no second event after a restart. */
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
	struct site_row *row = &refresh->row;

	/* Logs each change once, not each failure. Texts are not compared: they have numbers that
	 * change. */
	if (row->status != SITE_DOWN || row->fault.class != fault->class)
		log_warning("site %s: down (%s): %s", refresh->site->name,
			    fault_class_name(fault->class), fault->text);
	/* A store that could not be rolled back is closed. */
	if (fault->class == FAULT_VANISHED && refresh->store)
		vanish_note(refresh->store, timefmt_now());
	row->status = SITE_DOWN;
	row->failures++;
	row->failure_streak++;
	if (!refresh->down_notified && row->failure_streak >= (uint32_t)refresh->site->down_after)
		notify_down(refresh, fault);
}

void refresh_release(struct refresh *refresh)
{
	store_close(refresh->store);
	refresh->store = NULL;
	if (refresh->holds)
		descriptors_release(DESCRIPTORS_STORE);
	refresh->holds = false;
}

/* Refreshes the store in one transaction. Only a first sweep commits in between. */
static bool transact(struct refresh *refresh, int64_t began, struct fault *fault)
{
	if (!open_store(refresh, fault))
		return false;
	if (fetch_run(&refresh->fetch, refresh->netbackup, refresh->store, refresh->site, began,
		      fault))
		return true;
	store_rollback(refresh->store);
	/* Closing sets a damaged file aside. The next refresh begins a new one. */
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
		/* FAULT may have an error that a second try has overcome. */
		fault_clear(&fault);
		note_success(refresh, began, timefmt_monotonic() - clock, &fault);
		if (refresh->fetch.first_ended)
			mem_expect_much();
		/*
		 * A store that was empty is not verified: its totals have just been made from its
		 * jobs. If the rows cannot be read, the next refresh fails and says so.
		 */
		if (refresh->fetch.round_ended && !refresh->fetch.fresh)
			store_verify(refresh->store, &ignored);
	} else if (!netbackup_cancelled(refresh->netbackup)) {
		note_failure(refresh, &fault);
	}
	refresh->row.fault = fault;
	json_forget();
	mem_give_back(timefmt_monotonic());
	return fine;
}

const struct site_row *refresh_row(const struct refresh *refresh)
{
	return &refresh->row;
}

bool refresh_collect(struct refresh *refresh, int64_t until, bool quick)
{
	struct fault ignored;
	bool changed;

	if (collect_wait(refresh->collect) > 0)
		return false;
	open_store(refresh, &ignored);
	changed = collect_run(refresh->collect, refresh->netbackup, refresh->store,
			      &refresh->row.fault, until, quick, &refresh->events);
	json_forget();
	return changed;
}

int64_t refresh_collect_wait(const struct refresh *refresh)
{
	return collect_wait(refresh->collect);
}

/* Adds to DRAWING what the store knows. Before the first sweep is complete there is no tally. */
static void draw_from_store(struct refresh *refresh, struct drawing *drawing, struct site_row *row)
{
	const struct store_marks *marks = store_marks(refresh->store);

	row->jobs_held = drawing_gauge(store_jobs(refresh->store));
	row->swept_at = marks->sweep_ended;
	if (marks->created)
		row->started = marks->created;
	drawing->facts.lost_file = store_lost_file(refresh->store);
	drawing->skew = marks->skew;
	drawing->known_since = fetch_known_since(marks);
	if (!marks->complete)
		return;
	drawing->tally = store_tally(refresh->store);
	drawing->failures = store_failures(refresh->store);
	overdue_expect(drawing->tally, refresh->site);
}

struct snapshot *refresh_snapshot(struct refresh *refresh)
{
	const struct netbackup_traffic *traffic = netbackup_traffic(refresh->netbackup);
	struct snapshot *snapshot = snapshot_new(refresh->site->name);
	struct site_row row;
	struct drawing drawing = {.snapshot = snapshot,
				  .site = refresh->site,
				  .row = &row,
				  .facts = refresh->facts,
				  .now = timefmt_now()};
	struct fault ignored;

	open_store(refresh, &ignored);
	row = refresh->row;
	row.requests = traffic->requests;
	row.received_bytes = traffic->received_bytes;
	snprintf(row.api_version, sizeof row.api_version, "%s",
		 netbackup_version(refresh->netbackup));
	row.certificate_expires = netbackup_certificate_expires(refresh->netbackup);
	event_move(&snapshot->events, &refresh->events);
	if (refresh->store) {
		event_move(&snapshot->events, store_events(refresh->store));
		draw_from_store(refresh, &drawing, &row);
	}
	collect_draw(refresh->collect, &drawing);
	drawing_run(&drawing);
	refresh->row.names_cut += snapshot->names_cut;
	return snapshot;
}

bool refresh_complete(const struct refresh *refresh)
{
	return refresh->store && store_marks(refresh->store)->complete;
}

bool refresh_pause(struct refresh *refresh, int64_t millis)
{
	if (millis >= REST_MS && refresh->store)
		store_rest(refresh->store);
	/* One who waits for his turn must not hold up others while he pauses. */
	if (millis >= REST_MS || descriptors_wanted())
		end_turn(refresh);
	return netbackup_pause(refresh->netbackup, millis);
}

void refresh_cancel(struct refresh *refresh)
{
	netbackup_cancel(refresh->netbackup);
}

void refresh_close(struct refresh *refresh)
{
	if (!refresh)
		return;
	set_waiting(refresh, false);
	end_turn(refresh);
	refresh_release(refresh);
	netbackup_close(refresh->netbackup);
	collect_free(refresh->collect);
	event_clear(&refresh->events);
	fetch_clear(&refresh->fetch);
	free(refresh);
}
