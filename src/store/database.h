/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DATABASE_H
#define DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/*
 * The home of SQLite: one file with its lock, its schema, its prepared statements, and one
 * transaction at a time. What the file contains is described by a struct database_schema. One
 * thread of one process owns a database: the file is locked as long as it is open.
 */
struct database;

#define DATABASE_MEMORY ":memory:"

struct database_statement {
	const char *sql;
	bool whole; /* it reads a whole table, and must be rare */
};

struct database_schema {
	int32_t application_id; /* by which a file is known as ours */
	/* SQL that brings a file from version N of its schema to N + 1; the first makes it. */
	const char *const *migrations;
	int version;
	const struct database_statement *statements; /* a statement is called by its place here */
	size_t statement_count;
};

/*
 * Opens NAME.db in DIRECTORY, or a database in memory where that is DATABASE_MEMORY. Makes what is
 * not there. Then it calls LOAD with ARG, which may read and write. The content of the file may
 * make that fail: database_refuse, database_reject, or SQLite finds it corrupt or no database at
 * all. The file is then renamed to NAME.db.REASON- and the time, with its -wal and -shm, the log
 * says so, and LOAD is called for a new file. NULL with FAULT (class storage) where there can be no
 * database: not writable, in use, made by a newer version. A file that is sound, but for which a
 * migration or a statement fails, stays as it is as well.
 */
struct database *
database_open(const char *directory, const char *name, const struct database_schema *schema,
	      bool (*load)(struct database *database, void *arg, struct fault *fault), void *arg,
	      struct fault *fault);

/* The file's name, for messages. */
const char *database_path(const struct database *database);

/* Whether the file is not at its place any more: it has been moved or deleted. */
bool database_is_lost(const struct database *database);

/*
 * Sets the values of a statement, counted from 1. They stay set until they are set again. TEXT must
 * stay valid until the statement has run.
 */
void database_bind(struct database *database, size_t statement, size_t count,
		   const int64_t *values);
void database_bind_number(struct database *database, size_t statement, int at, int64_t value);
void database_bind_text(struct database *database, size_t statement, int at, const char *text);

/*
 * Runs a statement that writes. *ROWS, unless it is NULL, goes up by the number of rows written.
 * Where this or any function below returns false, FAULT has class storage, and a transaction can
 * only be rolled back.
 */
bool database_write(struct database *database, size_t statement, uint64_t *rows,
		    struct fault *fault);

/*
 * Goes to the next row of a statement that reads. False at the end, and *FINE says whether the end
 * was reached without a fault. A caller that stops before the end must call database_reset.
 */
bool database_next(struct database *database, size_t statement, bool *fine, struct fault *fault);
void database_reset(struct database *database, size_t statement);

/*
 * The value of the present row in COLUMN, counted from 0. NULL reads as 0 and "". A text is valid
 * until the next step.
 */
int64_t database_number(struct database *database, size_t statement, int column);
const char *database_text(struct database *database, size_t statement, int column);
bool database_is_null(struct database *database, size_t statement, int column);

/* What STATEMENT has read makes no sense: the file is corrupt. Resets it, and returns false. */
bool database_refuse(struct database *database, size_t statement, struct fault *fault);

/* The file must be set aside. REASON is a word for its new name, and must stay valid. */
void database_reject(struct database *database, const char *reason);

/*
 * Begins and ends a transaction. After a commit that fails it can only be rolled back. A rollback
 * returns true where something may have been undone: what is held in memory must be read again.
 */
bool database_begin(struct database *database, struct fault *fault);
bool database_commit(struct database *database, struct fault *fault);
bool database_rollback(struct database *database);

/* Whether there is a transaction that can go on; false with FAULT. */
bool database_is_open(struct database *database, struct fault *fault);

/* Gives back what is held of the file in memory. To be called outside of a transaction. */
void database_rest(struct database *database);

/* Says that what is held in memory has changed in this transaction, even if nothing is written. */
void database_touch(struct database *database);

/* True when the file has been found corrupt: database_close sets it aside. */
bool database_damaged(const struct database *database);

/* Rolls back, closes and frees; NULL is fine. */
void database_close(struct database *database);

#endif
