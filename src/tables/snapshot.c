/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct snapshot *snapshot_new(const char *site)
{
	struct snapshot *snapshot = mem_zalloc(1, sizeof *snapshot);

	snapshot->arena = arena_new(0);
	snapshot->site = arena_text(snapshot->arena, site);
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

void snapshot_add(struct snapshot *snapshot, enum table_id id, const void *row)
{
	const struct table *table = tables_all[id];
	struct index_draft draft;
	void *copy = append(&snapshot->tables[id], table->row_size);

	memcpy(copy, row, table->row_size);
	keep_texts(snapshot, table, copy);
	snapshot->names_cut += table_index(table, snapshot->site, copy, &draft);
	*(struct index *)copy = (struct index){
	    draft.length, arena_copy(snapshot->arena, draft.ids, draft.length * sizeof *draft.ids)};
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
	free(snapshot);
}
