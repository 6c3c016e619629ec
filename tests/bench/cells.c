/* SPDX-License-Identifier: BSD-2-Clause */
#include "cells.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASN_OCTET_STR 4

/* name, type and value, where a string is in hexadecimal digits */
#define LINE_MAX_SIZE (CELLS_NAME_MAX * 11 + CELLS_VALUE_MAX * 2 + 20)

void cells_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

/* From blocks that are never given back: cells that are next to each other stay so in memory. */
void *cells_memory(size_t size)
{
	static char *block;
	static size_t left;
	void *result;

	size = (size + 7) & ~(size_t)7;
	if (size > left) {
		left = size > 1u << 20 ? size : 1u << 20;
		block = malloc(left);
		if (block == NULL)
			cells_fail("out of memory");
	}
	result = block;
	block += size;
	left -= size;
	return result;
}

size_t cells_parse_name(const char *text, uint32_t name[CELLS_NAME_MAX])
{
	size_t length = 0;
	char *end;

	if (*text == '.')
		text++;
	while (*text >= '0' && *text <= '9' && length < CELLS_NAME_MAX) {
		name[length++] = (uint32_t)strtoul(text, &end, 10);
		text = *end == '.' ? end + 1 : end;
	}
	return length;
}

int cells_compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length)
{
	size_t common = a_length < b_length ? a_length : b_length;

	for (size_t i = 0; i < common; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return (a_length > b_length) - (a_length < b_length);
}

static void parse_string(struct cell *cell, const char *digits)
{
	unsigned char *value = cells_memory(CELLS_VALUE_MAX);
	size_t length = 0;
	unsigned byte;

	while (length < CELLS_VALUE_MAX && sscanf(digits + 2 * length, "%2x", &byte) == 1)
		value[length++] = (unsigned char)byte;
	cell->value = value;
	cell->value_length = length;
}

static void parse_line(struct cell *cell, const char *line)
{
	uint32_t name[CELLS_NAME_MAX], *copy;
	const char *type = strchr(line, ' '), *value = type ? strchr(type + 1, ' ') : NULL;

	memset(cell, 0, sizeof(*cell));
	cell->length = cells_parse_name(line, name);
	if (cell->length == 0 || value == NULL)
		cells_fail("not a cell: %s", line);
	copy = cells_memory(cell->length * sizeof(*copy));
	memcpy(copy, name, cell->length * sizeof(*copy));
	cell->name = copy;
	cell->type = (unsigned)strtoul(type, NULL, 10);
	if (cell->type == ASN_OCTET_STR)
		parse_string(cell, value + 1);
	else
		cell->number = strtoull(value, NULL, 10);
}

static int by_name(const void *a, const void *b)
{
	const struct cell *first = a, *second = b;

	return cells_compare(first->name, first->length, second->name, second->length);
}

/* A line that holds less than the whole of a cell would be one of another program. */
struct cells cells_load(const char *file)
{
	struct cells cells = {NULL, 0};
	size_t capacity = 0;
	char line[LINE_MAX_SIZE];
	FILE *stream = fopen(file, "re");

	if (stream == NULL)
		cells_fail("%s: %s", file, strerror(errno));
	while (fgets(line, sizeof(line), stream) != NULL) {
		if (cells.count == capacity) {
			capacity = capacity ? capacity * 2 : 1024;
			cells.cells = realloc(cells.cells, capacity * sizeof(*cells.cells));
			if (cells.cells == NULL)
				cells_fail("out of memory");
		}
		parse_line(&cells.cells[cells.count++], line);
	}
	fclose(stream);
	if (cells.count == 0)
		cells_fail("%s: there is nothing in it", file);
	qsort(cells.cells, cells.count, sizeof(*cells.cells), by_name);
	return cells;
}

struct cell *cells_next(const struct cells *cells, const uint32_t *name, size_t length, int least)
{
	size_t low = 0, high = cells->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct cell *cell = &cells->cells[middle];

		if (cells_compare(cell->name, cell->length, name, length) < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low < cells->count ? &cells->cells[low] : NULL;
}

struct cell *cells_find(const struct cells *cells, const uint32_t *name, size_t length)
{
	struct cell *cell = cells_next(cells, name, length, 0);

	return cell && cells_compare(cell->name, cell->length, name, length) == 0 ? cell : NULL;
}
