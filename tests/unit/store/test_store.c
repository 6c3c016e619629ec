/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"
#include "base/mem.h"
#include "unit/scratch.h"
#include "store/store.h"
#include "tally/compare.h"
#include "tally/completions.h"
#include "tally/totals.h"
#include "base/timefmt.h"

#define BEGAN INT64_C(1780000000000) /* the instant at which the stores of these tests begin */
#define URL "https://primary.example.com:1556/netbackup"
#define MINUTE INT64_C(60000)

extern const struct harness_suite store_suite;

static struct fault fault;

#define FINE(call)                                                                                 \
	do {                                                                                       \
		fault_clear(&fault);                                                               \
		if (!(call))                                                                       \
			FAIL("%s: %s", #call, fault.text);                                         \
	} while (0)

static struct store *open_in(const char *directory)
{
	struct store *store = store_open(directory, "paris", URL, &fault);

	if (!store) {
		FAIL("store_open: %s", fault.text);
		exit(1);
	}
	return store;
}

static struct store *open_here(void)
{
	return open_in(scratch_path("."));
}

/* A store in memory that has begun. */
static struct store *begun_store(void)
{
	struct store *store = open_in(STORE_MEMORY);

	FINE(store_begin(store, &fault));
	store_marks(store)->began = BEGAN;
	FINE(store_commit(store, &fault));
	return store;
}

/* A finished job of the cell BACKUP, STANDARD, 0. */
static struct job finished(int64_t id, int64_t ended)
{
	return (struct job){
	    .id = id,
	    .state = JOB_DONE,
	    .type = "BACKUP",
	    .policy_type = "STANDARD",
	    .policy = "daily",
	    .client = "www.example.com",
	    .started = ended - id * 1000,
	    .ended = ended,
	    .updated = ended + 1,
	    .bytes = 1024,
	    .files = 3,
	};
}

static struct job unfinished(int64_t id)
{
	struct job job = finished(id, BEGAN);

	job.state = JOB_ACTIVE;
	job.ended = 0;
	return job;
}

/* Puts JOB in a transaction of its own. */
static void put(struct store *store, struct job job)
{
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_commit(store, &fault));
}

static void merge(struct store *store, int64_t after, int64_t upto, size_t count,
		  const int64_t *ids)
{
	FINE(store_begin(store, &fault));
	FINE(store_merge(store, after, upto, 0, ids, count, &fault));
	FINE(store_commit(store, &fault));
}

static void drop(struct store *store, size_t count, const int64_t *ids)
{
	FINE(store_begin(store, &fault));
	FINE(store_drop_unfinished(store, ids, count, &fault));
	FINE(store_commit(store, &fault));
}

static void expire(struct store *store, int64_t start)
{
	FINE(store_begin(store, &fault));
	FINE(store_expire(store, start, &fault));
	store_marks(store)->window_start = start;
	FINE(store_commit(store, &fault));
}

static struct tally_cell *first_cell(struct store *store)
{
	return tally_cell(store_tally(store), "BACKUP", "STANDARD", 0);
}

static void expect(unsigned line, struct store *store, uint64_t count, uint64_t counted)
{
	const struct tally_cell *cell = first_cell(store);

	if (cell->count != count || cell->finished != counted)
		harness_fail(__FILE__, line, "%llu jobs and %llu counted, not %llu and %llu",
			     (unsigned long long)cell->count, (unsigned long long)cell->finished,
			     (unsigned long long)count, (unsigned long long)counted);
	CU_PASS("a count");
	fault_clear(&fault);
	if (!store_verify(store, &fault))
		harness_fail(__FILE__, line, "the totals differ from the rows %s", fault.text);
}
#define EXPECT(store, count, counted) expect(__LINE__, store, count, counted)

/*
 * Exactly once.
 */

static void test_new(void)
{
	struct store *store = begun_store();
	struct job late = finished(1, BEGAN);
	uint64_t written;

	put(store, late);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(first_cell(store)->finished_bytes, 1024);
	EQUAL_NUMBER(first_cell(store)->finished_files, 3);
	EQUAL_NUMBER(store_jobs(store), 1);
	written = store_written(store);
	put(store, late);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_written(store), written);
	late.updated++;
	late.bytes = 4096;
	put(store, late);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_written(store), written + 1);
	EQUAL_NUMBER(first_cell(store)->bytes, 4096);
	EQUAL_NUMBER(first_cell(store)->finished_bytes, 1024);
	store_close(store);
}

static void test_without_time_stamp(void)
{
	struct store *store = begun_store();
	struct job job = finished(1, BEGAN);
	uint64_t written;

	job.updated = 0;
	put(store, job);
	written = store_written(store);
	put(store, job);
	EQUAL_NUMBER(store_written(store), written);
	job.client = "another";
	put(store, job);
	EQUAL_NUMBER(store_written(store), written + 1);
	job.policy_type = "VMWARE";
	put(store, job);
	EXPECT(store, 0, 1);
	EQUAL_NUMBER(tally_cell(store_tally(store), "BACKUP", "VMWARE", 0)->count, 1);
	EQUAL_NUMBER(tally_cell(store_tally(store), "BACKUP", "VMWARE", 0)->finished, 0);
	store_close(store);
}

static void test_unfinished(void)
{
	struct store *store = begun_store();

	put(store, unfinished(1));
	EXPECT(store, 0, 0);
	EQUAL_NUMBER(store_jobs(store), 1);
	put(store, finished(1, BEGAN + 5));
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_jobs(store), 1);
	store_close(store);
}

static void test_restart(void)
{
	struct store *store = begun_store();

	put(store, finished(1, BEGAN + 1));
	put(store, unfinished(1));
	EXPECT(store, 0, 1);
	put(store, finished(1, BEGAN + 1));
	EXPECT(store, 1, 1);
	put(store, unfinished(1));
	put(store, finished(1, BEGAN + 2));
	EXPECT(store, 1, 2);
	put(store, finished(1, BEGAN + 3));
	EXPECT(store, 1, 3);
	EQUAL_NUMBER(first_cell(store)->last_end, BEGAN + 3);
	store_close(store);
}

static void test_gone_and_back(void)
{
	struct store *store = begun_store();

	put(store, finished(1, BEGAN + 1));
	merge(store, 0, INT64_MAX, 0, NULL);
	EXPECT(store, 0, 1);
	EQUAL_NUMBER(store_jobs(store), 0);
	put(store, finished(1, BEGAN + 1));
	EXPECT(store, 1, 1);
	merge(store, 0, INT64_MAX, 0, NULL);
	put(store, finished(1, BEGAN + 9));
	EXPECT(store, 1, 2);
	merge(store, 0, INT64_MAX, 0, NULL);
	put(store, unfinished(1));
	EXPECT(store, 0, 2);
	put(store, finished(1, BEGAN + 9));
	EXPECT(store, 1, 2);
	store_close(store);
}

/* A restarted job that vanishes and comes back as it was. */
static void test_restart_and_gone(void)
{
	struct store *store = begun_store();

	put(store, finished(1, BEGAN + 1));
	put(store, unfinished(1));
	put(store, unfinished(2));
	EQUAL_NUMBER(store_jobs(store), 2);
	drop(store, 0, NULL);
	EXPECT(store, 0, 1);
	EQUAL_NUMBER(store_jobs(store), 0);
	put(store, finished(1, BEGAN + 1));
	put(store, finished(2, BEGAN + 1));
	EXPECT(store, 2, 2);
	store_close(store);
}

static void test_not_ours(void)
{
	struct store *store = open_in(STORE_MEMORY);

	put(store, finished(9, BEGAN + 1));
	EXPECT(store, 1, 0);
	FINE(store_begin(store, &fault));
	store_marks(store)->began = BEGAN;
	FINE(store_commit(store, &fault));
	put(store, finished(1, BEGAN - 1));
	EXPECT(store, 2, 0);
	expire(store, BEGAN + 10);
	EXPECT(store, 0, 0);
	put(store, finished(2, BEGAN + 9));
	EXPECT(store, 1, 0);
	put(store, finished(3, BEGAN + 10));
	EXPECT(store, 2, 1);
	store_close(store);
}

/* What counts is the window of the last commit, not the one that is being set. */
static void test_sliding_window(void)
{
	struct store *store = begun_store();
	struct job job = finished(1, BEGAN + 5);

	expire(store, BEGAN);
	FINE(store_begin(store, &fault));
	store_marks(store)->window_start = BEGAN + 10;
	FINE(store_put(store, &job, &fault));
	job.updated++;
	FINE(store_put(store, &job, &fault));
	FINE(store_expire(store, BEGAN + 10, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 0, 1);
	CU_ASSERT(first_cell(store)->empty_since > 0);
	put(store, job);
	EXPECT(store, 1, 1);
	CU_ASSERT(first_cell(store)->empty_since == 0);
	store_close(store);
}

static void test_never_seen(void)
{
	struct store *store = begun_store();
	struct job job = finished(1, BEGAN - 5);

	FINE(store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_expire(store, BEGAN, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 0, 0);
	EQUAL_NUMBER(first_cell(store)->empty_since, 0);
	store_close(store);
}

/*
 * Ranges and maxima.
 */

static void test_merge_range(void)
{
	static const int64_t some[] = {3, 4, 7, 8};
	struct store *store = begun_store();

	for (int64_t id = 1; id <= 9; id++)
		put(store, finished(id, BEGAN + id));
	put(store, unfinished(5));
	merge(store, 2, 7, 3, some);
	/* 6 is gone; 5 has not ended, and the others are outside of the range. */
	EXPECT(store, 7, 9);
	EQUAL_NUMBER(store_jobs(store), 8);
	FINE(store_begin(store, &fault));
	FINE(store_merge(store, 0, INT64_MAX, BEGAN + 8, NULL, 0, &fault));
	FINE(store_commit(store, &fault));
	EXPECT(store, 5, 9);
	merge(store, 0, 4, 4, some);
	EXPECT(store, 3, 9);
	store_close(store);
}

static void test_drop_unfinished(void)
{
	static const int64_t some[] = {2, 4, 9};
	struct store *store = begun_store();

	for (int64_t id = 1; id <= 5; id++)
		put(store, unfinished(id));
	drop(store, 3, some);
	EQUAL_NUMBER(store_jobs(store), 2);
	store_close(store);
}

static void test_maxima(void)
{
	struct store *store = begun_store();
	struct job longest = finished(3, BEGAN + 10), strange = finished(4, BEGAN + 20);

	longest.started = BEGAN - 7777999;
	strange.started = strange.ended + 5000;
	put(store, longest);
	put(store, strange);
	put(store, finished(5, BEGAN + 30));
	EQUAL_NUMBER(first_cell(store)->duration_max, 7778);
	expire(store, BEGAN + 11);
	EXPECT(store, 2, 3);
	EQUAL_NUMBER(first_cell(store)->duration_max, 5);
	EQUAL_NUMBER(first_cell(store)->last_end, BEGAN + 30);
	put(store, unfinished(5));
	EQUAL_NUMBER(first_cell(store)->duration_max, 0);
	EQUAL_NUMBER(first_cell(store)->last_end, BEGAN + 20);
	expire(store, BEGAN + 21);
	EQUAL_NUMBER(first_cell(store)->last_end, 0);
	CU_ASSERT(first_cell(store)->empty_since > 0);
	store_close(store);
}

/*
 * Transactions.
 */

static void test_rollback(void)
{
	struct store *store = begun_store();
	struct job job = finished(2, BEGAN + 2), other = finished(3, BEGAN + 3);

	put(store, finished(1, BEGAN + 1));
	FINE(store_begin(store, &fault));
	store_marks(store)->mark = 77;
	other.policy = "rolled back";
	FINE(store_put(store, &job, &fault));
	FINE(store_put(store, &other, &fault));
	FINE(store_expire(store, BEGAN + 2, &fault));
	EQUAL_NUMBER(first_cell(store)->finished, 3);
	store_rollback(store);
	EXPECT(store, 1, 1);
	EQUAL_NUMBER(store_marks(store)->mark, 0);
	EQUAL_NUMBER(store_marks(store)->began, BEGAN);
	/* The ids of names are given out again: nothing must refer to the old ones. */
	other.policy = "another";
	put(store, other);
	other.policy = "rolled back";
	other.updated++;
	put(store, other);
	EXPECT(store, 2, 2);
	store_rollback(store);
	EXPECT(store, 2, 2);
	store_close(store);
}

static void test_misuse(void)
{
	struct store *store = begun_store();
	struct job job = finished(1, BEGAN);

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
	struct store *store = begun_store();
	struct job job = finished(2, BEGAN + 2);
	struct tally_job resolved = tally_resolve(store_tally(store), &job);

	put(store, finished(1, BEGAN + 1));
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
	store = open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->began = BEGAN;
	store_marks(store)->skew = -5;
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	put(store, finished(1, BEGAN + 1));
	put(store, finished(2, BEGAN + 2));
	put(store, unfinished(3));
	FINE(store_begin(store, &fault));
	store_marks(store)->skew = 99;
	store_close(store);
	store = open_here();
	EXPECT(store, 2, 2);
	EQUAL_NUMBER(store_jobs(store), 3);
	EQUAL_NUMBER(store_marks(store)->skew, -5);
	EQUAL_NUMBER(store_marks(store)->complete, 1);
	expire(store, BEGAN + 9);
	store_close(store);
	store = open_here();
	EXPECT(store, 0, 2);
	CU_ASSERT(first_cell(store)->empty_since > 0);
	store_close(store);
	scratch_remove();
}

/* How many files there are whose name has PART. */
static int files_with(const char *part)
{
	DIR *folder = opendir(scratch_path("."));
	int count = 0;

	for (struct dirent *entry; (entry = readdir(folder));)
		count += strstr(entry->d_name, part) != NULL;
	closedir(folder);
	return count;
}

/* Changes the file behind the store's back. */
static void change(const char *sql)
{
	sqlite3 *db = NULL;

	CU_ASSERT(sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK);
	CU_ASSERT(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

/* A number that the file answers to SQL; -1 when it answers nothing. */
static long long ask(const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	long long answer = -1;

	if (sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		answer = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

static void test_names(void)
{
	struct job job = finished(1, BEGAN + 1);
	struct store *store;

	scratch_make();
	store = open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	job.client = job.policy = "";
	put(store, job);
	job.policy = "second";
	job.updated++;
	put(store, job);
	job.policy = "third";
	job.updated++;
	put(store, job);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM name"), 3);
	store = open_here();
	FINE(store_verify(store, &fault));
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM name"), 2);
	store = open_here();
	job.policy = "second";
	job.updated++;
	put(store, job);
	EXPECT(store, 1, 0);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM job JOIN name ON name.id = policy"
			 " WHERE text = 'second'"),
		     1);
	scratch_remove();
}

/*
 * Histories. Times are minutes since the store began.
 */

/* A store in the scratch folder that has come to the end of its first sweep. */
static struct store *swept_store(void)
{
	struct store *store;

	scratch_make();
	store = open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->began = BEGAN;
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	return store;
}

static struct store *reopen(struct store *store)
{
	store_close(store);
	store = open_here();
	EQUAL_NUMBER(files_with("paris.db."), 0);
	return store;
}

static void end_test(struct store *store)
{
	store_close(store);
	EQUAL_NUMBER(files_with("paris.db."), 0);
	scratch_remove();
}

static struct job ended(int64_t id, int64_t minute, uint32_t status)
{
	struct job job = finished(id, BEGAN + minute * MINUTE);

	job.status = status;
	job.updated += status;
	return job;
}

static void expire_until(struct store *store, int64_t minute)
{
	expire(store, BEGAN + minute * MINUTE);
}

static struct tally_subject *subject_of(struct store *store, enum tally_kind kind, const char *name)
{
	return tally_subject(store_tally(store), kind, name,
			     kind == TALLY_WORKLOAD ? "STANDARD" : "");
}

static int64_t minute_of(int64_t instant)
{
	return instant ? (instant - BEGAN) / MINUTE : 0;
}

/* Also that they are the same when they are made anew from the file. */
static void expect_history(unsigned line, struct store *store, const struct tally_subject *subject,
			   int64_t ok, int64_t failed, int64_t last, uint32_t streak)
{
	const struct history *history = &subject->history;

	if (minute_of(history->ok_at) != ok || minute_of(history->failed_at) != failed ||
	    minute_of(history->last_at) != last ||
	    (subject->kind != TALLY_WORKLOAD && history->streak != streak))
		harness_fail(__FILE__, line, "success, failure, last, streak are %d %d %d %u",
			     (int)minute_of(history->ok_at), (int)minute_of(history->failed_at),
			     (int)minute_of(history->last_at), history->streak);
	fault_clear(&fault);
	if (!store_verify(store, &fault))
		harness_fail(__FILE__, line, "the histories differ %s", fault.text);
	CU_PASS("a history");
}
#define EXPECT_POLICY(store, name, ok, failed, last, streak)                                       \
	expect_history(__LINE__, store, subject_of(store, TALLY_POLICY, name), ok, failed, last,   \
		       streak)
#define EXPECT_DAILY(store, ok, failed, last, streak)                                              \
	EXPECT_POLICY(store, "daily", ok, failed, last, streak)

static void test_history(void)
{
	struct store *store = swept_store();
	struct job restore = ended(9, 9, 5);
	const struct tally_subject *workload;

	restore.type = "RESTORE";
	put(store, ended(1, 1, 1));
	put(store, ended(3, 3, 96));
	put(store, ended(2, 2, 2));
	put(store, restore);
	for (int64_t minute = 0; minute <= 10; minute += 2) {
		expire_until(store, minute);
		EXPECT_DAILY(store, 1, 3, 3, 2);
		store = reopen(store);
		EXPECT_DAILY(store, 1, 3, 3, 2);
	}
	EQUAL_NUMBER(store_jobs(store), 0);
	EQUAL_NUMBER(subject_of(store, TALLY_POLICY, "daily")->history.last_status, 96);
	EQUAL_TEXT(subject_of(store, TALLY_POLICY, "daily")->history.last_type, "STANDARD");
	EQUAL_NUMBER(subject_of(store, TALLY_POLICY, "daily")->history.last_id, 3);
	EQUAL_NUMBER(subject_of(store, TALLY_CLIENT, "www.example.com")->history.streak, 2);
	workload = subject_of(store, TALLY_WORKLOAD, "BACKUP");
	expect_history(__LINE__, store, workload, 1, 3, 3, 0);
	workload = subject_of(store, TALLY_WORKLOAD, "RESTORE");
	expect_history(__LINE__, store, workload, 0, 9, 9, 0);
	EQUAL_NUMBER(workload->history.last_status, 5);
	put(store, ended(4, 11, 7));
	EXPECT_DAILY(store, 1, 11, 11, 3);
	end_test(store);
}

/* Before the end of the first sweep nothing that is told of them would be right. */
static void test_history_of_first_sweep(void)
{
	struct store *store = begun_store();

	put(store, ended(5, 5, 2));
	put(store, unfinished(5));
	put(store, ended(5, 5, 2));
	put(store, ended(6, 3, 0));
	EXPECT_DAILY(store, 0, 0, 0, 0);
	FINE(store_begin(store, &fault));
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	EXPECT_DAILY(store, 3, 5, 5, 1);
	store_close(store);
}

/* Each end of a restarted job is one of its own. */
static void test_history_restart(void)
{
	struct store *store = swept_store();

	put(store, ended(1, 1, 0));
	put(store, unfinished(1));
	EXPECT_DAILY(store, 1, 0, 1, 0);
	put(store, ended(1, 5, 96));
	put(store, ended(1, 7, 96)); /* the restart has not been seen */
	EXPECT_DAILY(store, 1, 7, 7, 2);
	store = reopen(store);
	EXPECT_DAILY(store, 1, 7, 7, 2);
	/* An end comes again. */
	put(store, ended(1, 5, 96));
	EXPECT_DAILY(store, 1, 7, 7, 2);
	put(store, ended(1, 5, 1));
	EXPECT_DAILY(store, 5, 7, 7, 1);
	expire_until(store, 6);
	store = reopen(store);
	EXPECT_DAILY(store, 5, 7, 7, 1);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM earlier"), 1);
	store = open_here();
	expire_until(store, 8);
	EXPECT_DAILY(store, 5, 7, 7, 1);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM earlier"), 0);
	EQUAL_NUMBER(ask("SELECT count(*) FROM subject"), 3);
	store = open_here();
	EXPECT_DAILY(store, 5, 7, 7, 1);
	end_test(store);
}

/* What the server has no more did end all the same, and once. */
static void test_history_gone(void)
{
	struct store *store = swept_store();

	put(store, ended(1, 1, 96));
	merge(store, 0, INT64_MAX, 0, NULL);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	put(store, ended(1, 1, 96));
	EXPECT_DAILY(store, 0, 1, 1, 1);
	put(store, unfinished(1));
	drop(store, 0, NULL);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	store = reopen(store);
	EXPECT_DAILY(store, 0, 1, 1, 1);
	put(store, ended(1, 1, 96));
	EXPECT_DAILY(store, 0, 1, 1, 1);
	merge(store, 0, INT64_MAX, 0, NULL);
	put(store, unfinished(1));
	put(store, ended(1, 3, 96));
	EXPECT_DAILY(store, 0, 3, 3, 2);
	drop(store, 0, NULL);
	expire_until(store, 9);
	EXPECT_DAILY(store, 0, 3, 3, 2);
	end_test(store);
}

/* What was told of an end turns out to be otherwise. */
static void test_history_corrected(void)
{
	struct store *store = swept_store();
	struct job renamed = ended(2, 6, 96);

	put(store, ended(1, 1, 0));
	put(store, ended(3, 2, 4));
	expire_until(store, 5);
	put(store, ended(2, 6, 0));
	EXPECT_DAILY(store, 6, 2, 6, 0);
	put(store, ended(2, 6, 96));
	EXPECT_DAILY(store, 1, 6, 6, 2);
	renamed.policy = "weekly";
	renamed.updated++;
	put(store, renamed);
	EXPECT_DAILY(store, 1, 2, 2, 1);
	EXPECT_POLICY(store, "weekly", 0, 6, 6, 1);
	EQUAL_NUMBER(subject_of(store, TALLY_CLIENT, "www.example.com")->history.streak, 2);
	store = reopen(store);
	EXPECT_DAILY(store, 1, 2, 2, 1);
	renamed.policy_type = "VMWARE";
	renamed.updated++;
	put(store, renamed);
	EQUAL_TEXT(subject_of(store, TALLY_POLICY, "weekly")->history.last_type, "VMWARE");
	expect_history(__LINE__, store, subject_of(store, TALLY_WORKLOAD, "BACKUP"), 1, 2, 2, 0);
	end_test(store);
}

/* Ends of which one is between others that have passed and others that have not. */
static void test_history_out_of_order(void)
{
	struct store *store = swept_store();

	put(store, ended(1, 2, 96));
	put(store, ended(3, 6, 96));
	put(store, ended(4, 8, 96));
	expire_until(store, 3);
	EXPECT_DAILY(store, 0, 8, 8, 3);
	put(store, ended(2, 4, 0));
	EXPECT_DAILY(store, 4, 8, 8, 2);
	/* Too late: the window has been there. */
	put(store, ended(5, 1, 0));
	EXPECT_DAILY(store, 4, 8, 8, 2);
	end_test(store);
}

/* What had left the window is fetched again. */
static void test_history_longer_window(void)
{
	struct store *store = swept_store();
	struct job again = ended(2, 10, 96), open = unfinished(2), other = ended(3, 12, 96);

	put(store, ended(1, 2, 0));
	put(store, again);
	expire_until(store, 20);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &again, &fault));
	FINE(store_put(store, &open, &fault));
	FINE(store_put(store, &again, &fault));
	FINE(store_put(store, &other, &fault));
	FINE(store_expire(store, BEGAN + 5 * MINUTE, &fault));
	FINE(store_commit(store, &fault));
	EXPECT_DAILY(store, 2, 12, 12, 2);
	store = reopen(store);
	EXPECT_DAILY(store, 2, 12, 12, 2);
	expire_until(store, 30);
	store = reopen(store);
	EXPECT_DAILY(store, 2, 12, 12, 2);
	end_test(store);
}

/* The server has not what had left the window: it is remembered all the same. */
static void test_history_longer_window_in_vain(void)
{
	struct store *store = swept_store();

	put(store, ended(1, 2, 0));
	put(store, ended(2, 10, 96));
	expire_until(store, 20);
	expire_until(store, 5);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	store = reopen(store);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	expire_until(store, 30);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	store = reopen(store);
	EXPECT_DAILY(store, 2, 10, 10, 1);
	end_test(store);
}

/* A name is kept for as long as anything refers to it. */
static void test_names_of_histories(void)
{
	struct store *store = swept_store();
	struct job job = ended(1, 1, 0), restarted = ended(2, 2, 0), open = unfinished(2);

	job.policy = "passed";
	restarted.policy = "restarted";
	put(store, job);
	expire_until(store, 2);
	put(store, restarted);
	put(store, open);
	FINE(store_begin(store, &fault));
	subject_of(store, TALLY_POLICY, "expected")->overdue = true;
	subject_of(store, TALLY_POLICY, "expected")->changed = true;
	FINE(store_commit(store, &fault));
	FINE(store_verify(store, &fault));
	store = reopen(store);
	EXPECT_POLICY(store, "passed", 1, 0, 1, 0);
	EXPECT_POLICY(store, "restarted", 2, 0, 2, 0);
	CU_ASSERT_TRUE(subject_of(store, TALLY_POLICY, "expected")->overdue);
	end_test(store);
}

/* What the name of a policy was kept for is no more. */
static void test_names_dropped(void)
{
	struct store *store = swept_store();

	for (int overdue = 1; overdue >= 0; overdue--) {
		FINE(store_begin(store, &fault));
		subject_of(store, TALLY_POLICY, "expected")->overdue = overdue;
		subject_of(store, TALLY_POLICY, "expected")->changed = true;
		FINE(store_commit(store, &fault));
		FINE(store_verify(store, &fault));
		store = reopen(store);
		EQUAL_NUMBER(subject_of(store, TALLY_POLICY, "expected")->overdue, overdue);
	}
	expire_until(store, 1);
	FINE(store_verify(store, &fault));
	store = reopen(store);
	FINE(store_verify(store, &fault));
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM subject"), 0);
	EQUAL_NUMBER(ask("SELECT count(*) FROM name"), 0);
	scratch_remove();
}

/* The id of a name that has gone is given out again. */
static void test_names_given_out_again(void)
{
	struct store *store = swept_store();
	struct job first = ended(1, 1, 96), job = first;

	put(store, first);
	job.policy = "old";
	job.updated++;
	put(store, job);
	put(store, first);
	FINE(store_verify(store, &fault));
	job.id = 2;
	job.policy = "new";
	put(store, job);
	EXPECT_POLICY(store, "new", 0, 1, 1, 1);
	EXPECT_POLICY(store, "old", 0, 0, 0, 0);
	end_test(store);
}

static void test_forgotten(void)
{
	const int64_t days = 24 * 60;
	struct store *store = swept_store();
	struct job late = ended(2, 2 * days, 0);

	late.policy = "late";
	put(store, ended(1, 1, 0));
	put(store, late);
	expire_until(store, 3 * days);
	expire_until(store, 800 * days);
	EXPECT_DAILY(store, 1, 0, 1, 0);
	store = reopen(store);
	EXPECT_DAILY(store, 1, 0, 1, 0);
	expire_until(store, 801 * days);
	FINE(store_verify(store, &fault));
	/* It is not missed. */
	FINE(store_verify(store, &fault));
	EXPECT_DAILY(store, 0, 0, 0, 0);
	EXPECT_POLICY(store, "late", 2 * days, 0, 2 * days, 0);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM name WHERE text = 'daily'"), 0);
	EQUAL_NUMBER(ask("SELECT count(*) FROM subject WHERE kind = 1"), 1);
	store = open_here();
	EXPECT_DAILY(store, 0, 0, 0, 0);
	EXPECT_POLICY(store, "late", 2 * days, 0, 2 * days, 0);
	end_test(store);
}

static struct job queued(int64_t id, uint32_t reason)
{
	struct job job = unfinished(id);

	job.state = JOB_QUEUED;
	job.queue_reason = reason;
	return job;
}

static const struct tally_queue *queue_of(struct store *store, uint32_t reason)
{
	return tally_queue(store_tally(store), reason);
}

static void test_queues(void)
{
	struct store *store = swept_store();
	struct job job = queued(2, 41);
	int64_t since;

	put(store, queued(1, 40));
	EQUAL_NUMBER(queue_of(store, 40)->jobs, 1);
	store = reopen(store);
	EQUAL_NUMBER(queue_of(store, 40)->jobs, 1);
	EQUAL_NUMBER(queue_of(store, 40)->empty_since, 0);
	put(store, ended(1, 1, 0));
	since = queue_of(store, 40)->empty_since;
	EQUAL_NUMBER(queue_of(store, 40)->jobs, 0);
	CU_ASSERT_TRUE(since > 0);
	put(store, queued(5, 42));
	drop(store, 0, NULL);
	CU_ASSERT_TRUE(queue_of(store, 42)->empty_since > 0);
	/* One that comes and leaves within a transaction has never been a row. */
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_drop_unfinished(store, NULL, 0, &fault));
	FINE(store_commit(store, &fault));
	EQUAL_NUMBER(queue_of(store, 41)->empty_since, 0);
	store = reopen(store);
	EQUAL_NUMBER(queue_of(store, 40)->empty_since, since);
	CU_ASSERT_FALSE(queue_of(store, 41)->committed);
	put(store, queued(3, 40));
	EQUAL_NUMBER(queue_of(store, 40)->empty_since, 0);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM queue"), 2);
	EQUAL_NUMBER(ask("SELECT empty_since FROM queue WHERE reason = 40"), 0);
	scratch_remove();
}

static void test_oldest(void)
{
	struct store *store = begun_store();
	struct job job = unfinished(1);
	const int64_t *oldest = tally_workload(subject_of(store, TALLY_WORKLOAD, "BACKUP"))->oldest;

	for (job.id = 1; job.id <= 3; job.id++) {
		job.started = BEGAN + job.id;
		put(store, job);
	}
	EQUAL_NUMBER(oldest[JOB_ACTIVE], BEGAN + 1);
	drop(store, 2, (int64_t[]){2, 3});
	EQUAL_NUMBER(oldest[JOB_ACTIVE], BEGAN + 2);
	put(store, finished(2, BEGAN + 9));
	EQUAL_NUMBER(oldest[JOB_ACTIVE], BEGAN + 3);
	FINE(store_verify(store, &fault));
	drop(store, 0, NULL);
	EQUAL_NUMBER(oldest[JOB_ACTIVE], 0);
	store_close(store);
}

/* The file as the first schema had it. */
static const char to_first_schema[] =
    "DROP TABLE earlier; DROP TABLE subject; DROP TABLE queue; UPDATE job SET gone = 1 WHERE gone;"
    "CREATE INDEX job_last ON job(cell, ended) WHERE state = 0 AND gone = 0;"
    "PRAGMA user_version = 1";

static void test_migration(void)
{
	struct store *store = swept_store();

	put(store, ended(1, 1, 96));
	put(store, ended(2, 2, 0));
	put(store, ended(3, 3, 96));
	put(store, queued(4, 40));
	/* One that failed, was restarted, and vanished: it has no status any more. */
	put(store, ended(5, 5, 96));
	put(store, unfinished(5));
	drop(store, 1, (int64_t[]){4});
	store_close(store);
	change(to_first_schema);
	store = open_here();
	EXPECT(store, 1, 1);
	EXPECT_DAILY(store, 2, 3, 3, 1);
	put(store, ended(4, 4, 96));
	CU_ASSERT_TRUE(queue_of(store, 40)->empty_since > 0);
	EXPECT_DAILY(store, 2, 4, 4, 2);
	expire_until(store, 9);
	store_close(store);
	EQUAL_NUMBER(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'job_last'"), 0);
	store = open_here();
	EQUAL_NUMBER(files_with("paris.db."), 0);
	EXPECT_DAILY(store, 2, 4, 4, 2);
	CU_ASSERT_TRUE(queue_of(store, 40)->empty_since > 0);
	end_test(store);
}

/*
 * News.
 */

/* Takes all there are out of LIST, and checks that they are the COUNT jobs with IDS. */
static void expect_news(unsigned line, struct event_list *list, size_t count, const int64_t *ids)
{
	struct event *event;
	size_t at = 0;

	for (; (event = event_take(list)); at++) {
		if (at >= count || event->job_id != ids[at] || event->kind != EVENT_JOB_FAILED)
			harness_fail(__FILE__, line, "job %lld is news", (long long)event->job_id);
		free(event);
	}
	if (at < count)
		harness_fail(__FILE__, line, "%zu news, not %zu", at, count);
	CU_PASS("news have been looked at");
}

static void test_news(void)
{
	struct store *store = begun_store();
	struct job failed = ended(3, 3, 96);
	struct event *event;

	put(store, ended(1, -1, 96)); /* before our time */
	put(store, ended(2, 1, 0));
	put(store, ended(2, 2, 1));
	failed.type = "RESTORE";
	failed.policy_type = "VMWARE";
	put(store, failed);
	failed.updated++;
	failed.bytes++;
	put(store, failed);
	put(store, ended(4, 4, 5));
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
	free(event);
	expect_news(__LINE__, store_events(store), 1, (int64_t[]){4});
	store_close(store);
}

/* What did not come to be is no news; what did, is not taken back. */
static void test_news_rollback(void)
{
	struct store *store = begun_store();
	struct job second = ended(2, 2, 96);

	put(store, ended(1, 1, 96));
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &second, &fault));
	EQUAL_NUMBER(store_pending_events(store)->count, 1);
	EQUAL_NUMBER(store_events(store)->count, 1);
	store_rollback(store);
	EQUAL_NUMBER(store_pending_events(store)->count, 0);
	expect_news(__LINE__, store_events(store), 1, (int64_t[]){1});
	put(store, second);
	EQUAL_NUMBER(store_pending_events(store)->count, 0);
	expect_news(__LINE__, store_events(store), 1, (int64_t[]){2});
	store_close(store);
}

/*
 * Random operations, against a model that could not be plainer.
 */

#define MODEL_JOBS 40
#define MODEL_CELLS 6
#define MODEL_ENDS 12000

struct model_job {
	bool held, gone;
	int64_t seen_end; /* the last; 0 = none */
	struct job job;
};

struct model {
	struct model_job jobs[MODEL_JOBS + 1];
	uint64_t counted[MODEL_CELLS];
	uint64_t counted_bytes[MODEL_CELLS];
	int64_t window; /* of the last commit */
	int64_t next_window;
	int64_t expired;
	struct job ends[MODEL_ENDS]; /* all there have ever been */
	size_t end_count;
};

static unsigned long long seed;

static unsigned pick(unsigned count)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(seed >> 33) % count;
}

static const char *const model_types[] = {"BACKUP", "RESTORE"};

static unsigned cell_of(const struct job *job)
{
	return (job->type == model_types[1]) * 3 + job->status;
}

static struct job random_job(int64_t now)
{
	struct job job = finished(1 + pick(MODEL_JOBS), now - pick(20) * MINUTE);
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	job.type = model_types[pick(2)];
	job.status = pick(3);
	job.policy = names[pick(8)];
	job.client = names[pick(8)];
	job.started = pick(8) ? job.ended - (int64_t)pick(10) * MINUTE : 0;
	job.bytes = pick(1000) * 1024;
	job.files = pick(10);
	job.updated = pick(4) ? now + pick(1000000) : 0;
	if (pick(4) == 0) {
		job.state = JOB_QUEUED + pick(6);
		job.status = 0;
		job.ended = 0;
	}
	return job;
}

/* Notes an end with what was last told of it. */
static void model_end(struct model *model, const struct job *job)
{
	size_t i = 0;

	while (i < model->end_count &&
	       (model->ends[i].id != job->id || model->ends[i].ended != job->ended))
		i++;
	if (i < MODEL_ENDS)
		model->ends[i] = *job;
	if (i == model->end_count)
		model->end_count++;
	CU_ASSERT(model->end_count <= MODEL_ENDS);
}

static int compare_ends(const void *a, const void *b)
{
	const struct job *left = a, *right = b;

	if (left->ended != right->ended)
		return left->ended < right->ended ? -1 : 1;
	return (left->id > right->id) - (left->id < right->id);
}

/* Makes the histories of PLAIN of all ends there have ever been. */
static void model_histories(const struct model *model, struct tally *plain)
{
	struct completions *completions = completions_new(plain);
	static struct job ends[MODEL_ENDS];
	int64_t since;

	memcpy(ends, model->ends, model->end_count * sizeof *ends);
	qsort(ends, model->end_count, sizeof *ends, compare_ends);
	completions_distrust(completions);
	completions_settle(completions, 0, &since);
	for (size_t i = 0; i < model->end_count; i++) {
		struct tally_job end = tally_resolve(plain, &ends[i]);

		completions_replay(completions, &end);
	}
	completions_replayed(completions);
	completions_free(completions);
}

static void model_put(struct model *model, const struct job *job)
{
	struct model_job *held = &model->jobs[job->id];

	if (!held->held)
		held->seen_end = 0;
	if (held->held && !held->gone && job->updated && held->job.updated == job->updated &&
	    held->job.state == job->state && held->job.ended == job->ended)
		return;
	if (job->state == JOB_DONE && held->seen_end != job->ended && job->ended >= BEGAN &&
	    job->ended >= model->window) {
		model->counted[cell_of(job)]++;
		model->counted_bytes[cell_of(job)] += job->bytes;
	}
	held->held = true;
	held->gone = false;
	held->job = *job;
	if (job->state == JOB_DONE)
		held->seen_end = job->ended;
	if (job->state == JOB_DONE && job->ended >= model->expired)
		model_end(model, job);
}

static void model_merge(struct model *model, int64_t after, int64_t upto, int64_t since,
			const bool *listed)
{
	for (int64_t id = after + 1; id <= upto && id <= MODEL_JOBS; id++)
		if (model->jobs[id].job.state == JOB_DONE && !listed[id] &&
		    model->jobs[id].job.ended >= since)
			model->jobs[id].gone = true;
}

static void model_drop(struct model *model, const bool *listed)
{
	for (int64_t id = 1; id <= MODEL_JOBS; id++) {
		struct model_job *held = &model->jobs[id];

		if (!held->held || held->job.state == JOB_DONE || listed[id])
			continue;
		held->held = held->gone = held->seen_end != 0;
		held->job.state = JOB_DONE;
		held->job.ended = held->seen_end;
	}
}

static void model_expire(struct model *model, int64_t start)
{
	for (int64_t id = 1; id <= MODEL_JOBS; id++)
		if (model->jobs[id].job.state == JOB_DONE && model->jobs[id].job.ended < start)
			model->jobs[id].held = false;
	model->next_window = start;
	model->expired = start;
}

static void model_compare(const struct model *model, struct store *store, bool committed)
{
	struct tally *plain = tally_new();
	const struct tally_cell *cell;
	struct tally_job resolved;
	uint64_t held = 0;

	for (int64_t id = 1; id <= MODEL_JOBS; id++) {
		const struct model_job *job = &model->jobs[id];

		if (!job->held || job->gone)
			continue;
		held++;
		resolved = tally_resolve(plain, &job->job);
		totals_add(plain, &resolved);
	}
	model_histories(model, plain);
	EQUAL_NUMBER(store_jobs(store), held);
	EQUAL_NUMBER(tally_jobs(store_tally(store))->finished, tally_jobs(plain)->finished);
	/* Maxima are brought up to date by the commit. */
	CU_ASSERT(!committed || compare_equal(store_tally(store), plain));
	for (unsigned i = 0; i < MODEL_CELLS; i++) {
		cell = tally_cell(store_tally(store), model_types[i / 3], "STANDARD", i % 3);
		EQUAL_NUMBER(cell->finished, model->counted[i]);
		EQUAL_NUMBER(cell->finished_bytes, model->counted_bytes[i]);
		CU_ASSERT(!committed || cell->count == 0 || cell->empty_since == 0);
		CU_ASSERT(!committed || cell->count > 0 || cell->finished == 0 ||
			  cell->empty_since > 0);
	}
	tally_free(plain);
}

static size_t random_ids(bool listed[MODEL_JOBS + 1], int64_t ids[MODEL_JOBS])
{
	size_t count = 0;

	for (int64_t id = 1; id <= MODEL_JOBS; id++) {
		listed[id] = pick(3) > 0;
		if (listed[id])
			ids[count++] = id;
	}
	return count;
}

/* Something or other within a transaction, to both. */
static void random_operation(struct model *model, struct store *store, int64_t now)
{
	bool listed[MODEL_JOBS + 1];
	int64_t ids[MODEL_JOBS], after, upto, since = now - pick(40) * MINUTE;
	size_t count = random_ids(listed, ids);
	struct job job = random_job(now);

	switch (pick(16)) {
	case 0:
		after = pick(MODEL_JOBS);
		upto = pick(4) ? after + pick(10) : INT64_MAX;
		FINE(store_merge(store, after, upto, since, ids, count, &fault));
		model_merge(model, after, upto, since, listed);
		break;
	case 1:
		FINE(store_drop_unfinished(store, ids, count, &fault));
		model_drop(model, listed);
		break;
	case 2:
		store_marks(store)->window_start = now - 15 * MINUTE;
		FINE(store_expire(store, now - 15 * MINUTE, &fault));
		model_expire(model, now - 15 * MINUTE);
		break;
	default:
		FINE(store_put(store, &job, &fault));
		model_put(model, &job);
		/* The same once more, as when it is in two lists. */
		if (pick(4) == 0) {
			FINE(store_put(store, &job, &fault));
			model_put(model, &job);
		}
	}
}

static void random_transaction(struct model *model, struct store *store, int64_t now)
{
	static struct model before;
	unsigned end = pick(6);

	before = *model;

	FINE(store_begin(store, &fault));
	for (unsigned i = pick(25); i > 0; i--)
		random_operation(model, store, now);
	model_compare(model, store, false);
	if (end == 0) {
		store_rollback(store);
		*model = before;
	} else {
		FINE(store_commit(store, &fault));
		model->window = model->next_window;
	}
	EQUAL_NUMBER(store_marks(store)->window_start, model->window);
	model_compare(model, store, true);
}

static void test_random(void)
{
	const char *given = getenv("STORE_SEED");
	static struct model model;
	struct store *store;
	int64_t now = BEGAN;

	seed = given ? strtoull(given, NULL, 10) : (unsigned long long)timefmt_now();
	printf("  STORE_SEED=%llu\n", seed);
	memset(&model, 0, sizeof model);
	scratch_make();
	store = open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->began = BEGAN;
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	for (int i = 0; i < 500 && CU_get_number_of_failures() == 0; i++) {
		random_transaction(&model, store, now);
		now += pick(3) * MINUTE;
		if (pick(20) == 0) {
			store_close(store);
			store = open_here();
			model_compare(&model, store, true);
		}
		if (pick(10) == 0)
			FINE(store_verify(store, &fault));
	}
	store_close(store);
	scratch_remove();
}

/*
 * The file.
 */

static void fill(struct store *store, int64_t first, int64_t count)
{
	struct job job;
	char policy[40];

	FINE(store_begin(store, &fault));
	store_marks(store)->began = BEGAN;
	for (int64_t id = first; id < first + count; id++) {
		job = finished(id, BEGAN + id);
		snprintf(policy, sizeof policy, "policy %d", (int)(id % 5000));
		job.policy = policy;
		FINE(store_put(store, &job, &fault));
	}
	FINE(store_commit(store, &fault));
}

static void damage(off_t at, const void *bytes, size_t size)
{
	int file = open(scratch_path("paris.db"), O_WRONLY);

	CU_ASSERT(pwrite(file, bytes, size, at) == (ssize_t)size);
	close(file);
}

/* A file with 3,000 jobs, closed. */
static off_t make_filled(void)
{
	struct store *store;
	struct stat status;

	scratch_make();
	store = open_here();
	fill(store, 1, 3000);
	store_close(store);
	CU_ASSERT(stat(scratch_path("paris.db"), &status) == 0);
	return status.st_size;
}

/* A new store has taken the place of what is set aside with REASON. */
static void expect_begun_anew(const char *reason)
{
	struct store *store = open_here();

	EQUAL_NUMBER(files_with(reason), 1);
	EQUAL_NUMBER(store_jobs(store), 0);
	EQUAL_NUMBER(store_marks(store)->began, 0);
	fill(store, 1, 10);
	store_close(store);
	store = open_here();
	EXPECT(store, 10, 10);
	store_close(store);
	EQUAL_NUMBER(files_with(reason), 1);
	scratch_remove();
}

static void test_corrupt(void)
{
	char rubbish[8192];
	off_t size = make_filled();

	memset(rubbish, 0xa5, sizeof rubbish);
	for (off_t at = 4096; at + (off_t)sizeof rubbish <= size; at += 65536)
		damage(at, rubbish, sizeof rubbish);
	expect_begun_anew(".db.corrupt-");
}

static void test_truncated(void)
{
	off_t size = make_filled();

	CU_ASSERT(truncate(scratch_path("paris.db"), size / 2 / 4096 * 4096) == 0);
	expect_begun_anew(".db.corrupt-");
}

static void test_cut_short(void)
{
	make_filled();
	CU_ASSERT(truncate(scratch_path("paris.db"), 700) == 0);
	expect_begun_anew(".db.corrupt-");
}

/* Garbage in an index shows when it is used; the file is then set aside at the next opening. */
static void test_corrupt_index(void)
{
	char rubbish[4096];
	struct store *store;
	long long page;
	bool fine;

	make_filled();
	page = ask("SELECT rootpage FROM sqlite_schema WHERE name = 'job_end'");
	memset(rubbish, 0xa5, sizeof rubbish);
	damage((page - 1) * 4096, rubbish, sizeof rubbish);
	store = open_here();
	CU_ASSERT(!store_damaged(store));
	FINE(store_begin(store, &fault));
	fine = store_expire(store, BEGAN + 1000, &fault);
	CU_ASSERT(!fine && store_damaged(store));
	EQUAL_NUMBER(fault.class, FAULT_STORAGE);
	CU_ASSERT(strstr(fault.text, "paris.db: is corrupt") != NULL);
	CU_ASSERT(!store_commit(store, &fault));
	EXPECT(store, 3000, 3000);
	CU_ASSERT(!store_begin(store, &fault));
	store_close(store);
	expect_begun_anew(".db.corrupt-");
}

static void test_foreign_text(void)
{
	scratch_make();
	scratch_write("paris.db", 0600, "Dear diary, today I was opened by a stranger.\n");
	expect_begun_anew(".db.foreign-");
}

static void test_foreign_database(void)
{
	scratch_make();
	change("CREATE TABLE recipe(name TEXT)");
	expect_begun_anew(".db.foreign-");
}

static void test_tables_missing(void)
{
	make_filled();
	change("DROP TABLE job");
	expect_begun_anew(".db.corrupt-");
}

static void test_nonsense(void)
{
	static const char *const nonsense[] = {
	    "UPDATE job SET cell = 99 WHERE id = 7",
	    "UPDATE job SET policy = 999999 WHERE id = 7",
	    "UPDATE cell SET id = 5",
	    "INSERT INTO cell SELECT 2, type, ptype, status, 0, 0, 0, 0 FROM cell",
	    "INSERT INTO name VALUES(1 << 40, 'far')",
	    "INSERT INTO subject VALUES(-1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    "INSERT INTO subject VALUES(3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    "INSERT INTO subject VALUES(1, 999999, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    "INSERT INTO subject VALUES(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)",
	    "INSERT INTO subject VALUES(1, 1, 1, 7, 7, 0, 0, 7, 7, 0, 0, 0)",
	    "INSERT INTO subject VALUES(1, 1, 1, 7, 7, 0, 0, 7, 7, 2, 0, 0)",
	    "INSERT INTO earlier VALUES(1, 1, 2, 1, 1); INSERT INTO meta VALUES('complete', 1)"};

	for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
		make_filled();
		change(nonsense[i]);
		expect_begun_anew(".db.corrupt-");
	}
}

static void test_never_overwrites(void)
{
	struct store *store;

	scratch_make();
	for (int i = 0; i < 5; i++) {
		change("PRAGMA application_id = 7");
		store = open_here();
		store_close(store);
	}
	EQUAL_NUMBER(files_with(".db.foreign-"), 5);
	EQUAL_NUMBER(files_with("paris.db"), 6);
	scratch_remove();
}

static void expect_refused(const char *directory, const char *text)
{
	struct store *store = store_open(directory, "paris", URL, &fault);

	CU_ASSERT(!store);
	EQUAL_NUMBER(fault.class, FAULT_STORAGE);
	if (!strstr(fault.text, text))
		FAIL("\"%s\" does not say \"%s\"", fault.text, text);
	store_close(store);
}

static void test_newer(void)
{
	make_filled();
	change("PRAGMA user_version = 7");
	expect_refused(scratch_path("."), "schema 7");
	EQUAL_NUMBER(ask("SELECT count(*) FROM job"), 3000);
	change("PRAGMA user_version = 3");
	store_close(open_here());
	EQUAL_NUMBER(files_with("paris.db."), 0);
	scratch_remove();
}

static void test_other_url(void)
{
	struct store *store;

	make_filled();
	store = store_open(scratch_path("."), "paris", URL "2", &fault);
	EQUAL_NUMBER(store_jobs(store), 0);
	store_close(store);
	EQUAL_NUMBER(files_with(".db.other-url-"), 1);
	scratch_remove();
}

static void test_modes(void)
{
	struct stat status;
	struct store *store;
	char *folder;

	scratch_make();
	folder = mem_strdup(scratch_path("state"));
	store = open_in(folder);
	fill(store, 1, 10);
	CU_ASSERT(stat(folder, &status) == 0 && (status.st_mode & 07777) == 0700);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"db", "db-wal", "lock"};
		char *path = mem_printf("%s/paris.%s", folder, names[i]);

		CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
		free(path);
	}
	store_close(store);
	CU_ASSERT(chdir(folder) == 0);
	unlink("paris.db");
	unlink("paris.lock");
	CU_ASSERT(chdir("/") == 0 && rmdir(folder) == 0);
	free(folder);
	expect_refused(scratch_path("no/such/folder"), "No such file");
	scratch_remove();
}

/* Runs FUNCTION in a process of its own, which ends with its result. */
static pid_t spawn(int (*function)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(function());
	return pid;
}

static int result_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static int open_second(void)
{
	struct store *store = store_open(scratch_path("."), "paris", URL, &fault);

	return store ? 1 : strstr(fault.text, "in use by another nbu-agentx") ? 0 : 2;
}

static void test_two_agents(void)
{
	struct store *store;

	scratch_make();
	store = open_here();
	EQUAL_NUMBER(result_of(spawn(open_second)), 0);
	expect_refused(scratch_path("."), "in use by another nbu-agentx");
	fill(store, 1, 10);
	store_close(store);
	EQUAL_NUMBER(result_of(spawn(open_second)), 1);
	scratch_remove();
}

static int open_unwritable(void)
{
	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 3;
	return store_open(scratch_path("."), "paris", URL, &fault)	      ? 1
	       : fault.class == FAULT_STORAGE && strstr(fault.text, "denied") ? 0
									      : 2;
}

static void test_unwritable(void)
{
	scratch_make();
	if (geteuid() == 0) {
		CU_ASSERT(chmod(scratch_path("."), 0755) == 0);
		EQUAL_NUMBER(result_of(spawn(open_unwritable)), 0);
		store_close(open_here());
		CU_ASSERT(chmod(scratch_path("paris.lock"), 0666) == 0);
		EQUAL_NUMBER(result_of(spawn(open_unwritable)), 0);
	} else {
		CU_ASSERT(chmod(scratch_path("."), 0500) == 0);
		expect_refused(scratch_path("."), "denied");
		CU_ASSERT(chmod(scratch_path("."), 0700) == 0);
	}
	scratch_remove();
}

static void limit_files(rlim_t size)
{
	struct rlimit limit = {size, RLIM_INFINITY};

	setrlimit(RLIMIT_FSIZE, &limit);
}

/* A file that cannot grow is refused as a full disk is. */
static int fill_the_disk(void)
{
	struct store *store = open_here();
	bool failed = false;
	struct job job;

	signal(SIGXFSZ, SIG_IGN);
	fill(store, 1, 100);
	limit_files(200000);
	for (int64_t id = 101; !failed && id < 100000; id += 1000) {
		failed = !store_begin(store, &fault);
		for (int64_t i = id; !failed && i < id + 1000; i++) {
			job = finished(i, BEGAN + i);
			failed = !store_put(store, &job, &fault);
		}
		if (failed)
			store_rollback(store);
		else if (!store_commit(store, &fault))
			failed = true;
		if (store_jobs(store) > (uint64_t)(id + 999))
			return 4;
	}
	if (!failed || fault.class != FAULT_STORAGE || !strstr(fault.text, "the disk is full"))
		return printf("  %s\n", fault.text), fflush(stdout), 1;
	if (store_jobs(store) != first_cell(store)->count ||
	    first_cell(store)->finished != first_cell(store)->count || store_damaged(store))
		return 2;
	if (!store_verify(store, &fault))
		return 3;
	/* There is room again. */
	limit_files(RLIM_INFINITY);
	fill(store, 500000, 10);
	store_close(store);
	return CU_get_number_of_failures() > 0 ? 5 : 0;
}

static void test_full_disk(void)
{
	struct store *store;

	scratch_make();
	EQUAL_NUMBER(result_of(spawn(fill_the_disk)), 0);
	store = open_here();
	EQUAL_NUMBER(first_cell(store)->count, first_cell(store)->finished);
	CU_ASSERT(first_cell(store)->count >= 110);
	FINE(store_verify(store, &fault));
	store_close(store);
	scratch_remove();
}

static int open_on_full_disk(void)
{
	signal(SIGXFSZ, SIG_IGN);
	limit_files(100);
	return store_open(scratch_path("."), "paris", URL, &fault) ? 1
	       : strstr(fault.text, "the disk is full")		   ? 0
							: (puts(fault.text), fflush(stdout), 2);
}

static void test_open_on_full_disk(void)
{
	scratch_make();
	EQUAL_NUMBER(result_of(spawn(open_on_full_disk)), 0);
	store_close(open_here());
	scratch_remove();
}

/* The last id that was committed, in memory shared with the process that is killed. */
static volatile int64_t *acknowledged;

static int work_until_killed(void)
{
	struct store *store = open_here();
	int64_t id = *acknowledged;
	struct job job;

	for (;;) {
		store_begin(store, &fault);
		store_marks(store)->began = BEGAN;
		for (unsigned i = pick(40); i > 0; i--) {
			id++;
			job = finished(id, BEGAN + id);
			store_put(store, &job, &fault);
		}
		store_marks(store)->sweep_id = id;
		store_expire(store, BEGAN + id - 500, &fault);
		if (!store_commit(store, &fault))
			return 1;
		*acknowledged = id;
	}
}

static void test_killed(void)
{
	int rounds = 50;
	struct store *store;
	pid_t pid;

	scratch_make();
	acknowledged = mmap(NULL, sizeof *acknowledged, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	seed = (unsigned long long)timefmt_now();
	for (int i = 0; i < rounds; i++) {
		pid = spawn(work_until_killed);
		usleep(5000 + pick(harness_sanitized() ? 100000 : 40000));
		kill(pid, SIGKILL);
		EQUAL_NUMBER(result_of(pid), 100 + SIGKILL);
		store = open_here();
		CU_ASSERT(store_marks(store)->sweep_id >= *acknowledged);
		EQUAL_NUMBER(first_cell(store)->finished, store_marks(store)->sweep_id);
		FINE(store_verify(store, &fault));
		*acknowledged = store_marks(store)->sweep_id;
		store_close(store);
	}
	CU_ASSERT(*acknowledged > 100);
	EQUAL_NUMBER(files_with("paris.db."), 0);
	munmap((void *)acknowledged, sizeof *acknowledged);
	scratch_remove();
}

/*
 * Plans and times.
 */

static void check_plan(sqlite3 *db, const char *sql, bool whole)
{
	char *explain = mem_printf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *statement = NULL;
	const char *step;

	CU_ASSERT(sqlite3_prepare_v2(db, explain, -1, &statement, NULL) == SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		step = (const char *)sqlite3_column_text(statement, 3);
		if (strstr(step, "TEMP B-TREE") || (!whole && strstr(step, "SCAN")))
			FAIL("%s: %s", sql, step);
	}
	sqlite3_finalize(statement);
	free(explain);
}

static void test_plans(void)
{
	sqlite3 *db = NULL;
	const char *sql;
	bool whole;
	size_t count = 0;

	make_filled();
	CU_ASSERT(sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK);
	/* With what the planner might learn of the tables, and without. */
	for (; (sql = store_statement(count, &whole)); count++)
		check_plan(db, sql, whole);
	CU_ASSERT(count > 10);
	sqlite3_close(db);
	change("ANALYZE");
	CU_ASSERT(sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK);
	for (size_t i = 0; (sql = store_statement(i, &whole)); i++)
		check_plan(db, sql, whole);
	sqlite3_close(db);
	scratch_remove();
}

/* So many that some share their place in whatever finds a name by a hash of it. */
static void test_many_names(void)
{
	enum { NAMES = 3000 };
	struct store *store = begun_store();
	char policy[20], client[20];

	FINE(store_begin(store, &fault));
	for (int64_t id = 1; id <= 2 * NAMES; id++) {
		struct job job = finished(id, BEGAN + id);

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

static void test_large(void)
{
	int64_t clock = timefmt_monotonic();
	struct store *store;
	struct stat status;

	scratch_make();
	store = open_here();
	fill(store, 1, 100000);
	EQUAL_NUMBER(store_written(store), 100000);
	fill(store, 1, 100000);
	EQUAL_NUMBER(store_written(store), 100000);
	EXPECT(store, 100000, 100000);
	store_close(store);
	CU_ASSERT(stat(scratch_path("paris.db"), &status) == 0 && status.st_size < 13 << 20);
	CU_ASSERT(timefmt_monotonic() - clock < (harness_sanitized() ? 60000 : 15000));
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"a new job counts once", test_new},
    {"a job without a time stamp", test_without_time_stamp},
    {"an unfinished job", test_unfinished},
    {"a job that is restarted", test_restart},
    {"a job that is gone and comes back", test_gone_and_back},
    {"a restarted job that is gone and comes back", test_restart_and_gone},
    {"jobs that ended before our time", test_not_ours},
    {"the window slides in the same transaction", test_sliding_window},
    {"a cell that comes and leaves unseen", test_never_seen},
    {"merging a range", test_merge_range},
    {"dropping unfinished jobs", test_drop_unfinished},
    {"maxima after their holder has left", test_maxima},
    {"a rollback undoes everything", test_rollback},
    {"calls out of order", test_misuse},
    {"a wrong total is found and mended", test_verify},
    {"closed and opened again", test_reopen},
    {"many names", test_many_names},
    {"names without jobs are dropped", test_names},
    {"histories outlive the jobs", test_history},
    {"histories of the first sweep", test_history_of_first_sweep},
    {"histories: a job that is restarted", test_history_restart},
    {"histories: a job that is gone and comes back", test_history_gone},
    {"histories: an end that is corrected", test_history_corrected},
    {"histories: ends out of order", test_history_out_of_order},
    {"histories: a longer window", test_history_longer_window},
    {"histories: a longer window of which nothing comes", test_history_longer_window_in_vain},
    {"histories: names stay", test_names_of_histories},
    {"histories: names that nothing refers to go", test_names_dropped},
    {"histories: ids of names are given out again", test_names_given_out_again},
    {"histories: forgotten at last", test_forgotten},
    {"queues", test_queues},
    {"the oldest unfinished job", test_oldest},
    {"a store of the first schema", test_migration},
    {"events", test_news},
    {"news that are taken back", test_news_rollback},
    {"random operations", test_random},
    {"a corrupt file", test_corrupt},
    {"a truncated file", test_truncated},
    {"a file cut short", test_cut_short},
    {"a corrupt index", test_corrupt_index},
    {"a text file", test_foreign_text},
    {"a database of another program", test_foreign_database},
    {"a table is missing", test_tables_missing},
    {"rows that make no sense", test_nonsense},
    {"what is set aside is never overwritten", test_never_overwrites},
    {"a newer schema", test_newer},
    {"another url", test_other_url},
    {"folder and modes", test_modes},
    {"two agents", test_two_agents},
    {"a folder that cannot be written", test_unwritable},
    {"a full disk", test_full_disk},
    {"a full disk at the start", test_open_on_full_disk},
    {"killed at random", test_killed},
    {"query plans", test_plans},
    {"many jobs", test_large},
    {NULL, NULL},
};

const struct harness_suite store_suite = {"store", tests};
