/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/tables.h"

#include <string.h>

#define ENTRY(id, name) [TABLE_##id] = &(name),
const struct table *const tables_all[TABLE_COUNT] = {TABLES_LIST(ENTRY)};

enum table_id tables_find(const char *name)
{
	enum table_id i = 0;

	while (i < TABLE_COUNT && strcmp(tables_all[i]->name, name) != 0)
		i++;
	return i;
}
