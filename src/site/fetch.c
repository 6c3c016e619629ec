/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "tally/overdue.h"
#include "base/timefmt.h"
#include "site/intake.h"
#include "site/sweep.h"
#include "site/vanish.h"

/* How far the mark is set back: a change may become visible a little later than its time stamp. */
#define OVERLAP_MS 5000

/* The same where only the end of a job can be asked for: it may be known some seconds later. */
#define END_OVERLAP_MS 60000

/* After which a server is thought to tell the time of all changes again. */
#define UNDATED_MS INT64_C(3600000)

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

void fetch_clear(struct fetch *fetch)
{
	free(fetch->unfinished.ids);
	free(fetch->page.ids);
}

static bool take_unfinished(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;

	(void)last;
	return intake_page(fetch, page, &fetch->unfinished, fault);
}

/* Fetches all unfinished jobs: only so it shows which of those held the server has no more. */
static bool fetch_unfinished(struct fetch *fetch, struct fault *fault)
{
	fetch->last_id = 0;
	fetch->unfinished.count = 0;
	return intake_ask(fetch, "state ne 'DONE'", 0, take_unfinished, fault);
}

static bool take_changed(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;

	(void)last;
	fetch->page.count = 0;
	return intake_page(fetch, page, &fetch->page, fault);
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
	marks->unfinished_at = 0;
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

/* What asks for the jobs that have changed since the mark. */
static void write_filter(const struct fetch *fetch, char *filter)
{
	const struct store_marks *marks = store_marks(fetch->store);
	char mark[TIMEFMT_INSTANT_SIZE];

	timefmt_format_instant(marks->mark, mark);
	snprintf(filter, INTAKE_FILTER_SIZE, "%s%s ge %s",
		 fetch->all_unfinished ? "state eq 'DONE' and " : "",
		 marks->by_end ? "endTime" : "lastUpdateTime", mark);
}

/*
 * Fetches the jobs that have ended or changed since the mark; the finished ones only, where all
 * unfinished jobs are known already. A server that knows no cursors cannot be asked for changes
 * either: what changes later than its end is found by the sweep. Then the mark moves to the newest
 * change seen, but not beyond the begin of this refresh: jobs that change while pages are fetched
 * may be missed.
 */
static bool fetch_changed(struct fetch *fetch, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);
	char filter[INTAKE_FILTER_SIZE];
	int64_t next;

	turn_mark(fetch);
	write_filter(fetch, filter);
	fetch->last_id = 0;
	fetch->newest = 0;
	if (!intake_ask(fetch, filter, 0, take_changed, fault))
		return turn_blind(fetch, fault);
	next = (fetch->newest < fetch->now ? fetch->newest : fetch->now) - overlap(fetch);
	if (next > marks->mark)
		marks->mark = next;
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
	return intake_save(fetch, fault);
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
	char filter[INTAKE_FILTER_SIZE], start[TIMEFMT_INSTANT_SIZE];
	bool holds;

	if (!store_holds(fetch->store, fetch->window_start,
			 gone < VANISH_LEAST ? VANISH_LEAST - gone : 1, &holds, fault))
		return false;
	if (!holds)
		return true;
	timefmt_format_instant(fetch->window_start, start);
	snprintf(filter, sizeof filter, "endTime ge %s", start);
	if (!intake_ask(fetch, filter, 1, take_any, fault))
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
	return (fetch->jobs > 0 || ask_for_any(fetch, fault)) && sweep_may_vanish(fetch, fault);
}

/*
 * Whether the next refresh might come too late to notice that an unfinished job is gone. A clock
 * that has been set back tells nothing.
 */
static bool is_due(const struct fetch *fetch)
{
	int64_t age = fetch->now - store_marks(fetch->store)->unfinished_at;

	return age < 0 || (age + fetch->site->refresh * INT64_C(1000) >
			   fetch->site->unfinished_refresh * INT64_C(1000));
}

/* Whether the server may have unfinished jobs that tell no time of change, and that are not held.
 */
static bool may_hide_jobs(const struct fetch *fetch)
{
	return fetch->undated_at && fetch->now - fetch->undated_at < UNDATED_MS;
}

/*
 * Decides whether to ask for all unfinished jobs, and not only for those that have changed. Before
 * the version is known it is open whether the server can be asked for changes.
 */
static bool choose_lists(struct fetch *fetch, struct fault *fault)
{
	const struct store_marks *marks = store_marks(fetch->store);

	if (!netbackup_knows_version(fetch->netbackup)) {
		fetch->all_unfinished = true;
		return true;
	}
	turn_mark(fetch);
	fetch->all_unfinished = fetch->fresh || fetch->full || is_blind(fetch) || marks->by_end ||
				marks->vanished_at || is_due(fetch) || may_hide_jobs(fetch);
	return fetch->all_unfinished ||
	       store_holds_undated(fetch->store, &fetch->all_unfinished, fault);
}

/*
 * Fetches what has changed. Mostly that is one list. All unfinished jobs come before the finished
 * ones that have changed, so that a job that ends meanwhile is in one of the two.
 */
static bool fetch_changes(struct fetch *fetch, struct fault *fault)
{
	if (!choose_lists(fetch, fault))
		return false;
	if (!fetch->all_unfinished) {
		if (!fetch_changed(fetch, fault))
			return false;
		/* It may just have turned out that there is no such list. */
		fetch->all_unfinished = is_blind(fetch);
		return !fetch->all_unfinished || fetch_unfinished(fetch, fault);
	}
	/*
	 * The very first refresh sweeps all jobs, and the next one asks for what changes meanwhile.
	 * But a first sweep that goes on has pages from an earlier refresh, which may be out of
	 * date.
	 */
	return fetch_unfinished(fetch, fault) &&
	       (fetch->fresh || is_blind(fetch) || fetch_changed(fetch, fault));
}

/* Forgets the unfinished jobs that are not in the list of all of them. */
static bool drop_unfinished(struct fetch *fetch, struct fault *fault)
{
	if (!fetch->all_unfinished)
		return true;
	store_marks(fetch->store)->unfinished_at = fetch->now;
	return store_drop_unfinished(fetch->store, fetch->unfinished.ids, fetch->unfinished.count,
				     fault);
}

static bool fetch_lists(struct fetch *fetch, int64_t began, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);

	/* In a store of an older version it is not known which jobs are parents. */
	if (!marks->families && !marks->learning) {
		marks->learning = 1;
		marks->sweep_id = 0;
	}
	fetch->full = sweep_is_saved_by_pages(marks);
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
	if (!fetch_changes(fetch, fault))
		return false;
	/* fetch_changes may just have set it. */
	fetch->full = fetch->full || is_blind(fetch);
	return sweep_run(fetch, began, fault) && check_vanished(fetch, fault) &&
	       drop_unfinished(fetch, fault) && store_expire(fetch->store, expiry(fetch), fault);
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
	if (sweep_is_saved_by_pages(store_marks(fetch->store)) && fault->class != FAULT_STORAGE &&
	    fault->class != FAULT_VANISHED && sweep_may_vanish(fetch, &second))
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
	fetch->full = fetch->round_ended = fetch->first_ended = false;
	fetch->use = (struct chains_use){.connections = 0};
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
