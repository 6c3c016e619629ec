/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/rowtext.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Whether a column before COLUMNS[I] shows the same member. */
static bool is_repeated(const struct column *columns, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (columns[j].offset == columns[i].offset)
			return true;
	return false;
}

static void write_member(FILE *out, enum column_member type, const void *member)
{
	switch (type) {
	case COLUMN_OF_TEXT:
		fputs(*(const char *const *)member, out);
		break;
	case COLUMN_OF_U32:
		fprintf(out, "%" PRIu32, *(const uint32_t *)member);
		break;
	case COLUMN_OF_I32:
		fprintf(out, "%" PRId32, *(const int32_t *)member);
		break;
	case COLUMN_OF_U64:
		fprintf(out, "%" PRIu64, *(const uint64_t *)member);
		break;
	case COLUMN_OF_I64:
		fprintf(out, "%" PRId64, *(const int64_t *)member);
		break;
	case COLUMN_OF_BOOL:
		fputc(*(const bool *)member ? '1' : '0', out);
		break;
	case COLUMN_OF_OTHER:
		break;
	}
}

char *rowtext_write(const struct column *columns, size_t count, const void *row)
{
	char *text = NULL;
	size_t size;
	FILE *out = mem_checked(open_memstream(&text, &size));

	for (size_t i = 0; i < count; i++) {
		enum column_member type = columns[i].kind->member;

		if (type == COLUMN_OF_OTHER || is_repeated(columns, i))
			continue;
		fprintf(out, "%" PRIu32 "=", columns[i].number);
		write_member(out, type, (const char *)row + columns[i].offset);
		fputc('\n', out);
	}
	mem_close(out);
	return text;
}

static void read_member(const char *value, enum column_member type, void *member)
{
	switch (type) {
	case COLUMN_OF_TEXT:
		*(const char **)member = value;
		break;
	case COLUMN_OF_U32:
		*(uint32_t *)member = (uint32_t)strtoul(value, NULL, 10);
		break;
	case COLUMN_OF_I32:
		*(int32_t *)member = (int32_t)strtol(value, NULL, 10);
		break;
	case COLUMN_OF_U64:
		*(uint64_t *)member = strtoull(value, NULL, 10);
		break;
	case COLUMN_OF_I64:
		*(int64_t *)member = strtoll(value, NULL, 10);
		break;
	case COLUMN_OF_BOOL:
		*(bool *)member = value[0] == '1';
		break;
	case COLUMN_OF_OTHER:
		break;
	}
}

/* Whether VALUE is one of the words of COLUMN, which begin at 1. */
static bool has_word(const struct column *column, const char *value)
{
	unsigned long wanted = strtoul(value, NULL, 10), last = 0;

	if (!column->words)
		return true;
	while (column->words[last + 1])
		last++;
	return wanted >= 1 && wanted <= last;
}

static void read_line(const struct column *columns, size_t count, const char *line, void *row)
{
	char *value;
	unsigned long number = strtoul(line, &value, 10);

	for (size_t i = 0; *value == '=' && i < count; i++)
		if (columns[i].number == number && has_word(&columns[i], value + 1))
			read_member(value + 1, columns[i].kind->member,
				    (char *)row + columns[i].offset);
}

void rowtext_read(const struct column *columns, size_t count, char *text, void *row)
{
	char *line;

	while ((line = strsep(&text, "\n")) != NULL)
		read_line(columns, count, line, row);
}
