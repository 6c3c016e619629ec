/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tally/event.h"
#include "unit/scratch.h"

static struct fault fault;

/* What distinguishes the jobs of a tree; MINUTE 0 = it has not ended. */
struct member {
	int64_t id, parent;
	int32_t children;
	const char *type, *client;
	int64_t minute;
	uint32_t status;
};

static struct job job_of(const struct member *member)
{
	struct job job = member->minute ? stock_ended(member->id, member->minute, member->status)
					: stock_unfinished(member->id);

	job.parent = member->parent;
	job.children = member->children;
	job.type = member->type;
	job.client = member->client;
	return job;
}

/* Puts jobs in one transaction; the last has the id 0. */
static void put_all(struct store *store, const struct member *members)
{
	FINE(store_begin(store, &fault));
	for (; members->id; members++) {
		struct job job = job_of(members);

		FINE(store_put(store, &job, &fault));
	}
	FINE(store_commit(store, &fault));
}

/* Each array of members is put by itself. */
#define PUT(store, ...) put_all(store, (const struct member[]){__VA_ARGS__, {.id = 0}})

static void expect_outcome(unsigned line, const struct tally_subject *subject, uint64_t succeeded,
			   uint64_t partial, uint64_t failed, uint64_t unfinished)
{
	if (subject->succeeded != succeeded || subject->partial != partial ||
	    subject->failed != failed || subject->unfinished != unfinished)
		harness_fail(
		    __FILE__, line, "%s: %llu, %llu, %llu and %llu unfinished", subject->name,
		    (unsigned long long)subject->succeeded, (unsigned long long)subject->partial,
		    (unsigned long long)subject->failed, (unsigned long long)subject->unfinished);
	CU_PASS("an outcome");
}
#define EXPECT_OUTCOME(store, kind, name, ...)                                                     \
	expect_outcome(__LINE__, stock_subject(store, kind, name), __VA_ARGS__)

/* Takes the events of failed jobs: their ids, rising, must be those of WANTED, 0 ends them. */
static void expect_failed(unsigned line, struct store *store, const int64_t *wanted)
{
	struct event *event;

	for (; (event = event_take(store_events(store))) != NULL; free(event)) {
		if (event->kind != EVENT_JOB_FAILED || event->job_id != *wanted)
			harness_fail(__FILE__, line, "an event of job %lld",
				     (long long)event->job_id);
		wanted += *wanted != 0;
	}
	EQUAL_NUMBER(*wanted, 0);
}
#define EXPECT_FAILED(store, ...) expect_failed(__LINE__, store, (const int64_t[]){__VA_ARGS__, 0})
#define EXPECT_NONE_FAILED(store) expect_failed(__LINE__, store, (const int64_t[]){0})

/* Checks what the file answers to SQL, for which STORE is closed; the store, opened again. */
static struct store *ask(struct store *store, const char *sql, long long wanted)
{
	store_close(store);
	EQUAL_NUMBER(stock_ask(sql), wanted);
	return stock_open_here();
}

static void end(struct store *store)
{
	FINE(store_verify(store, &fault));
	stock_end(store);
}

/* Two machines; the snapshot of one fails, so that its backup never starts. */
static void test_machines(void)
{
	struct store *store = stock_swept();
	const struct tally_subject *policy = stock_subject(store, TALLY_POLICY, "daily");

	PUT(store, {1, 0, 0, "BACKUP", "vm-a", 1, 0});
	PUT(store, {10, 0, 0, "BACKUP", "primary", 0, 0});
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 1, 0, 0, 1);
	PUT(store, {10, 0, 2, "BACKUP", "primary", 0, 0}, {11, 10, 0, "SNAPSHOT", "vm-a", 0, 0},
	    {12, 10, 1, "SNAPSHOT", "vm-b", 0, 0}, {13, 12, 0, "BACKUP", "vm-b", 0, 0});
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 1, 0, 0, 1);
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "SNAPSHOT", 0, 0, 0, 1);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 0, 0, 0, 0);
	EQUAL_NUMBER(policy->runs, 1);
	EQUAL_NUMBER(policy->history.run_at, STOCK_BEGAN + STOCK_MINUTE);
	PUT(store, {10, 0, 2, "BACKUP", "primary", 24, 1}, {11, 10, 0, "SNAPSHOT", "vm-a", 20, 156},
	    {12, 10, 1, "SNAPSHOT", "vm-b", 23, 0}, {13, 12, 0, "BACKUP", "vm-b", 22, 0});
	EXPECT_OUTCOME(store, TALLY_CLIENT, "vm-a", 1, 0, 1, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "vm-b", 1, 0, 0, 0);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "vm-a")->history.last_status, 156);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "vm-a")->history.streak, 1);
	EXPECT_OUTCOME(store, TALLY_POLICY, "daily", 2, 0, 1, 0);
	policy = stock_subject(store, TALLY_POLICY, "daily");
	EQUAL_NUMBER(policy->history.run_id, 10);
	EQUAL_NUMBER(policy->history.run_status, 1);
	EQUAL_NUMBER(policy->runs, 0);
	EXPECT_FAILED(store, 11);
	EQUAL_NUMBER(tally_cell(store_tally(store), "BACKUP", "STANDARD", 1)->parents, 1);
	EQUAL_NUMBER(tally_cell(store_tally(store), "SNAPSHOT", "STANDARD", 0)->parents, 1);
	EQUAL_NUMBER(tally_cell(store_tally(store), "SNAPSHOT", "STANDARD", 156)->parents, 0);
	end(store);
}

/* One failure is told by three jobs, in one refresh or from bottom to top, over a restart. */
static void test_one_failure(void)
{
	struct store *store = stock_swept();

	PUT(store, {1, 0, 1, "BACKUP", "db", 9, 6}, {2, 1, 1, "BACKUP", "db", 8, 6},
	    {3, 2, 0, "BACKUP", "db", 7, 6});
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 0, 0, 1, 0);
	EXPECT_DAILY(store, 0, 7, 7, 1);
	EXPECT_FAILED(store, 3);
	PUT(store, {11, 0, 1, "BACKUP", "db", 0, 0}, {12, 11, 1, "BACKUP", "db", 0, 0},
	    {13, 12, 0, "BACKUP", "db", 17, 6});
	EXPECT_FAILED(store, 13);
	store = stock_reopen(store);
	PUT(store, {12, 11, 1, "BACKUP", "db", 18, 6});
	PUT(store, {11, 0, 1, "BACKUP", "db", 19, 6});
	EXPECT_NONE_FAILED(store);
	EXPECT_DAILY(store, 0, 17, 17, 2);
	/* The failure is deeper than a child. */
	PUT(store, {21, 0, 1, "BACKUP", "db", 29, 6}, {22, 21, 1, "BACKUP", "db", 28, 0},
	    {23, 22, 0, "BACKUP", "db", 27, 6});
	EXPECT_FAILED(store, 23);
	EXPECT_DAILY(store, 0, 27, 27, 3);
	end(store);
}

/* Nothing else tells that such a parent has failed. */
static void test_failed_by_itself(void)
{
	struct store *store = stock_swept();

	PUT(store, {1, 0, 2, "BACKUP", "primary", 9, 6}, {2, 1, 0, "BACKUP", "a", 8, 0},
	    {3, 1, 0, "BACKUP", "b", 7, 0});
	EXPECT_FAILED(store, 1);
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 2, 0, 1, 0);
	EXPECT_DAILY(store, 8, 9, 9, 1);
	/* Before it started a child. */
	PUT(store, {11, 0, 0, "BACKUP", "primary", 19, 2});
	EXPECT_FAILED(store, 11);
	EXPECT_DAILY(store, 8, 19, 19, 2);
	/* A child that was restarted, and then ended well. */
	PUT(store, {21, 0, 1, "BACKUP", "primary", 29, 6}, {22, 21, 0, "BACKUP", "a", 28, 6});
	EXPECT_FAILED(store, 22);
	PUT(store, {22, 21, 0, "BACKUP", "a", 0, 0});
	EXPECT_DAILY(store, 8, 28, 28, 3);
	PUT(store, {22, 21, 0, "BACKUP", "a", 31, 0});
	EXPECT_DAILY(store, 31, 29, 31, 0);
	EXPECT_NONE_FAILED(store);
	end(store);
}

/* It does not matter what becomes of the child that failed. */
static void test_child_gone(void)
{
	struct store *store = stock_swept();

	PUT(store, {1, 0, 1, "BACKUP", "primary", 0, 0}, {2, 1, 0, "BACKUP", "a", 1, 6});
	EXPECT_FAILED(store, 2);
	stock_merge(store, 0, INT64_MAX, 0, NULL);
	stock_expire_until(store, 5);
	store = ask(store, "SELECT count(*) FROM job", 1);
	PUT(store, {1, 0, 1, "BACKUP", "primary", 9, 6});
	EXPECT_NONE_FAILED(store);
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 0, 0, 0, 0);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	/* The parent itself is missed for a while. */
	PUT(store, {3, 0, 1, "BACKUP", "primary", 0, 0}, {4, 3, 0, "BACKUP", "a", 11, 6});
	EXPECT_FAILED(store, 4);
	stock_drop(store, 0, NULL);
	PUT(store, {3, 0, 1, "BACKUP", "primary", 12, 6});
	EXPECT_NONE_FAILED(store);
	EXPECT_DAILY(store, 0, 11, 11, 2);
	/* One between the two is missed for a while, and its child ends well in the end. */
	PUT(store, {5, 0, 1, "BACKUP", "primary", 0, 0}, {6, 5, 1, "BACKUP", "a", 0, 0},
	    {7, 6, 0, "BACKUP", "a", 21, 6});
	EXPECT_FAILED(store, 7);
	stock_drop(store, 1, (int64_t[]){5});
	PUT(store, {6, 5, 1, "BACKUP", "a", 0, 0});
	PUT(store, {7, 6, 0, "BACKUP", "a", 22, 0});
	PUT(store, {6, 5, 1, "BACKUP", "a", 23, 0}, {5, 0, 1, "BACKUP", "primary", 24, 6});
	EXPECT_FAILED(store, 5);
	EXPECT_DAILY(store, 22, 24, 24, 1);
	end(store);
}

/* A server before API 10.0 does not say how many children there are. */
static void test_named(void)
{
	struct store *store = stock_swept();

	PUT(store, {1, 0, -1, "BACKUP", "primary", 0, 0});
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 0, 0, 0, 1);
	PUT(store, {2, 1, -1, "SNAPSHOT", "a", 0, 0});
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 0, 0, 0, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "a", 0, 0, 0, 1);
	PUT(store, {1, 0, -1, "BACKUP", "primary", 9, 6}, {2, 1, -1, "SNAPSHOT", "a", 8, 6},
	    {3, 2, -1, "BACKUP", "a", 7, 6});
	EXPECT_FAILED(store, 3);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "a", 0, 0, 1, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 0, 0, 0, 0);
	EXPECT_DAILY(store, 0, 7, 7, 1);
	/* Where the server counts them, none is none. */
	PUT(store, {11, 0, 0, "BACKUP", "primary", 19, 0}, {12, 11, 0, "BACKUP", "a", 18, 0});
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 1, 0, 0, 0);
	end(store);
}

/* Children that come before their parents, also over a restart, and parents that never come. */
static void test_orphans(void)
{
	struct store *store = stock_swept();

	PUT(store, {2, 1, -1, "BACKUP", "a", 7, 6}, {3, 1, -1, "BACKUP", "b", 7, 0},
	    {5, 4, 0, "BACKUP", "c", 7, 0});
	EXPECT_FAILED(store, 2);
	store = ask(store, "SELECT count(*) FROM orphan", 2);
	PUT(store, {1, 0, -1, "BACKUP", "primary", 9, 6});
	EXPECT_NONE_FAILED(store);
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 2, 0, 1, 0);
	store = ask(store, "SELECT count(*) FROM orphan", 1);
	PUT(store, {7, 6, 0, "BACKUP", "a", 11, 6});
	store = ask(store, "SELECT count(*) FROM orphan", 2);
	stock_expire_until(store, 12);
	store = ask(store, "SELECT count(*) FROM orphan", 0);
	end(store);
}

/* A server that lies: jobs that are each other's parents. */
static void test_circle(void)
{
	struct store *store = stock_swept();

	PUT(store, {1, 2, 1, "BACKUP", "a", 1, 6}, {2, 3, 1, "BACKUP", "b", 2, 6},
	    {3, 1, -1, "BACKUP", "c", 3, 6}, {4, 4, 1, "BACKUP", "d", 4, 0});
	PUT(store, {1, 2, 1, "BACKUP", "a", 5, 0}, {3, 1, -1, "BACKUP", "c", 6, 0});
	end(store);
}

/* Which jobs protect, and what the keys change. */
static void test_keys(void)
{
	const struct member tree[] = {{1, 0, 1, "BACKUP", "primary", 9, 6},
				      {2, 1, 1, "SNAPSHOT", "a", 8, 6},
				      {3, 2, 0, "BACKUP", "a", 7, 6},
				      {4, 0, 0, "SNAPSHOT", "s", 6, 0},
				      {5, 0, 0, "DBBACKUP", "d", 5, 0},
				      {6, 0, 0, "ARCHIVE", "x", 4, 0},
				      {.id = 0}};
	struct store *store = stock_swept();

	put_all(store, tree);
	EXPECT_OUTCOME(store, TALLY_POLICY, "daily", 2, 0, 1, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "s", 1, 0, 0, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "d", 1, 0, 0, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "x", 0, 0, 0, 0);
	/* Both need no refresh. */
	stock_site.protecting_jobs = (char *)"SNAPSHOTS ARCHIVE";
	store = stock_reopen(store);
	EXPECT_OUTCOME(store, TALLY_POLICY, "daily", 1, 0, 0, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "x", 1, 0, 0, 0);
	stock_site.protecting_jobs = RESOLVE_PROTECTING;
	stock_site.parents = CONFIG_PARENTS_COUNT;
	store = stock_reopen(store);
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "BACKUP", 0, 0, 2, 0);
	EXPECT_OUTCOME(store, TALLY_WORKLOAD, "SNAPSHOT", 1, 0, 1, 0);
	EXPECT_OUTCOME(store, TALLY_POLICY, "daily", 2, 0, 2, 0);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "a", 0, 0, 1, 0);
	while (event_take(store_events(store)))
		;
	PUT(store, {11, 0, 1, "BACKUP", "primary", 19, 6}, {12, 11, 0, "BACKUP", "a", 18, 6});
	EXPECT_FAILED(store, 11, 12);
	end(store);
	stock_site.parents = CONFIG_PARENTS_LEAVE_OUT;
}

/* A store whose jobs came before it was known which are parents. */
static void test_older_store(void)
{
	const struct member tree[] = {{1, 0, 1, "BACKUP", "primary", 9, 0},
				      {2, 1, 1, "SNAPSHOT", "a", 8, 0},
				      {3, 2, 0, "BACKUP", "a", 7, 0},
				      {.id = 0}};
	struct store *store = stock_swept();

	put_all(store, tree);
	store_close(store);
	stock_change(
	    "UPDATE job SET parent = 0, family = 0; DELETE FROM meta WHERE key = 'families';"
	    "INSERT INTO name SELECT max(id) + 1, '' FROM name;"
	    "INSERT INTO subject SELECT DISTINCT 2, client, (SELECT id FROM name WHERE text = ''), "
	    "1, 1, 0, "
	    "0,"
	    " 1, 1, 1, 0, 0, 0, 0, 0 FROM job");
	store = stock_open_here();
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 1, 0, 0, 0);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "primary")->expired.last_id, 1);
	EQUAL_NUMBER(stock_subject(store, TALLY_POLICY, "daily")->history.run_id, 0);
	put_all(store, tree);
	FINE(store_verify(store, &fault));
	EXPECT_OUTCOME(store, TALLY_CLIENT, "primary", 0, 0, 0, 0);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "primary")->history.last_id, 0);
	EQUAL_NUMBER(stock_subject(store, TALLY_CLIENT, "a")->expired.last_id, 1);
	EXPECT_OUTCOME(store, TALLY_CLIENT, "a", 1, 0, 0, 0);
	EQUAL_NUMBER(stock_subject(store, TALLY_POLICY, "daily")->history.run_id, 1);
	EQUAL_NUMBER(store_marks(store)->families, 1);
	/* They have been counted before. */
	EQUAL_NUMBER(stock_cell(store)->finished, 2);
	end(store);
}

static const struct harness_test tests[] = {
    {"machines", test_machines},
    {"one failure, told three times", test_one_failure},
    {"a parent that fails by itself", test_failed_by_itself},
    {"a child that is gone", test_child_gone},
    {"parents that are only named", test_named},
    {"children before their parents", test_orphans},
    {"a circle", test_circle},
    {"keys", test_keys},
    {"a store of an older version", test_older_store},
    {NULL, NULL},
};

const struct harness_suite store_families_suite = {"store families", tests};
