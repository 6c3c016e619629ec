/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "unit/scratch.h"

/* The jobs that failed last, in a store that keeps three of them. */

static struct fault fault;

static void say(const struct failure *failure, void *arg)
{
	char *all = arg;

	snprintf(all + strlen(all), 100 - strlen(all), "%s%" PRId64 ":%" PRIu32, *all ? " " : "",
		 failure->id, failure->status);
}

/* Ids and statuses. */
static void expect(unsigned line, const struct store *store, const char *expected)
{
	char all[100] = "";

	failures_each(store_failures(store), (size_t)stock_site.failures_kept, say, all);
	harness_equal_text(__FILE__, line, "failures", all, expected);
}
#define EXPECT_FAILURES(expected) expect(__LINE__, store, expected)

static struct store *begin(void)
{
	stock_site.failures_kept = 3;
	return stock_swept();
}

static void end(struct store *store)
{
	stock_end(store);
	stock_site.failures_kept = 0;
}

static void test_come_and_go(void)
{
	struct store *store = begin();

	stock_put(store, stock_ended(1, -9, 96)); /* it is no event */
	stock_put(store, stock_ended(2, 1, 0));
	stock_put(store, stock_ended(3, 1, 1));
	stock_put(store, stock_ended(4, 3, 150));
	EXPECT_FAILURES("1:96 4:150");
	stock_put(store, stock_ended(5, 2, 2));
	stock_put(store, stock_ended(6, 4, 6));
	EXPECT_FAILURES("4:150 5:2 6:6");
	/* Restarted, it stays until it ends again. */
	stock_put(store, stock_unfinished(6));
	EXPECT_FAILURES("4:150 5:2 6:6");
	stock_put(store, stock_ended(6, 8, 0));
	EXPECT_FAILURES("1:96 4:150 5:2");
	stock_put(store, stock_unfinished(5));
	stock_put(store, stock_ended(5, 9, 13));
	EXPECT_FAILURES("1:96 4:150 5:13");
	store = stock_reopen(store);
	EXPECT_FAILURES("1:96 4:150 5:13");
	end(store);
}

static void test_outlive_the_job(void)
{
	struct store *store = begin();

	stock_put(store, stock_ended(1, 1, 96));
	stock_put(store, stock_ended(2, 2, 96));
	stock_merge(store, 0, 9, 1, (int64_t[]){2});
	stock_expire_until(store, 60);
	store = stock_reopen(store);
	EXPECT(store, 0, 0);
	EXPECT_FAILURES("1:96 2:96");
	end(store);
}

static void look(const struct failure *failure, void *arg)
{
	++*(int *)arg;
	EQUAL_NUMBER(failure->ended, STOCK_BEGAN + STOCK_MINUTE);
	EQUAL_TEXT(failure->job_type, "RESTORE");
	EQUAL_TEXT(failure->policy_type, "VMWARE");
	EQUAL_TEXT(failure->policy, "daily");
	EQUAL_TEXT(failure->client, "www.example.com");
	EQUAL_TEXT(failure->schedule, "w\xc3\xb6"
				      "chentlich");
	EQUAL_TEXT(failure->schedule_type, "FULL_BACKUP");
}

static void test_texts(void)
{
	struct store *store = begin();
	struct job job = stock_ended(7, 1, 96);
	int seen = 0;

	job.type = "RESTORE";
	job.policy_type = "VMWARE";
	job.schedule = "w\xc3\xb6"
		       "chentlich";
	job.schedule_type = "FULL_BACKUP";
	stock_put(store, job);
	store = stock_reopen(store);
	failures_each(store_failures(store), 9, look, &seen);
	EQUAL_NUMBER(seen, 1);
	end(store);
}

static void test_rollback(void)
{
	struct store *store = begin();
	struct job failed = stock_ended(2, 2, 96), good = stock_ended(1, 3, 0);

	stock_put(store, stock_ended(1, 1, 96));
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &failed, &fault));
	FINE(store_put(store, &good, &fault));
	EXPECT_FAILURES("2:96");
	store_rollback(store);
	EXPECT_FAILURES("1:96");
	store = stock_reopen(store);
	EXPECT_FAILURES("1:96");
	end(store);
}

/* That a parent has failed is told by its child, whichever comes first. */
static void test_parents(void)
{
	struct store *store = begin();
	struct job parent = stock_ended(1, 5, 1), child = stock_ended(2, 4, 96);

	parent.status = 6;
	parent.children = 1;
	child.parent = 1;
	stock_put(store, parent);
	EXPECT_FAILURES("1:6");
	stock_put(store, child);
	EXPECT_FAILURES("2:96");
	parent.id = child.parent = 3;
	child.id = 4;
	stock_put(store, child);
	stock_put(store, parent);
	EXPECT_FAILURES("2:96 4:96");
	end(store);
}

/* In one sweep there are many more than are kept. */
static void test_many(void)
{
	struct store *store = begin();
	struct job job;

	FINE(store_begin(store, &fault));
	for (int64_t id = 1; id <= 500; id++) {
		job = stock_ended(id, 1 + id * 7 % 500, 96);
		FINE(store_put(store, &job, &fault));
	}
	FINE(store_commit(store, &fault));
	EXPECT_FAILURES("71:96 214:96 357:96"); /* 7 times these modulo 500 are 497, 498 and 499 */
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM failure"), 6);
	stock_site.failures_kept = 0;
	store = stock_open_here();
	stock_put(store, stock_ended(501, 900, 96));
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM failure"), 0);
	end(stock_open_here());
}

static const struct harness_test tests[] = {
    {"come and go", test_come_and_go},
    {"outlive the job", test_outlive_the_job},
    {"texts", test_texts},
    {"a rollback", test_rollback},
    {"parents", test_parents},
    {"many at once", test_many},
    {NULL, NULL},
};

const struct harness_suite store_failures_suite = {"store failures", tests};
