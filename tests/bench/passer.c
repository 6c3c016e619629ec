/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * passer FILE: a child of snmpd's pass_persist, as an administrator would write it in C: the whole
 * table in memory, sorted, found by binary search. Peer of the agent in the benchmark.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"

#define LINE_SIZE 2048

/* Types of SMI in the words of pass_persist. */
static const struct {
	unsigned type;
	const char *word;
} words[] = {
    {2, "integer"}, {4, "string"},     {65, "counter"},
    {66, "gauge"},  {67, "timeticks"}, {70, "counter64"},
};

static const char *word_of(unsigned type)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].type == type)
			return words[i].word;
	cells_fail("no word for type %u", type);
}

/* The three lines of the answer. */
static void make_ready(struct cell *cell)
{
	char text[LINE_SIZE], *at = text;

	for (size_t i = 0; i < cell->length; i++)
		at += sprintf(at, ".%" PRIu32, cell->name[i]);
	at += sprintf(at, "\n%s\n", word_of(cell->type));
	if (cell->type == 4)
		at += sprintf(at, "%.*s\n", (int)cell->value_length, (const char *)cell->value);
	else
		at += sprintf(at, "%" PRId64 "\n", (int64_t)cell->number);
	cell->ready_length = (size_t)(at - text);
	cell->ready = cells_memory(cell->ready_length);
	memcpy(cell->ready, text, cell->ready_length);
}

static void answer(const struct cell *cell)
{
	if (cell)
		fwrite(cell->ready, 1, cell->ready_length, stdout);
	else
		fputs("NONE\n", stdout);
}

static void serve(const struct cells *cells)
{
	char line[LINE_SIZE], text[LINE_SIZE];
	uint32_t name[CELLS_NAME_MAX];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		size_t length;

		if (strcmp(line, "PING\n") == 0) {
			fputs("PONG\n", stdout);
		} else {
			if (fgets(text, sizeof(text), stdin) == NULL)
				return;
			length = cells_parse_name(text, name);
			if (strcmp(line, "get\n") == 0)
				answer(cells_find(cells, name, length));
			else
				answer(cells_next(cells, name, length, 1));
		}
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	struct cells cells;

	if (argc != 2)
		cells_fail("usage: passer FILE");
	cells = cells_load(argv[1]);
	for (size_t i = 0; i < cells.count; i++)
		make_ready(&cells.cells[i]);
	serve(&cells);
	return 0;
}
