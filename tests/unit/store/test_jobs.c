/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include "unit/scratch.h"

static struct fault fault;

static void test_new(void)
{
	struct store *store = stock_begun();
	struct job late = stock_finished(1, STOCK_BEGAN);
	uint64_t written;

	stock_put(store, late);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(stock_cell(store)->finished_bytes, 1024);
	EQUAL_NUMBER(stock_cell(store)->finished_files, 3);
	EQUAL_NUMBER(store_jobs(store), 1);
	written = store_written(store);
	stock_put(store, late);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_written(store), written);
	late.updated++;
	late.bytes = 4096;
	stock_put(store, late);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_written(store), written + 1);
	EQUAL_NUMBER(stock_cell(store)->bytes, 4096);
	EQUAL_NUMBER(stock_cell(store)->finished_bytes, 1024);
	store_close(store);
}

static void test_without_time_stamp(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(1, STOCK_BEGAN);
	uint64_t written;

	job.updated = 0;
	stock_put(store, job);
	written = store_written(store);
	stock_put(store, job);
	EQUAL_NUMBER(store_written(store), written);
	job.client = "another";
	stock_put(store, job);
	EQUAL_NUMBER(store_written(store), written + 1);
	job.policy_type = "VMWARE";
	stock_put(store, job);
	EXPECT(store, 0, 1);
	EQUAL_NUMBER(tally_cell(store_tally(store), "BACKUP", "VMWARE", 0)->count, 1);
	EQUAL_NUMBER(tally_cell(store_tally(store), "BACKUP", "VMWARE", 0)->finished, 0);
	store_close(store);
}

/* A job that goes on within the resolution of its time stamp has changed all the same. */
static void test_same_time_stamp(void)
{
	struct store *store = stock_begun();
	struct job job = stock_queued(1, 7);
	int64_t updated = job.updated = STOCK_BEGAN + 5;
	uint64_t written;

	stock_put(store, job);
	written = store_written(store);
	job = stock_unfinished(1);
	job.updated = updated;
	stock_put(store, job);
	EQUAL_NUMBER(store_written(store), written + 1);
	stock_put(store, job);
	EQUAL_NUMBER(store_written(store), written + 1);
	job = stock_finished(1, STOCK_BEGAN + 5);
	job.updated = updated;
	stock_put(store, job);
	EQUAL_NUMBER(store_written(store), written + 2);
	EXPECT(store, 1, 1);
	store_close(store);
}

static void test_unfinished(void)
{
	struct store *store = stock_begun();

	stock_put(store, stock_unfinished(1));
	EXPECT(store, 0, 0);
	EQUAL_NUMBER(store_jobs(store), 1);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 5));
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_jobs(store), 1);
	store_close(store);
}

static void test_restart(void)
{
	struct store *store = stock_begun();

	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	stock_put(store, stock_unfinished(1));
	EXPECT(store, 0, 1);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	EXPECT(store, 1, 1);
	stock_put(store, stock_unfinished(1));
	stock_put(store, stock_finished(1, STOCK_BEGAN + 2));
	EXPECT(store, 1, 2);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 3));
	EXPECT(store, 1, 3);
	EQUAL_NUMBER(stock_cell(store)->last_end, STOCK_BEGAN + 3);
	store_close(store);
}

static void test_gone_and_back(void)
{
	struct store *store = stock_begun();

	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	EXPECT(store, 0, 1);
	EQUAL_NUMBER(store_jobs(store), 0);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	EXPECT(store, 1, 1);
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 9));
	EXPECT(store, 1, 2);
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	stock_put(store, stock_unfinished(1));
	EXPECT(store, 0, 2);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 9));
	EXPECT(store, 1, 2);
	store_close(store);
}

/* A restarted job that vanishes and comes back as it was. */
static void test_restart_and_gone(void)
{
	struct store *store = stock_begun();

	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	stock_put(store, stock_unfinished(1));
	stock_put(store, stock_unfinished(2));
	EQUAL_NUMBER(store_jobs(store), 2);
	stock_drop(store, 0, NULL);
	EXPECT(store, 0, 1);
	EQUAL_NUMBER(store_jobs(store), 0);
	stock_put(store, stock_finished(1, STOCK_BEGAN + 1));
	stock_put(store, stock_finished(2, STOCK_BEGAN + 1));
	EXPECT(store, 2, 2);
	store_close(store);
}

static void test_not_ours(void)
{
	struct store *store = stock_open(STORE_MEMORY);

	stock_put(store, stock_finished(9, STOCK_BEGAN + 1));
	EXPECT(store, 1, 0);
	FINE(store_begin(store, &fault));
	store_marks(store)->began = STOCK_BEGAN;
	FINE(store_commit(store, &fault));
	stock_put(store, stock_finished(1, STOCK_BEGAN - 1));
	EXPECT(store, 2, 0);
	stock_expire(store, STOCK_BEGAN + 10);
	EXPECT(store, 0, 0);
	stock_put(store, stock_finished(2, STOCK_BEGAN + 9));
	EXPECT(store, 1, 0);
	stock_put(store, stock_finished(3, STOCK_BEGAN + 10));
	EXPECT(store, 2, 1);
	store_close(store);
}

/* What counts is the window of the last commit, not the one that is being set. */
static void test_sliding_window(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(1, STOCK_BEGAN + 5);

	stock_expire(store, STOCK_BEGAN);
	FINE(store_begin(store, &fault));
	store_marks(store)->window_start = STOCK_BEGAN + 10;
	FINE(store_put(store, &job, &fault));
	job.updated++;
	FINE(store_put(store, &job, &fault));
	FINE(store_expire(store, STOCK_BEGAN + 10, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 0, 1);
	CU_ASSERT(stock_cell(store)->empty_since > 0);
	stock_put(store, job);
	EXPECT(store, 1, 1);
	CU_ASSERT(stock_cell(store)->empty_since == 0);
	store_close(store);
}

static void test_never_seen(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(1, STOCK_BEGAN - 5);

	FINE(store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_expire(store, STOCK_BEGAN, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 0, 0);
	EQUAL_NUMBER(stock_cell(store)->empty_since, 0);
	store_close(store);
}

static void test_merge_range(void)
{
	static const int64_t some[] = {3, 4, 7, 8};
	struct store *store = stock_begun();

	for (int64_t id = 1; id <= 9; id++)
		stock_put(store, stock_finished(id, STOCK_BEGAN + id));
	stock_put(store, stock_unfinished(5));
	stock_merge(store, 2, 7, 3, some);
	/* 6 is gone; 5 has not ended, and the others are outside of the range. */
	EXPECT(store, 7, 9);
	EQUAL_NUMBER(store_jobs(store), 8);
	FINE(store_begin(store, &fault));
	FINE(store_merge(store, 0, INT64_MAX, STOCK_BEGAN + 8, NULL, 0, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 5, 9);
	stock_merge(store, 0, 4, 4, some);
	EXPECT(store, 3, 9);
	store_close(store);
}

/* A sweep asks for ends, and does not get a job without one. */
static void test_guessed_end(void)
{
	struct store *store = stock_begun();
	struct job job = stock_finished(1, STOCK_BEGAN + 1);

	job.end_guessed = true;
	stock_put(store, job);
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	EXPECT(store, 1, 1);
	/* It has told its end since. */
	job.end_guessed = false;
	job.updated++;
	stock_put(store, job);
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	EXPECT(store, 0, 1);
	store_close(store);
}

/* Another guess, and then the end itself, are of the same completion. */
static void test_other_end(void)
{
	struct store *store = stock_swept();
	const struct tally_cell *cell;
	struct job job = stock_ended(1, 5, 96);

	job.end_guessed = true;
	stock_put(store, job);
	cell = tally_cell(store_tally(store), "BACKUP", "STANDARD", 96);
	job.ended = job.updated += 2 * STOCK_MINUTE;
	stock_put(store, job);
	job.end_guessed = false;
	job.ended -= STOCK_MINUTE;
	job.updated++;
	stock_put(store, job);
	EQUAL_NUMBER(cell->count, 1);
	EQUAL_NUMBER(cell->finished, 1);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, job.client)->history.streak, 1);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, job.client)->history.failed_at, job.ended);
	EQUAL_NUMBER(store_events(store)->count, 1);
	/* A later one is: it was restarted meanwhile. */
	job.ended = job.updated += STOCK_MINUTE;
	stock_put(store, job);
	EQUAL_NUMBER(cell->count, 1);
	EQUAL_NUMBER(cell->finished, 2);
	FINE(store_verify(store, &fault));
	store_close(store);
}

static void test_drop_unfinished(void)
{
	static const int64_t some[] = {2, 4, 9};
	struct store *store = stock_begun();

	for (int64_t id = 1; id <= 5; id++)
		stock_put(store, stock_unfinished(id));
	stock_drop(store, 3, some);
	EQUAL_NUMBER(store_jobs(store), 2);
	store_close(store);
}

static void test_maxima(void)
{
	struct store *store = stock_begun();
	struct job longest = stock_finished(3, STOCK_BEGAN + 10),
		   strange = stock_finished(4, STOCK_BEGAN + 20);

	longest.started = STOCK_BEGAN - 7777999;
	strange.started = strange.ended + 5000;
	stock_put(store, longest);
	stock_put(store, strange);
	stock_put(store, stock_finished(5, STOCK_BEGAN + 30));
	EQUAL_NUMBER(stock_cell(store)->duration_max, 7778);
	stock_expire(store, STOCK_BEGAN + 11);
	EXPECT(store, 2, 3);
	EQUAL_NUMBER(stock_cell(store)->duration_max, 5);
	EQUAL_NUMBER(stock_cell(store)->last_end, STOCK_BEGAN + 30);
	stock_put(store, stock_unfinished(5));
	EQUAL_NUMBER(stock_cell(store)->duration_max, 0);
	EQUAL_NUMBER(stock_cell(store)->last_end, STOCK_BEGAN + 20);
	stock_expire(store, STOCK_BEGAN + 21);
	EQUAL_NUMBER(stock_cell(store)->last_end, 0);
	CU_ASSERT(stock_cell(store)->empty_since > 0);
	store_close(store);
}

static void test_queues(void)
{
	struct store *store = stock_swept();
	struct job job = stock_queued(2, 41);
	int64_t since;

	stock_put(store, stock_queued(1, 40));
	EQUAL_NUMBER(stock_queue(store, 40)->jobs, 1);
	store = stock_reopen(store);
	EQUAL_NUMBER(stock_queue(store, 40)->jobs, 1);
	EQUAL_NUMBER(stock_queue(store, 40)->empty_since, 0);
	stock_put(store, stock_ended(1, 1, 0));
	since = stock_queue(store, 40)->empty_since;
	EQUAL_NUMBER(stock_queue(store, 40)->jobs, 0);
	CU_ASSERT_TRUE(since > 0);
	stock_put(store, stock_queued(5, 42));
	stock_drop(store, 0, NULL);
	CU_ASSERT_TRUE(stock_queue(store, 42)->empty_since > 0);
	/* One that comes and leaves within a transaction has never been a row. */
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_drop_unfinished(store, NULL, 0, &fault));
	FINE(store_commit(store, &fault));
	EQUAL_NUMBER(stock_queue(store, 41)->empty_since, 0);
	store = stock_reopen(store);
	EQUAL_NUMBER(stock_queue(store, 40)->empty_since, since);
	CU_ASSERT_FALSE(stock_queue(store, 41)->committed);
	stock_put(store, stock_queued(3, 40));
	EQUAL_NUMBER(stock_queue(store, 40)->empty_since, 0);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM queue"), 2);
	EQUAL_NUMBER(stock_ask("SELECT empty_since FROM queue WHERE reason = 40"), 0);
	scratch_remove();
}

static void test_oldest(void)
{
	struct store *store = stock_begun();
	struct job job = stock_unfinished(1);
	const int64_t *oldest =
	    tally_workload(stock_subject(store, TALLY_WORKLOAD, "BACKUP"))->oldest;

	for (job.id = 1; job.id <= 3; job.id++) {
		job.started = STOCK_BEGAN + job.id;
		stock_put(store, job);
	}
	EQUAL_NUMBER(oldest[JOB_ACTIVE], STOCK_BEGAN + 1);
	stock_drop(store, 2, (int64_t[]){2, 3});
	EQUAL_NUMBER(oldest[JOB_ACTIVE], STOCK_BEGAN + 2);
	stock_put(store, stock_finished(2, STOCK_BEGAN + 9));
	EQUAL_NUMBER(oldest[JOB_ACTIVE], STOCK_BEGAN + 3);
	FINE(store_verify(store, &fault));
	stock_drop(store, 0, NULL);
	EQUAL_NUMBER(oldest[JOB_ACTIVE], 0);
	store_close(store);
}

static const struct harness_test tests[] = {
    {"a new job counts once", test_new},
    {"a job without a time stamp", test_without_time_stamp},
    {"the same time stamp", test_same_time_stamp},
    {"an unfinished job", test_unfinished},
    {"a job that is restarted", test_restart},
    {"a job that is gone and comes back", test_gone_and_back},
    {"a restarted job that is gone and comes back", test_restart_and_gone},
    {"jobs that ended before our time", test_not_ours},
    {"the window slides in the same transaction", test_sliding_window},
    {"a cell that comes and leaves unseen", test_never_seen},
    {"merging a range", test_merge_range},
    {"a job without an end", test_guessed_end},
    {"a job that tells its end later", test_other_end},
    {"dropping unfinished jobs", test_drop_unfinished},
    {"maxima after their holder has left", test_maxima},
    {"queues", test_queues},
    {"the oldest unfinished job", test_oldest},
    {NULL, NULL},
};

const struct harness_suite store_jobs_suite = {"store jobs", tests};
