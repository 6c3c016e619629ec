/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/index.h"

/*
 * A generic read-only SNMP table. Its columns are described as data; its rows are blocks of
 * structs that begin with a struct index and rise by it. A group of scalars is a table of one row
 * whose index is the single sub-identifier 0.
 */

/* SMIv2 types that a column can have; table.c maps them to those of the wire. */
enum table_type {
	TABLE_INTEGER,	 /* int64_t value in the range of Integer32; also enumerations */
	TABLE_GAUGE,	 /* uint64_t, latched at 4294967295 */
	TABLE_COUNTER32, /* uint64_t, wraps */
	TABLE_COUNTER64,
	TABLE_TICKS, /* TimeTicks and TimeStamp */
	TABLE_STRING /* up to TABLE_STRING_MAX octets, cut there */
};

#define TABLE_STRING_MAX 255

/* The longest name that SNMP knows. */
#define TABLE_NAME_MAX 128

/* The value of one cell; the member that counts is the one of the column's type. */
struct table_value {
	int64_t integer;
	uint64_t number;
	const void *string; /* must stay valid until the request is answered */
	size_t length;
	unsigned char scratch[16]; /* room for a short string that is made on the fly */
};

struct table_column {
	unsigned number;  /* the column's sub-identifier */
	const char *name; /* as in the MIB */
	enum table_type type;
	/* Fills VALUE from ROW. Must not block, lock or allocate. */
	void (*get)(const struct table_column *column, const void *row, struct table_value *value);
	size_t offset; /* for get: the member of the row that it is about */
};

/* Consecutive rows in memory. */
struct table_block {
	const void *rows;
	size_t count;
};

struct table_description {
	const char *name;     /* as in the MIB, for log lines */
	const uint32_t *path; /* sub-identifiers below the base OID, down to the entry */
	size_t path_length;
	const struct table_column *columns; /* rising by number */
	size_t column_count;
	size_t row_size;
};

struct table;

/*
 * A table as DESCRIPTION (which must outlive it) says, below BASE, without rows until table_set.
 * NULL, with a log line, where BASE is so long that the longest row would have no name.
 */
struct table *table_new(const struct table_description *description, const uint32_t *base,
			size_t base_length);

/* Offers TABLE to SNMP. A refusal by the library is logged; false then. */
bool table_register(struct table *table);

/*
 * Makes the rows of BLOCKS, which are in rising order and do not overlap, the rows of TABLE. The
 * array is copied, the rows are not: they must stay until the next table_set.
 */
void table_set(struct table *table, const struct table_block *blocks, size_t count);

/* Withdraws TABLE from SNMP and frees it; NULL is fine. */
void table_free(struct table *table);

/* What follows is the lookup behind it, which knows nothing of the library. */
struct table_cell {
	const struct table_column *column;
	const void *row;
};

enum table_result { TABLE_FOUND, TABLE_NO_INSTANCE, TABLE_NO_OBJECT };

/* The column NUMBER, or NULL. */
const struct table_column *table_column(const struct table_description *description,
					uint32_t number);

/* Finds the cell that is called NAME, or says what is missing: the row or the column. */
enum table_result table_find(const struct table *table, const uint32_t *name, size_t length,
			     struct table_cell *cell);

/* Finds the first cell whose name comes after NAME, which may lie anywhere; false = none. */
bool table_next(const struct table *table, const uint32_t *name, size_t length,
		struct table_cell *cell);

/* Writes the name of CELL and returns its length. */
size_t table_cell_name(const struct table *table, const struct table_cell *cell,
		       uint32_t name[TABLE_NAME_MAX]);

/*
 * Gives VARBIND, a netsnmp_variable_list of the library, the name and value of CELL. The row need
 * not be one of TABLE's: what is told in a notification has rows of its own.
 */
void table_fill(const struct table *table, const struct table_cell *cell, void *varbind);

/*
 * For requests that do not come through the library. VARBIND is a netsnmp_variable_list of an
 * AgentX Get or, with NEXT, GetNext: a name, and a search range (RFC 2741, 5.2) as its value.
 *
 * The registered table that has the answer, because the name, and for NEXT the range, lie in it;
 * NULL = there is none.
 */
const struct table *table_of(const void *varbind, bool next);

/* Gives VARBIND the answer that TABLE, which table_of says, has: a value or an exception. */
void table_answer(const struct table *table, void *varbind, bool next);

#endif
