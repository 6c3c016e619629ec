/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct snapshot *snapshot_new(const char *site)
{
	struct snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);
	struct index_draft draft = {.length = 0};

	snapshot->arena = arena_new(0);
	snapshot->site = arena_text(snapshot->arena, site);
	index_add_string(&draft, site);
	snapshot->head = arena_copy(snapshot->arena, draft.octets, draft.length);
	snapshot->head_length = draft.length;
	return snapshot;
}

/* Room for one more row of SIZE bytes. The array doubles, so that adding rows takes linear time. */
static void *append(struct snapshot_rows *rows, size_t size)
{
	if ((rows->count & (rows->count - 1)) == 0)
		rows->rows = mem_resize(rows->rows, rows->count ? rows->count * 2 : 1, size);
	return (char *)rows->rows + rows->count++ * size;
}

/* Replaces the texts of ROW, which belong to the caller, by copies. */
static void keep_texts(struct snapshot *snapshot, const struct table *table, char *row)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const struct column *column = &table->columns[i];
		const char **text = (const char **)(void *)(row + column->offset);

		if (column->kind == &column_SITE)
			*text = snapshot->site;
		else if (column->kind == &column_TEXT)
			*text = arena_text(snapshot->arena, *text);
	}
}

static void set_index(const struct snapshot *snapshot, void *row, const unsigned char *tail,
		      uint16_t length)
{
	*(struct index *)row = (struct index){snapshot->head, tail, snapshot->head_length, length};
}

/* Makes the index of ROW and keeps it in the arena. */
static void make_index(struct snapshot *snapshot, const struct table *table, void *row)
{
	struct index_draft draft = {.length = 0};

	snapshot->names_cut += table_add_keys(table, row, &draft);
	set_index(snapshot, row, arena_copy(snapshot->arena, draft.octets, draft.length),
		  draft.length);
}

void snapshot_add(struct snapshot *snapshot, enum table_id id, const void *row)
{
	const struct table *table = tables_all[id];
	void *copy = append(&snapshot->tables[id], table->row_size);

	memcpy(copy, row, table->row_size);
	keep_texts(snapshot, table, copy);
	make_index(snapshot, table, copy);
}

void snapshot_share(struct snapshot *snapshot, struct pool *pool)
{
	pool_release(snapshot->pool);
	snapshot->pool = pool_hold(pool);
}

/* The index of a row behind its site where that is one name of the pool as it stands; or NULL. */
static const unsigned char *pooled_index(const struct table *table, const char *row)
{
	const unsigned char *counted;

	if (table->key_count != 1 || table->keys[0].kind != TABLE_KEY_NAME)
		return NULL;
	counted = pool_counted(*(const char *const *)(const void *)(row + table->keys[0].offset));
	return counted && *counted <= INDEX_NAME_MAX ? counted : NULL;
}

void snapshot_add_pooled(struct snapshot *snapshot, enum table_id id, const void *row)
{
	const struct table *table = tables_all[id];
	char *copy = append(&snapshot->tables[id], table->row_size);
	const unsigned char *tail;

	_Static_assert(POOL_COUNTED_MAX == INDEX_OCTET_MAX, "both count in the same way");
	memcpy(copy, row, table->row_size);
	for (size_t i = 0; i < table->column_count; i++)
		if (table->columns[i].kind == &column_SITE)
			*(const char **)(void *)(copy + table->columns[i].offset) = snapshot->site;
	tail = pooled_index(table, copy);
	if (tail)
		set_index(snapshot, copy, tail, (uint16_t)(*tail + 1));
	else
		make_index(snapshot, table, copy);
}

static int compare_rows(const void *a, const void *b)
{
	return index_compare(a, b);
}

/* Whether the rows rise already. Mostly they do; a name that was cut may be out of order. */
static bool is_sorted(const char *rows, size_t count, size_t size)
{
	size_t i = 1;

	while (i < count && compare_rows(rows + (i - 1) * size, rows + i * size) < 0)
		i++;
	return i >= count;
}

static void sort(struct snapshot_rows *rows, size_t size)
{
	char *base = rows->rows;
	size_t kept = 0;

	if (is_sorted(base, rows->count, size))
		return;
	qsort(base, rows->count, size, compare_rows);
	for (size_t i = 1; i < rows->count; i++) {
		if (compare_rows(base + kept * size, base + i * size) == 0)
			continue;
		if (++kept != i)
			memcpy(base + kept * size, base + i * size, size);
	}
	rows->count = kept + 1;
}

/* Gives back the room behind the last row: up to half of the array. */
static void trim(struct snapshot_rows *rows, size_t size)
{
	if (rows->count > 0)
		rows->rows = mem_resize(rows->rows, rows->count, size);
}

void snapshot_seal(struct snapshot *snapshot)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		sort(&snapshot->tables[i], tables_all[i]->row_size);
		trim(&snapshot->tables[i], tables_all[i]->row_size);
	}
}

void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		free(snapshot->tables[i].rows);
	event_clear(&snapshot->events);
	arena_free(snapshot->arena);
	pool_release(snapshot->pool);
	free(snapshot);
}
