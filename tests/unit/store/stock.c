/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "unit/scratch.h"

static struct fault fault;

struct config_site stock_site = {
    .name = (char *)"paris", .url = (char *)STOCK_URL, .protecting_jobs = RESOLVE_PROTECTING};

struct store *stock_open(const char *directory)
{
	struct store *store = store_open(directory, &stock_site, &fault);

	if (!store) {
		FAIL("store_open: %s", fault.text);
		exit(1);
	}
	return store;
}

struct store *stock_open_here(void)
{
	return stock_open(scratch_path("."));
}

struct store *stock_begun(void)
{
	struct store *store = stock_open(STORE_MEMORY);

	FINE(store_begin(store, &fault));
	store_marks(store)->began = STOCK_BEGAN;
	FINE(store_commit(store, &fault));
	return store;
}

struct store *stock_swept(void)
{
	struct store *store;

	scratch_make();
	store = stock_open_here();
	FINE(store_begin(store, &fault));
	store_marks(store)->began = STOCK_BEGAN;
	store_marks(store)->complete = 1;
	FINE(store_commit(store, &fault));
	return store;
}

struct store *stock_reopen(struct store *store)
{
	store_close(store);
	store = stock_open_here();
	EQUAL_NUMBER(stock_files("paris.db."), 0);
	return store;
}

void stock_end(struct store *store)
{
	store_close(store);
	EQUAL_NUMBER(stock_files("paris.db."), 0);
	scratch_remove();
}

struct job stock_finished(int64_t id, int64_t ended)
{
	return (struct job){
	    .id = id,
	    .state = JOB_DONE,
	    .type = "BACKUP",
	    .policy_type = "STANDARD",
	    .policy = "daily",
	    .client = "www.example.com",
	    .schedule = "weekly",
	    .schedule_type = "FULL_BACKUP",
	    .started = ended - id * 1000,
	    .ended = ended,
	    .updated = ended + 1,
	    .bytes = 1024,
	    .files = 3,
	};
}

struct job stock_ended(int64_t id, int64_t minute, uint32_t status)
{
	struct job job = stock_finished(id, STOCK_BEGAN + minute * STOCK_MINUTE);

	job.status = status;
	job.updated += status;
	return job;
}

struct job stock_unfinished(int64_t id)
{
	struct job job = stock_finished(id, STOCK_BEGAN);

	job.state = JOB_ACTIVE;
	job.ended = 0;
	return job;
}

struct job stock_queued(int64_t id, uint32_t reason)
{
	struct job job = stock_unfinished(id);

	job.state = JOB_QUEUED;
	job.queue_reason = reason;
	return job;
}

void stock_put(struct store *store, struct job job)
{
	FINE(store_begin(store, &fault));
	FINE(store_put(store, &job, &fault));
	FINE(store_commit(store, &fault));
}

void stock_merge(struct store *store, int64_t after, int64_t upto, size_t count, const int64_t *ids)
{
	FINE(store_begin(store, &fault));
	FINE(store_merge(store, after, upto, 0, ids, count, &fault));
	FINE(store_commit(store, &fault));
}

void stock_drop(struct store *store, size_t count, const int64_t *ids)
{
	FINE(store_begin(store, &fault));
	FINE(store_drop_unfinished(store, ids, count, &fault));
	FINE(store_commit(store, &fault));
}

void stock_expire(struct store *store, int64_t start)
{
	FINE(store_begin(store, &fault));
	FINE(store_expire(store, start, &fault));
	store_marks(store)->window_start = start;
	FINE(store_commit(store, &fault));
}

void stock_expire_until(struct store *store, int64_t minute)
{
	stock_expire(store, STOCK_BEGAN + minute * STOCK_MINUTE);
}

void stock_fill(struct store *store, int64_t first, int64_t count)
{
	struct job job;
	char policy[40];

	FINE(store_begin(store, &fault));
	store_marks(store)->began = STOCK_BEGAN;
	for (int64_t id = first; id < first + count; id++) {
		job = stock_finished(id, STOCK_BEGAN + id);
		snprintf(policy, sizeof policy, "policy %d", (int)(id % 5000));
		job.policy = policy;
		FINE(store_put(store, &job, &fault));
	}
	FINE(store_commit(store, &fault));
}

off_t stock_make_filled(void)
{
	struct store *store;
	struct stat status;

	scratch_make();
	store = stock_open_here();
	stock_fill(store, 1, 3000);
	store_close(store);
	CU_ASSERT(stat(scratch_path("paris.db"), &status) == 0);
	return status.st_size;
}

struct tally_cell *stock_cell(struct store *store)
{
	return tally_cell(store_tally(store), "BACKUP", "STANDARD", 0);
}

struct tally_subject *stock_subject(struct store *store, enum tally_kind kind, const char *name)
{
	return tally_subject(store_tally(store), kind, name,
			     kind == TALLY_WORKLOAD ? "STANDARD" : "");
}

struct tally_queue *stock_queue(struct store *store, uint32_t reason)
{
	return tally_queue(store_tally(store), reason);
}

void stock_expect(unsigned line, struct store *store, uint64_t count, uint64_t counted)
{
	const struct tally_cell *cell = stock_cell(store);

	if (cell->count != count || cell->finished != counted)
		harness_fail(__FILE__, line, "%llu jobs and %llu counted, not %llu and %llu",
			     (unsigned long long)cell->count, (unsigned long long)cell->finished,
			     (unsigned long long)count, (unsigned long long)counted);
	CU_PASS("a count");
	fault_clear(&fault);
	if (!store_verify(store, &fault))
		harness_fail(__FILE__, line, "the totals differ from the rows %s", fault.text);
}

static int64_t minute_of(int64_t instant)
{
	return instant ? (instant - STOCK_BEGAN) / STOCK_MINUTE : 0;
}

void stock_expect_history(unsigned line, struct store *store, const struct tally_subject *subject,
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

int stock_files(const char *part)
{
	DIR *folder = opendir(scratch_path("."));
	int count = 0;

	for (struct dirent *entry; (entry = readdir(folder));)
		count += strstr(entry->d_name, part) != NULL;
	closedir(folder);
	return count;
}

void stock_change(const char *sql)
{
	sqlite3 *db = NULL;

	CU_ASSERT(sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK);
	CU_ASSERT(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

long long stock_ask(const char *sql)
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
