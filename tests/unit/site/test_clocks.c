/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timefmt.h"
#include "site/vanish.h"
#include "unit/clock.h"
#include "unit/site/scripted.h"

/* Clocks that are set, on either side: that of the server, and that of the agent. */

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define NOON INT64_C(1782907200000) /* 12:00 of 1 July 2026 */

static struct world world;

/* One refresh of a server whose clock shows TIME, and that has the jobs of PAGE whatever is asked.
 */
static struct snapshot *run(int64_t time, const char *page)
{
	char clock[24];
	const struct answer answers[] = {PINGED_AT(clock), UNFINISHED, {ANY, JSON, page}, END};

	snprintf(clock, sizeof clock, "%lld", (long long)time);
	return scripted_run(&world, answers);
}

/* Jobs that ended at 11:00, 11:10 and 11:20. */
#define THREE                                                                                      \
	PAGE(DONE(1, "gold", "db1", 0, "11:00:00") "," DONE(                                       \
		 2, "gold", "db2", 0, "11:10:00") "," DONE(3, "lead", "db3", 0, "11:20:00"),       \
	     "null")

static void begin(void)
{
	scripted_open(&world, ":memory:");
	world.site.vanish_hold = 3600;
	scripted_begin(&world);
}

/* The site is up, with COUNT jobs in the window, and counters of three that have ended. */
static void check_rows(const char *what, struct snapshot *snapshot, uint32_t count)
{
	const struct site_row *site = sites_row(snapshot);

	if (site->status != SITE_UP)
		FAIL("%s: down: %s", what, site->fault.text);
	for (size_t i = 0; i < COUNT_OF(snapshot, JOBS); i++) {
		const struct job_row *row = &ROWS(snapshot, JOBS, job_row)[i];

		if (row->count != count || row->finished != 3)
			FAIL("%s: %u jobs, not %u, and %llu counted", what, row->count, count,
			     (unsigned long long)row->finished);
	}
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 1);
	EQUAL_NUMBER(snapshot->events.count, 0);
	snapshot_free(snapshot);
}

/* Jobs are counted once: the window follows the server's clock, the counters never go back. */
static void test_server(void)
{
	static const struct {
		const char *what;
		int64_t step; /* from noon */
		uint32_t count;
	} steps[] = {
	    {"a minute ahead", 60000, 3},   {"set right", 0, 3},
	    {"an hour back", -HOUR, 3},	    {"set right", 0, 3},
	    {"two days ahead", 2 * DAY, 0}, {"set right", 0, 3},
	    {"a year ahead", YEAR, 0},	    {"set right", 0, 3},
	    {"a year back", -YEAR, 3},	    {"set right at last", 0, 3},
	};

	begin();
	world.site.row_retention = 2 * YEAR / 1000;
	/* What had ended before the first refresh is not counted. */
	snapshot_free(run(NOON - 2 * HOUR, PAGE("", "null")));
	check_rows("at first", run(NOON, THREE), 3);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		check_rows(steps[i].what,
			   run(NOON + steps[i].step, steps[i].count ? THREE : PAGE("", "null")),
			   steps[i].count);
	scripted_close(&world);
}

/* How long ago, in seconds, the last job ended by the local clock. */
static int64_t age_of(const struct snapshot *snapshot)
{
	return (timefmt_now() - ROWS(snapshot, JOBS, job_row)[0].last_end) / 1000;
}

/* The agent's clock is set between two refreshes: ages stay, and nothing is fetched anew. */
static void test_agent(void)
{
	static const int64_t steps[] = {60000, -60000, -DAY, DAY, 10 * YEAR, -10 * YEAR};
	int64_t skew, age;

	begin();
	snapshot_free(run(NOON - 2 * HOUR, PAGE("", "null")));
	check_rows("at first", run(NOON, THREE), 3);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct snapshot *snapshot;

		snapshot = run(NOON, THREE);
		skew = sites_row(snapshot)->clock_skew;
		snapshot_free(snapshot);
		clock_step(steps[i]);
		snapshot = run(NOON, THREE);
		age = age_of(snapshot);
		if (age < 2398 || age > 2410)
			FAIL("step %zu: %lld s ago", i, (long long)age);
		skew -= sites_row(snapshot)->clock_skew + steps[i] / 1000;
		if (skew < -10 || skew > 10)
			FAIL("step %zu: the skew is %lld s off", i, (long long)skew);
		EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_DELTA);
		CU_ASSERT_TRUE(timefmt_now() - sites_row(snapshot)->data_at < 10000);
		check_rows("a step", snapshot, 3);
	}
	scripted_close(&world);
}

/* A server that lists nothing while the agent's clock is wrong is believed when its time is up. */
static void test_vanished(void)
{
	char *jobs = mem_strdup(JOB(1)), *page;
	struct snapshot *snapshot;
	const char *nothing = PAGE("", "null");

	for (int i = 2; i <= 30; i++) {
		char *more = mem_printf("%s,{\"attributes\":{\"jobId\":%d,\"state\":\"DONE\","
					"\"status\":0,\"endTime\":" INSTANT("11:00:00") "}}",
					jobs, i);

		free(jobs);
		jobs = more;
	}
	page = mem_printf(PAGE("%s", "null"), jobs);
	begin();
	snapshot_free(run(NOON, page));
	clock_step(YEAR);
	snapshot = run(NOON, nothing);
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_VANISHED);
	snapshot_free(snapshot);
	clock_step(-YEAR);
	snapshot = run(NOON, nothing);
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_VANISHED);
	EQUAL_NUMBER(COUNT_OF(snapshot, JOBS), 1);
	snapshot_free(snapshot);
	clock_step(HOUR + 1000);
	snapshot = run(NOON, nothing);
	EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
	snapshot_free(snapshot);
	scripted_close(&world);
	free(page);
	free(jobs);
}

static void test_since(void)
{
	EQUAL_NUMBER(vanish_since(0, 50), 50);
	EQUAL_NUMBER(vanish_since(40, 50), 40);
	EQUAL_NUMBER(vanish_since(60, 50), 50);
}

static const struct harness_test tests[] = {
    {"the server's is set", test_server},
    {"the agent's is set", test_agent},
    {"the agent's is set back while jobs are missing", test_vanished},
    {"since when jobs are missing", test_since},
    {NULL, NULL},
};

const struct harness_suite clocks_suite = {"clocks", tests};
