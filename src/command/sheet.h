/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHEET_H
#define SHEET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "command/terminal.h"
#include "tables/table.h"

/*
 * A table on paper. At a terminal no line is longer than the terminal is wide: long texts are
 * shortened, then the least important columns are left out. Numbers have units there, and below
 * several rows are their sums.
 */
struct sheet;

/*
 * An empty one. NOW is an instant of the local clock; ages are at this time. If all rows are of
 * ONE_SITE, its name may be left out. TABLE and TERMINAL must outlive it.
 */
struct sheet *sheet_new(const struct table *table, const struct terminal *terminal, int64_t now,
			bool one_site);

/* Adds ROW, which must outlive it. */
void sheet_add(struct sheet *sheet, const void *row);

/* Prints SHEET under a line of headings. */
void sheet_print(struct sheet *sheet, FILE *out);

void sheet_free(struct sheet *sheet);

#endif
