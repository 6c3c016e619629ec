/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HUMANE_H
#define HUMANE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tables/column.h"

/* Values as people read them at a terminal. */

/* Writes BYTES with three significant digits and a binary unit, such as "5.00 TiB". */
void humane_bytes(uint64_t bytes, char room[COLUMN_ROOM]);

/* Writes SECONDS in the two largest units that fit, such as "2d 4h", "3h 12m", "45s". */
void humane_duration(uint64_t seconds, char room[COLUMN_ROOM]);

/* Writes NUMBER in UNIT. */
void humane_number(uint64_t number, enum column_unit unit, char room[COLUMN_ROOM]);

/*
 * The number in a cell, see column_number. False also for a size that the server does not tell.
 */
bool humane_count(const struct column *column, const void *row, int64_t now, uint64_t *number);

/*
 * The text of a cell, see column_print. Where there is no value it is a dash or a word. It lies in
 * ROOM or lives as long as the row.
 */
const char *humane_print(const struct column *column, const void *row, int64_t now,
			 char room[COLUMN_ROOM]);

/* What a value is for people. */
enum humane_tone { HUMANE_CALM, HUMANE_GOOD, HUMANE_ODD, HUMANE_BAD };

/* The tone of a cell with the text of column_print TEXT; NULL = it has no value. */
enum humane_tone humane_tone(enum column_tones tones, const char *text);

/* Prints TEXT, in the colour of TONE if COLOUR. */
void humane_put(FILE *out, bool colour, enum humane_tone tone, const char *text);

#endif
