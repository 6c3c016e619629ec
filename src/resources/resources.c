/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resources.h"

#include "resources/held.h"
#include "tables/drawing.h"

#define ENTRY(id, name) [RESOURCE_##id] = &(name),
const struct resource *const resources_all[RESOURCE_COUNT] = {RESOURCES_LIST(ENTRY)};

const struct held *resources_held(const struct drawing *drawing, enum resource_id id)
{
	return drawing->resources ? drawing->resources->of[id].held : NULL;
}

bool resources_known(const struct drawing *drawing, enum resource_id id)
{
	return drawing->resources && drawing->resources->of[id].known;
}

struct draft {
	struct snapshot *snapshot;
	enum table_id table;
};

static void add_row(const void *row, void *arg)
{
	const struct draft *draft = arg;

	snapshot_add(draft->snapshot, draft->table, row);
}

void resources_draw(const struct drawing *drawing, enum resource_id id, unsigned table)
{
	const struct held *held = resources_held(drawing, id);

	if (held)
		held_each(held, add_row, &(struct draft){drawing->snapshot, (enum table_id)table});
}
