/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/schema.h"

/*
 * Ids are given out from 1, without large gaps; one that is beyond this was never ours. There is an
 * array by ids, so that a damaged one must not take all memory: this is 256 MiB.
 */
#define ID_MAX (INT64_C(1) << 24)

#define FIRST_ROOM 64

struct name {
	const char *text; /* in the pool; NULL = there is none of that id */
	bool used;
};

/* Room for LAST. It grows by an eighth, for most of it is there when the names have been read. */
static void reserve(struct names *names, int64_t last)
{
	size_t wanted = (size_t)last + (size_t)last / 8 + FIRST_ROOM;

	if (names->room > (size_t)last)
		return;
	names->by_id = mem_resize(names->by_id, wanted, sizeof *names->by_id);
	memset(names->by_id + names->room, 0, (wanted - names->room) * sizeof *names->by_id);
	names->room = wanted;
}

static void keep(struct names *names, int64_t id, const char *text)
{
	const char *pooled = pool_text(names->pool, text);

	reserve(names, id);
	if (id > names->last_id)
		names->last_id = id;
	/* Should the file hold a name twice, either will do. */
	if (pool_number(pooled) == 0)
		pool_set_number(pooled, (uint32_t)id);
	names->by_id[id].text = pooled;
}

bool names_read(struct names *names, struct database *database, struct fault *fault)
{
	bool fine;

	names_free(names);
	names->pool = pool_new();
	while (database_next(database, ALL_NAMES, &fine, fault)) {
		int64_t id = database_number(database, ALL_NAMES, 0);

		if (id < 1 || id > ID_MAX)
			return database_refuse(database, ALL_NAMES, fault);
		keep(names, id, database_text(database, ALL_NAMES, 1));
	}
	return fine;
}

bool names_intern(struct names *names, struct database *database, const char *text, int64_t *id,
		  struct fault *fault)
{
	const char *known = pool_find(names->pool, text);

	*id = known ? pool_number(known) : 0;
	if (*id)
		return true;
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
	return id >= 1 && id <= names->last_id && names->by_id[id].text;
}

const char *names_text(const struct names *names, int64_t id)
{
	return names->by_id[id].text;
}

void names_use(struct names *names, int64_t id)
{
	names->by_id[id].used = true;
}

void names_unuse_all(struct names *names)
{
	for (int64_t id = 1; id <= names->last_id; id++)
		names->by_id[id].used = false;
}

bool names_drop_unused(const struct names *names, struct database *database, uint64_t *dropped,
		       struct fault *fault)
{
	bool fine = true;

	for (int64_t id = 1; fine && id <= names->last_id; id++) {
		if (!names->by_id[id].text || names->by_id[id].used)
			continue;
		database_bind(database, DROP_NAME, 1, &id);
		fine = database_write(database, DROP_NAME, dropped, fault);
	}
	return fine;
}

void names_forget_unused(struct names *names)
{
	int64_t last = names->last_id;

	names->last_id = 0;
	for (int64_t id = 1; id <= last; id++) {
		struct name *name = &names->by_id[id];

		if (name->text && name->used) {
			names->last_id = id;
		} else if (name->text) {
			pool_set_number(name->text, 0);
			names->forgotten++;
			name->text = NULL;
		}
	}
}

void names_free(struct names *names)
{
	free(names->by_id);
	pool_release(names->pool);
	memset(names, 0, sizeof *names);
}
