/* SPDX-License-Identifier: BSD-2-Clause */

/* How a store checks itself. */

#include "store/store.h"

#include "base/log.h"
#include "store/inside.h"
#include "store/load.h"
#include "store/schema.h"
#include "tally/compare.h"
#include "tally/family.h"

/*
 * A policy, a client or a workload without jobs is remembered for so long: longer than the longest
 * max-age and row-hold together.
 */
#define REMEMBER_MS (INT64_C(800) * 86400 * 1000)

/* Above this, what is in memory of dropped names is worth reading all again. */
#define FORGOTTEN_MAX 1000

/*
 * A store of an older version has noted the primary itself among the clients, for it is the client
 * of many a parent. Once a sweep has told all parents, drops the clients that have no other jobs.
 */
static bool know_families(struct store *store, uint64_t *dropped, struct fault *fault)
{
	if (store->marks.families)
		return true;
	store->marks.families = 1;
	if (store->site->parents == CONFIG_PARENTS_COUNT)
		return true;
	database_bind(store->database, DROP_PARENTS_CLIENTS, 2,
		      (int64_t[]){TALLY_CLIENT, FAMILY_PARENT});
	return database_write(store->database, DROP_PARENTS_CLIENTS, dropped, fault);
}

/* Drops names that nothing refers to, and subjects that have long been without jobs. */
static bool drop_unused(struct store *store, struct fault *fault)
{
	int64_t before = store->marks.window_start - REMEMBER_MS;
	uint64_t names = 0, subjects = 0;
	bool fine = store_begin(store, fault);

	if (!fine)
		return false;
	database_bind(store->database, DROP_SUBJECTS, 1, &before);
	fine = names_drop_unused(&store->names, store->database, &names, fault) &&
	       database_write(store->database, DROP_SUBJECTS, &subjects, fault) &&
	       know_families(store, &subjects, fault) && store_commit(store, fault);
	store_rollback(store);
	/* What has been dropped is still in memory. */
	if (fine && names > 0) {
		cache_forget_subjects(&store->cache);
		names_forget_unused(&store->names);
	}
	/* Only a new pool is without the texts of what has been dropped. */
	if (fine && (subjects > 0 || store->names.forgotten > FORGOTTEN_MAX))
		return store_reload(store, fault);
	return fine;
}

bool store_verify(struct store *store, struct fault *fault)
{
	struct cache fresh;
	bool fine, equal = true;

	names_unuse_all(&store->names);
	cache_start(&fresh, store->database, &store->names, store->site);
	fine = load_cache(&fresh, &store->marks, fault);
	if (fine)
		equal = compare_equal(store->cache.tally, fresh.tally);
	cache_free(&fresh);
	if (!equal) {
		fine = store_reload(store, fault);
		log_error("%s: the running totals did not agree with the jobs; counted anew",
			  database_path(store->database));
	} else if (fine && store->marks.complete) {
		/* Before, the earlier completions of restarted jobs have not been looked through.
		 */
		fine = drop_unused(store, fault);
	}
	return fine && equal;
}
