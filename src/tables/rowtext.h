/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ROWTEXT_H
#define ROWTEXT_H

#include <stddef.h>

#include "tables/column.h"

/*
 * A row as text, to be kept on disk or sent along: a line "NUMBER=VALUE" for each column. So a row
 * can be read by a version that has more or fewer columns. Columns are described as in column.h;
 * those of the kinds SITE, CHARS and COME are left out.
 */

/* The text of ROW, to be freed. Its own texts must be of one line each (utf8_clean). */
char *rowtext_write(const struct column *columns, size_t count, const void *row);

/*
 * Sets the members of ROW that TEXT has. The others stay, and lines that name no column are passed
 * over. TEXT is changed; the texts of ROW live in it.
 */
void rowtext_read(const struct column *columns, size_t count, char *text, void *row);

#endif
