/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables/column.h"
#include "tables/index.h"

struct drawing;

/*
 * A table is a file that holds all there is to know of it: the struct of a row, the index, the
 * columns, and how its rows are drawn from what is known. This is the form in which it says so.
 *
 * A row is a struct that begins with its struct index. A group of scalars is a table of one row,
 * whose index is the single sub-identifier 0.
 */
struct table {
	const char *name;     /* for people: of --table, and in JSON */
	const char *json;     /* in JSON, where that is not the name */
	const char *object;   /* in the MIB, such as "nbuPolicyTable" or "nbuAgent" */
	const char *title;    /* on paper */
	const uint32_t *path; /* sub-identifiers below the base OID, down to the columns */
	size_t path_length;
	const struct column *columns; /* rising by number */
	size_t column_count;
	const struct table_key *keys; /* what the index has behind the site's name */
	size_t key_count;
	size_t row_size;
	/* Adds the rows of one site (snapshot_add). NULL: its rows come from elsewhere. */
	void (*draw)(struct drawing *drawing);
	/* Drawn last, and also before anything is known of jobs: a row about the others. */
	bool is_summary;
};

/* A part of an index. */
struct table_key {
	enum { TABLE_KEY_TYPE, TABLE_KEY_NAME, TABLE_KEY_NUMBER } kind;
	size_t offset; /* of a const char *, of a uint32_t in case of a number */
};

/* For the members of a struct table that are arrays, and where it is in the MIB. */
#define TABLE_COLUMNS(array) .columns = (array), .column_count = sizeof(array) / sizeof((array)[0])
#define TABLE_KEYS(array) .keys = (array), .key_count = sizeof(array) / sizeof((array)[0])
#define TABLE_AT(...)                                                                              \
	.path = (const uint32_t[]){1, 1, __VA_ARGS__},                                             \
	.path_length = sizeof((const uint32_t[]){1, 1, __VA_ARGS__}) / sizeof(uint32_t)

/* The index of the one row of scalars. */
extern const struct index table_scalar_index;

/* Makes the index of ROW, a row of TABLE and SITE, of its keys. Returns how many names were cut. */
uint32_t table_index(const struct table *table, const char *site, const void *row,
		     struct index_draft *draft);

/* The first column numbered NUMBER or above; the end of the columns when there is none. */
const struct column *table_column_from(const struct table *table, uint32_t number);

/* The column NUMBER, or that of NAME; NULL = there is none. */
const struct column *table_column(const struct table *table, uint32_t number);
const struct column *table_column_named(const struct table *table, const char *name);

/* What the names of the columns begin with, such as "nbuPolicy". */
#define TABLE_PREFIX_SIZE 32
void table_prefix(const struct table *table, char prefix[TABLE_PREFIX_SIZE]);

#endif
