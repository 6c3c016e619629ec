/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATABASE_H
#define DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * The home of SQLite: one file with its lock, its schema brought forward, its statements prepared
 * once, and one transaction at a time. What is in it is for the module that describes it here. One
 * thread owns a database, and one process: the file is locked as long as it is open.
 */
struct database;

#define DATABASE_MEMORY ":memory:"

struct database_statement {
	const char *sql;
	bool whole; /* reads a whole table: only for what is done seldom */
};

struct database_schema {
	int32_t application_id; /* what tells our file from others' */
	/* What brings a file from version N of its schema to N + 1; the first makes it. */
	const char *const *migrations;
	int version;
	const struct database_statement *statements; /* called by their places here */
	size_t statement_count;
};

/*
 * Opens NAME.db in DIRECTORY, or a database in memory where that is DATABASE_MEMORY; makes what is
 * not there. Then it calls LOAD, which may read and write. Where that fails because of what is in
 * the file (database_refuse, database_reject, or because SQLite finds it corrupt or no database at
 * all), the file is renamed to NAME.db.REASON- and the time, with its -wal and -shm, which is
 * logged, and LOAD is called for a new one. NULL with FAULT (class storage) where nothing can be
 * had: not writable, in use, made by a newer version.
 */
struct database *
database_open(const char *directory, const char *name, const struct database_schema *schema,
	      bool (*load)(struct database *database, void *arg, struct fault *fault), void *arg,
	      struct fault *fault);

/* The file's name, for messages. */
const char *database_path(const struct database *database);

/*
 * Statements. Values are set, counted from 1, and stay set until they are set again; TEXT must last
 * until the statement has run. Where a function says false, FAULT has class storage, and a
 * transaction can only be rolled back.
 */
void database_bind(struct database *database, size_t statement, size_t count,
		   const int64_t *values);
void database_bind_number(struct database *database, size_t statement, int at, int64_t value);
void database_bind_text(struct database *database, size_t statement, int at, const char *text);

/* Runs a statement that writes; *ROWS (NULL = never mind) goes up by the rows that it has. */
bool database_write(struct database *database, size_t statement, uint64_t *rows,
		    struct fault *fault);

/*
 * Steps on to the next row of a statement that reads. At the end false, and FINE says whether it
 * was reached in peace. Who leaves off before must call database_reset.
 */
bool database_next(struct database *database, size_t statement, bool *fine, struct fault *fault);
void database_reset(struct database *database, size_t statement);

/* What the row has in COLUMN, counted from 0; NULL is 0 and "". Texts last until the next step. */
int64_t database_number(struct database *database, size_t statement, int column);
const char *database_text(struct database *database, size_t statement, int column);
bool database_is_null(struct database *database, size_t statement, int column);

/* What STATEMENT has read makes no sense: the file is corrupt. Resets it; always false. */
bool database_refuse(struct database *database, size_t statement, struct fault *fault);

/* The file must be set aside for REASON, a word in its new name that stays; FAULT says more. */
void database_reject(struct database *database, const char *reason);

/*
 * Transactions. A commit that fails leaves one that can only be rolled back. A rollback says
 * whether something may have been undone, so that what is kept in memory must be read again.
 */
bool database_begin(struct database *database, struct fault *fault);
bool database_commit(struct database *database, struct fault *fault);
bool database_rollback(struct database *database);

/* Whether there is a transaction that can go on; false with FAULT. */
bool database_is_open(struct database *database, struct fault *fault);

/* Says that what is kept in memory has changed in this transaction, even if nothing is written. */
void database_touch(struct database *database);

/* True when the file has been found corrupt: it is set aside by database_close. */
bool database_damaged(const struct database *database);

/* Rolls back, closes and frees; NULL is fine. */
void database_close(struct database *database);

#endif
