/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/humane.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Three digits, one decimal point, a unit: what rounds to 1000 has four digits before 1024. */
void humane_bytes(uint64_t bytes, char room[COLUMN_ROOM])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	double amount = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(room, COLUMN_ROOM, "%" PRIu64 " B", bytes);
		return;
	}
	while (amount >= 1023.5 && unit + 1 < sizeof units / sizeof units[0]) {
		amount /= 1024;
		unit++;
	}
	snprintf(room, COLUMN_ROOM, "%.*f %s",
		 amount < 9.995	  ? 2
		 : amount < 99.95 ? 1
				  : 0,
		 amount, units[unit]);
}

void humane_duration(uint64_t seconds, char room[COLUMN_ROOM])
{
	static const struct {
		uint64_t seconds;
		char name;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	enum { LAST = sizeof units / sizeof units[0] - 1 };
	size_t unit = 0;

	while (unit < LAST && seconds < units[unit].seconds)
		unit++;
	if (unit == LAST)
		snprintf(room, COLUMN_ROOM, "%" PRIu64 "s", seconds);
	else
		snprintf(room, COLUMN_ROOM, "%" PRIu64 "%c %" PRIu64 "%c",
			 seconds / units[unit].seconds, units[unit].name,
			 seconds % units[unit].seconds / units[unit + 1].seconds,
			 units[unit + 1].name);
}

static void write_plain(uint64_t number, char room[COLUMN_ROOM])
{
	snprintf(room, COLUMN_ROOM, "%" PRIu64, number);
}

void humane_number(uint64_t number, enum column_unit unit, char room[COLUMN_ROOM])
{
	static void (*const write[])(uint64_t number, char room[COLUMN_ROOM]) = {
	    [COLUMN_PLAIN] = write_plain,
	    [COLUMN_IN_BYTES] = humane_bytes,
	    [COLUMN_IN_SECONDS] = humane_duration};

	write[unit](number, room);
}

bool humane_count(const struct column *column, const void *row, int64_t now, uint64_t *number)
{
	uint64_t whole = 1;

	if (column->whole)
		whole = *(const uint64_t *)(const void *)((const char *)row + column->whole);
	return column_number(column, row, now, number) && (*number > 0 || whole > 0);
}

const char *humane_print(const struct column *column, const void *row, int64_t now,
			 char room[COLUMN_ROOM])
{
	const char *text = column_print(column, row, now, room);
	uint64_t number;

	if (!text || !*text)
		return column->kind->none ? column->kind->none : "-";
	if (column->kind->unit == COLUMN_PLAIN || !column_number(column, row, now, &number))
		return text;
	if (!humane_count(column, row, now, &number))
		return "-";
	humane_number(number, column->kind->unit, room);
	return room;
}

/* The first rule whose text is that of the value decides; NULL is any text. */
#define RULES_MAX 6
static const struct rule {
	const char *text;
	enum humane_tone tone;
} rules[COLUMN_TONES][RULES_MAX] = {
    [COLUMN_NO_TONES] = {{NULL, HUMANE_CALM}},
    [COLUMN_STATUS] = {{"0", HUMANE_CALM}, {"1", HUMANE_ODD}, {NULL, HUMANE_BAD}},
    [COLUMN_BAD] = {{"0", HUMANE_CALM}, {NULL, HUMANE_BAD}},
    [COLUMN_ODD] = {{"0", HUMANE_CALM}, {NULL, HUMANE_ODD}},
    [COLUMN_ALARM] = {{"true", HUMANE_BAD}, {NULL, HUMANE_CALM}},
    [COLUMN_STATE] = {{"up", HUMANE_GOOD}, {"down", HUMANE_BAD}, {NULL, HUMANE_ODD}},
    [COLUMN_ERROR] = {{"none", HUMANE_CALM}, {NULL, HUMANE_BAD}},
};

enum humane_tone humane_tone(enum column_tones tones, const char *text)
{
	const struct rule *rule = rules[tones];

	if (!text)
		return HUMANE_CALM;
	while (rule->text && strcmp(rule->text, text) != 0)
		rule++;
	return rule->tone;
}

void humane_put(FILE *out, bool colour, enum humane_tone tone, const char *text)
{
	static const char *const begins[] = {
	    [HUMANE_GOOD] = "\033[32m", [HUMANE_ODD] = "\033[33m", [HUMANE_BAD] = "\033[31m"};

	if (colour && tone != HUMANE_CALM)
		fprintf(out, "%s%s\033[0m", begins[tone], text);
	else
		fputs(text, out);
}
