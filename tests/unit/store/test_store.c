/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/timefmt.h"
#include "unit/scratch.h"
#include "tally/totals.h"
#include "resolve.h"

static struct fault fault;

static void test_rollback(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(2, STOCK_BEGAN + 2),
		   other = stock_finished(3, STOCK_BEGAN + 3);

	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	FINE(store_begin(store, &fault));
	store_marks(store)->mark = 77;
	other.policy = "rolled back";
	FINE(store_put(store, &job, &fault));
	FINE(store_put(store, &other, &fault));
	FINE(store_expire(store, STOCK_BEGAN + 2, &fault));
	EQUAL_NUMBER(stock_cell(store)->finished, 3);
	store_rollback(store);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_marks(store)->mark, 0);
	EQUAL_NUMBER(store_marks(store)->began, STOCK_BEGAN);
	/* The ids of names are given out again. Nothing must refer to the old ones. */
	other.policy = "another";
	stock_put(store, other);
	other.policy = "rolled back";
	other.updated++;
	stock_put(store, other);
	EXPECT(store, 2, 2);
	store_rollback(store);
	EXPECT(store, 2, 2);
	store_close(store);
}

static void test_misuse(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(1, STOCK_BEGAN);

	CU_ASSERT(!store_put(store, &job, &fault));
	EQUAL_NUMBER(fault.class, FAULT_STORAGE);
	CU_ASSERT(!store_commit(store, &fault));
	FINE(store_begin(store, &fault));
	CU_ASSERT(!store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 1, 1);
	store_close(store);
	store_close(NULL);
}

static void test_verify(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(2, STOCK_BEGAN + 2);
	struct tally_job resolved = resolve_job(store_tally(store), &job);

	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	totals_add(store_tally(store), &resolved);
	fault_clear(&fault);
	CU_ASSERT(!store_verify(store, &fault));
	EQUAL_NUMBER(fault.class, FAULT_NONE);
	EXPECT(store, 1, 1);
	store_close(store);
}

static void test_reopen(void)
{
	struct store *store;

	scratch_make();
	store = stock_open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->began = STOCK_BEGAN;
	store_marks(store)->skew = -5;
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	stock_put(store, stock_finished(2, STOCK_BEGAN + 2));
	stock_put(store, stock_unfinished(3));
	FINE(store_begin(store, &fault));
	store_marks(store)->skew = 99;
	store_close(store);
	store = stock_open_here();
	EXPECT(store, 2, 2);
	EQUAL_NUMBER(store_jobs(store), 3);
	EQUAL_NUMBER(store_marks(store)->skew, -5);
	EQUAL_NUMBER(store_marks(store)->complete, 1);
	stock_expire(store, STOCK_BEGAN + 9);
	store_close(store);
	store = stock_open_here();
	EXPECT(store, 0, 2);
	CU_ASSERT(stock_cell(store)->empty_since > 0);
	store_close(store);
	scratch_remove();
}

/* Takes all events out of LIST, and checks that they are those of the COUNT jobs with IDS. */
static void expect_events(unsigned line, struct event_list *list, size_t count, const int64_t *ids)
{
	struct event *event;
	size_t at = 0;

	for (; (event = event_take(list)); at++) {
		if (at >= count || event->job_id != ids[at] || event->kind != EVENT_JOB_FAILED)
			harness_fail(__FILE__, line, "there is an event of job %lld",
				     (long long)event->job_id);
		free(event);
	}
	if (at < count)
		harness_fail(__FILE__, line, "%zu events, not %zu", at, count);
	CU_PASS("events have been looked at");
}

static void test_events(void)
{
	struct store *store = stock_begun();
	struct job failed = stock_ended(3, 3, 96);
	struct event *event;

	stock_put(store, stock_ended(1, -1, 96)); /* before our time */
	stock_put(store, stock_ended(2, 1, 0));
	stock_put(store, stock_ended(2, 2, 1));
	failed.type = "RESTORE";
	failed.policy_type = "VMWARE";
	stock_put(store, failed);
	failed.updated++;
	failed.bytes++;
	stock_put(store, failed);
	stock_put(store, stock_ended(4, 4, 5));
	event = event_take(store_events(store));
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	EQUAL_NUMBER(event->kind, EVENT_JOB_FAILED);
	EQUAL_TEXT(event->site, "paris");
	EQUAL_NUMBER(event->job_id, 3);
	EQUAL_NUMBER(event->status, 96);
	EQUAL_TEXT(event->job_type, "RESTORE");
	EQUAL_TEXT(event->policy_type, "VMWARE");
	EQUAL_TEXT(event->policy, "daily");
	EQUAL_TEXT(event->client, "www.example.com");
	EQUAL_TEXT(event->schedule, "weekly");
	EQUAL_TEXT(event->schedule_type, "FULL_BACKUP");
	free(event);
	expect_events(__LINE__, store_events(store), 1, (int64_t[]){4});
	store_close(store);
}

/* A rollback takes back the events of its own transaction, and no others. */
static void test_events_rollback(void)
{
	struct store *store = stock_begun();
	struct job second = stock_ended(2, 2, 96);

	stock_put(store, stock_ended(1, 1, 96));
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &second, &fault));
	EQUAL_NUMBER(store_pending_events(store)->count, 1);
	EQUAL_NUMBER(store_events(store)->count, 1);
	store_rollback(store);
	EQUAL_NUMBER(store_pending_events(store)->count, 0);
	expect_events(__LINE__, store_events(store), 1, (int64_t[]){1});
	stock_put(store, second);
	EQUAL_NUMBER(store_pending_events(store)->count, 0);
	expect_events(__LINE__, store_events(store), 1, (int64_t[]){2});
	store_close(store);
}

static void test_large(void)
{
	int64_t clock = timefmt_monotonic();
	struct store *store;
	struct stat status;

	scratch_make();
	store = stock_open_here();
	stock_fill(store, 1, 100000);
	EQUAL_NUMBER(store_written(store), 100000);
	stock_fill(store, 1, 100000);
	EQUAL_NUMBER(store_written(store), 100000);
	EXPECT(store, 100000, 100000);
	store_close(store);
	CU_ASSERT(stat(scratch_path("paris.db"), &status) == 0 && status.st_size < 13 << 20);
	CU_ASSERT(timefmt_monotonic() - clock < (harness_sanitized() ? 60000 : 15000));
	scratch_remove();
}

static void expect_reach(unsigned line, struct store *store, int64_t since, int64_t first,
			 uint64_t unlisted)
{
	int64_t found;
	uint64_t count;

	FINE(store_reach(store, STOCK_BEGAN + since * STOCK_MINUTE, &found, &count, &fault));
	harness_equal_number(__FILE__, line, "first",
			     found ? (found - STOCK_BEGAN) / STOCK_MINUTE : 0, first);
	harness_equal_number(__FILE__, line, "unlisted", (long long)count, (long long)unlisted);
}

static void test_reach(void)
{
	struct store *store = stock_begun();

	expect_reach(__LINE__, store, 0, 0, 0);
	for (int64_t id = 1; id <= 6; id++)
		stock_put(store, stock_ended(id, id, 0));
	expect_reach(__LINE__, store, 0, 1, 0);
	stock_merge(store, 0, 9, 3, (int64_t[]){3, 5, 6});
	expect_reach(__LINE__, store, 0, 3, 2);
	expect_reach(__LINE__, store, 2, 3, 1);
	expect_reach(__LINE__, store, 4, 5, 1);
	stock_merge(store, 0, 9, 0, NULL);
	expect_reach(__LINE__, store, 0, 0, 6);
	store_close(store);
}

/* A file that is no longer at its place, though it is still open. */
static void test_lost_file(void)
{
	struct store *store = stock_begun();
	char path[200], aside[200];

	CU_ASSERT_PTR_NULL(store_lost_file(store));
	store_close(store);
	store = stock_swept();
	snprintf(path, sizeof path, "%s", scratch_path("paris.db"));
	snprintf(aside, sizeof aside, "%s", scratch_path("aside"));
	CU_ASSERT_PTR_NULL(store_lost_file(store));
	CU_ASSERT(rename(path, aside) == 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(store_lost_file(store));
	CU_ASSERT_PTR_NOT_NULL(strstr(store_lost_file(store), "paris.db"));
	fclose(fopen(path, "w"));
	CU_ASSERT_PTR_NOT_NULL(store_lost_file(store));
	CU_ASSERT(rename(aside, path) == 0);
	CU_ASSERT_PTR_NULL(store_lost_file(store));
	stock_end(store);
}

static const struct harness_test tests[] = {
    {"a rollback undoes everything", test_rollback},
    {"calls out of order", test_misuse},
    {"a wrong total is found and mended", test_verify},
    {"closed and opened again", test_reopen},
    {"events", test_events},
    {"events of a rollback", test_events_rollback},
    {"how far the list goes back", test_reach},
    {"a file that is gone", test_lost_file},
    {"many jobs", test_large},
    {NULL, NULL},
};

const struct harness_suite store_suite = {"store", tests};
