/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

static struct fault fault;

static void test_history(void)
{
	struct store *store = stock_swept();
	struct job restore = stock_ended(9, 9, 5);
	const struct tally_subject *workload;

	restore.type = "RESTORE";
	stock_put(store, stock_ended(1, 1, 1));
	stock_put(store, stock_ended(3, 3, 96));
	stock_put(store, stock_ended(2, 2, 2));
	stock_put(store, restore);
	for (int64_t minute = 0; minute <= 10; minute += 2) {
		stock_expire_until(store, minute);
		EXPECT_DAILY(store, 1, 3, 3, 2);
		store = stock_reopen(store);
		EXPECT_DAILY(store, 1, 3, 3, 2);
	}
	EQUAL_NUMBER(store_jobs(store), 0);
	EQUAL_NUMBER(stock_subject(store, TALLY_POLICY, "daily")->history.last_status, 96);
	EQUAL_TEXT(stock_subject(store, TALLY_POLICY, "daily")->history.last_type, "STANDARD");
	EQUAL_NUMBER(stock_subject(store, TALLY_POLICY, "daily")->history.last_id, 3);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "www.example.com")->history.streak, 2);
	workload = stock_subject(store, TALLY_WORKLOAD, "BACKUP");
	stock_expect_history(__LINE__, store, workload, 1, 3, 3, 0);
	workload = stock_subject(store, TALLY_WORKLOAD, "RESTORE");
	stock_expect_history(__LINE__, store, workload, 0, 9, 9, 0);
	EQUAL_NUMBER(workload->history.last_status, 5);
	stock_put(store, stock_ended(4, 11, 7));
	EXPECT_DAILY(store, 1, 11, 11, 3);
	stock_end(store);
}

/* Until the first sweep is complete histories would be wrong, and are empty. */
static void test_history_of_first_sweep(void)
{
	struct store *store = stock_begun();

	stock_put(store, stock_ended(5, 5, 2));
	stock_put(store, stock_unfinished(5));
	stock_put(store, stock_ended(5, 5, 2));
	stock_put(store, stock_ended(6, 3, 0));
	EXPECT_DAILY(store, 0, 0, 0, 0);
	FINE(store_begin(store, &fault));
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	EXPECT_DAILY(store, 3, 5, 5, 1);
	store_close(store);
}

/* Each end of a restarted job is a completion of its own. */
static void test_history_restart(void)
{
	struct store *store = stock_swept();

	stock_put(store, stock_ended(1, 1, 0));
	stock_put(store, stock_unfinished(1));
	EXPECT_DAILY(store, 1, 0, 1, 0);
	stock_put(store, stock_ended(1, 5, 96));
	stock_put(store, stock_ended(1, 7, 96)); /* the restart has not been seen */
	EXPECT_DAILY(store, 1, 7, 7, 2);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 1, 7, 7, 2);
	/* A completion comes again. */
	stock_put(store, stock_ended(1, 5, 96));
	EXPECT_DAILY(store, 1, 7, 7, 2);
	stock_put(store, stock_ended(1, 5, 1));
	EXPECT_DAILY(store, 5, 7, 7, 1);
	stock_expire_until(store, 6);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 5, 7, 7, 1);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM earlier"), 1);
	store = stock_open_here();
	stock_expire_until(store, 8);
	EXPECT_DAILY(store, 5, 7, 7, 1);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM earlier"), 0);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM subject"), 3);
	store = stock_open_here();
	EXPECT_DAILY(store, 5, 7, 7, 1);
	stock_end(store);
}

/* A job that the server does not list any more has ended all the same, and once. */
static void test_history_gone(void)
{
	struct store *store = stock_swept();

	stock_put(store, stock_ended(1, 1, 96));
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	stock_put(store, stock_ended(1, 1, 96));
	EXPECT_DAILY(store, 0, 1, 1, 1);
	stock_put(store, stock_unfinished(1));
	stock_drop(store, 0, NULL);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	stock_put(store, stock_ended(1, 1, 96));
	EXPECT_DAILY(store, 0, 1, 1, 1);
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	stock_put(store, stock_unfinished(1));
	stock_put(store, stock_ended(1, 3, 96));
	EXPECT_DAILY(store, 0, 3, 3, 2);
	stock_drop(store, 0, NULL);
	stock_expire_until(store, 9);
	EXPECT_DAILY(store, 0, 3, 3, 2);
	stock_end(store);
}

/* What is known of a completion turns out to be different. */
static void test_history_corrected(void)
{
	struct store *store = stock_swept();
	struct job renamed = stock_ended(2, 6, 96);

	stock_put(store, stock_ended(1, 1, 0));
	stock_put(store, stock_ended(3, 2, 4));
	stock_expire_until(store, 5);
	stock_put(store, stock_ended(2, 6, 0));
	EXPECT_DAILY(store, 6, 2, 6, 0);
	stock_put(store, stock_ended(2, 6, 96));
	EXPECT_DAILY(store, 1, 6, 6, 2);
	renamed.policy = "weekly";
	renamed.updated++;
	stock_put(store, renamed);
	EXPECT_DAILY(store, 1, 2, 2, 1);
	EXPECT_POLICY(store, "weekly", 0, 6, 6, 1);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "www.example.com")->history.streak, 2);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 1, 2, 2, 1);
	renamed.policy_type = "VMWARE";
	renamed.updated++;
	stock_put(store, renamed);
	EQUAL_TEXT(stock_subject(store, TALLY_POLICY, "weekly")->history.last_type, "VMWARE");
	stock_expect_history(__LINE__, store, stock_subject(store, TALLY_WORKLOAD, "BACKUP"), 1, 2,
			     2, 0);
	stock_end(store);
}

/* A completion between some that have expired and some that have not. */
static void test_history_out_of_order(void)
{
	struct store *store = stock_swept();

	stock_put(store, stock_ended(1, 2, 96));
	stock_put(store, stock_ended(3, 6, 96));
	stock_put(store, stock_ended(4, 8, 96));
	stock_expire_until(store, 3);
	EXPECT_DAILY(store, 0, 8, 8, 3);
	stock_put(store, stock_ended(2, 4, 0));
	EXPECT_DAILY(store, 4, 8, 8, 2);
	/* Too late: the window has left that time behind. */
	stock_put(store, stock_ended(5, 1, 0));
	EXPECT_DAILY(store, 4, 8, 8, 2);
	stock_end(store);
}

/* What had left the window is fetched again. */
static void test_history_longer_window(void)
{
	struct store *store = stock_swept();
	struct job again = stock_ended(2, 10, 96), open = stock_unfinished(2),
		   other = stock_ended(3, 12, 96);

	stock_put(store, stock_ended(1, 2, 0));
	stock_put(store, again);
	stock_expire_until(store, 20);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &again, &fault));
	FINE(store_put(store, &open, &fault));
	FINE(store_put(store, &again, &fault));
	FINE(store_put(store, &other, &fault));
	FINE(store_expire(store, STOCK_BEGAN + 5 * STOCK_MINUTE, &fault));
	FINE(store_commit(store, &fault));
	EXPECT_DAILY(store, 2, 12, 12, 2);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 2, 12, 12, 2);
	stock_expire_until(store, 30);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 2, 12, 12, 2);
	stock_end(store);
}

/* The server does not list what had left the window. It is remembered all the same. */
static void test_history_longer_window_in_vain(void)
{
	struct store *store = stock_swept();

	stock_put(store, stock_ended(1, 2, 0));
	stock_put(store, stock_ended(2, 10, 96));
	stock_expire_until(store, 20);
	stock_expire_until(store, 5);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	stock_expire_until(store, 30);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	store = stock_reopen(store);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	stock_end(store);
}

static const struct harness_test tests[] = {
    {"they outlive the jobs", test_history},
    {"the first sweep", test_history_of_first_sweep},
    {"a job that is restarted", test_history_restart},
    {"a job that is gone and comes back", test_history_gone},
    {"a completion that is corrected", test_history_corrected},
    {"completions out of order", test_history_out_of_order},
    {"a longer window", test_history_longer_window},
    {"a longer window of which nothing comes", test_history_longer_window_in_vain},
    {NULL, NULL},
};

const struct harness_suite store_histories_suite = {"store histories", tests};
