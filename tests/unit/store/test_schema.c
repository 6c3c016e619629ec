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

static bool load_nothing(struct database *database, void *arg, struct fault *fault)
{
	(void)database;
	(void)arg;
	(void)fault;
	return true;
}

/* Opens the store with MIGRATION behind all others, and STATEMENT; the schema's version is then. */
static bool open_newer(const char *migration, const char *statement, struct fault *fault)
{
	const char *migrations[OLDER_VERSIONS + 1];
	const struct database_statement statements[] = {{statement, true}};
	struct database_schema newer = schema;
	struct database *database;

	memcpy(migrations, schema.migrations, OLDER_VERSIONS * sizeof *migrations);
	migrations[OLDER_VERSIONS] = migration;
	newer.migrations = migrations;
	newer.version = OLDER_VERSIONS + 1;
	newer.statements = statements;
	newer.statement_count = 1;
	database = database_open(scratch_path("."), "paris", &newer, load_nothing, NULL, fault);
	database_close(database);
	return database != NULL;
}

/* Mistakes of ours, or an SQLite that is too old for us: the history must not be lost by them. */
static void test_wrong_migration(void)
{
	static const struct {
		const char *migration, *statement, *text;
		int version; /* of the file behind it */
	} wrong[] = {
	    {"ALTER TABLE nonsuch ADD COLUMN x;", "SELECT 1", "no such table", OLDER_VERSIONS},
	    {"CREATE TABLE x(y) TOO NEW FOR IT;", "SELECT 1", "syntax error", OLDER_VERSIONS},
	    {"CREATE UNIQUE INDEX x ON job(cell);", "SELECT 1", "UNIQUE", OLDER_VERSIONS},
	    {"CREATE TABLE x(y);", "SELECT z FROM x", "no such column", OLDER_VERSIONS + 1},
	};
	struct fault fault;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		stock_make_filled();
		fault_clear(&fault);
		CU_ASSERT_FALSE(open_newer(wrong[i].migration, wrong[i].statement, &fault));
		if (!strstr(fault.text, wrong[i].text))
			FAIL("\"%s\" does not say \"%s\"", fault.text, wrong[i].text);
		EQUAL_NUMBER(stock_files("paris.db."), 0);
		EQUAL_NUMBER(stock_ask("PRAGMA user_version"), wrong[i].version);
		EQUAL_NUMBER(stock_ask("SELECT count(*) FROM job"), 3000);
		scratch_remove();
	}
}

/* The same with a file that has lost something: it is set aside, for it would be so for ever. */
static void test_migration_of_damaged(void)
{
	static const char *const damages[] = {"DROP TABLE job", "DROP INDEX job_long",
					      "ALTER TABLE job DROP COLUMN dedup",
					      "CREATE TABLE x(y)"};
	struct fault fault;

	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		stock_make_filled();
		stock_change(damages[i]);
		FINE(open_newer("CREATE TABLE x(y); UPDATE job SET dedup = 0; DROP INDEX job_long;",
				"SELECT 1", &fault));
		EQUAL_NUMBER(stock_files("paris.db.corrupt-"), 1);
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
    {"a migration that is wrong", test_wrong_migration},
    {"a migration of a damaged store", test_migration_of_damaged},
    {"query plans", test_plans},
    {NULL, NULL},
};

const struct harness_suite store_schema_suite = {"store schema", tests};
