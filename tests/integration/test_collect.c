/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "harness.h"
#include "manager.h"
#include "world.h"

/*
 * What is collected beside the jobs, as a manager sees it: all rows of large lists that change
 * while they are read, failures of each kind, restarts, and the notifications.
 */

#define ALL "collect = { \"storage\", \"tape\", \"media\", \"security\" }\n"
#define OFTEN                                                                                      \
	"storage-refresh = \"1s\"\ntape-refresh = \"1s\"\nmedia-refresh = \"1s\"\n"                \
	"security-refresh = \"1s\"\n"
#define NOTIFICATIONS ".1.3.6.1.4.1.8072.9999.9999.1556.1.0."
#define UNITS 10
#define POOLS 11
#define SERVERS 12
#define DRIVES 13
#define MEDIA 14
#define RESOURCES 16

struct scene {
	struct sim *sim;
	struct process *agent;
	void *manager;
};

static struct process *start_agent(const struct scene *scene, const char *more)
{
	world_forget_sites();
	world_site("paris", scene->sim, more);
	return world_agent(NULL);
}

static struct scene begin(const char *options, const char *more)
{
	struct scene scene = {.sim = world_sim("sim", options)};

	world_snmpd();
	scene.agent = start_agent(&scene, more);
	scene.manager = manager_open(WORLD_PUBLIC);
	AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == UP, 60);
	return scene;
}

/* The cells of the column COLUMN of TABLE. */
static struct manager_cells column(const struct scene *scene, unsigned table, unsigned number)
{
	return manager_column(scene->manager, "paris", table, number, WITH_BULK);
}

static size_t count(const struct scene *scene, unsigned table, unsigned number)
{
	struct manager_cells cells = column(scene, table, number);
	size_t rows = cells.count;

	manager_free_cells(&cells);
	return rows;
}

/* The number in the column NUMBER of the row KEY, NULL = there is one only; -99 = there is none. */
static int64_t value(const struct scene *scene, unsigned table, const char *key, unsigned number)
{
	struct manager_cell cell;

	if (!manager_table_cell(scene->manager, "paris", table, number, key, &cell))
		return -99;
	return cell.type == ASN_INTEGER ? cell.integer : (int64_t)cell.number;
}

static int64_t state(const struct scene *scene, const char *resource)
{
	return manager_resource(scene->manager, "paris", resource);
}

/* The two that come last. */
static void await_all(const struct scene *scene)
{
	AWAIT(state(scene, "api-keys") == RESOURCE_UP, 60);
	AWAIT(state(scene, "tape-volume-pools") == RESOURCE_UP, 120);
}

/* The number in the column NUMBER of nbuSecurityTable, whose one row has the site as its index. */
static int64_t security(const struct scene *scene, unsigned number)
{
	return value(scene, 15, NULL, number);
}

static void change(const struct scene *scene, const char *commands)
{
	free(sim_control(scene->sim, "resources", commands));
}

/* What resources/NAME holds, a JSON text a line. */
static char *listed(const struct scene *scene, const char *path)
{
	char name[100];

	snprintf(name, sizeof name, "resources?path=%s", path);
	return sim_control(scene->sim, name, NULL);
}

/* Checks that each element that PATH lists for good has one row, and that no row is there twice. */
static void check_all(const struct scene *scene, const char *path, unsigned table, size_t expected)
{
	char *text = listed(scene, path), *line, *rest = text;
	struct manager_cells cells = column(scene, table, 3);
	size_t found = 0, stable = 0;
	const char *complaint;

	for (size_t i = 1; i < cells.count; i++)
		if (strcmp(cells.cells[i - 1].text, cells.cells[i].text) == 0)
			FAIL("%s: %s is there twice", path, cells.cells[i].text);
	while ((line = strsep(&rest, "\n")) != NULL && line[0] == '{') {
		struct json_document *document = json_parse(line, strlen(line), &complaint);
		const char *id = json_string(json_member(json_root(document), "id"));

		/* Those that come and go have a letter behind their number. */
		if (id && id[strlen(id) - 1] != 'x') {
			size_t at = 0;

			stable++;
			for (; at < cells.count && strcmp(cells.cells[at].text, id) != 0; at++)
				;
			found += at < cells.count;
		}
		json_free(document);
	}
	EQUAL_NUMBER(stable, expected);
	EQUAL_NUMBER(found, expected);
	manager_free_cells(&cells);
	free(text);
}

static int64_t sum(const struct scene *scene, unsigned table, unsigned number)
{
	struct manager_cells cells = column(scene, table, number);
	int64_t all = 0;

	for (size_t i = 0; i < cells.count; i++)
		all += (int64_t)cells.cells[i].number;
	manager_free_cells(&cells);
	return all;
}

static void test_many(void)
{
	bool slow = harness_sanitized();
	struct scene scene = begin(slow ? "--jobs 10 --storage-units 2000 --disk-pools 500 "
					  "--pool-volumes 8 --drives 400 --media 6000"
					: "--jobs 10 --storage-units 2000 --disk-pools 500 "
					  "--pool-volumes 8 --drives 400 --media 60000",
				   ALL);

	await_all(&scene);
	check_all(&scene, "/storage/storage-units", UNITS, 2000);
	check_all(&scene, "/storage/disk-pools", POOLS, 500);
	check_all(&scene, "/storage/drives", DRIVES, 400);
	EQUAL_NUMBER(sum(&scene, POOLS, 19), 4000);
	EQUAL_NUMBER(sum(&scene, MEDIA, 5), slow ? 6000 : 60000);
	EQUAL_NUMBER(value(&scene, RESOURCES, "disk-pools", 8), 1);
	EQUAL_NUMBER(value(&scene, RESOURCES, "storage-servers", 8), 1);
}

/* Rows come and go between pages: those that stay are all there, once. */
static void test_churn(void)
{
	struct scene scene = begin("--jobs 10 --storage-units 2000 --disk-pools 900 --drives 400 "
				   "--media 3000 --storage-churn",
				   ALL OFTEN);

	for (int i = 0; i < 5; i++) {
		int64_t before = manager_site(scene.manager, "paris", SITE_REFRESHES);

		AWAIT(manager_site(scene.manager, "paris", SITE_REFRESHES) > before + 1, 60);
		AWAIT(state(&scene, "storage-units") == RESOURCE_UP, 60);
		AWAIT(state(&scene, "disk-pools") == RESOURCE_UP, 60);
		AWAIT(state(&scene, "drives") == RESOURCE_UP, 60);
		check_all(&scene, "/storage/storage-units", UNITS, 2000);
		check_all(&scene, "/storage/disk-pools", POOLS, 900);
		check_all(&scene, "/storage/drives", DRIVES, 400);
	}
	AWAIT(state(&scene, "tape-media") == RESOURCE_UP, 60);
	CU_ASSERT(sum(&scene, MEDIA, 5) >= 3000);
}

/* Each kind of failure is told, keeps the rows, and turns nothing else off. */
static void test_faults(void)
{
	static const struct {
		const char *fault;
		int64_t state;
	} cases[] = {{"500", RESOURCE_DOWN},	      {"429", RESOURCE_DOWN},
		     {"reset", RESOURCE_DOWN},	      {"html", RESOURCE_DOWN},
		     {"bare-object", RESOURCE_DOWN},  {"error-200", RESOURCE_DOWN},
		     {"truncate", RESOURCE_DOWN},     {"empty", RESOURCE_DOWN},
		     {"ignore-offset", RESOURCE_DOWN}};
	static const struct {
		const char *fault;
		int64_t state;
	} odd[] = {{"short-pages", RESOURCE_UP},
		   {"no-meta", RESOURCE_UP},
		   {"next-number", RESOURCE_UP},
		   {"next-text", RESOURCE_UP},
		   {"next-link", RESOURCE_UP}};
	struct scene scene = begin("--jobs 10 --disk-pools 700 --drives 210", ALL OFTEN);
	char command[100];

	AWAIT(state(&scene, "api-keys") == RESOURCE_UP, 60);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(command, sizeof command, "fault /storage/disk-pools %s\n", cases[i].fault);
		change(&scene, command);
		AWAIT(state(&scene, "disk-pools") == cases[i].state, 60);
		EQUAL_NUMBER(count(&scene, POOLS, 3), 700);
		EQUAL_NUMBER(manager_site(scene.manager, "paris", SITE_STATUS), UP);
		EQUAL_NUMBER(state(&scene, "storage-units"), RESOURCE_UP);
		change(&scene, "clear\n");
		AWAIT(state(&scene, "disk-pools") == RESOURCE_UP, 60);
	}
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		snprintf(command, sizeof command,
			 "remove /storage/drives drive-001\nfault /storage %s\n", odd[i].fault);
		change(&scene, command);
		AWAIT(count(&scene, DRIVES, 3) == 209, 60);
		AWAIT(state(&scene, "disk-pools") == RESOURCE_UP, 60);
		check_all(&scene, "/storage/disk-pools", POOLS, 700);
		check_all(&scene, "/storage/drives", DRIVES, 209);
		change(&scene, "clear\n");
		AWAIT(count(&scene, DRIVES, 3) == 210, 60);
	}
}

/* Tapes are listed with cursors. A page that is full and names no other is not taken for the last.
 */
static void test_cursors(void)
{
	struct scene scene = begin("--jobs 10 --media 320", ALL OFTEN);

	AWAIT(sum(&scene, MEDIA, 5) == 320, 60);
	change(&scene, "remove /storage/tape-media A00001\nfault /storage/tape-media next-link");
	AWAIT(sum(&scene, MEDIA, 5) == 319, 60);
	change(&scene, "fault /storage/tape-media no-meta");
	AWAIT(state(&scene, "tape-media") == RESOURCE_DOWN, 60);
	EQUAL_NUMBER(sum(&scene, MEDIA, 5), 319);
	change(&scene, "clear");
	AWAIT(sum(&scene, MEDIA, 5) == 320, 60);
}

/* What the role may not view, or the version does not have, is tried once an hour. */
static void test_refused(void)
{
	struct scene scene;

	scene = begin("--jobs 10 --api-version 10.0", "collect = {}\n");
	change(&scene, "fault /storage/drives 403\nfault /security 401\nfault /malware 404\n");
	scene.agent->want = WORLD_ANY;
	world_end_process(scene.agent, SIGTERM, 10);
	scene.agent = start_agent(&scene, ALL OFTEN);
	AWAIT(state(&scene, "storage-servers") == RESOURCE_UP, 60);
	AWAIT(state(&scene, "api-keys") == RESOURCE_NOT_ALLOWED, 60);
	EQUAL_NUMBER(state(&scene, "drives"), RESOURCE_NOT_ALLOWED);
	EQUAL_NUMBER(state(&scene, "anomalies"), RESOURCE_NOT_ALLOWED);
	EQUAL_NUMBER(state(&scene, "malware-scans"), RESOURCE_NOT_IN_VERSION);
	EQUAL_NUMBER(state(&scene, "tape-media"), RESOURCE_NOT_IN_VERSION);
	EQUAL_NUMBER(value(&scene, RESOURCES, "tape-media", 8), 0);
	EQUAL_NUMBER(count(&scene, MEDIA, 3), 0);
	EQUAL_NUMBER(security(&scene, 3), -1);
	EQUAL_NUMBER(security(&scene, 7), -1);
	EQUAL_NUMBER(security(&scene, 12), -1);
	EQUAL_NUMBER(manager_site(scene.manager, "paris", SITE_STATUS), UP);
	change(&scene, "clear\n");
	manager_await_refresh(scene.manager, "paris");
	manager_await_refresh(scene.manager, "paris");
	EQUAL_NUMBER(state(&scene, "drives"), RESOURCE_NOT_ALLOWED);
}

/* The last known rows are there at once after a restart, though nobody answers. */
static void test_away(void)
{
	struct scene scene = begin("--jobs 10", ALL);

	await_all(&scene);
	world_end_process(scene.agent, SIGTERM, 10);
	world_end_process(scene.sim->process, SIGTERM, 10);
	scene.agent = start_agent(&scene, ALL);
	AWAIT(manager_site(scene.manager, "paris", SITE_STATUS) == DOWN, 60);
	AWAIT(state(&scene, "disk-pools") == RESOURCE_DOWN, 60);
	EQUAL_NUMBER(count(&scene, UNITS, 3), 6);
	EQUAL_NUMBER(count(&scene, POOLS, 3), 4);
	EQUAL_NUMBER(count(&scene, SERVERS, 3), 3);
	EQUAL_NUMBER(count(&scene, DRIVES, 3), 4);
	EQUAL_NUMBER(sum(&scene, MEDIA, 5), 120);
	EQUAL_NUMBER(security(&scene, 9), 1);
	CU_ASSERT(value(&scene, RESOURCES, "disk-pools", 6) < 600);
}

/* How often the notification NUMBER has arrived. */
static unsigned received(unsigned number)
{
	char wanted[80], *traps = world_traps();
	unsigned times = 0;

	snprintf(wanted, sizeof wanted, " = OID: " NOTIFICATIONS "%u\t", number);
	for (const char *at = traps; (at = strstr(at, wanted)) != NULL; at++)
		times++;
	free(traps);
	return times;
}

#define POOL "/storage/disk-pools PureDisk:disk-pool-0001"

/* In pairs, each once, also when the agent is killed after each of them. */
static void test_notifications(void)
{
	static const struct {
		const char *commands;
		unsigned number;
	} steps[] = {
	    {"set " POOL " diskPoolState \"DOWN\"", 6},
	    {"set " POOL " diskPoolState \"UP\"", 7},
	    {"set " POOL " usedCapacityBytes 990\nset " POOL " usableSizeBytes 1000", 8},
	    {"set " POOL " usedCapacityBytes 100", 9},
	    {"set /storage/storage-servers PureDisk:server-001.example.com storageServerState "
	     "\"DOWN\"",
	     10},
	    {"set /storage/storage-servers PureDisk:server-001.example.com storageServerState "
	     "\"UP\"",
	     11},
	    {"set /storage/drives drive-001 driveStatus \"DRIVE_STATUS_DOWN\"", 12},
	    {"set /storage/drives drive-001 driveStatus \"DRIVE_STATUS_UP\"", 13},
	    {"add /malware/latest-scan-results 1", 14},
	};
	struct scene scene;

	world_trapd(false);
	world_config("notify = { \"storage\", \"tape\", \"security\" }\n");
	scene = begin("--jobs 10", ALL OFTEN);
	AWAIT(state(&scene, "api-keys") == RESOURCE_UP, 60);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		change(&scene, steps[i].commands);
		AWAIT(received(steps[i].number) > 0, 60);
		scene.agent->want = WORLD_ANY;
		world_end_process(scene.agent, SIGKILL, 10);
		scene.agent = start_agent(&scene, ALL OFTEN);
		AWAIT(state(&scene, "api-keys") == RESOURCE_UP, 60);
	}
	for (unsigned number = 6; number <= 14; number++)
		EQUAL_NUMBER(received(number), 1);
}

static void test_security(void)
{
	struct scene scene =
	    begin("--jobs 10 --anomalies 230 --certificates 9 --scans 60 --api-keys 1", ALL OFTEN);
	char *text;
	const char *complaint;
	int64_t expected = 0;

	AWAIT(state(&scene, "api-keys") == RESOURCE_UP, 60);
	text = listed(&scene, "/security/anomalies");
	for (char *line, *rest = text; (line = strsep(&rest, "\n")) != NULL && line[0] == '{';) {
		struct json_document *document = json_parse(line, strlen(line), &complaint);
		const struct json *attributes = json_member(json_root(document), "attributes");
		const char *status = json_string(json_member(attributes, "anomalyStatus"));

		expected += status && strcmp(status, "NOT_REVIEWED") == 0;
		json_free(document);
	}
	free(text);
	EQUAL_NUMBER(security(&scene, 3), expected);
	EQUAL_NUMBER(security(&scene, 4) + security(&scene, 5) + security(&scene, 6), expected);
	CU_ASSERT(security(&scene, 7) > 0);
	EQUAL_NUMBER(security(&scene, 9), 1);
	EQUAL_NUMBER(security(&scene, 10), 1);
	EQUAL_NUMBER(security(&scene, 12), 299);
	/* Of several keys none is known to be ours. */
	change(&scene, "add /security/api-keys 1");
	AWAIT(security(&scene, 12) == -1, 60);
}

static const struct harness_test tests[] = {
    {"many", test_many},
    {"churn", test_churn},
    {"faults", test_faults},
    {"cursors", test_cursors},
    {"refused", test_refused},
    {"away", test_away},
    {"notifications", test_notifications},
    {"security", test_security},
    {NULL, NULL},
};

const struct harness_suite collect_suite = {"collect", tests};
