/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "manager.h"
#include "master.h"
#include "base/timefmt.h"
#include "tables/tables.h"
#include "world.h"

/*
 * Requests are answered in one of two ways, direct or by the library's handlers, and nobody can
 * tell which by the answer. What can be told is the order: the library answers what a read has
 * brought one turn of the loop later. So of two requests that come together, one that it must
 * answer and one behind it, the second is answered first if and only if it is answered directly.
 */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ADDITIONS                                                                                  \
	(TABLE_COUNT + 1) /* the tables, of which the scalars are one, and a line in sysORTable */
#define NAME_MAX_IDS 128
#define OBJECTS 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556, 1, 1
#define ENTRY_LENGTH 14

struct name {
	uint32_t ids[NAME_MAX_IDS + 1];
	size_t length;
};

static const struct name no_name;

/* Which names random requests draw from. */
static struct name *pool;
static size_t pool_count;
static unsigned random_state;

static unsigned draw(unsigned below)
{
	return (unsigned)rand_r(&random_state) % below;
}

/* How often AGENT has read its configuration again. */
static unsigned reloads(const struct process *agent)
{
	return world_count(agent->err, " read again;");
}

/* To be waited for, with a reloads of before. */
static void begin_switch(const struct process *agent, bool on)
{
	world_config(on ? "direct-answers = true\n" : "direct-answers = false\n");
	world_config_file();
	kill(agent->pid, SIGHUP);
}

/* Under a master of ours, which may ask what snmpd never would. */

/* Something that is not ours, and hence is never answered directly. */
static void build_foreign(struct master_pdu *pdu)
{
	static const uint32_t uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};

	master_begin(pdu, MASTER_GET, false, NULL);
	master_add_range(pdu, uptime, COUNT(uptime), false, NULL, 0);
}

/* Until the agent has connected and no longer waits for an answer of the master agent. */
static void await_session(void)
{
	static struct master_pdu pdu;
	const struct master_pdu *const one[] = {&pdu};

	AWAIT(master_serve(ADDITIONS), 20);
	build_foreign(&pdu);
	master_ask(one, 1);
	EQUAL_NUMBER(master_take().error, 0);
}

static struct process *agent_of_master(void)
{
	struct sim *sim = world_sim("sim", "--jobs 60");
	struct process *agent;

	master_start();
	world_config("client \"*\" { }\n");
	world_site("paris", sim, "refresh = \"1d\"\n");
	agent = world_agent(NULL);
	await_session();
	AWAIT((master_serve(ADDITIONS) && world_holds(agent->err, "site paris: up")), 20);
	return agent;
}

static void switch_under_master(const struct process *agent, bool on)
{
	unsigned before = reloads(agent);

	begin_switch(agent, on);
	AWAIT((master_serve(ADDITIONS) && reloads(agent) > before), 20);
}

/* What is right behind all of the table in which NAME lies; for a scalar, right behind that. */
static struct name behind_table(const struct name *name)
{
	struct name behind = *name;

	behind.length = ENTRY_LENGTH;
	behind.ids[ENTRY_LENGTH - 1]++;
	return behind;
}

static void add_range(struct master_pdu *pdu, const struct name *start, bool include,
		      const struct name *end)
{
	master_add_range(pdu, start->ids, start->length, include, end->ids, end->length);
}

/* Whether PDU is answered directly. Where ERROR is not NULL it gets that of the answer. */
static bool is_direct(const struct master_pdu *pdu, unsigned *error)
{
	static struct master_pdu foreign;
	const struct master_pdu *const both[] = {&foreign, pdu};
	bool first = false;

	build_foreign(&foreign);
	master_ask(both, COUNT(both));
	for (unsigned i = 0; i < COUNT(both); i++) {
		struct master_answer answer = master_take();

		if (answer.id == 1 && error)
			*error = answer.error;
		first = first || (answer.id == 1 && i == 0);
	}
	return first;
}

/* Requests of two names at most, and whether they are to be answered directly. */
static const struct request {
	const char *what;
	int type;
	const char *context;
	struct {
		struct name start;
		bool include;
		struct name end;
	} ranges[2];
	bool direct;
} requests[] = {
    {"Get of a scalar", MASTER_GET, NULL, {{{{OBJECTS, 1, 1, 0}, 15}, false, {{0}, 0}}}, true},
    {"Get of a column", MASTER_GET, NULL, {{{{OBJECTS, 3, 1, 4}, 15}, false, {{0}, 0}}}, true},
    {"Get of an entry", MASTER_GET, NULL, {{{{OBJECTS, 3, 1}, 14}, false, {{0}, 0}}}, true},
    {"Get of a cell in two tables",
     MASTER_GET,
     NULL,
     {{{{OBJECTS, 2, 1, 4, 5, 'p', 'a', 'r', 'i', 's'}, 20}, false, {{0}, 0}},
      {{{OBJECTS, 1, 4, 0}, 15}, false, {{0}, 0}}},
     true},
    {"Get with a great number",
     MASTER_GET,
     NULL,
     {{{{OBJECTS, 2, 1, 4, 4294967295u}, 16}, false, {{0}, 0}}},
     true},
    {"Get in a context", MASTER_GET, "x", {{{{OBJECTS, 1, 1, 0}, 15}, false, {{0}, 0}}}, false},
    {"Get above an entry", MASTER_GET, NULL, {{{{OBJECTS, 3}, 13}, false, {{0}, 0}}}, false},
    {"Get between tables", MASTER_GET, NULL, {{{{OBJECTS, 3, 2, 1}, 15}, false, {{0}, 0}}}, false},
    {"Get of ours and of others",
     MASTER_GET,
     NULL,
     {{{{OBJECTS, 1, 1, 0}, 15}, false, {{0}, 0}},
      {{{1, 3, 6, 1, 2, 1, 1, 3, 0}, 9}, false, {{0}, 0}}},
     false},
    {"Get of others and of ours",
     MASTER_GET,
     NULL,
     {{{{1, 3, 6, 1, 2, 1, 1, 3, 0}, 9}, false, {{0}, 0}},
      {{{OBJECTS, 1, 1, 0}, 15}, false, {{0}, 0}}},
     false},
    {"Get of nothing", MASTER_GET, NULL, {{{{0}, 0}, false, {{0}, 0}}}, false},
    {"GetNext to the end of the table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, true, {{OBJECTS, 3, 2}, 14}}},
     true},
    {"GetNext to the middle of the table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1, 4}, 15}, false, {{OBJECTS, 3, 1, 5}, 15}}},
     true},
    {"GetNext without an end",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, false, {{0}, 0}}},
     false},
    {"GetNext to an end behind the table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, false, {{OBJECTS, 3, 2, 0}, 15}}},
     false},
    {"GetNext to an end farther behind the table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, false, {{OBJECTS, 3, 3}, 14}}},
     false},
    {"GetNext to the next table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, false, {{OBJECTS, 4, 1}, 14}}},
     false},
    {"GetNext to an end that is shorter",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, false, {{OBJECTS, 4}, 13}}},
     false},
    {"GetNext from above the table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3}, 13}, true, {{OBJECTS, 3, 2}, 14}}},
     false},
    {"GetNext of which only one ends in its table",
     MASTER_GET_NEXT,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, false, {{OBJECTS, 3, 2}, 14}},
      {{{OBJECTS, 2, 1}, 14}, false, {{OBJECTS, 3, 2}, 14}}},
     false},
    {"GetNext in a context",
     MASTER_GET_NEXT,
     "x",
     {{{{OBJECTS, 3, 1}, 14}, true, {{OBJECTS, 3, 2}, 14}}},
     false},
    {"GetBulk",
     MASTER_GET_BULK,
     NULL,
     {{{{OBJECTS, 3, 1}, 14}, true, {{OBJECTS, 3, 2}, 14}}},
     false},
};

static void build(struct master_pdu *pdu, const struct request *request, bool big)
{
	master_begin(pdu, request->type, big, request->context);
	for (size_t i = 0; i < COUNT(request->ranges); i++)
		if (request->ranges[i].start.length > 0)
			add_range(pdu, &request->ranges[i].start, request->ranges[i].include,
				  &request->ranges[i].end);
}

/* All of the requests above, where what can be answered directly is, or is not. */
static void check_requests(bool on)
{
	static struct master_pdu pdu;

	for (size_t i = 0; i < 2 * COUNT(requests); i++) {
		const struct request *request = &requests[i / 2];
		unsigned error = 0;

		build(&pdu, request, i % 2 == 1);
		if (is_direct(&pdu, &error) != (on && request->direct))
			FAIL("%s: answered %s", request->what,
			     on && request->direct ? "by the library" : "directly");
		EQUAL_NUMBER(error, 0);
	}
}

/* A step of a SET never gets to the library, whatever the configuration and the order. */
static void check_set(void)
{
	static const struct name label = {{OBJECTS, 2, 1, 4, 5, 'p', 'a', 'r', 'i', 's'}, 20};
	static const struct {
		int type;
		unsigned error;
	} steps[] = {{MASTER_UNDO_SET, SNMP_ERR_UNDOFAILED},
		     {MASTER_TEST_SET, SNMP_ERR_NOTWRITABLE},
		     {MASTER_CLEANUP_SET, SNMP_ERR_NOERROR},
		     {MASTER_COMMIT_SET, SNMP_ERR_COMMITFAILED},
		     {MASTER_UNDO_SET, SNMP_ERR_UNDOFAILED}};
	static struct master_pdu pdu;
	unsigned error = 0;

	for (size_t i = 0; i < COUNT(steps); i++) {
		master_begin(&pdu, steps[i].type, false, NULL);
		if (steps[i].type == MASTER_TEST_SET)
			master_add_integer(&pdu, label.ids, label.length);
		CU_ASSERT_TRUE(is_direct(&pdu, &error));
		EQUAL_NUMBER(error, steps[i].error);
	}
}

static void test_what_is_direct(void)
{
	struct process *agent = agent_of_master();

	check_requests(true);
	check_set();
	switch_under_master(agent, false);
	check_requests(false);
	check_set();
	switch_under_master(agent, true);
	check_requests(true);
}

/* Each new connection is answered as the first; what was asked on one that is gone hurts nobody. */
static void test_reconnect(void)
{
	static struct master_pdu pdu;
	const struct master_pdu *const three[] = {&pdu, &pdu, &pdu};
	struct process *agent = agent_of_master();

	build(&pdu, &requests[0], false);
	for (int i = 0; i < 4; i++) {
		master_ask(three, i % 2 == 0 ? 3 : 0);
		master_hang_up();
		await_session();
		CU_ASSERT_TRUE(is_direct(&pdu, NULL));
	}
	switch_under_master(agent, false);
	master_hang_up();
	await_session();
	CU_ASSERT_FALSE(is_direct(&pdu, NULL));
}

/* A master agent that is silent gets a ping each 15 s; one that asks is alive, and gets none. */
static void test_pings(void)
{
	static struct master_pdu pdu;
	const struct master_pdu *const one[] = {&pdu};
	unsigned before;

	agent_of_master();
	build(&pdu, &requests[0], false);
	before = master_pings();
	for (int64_t began = timefmt_monotonic(), next = began; next < began + 20000;) {
		master_ask(one, 1);
		EQUAL_NUMBER(master_take().error, 0);
		next += 1000;
		AWAIT((master_serve(ADDITIONS) && timefmt_monotonic() >= next), 5);
	}
	EQUAL_NUMBER(master_pings(), before);
	AWAIT((master_serve(ADDITIONS) && master_pings() > before), 20);
}

static void add_to_pool(const uint32_t *ids, size_t length)
{
	struct name *name;

	if ((pool_count & (pool_count - 1)) == 0)
		pool = realloc(pool, (pool_count ? 2 * pool_count : 1) * sizeof *pool);
	name = &pool[pool_count++];
	memset(name, 0, sizeof *name);
	memcpy(name->ids, ids, length * sizeof *ids);
	name->length = length;
}

static void forget_pool(void)
{
	free(pool);
	pool = NULL;
	pool_count = 0;
}

/* All cells of all tables, as the master is told them. */
static void walk_under_master(void)
{
	static struct master_pdu pdu;
	const struct master_pdu *const one[] = {&pdu};

	for (uint32_t table = 1; table <= 7; table++) {
		struct name name = {{OBJECTS, table}, ENTRY_LENGTH - 1}, end;
		unsigned type = 0;

		if (table > 1)
			name.ids[name.length++] = 1;
		end = name;
		end.ids[end.length - 1]++;
		while (type != SNMP_ENDOFMIBVIEW) {
			struct master_answer answer;

			master_begin(&pdu, MASTER_GET_NEXT, false, NULL);
			add_range(&pdu, &name, false, &end);
			master_ask(one, 1);
			answer = master_take();
			name.length = master_first(&answer, &type, name.ids);
			if (type != SNMP_ENDOFMIBVIEW)
				add_to_pool(name.ids, name.length);
		}
	}
}

/* A number that it is easy to be wrong about. */
static uint32_t odd_number(uint32_t usual)
{
	const uint32_t numbers[] = {0,		1,	    usual + 1,	 usual - 1,
				    2147483647, 2147483648, 4294967295u, draw(40)};

	return numbers[draw(COUNT(numbers))];
}

/* A name of the pool, or one beside it. The first KEPT numbers stay. */
static struct name random_name(size_t kept)
{
	struct name name = pool[draw((unsigned)pool_count)];

	switch (draw(6)) {
	case 0: /* cut */
		name.length = kept + draw((unsigned)(name.length - kept) + 1);
		break;
	case 1: /* with one more */
		name.ids[name.length++] = odd_number(0);
		break;
	case 2: /* with another number, and perhaps cut behind it */
		if (name.length > kept) {
			size_t at = kept + draw((unsigned)(name.length - kept));

			name.ids[at] = odd_number(name.ids[at]);
			name.length = draw(2) == 0 ? at + 1 : name.length;
		}
		break;
	case 3: /* as long as can be */
		if (draw(10) == 0)
			while (name.length < NAME_MAX_IDS)
				name.ids[name.length++] = odd_number(0);
		break;
	default:
		break;
	}
	return name;
}

static struct name random_end(const struct name *start)
{
	switch (draw(4)) {
	case 0:
		return random_name(ENTRY_LENGTH);
	case 1: {
		struct name end = *start;

		if (end.length > 0)
			end.ids[end.length - 1] += draw(3);
		return end;
	}
	default:
		return behind_table(start);
	}
}

/* The same random ranges in both; MIXED has one more that is not ours. */
static void build_random(struct master_pdu *plain, struct master_pdu *mixed)
{
	static const struct name other = {{1, 3, 6, 1, 2, 1, 1, 1}, 8};
	static const struct name other_end = {{1, 3, 6, 1, 2, 1, 1, 2}, 8};
	int type = draw(3) == 0 ? MASTER_GET : MASTER_GET_NEXT;
	bool big = draw(2) == 0;

	master_begin(plain, type, big, NULL);
	master_begin(mixed, type, big, NULL);
	for (unsigned i = draw(5) + 1; i > 0; i--) {
		struct name start = random_name(ENTRY_LENGTH), end = no_name;
		bool include = type == MASTER_GET_NEXT && draw(2) == 0;

		if (type == MASTER_GET_NEXT)
			end = random_end(&start);
		add_range(plain, &start, include, &end);
		add_range(mixed, &start, include, &end);
	}
	add_range(mixed, &other, false, &other_end);
}

/* Asks for both; whether the answers agree. *DIRECT is raised when PLAIN was answered first. */
static bool agree(const struct master_pdu *plain, const struct master_pdu *mixed, unsigned *direct)
{
	static uint8_t kept[sizeof plain->octets];
	const struct master_pdu *const both[] = {mixed, plain};
	struct master_answer first, second;
	size_t shorter, length;

	master_ask(both, COUNT(both));
	first = master_take();
	length = first.length;
	memcpy(kept, first.bindings, length);
	second = master_take();
	*direct += first.id == 1;
	shorter = length < second.length ? length : second.length;
	return first.error == 0 && second.error == 0 && shorter > 0 &&
	       (first.id == 1 ? length : second.length) == shorter &&
	       memcmp(kept, second.bindings, shorter) == 0;
}

/* Whatever a master may ask is answered in the same way, octet for octet. */
static void test_random_ranges(void)
{
	static struct master_pdu plain, mixed;
	unsigned wanted = harness_sanitized() ? 2000 : 10000, direct = 0, by_library = 0;
	struct process *agent = agent_of_master();
	unsigned state;

	random_state = harness_seed();
	walk_under_master();
	CU_ASSERT_TRUE(pool_count > 500);
	for (unsigned i = 0; i < wanted; i++) {
		unsigned tries = 0;

		state = random_state;
		build_random(&plain, &mixed);
		/* Ages may have changed in between, which is rare. */
		while (!agree(&plain, &mixed, &direct) && ++tries < 5)
			;
		if (tries == 5)
			FAIL("request %u, drawn from %u, has two answers", i, state);
	}
	printf("%u of %u were answered directly\n", direct, wanted);
	/* All but those with an end that is not in the table of their start. */
	CU_ASSERT_TRUE(direct > wanted / 3);
	switch_under_master(agent, false);
	for (unsigned i = 0; i < 100; i++) {
		build_random(&plain, &mixed);
		agree(&plain, &mixed, &by_library);
	}
	EQUAL_NUMBER(by_library, 0);
	forget_pool();
}

/* Under snmpd, where the two ways are taken one after the other, and ages go on in between. */

#define AGE_TOLERANCE (harness_sanitized() ? 100 : 30)

static bool is_ours(const oid *name, size_t length)
{
	static const oid objects[] = {OBJECTS};

	return netsnmp_oid_is_subtree(objects, COUNT(objects), name, length) == 0;
}

/* Whether the cell NAME is an age or the like, which moves on by itself. */
static bool is_moving(const oid *name)
{
	oid number = name[ENTRY_LENGTH - 2];
	oid place = name[number == 1 ? ENTRY_LENGTH - 1 : ENTRY_LENGTH];

	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct column *column = table_column(tables_all[i], (uint32_t)place);

		if (tables_all[i]->path[2] == number && column)
			return column->kind == &column_AGE || column->kind == &column_ELAPSED ||
			       column->kind == &column_TIMESTAMP;
	}
	return false;
}

/* Of what is not ours only the name and the type are looked at. */
static bool same_cell(const struct manager_cell *a, const struct manager_cell *b)
{
	if (a->type != b->type || snmp_oid_compare(a->id, a->length, b->id, b->length) != 0)
		return false;
	if (!is_ours(a->id, a->length) || a->type >= SNMP_NOSUCHOBJECT)
		return true;
	if (is_moving(a->id) && a->number != UINT32_MAX)
		return llabs(a->integer - b->integer) <=
		       AGE_TOLERANCE * (a->type == ASN_TIMETICKS ? 100 : 1);
	return a->number == b->number && a->integer == b->integer &&
	       a->text_length == b->text_length && memcmp(a->text, b->text, a->text_length) == 0;
}

static bool same_value(const netsnmp_variable_list *a, const netsnmp_variable_list *b)
{
	struct manager_cell one = {0}, other = {0};

	manager_take_value(&one, a);
	manager_take_value(&other, b);
	return same_cell(&one, &other);
}

static bool same_answer(const netsnmp_pdu *a, const netsnmp_pdu *b)
{
	const netsnmp_variable_list *one = a->variables, *other = b->variables;

	while (one && other && same_value(one, other)) {
		one = one->next_variable;
		other = other->next_variable;
	}
	return a->errstat == b->errstat && a->errindex == b->errindex && !one && !other;
}

static void add_foreign_names(void)
{
	static const struct name names[] = {{{1, 3, 6, 1, 2, 1, 1, 3, 0}, 9},
					    {{1, 3, 6, 1, 2, 1, 1, 9, 1, 2}, 10},
					    {{1, 3, 6, 1, 2, 1, 1}, 7},
					    {{1, 3, 6, 1, 4, 1, 8072, 9999, 9999}, 9},
					    {{1, 3, 6, 1, 4, 1, 8072, 9999, 1}, 9},
					    {{OBJECTS}, 12},
					    {{OBJECTS, 2, 2}, 14},
					    {{OBJECTS, 9}, 13},
					    {{1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0}, 11}};

	/* About one name in twenty of those that are asked for. */
	for (size_t wanted = pool_count / 20; wanted > 0; wanted--) {
		const struct name *name = &names[draw(COUNT(names))];

		add_to_pool(name->ids, name->length);
	}
}

static void fill_pool(void *manager)
{
	struct manager_cells cells = manager_walk(manager, "", WITH_BULK);

	for (size_t i = 0; i < cells.count; i++) {
		uint32_t ids[NAME_MAX_IDS];

		for (size_t j = 0; j < cells.cells[i].length; j++)
			ids[j] = (uint32_t)cells.cells[i].id[j];
		add_to_pool(ids, cells.cells[i].length);
	}
	manager_free_cells(&cells);
	add_foreign_names();
}

static netsnmp_pdu *random_request(void)
{
	static const int commands[] = {SNMP_MSG_GET, SNMP_MSG_GETNEXT, SNMP_MSG_GETBULK};
	netsnmp_pdu *pdu = snmp_pdu_create(commands[draw(COUNT(commands))]);

	for (unsigned i = draw(8) + 1; i > 0; i--) {
		struct name name = random_name(2);
		oid id[NAME_MAX_IDS + 1];

		for (size_t j = 0; j < name.length; j++)
			id[j] = name.ids[j];
		snmp_add_null_var(pdu, id, name.length);
	}
	if (pdu->command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = draw(3);
		pdu->max_repetitions = draw(8);
	}
	return pdu;
}

/* The answers to COUNT requests drawn from STATE, to be freed. */
static netsnmp_pdu **ask_all(void *manager, unsigned state, unsigned count)
{
	netsnmp_pdu **answers = calloc(count, sizeof *answers);

	random_state = state;
	for (unsigned i = 0; i < count; i++)
		if (snmp_sess_synch_response(manager, random_request(), &answers[i]) !=
		    STAT_SUCCESS)
			world_fail(__FILE__, __LINE__, "no answer to request %u, drawn from %u", i,
				   state);
	return answers;
}

static void check_same(netsnmp_pdu **direct, netsnmp_pdu **by_library, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!same_answer(direct[i], by_library[i]))
			FAIL("request %u has two answers", i);
		snmp_free_pdu(direct[i]);
		snmp_free_pdu(by_library[i]);
	}
	free(direct);
	free(by_library);
}

static void switch_under_snmpd(const struct process *agent, bool on)
{
	unsigned before = reloads(agent);

	begin_switch(agent, on);
	AWAIT(reloads(agent) > before, 20);
}

static void *manager_of_many(struct process **agent)
{
	struct sim *sim = world_sim("sim", "--jobs 150");
	void *manager;

	world_snmpd();
	world_config("client \"*\" { }\n");
	world_site("paris", sim, "refresh = \"1d\"\n");
	world_site("lyon", sim, "refresh = \"1d\"\n");
	*agent = world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	AWAIT(manager_site(manager, "lyon", SITE_STATUS) == UP, 20);
	return manager;
}

static void test_random_requests(void)
{
	unsigned batches = harness_sanitized() ? 2 : 10, size = harness_sanitized() ? 500 : 1000;
	struct process *agent;
	void *manager = manager_of_many(&agent);

	world_slow(4);
	random_state = harness_seed();
	fill_pool(manager);
	for (unsigned i = 0; i < batches; i++) {
		unsigned state = random_state;
		netsnmp_pdu **direct = ask_all(manager, state, size), **by_library;

		switch_under_snmpd(agent, false);
		by_library = ask_all(manager, state, size);
		check_same(direct, by_library, size);
		switch_under_snmpd(agent, true);
	}
	forget_pool();
}

static void check_same_walk(const struct manager_cells *a, const struct manager_cells *b)
{
	EQUAL_NUMBER(a->count, b->count);
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!same_cell(&a->cells[i], &b->cells[i]))
			FAIL("cell %zu is another", i);
}

static void test_walks(void)
{
	enum { DIRECT_NEXT, DIRECT_BULK, LIBRARY_NEXT, LIBRARY_BULK, WALKS };
	struct manager_cells walks[WALKS];
	struct process *agent;
	void *manager = manager_of_many(&agent);

	for (int i = 0; i < WALKS; i++) {
		if (i == LIBRARY_NEXT)
			switch_under_snmpd(agent, false);
		walks[i] = manager_walk(manager, "", i % 2 == 0 ? WITH_NEXT : WITH_BULK);
	}
	CU_ASSERT_TRUE(walks[0].count > 1000);
	for (int i = 1; i < WALKS; i++)
		check_same_walk(&walks[0], &walks[i]);
	for (int i = 0; i < WALKS; i++)
		manager_free_cells(&walks[i]);
}

static const struct harness_test tests[] = {
    {"what is answered directly, and what not", test_what_is_direct},
    {"connections come and go", test_reconnect},
    {"who asks is not pinged", test_pings},
    {"10,000 random search ranges, both ways", test_random_ranges},
    {"10,000 random requests, both ways", test_random_requests},
    {"walks of all tables, both ways", test_walks},
    {NULL, NULL},
};

const struct harness_suite fastpath_suite = {"fastpath", tests};
