/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "tally/overdue.h"
#include "base/timefmt.h"
#include "site/vanish.h"

/* How far the mark is set back: a change may become visible a little later than its time stamp. */
#define OVERLAP_MS 5000

/* The same where only the end of a job can be asked for: it may be known some seconds later. */
#define END_OVERLAP_MS 60000

#define JOBS_A_PAGE 100
#define PAGES_A_COMMIT 250 /* in a first sweep; each commit rewrites most of an index */
#define PROGRESS_MS 10000
#define FILTER_SIZE 128

/* Before the first answer the version may be a guess, so the last time counts, too. */
static int64_t overlap(const struct fetch *fetch)
{
	bool by_change =
	    netbackup_has_cursors(fetch->netbackup) && !store_marks(fetch->store)->by_end;

	return by_change ? OVERLAP_MS : END_OVERLAP_MS;
}

/* Whether all jobs are fetched each time. Another version may be able to tell changes. */
static bool is_blind(const struct fetch *fetch)
{
	return fetch->blind[0] && strcmp(fetch->blind, netbackup_version(fetch->netbackup)) == 0;
}

int64_t fetch_known_since(const struct store_marks *marks)
{
	return marks->known_since ? marks->known_since : marks->began;
}

uint64_t fetch_requests(const struct fetch *fetch)
{
	return netbackup_traffic(fetch->netbackup)->requests - fetch->requests_before;
}

void fetch_clear(struct fetch *fetch)
{
	free(fetch->unfinished.ids);
	free(fetch->page.ids);
}

static void remember(struct fetch_ids *ids, int64_t id)
{
	ids->ids = mem_grow(ids->ids, &ids->capacity, ids->count, sizeof *ids->ids);
	ids->ids[ids->count++] = id;
}

/*
 * The list is sorted by jobId, so ids must rise through all pages. If not, the server has ignored
 * the cursor or the order, and jobs would be missed or counted twice.
 */
static bool check_order(struct fetch *fetch, const struct job *job, struct fault *fault)
{
	if (job->id > fetch->last_id) {
		fetch->last_id = job->id;
		return true;
	}
	fault_set(fault, FAULT_PROTOCOL,
		  "the server's list of jobs is out of order: job %lld came after job %lld",
		  (long long)job->id, (long long)fetch->last_id);
	return false;
}

/* Logs the progress of a long refresh every PROGRESS_MS, and calls the report of the caller. */
static void report(struct fetch *fetch)
{
	int64_t now = timefmt_monotonic();

	if (now - fetch->reported >= PROGRESS_MS) {
		fetch->reported = now;
		log_info("site %s: %llu jobs in %llu requests so far, %.0f jobs a second",
			 fetch->site->name, (unsigned long long)fetch->jobs,
			 (unsigned long long)fetch_requests(fetch),
			 (double)fetch->jobs * 1000 / (double)(now - fetch->clock));
	}
	if (fetch->report)
		fetch->report(fetch->jobs, fetch_requests(fetch), fetch->report_arg);
}

static void note_times(struct fetch *fetch, const struct job *job)
{
	struct store_marks *marks = store_marks(fetch->store);
	int64_t change = marks->by_end ? job->ended : job->updated;

	if (change > fetch->newest)
		fetch->newest = change;
	if (job->ended > marks->newest_end)
		marks->newest_end = job->ended;
}

static void skip(struct fetch *fetch, const struct job *job)
{
	fetch->skipped++;
	skipped_note(&fetch->flaws, job);
}

/* Puts the jobs of a page into the store, and their ids into IDS. The id of a skipped job is put
 * there too: the server has that job.
 */
static bool take_page(struct fetch *fetch, struct page *page, struct fetch_ids *ids,
		      struct fault *fault)
{
	enum job_result result;
	uint64_t before = fetch->jobs;
	size_t known = ids->count;
	struct job job;
	bool fine = true;

	fetch->pages++;
	while (fine && (result = job_read(page_next(page), &job)) != JOB_END) {
		fetch->jobs++;
		if (job.id > 0) {
			fine = check_order(fetch, &job, fault);
			remember(ids, job.id);
		}
		if (result == JOB_SKIPPED)
			skip(fetch, &job);
		else if (fine)
			fine = store_put(fetch->store, &job, fault);
		if (result == JOB_READ && job.state == JOB_DONE)
			note_times(fetch, &job);
	}
	report(fetch);
	/* Without ids the order cannot be checked, and such a list might never end. */
	if (fine && fetch->jobs > before && ids->count == known) {
		fault_set(fault, FAULT_PROTOCOL, "a page of jobs none of which has an id");
		fine = false;
	}
	return fine;
}

static bool ask(struct fetch *fetch, const char *filter, uint64_t max_pages,
		bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault),
		struct fault *fault)
{
	struct list list = {.path = "/admin/jobs",
			    .things = "jobs",
			    .paging = LIST_BY_ID,
			    .sort = "jobId",
			    .filter = filter,
			    .max_pages = max_pages,
			    .visit = visit,
			    .arg = fetch};

	fetch->pages = 0;
	return list_fetch(fetch->netbackup, &list, fault);
}

static bool take_unfinished(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;

	(void)last;
	return take_page(fetch, page, &fetch->unfinished, fault);
}

/* Unfinished jobs have no end time, so the other lists do not have them. */
static bool fetch_unfinished(struct fetch *fetch, struct fault *fault)
{
	fetch->last_id = 0;
	fetch->unfinished.count = 0;
	return ask(fetch, "state ne 'DONE'", 0, take_unfinished, fault);
}

static bool take_changed(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;

	(void)last;
	fetch->page.count = 0;
	return take_page(fetch, page, &fetch->page, fault);
}

/*
 * The server was upgraded, or went back: the mark becomes one of ends, or of changes. A job never
 * ends later than it changes, so an end makes a good mark of changes. Where a change becomes a mark
 * of ends, those ends are before it that became known since.
 */
static void turn_mark(struct fetch *fetch)
{
	struct store_marks *marks = store_marks(fetch->store);
	int64_t by_end = !netbackup_has_cursors(fetch->netbackup);

	if (marks->by_end == by_end)
		return;
	marks->by_end = by_end;
	marks->mark -= END_OVERLAP_MS;
}

/* Goes on without what has changed, if FAULT says that the server cannot be asked for that. */
static bool turn_blind(struct fetch *fetch, const struct fault *fault)
{
	/*
	 * A 400 for a later page is about the cursor, not about the filter. And ends can always be
	 * asked for, of a server that turns out to be old just now by the next refresh.
	 */
	if (fault->status != 400 || fetch->pages > 0 || store_marks(fetch->store)->by_end ||
	    !netbackup_has_cursors(fetch->netbackup))
		return false;
	log_warning("site %s: the server cannot be asked for changes (%s); all jobs are "
		    "fetched each time",
		    fetch->site->name, fault->text);
	snprintf(fetch->blind, sizeof fetch->blind, "%s", netbackup_version(fetch->netbackup));
	return true;
}

/*
 * Fetches the jobs that have ended or changed since the mark. A server that knows no cursors cannot
 * be asked for changes either: what changes later than its end is found by the sweep. Then the mark
 * moves to the newest change seen, but not beyond the begin of this refresh: jobs that change while
 * pages are fetched may be missed.
 */
static bool fetch_changed(struct fetch *fetch, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);
	char filter[FILTER_SIZE], mark[TIMEFMT_INSTANT_SIZE];
	int64_t next;

	turn_mark(fetch);
	timefmt_format_instant(marks->mark, mark);
	snprintf(filter, sizeof filter, "state eq 'DONE' and %s ge %s",
		 marks->by_end ? "endTime" : "lastUpdateTime", mark);
	fetch->last_id = 0;
	fetch->newest = 0;
	if (!ask(fetch, filter, 0, take_changed, fault))
		return turn_blind(fetch, fault);
	next = (fetch->newest < fetch->now ? fetch->newest : fetch->now) - overlap(fetch);
	if (next > marks->mark)
		marks->mark = next;
	return true;
}

/* Saves what has been fetched so far, and goes on. */
static bool commit_and_begin(struct fetch *fetch, struct fault *fault)
{
	return store_commit(fetch->store, fault) && store_begin(fetch->store, fault);
}

/* Jobs that the store holds in the range of ids of a page, and that the page does not have, are
 * gone. A fresh store has none: all its jobs have come in this refresh.
 */
static bool merge(struct fetch *fetch, int64_t upto, struct fault *fault)
{
	return fetch->fresh ||
	       store_merge(fetch->store, store_marks(fetch->store)->sweep_id, upto,
			   fetch->window_start, fetch->page.ids, fetch->page.count, fault);
}

/*
 * A first sweep, and one that tells which jobs are parents, may take longer than a refresh may. So
 * their pages are saved on the way, and the next refresh goes on from there.
 */
static bool is_saved_by_pages(const struct store_marks *marks)
{
	return !marks->complete || !marks->families;
}

/* False with FAULT where too many jobs have vanished to be believed yet. */
static bool may_vanish(const struct fetch *fetch, struct fault *fault)
{
	return fetch->trusts || vanish_check(fetch->store, fault);
}

/* Takes a page of the sweep. */
static bool take_swept(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;
	struct store_marks *marks = store_marks(fetch->store);

	fetch->page.count = 0;
	if (!take_page(fetch, page, &fetch->page, fault) ||
	    !merge(fetch, last ? INT64_MAX : fetch->last_id, fault))
		return false;
	fetch->swept += fetch->page.count;
	marks->sweep_pages++;
	marks->sweep_id = last ? 0 : fetch->last_id;
	fetch->round_ended = last;
	if (!last && is_saved_by_pages(marks) && marks->sweep_pages % PAGES_A_COMMIT == 0)
		return may_vanish(fetch, fault) && commit_and_begin(fetch, fault);
	return true;
}

/*
 * Fetches the next pages of the sweep; 0 = all to its end. A full sweep reaches back to the
 * window's start at the last success: jobs that have left the window since then may not be counted
 * yet.
 */
static bool sweep(struct fetch *fetch, uint64_t max_pages, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);
	char filter[FILTER_SIZE], start[TIMEFMT_INSTANT_SIZE], from[40] = "";

	fetch->sweep_start = fetch->window_start;
	if (fetch->full && marks->window_start < fetch->sweep_start)
		fetch->sweep_start = marks->window_start;
	timefmt_format_instant(fetch->sweep_start, start);
	if (marks->sweep_id > 0)
		snprintf(from, sizeof from, " and jobId gt %lld", (long long)marks->sweep_id);
	snprintf(filter, sizeof filter, "endTime ge %s%s", start, from);
	fetch->last_id = marks->sweep_id;
	return ask(fetch, filter, max_pages, take_swept, fault);
}

/*
 * How many pages of the sweep are due, so that it comes round once in full_refresh. After a long
 * pause that could be very many, so a refresh fetches at most twice its share. 0 = none.
 */
static uint64_t pages_due(const struct fetch *fetch)
{
	const struct store_marks *marks = store_marks(fetch->store);
	int64_t round = fetch->site->full_refresh * INT64_C(1000);
	int64_t pages = (int64_t)(store_jobs(fetch->store) / JOBS_A_PAGE) + 1;
	int64_t share = pages * fetch->site->refresh / fetch->site->full_refresh + 1;
	int64_t due = pages * (fetch->now - marks->sweep_began) / round - marks->sweep_pages;

	if (due > share * 2)
		due = share * 2;
	return due > 0 ? (uint64_t)due : 0;
}

/* Notes the end of a round of the sweep. The next round begins now, but its pages come when due. */
static void note_round(struct fetch *fetch, int64_t began)
{
	struct store_marks *marks = store_marks(fetch->store);

	if (!fetch->round_ended)
		return;
	marks->sweep_ended = began;
	marks->sweep_began = fetch->now;
	marks->sweep_pages = 0;
	marks->complete = 1;
}

static bool fetch_swept(struct fetch *fetch, int64_t began, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);
	uint64_t due = 0; /* all */

	/* Only when the server's clock has been set back. */
	if (marks->sweep_began > fetch->now)
		marks->sweep_began = fetch->now;
	if (!fetch->full) {
		due = pages_due(fetch);
		if (due == 0)
			return true;
	} else if (!is_saved_by_pages(marks)) {
		marks->sweep_id = 0;
	}
	if (!sweep(fetch, due, fault))
		return false;
	/* The part may be the first of many, each too small to tell. */
	if (!fetch->full && !fetch->trusts && vanish_is_suspected(fetch->store, fetch->swept)) {
		fetch->full = true;
		marks->sweep_id = 0;
		if (!sweep(fetch, 0, fault))
			return false;
	}
	note_round(fetch, began);
	return true;
}

/*
 * Marks the begin of a new store, which is saved at once: jobs that end from now on count, even if
 * this run fails before its own commit.
 */
static bool begin_marks(struct fetch *fetch, int64_t began, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);

	if (marks->began)
		return true;
	marks->began = fetch->now;
	marks->known_since = fetch->window_start;
	marks->created = began;
	marks->by_end = !netbackup_has_cursors(fetch->netbackup);
	marks->mark = fetch->now - overlap(fetch);
	marks->window_start = fetch->window_start;
	marks->sweep_began = fetch->now;
	marks->families = 1;
	return commit_and_begin(fetch, fault);
}

static void finish_marks(struct fetch *fetch, int64_t began)
{
	struct store_marks *marks = store_marks(fetch->store);
	int64_t start = fetch->window_start;

	/*
	 * A job that has left the window must not count again, even if the server's clock goes
	 * back. So the remembered start never goes back. But it is never beyond the newest end
	 * seen, even if that clock was far ahead: no job that ends later can have left the window.
	 */
	if (start > marks->newest_end + 1)
		start = marks->newest_end + 1;
	if (start > marks->window_start)
		marks->window_start = start;
	/* A full sweep with a longer window has seen more. A shorter window forgets nothing. */
	if (fetch->full && fetch->window_start < fetch_known_since(marks))
		marks->known_since = fetch->window_start;
	marks->data_at = began;
	marks->skew = netbackup_skew(fetch->netbackup);
	marks->down_notified = 0;
	marks->vanished_at = 0;
}

/* Makes events of the policies whose overdue has changed; none at the FIRST success. */
static bool watch_policies(struct fetch *fetch, bool first, struct fault *fault)
{
	const struct store_marks *marks = store_marks(fetch->store);

	if (!store_settle(fetch->store, fault))
		return false;
	overdue_expect(store_tally(fetch->store), fetch->site);
	overdue_update(store_tally(fetch->store), fetch->site, fetch->now, fetch_known_since(marks),
		       marks->skew, first ? NULL : store_pending_events(fetch->store));
	return true;
}

/*
 * Whether the window reaches back to jobs that have been dropped: because it was made longer, or
 * because the server's clock was set back. Then jobs are missing in the store, and a recent change
 * may have a time before the mark.
 */
static bool reaches_back(const struct fetch *fetch)
{
	const struct store_marks *marks = store_marks(fetch->store);

	return marks->complete && fetch->window_start < marks->expired - OVERLAP_MS;
}

/*
 * Jobs that ended before this are dropped. It does not go back when the server's clock was set back
 * a little, for the jobs that were dropped are not fetched again.
 */
static int64_t expiry(const struct fetch *fetch)
{
	int64_t expired = store_marks(fetch->store)->expired;

	return fetch->full || fetch->window_start > expired ? fetch->window_start : expired;
}

/* Takes a page only to see whether it has jobs. */
static bool take_any(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;

	(void)last;
	(void)fault;
	fetch->jobs += page_next(page) != NULL;
	return true;
}

/*
 * The lists of this refresh had no job in them. They may have been of what has changed only, so
 * asks for any job, if there should be some.
 */
static bool ask_for_any(struct fetch *fetch, struct fault *fault)
{
	int64_t gone = (int64_t)store_vanished(fetch->store);
	char filter[FILTER_SIZE], start[TIMEFMT_INSTANT_SIZE];
	bool holds;

	if (!store_holds(fetch->store, fetch->window_start,
			 gone < VANISH_LEAST ? VANISH_LEAST - gone : 1, &holds, fault))
		return false;
	if (!holds)
		return true;
	timefmt_format_instant(fetch->window_start, start);
	snprintf(filter, sizeof filter, "endTime ge %s", start);
	if (!ask(fetch, filter, 1, take_any, fault))
		return false;
	if (fetch->jobs == 0)
		vanish_complain_of_all(fault);
	return fetch->jobs > 0;
}

/* False with FAULT where so many jobs have vanished that it is not believed yet. */
static bool check_vanished(struct fetch *fetch, struct fault *fault)
{
	if (fetch->trusts)
		return true;
	return (fetch->jobs > 0 || ask_for_any(fetch, fault)) && may_vanish(fetch, fault);
}

/* Fetches the lists in an order in which a job that ends meanwhile is in one of them. */
static bool fetch_lists(struct fetch *fetch, int64_t began, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);

	/* In a store of an older version it is not known which jobs are parents. */
	if (!marks->families && !marks->learning) {
		marks->learning = 1;
		marks->sweep_id = 0;
	}
	fetch->full = is_saved_by_pages(marks);
	fetch->trusts =
	    !marks->complete || vanish_is_believed(marks->vanished_at, fetch->site, began);
	/* All that has vanished leaves the rows together. */
	if (marks->vanished_at && fetch->trusts)
		fetch->full = true;
	if (reaches_back(fetch)) {
		log_info("site %s: the window reaches further back than before; all jobs are "
			 "fetched once",
			 fetch->site->name);
		fetch->full = true;
		if (marks->mark > fetch->now - overlap(fetch))
			marks->mark = fetch->now - overlap(fetch);
	}
	if (!fetch_unfinished(fetch, fault))
		return false;
	/*
	 * The very first refresh sweeps all jobs, and the next one asks for what changes meanwhile.
	 * But a first sweep that goes on has pages from an earlier refresh, which may be out of
	 * date.
	 */
	if (!fetch->fresh && !is_blind(fetch) && !fetch_changed(fetch, fault))
		return false;
	/* fetch_changed may just have set it. */
	fetch->full = fetch->full || is_blind(fetch);
	return fetch_swept(fetch, began, fault) && check_vanished(fetch, fault) &&
	       store_drop_unfinished(fetch->store, fetch->unfinished.ids, fetch->unfinished.count,
				     fault) &&
	       store_expire(fetch->store, expiry(fetch), fault);
}

/* Ends the transaction. After a failure nothing is saved but the pages of such a sweep. */
static bool finish(struct fetch *fetch, bool fetched, int64_t began, struct fault *fault)
{
	bool first = store_marks(fetch->store)->data_at == 0;
	struct fault second;

	skipped_log(&fetch->flaws, &fetch->flaws_before, fetch->site->name);
	if (fetched) {
		finish_marks(fetch, began);
		return watch_policies(fetch, first, fault) && store_commit(fetch->store, fault);
	}
	if (is_saved_by_pages(store_marks(fetch->store)) && fault->class != FAULT_STORAGE &&
	    fault->class != FAULT_VANISHED && may_vanish(fetch, &second))
		store_commit(fetch->store, &second);
	return false;
}

bool fetch_run(struct fetch *fetch, struct netbackup *netbackup, struct store *store,
	       const struct config_site *site, int64_t began, struct fault *fault)
{
	int64_t deadline = timefmt_monotonic() + site->deadline * INT64_C(1000);

	fetch->netbackup = netbackup;
	fetch->store = store;
	fetch->site = site;
	fetch->jobs = fetch->skipped = fetch->swept = 0;
	fetch->flaws_before = fetch->flaws;
	fetch->flaws = (struct skipped){.count = {0}};
	fetch->full = fetch->round_ended = false;
	fetch->requests_before = netbackup_traffic(netbackup)->requests;
	fetch->clock = fetch->reported = timefmt_monotonic();
	if (!netbackup_begin(netbackup, deadline, fault))
		return false;
	fetch->now = netbackup_time(netbackup);
	fetch->window_start = fetch->now - site->window * INT64_C(1000);
	if (!store_begin(store, fault))
		return false;
	fetch->fresh = store_marks(store)->began == 0;
	if (!begin_marks(fetch, began, fault))
		return false;
	return finish(fetch, fetch_lists(fetch, began, fault), began, fault);
}
