/* SPDX-License-Identifier: BSD-2-Clause */

/* Trees of jobs as a primary lists them, through a whole refresh to the rows. */

#include <stdlib.h>
#include <string.h>

#include "unit/site/scripted.h"

#define MEMBER(id, parent, children, type, policy_type, policy, client, more)                      \
	"{\"attributes\":{\"jobId\":" #id ",\"parentJobId\":" #parent ",\"childCount\":" #children \
	",\"jobType\":\"" type "\",\"policyType\":\"" policy_type "\",\"policyName\":\"" policy    \
	"\",\"clientName\":\"" client "\"," more "}}"
/* An end at the beginning of the epoch is how a job without one is listed. */
#define RUNS                                                                                       \
	"\"state\":\"ACTIVE\",\"startTime\":\"2026-07-01T01:30:00.000Z\","                         \
	"\"endTime\":\"1970-01-01T00:00:00.000Z\""
#define ENDED(status, time)                                                                        \
	"\"state\":\"DONE\",\"status\":" #status ",\"startTime\":\"2026-07-01T01:00:00.000Z\","    \
	"\"endTime\":" INSTANT(time)

/* clang-format off */

/* Two virtual machines, and a database that is three deep. */
#define UNDER_WAY \
	MEMBER(20, 0, 2, "BACKUP", "VMWARE", "machines", "primary", RUNS) "," \
	MEMBER(21, 20, 1, "SNAPSHOT", "VMWARE", "machines", "vm-1", RUNS) "," \
	MEMBER(22, 21, 0, "BACKUP", "VMWARE", "machines", "vm-1", RUNS) "," \
	MEMBER(23, 20, 1, "SNAPSHOT", "VMWARE", "machines", "vm-2", RUNS) "," \
	MEMBER(24, 23, 0, "BACKUP", "VMWARE", "machines", "vm-2", RUNS) "," \
	MEMBER(30, 0, 1, "BACKUP", "ORACLE", "databases", "primary", RUNS) "," \
	MEMBER(31, 30, 1, "BACKUP", "ORACLE", "databases", "ora", RUNS) "," \
	MEMBER(32, 31, 0, "BACKUP", "ORACLE", "databases", "ora", RUNS)

/* The snapshot of one machine fails, so that its backup never starts. The root tells it as well. */
#define PARTLY \
	MEMBER(10, 0, 0, "BACKUP", "VMWARE", "machines", "vm-1", ENDED(0, "02:05:00")) "," \
	MEMBER(20, 0, 2, "BACKUP", "VMWARE", "machines", "primary", ENDED(1, "02:50:00")) "," \
	MEMBER(21, 20, 0, "SNAPSHOT", "VMWARE", "machines", "vm-1", ENDED(156, "02:20:00")) "," \
	MEMBER(22, 20, 1, "SNAPSHOT", "VMWARE", "machines", "vm-2", ENDED(0, "02:45:00")) "," \
	MEMBER(23, 22, 0, "BACKUP", "VMWARE", "machines", "vm-2", ENDED(0, "02:40:00"))

/* All levels fail, and so does a parent before it has started a job. */
#define WHOLLY \
	MEMBER(30, 0, 1, "BACKUP", "ORACLE", "databases", "primary", ENDED(6, "02:53:00")) "," \
	MEMBER(31, 30, 1, "BACKUP", "ORACLE", "databases", "ora", ENDED(6, "02:52:00")) "," \
	MEMBER(32, 31, 0, "BACKUP", "ORACLE", "databases", "ora", ENDED(6, "02:51:00")) "," \
	MEMBER(40, 0, 2, "BACKUP", "HYPER_V", "others", "primary", ENDED(2, "02:54:00"))

/* clang-format on */

struct scene {
	struct world world;
	char every[2];
	struct config_watch clients;
};

static void open_scene(struct scene *scene)
{
	strcpy(scene->every, "*");
	scene->clients = (struct config_watch){scene->every, 0, false};
	scripted_open(&scene->world, ":memory:");
	scene->world.site.failures_kept = 50;
	scene->world.site.clients = (struct config_watch_list){&scene->clients, 1};
	scripted_begin(&scene->world);
}

static const struct workload_row *workload(const struct snapshot *snapshot, const char *job_type,
					   const char *policy_type)
{
	const struct workload_row *rows = ROWS(snapshot, WORKLOADS, workload_row);

	for (size_t i = 0; i < COUNT_OF(snapshot, WORKLOADS); i++)
		if (strcmp(rows[i].job_type, job_type) == 0 &&
		    strcmp(rows[i].policy_type, policy_type) == 0)
			return &rows[i];
	return NULL;
}

static const struct subject_row *subject(const struct snapshot *snapshot, enum table_id table,
					 const char *name)
{
	const struct subject_row *rows = snapshot->tables[table].rows;

	for (size_t i = 0; i < snapshot->tables[table].count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	FAIL("no row of %s", name);
	return NULL;
}

/* The parents are not at work themselves, and the primary is not what is backed up. */
static void test_under_way(void)
{
	static const struct answer answers[] = {PING,
						{"state%20ne", JSON, "{\"data\":[" UNDER_WAY "]}"},
						{ANY, JSON, "{\"data\":[]}"},
						END};
	const struct subject_row *clients;
	struct snapshot *snapshot;
	struct scene scene;

	open_scene(&scene);
	snapshot = scripted_run(&scene.world, answers);
	EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 8);
	EQUAL_NUMBER(COUNT_OF(snapshot, WORKLOADS), 2);
	EQUAL_NUMBER(workload(snapshot, "BACKUP", "VMWARE")->active, 2);
	EQUAL_NUMBER(workload(snapshot, "BACKUP", "ORACLE")->active, 1);
	CU_ASSERT_PTR_NULL(workload(snapshot, "SNAPSHOT", "VMWARE"));
	clients = ROWS(snapshot, CLIENTS, subject_row);
	EQUAL_NUMBER(COUNT_OF(snapshot, CLIENTS), 3);
	for (size_t i = 0; i < COUNT_OF(snapshot, CLIENTS); i++)
		CU_ASSERT_STRING_NOT_EQUAL(clients[i].name, "primary");
	EQUAL_NUMBER(subject(snapshot, TABLE_POLICIES, "machines")->runs_active, 1);
	EQUAL_NUMBER(subject(snapshot, TABLE_POLICIES, "databases")->runs_active, 1);
	snapshot_free(snapshot);
	scripted_close(&scene.world);
}

static void check_failed_events(struct snapshot *snapshot, const int64_t *wanted)
{
	struct event *event;

	for (; (event = event_take(&snapshot->events)) != NULL; free(event))
		EQUAL_NUMBER(event->job_id, *wanted++);
	EQUAL_NUMBER(*wanted, 0);
}

static void check_failed(struct snapshot *snapshot)
{
	const struct subject_row *row = subject(snapshot, TABLE_CLIENTS, "vm-1");

	EQUAL_NUMBER(row->succeeded, 1);
	EQUAL_NUMBER(row->failed, 1);
	EQUAL_NUMBER(row->last_status, 156);
	EQUAL_NUMBER(row->failure_streak, 1);
	EQUAL_NUMBER(subject(snapshot, TABLE_CLIENTS, "vm-2")->succeeded, 1);
	row = subject(snapshot, TABLE_POLICIES, "machines");
	EQUAL_NUMBER(row->failed, 1);
	EQUAL_NUMBER(row->last_run_status, 1);
	row = subject(snapshot, TABLE_POLICIES, "databases");
	EQUAL_NUMBER(row->failed, 1);
	EQUAL_NUMBER(row->failure_streak, 1);
	EQUAL_NUMBER(row->last_run_status, 6);
	EQUAL_NUMBER(workload(snapshot, "BACKUP", "ORACLE")->failed, 1);
	EQUAL_NUMBER(workload(snapshot, "SNAPSHOT", "VMWARE")->failed, 1);
	EQUAL_NUMBER(workload(snapshot, "SNAPSHOT", "VMWARE")->succeeded, 0);
	EQUAL_NUMBER(subject(snapshot, TABLE_POLICIES, "others")->failed, 1);
	EQUAL_NUMBER(COUNT_OF(snapshot, FAILURES), 3);
}

/* Each failure counts once, at the job that failed first, and is told once. */
static void test_failed(void)
{
	static const struct answer before[] = {PING, UNFINISHED, {ANY, JSON, "{\"data\":[]}"}, END};
	static const struct answer after[] = {
	    PINGED_AT("1782874804000"),
	    UNFINISHED,
	    {"page%5Blimit", JSON, "{\"data\":[" PARTLY "," WHOLLY "]}"},
	    END};
	struct snapshot *snapshot;
	struct scene scene;

	open_scene(&scene);
	snapshot_free(scripted_run(&scene.world, before));
	snapshot = scripted_run(&scene.world, after);
	EQUAL_TEXT(sites_row(snapshot)->fault.text, "");
	check_failed(snapshot);
	check_failed_events(snapshot, (const int64_t[]){21, 32, 40, 0});
	snapshot_free(snapshot);
	scripted_close(&scene.world);
}

static const struct harness_test tests[] = {
    {"under way", test_under_way},
    {"failed", test_failed},
    {NULL, NULL},
};

const struct harness_suite trees_suite = {"trees", tests};
