/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/table.h"

#include <stdio.h>
#include <string.h>

static const unsigned char scalar_instance[] = {0};
const struct index table_scalar_index = {.head = scalar_instance, .head_length = 1};

static uint32_t add_name(struct index_draft *draft, const char *name, size_t max)
{
	char text[INDEX_NAME_MAX + 1];
	uint32_t cut = (uint32_t)index_name(name, max, text);

	index_add_string(draft, text);
	return cut;
}

uint32_t table_index(const struct table *table, const char *site, const void *row,
		     struct index_draft *draft)
{
	draft->length = 0;
	index_add_string(draft, site);
	return table_add_keys(table, row, draft);
}

uint32_t table_add_keys(const struct table *table, const void *row, struct index_draft *draft)
{
	uint32_t cut = 0;

	for (size_t i = 0; i < table->key_count; i++) {
		const void *at = (const char *)row + table->keys[i].offset;

		switch (table->keys[i].kind) {
		case TABLE_KEY_TYPE:
			cut += add_name(draft, *(const char *const *)at, INDEX_TYPE_MAX);
			break;
		case TABLE_KEY_NAME:
			cut += add_name(draft, *(const char *const *)at, INDEX_NAME_MAX);
			break;
		case TABLE_KEY_NUMBER:
			index_add_number(draft, *(const uint32_t *)at);
			break;
		}
	}
	return cut;
}

const struct column *table_column_from(const struct table *table, uint32_t number)
{
	size_t low = 0;
	size_t high = table->column_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->columns[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return table->columns + low;
}

const struct column *table_column(const struct table *table, uint32_t number)
{
	const struct column *column = table_column_from(table, number);
	const struct column *end = table->columns + table->column_count;

	return column != end && column->number == number ? column : NULL;
}

const struct column *table_column_named(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

void table_prefix(const struct table *table, char prefix[TABLE_PREFIX_SIZE])
{
	static const char end[] = "Table";
	size_t length = strlen(table->object);

	if (length >= sizeof end && strcmp(table->object + length - (sizeof end - 1), end) == 0)
		length -= sizeof end - 1;
	snprintf(prefix, TABLE_PREFIX_SIZE, "%.*s", (int)length, table->object);
}
