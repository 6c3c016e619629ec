/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Stores of any schema that have been damaged. An input is a script: its first octet says the
 * version of the schema, and each edit after it changes octets or values, or drops what should be
 * there. So an input stays small, and a mutated one still is a store.
 */

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "fuzz/folder.h"
#include "older.h"
#include "resolve.h"
#include "store/store.h"
#include "store/texts.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define BEGAN INT64_C(1780000000000)
#define MINUTE INT64_C(60000)
#define EDITS_MAX 8

static const struct config_site site = {.name = (char *)"paris",
					.url = (char *)"https://primary.example.com/netbackup",
					.protecting_jobs = RESOLVE_PROTECTING};

/* The stores before the edits, by their versions. */
static struct base {
	unsigned char *octets;
	size_t size;
} bases[OLDER_VERSIONS + 1];

/* What has not been read of the input; behind its end all is 0. */
struct script {
	const unsigned char *at;
	size_t left;
};

static uint64_t take(struct script *script, size_t octets)
{
	uint64_t number = 0;

	for (size_t i = 0; i < octets; i++) {
		number = number << 8 | (script->left ? *script->at : 0);
		script->at += script->left > 0;
		script->left -= script->left > 0;
	}
	return number;
}

static const char *path_of(const char *name)
{
	static char path[300];

	snprintf(path, sizeof path, "%s/%s", folder_path(), name);
	return path;
}

static void require(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* Runs SQL, which may have one parameter, on the closed file. What fails there is left undone. */
static bool change(const char *sql, void (*bind)(sqlite3_stmt *statement, struct script *script),
		   struct script *script)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	bool fine = sqlite3_open(path_of("paris.db"), &db) == SQLITE_OK &&
		    sqlite3_exec(db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", NULL,
				 NULL, NULL) == SQLITE_OK;

	if (fine && !bind)
		fine = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
	if (fine && bind && sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK) {
		bind(statement, script);
		(void)sqlite3_step(statement);
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return fine;
}

/* A job that ended MINUTES after the store began; one without end is active. */
static struct job job_of(int64_t id, int64_t minutes, uint32_t status)
{
	return (struct job){.id = id,
			    .parent = id % 4 == 3 ? id - 1 : 0,
			    .state = minutes ? JOB_DONE : JOB_ACTIVE,
			    .type = "BACKUP",
			    .policy_type = id % 2 ? "STANDARD" : "VMWARE",
			    .policy = id % 3 ? "daily" : "weekly",
			    .client = "www.example.com",
			    .schedule = "full",
			    .schedule_type = "FULL_BACKUP",
			    .status = status,
			    .started = BEGAN + id * 1000,
			    .ended = minutes ? BEGAN + minutes * MINUTE : 0,
			    .updated = BEGAN + minutes * MINUTE + status,
			    .bytes = 1024,
			    .files = 3};
}

/* What a refresh does with a store; false when one of it has been refused. */
static bool refresh(struct store *store, int64_t first, int64_t window_start, struct fault *fault)
{
	bool fine = store_begin(store, fault);

	store_marks(store)->began = BEGAN;
	store_marks(store)->complete = 1;
	for (int64_t id = first; fine && id < first + 8; id++) {
		struct job job = job_of(id, id % 5, id % 3 ? 0 : 96);

		fine = store_put(store, &job, fault);
	}
	fine = fine && store_merge(store, 0, 2, BEGAN, (int64_t[]){1}, 1, fault) &&
	       store_drop_unfinished(store, (int64_t[]){5, 10}, 2, fault) &&
	       store_expire(store, window_start, fault) && store_commit(store, fault);
	store_rollback(store);
	return fine;
}

static void save_texts(struct store *store, struct fault *fault)
{
	static const struct texts_row rows[] = {{"a", "{\"name\":\"a\"}"}, {"b", "{}"}};
	static const struct texts_marks marks = {.data_at = BEGAN};

	texts_save(store, "disk-pools", &marks, rows, 2, fault);
}

static void ignore_text(const struct texts_row *row, void *arg)
{
	(void)arg;
	assert(row->key && row->text);
}

static void keep_base(struct base *base)
{
	FILE *file = fopen(path_of("paris.db"), "re");
	struct stat status;

	require(file && fstat(fileno(file), &status) == 0, "the store cannot be read");
	base->size = (size_t)status.st_size;
	base->octets = mem_zalloc(base->size, 1);
	require(fread(base->octets, 1, base->size, file) == base->size, "fread");
	fclose(file);
}

static void make_bases(void)
{
	struct fault fault;
	struct store *store = store_open(folder_path(), &site, &fault);

	require(store && refresh(store, 1, BEGAN - MINUTE, &fault) &&
		    refresh(store, 9, BEGAN + 2 * MINUTE, &fault),
		"the store cannot be made");
	save_texts(store, &fault);
	store_close(store);
	require(change("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM", NULL, NULL),
		"VACUUM");
	keep_base(&bases[OLDER_VERSIONS]);
	for (int version = OLDER_VERSIONS - 1; version > 0; version--) {
		require(change(older_steps[version], NULL, NULL), older_steps[version]);
		require(change("VACUUM", NULL, NULL), "VACUUM");
		keep_base(&bases[version]);
	}
}

static void write_base(const struct base *base)
{
	FILE *file = fopen(path_of("paris.db"), "we");

	require(file && fwrite(base->octets, 1, base->size, file) == base->size &&
		    fclose(file) == 0,
		"the store cannot be written");
}

/* The edits. */

static void flip(struct script *script, size_t size)
{
	FILE *file = fopen(path_of("paris.db"), "r+e");
	long at = (long)(take(script, 2) % size);
	unsigned char octet = (unsigned char)take(script, 1);

	if (!file)
		return;
	if (fseek(file, at, SEEK_SET) == 0)
		fputc(octet, file);
	fclose(file);
}

static void cut(struct script *script, size_t size)
{
	require(truncate(path_of("paris.db"), (off_t)(take(script, 2) % size)) == 0, "truncate");
}

static void bind_value(sqlite3_stmt *statement, struct script *script)
{
	static const int64_t edges[] = {0,	   -1, INT32_MAX,	 UINT32_MAX,  INT64_MAX,
					INT64_MIN, 1,  INT64_C(1) << 62, BEGAN * 1000};
	unsigned kind = (unsigned)take(script, 1);
	char text[9] = "";

	switch (kind % 4) {
	case 0:
		sqlite3_bind_int64(statement, 1,
				   edges[kind / 4 % (sizeof edges / sizeof edges[0])]);
		break;
	case 1:
		sqlite3_bind_int64(statement, 1, (int64_t)take(script, 8));
		break;
	case 2:
		for (unsigned i = 0; i < kind / 4 % 9; i++)
			text[i] = (char)take(script, 1);
		sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT);
		break;
	default:
		sqlite3_bind_null(statement, 1);
	}
}

/* All tables with the first of their columns, by which a row is named. */
static const struct {
	const char *table, *first;
} tables[] = {
    {"meta", "key"},
    {"name", "id"},
    {"cell", "id"},
    {"job", "id"},
    {"earlier", "ended"},
    {"subject", "kind"},
    {"queue", "reason"},
    {"orphan", "id"},
    {"failure", "id"},
    {"resource", "name"},
    {"resource_row", "resource"},
};
#define TABLES (sizeof tables / sizeof tables[0])

/* The name of a column of TABLE, to be freed; NULL when there is no such table. */
static char *column_of(const char *table, unsigned number)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	char *name = NULL;

	if (sqlite3_open(path_of("paris.db"), &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db,
			       "SELECT name FROM pragma_table_info(?1) LIMIT 1 OFFSET ?2 %"
			       " (SELECT max(1, count(*)) FROM pragma_table_info(?1))",
			       -1, &statement, NULL) == SQLITE_OK) {
		sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
		sqlite3_bind_int64(statement, 2, number);
		if (sqlite3_step(statement) == SQLITE_ROW)
			name = mem_strdup((const char *)sqlite3_column_text(statement, 0));
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return name;
}

static void set_value(struct script *script, size_t size)
{
	size_t table = (size_t)take(script, 1) % TABLES;
	char *column = column_of(tables[table].table, (unsigned)take(script, 1)), *sql;
	unsigned row = (unsigned)take(script, 1) % 24;

	(void)size;
	if (!column)
		return;
	sql = mem_printf("UPDATE OR IGNORE %s SET \"%s\" = ?1 WHERE %s IN (SELECT %s FROM %s LIMIT"
			 " 1 OFFSET %u)",
			 tables[table].table, column, tables[table].first, tables[table].first,
			 tables[table].table, row);
	change(sql, bind_value, script);
	free(sql);
	free(column);
}

static void drop_something(struct script *script, size_t size)
{
	static const char *const indexes[] = {"job_end", "job_open", "job_long", "job_last"};
	unsigned what = (unsigned)take(script, 1) % (TABLES * 2 + 4);
	char *sql;

	(void)size;
	if (what < TABLES)
		sql = mem_printf("DROP TABLE %s", tables[what].table);
	else if (what < TABLES * 2)
		sql = mem_printf("DELETE FROM %s", tables[what - TABLES].table);
	else
		sql = mem_printf("DROP INDEX %s", indexes[what - TABLES * 2]);
	change(sql, NULL, NULL);
	free(sql);
}

static void set_version(struct script *script, size_t size)
{
	char *sql = mem_printf("PRAGMA user_version = %d", (int)take(script, 1) % 8);

	(void)size;
	change(sql, NULL, NULL);
	free(sql);
}

static void edit(struct script *script, size_t size)
{
	static void (*const edits[])(struct script * script, size_t size) = {
	    flip, flip, cut, set_value, set_value, set_value, drop_something, set_version};

	for (int i = 0; i < EDITS_MAX && script->left > 0; i++)
		edits[take(script, 1) % (sizeof edits / sizeof edits[0])](script, size);
}

/* What a site's worker does with its store; whatever is refused, is refused for a reason. */
static void work(struct store *store)
{
	struct texts_marks marks;
	struct fault fault;
	bool fine;

	fault_clear(&fault);
	fine = store_verify(store, &fault);
	assert(fine || fault.class == FAULT_NONE || fault.class == FAULT_STORAGE);
	fine = refresh(store, 5, BEGAN + 3 * MINUTE, &fault) &&
	       refresh(store, 17, BEGAN + 4 * MINUTE, &fault) &&
	       texts_read(store, "disk-pools", &marks, ignore_text, NULL, &fault);
	/* What would be refused at each refresh anew has to be set aside. */
	if (!fine && !store_damaged(store))
		fprintf(stderr, "refused for ever: %s\n", fault.text);
	assert(fine || store_damaged(store));
	save_texts(store, &fault);
}

/*
 * Whatever is in the file, there is a store afterwards, unless a newer version has made it. And
 * there is one when it is opened again.
 */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct script script = {data, size};
	const struct base *base;
	struct store *store;
	struct fault fault;

	if (!bases[1].octets)
		make_bases();
	/* Below errors, so nothing at all: what goes wrong is what is wanted. */
	log_open(LOG_TARGET_STDERR, (enum log_level) - 1);
	base = &bases[1 + take(&script, 1) % OLDER_VERSIONS];
	folder_empty();
	write_base(base);
	edit(&script, base->size);
	for (int i = 0; i < 2; i++) {
		store = store_open(folder_path(), &site, &fault);
		if (!store && !strstr(fault.text, "newer version")) {
			fprintf(stderr, "no store: %s\n", fault.text);
			abort();
		}
		if (store)
			work(store);
		store_close(store);
	}
	return 0;
}
