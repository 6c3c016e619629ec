/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/table.h"

/*
 * Finds the cells of a table by their names in SNMP (OIDs). It does not use the SNMP library. Rows
 * come in blocks, one for each site. A block is an array of structs that begin with a struct index,
 * sorted by it.
 */
struct lookup;

/* The longest name that SNMP knows, in sub-identifiers (RFC 2578, 3.5). */
#define LOOKUP_NAME_MAX 128

/* Consecutive rows in memory. */
struct lookup_block {
	const void *rows;
	size_t count;
};

/*
 * A lookup for TABLE below the OID BASE. It has no rows before lookup_set. TABLE must outlive it.
 * NULL, with a log line, when BASE is so long that the longest name would not be an OID any more.
 */
struct lookup *lookup_new(const struct table *table, const uint32_t *base, size_t base_length);

/* The table of lookup_new. */
const struct table *lookup_table(const struct lookup *lookup);

/* The OID of the columns' parent; returns its length. */
size_t lookup_entry(const struct lookup *lookup, const uint32_t **entry);

/*
 * Replaces the rows by those of BLOCKS, which are in rising order and do not overlap. The array is
 * copied. The rows are not copied: they must live until the next lookup_set.
 */
void lookup_set(struct lookup *lookup, const struct lookup_block *blocks, size_t count);

struct lookup_cell {
	const struct column *column;
	const void *row;
};

enum lookup_result { LOOKUP_FOUND, LOOKUP_NO_INSTANCE, LOOKUP_NO_OBJECT };

/* Finds the cell called NAME. Otherwise tells what is missing, the row or the column. */
enum lookup_result lookup_find(const struct lookup *lookup, const uint32_t *name, size_t length,
			       struct lookup_cell *cell);

/* Finds the first cell behind NAME, which may be any OID. False = there is none. */
bool lookup_next(const struct lookup *lookup, const uint32_t *name, size_t length,
		 struct lookup_cell *cell);

/* Writes the name of CELL and returns its length. The row may also be another than those set. */
size_t lookup_cell_name(const struct lookup *lookup, const struct lookup_cell *cell,
			uint32_t name[LOOKUP_NAME_MAX]);

/* NULL is fine. */
void lookup_free(struct lookup *lookup);

#endif
