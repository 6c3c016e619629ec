/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/store/stock.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "unit/scratch.h"

/* The file as the first schema had it. */
static const char to_first_schema[] =
    "DROP TABLE resource; DROP TABLE resource_row;"
    "DROP TABLE failure; DROP TABLE orphan;"
    "ALTER TABLE job DROP COLUMN parent; ALTER TABLE job DROP COLUMN family;"
    "ALTER TABLE job DROP COLUMN guessed;"
    "DROP TABLE earlier; DROP TABLE subject; DROP TABLE queue; UPDATE job SET gone = 1 WHERE gone;"
    "CREATE INDEX job_last ON job(cell, ended) WHERE state = 0 AND gone = 0;"
    "PRAGMA user_version = 1";

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
	stock_change(to_first_schema);
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
    {"query plans", test_plans},
    {NULL, NULL},
};

const struct harness_suite store_schema_suite = {"store schema", tests};
