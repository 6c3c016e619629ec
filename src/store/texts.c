/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/inside.h"
#include "store/schema.h"

static bool read_marks(struct database *database, const char *resource, struct texts_marks *marks,
		       struct fault *fault)
{
	bool fine;

	*marks = (struct texts_marks){0, 0};
	database_bind_text(database, GET_RESOURCE, 1, resource);
	while (database_next(database, GET_RESOURCE, &fine, fault)) {
		marks->data_at = database_number(database, GET_RESOURCE, 0);
		marks->vanished_at = database_number(database, GET_RESOURCE, 1);
	}
	return fine;
}

bool texts_read(struct store *store, const char *resource, struct texts_marks *marks,
		void (*visit)(const struct texts_row *row, void *arg), void *arg,
		struct fault *fault)
{
	struct database *database = store->database;
	bool fine;

	if (!read_marks(database, resource, marks, fault))
		return false;
	database_bind_text(database, LIST_TEXTS, 1, resource);
	while (database_next(database, LIST_TEXTS, &fine, fault)) {
		struct texts_row row = {database_text(database, LIST_TEXTS, 0),
					database_text(database, LIST_TEXTS, 1)};

		visit(&row, arg);
	}
	return fine;
}

/* The rows on disk that differ from those to be saved. */
struct difference {
	const struct texts_row *rows;
	size_t count;
	size_t at; /* the first of ROWS that has not been compared yet */
	bool *same;
	char **gone; /* keys */
	size_t gone_count, gone_room;
};

/* Both come in the order of their keys. */
static void compare(const struct texts_row *saved, void *arg)
{
	struct difference *difference = arg;
	int order = -1;

	while (difference->at < difference->count &&
	       (order = strcmp(difference->rows[difference->at].key, saved->key)) < 0)
		difference->at++;
	if (difference->at < difference->count && order == 0) {
		difference->same[difference->at] =
		    strcmp(difference->rows[difference->at].text, saved->text) == 0;
		return;
	}
	difference->gone = mem_grow(difference->gone, &difference->gone_room,
				    difference->gone_count, sizeof *difference->gone);
	difference->gone[difference->gone_count++] = mem_strdup(saved->key);
}

static bool write(struct database *database, const char *resource, enum schema_statement statement,
		  const struct texts_row *row, struct fault *fault)
{
	database_bind_text(database, statement, 1, resource);
	database_bind_text(database, statement, 2, row->key);
	if (row->text)
		database_bind_text(database, statement, 3, row->text);
	return database_write(database, statement, NULL, fault);
}

static bool write_difference(struct database *database, const char *resource,
			     const struct difference *difference, struct fault *fault)
{
	bool fine = true;

	for (size_t i = 0; fine && i < difference->gone_count; i++)
		fine = write(database, resource, DROP_TEXT,
			     &(struct texts_row){difference->gone[i], NULL}, fault);
	for (size_t i = 0; fine && i < difference->count; i++)
		if (!difference->same[i])
			fine = write(database, resource, PUT_TEXT, &difference->rows[i], fault);
	return fine;
}

static bool write_marks(struct database *database, const char *resource,
			const struct texts_marks *marks, struct fault *fault)
{
	database_bind_text(database, PUT_RESOURCE, 1, resource);
	database_bind_number(database, PUT_RESOURCE, 2, marks->data_at);
	database_bind_number(database, PUT_RESOURCE, 3, marks->vanished_at);
	return database_write(database, PUT_RESOURCE, NULL, fault);
}

/* FINE: all went well so far. Whether the transaction is committed now; else it is rolled back. */
static bool end(struct store *store, bool fine, struct fault *fault)
{
	if (fine && database_commit(store->database, fault))
		return true;
	store_rollback(store);
	return false;
}

bool texts_save(struct store *store, const char *resource, const struct texts_marks *marks,
		const struct texts_row *rows, size_t count, struct fault *fault)
{
	struct difference difference = {.rows = rows, .count = count};
	struct texts_marks ignored;
	bool fine;

	if (!store_begin(store, fault))
		return false;
	difference.same = mem_zalloc(count + 1, sizeof *difference.same);
	fine = texts_read(store, resource, &ignored, compare, &difference, fault) &&
	       write_difference(store->database, resource, &difference, fault) &&
	       write_marks(store->database, resource, marks, fault);
	for (size_t i = 0; i < difference.gone_count; i++)
		free(difference.gone[i]);
	free(difference.gone);
	free(difference.same);
	return end(store, fine, fault);
}

bool texts_save_marks(struct store *store, const char *resource, const struct texts_marks *marks,
		      struct fault *fault)
{
	return store_begin(store, fault) &&
	       end(store, write_marks(store->database, resource, marks, fault), fault);
}
