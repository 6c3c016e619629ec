/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/drawing.h"

#include "tables/tables.h"

/* Summaries come last: some of their numbers are known only when the others have been drawn. */
void drawing_run(struct drawing *drawing)
{
	for (int summaries = 0; summaries <= 1; summaries++) {
		for (size_t i = 0; i < TABLE_COUNT; i++) {
			const struct table *table = tables_all[i];

			if (table->draw && table->is_summary == (summaries == 1) &&
			    (drawing->tally || table->is_summary))
				table->draw(drawing);
		}
	}
	snapshot_seal(drawing->snapshot);
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
