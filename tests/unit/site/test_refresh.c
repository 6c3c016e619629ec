/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "unit/captured.h"
#include "unit/clock.h"
#include "unit/scratch.h"
#include "unit/site/scripted.h"

static void test_good(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(9) "," JOB(10), "null")},
	    {ANY, JSON, PAGE(JOB(5) "," JOB(8), "\"c2\"")},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	EQUAL_TEXT(sites_row(snapshot)->fault.text, "");
	EQUAL_NUMBER(requests, 4);
	EQUAL_NUMBER(sites_row(snapshot)->requests, 4);
	EQUAL_NUMBER(sites_row(snapshot)->refresh_jobs, 4);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 1);
	if (COUNT_OF(snapshot, JOBS) == 1)
		EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].count, 4);
	snapshot_free(snapshot);
}

#define OLD(id)                                                                                    \
	"{\"attributes\":{\"jobId\":" #id ",\"state\":\"DONE\",\"status\":0,\"endTime\":"          \
	"\"2026-06-30T22:00:00.000Z\"}}"
#define ALL_OLD OLD(1) "," OLD(2) "," OLD(3)

/* That the server's list is cleaned within the window can be seen once some jobs have gone. */
static void test_cleaned_list(void)
{
	static const struct answer full[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(ALL_OLD "," JOB(5), "null")}, {NULL, NULL, NULL}};
	static const struct answer young[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(JOB(5), "null")}, {NULL, NULL, NULL}};
	/* Seven hours later, so that the sweep has come round. */
	static const struct answer cleaned[] = {
	    {"/ping ", "200 OK", "1782896404000"},
	    UNFINISHED,
	    {"lastUpdateTime", JSON, "{\"data\":[]}"},
	    {ANY, JSON, PAGE(JOB(5), "null")},
	    {NULL, NULL, NULL},
	};
	static const struct answer *const first[] = {young, full};
	struct world world;

	scratch_make();
	for (int i = 0; i < 2; i++) {
		scripted_open(&world, i ? scratch_path(".") : ":memory:");
		scripted_begin(&world);
		for (int j = 0; j < 2 + i; j++) {
			struct snapshot *snapshot = scripted_run(&world, j ? cleaned : first[i]);
			const char *notice = sites_row(snapshot)->notice;

			EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
			CU_ASSERT((strstr(notice, "list goes back for 8 hours only, less than the "
						  "window of 24 hours: ") != NULL) == (i && j));
			snapshot_free(snapshot);
			/* It is known after a restart. */
			if (j == 1 && i)
				scripted_begin(&world);
		}
		scripted_close(&world);
	}
	scratch_remove();
}

/* How far the list goes back is looked at each hour, whether the sweep comes round or not. */
static void test_look_back(void)
{
	static const struct answer full[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(ALL_OLD "," JOB(5), "null")}, {NULL, NULL, NULL}};
	static const struct answer cleaned[] = {{"/ping ", "200 OK", "1782896404000"},
						UNFINISHED,
						{"lastUpdateTime", JSON, "{\"data\":[]}"},
						{ANY, JSON, PAGE(JOB(5), "null")},
						{NULL, NULL, NULL}};
	static const struct {
		const char *clock, *part; /* NULL = it goes back far enough */
	} steps[] = {{"1782896404000", "goes back for 8 hours only"}, /* 09:00:04 */
		     {"1782900003000", "goes back for 8 hours only"}, /* 10:00:03 */
		     {"1782900004000", "goes back for 9 hours only"}, /* 10:00:04 */
		     {"1782936004000", NULL}};			      /* 20:00:04 */
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	snapshot_free(scripted_run(&world, full));
	snapshot_free(scripted_run(&world, cleaned));
	world.site.full_refresh = 7 * 86400;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		const struct answer quiet[] = {{"/ping ", "200 OK", steps[i].clock},
					       UNFINISHED,
					       {"lastUpdateTime", JSON, "{\"data\":[]}"},
					       END};
		struct snapshot *snapshot = scripted_run(&world, quiet);
		const char *notice = sites_row(snapshot)->notice;

		EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
		if (!strstr(notice, steps[i].part ? steps[i].part : "") ||
		    (!steps[i].part && strstr(notice, "goes back")))
			FAIL("step %zu: %s", i, notice);
		snapshot_free(snapshot);
	}
	scripted_close(&world);
}

/* That no job is visible is told at once, whether the sweep comes round or not. */
static void test_no_jobs(void)
{
	static const char unusable[] = PAGE("{\"attributes\":{\"jobId\":9}}", "null");
	/* All that is known leaves the window; a job comes that cannot be used; it is still there.
	 */
	static const struct {
		const char *clock, *changes;
		bool told;
	} steps[] = {{"1782871264000", "{\"data\":[]}", false},
		     {"1782957904000", "{\"data\":[]}", true},
		     {"1782957964000", unusable, false},
		     {"1782958024000", "{\"data\":[]}", false}};
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.full_refresh = 7 * 86400;
	scripted_begin(&world);
	snapshot_free(scripted_run(
	    &world, (const struct answer[]){
			PING, UNFINISHED, {ANY, JSON, PAGE(JOB(5), "null")}, {NULL, NULL, NULL}}));
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		const struct answer answers[] = {{"/ping ", "200 OK", steps[i].clock},
						 UNFINISHED,
						 {"lastUpdateTime", JSON, steps[i].changes},
						 END};
		struct snapshot *snapshot = scripted_run(&world, answers);

		EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
		if ((strstr(sites_row(snapshot)->notice, "no job is visible") != NULL) !=
		    steps[i].told)
			FAIL("step %zu: \"%s\"", i, sites_row(snapshot)->notice);
		snapshot_free(snapshot);
	}
	scripted_close(&world);
}

/* Ids that fall or repeat mean that the sort or the cursor was not honoured. */
static void test_order(void)
{
	static const struct answer within[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(JOB(5) "," JOB(4), "null")}, {NULL, NULL, NULL}};
	static const struct answer twice[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(JOB(5) "," JOB(5), "null")}, {NULL, NULL, NULL}};
	static const struct answer across[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(7), "null")},
	    {ANY, JSON, PAGE(JOB(5) "," JOB(8), "\"c2\"")},
	    {NULL, NULL, NULL},
	};

	scripted_check_failure(within, FAULT_PROTOCOL, "job 4 came after job 5");
	scripted_check_failure(twice, FAULT_PROTOCOL, "job 5 came after job 5");
	scripted_check_failure(across, FAULT_PROTOCOL, "job 7 came after job 8");
}

/* Cursors that lead in a circle of two would otherwise keep the refresh going until its end. */
static void test_circle(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(7), "\"c3\"")},
	    {AFTER("c3"), JSON, PAGE(JOB(8), "\"c2\"")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};

	scripted_check_failure(answers, FAULT_PROTOCOL, "job 7 came after job 8");
}

/* The job that a cursor stands for may be gone, and a server may then refuse the cursor. */
static void test_lost_cursor(void)
{
	static const struct answer whole[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(9), "null")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};
	static const struct answer lost[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), "400 Bad Request", ""},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};
	static const struct answer *const runs[] = {whole, lost, lost, whole};
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
		struct snapshot *snapshot = scripted_run(&world, runs[i]);

		EQUAL_NUMBER(sites_row(snapshot)->fault.class,
			     runs[i] == lost ? FAULT_REQUEST : FAULT_NONE);
		CU_ASSERT_FATAL(COUNT_OF(snapshot, JOBS) == 1);
		EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].count, 2);
		snapshot_free(snapshot);
	}
	scripted_close(&world);
}

static unsigned reports;

/* Time passes from page to page, until the sweep is by blocks. */
static void let_pass(uint64_t jobs, uint64_t requests, void *arg)
{
	(void)arg;
	CU_ASSERT_TRUE(requests > jobs);
	reports++;
	if (jobs < 2)
		clock_pass(10000);
}

/* What is logged of a long sweep by two connections. */
static void test_progress(void)
{
	static const struct answer answers[] = {PING,
						UNFINISHED,
						{"sort=-jobId", JSON, PAGE(JOB(90000), "null")},
						{"%20le%2090000", JSON, PAGE(JOB(90000), "null")},
						{"jobId%20gt%20", JSON, PAGE("", "null")},
						{ANY, JSON, PAGE(JOB(5), "\"c2\"")},
						END};
	static const char *const parts[] = {
	    "site paris: 1 jobs in 3 requests so far, ", "jobs a second, 2 connections at work\n",
	    "site paris: up, API version 14.0; 2 jobs in ", " s, 2 connections at most\n"};
	struct world world;
	char *log;

	scripted_open(&world, ":memory:");
	world.site.sweep_connections = 2;
	scripted_begin(&world);
	refresh_on_progress(world.refresh, let_pass, NULL);
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_INFO);
	captured_begin(NULL);
	snapshot_free(scripted_run(&world, answers));
	log = captured_end();
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARNING);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!strstr(log, parts[i]))
			FAIL("no \"%s\" in: %s", parts[i], log);
	CU_ASSERT_TRUE(reports >= 3);
	free(log);
	scripted_close(&world);
}

/* What a first sweep has needed is given back when it has ended, in however many refreshes. */
static void test_memory(void)
{
	static const struct answer half[] = {PING,
					     UNFINISHED,
					     {AFTER("c2"), "404 Not Found", ""},
					     {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
					     {NULL, NULL, NULL}};
	static const struct answer rest[] = {
	    PING, UNFINISHED, {ANY, JSON, PAGE(JOB(9), "null")}, {NULL, NULL, NULL}};
	static const struct {
		const struct answer *answers;
		bool much;
	} steps[] = {{half, false}, {rest, true}, {rest, false}};
	int64_t later = INT64_MAX / 2; /* so that the refreshes themselves come too early */
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_begin(&world);
	mem_expect_much();
	mem_give_back(later);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		snapshot_free(scripted_run(&world, steps[i].answers));
		later += 20000;
		if (mem_give_back(later) != steps[i].much)
			FAIL("step %zu", i);
	}
	CU_ASSERT_TRUE(refresh_complete(world.refresh));
	scripted_close(&world);
}

/* A page without jobs ends the list, even if it leads back to itself. */
static void test_empty_end(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE("", "\"c2\"")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	EQUAL_NUMBER(requests, 4);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 1);
	snapshot_free(snapshot);
}

/* Nothing tells how long a list of jobs without ids would go on. */
static void test_no_ids(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE("{\"attributes\":{}}", "\"c3\"")},
	    {AFTER("c3"), JSON, PAGE("{\"attributes\":{}}", "\"c2\"")},
	    {ANY, JSON, PAGE(JOB(5), "\"c2\"")},
	    {NULL, NULL, NULL},
	};

	scripted_check_failure(answers, FAULT_PROTOCOL, "none of which has an id");
}

/* A server that does not mind the filter, or a job that ends meanwhile: in both lists, counted
 * once. */
static void test_both_lists(void)
{
	static const struct answer answers[] = {
	    PING,
	    {ANY, JSON, PAGE(JOB(5) "," JOB(6), "null")},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 2);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 1);
	if (COUNT_OF(snapshot, JOBS) == 1)
		EQUAL_NUMBER(ROWS(snapshot, JOBS, job_row)[0].count, 2);
	snapshot_free(snapshot);
}

static void test_two_cursors(void)
{
	static const struct answer answers[] = {
	    PING,
	    UNFINISHED,
	    {AFTER("c2"), JSON, PAGE(JOB(9), "null")},
	    {ANY, JSON,
	     "{\"data\":[" JOB(5) "],\"meta\":{\"pagination\":{\"next\":\"c1\"}},"
				  "\"x\":{\"pagination\":{\"next\":\"c2\"}}}"},
	    {NULL, NULL, NULL},
	};
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	/* Which of them counts is the parser's to say; never both. */
	CU_ASSERT_TRUE(sites_row(snapshot)->status == SITE_DOWN ||
		       sites_row(snapshot)->refresh_jobs <= 2);
	snapshot_free(snapshot);
}

/* What the server says is passed on, but not what it has been told. */
static void test_secret(void)
{
	static const struct answer json[] = {
	    PING,
	    {ANY, "400 Bad Request\r\nContent-Type: application/json",
	     "{\"errorCode\":9,\"errorMessage\":\"You sent " KEY " and " KEY
	     "\",\"errorDetails\":[\"again " KEY "\"]}"},
	    {NULL, NULL, NULL},
	};
	static const struct answer location[] = {
	    PING,
	    {ANY, "302 Found\r\nLocation: https://elsewhere/?key=" KEY, ""},
	    {NULL, NULL, NULL},
	};
	static const struct answer type[] = {
	    PING,
	    {ANY, "200 OK\r\nContent-Type: text/" KEY, "{}"},
	    {NULL, NULL, NULL},
	};

	scripted_check_failure(json, FAULT_REQUEST, "You sent ***");
	scripted_check_failure(location, FAULT_REQUEST, "https://elsewhere/?key=***");
	scripted_check_failure(type, FAULT_PROTOCOL, "instead of JSON");
}

/* Control characters of a stranger must not get into logs and tables. */
static void test_odd_text(void)
{
	static const struct answer answers[] = {
	    PING,
	    {ANY, "400 Bad Request\r\nContent-Type: application/json",
	     "{\"errorMessage\":\"two\\nlines \\u001b[31m \xff end\"}"},
	    {NULL, NULL, NULL},
	};

	scripted_check_failure(answers, FAULT_REQUEST, "two lines  [31m ? end");
}

static void test_statuses(void)
{
	static const struct {
		const char *status;
		enum fault_class class;
	} cases[] = {
	    {"400 Bad Request", FAULT_REQUEST},
	    {"401 Unauthorized", FAULT_AUTH},
	    {"403 Forbidden", FAULT_AUTH},
	    {"404 Not Found", FAULT_REQUEST},
	    {"406 Not Acceptable", FAULT_VERSION},
	    {"204 No Content", FAULT_PROTOCOL},
	    {"301 Moved", FAULT_REQUEST},
	    {"418 Teapot", FAULT_PROTOCOL},
	    {"200 OK", FAULT_PROTOCOL}, /* without a Content-Type */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct answer answers[] = {PING, {ANY, cases[i].status, ""}, {NULL, NULL, NULL}};

		scripted_check_failure(answers, cases[i].class, "");
	}
}

/* Who asks for more patience than a refresh has is asked again at the next one. */
static void test_retry_after(void)
{
	static const struct answer answers[] = {
	    PING, {ANY, "503 Busy\r\nRetry-After: 100", ""}, {NULL, NULL, NULL}};
	unsigned requests;
	int64_t began = timefmt_monotonic();
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_SERVER);
	EQUAL_NUMBER(sites_row(snapshot)->fault.retry_after, 100);
	EQUAL_NUMBER(requests, 2);
	CU_ASSERT_TRUE(timefmt_monotonic() - began < 10000);
	snapshot_free(snapshot);
}

/* A date is compared with the server's own clock as it is then: it may have been set since /ping.
 */
static void test_retry_date(void)
{
	static const struct answer answers[] = {
	    PING,
	    {ANY,
	     "503 Busy\r\nDate: Mon, 05 Jan 2099 10:00:00 GMT\r\n"
	     "Retry-After: Mon, 05 Jan 2099 10:01:40 GMT",
	     ""},
	    {NULL, NULL, NULL}};
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_SERVER);
	EQUAL_NUMBER(sites_row(snapshot)->fault.retry_after, 100);
	snapshot_free(snapshot);
}

/* Versions are tried downwards, once each. */
static void test_versions(void)
{
	static const struct answer answers[] = {{ANY, "406 Not Acceptable", ""},
						{NULL, NULL, NULL}};
	unsigned requests;
	struct snapshot *snapshot = scripted_refresh(answers, &requests);

	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_VERSION);
	EQUAL_TEXT(sites_row(snapshot)->api_version, "");
	EQUAL_NUMBER(requests, 2 + 11);
	snapshot_free(snapshot);
}

/*
 * Rows, and what is told of them. Times are of 1 July 2026 by the server's clock.
 */

/* Refreshes, and looks at nothing but the news: they are of KINDS, 0 behind the last. */
static void run_for_news(unsigned line, struct world *world, const struct answer *answers,
			 const enum event_kind *kinds)
{
	struct snapshot *snapshot = scripted_run(world, answers);
	struct event *event;

	for (; (event = event_take(&snapshot->events)) != NULL; kinds += *kinds != 0) {
		if (event->kind != *kinds)
			harness_fail(__FILE__, line, "news of kind %d, not %d", event->kind,
				     *kinds);
		free(event);
	}
	if (*kinds)
		harness_fail(__FILE__, line, "no news of kind %d", *kinds);
	CU_PASS("news have been looked at");
	snapshot_free(snapshot);
}
#define RUN_FOR_NEWS(answers, ...)                                                                 \
	run_for_news(__LINE__, &world, answers, (const enum event_kind[]){__VA_ARGS__})

/* INSTANT, of the local clock, was SECONDS ago. */
static void expect_ago(unsigned line, int64_t instant, int64_t seconds)
{
	int64_t age = timefmt_now() - instant;

	if (instant == 0 || age < seconds * 1000 - 5000 || age > seconds * 1000 + 20000)
		harness_fail(__FILE__, line, "%lld ms ago, not %lld s", (long long)age,
			     (long long)seconds);
	CU_PASS("an age");
}
#define EXPECT_AGO(instant, seconds) expect_ago(__LINE__, instant, seconds)

static const struct answer all_kinds[] = {
    PINGED_AT("1782871204000"), /* 02:00:04 */
    {"state%20ne", JSON,
     PAGE(OPEN(7, "BACKUP", "ACTIVE", "01:50:04") "," OPEN(8, "RESTORE", "QUEUED", "01:40:04"),
	  "null")},
    {ANY, JSON,
     PAGE(DONE(1, "gold", "db2", 0, "00:10:04") "," DONE(2, "gold", "db1", 96, "00:20:04") "," DONE(
	      3, "gold", "db2", 2,
	      "00:30:04") "," DONE(4, "silver", "www", 1,
				   "00:40:04") "," SOME(5, "BACKUP", "gold", "db3",
							"\"state\":\"DONE\",\"status\":96,"
							"\"endTime\":" INSTANT(
							    "00:25:04") ",\"kilobytesTransferred\":"
									"2048,\"dedupRatio\":50,"),
	  "null")},
    END};

/* What is in the tables after one refresh. */
static void check_workloads(const struct snapshot *snapshot)
{
	const struct workload_row *backup = &ROWS(snapshot, WORKLOADS, workload_row)[0],
				  *restore = backup + 1;

	EQUAL_NUMBER(COUNT_OF(snapshot, WORKLOADS), 2);
	EQUAL_TEXT(backup->job_type, "BACKUP");
	EQUAL_TEXT(backup->policy_type, "VMWARE");
	EQUAL_NUMBER(backup->succeeded, 1);
	EQUAL_NUMBER(backup->partial, 1);
	EQUAL_NUMBER(backup->failed, 3);
	EQUAL_NUMBER(backup->active, 1);
	EQUAL_NUMBER(backup->queued, 0);
	EXPECT_AGO(backup->oldest_active, 600);
	EQUAL_NUMBER(backup->oldest_queued, 0);
	EQUAL_NUMBER(backup->bytes, 2048 * 1024);
	EQUAL_NUMBER(backup->dedup, 5000);
	EXPECT_AGO(backup->last_success, 80 * 60);
	EXPECT_AGO(backup->last_failure, 90 * 60);
	EQUAL_TEXT(restore->job_type, "RESTORE");
	EQUAL_NUMBER(restore->succeeded + restore->partial + restore->failed, 0);
	EQUAL_NUMBER(restore->queued, 1);
	EXPECT_AGO(restore->oldest_queued, 1200);
	EQUAL_NUMBER(restore->last_success + restore->last_failure, 0);
}

static void check_policies(const struct snapshot *snapshot)
{
	const struct subject_row *gold = &ROWS(snapshot, POLICIES, subject_row)[0],
				 *silver = gold + 1;

	EQUAL_NUMBER(COUNT_OF(snapshot, POLICIES), 2);
	EQUAL_TEXT(gold->name, "gold");
	EQUAL_TEXT(gold->policy_type, "VMWARE");
	EQUAL_NUMBER(gold->succeeded, 1);
	EQUAL_NUMBER(gold->failed, 3);
	EQUAL_NUMBER(gold->last_status, 2);
	EXPECT_AGO(gold->last_success, 110 * 60);
	EXPECT_AGO(gold->last_failure, 90 * 60);
	EQUAL_NUMBER(gold->failure_streak, 3);
	EQUAL_NUMBER(gold->bytes, 2048 * 1024);
	EQUAL_NUMBER(gold->max_age, 7200);
	EXPECT_AGO(gold->overdue_at, -10 * 60);
	EQUAL_TEXT(silver->name, "silver");
	EQUAL_NUMBER(silver->partial, 1);
	EQUAL_NUMBER(silver->last_status, 1);
	EQUAL_NUMBER(silver->max_age, 0);
	CU_ASSERT_TRUE(silver->overdue_at == SUBJECT_NEVER);
}

static void test_rows(void)
{
	char pattern[] = "gold", clients[] = "db*";
	struct config_watch policy = {pattern, 7200, true}, client = {clients, 0, false};
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.policies = (struct config_watch_list){&policy, 1};
	world.site.clients = (struct config_watch_list){&client, 1};
	world.site.client_limit = 2;
	scripted_begin(&world);
	snapshot = scripted_run(&world, all_kinds);
	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	check_workloads(snapshot);
	check_policies(snapshot);
	EQUAL_NUMBER(COUNT_OF(snapshot, CLIENTS), 2);
	EQUAL_NUMBER(sites_row(snapshot)->clients_left_out, 1);
	EQUAL_TEXT(ROWS(snapshot, CLIENTS, subject_row)[0].name, "db1");
	EQUAL_NUMBER(ROWS(snapshot, CLIENTS, subject_row)[0].failed, 1);
	EQUAL_NUMBER(ROWS(snapshot, CLIENTS, subject_row)[0].last_success, 0);
	EQUAL_TEXT(ROWS(snapshot, CLIENTS, subject_row)[1].name, "db2");
	EQUAL_NUMBER(COUNT_OF(snapshot, QUEUE), 1);
	EQUAL_NUMBER(ROWS(snapshot, QUEUE, queue_row)[0].reason, 40);
	EQUAL_NUMBER(ROWS(snapshot, QUEUE, queue_row)[0].jobs, 1);
	EQUAL_NUMBER(snapshot->events.count, 0);
	snapshot_free(snapshot);
	/* As it was, the number that is left out too. */
	snapshot = refresh_snapshot(world.refresh);
	EQUAL_NUMBER(sites_row(snapshot)->clients_left_out, 1);
	EQUAL_NUMBER(COUNT_OF(snapshot, WORKLOADS), 2);
	snapshot_free(snapshot);
	scripted_close(&world);
}

/* Clients have no rows unless they are asked for; what is expected has one before it is seen. */
static void test_rows_asked_for(void)
{
	char pattern[] = "payroll";
	struct config_watch policy = {pattern, 7200, true};
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.policies = (struct config_watch_list){&policy, 1};
	scripted_begin(&world);
	snapshot = scripted_run(&world, all_kinds);
	EQUAL_NUMBER(COUNT_OF(snapshot, CLIENTS), 0);
	EQUAL_NUMBER(sites_row(snapshot)->clients_left_out, 0);
	EQUAL_NUMBER(COUNT_OF(snapshot, POLICIES), 3);
	for (size_t i = 0; i < COUNT_OF(snapshot, POLICIES); i++) {
		const struct subject_row *row = &ROWS(snapshot, POLICIES, subject_row)[i];

		if (strcmp(row->name, "payroll") != 0)
			continue;
		EQUAL_NUMBER(row->last_status, -1);
		EQUAL_TEXT(row->policy_type, "");
		EQUAL_NUMBER(row->last_success + row->last_failure, 0);
		EXPECT_AGO(row->overdue_at, 22 * 3600);
	}
	snapshot_free(snapshot);
	scripted_close(&world);
}

static const struct answer one_success[] = {
    PINGED_AT("1782871204000"),
    UNFINISHED,
    {ANY, JSON,
     PAGE(DONE(1, "gold", "db1", 0, "02:00:00") "," DONE(2, "lead", "db1", 96, "02:00:00"),
	  "null")},
    END};

/* Policies of which nothing has come for SECONDS. */
static struct snapshot *after(struct world *world, int64_t seconds)
{
	char time[32];
	const struct answer answers[] = {PINGED_AT(time), NOTHING, END};

	snprintf(time, sizeof time, "%lld", 1782871200000 + (long long)seconds * 1000);
	return scripted_run(world, answers);
}

static void expect_policies_after(unsigned line, struct world *world, int64_t seconds, size_t count)
{
	struct snapshot *snapshot = after(world, seconds);

	if (COUNT_OF(snapshot, POLICIES) != count)
		harness_fail(__FILE__, line, "%zu policies, not %zu", COUNT_OF(snapshot, POLICIES),
			     count);
	CU_PASS("policies have been counted");
	snapshot_free(snapshot);
}
#define EXPECT_POLICIES_AFTER(seconds, count)                                                      \
	expect_policies_after(__LINE__, &world, seconds, count)

/* A policy leaves when nothing has ended for a while, but not before it has been overdue as long.
 */
static void test_hold(void)
{
	char pattern[] = "gold";
	struct config_watch policy = {pattern, 10000, false};
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.window = 3600;
	world.site.row_retention = 7200;
	world.site.policies = (struct config_watch_list){&policy, 1};
	scripted_begin(&world);
	RUN_FOR_NEWS(one_success, 0);
	EXPECT_POLICIES_AFTER(3700, 2);
	EXPECT_POLICIES_AFTER(7100, 2);
	EXPECT_POLICIES_AFTER(7300, 1);
	EXPECT_POLICIES_AFTER(10100, 1);
	EXPECT_POLICIES_AFTER(17100, 1);
	EXPECT_POLICIES_AFTER(17300, 0);
	scripted_close(&world);
}

/* Clocks that are set right may go back a little: what has left the window stays known. */
static void test_clock_back(void)
{
	struct snapshot *snapshot;
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.window = 3600;
	scripted_begin(&world);
	RUN_FOR_NEWS(one_success, 0);
	snapshot_free(after(&world, 3602));
	snapshot = after(&world, 3599);
	EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_DELTA);
	EQUAL_NUMBER(COUNT_OF(snapshot, POLICIES), 2);
	if (COUNT_OF(snapshot, POLICIES) == 2) {
		EXPECT_AGO(ROWS(snapshot, POLICIES, subject_row)[0].last_success, 3599);
		EXPECT_AGO(ROWS(snapshot, POLICIES, subject_row)[1].last_failure, 3599);
	}
	snapshot_free(snapshot);
	scripted_close(&world);
}

/*
 * News.
 */

static void test_news_of_policies(void)
{
	char pattern[] = "*";
	struct config_watch policy = {pattern, 3600, false};
	static const struct answer later[] = {PINGED_AT("1782875404000"), NOTHING, END};
	static const struct answer good[] = {
	    PINGED_AT("1782875408000"),
	    UNFINISHED,
	    {"lastUpdateTime", JSON,
	     PAGE(DONE(3, "gold", "db1", 0, "03:10:06") "," DONE(4, "gold", "db1", 7, "03:10:06"),
		  "null")},
	    NOTHING,
	    END};
	struct world world;

	scratch_make();
	scripted_open(&world, scratch_path("."));
	world.site.policies = (struct config_watch_list){&policy, 1};
	scripted_begin(&world);
	/* That lead has never succeeded is so from the beginning. */
	RUN_FOR_NEWS(one_success, 0);
	RUN_FOR_NEWS(later, EVENT_POLICY_OVERDUE, 0);
	RUN_FOR_NEWS(later, 0);
	scripted_begin(&world);
	RUN_FOR_NEWS(later, 0);
	RUN_FOR_NEWS(good, EVENT_JOB_FAILED, EVENT_POLICY_CLEARED, 0);
	RUN_FOR_NEWS(good, 0);
	scripted_close(&world);
	scratch_remove();
}

static const struct answer refused[] = {PING, {ANY, "401 Unauthorized", ""}, END};
static const struct answer nothing[] = {PING, NOTHING, END};

static void test_news_of_site(void)
{
	struct snapshot *snapshot;
	struct event *event;
	struct world world;

	scripted_open(&world, ":memory:");
	world.site.down_after = 3;
	scripted_begin(&world);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(refused, 0);
	snapshot = scripted_run(&world, refused);
	event = event_take(&snapshot->events);
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	EQUAL_NUMBER(event->kind, EVENT_SITE_DOWN);
	EQUAL_TEXT(event->site, "paris");
	EQUAL_NUMBER(event->failure_streak, 3);
	EQUAL_NUMBER(event->error_class, FAULT_AUTH);
	EQUAL_TEXT(event->error_text, sites_row(snapshot)->fault.text);
	free(event);
	snapshot_free(snapshot);
	RUN_FOR_NEWS(refused, 0);
	snapshot = scripted_run(&world, nothing);
	event = event_take(&snapshot->events);
	CU_ASSERT_PTR_NOT_NULL_FATAL(event);
	EQUAL_NUMBER(event->kind, EVENT_SITE_UP);
	EQUAL_NUMBER(event->failure_streak, 4);
	free(event);
	snapshot_free(snapshot);
	RUN_FOR_NEWS(nothing, 0);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(nothing, 0);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(refused, EVENT_SITE_DOWN, 0);
	scripted_close(&world);
}

/* Told once, however often the agent is started. */
static void test_news_over_restarts(void)
{
	struct world world;

	scratch_make();
	scripted_open(&world, scratch_path("."));
	scripted_begin(&world);
	RUN_FOR_NEWS(refused, 0);
	scripted_begin(&world);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(refused, EVENT_SITE_DOWN, 0);
	scripted_begin(&world);
	for (int i = 0; i < 3; i++)
		RUN_FOR_NEWS(refused, 0);
	scripted_begin(&world);
	RUN_FOR_NEWS(nothing, EVENT_SITE_UP, 0);
	scripted_begin(&world);
	RUN_FOR_NEWS(nothing, 0);
	RUN_FOR_NEWS(refused, 0);
	RUN_FOR_NEWS(refused, EVENT_SITE_DOWN, 0);
	scripted_close(&world);
	scratch_remove();
}

static int64_t await_store(struct refresh *refresh, int64_t millis)
{
	int64_t began = timefmt_monotonic();

	refresh_await_store(refresh, millis);
	return timefmt_monotonic() - began;
}

/* A worker that takes the place of another one waits until that one has let go of the store. */
static void test_await_store(void)
{
	struct refresh *second;
	struct world world;

	scratch_make();
	scripted_open(&world, scratch_path("."));
	scripted_begin(&world);
	RUN_FOR_NEWS(nothing, 0);
	CU_ASSERT_TRUE(refresh_complete(world.refresh));
	second = refresh_open(&world.site, scratch_path("."));
	CU_ASSERT_TRUE(await_store(second, 200) >= 200);
	CU_ASSERT_FALSE(refresh_complete(second));
	refresh_release(world.refresh);
	CU_ASSERT_TRUE(await_store(second, 60000) < 30000);
	CU_ASSERT_TRUE(refresh_complete(second));
	refresh_release(second);
	RUN_FOR_NEWS(nothing, 0); /* the first has it again */
	refresh_cancel(second);
	CU_ASSERT_TRUE(await_store(second, 60000) < 30000);
	refresh_close(second);
	scripted_close(&world);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"two pages", test_good},
    {"a list that is cleaned within the window", test_cleaned_list},
    {"how far the list goes back, in between", test_look_back},
    {"no job is visible", test_no_jobs},
    {"ids that do not rise", test_order},
    {"a circle of cursors", test_circle},
    {"a cursor that is refused", test_lost_cursor},
    {"what is logged of a long sweep", test_progress},
    {"memory after a first sweep", test_memory},
    {"an empty last page that leads back", test_empty_end},
    {"a list without ids", test_no_ids},
    {"jobs in both lists", test_both_lists},
    {"two cursors", test_two_cursors},
    {"the key in an answer", test_secret},
    {"odd text in an answer", test_odd_text},
    {"HTTP statuses", test_statuses},
    {"a long Retry-After", test_retry_after},
    {"a Retry-After that is a date", test_retry_date},
    {"versions", test_versions},
    {"rows of all tables", test_rows},
    {"rows that are asked for", test_rows_asked_for},
    {"how long policies stay", test_hold},
    {"a clock that is set back a little", test_clock_back},
    {"news: policies", test_news_of_policies},
    {"news: a site", test_news_of_site},
    {"news: a site, over restarts", test_news_over_restarts},
    {"the store of another worker", test_await_store},
    {NULL, NULL},
};

const struct harness_suite refresh_suite = {"refresh", tests};
