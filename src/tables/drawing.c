/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/drawing.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tables/tables.h"

static void draw_tables(struct drawing *drawing, bool without_jobs)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (tables_all[i]->draw && tables_all[i]->without_jobs == without_jobs)
			tables_all[i]->draw(drawing);
}

/* Those about the others come last: some of their numbers are known only then. */
void drawing_run(struct drawing *drawing)
{
	if (drawing->tally) {
		snapshot_share(drawing->snapshot, tally_pool(drawing->tally));
		draw_tables(drawing, false);
	}
	draw_tables(drawing, true);
	snapshot_seal(drawing->snapshot);
}

void drawing_note_overdue(struct drawing *drawing, enum tally_kind kind, int64_t instant)
{
	struct drawing_overdue *overdue = &drawing->overdue[kind];

	if (instant == INT64_MAX)
		return;
	overdue->instants =
	    mem_grow(overdue->instants, &overdue->room, overdue->count, sizeof *overdue->instants);
	overdue->instants[overdue->count++] = instant;
}

struct column_instants drawing_take_overdue(struct drawing *drawing, enum tally_kind kind)
{
	struct drawing_overdue *overdue = &drawing->overdue[kind];
	struct column_instants taken = {NULL, overdue->count};

	if (overdue->count > 0)
		taken.at = arena_copy(drawing->snapshot->arena, overdue->instants,
				      overdue->count * sizeof *overdue->instants);
	free(overdue->instants);
	*overdue = (struct drawing_overdue){NULL, 0, 0};
	return taken;
}

int64_t drawing_local(const struct drawing *drawing, int64_t instant)
{
	return instant ? instant - drawing->skew : 0;
}

bool drawing_retains(const struct drawing *drawing, int64_t since)
{
	return drawing->now - since < drawing->site->row_retention * INT64_C(1000);
}

uint32_t drawing_gauge(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

int32_t drawing_integer(uint64_t value)
{
	return value < INT32_MAX ? (int32_t)value : INT32_MAX;
}
