/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"
#include "manager.h"
#include "tables/tables.h"
#include "tables/notification.h"
#include "world.h"

/* What an SNMP manager may rely on, whatever the rows are. */

static void *agent_is_up(const char *options)
{
	struct sim *sim = world_sim("sim", options);
	void *manager;

	world_snmpd();
	/* Rows in every table. */
	world_config("client \"*\" { }\n"
		     "collect = { \"storage\", \"tape\", \"media\", \"security\" }\n");
	world_site("paris", sim, NULL);
	world_site("lyon", sim, NULL);
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 20);
	AWAIT(manager_resource(manager, "paris", "api-keys") == RESOURCE_UP, 20);
	AWAIT(manager_resource(manager, "paris", "tape-volume-pools") == RESOURCE_UP, 20);
	AWAIT(manager_resource(manager, "lyon", "api-keys") == RESOURCE_UP, 20);
	AWAIT(manager_resource(manager, "lyon", "tape-volume-pools") == RESOURCE_UP, 20);
	return manager;
}

/* The first of CELLS behind ID, or NULL. */
static const struct manager_cell *first_behind(const struct manager_cells *cells, const oid *id,
					       size_t length)
{
	for (size_t i = 0; i < cells->count; i++)
		if (snmp_oid_compare(cells->cells[i].id, cells->cells[i].length, id, length) > 0)
			return &cells->cells[i];
	return NULL;
}

/* GETNEXT from ID must give the cell of the walk that follows it, or leave our part. */
static void check_next(void *manager, const struct manager_cells *cells, const oid *id,
		       size_t length)
{
	const struct manager_cell *wanted = first_behind(cells, id, length);
	struct manager_cell cell;
	oid root[MAX_OID_LEN];
	size_t root_length = manager_oid_of("", root);
	bool ours;

	if (!manager_next_cell(manager, id, length, &cell)) {
		FAIL("no answer to a GETNEXT");
		return;
	}
	ours = cell.type != SNMP_ENDOFMIBVIEW &&
	       netsnmp_oid_is_subtree(root, root_length, cell.id, cell.length) == 0;
	if (!wanted && ours)
		FAIL("there is something behind the last cell");
	else if (wanted && snmp_oid_compare(cell.id, cell.length, wanted->id, wanted->length) != 0)
		FAIL("GETNEXT does not give the cell that the walk gives");
	else
		CU_PASS("as in the walk");
}

/* From every object, and from what lies between it and the next one. */
static void test_next(void)
{
	void *manager = agent_is_up("--jobs 200");
	struct manager_cells cells = manager_walk(manager, "", WITH_NEXT);
	oid id[MAX_OID_LEN + 1];

	CU_ASSERT_TRUE(cells.count > 100);
	for (size_t i = 0; i < cells.count; i++) {
		size_t length = cells.cells[i].length;

		memcpy(id, cells.cells[i].id, sizeof cells.cells[i].id);
		check_next(manager, &cells, id, length);
		check_next(manager, &cells, id, length - 1);
		id[length] = 0;
		check_next(manager, &cells, id, length + 1);
		id[length - 1]++;
		check_next(manager, &cells, id, length);
		if (cells.cells[i].id[length - 1] == 0)
			continue;
		id[length - 1] -= 2;
		id[length] = 4294967295;
		check_next(manager, &cells, id, length + 1);
	}
	manager_free_cells(&cells);
}

static void check_from(void *manager, const char *from, const char *wanted)
{
	oid id[MAX_OID_LEN], first[MAX_OID_LEN];
	size_t length = manager_oid_of(from, id), first_length = manager_oid_of(wanted, first);
	struct manager_cell cell;

	CU_ASSERT_TRUE(manager_next_cell(manager, id, length, &cell));
	if (netsnmp_oid_is_subtree(first, first_length, cell.id, cell.length) != 0)
		FAIL("GETNEXT from %s does not lead to %s", from, wanted);
}

static void test_next_of_parts(void)
{
	void *manager = agent_is_up("--jobs 200");

	check_from(manager, "", "1.1.0");
	check_from(manager, ".1.3.6.1.4.1.8072.9999.9999.1556", "1.1.0");
	check_from(manager, ".1.3.6.1.4.1.8072.9999.9999.1555.4294967295", "1.1.0");
	check_from(manager, "1", "1.1.0");
	check_from(manager, "1.1", "1.1.0");
	check_from(manager, "1.1.0", "1.2.0");
	check_from(manager, "1.1.1", "1.2.0");
	check_from(manager, "2", "2.1.2.4.108");
	check_from(manager, "2.1", "2.1.2.4.108");
	check_from(manager, "2.1.1", "2.1.2.4.108");
	check_from(manager, "2.1.2", "2.1.2.4.108"); /* lyon is shorter than paris */
	check_from(manager, "2.1.2.4", "2.1.2.4.108");
	check_from(manager, "2.1.2.4.4294967295", "2.1.2.5.112");
	check_from(manager, "2.1.2.5.112", "2.1.2.5.112.97.114.105.115");
	check_from(manager, "2.1.2.5.112.97.114.105.115", "2.1.3.4.108");
	check_from(manager, "2.1.2.5.112.97.114.105.115.0", "2.1.3.4.108");
	check_from(manager, "2.1.2.6", "2.1.3.4.108");
	check_from(manager, "2.1.4294967295", "3.1.4");
	check_from(manager, "2.2", "3.1.4");
	check_from(manager, "3.1.1", "3.1.4");
	check_from(manager, "3.1.4.4.108.121.111.110.4294967295", "3.1.4.5.112");
}

/* What is not there is not there, and is told so in the right way. */
static void test_get_nothing(void)
{
	static const struct {
		const char *name;
		int type;
	} objects[] = {
	    {"1.1", SNMP_NOSUCHINSTANCE},
	    {"1.1.1", SNMP_NOSUCHINSTANCE},
	    {"1.99.0", SNMP_NOSUCHOBJECT},
	    {"2.1.1.4.108.121.111.110", SNMP_NOSUCHOBJECT},
	    {"2.1.99.4.108.121.111.110", SNMP_NOSUCHOBJECT},
	    {"2.1.4", SNMP_NOSUCHINSTANCE},
	    {"2.1.4.4.108.121.111.111", SNMP_NOSUCHINSTANCE},
	    {"2.1.4.4.108.121.111", SNMP_NOSUCHINSTANCE},
	    {"2.1.4.4.108.121.111.110.0", SNMP_NOSUCHINSTANCE},
	    {"3.1.8", SNMP_NOSUCHINSTANCE},
	    {"3.1.8.1", SNMP_NOSUCHINSTANCE},
	    {"4.1.4.1", SNMP_NOSUCHINSTANCE},
	    {"9.9.9", SNMP_NOSUCHOBJECT},
	};
	void *manager = agent_is_up("--jobs 20");
	struct manager_cell cell;

	for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
		if (!manager_get_cell(manager, objects[i].name, &cell))
			FAIL("no answer for %s", objects[i].name);
		else if (cell.type != objects[i].type)
			FAIL("%s is answered with type %#x", objects[i].name, cell.type);
		else
			CU_PASS("is not there");
	}
}

/* Nothing can be written: notWritable, also by who may write elsewhere. */
static void test_set(void)
{
	void *manager = agent_is_up("--jobs 20"), *writer = manager_open(WORLD_PRIVATE);
	struct manager_cells cells = manager_walk(manager, "", WITH_NEXT);
	oid id[MAX_OID_LEN];
	size_t length;

	for (size_t i = 0; i < cells.count; i += 1 + cells.count / 200) {
		long status = manager_set_integer(writer, cells.cells[i].id, cells.cells[i].length);

		if (status != SNMP_ERR_NOTWRITABLE)
			FAIL("SET of cell %zu is answered by %ld", i, status);
		else
			CU_PASS("refused");
	}
	length = manager_oid_of("1.99.0", id);
	CU_ASSERT_TRUE(manager_set_integer(writer, id, length) > 0);
	length = manager_oid_of("2.1.4.1.120", id); /* a row that is not there */
	CU_ASSERT_TRUE(manager_set_integer(writer, id, length) > 0);
	CU_ASSERT_EQUAL(manager_site(manager, "paris", SITE_STATUS), UP);
	manager_free_cells(&cells);
}

/* Snapshots are replaced all the time; manager_walk itself checks that the answers increase. */
static void test_replacement(void)
{
	struct sim *sim = world_sim("sim", "--jobs 2000 --rate 6000");
	int64_t deadline, first;
	void *manager;

	manager = manager_of_paris(sim, NULL);
	first = manager_site(manager, "paris", SITE_REFRESHES);
	deadline = world_deadline(6);
	for (int i = 0; !world_late(deadline); i++) {
		struct manager_cells cells =
		    manager_walk(manager, "", i % 2 ? WITH_BULK : WITH_NEXT);

		CU_ASSERT_TRUE(cells.count > 300);
		manager_free_cells(&cells);
	}
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESHES) >= first + 3);
	/* what has arrived meanwhile has not ended yet */
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_JOBS_HELD) > 2040);
}

/* The type on the wire of a node of the MIB. */
static u_char wire_type(const struct tree *node)
{
	static const struct {
		int declared;
		u_char wire;
	} types[] = {
	    {TYPE_OCTETSTR, ASN_OCTET_STR},  {TYPE_INTEGER, ASN_INTEGER},
	    {TYPE_INTEGER32, ASN_INTEGER},   {TYPE_GAUGE, ASN_GAUGE},
	    {TYPE_UNSIGNED32, ASN_GAUGE},    {TYPE_COUNTER, ASN_COUNTER},
	    {TYPE_COUNTER64, ASN_COUNTER64}, {TYPE_TIMETICKS, ASN_TIMETICKS},
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (types[i].declared == node->type)
			return types[i].wire;
	return 0;
}

static bool is_current(const struct tree *node)
{
	return !node->child_list && node->status == MIB_STATUS_CURRENT &&
	       (node->access == MIB_ACCESS_READONLY || node->access == MIB_ACCESS_READWRITE);
}

/* Checks that the node at ID is served if it is declared current, and goes on below it. */
static void check_declared(const struct tree *node, oid *id, size_t length,
			   const struct manager_cells *cells)
{
	size_t served = 0;

	id[length++] = node->subid;
	for (const struct tree *child = node->child_list; child; child = child->next_peer)
		check_declared(child, id, length, cells);
	if (!is_current(node))
		return;
	for (size_t i = 0; i < cells->count; i++) {
		const struct manager_cell *cell = &cells->cells[i];

		if (netsnmp_oid_is_subtree(id, length, cell->id, cell->length) != 0)
			continue;
		served++;
		if (cell->type != wire_type(node))
			FAIL("%s is served as type %#x", node->label, cell->type);
	}
	if (served == 0)
		FAIL("%s is declared current, but not served", node->label);
	else
		CU_PASS("served");
}

/* The node of the MIB that CELL is an instance of. */
static const struct tree *node_of(const struct manager_cell *cell, size_t root_length)
{
	/* A column is table.entry.column below the root, a scalar group.scalar. */
	size_t length = root_length + (cell->id[root_length] == 1 ? 2 : 3);

	return get_tree(cell->id, length, get_tree_head());
}

static void load_mibs(void)
{
	char *folders = strdup(world_mib_path()), *second = strchr(folders, ':');

	*second++ = '\0';
	add_mibdir(folders);
	add_mibdir(second);
	if (!netsnmp_read_module("NBU-JOBS-MIB"))
		world_fail(__FILE__, __LINE__, "NBU-JOBS-MIB cannot be loaded");
	free(folders);
}

static void test_mib(void)
{
	void *manager = agent_is_up("--jobs 50 --unfinished 40");
	struct manager_cells cells = manager_walk(manager, "", WITH_BULK);
	oid root[MAX_OID_LEN];
	size_t length = manager_oid_of("", root);
	struct tree *objects;

	load_mibs();
	objects = get_tree(root, length, get_tree_head());
	CU_ASSERT_PTR_NOT_NULL_FATAL(objects);
	EQUAL_TEXT(objects->label, "nbuJobsObjects");
	for (const struct tree *child = objects->child_list; child; child = child->next_peer)
		check_declared(child, root, length, &cells);
	for (size_t i = 0; i < cells.count; i++) {
		const struct tree *node = node_of(&cells.cells[i], length);

		if (!node || !is_current(node))
			FAIL("cell %zu is of %s, which the MIB does not declare current", i,
			     node ? node->label : "nothing");
	}
	manager_free_cells(&cells);
	shutdown_mib();
}

/* The types of the MIB that a column of a description may have. */
static bool is_type(const struct tree *node, enum column_type type)
{
	static const u_char wire[] = {
	    [COLUMN_INTEGER] = ASN_INTEGER,   [COLUMN_GAUGE] = ASN_GAUGE,
	    [COLUMN_COUNTER32] = ASN_COUNTER, [COLUMN_COUNTER64] = ASN_COUNTER64,
	    [COLUMN_TICKS] = ASN_TIMETICKS,   [COLUMN_STRING] = ASN_OCTET_STR,
	};

	return wire_type(node) == wire[type];
}

/* The words of an enumeration stand at their numbers, and there are no others. */
static void check_words(const struct column *column, const struct tree *node)
{
	size_t declared = 0, described = 0;

	for (const struct enum_list *word = node->enums; word; word = word->next) {
		declared++;
		EQUAL_TEXT(column->words[word->value], word->label);
	}
	while (column->words[described + 1])
		described++;
	EQUAL_NUMBER(described, declared);
}

static void check_column(const struct column *column, const struct tree *node)
{
	EQUAL_TEXT(column->name, node->label);
	if (!is_type(node, column->kind->type))
		FAIL("%s is described as a type that the MIB does not give it", column->name);
	if (column->words)
		check_words(column, node);
}

/* The index is the site and what the description has behind it, as strings and numbers. */
static void check_index(const struct table *table, const struct tree *entry)
{
	const struct index_list *index = entry->indexes;

	EQUAL_TEXT(index ? index->ilabel : "none", "nbuSiteName");
	for (size_t i = 0; i < table->key_count && index; i++) {
		const struct tree *node;

		index = index->next;
		node = index ? find_tree_node(index->ilabel, -1) : NULL;
		if (!node ||
		    is_type(node, COLUMN_STRING) != (table->keys[i].kind != TABLE_KEY_NUMBER))
			FAIL("%s: key %zu is not as the MIB has it", table->object, i);
	}
	CU_ASSERT_PTR_NULL(index ? index->next : NULL);
}

static void check_description(const struct table *table)
{
	oid name[MAX_OID_LEN];
	size_t length = manager_oid_of("", name) - 2, described = 0, declared = 0;
	const struct tree *node;
	bool scalars = table->path_length == 3;

	for (size_t i = 0; i < table->path_length; i++)
		name[length++] = table->path[i];
	node = get_tree(name, length, get_tree_head());
	CU_ASSERT_PTR_NOT_NULL_FATAL(node);
	EQUAL_TEXT(scalars ? node->label : node->parent->label, table->object);
	for (const struct tree *child = node->child_list; child; child = child->next_peer) {
		const struct column *column = table_column(table, (uint32_t)child->subid);

		declared += is_current(child) || child->access == MIB_ACCESS_NOTIFY;
		described += column != NULL;
		if (column)
			check_column(column, child);
	}
	EQUAL_NUMBER(described, table->column_count);
	EQUAL_NUMBER(declared, table->column_count);
	if (!scalars)
		check_index(table, node);
}

/* What is served, printed and notified comes of descriptions: they say what the MIB file says. */
static void test_descriptions(void)
{
	agent_is_up("--jobs 1");
	load_mibs();
	for (size_t i = 0; i < TABLE_COUNT; i++)
		check_description(tables_all[i]);
	check_description(&notification_table);
	shutdown_mib();
}

static void test_scalars(void)
{
	void *manager = agent_is_up("--jobs 20");
	time_t now = time(NULL);
	struct manager_cell cell;
	struct tm local;

	CU_ASSERT_TRUE(manager_get_cell(manager, "1.1.0", &cell));
	EQUAL_TEXT(cell.text, NBU_AGENTX_VERSION);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.2.0", &cell));
	localtime_r(&now, &local);
	EQUAL_NUMBER(cell.text_length, 11);
	EQUAL_NUMBER((u_char)cell.text[0] << 8 | (u_char)cell.text[1], local.tm_year + 1900);
	CU_ASSERT_TRUE(cell.text[2] >= 1 && cell.text[2] <= 12);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.3.0", &cell));
	CU_ASSERT_TRUE(cell.type == ASN_GAUGE && cell.number < 300);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.4.0", &cell));
	EQUAL_NUMBER(cell.number, 2);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.5.0", &cell));
	EQUAL_NUMBER(cell.number, 0);
	CU_ASSERT_TRUE(manager_get_cell(manager, "1.6.0", &cell));
	CU_ASSERT_TRUE(cell.type == ASN_GAUGE && cell.number < 300);
}

/* The site's own row, as far as it can be foretold. */
static void test_site_row(void)
{
	void *manager = agent_is_up("--jobs 1000");
	struct manager_cell cell;

	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", 2, &cell));
	EQUAL_TEXT(cell.text, "paris");
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", 3, &cell));
	CU_ASSERT_TRUE(strncmp(cell.text, "https://127.0.0.1:", 18) == 0);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_API_VERSION, &cell));
	EQUAL_TEXT(cell.text, "13.0");
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_DATA_AGE) <= 60);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", 7, &cell));
	EQUAL_NUMBER(cell.text_length, 11);
	EQUAL_NUMBER(manager_site(manager, "paris", 8), 2);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_REFRESH_JOBS), 1020);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESH_REQUESTS) >= 12);
	/* More than 13 where several connections sweep. */
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESH_REQUESTS) <= 17);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REFRESHES) >= 1);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_FAILURES), 0);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_FAILURE_STREAK), 0);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_ERROR_CLASS), 1);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_ERROR_TEXT, &cell));
	EQUAL_TEXT(cell.text, "");
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_REQUESTS) >= 12);
	CU_ASSERT_TRUE(manager_site(manager, "paris", 18) > 1000);
	EQUAL_NUMBER(manager_site(manager, "paris", 21), 86400);
	EQUAL_NUMBER(manager_site(manager, "paris", 22), 1);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_CLOCK_SKEW) >= -1);
	CU_ASSERT_TRUE(manager_site(manager, "paris", SITE_CLOCK_SKEW) <= 1);
	EQUAL_NUMBER(manager_site(manager, "paris", 24), 0);
}

/* A site that has never answered has a row too. */
static void test_unknown_site(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20 --latency 60000");
	struct manager_cell cell;
	void *manager;

	world_snmpd();
	world_site("paris", sim, NULL);
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UNKNOWN, 20);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_DATA_AGE), 4294967295);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", 7, &cell));
	EQUAL_NUMBER(cell.text_length, 8);
	EQUAL_NUMBER(manager_site(manager, "paris", 8), 1);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_REFRESHES), 0);
	EQUAL_NUMBER(manager_site(manager, "paris", 21), 86400);
	EQUAL_NUMBER(manager_site(manager, "paris", 22), 1);
	CU_ASSERT_TRUE(manager_site_cell(manager, "paris", SITE_API_VERSION, &cell));
	EQUAL_TEXT(cell.text, "");
}

/* A manager can find the module in the sysORTable. */
static void test_sysor(void)
{
	static const oid module[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556, 1};
	struct manager_cells cells =
	    manager_walk(agent_is_up("--jobs 3"), ".1.3.6.1.2.1.1.9.1.3", WITH_NEXT);
	netsnmp_pdu *pdu, *answer = NULL;
	void *manager = manager_open(WORLD_PUBLIC);
	bool found = false;

	for (size_t i = 0; i < cells.count && !found; i++) {
		/* sysORID is column 2 */
		cells.cells[i].id[9] = 2;
		pdu = snmp_pdu_create(SNMP_MSG_GET);
		snmp_add_null_var(pdu, cells.cells[i].id, cells.cells[i].length);
		if (snmp_sess_synch_response(manager, pdu, &answer) != STAT_SUCCESS)
			continue;
		found = answer->variables && answer->variables->type == ASN_OBJECT_ID &&
			snmp_oid_compare(answer->variables->val.objid,
					 answer->variables->val_len / sizeof(oid), module,
					 OID_LENGTH(module)) == 0;
		snmp_free_pdu(answer);
	}
	CU_ASSERT_TRUE(found);
	manager_free_cells(&cells);
}

static size_t cells_below(void *manager, const char *object)
{
	struct manager_cells cells = manager_walk(manager, object, WITH_BULK);
	size_t count = cells.count;

	manager_free_cells(&cells);
	return count;
}

/* All of it can be moved to another place. */
static void test_base_oid(void)
{
	struct sim *sim = world_sim("sim", "--jobs 20");
	void *manager;

	world_snmpd();
	world_config("base-oid = \"1.3.6.1.4.1.8072.9999.9999.77\"\n");
	world_site("paris", sim, NULL);
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(cells_below(manager, ".1.3.6.1.4.1.8072.9999.9999.77.1.1.3.1.8") > 0, 20);
	EQUAL_NUMBER(cells_below(manager, ".1.3.6.1.4.1.8072.9999.9999.1556"), 0);
}

#define OTHER_BASE "1.3.6.1.4.1.8072.9999.9999.1557"
#define OTHER_SITES "." OTHER_BASE ".1.1.2.1.4"	       /* nbuSiteStatus of the other agent */
#define OTHER_CELL OTHER_SITES ".5.112.97.114.105.115" /* "paris" there */

static bool other_is_up(void *manager)
{
	struct manager_cell cell = {.integer = 0};

	return manager_get_cell(manager, OTHER_CELL, &cell) && cell.integer == UP;
}

/* An agent that serves the site paris, with a store and a base-oid of its own. */
static struct process *other_agent(const struct sim *sim)
{
	char lines[300];

	snprintf(lines, sizeof lines, "base-oid = \"" OTHER_BASE "\"\nstate-dir = \"%s\"\n",
		 world_path("other-state"));
	world_config(lines);
	world_forget_sites();
	world_site("paris", sim, NULL);
	return world_agent(NULL);
}

/*
 * Two agents behind one master agent, by TCP, each below a base-oid of its own. Their sites may
 * have the same name, and neither notices that the other one ends.
 */
static void test_two_agents(void)
{
	struct sim *first = world_sim("first", "--jobs 60 --clock manual");
	struct sim *second = world_sim("second", "--jobs 90 --clock manual");
	struct process *other;
	void *manager;

	world_agentx_by_tcp();
	manager = manager_of_paris(first, NULL);
	other = other_agent(second);
	AWAIT(other_is_up(manager), 20);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), first);
	EQUAL_NUMBER(cells_below(manager, "2.1.4"), 1);
	EQUAL_NUMBER(cells_below(manager, OTHER_SITES), 1);
	CU_ASSERT(cells_below(manager, "." OTHER_BASE ".1.1.3.1.8") > 0);
	EQUAL_NUMBER(cells_below(manager, ".1.3.6.1.4.1.8072.9999.9999"),
		     cells_below(manager, MANAGER_OBJECTS) + cells_below(manager, "." OTHER_BASE));
	EQUAL_NUMBER(world_end_process(other, SIGTERM, 5), 0);
	AWAIT(cells_below(manager, "." OTHER_BASE) == 0, 10);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), first);
	world_agent(NULL);
	AWAIT(other_is_up(manager), 20);
	EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), UP);
}

static const struct harness_test tests[] = {
    {"GETNEXT from every object and between", test_next},
    {"GETNEXT from parts of identifiers", test_next_of_parts},
    {"GET of what is not there", test_get_nothing},
    {"SET is refused", test_set},
    {"walks while snapshots are replaced", test_replacement},
    {"the MIB and what is served", test_mib},
    {"the MIB and the descriptions", test_descriptions},
    {"scalars", test_scalars},
    {"the row of a site", test_site_row},
    {"the row of a site that has not answered", test_unknown_site},
    {"sysORTable", test_sysor},
    {"base-oid", test_base_oid},
    {"two agents behind one master agent", test_two_agents},
    {NULL, NULL},
};

const struct harness_suite protocol_suite = {"protocol", tests};
