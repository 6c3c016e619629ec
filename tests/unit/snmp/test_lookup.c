/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "snmp/lookup.h"

/*
 * Lookups are compared with a model that cannot be wrong: the sorted list of the names of all
 * cells, looked through from its beginning.
 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROWS_MAX 40
#define BLOCKS_MAX 6
#define CELLS_MAX (ROWS_MAX * 4)

struct row {
	struct index index;
	int filler;
};

#define IDS_MAX 3

struct name {
	size_t length;
	uint32_t ids[LOOKUP_NAME_MAX];
};

static const uint32_t base[] = {1, 3, 6};
static const uint32_t path[] = {5, 1};

/* With gaps between the columns, and one at the end of what a sub-identifier can be. */
static const struct column columns[] = {
    {.number = 2, .name = "a"},
    {.number = 3, .name = "b"},
    {.number = 7, .name = "c"},
    {.number = 4294967295u, .name = "d"},
};

static const struct table description = {
    .object = "testTable",
    .path = path,
    .path_length = COUNT(path),
    .columns = columns,
    .column_count = COUNT(columns),
    .row_size = sizeof(struct row),
};

static struct row *rows; /* no longer than row_count, so that reading beyond shows */
static struct lookup_block blocks[BLOCKS_MAX];
static struct name cells[CELLS_MAX];
static size_t row_count, cell_count;

static int compare_names(const void *one, const void *other)
{
	const struct name *a = one;
	const struct name *b = other;

	for (size_t i = 0; i < a->length && i < b->length; i++)
		if (a->ids[i] != b->ids[i])
			return a->ids[i] < b->ids[i] ? -1 : 1;
	return (a->length > b->length) - (a->length < b->length);
}

static int compare_rows(const void *one, const void *other)
{
	return index_compare(&((const struct row *)one)->index,
			     &((const struct row *)other)->index);
}

/* Sub-identifiers that lie close together, and those where signs and widths change. */
static uint32_t random_id(void)
{
	static const uint32_t edges[] = {0,   127,	   128,		250,	    251,
					 256, 2147483647u, 2147483648u, 4294967295u};

	return rand() % 4 != 0 ? (uint32_t)(rand() % 4) : edges[(size_t)rand() % COUNT(edges)];
}

static void random_rows(size_t count)
{
	static struct index_draft ids[ROWS_MAX];

	rows = calloc(count ? count : 1, sizeof *rows);
	row_count = 0;
	for (size_t i = 0; i < count; i++) {
		ids[i].length = 0;
		for (int k = 1 + rand() % IDS_MAX; k > 0; k--)
			index_add_number(&ids[i], random_id());
		rows[i].index = index_of(&ids[i]);
	}
	qsort(rows, count, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < count; i++)
		if (row_count == 0 || compare_rows(&rows[row_count - 1], &rows[i]) != 0)
			rows[row_count++] = rows[i];
	rows = realloc(rows, (row_count ? row_count : 1) * sizeof *rows);
}

/* Gives TABLE other rows, in blocks of random sizes, empty ones among them. */
static void refill(struct lookup *table, size_t most_rows)
{
	struct row *former = rows;
	size_t at = 0;

	random_rows((size_t)rand() % (most_rows + 1));
	for (size_t i = 0; i < BLOCKS_MAX; i++) {
		size_t left = row_count - at;

		blocks[i].rows = &rows[at];
		blocks[i].count = i == BLOCKS_MAX - 1 ? left : (size_t)rand() % (left + 1);
		at += blocks[i].count;
	}
	lookup_set(table, blocks, BLOCKS_MAX);
	free(former);
	cell_count = 0;
	for (size_t c = 0; c < COUNT(columns); c++) {
		for (size_t r = 0; r < row_count; r++) {
			struct lookup_cell cell = {&columns[c], &rows[r]};
			struct name *name = &cells[cell_count++];

			name->length = lookup_cell_name(table, &cell, name->ids);
		}
	}
	qsort(cells, cell_count, sizeof(*cells), compare_names);
}

static struct lookup *random_table(void)
{
	struct lookup *table = lookup_new(&description, base, COUNT(base));

	refill(table, ROWS_MAX);
	return table;
}

static void free_table(struct lookup *table)
{
	lookup_free(table);
	free(rows);
	rows = NULL;
}

static const char *text_of(const struct name *name)
{
	static char texts[2][LOOKUP_NAME_MAX * 11];
	static unsigned turn;
	char *text = texts[turn++ % 2];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < name->length; i++)
		used += (size_t)snprintf(text + used, sizeof(texts[0]) - used, ".%u", name->ids[i]);
	return text;
}

static bool is_column(uint32_t number)
{
	for (size_t i = 0; i < COUNT(columns); i++)
		if (columns[i].number == number)
			return true;
	return false;
}

static enum lookup_result find_in_model(const struct name *name)
{
	static const uint32_t entry[] = {1, 3, 6, 5, 1};

	for (size_t i = 0; i < cell_count; i++)
		if (compare_names(&cells[i], name) == 0)
			return LOOKUP_FOUND;
	return name->length > COUNT(entry) && memcmp(name->ids, entry, sizeof entry) == 0 &&
		       is_column(name->ids[COUNT(entry)])
		   ? LOOKUP_NO_INSTANCE
		   : LOOKUP_NO_OBJECT;
}

static const struct name *next_in_model(const struct name *name)
{
	for (size_t i = 0; i < cell_count; i++)
		if (compare_names(&cells[i], name) > 0)
			return &cells[i];
	return NULL;
}

/* Compares both lookups of NAME with the model. */
static void check(const struct lookup *table, const struct name *name)
{
	const struct name *expected = next_in_model(name);
	struct lookup_cell cell;
	struct name found = {0};

	if (lookup_find(table, name->ids, name->length, &cell) != find_in_model(name))
		FAIL("find %s", text_of(name));
	else if (find_in_model(name) == LOOKUP_FOUND) {
		found.length = lookup_cell_name(table, &cell, found.ids);
		if (compare_names(&found, name) != 0)
			FAIL("find %s: %s", text_of(name), text_of(&found));
	}
	if (lookup_next(table, name->ids, name->length, &cell) != (expected != NULL)) {
		FAIL("next of %s: %s", text_of(name), expected ? "none" : "one too many");
	} else if (expected != NULL) {
		found.length = lookup_cell_name(table, &cell, found.ids);
		if (compare_names(&found, expected) != 0)
			FAIL("next of %s: %s", text_of(name), text_of(&found));
	}
}

/* NAME and all that lies next to it: each beginning, and each sub-identifier one off or at an end.
 */
static void check_around(const struct lookup *table, const struct name *name)
{
	check(table, name);
	for (size_t i = 0; i <= name->length; i++) {
		struct name other = *name;

		other.length = i;
		check(table, &other);
		if (i < name->length) {
			const uint32_t values[] = {0, name->ids[i] - 1, name->ids[i] + 1,
						   4294967295u};

			for (size_t v = 0; v < COUNT(values); v++) {
				other.ids[i] = values[v];
				other.length = i + 1;
				check(table, &other);
				other.length = name->length;
				check(table, &other);
			}
		}
	}
	if (name->length < LOOKUP_NAME_MAX) {
		struct name other = *name;

		other.ids[other.length++] = 0;
		check(table, &other);
	}
}

static void test_every_name(void)
{
	struct lookup *table;

	srand(1);
	table = random_table();
	CU_ASSERT_TRUE(cell_count > 0);
	for (size_t i = 0; i < cell_count; i++)
		check_around(table, &cells[i]);
	free_table(table);
}

static void test_walk(void)
{
	struct lookup *table;
	struct lookup_cell cell;
	struct name name = {0};
	size_t count = 0;

	srand(2);
	table = random_table();
	while (lookup_next(table, name.ids, name.length, &cell)) {
		name.length = lookup_cell_name(table, &cell, name.ids);
		if (count == cell_count || compare_names(&name, &cells[count]) != 0)
			break;
		count++;
	}
	EQUAL_NUMBER(count, cell_count);
	free_table(table);
}

/* Tables and names at random; NBU_TEST_SEED repeats a run. */
static void test_random(void)
{
	struct lookup *table;

	srand(harness_seed());
	table = random_table();
	for (int round = 0; round < 200; round++) {
		refill(table, (size_t)(round % ROWS_MAX));
		for (int i = 0; i < 200; i++) {
			struct name name = {.length = (size_t)rand() % 10, .ids = {1, 3, 6, 5, 1}};

			for (size_t k = rand() % 4 != 0 ? 5 : (size_t)rand() % 5; k < 10; k++)
				name.ids[k] = random_id();
			if (rand() % 2 != 0)
				name.ids[5] = columns[(size_t)rand() % COUNT(columns)].number;
			check(table, &name);
		}
	}
	free_table(table);
	CU_PASS("went through");
}

static void test_empty(void)
{
	static const struct name names[] = {
	    {0, {0}},
	    {3, {1, 3, 6}},
	    {5, {1, 3, 6, 5, 1}},
	    {6, {1, 3, 6, 5, 1, 2}},
	    {7, {1, 3, 6, 5, 1, 2, 1}},
	    {4, {1, 3, 6, 6}},
	};
	struct lookup *table = lookup_new(&description, base, COUNT(base));

	cell_count = 0;
	for (size_t i = 0; i < COUNT(names); i++)
		check(table, &names[i]);
	lookup_set(table, NULL, 0);
	for (size_t i = 0; i < COUNT(names); i++)
		check(table, &names[i]);
	CU_PASS("went through");
	lookup_free(table);
}

/* The rows that count are those of the last lookup_set. */
static void test_swap(void)
{
	static const uint32_t name[] = {1, 3, 6, 5, 1, 7, 1};
	static const unsigned char octet[] = {1};
	struct row first = {.index = {.head = octet, .head_length = 1}};
	struct row second = {.index = {.head = octet, .head_length = 1}};
	struct lookup *table = lookup_new(&description, base, COUNT(base));
	struct lookup_cell cell = {0};

	lookup_set(table, &(struct lookup_block){&first, 1}, 1);
	EQUAL_NUMBER(lookup_find(table, name, COUNT(name), &cell), LOOKUP_FOUND);
	CU_ASSERT_PTR_EQUAL(cell.row, &first);
	lookup_set(table, &(struct lookup_block){&second, 1}, 1);
	EQUAL_NUMBER(lookup_find(table, name, COUNT(name), &cell), LOOKUP_FOUND);
	CU_ASSERT_PTR_EQUAL(cell.row, &second);
	CU_ASSERT_PTR_EQUAL(cell.column, &columns[2]);
	lookup_free(table);
}

/* The longest row fits below the longest base that is taken; a longer base is refused. */
static void test_long_base(void)
{
	uint32_t ids[LOOKUP_NAME_MAX] = {1, 3};
	size_t longest = LOOKUP_NAME_MAX - INDEX_SIZE - 1 - COUNT(path);
	struct lookup *table = lookup_new(&description, ids, longest);
	unsigned char octets[INDEX_SIZE] = {1, 3};
	struct row row = {.index = {.head = octets, .head_length = INDEX_SIZE}};
	struct lookup_cell cell = {&columns[0], &row};
	uint32_t name[LOOKUP_NAME_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(table);
	EQUAL_NUMBER(lookup_cell_name(table, &cell, name), LOOKUP_NAME_MAX);
	lookup_free(table);
	CU_ASSERT_PTR_NULL(lookup_new(&description, ids, longest + 1));
}

static const struct harness_test tests[] = {
    {"from every name and around it", test_every_name},
    {"a walk is the sorted list", test_walk},
    {"random tables and names", test_random},
    {"no rows", test_empty},
    {"rows are swapped", test_swap},
    {"base OIDs that are too long", test_long_base},
    {NULL, NULL},
};

const struct harness_suite lookup_suite = {"lookup", tests};
