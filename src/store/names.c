/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/schema.h"

/* Places by hash: in a large site most names have a place of their own. */
#define HASH_ROOM 32768

/*
 * Ids are given out from 1, without large gaps; one that is beyond this was never ours. There is an
 * array by ids, so that a damaged one must not take all memory: this is 128 MiB.
 */
#define ID_MAX (INT64_C(1) << 24)

struct name {
	const char *text; /* behind the struct */
	int64_t id;
	bool used;
};

static int compare_names(const void *a, const void *b)
{
	const struct name *left = a, *right = b;

	return strcmp(left->text, right->text);
}

static void keep(struct names *names, int64_t id, const char *text)
{
	size_t size = strlen(text) + 1;
	struct name *name = mem_zalloc(1, sizeof *name + size), **found;

	name->text = memcpy(name + 1, text, size);
	name->id = id;
	if (id > names->last_id) {
		names->by_id = mem_resize(names->by_id, (size_t)id + 1, sizeof *names->by_id);
		memset(names->by_id + names->last_id + 1, 0,
		       (size_t)(id - names->last_id) * sizeof *names->by_id);
		names->last_id = id;
	}
	/* Should the file hold a name twice, either will do. */
	found = mem_checked(tsearch(name, &names->tree, compare_names));
	if (*found != name)
		free(name);
	names->by_id[id] = *found;
}

bool names_read(struct names *names, struct database *database, struct fault *fault)
{
	bool fine;

	names_free(names);
	while (database_next(database, ALL_NAMES, &fine, fault)) {
		int64_t id = database_number(database, ALL_NAMES, 0);

		if (id < 1 || id > ID_MAX)
			return database_refuse(database, ALL_NAMES, fault);
		keep(names, id, database_text(database, ALL_NAMES, 1));
	}
	return fine;
}

/*
 * The name TEXT, or NULL. A sweep asks a million times for the same few thousand names. Most are
 * found by their hash (FNV-1a), which is faster than the tree.
 */
static const struct name *find(struct names *names, const char *text)
{
	struct name key = {.text = text}, **place, **found;
	uint32_t hash = 2166136261;

	for (const char *at = text; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619;
	if (!names->by_hash)
		names->by_hash = mem_zalloc(HASH_ROOM, sizeof *names->by_hash);
	place = &names->by_hash[(hash ^ hash >> 16) % HASH_ROOM];
	if (*place && strcmp((*place)->text, text) == 0)
		return *place;
	found = tfind(&key, &names->tree, compare_names);
	if (found)
		*place = *found;
	return found ? *found : NULL;
}

bool names_intern(struct names *names, struct database *database, const char *text, int64_t *id,
		  struct fault *fault)
{
	const struct name *known = find(names, text);

	if (known) {
		*id = known->id;
		return true;
	}
	*id = names->last_id + 1;
	database_bind(database, ADD_NAME, 1, id);
	database_bind_text(database, ADD_NAME, 2, text);
	if (!database_write(database, ADD_NAME, NULL, fault))
		return false;
	keep(names, *id, text);
	return true;
}

bool names_has(const struct names *names, int64_t id)
{
	return id >= 1 && id <= names->last_id && names->by_id[id];
}

const char *names_text(const struct names *names, int64_t id)
{
	return names->by_id[id]->text;
}

void names_use(struct names *names, int64_t id)
{
	names->by_id[id]->used = true;
}

void names_unuse_all(struct names *names)
{
	for (int64_t id = 1; id <= names->last_id; id++)
		if (names->by_id[id])
			names->by_id[id]->used = false;
}

bool names_drop_unused(const struct names *names, struct database *database, uint64_t *dropped,
		       struct fault *fault)
{
	bool fine = true;

	for (int64_t id = 1; fine && id <= names->last_id; id++) {
		if (!names->by_id[id] || names->by_id[id]->used)
			continue;
		database_bind(database, DROP_NAME, 1, &id);
		fine = database_write(database, DROP_NAME, dropped, fault);
	}
	return fine;
}

void names_free(struct names *names)
{
	tdestroy(names->tree, free);
	free(names->by_id);
	free(names->by_hash);
	memset(names, 0, sizeof *names);
}
