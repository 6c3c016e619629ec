/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"
#include "manager.h"
#include "master.h"
#include "tables/tables.h"
#include "world.h"

/* Master agents that are slow, refuse, or send what no master agent should. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ADDITIONS (TABLE_COUNT + 1)
#define HEADER 20
#define SESSION 77
#define LONG_ARCS 100 /* of a long name, behind those of the table */
#define MUTATIONS (harness_sanitized() ? 400 : 2000)

static const uint32_t objects[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556, 1, 1};

/* Asks for a scalar of ours, as snmpd would. */
static void ask_scalar(void)
{
	static struct master_pdu pdu;
	const struct master_pdu *const one[] = {&pdu};
	uint32_t name[COUNT(objects) + 3];

	memcpy(name, objects, sizeof objects);
	memcpy(name + COUNT(objects), (uint32_t[]){1, 1, 0}, 3 * sizeof(uint32_t));
	master_begin(&pdu, MASTER_GET, false, NULL);
	master_add_range(&pdu, name, COUNT(name), true, NULL, 0);
	master_ask(one, 1);
}

static bool ask_and_see(double seconds)
{
	master_serve(0);
	if (!master_send("", 0))
		return false;
	ask_scalar();
	return master_is_answered(seconds);
}

static struct process *agent_of_master(void)
{
	struct process *agent;

	master_start();
	world_site("paris", world_sim("sim", "--jobs 60"), "refresh = \"1d\"\n");
	agent = world_agent(NULL);
	AWAIT((master_serve(ADDITIONS) && world_holds(agent->err, "site paris: up")), 20);
	CU_ASSERT_TRUE(ask_and_see(10));
	return agent;
}

/* The agent lives and answers: in its session, or in the next when the master agent closes this. */
static void check_alive(struct process *agent, const char *after)
{
	if (ask_and_see(0.3)) {
		CU_PASS("answered");
		return;
	}
	master_hang_up();
	AWAIT((!world_running(agent) || master_serve(ADDITIONS)), 15);
	if (!world_running(agent))
		world_fail(__FILE__, __LINE__, "%s: the agent has ended", after);
	if (!ask_and_see(10))
		FAIL("%s: no answer any more", after);
}

/* A PDU as octets, which are written without knowing what is allowed. */
struct octets {
	uint8_t octets[70000];
	size_t length;
};

static void put(struct octets *to, const void *octets, size_t length)
{
	memcpy(to->octets + to->length, octets, length);
	to->length += length;
}

static void put_32(struct octets *to, uint32_t number)
{
	put(to,
	    (uint8_t[]){(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
			(uint8_t)(number >> 24)},
	    4);
}

static void put_header(struct octets *to, uint8_t version, uint8_t type, uint8_t flags,
		       uint32_t session, uint32_t length)
{
	to->length = 0;
	put(to, (uint8_t[]){version, type, flags, 0}, 4);
	put_32(to, session);
	put_32(to, 1);
	put_32(to, 7);
	put_32(to, length);
}

/* An identifier of COUNT numbers, which begins in the table of jobs where that is long enough. */
static void put_name(struct octets *to, uint8_t prefix, unsigned count)
{
	static const uint32_t head[] = {1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 1556, 1, 1, 3, 1, 4};
	unsigned skipped = prefix ? 5 : 0;

	put(to, (uint8_t[]){(uint8_t)count, prefix, 1, 0}, 4);
	for (unsigned i = 0; i < count; i++)
		put_32(to, i + skipped < COUNT(head) ? head[i + skipped] : 97);
}

#define PAYLOAD(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define VERSION_0 255 /* as 0 is the same as nothing */
#define NETWORK_ORDER 0x10

/* Where nothing else is said: version 1, the agent's session, the length that it has. */
static const struct hostile {
	const char *what;
	uint8_t type;
	const uint8_t *payload;
	size_t size;
	uint8_t version, flags;
	uint32_t session, length;
} hostiles[] = {
    {"version 0", MASTER_GET, PAYLOAD(0), VERSION_0, 0, 0, 0},
    {"version 2", MASTER_GET, PAYLOAD(0, 0, 0, 0, 0, 0, 0, 0), 2, 0, 0, 0},
    {"version 254", MASTER_GET, PAYLOAD(0, 0, 0, 0, 0, 0, 0, 0), 254, 0, 0, 0},
    {"type 0", 0, NULL, 0, 0, 0, 0, 0},
    {"type 19", 19, NULL, 0, 0, 0, 0, 0},
    {"type 255", 255, PAYLOAD(1, 2, 3, 4), 0, 0, 0, 0},
    {"Open from the master", MASTER_OPEN, PAYLOAD(5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0},
    {"Register from the master", MASTER_REGISTER, PAYLOAD(5, 127, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0},
    {"Register of a range beyond its name", MASTER_REGISTER,
     PAYLOAD(5, 127, 255, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0), 0, 0, 0, 0},
    {"Unregister from the master", 4, PAYLOAD(0, 127, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0},
    {"Ping from the master", MASTER_PING, NULL, 0, 0, 0, 0, 0},
    {"Notify from the master", MASTER_NOTIFY, PAYLOAD(2, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0), 0, 0, 0,
     0},
    {"Notify that is cut short", MASTER_NOTIFY, PAYLOAD(2, 0), 0, 0, 0, 0},
    {"IndexAllocate from the master", 14, PAYLOAD(2, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0), 0, 0, 0, 0},
    {"AddAgentCaps from the master", 16, PAYLOAD(0, 2, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0), 0, 0, 0, 0},
    {"Response to nothing", 18, PAYLOAD(0, 0, 0, 0, 0, 0, 0, 0), 0, 0, 0, 0},
    {"Response with an error to nothing", 18, PAYLOAD(0, 0, 0, 0, 5, 0, 9, 0), 0, 0, 0, 0},
    {"Response that is cut short", 18, PAYLOAD(0, 0, 0), 0, 0, 0, 0},
    {"Response with a cut varbind", 18,
     PAYLOAD(0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0, 255, 255, 255, 255), 0, 0, 0, 0},
    {"Get of another session", MASTER_GET, PAYLOAD(0, 2, 0, 0, 0, 0, 0, 0), 0, 0, 4242, 0},
    {"Get with half a range", MASTER_GET, PAYLOAD(0, 2, 0, 0), 0, 0, 0, 0},
    {"Get with 2 octets of a range", MASTER_GET, PAYLOAD(0, 2), 0, 0, 0, 0},
    {"Get with numbers that are missing", MASTER_GET, PAYLOAD(200, 0, 0, 0, 1, 0, 0, 0), 0, 0, 0,
     0},
    {"Get of an empty list", MASTER_GET, NULL, 0, 0, 0, 0, 0},
    {"GetNext of an empty list", MASTER_GET_NEXT, NULL, 0, 0, 0, 0, 0},
    {"GetNext from the null identifier", MASTER_GET_NEXT, PAYLOAD(0, 0, 0, 0, 0, 0, 0, 0), 0, 0, 0,
     0},
    {"GetBulk of nothing", MASTER_GET_BULK, NULL, 0, 0, 0, 0, 0},
    {"GetBulk of 65535 repetitions", MASTER_GET_BULK,
     PAYLOAD(0, 0, 255, 255, 0, 2, 1, 0, 0, 0, 0, 0), 0, 0, 0, 0},
    {"GetBulk of 65535 non-repeaters", MASTER_GET_BULK,
     PAYLOAD(255, 255, 255, 255, 0, 2, 1, 0, 0, 0, 0, 0), 0, 0, 0, 0},
    {"little-endian with the flag of the network's order", MASTER_GET,
     PAYLOAD(1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), 0, NETWORK_ORDER, 0, 0},
    {"all flags", MASTER_GET, PAYLOAD(0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0), 0, 0xff, 0, 0},
    {"a context that is longer than the PDU", MASTER_GET, PAYLOAD(255, 255, 0, 0, 'x', 0, 0, 0), 0,
     8, 0, 0},
    {"a context of 4 GiB", MASTER_GET, PAYLOAD(255, 255, 255, 255, 'x', 0, 0, 0), 0, 8, 0, 0},
    {"a context without padding", MASTER_GET, PAYLOAD(1, 0, 0, 0, 'x'), 0, 8, 0, 0},
    {"a context with a NUL", MASTER_GET,
     PAYLOAD(8, 0, 0, 0, 0, 'x', 'x', 'x', 'x', 'x', 'x', 'x', 0, 2, 0, 0, 0, 0, 0, 0), 0, 8, 0, 0},
    {"GetNext in a context with a NUL", MASTER_GET_NEXT,
     PAYLOAD(8, 0, 0, 0, 'x', 0, 'x', 'x', 'x', 'x', 'x', 'x', 0, 2, 0, 0, 0, 0, 0, 0), 0, 8, 0, 0},
    {"TestSet of nothing", MASTER_TEST_SET, NULL, 0, 0, 0, 0, 0},
    {"TestSet of an unknown type", MASTER_TEST_SET, PAYLOAD(99, 0, 0, 0, 0, 2, 0, 0), 0, 0, 0, 0},
    {"TestSet of an integer that is missing", MASTER_TEST_SET, PAYLOAD(2, 0, 0, 0, 0, 2, 0, 0), 0,
     0, 0, 0},
    {"TestSet of a string of 4 GiB", MASTER_TEST_SET,
     PAYLOAD(4, 0, 0, 0, 0, 2, 0, 0, 255, 255, 255, 255), 0, 0, 0, 0},
    {"TestSet of an Opaque that lies", MASTER_TEST_SET,
     PAYLOAD(68, 0, 0, 0, 0, 2, 0, 0, 4, 0, 0, 0, 0x9f, 0x79, 8, 0), 0, 0, 0, 0},
    {"TestSet of an identifier that is cut", MASTER_TEST_SET,
     PAYLOAD(6, 0, 0, 0, 0, 2, 0, 0, 255, 0, 0, 0, 1, 0, 0, 0), 0, 0, 0, 0},
    {"TestSet of an address of 1 octet", MASTER_TEST_SET,
     PAYLOAD(64, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0), 0, 0, 0, 0},
    {"CommitSet without a TestSet", 9, NULL, 0, 0, 0, 0, 0},
    {"UndoSet without a TestSet", 10, NULL, 0, 0, 0, 0, 0},
    {"CleanupSet without a TestSet", MASTER_CLEANUP_SET, NULL, 0, 0, 0, 0, 0},
    {"Close from the master", MASTER_CLOSE, PAYLOAD(5, 0, 0, 0), 0, 0, 0, 0},
    {"Close without a reason", MASTER_CLOSE, NULL, 0, 0, 0, 0, 0},
    {"a length of 2^31", MASTER_GET, NULL, 0, 0, 0, 0, 0x80000000u},
    {"a length of 2^32 - 1", MASTER_GET, NULL, 0, 0, 0, 0, 0xffffffffu},
    {"a length that is 0 with the header", MASTER_GET, NULL, 0, 0, 0, 0, 0xffffffecu},
    {"a length of 2^31 - 1", MASTER_GET, NULL, 0, 0, 0, 0, 0x7fffffffu},
    {"a length that is too long by 4", MASTER_GET, PAYLOAD(0, 2, 0, 0, 0, 0, 0, 0), 0, 0, 0, 12},
    {"a length that is too short by 4", MASTER_GET, PAYLOAD(0, 2, 0, 0, 0, 0, 0, 0), 0, 0, 0, 4},
    {"a length of 3", MASTER_GET, PAYLOAD(0, 2, 0), 0, 0, 0, 3},
};

static void test_hostile(void)
{
	static struct octets pdu;
	struct process *agent = agent_of_master();

	for (size_t i = 0; i < COUNT(hostiles); i++) {
		const struct hostile *hostile = &hostiles[i];
		uint8_t version = hostile->version ? hostile->version : 1;

		put_header(&pdu, version == VERSION_0 ? 0 : version, hostile->type, hostile->flags,
			   hostile->session ? hostile->session : SESSION,
			   hostile->length ? hostile->length : (uint32_t)hostile->size);
		if ((hostile->flags & NETWORK_ORDER) != 0)
			memcpy(pdu.octets + 16, (uint8_t[]){0, 0, 0, (uint8_t)hostile->size}, 4);
		put(&pdu, hostile->payload ? hostile->payload : (const uint8_t *)"", hostile->size);
		CU_ASSERT_TRUE(master_send(pdu.octets, pdu.length));
		check_alive(agent, hostile->what);
	}
}

/* Identifiers that are longer than the 128 numbers of RFC 2578, at the start and at the end. */
static void test_long_names(void)
{
	static const struct {
		uint8_t prefix;
		unsigned start, end;
	} names[] = {{0, 127, 0},   {0, 128, 0},   {0, 129, 0},	  {0, 255, 0},	{4, 123, 0},
		     {4, 124, 0},   {4, 255, 0},   {0, 16, 129},  {0, 16, 255}, {4, 16, 255},
		     {0, 128, 128}, {0, 129, 129}, {0, 255, 255}, {4, 255, 255}};
	static const uint8_t types[] = {MASTER_GET, MASTER_GET_NEXT, MASTER_GET_BULK};
	static struct octets pdu;
	struct process *agent = agent_of_master();
	char what[60];

	for (size_t i = 0; i < COUNT(names) * COUNT(types); i++) {
		uint8_t type = types[i % COUNT(types)], prefix = names[i / COUNT(types)].prefix;
		unsigned start = names[i / COUNT(types)].start, end = names[i / COUNT(types)].end;

		put_header(&pdu, 1, type, 0, SESSION, 0);
		if (type == MASTER_GET_BULK)
			put_32(&pdu, 10 << 16);
		put_name(&pdu, prefix, start);
		put_name(&pdu, end ? prefix : 0, end);
		memcpy(pdu.octets + 16,
		       (uint8_t[]){(uint8_t)(pdu.length - HEADER),
				   (uint8_t)((pdu.length - HEADER) >> 8)},
		       2);
		CU_ASSERT_TRUE(master_send(pdu.octets, pdu.length));
		snprintf(what, sizeof what, "type %u, %u numbers to %u", type, start, end);
		check_alive(agent, what);
	}
}

/* Gives TIMES octets behind the header of PDU other values. */
static void flip(struct octets *pdu, unsigned times, unsigned *random)
{
	size_t room = pdu->length - HEADER;

	while (room > 0 && times-- > 0)
		pdu->octets[HEADER + (unsigned)rand_r(random) % room] = (uint8_t)rand_r(random);
}

/* Requests in which some octets are others, at random. The lengths are true. */
static void test_mutations(void)
{
	static struct octets pdu;
	struct process *agent = agent_of_master();
	unsigned random = harness_seed();

	for (int i = 1; i <= MUTATIONS; i++) {
		uint8_t type = (uint8_t)(MASTER_GET + (unsigned)rand_r(&random) % 7);

		put_header(&pdu, 1, type, rand_r(&random) % 8 == 0 ? 8 : 0, SESSION, 0);
		if (rand_r(&random) % 2 == 0)
			put_32(&pdu, (uint32_t)rand_r(&random) % 12);
		for (int names = rand_r(&random) % 4; names >= 0; names--)
			put_name(&pdu, rand_r(&random) % 2 ? 4 : 0,
				 1 + (unsigned)rand_r(&random) % 40);
		flip(&pdu, 1 + (unsigned)rand_r(&random) % 6, &random);
		memcpy(pdu.octets + 16,
		       (uint8_t[]){(uint8_t)(pdu.length - HEADER),
				   (uint8_t)((pdu.length - HEADER) >> 8)},
		       2);
		CU_ASSERT_TRUE_FATAL(master_send(pdu.octets, pdu.length));
		if (i % 20 == 0)
			check_alive(agent, "mutations");
	}
}

/* Resident memory of PROCESS in KiB. */
static long memory_of(const struct process *process)
{
	char path[60], *text, *found;
	long kib = -1;

	snprintf(path, sizeof path, "/proc/%d/status", (int)process->pid);
	text = world_read(path);
	found = strstr(text, "VmRSS:");
	if (found)
		kib = strtol(found + 6, NULL, 10);
	free(text);
	return kib;
}

/* A length of a gigabyte, and some of it: the agent keeps none of it and connects again. */
static void test_oversized(void)
{
	static uint8_t octets[65536];
	static struct octets pdu;
	struct process *agent = agent_of_master();
	long before = memory_of(agent);

	put_header(&pdu, 1, MASTER_GET, 0, SESSION, 0x40000000);
	CU_ASSERT_TRUE(master_send(pdu.octets, pdu.length));
	AWAIT((master_send(octets, sizeof octets),
	       world_holds(agent->err, "has sent a PDU of more than 1048576 octets")),
	      10);
	CU_ASSERT_TRUE(memory_of(agent) < before + 4096 * (harness_sanitized() ? 8 : 1));
	check_alive(agent, "a long PDU");
}

/* What begins BER's LENGTH octets that follow. */
static void put_tag(struct octets *to, uint8_t tag, size_t length)
{
	put(to, (uint8_t[]){tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length}, 4);
}

/* An SNMPv2c GET of NAMES long names in the table of jobs, without the help of a library. */
static void put_long_get(struct octets *to, unsigned names)
{
	static const uint8_t begin[] = {2, 1, 1, 4, 6, 'p', 'u', 'b', 'l', 'i', 'c'};
	static const uint8_t numbers[] = {2, 1, 1, 2, 1, 0, 2, 1, 0};
	static const uint8_t head[] = {0x2b, 6,	  1,	4,    1, 0xbf, 8, 0xce, 0xf,
				       0xce, 0xf, 0x8c, 0x14, 1, 1,    3, 1,	4};
	uint8_t arcs[LONG_ARCS];
	size_t name = sizeof head + sizeof arcs;
	size_t list = names * (name + 6);

	memset(arcs, 97, sizeof arcs);
	to->length = 0;
	put_tag(to, 0x30, sizeof begin + 4 + sizeof numbers + 4 + list);
	put(to, begin, sizeof begin);
	put_tag(to, 0xa0, sizeof numbers + 4 + list);
	put(to, numbers, sizeof numbers);
	put_tag(to, 0x30, list);
	while (names-- > 0) {
		put(to, (uint8_t[]){0x30, (uint8_t)(name + 4), 6, (uint8_t)name}, 4);
		put(to, head, sizeof head);
		put(to, arcs, sizeof arcs);
		put(to, (uint8_t[]){5, 0}, 2);
	}
}

/* An arc is one octet of SNMP and four of AgentX. A manager that may only read takes no rows away
 * from the others by asking for much. */
static void test_long_request(void)
{
	static const unsigned counts[] = {200, 500, 200};
	static struct octets request, answer;
	struct sockaddr_in to = {.sin_family = AF_INET};
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct process *agent;
	struct sim *sim = world_sim("sim", "--jobs 60");
	void *manager = manager_of_paris(sim, &agent);
	int64_t jobs;

	to.sin_port = htons((uint16_t)world_snmp_port());
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CU_ASSERT_TRUE_FATAL(connect(udp, (struct sockaddr *)&to, sizeof to) == 0);
	for (size_t i = 0; i < COUNT(counts); i++) {
		put_long_get(&request, counts[i]);
		CU_ASSERT_TRUE(send(udp, request.octets, request.length, 0) ==
			       (ssize_t)request.length);
		AWAIT(recv(udp, answer.octets, sizeof answer.octets, MSG_DONTWAIT) > 0, 10);
		/* Nothing else is asked for some time. */
		jobs = sim_count(sim, "jobs");
		AWAIT((i < COUNT(counts) - 1 || sim_count(sim, "jobs") >= jobs + 3), 10);
		EQUAL_NUMBER(manager_site(manager, "paris", SITE_STATUS), UP);
	}
	close(udp);
	EQUAL_NUMBER(world_count(agent->err, "connected to the master agent"), 1);
}

/* A request that is too long, and comes in pieces of which each is read alone or with others. */
static void test_pieces(void)
{
	static struct octets pdu;
	static const uint8_t payload[66000];
	struct process *agent = agent_of_master();
	size_t step = 1;

	put_header(&pdu, 1, MASTER_GET, 0, SESSION, sizeof payload);
	put(&pdu, payload, sizeof payload);
	for (size_t at = 0; at < pdu.length; at += step) {
		step = at < 2 * HEADER ? 1 : pdu.length - at < 1000 ? pdu.length - at : 1000;
		AWAIT(master_send(pdu.octets + at, step), 5);
		/* The first ones alone. */
		if (step == 1)
			AWAIT(master_is_read(), 5);
	}
	ask_scalar();
	CU_ASSERT_TRUE(master_is_answered(5));
	EQUAL_NUMBER(world_count(agent->err, "connected to the master agent"), 1);
}

/* A master agent that asks and never reads cannot hold up the agent, not even its end. */
static void test_never_reads(void)
{
	static struct master_pdu pdu;
	struct process *agent = agent_of_master();
	uint32_t name[COUNT(objects) + 1];

	memcpy(name, objects, sizeof objects);
	name[COUNT(objects)] = 1;
	master_begin(&pdu, MASTER_GET_NEXT, false, NULL);
	for (int i = 0; i < 500; i++)
		master_add_range(&pdu, name, COUNT(name), true, NULL, 0);
	for (int i = 0; i < 2; i++) {
		unsigned sent = 0;

		while (sent < 1000 && master_send(pdu.octets, pdu.length))
			sent++;
		CU_ASSERT_TRUE(sent > 5 && sent < 1000);
		if (i == 0)
			check_alive(agent, "answers that are not read");
	}
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 4), 0);
}

/* The master agent goes while it is answered, again and again. */
static void test_gone_while_answered(void)
{
	static struct master_pdu pdu;
	const struct master_pdu *const three[] = {&pdu, &pdu, &pdu};
	struct process *agent = agent_of_master();
	uint32_t name[COUNT(objects) + 1];

	memcpy(name, objects, sizeof objects);
	name[COUNT(objects)] = 1;
	for (int i = 0; i < 5; i++) {
		master_begin(&pdu, i % 2 ? MASTER_GET : MASTER_GET_NEXT, false, NULL);
		for (int j = 0; j < 300; j++)
			master_add_range(&pdu, name, COUNT(name), true, NULL, 0);
		master_ask(three, COUNT(three));
		if (i % 2)
			usleep(2000); /* what it is doing then is for chance to say */
		check_alive(agent, "an end in the middle");
		master_hang_up();
		AWAIT(master_serve(ADDITIONS), 15);
	}
}

/* The session is refused, or not answered at all: the agent works on, and comes when it may. */
static void test_open_refused(void)
{
	static const unsigned replies[] = {MASTER_EACH_ERROR, MASTER_SILENT};
	struct sim *sim = world_sim("sim", "--jobs 60");
	struct process *agent;
	int64_t jobs;

	master_start();
	master_reply(MASTER_OPEN, replies[0]);
	world_site("paris", sim, NULL);
	agent = world_agent(NULL);
	for (size_t i = 0; i < COUNT(replies); i++) {
		master_reply(MASTER_OPEN, replies[i]);
		master_hang_up();
		jobs = sim_count(sim, "jobs");
		AWAIT((master_serve(1) || sim_count(sim, "jobs") >= jobs + 6), 20);
		EQUAL_NUMBER(master_serve(1), false);
		master_reply(MASTER_OPEN, 0);
		AWAIT(master_serve(ADDITIONS), 20);
		CU_ASSERT_TRUE(ask_and_see(10));
	}
	CU_ASSERT_TRUE(world_holds(agent->err, "opens no session"));
}

/* Each error that a registration can be refused with is told; half a minute later it is repeated.
 */
static void test_registration_refused(void)
{
	struct process *agent;
	char text[60];

	master_start();
	master_reply(MASTER_REGISTER, MASTER_EACH_ERROR);
	world_site("paris", world_sim("sim", "--jobs 60"), "refresh = \"1d\"\n");
	agent = world_agent(NULL);
	AWAIT(master_serve(ADDITIONS), 20);
	for (int error = 256; error < 256 + 13; error++) {
		snprintf(text, sizeof text, "(error %d): ", error);
		AWAIT((master_serve(ADDITIONS), world_holds(agent->err, text)), 5);
	}
	CU_ASSERT_TRUE(world_holds(agent->err, "error 263): another agent serves the same OID"));
	master_reply(MASTER_REGISTER, 0);
	AWAIT((master_serve(2 * TABLE_COUNT + 1), world_holds(agent->err, "now accepts")), 40);
	AWAIT((master_serve(0), ask_and_see(10)), 10);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
}

/* A registration that is not answered costs 0.3 s, and not the agent. */
static void test_registration_unanswered(void)
{
	struct process *agent = agent_of_master();
	int64_t limit;

	master_reply(MASTER_REGISTER, MASTER_SILENT);
	master_hang_up();
	AWAIT(master_serve(2), 20);
	limit = world_deadline(TABLE_COUNT * 0.3 + 2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 10), 0);
	CU_ASSERT_FALSE(world_late(limit));
}

/* Pings that are not answered: the agent connects again, and rows are served again. */
static void test_pings_unanswered(void)
{
	struct process *agent = agent_of_master();
	unsigned before = master_pings();

	master_reply(MASTER_PING, MASTER_SILENT);
	AWAIT((master_serve(ADDITIONS), master_pings() > before), 25);
	AWAIT(!master_serve(ADDITIONS), 10);
	master_reply(MASTER_PING, 0);
	AWAIT(master_serve(ADDITIONS), 20);
	check_alive(agent, "pings without an answer");
}

/* Either side may end a session (RFC 2741, 7.1.8). The next is not left to the ping, 15 s later. */
static void test_closed(void)
{
	static struct octets pdu;
	struct process *agent = agent_of_master();

	put_header(&pdu, 1, MASTER_CLOSE, 0, SESSION, 4);
	put(&pdu, (uint8_t[]){5, 0, 0, 0}, 4);
	CU_ASSERT_TRUE(master_send(pdu.octets, pdu.length));
	AWAIT((master_serve(0), world_count(agent->err, "connected to the master agent") == 2), 5);
	AWAIT(master_serve(ADDITIONS), 5);
	CU_ASSERT_TRUE(ask_and_see(10));
}

/* What may be where the socket should be: it is told what is wrong, and the agent comes to snmpd
 * once that is mended. */
static void test_socket_faults(void)
{
	const char *path = world_path("agentx");
	struct process *agent;
	void *manager;

	world_site("paris", world_sim("sim", "--jobs 60"), NULL);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "cannot reach the master agent"), 10);
	CU_ASSERT_TRUE(world_holds(agent->err, "no such socket"));
	world_write("agentx", 0600, "a file");
	AWAIT(world_holds(agent->err, "nobody listens"), 10);
	unlink(path);
	AWAIT(world_count(agent->err, "no such socket") == 2, 10);
	CU_ASSERT_TRUE(mkdir(path, 0700) == 0);
	AWAIT(world_count(agent->err, "nobody listens") == 2, 10);
	rmdir(path);
	CU_ASSERT_TRUE(symlink("agentx", path) == 0);
	AWAIT(world_holds(agent->err, strerror(ELOOP)), 10);
	unlink(path);
	world_snmpd();
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 15);
}

/* snmpd lets others in by agentXPerms. Root has no rights beyond those of the file here. */
static void test_socket_refused(void)
{
	const char *path = world_path("agentx");
	bool root = geteuid() == 0;
	struct process *agent;
	void *manager;

	world_snmpd();
	AWAIT(access(path, F_OK) == 0, 10);
	CU_ASSERT_EQUAL(chmod(path, 0), 0);
	world_site("paris", world_sim("sim", "--jobs 60"), NULL);
	agent = root ? world_agent_by("setpriv --bounding-set -dac_override,-dac_read_search")
		     : world_agent(NULL);
	AWAIT(world_holds(agent->err, "permission denied"), 10);
	CU_ASSERT_EQUAL(chmod(path, 0600), 0);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 15);
}

/* A socket that listens and never accepts, and one of something else. */
static void test_no_agentx(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
	struct process *agent;
	int64_t limit;

	strncpy(address.sun_path, world_path("agentx"), sizeof address.sun_path - 1);
	CU_ASSERT_TRUE_FATAL(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
			     listen(listener, 1) == 0);
	world_site("paris", world_sim("sim", "--jobs 60"), NULL);
	agent = world_agent(NULL);
	AWAIT(world_holds(agent->err, "it does not answer"), 10);
	AWAIT(world_holds(agent->err, "site paris: up"), 20);
	peer = accept(listener, NULL, NULL);
	CU_ASSERT_TRUE(send(peer, "SSH-2.0-none\r\n", 14, MSG_NOSIGNAL) == 14);
	AWAIT(world_holds(agent->err, "no AgentX master agent"), 10);
	limit = world_deadline(2);
	EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	CU_ASSERT_FALSE(world_late(limit));
	close(peer);
	close(listener);
}

/* A path that is longer than a socket's can be. */
static void test_socket_paths(void)
{
	char lines[400], deep[140];
	struct process *agent;

	world_site("paris", world_plain_sim("sim", "--jobs 60"), NULL);
	memset(deep, 'x', sizeof deep - 1);
	deep[sizeof deep - 1] = '\0';
	snprintf(lines, sizeof lines, "agentx-socket = \"%s\"\n", world_path("%s", deep));
	world_config(lines);
	agent = world_agent(NULL);
	agent->want = WORLD_ANY;
	AWAIT((!world_running(agent) || world_holds(agent->err, strerror(ENAMETOOLONG))), 10);
	if (world_running(agent)) {
		AWAIT(world_holds(agent->err, "site paris: up"), 20);
		EQUAL_NUMBER(world_end_process(agent, SIGTERM, 5), 0);
	}
}

/* AgentX over TCP: rows are served, and again after snmpd has gone and come. */
static void test_tcp(void)
{
	struct sim *sim = world_sim("sim", "--jobs 60");
	struct process *snmpd;
	void *manager;

	world_agentx_by_tcp();
	world_site("paris", sim, NULL);
	snmpd = world_snmpd();
	world_agent(NULL);
	manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
	world_end_process(snmpd, SIGKILL, 10);
	world_snmpd();
	AWAIT(manager_site(manager, "paris", SITE_STATUS) == UP, 20);
	CHECK_ROWS(manager_rows(manager, "paris", WITH_BULK), sim);
}

/* A notification that is due while the master agent is away is sent once when it is back. */
static void test_notification_held(void)
{
	struct sim *sim = world_sim("sim", "--jobs 60");
	unsigned before;

	master_start();
	world_config("notify = { \"site\" }\ndown-after = 1\n");
	world_site("paris", sim, NULL);
	master_reply(MASTER_OPEN, MASTER_EACH_ERROR);
	world_agent(NULL);
	AWAIT((master_serve(1), sim_count(sim, "ping") >= 1), 20);
	sim_faults(sim, "500");
	before = (unsigned)sim_count(sim, "ping");
	AWAIT((master_serve(1), sim_count(sim, "ping") > before + 1), 30);
	EQUAL_NUMBER(master_notifications(), 0);
	master_reply(MASTER_OPEN, 0);
	AWAIT((master_serve(ADDITIONS), master_notifications() == 1), 20);
	before = (unsigned)sim_count(sim, "ping");
	AWAIT((master_serve(ADDITIONS), sim_count(sim, "ping") > before), 30);
	EQUAL_NUMBER(master_notifications(), 1);
}

static const struct harness_test tests[] = {
    {"PDUs that are no good", test_hostile},
    {"names that are too long", test_long_names},
    {"PDUs at random", test_mutations},
    {"a PDU of a gigabyte", test_oversized},
    {"a manager asks for very much", test_long_request},
    {"a long request in pieces", test_pieces},
    {"answers that nobody reads", test_never_reads},
    {"the master is gone while it is answered", test_gone_while_answered},
    {"the session is refused", test_open_refused},
    {"registrations are refused", test_registration_refused},
    {"registrations are not answered", test_registration_unanswered},
    {"pings are not answered", test_pings_unanswered},
    {"the master closes the session", test_closed},
    {"what is no socket", test_socket_faults},
    {"a socket without permission", test_socket_refused},
    {"what is no master agent", test_no_agentx},
    {"a path that is too long", test_socket_paths},
    {"AgentX over TCP", test_tcp},
    {"a notification while the master is away", test_notification_held},
    {NULL, NULL},
};

const struct harness_suite master_suite = {"master", tests};
