/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/handler.h"

#include <errno.h>
#include <stdlib.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"

_Static_assert(LOOKUP_NAME_MAX == MAX_OID_LEN, "the longest name is the same in the library");

/* What has been registered with the library. */
static struct registered {
	const struct lookup *lookup;
	netsnmp_handler_registration *registration;
	struct registered *next;
} * first;

static void put_integer(netsnmp_variable_list *var, unsigned char type,
			const struct column_value *value)
{
	snmp_set_var_typed_integer(var, type, (long)value->integer);
}

static void put_latched(netsnmp_variable_list *var, unsigned char type,
			const struct column_value *value)
{
	uint64_t number = value->number < UINT32_MAX ? value->number : UINT32_MAX;

	snmp_set_var_typed_integer(var, type, (long)number);
}

static void put_wrapped(netsnmp_variable_list *var, unsigned char type,
			const struct column_value *value)
{
	snmp_set_var_typed_integer(var, type, (long)(uint32_t)value->number);
}

/* sysUpTime at that instant; 0 for an instant before the master agent started. */
static void put_ticks(netsnmp_variable_list *var, unsigned char type,
		      const struct column_value *value)
{
	int64_t ago = (timefmt_now() - value->integer) / 10;
	int64_t then = (int64_t)netsnmp_get_agent_uptime() - (ago > 0 ? ago : 0);

	snmp_set_var_typed_integer(var, type, then > 0 ? (long)then : 0);
}

static void put_64(netsnmp_variable_list *var, unsigned char type, const struct column_value *value)
{
	struct counter64 halves = {.high = value->number >> 32, .low = value->number & UINT32_MAX};

	snmp_set_var_typed_value(var, type, &halves, sizeof(halves));
}

static void put_string(netsnmp_variable_list *var, unsigned char type,
		       const struct column_value *value)
{
	snmp_set_var_typed_value(var, type, value->string, value->length);
}

static const struct {
	unsigned char type;
	void (*put)(netsnmp_variable_list *var, unsigned char type,
		    const struct column_value *value);
} wire[] = {
    [COLUMN_INTEGER] = {ASN_INTEGER, put_integer},   [COLUMN_GAUGE] = {ASN_GAUGE, put_latched},
    [COLUMN_COUNTER32] = {ASN_COUNTER, put_wrapped}, [COLUMN_COUNTER64] = {ASN_COUNTER64, put_64},
    [COLUMN_TICKS] = {ASN_TIMETICKS, put_ticks},     [COLUMN_STRING] = {ASN_OCTET_STR, put_string},
};

static void put_cell(netsnmp_variable_list *var, const struct lookup_cell *cell)
{
	enum column_type type = cell->column->kind->type;
	struct column_value value;

	column_get(cell->column, cell->row, &value);
	wire[type].put(var, wire[type].type, &value);
}

/*
 * The name of VAR. The library reads sub-identifiers from AgentX as int. In its wider type oid
 * those from 2^31 on then have a wrong upper half, which is cut off here.
 */
static size_t name_of(const netsnmp_variable_list *var, uint32_t name[LOOKUP_NAME_MAX])
{
	size_t length = var->name_length < LOOKUP_NAME_MAX ? var->name_length : LOOKUP_NAME_MAX;

	for (size_t i = 0; i < length; i++)
		name[i] = (uint32_t)var->name[i];
	return length;
}

/* Writes the name of CELL as an OID of the library, and returns its length. */
static size_t wide_name(const struct lookup *lookup, const struct lookup_cell *cell,
			oid wide[LOOKUP_NAME_MAX])
{
	uint32_t name[LOOKUP_NAME_MAX];
	size_t length = lookup_cell_name(lookup, cell, name);

	for (size_t i = 0; i < length; i++)
		wide[i] = name[i];
	return length;
}

/* Gives VAR the NAME and the value of CELL. */
static void fill(netsnmp_variable_list *var, const oid *name, size_t length,
		 const struct lookup_cell *cell)
{
	snmp_set_var_objid(var, name, length);
	put_cell(var, cell);
}

void handler_fill(const struct lookup *lookup, const struct lookup_cell *cell, void *varbind)
{
	oid name[LOOKUP_NAME_MAX];

	fill(varbind, name, wide_name(lookup, cell, name), cell);
}

static void answer_get(const struct lookup *lookup, netsnmp_variable_list *var)
{
	static const u_char exceptions[] = {
	    [LOOKUP_NO_INSTANCE] = SNMP_NOSUCHINSTANCE, [LOOKUP_NO_OBJECT] = SNMP_NOSUCHOBJECT};
	uint32_t name[LOOKUP_NAME_MAX];
	struct lookup_cell cell;
	enum lookup_result result = lookup_find(lookup, name, name_of(var, name), &cell);

	if (result == LOOKUP_FOUND)
		put_cell(var, &cell);
	else
		snmp_set_var_typed_value(var, exceptions[result], NULL, 0);
}

/* Behind the last cell VAR stays as it is. The library then looks behind the table. */
static void answer_next(const struct lookup *lookup, netsnmp_variable_list *var)
{
	uint32_t name[LOOKUP_NAME_MAX];
	struct lookup_cell cell;

	if (lookup_next(lookup, name, name_of(var, name), &cell))
		handler_fill(lookup, &cell, var);
}

/* Answers REQUESTS. The library lets no SET through, since the table is read-only. */
static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	const struct lookup *lookup = registration->my_reg_void;

	(void)handler;
	for (; requests != NULL; requests = requests->next) {
		if (requests->processed)
			continue;
		if (info->mode == MODE_GET)
			answer_get(lookup, requests->requestvb);
		else if (info->mode == MODE_GETNEXT)
			answer_next(lookup, requests->requestvb);
	}
	return SNMP_ERR_NOERROR;
}

/* The same for the fast path, by RFC 2741, 5.2 and 7.2.3.2. */

static bool is_below(const oid *name, size_t length, const netsnmp_handler_registration *entry)
{
	return netsnmp_oid_is_subtree(entry->rootoid, entry->rootoid_len, name, length) == 0;
}

/* Whether NAME is the next sibling of ENTRY, the first name behind all that is below it. */
static bool is_behind(const oid *name, size_t length, const netsnmp_handler_registration *entry)
{
	size_t last = entry->rootoid_len - 1;

	return length == last + 1 && name[last] == entry->rootoid[last] + 1 &&
	       snmp_oid_compare(name, last, entry->rootoid, last) == 0;
}

const struct lookup *handler_find(const void *varbind, bool next)
{
	const netsnmp_variable_list *var = varbind;
	const oid *end = var->val.objid;
	size_t end_length = var->val_len / sizeof(*end);
	const struct registered *at = first;

	while (at != NULL && !is_below(var->name, var->name_length, at->registration))
		at = at->next;
	/* A search range that ends farther behind the table may find a name of another table. */
	if (at != NULL && next && !is_below(end, end_length, at->registration) &&
	    !is_behind(end, end_length, at->registration))
		at = NULL;
	return at != NULL ? at->lookup : NULL;
}

/* The value of VAR is the end of its search range. */
static void answer_range(const struct lookup *lookup, netsnmp_variable_list *var)
{
	uint32_t name[LOOKUP_NAME_MAX];
	size_t length = name_of(var, name);
	oid answer[LOOKUP_NAME_MAX];
	struct lookup_cell cell;
	bool found = var->type == ASN_PRIV_INCL_RANGE &&
		     lookup_find(lookup, name, length, &cell) == LOOKUP_FOUND;

	if (!found)
		found = lookup_next(lookup, name, length, &cell);
	if (found)
		length = wide_name(lookup, &cell, answer);
	if (found &&
	    snmp_oid_compare(answer, length, var->val.objid, var->val_len / sizeof(oid)) < 0)
		fill(var, answer, length, &cell);
	else
		snmp_set_var_typed_value(var, SNMP_ENDOFMIBVIEW, NULL, 0);
}

void handler_answer(const struct lookup *lookup, void *varbind, bool next)
{
	if (next)
		answer_range(lookup, varbind);
	else
		answer_get(lookup, varbind);
}

bool handler_register(struct lookup *lookup)
{
	const char *name = lookup_table(lookup)->object;
	netsnmp_handler_registration *registration;
	struct registered *new;
	const uint32_t *entry;
	size_t length = lookup_entry(lookup, &entry);
	oid wide[LOOKUP_NAME_MAX];

	for (size_t i = 0; i < length; i++)
		wide[i] = entry[i];
	errno = 0;
	registration =
	    netsnmp_create_handler_registration(name, handle, wide, length, HANDLER_CAN_RONLY);
	if (registration != NULL)
		registration->my_reg_void = lookup;
	/* The library frees what it refuses. */
	if (registration == NULL || netsnmp_register_handler(registration) != MIB_REGISTERED_OK) {
		mem_check_errno();
		log_error("the SNMP library refuses %s", name);
		return false;
	}
	new = mem_zalloc(1, sizeof *new);
	*new = (struct registered){lookup, registration, first};
	first = new;
	return true;
}

void handler_withdraw(const struct lookup *lookup)
{
	struct registered **at = &first, *found;

	while (*at != NULL && (*at)->lookup != lookup)
		at = &(*at)->next;
	found = *at;
	if (found != NULL) {
		*at = found->next;
		netsnmp_unregister_handler(found->registration);
		free(found);
	}
}
