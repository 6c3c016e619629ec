/* SPDX-License-Identifier: BSD-2-Clause */
#include "resources/resource.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tables/rowtext.h"

bool resource_read(const struct resource *resource, const struct json *element,
		   const struct field_clock *clock, void *row)
{
	struct resource_row *head = row;

	memset(row, 0, resource->row_size);
	head->key = page_key(element, NULL);
	field_read_all(resource->fields, resource->field_count, element, clock, row);
	if (resource->finish && !resource->finish(row, element, clock))
		return false;
	return head->key != NULL;
}

static unsigned value_at(const void *row, size_t offset)
{
	return *(const unsigned *)(const void *)((const char *)row + offset);
}

bool resource_alarm_holds(const struct resource_alarm *alarm, const void *row)
{
	return alarm->holds ? alarm->holds(row) : value_at(row, alarm->offset) == alarm->bad;
}

bool resource_alarm_is_over(const struct resource_alarm *alarm, const void *row)
{
	return alarm->is_over ? alarm->is_over(row) : value_at(row, alarm->offset) == alarm->good;
}

const char *resource_make_key(const char *first, const char *second, char room[RESOURCE_KEY_SIZE])
{
	int length = snprintf(room, RESOURCE_KEY_SIZE, "%s%s%s", first,
			      first[0] && second[0] ? ":" : "", second);

	if (length >= RESOURCE_KEY_SIZE)
		room[utf8_cut(room, RESOURCE_KEY_SIZE - 4)] = '\0';
	return length > 0 ? room : NULL;
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

/* What TEXT does not have is not known. */
static void set_unknown(const struct resource *resource, void *row)
{
	memset(row, 0, resource->row_size);
	for (size_t i = 0; i < resource->column_count; i++) {
		const struct column *column = &resource->columns[i];
		void *member = (char *)row + column->offset;

		if (column->kind->member == COLUMN_OF_TEXT)
			*(const char **)member = "";
		else if (column->kind->member == COLUMN_OF_I32)
			*(int32_t *)member = -1;
		else if (column->words)
			*(unsigned *)member = 1;
	}
}

void resource_parse(const struct resource *resource, char *text, void *row)
{
	struct resource_row *head = row;
	const char *alarms;

	set_unknown(resource, row);
	head->key = strsep(&text, "\n");
	alarms = strsep(&text, "\n");
	if (alarms)
		head->alarms = (uint32_t)strtoul(alarms, NULL, 10);
	rowtext_read(resource->columns, resource->column_count, text, row);
}
