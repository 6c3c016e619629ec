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
 * The description of a table. Each table has a file of its own with all of it: the struct of a row,
 * the index, the columns, and the function that draws the rows.
 *
 * A row is a struct that begins with its struct index. A group of scalars is a table with one row,
 * whose index is the single sub-identifier 0.
 */
struct table {
	const char *name;     /* for --table and in JSON */
	const char *json;     /* the key in JSON, if it is not the name */
	const char *object;   /* in the MIB, such as "nbuPolicyTable" or "nbuAgent" */
	const char *title;    /* on paper */
	const uint32_t *path; /* from the base OID to the columns' parent */
	size_t path_length;
	const struct column *columns; /* rising by number */
	size_t column_count;
	const struct table_key *keys; /* the index behind the site's name */
	size_t key_count;
	size_t row_size;
	/* Adds the rows of one site (snapshot_add). NULL = somebody else does. */
	void (*draw)(struct drawing *drawing);
	/* It is not made of jobs: drawn last, and also before there is a tally. */
	bool without_jobs;
};

/* A part of an index. */
struct table_key {
	enum { TABLE_KEY_TYPE, TABLE_KEY_NAME, TABLE_KEY_NUMBER } kind;
	size_t offset; /* of a uint32_t for a number, else of a const char * */
};

/* Set the members of a struct table that are arrays. TABLE_AT is its place below nbuJobsObjects. */
#define TABLE_COLUMNS(array) .columns = (array), .column_count = sizeof(array) / sizeof((array)[0])
#define TABLE_KEYS(array) .keys = (array), .key_count = sizeof(array) / sizeof((array)[0])
#define TABLE_AT(...)                                                                              \
	.path = (const uint32_t[]){1, 1, __VA_ARGS__},                                             \
	.path_length = sizeof((const uint32_t[]){1, 1, __VA_ARGS__}) / sizeof(uint32_t)

/* The index of scalars. */
extern const struct index table_scalar_index;

/* Makes the index of ROW from SITE and the keys of TABLE. Returns how many names were cut. */
uint32_t table_index(const struct table *table, const char *site, const void *row,
		     struct index_draft *draft);

/* The same without the site: appends the keys to DRAFT. */
uint32_t table_add_keys(const struct table *table, const void *row, struct index_draft *draft);

/* The first column whose number is NUMBER or more; if there is none, the end of the columns. */
const struct column *table_column_from(const struct table *table, uint32_t number);

/* The column with that number or name; NULL = there is none. */
const struct column *table_column(const struct table *table, uint32_t number);
const struct column *table_column_named(const struct table *table, const char *name);

/* Writes what the names of the columns begin with, such as "nbuPolicy". */
#define TABLE_PREFIX_SIZE 32
void table_prefix(const struct table *table, char prefix[TABLE_PREFIX_SIZE]);

#endif
