/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

/* The place of a row. */
struct place {
	size_t block;
	size_t row;
};

struct lookup {
	const struct table *table;
	uint32_t entry[LOOKUP_NAME_MAX]; /* the OID of the columns' parent */
	size_t entry_length;
	struct lookup_block *blocks; /* none of them empty */
	size_t block_count;
	struct place *last; /* where the last row was found; out of date after lookup_set */
};

static const void *row_at(const struct lookup *lookup, const struct lookup_block *block, size_t i)
{
	return (const char *)block->rows + i * lookup->table->row_size;
}

/* The functions below look for the first row whose order (index_compare) against KEY, the index
 * part of a name, is LEAST or more. With LEAST 0 it is at or behind KEY, with 1 it is behind KEY.
 */

/* The first block that has such a row. */
static size_t seek_block(const struct lookup *lookup, const struct index *key, int least)
{
	size_t low = 0;
	size_t high = lookup->block_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct lookup_block *block = &lookup->blocks[middle];

		if (index_compare(row_at(lookup, block, block->count - 1), key) < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* In a walk it is the row of the last time, or the next one. NULL = it is another. */
static const void *seek_near(const struct lookup *lookup, const struct index *key, int least)
{
	struct place *last = lookup->last;
	const struct lookup_block *block;
	size_t i = last->row;
	const void *row = NULL;

	if (last->block >= lookup->block_count)
		return NULL;
	block = &lookup->blocks[last->block];
	if (i == 0 || i > block->count || index_compare(row_at(lookup, block, i - 1), key) >= least)
		return NULL;
	for (size_t end = i + 2; row == NULL && i < end && i < block->count; i++) {
		if (index_compare(row_at(lookup, block, i), key) >= least) {
			row = row_at(lookup, block, i);
			last->row = i;
		}
	}
	return row;
}

static const void *seek_anywhere(const struct lookup *lookup, const struct index *key, int least)
{
	size_t at = seek_block(lookup, key, least);
	const struct lookup_block *block = &lookup->blocks[at];
	const void *row = NULL;

	if (at < lookup->block_count) {
		size_t low = 0;
		size_t high = block->count - 1; /* seek_block has compared the last row */

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (index_compare(row_at(lookup, block, middle), key) < least)
				low = middle + 1;
			else
				high = middle;
		}
		row = row_at(lookup, block, low);
		*lookup->last = (struct place){at, low};
	}
	return row;
}

/* NULL = there is no such row. */
static const void *seek(const struct lookup *lookup, const struct index *key, int least)
{
	const void *row = seek_near(lookup, key, least);

	return row != NULL ? row : seek_anywhere(lookup, key, least);
}

/* The index part of a name that somebody asks for. */
struct key {
	struct index index;
	unsigned char octets[LOOKUP_NAME_MAX * INDEX_PACKED_MAX];
};

/* Packs LENGTH sub-identifiers, LOOKUP_NAME_MAX at most, into KEY. */
static const struct index *pack(const uint32_t *ids, size_t length, struct key *key)
{
	key->index = (struct index){.head = key->octets,
				    .head_length = (uint16_t)index_pack(ids, length, key->octets)};
	return &key->index;
}

/* Orders NAME against the entry. 0 = it is the entry or below it in the tree. */
static int compare_entry(const struct lookup *lookup, const uint32_t *name, size_t length)
{
	size_t shorter = length < lookup->entry_length ? length : lookup->entry_length;

	for (size_t i = 0; i < shorter; i++)
		if (name[i] != lookup->entry[i])
			return name[i] < lookup->entry[i] ? -1 : 1;
	return length < lookup->entry_length ? -1 : 0;
}

enum lookup_result lookup_find(const struct lookup *lookup, const uint32_t *name, size_t length,
			       struct lookup_cell *cell)
{
	const struct table *table = lookup->table;
	size_t at = lookup->entry_length;
	const struct index *index;
	struct key key;

	if (length <= at || compare_entry(lookup, name, length) != 0)
		return LOOKUP_NO_OBJECT;
	cell->column = table_column(table, name[at]);
	if (cell->column == NULL)
		return LOOKUP_NO_OBJECT;
	index = pack(name + at + 1, length - at - 1, &key);
	cell->row = seek(lookup, index, 0);
	return cell->row != NULL && index_compare(cell->row, index) == 0 ? LOOKUP_FOUND
									 : LOOKUP_NO_INSTANCE;
}

bool lookup_next(const struct lookup *lookup, const uint32_t *name, size_t length,
		 struct lookup_cell *cell)
{
	const struct table *table = lookup->table;
	const struct column *end = table->columns + table->column_count;
	const struct column *column = table->columns;
	size_t at = lookup->entry_length;
	int order = compare_entry(lookup, name, length);
	const void *row = NULL;

	if (order > 0)
		return false;
	if (order == 0 && length > at) {
		column = table_column_from(table, name[at]);
		if (column != end && column->number == name[at]) {
			struct key key;

			row = seek(lookup, pack(name + at + 1, length - at - 1, &key), 1);
			column += row == NULL; /* NAME is behind the last row: the next column */
		}
	}
	if (row == NULL && lookup->block_count > 0)
		row = lookup->blocks[0].rows;
	cell->column = column;
	cell->row = row;
	return row != NULL && column != end;
}

size_t lookup_cell_name(const struct lookup *lookup, const struct lookup_cell *cell,
			uint32_t name[LOOKUP_NAME_MAX])
{
	const struct index *index = cell->row;
	size_t length = lookup->entry_length;

	memcpy(name, lookup->entry, length * sizeof(*name));
	name[length++] = cell->column->number;
	return length + index_unpack(index, name + length);
}

struct lookup *lookup_new(const struct table *table, const uint32_t *base, size_t base_length)
{
	struct lookup *lookup = NULL;

	if (base_length + table->path_length + 1 + INDEX_SIZE > LOOKUP_NAME_MAX) {
		log_error("the base OID is too long for %s", table->object);
	} else {
		lookup = mem_zalloc(1, sizeof(*lookup));
		lookup->table = table;
		lookup->blocks = mem_zalloc(1, sizeof(*lookup->blocks));
		lookup->last = mem_zalloc(1, sizeof(*lookup->last));
		for (size_t i = 0; i < base_length; i++)
			lookup->entry[lookup->entry_length++] = base[i];
		for (size_t i = 0; i < table->path_length; i++)
			lookup->entry[lookup->entry_length++] = table->path[i];
	}
	return lookup;
}

const struct table *lookup_table(const struct lookup *lookup)
{
	return lookup->table;
}

size_t lookup_entry(const struct lookup *lookup, const uint32_t **entry)
{
	*entry = lookup->entry;
	return lookup->entry_length;
}

void lookup_set(struct lookup *lookup, const struct lookup_block *blocks, size_t count)
{
	lookup->blocks = mem_resize(lookup->blocks, count + 1, sizeof(*blocks));
	lookup->block_count = 0;
	for (size_t i = 0; i < count; i++)
		if (blocks[i].count > 0)
			lookup->blocks[lookup->block_count++] = blocks[i];
}

void lookup_free(struct lookup *lookup)
{
	if (lookup != NULL) {
		free(lookup->blocks);
		free(lookup->last);
		free(lookup);
	}
}
