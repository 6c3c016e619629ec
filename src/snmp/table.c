/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/table.h"

#include <stdlib.h>
#include <string.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "base/log.h"
#include "base/mem.h"

_Static_assert(TABLE_NAME_MAX == MAX_OID_LEN, "a name must fit the library's");

/* Where a row is. */
struct place {
	size_t block;
	size_t row;
};

struct table {
	const struct table_description *description;
	uint32_t entry[TABLE_NAME_MAX];
	size_t entry_length;
	struct table_block *blocks; /* none of them empty */
	size_t block_count;
	struct place *last; /* a hint, which may be wrong */
	netsnmp_handler_registration *registration;
	struct table *next_registered;
};

/* The library is one to a process, and hence so is the list of what has been registered with it. */
static struct table *registered;

static const void *row_at(const struct table *table, const struct table_block *block, size_t i)
{
	return (const char *)block->rows + i * table->description->row_size;
}

/* Orders a row's index against KEY, the index part of a name. */
static int compare(const void *row, const uint32_t *key, size_t length)
{
	const struct index *index = row;
	size_t common = index->length < length ? index->length : length;

	for (size_t i = 0; i < common; i++)
		if (index->ids[i] != key[i])
			return index->ids[i] < key[i] ? -1 : 1;
	return (index->length > length) - (index->length < length);
}

/* The first block whose last row is not below LEAST (an outcome of compare). */
static size_t seek_block(const struct table *table, const uint32_t *key, size_t length, int least)
{
	size_t low = 0;
	size_t high = table->block_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct table_block *block = &table->blocks[middle];

		if (compare(row_at(table, block, block->count - 1), key, length) < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What seek says, if that is where it was the last time or the row behind, as it is in a walk. */
static const void *seek_near(const struct table *table, const uint32_t *key, size_t length,
			     int least)
{
	struct place *last = table->last;
	const struct table_block *block;
	size_t i = last->row;
	const void *row = NULL;

	if (last->block >= table->block_count)
		return NULL;
	block = &table->blocks[last->block];
	if (i == 0 || i > block->count ||
	    compare(row_at(table, block, i - 1), key, length) >= least)
		return NULL;
	for (size_t end = i + 2; row == NULL && i < end && i < block->count; i++) {
		if (compare(row_at(table, block, i), key, length) >= least) {
			row = row_at(table, block, i);
			last->row = i;
		}
	}
	return row;
}

/* What seek says, in whatever place. */
static const void *seek_anywhere(const struct table *table, const uint32_t *key, size_t length,
				 int least)
{
	size_t at = seek_block(table, key, length, least);
	const struct table_block *block = &table->blocks[at];
	const void *row = NULL;

	if (at < table->block_count) {
		size_t low = 0;
		size_t high = block->count - 1; /* seek_block has seen that this one will do */

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (compare(row_at(table, block, middle), key, length) < least)
				low = middle + 1;
			else
				high = middle;
		}
		row = row_at(table, block, low);
		*table->last = (struct place){at, low};
	}
	return row;
}

/* The first row whose order against KEY is LEAST or more: 0 = at or after KEY, 1 = after it. */
static const void *seek(const struct table *table, const uint32_t *key, size_t length, int least)
{
	const void *row = seek_near(table, key, length, least);

	return row != NULL ? row : seek_anywhere(table, key, length, least);
}

/* The first column numbered NUMBER or above; the end of the columns when there is none. */
static const struct table_column *seek_column(const struct table_description *description,
					      uint32_t number)
{
	const struct table_column *columns = description->columns;
	size_t low = 0;
	size_t high = description->column_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (columns[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return columns + low;
}

const struct table_column *table_column(const struct table_description *description,
					uint32_t number)
{
	const struct table_column *column = seek_column(description, number);

	return column != description->columns + description->column_count &&
		       column->number == number
		   ? column
		   : NULL;
}

/* Orders NAME against the entry: 0 = below it in the tree, or the entry itself. */
static int compare_entry(const struct table *table, const uint32_t *name, size_t length)
{
	for (size_t i = 0; i < table->entry_length; i++) {
		if (i == length)
			return -1;
		if (name[i] != table->entry[i])
			return name[i] < table->entry[i] ? -1 : 1;
	}
	return 0;
}

enum table_result table_find(const struct table *table, const uint32_t *name, size_t length,
			     struct table_cell *cell)
{
	const struct table_description *description = table->description;
	size_t at = table->entry_length;
	const void *row;

	if (length <= at || compare_entry(table, name, length) != 0)
		return TABLE_NO_OBJECT;
	cell->column = table_column(description, name[at]);
	if (cell->column == NULL)
		return TABLE_NO_OBJECT;
	row = seek(table, name + at + 1, length - at - 1, 0);
	if (row == NULL || compare(row, name + at + 1, length - at - 1) != 0)
		return TABLE_NO_INSTANCE;
	cell->row = row;
	return TABLE_FOUND;
}

bool table_next(const struct table *table, const uint32_t *name, size_t length,
		struct table_cell *cell)
{
	const struct table_description *description = table->description;
	const struct table_column *end = description->columns + description->column_count;
	const struct table_column *column = description->columns;
	size_t at = table->entry_length;
	int order = compare_entry(table, name, length);
	const void *row = NULL;

	if (order > 0)
		return false;
	if (order == 0 && length > at) {
		column = seek_column(description, name[at]);
		if (column != end && column->number == name[at]) {
			row = seek(table, name + at + 1, length - at - 1, 1);
			column += row == NULL; /* that column is through */
		}
	}
	if (row == NULL && table->block_count > 0)
		row = table->blocks[0].rows;
	cell->column = column;
	cell->row = row;
	return row != NULL && column != end;
}

size_t table_cell_name(const struct table *table, const struct table_cell *cell,
		       uint32_t name[TABLE_NAME_MAX])
{
	const struct index *index = cell->row;
	size_t length = table->entry_length;

	memcpy(name, table->entry, length * sizeof(*name));
	name[length++] = cell->column->number;
	for (size_t i = 0; i < index->length; i++)
		name[length++] = index->ids[i];
	return length;
}

/* From here on it is about the library. */

static void put_integer(netsnmp_variable_list *var, unsigned char type,
			const struct table_value *value)
{
	snmp_set_var_typed_integer(var, type, (long)value->integer);
}

static void put_latched(netsnmp_variable_list *var, unsigned char type,
			const struct table_value *value)
{
	uint64_t number = value->number < UINT32_MAX ? value->number : UINT32_MAX;

	snmp_set_var_typed_integer(var, type, (long)number);
}

static void put_wrapped(netsnmp_variable_list *var, unsigned char type,
			const struct table_value *value)
{
	snmp_set_var_typed_integer(var, type, (long)(uint32_t)value->number);
}

static void put_64(netsnmp_variable_list *var, unsigned char type, const struct table_value *value)
{
	struct counter64 halves = {.high = value->number >> 32, .low = value->number & UINT32_MAX};

	snmp_set_var_typed_value(var, type, &halves, sizeof(halves));
}

static void put_string(netsnmp_variable_list *var, unsigned char type,
		       const struct table_value *value)
{
	size_t length = value->length < TABLE_STRING_MAX ? value->length : TABLE_STRING_MAX;

	snmp_set_var_typed_value(var, type, value->string, length);
}

static const struct {
	unsigned char type;
	void (*put)(netsnmp_variable_list *var, unsigned char type,
		    const struct table_value *value);
} wire[] = {
    [TABLE_INTEGER] = {ASN_INTEGER, put_integer},   [TABLE_GAUGE] = {ASN_GAUGE, put_latched},
    [TABLE_COUNTER32] = {ASN_COUNTER, put_wrapped}, [TABLE_COUNTER64] = {ASN_COUNTER64, put_64},
    [TABLE_TICKS] = {ASN_TIMETICKS, put_wrapped},   [TABLE_STRING] = {ASN_OCTET_STR, put_string},
};

static void put_cell(netsnmp_variable_list *var, const struct table_cell *cell)
{
	const struct table_column *column = cell->column;
	struct table_value value = {.string = "", .length = 0};

	column->get(column, cell->row, &value);
	wire[column->type].put(var, wire[column->type].type, &value);
}

/*
 * The name of VAR. The library takes sub-identifiers from AgentX as int and so extends the sign of
 * those from 2^31 on: what is above the 32 bits of an SMIv2 sub-identifier is not part of the name.
 */
static size_t name_of(const netsnmp_variable_list *var, uint32_t name[TABLE_NAME_MAX])
{
	size_t length = var->name_length < TABLE_NAME_MAX ? var->name_length : TABLE_NAME_MAX;

	for (size_t i = 0; i < length; i++)
		name[i] = (uint32_t)var->name[i];
	return length;
}

/* The name of CELL as the library has names; returns its length. */
static size_t wide_name(const struct table *table, const struct table_cell *cell,
			oid wide[TABLE_NAME_MAX])
{
	uint32_t name[TABLE_NAME_MAX];
	size_t length = table_cell_name(table, cell, name);

	for (size_t i = 0; i < length; i++)
		wide[i] = name[i];
	return length;
}

/* Gives VAR the name and the value of CELL. */
static void fill(netsnmp_variable_list *var, const oid *name, size_t length,
		 const struct table_cell *cell)
{
	snmp_set_var_objid(var, name, length);
	put_cell(var, cell);
}

void table_fill(const struct table *table, const struct table_cell *cell, void *varbind)
{
	oid name[TABLE_NAME_MAX];

	fill(varbind, name, wide_name(table, cell, name), cell);
}

static void answer_get(const struct table *table, netsnmp_variable_list *var)
{
	static const u_char exceptions[] = {
	    [TABLE_NO_INSTANCE] = SNMP_NOSUCHINSTANCE, [TABLE_NO_OBJECT] = SNMP_NOSUCHOBJECT};
	uint32_t name[TABLE_NAME_MAX];
	struct table_cell cell;
	enum table_result result = table_find(table, name, name_of(var, name), &cell);

	if (result == TABLE_FOUND)
		put_cell(var, &cell);
	else
		snmp_set_var_typed_value(var, exceptions[result], NULL, 0);
}

/* Beyond the end nothing is answered: the library then goes on with what comes after the table. */
static void answer_next(const struct table *table, netsnmp_variable_list *var)
{
	uint32_t name[TABLE_NAME_MAX];
	struct table_cell cell;

	if (table_next(table, name, name_of(var, name), &cell))
		table_fill(table, &cell, var);
}

/* Answers all of REQUESTS; a SET does not get here. */
static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct table *table = registration->my_reg_void;

	(void)handler;
	for (; requests != NULL; requests = requests->next) {
		if (requests->processed)
			continue;
		if (info->mode == MODE_GET)
			answer_get(table, requests->requestvb);
		else if (info->mode == MODE_GETNEXT)
			answer_next(table, requests->requestvb);
	}
	return SNMP_ERR_NOERROR;
}

/* The same for requests that do not come through the library: RFC 2741, 5.2 and 7.2.3.2. */

static bool is_below(const oid *name, size_t length, const netsnmp_handler_registration *entry)
{
	return netsnmp_oid_is_subtree(entry->rootoid, entry->rootoid_len, name, length) == 0;
}

/* Whether NAME is what comes right behind all that is below ENTRY. */
static bool is_behind(const oid *name, size_t length, const netsnmp_handler_registration *entry)
{
	size_t last = entry->rootoid_len - 1;

	return length == last + 1 && name[last] == entry->rootoid[last] + 1 &&
	       snmp_oid_compare(name, last, entry->rootoid, last) == 0;
}

const struct table *table_of(const void *varbind, bool next)
{
	const netsnmp_variable_list *var = varbind;
	const oid *end = var->val.objid;
	size_t end_length = var->val_len / sizeof(*end);
	const struct table *table = registered;

	while (table != NULL && !is_below(var->name, var->name_length, table->registration))
		table = table->next_registered;
	/* Where the range goes on behind the table, so would the library. */
	if (table != NULL && next && !is_below(end, end_length, table->registration) &&
	    !is_behind(end, end_length, table->registration))
		table = NULL;
	return table;
}

/* VAR has the end of its search range as its value. */
static void answer_range(const struct table *table, netsnmp_variable_list *var)
{
	uint32_t name[TABLE_NAME_MAX];
	size_t length = name_of(var, name);
	oid answer[TABLE_NAME_MAX];
	struct table_cell cell;
	bool found = var->type == ASN_PRIV_INCL_RANGE &&
		     table_find(table, name, length, &cell) == TABLE_FOUND;

	if (!found)
		found = table_next(table, name, length, &cell);
	if (found)
		length = wide_name(table, &cell, answer);
	if (found &&
	    snmp_oid_compare(answer, length, var->val.objid, var->val_len / sizeof(oid)) < 0)
		fill(var, answer, length, &cell);
	else
		snmp_set_var_typed_value(var, SNMP_ENDOFMIBVIEW, NULL, 0);
}

void table_answer(const struct table *table, void *varbind, bool next)
{
	if (next)
		answer_range(table, varbind);
	else
		answer_get(table, varbind);
}

struct table *table_new(const struct table_description *description, const uint32_t *base,
			size_t base_length)
{
	struct table *table = NULL;

	if (base_length + description->path_length + 1 + INDEX_SIZE > TABLE_NAME_MAX) {
		log_error("the base OID is too long for %s", description->name);
	} else {
		table = mem_zalloc(1, sizeof(*table));
		table->description = description;
		table->blocks = mem_zalloc(1, sizeof(*table->blocks));
		table->last = mem_zalloc(1, sizeof(*table->last));
		for (size_t i = 0; i < base_length; i++)
			table->entry[table->entry_length++] = base[i];
		for (size_t i = 0; i < description->path_length; i++)
			table->entry[table->entry_length++] = description->path[i];
	}
	return table;
}

bool table_register(struct table *table)
{
	netsnmp_handler_registration *registration;
	oid entry[TABLE_NAME_MAX];

	for (size_t i = 0; i < table->entry_length; i++)
		entry[i] = table->entry[i];
	registration = netsnmp_create_handler_registration(table->description->name, handle, entry,
							   table->entry_length, HANDLER_CAN_RONLY);
	if (registration != NULL) {
		registration->my_reg_void = table;
		/* What the library refuses it has freed. */
		if (netsnmp_register_handler(registration) == MIB_REGISTERED_OK) {
			table->registration = registration;
			table->next_registered = registered;
			registered = table;
		}
	}
	if (table->registration == NULL)
		log_error("the SNMP library refuses %s", table->description->name);
	return table->registration != NULL;
}

void table_set(struct table *table, const struct table_block *blocks, size_t count)
{
	table->blocks = mem_resize(table->blocks, count + 1, sizeof(*blocks));
	table->block_count = 0;
	for (size_t i = 0; i < count; i++)
		if (blocks[i].count > 0)
			table->blocks[table->block_count++] = blocks[i];
}

/* Takes TABLE out of the list; it need not be there. */
static void forget(const struct table *table)
{
	struct table **at = &registered;

	while (*at != NULL && *at != table)
		at = &(*at)->next_registered;
	if (*at != NULL)
		*at = table->next_registered;
}

void table_free(struct table *table)
{
	if (table != NULL) {
		forget(table);
		netsnmp_unregister_handler(table->registration);
		free(table->blocks);
		free(table->last);
		free(table);
	}
}
