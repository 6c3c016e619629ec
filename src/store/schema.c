/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/schema.h"

#define APPLICATION_ID 1312970049 /* "NBUA" */
#define APPLICATION_ID_TEXT "1312970049"

/*
 * What brings a store from version N of its schema to N + 1; the first makes it. Jobs refer by id
 * to the names of policies and clients, and to their cell. A job that is restarted keeps its end
 * until it ends again, so that an end which has been seen before is known. A start or end that a
 * job does not have is NULL.
 */
static const char *const migrations[] = {
    "PRAGMA application_id = " APPLICATION_ID_TEXT ";"
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
    "CREATE TABLE cell(id INTEGER PRIMARY KEY, type TEXT NOT NULL, ptype TEXT NOT NULL,"
    " status INT NOT NULL, finished INT NOT NULL, bytes INT NOT NULL, files INT NOT NULL,"
    " empty_since INT /* local clock; 0 = has jobs, NULL = never had */);"
    "CREATE TABLE job(id INTEGER PRIMARY KEY, cell INT NOT NULL, policy INT NOT NULL,"
    " client INT NOT NULL, state INT NOT NULL, gone INT NOT NULL, started INT, ended INT,"
    " updated INT NOT NULL, bytes INT NOT NULL, files INT NOT NULL, dedup INT NOT NULL,"
    " reason INT NOT NULL);"
    "CREATE INDEX job_end ON job(ended) WHERE state = 0;"
    "CREATE INDEX job_open ON job(state) WHERE state > 0;"
    /* They find with one seek the longest job of a cell, and its latest end. */
    "CREATE INDEX job_long ON job(cell, (ended - started) / 1000) WHERE state = 0 AND gone = 0;"
    "CREATE INDEX job_last ON job(cell, ended) WHERE state = 0 AND gone = 0;",
    /*
     * What outlives the jobs. Table earlier: earlier ends of jobs that were restarted, as long as
     * they are within the window. Table subject: of each policy, client and workload the history of
     * all completions that have expired, and whether it is overdue (enum tally_overdue). Table
     * queue: the reasons for which jobs were queued.
     */
    "CREATE TABLE earlier(ended INT NOT NULL, id INT NOT NULL, cell INT NOT NULL,"
    " policy INT NOT NULL, client INT NOT NULL, PRIMARY KEY(ended, id)) WITHOUT ROWID;"
    "CREATE TABLE subject(kind INT NOT NULL, name INT NOT NULL, ptype INT NOT NULL,"
    " ok_at INT NOT NULL, ok_id INT NOT NULL, failed_at INT NOT NULL, failed_id INT NOT NULL,"
    " last_at INT NOT NULL, last_id INT NOT NULL, last_cell INT NOT NULL, streak INT NOT NULL,"
    " overdue INT NOT NULL, PRIMARY KEY(kind, name, ptype)) WITHOUT ROWID;"
    "CREATE TABLE queue(reason INTEGER PRIMARY KEY, empty_since INT NOT NULL);"
    /* Some of them had been restarted, and it is not known how they had ended before. */
    "UPDATE job SET gone = 2 WHERE gone = 1;",
    /* At each new job it cost more than it saved in finding the latest end of a cell. */
    "DROP INDEX IF EXISTS job_last;",
    /*
     * Columns parent and family of a job: see family.h; family 0 = not known, the job came before
     * this version. Column guessed: whether its end is only its last update. Table orphan: the
     * families of jobs that are not held, as far as their children tell them. Columns run_* of a
     * subject: the latest run of a policy. Table failure: the newest failed jobs, for as long as
     * there are no newer ones.
     */
    "ALTER TABLE job ADD COLUMN parent INT NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN family INT NOT NULL DEFAULT 0;"
    "ALTER TABLE job ADD COLUMN guessed INT NOT NULL DEFAULT 0;"
    "ALTER TABLE earlier ADD COLUMN parent INT NOT NULL DEFAULT 0;"
    "ALTER TABLE earlier ADD COLUMN family INT NOT NULL DEFAULT 0;"
    "ALTER TABLE subject ADD COLUMN run_at INT NOT NULL DEFAULT 0;"
    "ALTER TABLE subject ADD COLUMN run_id INT NOT NULL DEFAULT 0;"
    "ALTER TABLE subject ADD COLUMN run_status INT NOT NULL DEFAULT 0;"
    "CREATE TABLE orphan(id INTEGER PRIMARY KEY, family INT NOT NULL, seen INT NOT NULL);"
    "CREATE TABLE failure(id INTEGER PRIMARY KEY, ended INT NOT NULL, status INT NOT NULL,"
    " type TEXT NOT NULL, ptype TEXT NOT NULL, policy TEXT NOT NULL, client TEXT NOT NULL,"
    " schedule TEXT NOT NULL, stype TEXT NOT NULL);",
    /* What is collected beside the jobs: see texts.h. */
    "CREATE TABLE resource(name TEXT PRIMARY KEY, data_at INT NOT NULL, vanished_at INT NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE resource_row(resource TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY(resource, key)) WITHOUT ROWID;",
};

#define COLUMNS                                                                                    \
	"id, cell, policy, client, state, gone, started, ended, updated, bytes, files, dedup, "    \
	"reason, parent, family, guessed"

/* The columns of tables job and earlier that tell a completion. */
#define COMPLETION "id, cell, policy, client, ended, parent, family"

/*
 * All statements. Where the planner could choose, the index is named, so that a statement which
 * cannot use it fails when it is prepared.
 */
static const struct database_statement statements[STATEMENT_COUNT] = {
    [GET_META] = {"SELECT value FROM meta WHERE key = ?1", false},
    [PUT_META] = {"INSERT INTO meta VALUES(?1, ?2)"
		  " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
		  false},
    [ALL_NAMES] = {"SELECT id, text FROM name", true},
    [ALL_CELLS] = {"SELECT id, type, ptype, status, finished, bytes, files, empty_since FROM cell"
		   " ORDER BY id",
		   true},
    [ALL_JOBS] = {"SELECT " COLUMNS " FROM job NOT INDEXED", true},
    [ALL_SUBJECTS] =
	{"SELECT kind, name, ptype, ok_at, ok_id, failed_at, failed_id, last_at,"
	 " last_id, last_cell, streak, overdue, run_at, run_id, run_status FROM subject",
	 true},
    [ALL_QUEUES] = {"SELECT reason, empty_since FROM queue", true},
    [ADD_NAME] = {"INSERT INTO name VALUES(?1, ?2)", false},
    [DROP_NAME] = {"DELETE FROM name WHERE id = ?1", false},
    [ADD_CELL] = {"INSERT INTO cell VALUES(?1, ?2, ?3, ?4, 0, 0, 0, NULL)", false},
    [SAVE_CELL] = {"UPDATE cell SET finished = ?2, bytes = ?3, files = ?4, empty_since = ?5"
		   " WHERE id = ?1",
		   false},
    [GET_JOB] = {"SELECT " COLUMNS " FROM job WHERE id = ?1", false},
    [PUT_JOB] = {"INSERT INTO job(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, 0),"
		 " nullif(?8, 0), ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
		 " ON CONFLICT(id) DO UPDATE SET cell = excluded.cell, policy = excluded.policy,"
		 " client = excluded.client, state = excluded.state, gone = excluded.gone,"
		 " started = excluded.started, ended = excluded.ended, updated = excluded.updated,"
		 " bytes = excluded.bytes, files = excluded.files, dedup = excluded.dedup,"
		 " reason = excluded.reason, parent = excluded.parent, family = excluded.family,"
		 " guessed = excluded.guessed",
		 false},
    [DROP_JOB] = {"DELETE FROM job WHERE id = ?1", false},
    [UNLIST_JOB] = {"UPDATE job SET state = 0, gone = ?2 WHERE id = ?1", false},
    [LIST_FINISHED] = {"SELECT " COLUMNS " FROM job NOT INDEXED WHERE id > ?1 AND id <= ?2"
		       " AND state = 0 AND gone = 0 AND guessed = 0 AND ended >= ?3 ORDER BY id",
		       false},
    [LIST_UNFINISHED] = {"SELECT " COLUMNS " FROM job INDEXED BY job_open WHERE state > 0", false},
    [SOME_UNDATED] = {"SELECT 1 FROM job INDEXED BY job_open WHERE state > 0 AND updated = 0"
		      " LIMIT 1",
		      false},
    [LIST_EXPIRED] = {"SELECT " COLUMNS " FROM job INDEXED BY job_end"
		      " WHERE state = 0 AND ended < ?1",
		      false},
    [DROP_EXPIRED] = {"DELETE FROM job INDEXED BY job_end WHERE state = 0 AND ended < ?1", false},
    /* In the order of completions, with the earlier ones of restarted jobs. */
    [LIST_COMPLETIONS] = {"SELECT " COMPLETION " FROM job INDEXED BY job_end"
			  " WHERE state = 0 AND ended >= ?1 AND ended < ?2 AND gone < 2"
			  " UNION ALL SELECT " COMPLETION " FROM earlier"
			  " WHERE ended >= ?1 AND ended < ?2 ORDER BY 5, 1",
			  false},
    [GET_EARLIER] = {"SELECT " COMPLETION " FROM earlier"
		     " WHERE ended = ?1 AND id = ?2",
		     false},
    [PUT_EARLIER] = {"INSERT OR REPLACE INTO earlier(ended, id, cell, policy, client, parent,"
		     " family) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		     false},
    [DROP_EARLIER] = {"DELETE FROM earlier WHERE ended = ?1 AND id = ?2", false},
    [EXPIRE_EARLIER] = {"DELETE FROM earlier WHERE ended < ?1", false},
    [PUT_SUBJECT] = {"INSERT OR REPLACE INTO subject(kind, name, ptype, ok_at, ok_id, failed_at,"
		     " failed_id, last_at, last_id, last_cell, streak, overdue, run_at, run_id,"
		     " run_status) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
		     " ?14, ?15)",
		     false},
    [DROP_SUBJECTS] = {"DELETE FROM subject WHERE max(ok_at, failed_at, last_at, run_at) < ?1"
		       " AND (overdue = 0 OR last_at > 0)",
		       true},
    /* What an older version has noted of those that are clients of parents only. */
    [DROP_PARENTS_CLIENTS] = {"DELETE FROM subject WHERE kind = ?1 AND name IN (SELECT client FROM"
			      " job NOT INDEXED WHERE family & ?2) AND name NOT IN (SELECT client"
			      " FROM job NOT INDEXED WHERE NOT family & ?2)",
			      true},
    [GET_ORPHAN] = {"SELECT family FROM orphan WHERE id = ?1", false},
    [ANY_ORPHAN] = {"SELECT 1 FROM orphan LIMIT 1", true},
    [PUT_ORPHAN] = {"INSERT OR REPLACE INTO orphan VALUES(?1, ?2, ?3)", false},
    [DROP_ORPHAN] = {"DELETE FROM orphan WHERE id = ?1", false},
    [EXPIRE_ORPHANS] = {"DELETE FROM orphan WHERE seen < ?1", true},
    [SOME_ENDED] = {"SELECT 1 FROM job INDEXED BY job_end WHERE state = 0 AND ended >= ?1"
		    " AND gone = 0 AND guessed = 0 LIMIT ?2",
		    false},
    [FIRST_ENDED] = {"SELECT gone, ended FROM job INDEXED BY job_end WHERE state = 0"
		     " AND ended >= ?1 AND gone < 2 ORDER BY ended",
		     false},
    [PUT_QUEUE] = {"INSERT OR REPLACE INTO queue VALUES(?1, ?2)", false},
    [ALL_FAILURES] = {"SELECT id, ended, status, type, ptype, policy, client, schedule, stype"
		      " FROM failure ORDER BY id",
		      true},
    [PUT_FAILURE] = {"INSERT OR REPLACE INTO failure(id, ended, status, type, ptype, policy,"
		     " client, schedule, stype) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		     false},
    [DROP_FAILURE] = {"DELETE FROM failure WHERE id = ?1", false},
    [GET_RESOURCE] = {"SELECT data_at, vanished_at FROM resource WHERE name = ?1", false},
    [PUT_RESOURCE] = {"INSERT OR REPLACE INTO resource(name, data_at, vanished_at)"
		      " VALUES(?1, ?2, ?3)",
		      false},
    [LIST_TEXTS] = {"SELECT key, text FROM resource_row WHERE resource = ?1 ORDER BY key", false},
    [PUT_TEXT] = {"INSERT OR REPLACE INTO resource_row(resource, key, text) VALUES(?1, ?2, ?3)",
		  false},
    [DROP_TEXT] = {"DELETE FROM resource_row WHERE resource = ?1 AND key = ?2", false},
    [LONGEST] = {"SELECT (ended - started) / 1000 FROM job INDEXED BY job_long WHERE state = 0"
		 " AND gone = 0 AND cell = ?1 ORDER BY (ended - started) / 1000 DESC LIMIT 1",
		 false},
    /* In a cell with few jobs looks at each. In a cell with many soon finds one among the last. */
    [LATEST_OF_FEW] = {"SELECT max(ended) FROM job INDEXED BY job_long WHERE state = 0"
		       " AND gone = 0 AND cell = ?1",
		       false},
    [LATEST_OF_MANY] = {"SELECT ended FROM job INDEXED BY job_end WHERE state = 0 AND gone = 0"
			" AND cell = ?1 ORDER BY ended DESC LIMIT 1",
			true},
};

const struct database_schema schema = {
    .application_id = APPLICATION_ID,
    .migrations = migrations,
    .version = sizeof migrations / sizeof migrations[0],
    .statements = statements,
    .statement_count = STATEMENT_COUNT,
};
