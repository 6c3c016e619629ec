/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "resources/status.h"
#include "unit/scratch.h"
#include "unit/site/scripted.h"

/* What is collected beside the jobs, from the answers of a server to the rows and events. */

#define DATA(count, rows)                                                                          \
	"{\"data\":[" rows "],\"meta\":{\"pagination\":{\"count\":" #count ",\"limit\":500}}}"
#define POOL(name, state, used)                                                                    \
	"{\"id\":\"PureDisk:" name "\",\"attributes\":{\"name\":\"" name                           \
	"\",\"diskPoolState\":\"" state "\",\"usableSizeBytes\":1000,\"usedCapacityBytes\":" #used \
	",\"highWaterMark\":90,\"lowWaterMark\":70}}"
#define SERVER(name, state)                                                                        \
	"{\"id\":\"PureDisk:" name "\",\"attributes\":{\"name\":\"" name                           \
	"\",\"storageServerState\":\"" state "\"}}"
#define UNIT(name) "{\"id\":\"" name "\",\"attributes\":{\"name\":\"" name "\"}}"
#define DRIVE(name, status)                                                                        \
	"{\"id\":\"" name "\",\"attributes\":{\"driveStatus\":\"DRIVE_STATUS_" status "\"}}"
#define SCAN(id, result, client, time)                                                             \
	"{\"id\":\"" #id                                                                           \
	"\",\"attributes\":{\"scanState\":\"SCAN_COMPLETED\",\"scanResult\":\"" result             \
	"\",\"client\":\"" client "\",\"dateOfScan\":" INSTANT(time) "}}"

#define UNITS_ARE(count, rows)                                                                     \
	{                                                                                          \
		"/storage-units?", JSON, DATA(count, rows)                                         \
	}
#define POOLS_ARE(count, rows)                                                                     \
	{                                                                                          \
		"/disk-pools?", JSON, DATA(count, rows)                                            \
	}
#define SERVERS_ARE(count, rows)                                                                   \
	{                                                                                          \
		"/storage-servers?", JSON, DATA(count, rows)                                       \
	}
#define JOBS_ARE_NONE                                                                              \
	{                                                                                          \
		"/admin/jobs?", JSON, PAGE("", "null")                                             \
	}

/* A server that is well, with one of each kind of storage. */
static const struct answer well_storage[] = {PING,
					     JOBS_ARE_NONE,
					     UNITS_ARE(1, UNIT("u1")),
					     POOLS_ARE(1, POOL("p1", "UP", 1)),
					     SERVERS_ARE(1, SERVER("s1", "UP")),
					     END};

static void begin(struct world *world, enum config_collect group)
{
	scratch_make();
	scripted_open(world, scratch_path("."));
	world->site.collect.wanted[group] = true;
	scripted_begin(world);
}

static void end(struct world *world)
{
	scripted_close(world);
	scratch_remove();
}

/* The cell of the column NAME in the row whose first text is KEY, on paper; NULL = no such row. */
static const char *cell(const struct snapshot *snapshot, enum table_id id, const char *key,
			const char *name)
{
	const struct table *table = tables_all[id];
	const struct snapshot_rows *rows = &snapshot->tables[id];
	static char room[COLUMN_ROOM];

	for (size_t i = 0; i < rows->count; i++) {
		const char *row = (const char *)rows->rows + i * table->row_size;
		const char *found = column_print(&table->columns[1], row, timefmt_now(), room);

		if (!key || strcmp(found, key) == 0)
			return column_print(table_column_named(table, name), row, timefmt_now(),
					    room);
	}
	return NULL;
}

#define CELL(snapshot, id, key, name) cell(snapshot, TABLE_##id, key, name)
#define EQUAL_CELL(snapshot, id, key, name, expected)                                              \
	do {                                                                                       \
		const char *text_ = CELL(snapshot, id, key, name);                                 \
		EQUAL_TEXT(text_ ? text_ : "(none)", expected);                                    \
	} while (0)
#define STATE(snapshot, resource) CELL(snapshot, RESOURCES, resource, "nbuResourceState")

/* One refresh; the kinds of its events as a text: "6 7", and the snapshot is freed. */
static void expect_events(struct world *world, const struct answer *answers, const char *expected)
{
	struct snapshot *snapshot = scripted_run(world, answers);
	struct event *event;
	char text[200] = "", number[8];

	while ((event = event_take(&snapshot->events)) != NULL) {
		snprintf(number, sizeof number, "%s%d", text[0] ? " " : "", event->kind);
		strcat(text, number);
		free(event);
	}
	EQUAL_TEXT(text, expected);
	snapshot_free(snapshot);
}

static void test_rows(void)
{
	static const struct answer answers[] = {
	    PING,
	    JOBS_ARE_NONE,
	    UNITS_ARE(2, UNIT("u1") "," UNIT("u2")),
	    POOLS_ARE(2, POOL("p1", "UP", 899) "," POOL("p2", "TRANSIENT", 900)),
	    SERVERS_ARE(1, SERVER("s1", "UP")),
	    END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_STORAGE);
	snapshot = scripted_run(&world, answers);
	EQUAL_NUMBER(COUNT_OF(snapshot, STORAGE_UNITS), 2);
	EQUAL_NUMBER(COUNT_OF(snapshot, DISK_POOLS), 2);
	EQUAL_NUMBER(COUNT_OF(snapshot, STORAGE_SERVERS), 1);
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p1", "nbuDiskPoolUsedPercent", "89.90");
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p1", "nbuDiskPoolAboveHighWaterMark", "false");
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p2", "nbuDiskPoolAboveHighWaterMark", "true");
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p2", "nbuDiskPoolState", "transient");
	/* A row for each that is wanted, and for no other. */
	EQUAL_NUMBER(COUNT_OF(snapshot, RESOURCES), 3);
	EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceState", "up");
	EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceRows", "2");
	EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceRequests", "1");
	EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceGroup", "storage");
	snapshot_free(snapshot);
	end(&world);
}

/* Each refusal is told as what it is, and turns nothing else off. */
static void test_refusals(void)
{
	static const struct {
		const char *status, *state, *class, *part;
	} cases[] = {
	    {"401 Unauthorized", "notAllowed", "auth", "may not view disk pools"},
	    {"403 Forbidden", "notAllowed", "auth", "may not view disk pools"},
	    {"404 Not Found", "notInVersion", "version", "does not have /storage/disk-pools"},
	    {"406 Not Acceptable", "notInVersion", "version", "in API version 13.0"},
	    {"400 Bad Request", "down", "request", "refused"},
	    {"500 Internal Error", "down", "server", "HTTP 500"},
	    {"200 OK\r\nContent-Type: text/html", "down", "protocol", "instead of JSON"},
	    {JSON, "down", "protocol", "not valid JSON"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct answer answers[] = {
		    {"/ping ", "200 OK\r\nX-NetBackup-API-Version: 13.0", "1782871204000"},
		    JOBS_ARE_NONE,
		    UNITS_ARE(1, UNIT("u1")),
		    {"/disk-pools?", cases[i].status, "<html>"},
		    SERVERS_ARE(1, SERVER("s1", "UP")),
		    END};
		struct snapshot *snapshot;
		struct world world;
		const char *text;

		begin(&world, CONFIG_COLLECT_STORAGE);
		snapshot = scripted_run(&world, answers);
		EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
		EQUAL_TEXT(sites_row(snapshot)->api_version, "13.0");
		EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceState", cases[i].state);
		EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceErrorClass",
			   cases[i].class);
		text = CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceErrorText");
		if (!text || !strstr(text, cases[i].part))
			FAIL("\"%s\" does not say \"%s\"", text, cases[i].part);
		EQUAL_TEXT(STATE(snapshot, "storage-units"), "up");
		EQUAL_TEXT(STATE(snapshot, "storage-servers"), "up");
		snapshot_free(snapshot);
		end(&world);
	}
}

/* What is refused is not asked for each time; what only fails is. */
static void test_patience(void)
{
	static const struct answer refusing[] = {PING,
						 JOBS_ARE_NONE,
						 UNITS_ARE(1, UNIT("u1")),
						 {"/disk-pools?", "403 Forbidden", ""},
						 {"/storage-servers?", "400 Bad Request", ""},
						 END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_STORAGE);
	snapshot_free(scripted_run(&world, refusing));
	snapshot = scripted_run(&world, well_storage);
	EQUAL_TEXT(STATE(snapshot, "disk-pools"), "notAllowed");
	EQUAL_NUMBER(COUNT_OF(snapshot, DISK_POOLS), 0);
	EQUAL_TEXT(STATE(snapshot, "storage-servers"), "up");
	EQUAL_NUMBER(COUNT_OF(snapshot, STORAGE_SERVERS), 1);
	snapshot_free(snapshot);
	end(&world);
}

/* A server that is restarted may refuse for a moment what it knows. */
static void test_moment(void)
{
	static const struct answer starting[] = {PING, JOBS_ARE_NONE, END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_STORAGE);
	snapshot_free(scripted_run(&world, well_storage));
	snapshot = scripted_run(&world, starting);
	EQUAL_TEXT(STATE(snapshot, "disk-pools"), "notInVersion");
	EQUAL_NUMBER(COUNT_OF(snapshot, DISK_POOLS), 1);
	snapshot_free(snapshot);
	snapshot = scripted_run(&world, well_storage);
	EQUAL_TEXT(STATE(snapshot, "disk-pools"), "up");
	snapshot_free(snapshot);
	end(&world);
}

/* The rows of an earlier run are shown while nobody answers, and keep their age. */
static void test_restart(void)
{
	static const struct answer well[] = {PING,
					     JOBS_ARE_NONE,
					     UNITS_ARE(1, UNIT("u1")),
					     POOLS_ARE(1, POOL("p1", "DOWN", 500)),
					     SERVERS_ARE(1, SERVER("s1", "UP")),
					     END};
	static const struct answer broken[] = {END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_STORAGE);
	snapshot_free(scripted_run(&world, well));
	scripted_begin(&world);
	snapshot = scripted_run(&world, broken);
	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_DOWN);
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p1", "nbuDiskPoolState", "down");
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p1", "nbuDiskPoolUsed", "500");
	EQUAL_CELL(snapshot, DISK_POOLS, "PureDisk:p1", "nbuDiskPoolLabel", "p1");
	EQUAL_NUMBER(COUNT_OF(snapshot, STORAGE_UNITS), 1);
	CU_ASSERT_PTR_NOT_NULL(CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceDataAge"));
	/* The same is wrong with all of the server. */
	EQUAL_TEXT(STATE(snapshot, "disk-pools"), "down");
	snapshot_free(snapshot);
	end(&world);
}

#define STORAGE(pools, server)                                                                     \
	{                                                                                          \
		PING, JOBS_ARE_NONE, UNITS_ARE(0, ""), POOLS_ARE(1, pools),                        \
		    SERVERS_ARE(1, server), END                                                    \
	}

static void test_alarms(void)
{
	static const struct answer well[] = STORAGE(POOL("p", "UP", 650), SERVER("s", "UP"));
	static const struct answer down[] = STORAGE(POOL("p", "DOWN", 650), SERVER("s", "DOWN"));
	static const struct answer unknown[] = STORAGE(POOL("p", "?", 650), SERVER("s", ""));
	static const struct answer full[] = STORAGE(POOL("p", "UP", 900), SERVER("s", "UP"));
	static const struct answer between[] = STORAGE(POOL("p", "UP", 701), SERVER("s", "UP"));
	static const struct answer low[] = STORAGE(POOL("p", "UP", 700), SERVER("s", "UP"));
	static const struct {
		const struct answer *answers;
		const char *events;
	} steps[] = {{well, ""}, {down, "6 10"},   {down, ""},	  {unknown, ""},
		     {down, ""}, {full, "7 8 11"}, {full, ""},	  {between, ""},
		     {full, ""}, {low, "9"},	   {between, ""}, {well, ""}};

	/* The agent that starts again at each step tells the same. */
	for (int restarts = 0; restarts <= 1; restarts++) {
		struct world world;

		begin(&world, CONFIG_COLLECT_STORAGE);
		for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
			if (restarts)
				scripted_begin(&world);
			expect_events(&world, steps[i].answers, steps[i].events);
		}
		end(&world);
	}
}

/* What is no longer listed is over, and comes again as another. */
static void test_gone(void)
{
	static const struct answer two[] = {
	    PING,
	    JOBS_ARE_NONE,
	    UNITS_ARE(0, ""),
	    POOLS_ARE(2, POOL("p", "DOWN", 950) "," POOL("q", "UP", 1)),
	    SERVERS_ARE(0, ""),
	    END};
	static const struct answer one[] = STORAGE(POOL("q", "UP", 1), SERVER("s", "UP"));
	struct world world;

	begin(&world, CONFIG_COLLECT_STORAGE);
	expect_events(&world, two, "6 8");
	expect_events(&world, one, "7 9");
	expect_events(&world, one, "");
	expect_events(&world, two, "6 8");
	end(&world);
}

/* What is so at first sight is told, for it is so now. */
static void test_first_sight(void)
{
	static const struct answer bad[] = STORAGE(POOL("p", "DOWN", 950), SERVER("s", "UP"));
	struct world world;

	begin(&world, CONFIG_COLLECT_STORAGE);
	expect_events(&world, bad, "6 8");
	expect_events(&world, bad, "");
	end(&world);
}

#define TAPE(drives)                                                                               \
	{                                                                                          \
		PING, JOBS_ARE_NONE, {"/drives?", JSON, DATA(1, drives)}, END                      \
	}

static void test_drives(void)
{
	static const struct answer up[] = TAPE(DRIVE("d1", "UP"));
	static const struct answer mixed[] = TAPE(DRIVE("d1", "MIXED"));
	static const struct answer down[] = TAPE(DRIVE("d1", "DOWN"));
	struct world world;

	begin(&world, CONFIG_COLLECT_TAPE);
	expect_events(&world, up, "");
	expect_events(&world, down, "12");
	expect_events(&world, mixed, "");
	expect_events(&world, down, "");
	expect_events(&world, up, "13");
	end(&world);
}

#define SECURITY(count, scans)                                                                     \
	{                                                                                          \
		PING, JOBS_ARE_NONE, {"/anomalies?", JSON, DATA(0, "")},                           \
		    {"/latest-scan-results?", JSON, DATA(count, scans)},                           \
		    {"/certificates/current ", JSON, "{\"certificateList\":[]}"},                  \
		    {"/api-keys?", JSON, DATA(0, "")}, END                                         \
	}

/* The clock of the server stands at 02:00 of 1 July. */
static void test_infected(void)
{
	static const struct answer first[] = SECURITY(1, SCAN(1, "IMPACTED", "old", "01:00:00"));
	static const struct answer second[] = SECURITY(
	    3, SCAN(2, "IMPACTED", "new", "01:30:00") "," SCAN(
		   1, "IMPACTED", "old", "01:00:00") "," SCAN(3, "CLEAN", "good", "00:30:00"));
	struct world world;
	struct snapshot *snapshot;
	struct event *event;

	begin(&world, CONFIG_COLLECT_SECURITY);
	expect_events(&world, first, "");
	scripted_begin(&world);
	snapshot = scripted_run(&world, second);
	event = event_take(&snapshot->events);
	if (event) {
		EQUAL_NUMBER(event->kind, EVENT_IMAGE_INFECTED);
		EQUAL_TEXT(event->client, "new");
	}
	CU_ASSERT_PTR_NOT_NULL(event);
	free(event);
	CU_ASSERT_PTR_NULL(snapshot->events.first);
	EQUAL_CELL(snapshot, SECURITY, NULL, "nbuSecurityAnomalies", "0");
	EQUAL_CELL(snapshot, SECURITY, NULL, "nbuSecurityScansFailed", "0");
	EQUAL_CELL(snapshot, SECURITY, NULL, "nbuSecurityApiKeyDays", "(none)");
	snapshot_free(snapshot);
	expect_events(&world, second, "");
	end(&world);
}

/*
 * A scan that comes while the list is read shows the same page again. That says nothing about those
 * behind it, which are fetched all the same.
 */
static void test_page_again(void)
{
	static const struct answer answers[] = {
	    PING,
	    JOBS_ARE_NONE,
	    {"page%5Boffset%5D=2 ", JSON,
	     DATA(5, SCAN(2, "CLEAN", "b", "01:20:00") "," SCAN(3, "CLEAN", "c", "01:10:00"))},
	    {"page%5Boffset%5D=3 ", JSON,
	     DATA(5, SCAN(3, "CLEAN", "c", "01:10:00") "," SCAN(4, "IMPACTED", "d", "01:00:00"))},
	    {"/latest-scan-results?", JSON,
	     DATA(4, SCAN(1, "CLEAN", "a", "01:30:00") "," SCAN(
			 2, "CLEAN", "b", "01:20:00") "," SCAN(3, "CLEAN", "c", "01:10:00"))},
	    END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_SECURITY);
	snapshot = scripted_run(&world, answers);
	EQUAL_TEXT(STATE(snapshot, "malware-scans"), "up");
	EQUAL_CELL(snapshot, RESOURCES, "malware-scans", "nbuResourceRequests", "3");
	EQUAL_CELL(snapshot, SECURITY, NULL, "nbuSecurityImagesInfected", "1");
	snapshot_free(snapshot);
	end(&world);
}

/* A server before 10.5 is not even asked for its tapes. */
static void test_old_version(void)
{
	static const struct answer answers[] = {
	    {"/ping ", "200 OK\r\nX-NetBackup-API-Version: 10.0", "1782871204000"},
	    {"/admin/jobs?", "200 OK\r\nContent-Type: application/vnd.netbackup+json;version=10.0",
	     PAGE("", "null")},
	    END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_MEDIA);
	snapshot = scripted_run(&world, answers);
	EQUAL_TEXT(STATE(snapshot, "tape-media"), "notInVersion");
	EQUAL_CELL(snapshot, RESOURCES, "tape-media", "nbuResourceRequests", "0");
	EQUAL_CELL(snapshot, RESOURCES, "tape-media", "nbuResourceErrorText",
		   "it came with API version 12.0, and the server speaks 10.0");
	EQUAL_NUMBER(COUNT_OF(snapshot, MEDIA_POOLS), 0);
	snapshot_free(snapshot);
	end(&world);
}

/* A role that loses its rights may get an empty list and no error. */
static void test_vanished(void)
{
	static const struct answer well[] = STORAGE(POOL("p", "DOWN", 650), SERVER("s", "UP"));
	static const struct answer none[] = {PING,
					     JOBS_ARE_NONE,
					     UNITS_ARE(0, ""),
					     POOLS_ARE(0, ""),
					     SERVERS_ARE(1, SERVER("s", "UP")),
					     END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_STORAGE);
	world.site.vanish_hold = 3600;
	expect_events(&world, well, "6");
	snapshot = scripted_run(&world, none);
	EQUAL_NUMBER(COUNT_OF(snapshot, DISK_POOLS), 1);
	EQUAL_TEXT(STATE(snapshot, "disk-pools"), "down");
	EQUAL_CELL(snapshot, RESOURCES, "disk-pools", "nbuResourceErrorClass", "vanished");
	EQUAL_TEXT(STATE(snapshot, "storage-servers"), "up");
	snapshot_free(snapshot);
	expect_events(&world, well, "");
	world.site.vanish_hold = 0;
	snapshot = scripted_run(&world, none);
	EQUAL_NUMBER(COUNT_OF(snapshot, DISK_POOLS), 0);
	snapshot_free(snapshot);
	end(&world);
}

/* A server that takes no offset must not be asked for ever, nor its first page be all. */
static void test_deaf(void)
{
	static const struct answer answers[] = {
	    PING,
	    JOBS_ARE_NONE,
	    UNITS_ARE(9, UNIT("u1") "," UNIT("u2") "," UNIT("u3")),
	    POOLS_ARE(0, ""),
	    SERVERS_ARE(0, ""),
	    END};
	struct world world;
	struct snapshot *snapshot;

	begin(&world, CONFIG_COLLECT_STORAGE);
	snapshot = scripted_run(&world, answers);
	EQUAL_TEXT(STATE(snapshot, "storage-units"), "down");
	EQUAL_CELL(snapshot, RESOURCES, "storage-units", "nbuResourceErrorText",
		   "the server's list of storage units goes round in circles");
	snapshot_free(snapshot);
	end(&world);
}

static const struct harness_test tests[] = {
    {"rows", test_rows},
    {"refusals", test_refusals},
    {"patience", test_patience},
    {"a moment", test_moment},
    {"restart", test_restart},
    {"alarms", test_alarms},
    {"gone", test_gone},
    {"first sight", test_first_sight},
    {"drives", test_drives},
    {"infected images", test_infected},
    {"a page again", test_page_again},
    {"old version", test_old_version},
    {"vanished", test_vanished},
    {"a deaf server", test_deaf},
    {NULL, NULL},
};

const struct harness_suite collect_suite = {"collect", tests};
