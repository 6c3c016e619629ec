/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "older.h"
#include "store/schema.h"
#include "unit/scratch.h"

/* Makes the file one of VERSION. */
static void make_older(int version)
{
	for (int step = OLDER_VERSIONS - 1; step >= version; step--)
		stock_change(older_steps[step]);
	EQUAL_NUMBER(stock_ask("PRAGMA user_version"), version);
}

static void test_migration(void)
{
	struct store *store = stock_swept();

	stock_put(store, stock_ended(1, 1, 96));
	stock_put(store, stock_ended(2, 2, 0));
	stock_put(store, stock_ended(3, 3, 96));
	stock_put(store, stock_queued(4, 40));
	/* One that failed, was restarted, and vanished: it has no status any more. */
	stock_put(store, stock_ended(5, 5, 96));
	stock_put(store, stock_unfinished(5));
	stock_drop(store, 1, (int64_t[]){4});
	store_close(store);
	make_older(1);
	store = stock_open_here();
	EXPECT(store, 1, 1);
	EXPECT_DAILY(store, 2, 3, 3, 1);
	stock_put(store, stock_ended(4, 4, 96));
	CU_ASSERT_TRUE(stock_queue(store, 40)->empty_since > 0);
	EXPECT_DAILY(store, 2, 4, 4, 2);
	stock_expire_until(store, 9);
	store_close(store);
	EQUAL_NUMBER(stock_ask("SELECT count(*) FROM sqlite_schema WHERE name = 'job_last'"), 0);
	store = stock_open_here();
	EQUAL_NUMBER(stock_files("paris.db."), 0);
	EXPECT_DAILY(store, 2, 4, 4, 2);
	CU_ASSERT_TRUE(stock_queue(store, 40)->empty_since > 0);
	stock_end(store);
}

/* Whatever version it had, its jobs and counters stay. */
static void test_each_version(void)
{
	struct store *store;

	EQUAL_NUMBER(schema.version, OLDER_VERSIONS);
	for (int version = 1; version < OLDER_VERSIONS; version++) {
		store = stock_swept();
		stock_put(store, stock_ended(1, 1, 0));
		stock_put(store, stock_ended(2, 2, 96));
		store_close(store);
		make_older(version);
		store = stock_reopen(stock_open_here());
		EXPECT(store, 1, 1);
		EXPECT_DAILY(store, 1, 2, 2, 1);
		stock_end(store);
	}
}

/* It cannot be brought forward, today or ever. */
static void test_older_damaged(void)
{
	for (int version = 1; version < OLDER_VERSIONS; version++) {
		stock_make_filled();
		make_older(version);
		stock_change("DROP TABLE job");
		store_close(stock_open_here());
		EQUAL_NUMBER(stock_files("paris.db.corrupt-"), 1);
		EQUAL_NUMBER(stock_ask("PRAGMA user_version"), OLDER_VERSIONS);
		scratch_remove();
	}
}

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

	stock_make_filled();
	CU_ASSERT(sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK);
	/* With what the planner might learn of the tables, and without. */
	for (; (sql = store_statement(count, &whole)); count++)
		check_plan(db, sql, whole);
	CU_ASSERT(count > 10);
	sqlite3_close(db);
	stock_change("ANALYZE");
	CU_ASSERT(sqlite3_open(scratch_path("paris.db"), &db) == SQLITE_OK);
	for (size_t i = 0; (sql = store_statement(i, &whole)); i++)
		check_plan(db, sql, whole);
	sqlite3_close(db);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"a store of the first schema", test_migration},
    {"a store of each older schema", test_each_version},
    {"a damaged store of an older schema", test_older_damaged},
    {"query plans", test_plans},
    {NULL, NULL},
};

const struct harness_suite store_schema_suite = {"store schema", tests};
