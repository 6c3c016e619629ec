/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/intake.h"

#include <stdio.h>

#include "api/list.h"
#include "base/cpu.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"

#define PROGRESS_MS 10000

uint64_t intake_requests(const struct fetch *fetch)
{
	return netbackup_traffic(fetch->netbackup)->requests - fetch->requests_before;
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
	char by[40] = "";

	if (now - fetch->reported >= PROGRESS_MS) {
		fetch->reported = now;
		if (fetch->use.connections > 0)
			snprintf(by, sizeof by, ", %u connection%s at work", fetch->use.connections,
				 fetch->use.connections == 1 ? "" : "s");
		log_info("site %s: %llu jobs in %llu requests so far, %.0f jobs a second%s",
			 fetch->site->name, (unsigned long long)fetch->jobs,
			 (unsigned long long)intake_requests(fetch),
			 (double)fetch->jobs * 1000 / (double)(now - fetch->clock), by);
	}
	if (fetch->report)
		fetch->report(fetch->jobs, intake_requests(fetch), fetch->report_arg);
}

static void note_times(struct fetch *fetch, const struct job *job)
{
	struct store_marks *marks = store_marks(fetch->store);
	int64_t change = marks->by_end ? job->ended : job->updated;

	if (change > fetch->newest)
		fetch->newest = change;
	if (job->state != JOB_DONE && job->updated == 0)
		fetch->undated_at = fetch->now;
	if (job->state == JOB_DONE && job->ended > marks->newest_end)
		marks->newest_end = job->ended;
}

static void skip(struct fetch *fetch, const struct job *job)
{
	fetch->skipped++;
	skipped_note(&fetch->flaws, job);
}

bool intake_page(struct fetch *fetch, struct page *page, struct fetch_ids *ids, struct fault *fault)
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
		if (result == JOB_READ)
			note_times(fetch, &job);
	}
	report(fetch);
	cpu_share();
	/* Without ids the order cannot be checked, and such a list might never end. */
	if (fine && fetch->jobs > before && ids->count == known) {
		fault_set(fault, FAULT_PROTOCOL, "a page of jobs none of which has an id");
		fine = false;
	}
	return fine;
}

/* The list of the jobs that FILTER lets through. */
static struct list list_of(struct fetch *fetch, const char *filter,
			   bool (*visit)(struct page *page, bool last, void *arg,
					 struct fault *fault))
{
	fetch->pages = 0;
	return (struct list){.path = "/admin/jobs",
			     .things = "jobs",
			     .paging = LIST_BY_ID,
			     .sort = "jobId",
			     .filter = filter,
			     .visit = visit,
			     .arg = fetch};
}

bool intake_ask(struct fetch *fetch, const char *filter, uint64_t max_pages,
		bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault),
		struct fault *fault)
{
	struct list list = list_of(fetch, filter, visit);

	list.max_pages = max_pages;
	return list_fetch(fetch->netbackup, &list, fault);
}

bool intake_ask_at_once(struct fetch *fetch, const char *filter, int64_t behind,
			bool (*visit)(struct page *page, bool last, void *arg, struct fault *fault),
			struct fault *fault)
{
	struct list list = list_of(fetch, filter, visit);

	list.behind = behind;
	return chains_fetch(fetch->netbackup, &list, (unsigned)fetch->site->sweep_connections,
			    &fetch->use, fault);
}

bool intake_save(struct fetch *fetch, struct fault *fault)
{
	return store_commit(fetch->store, fault) && store_begin(fetch->store, fault);
}
