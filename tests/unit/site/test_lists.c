/* SPDX-License-Identifier: BSD-2-Clause */

/* Which lists a refresh asks for: mostly one, of what has changed, and at times all that is
 * unfinished. */

#include <stdio.h>

#include "unit/scratch.h"
#include "unit/site/scripted.h"

#define START INT64_C(1782871204000) /* 02:00:04 of 1 July 2026 */
#define SPEAKS(version) "200 OK\r\nX-NetBackup-API-Version: " version
#define REFUSED "404 Not now"
#define EMPTY "{\"data\":[]}"
#define CHANGED(id, state, start, update)                                                          \
	SOME(id, "BACKUP", "gold", "db1",                                                          \
	     "\"state\":\"" state                                                                  \
	     "\",\"startTime\":" INSTANT(start) ",\"lastUpdateTime\":" INSTANT(update) ",")
#define ENDED(id, end, update)                                                                     \
	SOME(id, "BACKUP", "gold", "db1",                                                          \
	     "\"state\":\"DONE\",\"status\":0,\"endTime\":" INSTANT(                               \
		 end) ",\"lastUpdateTime\":" INSTANT(update) ",")

/* Job 1 has ended, 7 runs. */
#define RUNS CHANGED(7, "ACTIVE", "01:50:00", "01:59:00")
#define HAS_ENDED PAGE(ENDED(1, "01:30:00", "01:30:01"), "null")

static struct world world;
static const char *ping; /* how it is answered */

/* What a refresh SECONDS after the first is to ask for, and is told. */
struct turn {
	int64_t seconds;
	const char *all; /* the unfinished jobs; NULL = they must not be asked for */
	const char
	    *changes; /* where ALL is NULL, of all jobs, else of finished ones; NULL = neither */
};

/* One refresh, in which any other question fails. To be freed. */
static struct snapshot *run(const struct turn *turn)
{
	char clock[24];
	const char *all = turn->all, *one = all ? NULL : turn->changes;
	const char *finished = all ? turn->changes : NULL;
	const struct answer answers[] = {
	    {"/ping ", ping, clock},
	    {"state%20ne", all ? JSON : REFUSED, all ? all : ""},
	    {"DONE%27%20and%20lastUpdateTime%20ge", finished ? JSON : REFUSED,
	     finished ? finished : ""},
	    {"filter=lastUpdateTime%20ge", one ? JSON : REFUSED, one ? one : ""},
	    {"endTime%20ge", JSON, HAS_ENDED},
	    END};

	snprintf(clock, sizeof clock, "%lld", (long long)(START + turn->seconds * 1000));
	return scripted_run(&world, answers);
}

/* The same; it succeeds, and then HELD jobs are known. */
static void check(unsigned line, const struct turn *turn, uint32_t held)
{
	struct snapshot *snapshot = run(turn);
	const struct site_row *row = sites_row(snapshot);

	if (row->status != SITE_UP || row->jobs_held != held)
		harness_fail(__FILE__, line, "%u jobs, not %u; %s", row->jobs_held, held,
			     row->fault.text);
	CU_PASS("it has been looked at");
	snapshot_free(snapshot);
}
#define CHECK(held, ...) check(__LINE__, &(const struct turn){__VA_ARGS__}, held)

static void begin(const char *state_dir)
{
	ping = SPEAKS("13.0");
	scripted_open(&world, state_dir);
	world.site.unfinished_refresh = 600;
	scripted_begin(&world);
}

/* What has vanished unfinished leaves in time, and not before; the time outlives the program. */
static void test_interval(void)
{
	scratch_make();
	begin(scratch_path("."));
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	CHECK(2, 60, NULL, PAGE(ENDED(1, "01:30:00", "01:59:58"), "null"));
	CHECK(3, 300, NULL, PAGE(CHANGED(8, "QUEUED", "02:05:00", "02:05:01"), "null"));
	scripted_begin(&world);
	/* Until then job 7 may have vanished. A refresh a minute later were within the time. */
	CHECK(3, 540, NULL, EMPTY);
	/* One a minute later were not. */
	CHECK(1, 541, EMPTY, EMPTY);
	CHECK(1, 600, NULL, EMPTY);
	CHECK(1, 1140, EMPTY, EMPTY);
	scripted_close(&world);
	scratch_remove();
}

/* 0 is each time, as is what is not longer than the time between two refreshes. */
static void test_always(void)
{
	static const int values[] = {0, 59};

	for (int i = 0; i < 2; i++) {
		begin(":memory:");
		world.site.unfinished_refresh = values[i];
		for (int64_t at = 0; at < 3; at++)
			CHECK(2, at * 60, PAGE(RUNS, "null"), at ? EMPTY : NULL);
		CHECK(1, 180, EMPTY, EMPTY);
		scripted_close(&world);
	}
}

/* A clock that is set, whichever way, leaves no gap: then all is asked for. */
static void test_clock(void)
{
	begin(":memory:");
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	CHECK(2, -2, PAGE(RUNS, "null"), EMPTY);
	CHECK(2, 60, NULL, EMPTY);
	CHECK(2, 4000, PAGE(RUNS, "null"), EMPTY);
	/* Back by more than the changes overlap: that is a full sweep. */
	CHECK(1, 120, EMPTY, EMPTY);
	CHECK(1, 180, NULL, EMPTY);
	scripted_close(&world);
}

/* The mark is the newest change of any job, but not later than the refresh began, less 5 s. */
static void test_mark(void)
{
	static const struct {
		const char *body, *next;
	} steps[] = {
	    {PAGE(ENDED(1, "01:30:00", "02:00:20"), "null"), "02%3A00%3A15"},
	    {PAGE(CHANGED(7, "ACTIVE", "01:50:00", "02:00:40"), "null"), "02%3A00%3A35"},
	    {EMPTY, "02%3A00%3A35"},
	    {PAGE(CHANGED(7, "ACTIVE", "01:50:00", "02:00:30"), "null"), "02%3A00%3A35"},
	    {PAGE(CHANGED(7, "ACTIVE", "01:50:00", "02:30:00"), "null"), "02%3A00%3A59"},
	};
	char path[80] = "filter=lastUpdateTime%20ge%202026-07-01T01%3A59%3A59.000Z";

	begin(":memory:");
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	for (size_t i = 0; i <= sizeof steps / sizeof steps[0]; i++) {
		const struct answer answers[] = {
		    {"/ping ", SPEAKS("13.0"), "1782871264000"}, /* 02:01:04 */
		    {path, JSON, i < sizeof steps / sizeof steps[0] ? steps[i].body : EMPTY},
		    {"endTime%20ge", JSON, HAS_ENDED},
		    END};
		struct snapshot *snapshot = scripted_run(&world, answers);

		if (sites_row(snapshot)->status != SITE_UP)
			FAIL("step %zu: not asked for %s", i, path);
		snapshot_free(snapshot);
		if (i < sizeof steps / sizeof steps[0])
			snprintf(path, sizeof path,
				 "filter=lastUpdateTime%%20ge%%202026-07-01T%s.000Z",
				 steps[i].next);
	}
	scripted_close(&world);
}

/* A job that does not tell when it changed can only be asked for with all that are unfinished. */
static void test_undated(void)
{
	const char *undated = PAGE(OPEN(7, "BACKUP", "QUEUED", "01:50:00"), "null");

	begin(":memory:");
	CHECK(2, 0, undated, NULL);
	CHECK(2, 60, undated, EMPTY);
	CHECK(2, 120, undated, EMPTY);
	CHECK(2, 180, PAGE(RUNS, "null"), EMPTY);
	/* There may be another one, which is not held yet. */
	CHECK(2, 240, PAGE(RUNS, "null"), EMPTY);
	CHECK(2, 120 + 3540, PAGE(RUNS, "null"), EMPTY);
	CHECK(2, 120 + 3600, NULL, EMPTY);
	scripted_close(&world);
}

/* A job that cannot be used is there all the same. */
static void test_skipped(void)
{
	begin(":memory:");
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	CHECK(2, 600, PAGE("{\"attributes\":{\"jobId\":7}}", "null"), EMPTY);
	CHECK(1, 1200, EMPTY, EMPTY);
	scripted_close(&world);
}

/* Which questions a server understands is not clear before its version is. */
static void test_unknown_version(void)
{
	begin(":memory:");
	ping = "200 OK";
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	CHECK(2, 60, NULL, EMPTY);
	scripted_close(&world);
	scratch_make();
	begin(scratch_path("."));
	ping = "200 OK";
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	scripted_begin(&world);
	CHECK(2, 60, PAGE(RUNS, "null"), EMPTY);
	CHECK(2, 120, NULL, EMPTY);
	scripted_close(&world);
	scratch_remove();
}

/* Before API 9.0 only ends can be asked for; then comes an upgrade. */
static void test_old(void)
{
	static const struct answer old[] = {{"/ping ", SPEAKS("8.0"), "1782871204000"},
					    {"lastUpdateTime", REFUSED, ""},
					    {"state%20ne", JSON, PAGE(RUNS, "null")},
					    {"endTime%20ge", JSON, HAS_ENDED},
					    END};

	begin(":memory:");
	for (int i = 0; i < 3; i++) {
		struct snapshot *snapshot;
		unsigned before = world.server.requests;

		snapshot = scripted_run(&world, old);
		EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
		EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 2);
		EQUAL_NUMBER(world.server.requests - before, 3);
		snapshot_free(snapshot);
	}
	CHECK(1, 60, EMPTY, EMPTY);
	CHECK(1, 120, NULL, EMPTY);
	scripted_close(&world);
}

/* It turns out only now that the server cannot be asked for changes. */
static void test_blind(void)
{
	static const struct answer blind[] = {{"/ping ", SPEAKS("13.0"), "1782871264000"},
					      {"lastUpdateTime", "400 Bad Request", ""},
					      {"state%20ne", JSON, EMPTY},
					      {"endTime%20ge", JSON, HAS_ENDED},
					      END};

	begin(":memory:");
	CHECK(2, 0, PAGE(RUNS, "null"), NULL);
	for (int i = 0; i < 2; i++) {
		unsigned before = world.server.requests;
		struct snapshot *snapshot = scripted_run(&world, blind);

		EQUAL_NUMBER(sites_row(snapshot)->status, SITE_UP);
		EQUAL_NUMBER(sites_row(snapshot)->mode, SITE_MODE_FULL);
		EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 1);
		EQUAL_NUMBER(world.server.requests - before, 4 - (unsigned)i);
		snapshot_free(snapshot);
	}
	scripted_close(&world);
}

/* While the list is not believed, all that is unfinished is asked for. */
static void test_vanished(void)
{
	static const struct answer gone[] = {
	    {"/ping ", SPEAKS("13.0"), "1782871264000"}, {"state%20ne", REFUSED, ""}, NOTHING, END};
	struct answer many[] = {{"/ping ", SPEAKS("13.0"), "1782871204000"},
				{"state%20ne", JSON, PAGE(RUNS, "null")},
				{"endTime%20ge", JSON, NULL},
				END};
	char jobs[4000] = "{\"data\":[";
	size_t length = 9;
	struct snapshot *snapshot;

	for (int i = 1; i <= 20; i++)
		length += (size_t)snprintf(jobs + length, sizeof jobs - length,
					   "%s{\"attributes\":{\"jobId\":%d,\"state\":\"DONE\","
					   "\"status\":0,\"endTime\":" INSTANT("01:30:00") "}}",
					   i == 1 ? "" : ",", i + 100);
	snprintf(jobs + length, sizeof jobs - length, "]}");
	many[2].body = jobs;
	begin(":memory:");
	world.site.vanish_hold = 3600;
	snapshot_free(scripted_run(&world, many));
	snapshot = scripted_run(&world, gone);
	EQUAL_NUMBER(sites_row(snapshot)->fault.class, FAULT_VANISHED);
	EQUAL_NUMBER(sites_row(snapshot)->jobs_held, 21);
	snapshot_free(snapshot);
	CHECK(20, 120, EMPTY, PAGE(ENDED(101, "01:30:00", "01:59:58"), "null"));
	CHECK(20, 180, NULL, EMPTY);
	scripted_close(&world);
}

static const struct harness_test tests[] = {
    {"all that is unfinished, at times", test_interval},
    {"all that is unfinished, each time", test_always},
    {"the server's clock is set", test_clock},
    {"the mark", test_mark},
    {"a job without a time", test_undated},
    {"a job that cannot be used", test_skipped},
    {"a version that is not known yet", test_unknown_version},
    {"an old server", test_old},
    {"a server that cannot tell changes", test_blind},
    {"all vanishes", test_vanished},
    {NULL, NULL},
};

const struct harness_suite lists_suite = {"lists", tests};
