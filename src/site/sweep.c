/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/sweep.h"

#include <assert.h>
#include <stdio.h>

#include "base/timefmt.h"
#include "site/intake.h"
#include "site/vanish.h"

#define JOBS_A_PAGE 100
#define PAGES_A_COMMIT 250 /* in a first sweep; each commit rewrites most of an index */

/* Jobs that the store holds in the range of ids of a page, and that the page does not have, are
 * gone. A fresh store has none: all its jobs have come in this refresh.
 */
static bool merge(struct fetch *fetch, int64_t upto, struct fault *fault)
{
	return fetch->fresh ||
	       store_merge(fetch->store, store_marks(fetch->store)->sweep_id, upto,
			   fetch->window_start, fetch->page.ids, fetch->page.count, fault);
}

bool sweep_is_saved_by_pages(const struct store_marks *marks)
{
	return !marks->complete || !marks->families;
}

bool sweep_may_vanish(const struct fetch *fetch, struct fault *fault)
{
	return fetch->trusts || vanish_check(fetch->store, fault);
}

/* Takes a page of the sweep. */
static bool take_swept(struct page *page, bool last, void *arg, struct fault *fault)
{
	struct fetch *fetch = arg;
	struct store_marks *marks = store_marks(fetch->store);

	fetch->page.count = 0;
	if (!intake_page(fetch, page, &fetch->page, fault) ||
	    !merge(fetch, last ? INT64_MAX : fetch->last_id, fault))
		return false;
	fetch->swept += fetch->page.count;
	marks->sweep_pages++;
	marks->sweep_id = last ? 0 : fetch->last_id;
	fetch->round_ended = last;
	if (!last && sweep_is_saved_by_pages(marks) && marks->sweep_pages % PAGES_A_COMMIT == 0)
		return sweep_may_vanish(fetch, fault) && intake_save(fetch, fault);
	return true;
}

/*
 * Fetches the next pages of the sweep; 0 = all to its end, by several connections. A full sweep
 * reaches back to the window's start at the last success: jobs that have left the window since then
 * may not be counted yet.
 */
static bool sweep(struct fetch *fetch, uint64_t max_pages, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);
	char filter[INTAKE_FILTER_SIZE], start[TIMEFMT_INSTANT_SIZE], from[40] = "";

	fetch->sweep_start = fetch->window_start;
	if (fetch->full && marks->window_start < fetch->sweep_start)
		fetch->sweep_start = marks->window_start;
	timefmt_format_instant(fetch->sweep_start, start);
	fetch->last_id = marks->sweep_id;
	snprintf(filter, sizeof filter, "endTime ge %s", start);
	if (max_pages == 0)
		return intake_ask_at_once(fetch, filter, marks->sweep_id, take_swept, fault);
	if (marks->sweep_id > 0)
		snprintf(from, sizeof from, " and jobId gt %lld", (long long)marks->sweep_id);
	snprintf(filter, sizeof filter, "endTime ge %s%s", start, from);
	return intake_ask(fetch, filter, max_pages, take_swept, fault);
}

/*
 * The seconds in which a round is to come to its end that may take as long as PACE. Both limits are
 * those of the configuration, which may have changed since.
 */
static int64_t round_length(const struct fetch *fetch, int64_t pace)
{
	int64_t least = fetch->site->full_refresh, most = fetch->site->full_refresh_limit;

	if (pace > most)
		pace = most;
	return pace > least ? pace : least;
}

/* Where something was wrong more may be: from the first find on a round goes on at the usual pace.
 */
static int64_t this_round(const struct fetch *fetch)
{
	const struct store_marks *marks = store_marks(fetch->store);

	return round_length(fetch, marks->sweep_found ? 0 : marks->sweep_pace);
}

/* What the sweep has met so far in this run that the lists of changes do not tell. */
static uint64_t found(const struct fetch *fetch)
{
	return store_late(fetch->store) + store_vanished(fetch->store) + fetch->skipped;
}

/*
 * How many pages of the sweep are due, so that it comes round in time. After a long pause that
 * could be very many, so a refresh fetches at most twice its share. 0 = none.
 */
static uint64_t pages_due(const struct fetch *fetch)
{
	const struct store_marks *marks = store_marks(fetch->store);
	int64_t pages = (int64_t)(store_jobs(fetch->store) / JOBS_A_PAGE) + 1;
	int64_t round = this_round(fetch), share, due;

	assert(round > 0);
	share = pages * fetch->site->refresh / round + 1;
	due = pages * (fetch->now - marks->sweep_began) / (round * 1000) - marks->sweep_pages;
	if (due > share * 2)
		due = share * 2;
	return due > 0 ? (uint64_t)due : 0;
}

/*
 * Whether the round that has ended shows that nothing is missed. A full sweep, which has its
 * reason, tells nothing of that. And where only ends can be asked for there is no other way to see
 * a change.
 */
static bool is_quiet(const struct fetch *fetch)
{
	const struct store_marks *marks = store_marks(fetch->store);

	return !fetch->full && !marks->by_end && marks->sweep_found == 0;
}

/* Notes the end of a round of the sweep. The next round begins now, but its pages come when due. */
static void note_round(struct fetch *fetch, int64_t began)
{
	struct store_marks *marks = store_marks(fetch->store);

	if (!fetch->round_ended)
		return;
	marks->sweep_pace = is_quiet(fetch) ? this_round(fetch) * 2 : 0;
	marks->sweep_found = 0;
	marks->sweep_ended = began;
	marks->sweep_began = fetch->now;
	marks->sweep_pages = 0;
	fetch->first_ended = !marks->complete;
	marks->complete = 1;
}

bool sweep_run(struct fetch *fetch, int64_t began, struct fault *fault)
{
	struct store_marks *marks = store_marks(fetch->store);
	uint64_t due = 0; /* all */
	uint64_t before = found(fetch);

	/* While jobs cannot be used, people wait to see that this is over. */
	marks->sweep_found += (int64_t)fetch->skipped;
	/* Only when the server's clock has been set back. */
	if (marks->sweep_began > fetch->now)
		marks->sweep_began = fetch->now;
	if (!fetch->full) {
		due = pages_due(fetch);
		if (due == 0)
			return true;
	} else if (!sweep_is_saved_by_pages(marks)) {
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
	marks->sweep_found += (int64_t)(found(fetch) - before);
	note_round(fetch, began);
	return true;
}
