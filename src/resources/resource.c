/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resource.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tables/rowtext.h"

bool resource_read(const struct resource *resource, const struct json *element,
		   const struct field_clock *clock, void *row)
{
	struct resource_row *head = row;

	memset(row, 0, resource->row_size);
	head->key = page_key(element, resource->list.key);
	field_read_all(resource->fields, resource->field_count, element, clock, row);
	if (resource->finish && !resource->finish(row, element, clock))
		return false;
	return head->key != NULL;
}

/* The first two lines are the key and the alarms, which are not in columns. */
char *resource_write(const struct resource *resource, const void *row)
{
	const struct resource_row *head = row;
	char *columns = rowtext_write(resource->columns, resource->column_count, row);
	char *text = mem_printf("%s\n%" PRIu32 "\n%s", head->key, head->alarms, columns);

	free(columns);
	return text;
}

/* A text that the file does not have is empty. */
static void fill_texts(const struct resource *resource, char *row)
{
	for (size_t i = 0; i < resource->column_count; i++) {
		const char **text = (const char **)(void *)(row + resource->columns[i].offset);

		if (resource->columns[i].kind->member == COLUMN_OF_TEXT && !*text)
			*text = "";
	}
}

void resource_parse(const struct resource *resource, char *text, void *row)
{
	struct resource_row *head = row;
	const char *alarms;

	memset(row, 0, resource->row_size);
	head->key = strsep(&text, "\n");
	alarms = strsep(&text, "\n");
	if (alarms)
		head->alarms = (uint32_t)strtoul(alarms, NULL, 10);
	rowtext_read(resource->columns, resource->column_count, text, row);
	fill_texts(resource, row);
}
