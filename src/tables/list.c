/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/list.h"

#include <string.h>

#define ENTRY(id, name) [TABLE_##id] = &name,
const struct table *const list_tables[TABLE_COUNT] = {LIST_OF_TABLES(ENTRY)};

enum table_id list_find(const char *name)
{
	enum table_id i = 0;

	while (i < TABLE_COUNT && strcmp(list_tables[i]->name, name) != 0)
		i++;
	return i;
}
