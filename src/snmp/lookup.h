/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/table.h"

/*
 * The cells of a table by their names in SNMP (OIDs). It knows nothing of the SNMP library. Rows
 * come in blocks, one for each site: arrays of structs that begin with a struct index and rise by
 * it.
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
 * TABLE, which must outlive it, below the OID BASE, without rows until lookup_set. NULL, with a log
 * line, where BASE is so long that the longest row would have no name.
 */
struct lookup *lookup_new(const struct table *table, const uint32_t *base, size_t base_length);

/* What is looked up. */
const struct table *lookup_table(const struct lookup *lookup);

/* The OID of the columns' parent; returns its length. */
size_t lookup_entry(const struct lookup *lookup, const uint32_t **entry);

/*
 * From now on the rows are those of BLOCKS, which are in rising order and do not overlap. The array
 * is copied, the rows are not: they must stay until the next lookup_set.
 */
void lookup_set(struct lookup *lookup, const struct lookup_block *blocks, size_t count);

struct lookup_cell {
	const struct column *column;
	const void *row;
};

enum lookup_result { LOOKUP_FOUND, LOOKUP_NO_INSTANCE, LOOKUP_NO_OBJECT };

/* Finds the cell called NAME, or says what is missing: the row or the column. */
enum lookup_result lookup_find(const struct lookup *lookup, const uint32_t *name, size_t length,
			       struct lookup_cell *cell);

/* Finds the first cell whose name comes after NAME, which may lie anywhere; false = none. */
bool lookup_next(const struct lookup *lookup, const uint32_t *name, size_t length,
		 struct lookup_cell *cell);

/* Writes the name of CELL and returns its length. The row need not be one that was set. */
size_t lookup_cell_name(const struct lookup *lookup, const struct lookup_cell *cell,
			uint32_t name[LOOKUP_NAME_MAX]);

/* NULL is fine. */
void lookup_free(struct lookup *lookup);

#endif
