/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/schema.h"

void cache_start(struct cache *cache, struct database *database, struct names *names,
		 const struct config_site *site)
{
	*cache = (struct cache){
	    .database = database, .names = names, .site = site, .tally = tally_new(names->pool)};
	cache->completions = completions_new(cache->tally);
	cache->failures = failures_new();
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

void cache_add_cell(struct cache *cache, struct tally_cell *cell)
{
	cell->id = (int64_t)++cache->cell_count;
	cell->protects = tally_is_among(cell->job_type, cache->site->protecting_jobs);
	cache->cells = grow(cache->cells, &cache->cell_room, cache->cell_count);
	cache->cells[cache->cell_count] = cell;
}

bool cache_intern_cell(struct cache *cache, const struct job *job, int64_t *id, struct fault *fault)
{
	uint32_t status = job->state == JOB_DONE ? job->status : 0;
	struct tally_cell *cell = tally_cell(cache->tally, job->type, job->policy_type, status);

	if (!cell->id) {
		database_bind_number(cache->database, ADD_CELL, 1, (int64_t)cache->cell_count + 1);
		database_bind_text(cache->database, ADD_CELL, 2, job->type);
		database_bind_text(cache->database, ADD_CELL, 3, job->policy_type);
		database_bind_number(cache->database, ADD_CELL, 4, status);
		if (!database_write(cache->database, ADD_CELL, NULL, fault))
			return false;
		cache_add_cell(cache, cell);
	}
	*id = cell->id;
	return true;
}

struct tally_cell *cache_cell(const struct cache *cache, int64_t id)
{
	return id >= 1 && (uint64_t)id <= cache->cell_count ? cache->cells[id] : NULL;
}

struct tally_subject *cache_subject(struct cache *cache, enum tally_kind kind, int64_t id)
{
	const char *text = names_text(cache->names, id);
	struct tally_subject **subject;

	if (!*text)
		return NULL;
	cache->subjects[kind] = grow(cache->subjects[kind], &cache->subject_room[kind], (size_t)id);
	subject = &cache->subjects[kind][id];
	if (!*subject)
		*subject = tally_subject(cache->tally, kind, text, "");
	return *subject;
}

void cache_forget_subjects(struct cache *cache)
{
	for (int kind = 0; kind < TALLY_KINDS; kind++) {
		free(cache->subjects[kind]);
		cache->subjects[kind] = NULL;
		cache->subject_room[kind] = 0;
	}
}

void cache_free(struct cache *cache)
{
	cache_forget_subjects(cache);
	completions_free(cache->completions);
	failures_free(cache->failures);
	tally_free(cache->tally);
	free(cache->cells);
	memset(cache, 0, sizeof *cache);
}
