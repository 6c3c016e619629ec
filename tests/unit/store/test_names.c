/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <stdio.h>

#include "unit/scratch.h"

static struct fault fault;

/* So many that some have the same place by their hash. */
static void test_many_names(void)
{
	enum { NAMES = 3000 };
	struct store *store = stock_begun();
	char policy[20], client[20];

	FINE(store_begin(store, &fault));
	for (int64_t id = 1; id <= 2 * NAMES; id++) {
		struct job job = stock_finished(id, STOCK_BEGAN + id);

		snprintf(policy, sizeof policy, "policy %d", (int)id % NAMES);
		snprintf(client, sizeof client, "client %d", (int)id % NAMES);
		job.policy = policy;
		job.client = client;
		FINE(store_put(store, &job, &fault));
	}
	FINE(store_commit(store, &fault));
	for (int i = 0; i < NAMES; i++) {
		snprintf(policy, sizeof policy, "policy %d", i);
		snprintf(client, sizeof client, "client %d", i);
		CU_ASSERT(tally_subject(store_tally(store), TALLY_POLICY, policy, "")->succeeded ==
			  2);
		CU_ASSERT(tally_subject(store_tally(store), TALLY_CLIENT, client, "")->succeeded ==
			  2);
	}
	EXPECT(store, 2 * NAMES, 2 * NAMES);
	store_close(store);
}

/* JOB has changed: it is one of POLICY now. */
static void put_again(struct store *store, struct job *job, const char *policy)
{
	job->policy = policy;
	job->updated++;
	stock_put(store, *job);
}

/* A store in which JOB had no policy, then two others. */
static struct store *open_with_three(struct job *job)
{
	struct store *store = stock_open_here();

	FINE(store_begin(store, &fault));
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	job->client = job->policy = "";
	stock_put(store, *job);
	put_again(store, job, "second");
	put_again(store, job, "third");
	return store;
}

static void test_names(void)
{
	struct job job = stock_finished(1, STOCK_BEGAN + 1);
	struct store *store;

	scratch_make();
	store = open_with_three(&job);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM name"), 3);
	store = stock_open_here();
	FINE(store_verify(store, &fault));
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM name"), 2);
	store = stock_open_here();
	put_again(store, &job, "second");
	EXPECT(store, 1, 0);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM job JOIN name ON name.id = policy"
			       " WHERE text = 'second'"),
		     1);
	scratch_remove();
}

/* A name that has been dropped and comes again is in the file again. */
static void test_dropped_again(void)
{
	struct job job = stock_finished(1, STOCK_BEGAN + 1);
	struct store *store;

	scratch_make();
	store = open_with_three(&job);
	FINE(store_verify(store, &fault));
	put_again(store, &job, "second");
	CU_ASSERT(tally_subject(store_tally(store), TALLY_POLICY, "second", "")->succeeded == 1);
	FINE(store_verify(store, &fault));
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM name WHERE text = 'third'"), 0);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM job JOIN name ON name.id = policy"
			       " WHERE text = 'second'"),
		     1);
	scratch_remove();
}

/* A name is kept for as long as anything refers to it. */
static void test_names_of_histories(void)
{
	struct store *store = stock_swept();
	struct job job = stock_ended(1, 1, 0), restarted = stock_ended(2, 2, 0),
		   open = stock_unfinished(2);

	job.policy = "passed";
	restarted.policy = "restarted";
	stock_put(store, job);
	stock_expire_until(store, 2);
	stock_put(store, restarted);
	stock_put(store, open);
	FINE(store_begin(store, &fault));
	stock_subject(store, TALLY_POLICY, "expected")->overdue = true;
	stock_subject(store, TALLY_POLICY, "expected")->changed = true;
	FINE(store_commit(store, &fault));
	FINE(store_verify(store, &fault));
	store = stock_reopen(store);
	EXPECT_POLICY(store, "passed", 1, 0, 1, 0);
	EXPECT_POLICY(store, "restarted", 2, 0, 2, 0);
	CU_ASSERT_TRUE(stock_subject(store, TALLY_POLICY, "expected")->overdue);
	stock_end(store);
}

/* Nothing refers to the name of a policy any more. */
static void test_names_dropped(void)
{
	struct store *store = stock_swept();

	for (int overdue = 1; overdue >= 0; overdue--) {
		FINE(store_begin(store, &fault));
		stock_subject(store, TALLY_POLICY, "expected")->overdue = overdue;
		stock_subject(store, TALLY_POLICY, "expected")->changed = true;
		FINE(store_commit(store, &fault));
		FINE(store_verify(store, &fault));
		store = stock_reopen(store);
		EQUAL_NUMBER(stock_subject(store, TALLY_POLICY, "expected")->overdue, overdue);
	}
	stock_expire_until(store, 1);
	FINE(store_verify(store, &fault));
	store = stock_reopen(store);
	FINE(store_verify(store, &fault));
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM subject"), 0);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM name"), 0);
	scratch_remove();
}

/* The id of a name that has been dropped is given out again. */
static void test_names_given_out_again(void)
{
	struct store *store = stock_swept();
	struct job first = stock_ended(1, 1, 96), job = first;

	stock_put(store, first);
	job.policy = "old";
	job.updated++;
	stock_put(store, job);
	stock_put(store, first);
	FINE(store_verify(store, &fault));
	job.id = 2;
	job.policy = "new";
	stock_put(store, job);
	EXPECT_POLICY(store, "new", 0, 1, 1, 1);
	EXPECT_POLICY(store, "old", 0, 0, 0, 0);
	stock_end(store);
}

static void test_forgotten(void)
{
	const int64_t days = 24 * 60;
	struct store *store = stock_swept();
	struct job late = stock_ended(2, 2 * days, 0);

	late.policy = "late";
	stock_put(store, stock_ended(1, 1, 0));
	stock_put(store, late);
	stock_expire_until(store, 3 * days);
	stock_expire_until(store, 800 * days);
	EXPECT_DAILY(store, 1, 0, 1, 0);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 1, 0, 1, 0);
	stock_expire_until(store, 801 * days);
	FINE(store_verify(store, &fault));
	/* Now the totals must not differ for it. */
	FINE(store_verify(store, &fault));
	EXPECT_DAILY(store, 0, 0, 0, 0);
	EXPECT_POLICY(store, "late", 2 * days, 0, 2 * days, 0);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM name WHERE text = 'daily'"), 0);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM subject WHERE kind = 1"), 1);
	store = stock_open_here();
	EXPECT_DAILY(store, 0, 0, 0, 0);
	EXPECT_POLICY(store, "late", 2 * days, 0, 2 * days, 0);
	stock_end(store);
}

static const struct harness_test tests[] = {
    {"many names", test_many_names},
    {"names without jobs are dropped", test_names},
    {"names that histories refer to stay", test_names_of_histories},
    {"names that nothing refers to go", test_names_dropped},
    {"ids are given out again", test_names_given_out_again},
    {"subjects are forgotten at last", test_forgotten},
    {"dropped and come again", test_dropped_again},
    {NULL, NULL},
};

const struct harness_suite store_names_suite = {"store names", tests};
