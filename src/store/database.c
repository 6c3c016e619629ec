/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"

/* Why a file is set aside; a part of its new name. */
static const char corrupt[] = "corrupt", foreign[] = "foreign";

#define LOCK_TRIES 5
#define LOCK_PAUSE_NS 20000000
#define BLOCK_MAX (64 << 20) /* octets; no row of ours is near it */

struct database {
	const struct database_schema *schema;
	char *path;
	char *lock_path;
	bool in_memory;
	int lock; /* -1 = none */
	sqlite3 *db;
	sqlite3_stmt **prepared;
	bool begun;	   /* a transaction */
	bool touched;	   /* something has been changed in it */
	bool failed;	   /* it can only be rolled back */
	struct fault why;  /* the last fault, for whoever tries to go on */
	const char *aside; /* why the file must be set aside, or NULL */
};

/* SQLite's codes for which we have a better text than SQLite. */
static const struct {
	int code;
	const char *text;
} troubles[] = {
    {SQLITE_FULL, "the disk is full"},
    {SQLITE_READONLY, "cannot be written"},
    {SQLITE_CANTOPEN, "cannot be opened"},
    {SQLITE_PERM, "must not be opened"},
    {SQLITE_BUSY, "is locked by another program"},
    {SQLITE_LOCKED, "is locked by another program"},
    {SQLITE_PROTOCOL, "is locked by another program"},
    {SQLITE_CORRUPT, "is corrupt"},
    {SQLITE_NOTADB, "is not a database"},
    {SQLITE_IOERR, "cannot be read or written"},
};

/*
 * Turns SQLite's CODE into FAULT. Always false. SQLite does not always keep the error number of the
 * system. So errno is cleared before each call that may lead here.
 */
static bool refuse(struct database *database, int code, struct fault *fault)
{
	int error = errno ? errno : sqlite3_system_errno(database->db);
	const char *text = sqlite3_errmsg(database->db);
	int primary = code & 0xff;
	char said[128];

	/* SQLite takes a page that cannot be read from the disk for a corrupt one. */
	if (primary == SQLITE_CORRUPT && (errno == EIO || errno == ENXIO))
		primary = SQLITE_IOERR;
	/* Only a block of more than BLOCK_MAX can be missing. */
	if (primary == SQLITE_NOMEM)
		primary = SQLITE_CORRUPT;
	if (primary == SQLITE_IOERR && (error == ENOSPC || error == EDQUOT || error == EFBIG))
		primary = SQLITE_FULL;
	for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
		if (troubles[i].code == primary)
			text = troubles[i].text;
	if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)
		error = 0;
	fault_set(fault, FAULT_STORAGE, "%s: %s%s%s (SQLite %d)%s", database->path, text,
		  error ? ": " : "", error ? strerror_r(error, said, sizeof said) : "", code,
		  descriptors_advice(error));
	if (primary == SQLITE_CORRUPT)
		database->aside = corrupt;
	else if (primary == SQLITE_NOTADB)
		database->aside = foreign;
	database->failed = database->begun;
	database->why = *fault;
	return false;
}

static bool refuse_file(const char *path, struct fault *fault)
{
	mem_check_errno();
	if (errno == ELOOP)
		fault_set(fault, FAULT_STORAGE,
			  "%s: is a symbolic link, which is not followed; remove it", path);
	else
		fault_set(fault, FAULT_STORAGE, "%s: %m%s", path, descriptors_advice(errno));
	return false;
}

void database_bind(struct database *database, size_t statement, size_t count, const int64_t *values)
{
	for (size_t i = 0; i < count; i++)
		sqlite3_bind_int64(database->prepared[statement], (int)i + 1, values[i]);
}

void database_bind_number(struct database *database, size_t statement, int at, int64_t value)
{
	sqlite3_bind_int64(database->prepared[statement], at, value);
}

void database_bind_text(struct database *database, size_t statement, int at, const char *text)
{
	sqlite3_bind_text(database->prepared[statement], at, text, -1, SQLITE_STATIC);
}

static int step(struct database *database, size_t statement)
{
	errno = 0;
	return sqlite3_step(database->prepared[statement]);
}

bool database_write(struct database *database, size_t statement, uint64_t *rows,
		    struct fault *fault)
{
	bool fine;
	int code;

	database->touched = true;
	code = step(database, statement);
	fine = code == SQLITE_DONE || refuse(database, code, fault);
	/* As long as a statement is not reset, the write-ahead log cannot be emptied. */
	sqlite3_reset(database->prepared[statement]);
	if (fine && rows)
		*rows += (uint64_t)sqlite3_changes(database->db);
	return fine;
}

bool database_next(struct database *database, size_t statement, bool *fine, struct fault *fault)
{
	int code = step(database, statement);

	if (code == SQLITE_ROW)
		return true;
	*fine = code == SQLITE_DONE || refuse(database, code, fault);
	sqlite3_reset(database->prepared[statement]);
	return false;
}

void database_reset(struct database *database, size_t statement)
{
	sqlite3_reset(database->prepared[statement]);
}

int64_t database_number(struct database *database, size_t statement, int column)
{
	return sqlite3_column_int64(database->prepared[statement], column);
}

const char *database_text(struct database *database, size_t statement, int column)
{
	const unsigned char *text = sqlite3_column_text(database->prepared[statement], column);

	return text ? (const char *)text : "";
}

bool database_is_null(struct database *database, size_t statement, int column)
{
	return sqlite3_column_type(database->prepared[statement], column) == SQLITE_NULL;
}

bool database_refuse(struct database *database, size_t statement, struct fault *fault)
{
	sqlite3_reset(database->prepared[statement]);
	errno = 0;
	return refuse(database, SQLITE_CORRUPT, fault);
}

void database_reject(struct database *database, const char *reason)
{
	database->aside = reason;
}

/* Runs SQL that is not among the prepared statements. */
static bool execute(struct database *database, const char *sql, struct fault *fault)
{
	int code;

	errno = 0;
	code = sqlite3_exec(database->db, sql, NULL, NULL, NULL);
	return code == SQLITE_OK || refuse(database, code, fault);
}

/* The first value that SQL answers, to be freed; NULL with FAULT. */
static char *ask(struct database *database, const char *sql, struct fault *fault)
{
	sqlite3_stmt *statement = NULL;
	char *answer = NULL;
	int code;

	errno = 0;
	code = sqlite3_prepare_v2(database->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		answer = mem_printf("%s", (const char *)sqlite3_column_text(statement, 0));
	else
		refuse(database, code, fault);
	sqlite3_finalize(statement);
	return answer;
}

static bool ask_number(struct database *database, const char *sql, int64_t *number,
		       struct fault *fault)
{
	char *answer = ask(database, sql, fault);

	if (!answer)
		return false;
	*number = strtoll(answer, NULL, 10);
	free(answer);
	return true;
}

/* SQLite gives the -wal and -shm files the mode of this file. */
static bool make_file(const char *path, struct fault *fault)
{
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (file < 0)
		return refuse_file(path, fault);
	close(file);
	return true;
}

/* Locks the file of DATABASE. Who only looks whether it is locked has it for an instant. */
static bool lock_file(struct database *database)
{
	bool locked = flock(database->lock, LOCK_EX | LOCK_NB) == 0;

	for (int i = 0; !locked && errno == EWOULDBLOCK && i < LOCK_TRIES; i++) {
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
		locked = flock(database->lock, LOCK_EX | LOCK_NB) == 0;
	}
	return locked;
}

static bool take_lock(struct database *database, struct fault *fault)
{
	database->lock = open(database->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (database->lock < 0)
		return refuse_file(database->lock_path, fault);
	if (lock_file(database))
		return true;
	if (errno != EWOULDBLOCK)
		return refuse_file(database->lock_path, fault);
	fault_set(fault, FAULT_STORAGE,
		  "%s: in use by another nbu-agentx; each needs a state-dir of its own",
		  database->path);
	fault->passing = true;
	return false;
}

static bool open_file(struct database *database, struct fault *fault)
{
	int flags =
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	int code;

	errno = 0;
	code = sqlite3_open_v2(database->path, &database->db, flags, NULL);
	if (code != SQLITE_OK)
		return refuse(database, code, fault);
	sqlite3_extended_result_codes(database->db, 1);
	if (sqlite3_db_readonly(database->db, "main") == 1) {
		fault_set(fault, FAULT_STORAGE, "%s: cannot be written", database->path);
		return false;
	}
	/*
	 * With exclusive locking there is no -shm file, so that rows can be read on a full disk. A
	 * negative cache size is in KiB.
	 */
	return execute(database,
		       "PRAGMA locking_mode = EXCLUSIVE;"
		       "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
		       "PRAGMA cell_size_check = ON; PRAGMA cache_size = -2048;"
		       "PRAGMA mmap_size = 0",
		       fault);
}

/* Whether the file is ours, and not of a newer version. *VERSION of its schema: 0 = it is empty. */
static bool check_identity(struct database *database, int64_t *version, struct fault *fault)
{
	int64_t application, tables;

	if (!ask_number(database, "PRAGMA application_id", &application, fault) ||
	    !ask_number(database, "PRAGMA user_version", version, fault) ||
	    !ask_number(database, "SELECT count(*) FROM sqlite_schema", &tables, fault))
		return false;
	if ((application != database->schema->application_id &&
	     (application != 0 || *version != 0 || tables != 0)) ||
	    *version < 0) {
		database->aside = foreign;
		fault_set(fault, FAULT_STORAGE, "%s: made by another program", database->path);
		return false;
	}
	if (*version > database->schema->version) {
		fault_set(fault, FAULT_STORAGE,
			  "%s: made by a newer version of nbu-agentx (schema %lld, this one knows "
			  "%d); update, or move the file away",
			  database->path, (long long)*version, database->schema->version);
		return false;
	}
	return true;
}

/* At the price of one fdatasync a commit, a power cut makes nothing count twice or be missed. */
static bool set_journal(struct database *database, struct fault *fault)
{
	char *mode;
	bool fine;

	if (database->in_memory)
		return true;
	mode = ask(database, "PRAGMA journal_mode = WAL", fault);
	if (!mode)
		return false;
	fine = strcmp(mode, "wal") == 0;
	if (!fine)
		fault_set(
		    fault, FAULT_STORAGE,
		    "%s: this file system cannot hold it (a network one?): no write-ahead log",
		    database->path);
	free(mode);
	return fine &&
	       execute(database, "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 8388608",
		       fault);
}

/* Brings DB from VERSION of its schema to the next. */
static int bring_forward(sqlite3 *db, const struct database_schema *schema, int version)
{
	char *sql = mem_printf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT",
			       schema->migrations[version], version + 1);
	int code;

	errno = 0;
	code = sqlite3_exec(db, sql, NULL, NULL, NULL);
	free(sql);
	return code;
}

/* The tables, columns and so on of DB, as a text to be freed; NULL = they cannot be read. */
static char *outline(sqlite3 *db)
{
	static const char sql[] =
	    "SELECT group_concat(part, char(10)) FROM (SELECT quote(s.type) || quote(s.name) ||"
	    " quote(s.tbl_name) || quote(c.name) || quote(c.\"notnull\") || quote(c.pk) AS part"
	    " FROM sqlite_schema s LEFT JOIN pragma_table_info(s.name) c"
	    " WHERE s.name NOT LIKE 'sqlite_%' ORDER BY s.name, s.type, c.cid)";
	sqlite3_stmt *statement = NULL;
	const unsigned char *text;
	char *found = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW) {
		text = sqlite3_column_text(statement, 0);
		found = mem_strdup(text ? (const char *)text : "");
	}
	sqlite3_finalize(statement);
	return found;
}

/* Whether the file has the tables of VERSION. When in doubt it has. */
static bool is_complete(struct database *database, int version)
{
	char *own = outline(database->db), *right = NULL;
	sqlite3 *model = NULL;
	int code = sqlite3_open(DATABASE_MEMORY, &model);
	bool complete;

	for (int at = 0; code == SQLITE_OK && at < version; at++)
		code = bring_forward(model, database->schema, at);
	if (code == SQLITE_OK)
		right = outline(model);
	if (own)
		complete = !right || strcmp(own, right) == 0;
	else
		complete = sqlite3_errcode(database->db) != SQLITE_ERROR;
	sqlite3_close(model);
	free(own);
	free(right);
	return complete;
}

/*
 * Turns CODE into FAULT, of SQL that is ours and is for a file of VERSION. Always false. The SQL
 * may be wrong, or too new for the system's SQLite. So a file is set aside only where it is itself
 * found wrong. Otherwise it stays as it is, for the next version of the agent.
 */
static bool refuse_content(struct database *database, int code, int version, struct fault *fault)
{
	int primary = code & 0xff;
	struct fault ignored;
	char *verdict;

	refuse(database, code, fault);
	if (!sqlite3_get_autocommit(database->db))
		(void)sqlite3_exec(database->db, "ROLLBACK", NULL, NULL, NULL); /* fails, too */
	if (primary != SQLITE_ERROR && primary != SQLITE_CONSTRAINT)
		return false;
	verdict = ask(database, "PRAGMA integrity_check(1)", &ignored);
	if ((verdict && strcmp(verdict, "ok") != 0) || !is_complete(database, version))
		refuse(database, SQLITE_CORRUPT, fault);
	free(verdict);
	return false;
}

static bool migrate(struct database *database, int version, struct fault *fault)
{
	int code = SQLITE_OK;

	if (version > 0 && version < database->schema->version)
		log_info("%s: bringing schema %d to %d", database->path, version,
			 database->schema->version);
	while (code == SQLITE_OK && version < database->schema->version) {
		code = bring_forward(database->db, database->schema, version);
		version += code == SQLITE_OK;
	}
	return code == SQLITE_OK || refuse_content(database, code, version, fault);
}

static bool prepare(struct database *database, struct fault *fault)
{
	int code = SQLITE_OK;

	errno = 0;
	for (size_t i = 0; code == SQLITE_OK && i < database->schema->statement_count; i++)
		code = sqlite3_prepare_v3(database->db, database->schema->statements[i].sql, -1,
					  SQLITE_PREPARE_PERSISTENT, &database->prepared[i], NULL);
	return code == SQLITE_OK ||
	       refuse_content(database, code, database->schema->version, fault);
}

static void close_file(struct database *database)
{
	for (size_t i = 0; i < database->schema->statement_count; i++) {
		sqlite3_finalize(database->prepared[i]);
		database->prepared[i] = NULL;
	}
	sqlite3_close(database->db);
	database->db = NULL;
}

static bool open_database(struct database *database, struct fault *fault)
{
	int64_t version;

	database->aside = NULL;
	return (database->in_memory || make_file(database->path, fault)) &&
	       open_file(database, fault) && check_identity(database, &version, fault) &&
	       set_journal(database, fault) && migrate(database, (int)version, fault) &&
	       prepare(database, fault);
}

/* Renames the file PATH with SUFFIX to TO with SUFFIX, if it is there. */
static bool move(const char *path, const char *to, const char *suffix)
{
	char *from_path = mem_printf("%s%s", path, suffix),
	     *to_path = mem_printf("%s%s", to, suffix);
	bool fine = rename(from_path, to_path) == 0 || errno == ENOENT;

	if (!fine)
		log_error("%s cannot be renamed to %s: %m", from_path, to_path);
	free(from_path);
	free(to_path);
	return fine;
}

static bool is_taken(const char *path, const char *suffix)
{
	char *name = mem_printf("%s%s", path, suffix);
	bool taken = access(name, F_OK) == 0;

	free(name);
	return taken;
}

/* A free name for the file. It stays free, for no other process can have the lock. */
static char *name_aside(const struct database *database)
{
	time_t now = (time_t)(timefmt_now() / 1000);
	char stamp[32] = "", *name;
	struct tm parts;

	if (localtime_r(&now, &parts))
		strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%S", &parts);
	name = mem_printf("%s.%s-%s", database->path, database->aside, stamp);
	for (int i = 2; is_taken(name, "") || is_taken(name, "-wal") || is_taken(name, "-shm");
	     i++) {
		free(name);
		name = mem_printf("%s.%s-%s-%d", database->path, database->aside, stamp, i);
	}
	return name;
}

/*
 * Sets the closed file aside. Its write-ahead log goes first: left behind, it would be deleted when
 * the next file is made.
 */
static bool set_aside(struct database *database, const struct fault *fault)
{
	char *name = name_aside(database);
	bool fine = move(database->path, name, "-wal") && move(database->path, name, "-shm") &&
		    move(database->path, name, "");

	if (fine)
		log_warning("%s: set aside as %s; a new one is begun", fault->text, name);
	free(name);
	return fine;
}

/*
 * Makes the folder where there is none, and sets the paths of the files in it. The folder may be a
 * link or lie behind one, as the administrator has said, but SQLite then takes no link on its way.
 */
static bool find_folder(struct database *database, const char *directory, const char *name,
			struct fault *fault)
{
	char *folder = NULL;

	if (mkdir(directory, 0700) == 0 || errno == EEXIST)
		folder = realpath(directory, NULL);
	if (!folder)
		return refuse_file(directory, fault);
	database->path = mem_printf("%s/%s.db", folder, name);
	database->lock_path = mem_printf("%s/%s.lock", folder, name);
	free(folder);
	return true;
}

static sqlite3_mem_methods memory; /* SQLite's own */

static void *take_block(int size)
{
	return size > BLOCK_MAX ? NULL : mem_checked(memory.xMalloc(size));
}

static void *resize_block(void *old, int size)
{
	return size > BLOCK_MAX ? NULL : mem_checked(memory.xRealloc(old, size));
}

/*
 * Without memory the program ends here, too. But a damaged file must not end it by asking for a
 * huge block, again after each restart: that fails, as if there were no memory. Once SQLite is
 * in use this changes nothing.
 */
static void use_memory(void)
{
	sqlite3_mem_methods checked;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
	checked = memory;
	checked.xMalloc = take_block;
	checked.xRealloc = resize_block;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &checked);
}

/* Makes the folder where there is none, and locks the file in it. */
static bool prepare_files(struct database *database, const char *directory, const char *name,
			  struct fault *fault)
{
	database->in_memory = strcmp(directory, DATABASE_MEMORY) == 0;
	if (database->in_memory) {
		database->path = mem_strdup(DATABASE_MEMORY);
		return true;
	}
	return find_folder(database, directory, name, fault) && take_lock(database, fault);
}

struct database *
database_open(const char *directory, const char *name, const struct database_schema *schema,
	      bool (*load)(struct database *database, void *arg, struct fault *fault), void *arg,
	      struct fault *fault)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct database *database = mem_zalloc(1, sizeof *database);
	bool fine;

	pthread_once(&once, use_memory);
	database->lock = -1;
	database->schema = schema;
	database->prepared = mem_zalloc(schema->statement_count, sizeof(sqlite3_stmt *));
	fine = prepare_files(database, directory, name, fault);
	if (fine && open_database(database, fault) && load(database, arg, fault))
		return database;
	close_file(database);
	if (fine && database->aside && !database->in_memory && set_aside(database, fault)) {
		fault_clear(fault);
		if (open_database(database, fault) && load(database, arg, fault))
			return database;
	}
	/* A bad file has been set aside already, or cannot be. */
	database->aside = NULL;
	database_close(database);
	return NULL;
}

void database_close(struct database *database)
{
	if (!database)
		return;
	/* This rolls back an open transaction. */
	close_file(database);
	if (database->aside && !database->in_memory)
		set_aside(database, &database->why);
	if (database->lock >= 0)
		close(database->lock);
	free(database->prepared);
	free(database->path);
	free(database->lock_path);
	free(database);
}

const char *database_path(const struct database *database)
{
	return database->path;
}

bool database_is_lost(const struct database *database)
{
	int lost = 0;

	return !database->in_memory &&
	       sqlite3_file_control(database->db, "main", SQLITE_FCNTL_HAS_MOVED, &lost) ==
		   SQLITE_OK &&
	       lost;
}

bool database_damaged(const struct database *database)
{
	return database->aside != NULL;
}

bool database_is_open(struct database *database, struct fault *fault)
{
	if (database->begun && !database->failed)
		return true;
	if (database->failed)
		*fault = database->why;
	else
		fault_set(fault, FAULT_STORAGE, "%s: no transaction has been begun",
			  database->path);
	return false;
}

void database_rest(struct database *database)
{
	sqlite3_db_release_memory(database->db);
}

void database_touch(struct database *database)
{
	database->touched = true;
}

bool database_begin(struct database *database, struct fault *fault)
{
	if (database->begun) {
		fault_set(fault, FAULT_STORAGE, "%s: a transaction has been begun already",
			  database->path);
		return false;
	}
	/* Then only closing the file helps. */
	if (database->aside) {
		*fault = database->why;
		return false;
	}
	database->begun = execute(database, "BEGIN IMMEDIATE", fault);
	database->touched = database->failed = false;
	return database->begun;
}

bool database_commit(struct database *database, struct fault *fault)
{
	if (!database_is_open(database, fault) || !execute(database, "COMMIT", fault))
		return false;
	database->begun = false;
	return true;
}

bool database_rollback(struct database *database)
{
	struct fault ignored;

	if (!database->begun)
		return false;
	database->begun = database->failed = false;
	/* After some errors SQLite has rolled back itself. */
	if (!sqlite3_get_autocommit(database->db) && !execute(database, "ROLLBACK", &ignored))
		database->touched = true;
	return database->touched;
}
