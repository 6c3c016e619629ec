/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/database.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "tally/compare.h"
#include "tally/completions.h"
#include "tally/totals.h"

/*
 * What is remembered of a policy, a client or a workload without jobs is kept for so long: more
 * than the longest max-age and row-hold together.
 */
#define REMEMBER_MS (INT64_C(800) * 86400 * 1000)

#define APPLICATION_ID 1312970049 /* "NBUA" */
#define APPLICATION_ID_TEXT "1312970049"

/* Places for names that have been met: most of the names of a large site each have their own. */
#define MET_ROOM 32768

/* Ids are given out from 1; one that is beyond this was never ours. */
#define NAMES_MAX INT32_MAX

/*
 * What brings a store from version N of its schema to N + 1; the first makes it. Names of policies
 * and clients are interned, and so are the cells that jobs belong to. A job that has ended once
 * keeps that end when it is restarted, until it ends again: so it is known whether an end has been
 * seen before. Where a job has no start or end, it is NULL.
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
    /* Of a cell the longest job by one seek, and likewise the latest end. */
    "CREATE INDEX job_long ON job(cell, (ended - started) / 1000) WHERE state = 0 AND gone = 0;"
    "CREATE INDEX job_last ON job(cell, ended) WHERE state = 0 AND gone = 0;",
    /*
     * What outlives the jobs. Of a job that was restarted its earlier ends, as long as the window
     * has them; of each policy, client and workload the history of all ends that the window has
     * left behind, and whether it has been told to be overdue; the reasons for which jobs were
     * queued.
     */
    "CREATE TABLE earlier(ended INT NOT NULL, id INT NOT NULL, cell INT NOT NULL,"
    " policy INT NOT NULL, client INT NOT NULL, PRIMARY KEY(ended, id)) WITHOUT ROWID;"
    "CREATE TABLE subject(kind INT NOT NULL, name INT NOT NULL, ptype INT NOT NULL,"
    " ok_at INT NOT NULL, ok_id INT NOT NULL, failed_at INT NOT NULL, failed_id INT NOT NULL,"
    " last_at INT NOT NULL, last_id INT NOT NULL, last_cell INT NOT NULL, streak INT NOT NULL,"
    " overdue INT NOT NULL, PRIMARY KEY(kind, name, ptype)) WITHOUT ROWID;"
    "CREATE TABLE queue(reason INTEGER PRIMARY KEY, empty_since INT NOT NULL);"
    /* Of those that had been restarted it is not known any more how they had ended. */
    "UPDATE job SET gone = 2 WHERE gone = 1;",
    /* It cost more at each new job than it saved when the latest end of a cell was asked for. */
    "DROP INDEX IF EXISTS job_last;",
};
#define SCHEMA_VERSION ((int)(sizeof migrations / sizeof migrations[0]))

/* Whether the server still lists a finished job. */
enum gone {
	LISTED = 0,
	GONE_FINISHED = 1,
	GONE_UNFINISHED = 2 /* it had been restarted: its end is among the earlier ones */
};

/* The columns of a job in the order of the table. */
enum column {
	ID,
	CELL,
	POLICY,
	CLIENT,
	STATE,
	GONE,
	STARTED,
	ENDED,
	UPDATED,
	BYTES,
	FILES,
	DEDUP,
	REASON,
	COLUMN_COUNT
};

/* A row of table job; where there is NULL, 0. */
struct row {
	int64_t is[COLUMN_COUNT];
};

#define COLUMNS                                                                                    \
	"id, cell, policy, client, state, gone, started, ended, updated, bytes, files, dedup, "    \
	"reason"

enum statement {
	GET_META,
	PUT_META,
	ALL_NAMES,
	ALL_CELLS,
	ALL_JOBS,
	ALL_SUBJECTS,
	ALL_QUEUES,
	ADD_NAME,
	DROP_NAME,
	ADD_CELL,
	SAVE_CELL,
	GET_JOB,
	PUT_JOB,
	DROP_JOB,
	HIDE_JOB,
	LIST_FINISHED,
	LIST_UNFINISHED,
	LIST_EXPIRED,
	DROP_EXPIRED,
	LIST_COMPLETIONS,
	GET_EARLIER,
	PUT_EARLIER,
	DROP_EARLIER,
	EXPIRE_EARLIER,
	PUT_SUBJECT,
	DROP_SUBJECTS,
	PUT_QUEUE,
	LONGEST,
	LATEST_OF_FEW,
	LATEST_OF_MANY,
	STATEMENT_COUNT
};

/*
 * All statements, prepared once. Where the planner could choose, the index is named: then a
 * statement that cannot use it does not even prepare.
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
    [ALL_SUBJECTS] = {"SELECT kind, name, ptype, ok_at, ok_id, failed_at, failed_id, last_at,"
		      " last_id, last_cell, streak, overdue FROM subject",
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
		 " nullif(?8, 0), ?9, ?10, ?11, ?12, ?13)"
		 " ON CONFLICT(id) DO UPDATE SET cell = excluded.cell, policy = excluded.policy,"
		 " client = excluded.client, state = excluded.state, gone = excluded.gone,"
		 " started = excluded.started, ended = excluded.ended, updated = excluded.updated,"
		 " bytes = excluded.bytes, files = excluded.files, dedup = excluded.dedup,"
		 " reason = excluded.reason",
		 false},
    [DROP_JOB] = {"DELETE FROM job WHERE id = ?1", false},
    [HIDE_JOB] = {"UPDATE job SET state = 0, gone = ?2 WHERE id = ?1", false},
    [LIST_FINISHED] = {"SELECT " COLUMNS " FROM job NOT INDEXED WHERE id > ?1 AND id <= ?2"
		       " AND state = 0 AND gone = 0 AND ended >= ?3 ORDER BY id",
		       false},
    [LIST_UNFINISHED] = {"SELECT " COLUMNS " FROM job INDEXED BY job_open WHERE state > 0", false},
    [LIST_EXPIRED] = {"SELECT " COLUMNS " FROM job INDEXED BY job_end"
		      " WHERE state = 0 AND ended < ?1",
		      false},
    [DROP_EXPIRED] = {"DELETE FROM job INDEXED BY job_end WHERE state = 0 AND ended < ?1", false},
    /* In the order in which they ended, those of restarted jobs between those of the others. */
    [LIST_COMPLETIONS] = {"SELECT id, cell, policy, client, ended FROM job INDEXED BY job_end"
			  " WHERE state = 0 AND ended >= ?1 AND ended < ?2 AND gone < 2"
			  " UNION ALL SELECT id, cell, policy, client, ended FROM earlier"
			  " WHERE ended >= ?1 AND ended < ?2 ORDER BY 5, 1",
			  false},
    [GET_EARLIER] = {"SELECT id, cell, policy, client, ended FROM earlier"
		     " WHERE ended = ?1 AND id = ?2",
		     false},
    [PUT_EARLIER] = {"INSERT OR REPLACE INTO earlier(ended, id, cell, policy, client)"
		     " VALUES(?1, ?2, ?3, ?4, ?5)",
		     false},
    [DROP_EARLIER] = {"DELETE FROM earlier WHERE ended = ?1 AND id = ?2", false},
    [EXPIRE_EARLIER] = {"DELETE FROM earlier WHERE ended < ?1", false},
    [PUT_SUBJECT] = {"INSERT OR REPLACE INTO subject VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		     " ?10, ?11, ?12)",
		     false},
    [DROP_SUBJECTS] = {"DELETE FROM subject WHERE max(ok_at, failed_at, last_at) < ?1"
		       " AND (overdue = 0 OR last_at > 0)",
		       true},
    [PUT_QUEUE] = {"INSERT OR REPLACE INTO queue VALUES(?1, ?2)", false},
    [LONGEST] = {"SELECT (ended - started) / 1000 FROM job INDEXED BY job_long WHERE state = 0"
		 " AND gone = 0 AND cell = ?1 ORDER BY (ended - started) / 1000 DESC LIMIT 1",
		 false},
    /* Of a cell with few jobs by looking at each, of one with many from the end of the window on.
     */
    [LATEST_OF_FEW] = {"SELECT max(ended) FROM job INDEXED BY job_long WHERE state = 0"
		       " AND gone = 0 AND cell = ?1",
		       false},
    [LATEST_OF_MANY] = {"SELECT ended FROM job INDEXED BY job_end WHERE state = 0 AND gone = 0"
			" AND cell = ?1 ORDER BY ended DESC LIMIT 1",
			true},
};

/* The marks and their keys in table meta, which must not change. */
static const struct {
	const char *key;
	size_t offset;
} marks_saved[] = {
#define MARK(member, key)                                                                          \
	{                                                                                          \
		key, offsetof(struct store_marks, member)                                          \
	}
    MARK(began, "began"),
    MARK(known_since, "known_since"),
    MARK(created, "created"),
    MARK(window_start, "window_start"),
    MARK(newest_end, "newest_end"),
    MARK(expired, "expired"),
    MARK(mark, "mark"),
    MARK(complete, "complete"),
    MARK(sweep_id, "sweep_id"),
    MARK(sweep_pages, "sweep_pages"),
    MARK(sweep_began, "sweep_began"),
    MARK(sweep_ended, "sweep_ended"),
    MARK(data_at, "data_at"),
    MARK(skew, "skew"),
    MARK(down_notified, "down_told"),
#undef MARK
};
#define MARK_COUNT (sizeof marks_saved / sizeof marks_saved[0])

/* The name of a policy or a client. */
struct name {
	const char *text; /* lies behind the struct */
	int64_t id;
};

/* A row of table cell; its totals are in the tally. Those of unfinished jobs have status 0. */
struct cell {
	const char *type; /* lie behind the struct */
	const char *ptype;
	uint32_t status;
	int64_t id;
	bool seen; /* it has had jobs when a transaction was committed */
};

/* A tally, and where in it is what cells and names stand for, by their ids; NULL = not yet looked
 * up. */
struct view {
	struct tally *tally;
	struct completions *completions;
	struct tally_cell **cells;
	size_t cell_room;
	struct tally_subject **subjects[TALLY_KINDS]; /* policies and clients */
	size_t name_room[TALLY_KINDS];
};

struct store {
	char *name;	 /* of the site */
	const char *url; /* while it is being opened */
	struct database *database;
	struct store_marks marks;
	struct store_marks saved; /* as on disk */

	/* Kept in memory of what is on disk: forgotten and read again when it may differ. */
	struct view view;
	void *names;		   /* a tree of tsearch(3) */
	struct name **names_by_id; /* NULL = there is none of that id */
	struct name **met;	   /* by the hash of their texts, the last that was looked for */
	void *cells;		   /* likewise */
	struct cell **cells_by_id; /* the first has id 1; none is ever deleted */
	size_t cell_count;
	int64_t last_name;
	bool sound; /* it has been read */

	uint64_t written;
	struct event_list events;  /* committed */
	struct event_list pending; /* of this transaction */
	unsigned char *used;	   /* while names are looked for that nothing has: by id */
};

static bool is_name(const struct store *store, int64_t id)
{
	return id >= 1 && id <= store->last_name && store->names_by_id[id];
}

/* Whether all that ROW refers to is there. */
static bool makes_sense(const struct store *store, const struct row *row)
{
	return row->is[CELL] >= 1 && (uint64_t)row->is[CELL] <= store->cell_count &&
	       is_name(store, row->is[POLICY]) && is_name(store, row->is[CLIENT]) &&
	       row->is[STATE] >= 0 && row->is[STATE] < JOB_STATES;
}

/* The same as next for statements that give jobs. */
static bool next_job(struct store *store, enum statement which, struct row *row, bool *fine,
		     struct fault *fault)
{
	if (!database_next(store->database, which, fine, fault))
		return false;
	for (int i = 0; i < COLUMN_COUNT; i++)
		row->is[i] = database_number(store->database, which, i);
	if (makes_sense(store, row))
		return true;
	*fine = database_refuse(store->database, which, fault);
	return false;
}

/* The same for those that give ends, as rows of finished jobs of which nothing else is known. */
static bool next_completion(struct store *store, enum statement which, struct row *row, bool *fine,
			    struct fault *fault)
{
	static const enum column columns[] = {ID, CELL, POLICY, CLIENT, ENDED};

	if (!database_next(store->database, which, fine, fault))
		return false;
	memset(row, 0, sizeof *row);
	for (int i = 0; i < (int)(sizeof columns / sizeof columns[0]); i++)
		row->is[columns[i]] = database_number(store->database, which, i);
	if (makes_sense(store, row))
		return true;
	*fine = database_refuse(store->database, which, fault);
	return false;
}

/*
 * Names and cells.
 */

static int compare_names(const void *a, const void *b)
{
	const struct name *left = a, *right = b;

	return strcmp(left->text, right->text);
}

static int compare_cells(const void *a, const void *b)
{
	const struct cell *left = a, *right = b;
	int order = (left->status > right->status) - (left->status < right->status);

	if (order == 0)
		order = strcmp(left->type, right->type);
	return order ? order : strcmp(left->ptype, right->ptype);
}

static void keep_name(struct store *store, int64_t id, const char *text)
{
	size_t size = strlen(text) + 1;
	struct name *name = mem_zalloc(1, sizeof *name + size), **found;

	name->text = memcpy(name + 1, text, size);
	name->id = id;
	if (id > store->last_name) {
		store->names_by_id =
		    mem_resize(store->names_by_id, (size_t)id + 1, sizeof *store->names_by_id);
		memset(store->names_by_id + store->last_name + 1, 0,
		       (size_t)(id - store->last_name) * sizeof *store->names_by_id);
		store->last_name = id;
	}
	/* Should the file hold a name twice, either will do. */
	found = mem_checked(tsearch(name, &store->names, compare_names));
	if (*found != name)
		free(name);
	store->names_by_id[id] = *found;
}

/*
 * The name TEXT, or NULL. A sweep asks for the same few thousand a million times, so that most are
 * found by their hash (FNV-1a), without going down the tree.
 */
static const struct name *find_name(struct store *store, const char *text)
{
	struct name key = {text, 0}, **met, **found;
	uint32_t hash = 2166136261;

	for (const char *at = text; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619;
	if (!store->met)
		store->met = mem_zalloc(MET_ROOM, sizeof *store->met);
	met = &store->met[(hash ^ hash >> 16) % MET_ROOM];
	if (*met && strcmp((*met)->text, text) == 0)
		return *met;
	found = tfind(&key, &store->names, compare_names);
	if (found)
		*met = *found;
	return found ? *found : NULL;
}

static bool intern_name(struct store *store, const char *text, int64_t *id, struct fault *fault)
{
	const struct name *known = find_name(store, text);

	if (known) {
		*id = known->id;
		return true;
	}
	*id = store->last_name + 1;
	database_bind(store->database, ADD_NAME, 1, id);
	database_bind_text(store->database, ADD_NAME, 2, text);
	if (!database_write(store->database, ADD_NAME, NULL, fault))
		return false;
	keep_name(store, *id, text);
	return true;
}

static struct cell *find_cell(const struct store *store, const char *type, const char *ptype,
			      uint32_t status)
{
	struct cell key = {.type = type, .ptype = ptype, .status = status};
	struct cell **found = tfind(&key, &store->cells, compare_cells);

	return found ? *found : NULL;
}

/* Makes a cell, with the next id. */
static struct cell *keep_cell(struct store *store, const char *type, const char *ptype,
			      uint32_t status)
{
	size_t type_size = strlen(type) + 1, ptype_size = strlen(ptype) + 1;
	struct cell *cell = mem_zalloc(1, sizeof *cell + type_size + ptype_size);
	char *texts = (char *)(cell + 1);

	cell->type = memcpy(texts, type, type_size);
	cell->ptype = memcpy(texts + type_size, ptype, ptype_size);
	cell->status = status;
	mem_checked(tsearch(cell, &store->cells, compare_cells));
	store->cells_by_id =
	    mem_resize(store->cells_by_id, store->cell_count + 1, sizeof *store->cells_by_id);
	store->cells_by_id[store->cell_count++] = cell;
	cell->id = (int64_t)store->cell_count;
	return cell;
}

static bool intern_cell(struct store *store, const struct job *job, int64_t *id,
			struct fault *fault)
{
	uint32_t status = job->state == JOB_DONE ? job->status : 0;
	struct cell *cell = find_cell(store, job->type, job->policy_type, status);

	if (!cell) {
		database_bind(store->database, ADD_CELL, 1,
			      (int64_t[]){(int64_t)store->cell_count + 1});
		database_bind_text(store->database, ADD_CELL, 2, job->type);
		database_bind_text(store->database, ADD_CELL, 3, job->policy_type);
		database_bind_number(store->database, ADD_CELL, 4, status);
		if (!database_write(store->database, ADD_CELL, NULL, fault))
			return false;
		cell = keep_cell(store, job->type, job->policy_type, status);
	}
	*id = cell->id;
	return true;
}

static void forget_names(struct store *store)
{
	tdestroy(store->names, free);
	free(store->names_by_id);
	free(store->met);
	store->met = NULL;
	store->names = NULL;
	store->names_by_id = NULL;
	store->last_name = 0;
}

static void forget_cells(struct store *store)
{
	tdestroy(store->cells, free);
	free(store->cells_by_id);
	store->cells = NULL;
	store->cells_by_id = NULL;
	store->cell_count = 0;
}

/*
 * What is kept in memory.
 */

static void free_view(struct view *view)
{
	completions_free(view->completions);
	tally_free(view->tally);
	free(view->cells);
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		free(view->subjects[kind]);
	memset(view, 0, sizeof *view);
}

/* ARRAY with room for the pointers 0 to LAST; those that are new are NULL. */
static void *grow(void *array, size_t *room, size_t last)
{
	size_t wanted = last < 16 ? 32 : last * 2;

	if (last < *room)
		return array;
	array = mem_resize(array, wanted, sizeof(void *));
	memset((char *)array + *room * sizeof(void *), 0, (wanted - *room) * sizeof(void *));
	*room = wanted;
	return array;
}

static struct tally_cell *cell_in(const struct store *store, struct view *view, int64_t id)
{
	const struct cell *cell = store->cells_by_id[id - 1];

	view->cells = grow(view->cells, &view->cell_room, (size_t)id);
	if (!view->cells[id])
		view->cells[id] = tally_cell(view->tally, cell->type, cell->ptype, cell->status);
	return view->cells[id];
}

/* NULL where jobs of CELL are not counted by KIND, or the name ID is empty. */
static struct tally_subject *subject_in(const struct store *store, struct view *view,
					enum tally_kind kind, const struct tally_cell *cell,
					int64_t id)
{
	const char *text = store->names_by_id[id]->text;
	struct tally_subject **subject;

	if (!*text || !tally_is_backup(cell))
		return NULL;
	view->subjects[kind] = grow(view->subjects[kind], &view->name_room[kind], (size_t)id);
	subject = &view->subjects[kind][id];
	if (!*subject)
		*subject = tally_subject(view->tally, kind, text, "");
	return *subject;
}

/* What the tally of VIEW needs to know of a job. */
static struct tally_job job_of(const struct store *store, struct view *view, const struct row *row)
{
	struct tally_cell *cell = cell_in(store, view, row->is[CELL]);

	return (struct tally_job){
	    .id = row->is[ID],
	    .state = (enum job_state)row->is[STATE],
	    .started = row->is[STARTED],
	    .ended = row->is[ENDED],
	    .bytes = (uint64_t)row->is[BYTES],
	    .files = (uint64_t)row->is[FILES],
	    .dedup = (uint32_t)row->is[DEDUP],
	    .queue_reason = (uint32_t)row->is[REASON],
	    .cell = cell,
	    .subjects = {[TALLY_WORKLOAD] = &cell->workload->subject,
			 [TALLY_POLICY] =
			     subject_in(store, view, TALLY_POLICY, cell, row->is[POLICY]),
			 [TALLY_CLIENT] =
			     subject_in(store, view, TALLY_CLIENT, cell, row->is[CLIENT])},
	};
}

/* Takes ROW out of what is kept in memory. */
static void subtract(struct store *store, const struct row *row)
{
	struct tally_job job = job_of(store, &store->view, row);

	if (!row->is[GONE])
		totals_remove(store->view.tally, &job);
}

static bool read_names(struct store *store, struct fault *fault)
{
	int64_t id;
	bool fine;

	forget_names(store);
	while (database_next(store->database, ALL_NAMES, &fine, fault)) {
		id = database_number(store->database, ALL_NAMES, 0);
		if (id < 1 || id > NAMES_MAX) {
			return database_refuse(store->database, ALL_NAMES, fault);
		}
		keep_name(store, id, database_text(store->database, ALL_NAMES, 1));
	}
	return fine;
}

/* Reads the cells, and what they have counted into TALLY. */
static bool read_cells(struct store *store, struct tally *tally, struct fault *fault)
{
	struct tally_cell *totals;
	const char *type, *ptype;
	struct cell *cell;
	uint32_t status;
	bool fine;

	forget_cells(store);
	while (database_next(store->database, ALL_CELLS, &fine, fault)) {
		type = database_text(store->database, ALL_CELLS, 1);
		ptype = database_text(store->database, ALL_CELLS, 2);
		status = (uint32_t)database_number(store->database, ALL_CELLS, 3);
		if (database_number(store->database, ALL_CELLS, 0) !=
			(int64_t)store->cell_count + 1 ||
		    find_cell(store, type, ptype, status)) {
			return database_refuse(store->database, ALL_CELLS, fault);
		}
		cell = keep_cell(store, type, ptype, status);
		cell->seen = !database_is_null(store->database, ALL_CELLS, 7);
		if (!cell->seen)
			continue;
		totals = tally_cell(tally, cell->type, cell->ptype, cell->status);
		totals->finished = (uint64_t)database_number(store->database, ALL_CELLS, 4);
		totals->finished_bytes = (uint64_t)database_number(store->database, ALL_CELLS, 5);
		totals->finished_files = (uint64_t)database_number(store->database, ALL_CELLS, 6);
		totals->empty_since = database_number(store->database, ALL_CELLS, 7);
	}
	return fine;
}

/* Notes that two names are in use, where somebody wants to know. */
static void note_names(struct store *store, int64_t one, int64_t other)
{
	if (store->used)
		store->used[one] = store->used[other] = 1;
}

static bool read_jobs(struct store *store, struct view *view, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	bool fine;

	while (next_job(store, ALL_JOBS, &row, &fine, fault)) {
		note_names(store, row.is[POLICY], row.is[CLIENT]);
		if (row.is[GONE])
			continue;
		job = job_of(store, view, &row);
		totals_add(view->tally, &job);
	}
	return fine;
}

/* Column FIRST and those behind it as a history; false when it makes no sense. */
static bool read_history(struct store *store, struct view *view, int first, struct history *history)
{
	int64_t cell = database_number(store->database, ALL_SUBJECTS, first + 6);

	history->ok_at = database_number(store->database, ALL_SUBJECTS, first);
	history->ok_id = database_number(store->database, ALL_SUBJECTS, first + 1);
	history->failed_at = database_number(store->database, ALL_SUBJECTS, first + 2);
	history->failed_id = database_number(store->database, ALL_SUBJECTS, first + 3);
	history->last_at = database_number(store->database, ALL_SUBJECTS, first + 4);
	history->last_id = database_number(store->database, ALL_SUBJECTS, first + 5);
	history->streak = (uint32_t)database_number(store->database, ALL_SUBJECTS, first + 7);
	if (history->last_at == 0)
		return true;
	if (cell < 1 || (uint64_t)cell > store->cell_count)
		return false;
	history->last_status = store->cells_by_id[cell - 1]->status;
	history->last_type = cell_in(store, view, cell)->policy_type;
	return true;
}

static bool read_subject(struct store *store, struct view *view)
{
	int64_t kind = database_number(store->database, ALL_SUBJECTS, 0),
		name = database_number(store->database, ALL_SUBJECTS, 1),
		ptype = database_number(store->database, ALL_SUBJECTS, 2);
	struct tally_subject *subject;

	if (kind < 0 || kind >= TALLY_KINDS || !is_name(store, name) || !is_name(store, ptype))
		return false;
	note_names(store, name, ptype);
	subject = tally_subject(view->tally, (enum tally_kind)kind, store->names_by_id[name]->text,
				store->names_by_id[ptype]->text);
	subject->overdue = (enum tally_overdue)database_number(store->database, ALL_SUBJECTS, 11);
	return read_history(store, view, 3, &subject->expired);
}

static bool read_subjects(struct store *store, struct view *view, struct fault *fault)
{
	bool fine;

	while (database_next(store->database, ALL_SUBJECTS, &fine, fault)) {
		if (read_subject(store, view))
			continue;
		return database_refuse(store->database, ALL_SUBJECTS, fault);
	}
	return fine;
}

static bool read_queues(struct store *store, struct view *view, struct fault *fault)
{
	struct tally_queue *queue;
	bool fine;

	while (database_next(store->database, ALL_QUEUES, &fine, fault)) {
		queue = tally_queue(view->tally,
				    (uint32_t)database_number(store->database, ALL_QUEUES, 0));
		queue->empty_since = database_number(store->database, ALL_QUEUES, 1);
		queue->committed = true;
	}
	return fine;
}

/* Makes the histories of VIEW anew where they are not known. */
static bool settle_histories(struct store *store, struct view *view, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	int64_t since;
	bool fine;

	if (!completions_settle(view->completions, store->marks.expired, &since))
		return true;
	database_bind(store->database, LIST_COMPLETIONS, 2, (int64_t[]){since, INT64_MAX});
	while (next_completion(store, LIST_COMPLETIONS, &row, &fine, fault)) {
		note_names(store, row.is[POLICY], row.is[CLIENT]);
		job = job_of(store, view, &row);
		completions_replay(view->completions, &job);
	}
	if (fine)
		completions_replayed(view->completions);
	return fine;
}

/* Finds anew which unfinished jobs are the oldest. */
static bool settle_oldest(struct store *store, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	bool fine;

	if (!totals_forget_oldest(store->view.tally))
		return true;
	while (next_job(store, LIST_UNFINISHED, &row, &fine, fault)) {
		job = job_of(store, &store->view, &row);
		totals_note_oldest(&job);
	}
	return fine;
}

/*
 * Reads all that is in the store into VIEW, which is new. Histories mean nothing before the first
 * sweep has come to its end, and are left out until then.
 */
static bool read_view(struct store *store, struct view *view, struct fault *fault)
{
	view->tally = tally_new();
	view->completions = completions_new(view->tally);
	completions_distrust(view->completions);
	return read_cells(store, view->tally, fault) && read_subjects(store, view, fault) &&
	       read_queues(store, view, fault) && read_jobs(store, view, fault) &&
	       (!store->marks.complete || settle_histories(store, view, fault));
}

static void settle_cell(struct tally_cell *cell, void *arg)
{
	(void)arg;
	cell->changed = false;
}

static void settle_queue(struct tally_queue *queue, void *arg)
{
	(void)arg;
	queue->changed = false;
	/* A store that an earlier version wrote has no row of it yet. */
	queue->committed |= queue->jobs > 0;
}

/* Reads into memory all that is kept there. Where that fails the tally stays as it was. */
static bool reload(struct store *store, struct fault *fault)
{
	struct view view = {0};

	store->sound = read_names(store, fault) && read_view(store, &view, fault);
	if (store->sound) {
		tally_each(view.tally, settle_cell, NULL);
		tally_each_queue(view.tally, settle_queue, NULL);
		free_view(&store->view);
		store->view = view;
	} else {
		free_view(&view);
	}
	return store->sound;
}

/* What table meta has for KEY, to be freed; NULL when it has nothing, which may be a fault. */
static char *get_meta(struct store *store, const char *key, bool *fine, struct fault *fault)
{
	char *value = NULL;

	database_bind_text(store->database, GET_META, 1, key);
	while (database_next(store->database, GET_META, fine, fault))
		value = mem_strdup(database_text(store->database, GET_META, 0));
	return value;
}

/* Whether it was made for URL; a new one is from now on. */
static bool check_url(struct store *store, const char *url, struct fault *fault)
{
	bool fine;
	char *known = get_meta(store, "url", &fine, fault);

	if (fine && !known) {
		database_bind_text(store->database, PUT_META, 1, "url");
		database_bind_text(store->database, PUT_META, 2, url);
		fine = database_write(store->database, PUT_META, NULL, fault);
	} else if (fine && strcmp(known, url) != 0) {
		database_reject(store->database, "other-url");
		fault_set(fault, FAULT_STORAGE, "%s: made for %s", database_path(store->database),
			  known);
		fine = false;
	}
	free(known);
	return fine;
}

static int64_t *mark_at(struct store_marks *marks, size_t index)
{
	return (int64_t *)(void *)((char *)marks + marks_saved[index].offset);
}

static bool read_marks(struct store *store, struct fault *fault)
{
	bool fine = true;
	char *value;

	for (size_t i = 0; fine && i < MARK_COUNT; i++) {
		value = get_meta(store, marks_saved[i].key, &fine, fault);
		if (value)
			*mark_at(&store->saved, i) = strtoll(value, NULL, 10);
		free(value);
	}
	store->marks = store->saved;
	return fine;
}

/* Runs when the file has been opened; again where another has taken its place. */
static bool load(struct database *database, void *arg, struct fault *fault)
{
	struct store *store = arg;

	store->database = database;
	memset(&store->saved, 0, sizeof store->saved);
	return check_url(store, store->url, fault) && read_marks(store, fault) &&
	       reload(store, fault);
}

struct store *store_open(const char *directory, const char *name, const char *url,
			 struct fault *fault)
{
	static const struct database_schema schema = {
	    .application_id = APPLICATION_ID,
	    .migrations = migrations,
	    .version = SCHEMA_VERSION,
	    .statements = statements,
	    .statement_count = STATEMENT_COUNT,
	};
	struct store *store = mem_zalloc(1, sizeof *store);

	store->name = mem_strdup(name);
	store->url = url;
	store->database = database_open(directory, name, &schema, load, store, fault);
	store->url = NULL;
	if (store->database)
		return store;
	store_close(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	database_close(store->database);
	free_view(&store->view);
	event_clear(&store->events);
	event_clear(&store->pending);
	forget_names(store);
	forget_cells(store);
	free(store->name);
	free(store);
}

struct tally *store_tally(struct store *store)
{
	return store->view.tally;
}

struct store_marks *store_marks(struct store *store)
{
	return &store->marks;
}

uint64_t store_jobs(const struct store *store)
{
	return tally_jobs(store->view.tally)->finished + tally_jobs(store->view.tally)->unfinished;
}

struct event_list *store_events(struct store *store)
{
	return &store->events;
}

struct event_list *store_pending_events(struct store *store)
{
	return &store->pending;
}

uint64_t store_written(const struct store *store)
{
	return store->written;
}

bool store_damaged(const struct store *store)
{
	return database_damaged(store->database) || !store->sound;
}

/*
 * Jobs.
 */

/* Reads the row of job ID; false with FINE when there is none. */
static bool get_job(struct store *store, int64_t id, struct row *row, bool *fine,
		    struct fault *fault)
{
	struct row other;

	database_bind(store->database, GET_JOB, 1, &id);
	if (!next_job(store, GET_JOB, row, fine, fault))
		return false;
	/* The step that says that there are no more. */
	while (next_job(store, GET_JOB, &other, fine, fault))
		;
	return *fine;
}

/* Whether JOB, by its time stamp, is what ROW has. */
static bool is_same(const struct row *row, const struct job *job)
{
	return job->updated != 0 && row->is[UPDATED] == job->updated &&
	       row->is[STATE] == (int64_t)job->state && !row->is[GONE] &&
	       (job->state != JOB_DONE || row->is[ENDED] == job->ended);
}

/* Makes of JOB the row that is to take the place of OLD. */
static bool make_row(struct store *store, const struct job *job, const struct row *old,
		     struct row *row, struct fault *fault)
{
	*row = (struct row){{
	    [ID] = job->id,
	    [STATE] = job->state,
	    [STARTED] = job->started,
	    [ENDED] = job->state == JOB_DONE ? job->ended : old->is[ENDED],
	    [UPDATED] = job->updated,
	    [BYTES] = (int64_t)job->bytes,
	    [FILES] = (int64_t)job->files,
	    [DEDUP] = job->dedup,
	    [REASON] = job->queue_reason,
	}};
	return intern_cell(store, job, &row->is[CELL], fault) &&
	       intern_name(store, job->policy, &row->is[POLICY], fault) &&
	       intern_name(store, job->client, &row->is[CLIENT], fault);
}

/* Whether the end of JOB is one that has not been counted yet; OLD is what was held of it. */
static bool is_new_completion(const struct store *store, const struct job *job,
			      const struct row *old)
{
	return job->state == JOB_DONE && old->is[ENDED] != job->ended && store->marks.began != 0 &&
	       job->ended >= store->marks.began && job->ended >= store->saved.window_start;
}

/* Keeps the end that OLD has, before another takes its place. */
static bool keep_earlier(struct store *store, const struct row *old, struct fault *fault)
{
	database_bind(store->database, PUT_EARLIER, 5,
		      (int64_t[]){old->is[ENDED], old->is[ID], old->is[CELL], old->is[POLICY],
				  old->is[CLIENT]});
	return database_write(store->database, PUT_EARLIER, NULL, fault);
}

/* Takes the end that ROW has from among the earlier ones; *FOUND says whether it was there. */
static bool take_earlier(struct store *store, const struct row *row, struct row *earlier,
			 bool *found, struct fault *fault)
{
	const int64_t key[] = {row->is[ENDED], row->is[ID]};
	struct row other;
	bool fine;

	database_bind(store->database, GET_EARLIER, 2, key);
	*found = next_completion(store, GET_EARLIER, earlier, &fine, fault);
	while (*found && next_completion(store, GET_EARLIER, &other, &fine, fault))
		;
	if (!fine || !*found)
		return fine;
	database_bind(store->database, DROP_EARLIER, 2, key);
	return database_write(store->database, DROP_EARLIER, NULL, fault);
}

/* Whether A and B, which ended together, mean the same for all histories. */
static bool same_completion(const struct row *a, const struct row *b)
{
	return a->is[CELL] == b->is[CELL] && a->is[POLICY] == b->is[POLICY] &&
	       a->is[CLIENT] == b->is[CLIENT];
}

/*
 * Tells the histories what comes of ROW taking the place of OLD, which is all zeros where there was
 * none. What ended before the window's start as of the last time that jobs were dropped has been
 * told before, or was never ours.
 */
static bool note_completion(struct store *store, const struct row *old, const struct row *row,
			    struct fault *fault)
{
	bool has_completion =
	    old->is[ID] && old->is[STATE] == JOB_DONE && old->is[GONE] != GONE_UNFINISHED;
	bool done = row->is[STATE] == JOB_DONE;
	bool known = has_completion && done && old->is[ENDED] == row->is[ENDED];
	struct row before = *old;
	struct tally_job job;

	if (has_completion && !known && !keep_earlier(store, old, fault))
		return false;
	if (!done)
		return true;
	/* In a first sweep, where it would cost, what is new has no earlier end. */
	if (!known && (old->is[ID] || store->marks.complete) &&
	    !take_earlier(store, row, &before, &known, fault))
		return false;
	if (row->is[ENDED] < store->marks.expired || (known && same_completion(&before, row)))
		return true;
	if (known) {
		job = job_of(store, &store->view, &before);
		completions_retract(store->view.completions, &job);
	}
	job = job_of(store, &store->view, row);
	completions_note(store->view.completions, &job);
	return true;
}

/* A job that has been counted is news when it failed. */
static void count(struct store *store, const struct job *job, const struct tally_job *counted)
{
	struct event event = {
	    .kind = EVENT_JOB_FAILED,
	    .site = store->name,
	    .job_id = job->id,
	    .status = job->status,
	    .job_type = job->type,
	    .policy_type = job->policy_type,
	    .policy = job->policy,
	    .client = job->client,
	};

	totals_count(counted);
	if (!history_is_success(job->status))
		event_add(&store->pending, &event);
}

bool store_put(struct store *store, const struct job *job, struct fault *fault)
{
	struct row old = {{0}}, row;
	struct tally_job counted;
	bool held, fine;

	if (!database_is_open(store->database, fault))
		return false;
	held = get_job(store, job->id, &old, &fine, fault);
	if (!fine || (held && is_same(&old, job)))
		return fine;
	if (!make_row(store, job, &old, &row, fault))
		return false;
	if (held && memcmp(&old, &row, sizeof row) == 0)
		return true;
	database_bind(store->database, PUT_JOB, COLUMN_COUNT, row.is);
	if (!database_write(store->database, PUT_JOB, &store->written, fault))
		return false;
	if (held)
		subtract(store, &old);
	counted = job_of(store, &store->view, &row);
	totals_add(store->view.tally, &counted);
	if (is_new_completion(store, job, &old))
		count(store, job, &counted);
	return note_completion(store, &old, &row, fault);
}

bool store_merge(struct store *store, int64_t after, int64_t upto, int64_t since,
		 const int64_t *ids, size_t count, struct fault *fault)
{
	struct row row;
	size_t at = 0;
	bool fine, hidden = true;

	if (!database_is_open(store->database, fault))
		return false;
	database_bind(store->database, LIST_FINISHED, 3, (int64_t[]){after, upto, since});
	/* The list is in the order of the ids and no id changes, so it may be written meanwhile. */
	while (hidden && next_job(store, LIST_FINISHED, &row, &fine, fault)) {
		while (at < count && ids[at] < row.is[ID])
			at++;
		if (at < count && ids[at] == row.is[ID])
			continue;
		subtract(store, &row);
		database_bind(store->database, HIDE_JOB, 2, (int64_t[]){row.is[ID], GONE_FINISHED});
		hidden = database_write(store->database, HIDE_JOB, &store->written, fault);
	}
	if (!hidden)
		database_reset(store->database, LIST_FINISHED);
	return hidden && fine;
}

static int compare_ids(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* One that has ended before, and was restarted since, must not count by that end again. */
static bool drop_unfinished(struct store *store, const struct row *row, struct fault *fault)
{
	enum statement which = row->is[ENDED] ? HIDE_JOB : DROP_JOB;

	subtract(store, row);
	database_bind(store->database, DROP_JOB, 1, &row->is[ID]);
	database_bind(store->database, HIDE_JOB, 2, (int64_t[]){row->is[ID], GONE_UNFINISHED});
	return database_write(store->database, which, &store->written, fault);
}

bool store_drop_unfinished(struct store *store, const int64_t *ids, size_t count,
			   struct fault *fault)
{
	struct row row, *rows = NULL;
	size_t found = 0;
	bool fine;

	if (!database_is_open(store->database, fault))
		return false;
	/* What is dropped leaves the index that is being read, so that all are read first. */
	while (next_job(store, LIST_UNFINISHED, &row, &fine, fault)) {
		if (count && bsearch(&row.is[ID], ids, count, sizeof *ids, compare_ids))
			continue;
		rows = mem_resize(rows, found + 1, sizeof *rows);
		rows[found++] = row;
	}
	for (size_t i = 0; fine && i < found; i++)
		fine = drop_unfinished(store, &rows[i], fault);
	free(rows);
	return fine;
}

/* The ends that leave the window become part of the past, in their order. */
static bool expire_completions(struct store *store, int64_t window_start, struct fault *fault)
{
	struct tally_job job;
	struct row row;
	bool fine;

	database_bind(store->database, LIST_COMPLETIONS, 2,
		      (int64_t[]){store->marks.expired, window_start});
	while (next_completion(store, LIST_COMPLETIONS, &row, &fine, fault)) {
		database_touch(store->database);
		job = job_of(store, &store->view, &row);
		completions_expire(&job);
	}
	database_bind(store->database, EXPIRE_EARLIER, 1, &window_start);
	return fine && database_write(store->database, EXPIRE_EARLIER, NULL, fault);
}

bool store_expire(struct store *store, int64_t window_start, struct fault *fault)
{
	struct row row;
	bool fine, any = false;

	if (!database_is_open(store->database, fault) ||
	    !expire_completions(store, window_start, fault))
		return false;
	database_bind(store->database, LIST_EXPIRED, 1, &window_start);
	while (next_job(store, LIST_EXPIRED, &row, &fine, fault)) {
		/* What is subtracted must be put right again even if nothing comes to be written.
		 */
		database_touch(store->database);
		subtract(store, &row);
		any = true;
	}
	store->marks.expired = window_start;
	database_bind(store->database, DROP_EXPIRED, 1, &window_start);
	return fine &&
	       (!any || database_write(store->database, DROP_EXPIRED, &store->written, fault));
}

/*
 * Transactions.
 */

bool store_begin(struct store *store, struct fault *fault)
{
	return (store->sound || database_damaged(store->database) || reload(store, fault)) &&
	       database_begin(store->database, fault);
}

/* What save_cell needs to know, and whether all has gone well so far. */
struct saving {
	struct store *store;
	struct fault *fault;
	bool fine;
	int64_t now;
};

/* The one value that WHICH answers for CELL; 0 when it is NULL. */
static int64_t seek(struct saving *saving, enum statement which, const struct cell *cell)
{
	int64_t value = 0;
	bool fine;

	database_bind(saving->store->database, which, 1, &cell->id);
	while (database_next(saving->store->database, which, &fine, saving->fault))
		value = database_number(saving->store->database, which, 0);
	saving->fine = saving->fine && fine;
	return value;
}

/* The statement that finds the latest end in a cell of COUNT jobs after the square root of all. */
static enum statement latest_of(const struct store *store, uint64_t count)
{
	return count * count < tally_jobs(store->view.tally)->finished ? LATEST_OF_FEW
								       : LATEST_OF_MANY;
}

/* Finds anew who is the longest and the last, where they have left. */
static void find_maxima(struct saving *saving, const struct cell *cell, struct tally_cell *totals)
{
	uint64_t count = totals->count;
	int64_t longest;

	if (totals->longest_left) {
		longest = count ? seek(saving, LONGEST, cell) : 0;
		if (longest < 0)
			longest = 0;
		totals->duration_max = longest > UINT32_MAX ? UINT32_MAX : (uint32_t)longest;
	}
	if (totals->last_left)
		totals->last_end = count ? seek(saving, latest_of(saving->store, count), cell) : 0;
	totals->longest_left = totals->last_left = false;
}

static void save_cell(struct tally_cell *totals, void *arg)
{
	struct saving *saving = arg;
	struct cell *cell;

	if (!saving->fine || (!totals->longest_left && !totals->last_left && !totals->changed))
		return;
	cell = find_cell(saving->store, totals->job_type, totals->policy_type, totals->status);
	find_maxima(saving, cell, totals);
	if (!totals->changed)
		return;
	totals->changed = false;
	/* What came and left within one transaction has never been a row. */
	if (totals->count == 0 && totals->finished == 0 && !cell->seen)
		return;
	cell->seen = true;
	if (totals->count > 0)
		totals->empty_since = 0;
	else if (totals->empty_since == 0)
		totals->empty_since = saving->now;
	database_bind(saving->store->database, SAVE_CELL, 5,
		      (int64_t[]){cell->id, (int64_t)totals->finished,
				  (int64_t)totals->finished_bytes, (int64_t)totals->finished_files,
				  totals->empty_since});
	saving->fine =
	    saving->fine && database_write(saving->store->database, SAVE_CELL, NULL, saving->fault);
}

/* The id of the cell that the last past end of SUBJECT belongs to; 0 = there is none. */
static int64_t last_cell(const struct store *store, const struct tally_subject *subject)
{
	const struct history *past = &subject->expired;
	const char *type = subject->kind == TALLY_WORKLOAD ? subject->name : "BACKUP";
	const struct cell *cell;

	if (past->last_at == 0)
		return 0;
	cell = find_cell(store, type, past->last_type, past->last_status);
	return cell ? cell->id : 0;
}

static void save_subject(struct tally_subject *subject, void *arg)
{
	struct saving *saving = arg;
	const struct history *past = &subject->expired;
	int64_t name, ptype;

	if (!saving->fine || !subject->changed)
		return;
	subject->changed = false;
	saving->fine = intern_name(saving->store, subject->name, &name, saving->fault) &&
		       intern_name(saving->store, subject->policy_type, &ptype, saving->fault);
	if (!saving->fine)
		return;
	database_bind(saving->store->database, PUT_SUBJECT, 12,
		      (int64_t[]){subject->kind, name, ptype, past->ok_at, past->ok_id,
				  past->failed_at, past->failed_id, past->last_at, past->last_id,
				  last_cell(saving->store, subject), past->streak,
				  subject->overdue});
	saving->fine = database_write(saving->store->database, PUT_SUBJECT, NULL, saving->fault);
}

static void save_queue(struct tally_queue *queue, void *arg)
{
	struct saving *saving = arg;

	if (!saving->fine || !queue->changed)
		return;
	queue->changed = false;
	if (queue->jobs == 0 && !queue->committed)
		return;
	queue->committed = true;
	if (queue->jobs > 0)
		queue->empty_since = 0;
	else if (queue->empty_since == 0)
		queue->empty_since = saving->now;
	database_bind(saving->store->database, PUT_QUEUE, 2,
		      (int64_t[]){queue->reason, queue->empty_since});
	saving->fine = database_write(saving->store->database, PUT_QUEUE, NULL, saving->fault);
}

bool store_settle(struct store *store, struct fault *fault)
{
	if (!database_is_open(store->database, fault))
		return false;
	/* What is worked out must be undone with the transaction, be anything written or not. */
	database_touch(store->database);
	if (!settle_oldest(store, fault))
		return false;
	if (!store->marks.complete)
		return true;
	/* The window reaches further back than before: what had left it is in it again. */
	if (store->marks.expired < store->saved.expired)
		completions_unexpire(store->view.completions, store->marks.expired);
	return settle_histories(store, &store->view, fault);
}

/* Writes what is kept in memory and must last. */
static bool save(struct store *store, struct fault *fault)
{
	struct saving saving = {store, fault, true, timefmt_now()};
	struct tally *tally = store->view.tally;

	tally_each(tally, save_cell, &saving);
	for (int kind = 0; kind < TALLY_KINDS; kind++)
		tally_each_subject(tally, (enum tally_kind)kind, save_subject, &saving);
	tally_each_queue(tally, save_queue, &saving);
	return saving.fine;
}

static bool save_marks(struct store *store, struct fault *fault)
{
	int64_t value;
	bool fine = true;

	for (size_t i = 0; fine && i < MARK_COUNT; i++) {
		value = *mark_at(&store->marks, i);
		if (value == *mark_at(&store->saved, i))
			continue;
		database_bind_text(store->database, PUT_META, 1, marks_saved[i].key);
		database_bind_number(store->database, PUT_META, 2, value);
		fine = database_write(store->database, PUT_META, NULL, fault);
	}
	return fine;
}

bool store_commit(struct store *store, struct fault *fault)
{
	if (store_settle(store, fault) && save(store, fault) && save_marks(store, fault) &&
	    database_commit(store->database, fault)) {
		store->saved = store->marks;
		event_move(&store->events, &store->pending);
		return true;
	}
	store_rollback(store);
	return false;
}

void store_rollback(struct store *store)
{
	struct fault fault;
	bool undone = database_rollback(store->database);

	event_clear(&store->pending);
	store->marks = store->saved;
	if (undone && !reload(store, &fault))
		log_error("%s; its rows cannot be read any more", fault.text);
}

/*
 * The check of itself.
 */

/* The names that neither a job nor a history has, by id. */
struct unused {
	struct store *store;
	int64_t *ids;
	size_t count;
};

static void collect_unused(const void *node, VISIT order, void *arg)
{
	const struct name *name = *(struct name *const *)node;
	struct unused *unused = arg;

	if ((order != postorder && order != leaf) || unused->store->used[name->id])
		return;
	unused->ids = mem_resize(unused->ids, unused->count + 1, sizeof *unused->ids);
	unused->ids[unused->count++] = name->id;
}

/* What the view knows by ids that may be given out again. */
static void forget_lookups(struct view *view)
{
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		free(view->subjects[kind]);
		view->subjects[kind] = NULL;
		view->name_room[kind] = 0;
	}
}

/* Forgets the names that are not used, so that the file does not grow with all there ever were. */
static bool drop_names(struct store *store, struct fault *fault)
{
	struct unused unused = {store, NULL, 0};
	bool fine = true;

	twalk_r(store->names, collect_unused, &unused);
	/* From here on ids may be given out that it has no room for. */
	free(store->used);
	store->used = NULL;
	if (unused.count > 0)
		fine = store_begin(store, fault);
	for (size_t i = 0; fine && i < unused.count; i++) {
		database_bind(store->database, DROP_NAME, 1, &unused.ids[i]);
		fine = database_write(store->database, DROP_NAME, NULL, fault);
	}
	if (unused.count > 0 && fine) {
		fine = store_commit(store, fault) && (store->sound = read_names(store, fault));
		forget_lookups(&store->view);
	}
	store_rollback(store);
	free(unused.ids);
	return fine;
}

/* Forgets policies, clients and workloads that have long been without jobs. */
static bool drop_subjects(struct store *store, struct fault *fault)
{
	int64_t before = store->marks.window_start - REMEMBER_MS;
	uint64_t dropped = 0;
	bool fine;

	if (!store_begin(store, fault))
		return false;
	database_bind(store->database, DROP_SUBJECTS, 1, &before);
	fine = database_write(store->database, DROP_SUBJECTS, &dropped, fault) &&
	       store_commit(store, fault);
	store_rollback(store);
	/* The tally has them still. */
	return fine && (dropped == 0 || reload(store, fault));
}

/* Reads all jobs into VIEW, which is new, and drops what they show to be of no use. */
static bool check_jobs(struct store *store, struct view *view, bool *equal, struct fault *fault)
{
	*equal = true;
	view->tally = tally_new();
	view->completions = completions_new(view->tally);
	completions_distrust(view->completions);
	if (!read_subjects(store, view, fault) || !read_jobs(store, view, fault) ||
	    (store->marks.complete && !settle_histories(store, view, fault)))
		return false;
	*equal = compare_equal(store->view.tally, view->tally);
	if (!*equal)
		return reload(store, fault);
	/* Before, the ends of restarted jobs have not been looked through. */
	return !store->marks.complete || (drop_names(store, fault) && drop_subjects(store, fault));
}

bool store_verify(struct store *store, struct fault *fault)
{
	struct view view = {0};
	bool fine, equal = true;

	store->used = mem_zalloc((size_t)store->last_name + 1, 1);
	fine = check_jobs(store, &view, &equal, fault);
	free(store->used);
	store->used = NULL;
	free_view(&view);
	if (!equal)
		log_error("%s: the running totals did not agree with the jobs; counted anew",
			  database_path(store->database));
	return fine && equal;
}

const char *store_statement(size_t index, bool *whole)
{
	if (index >= STATEMENT_COUNT)
		return NULL;
	*whole = statements[index].whole;
	return statements[index].sql;
}
