/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/inside.h"
#include "store/load.h"
#include "store/save.h"
#include "store/schema.h"

bool store_reload(struct store *store, struct fault *fault)
{
	struct cache cache;

	store->loaded = false;
	if (!names_read(&store->names, store->database, fault))
		return false;
	cache_start(&cache, store->database, &store->names, store->site);
	store->loaded = load_cache(&cache, &store->marks, fault);
	if (store->loaded) {
		cache_free(&store->cache);
		store->cache = cache;
	} else {
		cache_free(&cache);
	}
	return store->loaded;
}

/* Runs when the file has been opened; again where another has taken its place. */
static bool load(struct database *database, void *arg, struct fault *fault)
{
	struct store *store = arg;

	store->database = database;
	if (!marks_check_url(database, store->site->url, fault) ||
	    !marks_read(&store->saved, database, fault))
		return false;
	store->marks = store->saved;
	return store_reload(store, fault);
}

struct store *store_open(const char *directory, const struct config_site *site, struct fault *fault)
{
	struct store *store = mem_zalloc(1, sizeof *store);

	store->site = site;
	store->database = database_open(directory, site->name, &schema, load, store, fault);
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
	cache_free(&store->cache);
	names_free(&store->names);
	event_clear(&store->events);
	event_clear(&store->pending);
	free(store);
}

struct tally *store_tally(struct store *store)
{
	return store->cache.tally;
}

const struct failures *store_failures(const struct store *store)
{
	return store->cache.failures;
}

struct store_marks *store_marks(struct store *store)
{
	return &store->marks;
}

uint64_t store_jobs(const struct store *store)
{
	return tally_jobs(store->cache.tally)->finished +
	       tally_jobs(store->cache.tally)->unfinished;
}

struct event_list *store_events(struct store *store)
{
	return &store->events;
}

struct event_list *store_pending_events(struct store *store)
{
	return &store->pending;
}

uint64_t store_vanished(const struct store *store)
{
	return store->vanished;
}

uint64_t store_appeared(const struct store *store)
{
	return store->appeared;
}

uint64_t store_written(const struct store *store)
{
	return store->written;
}

uint64_t store_late(const struct store *store)
{
	return store->late;
}

bool store_damaged(const struct store *store)
{
	return database_damaged(store->database) || !store->loaded;
}

bool store_begin(struct store *store, struct fault *fault)
{
	store->vanished = store->appeared = 0;
	return (store->loaded || database_damaged(store->database) || store_reload(store, fault)) &&
	       database_begin(store->database, fault);
}

bool store_holds(struct store *store, int64_t since, int64_t count, bool *answer,
		 struct fault *fault)
{
	int64_t found = 0;
	bool fine;

	if (!database_is_open(store->database, fault))
		return false;
	database_bind(store->database, SOME_ENDED, 2, (int64_t[]){since, count});
	while (database_next(store->database, SOME_ENDED, &fine, fault))
		found++;
	*answer = found >= count;
	return fine;
}

bool store_holds_undated(struct store *store, bool *answer, struct fault *fault)
{
	bool fine;

	if (!database_is_open(store->database, fault))
		return false;
	*answer = false;
	while (database_next(store->database, SOME_UNDATED, &fine, fault))
		*answer = true;
	return fine;
}

bool store_reach(struct store *store, int64_t since, int64_t *first, uint64_t *unlisted,
		 struct fault *fault)
{
	bool fine = true;

	*first = 0;
	*unlisted = 0;
	database_bind_number(store->database, FIRST_ENDED, 1, since);
	while (*first == 0 && database_next(store->database, FIRST_ENDED, &fine, fault)) {
		if (database_number(store->database, FIRST_ENDED, 0) == ROWS_LISTED)
			*first = database_number(store->database, FIRST_ENDED, 1);
		else
			++*unlisted;
	}
	database_reset(store->database, FIRST_ENDED);
	return fine;
}

const char *store_lost_file(const struct store *store)
{
	return database_is_lost(store->database) ? database_path(store->database) : NULL;
}

bool store_settle(struct store *store, struct fault *fault)
{
	if (!database_is_open(store->database, fault))
		return false;
	/* A rollback must undo what is worked out here, even if nothing is written. */
	database_touch(store->database);
	/* The window reaches further back than before: what had left it is in it again. */
	if (store->marks.complete && store->marks.expired < store->saved.expired)
		completions_unexpire(store->cache.completions, store->marks.expired);
	return load_oldest(&store->cache, fault) &&
	       load_histories(&store->cache, &store->marks, fault);
}

bool store_commit(struct store *store, struct fault *fault)
{
	if (store_settle(store, fault) && save_cache(&store->cache, fault) &&
	    marks_save(&store->marks, &store->saved, store->database, fault) &&
	    database_commit(store->database, fault)) {
		store->saved = store->marks;
		event_move(&store->events, &store->pending);
		return true;
	}
	store_rollback(store);
	return false;
}

void store_rest(struct store *store)
{
	database_rest(store->database);
}

void store_rollback(struct store *store)
{
	struct fault fault;
	bool undone = database_rollback(store->database);

	event_clear(&store->pending);
	store->marks = store->saved;
	if (undone && !store_reload(store, &fault))
		log_error("%s; its rows cannot be read any more", fault.text);
}

const char *store_statement(size_t index, bool *whole)
{
	if (index >= schema.statement_count)
		return NULL;
	*whole = schema.statements[index].whole;
	return schema.statements[index].sql;
}
